"""A few words in answer to a letter that asks the officer something are an answer to us, and no letter to the resident."""

from datetime import timedelta

import pytest

from desk.at_the_desk import ANSWER, LATER, WENDY, a_complaint, answer, folded, text_of
from services.office import SERVER, House

SOON = LATER + timedelta(minutes=3)
AT_LAST = LATER + timedelta(minutes=6)


async def asked_about_a_mail(house: House) -> None:
    """Wendy has written to the resident herself, with the mailbox in copy: she is asked whether that was the response."""
    letter = await a_complaint(house)
    house.arrives(
        ANSWER, f"Re: {letter.subject}", f"Wendy Ash <{WENDY}>", LATER, to="asha.patel@example.org",
        cc=house.office.council.policy.contact.mailbox,
        authentication_results=f"{SERVER}; dmarc=pass header.from=council.example",
    )  # fmt: skip
    await house.settle(LATER)
    assert len(house.sent("decision")) == 1


@pytest.mark.parametrize(
    ("said", "press"),
    [
        ("yes it was, upheld", "respond upheld"),
        ("Yes, partly upheld", "respond partly-upheld"),
        ("yes - not upheld. Wendy", "respond not-upheld"),
        ("No, something else", ""),
    ],
)
async def test_a_plain_answer_that_says_one_press_offers_that_press(house: House, said: str, press: str) -> None:
    await asked_about_a_mail(house)
    sent = house.cases[0].held[0].number
    await answer(house, house.sent("decision")[-1], said, SOON)

    confirm = text_of(house, house.sent("confirm")[-1])
    line = f"#send {sent} {press}" if press else f"#discard {sent}"
    assert line in confirm
    assert "to the resident as a message" not in confirm
    assert "as the response" not in folded(confirm)

    answered = house.cases[0].held[-1].number
    await answer(house, house.sent("confirm")[-1], f"{line}\n#discard {answered}", AT_LAST)
    assert house.cases[0].held == ()
    assert [letter.kind for letter in house.sent() if not letter.staff and letter.kind != "receipt"] in (
        ["review_invitation"],
        [],
    )
    assert (house.cases[0].outcome is not None) == bool(press)


@pytest.mark.parametrize("said", ["yes", "I think so, but ask Cal", "Cal, was it?", "yes and please ring her about the bin"])
async def test_any_other_is_a_note_to_confirm(house: House, said: str) -> None:
    await asked_about_a_mail(house)
    await answer(house, house.sent("decision")[-1], said, SOON)

    confirm = text_of(house, house.sent("confirm")[-1])
    assert "#send" not in confirm
    assert f"#discard {house.cases[0].held[-1].number}" in confirm


async def test_an_answer_to_a_held_mail_is_no_message_either(house: House) -> None:
    await answer(house, await a_complaint(house), "We come on Friday.")
    await answer(house, house.sent("confirm")[-1], "yes please send", SOON)

    number = house.cases[0].held[-1].number
    assert f"#send {number}" not in text_of(house, house.sent("confirm")[-1])


async def test_a_letter_that_greets_the_resident_is_one_whatever_it_answers(house: House) -> None:
    await asked_about_a_mail(house)
    await answer(house, house.sent("decision")[-1], ANSWER, SOON)

    assert f"#send {house.cases[0].held[-1].number}" in text_of(house, house.sent("confirm")[-1])


async def test_a_plain_answer_to_an_assignment_may_be_the_letter(house: House) -> None:
    await answer(house, await a_complaint(house), "yes, we come on Friday")

    assert f"#send {house.cases[0].held[-1].number}" in text_of(house, house.sent("confirm")[-1])


async def test_a_service_is_found_by_what_is_complained_of(house: House) -> None:
    await answer(house, await a_complaint(house, "I complain about the library."), "#service bins")

    assert "#service waste" in text_of(house, house.sent("refused")[-1])
