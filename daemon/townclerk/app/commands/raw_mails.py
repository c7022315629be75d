"""Raw mails on a disk, read one after the other in a process of their own."""

import asyncio
import os
from collections.abc import AsyncIterator, Iterable, Iterator
from pathlib import Path

from townclerk.mail.parsing import ParsePool
from townclerk.mail.reading import Reading

WORKERS = 2


async def read_mails(paths: Iterable[Path]) -> AsyncIterator[tuple[Path, Reading | OSError]]:
    """Each file of *paths*, or of the folders that they are, in their order, and what it says, or why it cannot be opened.
    Files whose name begins with a dot are left out."""
    pool = ParsePool(WORKERS)
    ahead: list[tuple[Path, asyncio.Task[Reading | OSError]]] = []
    try:
        for path in _files(paths):
            ahead.append((path, asyncio.create_task(_read(pool, path))))
            if len(ahead) > WORKERS:
                first, reading = ahead.pop(0)
                yield first, await reading
        for path, reading in ahead:
            yield path, await reading
    finally:
        await pool.close()


def shown(path: Path) -> str:
    """*path* for people and programs, whatever bytes its name is made of."""
    return os.fsencode(path).decode("utf-8", "replace")


def _files(paths: Iterable[Path]) -> Iterator[Path]:
    """The files to read, those of a folder in the order of their names."""
    for path in paths:
        if not path.is_dir():
            yield path
            continue
        for folder, folders, names in os.walk(path):
            folders[:] = sorted(name for name in folders if not name.startswith("."))
            for name in sorted(names):
                if not name.startswith(".") and (found := Path(folder, name)).is_file():
                    yield found


async def _read(pool: ParsePool, path: Path) -> Reading | OSError:
    try:
        if not _is_regular(path):
            return OSError("it is not a regular file")  # a pipe would never end
        return await pool.parse(path)
    except OSError as error:
        return error


def _is_regular(path: Path) -> bool:
    return path.is_file()
