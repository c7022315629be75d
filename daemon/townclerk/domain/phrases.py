"""Words and phrases in what people write: whole words, in any case, with and without accents and apostrophes.

A text is cut into words once, each word is looked up once, however many phrases there are: a thousand rules cost as much as
ten. `bin*` is a word with any ending. White space and hyphens between words are all the same; any other sign between two words
of a phrase must stand in the text as well. "Boiler" stands in "the boiler's off", too.

`(took|takes|has) .. (her|their) card`: one of the words in brackets, or of the phrases; `(her|)` may be left out; `..` stands
for none to three words of the same sentence, whatever signs stand between them.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, KeysView, Mapping, Sequence, Set
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from itertools import pairwise, product
from typing import NamedTuple, TypeVar

APOSTROPHES = "'’‘ʼ`´"
_APOSTROPHES = frozenset(APOSTROPHES)
_INSIDE = "\u0300-\u036f\u00ad\u200b-\u200d\u2060\ufeff"  # accents that stand alone, and signs that nobody sees
_TOKEN = re.compile(rf"\w[\w{_INSIDE}]*(?:[{APOSTROPHES}]\w[\w{_INSIDE}]*)*")
_TOKENS = re.compile(f"({_TOKEN.pattern})")
_UNSEEN = frozenset({"Mn", "Cf"})  # categories of Unicode: what is put upon a letter, and what has no shape
_HYPHENS = r"\-\u2010\u2011\u2012\u2013\u2014"
PARSED = 1 << 15  # phrases and parts of them: councils share many, and each is read where it is checked and where it is used
_APART = re.compile(rf"[\s{APOSTROPHES}\"“”\u00a0{_HYPHENS}]+")


class Found(NamedTuple):
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

    def is_written(self, word: str, owner: str) -> bool:
        """Whether it is *word*, or its *owner*, where it has one."""
        return (
            word in self.whole
            or word.startswith(self.stems)
            or (bool(owner) and (owner in self.whole or owner.startswith(self.stems)))
        )


@dataclass(frozen=True, slots=True)
class _Choice:
    """A part of a phrase, in one of these ways; () where it may be left out. `loose`: `..` stands before it."""

    ways: tuple[tuple[_Word, ...], ...]
    loose: bool = False
    by_first: Mapping[str, tuple[int, ...]] = field(default_factory=dict)  # of many ways, by what the first word is looked up

    def beginning(self, keys: tuple[str, ...]) -> Iterable[tuple[_Word, ...]]:
        """The ways that may begin with a word of those *keys*, in order, or more than those."""
        if not self.by_first:
            return self.ways
        found = {n for key in (*keys, "") for n in self.by_first.get(key, ())}
        return (self.ways[n] for n in sorted(found))


FEW_WAYS = 3  # that are quicker tried than looked up


def _choice(ways: tuple[tuple[_Word, ...], ...], loose: bool) -> _Choice:
    by_first: dict[str, list[int]] = {}
    if len(ways) > FEW_WAYS:
        for n, way in enumerate(ways):
            for key in way[0].looked_up_by() if way else ("",):
                by_first.setdefault(key, []).append(n)
    return _Choice(ways, loose, {key: tuple(numbers) for key, numbers in by_first.items()})


_Phrase = tuple[str, tuple[_Choice, ...]]
"""A phrase as it was written in the rule, and its parts."""

MOST_GAPS = 4  # `..` in one phrase
MOST_WAYS = 500  # in which one part may be written, with brackets inside brackets
_REACH = 3  # words that `..` stands for
_BRACKETS = frozenset("()|")
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

    def going_on(self, read: "_Read", n: int) -> list[_Phrase]:
        """Those that may go on behind the word *n*."""
        found = self.open[:]
        for key in read.words[n + 1].keys if self.next else ():
            if key in self.next:
                found += self.next[key]
        if self.later:
            for key in {key for word in read.words[n + 1 : n + 2 + _REACH] for key in word.keys}:
                if key in self.later:
                    found += self.later[key]
        return found


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


@dataclass(frozen=True, slots=True)
class _Seen:
    """A word of a text. `owner`: of "boiler's", the boiler; "" of other words. `keys`: under what it is looked up; `alone`: the
    phrases that it is; `begun`: those that begin with it; `next`: under what a word is looked up with which some of them go on,
    None: it may be any word."""

    word: str
    owner: str
    keys: tuple[str, ...]
    alone: tuple[str, ...]
    begun: tuple[_Begun, ...]
    next: Set[str] | None


def _next(begun: tuple[_Begun, ...]) -> Set[str] | None:
    """See `_Seen`."""
    if any(each.later or each.open for each in begun):
        return None
    return begun[0].next.keys() if len(begun) == 1 else set().union(*(each.next for each in begun))


@dataclass(frozen=True, slots=True)
class _Piece:
    """What stands between white space: mostly a word. `gaps`: the signs before each word, and behind the last, that count."""

    words: tuple[_Seen, ...]
    gaps: tuple[str, ...]


_END = _Seen("", "", (), (), (), frozenset())  # behind the last word of a text
KEPT = 60_000  # words, and pieces, that have been looked up, as they are written
LAST_KEPT = 2  # texts: a subject, and what stands below it
LONGEST_KEPT = 40  # characters; what is longer is hardly written twice
_Known = TypeVar("_Known")


def _keep(kept: dict[str, _Known], written: str, known: _Known) -> None:
    if len(written) <= LONGEST_KEPT:
        if len(kept) >= KEPT:
            kept.clear()
        kept[written] = known


class PhraseIndex:
    """Finds any number of phrases in one pass. *variants*: of a word, how else people write it; it holds for each phrase in
    which the word stands."""

    def __init__(self, phrases: Iterable[str], variants: Mapping[str, Iterable[str]] | None = None) -> None:
        others = {_key(word): tuple(_key(way) for way in ways) for word, ways in (variants or {}).items()}
        self._begun: dict[str, _Begun] = {}
        self._pieces: dict[str, _Piece] = {}
        self._seen: dict[str, _Seen] = {}
        self._last: dict[str, Findings] = {}
        keys: set[str] = set()
        for phrase in dict.fromkeys(phrases):
            parts = tuple(_varied(part, others) for part in _choices(phrase)) if others else _choices(phrase)
            for part in parts:
                keys.update(part.by_first)
            for way in parts[0].ways:
                for key in way[0].looked_up_by():
                    self._begun.setdefault(key, _Begun()).add(phrase, parts, way)
        keys.update(self._begun, *((*begun.next, *begun.later) for begun in self._begun.values()))
        self._stems = frozenset(key for key in keys if key.endswith("*"))
        self._lengths = tuple(sorted({len(stem) - 1 for stem in self._stems}))

    def find(self, text: str) -> Findings:
        """Every phrase that stands in *text*, and where. The last few answers are kept: of a mail it is asked which form it is,
        and then where it goes."""
        found = self._last.get(text)
        if found is None:
            while len(self._last) >= LAST_KEPT:
                del self._last[next(iter(self._last))]
            found = self._last[text] = self._found(text)
        return found

    def _found(self, text: str) -> Findings:
        read = _Read(text, self._pieces, self._piece)
        found: dict[str, dict[int, int]] = {}
        for n, (word, following) in enumerate(pairwise((*read.words, _END))):
            for phrase in word.alone:
                found.setdefault(phrase, {}).setdefault(n, n)
            if following is _END if word.next is None else word.next.isdisjoint(following.keys):
                continue
            for each in word.begun:
                for phrase, parts in each.going_on(read, n):
                    if phrase in found and n in found[phrase]:
                        continue
                    last = read.end(parts, 0, n)
                    if last >= 0:
                        found.setdefault(phrase, {})[n] = last
        return _Places(found, read)

    def _piece(self, written: str) -> _Piece:
        """What there is to know of what stands between white space. It is kept: most of a mail stood in one before."""
        parts = _TOKENS.split(written)  # each second one is a word
        words = tuple(self._seen.get(token) or self._looked_up(token) for token in parts[1::2])
        piece = _Piece(words, tuple(_between(gap) for gap in parts[::2]))
        _keep(self._pieces, written, piece)
        return piece

    def _looked_up(self, token: str) -> _Seen:
        word = folded(token)
        owner = word[:-1] if token[-1] in "sS" and token[-2:-1] in _APOSTROPHES else ""
        keys = (*self._keys(word), *(self._keys(owner) if owner else ()))
        begun = tuple(self._begun[key] for key in keys if key in self._begun)
        alone = tuple(dict.fromkeys(phrase for each in begun for phrase in each.alone))
        seen = _Seen(word, owner, keys, alone, begun, _next(begun))
        _keep(self._seen, token, seen)
        return seen

    def _keys(self, word: str) -> tuple[str, ...]:
        """Under what phrases with *word* are looked up: itself, and each beginning that some phrase asks for."""
        beginnings = (f"{word[:length]}*" for length in self._lengths if length <= len(word))
        return (word, *(each for each in beginnings if each in self._stems))


class _Read:
    """A text, cut into words and what stands between them."""

    def __init__(self, text: str, kept: Mapping[str, _Piece], piece: Callable[[str], _Piece]) -> None:
        self._text = text
        self._pieces = [kept.get(written) or piece(written) for written in text.split()]
        self.words = [word for each in self._pieces for word in each.words]

    @cached_property
    def _gaps(self) -> list[str]:
        """The signs before each word that count."""
        gaps = [""]
        for piece in self._pieces:
            gaps[-1] += piece.gaps[0]
            gaps += piece.gaps[1:]
        return gaps

    @cached_property
    def _places(self) -> list[tuple[int, int]]:
        return [(start, end) for _, start, end in places_of_words(self._text)]

    def found(self, first: int, last: int) -> Found:
        return Found(self._places[first][0], self._places[last][1], first, last)

    def end(self, parts: tuple[_Choice, ...], k: int, at: int, loose: bool = False) -> int:
        """The last word of a phrase of which the part *k*, and those behind it, stand from the word *at* on; -1: it is none."""
        if k == len(parts):
            return at - 1
        part = parts[k]
        loose = loose or part.loose
        for start in range(at, at + _REACH + 1) if loose else (at,):
            if start >= len(self.words) or (loose and not _ENDS.isdisjoint(self._gaps[start])):
                return -1
            for way in part.beginning(self.words[start].keys):
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
        if start + len(way) > len(self.words):
            return False
        for n, word in enumerate(way, start):
            seen = self.words[n]
            if not word.is_written(seen.word, seen.owner):
                return False
            if not (loose and n == start) and word.gap != self._gaps[n]:
                return False
        return True


class _Places(Findings):
    """What was found in a text. Most rules ask only whether a phrase stands there: where, is counted when somebody asks."""

    __slots__ = ("_found", "_read")

    def __init__(self, found: dict[str, dict[int, int]], read: _Read) -> None:
        self._found = found  # of each phrase the first and the last word of its places
        self._read = read

    def __getitem__(self, phrase: str) -> tuple[Found, ...]:
        return tuple(self._read.found(first, last) for first, last in self._found[phrase].items())

    def __iter__(self) -> Iterator[str]:
        return iter(self._found)

    def __len__(self) -> int:
        return len(self._found)

    def keys(self) -> KeysView[str]:
        return self._found.keys()


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


@lru_cache(maxsize=PARSED)
def _parts(phrase: str) -> tuple[_Word, ...]:
    parts: list[_Word] = []
    end = 0
    for token in _TOKEN.finditer(phrase):
        key = _key(phrase[token.start() : _end(phrase, token)])
        gap = _between(phrase[end : token.start()]) if end else ""
        stem = key.endswith("*")
        parts.append(_Word(frozenset() if stem else frozenset((key,)), (key[:-1],) if stem else (), gap))
        end = _end(phrase, token)
    return tuple(parts)


def _varied(part: _Choice, variants: Mapping[str, tuple[str, ...]]) -> _Choice:
    """*part*, where each word may also be written in another way."""
    words = {word for way in part.ways for word in way}
    if all(variants.keys().isdisjoint(word.looked_up_by()) for word in words):
        return part
    varied = {word: _with_variants(word, variants) for word in words}
    return _choice(tuple(tuple(varied[word] for word in way) for way in part.ways), part.loose)


def _with_variants(word: _Word, variants: Mapping[str, tuple[str, ...]]) -> _Word:
    others = [other for key in word.looked_up_by() for other in variants.get(key, ())]
    whole = (other for other in others if not other.endswith("*"))
    return _Word(word.whole.union(whole), (*word.stems, *(other[:-1] for other in others if other.endswith("*"))), word.gap)


class WrongBrackets(ValueError):
    """What stands in the brackets of a phrase is no choice: (what is wrong, what to write instead)."""


def check_choices(phrase: str) -> None:
    """Raises WrongBrackets where *phrase* cannot be looked for."""
    parts = _choices(phrase)
    if phrase.startswith("..") or phrase.endswith("..") or not (parts and all(parts[0].ways) and all(parts[-1].ways)):
        raise WrongBrackets("begins or ends with what may be left out", "leave that out: it is found without it")
    if sum(part.loose for part in parts) > MOST_GAPS:
        raise WrongBrackets(f"has more than {MOST_GAPS} gaps", "divide it")


@lru_cache(maxsize=PARSED)
def _choices(phrase: str) -> tuple[_Choice, ...]:
    """The parts of *phrase*. Raises WrongBrackets."""
    choices: list[_Choice] = []
    loose = False
    for part in _pieces(phrase):
        if part == "..":
            loose = True
            continue
        ways = _ways(part) if part.startswith("(") else (_parts(part),)
        if ways != ((),):
            choices.append(_choice(ways, loose))
            loose = False
    return tuple(choices)


def _pieces(phrase: str) -> Iterator[str]:
    """*phrase*, cut at its brackets, and at `..` outside of them."""
    if _BRACKETS.isdisjoint(phrase):
        yield from re.split(r"(\.\.)", phrase)
        return
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
        wrong = "has a bracket that is not closed" if depth > 0 else "has a closing bracket too many"
        raise WrongBrackets(wrong, 'write for instance "(his|her) card"')
    yield from re.split(r"(\.\.)", phrase[begun:])


@lru_cache(maxsize=PARSED)
def _ways(part: str) -> tuple[tuple[_Word, ...], ...]:
    """What `(one|another|two words|)` stands for: all that are one word are one way. Raises WrongBrackets."""
    single: list[_Word] = []
    longer: list[tuple[_Word, ...]] = []
    alternatives = tuple(_alternatives(part[1:-1]))
    if len(alternatives) < 2:
        raise WrongBrackets("has brackets with no words to choose from", 'write for instance "(his|her) card"')
    for each in alternatives:
        for words in _flat(each):
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


def _flat(alternative: str) -> Iterator[tuple[_Word, ...]]:
    """Each way to write *alternative*, which may have brackets of its own."""
    parts = _choices(alternative)
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
