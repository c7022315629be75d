"""Where a policy promises to agree a later date with the resident, they are asked, and nothing moves until they have agreed."""

from datetime import date, datetime

import pytest

from domain.story import Story, at, extension, person, promise, stage, town
from townclerk.domain.durations import Duration, Unit
from townclerk.domain.letters import ExtensionNotAgreed, ExtensionProposal, Receipt, Refused, Reminder
from townclerk.domain.words import LetterKind, Stage

PEOPLE = (person("wendy", "service", services=("waste",)), person("cal", "complaints_lead"))
PROPOSAL = LetterKind.EXTENSION_PROPOSAL
DUE, PROPOSED = date(2027, 1, 25), date(2027, 2, 4)


def story(**moves: object) -> Story:
    how = {"agreement": True, "reason_required": True, **moves}
    return Story(town(stage(Stage.STAGE1, promise(10, "service"), extension(**how)), people=PEOPLE)).complains()  # type: ignore[arg-type]


def proposed(**moves: object) -> Story:
    return story(**moves).officer(at(1, 18), "wendy", "#extend 2027-02-04 the contractor is ill")


def dates(told: Story) -> tuple[date, date]:
    """(the target, the date promised)"""
    found = told.case.deadline("stage1.respond")
    assert found is not None
    return found.target, found.promised


def test_an_extension_is_proposed_and_nothing_moves() -> None:
    told = proposed()
    content = told.last(PROPOSAL).content

    assert isinstance(content, ExtensionProposal)
    assert (content.was_due, content.proposed, content.reason) == (DUE, PROPOSED, "the contractor is ill")
    assert dates(told) == (DUE, DUE)
    assert told.sent(LetterKind.DELAY_NOTICE) == []


def test_agreed_the_date_moves_and_they_have_it_in_writing_whatever_else_they_had_that_day() -> None:
    told = proposed().resident(at(1, 18, 12), "Any news?").resident(at(1, 18, 13), "Yes, I agree.", PROPOSAL)
    receipt = told.last(LetterKind.RECEIPT).content

    assert dates(told) == (DUE, PROPOSED)
    assert isinstance(receipt, Receipt)
    assert (receipt.variety, [each.day for each in receipt.dates]) == ("agreed", [PROPOSED])
    assert told.kinds(at(1, 18, 13)) == ["receipt", "forwarded"]
    assert told.case.proposal is None


def test_what_was_proposed_in_time_puts_overdue_off_although_it_is_agreed_late() -> None:
    told = proposed().resident(at(1, 25, 23), "Yes.", PROPOSAL).until(at(2, 4, 8))

    assert told.sent(LetterKind.OVERDUE) == []


def test_not_agreed_the_date_stands_and_the_ombudsman_is_named_the_same_minute() -> None:
    told = proposed().resident(at(1, 19), "No.", PROPOSAL)
    content = told.last(LetterKind.EXTENSION_NOT_AGREED).content

    assert isinstance(content, ExtensionNotAgreed)
    assert content.stands == DUE
    assert told.kinds(at(1, 19)) == ["extension_not_agreed", "forwarded"]
    assert dates(told) == (DUE, DUE)


@pytest.mark.parametrize("text", ["What does that mean?", "Yes if you pay me.", ""])
def test_what_is_not_plain_goes_to_the_officer_who_can_record_it(text: str) -> None:
    told = proposed().resident(at(1, 19), text, PROPOSAL)
    letter = told.last(LetterKind.FORWARDED)

    assert dates(told) == (DUE, DUE)
    assert told.case.proposal is not None
    assert "#extend agreed\n" in [choice.body for choice in letter.content.choices]  # type: ignore[union-attr]


def test_a_no_to_another_letter_is_no_answer_to_the_proposal() -> None:
    told = proposed().resident(at(1, 19), "No.", LetterKind.RECEIPT)

    assert told.case.proposal is not None


def test_a_mail_that_answers_no_letter_counts_where_it_says_so() -> None:
    assert proposed().resident(at(1, 19), "I do not agree to the later date.").sent(LetterKind.EXTENSION_NOT_AGREED)


@pytest.mark.parametrize(
    ("word", "day", "letter"),
    [
        ("agreed", PROPOSED, "receipt"),
        ("not-agreed", DUE, "extension_not_agreed"),
        ("Not agreed.", DUE, "extension_not_agreed"),
    ],
)
def test_an_answer_by_phone_is_recorded_and_put_in_writing(word: str, day: date, letter: str) -> None:
    told = proposed().officer(at(1, 19), "wendy", f"#extend {word}")

    assert told.kinds(at(1, 19)) == [letter, "done"]
    assert dates(told) == (DUE, day)


