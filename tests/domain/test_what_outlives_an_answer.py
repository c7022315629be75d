"""A survey, actions that were promised, the record of a case, how long it is kept: what follows when it has been answered."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from domain.samples import COMPLAINT, MONDAY, REF, RESIDENT, council, facts, incoming
from townclerk.domain.calendar import CalendarTooShort
from townclerk.domain.case import Case
from townclerk.domain.commands import read_commands
from townclerk.domain.deadlines import timers
from townclerk.domain.decide import Decision, Send, decide
from townclerk.domain.decide.surveying import added_to_mark, complains, mark_of
from townclerk.domain.durations import Duration, Unit
from townclerk.domain.events import CaseOpened, Event, LetterBounced, OfficerWrote, ResidentWrote, TimerDue
from townclerk.domain.letters import ActionUpdate, Forwarded, Reminder
from townclerk.domain.letters import Decision as ToDecide
from townclerk.domain.mail import Address
from townclerk.domain.policy import CategoryPolicy
from townclerk.domain.provisions import (
    Adjustments,
    Assessment,
    Code,
    Notice,
    Provisions,
    Retention,
    Survey,
    WhenKept,
)
from townclerk.domain.routing import Route, Signal, route
from townclerk.domain.words import Category, LetterKind, Stage, Status

WEEK = Survey(Duration(7, Unit.CALENDAR_DAY))
YEARS = Retention({"stage1": Duration(2, Unit.YEAR), "ombudsman": Duration(3, Unit.YEAR), "children": Duration(75, Unit.YEAR)})
SHEET = Assessment("complaints_lead", ("reason", "learning"), Duration(5, Unit.WORKING_DAY))
CODES = {"late": Code("late", "It was late"), "staff": Code("staff", "How somebody behaved", told=("monitoring_officer",))}
MONEY = {"money": Code("money", "Money")}
FRIDAY = datetime(2027, 1, 15, 11, tzinfo=UTC)


class Town:
    """A council that provides for what a test says, and one case in it, whose clock goes on."""

    def __init__(self, what: Route = COMPLAINT, text: str = "My bin.", answerable: bool = True, **provided: object) -> None:
        known = council()
        policy = replace(known.policy, provisions=replace(Provisions(), **provided))  # type: ignore[arg-type]  # tests name real fields
        self.council = replace(known, policy=policy)
        self.now, self.number = MONDAY, 1
        self.sent: list[tuple[datetime, Send]] = []
        self.case: Case | None = None
        self.take(CaseOpened(REF, facts(1, text, answerable=answerable), what))

    @property
    def it(self) -> Case:
        assert self.case is not None
        return self.case

    def take(self, event: Event) -> Decision:
        decision = decide(self.case, event, self.council, self.now)
        self.case = decision.case
        self.sent += [(self.now, send) for send in decision.sends]
        return decision

    def until(self, then: datetime) -> "Town":
        """Every timer goes off at its moment."""
        while due := sorted((timer.at, timer.key) for timer in timers(self.it, self.council) if timer.at <= then):
            self.now = max(self.now, due[0][0])
            self.take(TimerDue(due[0][1], due[0][0]))
        self.now = then
        return self

    def officer(self, text: str, at: datetime, key: str = "wendy") -> Decision:
        self.until(at)
        self.number += 1
        who = self.council.roster.find(key)
        assert who is not None
        read = read_commands(text)
        mail = facts(self.number, text, at, Address(who.name, who.email))
        return self.take(OfficerWrote(key, mail, read.commands, read.problem))

    def resident(self, text: str, at: datetime, answers: LetterKind | None = None) -> Decision:
        self.until(at)
        self.number += 1
        routed = route(incoming(text), self.council.routing, opens=False)
        return self.take(ResidentWrote(facts(self.number, text, at), routed, "test", answers))

    def letters(self, kind: LetterKind) -> list[tuple[datetime, Send]]:
        return [(at, send) for at, send in self.sent if send.letter.kind is kind]

    def due(self, name: str) -> date | None:
        deadline = self.it.deadline(name)
        return deadline.promised if deadline is not None and deadline.open else None


def answered(words: str = "#respond upheld\nWe are sorry.", **provided: object) -> Town:
    town = Town(**provided)  # type: ignore[arg-type]  # as above
    town.officer(words, FRIDAY)
    return town


def kinds(decision: Decision) -> list[str]:
    return [send.letter.kind.value for send in decision.sends]


# --- the survey


def test_a_survey_goes_at_ten_on_the_day_after_so_long() -> None:
    town = answered(survey=WEEK).until(FRIDAY + timedelta(days=30))

    assert [datetime(2027, 1, 22, 10, tzinfo=UTC)] == [at for at, _ in town.letters(LetterKind.SURVEY)]


def test_a_survey_that_falls_on_a_day_off_moves_to_the_next_working_day_and_says_why() -> None:
    town = Town(survey=WEEK)
    town.officer("#respond not-upheld\nThe lorry came.", datetime(2027, 3, 22, 16, tzinfo=UTC))
    held = town.it.deadline("survey")

    assert held is not None
    assert (date(2027, 3, 30), date(2027, 3, 30)) == (held.target, held.promised)  # Easter Monday is the 29th
    assert "Easter Monday" in held.derivation.note


def test_there_is_one_survey_about_the_last_answer() -> None:
    town = answered(survey=WEEK)
    town.resident("I ask for a review", FRIDAY + timedelta(days=3))
    assert town.due("survey") is None
    town.officer("#respond not-upheld\nThe lorry came.", FRIDAY + timedelta(days=20), "cal")
    town.until(FRIDAY + timedelta(days=60))

    assert [date(2027, 2, 11)] == [at.date() for at, _ in town.letters(LetterKind.SURVEY)]


def test_a_survey_goes_also_when_the_case_has_been_closed() -> None:
    town = answered(survey=WEEK)
    town.officer("#close", FRIDAY + timedelta(hours=1))
    town.until(FRIDAY + timedelta(days=10))

    assert len(town.letters(LetterKind.SURVEY)) == 1


@pytest.mark.parametrize("why", ["no address", "flag", "withdrawn", "bounced", "refused"])
def test_who_cannot_or_shall_not_be_asked_is_not(why: str) -> None:
    town = Town(survey=WEEK, answerable=why != "no address")
    if why == "refused":
        town.officer("#refuse insurance A claim.", FRIDAY)
    else:
        town.officer("#respond upheld\nWe are sorry.", FRIDAY)
    if why == "flag":
        town.officer("#flag no-survey they are ill", FRIDAY)
    if why == "withdrawn":
        town.officer("#withdraw", FRIDAY)
    if why == "bounced":
        town.take(LetterBounced(LetterKind.RESPONSE, "k", RESIDENT.address, "5.1.1", ""))
    town.until(FRIDAY + timedelta(days=30))

    assert town.letters(LetterKind.SURVEY) == []


def test_somebody_who_writes_again_can_be_reached_again() -> None:
    town = answered(survey=WEEK)
    town.take(LetterBounced(LetterKind.RESPONSE, "k", RESIDENT.address, "4.2.2", "full"))
    town.resident("my mailbox was full", FRIDAY + timedelta(days=1))
    town.until(FRIDAY + timedelta(days=30))

    assert len(town.letters(LetterKind.SURVEY)) == 1


def surveyed() -> Town:
    return answered(survey=WEEK).until(datetime(2027, 1, 25, 9, tzinfo=UTC))


def test_an_answer_to_the_survey_is_recorded_and_begins_nothing() -> None:
    town = surveyed()
    decision = town.resident(
        "4 - well\n\nWas it easy to reach us? (1 to 5): 5", datetime(2027, 1, 25, 10, tzinfo=UTC), LetterKind.SURVEY
    )

    assert kinds(decision) == []
    assert ("survey_answered", "4") in [(entry.event, dict(entry.detail)["mark"]) for entry in decision.journal]
    assert town.it.survey_marks == (4,)
    assert Status.ANSWERED is town.it.status


@pytest.mark.parametrize("text", ["1 - very badly\nNobody rang.", "2", "This is not good enough, I am still not happy"])
def test_who_is_not_satisfied_may_be_offered_to_complain_by_a_person(text: str) -> None:
    town = surveyed()
    decision = town.resident(text, datetime(2027, 1, 25, 10, tzinfo=UTC), LetterKind.SURVEY)
    asked = decision.sends[0].letter

    assert kinds(decision) == ["decision"]
    assert asked.to.officer == "cal"
    assert isinstance(asked.content, ToDecide)
    assert asked.content.question == "survey_reply"
    assert asked.content.choices[0].body.startswith("#message\n")
    assert Status.ANSWERED is town.it.status


def test_a_request_for_a_review_is_one_also_below_a_survey() -> None:
    town = surveyed()
    town.resident("I ask for a review, please", datetime(2027, 1, 25, 10, tzinfo=UTC), LetterKind.SURVEY)

    assert (town.it.status, town.it.stage) == (Status.OPEN, Stage.STAGE2)


@pytest.mark.parametrize(
    ("text", "mark"),
    [
        ("5 - very well", 5),
        ("4/5", 4),
        ("3 out of 5, I would say", 3),
        ("Mark: 2", 2),
        ("\n\n1\n", 1),
        ("Hello,\n4\nThanks", 4),
        ("Very happy, 5/5", 5),
        ("Four out of five, thanks", 4),
        ("Five.", 5),
        ("I rang 2 out of 5 days", None),
        ("one of your men was rude", None),
        ("2 weeks is too long", None),
        ("6", None),
        ("45", None),
        ("", None),
        ("Thank you", None),
        ("4.5", None),
        ("4-5", None),
        ("4 or 5", None),
        ("2 and 4", None),
        ("4 - well", 4),
    ],
)
def test_the_mark_is_read_as_people_write_it(text: str, mark: int | None) -> None:
    assert mark == mark_of(text)


@pytest.mark.parametrize(
    ("text", "to"), [("it was so so", "cal"), ("no", "cal"), ("very happy", None), ("👍", None), ("", None)]
)
def test_an_answer_that_is_no_mark_is_read_by_a_person(text: str, to: str | None) -> None:
    decision = surveyed().resident(text, datetime(2027, 1, 25, 10, tzinfo=UTC), LetterKind.SURVEY)
    (sent,) = decision.sends

    assert kinds(decision) == (["decision"] if to else ["forwarded"])
    assert to is None or sent.letter.to.officer == to


@pytest.mark.parametrize("text", ["no thanks", "Unsubscribe", "No, thank you."])
def test_who_will_not_answer_is_left_alone(text: str) -> None:
    decision = surveyed().resident(text, datetime(2027, 1, 25, 10, tzinfo=UTC), LetterKind.SURVEY)

    assert kinds(decision) == []


def test_a_mark_counts_also_where_a_review_is_asked_for() -> None:
    town = answered(survey=WEEK)
    asks = replace(COMPLAINT, signals=frozenset({Signal.REVIEW_REQUEST}))
    mail = facts(9, "5\nbut I want a review", FRIDAY + timedelta(days=8))
    town.take(ResidentWrote(mail, asks, "reply", LetterKind.SURVEY))

    assert (town.it.survey_marks, town.it.stage) == ((5,), Stage.STAGE2)


@pytest.mark.parametrize(
    ("text", "does"),
    [
        ("I wish to complain", True),
        ("2 - badly\nI want to make a formal complaint about my council tax bill, it is wrong.", True),
        ("We'd like to complain about the noise.", True),
        ("Please treat this as a complaint.", True),
        ("Hoffwn gwyno am y sŵn.", True),
        ("1\nI complained in May and nobody came.", False),
        ("I do not want to complain, but it took long.", False),
        ("I wanted to complain about the bins, and you put it right.", False),
        ("My complaint was dealt with badly.", False),
    ],
)
def test_who_complains_in_answer_to_the_survey_says_so(text: str, does: bool) -> None:
    assert complains(text) is does


def test_what_somebody_content_adds_to_the_survey_is_read_by_whoever_dealt_with_it() -> None:
    town = surveyed()
    decision = town.resident(
        "4\nPlease ring me on 01902 000000 about a collection for my mother.",
        datetime(2027, 1, 25, 10, tzinfo=UTC),
        LetterKind.SURVEY,
    )
    (sent,) = decision.sends

    assert sent.letter.to.officer == "wendy"
    assert isinstance(sent.letter.content, Forwarded)
    assert (sent.letter.content.reason, town.it.survey_marks) == ("survey", (4,))


FORM = """

