"""A second Stage 1, by choice or because a request is sent back: once, told to the resident, and Stage 2 stays open."""

from dataclasses import replace
from datetime import date

import pytest

from domain.story import Story, at, extension, person, promise, stage, town
from townclerk.domain.letters import (
    Decision,
    Done,
    Receipt,
    Refused,
    Response,
    ReviewDecision,
    ReviewInvitation,
    ReviewRight,
)
from townclerk.domain.policy import StagePolicy, Triage
from townclerk.domain.provisions import Published
from townclerk.domain.words import LetterKind, Stage, Status

PEOPLE = (
    person("wendy", "service", services=("waste",)),
    person("dora", "director"),
    person("cal", "complaints_lead", "customer_services"),
)
TRIAGE = Triage("customer_services", Stage.STAGE1_AGAIN, Published("6"))
ANSWER = "#respond not-upheld\nThe lorry came at six, as the tracker shows."


def story(second: StagePolicy | None = None, triage: Triage | None = TRIAGE) -> Story:
    again = stage(Stage.STAGE1_AGAIN, promise(10, "service"), max_times=1, decided_by="customer_services")
    last = stage(
        Stage.STAGE2,
        promise(17, "director"),
        extension(20),
        triage=triage,
        decided_by="customer_services",
        final=True,
    )
    return Story(town(stage(Stage.STAGE1, promise(10, "service")), second or again, last, people=PEOPLE))


def answered() -> Story:
    """Complained on Monday 11 January, answered on Wednesday 13."""
    return story().complains().officer(at(1, 13), "wendy", ANSWER)


def dissatisfied() -> Story:
    return answered().resident(at(1, 14), "I am not satisfied with this at all.")


def chosen() -> Story:
    return dissatisfied().officer(at(1, 15), "cal", "#second-stage1\nWe will look at your photographs.")


def sent_back() -> Story:
    return (
        answered()
        .resident(at(1, 14), "I ask for a Stage 2 review.")
        .officer(at(1, 15), "cal", "#review back\nThe crew has not seen your photographs.")
    )


def refusal(told: Story) -> Refused:
    content = told.last(LetterKind.REFUSED).content
    assert isinstance(content, Refused)
    return content


def offered(told: Story) -> list[str]:
    content = told.last(LetterKind.DECISION).content
    assert isinstance(content, Decision)
    return [choice.body.strip() for choice in content.choices]


# --- chosen


def test_a_resident_who_is_not_content_is_put_to_whoever_decides_with_the_second_stage_1_among_the_choices() -> None:
    told = dissatisfied()

    assert told.last(LetterKind.DECISION).to.officer == "cal"
    assert "#second-stage1" in offered(told)


def test_its_clock_counts_from_the_mail_in_which_they_said_so_and_they_are_told_the_date_and_that_stage_2_stays_open() -> None:
    told = chosen()
    letter = told.last(LetterKind.REVIEW_DECISION).content

    assert told.target("stage1_again.respond") == date(2027, 1, 28)
    assert isinstance(letter, ReviewDecision)
    assert (letter.respond_by, letter.text, letter.stays_open) == (
        date(2027, 1, 28),
        "We will look at your photographs.",
        "Stage2",
    )
    assert (told.case.stage, told.case.status) == (Stage.STAGE1_AGAIN, Status.OPEN)


def test_the_service_gets_it_again_with_its_reminders_delay_notice_and_overdue() -> None:
    told = chosen()
    assert [letter.to.officer for letter in told.sent(LetterKind.ASSIGNMENT)] == ["wendy", "wendy"]

    told.until(at(1, 29, 10))

    assert told.kinds(at(1, 26, 8)) == ["reminder", "reminder", "delay_notice", "overdue", "overdue"]


def test_its_response_leads_on_to_stage_2() -> None:
    told = chosen().officer(at(1, 20), "wendy", "#respond partly-upheld\nWe will replace the box.")

    assert told.kinds(at(1, 20), staff=False) == ["response", "review_invitation"]
    told.resident(at(1, 21), "I ask for a review.")
    assert told.case.stage is Stage.STAGE2


def test_a_clear_request_while_it_runs_goes_to_stage_2() -> None:
    told = chosen().resident(at(1, 18), "I want a Stage 2 review now.")

    assert told.case.stage is Stage.STAGE2
    assert told.target("stage2.respond") == date(2027, 2, 10)
    assert told.until(at(2, 1)).kinds(at(1, 18, 12)) == []  # nothing of what was dropped


@pytest.mark.parametrize("key", ["wendy", "dora"])
def test_only_whoever_the_policy_names_chooses_it(key: str) -> None:
    told = dissatisfied().officer(at(1, 15), key, "#second-stage1\nOnce more.")

    assert told.kinds(at(1, 15)) == ["refused"]
    assert told.case.status is Status.ANSWERED


def test_not_before_stage_1_has_been_answered() -> None:
    assert "not been answered" in refusal(story().complains().officer(at(1, 12), "cal", "#second-stage1")).reason


def test_not_twice() -> None:
    told = chosen().officer(at(1, 20), "wendy", ANSWER).resident(at(1, 21), "I am still not happy.")
    assert "#second-stage1" not in offered(told)

    told.officer(at(1, 22), "cal", "#second-stage1\nOnce more.")

    assert told.kinds(at(1, 22)) == ["refused"]
    assert refusal(told).instead == ("#review accept",)


def test_not_where_the_policy_has_none() -> None:
    without = story()
    stages = dict(without.council.policy.stages)
    del stages[Stage.STAGE1_AGAIN]
    without.council = replace(without.council, policy=replace(without.council.policy, stages=stages))
    without.complains().officer(at(1, 13), "wendy", ANSWER).officer(at(1, 14), "cal", "#second-stage1")

    assert "no second Stage 1" in refusal(without).reason


