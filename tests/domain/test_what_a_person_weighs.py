"""Anonymous, statutory, a concern, long ago, again and again, a councillor: a person decides; nothing is refused by itself."""

from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache

import pytest

from domain import samples
from domain.samples import MONDAY, facts, kinds
from townclerk.domain.case import Case, LoggedContact
from townclerk.domain.commands import read_commands
from townclerk.domain.council import Council
from townclerk.domain.deadlines import timers
from townclerk.domain.decide import Decision, decide
from townclerk.domain.durations import Duration, Unit
from townclerk.domain.events import CaseOpened, Earlier, OfficerMailHeld, OfficerWrote, ResidentWrote, TimerDue
from townclerk.domain.letters import Decision as ToDecide
from townclerk.domain.letters import Done, Forwarded, Receipt, Refused
from townclerk.domain.mail import Address
from townclerk.domain.provisions import (
    AdditionalIssues,
    Anonymous,
    Concerns,
    LimitFrom,
    Permission,
    Repeats,
    TimeLimit,
)
from townclerk.domain.roster import Officer, Roster
from townclerk.domain.routing import Route, Signal, route
from townclerk.domain.words import Alert, Category, Stage, Status

LATER = MONDAY + timedelta(hours=1)
CHIEF = Officer("chief", "Ida Hill", "ida.hill@council.example", frozenset({"chief_executive"}))
LAW = Officer("law", "Sam Law", "sam.law@council.example", frozenset({"social_care"}))


@cache
def council() -> Council:
    plain = samples.council()
    policy = plain.policy
    provisions = replace(
        policy.provisions,
        anonymous=Anonymous("complaints_lead", "chief_executive"),
        concerns=Concerns("complaints_lead"),
        permission=Permission(("social media",), "complaints_lead"),
        time_limit=TimeLimit(Duration(12, Unit.MONTH), LimitFrom.KNOWN, "complaints_lead"),
        repeats=Repeats(3, Duration(6, Unit.MONTH)),
        additional_issues=AdditionalIssues(Stage.STAGE1),
    )
    insurance = replace(policy.exclusions["insurance"], statutory=True, forward_to="social_care")
    changed = replace(
        policy, provisions=provisions, exclusions={**policy.exclusions, "insurance": insurance}, ask_members_capacity=True
    )
    return replace(plain, policy=changed, roster=Roster((*plain.roster.officers, CHIEF, LAW)))


def opened(
    *signals: str, text: str = "My bin.", at: datetime = MONDAY, route: Route = samples.COMPLAINT, **more: object
) -> Decision:
    what = replace(route, signals=frozenset(signals))
    return decide(None, CaseOpened(samples.REF, facts(1, text, at), what, **more), council(), at)  # type: ignore[arg-type]  # tests name real fields


def officer(case: Case, text: str, key: str = "cal", number: int = 2, at: datetime = LATER) -> Decision:
    who = council().roster.find(key)
    assert who is not None
    read = read_commands(text)
    event = OfficerWrote(
        key, facts(number, text, at, Address(who.name, who.email)), read.commands, read.problem, spare_ref="SS-27-0002-H"
    )
    return decide(case, event, council(), at)


def asked(decision: Decision) -> dict[str, str | None]:
    """Each question, and to whom it was put."""
    return {s.letter.content.question: s.letter.to.officer for s in decision.sends if isinstance(s.letter.content, ToDecide)}


# --- before anything begins ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("signals", "who"), [((), "cal"), ((Signal.SERIOUS,), "chief")])
def test_an_anonymous_complaint_is_put_to_whoever_decides_and_to_nobody_else(signals: tuple[str, ...], who: str) -> None:
    decision = opened(Signal.ANONYMOUS, *signals)
    (receipt,) = (s.letter.content for s in decision.sends if isinstance(s.letter.content, Receipt))

    assert asked(decision) == {"anonymous": who}
    assert {s.letter.to.officer for s in decision.sends if s.letter.to.staff} == {who}
    assert (receipt.variety, receipt.dates, decision.case.deadlines) == ("neutral", (), ())


def test_danger_makes_it_serious() -> None:
    decision = opened(Signal.ANONYMOUS, route=replace(samples.COMPLAINT, alerts=(Alert.EMERGENCY_HAZARD,)))

    assert asked(decision) == {"anonymous": "chief"}
    assert "alert" in kinds(decision)


