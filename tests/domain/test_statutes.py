"""Dates that the law sets: which days it counts, on both sides of each bound, and who hears of them."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from townclerk.config.calendar_days import build_calendars_of_law
from townclerk.domain.days_written import words_of
from townclerk.domain.durations import Duration, Unit
from townclerk.domain.policy import CalendarPolicy
from townclerk.domain.routing import Signal
from townclerk.domain.statutes import (
    NO_LAW_NAMED,
    STATUTES,
    CalendarsOfLaw,
    Statute,
    asks_under_a_law,
    by_law,
    due_first,
    more_time,
    named_beside,
    statutes_of,
    title_of,
    what_the_law_wants,
)

POLICY = CalendarPolicy(
    country="GB", subdivision="ENG", timezone="Europe/London", closure_days=((date(2026, 12, 29), "closed"),)
)


def law(policy: CalendarPolicy = POLICY) -> CalendarsOfLaw:
    found = build_calendars_of_law(policy, range(2025, 2032))
    assert found is not None
    return found


LAW = law()
FOI, EIR, OWN_DATA, COMPLAINT = (
    Signal.FREEDOM_OF_INFORMATION,
    Signal.ENVIRONMENTAL_INFORMATION,
    Signal.PERSONAL_DATA,
    Signal.DATA_PROTECTION_COMPLAINT,
)


def of(signal: str) -> Statute:
    (found,) = statutes_of([signal])
    return found


def of_both(*signals: str) -> Statute:
    (found,) = statutes_of(signals)
    return found


def due(signal: str, received: str) -> date:
    return of(signal).derivation(datetime.fromisoformat(received).replace(tzinfo=UTC), LAW).due


@pytest.mark.parametrize(
    ("received", "last_day"),
    [
        ("2026-09-01 10:00", "2026-09-29"),  # four weeks without a bank holiday anywhere
        ("2026-09-05 10:00", "2026-10-02"),  # a Saturday: the day of receipt may be none of work, and Monday is day 1
        ("2026-09-06 10:00", "2026-10-02"),
        ("2026-09-07 10:00", "2026-10-05"),
        ("2026-11-16 10:00", "2026-12-15"),  # St Andrew's Day is a bank holiday in Scotland
        ("2026-12-14 10:00", "2027-01-15"),  # Christmas, Boxing Day, New Year, and 2 January in Scotland, on the 4th
        ("2026-12-14 23:59", "2027-01-15"),
        ("2026-12-15 00:01", "2027-01-18"),
        ("2026-06-30 23:30", "2026-07-30"),  # half past midnight in London: 1 July; the Boyne is kept on the 13th
    ],
)
def test_information_is_due_on_the_twentieth_working_day_anywhere_in_the_kingdom(received: str, last_day: str) -> None:
    assert due(FOI, received) == due(EIR, received) == date.fromisoformat(last_day)


def test_what_the_council_closes_for_is_a_working_day_in_law() -> None:
    """29 December 2026, as this policy has it."""
    assert LAW.anywhere.is_working(date(2026, 12, 29))
    assert LAW.here.is_working(date(2026, 12, 29))


@pytest.mark.parametrize(
    ("received", "last_day"),
    [
        ("2026-09-03 10:00", "2026-10-05"),  # 3 October is a Saturday
        ("2026-09-04 10:00", "2026-10-05"),
        ("2026-09-05 10:00", "2026-10-05"),
        ("2026-09-07 10:00", "2026-10-07"),
        ("2027-01-29 10:00", "2027-03-01"),  # there is no 29 February then, and the 28th is a Sunday
        ("2028-01-31 10:00", "2028-02-29"),
        ("2026-08-31 10:00", "2026-09-30"),
        ("2026-11-25 10:00", "2026-12-29"),  # Christmas, Boxing Day, Sunday, and the day for Boxing Day
        ("2026-12-02 10:00", "2027-01-04"),  # 2 January is a Saturday; what is a holiday in Scotland alone counts here
    ],
)
def test_own_data_are_due_on_the_day_of_the_next_month_or_the_working_day_after_it(received: str, last_day: str) -> None:
    assert due(OWN_DATA, received) == date.fromisoformat(last_day)


@pytest.mark.parametrize(
    ("received", "last_day"),
    [
        ("2026-09-01 10:00", "2026-10-01"),
        ("2026-09-02 10:00", "2026-10-02"),
        ("2026-09-03 10:00", "2026-10-05"),  # the thirtieth day is a Saturday
        ("2026-11-25 10:00", "2026-12-29"),
    ],
)
def test_a_data_protection_complaint_is_acknowledged_within_thirty_days(received: str, last_day: str) -> None:
    assert due(COMPLAINT, received) == date.fromisoformat(last_day)


MOMENTS = st.datetimes(datetime.fromisoformat("2026-01-01"), datetime.fromisoformat("2030-06-01"), timezones=st.just(UTC))


@given(MOMENTS, st.sampled_from(STATUTES))
def test_no_date_of_the_law_falls_on_a_day_off_or_before_its_time(received: datetime, statute: Statute) -> None:
    found = statute.derivation(received, LAW)

    assert LAW.here.is_working(found.due)
    assert found.due - found.day0 >= timedelta(days=26)  # from a Sunday
    assert found.day0 == LAW.here.local(received).date()


@given(MOMENTS, MOMENTS, st.sampled_from(STATUTES))
def test_what_came_first_is_due_first(one: datetime, other: datetime, statute: Statute) -> None:
    first, then = sorted((one, other))

    assert statute.derivation(first, LAW).due <= statute.derivation(then, LAW).due


def test_twenty_working_days_lie_between_a_request_and_its_date() -> None:
    found = of(FOI).derivation(datetime(2026, 12, 14, 10, tzinfo=UTC), LAW)

    assert LAW.anywhere.working_days_between(found.day0, found.due) == 20
    assert [why for day, why in found.skipped if day == date(2027, 1, 4)] == ["New Year Holiday (substitute day)"]


@pytest.mark.parametrize(
    ("received", "first", "beside"),
    [
        ("2026-09-01 10:00", FOI, "request about somebody's own personal data as well: UK GDPR, article 12(3) gives until"),
        (
            "2026-12-14 10:00",
            OWN_DATA,
            "request for information as well: Freedom of Information Act 2000, section 10(1) gives until",
        ),
    ],
)
def test_of_a_mail_that_asks_for_two_things_what_is_due_first_counts_and_the_other_is_named(
    received: str, first: str, beside: str
) -> None:
    at = datetime.fromisoformat(received).replace(tzinfo=UTC)
    counts = due_first(statutes_of([FOI, OWN_DATA]), at, LAW)
    (other,) = {FOI, OWN_DATA} - {first}

    assert counts is of(first)
    assert beside in (said := named_beside(of(first), [FOI, OWN_DATA], at, LAW))
    assert words_of(due(other, received)) in said
    assert due(first, received) < due(other, received)
    assert named_beside(of(first), [first], at, LAW) == ""


def test_a_complaint_about_ones_data_stands_alone_and_what_else_it_names_is_told() -> None:
    at = datetime(2026, 9, 1, 10, tzinfo=UTC)

    assert statutes_of([FOI, COMPLAINT]) == (of(COMPLAINT),)
    assert "request for information as well" in named_beside(of(COMPLAINT), [FOI, COMPLAINT], at, LAW)


def test_a_request_that_names_no_law_has_the_date_of_freedom_of_information_and_says_so() -> None:
    received = datetime(2026, 9, 1, 10, tzinfo=UTC)
    unnamed = of("thanks")
    owed = unnamed.deadline("information_request", "information_governance", received, received, LAW)

    assert unnamed is NO_LAW_NAMED
    assert owed.target == due(FOI, "2026-09-01 10:00")
    assert what_the_law_wants(owed).startswith("It names no law, and need not.")


def test_no_law_has_a_date_for_a_complaint_about_how_a_request_was_answered() -> None:
    """But the Regulations of 2004 have one for representations, and the Act of 2018 for a complaint about one's own data."""
    wrong = Signal.REQUEST_WENT_WRONG

    assert statutes_of([FOI, wrong]) == ()
    assert statutes_of([wrong]) == ()
    assert statutes_of([OWN_DATA, COMPLAINT, wrong]) == (of(COMPLAINT),)
    assert of_both(EIR, wrong).within == Duration(40, Unit.WORKING_DAY)
    assert not asks_under_a_law([FOI, wrong])
    assert asks_under_a_law([FOI, Signal.COMPLAINS_TOO])
    assert not asks_under_a_law([COMPLAINT])