Was it easy to reach us? (1 to 5): 4
Was our answer clear? (1 to 5): 5
Did we keep to the dates that we gave
you? (1 to 5):
What should we do better?
"""


@pytest.mark.parametrize(
    ("text", "added"),
    [
        ("5 - very well" + FORM, ""),
        ("3 - neither well nor badly" + FORM, ""),
        ("4/5", ""),
        ("Hello,\n4\nThank you for your help\nKind regards, Asha Mills", ""),
        ("5\nAsha Mills", ""),
        ("4 - well" + FORM + "Ring before you come.", "Ring before you come."),
        ("5 - very well. The gate is still open.", "The gate is still open."),
        ("4 out of 5\nDoes the lid come too?", "Does the lid come too?"),
    ],
)
def test_the_form_and_civilities_are_nothing_that_was_added(text: str, added: str) -> None:
    assert added == added_to_mark(text)


# --- actions


def promised(**provided: object) -> Town:
    return answered("#action 2027-02-10 Put a new lid on the bin\n#respond upheld\nWe are sorry.", **provided)


def test_an_action_needs_a_date_and_something_to_do() -> None:
    for words in (
        "#action put a lid on",
        "#action",
        "#action 5 put a lid on",
        "#action 2027-02-10",
        "#action 2027-01-04 too late",
    ):
        assert kinds(Town().officer(words, FRIDAY)) == ["refused"], words


def test_the_response_says_what_will_be_done_and_by_when() -> None:
    response = promised().letters(LetterKind.RESPONSE)[0][1].letter

    assert response.case is not None
    assert [("Put a new lid on the bin", date(2027, 2, 10))] == [(each.what, each.day) for each in response.case.actions]


def test_whoever_promised_an_action_is_reminded_of_it_and_told_when_it_is_late() -> None:
    town = promised().until(datetime(2027, 2, 12, tzinfo=UTC))
    told = [
        (at, send.letter.kind.value, send.letter.to.officer)
        for at, send in town.sent
        if getattr(send.letter.content, "what", "") == "action"
    ]

    assert [
        (datetime(2027, 2, 8, 9, tzinfo=UTC), "reminder", "wendy"),
        (datetime(2027, 2, 10, 9, tzinfo=UTC), "reminder", "wendy"),
        (datetime(2027, 2, 11, 9, tzinfo=UTC), "overdue", "wendy"),
        (datetime(2027, 2, 11, 9, tzinfo=UTC), "overdue", "cal"),
    ] == told


def test_the_resident_hears_how_it_stands_every_ten_working_days_also_after_the_end() -> None:
    town = promised()
    town.officer("#close", FRIDAY + timedelta(minutes=30))
    town.until(datetime(2027, 2, 27, tzinfo=UTC))

    updates = [at for at, _ in town.letters(LetterKind.ACTION_UPDATE)]
    assert [
        datetime(2027, 1, 29, 10, tzinfo=UTC),
        datetime(2027, 2, 12, 10, tzinfo=UTC),
        datetime(2027, 2, 26, 10, tzinfo=UTC),
    ] == updates
    assert Status.CLOSED is town.it.status


def test_a_further_action_puts_off_no_update() -> None:
    town = promised()
    town.officer("#action 2027-06-01 Repay the collection", datetime(2027, 1, 28, 11, tzinfo=UTC))
    town.until(datetime(2027, 1, 30, tzinfo=UTC))

    assert [datetime(2027, 1, 29, 10, tzinfo=UTC)] == [at for at, _ in town.letters(LetterKind.ACTION_UPDATE)]


def test_the_resident_hears_at_once_what_is_done_and_what_is_still_to_do() -> None:
    town = promised()
    town.officer("#action 2027-03-01 Repay the collection", FRIDAY + timedelta(hours=1))
    town.officer("#action-done 1\nThe crew brought it this morning.", FRIDAY + timedelta(days=3))
    (_, sent), *others = town.letters(LetterKind.ACTION_UPDATE)

    assert others == []
    letter = sent.letter.content
    assert isinstance(letter, ActionUpdate)
    assert (letter.done, letter.text) == (("Put a new lid on the bin",), "The crew brought it this morning.")
    assert [each.what for each in letter.still_open] == ["Repay the collection"]
    town.officer("#action-done", FRIDAY + timedelta(days=4))  # the only one that is left
    assert town.it.open_actions == ()
    assert [timer for timer in timers(town.it, town.council) if timer.act.startswith("action")] == []


def test_what_cannot_be_done_is_told_with_the_reason_and_the_ombudsman() -> None:
    town = promised()
    assert kinds(town.officer("#action-failed 1", FRIDAY + timedelta(days=1))) == ["refused"]
    town.officer("#action-failed 1 No lid fits. You will have a new bin.", FRIDAY + timedelta(days=2))
    letter = town.letters(LetterKind.ACTION_UPDATE)[0][1].letter.content

    assert isinstance(letter, ActionUpdate)
    assert letter.failed is not None
    assert letter.failed.ombudsmen.all
    assert "You will have a new bin." in letter.text
    assert town.it.open_actions == ()


def test_a_date_that_the_resident_was_told_moves_later_and_never_silently() -> None:
    town = promised()
    monday = FRIDAY + timedelta(days=3)
    assert kinds(town.officer("#action 1 2027-02-20", monday)) == ["refused"]  # no reason
    assert kinds(town.officer("#action 1 2027-02-01 sooner", monday)) == ["refused"]
    assert {"action_update", "done"} == set(kinds(town.officer("#action 1 2027-02-20 the lids are late", monday)))
    held = town.it.deadline("action.1")

    assert held is not None
    assert (date(2027, 2, 10), date(2027, 2, 20)) == (held.target, held.promised)


def test_an_action_may_be_promised_in_every_state() -> None:
    for words in ("", "#respond upheld\nWe are sorry.", "#withdraw", "#refuse insurance A claim."):
        town = Town()
        if words:
            town.officer(words, FRIDAY)
        assert kinds(town.officer("#action 2027-03-01 Mend the gate", FRIDAY + timedelta(hours=1))) == ["done"], words


# --- how long it is kept


@pytest.mark.parametrize(
    ("flag", "expected"), [("", date(2029, 1, 15)), ("ombudsman", date(2030, 1, 15)), ("children", date(2102, 1, 15))]
)
def test_a_case_is_kept_as_long_as_its_class_says(flag: str, expected: date) -> None:
    town = answered(retention=YEARS)
    assert town.due("retention") is None
    if flag:
        town.officer(f"#flag {flag}", FRIDAY)
    town.officer("#close", FRIDAY)

    assert expected == town.due("retention")


def test_the_time_counts_from_the_last_contact_where_that_is_later() -> None:
    town = answered(retention=YEARS)
    town.officer("#close", FRIDAY)
    town.resident("thank you", datetime(2028, 2, 29, 10, tzinfo=UTC))

    assert date(2030, 3, 1) == town.due("retention")


def test_the_time_counts_from_the_day_of_an_action_that_is_still_open() -> None:
    town = answered(retention=YEARS)
    town.officer("#action 2028-03-01 Mend the gate\n#close", FRIDAY)
    assert date(2030, 3, 1) == town.due("retention")
    town.officer("#action-done 1\nIt is mended.", FRIDAY + timedelta(days=3))
    assert date(2029, 1, 15) == town.due("retention")


def test_what_has_no_class_is_kept_for_ever_unless_the_policy_says_how_long() -> None:
    comment = Route(Category.COMMENT, "waste")
    town = Town(comment, retention=YEARS)
    town.officer("#close", FRIDAY)
    assert town.due("retention") is None
    town = Town(comment, retention=replace(YEARS, otherwise=Duration(18, Unit.MONTH)))
    town.officer("#close", FRIDAY)
    assert date(2028, 7, 15) == town.due("retention")


def test_when_its_time_is_over_a_case_is_marked_and_no_longer_if_somebody_writes() -> None:
    town = answered(retention=YEARS)
    town.officer("#close", FRIDAY)
    town.until(datetime(2029, 1, 15, 23, 59, tzinfo=UTC))
    assert not town.it.flagged("marked-for-deletion")
    town.until(datetime(2029, 1, 16, tzinfo=UTC))
    assert town.it.flagged("marked-for-deletion")
    town.resident("one more thing", datetime(2029, 1, 20, 10, tzinfo=UTC))
    assert not town.it.flagged("marked-for-deletion")
    assert date(2031, 1, 20) == town.due("retention")


@pytest.mark.parametrize("words", ["#flag marked-for-deletion", "#flag Marked_for_Deletion", "#unflag marked-for-deletion"])
def test_nobody_marks_a_case_for_deletion_by_hand(words: str) -> None:
    town = answered(retention=YEARS)
    town.officer("#close", FRIDAY)

    assert kinds(town.officer(words, FRIDAY)) == ["refused"]
    assert not town.it.flagged("marked-for-deletion")


def test_a_case_that_goes_on_is_not_to_be_destroyed() -> None:
    town = answered(retention=YEARS)
    town.officer("#close", FRIDAY)
    town.resident("I ask for a review", FRIDAY + timedelta(days=1))
    assert town.due("retention") is None


def test_years_need_no_bank_holidays_and_working_days_do() -> None:
    calendar = council().calendar
    assert date(2103, 3, 1) == calendar.keep_until(date(2028, 2, 29), Duration(75, Unit.YEAR)).due
    with pytest.raises(CalendarTooShort):
        calendar.keep_until(date(2028, 2, 29), Duration(19_000, Unit.WORKING_DAY))


# --- on hold


def test_while_a_case_is_on_hold_nothing_is_marked_and_nothing_goes_by_itself() -> None:
    town = answered(retention=YEARS, survey=WEEK)
    town.officer("#close", FRIDAY)
    assert kinds(town.officer("#hold", FRIDAY)) == ["refused"]
    town.officer("#hold The Ombudsman is looking at it", FRIDAY)
    town.until(datetime(2029, 2, 1, 10, tzinfo=UTC))

    assert not town.it.flagged("marked-for-deletion")
    assert town.letters(LetterKind.SURVEY) == []
    told = [send.letter for _, send in town.letters(LetterKind.FORWARDED)]
    assert [(one.content.reason, one.content.detail) for one in told if isinstance(one.content, Forwarded)] == [
        ("withheld", "survey")
    ]
    assert "Ombudsman" in (told[0].case.hold if told[0].case else "")
    town.officer("#unhold", datetime(2029, 2, 1, 11, tzinfo=UTC))
    town.until(datetime(2029, 2, 2, tzinfo=UTC))
    assert town.it.flagged("marked-for-deletion")


def test_a_survey_whose_day_passed_on_hold_comes_once_on_the_working_day_after_it() -> None:
    town = answered(survey=WEEK)
    town.officer("#hold The police have asked us to wait", FRIDAY + timedelta(days=3))
    town.officer("#unhold", datetime(2027, 2, 5, 15, tzinfo=UTC))  # a Friday
    town.until(datetime(2027, 4, 1, tzinfo=UTC))

    assert [at for at, _ in town.letters(LetterKind.SURVEY)] == [datetime(2027, 2, 8, 10, tzinfo=UTC)]


def test_a_hold_that_ends_before_the_day_of_the_survey_moves_nothing() -> None:
    town = answered(survey=WEEK)
    town.officer("#hold The police have asked us to wait", FRIDAY + timedelta(days=3))
    town.officer("#unhold", FRIDAY + timedelta(days=4))
    town.until(datetime(2027, 4, 1, tzinfo=UTC))

    assert [at for at, _ in town.letters(LetterKind.SURVEY)] == [datetime(2027, 1, 22, 10, tzinfo=UTC)]
    assert town.letters(LetterKind.FORWARDED) == []


def test_how_it_stands_is_told_when_the_hold_has_ended_and_not_a_period_later() -> None:
    """What was withheld was not told: only what the resident has counts."""
    town = promised()
    town.officer("#hold The police have asked us to wait", FRIDAY + timedelta(days=3))
    town.until(datetime(2027, 2, 20, tzinfo=UTC))
    told = [send.letter.content for _, send in town.letters(LetterKind.FORWARDED)]
    assert [(one.reason, one.detail) for one in told if isinstance(one, Forwarded)] == [("withheld", "action_update")]
    assert town.letters(LetterKind.ACTION_UPDATE) == []

    town.officer("#unhold", datetime(2027, 2, 22, 11, tzinfo=UTC))
    town.until(datetime(2027, 3, 9, tzinfo=UTC))

    when = [at for at, _ in town.letters(LetterKind.ACTION_UPDATE)]
    assert when == [datetime(2027, 2, 22, 11, tzinfo=UTC), datetime(2027, 3, 8, 10, tzinfo=UTC)]


@pytest.mark.parametrize("why", ["bounced", "no address"])
def test_an_officer_is_given_what_cannot_be_mailed_about_an_action(why: str) -> None:
    town = Town(answerable=why != "no address")
    town.officer("#action 2027-02-10 Put a new lid on the bin\n#respond upheld\nWe are sorry.", FRIDAY)
    if why == "bounced":
        town.take(LetterBounced(LetterKind.RESPONSE, "k", RESIDENT.address, "5.1.1", ""))
    town.until(datetime(2027, 2, 13, tzinfo=UTC))

    asked = [(at, send.letter) for at, send in town.letters(LetterKind.DECISION)]
    assert [at for at, _ in asked] == [datetime(2027, 1, 29, 10, tzinfo=UTC), datetime(2027, 2, 12, 10, tzinfo=UTC)]
    content = asked[0][1].content
    assert isinstance(content, ToDecide)
    assert (asked[0][1].to.officer, content.question) == ("wendy", "unreachable")
    assert content.enclosed is not None
    assert isinstance(content.enclosed.content, ActionUpdate)
    assert town.letters(LetterKind.ACTION_UPDATE) == []


def test_no_date_moves_by_itself_while_a_case_is_on_hold() -> None:
    town = Town()
    town.officer("#hold The Ombudsman is looking at it", MONDAY + timedelta(hours=1))
    town.until(MONDAY + timedelta(days=40))

    residents = [send.letter.kind for _, send in town.sent if not send.letter.to.staff]
    assert residents == [LetterKind.RECEIPT]
    held = town.it.deadline("stage1.respond")
    assert held is not None
    assert held.promised == held.target
    assert kinds(town.officer("#message\nHello.", MONDAY + timedelta(days=41))) == ["message", "done"]


# --- the record


def test_the_record_is_asked_for_when_a_complaint_is_answered_and_chased_until_it_is_whole() -> None:
    town = answered(assessment=SHEET, reasons=CODES)
    town.until(datetime(2027, 1, 30, tzinfo=UTC))
    asked = [(at.date(), send.letter.to.officer) for at, send in town.letters(LetterKind.REMINDER) if of(send) == "assessment"]
    assert [(date(2027, 1, day), "cal") for day in (15, 22, 29)] == asked
    town.officer("#reason late", datetime(2027, 2, 1, 10, tzinfo=UTC))
    reminder = town.letters(LetterKind.REMINDER)
    town.officer("#learning ring the crew first", datetime(2027, 2, 1, 11, tzinfo=UTC))
    town.until(datetime(2027, 4, 1, tzinfo=UTC))

    assert reminder == town.letters(LetterKind.REMINDER)
    assert (town.it.reasons, town.it.learning) == (("late",), ("ring the crew first",))


def of(send: Send) -> str:
    return send.letter.content.what if isinstance(send.letter.content, Reminder) else ""


def test_what_was_recorded_with_the_answer_is_not_asked_for() -> None:
    town = answered("#reason late\n#learning ring first\n#respond upheld\nWe are sorry.", assessment=SHEET, reasons=CODES)
    town.until(datetime(2027, 2, 28, tzinfo=UTC))

    assert [send for _, send in town.letters(LetterKind.REMINDER) if of(send) == "assessment"] == []
    held = town.it.deadline("assessment")
    assert held is not None
    assert held.met_at is not None


def test_closing_is_not_held_up_by_the_record_but_says_what_is_missing() -> None:
    town = answered(assessment=SHEET, reasons=CODES)
    done = town.officer("#close", FRIDAY)

    assert Status.CLOSED is town.it.status
    assert "#reason, #learning" in " ".join(getattr(done.sends[-1].letter.content, "lines", ()))


@pytest.mark.parametrize(("words", "asked"), [("", True), ("#reason late\n", False)])
def test_whoever_answers_is_told_where_no_reason_is_recorded(words: str, asked: bool) -> None:
    """Where the policy counts complaints by their reasons, and no sheet asks for them."""
    done = Town(reasons=CODES).officer(f"{words}#respond upheld\nThe lorry broke down, and we are sorry.", FRIDAY)
    said = " ".join(line for send in done.sends for line in getattr(send.letter.content, "lines", ()))

    assert ("late (It was late)" in said) is asked


def test_a_code_that_the_policy_does_not_have_is_refused_with_those_that_it_has() -> None:
    town = answered(reasons=CODES, remedies=MONEY)
    refused = town.officer("#reason weather", FRIDAY).sends[0].letter.content

    assert "late (It was late)" in " ".join(getattr(refused, "instead", ()))
    assert kinds(town.officer("#remedy MONEY £40 for the collection", FRIDAY)) == ["done"]
    assert [(each.code, each.text) for each in town.it.remedies] == [("money", "£40 for the collection")]


def test_where_the_policy_has_no_codes_an_officers_own_words_do() -> None:
    town = answered()
    town.officer("#reason the hedge was forgotten", FRIDAY)

    assert town.it.reasons == ("the hedge was forgotten",)
    assert kinds(town.officer("#reason", FRIDAY)) == ["refused"]


def test_roles_hear_of_what_the_policy_says_they_hear() -> None:
    notices = (
        Notice(("monitoring_officer",), flag="maladministration"),
        Notice(("information_governance",), remedy="money"),
        Notice(("member_enquiries",), stage=Stage.STAGE2),
    )
    town = answered(notices=notices, reasons=CODES, remedies=MONEY)
    told = [
        [
            send.letter.to.officer or send.letter.to.address
            for send in decision.sends
            if isinstance(send.letter.content, Forwarded)
        ]
        for decision in (
            town.officer("#flag maladministration found", FRIDAY),
            town.officer("#flag something else", FRIDAY),
            town.officer("#remedy money £40", FRIDAY),
            town.officer("#reason staff", FRIDAY),
            town.resident("I ask for a review", FRIDAY + timedelta(minutes=5)),
        )
    ]

    officer = "monitoring_officer@sstaffs.gov.uk"
    assert [[officer], [], ["nuala"], [officer], ["faith"]] == told


def test_who_was_promised_to_hear_what_was_done_hears_it_before_the_end() -> None:
    town = Town(Route(Category.SERVICE_REQUEST, "waste"))
    kept = CategoryPolicy(Category.SERVICE_REQUEST, "1", answer_before_close=True)
    categories = {**town.council.policy.categories, Category.SERVICE_REQUEST: kept}
    town.council = replace(town.council, policy=replace(town.council.policy, categories=categories))

    assert kinds(town.officer("#close", FRIDAY)) == ["refused"]
    assert kinds(town.officer("#close\nWe emptied it this morning.", FRIDAY)) == ["closure", "done"]


def test_a_message_is_an_answer_too() -> None:
    town = Town(Route(Category.SERVICE_REQUEST, "waste"))
    kept = CategoryPolicy(Category.SERVICE_REQUEST, "1", answer_before_close=True)
    categories = {**town.council.policy.categories, Category.SERVICE_REQUEST: kept}
    town.council = replace(town.council, policy=replace(town.council.policy, categories=categories))
    town.officer("#message\nWe emptied it.", FRIDAY)

    assert kinds(town.officer("#close", FRIDAY)) == ["done"]


# --- what is done differently


def test_what_is_done_differently_stands_in_every_letter_to_staff_and_in_the_acknowledgement() -> None:
    town = Town(adjustments=Adjustments(Duration(6, Unit.MONTH)))
    town.officer("#flag adjustment large print\n#flag adjustment ring before you write", FRIDAY)
    shown = [send.letter.case for send in town.officer("#acknowledge\nWe understand.", FRIDAY).sends]

    assert [case.adjustments for case in shown if case] == [("large print", "ring before you write")] * 2
    assert kinds(town.officer("#flag adjustment", FRIDAY)) == ["refused"]


def test_adjustments_are_looked_at_again_after_so_long_and_when_a_stage_begins() -> None:
    town = Town(adjustments=Adjustments(Duration(1, Unit.MONTH)), elapsed_alarm=None)
    town.officer("#flag adjustment large print", FRIDAY)
    town.officer("#respond upheld\nWe are sorry.", FRIDAY)
    review = town.resident("I ask for a review", FRIDAY + timedelta(days=3))
    assert "reminder" in kinds(review)
    town.until(datetime(2027, 2, 19, tzinfo=UTC))

    assert [date(2027, 1, 18), date(2027, 2, 18)] == [
        at.date() for at, send in town.letters(LetterKind.REMINDER) if of(send) == "adjustments"
    ]


def test_a_first_mail_that_mentions_a_need_says_so_to_whoever_gets_it() -> None:
    town = Town(replace(COMPLAINT, signals=frozenset({Signal.MENTIONS_NEED})))
    assignment = town.letters(LetterKind.ASSIGNMENT)[0][1].letter.content

    assert "#flag adjustment" in getattr(assignment, "note", "")


def test_who_is_reached_by_post_alone_gets_nothing_by_mail_and_an_officer_gets_it_to_print() -> None:
    town = Town()
    town.officer("#flag post 1 Mill Lane, in large print", FRIDAY)
    decision = town.officer("#respond upheld\nWe are sorry.", FRIDAY)
    residents = [send for send in decision.sends if not send.letter.to.staff]
    printed = [send.letter.content for send in decision.sends if isinstance(send.letter.content, ToDecide)]

    assert residents == []
    assert [one.enclosed.kind for one in printed if one.enclosed] == [LetterKind.RESPONSE, LetterKind.REVIEW_INVITATION]
    assert {"post"} == {one.question for one in printed}
    assert [[choice.body for choice in one.choices] for one in printed] == [["#note They have had the letter: "]] * 2
    assert {"1 Mill Lane, in large print"} == {one.detail for one in printed}
    assert Status.ANSWERED is town.it.status


def test_who_is_reached_by_post_alone_hears_of_a_delay_as_everybody_does() -> None:
    """Where an officer wrote the complaint down, there is no address at all."""
    town = Town(answerable=False)
    town.officer("#flag post 1 Mill Lane", MONDAY + timedelta(hours=1))
    town.until(MONDAY + timedelta(days=40))
    printed = [send.letter.content for _, send in town.sent if isinstance(send.letter.content, ToDecide)]
    enclosed = [one.enclosed.kind for one in printed if one.enclosed]

    assert LetterKind.ACKNOWLEDGEMENT in enclosed
    assert LetterKind.DELAY_NOTICE in enclosed
    assert [send for _, send in town.sent if not send.letter.to.staff] == []


# --- a case that takes too long


def alarms(town: Town) -> Iterator[tuple[date, str | None]]:
    for at, send in town.letters(LetterKind.ESCALATION):
        if getattr(send.letter.content, "what", "") == "elapsed":
            yield at.date(), send.letter.to.officer


def test_a_complaint_that_is_open_for_so_long_is_told_once() -> None:
    assert [(date(2027, 4, 5), "cal")] == list(alarms(Town().until(datetime(2027, 8, 1, tzinfo=UTC))))


def test_one_that_has_been_answered_is_not() -> None:
    assert list(alarms(answered().until(datetime(2027, 8, 1, tzinfo=UTC)))) == []


# --- twice


def test_marked_or_destroyed_is_the_policy_s_word() -> None:
    town = answered(retention=replace(YEARS, then=WhenKept.DESTROY))
    town.officer("#close", FRIDAY)
    town.until(datetime(2029, 1, 16, 10, tzinfo=UTC))

    assert town.it.flagged("marked-for-deletion")


def test_looking_again_changes_nothing() -> None:
    """What outlives a case follows from it: an event that does nothing leaves it as it is."""
    town = answered(survey=WEEK, retention=YEARS, assessment=SHEET)
    town.officer("#close", FRIDAY)
    before = town.it
    town.take(TimerDue("no such timer", FRIDAY))

    assert before == town.it


def test_the_acknowledgement_that_a_hold_keeps_back_is_told_on_the_day_it_was_due_and_goes_when_the_hold_ends() -> None:
    town = Town()
    town.officer("#hold A solicitor wrote.", MONDAY + timedelta(days=1))
    town.until(datetime(2027, 1, 19, 8, tzinfo=UTC))
    told = [(when.date(), send.letter.content.detail) for when, send in town.sent if isinstance(send.letter.content, Forwarded)]

    assert told == [(date(2027, 1, 18), "acknowledgement")]
    town.officer("#unhold", datetime(2027, 1, 20, 10, tzinfo=UTC))
    town.until(datetime(2027, 1, 20, 11, tzinfo=UTC))
    assert [when.date() for when, _ in town.letters(LetterKind.ACKNOWLEDGEMENT)] == [date(2027, 1, 20)]
