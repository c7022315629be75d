"""Whatever happens to a case, in whatever order: what must always be true of it."""

from datetime import timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from domain.samples import MONDAY, RESIDENT, council, facts, officer, opened, resident, wake
from townclerk.domain.deadlines import timers
from townclerk.domain.decide import Decision, decide
from townclerk.domain.events import LetterBounced, MemberWrote, RobotWrote
from townclerk.domain.letters import DelayNotice, Receipt
from townclerk.domain.mail import Address
from townclerk.domain.routing import Route
from townclerk.domain.words import Category, LetterKind, Status

SAID = ("any news?", "I ask for a review", "this is not good enough", "I withdraw my complaint", "thank you", "no", "")
WORDS = (
    "#acknowledge\nWe understand.",
    "#respond upheld\nWe are sorry.",
    "#respond not-upheld\nThe lorry came.",
    "#extend 5 the report is late",
    "#extend 2027-06-30 a long report",
    "#review accept\nYes.",
    "#review refuse\nNo, because.",
    "#refuse insurance A claim.",
    "#withdraw",
    "#close",
    "#reopen",
    "#category complaint",
    "#category comment\nWe take it as a comment.",
    "#service parks",
    "#assign lucy",
    "#message\nHello.",
    "#ask\nWhere?",
    "#note he rang",
    "#action 2027-03-15 Mend the lid",
    "#action 1 2027-04-15 The lids are late",
    "#action-done 1\nIt is done.",
    "#action-failed 2 There are none.",
    "#hold The Ombudsman looks.",
    "#unhold",
    "#flag adjustment large print",
    "#learning ring first",
    "#nonsense",
)
ENDED = {Status.CLOSED, Status.WITHDRAWN}