def test_who_was_asked_takes_it_on_and_the_clock_counts_from_receipt() -> None:
    case = opened(Signal.ANONYMOUS, Signal.SERIOUS).case
    taken = officer(case, "#category complaint", "chief")

    assert kinds(officer(case, "#show", "wendy")) == ["refused"]
    assert "assignment" in kinds(taken)
    respond = taken.case.deadline("stage1.respond")
    assert respond is not None
    assert respond.derivation.day0 == MONDAY.date()
    assert (taken.case.pending, taken.case.restricted) == (None, False)


def test_who_does_not_take_it_on_gives_reasons() -> None:
    case = opened(Signal.ANONYMOUS, Signal.SERIOUS).case

    assert kinds(officer(case, "#refuse anonymous", "chief")) == ["refused"]
    refused = officer(case, "#refuse anonymous We cannot look into it without knowing where it was.", "chief")
    assert kinds(refused) == ["not_accepted", "done"], "nobody has it yet"
    assert refused.case.status is Status.CLOSED
    assert kinds(officer(opened().case, "#refuse anonymous No name.")) == ["refused"], "who is known is not anonymous"


def test_nothing_is_refused_or_closed_by_itself_and_the_question_comes_again() -> None:
    case, seen = opened(Signal.ANONYMOUS, Signal.SERIOUS).case, []
    for _ in range(50):
        due = sorted((t.at, t.key) for t in timers(case, council()) if t.act != "retention")
        if not due:
            break
        at, key = due[0]
        decision = decide(case, TimerDue(key, at), council(), at)
        case = decision.case
        seen += [(s.letter.kind.value, s.letter.to.officer) for s in decision.sends]

    assert [to for kind, to in seen if kind == "decision"] == ["chief", "cal"], "in the end the lead is asked"
    assert {kind for kind, _ in seen} <= {"decision", "escalation"}
    assert case.status is Status.OPEN


def test_what_another_procedure_may_cover_is_passed_on_at_once_and_starts_no_clock() -> None:
    what = replace(samples.COMPLAINT, exclusions=("insurance",))
    decision = opened(route=what)
    sent = [(s.letter.kind.value, s.letter.to.officer) for s in decision.sends]

    assert sent == [("receipt", None), ("forwarded", "law"), ("decision", "cal")]
    assert decision.case.deadlines == ()
    refused = officer(decision.case, "#refuse insurance It has a procedure of its own.")
    assert {"not_accepted", "forwarded", "done"} == set(kinds(refused))
    assert refused.case.pending is not None, "should it be opened again, it is asked again"
    assert [timer for timer in timers(refused.case, council()) if timer.act == "pending"] == []
    taken = officer(decision.case, "#category complaint")
    assert taken.case.deadline("stage1.respond") is not None


def concern() -> Decision:
    return opened(Signal.CONCERN, route=replace(samples.COMPLAINT, doubtful=True))


def test_a_concern_is_asked_about_and_starts_nothing() -> None:
    decision = concern()

    assert asked(decision) == {"concern": "cal"}
    assert kinds(decision) == ["receipt", "decision"]
    assert decision.case.deadlines == ()
    assert asked(opened(Signal.CONCERN)) == {}, "who says that they complain is not asked about"


def council_where_concerns_run() -> Council:
    """No step before the first stage: what calls itself a concern is dealt with as a complaint meanwhile."""
    plain = council()
    provisions = replace(plain.policy.provisions, concerns=Concerns("complaints_lead", clocks_run=True))
    return replace(plain, policy=replace(plain.policy, provisions=provisions))


def running_concern(*signals: str, route: Route = samples.COMPLAINT) -> Decision:
    what = replace(route, signals=frozenset({Signal.CONCERN, *signals}), doubtful=True)
    event = CaseOpened("SS-27-0001-K", facts(1, "My bin.", MONDAY), what)
    return decide(None, event, council_where_concerns_run(), MONDAY)


