"""Somebody is away, has left, or cannot be reached: what is owed is seen by somebody else."""

from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest

from desk.test_attacks import CAL, LATER, MAILBOX, PASS, PETRA, WENDY, _change, _journal, _text, a_scene, auth
from services.office import MONDAY, House
from townclerk.app.simulate.mails import write_bounce
from townclerk.domain.words import Status
from townclerk.services import timekeeper
from townclerk.services.reassigning import reassign
from townclerk.store import journal

AWAY = "Auto-Submitted: auto-replied"
TOM = "tom.birch@council.example"


async def robot(house: House, *lines: str, at: timedelta = timedelta(), text: str = "I am on leave.") -> None:
    """Wendy's mailbox answers her letter by itself."""
    scene = await a_scene(house) if not house.cases else None
    letter = scene.letter if scene is not None else house.sent("assignment")[-1]
    known = (f"From: Wendy Ash <{WENDY}>", f"To: {MAILBOX}", f"In-Reply-To: {letter.message_id}")
    house.count += 1
    raw = "\r\n".join(
        (*auth(PASS), *lines, *known, f"Message-ID: <robot-{house.count}@council.example>", "", text, "")
    ).encode()
    house.mailbox.deliver(raw, LATER + at)
    await house.settle(LATER + at)


async def test_an_out_of_office_is_told_to_the_deputy_with_what_is_owed_once_a_day(house: House) -> None:
    _change(house, "wendy", deputies=("tom",))
    await robot(house, AWAY)
    await robot(house, AWAY, at=timedelta(minutes=30))
    (told,) = house.letters("alert")

    assert told.recipient == TOM
    assert "Monday 25 January 2027" in _text(house, told)
    assert "Wendy Ash answers by itself" in _text(house, told)
    assert "answers_by_itself" in _journal(house)
    await robot(house, AWAY, at=timedelta(days=1))
    assert len(house.letters("alert")) == 2


async def test_without_a_deputy_the_complaints_lead_hears(house: House) -> None:
    await robot(house, AWAY)

    assert [line.recipient for line in house.letters("alert")] == [CAL]


@pytest.mark.parametrize(
    "lines",
    [
        ("Content-Type: multipart/report; report-type=disposition-notification; boundary=b", "Subject: Read: your letter"),
        ("Content-Type: text/calendar; method=REPLY; charset=utf-8", "Subject: Accepted: Visit"),
        ("Precedence: bulk", "List-Id: <news.council.example>"),
    ],
    ids=["read receipt", "calendar", "list"],
)
async def test_what_else_a_mailbox_says_by_itself_is_filed_and_nothing_else(house: House, lines: tuple[str, ...]) -> None:
    await a_scene(house)
    before = len(house.letters())
    await robot(house, *lines, text="" if "calendar" in lines[0] else "--b--")

    assert before == len(house.letters())
    assert house.cases[0].held == ()


async def test_a_letter_to_an_officer_that_comes_back_goes_to_their_deputy_and_the_lead_is_told(house: House) -> None:
    _change(house, "wendy", deputies=("tom",))
    scene = await a_scene(house)
    report = write_bounce(MAILBOX, WENDY, "5.1.1", scene.letter.message_id, scene.letter.subject, LATER)
    house.mailbox.deliver(report, LATER)
    await house.settle(LATER)

    assert [line.recipient for line in house.letters("undelivered")] == [CAL]
    assert [line.recipient for line in house.letters("assignment")][1:] == [TOM]


async def test_the_cases_of_who_has_left_are_handed_on_once_and_the_lead_has_the_list(house: House) -> None:
    await a_scene(house)
    _change(house, "wendy", left=MONDAY.date())
    _change(house, "petra", services=frozenset({"planning", "waste"}))
    await house.settle(MONDAY)
    assert len(house.letters("assignment")) == 1, "the last day is a day like any other"
    moment = await timekeeper.next_moment(house.office, MONDAY)
    assert moment == MONDAY.replace(day=12, hour=9)
    await house.settle(moment)
    await house.settle(moment + timedelta(days=1))

    assert [line.recipient for line in house.letters("assignment")] == [WENDY, PETRA]
    (listed,) = house.letters("decision", CAL)
    assert house.cases[0].ref in _text(house, listed)
    assert "officer_left" in _journal(house)


async def test_who_is_taken_out_of_the_file_has_left_as_well(house: House) -> None:
    await a_scene(house)
    council = house.office.council
    officers = tuple(one for one in council.roster.officers if one.key != "wendy")
    house.office = replace(house.office, council=replace(council, roster=replace(council.roster, officers=officers)))
    await house.settle(LATER)

    assert len(house.letters("assignment")) == 2


async def test_somebody_of_a_shared_mailbox_answers_from_their_own(house: House) -> None:
    """The journal says who, as far as it can be known."""
    _change(house, "wendy", mailbox_of=("petra",), email="waste.team@council.example")
    house.arrives("I complain about the bins.")
    await house.settle()
    letter = house.sent("assignment")[-1]
    assert letter.recipient == "waste.team@council.example"
    house.replies(replace(letter, recipient=PETRA), "#respond upheld\nDear Ms Patel, we are sorry.", LATER)
    await house.settle(LATER)

    assert house.cases[0].status is Status.ANSWERED
    assert [line.recipient for line in house.letters("done")] == [PETRA]
    assert house.cases[0].answers[0].officer == "petra"


async def test_the_cases_of_one_officer_are_given_to_another_all_at_once(house: House) -> None:
    await a_scene(house)
    house.arrives("I want to complain about your officer. Tom Birch swore at me about the bins.", "Bins", "ben@example.org")
    await house.settle()
    given = await reassign(house.office, "wendy", "tom", "admin", LATER)
    await house.settle(LATER)
    first, second = house.cases

    assert [one.why_not == "" for one in given] == [True, False]
    assert (first.officer, second.officer) == ("tom", None)
    assert [line.recipient for line in house.letters("assignment")][-1] == TOM
    assert ("admin", "reassigned") in [
        (entry.actor, entry.event) for entry in house.read(partial(journal.entries, case_ref=first.ref))
    ]
