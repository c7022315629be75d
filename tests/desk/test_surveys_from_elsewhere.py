"""A survey that somebody answers from another address than it went to; and one that is answered with a complaint."""

from dataclasses import replace
from datetime import timedelta

from services.office import ASHA, MONDAY, House, council
from townclerk.domain.durations import Duration, Unit
from townclerk.domain.provisions import Survey
from townclerk.domain.words import Category, Stage, Status
from townclerk.store.outbox import OutboxLine

LATER = MONDAY + timedelta(hours=1)
IN_TIME = MONDAY + timedelta(days=14)


async def surveyed(house: House) -> OutboxLine:
    policy = council().policy
    survey = Survey(Duration(7, Unit.CALENDAR_DAY))
    provisions = replace(policy.provisions, survey=survey)
    house.office = replace(house.office, council=replace(council(), policy=replace(policy, provisions=provisions)))
    house.arrives("I complain about the bins.")
    await house.settle()
    house.replies(house.sent("assignment")[0], "#respond upheld Dear Ms Patel, we are sorry, and it has been put right.", LATER)
    await house.settle(LATER)
    await house.settle(IN_TIME)
    (letter,) = house.sent("survey")
    return letter


def answers(house: House, letter: OutboxLine, text: str) -> None:
    house.arrives(text, f"Re: {letter.subject}", "Asha <asha@work.example>", IN_TIME, in_reply_to=letter.message_id)


async def test_the_mark_counts_and_nothing_goes_to_the_other_address(house: House) -> None:
    letter = await surveyed(house)
    answers(house, letter, "4 out of 5, thanks")
    await house.settle(IN_TIME)
    (case,) = house.cases

    assert case.survey_marks == (4,)
    assert house.letters(to="asha@work.example") == []


async def test_somebody_who_only_knows_the_reference_is_not_taken_for_them(house: House) -> None:
    letter = await surveyed(house)
    answers(house, replace(letter, message_id="<made.up@council.example>"), "1 - very badly")
    await house.settle(IN_TIME)

    assert house.cases[0].survey_marks == ()
    assert len(house.cases) == 2


async def test_a_review_is_not_asked_for_from_there(house: House) -> None:
    letter = await surveyed(house)
    answers(house, letter, "I ask for a review of my complaint.")
    await house.settle(IN_TIME)

    assert len(house.cases) == 2


# --- a complaint, as the survey invites it


async def complains_in_answer(house: House, text: str, sender: str = ASHA) -> None:
    letter = await surveyed(house)
    house.arrives(text, f"Re: {letter.subject}", sender, IN_TIME, in_reply_to=letter.message_id)
    await house.settle(IN_TIME)


async def test_who_says_that_they_complain_has_a_case_a_receipt_and_a_clock(house: House) -> None:
    await complains_in_answer(house, "2 - badly\n\nI wish to complain about my council tax bill. It is wrong.")
    old, new = house.cases

    assert (new.category, new.stage, new.service) == (Category.COMPLAINT, Stage.STAGE1, "council_tax")
    assert new.deadline("stage1.respond") is not None
    assert (new.related, old.related) == ((old.ref,), (new.ref,))
    assert (old.survey_marks, old.status) == ((2,), Status.ANSWERED)
    assert [line.case_ref for line in house.letters("receipt", "asha.patel@example.org")] == [old.ref, new.ref]
    assert [line.recipient for line in house.letters("assignment")][1:] == ["tom.birch@council.example"]
    assert house.letters("decision") == [], "what is a complaint is put to nobody"


async def test_who_is_only_not_content_is_put_to_a_person_as_before(house: House) -> None:
    await complains_in_answer(house, "2 - badly\n\nNobody rang me back.")

    assert len(house.cases) == 1
    assert [line.recipient for line in house.letters("decision")] == ["cal.lane@council.example"]


async def test_a_complaint_from_another_address_is_a_case_of_whoever_wrote_it(house: House) -> None:
    await complains_in_answer(house, "I wish to complain about the noise of the pub.", "Asha <asha@work.example>")
    old, new = house.cases

    assert new.complainant.address == "asha@work.example"
    assert old.survey_marks == ()
    assert [line.case_ref for line in house.letters("receipt", "asha@work.example")] == [new.ref]
