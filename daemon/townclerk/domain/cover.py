"""Whom a roster leaves without cover: nobody stands in for them while they are away, or nobody hears what they leave undone."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from townclerk.domain.council import Council
from townclerk.domain.decide.deliberation import LEAD
from townclerk.domain.roster import Officer

_OF_THE_CASE = frozenset({"officer", "deputy"})  # steps of the ladder that name no role


class Gap(StrEnum):
    """What is missing."""

    NO_DEPUTY = "no_deputy"
    NOBODY_ABOVE = "nobody_above"


@dataclass(frozen=True, slots=True)
class Uncovered:
    """*officer*, in whose *role* something is missing."""

    officer: Officer
    role: str  # as the policy calls it
    gap: Gap


def uncovered(council: Council) -> Iterator[Uncovered]:
    """Whoever is alone in a role to which others hand on what they cannot settle: the complaints lead's, and those of the
    ladder (`escalation`). Whoever shares an address, or a role, is not alone."""
    lead = council.policy.own_role(LEAD)
    seen: set[str] = set()
    for role in dict.fromkeys((lead, *_ladder(council))):
        for officer in council.playing(role):
            if officer.key not in seen and _is_alone(council, officer, role):
                yield Uncovered(officer, role, Gap.NO_DEPUTY)
            seen.add(officer.key)
    leads = council.playing(LEAD)
    if leads and not any(_is_above(council, role, leads) for role in _ladder(council)):
        yield Uncovered(leads[0], lead, Gap.NOBODY_ABOVE)


def _ladder(council: Council) -> Iterator[str]:
    for step in council.policy.escalation:
        yield from (role for role in step.to if role not in _OF_THE_CASE)


def _is_above(council: Council, role: str, leads: tuple[Officer, ...]) -> bool:
    """True where somebody else than *leads*, or the address that the policy gives for *role*, hears of what is late."""
    theirs = council.roster.who_read({each.key for each in leads})
    playing = council.playing(role)
    return any(each.key not in theirs for each in playing) or (not playing and role in council.policy.role_addresses)


def _is_alone(council: Council, officer: Officer, role: str) -> bool:
    roster = council.roster
    others = (each for each in council.playing(role) if each.key != officer.key)
    deputies = (each for key in officer.deputies if (each := roster.find(key)) is not None)
    return not officer.mailbox_of and all(each.has_left(roster.day) for each in (*others, *deputies))
