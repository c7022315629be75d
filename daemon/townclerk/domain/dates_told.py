"""Days that somebody names in their own words: "since 1 November 2025", "in March 2024", "two years ago".

What is found is only ever shown to a person. So a day that may be of something else (a birthday, the day somebody moved in) is
left out, and of what is uncertain the latest day that it can mean is taken.
"""

import calendar
import re
from collections.abc import Iterator
from datetime import date, timedelta

_NAMES = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = (
    r"(jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)\b\.?"
)
_DAY = r"(\d{1,2})(?:st|nd|rd|th)?"
_YEAR = r"((?:19|20)\d\d)\b"
_NUMBERS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
_COUNT = rf"(\d{{1,3}}|an?|a\s+couple\s+of|several|{'|'.join(_NUMBERS)})"

_ISO = re.compile(r"(?<![\d/.-])(\d{4})-(\d\d)-(\d\d)(?![\d/-])")
_SLASHED = re.compile(r"(?<![\d/.-])(\d{1,2})[/.](\d{1,2})[/.](\d{4}|\d\d)(?![\d/])")
_DAY_MONTH = re.compile(rf"(?<!\d){_DAY}\s+(?:of\s+)?{_MONTH}(?:,?\s+{_YEAR})?", re.IGNORECASE)
_MONTH_DAY = re.compile(rf"\b{_MONTH}\s+{_DAY}(?!\d)(?:,?\s+{_YEAR})?", re.IGNORECASE)
_MONTH_ALONE = re.compile(
    rf"\b(?:(?:in|since|during|from|until|of|last|by|early|late|mid|end|start)[\s-]+)?{_MONTH}(?:\s+{_YEAR})?", re.I
)
_YEAR_ALONE = re.compile(rf"\b(?:in|since|during|from|until|before|spring|summer|autumn|winter|christmas|of)\s+{_YEAR}", re.I)
_AGO = re.compile(rf"\b{_COUNT}\s+(day|week|fortnight|month|year)s?\s+(?:ago|back)\b", re.IGNORECASE)
_LAST_YEAR = re.compile(r"\blast\s+year\b", re.IGNORECASE)
_JUST_NOW = re.compile(
    r"\b(?:yesterday|today|tonight|this\s+(?:morning|afternoon|evening|week|month|year)|last\s+(?:night|week|month)"
    r"|(?:on|last|every|since)\s+(?:mon|tues|wednes|thurs|fri|satur|sun)day|just\s+now|at\s+the\s+moment|again\s+now)\b",
    re.IGNORECASE,
)
# What stands shortly before a day that is of somebody's life, or of a paper, and not of the matter.
_OF_SOMETHING_ELSE = re.compile(
    r"\b(?:born|birth|birthday|d\.?o\.?b\.?|live|lived|living|resided|resident|tenants?|tenancy|moved|married|bought|customer|policy"
    r"|act|regulations?|ref|reference|aged)\b[^.!?\n]{0,30}$",
    re.IGNORECASE,
)
_LIVED_AFTER = re.compile(
    r"^[\s,]*(?:i|we)(?:['’]ve|\s+have)?\s+(?:always\s+)?(?:lived|been\s+(?:a\s+)?(?:living|tenants?|residents?))\b", re.I
)


def latest_day_told(text: str, received: date) -> date | None:
    """The latest day before *received* that *text* names, or None where it names none. Of "March 2024" it is the last day
    of that month; of "3 October" the last one there has been; words such as "yesterday" give *received* itself."""
    days = [day for day in _days(text, received) if day <= received]
    return max(days, default=None)


def _days(text: str, received: date) -> Iterator[date]:
    if _JUST_NOW.search(text):
        yield received
    taken = bytearray(len(text))  # a mark for each character of a day: a list of them would be gone through again for each
    for pattern, read in _READERS:  # the most exact first: the month of "1 March" is none by itself
        for match in pattern.finditer(text):
            if any(taken[match.start() : match.end()]):
                continue
            taken[match.start() : match.end()] = b"\1" * len(match[0])
            if _of_the_matter(text, match):
                yield from read(match, received)


def _of_the_matter(text: str, match: re.Match[str]) -> bool:
    before, after = text[max(0, match.start() - 60) : match.start()], text[match.end() : match.end() + 40]
    return _OF_SOMETHING_ELSE.search(before) is None and _LIVED_AFTER.match(after) is None


def _iso(match: re.Match[str], _received: date) -> Iterator[date]:
    yield from _day(int(match[1]), int(match[2]), int(match[3]))


def _slashed(match: re.Match[str], _received: date) -> Iterator[date]:
    year = int(match[3])
    yield from _day(year if year > 99 else 2000 + year, int(match[2]), int(match[1]))


def _day_month(match: re.Match[str], received: date) -> Iterator[date]:
    yield from _of_a_year(match[3], _month(match[2]), int(match[1]), received)


def _month_day(match: re.Match[str], received: date) -> Iterator[date]:
    yield from _of_a_year(match[3], _month(match[1]), int(match[2]), received)


def _month_alone(match: re.Match[str], received: date) -> Iterator[date]:
    word, year = match[1].lower().rstrip("."), match[2]
    if year is None and (word in {"may", "mar"} or match[0].lower().startswith(word)):
        return  # "it may", "the march": a month without a year is one only behind "in", "since" and the like
    month = _month(match[1])
    if year is not None:
        yield _end_of_month(int(year), month)
        return
    yield from (
        day for day in (_end_of_month(received.year, month), _end_of_month(received.year - 1, month)) if day <= received
    )
    if month == received.month:
        yield received


def _year_alone(match: re.Match[str], received: date) -> Iterator[date]:
    year = int(match[1])
    yield received if year == received.year else date(year, 12, 31)


def _ago(match: re.Match[str], received: date) -> Iterator[date]:
    count = _number(match[1])
    days = {"day": 1, "week": 7, "fortnight": 14, "month": 30, "year": 365}[match[2].lower()]
    yield received - timedelta(days=min(count * days, 36_000))


def _last_year(_match: re.Match[str], received: date) -> Iterator[date]:
    yield date(received.year - 1, 12, 31)


def _of_a_year(year: str | None, month: int, day: int, received: date) -> Iterator[date]:
    if year is not None:
        yield from _day(int(year), month, day)
        return
    past = [found for each in (received.year, received.year - 1) for found in _day(each, month, day) if found <= received]
    yield from past[:1]


def _day(year: int, month: int, day: int) -> Iterator[date]:
    try:
        yield date(year, month, day)
    except ValueError:
        return


def _end_of_month(year: int, month: int) -> date:
    return date(year, month, calendar.monthrange(year, month)[1])


def _month(word: str) -> int:
    return _NAMES.index(word.lower()[:3]) + 1


def _number(word: str) -> int:
    word = " ".join(word.lower().split())
    if word.isdigit():
        return int(word)
    if word in _NUMBERS:
        return _NUMBERS.index(word) + 1
    return {"a": 1, "an": 1, "a couple of": 2}.get(word, 3)


_READERS = (
    (_ISO, _iso),
    (_SLASHED, _slashed),
    (_DAY_MONTH, _day_month),
    (_MONTH_DAY, _month_day),
    (_MONTH_ALONE, _month_alone),
    (_YEAR_ALONE, _year_alone),
    (_AGO, _ago),
    (_LAST_YEAR, _last_year),
)
