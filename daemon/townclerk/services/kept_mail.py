"""The mails that we keep, as they came: a small one from memory, a large one as a file."""

import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

from townclerk.domain.quoting import Written
from townclerk.services.office import Office
from townclerk.store import mails
from townclerk.store.database import Database
from townclerk.store.errors import NotThere
from townclerk.store.mails import StoredMail

LARGE_MAIL = 1_000_000  # bytes: from here on a mail is handed over as a file, not held in memory


class NoRoom(Exception):
    """A large mail cannot lie on this machine's disk while it is read: nothing is wrong with it."""


@asynccontextmanager
async def source_of(db: Database, stored: StoredMail, spool: Path | None) -> AsyncIterator[bytes | Path]:
    """What *stored* is read from, while the block runs; a file of its own lies in *spool*. Raises NoRoom."""
    if stored.size <= LARGE_MAIL:
        yield await db.read(partial(mails.raw_bytes, id=stored.id))
        return
    try:
        with tempfile.TemporaryDirectory(dir=spool) as folder:
            path = Path(folder) / "mail"
            with path.open("wb") as file:
                await db.read(partial(mails.write_raw, id=stored.id, file=file))
            yield path
    except OSError as trouble:
        raise NoRoom(f"no room for a large mail: {type(trouble).__name__}") from trouble


@asynccontextmanager
async def kept(office: Office, number: int) -> AsyncIterator[bytes | Path]:
    """As `source_of`, for the mail *number*. Raises NotThere where there is none."""
    stored = await office.db.read(partial(mails.get, id=number))
    if stored is None:
        raise NotThere(f"there is no mail {number}")
    async with source_of(office.db, stored, office.ways.spool) as source:
        yield source


async def written_in(office: Office, number: int) -> Written:
    """What the sender of the mail *number* wrote, for acting on it. Raises MailUnreadable, NoRoom."""
    async with kept(office, number) as source:
        return await office.reader.written(source)
