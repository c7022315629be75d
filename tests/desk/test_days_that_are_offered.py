"""A day that `refused` offers is one that would do: to press it is enough."""

from datetime import timedelta
from urllib.parse import unquote

import pytest

from desk.at_the_desk import LATER, a_complaint, answer, folded, raw_of, text_of
from services.office import House

SOON = LATER + timedelta(minutes=3)


def offered(house: House) -> list[str]:
    page = raw_of(house, house.sent("refused")[-1]).get_body(("html",))
    assert page is not None
    return [unquote(part.split('"')[0]).replace("\r\n", "\n") for part in str(page.get_content()).split("body=")[1:]]


@pytest.mark.parametrize(
    ("written", "presses"),
    [
        ("w/c 25 January", ["2027-01-29"]),
        ("5 Feb or 8 Feb", ["2027-02-05", "2027-02-08"]),
        ("8 Feb - 10 Feb", ["2027-02-08", "2027-02-10"]),
        ("after 8 Feb", ["2027-02-08"]),
        ("Tuesday 8 February", ["2027-02-08", "2027-02-09"]),
    ],
)
async def test_every_day_that_is_offered_is_taken_when_it_is_pressed(house: House, written: str, presses: list[str]) -> None:
    await answer(house, await a_complaint(house), f"#extend {written} because the depot is late")
    found = offered(house)
    assert [press.strip() for press in found] == [f"#extend {day} because the depot is late" for day in presses]

    await answer(house, house.sent("refused")[-1], found[-1], SOON)
    (letter,) = house.sent("delay_notice")
    assert "because the depot is late" in folded(text_of(house, letter))
    assert written not in text_of(house, letter)


@pytest.mark.parametrize("written", ["next Friday", "next week", "ASAP", "15 Jan or 18 Jan"])
async def test_no_day_is_offered_that_is_not_later_than_the_one_that_is_promised(house: House, written: str) -> None:
    """The resident holds Monday 25 January."""
    await answer(house, await a_complaint(house), f"#extend {written} because the depot is late")

    assert offered(house) == []
    said = folded(text_of(house, house.sent("refused")[-1])).split("What would work")[1].split("What you wrote")[0]
    assert "January" not in said
    assert "1 February 2027" in said


@pytest.mark.parametrize(
    ("written", "day"),
    [("by 5pm on Friday 29 January", "29 January"), ("a couple of weeks", "8 February"), ("another week", "1 February")],
)
async def test_no_piece_of_the_day_goes_out_as_the_reason(house: House, written: str, day: str) -> None:
    await answer(house, await a_complaint(house), f"#extend {written} because the depot is late")

    sent = folded(text_of(house, house.sent("delay_notice")[0]))
    assert f"{day} 2027" in sent
    assert "Why we need more time --------------------- because the depot is late" in sent
