"""Raw mails, read one after the other in a process of their own, while the next are fetched."""

import asyncio
import os
import re
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, Iterator
from contextlib import aclosing
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TypeVar

from townclerk.domain.signature import SignatureKind
from townclerk.mail.parsing import ParsePool
from townclerk.mail.reading import Reading

WORKERS = 2
LONGEST_LINE = 65_536  # bytes read at once of an mbox; a longer line comes in several pieces
FIRST = b"From "  # of each mail in an mbox, in a line above it
_HEADER = re.compile(rb"[!-9;-~]+[ \t]*:|>From ")
_TIME = re.compile(rb"\d:\d\d")
_OF_MAILDIR = frozenset({"cur", "new", "tmp"})

T = TypeVar("T")
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class RawMail:
    """A mail on a disk, as it came. `name`: its file, and its number there where that is an mbox with several."""

    name: str
    source: Path | bytes | OSError


async def read_mails(
    paths: Iterable[Path], trusted: tuple[bytes, ...] = ()
) -> AsyncGenerator[tuple[str, Reading | OSError], None]:
    """The name of each mail of *paths*, in their order, and what it says, or why it cannot be opened. A path is a file, an
    mbox, a maildir, or a folder of any of them. Files whose name begins with a dot are left out. Signatures are held
    against the certificates *trusted*, as things stood on the day that the mail bears: a file does not say when it came."""
    async with aclosing(in_order(raw_mails(paths), partial(_read, trusted=trusted))) as found:
        async for raw, reading in found:
            yield raw.name, reading


async def in_order(items: Iterable[T], read: Callable[[ParsePool, T], Awaitable[R]]) -> AsyncGenerator[tuple[T, R], None]:
    """Each of *items* and what was read of it. A few are read ahead, no more: however many there are, little is in memory."""
    pool = ParsePool(WORKERS)
    ahead: list[tuple[T, asyncio.Future[R]]] = []
    try:
        for item in items:
            ahead.append((item, asyncio.ensure_future(read(pool, item))))
            if len(ahead) > WORKERS:
                first, reading = ahead.pop(0)
                yield first, await reading
        while ahead:
            first, reading = ahead.pop(0)
            yield first, await reading
    finally:
        await asyncio.gather(*(reading for _, reading in ahead), return_exceptions=True)
        await pool.close()


def shown(path: Path) -> str:
    """*path* for people and programs, whatever bytes its name is made of."""
    return os.fsencode(path).decode("utf-8", "replace")


def no_mails_in(paths: Iterable[Path]) -> str:
    """What is said where nothing was found to read."""
    return f"there are no mails in {', '.join(map(shown, paths))}: name a mail, an mbox, a maildir, or a folder of them"


# --- files, folders, maildirs --------------------------------------------------------------------------------------------


def raw_mails(paths: Iterable[Path]) -> Iterator[RawMail]:
    """The mails of *paths*, one at a time."""
    for path in _files(paths):
        try:
            yield from _mails_in(path)
        except OSError as error:
            yield RawMail(shown(path), error)


def _mails_in(path: Path) -> Iterator[RawMail]:
    if not path.exists():
        yield RawMail(shown(path), OSError("there is no such file"))
    elif not path.is_file():
        yield RawMail(shown(path), OSError("it is not a regular file"))  # a pipe would never end
    elif _is_mbox(path):
        yield from _mails_of_mbox(path)
    else:
        yield RawMail(shown(path), path)


def _files(paths: Iterable[Path]) -> Iterator[Path]:
    """The files to read, those of a folder in the order of their names."""
    for path in paths:
        if not path.is_dir():
            yield path
            continue
        for folder, folders, names in os.walk(path):
            if {"cur", "new"} <= set(folders):
                folders[:] = [name for name in folders if name not in _OF_MAILDIR]
                yield from _of_maildir(Path(folder))
                names = []  # noqa: PLW2901 - what else lies there are the mail server's notes
            folders[:] = sorted(name for name in folders if not name.startswith("."))
            for name in sorted(names):
                if not name.startswith(".") and (found := Path(folder, name)).is_file():
                    yield found


def _of_maildir(folder: Path) -> Iterator[Path]:
    """Its mails, by the names that the mail server gave: about the order in which they came, whether read or new."""
    files = [(name, part) for part in ("cur", "new") for name in _names_in(folder / part) if not name.startswith(".")]
    for name, part in sorted(files):
        if (found := folder / part / name).is_file():
            yield found


def _names_in(folder: Path) -> list[str]:
    return next((names for _, _, names in os.walk(folder)), [])


# --- an mbox -------------------------------------------------------------------------------------------------------------


def _is_mbox(path: Path) -> bool:
    """One mail that was saved with the line above it is not an mbox, if it is called a mail: it has no second."""
    if path.suffix.lower() == ".eml":
        return False
    with path.open("rb") as file:
        return file.read(len(FIRST)) == FIRST


def _mails_of_mbox(path: Path) -> Iterator[RawMail]:
    number, waiting = 0, b""
    for number, raw in enumerate(_split(path), 1):
        if number > 1:
            yield RawMail(f"{shown(path)}:{number - 1}", waiting)
        waiting = raw
    yield RawMail(f"{shown(path)}:{number}" if number > 1 else shown(path), waiting)


def _split(path: Path) -> Iterator[bytes]:
    """The mails of an mbox, without the lines above them."""
    with path.open("rb") as file:
        file.readline(LONGEST_LINE)
        mail = bytearray()
        before, line = b"\n", file.readline(LONGEST_LINE)
        while line:
            after = file.readline(LONGEST_LINE)
            if _begins(before, line, after):
                yield bytes(mail)
                mail.clear()
            else:
                mail += line
            before, line = line, after
        yield bytes(mail)


def _begins(before: bytes, line: bytes, after: bytes) -> bool:
    """Whether *line* stands above a mail: some programs mark a line of a text that begins so, and some do not. A header
    follows; and either nothing stands before it, or it says when the mail came."""
    if not line.startswith(FIRST) or not before.endswith(b"\n") or not _HEADER.match(after):
        return False
    return not before.strip() or _TIME.search(line) is not None


# --- reading -------------------------------------------------------------------------------------------------------------


async def _read(pool: ParsePool, raw: RawMail, trusted: tuple[bytes, ...] = ()) -> Reading | OSError:
    if isinstance(raw.source, OSError):
        return raw.source
    try:
        reading = await pool.parse(raw.source)
        mail = reading.mail
        if mail is None or mail.signature.kind is not SignatureKind.SMIME or not trusted:
            return reading
        at = mail.date or datetime.now(UTC)
        found = await pool.signature(raw.source, at if at.tzinfo else at.replace(tzinfo=UTC), trusted)
        return replace(reading, mail=replace(mail, signature=found))
    except OSError as error:
        return error
