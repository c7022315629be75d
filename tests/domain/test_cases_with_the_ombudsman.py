"""A case goes to the Ombudsman: their dates are kept like our own, and nothing of it is lost meanwhile."""

from datetime import date, timedelta

import pytest

from domain.samples import MONDAY
from domain.story import Story, at, extension, person, promise, stage, town
from townclerk.domain.case import Asked
from townclerk.domain.figures import Material, sections
from townclerk.domain.letters import Done, Refused
from townclerk.domain.periods import Span
from townclerk.domain.provisions import Figure, Period, Report
from townclerk.domain.words import LetterKind, Stage

ENQUIRY = "#ombudsman enquiry 26 April 2027\nThey ask for the log."
ANSWER = "#respond not-upheld\nThe reason is that the bin was not out."


def answered() -> Story:
    people = (person("wendy", "service"), person("cal", "complaints_lead"))
    council = town(stage(Stage.STAGE1, promise(10, "service"), extension()), people=people)
    return Story(council).complains().officer(MONDAY + timedelta(days=2), "wendy", ANSWER)


def asked() -> Story:
    return answered().officer(at(4, 12), "wendy", ENQUIRY)


def on_hold(story: Story) -> bool:
    return story.case.hold is not None


def refusal(story: Story) -> Refused:
    content = story.letters[-1][1].content
    assert isinstance(content, Refused)
    return content


def test_an_enquiry_has_its_own_date_holds_the_case_and_is_told_to_the_lead() -> None:
    story = asked()
    assert story.target("ombudsman.enquiry") == date(2027, 4, 26)
    assert story.case.hold is not None
    assert story.case.flagged("ombudsman")
    assert [letter.to.officer for letter in story.sent(LetterKind.FORWARDED)] == ["cal"]


def test_an_enquiry_is_reminded_of_before_its_day_and_called_overdue_after_it_to_officer_and_lead() -> None:
    story = asked().until(at(4, 30))
    days = [(when.day, letter.kind.value, letter.to.officer) for when, letter in story.letters if when > at(4, 13)]
    who = ("wendy", "cal")
    assert days == [
        *((22, "reminder", each) for each in who),
        *((26, "reminder", each) for each in who),
        *((27, "overdue", each) for each in who),
    ]


def test_an_enquiry_that_was_answered_is_heard_of_no_more_and_the_hold_lasts_until_the_decision() -> None:
    story = asked().officer(at(4, 20), "wendy", "#ombudsman answered").until(at(5, 30))
    assert [when for when, letter in story.letters if when > at(4, 20)] == []
    assert on_hold(story)
    story.officer(at(6, 7), "wendy", "#ombudsman decision partly_upheld\nThe log is not complete.")
    assert not on_hold(story)
    assert [(step.what, step.outcome) for step in story.case.ombudsman][-1] == (Asked.DECISION, "partly-upheld")


@pytest.mark.parametrize("ends", ["#ombudsman decision closed", "#ombudsman premature"])
def test_what_an_officer_holds_for_reasons_of_their_own_stays_on_hold(ends: str) -> None:
    story = answered().officer(at(4, 11), "wendy", "#hold The police ask us to.").officer(at(4, 12), "wendy", ENQUIRY)
    story.officer(at(5, 3), "wendy", ends)
    assert story.case.hold is not None
    assert story.case.hold.reason == "The police ask us to."


def test_more_time_from_the_ombudsman_moves_the_date() -> None:
    story = asked().officer(at(4, 20), "wendy", "#ombudsman enquiry 2027-05-10 they gave us more time").until(at(5, 5))
    assert story.target("ombudsman.enquiry") == date(2027, 5, 10)
    assert not story.sent(LetterKind.OVERDUE)


