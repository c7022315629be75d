"""A case that takes another way and comes back: what is owed is owed anew, and nobody holds a date that has passed."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from domain.samples import COMPLAINT, MONDAY, REF, council, facts, kinds, officer, opened, resident, wake
from townclerk.domain.case import Case
from townclerk.domain.commands import read_commands
from townclerk.domain.deadlines import is_overdue, timers
from townclerk.domain.decide import Decision, decide
from townclerk.domain.events import CaseJoined, CaseOpened, OfficerWrote, ResidentWrote
from townclerk.domain.letters import Acknowledgement, Assignment, Overdue, Receipt
from townclerk.domain.letters import Decision as ToDecide
from townclerk.domain.mail import Address
from townclerk.domain.routing import Route
from townclerk.domain.words import Category, LetterKind, Stage, Status

REQUEST = Route(Category.SERVICE_REQUEST, "waste")


def at(month: int, day: int, hour: int = 10) -> datetime:
    return datetime(2027, month, day, hour, tzinfo=UTC)


def until(case: Case, moment: datetime) -> tuple[Case, list[Decision]]:
    """Let every timer go off up to *moment*."""
    made: list[Decision] = []
    for _ in range(200):
        due = sorted((timer.at, timer.key) for timer in timers(case, council()) if timer.at <= moment)
        if not due:
            return case, made
        made.append(wake(case, due[0][1], due[0][0]))
        case = made[-1].case
    raise AssertionError("the timers of a case never end")


def answered() -> Case:
    return officer(opened().case, "#respond upheld\nWe are sorry.", 2, at(1, 12)).case


# --- words of one's own


@pytest.mark.parametrize("route", [COMPLAINT, replace(COMPLAINT, signals=frozenset({"review_request"}))])
def test_a_reply_without_words_begins_no_review_and_is_kept_without_our_letter(route: Route) -> None:
    """What our invitation says about reviews is not what the resident says."""
    mail = replace(facts(3, "", at(1, 13)), text="If you are not satisfied, ask for a review.")
    decision = decide(answered(), ResidentWrote(mail, route, "test"), council(), at(1, 13))

    assert (decision.case.stage, decision.case.status) == (Stage.STAGE1, Status.ANSWERED)
    assert decision.case.mails[-1].text == ""


def test_a_forward_that_opens_a_case_is_kept_whole() -> None:
    mail = replace(facts(1), own_text="", text="---- Forwarded ---- My bin.")

    assert decide(None, CaseOpened(REF, mail, COMPLAINT), council(), MONDAY).case.mails[0].text == "---- Forwarded ---- My bin."


# --- what goes out


@pytest.mark.parametrize(
    "text",
    [
        "#message We come on Friday. #note she is drunk",
        "#respond upheld We are sorry. #assign lucy",
        "#extend 5 the lorry, #note again",
        "#category comment\nWe pass it on (#note nonsense).",
        "#message\nWe come.\nPlease reply above this line",
    ],
)
def test_no_text_with_a_word_or_a_letter_of_ours_in_it_goes_out(text: str) -> None:
    assert kinds(officer(opened().case, text, 2, at(1, 12))) == ["refused"]


def test_a_web_address_is_no_word() -> None:
    text = "#message\nSee https://council.example/bins#help and https://council.example/#show please."

    assert kinds(officer(opened().case, text, 2, at(1, 12))) == ["message", "done"]


@pytest.mark.parametrize("word", ["#withdraw", "#close"])
def test_what_stands_on_the_line_of_withdraw_or_close_stays_with_us(word: str) -> None:
    case = opened().case if word == "#withdraw" else answered()
    decision = officer(case, f"{word} she rang in a foul temper\nThank you for ringing.", 3, at(1, 13))
    (letter,) = (send.letter.content for send in decision.sends if send.letter.kind is LetterKind.CLOSURE)

    assert getattr(letter, "text", None) == "Thank you for ringing."
    assert any(("text", "she rang in a foul temper") in entry.detail for entry in decision.journal)


# --- again


def test_a_complaint_made_again_reminds_and_notices_again() -> None:
    """The same dates, and every letter of the first run again, under keys of its own."""
    first, before = until(opened().case, at(1, 20))
    comment = officer(first, "#category comment\nWe take it as a comment.", 2, at(1, 20)).case
    again = officer(comment, "#category complaint", 3, at(1, 20)).case
    _, after = until(again, at(2, 5))
    keys = [send.key for decision in (*before, *after) for send in decision.sends]
    sent = [kind for decision in after for kind in kinds(decision)]

    assert len(keys) == len(set(keys))
    assert {"acknowledgement", "reminder", "delay_notice", "overdue"} <= set(sent)


@pytest.mark.parametrize(("day", "due", "note"), [(18, 25, ""), (19, 2, "counted from")])
def test_what_is_made_a_complaint_late_counts_from_then(day: int, due: int, note: str) -> None:
    """The acknowledgement of the first mail is due on 18 January: up to then the complaint counts from its receipt."""
    decision = officer(opened(REQUEST).case, "#category complaint", 2, at(1, day))
    respond = decision.case.deadline("stage1.respond")
    (receipt,) = (send.letter.content for send in decision.sends if isinstance(send.letter.content, Receipt))

    assert respond is not None
    assert due == respond.target.day
    assert respond.derivation.note.startswith(note)
    assert all(promise.day >= date(2027, 1, day) for promise in receipt.dates)


def test_the_clock_of_one_who_asked_for_it_runs_from_their_mail() -> None:
    case = resident(opened(REQUEST).case, "This is not good enough.", 2, at(1, 14)).case
    respond = officer(case, "#category complaint", 3, at(1, 18), "cal").case.deadline("stage1.respond")

    assert respond is not None
    assert date(2027, 1, 28) == respond.target


# --- decisions


def undecided() -> Case:
    return resident(answered(), "I am not satisfied.", 3, at(1, 13)).case


def test_a_review_is_decided_once() -> None:
    accepted = officer(undecided(), "#review accept", 4, at(1, 14), "cal").case

    assert kinds(officer(accepted, "#review accept", 5, at(1, 15), "cal")) == ["refused"]
    assert kinds(officer(accepted, "#review refuse\nNo.", 5, at(1, 15), "cal")) == ["refused"]


@pytest.mark.parametrize("asked", ["I am not satisfied.", "I ask for a review"])
def test_who_was_refused_a_review_is_put_to_a_person_when_they_ask_again(asked: str) -> None:
    case = resident(answered(), asked, 3, at(1, 13)).case
    refused = officer(case, "#review refuse\nIt has been emptied.", 4, at(1, 14), "cal").case
    again = resident(refused, "I still want a review please", 5, at(1, 15))

    assert "decision" in kinds(again, staff=True)
    assert again.case.status is Status.CLOSED
    accepted = officer(again.case, "#review accept", 6, at(1, 18), "cal").case
    assert (accepted.stage, accepted.status) == (Stage.STAGE2, Status.OPEN)
    assert [deadline.name for deadline in accepted.deadlines if deadline.open] == ["stage2.acknowledge", "stage2.respond"]


def test_the_acknowledgement_of_an_accepted_review_quotes_the_request() -> None:
    accepted = officer(undecided(), "#review accept", 4, at(1, 14), "cal").case
    _, made = until(accepted, at(1, 25))
    (quoted,) = (s.letter.content.quoted for d in made for s in d.sends if isinstance(s.letter.content, Acknowledgement))

    assert quoted == "I am not satisfied."


def test_what_nobody_decides_is_asked_again_and_the_case_stays() -> None:
    case, made = until(undecided(), at(6, 1))
    asked = [
        (timer, s.letter.to.officer)
        for timer, d in enumerate(made)
        for s in d.sends
        if isinstance(s.letter.content, ToDecide) and s.letter.content.question == "review_wanted"
    ]

    assert asked == [(0, "cal"), (1, "cal")]
    assert case.status is Status.ANSWERED


def test_a_decided_case_is_not_asked_about_and_closes_in_its_time() -> None:
    case, made = until(officer(undecided(), "#review refuse\nNo.", 4, at(1, 14), "cal").case, at(6, 1))

    assert (case.status, [kind for d in made for kind in kinds(d)]) == (Status.CLOSED, [])


# --- late extensions


def test_an_extension_that_came_late_is_noticed_too_when_it_is_missed() -> None:
    case, _ = until(opened().case, at(1, 26))
    late = officer(case, "#extend 2027-03-15 the contractor", 2, at(1, 26, 11)).case
    case, made = until(late, at(3, 16))
    days = {s.letter.content.day for d in made for s in d.sends if isinstance(s.letter.content, Overdue)}

    assert days == {date(2027, 3, 15)}
    assert is_overdue(late, at(1, 27), council().calendar)
    assert is_overdue(case, at(3, 10), council().calendar)


# --- the mail that matters


@pytest.mark.parametrize("words", ["#service housing", "#assign harun"])
def test_whoever_gets_the_case_gets_the_mail_that_it_is_about(words: str) -> None:
    case = resident(opened(text="My boiler.").case, "any news?", 2, at(1, 12)).case
    (letter,) = (s.letter.content for s in officer(case, words, 3, at(1, 13)).sends if isinstance(s.letter.content, Assignment))

    assert letter.original.text == "My boiler."


def test_words_below_a_category_go_to_the_resident() -> None:
    decision = officer(opened(REQUEST).case, "#category comment\nWe pass your idea on.", 2, at(1, 12))

    assert kinds(decision, staff=False) == ["message"]


# --- joining


def test_a_link_to_a_case_that_is_not_there_is_refused() -> None:
    assert kinds(officer(opened().case, "#link SS-27-0002-M", 2, at(1, 12))) == ["refused"]


def test_what_is_linked_is_handed_over_once_and_its_sender_hears_what_counts_now() -> None:
    linking = opened().case
    who = council().roster.find("wendy")
    assert who is not None
    sender = Address(who.name, who.email)
    text = "#link SS-27-0002-M"
    event = OfficerWrote("wendy", facts(9, text, at(1, 12), sender), read_commands(text).commands, None, ("SS-27-0002-M",))
    (join,) = decide(linking, event, council(), at(1, 12)).joins
    other = replace(opened().case, ref="SS-27-0002-M", mails=(replace(linking.mails[0], mail=7),))
    joined = CaseJoined(join.officer, linking.ref, Address("", "asha@home.example"), join.mails, join.told)
    once = decide(other, joined, council(), at(1, 12))
    twice = decide(once.case, joined, council(), at(1, 12))

    assert join.told
    assert [mail.mail for mail in twice.case.mails] == [7, 1]
    assert kinds(once) == ["forwarded", "receipt"]
    assert once.sends[1].letter.to.address == "asha@home.example"
