"""Deadlines that fall due: the case is loaded as it now is, and decided again. What breaks us is tried again, then told."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

import structlog

from townclerk.domain.days_written import words_of
from townclerk.domain.decide.deliberation import next_opening
from townclerk.domain.events import TimerDue
from townclerk.services import leaving, passed_on
from townclerk.services.applying import happen
from townclerk.services.aside import setting_aside
from townclerk.services.office import Office
from townclerk.services.telling import letters_to_lead
from townclerk.store import outbox, timers
from townclerk.store.database import Tx
from townclerk.store.errors import NotThere
from townclerk.store.outbox import OutboxRow
from townclerk.store.timers import DueTimer

BATCH = 100
# How long after the nth failure a timer is tried again; after the last, a person is asked.
WAITS = (timedelta(minutes=10), timedelta(hours=1), timedelta(hours=4))
# Timers that need not wait for working hours: one sends nothing, the others what an officer wrote to residents.
AT_ANY_HOUR = ("close:", "leaving:", "telling:")

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Counts:
    """`woken`: timers tried; of them `put_off` and `aside` broke us, and are tried again or wait for a person."""

    woken: int = 0
    put_off: int = 0
    aside: int = 0
    more: bool = False


async def run_once(office: Office, now: datetime) -> Counts:
    """Act on the timers that are due, at most a batch. What would write to somebody waits for working hours."""
    async with setting_aside(log, "cases of leavers not handed on"):
        await leaving.run_once(office, now)
    async with setting_aside(log, "mails that were passed on not asked about"):
        await passed_on.run_once(office, now)
    failed: list[bool] = []  # of each that broke us: whether it stands aside
    council = office.council.policy.id
    prefixes = ("",) if next_opening(office.council, now) is None else AT_ANY_HOUR
    due = await office.db.read(partial(timers.due, council=council, now=now, limit=BATCH, prefixes=prefixes))
    for timer in due:
        async with setting_aside(log, "timer set aside", ref=timer.ref, timer=timer.key) as trouble:
            await happen(office, timer.ref, TimerDue(timer.key, timer.at), now)
        if trouble.why is not None:
            failed.append(await _failed(office, timer, trouble.why, now))
    return Counts(len(due), failed.count(False), failed.count(True), more=len(due) == BATCH)


async def _failed(office: Office, timer: DueTimer, why: str, now: datetime) -> bool:
    """Let the timer be tried again later. True: it has been tried often enough, so it stands aside and a person is told."""
    last = timer.tries >= len(WAITS)
    letters = await _letters(office, timer, why, now) if last else ()

    def write(tx: Tx) -> None:
        if last:
            timers.put_aside(tx, timer.ref, timer.key, why)
        else:
            timers.put_off(tx, timer.ref, timer.key, now + WAITS[timer.tries])
        for row in letters:
            outbox.put(tx, row)

    try:
        await office.db.run(write)
    except NotThere:
        log.warning("timer is no longer there", ref=timer.ref, timer=timer.key)
    return last


async def _letters(office: Office, timer: DueTimer, why: str, now: datetime) -> tuple[OutboxRow, ...]:
    retry = f"townclerk timers retry {timer.ref} {timer.key}"
    day = words_of(office.council.calendar.local(timer.at).date())
    detail = (
        f"Something was due on case {timer.ref} on {day}, and a fault of the program kept it from being done. "
        f"For whoever looks after townclerk: {timer.key}, {why}. When the fault is mended: {retry}"
    )
    key = f"timer:{timer.ref}:{timer.key}:{timer.at:%Y%m%dT%H%M%S}"
    return await letters_to_lead(office, key, "timer", detail, "timer:aside", now)


async def next_moment(office: Office, now: datetime) -> datetime | None:
    """When there will be something to do again, or None: nothing is owed at all."""
    council = office.council.policy.id
    any_hour = await office.db.read(partial(timers.next_at, council=council, prefixes=AT_ANY_HOUR))
    spoken = await office.db.read(partial(timers.next_at, council=council))
    if spoken is not None:
        spoken = max(spoken, now)
        spoken = next_opening(office.council, spoken) or spoken
    about_mail = await passed_on.next_moment(office)
    if about_mail is not None:
        about_mail = next_opening(office.council, max(about_mail, now)) or max(about_mail, now)
    moments = (any_hour, spoken, about_mail, leaving.next_moment(office, now))
    return min((moment for moment in moments if moment is not None), default=None)
