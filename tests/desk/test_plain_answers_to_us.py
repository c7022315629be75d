"""A few words in answer to a letter that asks the officer something are an answer to us, and no letter to the resident."""

from datetime import timedelta

import pytest

from desk.at_the_desk import ANSWER, LATER, WENDY, a_complaint, answer, folded, text_of
from services.office import SERVER, House
from townclerk.domain.plain_reply import press_said

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


@pytest.mark.parametrize(
    ("said", "press"),
    [
        ("respond upheld\nDear Ms Patel,\n\nwe are sorry, because the crew was short.", "#respond upheld"),
        ("Respond: not upheld\n\nThe crew was there.", "#respond not upheld"),
        ("extend 5 the depot is late", "#extend 5 the depot is late"),
        ("assign tom", "#assign tom"),
        ("Message\nWe come on Friday.", "#message"),
        ("Respond to her, please.", ""),
        ("Message from the depot: we come on Friday.", ""),
        ("Close the bin, please.", ""),
    ],
)
async def test_who_forgets_the_hash_is_offered_the_press(house: House, said: str, press: str) -> None:
    await answer(house, await a_complaint(house), said)

    confirm = text_of(house, house.sent("confirm")[-1])
    number = house.cases[0].held[-1].number
    offered = [
        line for line in confirm.split("\n") if line.startswith("- #") and not line.startswith(("- #send", "- #discard"))
    ]
    assert [line.split(":")[0].split(", with this")[0] for line in offered] == ([f"- {press}"] if press else [])
    assert not press or f"#discard {number}" in confirm


REVIEW = "- #review accept: Accept the request\n- #review refuse: Refuse it, with reasons\n- #message: Send a message\n"
APPROVAL = "- #approve 17: Approve it: it leaves at once\n- #approve 17 no: Do not approve it, and say why\n"
RESPONSE = "".join(f"- #send 3 respond {one}: Yes, it was the response: {one}\n" for one in ("upheld", "not-upheld"))


@pytest.mark.parametrize(
    ("said", "letter", "press"),
    [
        ("accept", REVIEW, "#review accept"),
        ("Yes, accept", REVIEW, "#review accept"),
        ("yes", REVIEW, "#review accept"),
        ("Refuse", REVIEW, "#review refuse"),
        ("No", REVIEW, ""),
        ("yes", APPROVAL, "#approve 17"),
        ("approved", APPROVAL, "#approve 17"),
        ("not approved", APPROVAL, "#approve 17 no"),
        ("yes", RESPONSE, ""),
        ("yes, upheld", RESPONSE, "#send 3 respond upheld"),
        ("acceptable? I have to ask Cal", REVIEW, ""),
    ],
)
def test_the_one_press_that_a_plain_answer_says(said: str, letter: str, press: str) -> None:
    assert press_said(said, letter) == press


@pytest.mark.parametrize("word", ["#assign tom", "#note They mean the other bin.", "#message\nWe come on Friday."])
async def test_a_word_in_answer_to_the_question_about_a_plain_answer_ends_its_waiting(house: House, word: str) -> None:
    await answer(house, await a_complaint(house), "Not for us, sorry. Can somebody take this back?")
    number = house.cases[0].held[0].number
    await answer(house, house.sent("confirm")[-1], word, SOON)

    assert house.cases[0].held == ()
    assert f"held as number {number} is kept as a note" in folded(text_of(house, house.sent("done")[-1]))
    await house.settle(LATER + timedelta(days=8))
    assert len(house.sent("confirm")) == 1


@pytest.mark.parametrize("word", ["#show", "#help", "#respond perhaps\nWe come."])
async def test_to_look_or_to_be_refused_ends_nothing(house: House, word: str) -> None:
    await answer(house, await a_complaint(house), "Not for us, sorry. Can somebody take this back?")
    await answer(house, house.sent("confirm")[-1], word, SOON)

    assert len(house.cases[0].held) == 1


async def test_a_word_in_answer_to_another_letter_ends_nothing(house: House) -> None:
    letter = await a_complaint(house)
    await answer(house, letter, "Not for us, sorry. Can somebody take this back?")
    await answer(house, letter, "#note They rang.", SOON)

    assert len(house.cases[0].held) == 1
