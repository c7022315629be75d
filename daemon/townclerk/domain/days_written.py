"""Days as officers write them: "8 Feb", "Monday 8 February", "8/2/27", "10 working days", "a fortnight", "next Friday".

A day that is told to a resident is never guessed. What can mean two days, or none, comes back as a `problem`, with the days
that may be meant.
"""

import calendar as months
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import Enum

from townclerk.domain.durations import Duration, Unit
from townclerk.domain.typed import placed

LATELY = timedelta(days=60)  # so long ago a day without a year is more likely a slip than the same day of next year
FURTHEST_YEAR = 4  # from today's: what two figures behind a month can be without being a number of something


class Towards(Enum):
    """Where a day without a year lies: what will be done lies ahead, what somebody rang about lies behind."""

    AHEAD = 1
    BEHIND = -1


@dataclass(frozen=True, slots=True)
class Count:
    """So many days or months from another day. `unit` is None where only "5" or "5 days" is written: then whoever asks says
    how it counts. `bare`: it is a number and nothing else. `from_today`: that day is the one on which it was written."""

    n: int
    unit: Unit | None = None
    bare: bool = False
    from_today: bool = False

    @property
    def duration(self) -> Duration | None:
        return Duration(self.n, self.unit) if self.unit is not None else None


@dataclass(frozen=True, slots=True)
class When:
    """A `day` or a `count`, and the `rest` of the line; or neither, and where something was understood, a `problem`: what
    is wrong with it, and the days that `may_be` meant."""

    day: date | None = None
    count: Count | None = None
    rest: str = ""
    problem: str = ""
    may_be: tuple[date, ...] = ()


@dataclass(frozen=True, slots=True)
class _Unclear:
    problem: str
    may_be: tuple[date, ...] = ()


_Found = date | Count | _Unclear
_Reader = Callable[[re.Match[str], date, Towards], _Found | None]


def clock_of(moment: datetime) -> str:
    """5pm, 9:30am, midday, midnight: in the time zone that *moment* is in."""
    if moment.minute == 0 and moment.hour in (0, 12):
        return "midday" if moment.hour else "midnight"
    minutes = f":{moment.minute:02}" if moment.minute else ""
    return f"{moment.hour % 12 or 12}{minutes}{'am' if moment.hour < 12 else 'pm'}"


def words_of(day: date) -> str:
    """ "Tuesday 29 December 2026"."""
    return f"{day:%A} {day.day} {day:%B %Y}"


def read_when(argument: str, today: date, towards: Towards = Towards.AHEAD) -> When:
    """The day that begins *argument*, which was written on *today*."""
    said, places = placed(argument.strip())
    around = _AROUND.match(said)
    start = _FIRST_WORDS.match(said, around.end() if around else 0)
    begin = start.end() if start else 0
    for pattern, read in _READERS:
        match = pattern.match(said, begin)
        found = read(match, today, towards) if match else None
        if match is None or found is None:
            continue
        end = _below_time(said, match.end("all"))
        rest = _behind(argument.strip()[places[end] :])
        if around is not None:
            return (
                _not_one_day(around, said[: match.end("all")], found, rest)
                if isinstance(found, date)
                else When(rest=argument.strip())
            )
        if (second := _second(said, end, today, towards)) is not None:
            days = tuple(each for each in (found, second[0]) if isinstance(each, date))
            said_so = said[begin : second[1]].strip()
            return When(rest=_behind(argument.strip()[places[second[1]] :]), problem=f"“{said_so}” is not one day", may_be=days)
        match found:
            case _Unclear():
                return When(rest=rest, problem=found.problem, may_be=found.may_be)
            case Count():
                return When(count=_from_today(found, bool(start and start["within"])), rest=rest)
            case _:
                return When(found, rest=rest)
    return When(rest=argument.strip())


def _below_time(said: str, end: int) -> int:
    """Where what follows a day goes on, below the hour of that day: all of a day is promised."""
    hour = _HOUR_BEHIND.match(said, end)
    return hour.end() if hour else end


