"""A press that we offer sends no words to anybody for whom they were not written, ends no case, and loses nothing."""

from dataclasses import replace
from datetime import timedelta

import pytest

from desk.at_the_desk import ANSWER, LATER, WENDY, a_complaint, answer, at_a_desk, folded, raw_of, text_of
from services.office import SERVER, House
from townclerk.domain.policy import Approval
from townclerk.domain.provisions import Published
from townclerk.store.outbox import OutboxLine

SOON = LATER + timedelta(minutes=3)


def pressed(house: House) -> list[str]:
    """The words of the presses that the last refusal offers, as its page has them."""
    page = raw_of(house, house.sent("refused")[-1]).get_body(("html",))
    assert page is not None
    return [part.split('"')[0] for part in str(page.get_content()).split("body=")[1:]]


# --- a held mail


@pytest.mark.parametrize("press", ["message", "respond upheld", "acknowledge"])
async def test_a_note_that_is_held_is_never_sent_to_the_resident(house: House, press: str) -> None:
    await answer(house, await a_complaint(house), "#note\nShe is lying.", proven="fail")
    number = house.cases[0].held[0].number
    await answer(house, house.sent("confirm")[-1], f"#send {number} {press}", SOON)

    assert [letter.kind for letter in house.sent() if not letter.staff] == ["receipt"]
    assert "it is a note, which was not written for the resident" in folded(text_of(house, house.sent("refused")[-1]))
    assert [held.number for held in house.cases[0].held] == [number]


async def test_a_held_note_follows_its_own_word(house: House) -> None:
    await answer(house, await a_complaint(house), "#note\nShe is lying.", proven="fail")
    number = house.cases[0].held[0].number
    await answer(house, house.sent("confirm")[-1], f"#send {number}", SOON)

    assert [letter.kind for letter in house.sent() if not letter.staff] == ["receipt"]
    assert house.cases[0].held == ()
    assert house.cases[0].settled[-1].how == "it was followed"


async def test_the_text_of_another_word_of_a_held_mail_is_not_sent_either(house: House) -> None:
    await answer(house, await a_complaint(house), "#message Dear Ms Patel, we come.\n#reason She is lying.", proven="fail")
    number = house.cases[0].held[0].number
    await answer(house, house.sent("confirm")[-1], f"#send {number} respond upheld", SOON)

    assert [letter.kind for letter in house.sent() if not letter.staff] == ["receipt"]


async def test_what_cannot_be_stopped_any_more_is_told_with_the_moment_at_which_it_left(house: House) -> None:
    at_a_desk(house, undo_minutes=10)
    letter = await a_complaint(house)
    await answer(house, letter, f"#message\n{ANSWER}")
    await house.settle(LATER + timedelta(minutes=10))
    await answer(house, letter, "#discard", LATER + timedelta(minutes=15))

    assert "it left at 12:10pm on Monday 11 January 2027" in folded(text_of(house, house.sent("refused")[-1]))


# --- a mail put right


@pytest.mark.parametrize(
    "line",
    [
        "#close she rang, all sorted",
        "#tell Jim she is lying",
        "#extend tomorow waiting for depot",
        "#reply she is rude",
        "#closed she rang",
        "#yes",
        "#refuse legal she is lying, solicitor involved",
    ],
)
async def test_nothing_is_offered_that_would_mean_something_else(house: House, line: str) -> None:
    await answer(house, await a_complaint(house), line)

    assert pressed(house) == []


@pytest.mark.parametrize(
    ("text", "offered"),
    [
        (f"#respnd upheld\n{ANSWER}", "%23respond%20upheld"),
        (f"#reply\n{ANSWER}", "%23message"),
        ("#nte she is lying", "%23note%20she%20is%20lying"),
        ("#extend 2027-02-06 waiting for the depot", "%23extend%202027-02-08%20waiting%20for%20the%20depot"),
        ("#assign tm birch please ring her", "please%20ring%20her"),
    ],
)
async def test_a_slip_is_put_right_with_all_that_stood_beside_and_below_it(house: House, text: str, offered: str) -> None:
    await answer(house, await a_complaint(house), text)

    assert any(offered in press for press in pressed(house))


async def test_a_slip_of_the_keyboard_is_not_taken_for_three_words(house: House) -> None:
    await answer(house, await a_complaint(house), f"#respnd upheld\n{ANSWER}")
    refused = text_of(house, house.sent("refused")[-1])

    assert "#reopen" not in refused
    assert "#reason" not in refused


@pytest.mark.parametrize("word", ["#yes", "#end", "#fixed", "#done"])
async def test_that_it_is_done_says_nothing_of_who_was_right(house: House, word: str) -> None:
    await answer(house, await a_complaint(house), word)

    assert "#respond upheld" not in text_of(house, house.sent("refused")[-1])
    assert house.sent("refused")[-1].recipient == WENDY


async def test_a_flag_that_is_nearly_one_that_does_something_is_asked_about(house: House) -> None:
    letter = await a_complaint(house)
    await answer(house, letter, "#flag pst")
    assert "is nearly the flag “post”" in folded(text_of(house, house.sent("refused")[-1]))

    await answer(house, letter, '#flag "pst"', SOON)
    assert dict(house.cases[0].flags).keys() == {"pst"}


@pytest.mark.parametrize("address", ["noreply@forms.example", "mailer-daemon@example.org", "tom.birch@council.example"])
async def test_nobody_is_logged_under_an_address_that_is_not_theirs(house: House, address: str) -> None:
    text = f"#log\nName: Bob Lee\nEmail: {address}\nChannel: phone\n\nThe bin was missed."
    proof = f"{SERVER}; dmarc=pass header.from=council.example"
    house.arrives(text, "A call", f"Wendy Ash <{WENDY}>", Authentication_Results=proof)
    await house.settle()

    assert house.cases == []
    assert "“Email:" in folded(text_of(house, house.sent("refused")[-1]))


# --- a response that waits for approval


async def two_drafts(house: House) -> tuple[OutboxLine, OutboxLine]:
    """The letters that put two responses to the complaints lead, the second in the place of the first."""
    policy = house.office.council.policy
    approval = Approval(("complaints_lead",), ("upheld",), Published("7"))
    stages = {name: replace(stage, approvals=(approval,)) for name, stage in policy.stages.items()}
    house.office = replace(house.office, council=replace(house.office.council, policy=replace(policy, stages=stages)))
    letter = await a_complaint(house)
    await answer(house, letter, f"#respond upheld\n{ANSWER}")
    await answer(house, letter, f"#respond upheld\n{ANSWER.replace('Wendy Ash', 'We have paid you £20.')}", SOON)
    first, second = house.sent("decision")
    return first, second


@pytest.mark.parametrize("pressed", [True, False])
async def test_what_was_shown_is_approved_and_nothing_that_took_its_place(house: House, pressed: bool) -> None:
    first, second = await two_drafts(house)
    number = text_of(house, first).split("#approve ")[1].split()[0]
    await answer(house, first, f"#approve {number if pressed else ''}", SOON)

    assert house.sent("response") == []
    assert "another response has taken the place" in folded(text_of(house, house.sent("refused")[-1]))
    shown = house.sent("decision")[-1]
    assert shown.recipient == second.recipient
    assert "£20" in text_of(house, shown)
    assert f"#approve {number}\n" not in text_of(house, shown)

    await answer(house, shown, "#approve", SOON)
    assert len(house.sent("response")) == 1
