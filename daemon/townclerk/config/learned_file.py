"""learned.tsv: what labelled mails have taught of words, as `townclerk rules learn` writes it.

    # comment
    (whole)   12005  3f0c1a...               how many lines follow, and a sum of them: a file that was cut off is refused
    (each)    safeguarding  hate_crime       labels that are judged each for itself
    (start)   -2.13         -3.02            what a mail without any of the words has
    pyjamas   1.84                           how much a word, or a pair of words, speaks for each; nothing: 0
    (one of)  complaint     comment          a further group: a mail is one of these

with tabs between. No person need write such a file; it can be read, and its words can be taken out: the fault that is found
then says what (whole) must be.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from townclerk.config.errors import Fault, FilesRefused
from townclerk.config.yaml import decoded, read_file
from townclerk.domain.likeness import Group, Learned

SUFFIX = ".tsv"
WHOLE, EACH, ONE_OF, START = "(whole)", "(each)", "(one of)", "(start)"  # in brackets, as no word is
ANEW = "write it anew with townclerk rules learn"
AGAIN = f"{ANEW}, or take the line out"
LONGEST_QUOTED = 40  # of a word in a fault, in characters
HEAVIEST = 50  # a weight: what is learned of mails is below 30
_WEIGHT = re.compile(r"-?[0-9]{1,2}(?:\.[0-9]{1,6})?")


def load_learned(path: Path) -> Learned:
    """What stands in the file at *path*. Raises FilesRefused."""
    return read_learned(read_file(path), str(path))


@lru_cache(maxsize=8)  # every council of an installation names the same one
def read_learned(content: bytes, file: str) -> Learned:
    """What stands in *content*; *file* is the name that faults show. Raises FilesRefused with all that is wrong."""
    reader = _Reader(file)
    groups = reader.groups(_whole(tuple(_lines(decoded(content, file))), file))
    if reader.faults:
        raise FilesRefused(reader.faults)
    return Learned(groups)


def write_learned(learned: Learned, says: Iterable[str]) -> str:
    """The file that holds *learned*, under lines that say where it comes from."""
    lines = [f"# {line}".rstrip() for line in says]
    for group in learned.groups:
        lines.append("\t".join((ONE_OF if group.one_of else EACH, *group.labels)))
        lines.append("\t".join((START, *(_said(each) for each in group.start))))
        lines += ["\t".join((sign, *map(_said, weights))).rstrip("\t") for sign, weights in sorted(group.weights.items())]
    return with_head("\n".join((*lines, "")))


def with_head(text: str) -> str:
    """*text* with the line by which it can be told whether it is whole, above all that says something."""
    lines = tuple(each for each in _lines(text) if each.name != WHOLE)
    written = [line for line in text.split("\n") if not line.startswith(WHOLE)]
    above = next((n for n, line in enumerate(written) if _says_something(line)), len(written))
    return "\n".join((*written[:above], _head_of(lines), *written[above:]))


def _said(weight: float) -> str:
    said = f"{max(-HEAVIEST, min(HEAVIEST, weight)):.1f}".removesuffix(".0")
    return "" if float(said) == 0 else said


@dataclass(frozen=True, slots=True)
class _Line:
    """A line that says something."""

    number: int
    written: str

    @property
    def name(self) -> str:
        return self.written.split("\t")[0]

    @property
    def cells(self) -> tuple[str, ...]:
        return tuple(self.written.split("\t")[1:])


def _lines(text: str) -> Iterator[_Line]:
    for number, line in enumerate(text.split("\n"), 1):
        if _says_something(line):
            yield _Line(number, line.rstrip("\r"))


def _says_something(line: str) -> bool:
    return bool(line.strip()) and not line.startswith("#")


# --- whether it is whole -----------------------------------------------------------------------------------------------


def _head_of(lines: Sequence[_Line]) -> str:
    """The first line of a file that says *lines* and nothing else."""
    digest = hashlib.sha256("\n".join(each.written for each in lines).encode()).hexdigest()
    return f"{WHOLE}\t{len(lines)}\t{digest[:16]}"


def _whole(lines: Sequence[_Line], file: str) -> Sequence[_Line]:
    """*lines* without the head. Raises FilesRefused where they are not those that it was written for: one figure that has come
    out otherwise, and alerts ring on every mail or on none."""
    head, rest = (lines[0], lines[1:]) if lines and lines[0].written.split()[:1] == [WHOLE] else (None, lines)
    if not rest:
        raise FilesRefused([Fault(file, 1, 1, "", "nothing that was learned stands in it", f"{ANEW}, or copy it anew")])
    if head is not None and head.written.split() == _head_of(rest).split():
        return rest
    if head is None:
        message = f"there is no line {WHOLE}, by which it can be told whether the file is whole"
        raise FilesRefused([Fault(file, rest[0].number, 1, "", message, f"{ANEW}, or write above this line: {_head_of(rest)}")])
    said = (head.written.split()[1:2] or ["?"])[0]
    many = f"{len(rest)} lines follow, and {said} were written" if said != str(len(rest)) else "a line has been changed"
    expected = f"copy the file anew, or {ANEW}; if you have changed it yourself, write here: {_head_of(rest)}"
    raise FilesRefused([Fault(file, head.number, 1, "", f"the file is not as it was written: {many}", expected)])


# --- reading -----------------------------------------------------------------------------------------------------------


class _Reader:
    """Reads the groups of a file one after the other, and notes what is wrong."""

    def __init__(self, file: str) -> None:
        self.faults: list[Fault] = []
        self._file = file
        self._labels: set[str] = set()

    def groups(self, lines: Iterable[_Line]) -> tuple[Group, ...]:
        blocks: list[list[_Line]] = []
        for line in lines:
            if line.name in (EACH, ONE_OF):
                blocks.append([line])
            elif blocks:
                blocks[-1].append(line)
            else:
                self._fault(
                    line, f"{_quoted(line.name)} stands before any labels", f"begin with {EACH} or {ONE_OF}, and the labels"
                )
                break
        return tuple(self._group(head, rows) for head, *rows in blocks)

    def _group(self, head: _Line, rows: list[_Line]) -> Group:
        labels = head.cells
        if not labels or not all(labels) or len({*labels} - self._labels) < len(labels):
            self._fault(head, "a group needs labels, each of them once", f"write for instance: {EACH}, a tab, safeguarding")
        self._labels |= {*labels}
        weights: dict[str, tuple[float, ...]] = {}
        for line in rows:
            row = _row(line.cells, len(labels))
            if row is None:
                self._fault(
                    line, f"behind {_quoted(line.name)} stand no {len(labels)} numbers up to {HEAVIEST} with tabs between"
                )
            elif line.name in weights:
                self._fault(line, f"{_quoted(line.name)} stands here twice", "take one of the lines out")
            else:
                weights[line.name] = row
        start = weights.pop(START, None)
        if start is None:
            self._fault(head, f"the group has no line {START}")
        return Group(labels, head.name == ONE_OF, start or (), weights)

    def _fault(self, line: _Line, message: str, expected: str = AGAIN) -> None:
        self.faults.append(Fault(self._file, line.number, 1, "", message, expected))


def _row(cells: tuple[str, ...], many: int) -> tuple[float, ...] | None:
    """The numbers of a line; None: they are none, too many, or weigh more than a word can."""
    if len(cells) > many or not all(_WEIGHT.fullmatch(each.strip()) for each in cells if each.strip()):
        return None
    found = [float(cell) if cell.strip() else 0.0 for cell in cells]
    return (*found, *(0.0 for _ in range(many - len(found)))) if all(abs(each) <= HEAVIEST for each in found) else None


def _quoted(written: str) -> str:
    return repr(written if len(written) <= LONGEST_QUOTED else f"{written[:LONGEST_QUOTED]}…")