def test_where_the_policy_lets_its_clocks_run_a_concern_is_asked_about_and_nobody_waits() -> None:
    decision = running_concern()

    assert asked(decision) == {"concern": "cal"}
    assert kinds(decision) == ["receipt", "assignment", "decision"]
    assert decision.case.deadline("stage1.respond") is not None
    said = officer(decision.case, "#category complaint")
    assert kinds(said) == ["done", "done"], "it goes on as it is, and whoever has it hears so"
    assert said.case.deadlines == decision.case.deadlines


def test_a_concern_that_something_else_holds_up_is_asked_about_once() -> None:
    statutory = replace(samples.COMPLAINT, exclusions=("insurance",))

    assert asked(running_concern(route=statutory)) == {"statutory": "cal"}
    assert asked(running_concern(Signal.ANONYMOUS)) == {"anonymous": "cal"}


def test_a_concern_that_is_taken_as_a_complaint_counts_from_its_receipt() -> None:
    taken = officer(concern().case, "#category complaint").case.deadline("stage1.respond")

    assert taken is not None
    assert taken.derivation.day0 == MONDAY.date()


@pytest.mark.parametrize("signal", [Signal.AGREES, Signal.DISSATISFIED])
def test_who_is_asked_and_says_that_they_complain_is_put_to_a_person_and_counts_from_that_answer(signal: str) -> None:
    case = officer(concern().case, "#ask\nDo you want to submit a formal complaint?").case
    answer = MONDAY + timedelta(days=2)
    yes = decide(
        case,
        ResidentWrote(facts(3, "Yes.", answer), replace(samples.COMPLAINT, signals=frozenset({signal})), "test"),
        council(),
        answer,
    )
    taken = officer(yes.case, "#category complaint", number=4, at=answer + timedelta(hours=1)).case.deadline("stage1.respond")

    assert asked(yes) == {"concern": "cal"}
    assert taken is not None
    assert taken.derivation.day0 == answer.date()


def logged(channel: str) -> Decision:
    what = CaseOpened(
        samples.REF,
        facts(1, "My bin is never emptied.", answerable=channel != "social media"),
        samples.COMPLAINT,
        logged=LoggedContact(channel, "wendy"),
    )
    return decide(None, what, council(), MONDAY)


def test_what_was_read_on_social_media_waits_for_permission_and_nothing_goes_to_them() -> None:
    decision = logged("social media")
    (done,) = (s.letter.content for s in decision.sends if isinstance(s.letter.content, Done))

    assert asked(decision) == {"permission": "cal"}
    assert (decision.case.deadlines, kinds(decision, staff=False)) == ((), [])
    assert "No date runs before they agree" in done.lines[0]
    assert asked(logged("phone")) == {}
    assert logged("phone").case.deadline("stage1.respond") is not None


def test_their_yes_begins_it_from_that_day_and_they_have_a_receipt() -> None:
    agreed = MONDAY + timedelta(days=3)
    decision = officer(logged("social media").case, "#category complaint", at=agreed)
    respond = decision.case.deadline("stage1.respond")
    (receipt,) = (s.letter.content for s in decision.sends if isinstance(s.letter.content, Receipt))

    assert respond is not None
    assert respond.derivation.day0 == agreed.date()
    assert "they agreed" in respond.derivation.note
    assert (receipt.variety, decision.case.pending) == ("new", None)


def test_their_no_ends_it_without_a_letter() -> None:
    decision = officer(logged("social media").case, "#withdraw")

    assert kinds(decision) == ["done"], "nobody has it yet"
    assert decision.case.status is Status.WITHDRAWN


# --- while the clocks run --------------------------------------------------------------------------------------------


def test_what_may_be_too_long_ago_is_asked_about_and_taken_meanwhile() -> None:
    decision = opened(text="I have known of it since 1 November 2025. I want it mended.")
    (assigned,) = (s.letter.content for s in decision.sends if s.letter.kind.value == "assignment")

    assert asked(decision) == {"out_of_time": "cal"}
    assert "12 months" in assigned.note  # type: ignore[union-attr]  # an assignment has one
    assert decision.case.deadline("stage1.respond") is not None
    assert asked(opened(text="I have known of it since 12 January 2026.")) == {}
    assert asked(opened(text="On 3 March 2024 and again on 4 January 2027.")) == {}
    assert asked(opened(Signal.LONG_AGO, text="Ages ago it broke.")) == {"out_of_time": "cal"}