def _second(said: str, end: int, today: date, towards: Towards) -> tuple[_Found, int] | None:
    """The day or the count that goes on from the first, "or 8 Feb", "and 2 days", and where it ends; None: a reason follows."""
    joins = _JOINS.match(said, end)
    if joins is None or _BARE.fullmatch(said[:end].strip()):  # "1, 8 Feb" is a number of something, and its day
        return None
    begin = joins.end()
    if joins["word"] and (first := _FIRST_WORDS.match(said, begin)):
        begin = first.end()
    for pattern, read in _READERS:
        if read is _bare or (not joins["word"] and pattern not in _FULL):
            continue
        match = pattern.match(said, begin)
        found = read(match, today, towards) if match else None
        if match is not None and found is not None:
            return found, _below_time(said, match.end("all"))
    return None


def _not_one_day(around: re.Match[str], said: str, day: date, rest: str) -> When:
    """ "w/c 25 January", "mid February": some day near that one."""
    whole_week = bool(around["week"])
    days = (day, day + timedelta(days=4)) if whole_week else (day,)
    return When(rest=rest, problem=f"“{said.strip()}” is not one day", may_be=days)


def _behind(rest: str) -> str:
    """What stands behind a day, without the mark between them."""
    return rest.strip().lstrip(" ,:;.-\u00a0\u2010\u2011\u2013\u2014")


def _from_today(count: Count, within: bool) -> Count:
    return replace(count, from_today=True) if within and not count.bare else count


# --- names

_MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
_MONTHS_IN_WELSH = (
    *("ionawr", "chwefror", "mawrth", "ebrill", "mai", "mehefin"),
    *("gorffennaf", "awst", "medi", "hydref", "tachwedd", "rhagfyr"),
)
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_WEEKDAYS_IN_WELSH = ("llun", "mawrth", "mercher", "iau", "gwener", "sadwrn", "sul")
_TO_TWELVE = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
_NUMBERS = {word: n for n, word in enumerate(_TO_TWELVE, 1)} | {
    "a": 1,
    "an": 1,
    "another": 1,
    "fourteen": 14,
    "fifteen": 15,
    "twenty": 20,
    "thirty": 30,
}


def _month(written: str) -> int | None:
    """1 to 12, of a name or of the first three letters or more of it (in Welsh four, or the whole)."""
    said = written.lower()
    if said == "sept":
        return 9
    found = {n for n, name in enumerate(_MONTHS, 1) if len(said) >= 3 and name.startswith(said)}
    found |= {n for n, name in enumerate(_MONTHS_IN_WELSH, 1) if said == name or (len(said) >= 4 and name.startswith(said))}
    return found.pop() if len(found) == 1 else None


def _weekday(written: str) -> int:
    said = written.lower().removeprefix("dydd").strip()
    names = _WEEKDAYS_IN_WELSH if written.lower().startswith("dydd") or said in _WEEKDAYS_IN_WELSH else _WEEKDAYS
    return next(n for n, name in enumerate(names) if name.startswith(said.removesuffix("s") if said == "weds" else said))


# --- patterns; each has the group `all`: what of the line it takes

_HOUR = (
    r"(?:\d{1,2}(?:[:.]\d\d)?\s*(?:am|pm)\b|\d{1,2}:\d\d(?!\d)|noon\b|midday\b|midnight\b|co[pb]\b|c\.o\.[pb]\.?"
    r"|(?:close|end)\s+of\s+(?:play|business|(?:the\s+)?(?:working\s+)?day)\b)"
)
_HOUR_BEHIND = re.compile(rf"(?:,?\s+(?:(?:at|by|before)\s+)?|T){_HOUR}(?::\d\d)?", re.IGNORECASE)
# Before a day these make it one that is only near it.
_AROUND = re.compile(
    r"(?:(?:by|in|on|the)\s+)*(?:(?P<week>w/?c|w/?b|week\s+(?:commencing|beginning|of))|mid(?:dle\s+of)?|after|before|around|about"
    r"|approx(?:imately)?|circa|early|late)[\s.:-]+(?:the\s+)?",
    re.IGNORECASE,
)
# What holds two days together, or a day and the reason: only whole dates are another day behind a mere mark.
_JOINS = re.compile(r"\s*(?:(?P<word>(?:or|and|to|until|till|then|neu)\b)|[-/&,;])\s*", re.IGNORECASE)

