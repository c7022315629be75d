"""When a board meets, and when its members get their papers."""

from datetime import date, timedelta

from townclerk.domain.calendar import Calendar
from townclerk.domain.durations import Duration, Unit
from townclerk.domain.provisions import Board

_DAYS = {Unit.CALENDAR_DAY: 1, Unit.WORKING_DAY: 1}


def step(every: Duration) -> timedelta:
    """How long from one meeting to the next: a board's rhythm is one of days."""
    return timedelta(days=every.n * _DAYS.get(every.unit, 1))


def next_meeting(board: Board, day: date) -> date | None:
    """The first meeting on or after *day*; None: no meeting's day has been given."""
    if board.anchor is None:
        return None
    away = (day - board.anchor) % step(board.every)
    return day if not away else day + step(board.every) - away


def last_meeting(board: Board, day: date) -> date | None:
    """The last meeting on or before *day*; None: no meeting's day has been given."""
    following = next_meeting(board, day)
    return following if following in {day, None} else following - step(board.every) if following else None


def papers_day(board: Board, meeting: date, calendar: Calendar) -> date:
    """The working day on which the members get the papers for *meeting*."""
    return calendar.add_working_days(meeting, -board.pack_before)
