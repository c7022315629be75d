"""Mail in. Taking: raw bytes and position, committed before anything is looked at. Dealing: one mail at a time, in order."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum
from functools import partial
from pathlib import Path

import structlog

from townclerk.domain.mail import Arrival
from townclerk.domain.screening import screen
from townclerk.domain.signature import SignatureKind, unreadable
from townclerk.mail.errors import MailboxFolderMissing, MailboxTrouble
from townclerk.mail.mailbox import Mailbox
from townclerk.mail.parsing import ReaderUnavailable
from townclerk.mail.reading import Reading
from townclerk.services.aside import setting_aside
from townclerk.services.kept_mail import NoRoom, source_of
from townclerk.services.office import Office
from townclerk.services.quarantining import quarantine
from townclerk.services.sorting import sort, sort_sent
from townclerk.store import mails
from townclerk.store.mails import StoredMail

BATCH = 50
MOST_ATTEMPTS = 3  # a mail that took the process down with it so often is set aside unread

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Counts:
    """`skipped` mails wait for room on the disk; `missing` folders are not in the mailbox. `more`: another pass at once has
    something to do."""

    taken: int = 0
    dealt: int = 0
    quarantined: int = 0
    skipped: int = 0
    more: bool = False
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Took:
    count: int = 0
    more: bool = False
    missing: tuple[str, ...] = ()


class Fate(Enum):
    """What became of a mail in one pass."""

    DONE = "done"
    ASIDE = "aside"
    SKIPPED = "skipped"


async def run_once(office: Office, mailbox: Mailbox, now: datetime) -> Counts:
    """Take what has arrived, and deal with what has been taken. Raises MailboxTrouble where the mailbox cannot be reached;
    what was taken before is then dealt with all the same."""
    try:
        took = await take(office, mailbox, now)
    except MailboxTrouble:
        await deal(office, now)
        raise
    fates = await deal(office, now)
    skipped = fates.count(Fate.SKIPPED)
    dealt = len(fates) - skipped
    more = took.more or (dealt > 0 and len(fates) == BATCH)
    return Counts(took.count, dealt, fates.count(Fate.ASIDE), skipped, more, took.missing)


async def take(office: Office, mailbox: Mailbox, now: datetime) -> Took:
    """Take what has arrived in every folder. One that is not there keeps nobody from the others; MailboxFolderMissing where
    none of them is."""
    took = Took()
    for folder in office.ways.folders:
        try:
            count, more = await _take_folder(office, mailbox, folder, now)
        except MailboxFolderMissing as missing:
            took = replace(took, missing=(*took.missing, folder))
            if len(took.missing) == len(office.ways.folders):
                raise
            log.warning("folder missing", folder=missing.folder)
        else:
            took = replace(took, count=took.count + count, more=took.more or more)
    return await _take_sent(office, mailbox, took, now)


async def _take_sent(office: Office, mailbox: Mailbox, took: Took, now: datetime) -> Took:
    """Take what people have sent as the mailbox. What lies there when it is first looked into is recorded only."""
    folder = office.ways.sent_folder
    if folder is None:
        return took
    try:
        count, more = await _take_folder(office, mailbox, folder, now)
    except MailboxFolderMissing:
        return replace(took, missing=(*took.missing, folder))
    return replace(took, count=took.count + count, more=took.more or more)


async def _take_folder(office: Office, mailbox: Mailbox, folder: str, now: datetime) -> tuple[int, bool]:
    """(how many mails were taken, whether more are waiting)."""
    name = office.ways.mailbox
    position = await office.db.read(partial(mails.position, mailbox=name, folder=folder))
    start = position.start_from if position and position.start_from <= now else _first_look(office, folder, now)
    validity, last = (position.uidvalidity, position.last_uid) if position else (None, 0)
    batch = await mailbox.arrivals(folder, validity, last, start, BATCH)
    if not batch.arrivals and batch.uidvalidity == validity and batch.highest_uid <= last:
        return 0, batch.more  # nothing is to be kept: most looks are so, and to write costs more than to look
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
    return taken.taken, batch.more


def _first_look(office: Office, folder: str, now: datetime) -> datetime:
    """From when on the mail of *folder* counts, which has never been looked into, or only before that moment."""
    moment = now.replace(microsecond=0)
    return moment if folder == office.ways.sent_folder else office.ways.start_from or moment


def _discard(arrivals: tuple[Arrival, ...]) -> None:
    for arrival in arrivals:
        if arrival.raw is not None:
            arrival.raw.discard()


async def deal(office: Office, now: datetime) -> list[Fate]:
    """Deal with the mails that wait, at most a batch. Raises ReaderUnavailable: then no mail can be read."""
    waiting = await office.db.read(partial(mails.next_to_deal_with, mailbox=office.ways.mailbox, limit=BATCH))
    if waiting:
        # A reader takes a while to start: who is killed meanwhile was not in the middle of a mail.
        await office.reader.get_ready()
    if fresh := [stored.id for stored in waiting if stored.attempts == 0]:
        # Their first attempt is counted for all at once. Later ones are counted one by one: of a batch in whose middle we were
        # killed, only the mail that it happens with again reaches the limit.
        await office.db.run(partial(mails.count_first_attempts, ids=fresh))
    return [await _deal_with(office, stored, now) for stored in waiting]


async def _deal_with(office: Office, stored: StoredMail, now: datetime) -> Fate:
    attempts = await office.db.run(partial(mails.count_attempt, id=stored.id)) if stored.attempts else 1
    if attempts > MOST_ATTEMPTS:
        await quarantine(office, stored, "we stopped in the middle of it several times", None, now)
        return Fate.ASIDE
    try:
        return await _read_and_sort(office, stored, now)
    except NoRoom:
        await office.db.run(partial(mails.take_back_attempt, id=stored.id))
        log.warning("mail skipped: no room to read it", mail=stored.id)
        return Fate.SKIPPED


async def _read_and_sort(office: Office, stored: StoredMail, now: datetime) -> Fate:
    reading: Reading | None = None
    async with setting_aside(log, "mail set aside", let_pass=(NoRoom,), mail=stored.id) as trouble:
        reading = await _read(office, stored)
        if reading.mail is not None and reading.quarantined is None:
            if stored.folder == office.ways.sent_folder:
                await sort_sent(office, stored, reading.mail, now)
                return Fate.DONE
            screening = screen(reading.mail, office.ways.own_addresses, office.signer.is_own_message_id)
            await sort(office, stored, reading.mail, screening, now)
            return Fate.DONE
    why = trouble.why or (reading.quarantined if reading else None) or "it cannot be read"
    await quarantine(office, stored, why, reading.mail if reading else None, now)
    return Fate.ASIDE


async def _read(office: Office, stored: StoredMail) -> Reading:
    try:
        async with source_of(office.db, stored, office.ways.spool) as source:
            reading = await office.reader.parse(source)
            return await _looked_at(office, reading, source, stored.received_at)
    except ReaderUnavailable:
        await office.db.run(partial(mails.take_back_attempt, id=stored.id))
        raise


async def _looked_at(office: Office, reading: Reading, source: bytes | Path, received_at: datetime) -> Reading:
    """*reading*, with what came of the signature of the mail, where there is one and somebody is trusted here."""
    mail = reading.mail
    if mail is None or mail.signature.kind is not SignatureKind.SMIME or not office.trusted:
        return reading
    try:
        found = await office.reader.signature(source, received_at, office.trusted)
    except OSError:  # the mail itself has been read, and goes on
        found = unreadable("the mail could not be opened again")
    return replace(reading, mail=replace(mail, signature=found))
