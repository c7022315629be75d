"""A mail that is not certain is held; `confirm` shows what would leave, to the letter; one press does it, and only one."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from desk.at_the_desk import ANSWER, CAL, LATER, TOM, WENDY, a_complaint, answer, at_a_desk, folded, text_of
from services.office import House
from townclerk.domain.words import Outcome, Status

EDGE = "=" * 24
SOON = LATER + timedelta(minutes=3)


def shown(confirm: str, title: str) -> str:
    """The letter that *confirm* shows under the heading *title*."""
    return confirm.split(f"\n{title}\n")[1].split(f"{EDGE}\n\n", 1)[1].split(f"\n\n{EDGE}")[0]


async def held(house: House, text: str = ANSWER) -> str:
    """A reply of Wendy's without a word has been held: what she is asked."""
    await answer(house, await a_complaint(house), text)
    return text_of(house, house.sent("confirm")[-1])


async def press(house: House, word: str, at: datetime = SOON) -> None:
    await answer(house, house.sent("confirm")[-1], word, at)


# --- what is shown is what leaves


async def test_the_message_that_is_shown_is_the_message_that_leaves(house: House) -> None:
    confirm = await held(house)
    number = house.cases[0].held[0].number
    await press(house, f"#send {number}")

    (left,) = house.sent("message")
    assert shown(confirm, "As a message") == text_of(house, left).strip("\n")
    assert f"- Subject: {left.subject}" in confirm.splitlines()
    assert "- To: Asha Patel <asha.patel@example.org>" in confirm.splitlines()


@pytest.mark.parametrize("outcome", Outcome)
async def test_the_response_that_is_shown_is_the_response_that_leaves(house: House, outcome: Outcome) -> None:
    """The first is shown whole, the others by what they say instead: put in, that makes the very letter."""
    confirm = await held(house)
    expected = shown(confirm, "As the response: upheld")
    if outcome is not Outcome.UPHELD:
        said = confirm.split(f"As {outcome.words}, the letter is the same, but for this:")[1]
        out, instead = (said.split(label, 1)[1].lstrip("\n").split("\n\n")[0] for label in ("leaves out:", "says instead:"))
        assert out.removeprefix("> ") in folded(expected)
        expected = expected.replace(out.removeprefix("> "), folded(instead.replace("> ", "")))
    await press(house, f"#send {house.cases[0].held[0].number} respond {outcome}")

    assert folded(expected) == folded(text_of(house, house.sent("response")[0]))
    assert house.cases[0].outcome is outcome


async def test_a_letter_that_goes_with_the_response_is_named(house: House) -> None:
    confirm = await held(house)
    await press(house, f"#send {house.cases[0].held[0].number} respond upheld")

    assert f"- Sent at the same time: {house.sent('review_invitation')[0].subject} " in folded(confirm)


async def test_what_cannot_leave_is_not_offered_and_the_reason_is_told(house: House) -> None:
    """The text holds a word of ours in its midst: it was never meant for the resident."""
    confirm = await held(house, "Thank you for this. I will use\n#respond upheld\nnext week.")

    assert "As it is, it cannot go:" in folded(confirm)
    assert "#send" not in confirm.split("What should become of it?")[1].split("As a message")[0]
    assert "#discard" in confirm


async def test_a_held_mail_that_has_words_of_its_own_says_what_they_would_do(house: House) -> None:
    await answer(house, await a_complaint(house), "#extend 5 We wait for a report.", proven="fail")
    confirm = text_of(house, house.sent("confirm")[-1])

    assert "Do what it says: #extend 5 We wait for a report." in folded(confirm)
    assert "The response is now promised for" in folded(confirm)
    assert "contractor" not in confirm
    assert house.sent("delay_notice") == []


# --- the press


async def test_nothing_leaves_before_a_press_and_nothing_after_it_is_kept(house: House) -> None:
    await held(house)
    assert [letter.kind for letter in house.sent() if not letter.staff] == ["receipt"]

    await press(house, f"#discard {house.cases[0].held[0].number}")

    assert [letter.kind for letter in house.sent() if not letter.staff] == ["receipt"]
    assert house.cases[0].held == ()


