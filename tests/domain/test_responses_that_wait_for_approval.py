"""A response that somebody must approve is held until they do; to the resident it is none meanwhile."""

from datetime import date

import pytest

from domain.story import Story, at, extension, person, promise, stage, town
from townclerk.domain.board import last_meeting, next_meeting
from townclerk.domain.durations import Duration, Unit
from townclerk.domain.letters import Assignment, Decision, Done, Refused, Response
from townclerk.domain.policy import Approval
from townclerk.domain.provisions import Board, Code, Provisions, Published
from townclerk.domain.words import LetterKind, Stage, Status

PEOPLE = (
    person("emma", "experience"),
    person("bert", "operating"),
    person("fay", "finance"),
    person("cal", "complaints_lead"),
)
FORTNIGHT = Duration(14, Unit.CALENDAR_DAY)
BY_BOARD = Approval(("board",), ("upheld", "partly-upheld", "serious"), Published("7", promises=("XX-001",)))
BY_FINANCE = Approval(("finance",), ("financial",), Published("8"))
UPHELD = "#respond upheld\nDear Ms Patel, we are sorry. We will pay for the gate."


def story(anchor: date | None = date(2027, 1, 21), *approvals: Approval) -> Story:
    only = stage(
        Stage.STAGE1, promise(10, "experience"), extension(), approvals=approvals or (BY_BOARD, BY_FINANCE), final=True
    )
    board = Board("Quality Board", ("operating", "experience"), FORTNIGHT, anchor)
    return Story(town(only, people=PEOPLE, provisions=Provisions(board=board)))


def held(*flags: str) -> Story:
    told = story().complains()
    for flag in flags:
        told.officer(at(1, 12), "emma", f"#flag {flag}")
    return told.officer(at(1, 13), "emma", UPHELD)


def done(told: Story) -> str:
    content = told.last(LetterKind.DONE).content
    assert isinstance(content, Done)
    return " ".join(content.lines)


# --- held


def test_it_is_held_and_put_to_those_who_may_approve_it_but_not_to_whoever_wrote_it() -> None:
    told = held()
    letter = told.last(LetterKind.DECISION)

    assert told.sent(LetterKind.RESPONSE) == []
    assert [each.to.officer for each in told.sent(LetterKind.DECISION)] == ["bert"]
    assert isinstance(letter.content, Decision)
    assert letter.content.question == "approval"
    assert "We will pay for the gate." in letter.content.draft
    assert [choice.body for choice in letter.content.choices][:2] == ["#approve 2\n", "#approve 2 no "]
    assert letter.because.promise == "XX-001"
    assert told.case.status is Status.OPEN


def test_while_nobody_says_anything_they_are_asked_again_and_then_the_lead_is_told() -> None:
    """The resident waits for it: after two working days, in the morning; and after four the complaints lead hears."""
    told = held().until(at(1, 22, 9))
    asked = [(when, letter) for when, letter in told.letters if letter.kind is LetterKind.DECISION]

    assert [(when.day, when.hour, letter.to.officer) for when, letter in asked] == [
        (13, 11, "bert"),
        (15, 9, "bert"),
        (19, 9, "cal"),
    ]
    again, lead = asked[1][1].content, asked[2][1].content
    assert isinstance(again, Decision)
    assert "It has waited since Wednesday 13 January 2027." in again.detail
    assert again.choices[0].body == "#approve 2\n"
    assert isinstance(lead, Decision)
    assert "for the Quality Board, who have been asked twice" in lead.detail
    assert [choice.body for choice in lead.choices] == ["#note "]  # it is not theirs to approve


def test_who_has_approved_it_is_not_asked_again_and_nobody_is_once_it_has_left() -> None:
    told = held("financial").officer(at(1, 13, 12), "bert", "#approve").until(at(1, 15, 10))

    assert [letter.to.officer for letter in told.sent(LetterKind.DECISION)] == ["bert", "fay", "fay"]
    told.officer(at(1, 15, 11), "fay", "#approve").until(at(1, 22, 9))
    assert [letter.to.officer for letter in told.sent(LetterKind.DECISION)] == ["bert", "fay", "fay"]


def test_a_response_that_was_written_anew_is_asked_for_anew() -> None:
    told = held().officer(at(1, 14), "bert", "#approve no Say when.").officer(at(1, 15), "emma", UPHELD).until(at(1, 19, 10))
    questions = [letter.content.question for letter in told.sent(LetterKind.DECISION) if isinstance(letter.content, Decision)]

    assert questions == ["approval", "not_approved", "approval", "approval"]


def test_whoever_wrote_it_hears_by_which_meeting() -> None:
    assert "the Quality Board must approve it" in done(held())
    assert "next meets on Thursday 21 January 2027" in done(held())