def test_whoever_must_keep_it_reads_the_law_and_how_long_it_gives() -> None:
    received = datetime(2026, 9, 1, 10, tzinfo=UTC)
    owed = of(FOI).deadline("information_request", "information_governance", received, received, LAW)

    assert by_law(owed)
    assert what_the_law_wants(owed).startswith(
        "It reads as a request for information: Freedom of Information Act 2000, section 10(1) gives 20 working days"
    )


def test_outside_the_united_kingdom_no_law_is_known() -> None:
    assert (
        build_calendars_of_law(CalendarPolicy(country="IE", subdivision="", timezone="Europe/Dublin"), range(2026, 2028))
        is None
    )


@pytest.mark.parametrize(
    ("signal", "allows"), [(FOI, "public interest"), (EIR, "40 working days"), (OWN_DATA, "two further months")]
)
def test_whoever_wants_more_time_reads_what_the_law_allows(signal: str, allows: str) -> None:
    received = datetime(2026, 9, 1, 10, tzinfo=UTC)

    assert allows in more_time(of(signal).deadline("information_request", "information_governance", received, received, LAW))


@pytest.mark.parametrize("statute", STATUTES, ids=lambda statute: statute.signal)
def test_a_letter_about_a_request_says_at_its_head_which_it_is(statute: Statute) -> None:
    received = datetime(2027, 1, 11, 9, tzinfo=UTC)

    assert title_of(statute.deadline("information_request", "lead", received, received, LAW)) == f"A{statute.title[1:]}"