async def test_a_second_press_of_the_same_link_is_told_when_the_first_one_sent_it(house: House) -> None:
    await held(house)
    number = house.cases[0].held[0].number
    await press(house, f"#send {number}")
    await press(house, f"#send {number}", SOON + timedelta(minutes=5))

    assert len(house.sent("message")) == 1
    refused = folded(text_of(house, house.sent("refused")[0]))
    assert "it was sent to the resident at 12:03pm on Monday 11 January 2027" in refused


async def test_a_colleague_who_may_act_on_the_case_presses_and_it_leaves_in_the_name_of_whoever_wrote_it(house: House) -> None:
    await held(house)
    number = house.cases[0].held[0].number
    await answer(house, replace(house.sent("confirm")[0]), f"#assign {CAL}", SOON)
    await answer(house, house.sent("assignment")[-1], f"#send {number}", SOON + timedelta(minutes=1))

    (message,) = house.sent("message")
    assert house.sent("assignment")[-1].recipient == CAL
    assert text_of(house, message).count("Wendy Ash") == 1


async def test_what_may_not_be_theirs_at_all_only_they_can_send(house: House) -> None:
    await answer(house, await a_complaint(house), ANSWER, proven="fail")
    number = house.cases[0].held[0].number
    await answer(house, house.sent("confirm")[0], f"#assign {CAL}", SOON)
    await answer(house, house.sent("assignment")[-1], f"#send {number}", SOON + timedelta(minutes=1))

    assert house.sent("message") == []
    assert "only they can say so" in folded(text_of(house, house.sent("refused")[-1]))


async def test_whoever_wrote_hears_what_a_colleague_did_with_their_mail(house: House) -> None:
    await held(house)
    number = house.cases[0].held[0].number
    await answer(house, replace(house.sent("confirm")[0]), f"#assign {CAL}", SOON)
    await answer(house, house.sent("assignment")[-1], f"#discard {number}", SOON + timedelta(minutes=1))

    told = [folded(text_of(house, letter)) for letter in house.sent("done") if letter.recipient == WENDY]
    assert any("it was kept as a note, by Cal" in each for each in told)


# --- asked again


async def test_nobody_forgets_a_held_mail(house: House) -> None:
    """After two working days whoever wrote it is asked again, after four the complaints lead as well."""
    await held(house)
    wednesday, friday = (datetime(2027, 1, day, 9, 0, tzinfo=UTC) for day in (13, 15))
    await house.settle(wednesday)
    assert [letter.recipient for letter in house.sent("confirm")] == [WENDY, WENDY]
    await house.settle(friday)
    assert sorted(letter.recipient for letter in house.sent("confirm")[2:]) == [CAL, WENDY]
    again = text_of(house, house.sent("confirm")[1])

    assert "has been held since Monday 11 January 2027" in folded(again)
    assert shown(again, "As a message") == shown(text_of(house, house.sent("confirm")[0]), "As a message")


async def test_a_mail_that_was_settled_is_not_asked_about_again(house: House) -> None:
    await held(house)
    await press(house, f"#discard {house.cases[0].held[0].number}")
    await house.settle(datetime(2027, 1, 15, 9, 0, tzinfo=UTC))

    assert len(house.sent("confirm")) == 1


async def test_what_is_held_stands_in_what_is_known_of_the_case(house: House) -> None:
    await held(house)
    number = house.cases[0].held[0].number
    await press(house, "#show")

    assert f"Held: Mail {number} of Wendy Ash, since Monday 11 January 2027" in text_of(house, house.sent("done")[-1])


# --- what a policy says of a mail without a word


async def test_a_policy_may_keep_a_plain_reply_as_a_note(house: House) -> None:
    await answer(at_a_desk(house, "note"), await a_complaint(house), ANSWER)

    assert house.sent("confirm") == []
    assert "kept as a note" in folded(text_of(house, house.sent("done")[-1]))
    assert house.cases[0].held == ()


