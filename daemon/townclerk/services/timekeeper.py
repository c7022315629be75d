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

BATCH = 200
SILENT = "close:"  # timers that send nothing, and need not wait for working hours

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Counts:
    woken: int = 0
    aside: int = 0


async def run_once(office: Office, now: datetime) -> Counts:
    """Act on every timer that is due and may act now. What would write to somebody waits for working hours."""
    woken = aside = 0
    council = office.council.policy.id
    resting = next_opening(office.council, now) is not None
    while due := await office.db.read(
        partial(timers.due, council=council, now=now, limit=BATCH, prefix=SILENT if resting else "")
    ):
        for timer in due:
            async with setting_aside(log, "timer set aside", ref=timer.ref, timer=timer.key) as trouble:
                await happen(office, timer.ref, TimerDue(timer.key, timer.at), now)
            woken += 1
            if trouble.why is not None:
                aside += 1
                await office.db.run(partial(timers.put_aside, ref=timer.ref, key=timer.key, why=trouble.why))
    return Counts(woken, aside)


async def next_moment(office: Office, now: datetime) -> datetime | None:
    """When there will be something to do again, or None: nothing is owed at all."""
    council = office.council.policy.id
    silent = await office.db.read(partial(timers.next_at, council=council, prefix=SILENT))
    spoken = await office.db.read(partial(timers.next_at, council=council))
    if spoken is not None:
        spoken = max(spoken, now)
        spoken = next_opening(office.council, spoken) or spoken
    moments = [moment for moment in (silent, spoken) if moment is not None]
    return min(moments, default=None)
