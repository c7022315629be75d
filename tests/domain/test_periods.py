"""Which days a report covers and when it leaves; when a board meets and gets its papers."""

from dataclasses import replace
from datetime import date, timedelta
from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.samples import council
from townclerk.domain.board import last_meeting, next_meeting, papers_day
from townclerk.domain.durations import Duration, Unit
from townclerk.domain.periods import ONE_DAY, Span, before, spans_from
from townclerk.domain.provisions import Board, Period

FORTNIGHT = Board("Board", ("chair",), Duration(14, Unit.CALENDAR_DAY), date(2026, 12, 3))
DAYS = st.dates(date(2026, 4, 1), date(2028, 6, 30))


def spans(period: Period, day: date, count: int = 1, board: Board | None = None) -> list[Span]:
    return list(islice(spans_from(period, day, council().calendar, board), count))


@pytest.mark.parametrize(
    ("period", "day", "first", "last", "leaves"),
    [
        (Period.QUARTER, date(2026, 12, 31), date(2026, 10, 1), date(2026, 12, 31), date(2027, 1, 4)),  # over New Year
        (Period.QUARTER, date(2027, 1, 4), date(2026, 10, 1), date(2026, 12, 31), date(2027, 1, 4)),
        (Period.QUARTER, date(2027, 1, 5), date(2027, 1, 1), date(2027, 3, 31), date(2027, 4, 1)),
        (Period.MONTH, date(2027, 3, 1), date(2027, 2, 1), date(2027, 2, 28), date(2027, 3, 1)),
        (Period.MONTH, date(2027, 3, 2), date(2027, 3, 1), date(2027, 3, 31), date(2027, 4, 1)),
        (Period.YEAR, date(2027, 4, 1), date(2026, 4, 1), date(2027, 3, 31), date(2027, 4, 1)),
        (Period.YEAR, date(2027, 4, 2), date(2027, 4, 1), date(2028, 3, 31), date(2028, 4, 3)),  # a Saturday
    ],
)
def test_a_report_leaves_on_the_first_working_day_after_its_period(
    period: Period, day: date, first: date, last: date, leaves: date
) -> None:
    assert spans(period, day) == [Span(first, last, leaves)]


@given(st.sampled_from([Period.MONTH, Period.QUARTER, Period.YEAR]), DAYS)
def test_periods_follow_each_other_without_a_gap(period: Period, day: date) -> None:
    one, two = spans(period, day, 2)
    assert two.first == one.last + ONE_DAY
    assert one.leaves >= day
    assert one.last < one.leaves
    assert before(two, period).first == one.first
    assert before(two, period).last == one.last


@pytest.mark.parametrize(
    ("day", "coming", "gone"),
    [
        (date(2026, 12, 3), date(2026, 12, 3), date(2026, 12, 3)),
        (date(2026, 12, 4), date(2026, 12, 17), date(2026, 12, 3)),
        (date(2026, 12, 30), date(2026, 12, 31), date(2026, 12, 17)),
        (date(2026, 11, 1), date(2026, 11, 5), date(2026, 10, 22)),  # before the day that was given
    ],
)
def test_a_board_meets_every_fortnight_both_ways_from_any_one_meeting(day: date, coming: date, gone: date) -> None:
    assert (next_meeting(FORTNIGHT, day), last_meeting(FORTNIGHT, day)) == (coming, gone)


def test_a_board_without_a_day_meets_at_nobody_knows_when() -> None:
    nameless = replace(FORTNIGHT, anchor=None)
    assert next_meeting(nameless, date(2027, 1, 1)) is None
    assert last_meeting(nameless, date(2027, 1, 1)) is None
    assert list(spans_from(Period.MEETING, date(2027, 1, 1), council().calendar, nameless)) == []


def test_papers_leave_two_working_days_before_the_meeting() -> None:
    assert papers_day(FORTNIGHT, date(2026, 12, 31), council().calendar) == date(2026, 12, 29)
    found = spans(Period.MEETING, date(2026, 12, 18), 2, FORTNIGHT)
    assert [(span.leaves, span.meeting) for span in found] == [
        (date(2026, 12, 29), date(2026, 12, 31)),
        (date(2027, 1, 12), date(2027, 1, 14)),
    ]
    assert found[1].first == found[0].last + ONE_DAY


@given(DAYS)
def test_the_next_meeting_is_never_further_than_the_rhythm(day: date) -> None:
    coming = next_meeting(FORTNIGHT, day)
    assert coming is not None
    assert timedelta(0) <= coming - day < timedelta(days=14)