def test_what_the_ombudsman_wants_done_is_an_action_with_their_date() -> None:
    story = asked().officer(at(6, 7), "wendy", "#ombudsman decision upheld")
    story.officer(at(6, 7, 12), "wendy", "#ombudsman remedy 5 July 2027 pay back £27.50")
    story.officer(at(7, 2), "wendy", "#action-done 1")
    (action,) = story.case.actions
    assert (action.what, action.ordered, action.state.value) == ("pay back £27.50", True, "done")


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ("#ombudsman", "what has happened is missing"),
        ("#ombudsman rang", "“rang” is nothing that the Ombudsman does"),
        ("#ombudsman enquiry", "the date that they set is missing"),
        ("#ombudsman enquiry 2026-01-04 the log", "Sunday 4 January 2026 has passed"),
        ("#ombudsman answered", "no enquiry of the Ombudsman is open here"),
        ("#ombudsman decision", "the decision is missing"),
        ("#ombudsman decision fine", "“fine” is no decision"),
        ("#ombudsman remedy 2027-07-05", "what is to be done is missing"),
    ],
)
def test_what_is_missing_or_wrong_is_named_with_what_to_write(words: str, why: str) -> None:
    found = refusal(answered().officer(at(4, 12), "wendy", words))
    assert why in found.reason
    assert all(each.startswith("#ombudsman") for each in found.instead)


def test_a_decision_without_an_enquiry_that_we_knew_of_is_recorded_too() -> None:
    story = answered().officer(at(6, 7), "wendy", "#ombudsman decision not-upheld")
    assert isinstance(story.letters[-1][1].content, Done)


def test_the_report_counts_what_was_asked_decided_and_done_in_its_period() -> None:
    story = asked().officer(at(6, 7), "wendy", "#ombudsman decision upheld")
    story.officer(at(6, 7, 12), "wendy", "#ombudsman remedy 25 June 2027 pay back £27.50")
    story.officer(at(6, 25), "wendy", "#action-done 1")
    assert figures(story, Span(date(2027, 1, 1), date(2027, 3, 31), date(2027, 4, 1))) == {"Cases": "1"}
    june = figures(story, Span(date(2027, 4, 1), date(2027, 6, 30), date(2027, 7, 1)))
    assert june == {"Cases": "0", "Enquiries": "1", "Decided: upheld": "1", "Remedies done on time": "1 of 1 (100%)"}


def figures(story: Story, span: Span) -> dict[str, str]:
    report = Report("r", "R", Period.MONTH, ("complaints_lead",), (Figure.OMBUDSMAN,))
    (section,) = sections(report, Material(story.council, span, at(8, 1)).take([story.case]))
    return {row.label: row.value for row in section.rows}


@pytest.mark.parametrize(
    ("said", "outcome", "text"),
    [
        ("partly upheld pay £100", "partly-upheld", "pay £100"),
        ("Partly-Upheld: pay", "partly-upheld", "pay"),
        ("not upheld", "not-upheld", ""),
        ("not_upheld", "not-upheld", ""),
        ("upheld, with thanks", "upheld", "with thanks"),
        ("closed", "closed", ""),
    ],
)
def test_a_decision_is_read_as_people_write_it(said: str, outcome: str, text: str) -> None:
    step = asked().officer(at(5, 3), "wendy", f"#ombudsman decision {said}").case.ombudsman[-1]

    assert (step.what, step.outcome, step.text) == (Asked.DECISION, outcome, text)


@pytest.mark.parametrize(("said", "offered"), [("uphelt", "#ombudsman decision upheld"), ("", "#ombudsman decision closed")])
def test_what_is_no_decision_comes_back_with_one_that_can_be_pressed(said: str, offered: str) -> None:
    refused = refusal(asked().officer(at(5, 3), "wendy", f"#ombudsman decision {said}"))

    assert offered in {choice.body.strip() for choice in refused.choices}


def test_a_second_enquiry_says_which_date_it_takes_the_place_of() -> None:
    story = asked().officer(at(4, 13), "wendy", "#ombudsman enquiry 3 May 2027\nThey want the log, too.")
    (done,) = (letter.content for when, letter in story.letters if when >= at(4, 13) and letter.kind is LetterKind.DONE)

    assert isinstance(done, Done)
    assert "Monday 26 April 2027" in done.lines[0]
    assert story.target("ombudsman.enquiry") == date(2027, 5, 3)