async def test_a_policy_may_send_a_plain_reply_that_is_nothing_but_a_text(house: House) -> None:
    await answer(at_a_desk(house, "send"), await a_complaint(house), ANSWER)

    assert len(house.sent("message")) == 1
    assert house.sent("confirm") == []


@pytest.mark.parametrize(
    ("text", "proven"),
    [
        (ANSWER, "fail"),
        (f"{ANSWER}\n\n> I complain about the bins.", "pass"),
        (f"{ANSWER}\n\nOn 11 Jan 2027, at 10:00, Council wrote:\n> Please deal with this.", "pass"),
        (f"{ANSWER}\n\nSent from my iPhone", "pass"),
        (f"{ANSWER}\n\nThis email is confidential and intended for the addressee.", "pass"),
        ("All done.\n\nKind regards\nWendy Ash\nWaste Officer\nExampleton Council\nTel: 01632 960000", "pass"),
        ("I will say #note next time.", "pass"),
    ],
)
async def test_what_may_hold_anything_else_is_asked_about_all_the_same(house: House, text: str, proven: str) -> None:
    await answer(at_a_desk(house, "send"), await a_complaint(house), text, proven=proven)

    assert house.sent("message") == []
    assert len(house.sent("confirm")) == 1


@pytest.mark.parametrize(
    ("text", "sent"),
    [
        ("Dear Ms Patel,\n\nWe come on Friday.", True),
        ("Hi Asha\nWe come on Friday.", True),
        ("Dear Asha Patel, we come on Friday.", True),
        ("Ms Patel,\nWe come on Friday.", True),
        ("Annwyl Asha,\nByddwn yn dod ddydd Gwener.", True),
        ("Good morning, not mine, please reassign", False),
        ("Dear complaints team, this is not for waste", False),
        ("Hi all, she is a nuisance", False),
        ("Dear colleague, she is a nuisance", False),
        ("Hi\nshe is a nuisance", False),
        ("Hello,\nplease close this", False),
        ("Hello - who is dealing with this?", False),
        ("Hi there, thanks for this, I will look at it tomorrow", False),
        ("Dear Sir or Madam, not ours", False),
        ("Hi - Patel rang again", False),
        ("Hello Wendy re Patel", False),
        ("Patel wants this closed, please", False),
        ("Dear Asha, we come. Cal, delete that before it goes.", False),
    ],
)
async def test_only_a_mail_that_greets_the_resident_by_name_is_sent_by_itself(house: House, text: str, sent: bool) -> None:
    await answer(at_a_desk(house, "send"), await a_complaint(house), text)

    assert len(house.sent("message")) == int(sent)
    assert len(house.sent("confirm")) == int(not sent)


@pytest.mark.parametrize("plain_reply", ["confirm", "note", "send"])
async def test_a_mail_that_is_not_from_the_signed_address_is_asked_about_whatever_the_policy_says(
    house: House, plain_reply: str
) -> None:
    letter = await a_complaint(at_a_desk(house, plain_reply))
    await answer(house, replace(letter, recipient=TOM), ANSWER)

    assert [confirm.recipient for confirm in house.sent("confirm")] == [WENDY, TOM], "Tom hears who has it"
    assert house.sent("message") == []


@pytest.mark.parametrize("plain_reply", ["confirm", "note", "send"])
async def test_an_automatic_mail_is_never_sent_whatever_the_policy_says(house: House, plain_reply: str) -> None:
    letter = await a_complaint(at_a_desk(house, plain_reply))
    house.arrives(
        "I am away until Monday.", f"Automatic reply: {letter.subject}", WENDY, LATER, auto_submitted="auto-replied",
        in_reply_to=letter.message_id,
    )  # fmt: skip
    await house.settle(LATER)

    assert [letter.kind for letter in house.sent() if not letter.staff] == ["receipt"]
    assert Status.OPEN is house.cases[0].status
