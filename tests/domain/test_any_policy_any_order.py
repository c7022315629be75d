"""Whatever a policy says and whatever happens to a case, in whatever order: what must always be true."""

from collections import Counter
from datetime import timedelta

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from domain.drawn_policies import Drawn, councils
from domain.samples import MONDAY, RESIDENT, facts, incoming
from townclerk.domain.case import Case
from townclerk.domain.commands import read_commands
from townclerk.domain.deadlines import timers
from townclerk.domain.decide import Decision, decide
from townclerk.domain.events import CaseOpened, Event, LetterBounced, OfficerWrote, ResidentWrote, TimerDue
from townclerk.domain.letters import DelayNotice, ExtensionProposal, FinalWord, NotAccepted, Response, ReviewDecision
from townclerk.domain.policy import Fallback
from townclerk.domain.reference import Reference
from townclerk.domain.routing import Route, route
from townclerk.domain.words import Category, LetterKind, Stage, Status

SAID = (
    "any news?",
    "I ask for a review, stage 2",
    "this is not good enough",
    "No.",
    "Yes, I agree.",
    "I withdraw my complaint",
    "thank you",
    "",
)
WORDS = (
    "#acknowledge\nWe understand that your bin was missed.",
    "#respond upheld\nWe are sorry. The crew missed your road and we have put it back on the round.",
    "#respond partly-upheld\nWe are sorry for one of the two. We will replace the box this week.",
    "#respond not-upheld\nThe records show that the lorry came at nine, and that the bin was not out.",
    "#extend 5 the report is late",
    "#extend 2027-06-30 a long report",
    "#extend agreed",
    "#review accept\nWe will look at it again.",
    "#review refuse\nNo, because all of it has been answered.",
    "#review back\nThe service will look at the photographs.",
    "#second-stage1\nWe will look at it once more.",
    "#approve",
    "#landlord yes",
    "#action 2027-03-15 mend the gate",
    "#action-done 1",
    "#hold the police ask us to wait",
    "#unhold",
    "#withdraw",
    "#refuse {code} It is dealt with in another way.",
    "#close",
    "#reopen",
    "#category complaint",
    "#category comment\nWe take it as a comment.",
    "#message\nHello.",
    "#ask\nWhere?",
    "#nonsense",
)
THE_END = MONDAY.replace(year=2028)  # the calendar of these tests knows a year more
ENDED = {Status.CLOSED, Status.WITHDRAWN}
A_PERSON = (OfficerWrote,)


