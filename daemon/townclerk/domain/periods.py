"""Which days a report covers, and when it leaves: on the first working day after them, or as papers before a meeting.

And the day by which the policy itself is to be reviewed.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from townclerk.domain.board import next_meeting, papers_day, step
from townclerk.domain.calendar import Calendar
from townclerk.domain.provisions import Board, Edition, Period

ONE_DAY = timedelta(days=1)
_MONTHS = {Period.MONTH: 1, Period.QUARTER: 3, Period.YEAR: 12}
A_MONTH = timedelta(days=31)
FIRST_MONTH = 4  # the financial year of councils in England begins on 1 April


@dataclass(frozen=True, slots=True)
class Span:
    """The days from `first` to `last`, both included. `leaves` is the working day on which the report on them goes out;
    `meeting` that of the board, where these are its papers."""

    first: date
    last: date
    leaves: date
    meeting: date | None = None

    @property
    def words(self) -> str:
        return f"{_words(self.first)} to {_words(self.last)}"


def spans_from(period: Period, day: date, calendar: Calendar, board: Board | None) -> Iterator[Span]:
    """The spans whose report leaves on or after *day*, in order, without end. None for a board that has no meeting's day."""
    if period is Period.MEETING:
        yield from _meetings(day, calendar, board)
        return
    first = _begins(period, day - A_MONTH)  # the report on any span before that has long left
    while True:
        following = _add_months(first, _MONTHS[period])
        leaves = calendar.add_working_days(following - ONE_DAY, 1)
        if leaves >= day:
            yield Span(first, following - ONE_DAY, leaves)
        first = following


def _meetings(day: date, calendar: Calendar, board: Board | None) -> Iterator[Span]:
    meeting = next_meeting(board, day) if board is not None else None
    while board is not None and meeting is not None:
        leaves = papers_day(board, meeting, calendar)
        before = papers_day(board, meeting - step(board.every), calendar)
        if leaves >= day:
            yield Span(before, leaves - ONE_DAY, leaves, meeting)
        meeting += step(board.every)


def review_due(edition: Edition, calendar: Calendar) -> date | None:
    """The day by which *edition* is to be reviewed. None where no date or no interval is written down, and where that day lies
    outside the years that *calendar* knows: it is not soon, or it was long ago."""
    if edition.day is None or edition.review_every is None:
        return None
    due = calendar.keep_until(edition.day, edition.review_every).due
    return due if calendar.first.year < due.year <= calendar.last.year else None


def before(span: Span, period: Period) -> Span:
    """The span before *span*, to compare with."""
    if period is Period.MEETING:
        length = span.last - span.first + ONE_DAY
        return Span(span.first - length, span.first - ONE_DAY, span.first)
    return Span(_add_months(span.first, -_MONTHS[period]), span.first - ONE_DAY, span.first)


def _begins(period: Period, day: date) -> date:
    """The first day of the span that *day* lies in."""
    months = (day.month - FIRST_MONTH) % _MONTHS[period]
    return _add_months(day.replace(day=1), -months)


def _add_months(first: date, months: int) -> date:
    years, month = divmod(first.month - 1 + months, 12)
    return date(first.year + years, month + 1, 1)


def _words(day: date) -> str:
    return f"{day.day} {day:%B %Y}"