def test_what_the_policy_does_not_name_leaves_at_once() -> None:
    told = story().complains().officer(at(1, 13), "emma", "#respond not-upheld\nThe lorry came at six, as the tracker shows.")

    assert len(told.sent(LetterKind.RESPONSE)) == 1


def test_a_flag_makes_it_wait_whatever_its_outcome() -> None:
    told = story().complains().officer(at(1, 12), "emma", "#flag serious")
    told.officer(at(1, 13), "emma", "#respond not-upheld\nThe lorry came at six, as the tracker shows.")

    assert told.sent(LetterKind.RESPONSE) == []


def test_it_counts_as_no_response_so_reminders_notice_and_overdue_go_on() -> None:
    told = held().until(at(1, 26, 10))

    assert told.kinds(at(1, 14), staff=False) == ["delay_notice"]
    assert {"reminder", "overdue"} <= set(told.kinds(at(1, 14), staff=True))


def test_written_again_the_new_one_waits() -> None:
    told = held().officer(at(1, 14), "emma", "#respond upheld\nWe are sorry, and have mended the gate.")
    told.officer(at(1, 15), "bert", "#approve")
    content = told.last(LetterKind.RESPONSE).content

    assert isinstance(content, Response)
    assert content.text == "We are sorry, and have mended the gate."


# --- released


def test_approved_it_leaves_in_that_minute_signed_by_whoever_wrote_it() -> None:
    told = held().officer(at(1, 20), "bert", "#approve")
    letter = told.last(LetterKind.RESPONSE)

    assert told.kinds(at(1, 20)) == ["response", "done"]
    assert isinstance(letter.content, Response)
    assert letter.content.officer == "Emma Person"
    assert letter.because.event == "officer:approve"
    assert (told.case.status, told.case.draft) == (Status.ANSWERED, None)


@pytest.mark.parametrize("key", ["emma", "fay", "cal"])
def test_only_those_whom_the_policy_names_approve_and_not_whoever_wrote_it(key: str) -> None:
    told = held().officer(at(1, 20), key, "#approve")

    assert told.kinds(at(1, 20)) == ["refused"]
    assert told.sent(LetterKind.RESPONSE) == []


def test_where_two_must_agree_it_waits_for_both() -> None:
    told = held("financial")
    assert sorted(str(each.to.officer) for each in told.sent(LetterKind.DECISION)) == ["bert", "fay"]

    told.officer(at(1, 20), "fay", "#approve")
    assert told.sent(LetterKind.RESPONSE) == []
    assert "still waits for the Quality Board" in done(told)

    assert told.officer(at(1, 21), "bert", "#approve").sent(LetterKind.RESPONSE)


def test_not_approved_it_goes_back_with_the_reason_and_nothing_to_the_resident() -> None:
    told = held().officer(at(1, 20), "bert", "#approve no\nSay how much we pay.")
    back = told.last(LetterKind.DECISION)

    assert told.kinds(at(1, 20)) == ["decision", "done"]
    assert back.to.officer == "emma"
    assert isinstance(back.content, Decision)
    assert ("Say how much we pay." in back.content.detail, "pay for the gate" in back.content.draft) == (True, True)
    assert told.case.draft is None


@pytest.mark.parametrize("words", ["#approve no", "#approve perhaps"])
def test_without_a_reason_or_a_clear_word_nothing_happens(words: str) -> None:
    told = held().officer(at(1, 20), "bert", words)

    assert told.kinds(at(1, 20)) == ["refused"]
    assert told.case.draft is not None


def test_there_is_nothing_to_approve_where_nothing_waits() -> None:
    content = story().complains().officer(at(1, 12), "bert", "#approve").last(LetterKind.REFUSED).content

    assert isinstance(content, Refused)
    assert content.reason == "no response waits for approval"


def test_where_nobody_else_is_there_the_complaints_lead_approves() -> None:
    alone = Approval(("experience",), ("upheld",), Published("7"))
    told = story(None, alone).complains().officer(at(1, 13), "emma", UPHELD)

    assert [each.to.officer for each in told.sent(LetterKind.DECISION)] == ["cal"]


# --- warned from the start


@pytest.mark.parametrize(
    ("anchor", "says"),
    [
        (date(2027, 1, 21), "on or before Monday 25 January 2027 is on Thursday 21 January 2027"),
        (date(2027, 1, 25), "on or before Monday 25 January 2027 is on Monday 25 January 2027"),  # on the day itself
        (date(2027, 1, 26), "on or before Monday 25 January 2027 is on Tuesday 12 January 2027"),
        (date(2027, 1, 10), "on or before Monday 25 January 2027 is on Sunday 24 January 2027"),
        (None, "is not known here: please ask them"),
    ],
)
def test_the_first_letter_names_the_last_meeting_in_time(anchor: date | None, says: str) -> None:
    content = story(anchor).complains().last(LetterKind.ASSIGNMENT).content

    assert isinstance(content, Assignment)
    assert "upheld, partly upheld or serious leaves only when the Quality Board has approved it" in content.note
    assert says in content.note


