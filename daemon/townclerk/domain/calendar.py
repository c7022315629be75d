"""Counting days: whole days in the council's time zone, its bank holidays and its closure days."""

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from townclerk.domain.durations import Duration, Unit
from townclerk.domain.policy import NonworkingReceipt

ONE_DAY = timedelta(days=1)


class CalendarTooShort(ValueError):
    """A date lies outside the years whose bank holidays the calendar knows: no year is taken for one without any."""

    def __init__(self, day: date, first: date, last: date) -> None:
        super().__init__(f"the calendar knows {first} to {last}, and {day} lies outside it")
        self.day = day


@dataclass(frozen=True, slots=True)
class Derivation:
    """How a due date came about, for `explain`: day 0, each day that was not counted and why, the day it ended on."""

    day0: date
    duration: str
    skipped: tuple[tuple[date, str], ...]
    due: date
    calendar: str  # its version
    note: str = ""


@dataclass(frozen=True, slots=True)
class Calendar:
    """Which days are working days from `first` to `last`, both included. `closed` names each day off that is no weekend."""

    timezone: str
    weekend: tuple[int, ...]
    closed: Mapping[date, str]
    first: date
    last: date
    version: str
    nonworking_receipt: NonworkingReceipt = NonworkingReceipt.NEXT_WORKING_DAY_IS_DAY_1
    cutoff: time | None = None
    extra_working_days: frozenset[date] = frozenset()
    _working: tuple[date, ...] = field(init=False, repr=False, compare=False)
    _zone: ZoneInfo = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        days = (self.first + timedelta(days=n) for n in range((self.last - self.first).days + 1))
        object.__setattr__(self, "_working", tuple(day for day in days if self.reason_off(day) is None))
        object.__setattr__(self, "_zone", ZoneInfo(self.timezone))

    # --- days

    def reason_off(self, day: date) -> str | None:
        """Why *day* is no working day, in words, or None: it is one."""
        if day in self.extra_working_days:
            return None
        if day in self.closed:
            return self.closed[day]
        return day.strftime("%A") if day.weekday() in self.weekend else None

    def is_working(self, day: date) -> bool:
        self._check(day)
        return self.reason_off(day) is None

    def add_working_days(self, day: date, n: int) -> date:
        """The nth working day after *day* (n > 0), or before it (n < 0); for 0, *day* or the next working day."""
        self._check(day)
        here = bisect_right(self._working, day)  # working days up to and including `day`
        if n > 0:
            index = here + n - 1
        elif n < 0:
            index = here - (1 if self.reason_off(day) is None else 0) + n
        else:
            index = here - 1 if self.reason_off(day) is None else here
        if not 0 <= index < len(self._working):
            raise CalendarTooShort(day + timedelta(days=2 * n), self.first, self.last)
        return self._working[index]

    def working_days_between(self, start: date, end: date) -> int:
        """How many working days lie after *start*, up to and including *end*."""
        self._check(start)
        self._check(end)
        return max(0, bisect_right(self._working, end) - bisect_right(self._working, start))

    def working_on_or_before(self, day: date) -> date:
        return day if self.is_working(day) else self.add_working_days(day, -1)

    # --- clocks

    def day_zero(self, moment: datetime) -> tuple[date, str]:
        """The day from which counting starts for something received at *moment*, and a note where it is another."""
        day = self.local(moment).date()
        if self.cutoff is not None and self.local(moment).time() >= self.cutoff:
            day, note = day + ONE_DAY, f"received after {self.cutoff:%H:%M}"
        else:
            note = ""
        if self.nonworking_receipt is NonworkingReceipt.DEEMED_RECEIVED_NEXT_WORKING_DAY and not self.is_working(day):
            return self.add_working_days(day, 1), "deemed received on the next working day"
        return day, note

    def count(self, day0: date, duration: Duration, note: str = "") -> Derivation:
        """The day on which *duration* after *day0* ends. Anniversaries of 29 February fall on 1 March."""
        due = self._end(day0, duration)
        self._check(due)
        skipped: tuple[tuple[date, str], ...] = ()
        if duration.unit is Unit.WORKING_DAY:
            between = (day0 + timedelta(days=k) for k in range(1, (due - day0).days))
            skipped = tuple((day, why) for day in between if (why := self.reason_off(day)) is not None)
        return Derivation(day0, str(duration), skipped, due, self.version, note)

    def keep_until(self, day0: date, duration: Duration, note: str = "") -> Derivation:
        """As `count`, also where it ends after the years that are known: years and months need no bank holidays. Working days
        raise CalendarTooShort as ever."""
        if duration.unit is Unit.WORKING_DAY:
            return self.count(day0, duration, note)
        return Derivation(day0, str(duration), (), self._end(day0, duration), self.version, note)

    def _end(self, day0: date, duration: Duration) -> date:
        match duration.unit:
            case Unit.WORKING_DAY:
                return self.add_working_days(day0, duration.n)
            case Unit.CALENDAR_DAY:
                return day0 + timedelta(days=duration.n)
            case Unit.MONTH:
                return _add_months(day0, duration.n)
            case Unit.YEAR:
                return _add_months(day0, 12 * duration.n)

    # --- moments

    def local(self, moment: datetime) -> datetime:
        """The aware *moment* on the council's own clock."""
        if moment.tzinfo is None:
            raise ValueError("a moment needs a time zone")
        return moment.astimezone(self._zone)

    def at(self, day: date, clock: time) -> datetime:
        """The UTC moment of *clock* on *day*. A time that the clock change skips is the hour after; of two, the first."""
        return datetime.combine(day, clock, self._zone).astimezone(UTC)

    def _check(self, day: date) -> None:
        if not self.first <= day <= self.last:
            raise CalendarTooShort(day, self.first, self.last)


def _add_months(day: date, months: int) -> date:
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    for candidate in range(day.day, 27, -1):
        try:
            return date(year, month + 1, candidate)
        except ValueError:
            if day.month == 2 and day.day == 29:
                return date(year, 3, 1)
    return date(year, month + 1, day.day)
