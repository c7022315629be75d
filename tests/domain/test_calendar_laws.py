"""The laws of counting days, on any calendar; and England's on both sides of each bound."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.strategies import FIRST, LAST, calendar, calendars, days, moments, the_days_after
from townclerk.domain.calendar import Calendar, CalendarTooShort
from townclerk.domain.durations import Duration, Unit
from townclerk.domain.policy import NonworkingReceipt

few = st.integers(1, 40)
DEEMED = NonworkingReceipt.DEEMED_RECEIVED_NEXT_WORKING_DAY


def working(n: int) -> Duration:
    return Duration(n, Unit.WORKING_DAY)


# --- laws


@given(calendars(), days, few, few)
def test_adding_days_in_two_steps_equals_one(cal: Calendar, start: date, a: int, b: int) -> None:
    assert cal.add_working_days(start, a + b) == cal.add_working_days(cal.add_working_days(start, a), b)


@given(calendars(), days, st.integers(-40, 40))
def test_the_nth_working_day_is_a_working_day(cal: Calendar, start: date, n: int) -> None:
    assert cal.is_working(cal.add_working_days(start, n))


@given(calendars(), days, few)
def test_going_forward_and_back_ends_where_it_began_if_that_is_a_working_day(cal: Calendar, start: date, n: int) -> None:
    begin = cal.add_working_days(start, 0)

    assert begin == cal.add_working_days(cal.add_working_days(begin, n), -n)


@given(calendars(), days, few)
def test_a_due_date_has_exactly_as_many_working_days_before_it_as_were_promised(cal: Calendar, day0: date, n: int) -> None:
    due = cal.count(day0, working(n)).due

    assert n == sum(cal.is_working(day) for day in the_days_after(day0, due))


@given(calendars(), days, few)
def test_the_days_skipped_are_exactly_the_days_off_between(cal: Calendar, day0: date, n: int) -> None:
    """`explain` may be checked by hand: no day off is left out, no working day is in, and the due day itself is neither."""
    derivation = cal.count(day0, working(n))

    assert [day for day, _ in derivation.skipped] == [d for d in the_days_after(day0, derivation.due) if not cal.is_working(d)]
    assert all(why for _, why in derivation.skipped)


@given(calendars(), days, st.integers(1, 60), st.sampled_from(Unit))
def test_a_due_date_is_never_before_day_0_and_more_time_is_never_less(cal: Calendar, day0: date, n: int, unit: Unit) -> None:
    if unit is Unit.YEAR or (unit is Unit.MONTH and n > 12):
        return
    due = cal.count(day0, Duration(n, unit)).due

    assert day0 < due
    assert due <= cal.count(day0, Duration(n + (unit is not Unit.MONTH), unit)).due


@given(calendars(), days)
def test_the_working_day_on_or_before_is_the_last_one(cal: Calendar, day: date) -> None:
    found = cal.working_on_or_before(day)

    assert cal.is_working(found)
    assert not any(cal.is_working(later) for later in the_days_after(found, day))


@given(moments)
def test_day_0_is_the_local_date(moment: datetime) -> None:
    assert (calendar().local(moment).date(), "") == calendar().day_zero(moment)


@given(moments)
def test_where_receipt_is_deemed_day_0_is_a_working_day_and_never_earlier(moment: datetime) -> None:
    cal = calendar(DEEMED)
    day0, note = cal.day_zero(moment)
    own = cal.local(moment).date()

    assert cal.is_working(day0)
    assert day0 == cal.add_working_days(own, 0)
    assert bool(note) == (day0 != own)


@given(days, st.times())
def test_a_local_time_comes_back_from_utc_as_itself_unless_the_clock_skipped_it(day: date, clock: time) -> None:
    cal = calendar()
    clock = clock.replace(fold=0)
    back = cal.local(cal.at(day, clock))

    skipped = day in {date(2026, 3, 29), date(2027, 3, 28)} and time(1) <= clock < time(2)
    assert back.replace(tzinfo=None) == datetime.combine(day, clock) + timedelta(hours=skipped)


# --- bounds


@pytest.mark.parametrize(
    ("received", "day0", "ten"),
    [
        ("2026-12-18T23:59:59+00:00", date(2026, 12, 18), date(2027, 1, 6)),
        ("2026-12-19T00:00:00+00:00", date(2026, 12, 19), date(2027, 1, 6)),  # a Saturday: Monday is day 1 all the same
        ("2026-12-21T00:00:00+00:00", date(2026, 12, 21), date(2027, 1, 7)),
        ("2027-06-30T22:59:59+00:00", date(2027, 6, 30), date(2027, 7, 14)),  # 23:59:59 in summer time
        ("2027-06-30T23:00:00+00:00", date(2027, 7, 1), date(2027, 7, 15)),  # midnight in summer time
        ("2027-01-31T23:30:00+00:00", date(2027, 1, 31), date(2027, 2, 12)),  # the same hour in winter
    ],
)
def test_ten_working_days_on_both_sides_of_midnight(received: str, day0: date, ten: date) -> None:
    cal = calendar()
    found, _ = cal.day_zero(datetime.fromisoformat(received))

    assert (day0, ten) == (found, cal.count(found, working(10)).due)


@pytest.mark.parametrize(
    ("received", "plain", "deemed"),
    [
        ("2027-04-30T12:00:00Z", date(2027, 5, 4), date(2027, 5, 4)),  # a Friday: both readings agree
        ("2027-05-01T12:00:00Z", date(2027, 5, 4), date(2027, 5, 5)),  # Saturday
        ("2027-05-03T12:00:00Z", date(2027, 5, 4), date(2027, 5, 5)),  # the bank holiday
        ("2027-05-04T12:00:00Z", date(2027, 5, 5), date(2027, 5, 5)),  # a Tuesday: both readings agree again
    ],
)
def test_a_receipt_on_a_day_off_is_counted_as_the_council_chose(received: str, plain: date, deemed: date) -> None:
    moment = datetime.fromisoformat(received)
    first, second = (cal.count(cal.day_zero(moment)[0], working(1)).due for cal in (calendar(), calendar(DEEMED)))

    assert (plain, deemed) == (first, second)


@pytest.mark.parametrize(("clock", "day"), [("16:59:59", date(2027, 1, 11)), ("17:00:00", date(2027, 1, 12))])
def test_a_cutoff_hour_belongs_to_the_next_day(clock: str, day: date) -> None:
    found, note = calendar(cutoff=time(17)).day_zero(datetime.fromisoformat(f"2027-01-11T{clock}+00:00"))

    assert day == found
    assert ("17:00" in note) == (day == date(2027, 1, 12))


def test_closure_days_and_extra_working_days_count_as_the_council_says() -> None:
    cal = calendar(closed={date(2027, 1, 12): "Strike"}, extra=frozenset({date(2027, 1, 16)}))

    assert (date(2027, 1, 13), ((date(2027, 1, 12), "Strike"),)) == (
        cal.count(date(2027, 1, 11), working(1)).due,
        cal.count(date(2027, 1, 11), working(1)).skipped,
    )
    assert date(2027, 1, 16) == cal.count(date(2027, 1, 15), working(1)).due  # a Saturday on which they work


@pytest.mark.parametrize(
    ("day0", "duration", "due"),
    [
        (date(2027, 1, 4), Duration(14, Unit.CALENDAR_DAY), date(2027, 1, 18)),
        (date(2027, 1, 31), Duration(1, Unit.MONTH), date(2027, 2, 28)),
        (date(2027, 3, 31), Duration(1, Unit.MONTH), date(2027, 4, 30)),
        (date(2026, 12, 15), Duration(12, Unit.MONTH), date(2027, 12, 15)),
        (date(2026, 2, 28), Duration(2, Unit.YEAR), date(2028, 2, 28)),
        (date(2027, 2, 28), Duration(1, Unit.YEAR), date(2028, 2, 28)),
    ],
)
def test_calendar_days_months_and_years(day0: date, duration: Duration, due: date) -> None:
    assert due == calendar().count(day0, duration).due
    assert not calendar().count(day0, duration).skipped


def test_the_anniversary_of_29_february_is_1_march() -> None:
    leap = Calendar("Europe/London", (5, 6), {}, date(2028, 1, 1), date(2029, 12, 31), "leap")

    assert date(2029, 3, 1) == leap.count(date(2028, 2, 29), Duration(1, Unit.YEAR)).due


def test_the_clock_change_moves_utc_and_not_the_local_hour() -> None:
    cal = calendar()

    assert datetime(2027, 3, 26, 9, tzinfo=UTC) == cal.at(date(2027, 3, 26), time(9))
    assert datetime(2027, 3, 30, 8, tzinfo=UTC) == cal.at(date(2027, 3, 30), time(9))
    assert datetime(2027, 3, 28, 1, 30, tzinfo=UTC) == cal.at(date(2027, 3, 28), time(1, 30))  # skipped: the hour after
    assert datetime(2027, 10, 31, 0, 30, tzinfo=UTC) == cal.at(date(2027, 10, 31), time(1, 30))  # twice: the first


@pytest.mark.parametrize("day", [FIRST - timedelta(days=1), LAST + timedelta(days=1)])
def test_no_year_is_taken_for_one_without_bank_holidays(day: date) -> None:
    with pytest.raises(CalendarTooShort):
        calendar().is_working(day)


@pytest.mark.parametrize(
    "duration", [working(1), Duration(1, Unit.CALENDAR_DAY), Duration(1, Unit.MONTH), Duration(1, Unit.YEAR)]
)
def test_a_due_date_beyond_the_calendar_is_an_error_and_not_a_guess(duration: Duration) -> None:
    with pytest.raises(CalendarTooShort):
        calendar().count(LAST, duration)


def test_the_first_and_the_last_day_are_known() -> None:
    assert not calendar(closed={FIRST: "New Year's Day"}).is_working(FIRST)
    assert date(2028, 12, 29) == calendar().working_on_or_before(LAST)


def test_a_moment_without_a_time_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        calendar().local(datetime(2027, 1, 1, 12))  # noqa: DTZ001  # that is the point
