"""Whoever wrote sees the letter as it went to the resident, so that what a program cut away does not go unnoticed."""

import pytest

from desk.at_the_desk import ANSWER, a_complaint, answer, at_a_desk, folded, text_of
from services.office import House

EDGE = "=" * 24


def shown(done: str) -> str:
    return done.split(f"{EDGE}\n\n", 1)[1].split(f"\n\n{EDGE}")[0]


@pytest.mark.parametrize(
    ("word", "kind"), [("#respond upheld", "response"), ("#message", "message"), ("#ask", "clarification")]
)
async def test_the_letter_that_went_is_shown_to_whoever_wrote_it(house: House, word: str, kind: str) -> None:
    await answer(house, await a_complaint(house), f"{word}\n{ANSWER}")
    done, letter = text_of(house, house.sent("done")[-1]), house.sent(kind)[-1]

    assert shown(done) == text_of(house, letter).strip("\n")
    assert f"- Subject: {letter.subject}" in folded(done)


async def test_a_letter_that_went_with_it_is_named(house: House) -> None:
    await answer(house, await a_complaint(house), f"#respond upheld\n{ANSWER}")

    invitation = house.sent("review_invitation")[-1].subject
    assert f"- Sent at the same time: {invitation}" in folded(text_of(house, house.sent("done")[-1]))


async def test_a_letter_that_can_still_be_stopped_is_shown_before_it_leaves(house: House) -> None:
    await answer(at_a_desk(house, undo_minutes=10), await a_complaint(house), f"#respond upheld\n{ANSWER}")

    assert house.sent("response") == []
    assert "We are sorry. The lorry did not come" in shown(text_of(house, house.sent("done")[-1]))


async def test_where_nothing_goes_to_the_resident_no_letter_is_shown(house: House) -> None:
    await answer(house, await a_complaint(house), "#note She rang.")

    assert EDGE not in text_of(house, house.sent("done")[-1])
