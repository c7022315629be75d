"""learned.tsv: what labelled mails have taught of words, as `townclerk rules learn` writes it.

    # comment
    (each)    safeguarding  hate_crime       labels that are judged each for itself
    (start)   -2.13         -3.02            what a mail without any of the words has
    pyjamas   1.84                           how much a word, or a pair of words, speaks for each; nothing: 0
    (one of)  complaint     comment          a further group: a mail is one of these

with tabs between. No person need write such a file; it can be read, and its words can be taken out.
"""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from townclerk.config.errors import Fault, FilesRefused
from townclerk.config.yaml import read_file
from townclerk.domain.likeness import Group, Learned

SUFFIX = ".tsv"
EACH, ONE_OF, START = "(each)", "(one of)", "(start)"  # in brackets, as no word is
AGAIN = "write it anew with townclerk rules learn, or take the line out"


def load_learned(path: Path) -> Learned:
    """What stands in the file at *path*. Raises FilesRefused."""
    return read_learned(read_file(path), str(path))


@lru_cache(maxsize=8)  # every council of an installation names the same one
def read_learned(content: bytes, file: str) -> Learned:
    """What stands in *content*; *file* is the name that faults show. Raises FilesRefused with all that is wrong."""
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise FilesRefused([Fault(file, line, 0, "", "is not UTF-8", "save the file as UTF-8")]) from None
    reader = _Reader(file)
    groups = reader.groups(_lines(text))
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
    return "\n".join((*lines, ""))


def _said(weight: float) -> str:
    said = f"{weight:.1f}".removesuffix(".0")
    return "" if float(said) == 0 else said


@dataclass(frozen=True, slots=True)
class _Line:
    """A line that says something."""

    number: int
    name: str
    cells: tuple[str, ...]


def _lines(text: str) -> Iterator[_Line]:
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip() and not line.startswith("#"):
            name, *cells = line.rstrip("\r").split("\t")
            yield _Line(number, name, tuple(cells))


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
                self._fault(line, f"{line.name!r} stands before any labels", f"begin with {EACH} or {ONE_OF}, and the labels")
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
                self._fault(line, f"behind {line.name!r} stand no {len(labels)} numbers with tabs between")
            elif line.name in weights:
                self._fault(line, f"{line.name!r} stands here twice", "take one of the lines out")
            else:
                weights[line.name] = row
        start = weights.pop(START, None)
        if start is None:
            self._fault(head, f"the group has no line {START}")
        return Group(labels, head.name == ONE_OF, start or (), weights)

    def _fault(self, line: _Line, message: str, expected: str = AGAIN) -> None:
        self.faults.append(Fault(self._file, line.number, 1, "", message, expected))


def _row(cells: tuple[str, ...], many: int) -> tuple[float, ...] | None:
    """The numbers of a line; None: they are none, or too many."""
    try:
        found = [float(cell) if cell.strip() else 0.0 for cell in cells]
    except ValueError:
        return None
    if len(found) > many or not all(math.isfinite(each) for each in found):
        return None
    return (*found, *(0.0 for _ in range(many - len(found))))
