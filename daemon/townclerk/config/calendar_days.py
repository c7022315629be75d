"""The council's calendar, built once of the bank holidays that `holidays` knows and of the days that the policy names."""

import hashlib
from collections.abc import Iterable
from datetime import date
from importlib.metadata import version

from holidays import country_holidays, list_supported_countries

from townclerk.domain.calendar import Calendar
from townclerk.domain.policy import CalendarPolicy
from townclerk.domain.statutes import LAW, CalendarsOfLaw

YEARS_BACK = 3
YEARS_AHEAD = 10


def years_around(today: date) -> range:
    """The years that a calendar made on *today* knows: three back, ten ahead."""
    return range(today.year - YEARS_BACK, today.year + YEARS_AHEAD + 1)


def is_known_place(country: str, subdivision: str) -> bool:
    """Whether the library has the bank holidays of that part of that country, under the code that ISO 3166 gives it: other
    names ("UK") would be no country of any law of ours."""
    if not subdivision or country not in list_supported_countries(include_aliases=False):
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


UNITED_KINGDOM = ("ENG", "WLS", "SCT", "NIR")


def build_calendars_of_law(policy: CalendarPolicy, years: Iterable[int]) -> CalendarsOfLaw | None:
    """The days that the law counts for a council of the United Kingdom; None for one elsewhere."""
    if policy.country != "GB":
        return None
    wanted = sorted(years)
    return CalendarsOfLaw(_of_law(policy, UNITED_KINGDOM, wanted), _of_law(policy, (policy.subdivision,), wanted))


def _of_law(policy: CalendarPolicy, parts: tuple[str, ...], years: list[int]) -> Calendar:
    """Saturdays, Sundays, and the bank holidays in any of *parts*. What a council closes for is a working day in law."""
    closed = {
        day: _clean(name) for part in parts for day, name in country_holidays(policy.country, subdiv=part, years=years).items()
    }
    return Calendar(
        timezone=policy.timezone,
        weekend=(5, 6),
        closed={day: why for day, why in sorted(closed.items()) if years[0] <= day.year <= years[-1]},
        first=date(years[0], 1, 1),
        last=date(years[-1], 12, 31),
        version=f"{LAW}{policy.country}-{'+'.join(parts)} holidays {version('holidays')}",
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
