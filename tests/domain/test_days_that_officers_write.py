"""A day as an officer writes it in a hurry: read as what it says, and asked about where it says two things."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from townclerk.domain.days_written import LATELY, Count, Towards, read_when
from townclerk.domain.durations import Unit

MONDAY = date(2027, 1, 11)
DAY = date(2027, 2, 8)


@pytest.mark.parametrize(
    "written",
    [
        "2027-02-08",
        "2027-2-8",
        "2027/02/08",
        "Monday 2027-02-08",
        "08/02/2027",
        "8/2/2027",
        "08/02/27",
        "8.2.2027",
        "8.2.27",
        "8-2-2027",
        "8–2–2027",  # a phone's dashes
        "8-Feb-27",
        "8-Feb-2027",
        "8 February 2027",
        "8 feb 2027",
        "8th February 2027",
        "8th of February",
        "the 8th of February",
        "08 Feb. 2027",
        "8 Feb ’27",
        "8 Feb",
        "8feb",
        "8 February",
        "Monday 8 February 2027",
        "Mon 8th Feb, 2027",
        "Mon 8 Feb 2027",
        "monday, 8 FEBRUARY 2027",
        "Monday 8 February",
        "Monday the 8th of February",
        "Monday 8th",  # the next 8th, and it is one
        "February 8",
        "February 8th, 2027",
        "until 8 February",
        "by Monday 8 February",
        "to 8/2/27",
        "8\u00a0February\u00a02027",
        "8 Febr\u00aduary 2027",  # a soft hyphen
        "\u200e08/02/2027",  # a mark of direction, as copied from a calendar
        "８ February",
        "dydd Llun 8 Chwefror",
        "8 o Chwefror 2027",
        "8fed Chwefror",
    ],
)
@pytest.mark.parametrize("reason", ["", " the crew is ill", ": the crew is ill", " - the crew is ill", " – the crew is ill"])
def test_a_day_is_understood_in_any_spelling(written: str, reason: str) -> None:
    read = read_when(written + reason, MONDAY)

    assert (DAY, "the crew is ill" if reason else "") == (read.day, read.rest)


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("today", MONDAY),
        ("tomorrow", date(2027, 1, 12)),
        ("yfory", date(2027, 1, 12)),
        ("the day after tomorrow", date(2027, 1, 13)),
        ("Friday", date(2027, 1, 15)),
        ("this Friday", date(2027, 1, 15)),
        ("Sunday", date(2027, 1, 17)),
        ("Friday week", date(2027, 1, 22)),
        ("a week on Friday", date(2027, 1, 22)),
        ("Friday next week", date(2027, 1, 22)),
        ("Monday week", date(2027, 1, 18)),
        ("end of the month", date(2027, 1, 31)),
        ("the end of February", date(2027, 2, 28)),
        ("end of next month", date(2027, 2, 28)),
        ("end of January 2028", date(2028, 1, 31)),
        ("8 Feb 28", date(2028, 2, 8)),
        ("8 May", date(2027, 5, 8)),
        ("12 January", date(2027, 1, 12)),
        ("11 January", MONDAY),  # today is still to come
        ("dydd Mawrth 2 Mawrth", date(2027, 3, 2)),
        ("15 Medi", date(2027, 9, 15)),
        ("Monday next", date(2027, 1, 18)),
        ("by 5pm on Friday 29 January", date(2027, 1, 29)),
        ("17:00 29 January", date(2027, 1, 29)),
        ("29 January 2027 17:00", date(2027, 1, 29)),
        ("29 January at 9.30am", date(2027, 1, 29)),
        ("COP Friday", date(2027, 1, 15)),
        ("COB 22 January", date(2027, 1, 22)),
        ("close of play Friday 22 January", date(2027, 1, 22)),
        ("end of the working day on Friday", date(2027, 1, 15)),
        ("no later than 8 Feb", DAY),
    ],
)
def test_a_day_counts_from_the_one_on_which_it_is_written(written: str, day: date) -> None:
    asks_for_the_year = written.endswith(" 28")  # where words follow, 28 may be a number of something
    for reason in ("",) if asks_for_the_year else ("", " because the depot is late", ": 3 visits are left"):
        read = read_when(written + reason, MONDAY)
        assert (day, reason.lstrip(" :")) == (read.day, read.rest)


@pytest.mark.parametrize(
    ("written", "expected", "rest"),
    [
        ("5", Count(5, bare=True), ""),
        ("10 waiting", Count(10, bare=True), "waiting"),
        ("+3 days: ill", Count(3), "ill"),
        ("14 days", Count(14), ""),
        ("1 day", Count(1), ""),
        ("7 working days ill", Count(7, Unit.WORKING_DAY), "ill"),
        ("10 working days", Count(10, Unit.WORKING_DAY), ""),
        ("10wd", Count(10, Unit.WORKING_DAY), ""),
        ("10 WD ill", Count(10, Unit.WORKING_DAY), "ill"),
        ("ten working days", Count(10, Unit.WORKING_DAY), ""),
        ("another 5 working days", Count(5, Unit.WORKING_DAY), ""),
        ("5 more working days", Count(5, Unit.WORKING_DAY), ""),
        ("14 calendar days", Count(14, Unit.CALENDAR_DAY), ""),
        ("2 weeks the crew is ill", Count(14, Unit.CALENDAR_DAY), "the crew is ill"),
        ("two weeks", Count(14, Unit.CALENDAR_DAY), ""),
        ("a week", Count(7, Unit.CALENDAR_DAY), ""),
        ("a fortnight", Count(14, Unit.CALENDAR_DAY), ""),
        ("1 month", Count(1, Unit.MONTH), ""),
        ("2 weeks from today", Count(14, Unit.CALENDAR_DAY, from_today=True), ""),
        ("in 2 weeks ill", Count(14, Unit.CALENDAR_DAY, from_today=True), "ill"),
        ("5 diwrnod gwaith", Count(5, Unit.WORKING_DAY), ""),
        ("a couple of weeks ill", Count(14, Unit.CALENDAR_DAY), "ill"),
        ("another week ill", Count(7, Unit.CALENDAR_DAY), "ill"),
        ("another fortnight", Count(14, Unit.CALENDAR_DAY), ""),
        ("a further week", Count(7, Unit.CALENDAR_DAY), ""),
        ("a fortnight today ill", Count(14, Unit.CALENDAR_DAY, from_today=True), "ill"),
        ("1, 8 Feb the part is late", Count(1, bare=True), "8 Feb the part is late"),
        ("5 to finish the repair", Count(5, bare=True), "to finish the repair"),
    ],
)
def test_a_number_of_days_is_understood(written: str, expected: Count, rest: str) -> None:
    read = read_when(written, MONDAY)

    assert (expected, rest) == (read.count, read.rest)


@pytest.mark.parametrize(
    ("written", "may_be"),
    [
        ("Monday 9 February", (DAY, date(2027, 2, 9))),
        ("Tue 8 Feb 2027", (DAY, date(2027, 2, 9))),
        ("next Friday", (date(2027, 1, 15), date(2027, 1, 22))),
        ("Monday", (MONDAY, date(2027, 1, 18))),
        ("02/15/2027", (date(2027, 2, 15),)),
        ("2027-15-02", (date(2027, 2, 15),)),
        ("30/02/2027", (date(2027, 2, 28),)),
        ("2027-02-30", (date(2027, 2, 28),)),
        ("29 February", (date(2027, 2, 28),)),
        ("8/2", (DAY,)),
        ("8th", (DAY,)),
        ("8 Feb 27 bins", (DAY,)),
        ("8 January", (date(2028, 1, 8),)),
        ("5 may need parts", (date(2027, 5, 5),)),
        ("next week", ()),
        ("5-10 days", ()),
        ("3 hours", ()),
        ("0000-00-00", ()),
        ("5 Feb or 8 Feb", (date(2027, 2, 5), DAY)),
        ("5 Feb or Monday 8 Feb", (date(2027, 2, 5), DAY)),
        ("8 Feb - 10 Feb", (DAY, date(2027, 2, 10))),
        ("8 Feb to 10 Feb", (DAY, date(2027, 2, 10))),
        ("8 Feb, 10 Feb", (DAY, date(2027, 2, 10))),
        ("8 Feb and 2 days", (DAY,)),
        ("1 week and 2 days", ()),
        ("10 working days or 2 weeks", ()),
        ("25-01", (date(2027, 1, 25),)),
        ("w/c 25 January", (date(2027, 1, 25), date(2027, 1, 29))),
        ("week commencing 25 January", (date(2027, 1, 25), date(2027, 1, 29))),
        ("after 8 Feb", (DAY,)),
    ],
)
def test_what_can_mean_two_days_or_none_is_asked_about(written: str, may_be: tuple[date, ...]) -> None:
    read = read_when(written, MONDAY)

    assert (read.day, read.count) == (None, None)
    assert read.problem
    assert may_be == read.may_be


@pytest.mark.parametrize(
    "reason",
    ["and the depot closes early", "to let the depot answer", "- Friday's visit was missed", "or so we hope", "2 men are ill"],
)
def test_a_reason_behind_a_day_is_no_second_day(reason: str) -> None:
    read = read_when(f"8 Feb {reason}", MONDAY)

    assert (DAY, reason.lstrip("- ")) == (read.day, read.rest)


@pytest.mark.parametrize(
    "written",
    [
        "",
        "soon",
        "8 Ma 2027",
        "8 Febtober 2027",
        "a reason",
        "an engineer",
        "ten people",
        "Sat nav",
        "sun canopy",
        "2.5 days",
        "10% more",
    ],
)
def test_what_is_no_day_is_not_taken_for_one(written: str) -> None:
    read = read_when(written, MONDAY)

    assert (None, None, written) == (read.day, read.count, read.rest)


def test_next_friday_is_clear_where_both_readings_are_one_day() -> None:
    saturday, friday = date(2027, 1, 16), date(2027, 1, 15)

    assert date(2027, 1, 22) == read_when("next Friday", saturday).day
    assert date(2027, 1, 22) == read_when("next Friday", friday).day


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("8 January", date(2027, 1, 8)),
        ("12 January", date(2026, 1, 12)),
        ("20 December", date(2026, 12, 20)),
        ("Friday", date(2027, 1, 8)),
        ("last Friday", date(2027, 1, 8)),
        ("yesterday", date(2027, 1, 10)),
        ("ddoe", date(2027, 1, 10)),
    ],
)
def test_of_what_has_happened_the_last_such_day_is_meant(written: str, day: date) -> None:
    assert day == read_when(written, MONDAY, Towards.BEHIND).day


@given(st.dates(date(2026, 1, 1), date(2029, 12, 31)), st.integers(0, 400))
def test_a_day_without_a_year_is_the_next_such_day_unless_it_has_just_passed(today: date, ahead: int) -> None:
    day = today + timedelta(days=ahead)
    written = f"{day.day} {day:%B}"
    passed = [
        before
        for n in range(1, LATELY.days + 1)
        if (before := today - timedelta(days=n)) and (before.day, before.month) == (day.day, day.month)
    ]
    leap = (day.day, day.month) == (29, 2)
    read = read_when(written, today)

    if passed:
        assert read.day is None
        assert read.problem
    elif not leap:
        assert read.day is not None
        assert today <= read.day < today + timedelta(days=366)
        assert (read.day.day, read.day.month) == (day.day, day.month)


@pytest.mark.parametrize(("ago", "read_as"), [(LATELY.days, None), (LATELY.days + 1, 2028)])
def test_how_long_ago_a_day_is_a_slip(ago: int, read_as: int | None) -> None:
    today = date(2027, 7, 1)
    day = today - timedelta(days=ago)
    read = read_when(f"{day.day} {day:%B}", today)

    assert read_as == (read.day.year if read.day else None)


@pytest.mark.parametrize(("figures", "clear"), [("26", True), ("27", False), ("31", False), ("32", True)])
def test_two_figures_behind_a_month_are_a_year_only_where_they_can_be_one(figures: str, clear: bool) -> None:
    read = read_when(f"8 Feb {figures} bins", MONDAY)

    assert clear == (not read.problem)
    assert not clear or (DAY, f"{figures} bins") == (read.day, read.rest)


SPELLINGS = (
    "{day}",
    "{day:%d/%m/%Y}",
    "{day:%d/%m/%y}",
    "{day.day}/{day.month}/{day.year}",
    "{day.day}.{day.month}.{day:%y}",
    "{day.day}-{day:%b}-{day:%y}",
    "{day:%A} {day.day} {day:%B %Y}",
    "{day:%a} {day.day} {day:%b %Y}",
    "{day.day} {day:%b} {day.year}",
    "{day.day}th of {day:%B %Y}",
    "{day:%B} {day.day}, {day.year}",
    "{day:%b} {day.day} {day.year}",
    "by {day:%A}, {day.day} {day:%B} {day.year}",
)


@given(
    st.dates(date(2020, 1, 1), date(2040, 12, 31)), st.sampled_from(SPELLINGS), st.dates(date(2020, 1, 1), date(2040, 12, 31))
)
def test_every_day_is_read_back_from_how_it_is_written(day: date, spelling: str, today: date) -> None:
    read = read_when(spelling.format(day=day) + " because", today)

    assert (day, "because") == (read.day, read.rest)


@given(st.text(max_size=60), st.dates(date(2020, 1, 1), date(2040, 12, 31)), st.sampled_from(Towards))
def test_anything_is_read_without_error(written: str, today: date, towards: Towards) -> None:
    read = read_when(written, today, towards)

    assert not (read.day and read.count)
    assert not read.problem or (read.day, read.count) == (None, None)


@given(
    st.lists(
        st.sampled_from(
            [
                "8",
                "Feb",
                "Monday",
                "/",
                "-",
                ".",
                " ",
                "2027",
                "27",
                "weeks",
                "a",
                "working days",
                "end of",
                "May",
                "next",
                "th",
            ]
        ),
        max_size=8,
    ),
    st.sampled_from(Towards),
)
def test_pieces_of_days_are_read_without_error(pieces: list[str], towards: Towards) -> None:
    read_when("".join(pieces), MONDAY, towards)
    read_when(" ".join(pieces), MONDAY, towards)
