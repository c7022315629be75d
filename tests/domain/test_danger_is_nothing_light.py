"""What may tell of danger is no thanks and no advertisement by a rule's word alone: a person says so first."""

from dataclasses import replace

import pytest

from domain import samples
from domain.samples import MONDAY, REF, facts, kinds
from domain.story import Story, at
from townclerk.domain.decide import Decision, decide
from townclerk.domain.events import CaseOpened
from townclerk.domain.letters import Assignment, Forwarded, Receipt
from townclerk.domain.letters import Decision as StaffDecision
from townclerk.domain.routing import Route
from townclerk.domain.words import Alert, Category, LetterKind

DANGERS = [Alert.SAFEGUARDING, Alert.HATE_CRIME, Alert.SELF_HARM, Alert.EMERGENCY_HAZARD]
LIGHT = [Category.COMMENT, Category.COMPLIMENT, Category.SPAM, Category.AUTOMATIC]


def opened(category: Category, *alerts: Alert, member: bool = False) -> Decision:
    return samples.opened(Route(category, "waste", alerts=alerts, because=("test",)), member=member)


@pytest.mark.parametrize("alert", DANGERS)
@pytest.mark.parametrize("category", LIGHT)
def test_what_raises_an_alert_of_danger_is_what_the_council_takes_a_mail_for_in_doubt(category: Category, alert: Alert) -> None:
    case = opened(category, alert).case

    assert case.category is Category.COMPLAINT
    assert case.deadline("stage1.respond") is not None


def test_its_sender_has_a_receipt_that_names_where_there_is_help_and_nothing_of_the_matter() -> None:
    (receipt,) = (
        s.letter.content for s in opened(Category.SPAM, Alert.SELF_HARM).sends if isinstance(s.letter.content, Receipt)
    )

    assert (receipt.variety, receipt.danger) == ("neutral", True)


def test_no_service_is_told_that_it_is_a_compliment_and_whoever_gets_it_has_a_press_that_makes_it_one() -> None:
    decision = opened(Category.COMPLIMENT, Alert.HATE_CRIME)
    (assignment,) = (s.letter.content for s in decision.sends if isinstance(s.letter.content, Assignment))

    assert "forwarded" not in kinds(decision)
    assert decision.case.suggested is not None
    assert decision.case.suggested.category is Category.COMPLIMENT
    assert "#category compliment\n" in [choice.body for choice in assignment.choices]


def test_what_a_person_is_asked_about_anyhow_stays_what_it_is() -> None:
    """The shipped policies ask the complaints lead about each matter of another body."""
    decision = opened(Category.NOT_OURS, Alert.SAFEGUARDING)

    assert decision.case.category is Category.NOT_OURS
    assert {"alert", "decision", "receipt"} <= set(kinds(decision))


def test_where_a_policy_asks_nobody_about_other_bodies_matters_those_in_danger_are_not_among_them() -> None:
    known = samples.council()
    quiet = replace(known.policy.categories[Category.NOT_OURS], decide=False)
    policy = replace(known.policy, categories={**known.policy.categories, Category.NOT_OURS: quiet})
    event = CaseOpened(REF, facts(1), Route(Category.NOT_OURS, "waste", alerts=(Alert.SAFEGUARDING,)))

    assert decide(None, event, replace(known, policy=policy), MONDAY).case.category is Category.COMPLAINT


@pytest.mark.parametrize("alert", [Alert.FRAUD, Alert.STAFF_CONDUCT])
def test_other_alerts_change_nothing_of_what_it_is(alert: Alert) -> None:
    case = opened(Category.COMPLIMENT, alert).case

    assert (case.category, case.suggested) == (Category.COMPLIMENT, None)


def test_without_an_alert_a_compliment_is_one() -> None:
    assert opened(Category.COMPLIMENT).case.category is Category.COMPLIMENT


def test_what_a_member_writes_is_theirs() -> None:
    case = opened(Category.COMMENT, Alert.SAFEGUARDING, member=True).case

    assert (case.category, case.suggested) == (Category.MEMBER_ENQUIRY, None)


def test_what_asks_for_something_to_be_done_is_not_light() -> None:
    assert opened(Category.SERVICE_REQUEST, Alert.EMERGENCY_HAZARD).case.category is Category.SERVICE_REQUEST


def wrote_again(text: str) -> Story:
    """An ordinary complaint, and two days later this."""
    return Story(samples.council()).complains().resident(at(1, 13), text)


@pytest.mark.parametrize(
    ("text", "told"),
    [("I have thought of ending it all.", True), ("My bin is still full.", False)],
)
def test_whoever_writes_of_danger_later_is_told_where_help_is_and_the_officer_to_read_it_first(text: str, told: bool) -> None:
    story = wrote_again(text)
    receipt, forwarded = story.last(LetterKind.RECEIPT).content, story.last(LetterKind.FORWARDED).content

    assert isinstance(receipt, Receipt)
    assert isinstance(forwarded, Forwarded)
    assert (receipt.variety, receipt.danger) == ("further", told)
    assert forwarded.original.danger is told
    assert bool(story.sent(LetterKind.ALERT)) is told


@pytest.mark.parametrize(("alerts", "told"), [({Alert.SELF_HARM: "complaints_lead"}, True), ({}, False)])
def test_the_officer_reads_that_somebody_has_been_told_only_where_somebody_has(alerts: dict[Alert, str], told: bool) -> None:
    known = samples.council()
    council = replace(known, policy=replace(known.policy, alerts=alerts))
    forwarded = Story(council).complains().resident(at(1, 13), "I have thought of ending it all.").last(LetterKind.FORWARDED)

    assert isinstance(forwarded.content, Forwarded)
    assert forwarded.content.original.danger
    assert forwarded.content.original.danger_told is told


def test_what_was_said_of_danger_once_is_not_said_of_each_mail_after_it() -> None:
    story = wrote_again("I have thought of ending it all.").resident(at(1, 20), "When is my bin emptied?")
    receipt, forwarded = story.last(LetterKind.RECEIPT).content, story.last(LetterKind.FORWARDED).content

    assert isinstance(receipt, Receipt)
    assert isinstance(forwarded, Forwarded)
    assert (receipt.danger, forwarded.original.danger) == (False, False)


@pytest.mark.parametrize(
    ("text", "letter"),
    [
        ("I want a review at stage 2. I have thought of ending it all.", LetterKind.ASSIGNMENT),
        ("I am not satisfied. I have thought of ending it all.", LetterKind.DECISION),
        ("I have thought of ending it all.", LetterKind.FORWARDED),
    ],
)
def test_whatever_is_asked_about_a_mail_that_tells_of_danger_again_says_that_it_comes_first(
    text: str, letter: LetterKind
) -> None:
    """The alert for the first such mail has gone: of the next one nobody hears but by this letter."""
    story = wrote_again("I have thought of ending it all.").officer(at(1, 14), "wendy", "#respond not-upheld\nThe lorry came.")
    content = story.resident(at(1, 18), text).last(letter).content

    assert isinstance(content, Assignment | StaffDecision | Forwarded)
    assert content.original is not None
    assert text in content.original.text
    assert (content.original.danger, content.original.danger_told) == (True, True)
