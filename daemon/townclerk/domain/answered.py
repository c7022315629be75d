"""An answer held beside the very letter that it answers: we know each of its words, in whatever way a program quotes it."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import compress
from operator import not_

from townclerk.domain.additions import above_lists_footer, is_banner, only_additions
from townclerk.domain.quoting import LIMIT, REPLY_ABOVE, Doubt, Written, without_heads
from townclerk.domain.signing import find_tokens

_WORD = re.compile(r"[^\W_]+")
_LINK = re.compile(r"<?(?:https?://|mailto:|tel:|www\.)[^\s<>]{1,4000}>?|\[cid:[^\]\n]{1,200}\]", re.IGNORECASE)
_LONGEST = 2_000  # characters of a line that are looked at for the head of a letter
_FILTERS_MARK = re.compile(r"\s*[\[({*].{0,60}[\])}*]\s*$")  # "[SUSPECTED SPAM]", as a rule
_TELLING = 5  # letters of a word of our name that say whom a program speaks of: "the council wrote"
_KNOWN = 3  # words in a row by which a line of the quote is known as ours
_STRANGE = 8  # words of a line of ours to each that a program may have put in
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
    """The lines of *text* that are in none of the *known* texts, and more than the head of a quoted mail. Takes time that grows
    with their lengths and no faster."""
    quoted = without_heads([line.lstrip("> ") for line in text[:LIMIT].split("\n")])
    lines = ["" if find_tokens(line) else line for line in quoted]  # our addresses are no words
    counts = _familiar(lines, "\n\n".join(known))
    blocks = [block for block in _blocks(lines, counts) if not only_additions(block)]
    enough = sum(total for total, familiar in counts if _is_known((total, familiar))) >= _TAKEN
    theirs = [enough and not all(map(_FILTERS_MARK.match, block)) for block in blocks]
    return Between(_joined(compress(blocks, map(not_, theirs))), _joined(compress(blocks, theirs)))


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
    known = set(_runs(list(_words("\n".join(_told_staff(plain.split("\n"))))), _TAKEN))
    theirs = [line for line in text.split("\n") if not line.lstrip().startswith("#")]
    return not known.isdisjoint(_runs(list(_words("\n".join(theirs))), _TAKEN))


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
    """The lines that are not the letter's, those that stand together in one list."""
    return _blocks(lines, _familiar(lines, letter))


def _familiar(lines: Sequence[str], letter: str) -> list[tuple[int, int]]:
    """Of each line how many words it has, and how many of those stand so in the letter."""
    known = set(_runs(list(_words(letter)), _KNOWN))
    words = [(word, index) for index, line in enumerate(lines) for word in _words(line)]
    ours = [False] * len(words)
    for at in range(len(words) - _KNOWN + 1):
        if tuple(word for word, _ in words[at : at + _KNOWN]) in known:
            ours[at : at + _KNOWN] = [True] * _KNOWN
    counts = [[0, 0] for _ in lines]
    for (_, index), is_ours in zip(words, ours, strict=True):
        counts[index][0] += 1
        counts[index][1] += is_ours
    return [(total, familiar) for total, familiar in counts]


def _is_known(count: tuple[int, int]) -> bool:
    """True where the line is ours. "I want to" stands in many a letter: half of what somebody writes shows nothing."""
    total, familiar = count
    return total > 0 and (total - familiar) * _STRANGE <= total


def _blocks(lines: Sequence[str], counts: Sequence[tuple[int, int]]) -> Iterator[list[str]]:
    block: list[str] = []
    for line, count in zip(lines, counts, strict=True):
        if count[0] and not _is_known(count):
            block.append(line)
        elif count[0] and block:
            yield block
            block = []
    if block:
        yield block


def _words(text: str) -> Iterator[str]:
    return (match[0] for match in _WORD.finditer(_LINK.sub(" ", text).casefold()))


def _runs(words: list[str], length: int) -> Iterator[tuple[str, ...]]:
    return (tuple(words[at : at + length]) for at in range(len(words) - length + 1))