def test_what_a_response_would_offer_is_told_by_its_title_and_not_by_its_code() -> None:
    only = stage(Stage.STAGE1, promise(10, "experience"), approvals=(BY_FINANCE,), final=True)
    paid = {"financial": Code("financial", "Financial compensation")}
    told = Story(town(only, people=PEOPLE, provisions=Provisions(remedies=paid))).complains()
    content = told.last(LetterKind.ASSIGNMENT).content

    assert isinstance(content, Assignment)
    assert "A response with the remedy “Financial compensation” leaves only when the finance has approved it." in content.note


def test_it_says_so_where_there_is_none_in_time() -> None:
    only = stage(Stage.STAGE1, promise(3, "experience"), approvals=(BY_BOARD,), final=True)
    board = Board("Quality Board", ("operating",), FORTNIGHT, date(2027, 1, 21))
    content = (
        Story(town(only, people=PEOPLE, provisions=Provisions(board=board))).complains().last(LetterKind.ASSIGNMENT).content
    )

    assert isinstance(content, Assignment)
    assert "does not meet again on or before Thursday 14 January 2027: the next is on Thursday 21 January" in content.note


def test_a_later_date_says_it_again() -> None:
    told = story().complains().officer(at(1, 13), "emma", "#extend 2027-02-08 the crew is away")

    assert "on or before Monday 8 February 2027 is on Thursday 4 February 2027" in done(told)


@pytest.mark.parametrize("years", [-1, 0, 1])
def test_meetings_are_counted_both_ways_from_any_one_of_them(years: int) -> None:
    board = Board("Quality Board", (), FORTNIGHT, date(2027, 1, 21) + years * 26 * (date(2027, 1, 15) - date(2027, 1, 1)))

    assert next_meeting(board, date(2027, 1, 8)) == date(2027, 1, 21)
    assert next_meeting(board, date(2027, 1, 21)) == date(2027, 1, 21)
    assert next_meeting(board, date(2027, 1, 22)) == date(2027, 2, 4)
    assert last_meeting(board, date(2027, 1, 20)) == date(2027, 1, 7)
    assert last_meeting(board, date(2027, 1, 21)) == date(2027, 1, 21)


@pytest.mark.parametrize("ends", ["#withdraw", "#category comment\nWe take it as a comment."])
def test_a_case_that_took_another_way_has_no_draft_to_approve(ends: str) -> None:
    told = held().officer(at(1, 14), "emma", ends)
    if ends == "#withdraw":
        told.officer(at(1, 15), "emma", "#reopen")
    told.officer(at(1, 20), "bert", "#approve")

    assert told.case.draft is None
    assert told.sent(LetterKind.RESPONSE) == []
    assert told.kinds(at(1, 20)) == ["refused"]


# --- another response has taken its place

ANEW = "#respond upheld\nDear Ms Patel, we are sorry. We will pay for the gate and the fence."


def asks(told: Story) -> list[str]:
    """The drafts that were put to somebody, in their order."""
    contents = (letter.content for letter in told.sent(LetterKind.DECISION))
    return [content.draft for content in contents if isinstance(content, Decision)]


@pytest.mark.parametrize("words", ["#approve 2", "#approve 2 no Say how much."])
def test_a_press_decides_about_the_response_that_was_shown_and_no_other(words: str) -> None:
    told = held()
    first = told.case.draft
    assert first is not None
    told.officer(at(1, 14), "emma", ANEW).officer(at(1, 15), "bert", words.replace("2", str(first.mail)))
    refused = told.last(LetterKind.REFUSED)

    assert isinstance(refused.content, Refused)
    assert "another response has taken the place" in refused.content.reason
    assert told.sent(LetterKind.RESPONSE) == []
    assert told.case.draft is not None
    assert told.case.draft.approved == ()
    assert ["the fence" in draft for draft in asks(told)] == [False, True, True]
    assert told.sent(LetterKind.DECISION)[-1].to.officer == "bert"

    told.officer(at(1, 16), "bert", f"#approve {told.case.draft.mail}")
    assert len(told.sent(LetterKind.RESPONSE)) == 1


def test_a_number_that_somebody_gives_who_may_not_approve_shows_them_nothing() -> None:
    told = held().officer(at(1, 14), "emma", ANEW)
    told.officer(at(1, 15), "fay", "#approve 1")

    assert [letter.to.officer for letter in told.sent(LetterKind.DECISION)] == ["bert", "bert"]
