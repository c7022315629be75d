"""Lengths of time as a policy writes them, "5 working days", "21 days", "12 months"; and days of the week."""

import re

from townclerk.config.reading import Refused, Value, refuse_word, text
from townclerk.domain.durations import Duration, Unit

UNITS = {
    "working day": Unit.WORKING_DAY,
    "day": Unit.CALENDAR_DAY,
    "calendar day": Unit.CALENDAR_DAY,
    "month": Unit.MONTH,
    "year": Unit.YEAR,
}
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
LONGEST = {Unit.WORKING_DAY: 750, Unit.CALENDAR_DAY: 1100, Unit.MONTH: 120, Unit.YEAR: 100}
_PATTERN = "^[0-9]{1,6} ((working |calendar )?day|month|year)s?$"
EXAMPLE = 'write for instance "10 working days", "21 days" or "12 months"'


def duration(value: Value) -> Duration:
    """A length of time of at least 1. Plain "days" are calendar days."""
    written = text(value)
    value.wants(type="string", pattern=_PATTERN)
    return _meaning(written)


def cap(value: Value) -> Duration:
    """A limit counted from the start of the clock: "at most 20 working days in all"."""
    written = text(value)
    value.wants(type="string", pattern=rf"^(at most )?{_PATTERN[1:-1]}( in all)?$")
    return _meaning(re.sub(r"^at most | in all$", "", written))


def working_days(value: Value) -> int:
    """How many working days: "5 working days"."""
    found = duration(value)
    if found.unit is not Unit.WORKING_DAY:
        raise Refused(f'"{text(value)}" is not a number of working days', 'write for instance "5 working days"')
    return found.n


def _meaning(written: str) -> Duration:
    match = re.fullmatch(r"([0-9]{1,6}) ([a-z ]+?)s?", written.lower())
    unit = UNITS.get(match[2]) if match else None
    if match is None or unit is None:
        raise Refused(f'"{written}" is not a length of time', 'write for instance "10 working days"')
    if not 1 <= int(match[1]) <= LONGEST[unit]:
        raise Refused(f'"{written}" is {"no time at all" if int(match[1]) < 1 else "too long"}', EXAMPLE)
    return Duration(int(match[1]), unit)


def weekday(value: Value) -> int:
    """A day of the week by its English name; Monday is 0."""
    written = text(value).lower()
    if written not in WEEKDAYS:
        refuse_word(written, WEEKDAYS)
    return WEEKDAYS.index(written)