@pytest.mark.parametrize("word", ["agreed", "not-agreed"])
def test_there_is_nothing_to_record_where_nothing_was_proposed(word: str) -> None:
    told = story().officer(at(1, 19), "wendy", f"#extend {word}")

    assert told.kinds(at(1, 19)) == ["refused"]


def test_a_second_proposal_takes_the_place_of_the_first() -> None:
    told = proposed().officer(at(1, 19), "wendy", "#extend 2027-02-02 sooner after all").resident(at(1, 20), "yes", PROPOSAL)

    assert dates(told) == (DUE, date(2027, 2, 2))


@pytest.mark.parametrize("answer", [None, "No."])
def test_the_notice_on_the_due_day_goes_by_itself_also_where_a_proposal_is_pending_or_was_refused(answer: str | None) -> None:
    told = proposed()
    if answer:
        told.resident(at(1, 19), answer, PROPOSAL)
    told.until(at(1, 26, 9))

    assert len(told.sent(LetterKind.DELAY_NOTICE)) == 1
    assert [letter.to.officer for letter in told.sent(LetterKind.OVERDUE)] == ["wendy", "cal"]


def test_a_yes_when_the_proposed_day_has_passed_moves_nothing() -> None:
    told = proposed().resident(at(2, 5), "Yes.", PROPOSAL)

    assert told.kinds(at(2, 5)) == ["forwarded", "receipt"]


def test_nor_is_a_day_that_has_passed_recorded_as_agreed() -> None:
    told = proposed().officer(at(2, 5), "wendy", "#extend agreed")

    assert told.kinds(at(2, 5)) == ["refused"]


def test_an_answer_closes_the_question() -> None:
    told = proposed().officer(at(1, 20), "wendy", "#respond not-upheld\nThe lorry came at six, as the tracker shows.")

    assert told.case.proposal is None


def test_beyond_the_cap_nothing_is_proposed_and_the_latest_date_is_named() -> None:
    told = story(cap=Duration(15, Unit.WORKING_DAY)).officer(at(1, 18), "wendy", "#extend 2027-02-04 the contractor is ill")
    content = told.last(LetterKind.REFUSED).content

    assert isinstance(content, Refused)
    assert "Monday 1 February 2027" in content.reason
    assert told.sent(PROPOSAL) == []


# --- updates while the later date is awaited


def updates(told: Story) -> list[datetime]:
    return [when for when, letter in told.letters if isinstance(letter.content, Reminder) and letter.content.what == "update"]


@pytest.mark.parametrize(("until", "times"), [(at(1, 25, 8), 0), (at(1, 25, 10), 1), (at(2, 3), 2), (at(2, 4), 2)])
def test_the_officer_is_asked_to_tell_the_resident_how_it_stands(until: datetime, times: int) -> None:
    """Every five working days from the day on which the date was moved (Monday 18), and not on the day itself."""
    told = story(agreement=False, updates_every=Duration(5, Unit.WORKING_DAY))
    told.officer(at(1, 18), "wendy", "#extend 2027-02-04 the contractor is ill").until(until)

    assert updates(told) == [at(1, 25, 9), at(2, 1, 9)][:times]


def test_nobody_is_asked_while_the_date_first_promised_stands_or_once_it_is_answered() -> None:
    every = Duration(2, Unit.WORKING_DAY)
    assert updates(story(agreement=False, updates_every=every).until(at(1, 24))) == []

    told = story(agreement=False, updates_every=every).officer(at(1, 18), "wendy", "#extend 2027-02-04 the contractor is ill")
    told.officer(at(1, 19), "wendy", "#respond not-upheld\nThe lorry came at six, as the tracker shows.").until(at(2, 4))
    assert updates(told) == []


@pytest.mark.parametrize(
    "words", ["#category comment\nWe take it as a comment.", "#withdraw", "#refuse insurance\nIt is a claim."]
)
def test_a_case_that_took_another_way_awaits_no_agreement(words: str) -> None:
    told = proposed().officer(at(1, 19), "wendy", words).resident(at(1, 20), "Yes, I agree.", PROPOSAL)

    assert told.case.proposal is None
    assert all(
        isinstance(letter.content, Receipt) and letter.content.variety != "agreed" for letter in told.sent(LetterKind.RECEIPT)
    )


def test_opened_again_it_must_be_proposed_again() -> None:
    told = proposed().officer(at(1, 19), "wendy", "#withdraw").officer(at(1, 19), "wendy", "#reopen")
    told.resident(at(1, 20), "Yes, I agree.", PROPOSAL)

    assert dates(told) == (DUE, DUE)
