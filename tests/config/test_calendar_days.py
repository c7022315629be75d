"""The calendar that is built of the library's bank holidays and the policy's own days."""

from dataclasses import replace
from datetime import date
from importlib.metadata import version

import pytest

from townclerk.config.calendar_days import build_calendar, is_known_place, years_around
from townclerk.domain.calendar import Calendar, CalendarTooShort
from townclerk.domain.policy import CalendarPolicy

ENGLAND = CalendarPolicy()


def of(subdivision: str) -> Calendar:
    return build_calendar(replace(ENGLAND, subdivision=subdivision), range(2020, 2031))


@pytest.mark.parametrize(
    ("subdivision", "day", "off"),
    [
        ("ENG", "2026-04-06", True),  # Easter Monday, which the country without its parts has not
        ("ENG", "2026-08-31", True),
        ("ENG", "2022-06-02", True),
        ("ENG", "2022-06-03", True),
        ("ENG", "2022-05-30", False),  # moved to June that year
        ("ENG", "2022-09-19", True),
        ("ENG", "2023-05-08", True),
        ("ENG", "2022-12-26", True),
        ("ENG", "2022-12-27", True),  # Christmas Day was a Sunday
        ("ENG", "2022-12-28", False),
        ("ENG", "2026-12-28", True),  # Boxing Day is a Saturday
        ("ENG", "2026-12-29", False),
        ("ENG", "2027-12-27", True),
        ("ENG", "2027-12-28", True),
        ("ENG", "2027-12-29", False),
        ("ENG", "2026-01-02", False),
        ("SCT", "2026-01-02", True),
        ("SCT", "2024-12-02", True),  # St Andrew's Day was a Saturday
        ("SCT", "2025-12-01", True),
        ("SCT", "2026-06-15", True),
        ("SCT", "2026-04-06", False),
        ("NIR", "2024-03-18", True),
        ("NIR", "2025-07-14", True),
        ("NIR", "2026-07-13", True),
        ("NIR", "2029-03-19", True),
        ("NIR", "2030-03-18", True),
    ],
)
def test_a_bank_holiday_is_off_and_the_day_beside_it_is_not(subdivision: str, day: str, off: bool) -> None:
    assert off is not of(subdivision).is_working(date.fromisoformat(day))


def test_wales_has_the_days_of_england() -> None:
    assert of("ENG").closed == of("WLS").closed


def test_a_substitute_day_is_called_so() -> None:
    closed = of("ENG").closed

    assert closed[date(2026, 12, 28)] == "Boxing Day (substitute day)"
    assert not any("observed" in name or ";" in name for name in closed.values())


def test_the_policys_own_days_count_too() -> None:
    own = replace(
        ENGLAND,
        closure_days=((date(2026, 12, 29), "Christmas closure"), (date(2026, 12, 25), "Our own name for it")),
        extra_working_days=(date(2026, 12, 28),),
    )
    calendar = build_calendar(own, [2026])

    assert calendar.reason_off(date(2026, 12, 29)) == "Christmas closure"
    assert calendar.reason_off(date(2026, 12, 25)) == "Our own name for it"
    assert calendar.is_working(date(2026, 12, 28))


def test_the_calendar_reaches_from_three_years_back_to_ten_ahead_and_no_further() -> None:
    calendar = build_calendar(ENGLAND, years_around(date(2026, 11, 22)))

    assert (date(2023, 1, 1), date(2036, 12, 31)) == (calendar.first, calendar.last)
    assert calendar.reason_off(date(2023, 1, 2)) == "New Year's Day (substitute day)"
    assert not calendar.is_working(date(2036, 12, 26))
    for outside in (date(2022, 12, 31), date(2037, 1, 1)):
        with pytest.raises(CalendarTooShort):
            calendar.is_working(outside)


def test_the_version_names_the_library_and_changes_with_the_policys_days() -> None:
    plain = build_calendar(ENGLAND, [2026]).version
    closed = build_calendar(replace(ENGLAND, closure_days=((date(2026, 12, 29), "x"),)), [2026]).version

    assert plain.startswith(f"GB-ENG holidays {version('holidays')} + file ")
    assert plain != closed


def test_a_part_that_no_country_has_is_not_known() -> None:
    assert is_known_place("GB", "NIR")
    assert not is_known_place("GB", "")
    assert not is_known_place("GB", "CORNWALL")
    assert not is_known_place("ZZ", "ENG")
