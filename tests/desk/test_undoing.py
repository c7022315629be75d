"""`desk.undo_minutes`: a response or a message waits a little, and can be stopped; it is decided again when it leaves."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from desk.at_the_desk import ANSWER, CAL, LATER, WENDY, a_complaint, answer, at_a_desk, folded, text_of
from services.office import House
from townclerk.domain.words import Status

RESPONSE = f"#respond upheld\n{ANSWER}"
MESSAGE = "#message\nThe crew comes tomorrow."
TEN = timedelta(minutes=10)
DUE = datetime(2027, 1, 25, tzinfo=UTC)  # the complaint of Monday 11 January is to be answered by then


@pytest.fixture
def house(house: House) -> House:
    return at_a_desk(house, undo_minutes=10)


def to_resident(house: House) -> list[str]:
    return [letter.kind for letter in house.sent() if not letter.staff and letter.kind != "receipt"]


async def test_it_says_when_it_leaves_and_leaves_then(house: House) -> None:
    await answer(house, await a_complaint(house), RESPONSE)
    done = house.sent("done")[-1]
    assert done.subject.endswith("It leaves at 12:10pm on Monday 11 January 2027: you can still stop it")
    assert "The complaint is answered: upheld." in folded(text_of(house, done))

    await house.settle(LATER + TEN - timedelta(minutes=1))
    assert to_resident(house) == []
    assert house.cases[0].responded_at == ()

    await house.settle(LATER + TEN)
    assert to_resident(house) == ["response", "review_invitation"]
    assert Status.ANSWERED is house.cases[0].status
    assert len(house.sent("done")) == 1


async def test_one_press_stops_it_and_a_second_press_is_told_so(house: House) -> None:
    await answer(house, await a_complaint(house), MESSAGE)
    number = house.cases[0].leaving[0].number
    assert f"#discard {number}: Stop it" in text_of(house, house.sent("done")[-1])
    for minute in (2, 3):
        await answer(house, house.sent("done")[0], f"#discard {number}", LATER + timedelta(minutes=minute))
    await house.settle(LATER + TEN)

    assert to_resident(house) == []
    assert "It is stopped" in folded(text_of(house, house.sent("done")[-1]))
    assert "it was stopped at 12:02pm" in folded(text_of(house, house.sent("refused")[-1]))


async def test_one_that_has_left_cannot_be_stopped(house: House) -> None:
    await answer(house, await a_complaint(house), MESSAGE)
    number = house.cases[0].leaving[0].number
    await house.settle(LATER + TEN)
    await answer(house, house.sent("done")[0], f"#discard {number}", LATER + TEN)

    assert to_resident(house) == ["message"]
    assert "it was sent to the resident at 12:10pm" in folded(text_of(house, house.sent("refused")[-1]))


async def test_send_lets_it_go_at_once(house: House) -> None:
    await answer(house, await a_complaint(house), RESPONSE)
    await answer(house, house.sent("done")[0], f"#send {house.cases[0].leaving[0].number}", LATER + timedelta(minutes=1))
    await house.settle(LATER + TEN)

    assert to_resident(house) == ["response", "review_invitation"]


async def test_it_leaves_at_night_too(house: House) -> None:
    night = LATER.replace(hour=23, minute=30)
    await answer(house, await a_complaint(house), MESSAGE, night)
    await house.settle(night + TEN)

    assert to_resident(house) == ["message"]


@pytest.mark.parametrize(
    ("written", "by"),
    [
        (DUE.replace(hour=23, minute=55), DUE.replace(hour=23, minute=59)),
        (DUE.replace(hour=23, minute=59, second=30), DUE.replace(hour=23, minute=59, second=30)),
        (DUE.replace(hour=14, minute=55), DUE.replace(hour=14, minute=59)),
    ],
    ids=["before the end of the due day", "in its last minute", "before the delay notice would go by itself"],
)
async def test_a_response_in_time_leaves_in_time(house: House, written: datetime, by: datetime) -> None:
    letter = await a_complaint(house)
    await answer(house, letter, RESPONSE, written)
    notices = house.sent("delay_notice")
    await house.settle(by)

    assert to_resident(house)[-2:] == ["response", "review_invitation"]
    assert house.sent("delay_notice") == notices
    deadline = house.cases[0].deadline("stage1.respond")
    assert deadline is not None
    assert deadline.met_at is not None
    assert deadline.met_at <= by


async def test_while_we_were_down_it_waits_and_then_leaves(house: House) -> None:
    await answer(house, await a_complaint(house), RESPONSE)
    await house.settle(LATER + timedelta(days=2))

    assert to_resident(house) == ["response", "review_invitation"]


async def test_a_case_that_has_ended_meanwhile_takes_no_response_and_its_writer_has_the_text_back(house: House) -> None:
    letter = await a_complaint(house)
    await answer(house, letter, RESPONSE)
    await answer(house, letter, "#withdraw", LATER + timedelta(minutes=1))
    await house.settle(LATER + TEN)

    assert "response" not in to_resident(house)
    refused = house.sent("refused")[-1]
    assert refused.recipient == WENDY
    assert "the case is withdrawn" in folded(text_of(house, refused))
    assert "The lorry did not come" in text_of(house, refused)


async def test_a_second_response_takes_the_place_of_the_first(house: House) -> None:
    letter = await a_complaint(house)
    await answer(house, letter, RESPONSE)
    second = RESPONSE.replace("upheld", "partly-upheld").replace("this morning", "on Friday")
    await answer(house, letter, second, LATER + timedelta(minutes=4))
    await house.settle(LATER + timedelta(hours=1))

    assert to_resident(house) == ["response", "review_invitation"]
    assert "on Friday" in folded(text_of(house, house.sent("response")[0]))
    assert "is stopped and kept as a note" in folded(text_of(house, house.sent("done")[-1]))


async def test_a_colleague_cannot_answer_while_a_response_waits(house: House) -> None:
    letter = await a_complaint(house)
    await answer(house, letter, f"#assign {CAL}")
    await answer(house, letter, RESPONSE, LATER + timedelta(minutes=1))
    await answer(house, house.sent("assignment")[-1], RESPONSE, LATER + timedelta(minutes=2))

    assert [each.officer for each in house.cases[0].leaving] == ["wendy"]
    assert "a response of Wendy Ash leaves at" in folded(text_of(house, house.sent("refused")[-1]))


async def test_two_messages_both_leave_in_their_order(house: House) -> None:
    letter = await a_complaint(house)
    await answer(house, letter, MESSAGE)
    await answer(house, letter, MESSAGE.replace("tomorrow", "on Friday"), LATER + timedelta(minutes=2))
    await house.settle(LATER + timedelta(hours=1))

    first, second = (text_of(house, letter) for letter in house.sent("message"))
    assert "tomorrow" in first
    assert "on Friday" in second


async def test_the_resident_may_write_meanwhile_and_whoever_answers_is_shown_how_to_stop_it(house: House) -> None:
    await answer(house, await a_complaint(house), RESPONSE)
    number = house.cases[0].leaving[0].number
    receipt = house.sent("receipt")[0]
    house.arrives("They came today!", f"Re: {receipt.subject}", at=LATER + timedelta(minutes=3), in_reply_to=receipt.message_id)
    await house.settle(LATER + timedelta(minutes=3))

    assert f"#discard {number}: Stop the mail that leaves at 12:10pm" in text_of(house, house.sent("forwarded")[-1])
    await house.settle(LATER + TEN)
    assert "response" in to_resident(house)


async def test_what_waits_is_done_whole(house: House) -> None:
    """A note beside a message waits with it, and is not kept where the message is stopped."""
    await answer(house, await a_complaint(house), f"#flag visited\n{MESSAGE}")
    assert house.cases[0].flags == ()
    await house.settle(LATER + TEN)

    assert house.cases[0].flagged("visited")


async def test_words_that_reach_other_cases_do_not_wait_and_cannot_stand_beside_one_that_does(house: House) -> None:
    await answer(house, await a_complaint(house), f"#new-case\n{MESSAGE}")

    assert "a mail for each" in folded(text_of(house, house.sent("refused")[-1]))


@pytest.mark.parametrize("text", ["#ask\nWhich week?", "#extend 5 We wait.", "#note Rang them."])
async def test_other_words_are_done_at_once(house: House, text: str) -> None:
    await answer(house, await a_complaint(house), text)

    assert house.cases[0].leaving == ()
    assert len(house.sent("done")) == 1


async def test_a_press_on_what_was_held_is_no_second_time_to_wait(house: House) -> None:
    """They have seen the letter as it leaves."""
    await answer(house, await a_complaint(house), ANSWER)
    await answer(house, house.sent("confirm")[0], f"#send {house.cases[0].held[0].number}", LATER + timedelta(minutes=1))

    assert to_resident(house) == ["message"]


async def test_it_stands_in_what_is_known_of_the_case(house: House) -> None:
    letter = await a_complaint(house)
    await answer(house, letter, RESPONSE)
    await answer(house, letter, "#show", LATER + timedelta(minutes=1))

    assert "Leaves at 12:10pm on Monday 11 January 2027" in folded(text_of(house, house.sent("done")[-1]))


async def test_one_who_left_meanwhile_sends_nothing_and_the_lead_has_the_text(house: House) -> None:
    await answer(house, await a_complaint(house), RESPONSE)
    council = house.office.council
    staying = tuple(officer for officer in council.roster.officers if officer.key != "wendy")
    house.office = replace(house.office, council=replace(council, roster=replace(council.roster, officers=staying)))
    await house.settle(LATER + TEN)

    assert to_resident(house) == []
    assert [letter.recipient for letter in house.sent("refused")] == [CAL]


async def test_what_can_no_longer_be_done_comes_back_whole(house: House) -> None:
    """A note and a response waited together: neither was done, and each word of both is given back."""
    at_a_desk(house, undo_minutes=10)
    letter = await a_complaint(house)
    await answer(house, letter, f"#note She rang twice.\n#respond upheld\n{ANSWER}")
    await answer(house, letter, "#withdraw", LATER + timedelta(minutes=2))
    await house.settle(LATER + timedelta(minutes=10))

    given_back = text_of(house, house.sent("refused")[-1]).split("What you wrote")[1]
    lines = [line.removeprefix(">").strip() for line in given_back.split("\n")]
    assert "#note She rang twice." in lines
    assert "#respond upheld" in lines
    assert "upheld" not in lines
    assert folded(ANSWER) in folded(" ".join(lines))
