"""The outbox, worked off: one letter at a time over one connection, within a rate, with every refusal told to somebody."""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

import structlog

from townclerk.domain.events import LetterBounced
from townclerk.domain.returned import HELD_BACK
from townclerk.domain.words import LetterKind
from townclerk.mail.errors import Refused, TransportDown, TryLater, Unknown
from townclerk.mail.transport import Transport
from townclerk.services.applying import CaseMissing, happen
from townclerk.services.aside import setting_aside
from townclerk.services.braking import Braked, brake_on, day_full, how_many, too_many
from townclerk.services.office import Office
from townclerk.store import backup, outbox
from townclerk.store.database import Tx
from townclerk.store.errors import NotThere
from townclerk.store.outbox import OutboxLine, OutboxRow

BATCH = 50
LEASE_SECONDS = 300  # longer than any single conversation with the server
# How long after the nth failure the next attempt waits; after the last, a person is asked. Two days and a half in all.
WAITS = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 30, 60, 120, 240, 480, 720, 960, 1080))
UNKNOWN_WAIT = timedelta(minutes=10)  # perhaps it was accepted: never a quick second copy

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Counts:
    sent: int = 0
    put_off: int = 0
    dead: int = 0


@dataclass(slots=True)
class Pace:
    """At most so many letters in any minute; None: no limit. `taken`: the letters that the server has, and of which the
    database could not be told yet."""

    per_minute: int | None = None
    taken: dict[str, datetime] = field(default_factory=dict)
    _sent: list[datetime] = field(default_factory=list)

    def allows(self, now: datetime) -> bool:
        self._sent = [moment for moment in self._sent if moment > now - timedelta(minutes=1)]
        return self.per_minute is None or len(self._sent) < self.per_minute

    def count(self, now: datetime) -> None:
        if self.per_minute is not None:
            self._sent.append(now)

    def next_at(self, now: datetime) -> datetime:
        return min(self._sent, default=now) + timedelta(minutes=1)


async def run_once(office: Office, transport: Transport, now: datetime, pace: Pace | None = None) -> Counts:
    """Send what is due, at most a batch. Raises TransportDown where the server cannot be reached: no letter is to blame."""
    pace = pace or Pace()
    counts = Counts()
    await _tell_of_taken(office, pace)  # before anything is claimed: what went is not to go again
    held_since = await office.db.read(partial(backup.held_since, council=office.council.policy.id))
    if held_since is not None or not pace.allows(now):
        return counts
    # One by one: where we are killed, the letter in hand alone is in doubt, and no other is a step nearer to being given up.
    claim = partial(outbox.claim, council=office.council.policy.id, now=now, limit=1, lease_seconds=LEASE_SECONDS)
    for _ in range(_room(pace)):
        in_hand = await office.db.run(claim)
        if not in_hand:
            break
        counts = await _deliver(office, transport, in_hand[0], now, counts, pace)
    return counts


async def take_over(office: Office, now: datetime) -> int:
    """How many letters were claimed by a daemon that stopped without a word: they may go now, and need not wait until its claim
    runs out. Call it once, when this mailbox has become ours. One of them may have gone: its Message-ID stays the same."""
    return await office.db.run(partial(outbox.end_claims, council=office.council.policy.id, now=now))


def _room(pace: Pace) -> int:
    return BATCH if pace.per_minute is None else max(1, min(BATCH, pace.per_minute))


async def _deliver(office: Office, transport: Transport, row: OutboxLine, now: datetime, counts: Counts, pace: Pace) -> Counts:
    async with setting_aside(log, "letter set aside", key=row.letter_key) as trouble:
        result = await _try(office, transport, row, now, pace)
    if trouble.why is not None:
        await _give_up(office, row, trouble.why, now)
        result = "dead"
    return Counts(counts.sent + (result == "sent"), counts.put_off + (result == "put off"), counts.dead + (result == "dead"))


async def _give_up(office: Office, row: OutboxLine, why: str, now: datetime) -> None:
    """The letter broke us. Where its case cannot even be told of that, the letter is buried alone, and stands in health."""
    async with setting_aside(log, "nobody told of a letter set aside", key=row.letter_key) as trouble:
        await _dead(office, row, "internal", why, now)
    if trouble.why is not None:
        await office.db.run(partial(outbox.dead, key=row.key, error=f"internal {why}", now=now))