def test_without_a_mail_of_theirs_it_counts_from_the_day_of_the_decision() -> None:
    told = answered().officer(at(1, 15), "cal", "#second-stage1\nYou rang us today.")

    assert told.target("stage1_again.respond") == date(2027, 1, 29)


# --- sent back


def test_a_request_has_its_receipt_its_clock_whoever_answers_and_a_question_to_whoever_sorts_them() -> None:
    told = answered().resident(at(1, 14), "I ask for a Stage 2 review.")

    assert told.kinds(at(1, 14)) == ["assignment", "receipt", "decision"]
    assert (told.last(LetterKind.ASSIGNMENT).to.officer, told.last(LetterKind.DECISION).to.officer) == ("dora", "cal")
    assert offered(told)[:3] == ["#review accept", "#review back", "#second-stage1"]
    assert told.target("stage2.respond") == date(2027, 2, 8)


def test_taken_it_goes_on_with_the_dates_that_it_has() -> None:
    told = answered().resident(at(1, 14), "I ask for a Stage 2 review.").officer(at(1, 15), "cal", "#review accept")

    assert told.kinds(at(1, 15)) == ["review_decision", "done"]
    assert told.target("stage2.respond") == date(2027, 2, 8)


def test_sent_back_it_is_the_services_again_and_the_date_for_stage_2_stays() -> None:
    told = sent_back()

    assert told.kinds(at(1, 15)) == ["assignment", "review_decision", "done"]
    assert told.last(LetterKind.ASSIGNMENT).to.officer == "wendy"
    assert told.target("stage1_again.respond") == date(2027, 1, 28)
    standing = told.case.deadline("stage2.respond")
    assert standing is not None
    assert (standing.open, standing.promised) == (True, date(2027, 2, 8))
    letter = told.last(LetterKind.REVIEW_DECISION).content
    assert isinstance(letter, ReviewDecision)
    assert (letter.sent_back, letter.stands, letter.respond_by) == (True, date(2027, 2, 8), date(2027, 1, 28))


def test_the_answer_ends_what_stood_of_stage_2() -> None:
    told = sent_back().officer(at(1, 20), "wendy", ANSWER).until(at(2, 9))

    assert told.kinds(at(1, 20), staff=True) == ["done"]


def test_the_answer_says_that_the_date_for_stage_2_ends_with_it_and_leaves_a_trace() -> None:
    told = sent_back().officer(at(1, 20), "wendy", ANSWER)
    response, invitation = told.last(LetterKind.RESPONSE).content, told.last(LetterKind.REVIEW_INVITATION).content
    done = told.last(LetterKind.DONE).content

    assert isinstance(response, Response)
    assert response.onward == ReviewRight("Stage2", None, date(2027, 2, 8))
    assert isinstance(invitation, ReviewInvitation)
    assert invitation.right.ended == date(2027, 2, 8)
    assert isinstance(done, Done)
    assert "Monday 8 February 2027, ends with this answer" in " ".join(done.lines)
    standing = told.case.deadline("stage2.respond")
    assert standing is not None
    assert not standing.open


def test_an_answer_to_somebody_who_was_not_sent_back_ends_no_date() -> None:
    response = chosen().officer(at(1, 20), "wendy", ANSWER).last(LetterKind.RESPONSE).content

    assert isinstance(response, Response)
    assert response.onward == ReviewRight("Stage2", None)


def test_sent_back_once_the_next_request_is_a_full_investigation() -> None:
    told = sent_back().officer(at(1, 20), "wendy", ANSWER).resident(at(1, 21), "I ask for a Stage 2 review.")
    assert offered(told) == ["#review accept", "#message"]

    told.officer(at(1, 22), "cal", "#review back\nOnce more.").officer(at(1, 22), "cal", "#second-stage1\nOnce more.")

    assert told.kinds(at(1, 22)) == ["refused", "refused"]
    assert told.case.stage is Stage.STAGE2


def test_asked_again_meanwhile_the_date_that_they_hold_stands() -> None:
    told = sent_back().resident(at(1, 20), "I want a Stage 2 review, as I asked.")

    assert told.target("stage2.respond") == date(2027, 2, 8)


@pytest.mark.parametrize("words", ["#review back", "#second-stage1"])
def test_a_clear_request_is_never_turned_into_another_without_telling_why(words: str) -> None:
    told = answered().resident(at(1, 14), "I ask for a Stage 2 review.").officer(at(1, 15), "cal", words)

    assert told.kinds(at(1, 15)) == ["refused"]
    assert "must be told why" in refusal(told).reason


def test_where_the_policy_sorts_no_requests_none_is_sent_back() -> None:
    told = story(triage=None).complains().officer(at(1, 13), "wendy", ANSWER).resident(at(1, 14), "I ask for a review.")
    told.officer(at(1, 15), "cal", "#review back\nNo.").officer(at(1, 15), "cal", "#second-stage1\nNo.")

    assert told.kinds(at(1, 14)) == ["assignment", "receipt", "refused", "refused"]


# --- too early


def test_a_review_asked_for_before_the_response_is_explained_and_kept() -> None:
    told = story().complains().resident(at(1, 12), "I ask for a Stage 2 review at once.")
    receipt = told.last(LetterKind.RECEIPT).content

    assert told.kinds(at(1, 12)) == ["forwarded", "receipt"]
    assert isinstance(receipt, Receipt)
    assert (receipt.variety, [each.day for each in receipt.dates]) == ("too_early", [date(2027, 1, 25)])
    assert told.case.stage is Stage.STAGE1
