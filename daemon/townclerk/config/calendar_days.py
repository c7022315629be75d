"""The council's calendar, built once of the bank holidays that `holidays` knows and of the days that the policy names."""

import hashlib
from collections.abc import Iterable
from datetime import date
from importlib.metadata import version

from holidays import country_holidays

from townclerk.domain.calendar import Calendar
from townclerk.domain.policy import CalendarPolicy

YEARS_BACK = 3
YEARS_AHEAD = 10


def years_around(today: date) -> range:
    """The years that a calendar made on *today* knows: three back, ten ahead."""
    return range(today.year - YEARS_BACK, today.year + YEARS_AHEAD + 1)


def is_known_place(country: str, subdivision: str) -> bool:
    """Whether the library has the bank holidays of that part of that country."""
    if not subdivision:
        return False
    try:
        country_holidays(country, subdiv=subdivision)
    except NotImplementedError:
        return False
    return True


def build_calendar(policy: CalendarPolicy, years: Iterable[int]) -> Calendar:
    """The calendar of *policy* for whole *years*. A closure day is named as the file names it."""
    wanted = sorted(years)
    # Always with a subdivision: without one the library leaves out Easter Monday and the August bank holiday.
    found = country_holidays(policy.country, subdiv=policy.subdivision, years=wanted)
    closed = {day: _clean(name) for day, name in sorted(found.items()) if wanted[0] <= day.year <= wanted[-1]}
    return Calendar(
        timezone=policy.timezone,
        weekend=policy.weekend,
        closed={**closed, **dict(policy.closure_days)},
        first=date(wanted[0], 1, 1),
        last=date(wanted[-1], 12, 31),
        version=_version(policy),
        nonworking_receipt=policy.nonworking_receipt,
        cutoff=policy.cutoff,
        extra_working_days=frozenset(policy.extra_working_days),
    )


def _clean(name: str) -> str:
    """The library's name of a day, as an admin would write it."""
    names = [part.strip() for part in name.split(";")]
    return ", ".join(dict.fromkeys(part.replace("(observed)", "(substitute day)") for part in names))


def _version(policy: CalendarPolicy) -> str:
    """What the calendar was made of: it stands beside every due date."""
    own = repr(
        (
            policy.weekend,
            sorted(policy.closure_days),
            sorted(policy.extra_working_days),
            policy.nonworking_receipt,
            policy.cutoff,
        )
    )
    digest = hashlib.sha256(own.encode()).hexdigest()[:8]
    return f"{policy.country}-{policy.subdivision} holidays {version('holidays')} + file {digest}"