def test_whoever_was_asked_about_the_time_may_say_that_it_is_a_complaint_once() -> None:
    case = opened(text="I have known of it since 1 November 2025. I want it mended.").case
    taken = officer(case, "#category complaint")

    assert (kinds(taken), taken.case.doubts) == (["done", "done"], ())
    assert taken.case.deadlines == case.deadlines
    assert kinds(officer(taken.case, "#category complaint", number=3)) == ["refused"]
    assert kinds(officer(opened().case, "#category complaint")) == ["refused"]  # nobody asked


def test_the_third_request_within_half_a_year_may_be_a_complaint() -> None:
    def requests(*days_ago: int) -> tuple[Earlier, ...]:
        return tuple(Earlier(f"SS-26-00{n:02}", Category.SERVICE_REQUEST, MONDAY - timedelta(days=n)) for n in days_ago)

    request = Route(Category.SERVICE_REQUEST, "waste", because=("test",))
    assert asked(opened(route=request, history=requests(10, 40))) == {"repeats": "cal"}
    assert asked(opened(route=request, history=requests(10, 300))) == {}
    assert asked(opened(route=request, history=requests(10))) == {}
    assert asked(opened(route=samples.COMPLAINT, history=requests(10, 40))) == {}


def test_a_councillor_who_complains_is_asked_about_and_nothing_is_started() -> None:
    decision = opened(member=True)

    assert asked(decision)["capacity"] == "cal"
    assert decision.case.category is Category.MEMBER_ENQUIRY
    assert "assignment" in kinds(officer(decision.case, "#category complaint"))


# --- a matter of its own ---------------------------------------------------------------------------------------------


def another_issue(case: Case, number: int = 2, at: datetime = LATER) -> Decision:
    text = "Also, the second plasterer was rude to my mother."
    return decide(
        case, ResidentWrote(facts(number, text, at), route(samples.incoming(text), council().routing), "test"), council(), at
    )


def test_a_new_issue_can_be_joined_while_the_complaint_is_open_and_not_when_it_is_answered() -> None:
    def offered(decision: Decision) -> list[str]:
        (passed,) = (s.letter.content for s in decision.sends if isinstance(s.letter.content, Forwarded))
        return [choice.body for choice in passed.choices]

    case = opened().case
    answered = officer(case, "#respond upheld\nWe are sorry.", "wendy").case

    assert offered(another_issue(case))[:2] == ["#note Joined to this complaint: ", "#new-case 2\n"]
    assert offered(another_issue(answered, 3))[0] == "#new-case 3\n"
    assert not any("Joined" in body for body in offered(another_issue(answered, 3)))


def test_a_matter_of_its_own_has_its_own_case_and_the_old_one_keeps_its_dates() -> None:
    case = another_issue(opened().case).case
    decision = officer(case, "#new-case 2", "wendy", 3, LATER + timedelta(days=2))
    (opening,) = decision.openings
    new = decide(None, opening, council(), LATER + timedelta(days=2))

    assert kinds(decision) == ["done"]
    assert decision.case.deadlines == case.deadlines
    assert (decision.case.related, new.case.related) == ((new.case.ref,), (case.ref,))
    respond = new.case.deadline("stage1.respond")
    assert respond is not None
    assert respond.derivation.day0 == LATER.date()
    assert kinds(new)[0] == "receipt"
    assert "plasterer" in new.case.mails[0].text


def test_there_is_nothing_to_make_a_case_of_where_no_other_mail_came() -> None:
    assert kinds(officer(opened().case, "#new-case", "wendy")) == ["refused"]
    assert kinds(officer(another_issue(opened().case).case, "#new-case 77", "wendy", 3)) == ["refused"]
    twice = officer(another_issue(opened().case).case, "#new-case\n#new-case", "wendy", 3)
    assert (kinds(twice), twice.openings) == (["refused"], ())


def test_a_held_mail_opens_no_case_and_what_to_do_instead_is_said() -> None:
    case = another_issue(opened().case).case
    held = decide(case, OfficerMailHeld("wendy", facts(3, "#new-case 2", LATER), "not_proven"), council(), LATER).case
    (send,) = officer(held, "#send 3", "wendy", 4).sends

    assert isinstance(send.letter.content, Refused)
    assert any("new mail" in way and "#new-case 2" in way for way in send.letter.content.instead)
