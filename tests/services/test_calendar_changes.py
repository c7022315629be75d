"""A bank holiday announced late: the lead is told what it would move, once, and no date moves by itself."""

from dataclasses import replace
from datetime import date

import pytest

from services.office import MONDAY, House, council
from townclerk.domain.calendar import Calendar
from townclerk.domain.recount import recounted
from townclerk.services import recounting


def with_day_off(day: date) -> Calendar:
    known = council().calendar
    return replace(known, closed={**known.closed, day: "A day of mourning"}, version=f"{known.version}, and {day}")


async def announce(house: House, calendar: Calendar) -> int:
    house.office = replace(house.office, council=replace(house.office.council, calendar=calendar))
    found = await recounting.run_once(house.office, MONDAY)
    await house.settle()
    return found


async def test_a_late_bank_holiday_is_told_once_and_moves_nothing(house: House) -> None:
    await recounting.run_once(house.office, MONDAY)
    house.arrives("I complain about the bins.")
    await house.settle()
    before = house.cases[0].deadlines

    assert await announce(house, with_day_off(date(2027, 1, 15))) == 2
    assert await announce(house, with_day_off(date(2027, 1, 15))) == 0
    assert house.cases[0].deadlines == before
    (line,) = house.sent("report")
    assert line.recipient == "cal.lane@council.example"


@pytest.mark.parametrize("day", [date(2027, 1, 11), date(2027, 1, 26)])
async def test_a_day_outside_the_count_moves_nothing_and_nobody_is_troubled(house: House, day: date) -> None:
    await recounting.run_once(house.office, MONDAY)
    house.arrives("I complain about the bins.")
    await house.settle()
    assert await announce(house, with_day_off(day)) == 0
    assert house.sent("report") == []


async def test_the_first_calendar_of_all_is_no_change(house: House) -> None:
    house.arrives("I complain about the bins.")
    await house.settle()
    assert await announce(house, with_day_off(date(2027, 1, 15))) == 0


async def test_what_outlives_a_case_is_not_counted_again(house: House) -> None:
    await recounting.run_once(house.office, MONDAY)
    house.arrives("I complain about the bins.")
    await house.settle()
    day = date(2027, 1, 15)
    (case,) = house.cases
    outliving = tuple(replace(deadline, name=f"survey.{deadline.what}") for deadline in case.deadlines)
    assert len(list(recounted([case], with_day_off(day)))) == 2
    assert list(recounted([replace(case, deadlines=outliving)], with_day_off(day))) == []
