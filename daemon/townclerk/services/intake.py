"""Mail in. Taking: raw bytes and position, committed before anything is looked at. Dealing: one mail at a time, in order."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path

import structlog

from townclerk.domain.mail import Arrival
from townclerk.domain.screening import screen
from townclerk.mail.mailbox import Mailbox
from townclerk.mail.parsing import ReaderUnavailable
from townclerk.mail.reading import Reading
from townclerk.services.aside import setting_aside
from townclerk.services.office import Office
from townclerk.services.quarantining import quarantine
from townclerk.services.sorting import sort
from townclerk.services.writing import LARGE_MAIL
from townclerk.store import mails
from townclerk.store.mails import StoredMail

BATCH = 50
MOST_ATTEMPTS = 3  # a mail that took the process down with it so often is set aside unread

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Counts:
    taken: int = 0
    dealt: int = 0
    quarantined: int = 0
    more: bool = False


async def run_once(office: Office, mailbox: Mailbox, now: datetime) -> Counts:
    """Take what has arrived, and deal with what has been taken. Raises MailboxTrouble where the mailbox cannot be reached;
    what was taken before is then dealt with all the same."""
    try:
        taken, more = await take(office, mailbox, now)
    finally:
        dealt, quarantined = await deal(office, now)
    return Counts(taken, dealt, quarantined, more or dealt == BATCH)


async def take(office: Office, mailbox: Mailbox, now: datetime) -> tuple[int, bool]:
    """(how many mails were taken, whether more are waiting)."""
    count, more = 0, False
    for folder in office.ways.folders:
        name = office.ways.mailbox
        position = await office.db.read(partial(mails.position, mailbox=name, folder=folder))
        start = position.start_from if position else office.ways.start_from or now.replace(microsecond=0)
        batch = await mailbox.arrivals(
            folder, position.uidvalidity if position else None, position.last_uid if position else 0, start, BATCH
        )
        work = partial(
            mails.take,
            mailbox=name,
            folder=folder,
            uidvalidity=batch.uidvalidity,
            highest_uid=batch.highest_uid,
            start_from=start,
            arrivals=batch.arrivals,
            now=now,
        )
        try:
            taken = await office.db.run(work)
        finally:
            _discard(batch.arrivals)
        if position is not None and position.uidvalidity != batch.uidvalidity:
            log.warning("mailbox renumbered", folder=folder, uidvalidity=batch.uidvalidity, repeated=taken.repeated)
        count += taken.taken
        more = more or batch.more
    return count, more


def _discard(arrivals: tuple[Arrival, ...]) -> None:
    for arrival in arrivals:
        if arrival.raw is not None:
            arrival.raw.discard()


async def deal(office: Office, now: datetime) -> tuple[int, int]:
    """(how many mails were dealt with, at most a batch; how many of them were set aside)."""
    waiting = await office.db.read(partial(mails.next_to_deal_with, mailbox=office.ways.mailbox, limit=BATCH))
    if fresh := [stored.id for stored in waiting if stored.attempts == 0]:
        # Their first attempt is counted for all at once. Later ones are counted one by one: of a batch in whose middle we were
        # killed, only the mail that it happens with again reaches the limit.
        await office.db.run(partial(mails.count_first_attempts, ids=fresh))
    aside = 0
    for stored in waiting:
        aside += not await _deal_with(office, stored, now)
    return len(waiting), aside


async def _deal_with(office: Office, stored: StoredMail, now: datetime) -> bool:
    """True where the mail was dealt with, False where it was set aside."""
    attempts = await office.db.run(partial(mails.count_attempt, id=stored.id)) if stored.attempts else 1
    if attempts > MOST_ATTEMPTS:
        await quarantine(office, stored, "we stopped in the middle of it several times", None, now)
        return False
    reading: Reading | None = None
    async with setting_aside(log, "mail set aside", mail=stored.id) as trouble:
        reading = await _read(office, stored)
        if reading.mail is not None and reading.quarantined is None:
            screening = screen(reading.mail, office.ways.own_addresses, office.signer.is_own_message_id)
            await sort(office, stored, reading.mail, screening, now)
            return True
    why = trouble.why or (reading.quarantined if reading else None) or "it cannot be read"
    await quarantine(office, stored, why, reading.mail if reading else None, now)
    return False


async def _read(office: Office, stored: StoredMail) -> Reading:
    try:
        if stored.size <= LARGE_MAIL:
            return await office.reader.parse(await office.db.read(partial(mails.raw_bytes, id=stored.id)))
        with _spooled(office) as path:
            with path.open("wb") as file:
                await office.db.read(partial(mails.write_raw, id=stored.id, file=file))
            return await office.reader.parse(path)
    except (ReaderUnavailable, OSError) as trouble:  # OSError: no room for a large mail to lie in, or its file was taken away
        await office.db.run(partial(mails.take_back_attempt, id=stored.id))
        raise ReaderUnavailable(f"mail cannot be read here now: {type(trouble).__name__}") from trouble


@contextmanager
def _spooled(office: Office) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(dir=office.ways.spool) as folder:
        yield Path(folder) / "mail"
