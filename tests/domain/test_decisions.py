"""What follows from one event: the same every time, once, and never what must not be."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from domain.samples import (
    COMPLAINT,
    MONDAY,
    REF,
    RESIDENT,
    council,
    facts,
    kinds,
    officer,
    opened,
    resident,
    wake,
)
from townclerk.domain.case import Case, PromisedBy
from townclerk.domain.deadlines import is_overdue, timers
from townclerk.domain.decide import Decision, decide
from townclerk.domain.durations import Duration, Unit
from townclerk.domain.events import CaseOpened, Event, LetterBounced, OfficerMailHeld, ResidentWrote, RobotWrote, TimerDue
from townclerk.domain.letters import Acknowledgement, DelayNotice, Receipt, Reminder
from townclerk.domain.letters import Decision as ToDecide
from townclerk.domain.mail import Address
from townclerk.domain.routing import Route
from townclerk.domain.words import Alert, Category, LetterKind, Stage, Status

SATURDAY = datetime(2027, 1, 16, 12, tzinfo=UTC)
TUESDAY = MONDAY + timedelta(days=1)
FRAUD = Route(Category.COMPLAINT, "licensing", exclusions=("fraud",))


def run_until(case: Case, until: datetime) -> tuple[Case, list[Decision]]:
    """Let every timer go off up to *until*, each at its moment; fail where that never ends."""
    made: list[Decision] = []
    for _ in range(200):
        due = sorted((timer.at, timer.key) for timer in timers(case, council()) if timer.at <= until)
        if not due:
            return case, made
        made.append(wake(case, due[0][1], due[0][0]))
        case = made[-1].case
    raise AssertionError("the timers of a case never end")


def answered(at: datetime = TUESDAY) -> Case:
    return officer(opened().case, "#respond upheld\nWe are sorry.", 2, at).case


def in_stage_2(at: datetime = TUESDAY + timedelta(days=1)) -> Case:
    return resident(answered(), "I ask for a review please", 3, at).case


def the_timer(case: Case, act: str) -> tuple[str, datetime]:
    timer = next(timer for timer in timers(case, council()) if timer.act == act)
    return timer.key, timer.at


# --- once


EVENTS: list[Event] = [
    ResidentWrote(facts(2, "any news?", TUESDAY), COMPLAINT, "test"),
    RobotWrote(facts(2, "away", TUESDAY), "auto_reply"),
    OfficerMailHeld("wendy", facts(2, "hm", TUESDAY), "no_word"),
    LetterBounced(LetterKind.RECEIPT, "SS-27-0001-K:mail1:receipt", RESIDENT.address, "5.1.1", ""),
    TimerDue("stage1.acknowledge:2027-01-18:reminder-1", datetime(2027, 1, 15, 9, tzinfo=UTC)),
]


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: type(event).__name__)
def test_the_same_event_always_comes_to_the_same_decision(event: Event) -> None:
    """A crash between deciding and writing down changes nothing: the keys are those that it would have had."""
    case = opened().case

    assert decide(case, event, council(), TUESDAY) == decide(case, event, council(), TUESDAY)


def test_a_timer_that_was_acted_on_does_nothing_more() -> None:
    case = opened().case
    for timer in timers(case, council()):
        once = wake(case, timer.key, timer.at)

        assert Decision(once.case) == wake(once.case, timer.key, timer.at)


@pytest.mark.parametrize("minutes", [-1, 1])
def test_a_timer_of_another_moment_does_nothing(minutes: int) -> None:
    """A deadline that has moved leaves its old timer without effect."""
    case = opened().case
    key, at = the_timer(case, "delay")

    assert Decision(case) == wake(case, key, at + timedelta(minutes=minutes))


def test_after_an_extension_the_old_date_does_nothing() -> None:
    case = opened().case
    key, at = the_timer(case, "delay")
    moved = officer(case, "#extend 2027-02-08 the report is late", 2, TUESDAY).case

    assert Decision(moved) == wake(moved, key, at)


@pytest.mark.parametrize("text", ["#close", "#extend 2020-01-01 x", "#respnd x\ny", "#service parks\n#assign nobody"])
def test_a_mail_that_cannot_be_followed_whole_does_nothing_of_it(text: str) -> None:
    case = opened().case
    decision = officer(case, text, 2, TUESDAY)

    assert case == decision.case
    assert kinds(decision) == ["refused"]


def test_the_keys_of_what_one_event_sends_are_all_different() -> None:
    urgent = Route(Category.COMPLAINT, "waste", alerts=(Alert.SELF_HARM, Alert.HATE_CRIME), exclusions=("insurance",))
    decision = opened(urgent, possible_links=("SS-26-0001-X",))
    keys = [send.key for send in decision.sends]

    assert len(keys) == len(set(keys)) > 3


def test_a_question_about_several_things_names_them_apart() -> None:
    several = Route(Category.COMPLAINT, "waste", exclusions=("insurance", "legal_action"))
    decision = opened(several, possible_links=("SS-26-0001-X", "SS-26-0002-T"))
    contents = [send.letter.content for send in decision.sends]
    asked = {content.question: content.detail for content in contents if isinstance(content, ToDecide)}

    assert asked["exclusion"] == "An insurance claim; A matter of legal action"
    assert asked["possible_link"] == "SS-26-0001-X and SS-26-0002-T"


# --- to whom


def test_nothing_is_ever_sent_to_somebody_who_cannot_be_answered() -> None:
    case, made = run_until(opened(answerable=False).case, datetime(2027, 3, 1, tzinfo=UTC))

    assert [kind for decision in made for kind in kinds(decision, staff=False)] == []
    assert "overdue" in [kind for decision in made for kind in kinds(decision, staff=True)]
    assert case.status is Status.OPEN


def test_of_a_delicate_matter_only_the_lead_hears_and_the_receipt_says_nothing() -> None:
    first = opened(FRAUD, text="An officer takes bribes.")
    _, made = run_until(first.case, datetime(2027, 3, 1, tzinfo=UTC))
    sends = [send for decision in (first, *made) for send in decision.sends]

    assert {"cal"} == {send.letter.to.officer for send in sends if send.letter.to.staff}
    receipt = next(send.letter.content for send in sends if send.letter.kind is LetterKind.RECEIPT)
    assert isinstance(receipt, Receipt)
    assert receipt.variety == "neutral"


def test_a_bounce_is_told_to_the_officer_and_to_the_lead_once_each() -> None:
    bounce = LetterBounced(LetterKind.RECEIPT, "k", RESIDENT.address, "5.1.1", "no such user")
    decision = decide(opened().case, bounce, council(), TUESDAY)

    assert {"wendy", "cal"} == {send.letter.to.officer for send in decision.sends}
    assert kinds(decision) == ["undelivered", "undelivered"]


def test_a_robot_changes_nothing_but_the_journal() -> None:
    case = opened().case
    decision = decide(case, RobotWrote(facts(2, "away", TUESDAY), "auto_reply"), council(), TUESDAY)

    assert (case, ()) == (decision.case, decision.sends)
    assert decision.journal


@pytest.mark.parametrize(("hour", "now"), [(8, False), (9, True), (16, True), (17, False)])
def test_staff_are_told_in_working_hours_and_residents_at_once(hour: int, now: bool) -> None:
    decision = opened(at=MONDAY.replace(hour=hour))

    assert kinds(decision, staff=False) == ["receipt"]
    assert (["assignment"] if now else []) == kinds(decision, staff=True)
    assert len(decision.case.waiting) == (not now)


def test_what_waits_for_monday_goes_then_and_only_if_it_is_still_wanted() -> None:
    case = opened(at=SATURDAY).case
    key, at = the_timer(case, "waiting")

    assert datetime(2027, 1, 18, 9, tzinfo=UTC) == at
    assert kinds(wake(case, key, at)) == ["assignment"]
    assert kinds(wake(officer(case, "#withdraw", 2, SATURDAY).case, key, at)) == []


def test_an_alert_wakes_the_lead_on_a_saturday() -> None:
    decision = opened(Route(Category.COMPLAINT, "waste", alerts=(Alert.SAFEGUARDING,)), at=SATURDAY)

    assert kinds(decision, staff=True) == ["alert"]


# --- what letters carry


def test_every_delay_notice_names_the_ombudsman_and_a_later_date() -> None:
    _, made = run_until(opened().case, datetime(2027, 6, 1, tzinfo=UTC))
    notices = [send.letter.content for d in made for send in d.sends if isinstance(send.letter.content, DelayNotice)]

    assert len(notices) > 5
    assert all(notice.promised > notice.was_due and notice.ombudsmen.first.phone for notice in notices)
    assert len(notices) == len({notice.was_due for notice in notices})  # once for each date


def test_a_delay_notice_after_a_long_stop_promises_a_date_to_come() -> None:
    case = opened().case
    key, at = the_timer(case, "delay")
    late = at + timedelta(days=60)
    (notice,) = (s.letter.content for s in wake(case, key, at, late).sends if isinstance(s.letter.content, DelayNotice))

    assert notice.promised > late.date()


@pytest.mark.parametrize(("cap", "due"), [(12, date(2027, 1, 27)), (10, None), (9, None)])
def test_a_cap_is_never_passed(cap: int, due: date | None) -> None:
    stages = dict(council().policy.stages)
    capped = replace(stages[Stage.STAGE1].extension, cap=Duration(cap, Unit.WORKING_DAY))
    stages[Stage.STAGE1] = replace(stages[Stage.STAGE1], extension=capped)
    strict = replace(council(), policy=replace(council().policy, stages=stages))
    case = opened().case
    key, at = the_timer(case, "delay")
    told = [
        s.letter.content.promised
        for s in decide(case, TimerDue(key, at), strict, at).sends
        if isinstance(s.letter.content, DelayNotice)
    ]

    assert ([due] if due else []) == told


def test_the_fallback_quotes_the_resident_and_the_officer_still_owes_theirs() -> None:
    case = opened(text="Nobody came.").case
    key, at = the_timer(case, "fallback")
    decision = wake(case, key, at)
    letter, reminder = (send.letter.content for send in decision.sends)

    assert isinstance(letter, Acknowledgement)
    assert isinstance(reminder, Reminder)
    assert (letter.quoted, reminder.still_owed) == ("Nobody came.", True)
    assert kinds(officer(decision.case, "#acknowledge\nI see.", 2, at)) == ["acknowledgement", "done"]


@pytest.mark.parametrize(
    ("subject", "quoted", "received"),
    [("", "", ("bin.jpg", "letter.pdf")), ("Bins in Elm Row", "Bins in Elm Row", ("bin.jpg", "letter.pdf"))],
)
def test_the_fallback_quotes_no_words_that_nobody_wrote_and_names_the_files(
    subject: str, quoted: str, received: tuple[str, ...]
) -> None:
    mail = replace(facts(1, "", subject=subject), attachments=("bin.jpg", "letter.pdf", "bin.jpg"))
    case = decide(None, CaseOpened(REF, mail, COMPLAINT), council(), MONDAY).case
    key, at = the_timer(case, "fallback")

    (letter,) = (s.letter.content for s in wake(case, key, at).sends if isinstance(s.letter.content, Acknowledgement))
    assert (letter.text, letter.quoted, letter.received) == ("", quoted, received)


def test_a_complaint_made_again_is_acknowledged_again() -> None:
    """What was sent for the first clock does not count for the second."""
    case, _ = run_until(opened().case, datetime(2027, 1, 19, tzinfo=UTC))
    case = officer(case, "#withdraw", 2, datetime(2027, 1, 20, 10, tzinfo=UTC)).case
    case = resident(case, "I am not happy, I did not withdraw it", 3, datetime(2027, 1, 21, 10, tzinfo=UTC)).case
    case = officer(case, "#category complaint", 4, datetime(2027, 1, 21, 11, tzinfo=UTC), "cal").case
    _, made = run_until(case, datetime(2027, 1, 29, tzinfo=UTC))

    assert "acknowledgement" in [kind for decision in made for kind in kinds(decision, staff=False)]


# --- dates


def test_the_target_never_moves() -> None:
    case, _ = run_until(opened().case, datetime(2027, 3, 1, tzinfo=UTC))
    respond = case.deadline("stage1.respond")

    assert respond is not None
    assert date(2027, 1, 25) == respond.target == respond.person_promised
    assert respond.promised > respond.target


@pytest.mark.parametrize(("hour", "person_promised", "overdue"), [(23, date(2027, 2, 8), False), (24, date(2027, 1, 25), True)])
def test_an_officer_s_extension_puts_overdue_off_if_it_came_in_time(hour: int, person_promised: date, overdue: bool) -> None:
    at = datetime(2027, 1, 25, tzinfo=UTC) + timedelta(hours=hour)
    case = officer(opened().case, "#extend 2027-02-08 ill", 2, at).case
    respond = case.deadline("stage1.respond")

    assert respond is not None
    assert (date(2027, 2, 8), person_promised, PromisedBy.OFFICER) == (
        respond.promised,
        respond.person_promised,
        respond.promised_by,
    )
    assert overdue is is_overdue(case, datetime(2027, 1, 26, 12, tzinfo=UTC), council().calendar)


@pytest.mark.parametrize(("day", "stage"), [(9, Stage.STAGE2), (10, Stage.STAGE1)])
def test_a_review_is_asked_for_in_time_until_the_end_of_the_last_day(day: int, stage: Stage) -> None:
    """Answered on 12 January: the twentieth working day is 9 February."""
    at = datetime(2027, 2, day, tzinfo=UTC) + (timedelta(hours=23, minutes=59, seconds=59) if day == 9 else timedelta())
    decision = resident(answered(), "please review this decision", 3, at)

    assert stage is decision.case.stage
    assert kinds(decision, staff=False) == ["receipt"]


def test_a_late_request_is_decided_by_a_person_also_when_the_case_has_closed() -> None:
    closed, _ = run_until(answered(), datetime(2027, 2, 11, tzinfo=UTC))
    asked = resident(closed, "I want a stage 2 review", 3, datetime(2027, 2, 11, 10, tzinfo=UTC))
    (question,) = (send.letter.content for send in asked.sends if isinstance(send.letter.content, ToDecide))

    assert (asked.case.status, question.question) == (Status.CLOSED, "late_review")
    accepted = officer(asked.case, "#review accept\nYou were ill.", 4, datetime(2027, 2, 12, 10, tzinfo=UTC), "cal")
    assert (accepted.case.status, accepted.case.stage) == (Status.OPEN, Stage.STAGE2)


def test_one_who_is_only_dissatisfied_is_put_to_a_person() -> None:
    decision = resident(answered(), "This is not good enough.", 3, TUESDAY + timedelta(days=2))

    assert Stage.STAGE1 is decision.case.stage
    assert kinds(decision, staff=True) == ["decision"]


def test_after_the_last_stage_there_is_no_other() -> None:
    done = officer(in_stage_2(), "#respond not-upheld\nThe lorry came.", 4, datetime(2027, 1, 20, 10, tzinfo=UTC), "cal")
    after = resident(done.case, "I ask for a review", 5, datetime(2027, 1, 22, 10, tzinfo=UTC))

    assert kinds(done) == ["response", "done"]
    assert (after.case.stage, after.case.status) == (Stage.STAGE2, Status.ANSWERED)
    assert "forwarded" in kinds(after)


@pytest.mark.parametrize(("hours", "receipts"), [(23, 1), (24, 2)])
def test_a_resident_who_asks_often_gets_one_answer_a_day(hours: int, receipts: int) -> None:
    first = resident(opened().case, "any news?", 2, MONDAY + timedelta(days=2))
    second = resident(first.case, "any news?", 3, MONDAY + timedelta(days=2, hours=hours))

    assert receipts == [*kinds(first), *kinds(second)].count("receipt")


def test_a_bounced_acknowledgement_is_owed_again() -> None:
    case = officer(opened().case, "#acknowledge\nI see.", 2, TUESDAY).case
    bounced = decide(
        case, LetterBounced(LetterKind.ACKNOWLEDGEMENT, "k", RESIDENT.address, "5.1.1", ""), council(), TUESDAY
    ).case
    before, after = case.deadline("stage1.acknowledge"), bounced.deadline("stage1.acknowledge")

    assert before is not None
    assert after is not None
    assert (before.open, after.open) == (False, True)


def test_a_copy_that_comes_back_leaves_the_acknowledgement_kept() -> None:
    """The complainant has it: they must not get it twice."""
    case = officer(opened().case, "#acknowledge\nI see.", 2, TUESDAY).case
    bounce = LetterBounced(LetterKind.ACKNOWLEDGEMENT, "k", "cllr.smith@members.example", "5.1.1", "")
    decision = decide(case, bounce, council(), TUESDAY)

    assert decision.case == case
    assert kinds(decision) == ["undelivered", "undelivered"]


def test_an_acknowledgement_that_comes_back_after_the_end_is_told_and_owed_no_more() -> None:
    case = officer(officer(opened().case, "#acknowledge\nI see.", 2, TUESDAY).case, "#withdraw", 3, TUESDAY).case
    bounce = LetterBounced(LetterKind.ACKNOWLEDGEMENT, "k", RESIDENT.address, "5.1.1", "")
    decision = decide(case, bounce, council(), TUESDAY)

    assert replace(case, unreachable=True) == decision.case
    assert kinds(decision) == ["undelivered", "undelivered"]


def test_a_request_that_was_answered_in_plain_words_closes_in_its_time() -> None:
    request = opened(Route(Category.SERVICE_REQUEST, "waste")).case
    case = officer(request, "#respond\nIt is mended.", 2, TUESDAY).case
    assert case.status is Status.ANSWERED

    assert run_until(case, datetime(2027, 2, 10, tzinfo=UTC))[0].status is Status.CLOSED


def test_what_is_opened_again_owes_what_it_owed_and_not_an_earlier_stage() -> None:
    refused = officer(in_stage_2(), "#review refuse\nNothing new.", 4, TUESDAY + timedelta(days=2)).case
    again = officer(refused, "#reopen", 5, TUESDAY + timedelta(days=3)).case

    assert {deadline.name for deadline in again.deadlines if deadline.open} == {"stage2.acknowledge", "stage2.respond"}


@pytest.mark.parametrize("ending", ["#withdraw", "#refuse insurance It is a claim."])
def test_on_a_case_that_has_ended_nothing_is_owed_and_nothing_wakes(ending: str) -> None:
    case = officer(opened().case, ending, 2, TUESDAY).case

    assert not [deadline for deadline in case.deadlines if deadline.open]
    assert timers(case, council()) == ()


def test_a_case_that_was_answered_closes_in_silence_when_the_window_has_passed() -> None:
    case, made = run_until(answered(), datetime(2027, 2, 10, tzinfo=UTC))

    assert Status.CLOSED is case.status
    assert [kind for decision in made for kind in kinds(decision)] == []


def test_an_mp_s_mail_opens_no_complaint_and_gets_no_receipt() -> None:
    decision = opened(member=True)

    assert (decision.case.category, decision.case.stage, decision.case.deadlines) == (Category.MEMBER_ENQUIRY, None, ())
    assert kinds(decision) == ["forwarded"]


def test_the_first_word_that_cannot_be_followed_undoes_those_before_it() -> None:
    case = opened().case
    decision = officer(case, "#flag vip\n#respond", 2, TUESDAY)

    assert case.flags == decision.case.flags
    assert kinds(decision) == ["refused"]


def test_somebody_who_is_not_on_the_roster_does_nothing() -> None:
    case = opened().case
    held = OfficerMailHeld("nobody", facts(2, "hello", TUESDAY, Address("", "x@example.org")), "no_word")

    assert Decision(case) == decide(case, held, council(), TUESDAY)
