"""Lengths of time as a policy writes them, "5 working days", "21 days", "12 months"; and days of the week."""

import re
from difflib import get_close_matches

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
        raise Refused(f'"{written}" is not a length of time', _perhaps(written))
    if not 1 <= int(match[1]) <= LONGEST[unit]:
        raise Refused(f'"{written}" is {"no time at all" if int(match[1]) < 1 else "too long"}', EXAMPLE)
    return Duration(int(match[1]), unit)


def weekday(value: Value) -> int:
    """A day of the week by its English name; Monday is 0."""
    written = text(value).lower()
    if written not in WEEKDAYS:
        refuse_word(written, WEEKDAYS)
    return WEEKDAYS.index(written)


_NUMBERS = dict(
    zip(("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"), range(1, 11), strict=True)
) | {"twelve": 12, "fifteen": 15, "twenty": 20, "thirty": 30}
_OTHER_WORDS = {"business": "working", "weekday": "working day", "bank": "working", "workday": "working day"}
_PARTS = ("working", "calendar", "day", "month", "year", "week")


def _perhaps(written: str) -> str:
    """What was probably meant, as it must be written."""
    amount, _, rest = " ".join(written.lower().split()).partition(" ")
    n = int(amount) if amount.isascii() and amount.isdigit() and len(amount) < 7 else _NUMBERS.get(amount)
    unit = " ".join(_part(word) for word in rest.split())
    if n is None or n < 1:
        return EXAMPLE
    if unit == "week":
        return f'write "{7 * n} days", or "{5 * n} working days" where only those count'
    return f'did you mean "{n} {unit}{"s" if n > 1 else ""}"?' if unit in UNITS else EXAMPLE


def _part(word: str) -> str:
    """One word of a unit, without its s, as it is spelled here."""
    bare = word.removesuffix("s")
    if bare in _OTHER_WORDS or word in _OTHER_WORDS:
        return _OTHER_WORDS.get(word, _OTHER_WORDS.get(bare, ""))
    return next(iter(get_close_matches(bare, _PARTS, n=1, cutoff=0.7)), bare)
