"""A survey that somebody answers from another address than it went to."""

from dataclasses import replace
from datetime import timedelta

from services.office import MONDAY, House, council
from townclerk.domain.durations import Duration, Unit
from townclerk.domain.provisions import Survey
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