_FIRST_WORDS = re.compile(
    rf"(?:(?:(?:at\s+)?{_HOUR}(?:\s+(?:on|of))?|no\s+later\s+than|not\s+later\s+than)[\s,]+|"
    r"(?:until|till?|by|to|on|the|date:|erbyn|hyd\s+at|tan)\s+|(?P<within>(?:with)?in)\s+(?=\+?\d|an?\s|[a-z]+\s+[a-z]))*",
    re.IGNORECASE,
)
_DAY_NAME = (
    r"(?P<weekday>mon(?:day)?|tue(?:s(?:day)?)?|wed(?:s|nesday)?|thu(?:r(?:s(?:day)?)?)?|fri(?:day)?|sat(?:urday)?|sun(?:day)?"
    r"|dydd\s+(?:llun|mawrth|mercher|iau|gwener|sadwrn|sul)|llun|mercher|iau|gwener|sadwrn|sul)"
)
_ON_A_DAY = rf"(?:{_DAY_NAME}\b\.?,?\s+(?:the\s+)?)?"
_ORDINAL = r"(?:st|nd|rd|th|af|ail|il|ydd|edd|fed|eg|ed)?"
_OF = r"(?:\s+(?:of|o)\s+|[\s./-]*)"
_SHORT_YEAR = r"[./-](?P<joined>\d\d)(?!\d)|,?\s+(?P<last>\d\d)(?=\s*(?:$|[,:;]|[.-](?!\d)))"
_YEAR = rf"(?:[\s,./-]*(?:(?P<year>\d{{4}})|'(?P<short>\d\d))(?!\d)|{_SHORT_YEAR})?"
_STANDS_ALONE = r"(?![\w/]|[.-]\d)"


def _pattern(written: str) -> re.Pattern[str]:
    return re.compile(rf"(?P<all>{written})", re.IGNORECASE)