class AnyPolicyAnyOrder(RuleBasedStateMachine):
    """One case of one council. Each rule is an event; after each, the invariants."""

    @initialize(
        drawn=councils(),
        category=st.sampled_from([Category.COMPLAINT, Category.COMPLAINT, Category.SERVICE_REQUEST, Category.COMPLIMENT]),
        answerable=st.booleans(),
        hour=st.integers(0, 23),
        which=st.none() | st.integers(0, 20),
    )
    def it_opens(self, drawn: Drawn, category: Category, answerable: bool, hour: int, which: int | None) -> None:
        self.council = council = drawn.council
        self.now = MONDAY.replace(hour=hour)
        self.number = 1
        self.keys: set[str] = set()
        self.held_until_now = False
        self.sent: Counter[tuple[str, object]] = Counter()
        self.answerable = answerable
        mail = facts(1, "My bin.", self.now, answerable=answerable)
        codes = sorted(council.policy.exclusions)
        suspected = (codes[which % len(codes)],) if which is not None and category is Category.COMPLAINT else ()
        routed = Route(category, "waste", exclusions=suspected, because=("drawn",))
        opening = CaseOpened(str(Reference(council.policy.prefix, 27, 1)), mail, routed)
        self.event: Event = opening
        self.before: Case | None = None
        self.last = decide(None, opening, council, self.now)
        self.case = self.last.case
        self._keep(self.last)

    def happens(self, event: Event) -> Decision:
        decision = decide(self.case, event, self.council, self.now)
        assert decide(self.case, event, self.council, self.now) == decision, "deciding twice is deciding once"
        self.event, self.before, self.last, self.case = event, self.case, decision, decision.case
        self._keep(decision)
        return decision

    def _keep(self, decision: Decision) -> None:
        sent = [send.key for send in decision.sends]
        assert len(sent) == len(set(sent))
        assert not self.keys & set(sent), "a key is used for two letters"
        self.keys.update(sent)

    def another(self) -> int:
        self.number += 1
        return self.number

    # --- what can happen

    @rule(hours=st.integers(1, 300))
    def time_passes(self, hours: int) -> None:
        if self.now > THE_END:
            return
        until = self.now + timedelta(hours=hours)
        for _ in range(150):
            due = sorted((timer.at, timer.key) for timer in timers(self.case, self.council) if timer.at <= until)
            if not due:
                break
            at, key = due[0]
            self.now = max(self.now, at)
            self.happens(TimerDue(key, at))
            assert self.happens(TimerDue(key, at)).sends == (), "a moment that was acted on is acted on again"
            self.every_invariant()
        else:
            raise AssertionError(f"the timers of a case never end: {due[:3]}")
        self.now = until

    @rule(text=st.sampled_from(SAID))
    def the_resident_writes(self, text: str) -> None:
        routed = route(incoming(text), self.council.routing, opens=False)
        self.happens(ResidentWrote(facts(self.another(), text, self.now), routed, "test"))

    @rule(text=st.sampled_from(WORDS), which=st.integers(0, 40))
    def an_officer_writes(self, text: str, which: int) -> None:
        officers = self.council.roster.officers
        who = officers[which % len(officers)]
        read = read_commands(text.format(code=min(self.council.policy.exclusions)))
        held = self.case.hold is not None
        self.happens(OfficerWrote(who.key, facts(self.another(), text, self.now), read.commands, read.problem))
        self.held_until_now = self.held_until_now or held  # what was not sent meanwhile waits for a person

    @rule(kind=st.sampled_from([LetterKind.RECEIPT, LetterKind.ACKNOWLEDGEMENT, LetterKind.RESPONSE]))
    def a_letter_bounces(self, kind: LetterKind) -> None:
        self.happens(LetterBounced(kind, f"letter{self.another()}", RESIDENT.address, "5.1.1", ""))

    # --- what must be true

    def every_invariant(self) -> None:
        """What holds after every event, also after each of those in a longer time."""
        self.nobody_is_written_to_who_cannot_be()
        self.a_later_date_is_told_with_the_ombudsman()
        self.nobody_is_refused_by_itself()
        self.a_letter_is_of_the_stage_that_the_case_is_in()
        self.a_response_shows_the_way_on()
        self.only_what_outlives_a_case_is_owed_when_it_has_ended()
        self.an_acknowledgement_that_goes_by_itself_is_never_missing()
        self.no_date_that_was_told_moves_without_a_letter()
        self.no_open_complaint_is_closed_by_the_clock()

    @invariant()
    def nobody_is_written_to_who_cannot_be(self) -> None:
        residents = [send for send in self.last.sends if not send.letter.to.staff]
        assert self.answerable or not residents

    @invariant()
    def a_later_date_is_told_with_the_ombudsman(self) -> None:
        for send in self.last.sends:
            content = send.letter.content
            if isinstance(content, DelayNotice):
                assert content.promised > content.was_due
                assert content.ombudsmen.all
            if isinstance(content, ExtensionProposal):
                assert content.proposed > content.was_due
                assert content.ombudsmen.all

    @invariant()
    def nobody_is_refused_by_itself(self) -> None:
        for send in self.last.sends:
            content = send.letter.content
            refused = isinstance(content, NotAccepted) or (isinstance(content, ReviewDecision) and not content.accepted)
            if refused:
                assert isinstance(self.event, A_PERSON)
                assert not send.letter.automatic

    @invariant()
    def a_letter_is_of_the_stage_that_the_case_is_in(self) -> None:
        stages = {self.case.stage, self.before.stage if self.before else None}
        for send in self.last.sends:
            stage = getattr(send.letter.content, "stage", None)
            if not send.letter.to.staff and isinstance(stage, Stage):
                assert stage in stages, (send.letter.kind, stage, stages)

    @invariant()
    def a_response_shows_the_way_on(self) -> None:
        for send in self.last.sends:
            content = send.letter.content
            if isinstance(content, Response):
                last = self.council.policy.stage_after(content.stage) is None
                assert isinstance(content.onward, FinalWord) is last
                invited = any(other.letter.kind is LetterKind.REVIEW_INVITATION for other in self.last.sends)
                assert invited is not last

    @invariant()
    def only_what_outlives_a_case_is_owed_when_it_has_ended(self) -> None:
        if self.case.status in ENDED:
            owed = [deadline.name for deadline in self.case.deadlines if deadline.open and not deadline.outlives]
            assert owed == []
            assert self.case.closed_at is not None

    @invariant()
    def no_date_that_was_told_moves_without_a_letter(self) -> None:
        if self.before is None or not self.answerable:
            return
        for deadline in self.case.deadlines:
            old = self.before.deadline(deadline.name)
            moved = old is not None and old.open and deadline.run == old.run and deadline.promised != old.promised
            if moved and deadline.what == "respond":
                assert any(not send.letter.to.staff for send in self.last.sends), deadline.name

    @invariant()
    def whoever_can_be_answered_has_a_receipt_once(self) -> None:
        if self.before is None:
            told = [send.letter.kind for send in self.last.sends if not send.letter.to.staff]
            known = self.council.policy.categories.get(self.case.category)
            wanted = self.answerable and known is not None and known.receipt
            assert told == [LetterKind.RECEIPT] * wanted

    @invariant()
    def an_acknowledgement_that_goes_by_itself_is_never_missing(self) -> None:
        """By the end of its day it has been sent, by an officer or in their place."""
        case, stage = self.case, self.case.stage
        promise = self.council.policy.stages[stage].acknowledge if stage is not None else None
        if promise is None or promise.fallback is not Fallback.AT_DUE or case.status is not Status.OPEN:
            return
        owed = case.deadline(f"{stage}.acknowledge")
        if owed is None or not self.answerable or case.hold is not None or case.acknowledgement_owed:
            return  # one that came back is owed again, and by a person
        end = self.council.calendar.at(owed.promised, self.council.policy.hours.due_time)
        assert not owed.open or self.now <= end or self.held_until_now

    @invariant()
    def an_open_complaint_owes_something_or_waits_for_a_person(self) -> None:
        case = self.case
        if case.category is Category.COMPLAINT and case.status is Status.OPEN:
            owed = [
                deadline
                for deadline in case.deadlines
                if deadline.open and deadline.what in {"respond", "acknowledge", "assess"}
            ]
            assert owed or case.pending is not None, "nothing is owed on an open complaint, and nobody is asked"

    @invariant()
    def no_open_complaint_is_closed_by_the_clock(self) -> None:
        """It is answered, refused, withdrawn or joined to another by a person."""
        before = self.before
        if isinstance(self.event, TimerDue) and before is not None and before.category is Category.COMPLAINT:
            assert before.status is not Status.OPEN or self.case.status is Status.OPEN

    @precondition(lambda self: self.case.status is Status.OPEN and self.case.category is Category.COMPLAINT and self.answerable)
    @rule()
    def nobody_acts_for_a_long_time(self) -> None:
        """By the end of each day that the resident holds, they have heard: an answer, or a later date."""
        for _ in range(3 if self.now < THE_END else 0):
            owed = self.case.deadline(f"{self.case.stage}.respond")
            if owed is None or not owed.open or self.case.status is not Status.OPEN:
                return
            day = max(owed.promised, self.now.date())
            told: list[LetterKind] = []
            end = self.council.calendar.at(day, self.council.policy.hours.due_time)
            if end <= self.now:
                return
            while due := sorted((t.at, t.key) for t in timers(self.case, self.council) if t.at <= end):
                at, key = due[0]
                self.now = max(self.now, at)
                told += [send.letter.kind for send in self.happens(TimerDue(key, at)).sends if not send.letter.to.staff]
                self.every_invariant()
            self.now = max(self.now, end)
            after = self.case.deadline(f"{self.case.stage}.respond")
            assert after is not None
            if after.promised > owed.promised:
                assert told.count(LetterKind.DELAY_NOTICE) == 1
            self.sent[(owed.name, owed.promised)] += told.count(LetterKind.DELAY_NOTICE)
            assert self.sent[(owed.name, owed.promised)] <= 1, "a delay notice went twice for one date"


TestAnyPolicyAnyOrder = AnyPolicyAnyOrder.TestCase
TestAnyPolicyAnyOrder.settings = settings(
    max_examples=40, stateful_step_count=25, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
