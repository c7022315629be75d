"""Printing for people and for programs. What others wrote cannot steer the terminal."""

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

# Line ends to some readers of lines, though not to JSON: an object must stay on one line for all of them. And what a terminal
# obeys (U+009B begins its orders), or what turns the direction of all that follows.
_NEVER_BARE = {
    code: f"\\u{code:04x}"
    for code in (*range(0x7F, 0xA0), 0x061C, *range(0x200E, 0x2010), *range(0x2028, 0x202F), *range(0x2066, 0x206A))
}


def say(*lines: str) -> None:
    for line in lines:
        typer.echo(harmless(line))


def complain(*lines: str) -> None:
    """Print on standard error."""
    for line in lines:
        typer.echo(harmless(line), err=True)


def say_bytes(raw: bytes) -> None:
    """As they are, on standard output."""
    sys.stdout.buffer.write(raw)
    sys.stdout.buffer.flush()


def say_json(value: Mapping[str, object]) -> None:
    """One JSON object on one line, always UTF-8. Half characters, which UTF-8 cannot hold, become question marks."""
    written = json.dumps(value, ensure_ascii=False, default=_as_json).translate(_NEVER_BARE)
    typer.echo(written.encode("utf-8", "replace"))


def say_table(headings: Sequence[str], rows: Iterable[Sequence[object]], *, empty: str) -> None:
    """A table: drawn on a terminal, plain aligned lines elsewhere. *empty* is said where there is no row."""
    written = [[one_line("" if cell is None else str(cell)) for cell in row] for row in rows]
    if not written:
        say(empty)
    elif at_a_screen():
        table = Table(*headings)
        for row in written:
            table.add_row(*(Text(cell) for cell in row))
        Console().print(table)
    else:
        widths = [max(len(cell) for cell in column) for column in zip(headings, *written, strict=True)]
        for row in ([heading.upper() for heading in headings], *written):
            say("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def at_a_screen() -> bool:
    """What we print is shown by a terminal, and goes to no file and no program."""
    return sys.stdout.isatty()


def harmless(text: str) -> str:
    """*text* without characters that a terminal would obey, or that turn the direction of what follows."""
    return "".join(c if c.isprintable() or c in "\n\t" else "�" for c in text)


def one_line(text: str) -> str:
    return " ".join(harmless(text).split())


def moment_words(moment: datetime | None) -> str:
    """A moment for a table, in the time zone that it is in: 2027-01-11 09:30. Empty for None."""
    return "" if moment is None else f"{moment:%Y-%m-%d %H:%M}"


def iso(moment: datetime | None) -> str | None:
    """A moment for a program: UTC, with its offset."""
    return None if moment is None else moment.astimezone(UTC).isoformat(timespec="seconds")


def _as_json(value: object) -> object:
    if isinstance(value, datetime):
        return iso(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Path):
        return str(value)
    raise TypeError(f"{type(value).__name__} is no JSON")
