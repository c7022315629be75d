"""Words and phrases in what people write: whole words, in any case, with and without accents and apostrophes.

A text is cut into words once, each word is looked up once, however many phrases there are: a thousand rules cost as much as
ten. `bin*` is a word with any ending. White space and hyphens between words are all the same; any other sign between two words
of a phrase must stand in the text as well. "Boiler" stands in "the boiler's off", too.

`(took|takes|has) .. (her|their) card`: one of the words in brackets, or of the phrases; `(her|)` may be left out; `..` stands
for none to three words of the same sentence, whatever signs stand between them.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import product

APOSTROPHES = "'’‘ʼ`´"
_APOSTROPHES = frozenset(APOSTROPHES)
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

    def looked_up_by(self) -> Iterator[str]:
        """Under what it is looked up; a beginning with its *."""
        yield from self.whole
        yield from (f"{stem}*" for stem in self.stems)

    def is_found(self, word: str) -> bool:
        return word in self.whole or (bool(self.stems) and word.startswith(self.stems))


@dataclass(frozen=True, slots=True)
class _Choice:
    """A part of a phrase, in one of these ways; () where it may be left out. `loose`: `..` stands before it."""

    ways: tuple[tuple[_Word, ...], ...]
    loose: bool = False


_Phrase = tuple[str, tuple[_Choice, ...]]
"""A phrase as it was written in the rule, and its parts."""

MOST_GAPS = 4  # `..` in one phrase
MOST_WAYS = 500  # in which one part may be written, with brackets inside brackets
_REACH = 3  # words that `..` stands for
_ENDS = frozenset(".!?")  # of a sentence


@dataclass(slots=True)
class _Begun:
    """The phrases that begin with a word: those of that word alone, those of which a given word comes next, at once or behind
    `..`, and those where that may be one of many."""

    alone: list[str] = field(default_factory=list)
    next: dict[str, list[_Phrase]] = field(default_factory=dict)
    later: dict[str, list[_Phrase]] = field(default_factory=dict)
    open: list[_Phrase] = field(default_factory=list)

    def add(self, phrase: str, parts: tuple[_Choice, ...], way: tuple[_Word, ...]) -> None:
        words, loose = _after(parts, way)
        if not words and len(parts) == 1:
            self.alone.append(phrase)
        elif not words:
            self.open.append((phrase, parts))
        for key in {key for word in words for key in word.looked_up_by()}:
            (self.later if loose else self.next).setdefault(key, []).append((phrase, parts))

    def going_on(self, read: "_Read", n: int) -> Iterator[_Phrase]:
        """Those that may go on behind the word *n*."""
        yield from self.open
        if self.next:
            for key in read.keys[n + 1]:
                yield from self.next.get(key, ())
        if self.later:
            for keys in read.keys[n + 1 : n + 2 + _REACH]:
                for key in keys:
                    yield from self.later.get(key, ())


def _after(parts: tuple[_Choice, ...], way: tuple[_Word, ...]) -> tuple[tuple[_Word, ...], bool]:
    """The words that may come behind the first of *way*, in which the first of *parts* is written, and whether others may come
    between; () where one word may be all."""
    if len(way) > 1:
        return way[1:2], False
    words: list[_Word] = []
    loose = False
    for part in parts[1:]:
        loose = loose or part.loose
        words += [each[0] for each in part.ways if each]
        if all(part.ways):
            return tuple(words), loose
    return (), loose


class PhraseIndex:
    """Finds any number of phrases in one pass. *variants*: of a word, how else people write it; it holds for each phrase in
    which the word stands."""

    def __init__(self, phrases: Iterable[str], variants: Mapping[str, Iterable[str]] | None = None) -> None:
        others = {_key(word): tuple(ways) for word, ways in (variants or {}).items()}
        self._begun: dict[str, _Begun] = {}
        self._stems: set[str] = set()
        for phrase in dict.fromkeys(phrases):
            parts = tuple(_choices(phrase, others))
            for way in parts[0].ways:
                for key in way[0].looked_up_by():
                    self._begun.setdefault(key, _Begun()).add(phrase, parts, way)
        for key in {key for begun in self._begun.values() for key in (*begun.next, *begun.later)} | self._begun.keys():
            if key.endswith("*"):
                self._stems.add(key)
        self._lengths = tuple(sorted({len(stem) - 1 for stem in self._stems}))

    def find(self, text: str) -> Findings:
        """Every phrase that stands in *text*, and where."""
        read = _Read(text, self._keys)
        found: dict[str, dict[int, Found]] = {}
        for n, keys in enumerate(read.keys):
            for each in (self._begun[key] for key in keys if key in self._begun):
                for phrase in each.alone:
                    found.setdefault(phrase, {}).setdefault(n, read.found(n, n))
                if n + 1 == len(read.words):
                    continue
                for phrase, parts in each.going_on(read, n):
                    if n in found.get(phrase, ()):
                        continue
                    last = read.end(parts, 0, n)
                    if last >= 0:
                        found.setdefault(phrase, {})[n] = read.found(n, last)
        return {phrase: tuple(places.values()) for phrase, places in found.items()}

    def _keys(self, word: str) -> tuple[str, ...]:
        """Under what phrases with *word* are looked up: itself, and each beginning that some phrase asks for."""
        beginnings = (f"{word[:length]}*" for length in self._lengths if length <= len(word))
        return (word, *(each for each in beginnings if each in self._stems))


class _Read:
    """A text, cut into words. `owner`: of "boiler's", the boiler; "" of other words. `keys`: under what each is looked up."""

    __slots__ = ("_text", "_tokens", "keys", "owner", "words")

    def __init__(self, text: str, keys_of: Callable[[str], tuple[str, ...]]) -> None:
        self._text = text
        self._tokens = tuple(_TOKEN.finditer(text))
        self.words = tuple(folded(token[0]) for token in self._tokens)
        self.owner = tuple(
            word[:-1] if token[0][-1] in "sS" and token[0][-2:-1] in _APOSTROPHES else ""
            for word, token in zip(self.words, self._tokens, strict=True)
        )

        seen = {word: keys_of(word) for word in {*self.words, *self.owner} if word}
        self.keys = tuple(
            seen[word] if not owner else (*seen[word], *seen[owner]) for word, owner in zip(self.words, self.owner, strict=True)
        )

    def found(self, first: int, last: int) -> Found:
        return Found(self._tokens[first].start(), self._tokens[last].end(), first, last)

    def end(self, parts: tuple[_Choice, ...], k: int, at: int, loose: bool = False) -> int:
        """The last word of a phrase of which the part *k*, and those behind it, stand from the word *at* on; -1: it is none."""
        if k == len(parts):
            return at - 1
        loose = loose or parts[k].loose
        for start in range(at, at + _REACH + 1) if loose else (at,):
            if start >= len(self.words) or (loose and not _ENDS.isdisjoint(self._before(start))):
                return -1
            for way in parts[k].ways:
                if not way:
                    last = self.end(parts, k + 1, at, loose) if start == at else -1
                elif self._stands(way, start, loose or (k == 0)):
                    last = self.end(parts, k + 1, start + len(way))
                else:
                    continue
                if last >= 0:
                    return last
        return -1

    def _stands(self, way: tuple[_Word, ...], start: int, loose: bool) -> bool:
        """*loose*: whatever stands before the first word of *way*."""
        return start + len(way) <= len(self.words) and all(
            self._is(word, start + n) and ((loose and not n) or word.gap == _between(self._before(start + n)))
            for n, word in enumerate(way)
        )

    def _is(self, word: _Word, n: int) -> bool:
        return word.is_found(self.words[n]) or (bool(self.owner[n]) and word.is_found(self.owner[n]))

    def _before(self, n: int) -> str:
        return self._text[self._tokens[n - 1].end() : self._tokens[n].start()]


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


class WrongBrackets(ValueError):
    """What stands in the brackets of a phrase is no choice: (what is wrong, what to write instead)."""


def check_choices(phrase: str) -> None:
    """Raises WrongBrackets where *phrase* cannot be looked for."""
    parts = tuple(_choices(phrase, {}))
    if phrase.startswith("..") or phrase.endswith("..") or not (parts and all(parts[0].ways) and all(parts[-1].ways)):
        raise WrongBrackets("begins or ends with what may be left out", "leave that out: it is found without it")
    if sum(part.loose for part in parts) > MOST_GAPS:
        raise WrongBrackets(f"has more than {MOST_GAPS} gaps", "divide it")


def _choices(phrase: str, variants: Mapping[str, tuple[str, ...]]) -> Iterator[_Choice]:
    """The parts of *phrase*. Raises WrongBrackets."""
    loose = False
    for part in _pieces(phrase):
        if part == "..":
            loose = True
            continue
        ways = _ways(part, variants) if part.startswith("(") else (tuple(_parts(part, variants)),)
        if ways != ((),):
            yield _Choice(ways, loose)
            loose = False


def _pieces(phrase: str) -> Iterator[str]:
    """*phrase*, cut at its brackets, and at `..` outside of them."""
    depth, begun = 0, 0
    for n, sign in enumerate(phrase):
        if sign == "(" and not depth:
            yield from re.split(r"(\.\.)", phrase[begun:n])
            begun = n
        if sign == "|" and not depth:
            raise WrongBrackets("has a | outside of brackets", 'write for instance "(his|her) card"')
        depth += (sign == "(") - (sign == ")")
        if depth < 0:
            break
        if sign == ")" and not depth:
            yield phrase[begun : n + 1]
            begun = n + 1
    if depth:
        raise WrongBrackets("has a bracket too many", 'write for instance "(his|her) card"')
    yield from re.split(r"(\.\.)", phrase[begun:])


def _ways(part: str, variants: Mapping[str, tuple[str, ...]]) -> tuple[tuple[_Word, ...], ...]:
    """What `(one|another|two words|)` stands for: all that are one word are one way. Raises WrongBrackets."""
    single: list[_Word] = []
    longer: list[tuple[_Word, ...]] = []
    alternatives = tuple(_alternatives(part[1:-1]))
    if len(alternatives) < 2:
        raise WrongBrackets("has brackets with no words to choose from", 'write for instance "(his|her) card"')
    for each in alternatives:
        for words in _flat(each, variants):
            if len(words) == 1:
                single.append(words[0])
            else:
                longer.append(words)
    if len(longer) > MOST_WAYS:
        raise WrongBrackets(f"can be written in {len(longer)} ways", f"divide it: {MOST_WAYS} are the most")
    one = _Word(frozenset().union(*(each.whole for each in single)), tuple(stem for each in single for stem in each.stems), "")
    return (*(((one,),) if single else ()), *longer)


def _alternatives(inside: str) -> Iterator[str]:
    depth, begun = 0, 0
    for n, sign in enumerate(inside):
        depth += (sign == "(") - (sign == ")")
        if sign == "|" and not depth:
            yield inside[begun:n].strip()
            begun = n + 1
    yield inside[begun:].strip()


def _flat(alternative: str, variants: Mapping[str, tuple[str, ...]]) -> Iterator[tuple[_Word, ...]]:
    """Each way to write *alternative*, which may have brackets of its own."""
    parts = tuple(_choices(alternative, variants))
    if any(part.loose for part in parts):
        raise WrongBrackets("has a .. within brackets", "write it outside of them")
    for way in product(*(part.ways for part in parts)):
        yield tuple(word for some in way for word in some)


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