_ISO = _pattern(rf"{_ON_A_DAY}(?P<year>\d{{4}})[-/.](?P<month>\d{{1,2}})[-/.](?P<day>\d{{1,2}})(?!\d)")
_FIGURES = _pattern(
    rf"{_ON_A_DAY}(?P<day>\d{{1,2}})(?P<between>[/.-])(?P<month>\d{{1,2}})(?P=between)(?P<year>\d{{4}}|\d\d){_STANDS_ALONE}"
)
_TWO_FIGURES = _pattern(rf"{_ON_A_DAY}(?P<day>\d{{1,2}})(?:/|-(?=0))(?P<month>\d{{1,2}}){_STANDS_ALONE}")
_DAY_MONTH = _pattern(
    rf"{_ON_A_DAY}(?P<day>\d{{1,2}}){_ORDINAL}{_OF}(?P<month>[a-z]{{3,10}})(?![a-z'])(?:\.(?!\d))?{_YEAR}{_STANDS_ALONE}"
)
_MONTH_DAY = _pattern(
    rf"{_ON_A_DAY}(?P<month>[a-z]{{3,10}})\.?\s+(?:the\s+)?(?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?!\d){_YEAR}{_STANDS_ALONE}"
)
_DAY_ALONE = _pattern(rf"{_ON_A_DAY}(?P<day>\d{{1,2}})(?P<ordinal>st|nd|rd|th)\b(?!['-])")
_NAMED_DAY = _pattern(
    r"(?P<first>(?:this\s+)?coming|this|next|last|a\s+week\s+(?:on|next)|week\s+on)?\s*"
    r"\b(?P<weekday>monday|tues(?:day)?|weds|wednesday|thurs(?:day)?|friday|saturday|sunday"
    r"|dydd\s+(?:llun|mawrth|mercher|iau|gwener|sadwrn|sul))(?P<after>\s+week|\s+(?:of\s+)?next\s+week|\s+next)?(?![\w'-])"
)
_NEAR = _pattern(r"(?P<near>(?:the\s+)?day\s+after\s+tomorrow|today|tomorrow|yesterday|heddiw|yfory|ddoe)(?![\w'-])")
_MONTHS_END = _pattern(
    r"(?:the\s+)?end\s+of\s+(?:(?:the|this)\s+)?(?P<month>month|next\s+month|[a-z]{3,10})(?:\s+(?P<year>\d{4}))?(?![\w'-])"
)
_NO_DAY = _pattern(
    r"(?:next|this)\s+(?:week|month|year)\b|(?:the\s+)?end\s+of\s+(?:the\s+|this\s+|next\s+)?week\b|\d{1,3}\s*(?:hours?|hrs?|years?|yrs?)\b"
    r"|\d{1,3}\s*(?:-|to|or)\s*\d{1,3}(?=\s|$)(?!\s*-)"
)
_HOW_MANY = rf"\+?(?P<n>\d{{1,3}}|(?:a\s+)?couple(?:\s+of)?|{'|'.join(_NUMBERS)})"
_MORE = r"(?:(?:another|an?\s+(?:further|extra|additional)|further|extra|plus)\s+)?"
_UNITS = (
    r"(?P<working>(?:working|business|work)[\s-]*days?|wd?/?ds?|bds?|diwrnod(?:au)?\s+gwaith)"
    r"|(?P<workweek>working\s+weeks?)"
    r"|(?P<calendar>cal(?:endar|\.)?[\s-]*days?)"
    r"|(?P<week>weeks?|wks?|wythnos(?:au)?)|(?P<fortnight>fortnights?|pythefnos)|(?P<month>months?|mths?|mis(?:oedd)?)"
    r"|(?P<days>days?|diwrnod(?:au)?|dyddiau)"
)
_COUNTED = _pattern(
    rf"{_MORE}{_HOW_MANY}(?:(?<=\d)\s*|[\s-]+)(?:more\s+|further\s+|extra\s+|additional\s+)?(?:{_UNITS})(?![\w'])"
    r"(?P<today>\s+(?:from\s+(?:today|now|this\s+e?-?mail)|today(?![\w'])))?"
)
_EACH_ALONE = _pattern(
    r"(?:(?P<fortnight>fortnight|pythefnos)|(?P<week>wythnos))(?![\w'])(?P<today>\s+(?:from\s+(?:today|now|this\s+e?-?mail)|today(?![\w'])))?"
)
_BARE = _pattern(r"\+?(?P<n>\d{1,3})(?!\S*\d)(?!\s+\S+\s+\d{4}\b)(?![\w%/'])")


# --- how each is read


def _of_date(match: re.Match[str], today: date, towards: Towards) -> _Found | None:
    groups = match.groupdict()
    month = int(match["month"]) if match["month"].isdigit() else _month(match["month"])
    if month is None:
        return None
    written = match["all"]
    if _a_verb(match):
        may = [day for day in (_on(today.year, month, int(match["day"])),) if day and day >= today]
        return _Unclear(f"“{written}” may be a day in May, or a number of days", tuple(may))
    year = _year(groups)
    if year is None:
        figures = _TWO_DIGITS.match(match.string, match.end("all"))
        if figures is not None and 0 <= (2000 + int(figures[1]) - today.year) * towards.value <= FURTHEST_YEAR:
            return _two_digits(match, figures, month)
        found = _without_year(written, month, int(match["day"]), today, towards)
    else:
        found = _existing(written, year, month, int(match["day"]))
    return _weekday_fits(found, groups.get("weekday")) if isinstance(found, date) else found


_TWO_DIGITS = re.compile(r",?\s+(\d\d)(?![\w:%/]|\.\d|\s*(?:am|pm)\b)")


def _two_digits(match: re.Match[str], figures: re.Match[str], month: int) -> _Found:
    """ "8 Feb 27 bins" may be a day of a year, or a day and 27 of something."""
    year, day = 2000 + int(figures[1]), int(match["day"])
    written = f"{match['all']} {figures[1]}"
    meant = _existing(written, year, month, day)
    return _Unclear(f"“{written}”: is {figures[1]} the year?", (meant,)) if isinstance(meant, date) else meant


