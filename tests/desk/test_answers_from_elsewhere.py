"""A mail that reached the resident without us is noticed; whether it was the response is asked, once, and the clock stops only
on yes."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTP

import pytest

from desk.at_the_desk import ANSWER, CAL, LATER, WENDY, a_complaint, answer, folded, text_of
from services.office import ASHA, SERVER, House, council
from townclerk.domain.words import Status

MAILBOX = council().policy.contact.mailbox
SENT = "Sent Items"
WRITTEN = LATER + timedelta(days=1)
SOON = WRITTEN + timedelta(hours=1)
PROVEN = f"{SERVER}; dmarc=pass header.from=council.example"


def writes(house: House, text: str = ANSWER, at: datetime = WRITTEN, **headers: str) -> None:
    """Wendy writes straight to the resident, and the mailbox gets to see it."""
    given = {"to": ASHA, "cc": MAILBOX, "authentication_results": PROVEN, "subject": "Your bins", **headers}
    house.arrives(text, given.pop("subject"), WENDY, at, **given)


def put_into_sent(house: House, text: str = ANSWER, at: datetime = WRITTEN, **headers: str) -> None:
    """Somebody who works in the mailbox itself wrote to the resident: a copy lies in its folder of what was sent."""
    house.count += 1
    message = EmailMessage(policy=SMTP)
    given = {
        "From": MAILBOX,
        "To": ASHA,
        "Subject": "Your bins",
        "Message_ID": f"<sent{house.count}@council.example>",
        **headers,
    }
    for name, value in given.items():
        message[name.replace("_", "-")] = value
    message.set_content(text + "\n")
    house.mailbox.deliver(message.as_bytes(), at, SENT)


@pytest.fixture
def house(house: House) -> House:
    """The folder of what was sent is watched, too."""
    house.office = replace(house.office, ways=replace(house.office.ways, folders=("INBOX", SENT)))
    put_into_sent(house, "Lunch?", LATER - timedelta(days=700), To="a@council.example")
    return house


def question(house: House, number: int = -1) -> str:
    return folded(text_of(house, house.sent("decision")[number]))


# --- what is noticed


async def test_a_mail_to_the_resident_with_the_mailbox_in_copy_is_asked_about(house: House) -> None:
    letter = await a_complaint(house)
    writes(house, subject=f"Re: {letter.subject}")
    await house.settle(WRITTEN)

    (asked,) = house.sent("decision")
    assert asked.recipient == WENDY
    assert "Was this the response?" in asked.subject
    assert "Wendy Ash wrote to the resident at midday on Tuesday 12 January 2027." in question(house)
    assert "The lorry did not come" in question(house)
    assert Status.OPEN is house.cases[0].status


async def test_it_need_not_name_the_case_where_the_resident_has_just_one_that_is_open(house: House) -> None:
    await a_complaint(house)
    writes(house)
    await house.settle(WRITTEN)

    assert len(house.sent("decision")) == 1
    assert house.sent("refused") == []


async def test_where_they_have_several_it_is_not_guessed_which_is_meant(house: House) -> None:
    await a_complaint(house)
    await a_complaint(house, "My neighbour's hedge hangs over the pavement, and I complain.", subject="A hedge")
    writes(house)
    await house.settle(WRITTEN)

    assert house.sent("decision") == []
    assert [letter.recipient for letter in house.sent("refused")] == [WENDY]


async def test_a_blind_copy_is_noticed_too(house: House) -> None:
    """The mailbox stands in no header but that of the delivery."""
    letter = await a_complaint(house)
    writes(house, subject=f"Re: {letter.subject}", cc="tom.birch@council.example", delivered_to=MAILBOX)
    await house.settle(WRITTEN)

    assert len(house.sent("decision")) == 1


async def test_what_somebody_wrote_from_the_mailbox_itself_is_put_to_whoever_is_responsible(house: House) -> None:
    await a_complaint(house)
    put_into_sent(house)
    await house.settle(WRITTEN)

    (asked,) = house.sent("decision")
    assert asked.recipient == WENDY
    assert "Somebody wrote to the resident from the mailbox itself" in question(house)


async def test_letters_of_ours_that_lie_among_what_was_sent_are_nothing(house: House) -> None:
    await a_complaint(house)
    for sent in house.transport.sent:
        house.mailbox.deliver(sent.raw, WRITTEN, SENT)
    await house.settle(WRITTEN)

    assert house.sent("decision") == []
    assert len(house.cases) == 1


@pytest.mark.parametrize(
    "headers",
    [
        {"To": "somebody@example.net"},
        {"Auto_Submitted": "auto-replied"},
        {"Subject": "Automatic reply: Complaint about bins"},
        {"Authentication_Results": f"{SERVER}; dmarc=fail header.from={MAILBOX.rpartition('@')[2]}"},
    ],
    ids=["to nobody we know", "by a robot", "an out of office", "forged"],
)
async def test_what_is_no_answer_to_a_resident_asks_nothing(house: House, headers: dict[str, str]) -> None:
    await a_complaint(house)
    put_into_sent(house, ANSWER, WRITTEN, **headers)
    await house.settle(WRITTEN)

    assert house.sent("decision") == []


async def test_a_reply_to_all_by_the_resident_joins_the_case_and_opens_none(house: House) -> None:
    letter = await a_complaint(house)
    writes(house, subject=f"Re: {letter.subject}", message_id="<direct@council.example>")
    await house.settle(WRITTEN)
    thread = {"to": WENDY, "cc": MAILBOX, "in_reply_to": "<direct@council.example>"}
    house.arrives("Thank you, but the lid is broken.", "Re: Your bins", at=SOON, **thread)
    await house.settle(SOON)

    assert len(house.cases) == 1
    assert house.sent("forwarded")[-1].recipient == WENDY


async def test_the_same_mail_in_copy_and_among_what_was_sent_is_asked_about_once(house: House) -> None:
    letter = await a_complaint(house)
    writes(house, subject=f"Re: {letter.subject}", message_id="<once@council.example>")
    put_into_sent(house, From=WENDY, Subject=f"Re: {letter.subject}", Message_ID="<once@council.example>", Cc=MAILBOX)
    await house.settle(WRITTEN)

    assert len(house.sent("decision")) == 1


# --- the answer to the question


@pytest.mark.parametrize("outcome", ["upheld", "partly-upheld", "not-upheld"])
async def test_one_press_counts_it_from_the_day_on_which_it_was_sent(house: House, outcome: str) -> None:
    letter = await a_complaint(house)
    writes(house, subject=f"Re: {letter.subject}")
    await house.settle(WRITTEN)
    number = house.cases[0].held[0].number
    assert f"#send {number} respond {outcome}: Yes, it was the response" in question(house)
    days_later = WRITTEN + timedelta(days=6)
    await answer(house, house.sent("decision")[0], f"#send {number} respond {outcome}", days_later)

    case = house.cases[0]
    deadline = case.deadline("stage1.respond")
    assert deadline is not None
    assert (case.status, case.outcome, deadline.met_at) == (Status.ANSWERED, outcome, WRITTEN)
    assert house.sent("response") == []
    assert len(house.sent("review_invitation")) == 1
    assert "It counts as sent on Tuesday 12 January 2027" in folded(text_of(house, house.sent("done")[-1]))


async def test_the_word_alone_answers_the_question_as_well(house: House) -> None:
    await a_complaint(house)
    put_into_sent(house)
    await house.settle(WRITTEN)
    await answer(house, house.sent("decision")[0], "#respond upheld", SOON)

    assert house.cases[0].answers[0].officer == "wendy"
    assert house.sent("response") == []


async def test_no_lets_the_clock_run(house: House) -> None:
    await a_complaint(house)
    put_into_sent(house)
    await house.settle(WRITTEN)
    await answer(house, house.sent("decision")[0], f"#discard {house.cases[0].held[0].number}", SOON)
    await house.settle(datetime(2027, 1, 21, 9, 0, tzinfo=UTC))

    assert Status.OPEN is house.cases[0].status
    assert "the dates stand" in folded(text_of(house, house.sent("done")[-1]))
    assert len(house.sent("decision")) == 1
    assert [letter.recipient for letter in house.sent("reminder")] != []


async def test_without_an_answer_it_is_asked_again_and_then_of_the_complaints_lead(house: House) -> None:
    await a_complaint(house)
    put_into_sent(house)
    await house.settle(WRITTEN)
    for day in (14, 18):
        await house.settle(datetime(2027, 1, day, 9, 0, tzinfo=UTC))

    assert [letter.recipient for letter in house.sent("decision")] == [WENDY, WENDY, CAL]
    assert "nobody has said yet whether that was the response" in question(house)
    assert "respond upheld" in question(house)


async def test_where_nothing_is_owed_nothing_is_asked(house: House) -> None:
    letter = await a_complaint(house)
    await answer(house, letter, f"#respond upheld\n{ANSWER}")
    writes(house, "Here is the photograph that I promised.", subject=f"Re: {letter.subject}")
    await house.settle(WRITTEN)

    assert house.sent("decision") == []
    assert "kept with the case" in folded(text_of(house, house.sent("done")[-1]))
