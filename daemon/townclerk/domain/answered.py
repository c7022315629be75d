"""An answer held beside the very letter that it answers: we know each of its words, in whatever way a program quotes it."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import compress, groupby, pairwise
from operator import not_

from townclerk.domain.additions import above_lists_footer, is_banner, only_additions
from townclerk.domain.quoting import LIMIT, REPLY_ABOVE, Doubt, Written, without_heads
from townclerk.domain.signing import find_tokens

_WORD = re.compile(r"[^\W_]+")
_LINK = re.compile(r"<?(?:https?://|mailto:|tel:|www\.)[^\s<>]{1,4000}>?|\[cid:[^\]\n]{1,200}\]", re.IGNORECASE)
_LONGEST = 2_000  # characters of a line that are looked at for the head of a letter
_FILTERS_MARK = re.compile(
    r"\s*(?:[\[({]|\*\*)(?:\W{0,9}\w{1,20}\b){0,4}\W{0,9}(?:[\])}]|\*\*)\s*$"
)  # "[SUSPECTED SPAM]", as a rule
_TELLING = 5  # letters of a word of our name that say whom a program speaks of: "the council wrote"
_KNOWN = 3  # words in a row by which a line of the quote is known as ours
_STRANGE = 8  # words of a line of ours to each that a program may have put in
_WRITTEN_IN, _WRITTEN_BESIDE = 3, 2  # strange words in a row that are no program's: in a line of ours, at either end of one
_WHOLE = 0.6  # of the runs of words of a letter: with so many it stands in a text, be its end cut off
_OPENING = 6  # words of a letter by which its beginning is known
_LEAST = 20  # such runs of a letter that can be told from a sentence that somebody repeats
_TAKEN = 8  # words in a row by which a text is known to hold a piece of our letter


@dataclass(frozen=True, slots=True)
class OwnLetter:
    """A letter of ours. `plain` and `page` are its text and that of its page; `names` what a program can call it by where it
    quotes it: our name first, our addresses, its subject."""

    plain: str
    page: str
    names: tuple[str, ...]


def beside(written: Written, letter: OwnLetter) -> Written:
    """*written*, with a doubt where it holds a piece of *letter*, where the quote begins with somebody else's mail, or where
    somebody has written into it. Takes time that grows with their lengths and no faster."""
    if written.doubt is not None:
        return written
    if _holds_piece(written.text, letter.plain) or not _begins_with_ours(written.quoted, letter.names):
        return replace(written, doubt=Doubt.QUOTED)
    if _is_written_into(written.quoted, f"{letter.plain}\n{letter.page}"):
        return replace(written, doubt=Doubt.BELOW)
    return written


@dataclass(frozen=True, slots=True)
class Between:
    """What stands in a quote and is not of it. `answers`: what somebody wrote above, among or below the lines of a letter of
    ours; `beside`: what else is not known, be it theirs or a program's."""

    beside: str
    answers: str

    @property
    def words(self) -> str:
        return "\n\n".join(filter(None, (self.beside, self.answers)))


def between_the_lines(text: str, known: Sequence[str]) -> Between:
    """The words of *text* that are in none of the *known* texts, and more than the head of a quoted mail. Takes time that grows
    with their lengths and no faster."""
    quoted = without_heads([line.lstrip("> ") for line in text[:LIMIT].split("\n")])
    lines = _lines(["" if find_tokens(line) else line for line in quoted], "\n\n".join(known))  # our addresses are no words
    blocks = [block for block in _blocks(lines) if not only_additions(block)]
    enough = sum(line.total for line in lines if line.is_known) >= _TAKEN
    theirs = [enough and not all(map(_FILTERS_MARK.match, block)) for block in blocks]
    return Between(_joined(compress(blocks, map(not_, theirs))), _joined(compress(blocks, theirs)))


def without_letters(text: str, letters: Iterable[str]) -> str:
    """*text* without any of our *letters* that stands in it as a whole: a program has quoted it and put no sign before it. A
    sentence of ours that somebody repeats is theirs. Takes time that grows with their lengths and no faster."""
    runs = set(_runs(_words(text[:LIMIT]), _KNOWN))
    whole = [letter for letter in letters if _stands_in(letter, runs)]
    if not whole:
        return text
    lines = text[:LIMIT].split("\n")
    start = _opening(lines, whole)
    kept = [line.added if line.is_known else line.text for line in _lines(lines[start:], "\n\n".join(whole))]
    return re.sub(r"\n{3,}", "\n\n", "\n".join([*lines[:start], *kept]) + text[LIMIT:]).strip()


def _opening(lines: Sequence[str], letters: Iterable[str]) -> int:
    """The line with which the first of *letters* begins: above it they may repeat what the letter holds of their own words."""
    openings = {run for letter in letters for run in _runs(_words(letter)[:_OPENING], _KNOWN)}
    two = (f"{line} {below}" for line, below in pairwise([*lines, ""]))
    return next((index for index, each in enumerate(two) if not openings.isdisjoint(_runs(_words(each), _KNOWN))), 0)


