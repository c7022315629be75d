"""Dates that were counted with another calendar: what they would be now. None of them moves: a resident holds them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from townclerk.domain.calendar import Calendar, CalendarTooShort
from townclerk.domain.case import Case, Deadline
from townclerk.domain.durations import Duration
from townclerk.domain.statutes import LAW


@dataclass(frozen=True, slots=True)
class Recounted:
    """A date that stands, and what it would be by the calendar as it is now."""

    ref: str
    deadline: str
    stands: date
    would_be: date

    @property
    def later(self) -> bool:
        return self.would_be > self.stands


def recounted(cases: Iterable[Case], calendar: Calendar) -> Iterator[Recounted]:
    """Every open date of *cases* that *calendar* would count otherwise. What outlives a case is counted in ways of its own, and
    no resident waits for it; what the law sets is counted without the council's calendar."""
    for case in cases:
        for deadline in case.deadlines:
            due = _due(deadline, calendar) if deadline.open and not deadline.outlives else None
            if due is not None and due != deadline.target:
                yield Recounted(case.ref, deadline.name, deadline.target, due)


def _due(deadline: Deadline, calendar: Calendar) -> date | None:
    """What *calendar* makes of it; None where it made the date itself, or where the date was not counted at all."""
    counted = Duration.read(deadline.derivation.duration)
    made = deadline.derivation.calendar
    if made == calendar.version or made.startswith(LAW) or counted is None:
        return None
    try:
        return calendar.count(deadline.derivation.day0, counted).due
    except CalendarTooShort:
        return None
