"""Cases of somebody who has left go to whoever plays the role now, once, and the complaints lead gets the list."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import partial

from townclerk.domain.case import Case
from townclerk.domain.council import Council
from townclerk.domain.days_written import words_of
from townclerk.domain.events import OfficerLeft
from townclerk.domain.words import Status
from townclerk.services.applying import happen
from townclerk.services.office import Office
from townclerk.services.telling import letters_to_lead
from townclerk.store import cases, facts, outbox
from townclerk.store.database import Tx


async def run_once(office: Office, now: datetime) -> int:
    """How many cases have been handed on. Looked for where the people who work here are others than the last time."""
    council = office.council.at(now)
    key = f"here:{council.policy.id}"
    here = " ".join(sorted(one.key for one in council.roster.officers if not one.has_left(council.roster.day)))
    before = await office.db.read(partial(facts.get, key=key))
    if before == here:
        return 0
    theirs = await office.db.read(partial(_of_those_who_left, council=council))
    handed = 0
    for who, found in theirs.items():
        for case in found:
            await happen(office, case.ref, OfficerLeft(who), now)
            handed += 1
        await _tell(office, council, who, found, now)
    await office.db.run(partial(facts.put, key=key, value=here))
    return handed


def next_moment(office: Office, now: datetime) -> datetime | None:
    """The morning after the next last day of somebody; None: nobody is about to leave."""
    council = office.council.at(now)
    last = [one.left for one in council.roster.officers if one.left is not None and not one.has_left(council.roster.day)]
    return council.calendar.at(min(last) + timedelta(days=1), council.policy.hours.opens) if last else None


def _of_those_who_left(tx: Tx, council: Council) -> dict[str, list[Case]]:
    """The open cases of everybody who had one and does not work here any more, by who it was."""
    found: dict[str, list[Case]] = {}
    for case in cases.every(tx, council.policy.id, cases.UNANSWERED):
        had = dict.fromkeys((*((case.officer,) if case.officer is not None else ()), *case.assigned))
        for key in had:
            if council.roster.find_here(key) is None:
                found.setdefault(key, []).append(case)
    return found


async def _tell(office: Office, council: Council, who: str, found: Iterable[Case], now: datetime) -> None:
    officer = council.roster.find(who)
    leads = {lead.key for lead in council.playing("complaints_lead")}
    still = (case for case in found if case.status is Status.OPEN)
    kept = [case for case in still if leads.isdisjoint(council.roster.who_read((*case.conflicts, *case.named)))]
    if not kept:
        return
    last = f", whose last day was {words_of(officer.left)}," if officer is not None and officer.left is not None else ""
    names = "; ".join(_named(case) for case in kept)
    detail = f"{officer.name if officer is not None else who}{last} had: {names}."
    day = council.roster.day
    rows = await letters_to_lead(office, f"left:{who}:{day}", "leavers_cases", detail, "officer_left", now)

    def write(tx: Tx) -> None:
        for row in rows:
            outbox.put(tx, row)

    await office.db.run(write)


def _named(case: Case) -> str:
    owed = min((one.promised for one in case.deadlines if one.open and not one.outlives), default=None)
    return f"{case.ref} ({case.service.replace('_', ' ')}{f', due {words_of(owed)}' if owed is not None else ''})"