def _a_verb(match: re.Match[str]) -> bool:
    """ "5 may need parts": no month. Whoever means the month writes May, or nothing behind it that a verb would have."""
    follows = re.match(r"\s+(?:be|not|have|need|take|still|also|well|or|never|require)\b", match.string[match.end("all") :])
    return match["month"] == "may" and follows is not None


def _year(groups: dict[str, str | None]) -> int | None:
    written = groups.get("year") or groups.get("short") or groups.get("joined") or groups.get("last")
    if written is None:
        return None
    return int(written) + (2000 if len(written) == 2 else 0)


def _on(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _existing(written: str, year: int, month: int, day: int) -> date | _Unclear:
    found = _on(year, month, day)
    if found is not None:
        return found
    swapped = _on(year, day, month)
    if month > 12 and swapped is not None:
        order = "" if written[:4].isdigit() else ": the day comes first"
        return _Unclear(f"“{written}” has no month {month}{order}", (swapped,))
    if 1 <= month <= 12 and year >= 1:
        last = date(year, month, months.monthrange(year, month)[1])
        return _Unclear(f"there is no {day} {last:%B %Y}", (last,) if day == last.day + 1 or 29 <= day <= 31 else ())
    return _Unclear(f"“{written}” is no day")


def _without_year(written: str, month: int, day: int, today: date, towards: Towards) -> date | _Unclear:
    """The next such day, or looking back the last one; today is both."""
    likely = _likely_year(month, today, towards)
    if _on(likely, month, day) is None:  # 29 February: not of some year to come
        return _existing(written, likely, month, day)
    near = [found for year in (-1, 0, 1) if (found := _on(today.year + year, month, day)) is not None]
    right = [each for each in near if (each - today).days * towards.value >= 0]
    passed = [each for each in near if timedelta(0) < today - each <= LATELY]
    if passed and towards is Towards.AHEAD:
        return _Unclear(f"{words_of(passed[-1])} has passed", tuple(right[:1]))
    return min(right, key=lambda each: abs(each - today))


def _likely_year(month: int, today: date, towards: Towards) -> int:
    gone = (month - today.month) * towards.value < 0
    return today.year + (towards.value if gone else 0)


def _weekday_fits(day: date, written: str | None) -> date | _Unclear:
    if written is None or day.weekday() == _weekday(written):
        return day
    wanted = _weekday(written)
    near = min((day + timedelta(days=n) for n in range(-3, 4)), key=lambda each: (each.weekday() - wanted) % 7)
    return _Unclear(f"{day.day} {day:%B %Y} is a {day:%A}, and no {near:%A}", tuple(sorted((near, day))))


def _two_figures(match: re.Match[str], today: date, towards: Towards) -> _Found | None:
    found = _without_year(match["all"], int(match["month"]), int(match["day"]), today, towards) if _is_month(match) else None
    may_be = (found,) if isinstance(found, date) else ()
    return _Unclear(f"“{match['all']}” has no year", may_be)


def _is_month(match: re.Match[str]) -> bool:
    return 1 <= int(match["month"]) <= 12


def _day_alone(match: re.Match[str], today: date, towards: Towards) -> _Found | None:
    """ "Monday 8th": the next 8th, where that is a Monday. "8th" alone is no day."""
    number = int(match["day"])
    coming = next((day for day in _days_from(today, towards) if day.day == number), None)
    if coming is None:
        return _Unclear(f"“{match['all']}” is no day")
    fits = _weekday_fits(coming, match["weekday"])
    if match["weekday"] is None:
        return _Unclear(f"“{match['all']}” has no month", (coming,))
    return fits


def _days_from(today: date, towards: Towards) -> Iterator[date]:
    return (today + timedelta(days=n * towards.value) for n in range(62))


def _named_day(match: re.Match[str], today: date, towards: Towards) -> _Found | None:
    """Of "next Friday" some mean the first one, others that of next week: it is clear only where both are one day."""
    first = " ".join((match["first"] or "").lower().split())
    after = " ".join((match["after"] or "").lower().split())
    wanted = _weekday(match["weekday"])
    coming = today + timedelta(days=(wanted - today.weekday() - 1) % 7 + 1)
    passed = coming - timedelta(days=7 if coming.weekday() != today.weekday() else 14)
    monday = today - timedelta(days=today.weekday())
    if "next week" in after:
        return monday + timedelta(days=7 + wanted)
    if after == "week" or first in {"a week on", "a week next", "week on"}:
        return coming if today.weekday() == wanted else coming + timedelta(days=7)
    if first == "next" or after == "next":
        return _one_of(match, coming, monday + timedelta(days=7 + wanted))
    if first == "last":
        return _one_of(match, passed, monday + timedelta(days=wanted - 7))
    if today.weekday() == wanted:
        other = coming if towards is Towards.AHEAD else today - timedelta(days=7)
        return _Unclear(f"today is a {today:%A}: which one?", tuple(sorted((today, other))))
    return coming if towards is Towards.AHEAD else passed


def _one_of(match: re.Match[str], one: date, other: date) -> _Found:
    if one == other:
        return one
    return _Unclear(f"“{match['all'].strip()}” can mean two days", tuple(sorted((one, other))))


def _near(match: re.Match[str], today: date, _towards: Towards) -> _Found | None:
    said = match["near"].lower()
    days = {"today": 0, "heddiw": 0, "tomorrow": 1, "yfory": 1, "yesterday": -1, "ddoe": -1}
    return today + timedelta(days=days.get(said, 2))


def _months_end(match: re.Match[str], today: date, _towards: Towards) -> _Found | None:
    said = " ".join(match["month"].lower().split())
    if said in {"month", "next month"}:
        year, month = divmod(today.year * 12 + today.month - 1 + (said == "next month"), 12)
        month += 1
    else:
        named = _month(said)
        if named is None:
            return None
        year, month = int(match["year"] or today.year + (named < today.month)), named
    return date(year, month, months.monthrange(year, month)[1]) if 1 <= year <= date.max.year else None


def _no_day(match: re.Match[str], _today: date, _towards: Towards) -> _Found | None:
    return _Unclear(f"“{match['all']}” is no day, and no number of days")


def _counted(match: re.Match[str], _today: date, _towards: Towards) -> _Found | None:
    groups = match.groupdict()
    number = groups.get("n") or "1"
    n = int(number) if number.isdigit() else 2 if "couple" in number.lower() else _NUMBERS[number.lower()]
    today = bool(groups.get("today"))
    for unit, each, counts in (
        ("working", 1, Unit.WORKING_DAY),
        ("workweek", 5, Unit.WORKING_DAY),
        ("calendar", 1, Unit.CALENDAR_DAY),
        ("week", 7, Unit.CALENDAR_DAY),
        ("fortnight", 14, Unit.CALENDAR_DAY),
        ("month", 1, Unit.MONTH),
    ):
        if groups.get(unit):
            return Count(n * each, counts, from_today=today)
    return Count(n, from_today=today)


def _bare(match: re.Match[str], _today: date, _towards: Towards) -> _Found | None:
    return Count(int(match["n"]), bare=True)


_READERS: tuple[tuple[re.Pattern[str], _Reader], ...] = (
    (_ISO, _of_date),
    (_FIGURES, _of_date),
    (_TWO_FIGURES, _two_figures),
    (_MONTHS_END, _months_end),
    (_DAY_MONTH, _of_date),
    (_MONTH_DAY, _of_date),
    (_DAY_ALONE, _day_alone),
    (_NAMED_DAY, _named_day),
    (_NEAR, _near),
    (_NO_DAY, _no_day),
    (_COUNTED, _counted),
    (_EACH_ALONE, _counted),
    (_BARE, _bare),
)
_FULL = (_ISO, _FIGURES, _TWO_FIGURES, _DAY_MONTH, _MONTH_DAY)  # what is a date wherever it stands
