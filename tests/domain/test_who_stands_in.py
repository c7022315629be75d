"""Nothing waits in the mailbox of somebody who is away or has left: who acts for whom on a day."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain import samples
from domain.samples import MONDAY, facts
from townclerk.domain.case import Answer, Case
from townclerk.domain.commands import read_commands
from townclerk.domain.council import Council
from townclerk.domain.deadlines import timers
from townclerk.domain.decide import Decision, decide
from townclerk.domain.events import CaseOpened, OfficerWrote, TimerDue
from townclerk.domain.letters import InPlaceOf, Refused
from townclerk.domain.mail import Address
from townclerk.domain.policy import Approval, EscalationStep
from townclerk.domain.provisions import Published
from townclerk.domain.roster import Leave, Officer, Roster
from townclerk.domain.words import Alert, LetterKind, Outcome, Stage

TODAY = MONDAY.date()
WEEK = (Leave(TODAY, date(2027, 1, 15)),)
LATER = MONDAY + timedelta(hours=1)


def person(key: str, *roles: str, **more: object) -> Officer:
    given_: dict[str, object] = {"services": frozenset({"waste"}) if "service" in roles else frozenset(), **more}
    return Officer(key, f"{key.title()} Ash", f"{key}@council.example", frozenset(roles), **given_)  # type: ignore[arg-type]  # tests name real fields


CAL = person("cal", "complaints_lead")
TOM, UNA = person("tom", "other"), person("una", "other")


def council(*officers: Officer, **permissions: frozenset[str]) -> Council:
    return replace(samples.council(), roster=Roster((*officers, CAL), permissions))


def opened(where: Council, text: str = "My bin has been left again.", alerts: tuple[Alert, ...] = ()) -> Decision:
    event = CaseOpened(samples.REF, facts(1, text), replace(samples.COMPLAINT, alerts=alerts))
    return decide(None, event, where, MONDAY)


def writes(where: Council, case: Case, text: str, key: str, now: datetime = LATER) -> Decision:
    who = where.roster.find(key)
    assert who is not None
    read = read_commands(text)
    mail = facts(2, text, now, Address(who.name, who.email))
    return decide(case, OfficerWrote(key, mail, read.commands, read.problem), where, now)


def gets(decision: Decision, kind: LetterKind = LetterKind.ASSIGNMENT) -> list[str | None]:
    return [send.letter.to.officer for send in decision.sends if send.letter.kind is kind]


# --- who it is


@given(st.integers(-20, 20), st.integers(0, 10))
def test_leave_is_whole_days_and_both_ends_are_away(offset: int, length: int) -> None:
    first, day = TODAY, TODAY + timedelta(days=offset)
    wendy = person("wendy", "service", leave=(Leave(first, first + timedelta(days=length)),))

    assert (wendy.away_until(day) is not None) == (0 <= offset <= length)


def test_leave_after_leave_without_a_day_between_is_one() -> None:
    wendy = person("wendy", leave=(Leave(date(2027, 1, 16), date(2027, 1, 20)), *WEEK))

    assert wendy.away_until(TODAY) == date(2027, 1, 20)
    assert wendy.away_until(date(2027, 1, 21)) is None


@pytest.mark.parametrize(
    ("officers", "reads"),
    [
        ((person("wendy", "service"),), "wendy"),
        ((person("wendy", "service", leave=WEEK, deputies=("tom",)), TOM), "tom"),
        ((person("wendy", "service", leave=WEEK, deputies=("tom", "una")), replace(TOM, leave=WEEK), UNA), "una"),
        ((person("wendy", "service", leave=WEEK, deputies=("tom",)), replace(TOM, leave=WEEK, deputies=("una",)), UNA), "una"),
        ((person("wendy", "service", leave=WEEK, deputies=("tom",)), replace(TOM, left=date(2026, 12, 31))), "cal"),
        ((person("wendy", "service", leave=WEEK), person("max", "service")), "max"),
        ((person("wendy", "service", leave=WEEK), TOM), "cal"),
        ((person("wendy", "service", left=date(2027, 1, 10)), person("max", "service")), "max"),
        ((person("wendy", "service", left=TODAY),), "wendy"),
        ((TOM,), "cal"),
    ],
    ids=["here", "deputy", "next deputy", "deputy's deputy", "deputy left", "colleague", "lead", "left", "last day", "nobody"],
)
def test_somebody_gets_it_today(officers: tuple[Officer, ...], reads: str) -> None:
    assert gets(opened(council(*officers))) == [reads]


def test_whoever_stands_in_reads_for_whom_and_the_journal_knows() -> None:
    decision = opened(council(person("wendy", "service", leave=WEEK, deputies=("tom",)), TOM))
    (letter,) = (send.letter for send in decision.sends if send.letter.kind is LetterKind.ASSIGNMENT)

    assert letter.in_place_of == InPlaceOf("Wendy Ash", date(2027, 1, 15))
    assert [dict(entry.detail)["who"] for entry in decision.journal if entry.event == "stands_in"] == ["tom"]


def test_after_their_leave_they_get_it_themselves_again() -> None:
    where = council(person("wendy", "service", leave=WEEK, deputies=("tom",)), TOM)
    case = opened(where).case
    back = datetime(2027, 1, 18, 10, tzinfo=MONDAY.tzinfo)

    assert gets(writes(where, case, "#assign wendy", "cal")) == ["tom"]
    assert gets(writes(where, case, "#assign wendy", "cal", back)) == ["wendy"]


def test_whoever_is_away_may_still_write_and_has_the_answer_themselves() -> None:
    where = council(person("wendy", "service", leave=WEEK, deputies=("tom",)), TOM)
    decision = writes(where, opened(where).case, "#respond upheld\nDear Asha, we are sorry.", "wendy")

    assert gets(decision, LetterKind.DONE) == ["wendy"]
    assert decision.case.responded_at


def test_who_has_left_does_nothing() -> None:
    where = council(person("wendy", "service", left=date(2027, 1, 10)), TOM)
    case = opened(where).case
    decision = writes(where, case, "#respond upheld\nDear Asha.", "wendy")

    assert decision.case == case
    assert [send.letter.to.officer for send in decision.sends] == []
    assert [entry.event for entry in decision.journal] == ["leaver_wrote"]


def test_one_letter_goes_to_whoever_has_both_parts() -> None:
    """The lead stands in for the officer: an overdue notice is not read twice."""
    where = council(person("wendy", "service", leave=(Leave(TODAY, date(2027, 3, 1)),)))
    case = opened(where).case
    overdue = next(timer for timer in timers(case, where) if timer.act == "overdue")
    decision = decide(case, TimerDue(overdue.key, overdue.at), where, overdue.at)

    assert gets(decision, LetterKind.OVERDUE) == ["cal"]


# --- the conflict rule holds through all of it

RUDE = "I want to complain about your officer. Tom Ash swore at me."
CONDUCT = (Alert.STAFF_CONDUCT,)


def test_a_deputy_does_not_get_what_complains_of_them() -> None:
    wendy = person("wendy", "service", leave=WEEK, deputies=("tom", "una"))
    decision = opened(council(wendy, TOM, UNA), RUDE, CONDUCT)

    assert {"tom"}.isdisjoint(send.letter.to.officer or "" for send in decision.sends)
    assert gets(decision) == ["una"]


def test_a_shared_mailbox_does_not_get_what_complains_of_one_who_reads_it() -> None:
    team = replace(person("team", "service"), mailbox_of=("tom", "una"))
    decision = opened(council(team, TOM, UNA), RUDE, CONDUCT)

    assert gets(decision) == ["cal"]


def test_nor_may_who_reads_a_shared_mailbox_act_on_what_complains_of_it() -> None:
    team = replace(person("team", "service"), name="Recycling Team", mailbox_of=("tom",))
    where = council(team, TOM)
    case = opened(where, "Your officer of the Recycling Team swore at me.", CONDUCT).case

    assert writes(where, case, "#show", "tom").sends[0].letter.case is None


def test_what_complains_of_the_complaints_lead_goes_to_whoever_is_above_them() -> None:
    chief = person("chief", "chief_executive")
    wendy = person("wendy", "service")
    plain = council(wendy, chief)
    where = replace(plain, policy=replace(plain.policy, alerts={**plain.policy.alerts, Alert.STAFF_CONDUCT: "chief_executive"}))
    decision = opened(where, "Cal Ash shouted at me, and Wendy Ash laughed.", CONDUCT)

    assert decision.case.restricted
    assert {send.letter.to.officer for send in decision.sends if send.letter.to.staff} == {"chief"}
    done = writes(where, decision.case, "#assign una", "cal")
    assert isinstance(done.sends[0].letter.content, Refused)
    assert done.sends[0].letter.case is None


def test_where_nobody_is_above_the_lead_they_learn_that_there_is_a_case_and_no_more() -> None:
    decision = opened(council(person("wendy", "service")), "Cal Ash shouted at me, and Wendy Ash laughed.", CONDUCT)
    told = [send.letter for send in decision.sends if send.letter.to.staff]

    assert [letter.to.officer for letter in told] == ["cal"]
    assert told[0].case is None
    assert "shouted" not in str(told[0].content)


def test_a_deputy_who_answered_stage_1_does_not_get_stage_2() -> None:
    wendy = person("wendy", "service", leave=WEEK, deputies=("tom", "una"))
    where = council(wendy, TOM, UNA)
    stages = {**where.policy.stages}
    stages[Stage.STAGE2] = replace(stages[Stage.STAGE2], different_person_from=(Stage.STAGE1,))
    where = replace(where, policy=replace(where.policy, stages=stages))
    answered = Answer(Stage.STAGE1, MONDAY, "tom", Outcome.UPHELD, "Sorry.")
    case = replace(opened(where).case, stage=Stage.STAGE2, answers=(answered,))

    assert gets(writes(where, case, "#assign wendy", "cal")) == ["una"]


# --- words that only some may use


def test_a_word_that_staff_yaml_gives_to_a_role_is_refused_to_others_with_who_may() -> None:
    where = council(person("wendy", "service"), refuse=frozenset({"complaints_lead"}))
    case = opened(where).case
    decision = writes(where, case, "#refuse not_a_complaint It is a request.", "wendy")
    (letter,) = (send.letter for send in decision.sends)

    assert isinstance(letter.content, Refused)
    assert "only for complaints lead" in letter.content.reason
    assert "#assign cal, who may" in letter.content.instead
    assert decision.case == case


@pytest.mark.parametrize(("key", "may"), [("wendy", True), ("petra", False), ("tom", True), ("cal", False)])
def test_a_role_has_a_word_for_its_own_service_and_for_whom_it_stands_in(key: str, may: bool) -> None:
    wendy = person("wendy", "service", leave=WEEK, deputies=("tom",))
    petra = person("petra", "service", services=frozenset({"planning"}))
    where = council(wendy, petra, TOM, respond=frozenset({"service"}))
    decision = writes(where, opened(where).case, "#respond upheld\nDear Asha, we are sorry.", key)

    assert bool(decision.case.responded_at) is may


def test_whoever_was_given_the_case_has_the_words_of_their_role() -> None:
    wendy, petra = person("wendy", "service"), person("petra", "service", services=frozenset({"planning"}))
    where = council(wendy, petra, respond=frozenset({"service"}))
    case = replace(opened(where).case, officer="petra")

    assert writes(where, case, "#respond upheld\nDear Asha, we are sorry.", "petra").case.responded_at


def test_the_ladder_passes_by_whom_the_case_complains_of() -> None:
    chief = person("chief", "chief_executive")
    plain = council(replace(person("wendy", "service"), name="Wendy Birch"), chief)
    steps = (EscalationStep(5, ("complaints_lead", "chief_executive")),)
    where = replace(plain, policy=replace(plain.policy, escalation=steps))
    case = opened(where, "Your officer Cal Ash swore at me.", CONDUCT).case
    timer = next(timer for timer in timers(case, where) if timer.act == "escalation")
    decision = decide(case, TimerDue(timer.key, timer.at), where, timer.at)

    assert gets(decision, LetterKind.ESCALATION) == ["chief"]


@pytest.mark.parametrize("word", ["#service waste", "#assign team", "#assign tom"])
def test_no_word_of_a_colleague_brings_it_to_them(word: str) -> None:
    team = replace(person("team", "service"), mailbox_of=("tom",))
    where = council(team, TOM, person("petra", "service", services=frozenset({"planning"})))
    case = opened(where, RUDE, CONDUCT).case
    decision = writes(where, case, word, "cal")

    assert {"tom", "team"}.isdisjoint(send.letter.to.officer or "" for send in decision.sends)


def test_who_wrote_a_response_does_not_approve_it_in_the_place_of_somebody_away() -> None:
    wendy = person("wendy", "service")
    cal = replace(CAL, leave=WEEK, deputies=("wendy", "una"))
    plain = replace(samples.council(), roster=Roster((wendy, UNA, cal)))
    stage = replace(plain.policy.stages[Stage.STAGE1], approvals=(Approval(("complaints_lead",), ("upheld",), Published("1")),))
    where = replace(plain, policy=replace(plain.policy, stages={**plain.policy.stages, Stage.STAGE1: stage}))
    held = writes(where, opened(where).case, "#respond upheld\nDear Asha, we are sorry.", "wendy")

    assert gets(held, LetterKind.DECISION) == ["una"]
    assert gets(writes(where, held.case, "#approve", "wendy"), LetterKind.REFUSED) == ["wendy"]
    assert gets(writes(where, held.case, "#approve", "una"), LetterKind.RESPONSE) == [None]
