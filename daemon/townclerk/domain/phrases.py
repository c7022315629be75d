"""Words and phrases in what people write: whole words, in any case, with and without accents and apostrophes.

A text is cut into words once, each word is looked up once, however many phrases there are: a thousand rules cost as much as
ten. `bin*` is a word with any ending. White space and hyphens between words are all the same; any other sign between two words
of a phrase must stand in the text as well.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

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

    def is_found(self, word: str) -> bool:
        return word in self.whole or (bool(self.stems) and word.startswith(self.stems))


class PhraseIndex:
    """Finds any number of phrases in one pass. *variants*: of a word, how else people write it; it holds for each phrase in
    which the word stands."""

    def __init__(self, phrases: Iterable[str], variants: Mapping[str, Iterable[str]] | None = None) -> None:
        ways = {_key(word): tuple(others) for word, others in (variants or {}).items()}
        self._whole: dict[str, list[tuple[str, tuple[_Word, ...]]]] = {}
        self._stems: dict[str, list[tuple[str, tuple[_Word, ...]]]] = {}
        for phrase in dict.fromkeys(phrases):
            parts = tuple(_parts(phrase, ways))
            for way in parts[0].whole:
                self._whole.setdefault(way, []).append((phrase, parts))
            for stem in parts[0].stems:
                self._stems.setdefault(stem, []).append((phrase, parts))
        self._lengths = tuple(sorted({len(stem) for stem in self._stems}))

    def find(self, text: str) -> Findings:
        """Every phrase that stands in *text*, and where."""
        tokens = tuple(_TOKEN.finditer(text))
        words = tuple(folded(token[0]) for token in tokens)
        found: dict[str, list[Found]] = {}
        seen: dict[str, tuple[tuple[str, tuple[_Word, ...]], ...]] = {}
        for n, word in enumerate(words):
            begun = seen.get(word)
            if begun is None:
                begun = seen[word] = self._begun_by(word)
            for phrase, parts in begun:
                last = n + len(parts) - 1
                # Most phrases end here: their second word does not follow.
                if last == n or (
                    last < len(words) and parts[1].is_found(words[n + 1]) and _goes_on(parts, words, tokens, text, n)
                ):
                    found.setdefault(phrase, []).append(Found(tokens[n].start(), tokens[last].end(), n, last))
        return {phrase: tuple(places) for phrase, places in found.items()}

    def _begun_by(self, word: str) -> tuple[tuple[str, tuple[_Word, ...]], ...]:
        begun = list(self._whole.get(word, ()))
        for length in self._lengths:
            if length > len(word):
                break
            begun += self._stems.get(word[:length], ())
        return tuple(dict(begun).items())


def _goes_on(parts: tuple[_Word, ...], words: tuple[str, ...], tokens: tuple[re.Match[str], ...], text: str, n: int) -> bool:
    return all(
        part.is_found(words[n + k]) and part.gap == _between(text[tokens[n + k - 1].end() : tokens[n + k].start()])
        for k, part in enumerate(parts)
        if k
    )


def _between(gap: str) -> str:
    """The signs between two words, beside those that count as nothing."""
    return "" if gap.isspace() else _APART.sub("", gap)


def tokens_of(text: str) -> Iterator[str]:
    """The words of *text*, as they are written."""
    return (token[0] for token in _TOKEN.finditer(text))


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
