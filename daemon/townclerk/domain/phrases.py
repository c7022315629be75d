"""Words and phrases in what people write: whole words, in any case, with and without accents and apostrophes.

A text is cut into words once, each word is looked up once, however many phrases there are: a thousand rules cost as much as
ten. `bin*` is a word with any ending. White space and hyphens between words are all the same; any other sign between two words
of a phrase must stand in the text as well.

`(took|takes|has) .. (her|their) card`: one of the words in brackets, or of the phrases; `(her|)` may be left out; `..` stands
for none to three words of the same sentence.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import product

APOSTROPHES = "'’‘ʼ`´"
_INSIDE = "\u0300-\u036f\u00ad\u200b-\u200d\u2060\ufeff"  # accents that stand alone, and signs that nobody sees
_TOKEN = re.compile(rf"\w[\w{_INSIDE}]*(?:[{APOSTROPHES}]\w[\w{_INSIDE}]*)*")
_UNSEEN = frozenset({"Mn", "Cf"})  # categories of Unicode: what is put upon a letter, and what has no shape
_HYPHENS = r"\-\u2010\u2011\u2012\u2013\u2014"
_APART = re.compile(rf"[\s{APOSTROPHES}\"“”\u00a0{_HYPHENS}]+")


@dataclass(frozen=True, slots=True)
class Found:
    """Where a phrase stands: characters *start* to *end* of the text, the words *first* to *last*, counted from 0."""

    start: int
    end: int
    first: int
    last: int


Findings = Mapping[str, tuple[Found, ...]]
"""Of each phrase that stands in a text, as it was written in the rule, every place."""


@lru_cache(maxsize=50_000)
def folded(word: str) -> str:
    """*word* as words are compared: small letters, no accents, no apostrophes."""
    if word.isascii():
        return word.lower().translate(_NO_APOSTROPHES)
    decomposed = unicodedata.normalize("NFKD", word)
    bare = "".join(sign for sign in decomposed if unicodedata.category(sign) not in _UNSEEN)
    return bare.casefold().translate(_NO_APOSTROPHES)


_NO_APOSTROPHES = str.maketrans("", "", APOSTROPHES)


@dataclass(frozen=True, slots=True)
class _Word:
    """A word of a phrase: how it may be written, folded. `gap`: what stands before it, beside white space."""

    whole: frozenset[str]
    stems: tuple[str, ...]  # beginnings of words, any ending
    gap: str
    loose: bool = False  # whatever stands before it, as long as the sentence goes on
    any_: bool = False  # whatever word it is

    def is_found(self, word: str) -> bool:
        return self.any_ or word in self.whole or (bool(self.stems) and word.startswith(self.stems))

    def follows(self, between: str) -> bool:
        """Whether it may stand behind the word before, with *between* in between."""
        return _ENDS.isdisjoint(between) if self.loose else self.gap == _between(between)


_ENDS = frozenset(".!?")  # of a sentence
_SPLIT = re.compile(r"(\([^()]*\)|\.\.)")
_WIDEST = 3  # words that `..` stands for
MOST_WAYS = 500  # in which one phrase may be written, where it leaves something out


@dataclass(slots=True)
class _Begun:
    """The phrases that begin with a word, by the word that comes next; `open`: where that may be one of many."""

    alone: list[str] = field(default_factory=list)
    next: dict[str, list[tuple[str, tuple[_Word, ...]]]] = field(default_factory=dict)
    open: list[tuple[str, tuple[_Word, ...]]] = field(default_factory=list)

    def add(self, phrase: str, parts: tuple[_Word, ...]) -> None:
        if len(parts) == 1:
            self.alone.append(phrase)
        elif parts[1].stems or parts[1].any_:
            self.open.append((phrase, parts))
        else:
            for word in parts[1].whole:
                self.next.setdefault(word, []).append((phrase, parts))

    def going_on(self, word: str) -> Iterator[tuple[str, tuple[_Word, ...]]]:
        yield from self.next.get(word, ())
        for phrase, parts in self.open:
            if parts[1].is_found(word):
                yield phrase, parts


class PhraseIndex:
    """Finds any number of phrases in one pass. *variants*: of a word, how else people write it; it holds for each phrase in
    which the word stands."""

    def __init__(self, phrases: Iterable[str], variants: Mapping[str, Iterable[str]] | None = None) -> None:
        ways = {_key(word): tuple(others) for word, others in (variants or {}).items()}
        self._whole: dict[str, _Begun] = {}
        self._stems: dict[str, _Begun] = {}
        for phrase in dict.fromkeys(phrases):
            for parts in _ways(phrase, ways):
                for way in parts[0].whole:
                    self._whole.setdefault(way, _Begun()).add(phrase, parts)
                for stem in parts[0].stems:
                    self._stems.setdefault(stem, _Begun()).add(phrase, parts)
        self._lengths = tuple(sorted({len(stem) for stem in self._stems}))

    def find(self, text: str) -> Findings:
        """Every phrase that stands in *text*, and where."""
        tokens = tuple(_TOKEN.finditer(text))
        words = tuple(folded(token[0]) for token in tokens)
        found: dict[str, dict[int, Found]] = {}
        seen: dict[str, tuple[_Begun, ...]] = {}
        for n, word in enumerate(words):
            begun = seen.get(word)
            if begun is None:
                begun = seen[word] = self._begun_by(word)
            for each in begun:
                for phrase in each.alone:
                    found.setdefault(phrase, {}).setdefault(n, Found(tokens[n].start(), tokens[n].end(), n, n))
                if n + 1 == len(words):
                    continue
                for phrase, parts in each.going_on(words[n + 1]):
                    last = n + len(parts) - 1
                    if last < len(words) and _goes_on(parts, words, tokens, text, n):
                        found.setdefault(phrase, {}).setdefault(n, Found(tokens[n].start(), tokens[last].end(), n, last))
        return {phrase: tuple(places.values()) for phrase, places in found.items()}

    def _begun_by(self, word: str) -> tuple[_Begun, ...]:
        begun = [self._whole[word]] if word in self._whole else []
        for length in self._lengths:
            if length > len(word):
                break
            if word[:length] in self._stems:
                begun.append(self._stems[word[:length]])
        return tuple(begun)


def _goes_on(parts: tuple[_Word, ...], words: tuple[str, ...], tokens: tuple[re.Match[str], ...], text: str, n: int) -> bool:
    return all(
        part.is_found(words[n + k]) and part.follows(text[tokens[n + k - 1].end() : tokens[n + k].start()])
        for k, part in enumerate(parts)
        if k
    )


def _between(gap: str) -> str:
    """The signs between two words, beside those that count as nothing."""
    return "" if gap.isspace() else _APART.sub("", gap)


def tokens_of(text: str) -> Iterator[str]:
    """The words of *text*, as they are written."""
    return (token[0] for token in _TOKEN.finditer(text))


def places_of_words(text: str) -> Iterator[tuple[str, int, int]]:
    """The words of *text*, as they are written, and where each begins and ends."""
    return ((token[0], token.start(), token.end()) for token in _TOKEN.finditer(text))


def words_of(phrase: str) -> tuple[str, ...]:
    """The words of a phrase as they are compared; a word with any ending keeps its *."""
    return tuple(_key(phrase[token.start() : _end(phrase, token)]) for token in _TOKEN.finditer(phrase))


def _key(word: str) -> str:
    return folded(word.rstrip("*")) + ("*" if word.endswith("*") else "")


def _end(phrase: str, token: re.Match[str]) -> int:
    return token.end() + phrase.startswith("*", token.end())


def _parts(phrase: str, variants: Mapping[str, tuple[str, ...]]) -> Iterable[_Word]:
    end = 0
    for token in _TOKEN.finditer(phrase):
        key = _key(phrase[token.start() : _end(phrase, token)])
        ways = (key, *(_key(other) for other in variants.get(key, ())))
        whole = frozenset(way for way in ways if not way.endswith("*"))
        yield _Word(
            whole, tuple(way[:-1] for way in ways if way.endswith("*")), _between(phrase[end : token.start()]) if end else ""
        )
        end = _end(phrase, token)


def ways_to_write(phrase: str) -> int:
    """How many phrases *phrase* stands for, where parts of it may be left out or are longer than a word."""
    many = 1
    for part in _SPLIT.split(phrase):
        many *= len(_choices(part, {})) if part.startswith("(") else _WIDEST + 1 if part == ".." else 1
    return many


def begins_and_ends_with_words(phrase: str) -> bool:
    """False where `..`, or what may be left out, stands at the end of a phrase, or at its beginning."""
    parts = [part.strip() for part in _SPLIT.split(phrase) if part.strip()]
    return not any(end == ".." or (end.startswith("(") and "" in _alternatives(end)) for end in (parts[0], parts[-1]))


def _ways(phrase: str, variants: Mapping[str, tuple[str, ...]]) -> Iterator[tuple[_Word, ...]]:
    """Each of the ways to write *phrase*, the shortest first."""
    parts: list[tuple[tuple[_Word, ...], ...]] = []
    for part in _SPLIT.split(phrase):
        if part.startswith("("):
            parts.append(_choices(part, variants))
        elif part == "..":
            parts.append(tuple((_GAP,) + (_ANYTHING,) * n for n in range(_WIDEST + 1)))
        elif part.strip():
            parts.append((tuple(_parts(part, variants)),))
    for way in product(*parts):
        yield tuple(_loosened(word for some in way for word in some))


def _choices(part: str, variants: Mapping[str, tuple[str, ...]]) -> tuple[tuple[_Word, ...], ...]:
    """What `(one|another|two words|)` stands for: all that are one word are one choice."""
    single: list[_Word] = []
    longer: list[tuple[_Word, ...]] = []
    for each in _alternatives(part):
        words = tuple(_parts(each, variants))
        if len(words) == 1:
            single.append(words[0])
        else:
            longer.append(words)
    one = _Word(frozenset().union(*(each.whole for each in single)), tuple(stem for each in single for stem in each.stems), "")
    return (*(((one,),) if single else ()), *longer)


def _alternatives(part: str) -> tuple[str, ...]:
    return tuple(each.strip() for each in part[1:-1].split("|"))


_GAP = _Word(frozenset(), (), "")  # marks where `..` stands
_ANYTHING = _Word(frozenset(), (), "", loose=True, any_=True)


def _loosened(words: Iterable[_Word]) -> Iterator[_Word]:
    """*words*, without the marks of `..`, behind which signs do not count."""
    loose = False
    for word in words:
        if word is _GAP:
            loose = True
            continue
        yield replace(word, loose=True) if loose else word
        loose = loose and word.any_


def near(parts: Sequence[Iterable[Found]], within: int | None) -> tuple[Found, ...]:
    """One place of each of *parts*, the first where no two of them are more than *within* words apart; None: however far.
    () where there is none."""
    places = sorted(((place.first, n, place) for n, part in enumerate(parts) for place in part), key=lambda one: one[:2])
    latest: dict[int, Found] = {}
    for _, n, place in places:
        latest[n] = place
        if len(latest) == len(parts):
            chosen = sorted(latest.values(), key=lambda each: each.first)
            if within is None or chosen[-1].first - chosen[0].last <= within:
                return tuple(chosen)
    return ()
