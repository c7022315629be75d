"""An officer's mail acts only where it is certain who writes and about what."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from email.parser import BytesParser
from email.policy import default
from functools import partial

import pytest

from services.office import MONDAY, House
from townclerk.domain.words import Status
from townclerk.store import outbox
from townclerk.store.outbox import OutboxLine

WENDY = "wendy.ash@council.example"
LATER = MONDAY + timedelta(hours=2)
RESPONSE = "#respond upheld\nDear Ms Patel, we are sorry."


async def a_complaint(house: House, text: str = "I complain about the bins.") -> OutboxLine:
    """A complaint has come; the officer's letter about it."""
    house.arrives(text)
    await house.settle()
    return house.sent("assignment")[-1]


async def test_an_answer_to_the_letter_is_followed(house: House) -> None:
    house.replies(await a_complaint(house), RESPONSE, LATER)
    await house.settle(LATER)

    assert Status.ANSWERED is house.cases[0].status
    assert [letter.kind for letter in house.sent()][-3:] == ["response", "review_invitation", "done"]


@pytest.mark.parametrize("proven", ["fail", "none"])
async def test_a_mail_that_is_not_proven_is_held_and_asked_back(house: House, proven: str) -> None:
    house.replies(await a_complaint(house), RESPONSE, LATER, proven)
    await house.settle(LATER)

    assert Status.OPEN is house.cases[0].status
    assert [letter.recipient for letter in house.letters("confirm")] == [WENDY]
    assert house.letters("response") == []


async def test_a_note_of_another_server_proves_nothing(house: House) -> None:
    letter = await a_complaint(house)
    verdict = "mx.evil.example; dmarc=pass header.from=council.example"
    house.arrives(RESPONSE, letter.subject, WENDY, LATER, in_reply_to=letter.message_id, authentication_results=verdict)
    await house.settle(LATER)

    assert house.letters("response") == []
    assert len(house.letters("confirm")) == 1


async def test_a_mail_to_the_plain_address_is_held_although_it_names_the_case(house: House) -> None:
    letter = await a_complaint(house)
    verdict = "mx.council.example; dmarc=pass header.from=council.example"
    house.arrives(RESPONSE, letter.subject, WENDY, LATER, authentication_results=verdict)
    await house.settle(LATER)

    assert house.letters("response") == []
    assert len(house.letters("confirm")) == 1


async def test_a_colleague_cannot_use_somebody_else_s_letter(house: House) -> None:
    """A letter that was forwarded inside the house is signed for whoever had it first."""
    letter = await a_complaint(house)
    house.replies(replace(letter, recipient="tom.birch@council.example"), RESPONSE, LATER)
    await house.settle(LATER)

    assert house.letters("response") == []
    assert [held.recipient for held in house.letters("confirm")] == [WENDY, "tom.birch@council.example"]


async def test_a_mail_that_names_no_case_is_refused_and_given_back(house: House) -> None:
    verdict = "mx.council.example; dmarc=pass header.from=council.example"
    house.arrives("#close", "hello", WENDY, authentication_results=verdict)
    await house.settle()

    assert house.cases == []
    assert [letter.recipient for letter in house.sent("refused")] == [WENDY]


@pytest.mark.parametrize(
    ("words", "kind", "says"),
    [
        ("#help", "done", "#respond upheld"),
        ("#help extend", "done", "This is what #extend does"),
        ("#help extnd", "refused", "#help extend"),
        ("Hi, how do I log a phone call?", "refused", "#log, for what came by telephone"),
        ("#help\n#close", "refused", "this mail names no case"),
    ],
)
async def test_a_new_mail_that_asks_for_help_is_answered_without_a_case(house: House, words: str, kind: str, says: str) -> None:
    verdict = "mx.council.example; dmarc=pass header.from=council.example"
    house.arrives(words, "help", WENDY, authentication_results=verdict)
    await house.settle()
    (answer,) = house.letters()
    row = house.read(partial(outbox.get, key=answer.key))

    assert (answer.kind, answer.recipient) == (kind, WENDY)
    assert row is not None
    part = BytesParser(policy=default).parsebytes(row.raw).get_body(("plain",))
    assert part is not None
    assert says in " ".join(str(part.get_content()).split())


