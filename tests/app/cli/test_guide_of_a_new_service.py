"""The guide "A new service and its rule": its commands, run as they are written, and what they print, held against the page.

What is another with everybody may differ: references, the names of sets, moments, accounts, and how many rules and tests there
are beside those of the guide. The same name must stand for the same thing, on the whole page.
"""

import re
import shlex
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from app.cli.house import Command

MANUAL = Path(__file__).parents[3] / "deploy" / "OPERATING.md"
TOWNCLERK = Path(sys.executable).with_name("townclerk")
HEADING = "### A new service and its rule, from the first line to rolling it back\n"
LEFT_OUT = "…"
SECONDS = 90  # at most: what the service is given to do what the page says that it does

_DIFFERS = re.compile(
    r"(?P<name>\b[0-9a-f]{12}\b|\b[A-Z]{1,4}-\d\d-\d{4}-[A-Z]\b)|(?P<moment>\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::[\d.]+Z)?)"
    r"|(?P<day>\d{4}-\d\d-\d\d)|(?P<spoken>\w+day \d+ \w+ \d{4} at \d+:\d\d[ap]m)|(?P<all>\d+ of \d+)"
    r"|(?P<number>(?<=line )\d+(?=\))|\d+(?= rules that)|\d+(?= more)|[+-]\d+ -\d+)|(?P<account>\(owner root\))|(?P<place>/srv)"
)
_AS = {
    "moment": r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::[\d.]+Z)?",
    "day": r"\d{4}-\d\d-\d\d",
    "spoken": r"\w+day \d+ \w+ \d{4} at \d+:\d\d[ap]m",
    "number": r"[+-]?\d+(?: -\d+)?",
    "account": r"\(owner [\w.-]+\)",
}


def guide() -> str:
    whole = MANUAL.read_text(encoding="utf-8").partition(HEADING)[2]
    return re.split(r"^##+ ", whole, maxsplit=1, flags=re.MULTILINE)[0]


def blocks() -> list[tuple[str, str | None]]:
    """What is typed together, and what its last command prints, where the page says so."""
    found = re.findall(r"```(sh|text)\n(.*?)```", guide(), re.DOTALL)
    typed: list[tuple[str, str | None]] = []
    for kind, written in found:
        if kind == "sh":
            typed.append((written, None))
        else:
            typed[-1] = (typed[-1][0], written)
    return typed


@dataclass
class Page:
    """The page beside what is seen. `names`: what a reference or a set of the page is called here."""

    place: Path
    names: dict[str, str] = field(default_factory=dict)

    def here(self, command: str) -> str:
        return _DIFFERS.sub(lambda match: self.names.get(match[0], match[0]), command)

    def agrees(self, written: str, seen: str) -> bool:
        """Whether *seen* is what the page shows, with what it leaves out."""
        lines, at, anywhere = seen.splitlines(), 0, False
        names = dict(self.names)
        for segment in _segments(written.splitlines()):
            if segment is None:
                anywhere = True
                continue
            places = range(at, len(lines) - len(segment) + 1) if anywhere else [at]
            found = next((place for place in places if self._same(segment, lines[place : place + len(segment)], names)), None)
            if found is None:
                return False
            at, anywhere = found + len(segment), False
        if not anywhere and at != len(lines):
            return False
        self.names = names
        return True

    def _same(self, written: Sequence[str], seen: Sequence[str], names: dict[str, str]) -> bool:
        if len(written) != len(seen):
            return False
        given = dict(names)
        for page, real in zip(written, seen, strict=True):
            if not self._same_line(page, real, given):
                return False
        names.update(given)
        return True

    def _same_line(self, page: str, real: str, names: dict[str, str]) -> bool:
        pattern, at, asked = "", 0, list[str]()
        page, cut, _ = page.partition(f" {LEFT_OUT}") if page.endswith(f" {LEFT_OUT}") else (page, "", "")
        for match in _DIFFERS.finditer(page):
            pattern += re.escape(page[at : match.start()])
            at = match.end()
            if match["name"]:
                asked.append(match["name"])
                pattern += r"([0-9A-Za-z-]+)" if match["name"] not in names else f"({re.escape(names[match['name']])})"
            elif match["all"]:
                pattern += r"(?:\d+) of (?:\d+)"
            elif match["place"]:
                pattern += re.escape(str(self.place))
            else:
                pattern += _AS[str(match.lastgroup)]
        found = re.fullmatch(pattern + re.escape(page[at:]) + (".*" if cut else ""), real)
        if found is None:
            return False
        named = dict(zip(asked, found.groups(), strict=True))
        names.update(named)
        return len(set(names.values())) == len(names)


def _segments(lines: Sequence[str]) -> Iterator[list[str] | None]:
    """The lines that stand together; None where some are left out."""
    segment: list[str] = []
    for line in lines:
        if line.strip() == LEFT_OUT:
            if segment:
                yield segment
            yield None
            segment = []
        else:
            segment.append(line)
    if segment:
        yield segment


@contextmanager
def in_a_window_of_its_own(command: str, place: Path) -> Iterator[Path]:
    """A command that stays. Yields the file of what it prints."""
    printed = place / "first-window"
    with printed.open("w") as out:
        running = subprocess.Popen([TOWNCLERK, *shlex.split(command)[1:]], cwd=place, stdout=out, stderr=subprocess.STDOUT)
        try:
            yield printed
        finally:
            running.terminate()
            running.wait(30)


def statements(block: str) -> Iterator[str]:
    """Each townclerk command by itself, and what the shell is given between two of them."""
    shell: list[str] = []
    for line in block.splitlines():
        if line.startswith(("townclerk ", "cd ")):
            if shell:
                yield "\n".join(shell)
            yield line
            shell = []
        else:
            shell.append(line)
    if shell:
        yield "\n".join(shell)


def wait_until(agrees: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + SECONDS
    while not (agreed := agrees()) and time.monotonic() < deadline:
        time.sleep(0.5)
    return agreed


def test_what_the_guide_types_does_what_the_guide_shows(townclerk: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    place = Path.cwd()
    page, seen = Page(place), ""

    def run(statement: str) -> str:
        if statement.startswith("townclerk "):
            ran = townclerk(*shlex.split(page.here(statement))[1:])
            return ran.out + ran.err
        if statement.startswith("cd "):
            monkeypatch.chdir(statement.removeprefix("cd "))
            return ""
        done = subprocess.run(["bash", "-c", statement], capture_output=True, text=True, check=False, timeout=30)
        return done.stdout + done.stderr

    first, *rest = blocks()
    with in_a_window_of_its_own(first[0], place) as printed:
        assert wait_until(lambda: page.agrees(first[1] or "", printed.read_text())), printed.read_text()
        for typed, shown in rest:
            *before, last = statements(typed)
            for statement in before:
                run(statement)

            def agrees(last: str = last, shown: str = shown or LEFT_OUT) -> bool:
                nonlocal seen
                seen = run(last)
                return page.agrees(shown, seen)

            assert wait_until(agrees), f"{last}\nprints\n{seen}\nand not\n{shown}"