def _stands_in(letter: str, runs: set[tuple[str, ...]]) -> bool:
    its = set(_runs(_words(letter), _KNOWN))
    return len(its) >= _LEAST and len(its & runs) >= _WHOLE * len(its)


def _joined(blocks: Iterable[list[str]]) -> str:
    return "\n\n".join(map("\n".join, blocks))


def _begins_with_ours(quoted: str, names: tuple[str, ...]) -> bool:
    """True where what stands above our letter in the quote, if anything does, speaks of us."""
    lines = quoted.split("\n")
    above = _folded(" ".join(lines[: _head(lines) or 0]).replace(">", " "))
    said = set(_WORD.findall(above))
    if not said or is_banner([above]):
        return True
    if any(_folded(name) in above for name in names if name):
        return True
    return "@" not in above and any(len(word) >= _TELLING and word in said for word in _WORD.findall(names[0].casefold()))


def _head(lines: list[str]) -> int | None:
    """Where the letter itself begins."""
    return next((index for index, line in enumerate(lines) if REPLY_ABOVE.casefold() in _folded(line[:_LONGEST])), None)


def _folded(text: str) -> str:
    return " ".join(text.casefold().split())


def _holds_piece(text: str, plain: str) -> bool:
    """True where the text repeats what the letter tells staff. What the resident wrote, whoever answers may repeat; and what
    the letter offers to be written to them."""
    known = set(_runs(_words("\n".join(_told_staff(plain.split("\n")))), _TAKEN))
    theirs = [line for line in text.split("\n") if not line.lstrip().startswith("#")]
    return not known.isdisjoint(_runs(_words("\n".join(theirs)), _TAKEN))


def _told_staff(lines: list[str]) -> Iterator[str]:
    offered = False
    for line in lines:
        offered = line.startswith("- #") or (offered and line.startswith("  "))
        if not offered and not line.startswith(">"):
            yield line


def _is_written_into(quoted: str, letter: str) -> bool:
    lines = quoted.split("\n")
    head = _head(lines)
    if head is None:
        return False
    return any(not only_additions(block) for block in _unknown(above_lists_footer(lines[head + 1 :]), letter))


def _unknown(lines: Sequence[str], letter: str) -> Iterator[list[str]]:
    """What is not the letter's: lines that stand together in one list."""
    return _blocks(_lines(lines, letter))


@dataclass(frozen=True, slots=True)
class _Line:
    """A line of a quote: how many words it has, and how many of those stand so in a letter of ours. `added`: what somebody
    has written into it, or at an end of it."""

    text: str
    total: int
    familiar: int
    added: str

    @property
    def is_known(self) -> bool:
        """True where the line is ours. "I want to" stands in many a letter: half of what somebody writes shows nothing."""
        return self.total > 0 and (self.total - self.familiar) * _STRANGE <= self.total


def _lines(lines: Sequence[str], letter: str) -> list[_Line]:
    """*lines*, each held beside the letter."""
    known = set(_runs(_words(letter), _KNOWN))
    found = [list(_WORD.finditer(_bare(line))) for line in lines]
    words = [match[0].casefold() for each in found for match in each]
    ours = bytearray(len(words))
    for at, run in enumerate(_runs(words, _KNOWN)):
        if run in known:
            ours[at : at + _KNOWN] = b"\1" * _KNOWN
    marks = iter(ours)
    return [_line(line, each, [bool(next(marks)) for _ in each]) for line, each in zip(lines, found, strict=True)]


def _line(text: str, words: list[re.Match[str]], ours: list[bool]) -> _Line:
    runs = [list(group) for familiar, group in groupby(range(len(words)), ours.__getitem__) if not familiar]
    beside = {0, len(words) - 1}
    long = [run for run in runs if len(run) >= (_WRITTEN_IN if beside.isdisjoint(run) else _WRITTEN_BESIDE)]
    ends = [words[run[-1] + 1].start() if run[-1] + 1 < len(words) else len(text) for run in long]
    added = " ".join(text[words[run[0]].start() : end].strip() for run, end in zip(long, ends, strict=True))
    return _Line(text, len(words), sum(ours), added)


def _blocks(lines: Iterable[_Line]) -> Iterator[list[str]]:
    block: list[str] = []
    for line in lines:
        if not line.total:
            continue
        if not line.is_known:
            block.append(line.text)
            continue
        if block:
            yield block
            block = []
        if line.added:
            yield [line.added]
    if block:
        yield block


def _bare(text: str) -> str:
    """*text* with a blank for each character of a link."""
    return _LINK.sub(lambda link: " " * len(link[0]), text)


def _words(text: str) -> list[str]:
    return [match[0].casefold() for match in _WORD.finditer(_bare(text))]


def _runs(words: list[str], length: int) -> Iterator[tuple[str, ...]]:
    return (tuple(words[at : at + length]) for at in range(len(words) - length + 1))