@pytest.mark.parametrize(("who", "kind"), [(WENDY, "refused"), ("cal.lane@council.example", "confirm")])
async def test_of_a_restricted_case_nobody_but_the_lead_hears_by_naming_it(house: House, who: str, kind: str) -> None:
    house.arrives("An officer in licensing takes bribes.", "fraud")
    await house.settle()
    (case,) = house.cases
    assert case.restricted

    verdict = "mx.council.example; dmarc=pass header.from=council.example"
    house.arrives("#show", case.ref, who, LATER, authentication_results=verdict)
    await house.settle(LATER)
    (answer,) = house.letters(kind, who)
    assert (answer.case_ref is None) == (who == WENDY)


async def test_an_out_of_office_of_an_officer_reaches_no_resident(house: House) -> None:
    """Somebody else sees to what is owed: here the complaints lead, for nobody stands in."""
    letter = await a_complaint(house)
    before = len(house.letters())
    house.arrives(
        "I am on leave.", "Automatic reply", WENDY, LATER, in_reply_to=letter.message_id, auto_submitted="auto-replied"
    )
    await house.settle(LATER)

    assert [line.recipient for line in house.letters()[before:]] == ["cal.lane@council.example"]


async def test_an_officer_who_wrote_to_the_resident_directly_is_asked_whether_that_was_the_response(house: House) -> None:
    letter = await a_complaint(house)
    verdict = "mx.council.example; dmarc=pass header.from=council.example"
    house.arrives(
        "Dear Ms Patel, we are sorry.",
        letter.subject,
        WENDY,
        LATER,
        to="asha.patel@example.org",
        cc="customerfeedback@sstaffs.gov.uk",
        authentication_results=verdict,
    )
    await house.settle(LATER)

    assert [question.recipient for question in house.letters("decision")] == [WENDY]
    assert Status.OPEN is house.cases[0].status


async def test_where_no_server_is_trusted_the_signed_address_is_enough(build: Callable[..., House]) -> None:
    house = build(trusted_server=None)
    house.replies(await a_complaint(house), RESPONSE, LATER, "none")
    await house.settle(LATER)

    assert len(house.sent("response")) == 1


async def test_an_officer_s_mail_delivered_twice_acts_once(house: House) -> None:
    letter = await a_complaint(house)
    house.replies(letter, "#message\nWe will come on Friday.", LATER)
    _, raw = house.mailbox._folders["INBOX"].mails[2]  # the very bytes
    house.mailbox.deliver(raw, LATER)
    await house.settle(LATER)

    assert len(house.sent("message")) == 1


@pytest.mark.parametrize(
    ("sender", "asked"),
    [("Bob Hill <bob@hill.example>", True), ("bob@hill.example", True), ("Asha Patel <asha@work.example>", False)],
)
async def test_a_link_to_somebody_elses_case_is_done_only_once_both_people_have_been_named(
    house: House, sender: str, asked: bool
) -> None:
    await a_complaint(house)
    house.arrives("I complain about the bins in Mill Lane.", "Bins", sender, LATER)
    await house.settle(LATER)
    theirs, hers = house.cases[1].ref, house.cases[0].ref
    letter = next(line for line in house.sent("assignment") if line.case_ref == hers)
    house.replies(letter, f"#link {theirs}", LATER)
    await house.settle(LATER)

    assert len(house.sent("refused")) == asked
    if asked:
        assert house.cases[0].status is Status.OPEN
        assert not house.cases[1].is_party("asha.patel@example.org")
        assert [line.case_ref for line in house.sent("receipt") if line.recipient == "asha.patel@example.org"] == [hers]
        (refused,) = house.sent("refused")
        row = house.read(lambda tx: outbox.get(tx, refused.key))
        text = " ".join(row.raw.decode().replace("=\r\n", "").split()) if row is not None else ""
        assert f"{theirs} is the case of {sender.partition(' <')[0]}, and {hers} that of Asha Patel" in text
        house.replies(refused, f"#link {theirs} party", LATER)
        await house.settle(LATER)
    assert house.cases[0].status is Status.CLOSED
    assert house.cases[1].is_party("asha.patel@example.org")


async def test_a_link_joins_two_cases_in_one_step(house: House) -> None:
    await a_complaint(house)
    first = house.cases[0].ref
    house.arrives("I complain. It is about the same bins.", f"Complaint {first}", "son@example.net", LATER)
    await house.settle(LATER)
    (question,) = house.sent("decision")
    house.replies(question, f"#link {first}", LATER)
    await house.settle(LATER)
    kept, joined = house.cases

    assert kept.is_party("son@example.net")
    assert len(kept.mails) == 2
    assert (kept.status, joined.status) == (Status.OPEN, Status.CLOSED)