async def _try(office: Office, transport: Transport, row: OutboxLine, now: datetime, pace: Pace) -> str:
    """What became of one attempt: sent, put off, dead."""
    try:
        if not pace.allows(now):
            raise Braked(pace.next_at(now), "the rate of this installation")
        await day_full(office, now)
        await brake_on(office, row, now)
        if why := await too_many(office, row, now):
            counted, told = await how_many(office, row, now)
            await _dead(office, row, HELD_BACK, why, now, counted, told)
            return "dead"
        await transport.send(row.envelope_from, row.recipient, await _bytes_of(office, row))
    except Braked as braked:
        await _put_off(office, row, braked.until, braked.why, counts=False)
        return "put off"
    except TransportDown as down:
        await asyncio.shield(_put_off(office, row, now + WAITS[0], str(down), counts=False))
        raise
    except TryLater as later:
        return await _again(office, row, now, str(later))
    except Unknown as unknown:
        log.warning("letter may have been sent", key=row.letter_key)
        return await _again(office, row, now, f"unknown: {unknown}", UNKNOWN_WAIT)
    except Refused as refused:
        await _dead(office, row, refused.status, refused.text, now)
        return "dead"
    except asyncio.CancelledError:
        await asyncio.shield(_put_off(office, row, now, "unknown: stopped while sending", counts=False))
        raise
    pace.count(now)
    pace.taken[row.key] = now
    await asyncio.shield(_tell_of_taken(office, pace))
    log.info("letter sent", letter=row.kind, ref=row.case_ref, key=row.letter_key)
    return "sent"


async def _tell_of_taken(office: Office, pace: Pace) -> None:
    """Keep in the database that these went. Raises StoreUnavailable: then they are kept in mind for the next time."""
    for key, at in tuple(pace.taken.items()):
        await office.db.run(partial(outbox.sent, key=key, at=at))
        pace.taken.pop(key, None)


async def _bytes_of(office: Office, row: OutboxLine) -> bytes:
    letter = await office.db.read(partial(outbox.get, key=row.key))
    if letter is None:
        raise NotThere("the letter was taken out of the outbox after it was claimed")
    return letter.raw


async def _again(office: Office, row: OutboxLine, now: datetime, error: str, least: timedelta = WAITS[0]) -> str:
    if row.attempts >= len(WAITS):
        await _dead(office, row, "4.4.7", f"given up after {row.attempts + 1} attempts: {error}", now)
        return "dead"
    await _put_off(office, row, now + max(WAITS[row.attempts], least), error, counts=True)
    log.warning("letter put off", letter=row.kind, ref=row.case_ref, key=row.letter_key, attempts=row.attempts + 1)
    return "put off"


async def _put_off(office: Office, row: OutboxLine, until: datetime, error: str, counts: bool) -> None:
    await office.db.run(partial(outbox.put_off, key=row.key, until=until, error=error, counts_as_attempt=counts))


async def _dead(
    office: Office,
    row: OutboxLine,
    status: str,
    why: str,
    now: datetime,
    counted: bool = False,
    told: tuple[OutboxRow, ...] = (),
) -> None:
    """The letter will not go. Somebody is told, unless that letter is itself such a notice: it then stands in health.
    *counted*: it is one of many, of which *told* says how many there are."""
    log.error("letter not delivered", letter=row.kind, ref=row.case_ref, key=row.letter_key, status=status)

    def bury(tx: Tx) -> None:
        outbox.dead(tx, row.key, f"{status} {why}", now)
        for letter in told:
            outbox.put(tx, letter)

    if row.case_ref is None or row.kind == LetterKind.UNDELIVERED:
        await office.db.run(bury)
        return
    event = LetterBounced(LetterKind(row.kind), row.letter_key, row.recipient, status, why, counted)
    try:
        await happen(office, row.case_ref, event, now, bury)
    except CaseMissing:
        await office.db.run(bury)