class AnyOrder(RuleBasedStateMachine):
    """One case. Each rule is an event; after each, the invariants."""

    @initialize(
        category=st.sampled_from([Category.COMPLAINT, Category.SERVICE_REQUEST, Category.COMMENT]),
        exclusions=st.sampled_from([(), ("fraud",)]),
        answerable=st.booleans(),
        hour=st.integers(0, 23),
    )
    def it_opens(self, category: Category, exclusions: tuple[str, ...], answerable: bool, hour: int) -> None:
        self.now = MONDAY.replace(hour=hour)
        self.number = 1
        self.keys: set[str] = set()
        self.withdrawn = False
        self.last = opened(Route(category, "waste", exclusions=exclusions), self.now, answerable=answerable)
        self.case = self.last.case
        self.answerable = answerable

    def take(self, decision: Decision) -> None:
        sent = [send.key for send in decision.sends]
        assert len(sent) == len(set(sent))
        assert not self.keys & set(sent), "a key is used for two letters"
        self.keys.update(sent)
        self.last, self.before, self.case = decision, self.case, decision.case

    def another(self) -> int:
        self.number += 1
        return self.number

    # --- what can happen

    @rule(hours=st.integers(1, 200))
    def time_passes(self, hours: int) -> None:
        """Every timer goes off at its moment; that there is an end to it is a promise of its own."""
        until = self.now + timedelta(hours=hours)
        for _ in range(60):
            due = sorted((timer.at, timer.key) for timer in timers(self.case, council()) if timer.at <= until)
            if not due:
                break
            at, key = due[0]
            self.now = max(self.now, at)
            self.take(wake(self.case, key, at, self.now))
            assert key not in {timer.key for timer in timers(self.case, council())}, "it would go off again"
        else:
            raise AssertionError("the timers of a case never end")
        self.now = until

    @rule(text=st.sampled_from(SAID))
    def the_resident_writes(self, text: str) -> None:
        self.take(resident(self.case, text, self.another(), self.now))

    @rule(text=st.sampled_from(WORDS), who=st.sampled_from(["wendy", "cal"]))
    def an_officer_writes(self, text: str, who: str) -> None:
        self.take(officer(self.case, text, self.another(), self.now, who))

    @rule(kind=st.sampled_from([LetterKind.RECEIPT, LetterKind.ACKNOWLEDGEMENT, LetterKind.RESPONSE]))
    def a_letter_bounces(self, kind: LetterKind) -> None:
        bounce = LetterBounced(kind, f"letter{self.another()}", RESIDENT.address, "5.1.1", "")
        self.take(decide(self.case, bounce, council(), self.now))

    @rule()
    def a_robot_or_a_member_writes(self) -> None:
        robot = RobotWrote(facts(self.another(), "away", self.now), "auto_reply")
        self.take(decide(self.case, robot, council(), self.now))
        mail = facts(self.another(), "a report, please", self.now, Address("", "x@parliament.uk"))
        self.take(decide(self.case, MemberWrote(mail, "test"), council(), self.now))

    # --- what must be true

    @invariant()
    def nobody_is_written_to_who_cannot_be(self) -> None:
        residents = [send for send in self.last.sends if not send.letter.to.staff]
        assert self.answerable or not residents
        assert {RESIDENT.address} >= {send.letter.to.address for send in residents}

    @invariant()
    def what_is_delicate_is_the_lead_s_alone_unless_they_give_it_away(self) -> None:
        if self.case.restricted and self.case.officer is None:
            told = {
                send.letter.to.officer for send in self.last.sends if send.letter.to.staff and send.letter.kind not in ANSWERS
            }
            assert told <= {"cal"}, told

    @invariant()
    def no_receipt_names_a_date_that_has_passed(self) -> None:
        for send in self.last.sends:
            if isinstance(send.letter.content, Receipt):
                assert all(date.day >= self.now.date() for date in send.letter.content.dates)

    @invariant()
    def a_delay_notice_names_the_ombudsman_and_a_later_date(self) -> None:
        for send in self.last.sends:
            if isinstance(send.letter.content, DelayNotice):
                assert send.letter.content.promised > send.letter.content.was_due
                assert send.letter.content.ombudsmen.all

    @invariant()
    def nothing_goes_by_itself_while_it_is_on_hold(self) -> None:
        if self.case.hold is not None:
            by_itself = [send for send in self.last.sends if not send.letter.to.staff and send.letter.automatic]
            assert all(send.letter.because.event.startswith("officer:") for send in by_itself)  # those go on purpose

    @invariant()
    def what_was_acted_on_does_not_wake_us_again(self) -> None:
        found = [timer.key for timer in timers(self.case, council())]
        assert not self.case.fired & set(found)
        assert len(found) == len(set(found))

    @invariant()
    def nothing_is_owed_on_a_case_that_has_ended(self) -> None:
        if self.case.status in ENDED:
            assert not [deadline.name for deadline in self.case.deadlines if deadline.open and not deadline.outlives]
            assert not [timer for timer in timers(self.case, council()) if timer.act not in OUTLIVES]
            assert self.case.closed_at is not None

    @invariant()
    def the_target_and_the_order_of_dates_hold(self) -> None:
        for deadline in self.case.deadlines:
            assert deadline.target == deadline.derivation.due
            assert deadline.target <= deadline.person_promised <= deadline.promised

    @invariant()
    def an_open_complaint_owes_an_answer(self) -> None:
        if self.case.category is Category.COMPLAINT and self.case.status is Status.OPEN:
            assert any(deadline.open and deadline.what == "respond" for deadline in self.case.deadlines)

    @precondition(lambda self: self.case.status is Status.WITHDRAWN)
    @rule(text=st.sampled_from(["#respond upheld\nIt was missed.", "#extend 5 x", "#acknowledge\nx"]))
    def no_answer_after_a_withdrawal(self, text: str) -> None:
        self.take(officer(self.case, text, self.another(), self.now))
        assert {"refused"} == {send.letter.kind.value for send in self.last.sends}


HELD = {"held_action_update", "held_survey"}  # the same, while the case is on hold
OUTLIVES = {
    "waiting",
    "undecided",
    "action_reminder",
    "action_overdue",
    "action_update",
    "survey",
    "retention",
    "assessment",
    *HELD,
}
ANSWERS = {LetterKind.DONE, LetterKind.REFUSED, LetterKind.CONFIRM}  # they go to whoever wrote

TestAnyOrder = AnyOrder.TestCase
TestAnyOrder.settings = settings(max_examples=30, stateful_step_count=20, deadline=None)
