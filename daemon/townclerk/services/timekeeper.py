"""Deadlines that fall due: the case is loaded as it now is, and decided again."""

from dataclasses import dataclass
from datetime import datetime
from functools import partial

import structlog

from townclerk.domain.decide.deliberation import next_opening
from townclerk.domain.events import TimerDue
from townclerk.services.applying import happen
from townclerk.services.aside import setting_aside
from townclerk.services.office import Office
from townclerk.store import timers

BATCH = 100
SILENT = "close:"  # timers that send nothing, and need not wait for working hours

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Counts:
    woken: int = 0
    aside: int = 0
    more: bool = False


async def run_once(office: Office, now: datetime) -> Counts:
    """Act on the timers that are due, at most a batch. What would write to somebody waits for working hours."""
    aside = 0
    council = office.council.policy.id
    prefix = "" if next_opening(office.council, now) is None else SILENT
    due = await office.db.read(partial(timers.due, council=council, now=now, limit=BATCH, prefix=prefix))
    for timer in due:
        async with setting_aside(log, "timer set aside", ref=timer.ref, timer=timer.key) as trouble:
            await happen(office, timer.ref, TimerDue(timer.key, timer.at), now)
        if trouble.why is not None:
            aside += 1
            await office.db.run(partial(timers.put_aside, ref=timer.ref, key=timer.key, why=trouble.why))
    return Counts(len(due), aside, more=len(due) == BATCH)


async def next_moment(office: Office, now: datetime) -> datetime | None:
    """When there will be something to do again, or None: nothing is owed at all."""
    council = office.council.policy.id
    silent = await office.db.read(partial(timers.next_at, council=council, prefix=SILENT))
    spoken = await office.db.read(partial(timers.next_at, council=council))
    if spoken is not None:
        spoken = max(spoken, now)
        spoken = next_opening(office.council, spoken) or spoken
    return min((moment for moment in (silent, spoken) if moment is not None), default=None)
