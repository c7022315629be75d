"""Cases of one officer given to another, all at once, by whoever runs townclerk."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from townclerk.domain.case import Case
from townclerk.domain.council import Council
from townclerk.domain.decide.absence import why_not
from townclerk.domain.decide.deliberation import Deliberation
from townclerk.domain.events import Reassigned
from townclerk.domain.words import Status
from townclerk.services.applying import happen
from townclerk.services.office import Office
from townclerk.store import cases
from townclerk.store.database import Tx


@dataclass(frozen=True, slots=True)
class Given:
    """A case, and why it was not given; empty: it was."""

    ref: str
    why_not: str = ""


async def reassign(office: Office, giver: str, to: str, by: str, now: datetime, only: str | None = None) -> tuple[Given, ...]:
    """Give every open case of the officer *giver* (or the one case *only*) to the officer *to*, who gets an `assignment` for
    each. A case that they may not have stays where it is."""
    council = office.council.at(now)
    found = await office.db.read(partial(_theirs, council=council, giver=giver, only=only, now=now))
    given: list[Given] = []
    for case in found:
        reason = why_not(Deliberation(case, council, now, "reassigning", "reassigned"), to)
        if not reason:
            await happen(office, case.ref, Reassigned(to, by), now)
        given.append(Given(case.ref, reason))
    return tuple(given)


def _theirs(tx: Tx, council: Council, giver: str, only: str | None, now: datetime) -> tuple[Case, ...]:
    return tuple(
        case for case in _open(tx, council) if (only is None or case.ref == only) and _is_theirs(case, council, giver, now)
    )


def _open(tx: Tx, council: Council) -> Iterator[Case]:
    yield from cases.every(tx, council.policy.id, (Status.OPEN,))


def _is_theirs(case: Case, council: Council, giver: str, now: datetime) -> bool:
    """True where it was given to them by name, or they are responsible because of their role, or have had its assignment."""
    responsible = Deliberation(case, council, now, "reassigning", "reassigned").responsible()
    held = case.officer == giver or (case.officer is None and giver in case.assigned)
    return held or (case.officer is None and responsible is not None and responsible.key == giver)
