"""What an officer does on the case that leads a campaign is done for each of its members."""

from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.samples import facts, incoming
from domain.story import COMPLAINT, MONDAY, at, extension, person, promise, stage, town
from townclerk.domain.case import Campaign, CampaignState, Case, Hold
from townclerk.domain.commands import read_commands
from townclerk.domain.council import Council
from townclerk.domain.deadlines import campaign_question_ends, timers
from townclerk.domain.decide import decide
from townclerk.domain.decide.deliberation import next_opening
from townclerk.domain.digest import Heading, for_everybody, standing
from townclerk.domain.events import Alike, CaseOpened, Event, OfficerWrote, ResidentWrote, TimerDue
from townclerk.domain.letters import Done, Letter, Refused
from townclerk.domain.mail import Address
from townclerk.domain.policy import Approval, CategoryPolicy
from townclerk.domain.provisions import Concerns, Desk, Provisions, Published
from townclerk.domain.routing import Route, Signal, route
from townclerk.domain.words import Alert, Category, LetterKind, Priority, Stage, Status

PEOPLE = (
    person("wendy", "service", services=("waste",)),
    person("tom", "service", services=("waste",)),
    person("cal", "complaints_lead"),
    person("fay", "finance"),
)
RESPOND = "#respond upheld\nThe tip opens again on 1 February."
LEAD = "SS-27-0001-K"


def a_town(stage_1: object = None, **policy: object) -> Council:
    only = stage(Stage.STAGE1, promise(10, "service"), extension(), acknowledge=promise(5, "service"), final=True)
    return town(stage_1 or only, people=PEOPLE, **policy)  # type: ignore[arg-type]  # a stage


@dataclass
class Street:
    """Everybody in it, and every letter with the case that it is of."""

    council: Council
    what: Route = COMPLAINT
    cases: dict[str, Case] = field(default_factory=dict)
    letters: list[tuple[str, Letter]] = field(default_factory=list)
    number: int = 0

    def writes(self, when: datetime = MONDAY, what: Route | None = None, alike: Alike | None = None) -> Case:
        self.number += 1
        n = len(self.cases) + 1
        who = Address(f"Resident{chr(64 + n)} Low", f"resident{n}@example.org")
        ref = f"SS-27-{n:04d}-K"
        mail = facts(self.number, "I complain about the tip.", when, who)
        self._happens(None, CaseOpened(ref, mail, what or self.what, alike=alike), when)
        return self.cases[ref]

    def joins(self, when: datetime = MONDAY, what: Route | None = None) -> Case:
        return self.writes(when, what, Alike(self.cases[LEAD]))

    def officer(self, when: datetime, key: str, text: str, ref: str = LEAD) -> "Street":
        self.until(when)
        self.number += 1
        who = self.council.roster.find(key)
        assert who is not None
        read = read_commands(text)
        mail = facts(self.number, text, when, Address(who.name, who.email))
        self._happens(ref, OfficerWrote(key, mail, read.commands, read.problem, instead=read.instead), when)
        return self.until(when)

    def resident(self, when: datetime, ref: str, text: str, answers: LetterKind | None = None) -> "Street":
        self.until(when)
        self.number += 1
        heard = route(incoming(text), self.council.routing, opens=False)
        mail = facts(self.number, text, when, self.cases[ref].complainant)
        self._happens(ref, ResidentWrote(mail, heard, "test", answers), when)
        return self

    def until(self, when: datetime) -> "Street":
        while due := [
            (self._moment(timer.key, timer.at), ref, timer)
            for ref, case in self.cases.items()
            for timer in timers(case, self.council)
            if self._moment(timer.key, timer.at) <= when
        ]:
            moment, ref, timer = min(due, key=lambda each: (each[0], each[1], each[2].key))
            self._happens(ref, TimerDue(timer.key, timer.at), max(moment, MONDAY))
        return self

    def _moment(self, key: str, moment: datetime) -> datetime:
        return moment if key.startswith(("telling:", "leaving:")) else next_opening(self.council, moment) or moment

    def _happens(self, ref: str | None, event: Event, when: datetime) -> None:
        decision = decide(self.cases.get(ref) if ref else None, event, self.council, when)
        self.cases[decision.case.ref] = decision.case
        self.letters += [(decision.case.ref, send.letter) for send in decision.sends]
        for follow in decision.follows:
            self._happens(follow.ref, follow.event, when)

    def have(self, kind: LetterKind) -> list[str]:
        """The cases of which such a letter has gone, in order."""
        return sorted(ref for ref, letter in self.letters if letter.kind is kind)

    @property
    def everybody(self) -> list[str]:
        return sorted(self.cases)


def a_campaign(council: Council | None = None, what: Route = COMPLAINT, members: int = 30) -> Street:
    """One leads, and so many others have joined."""
    street = Street(council or a_town(), what)
    first = street.writes()
    street.cases[first.ref] = replace(first, campaign=Campaign(CampaignState.TOGETHER, MONDAY))
    for _ in range(members):
        street.joins()
    street.letters.clear()
    return street


def test_a_response_goes_to_each_once_and_ends_the_campaign() -> None:
    street = a_campaign().officer(at(1, 12), "wendy", RESPOND)
    assert street.have(LetterKind.RESPONSE) == street.everybody
    assert {case.status for case in street.cases.values()} == {Status.ANSWERED}
    found = street.cases[LEAD].campaign
    assert found is not None
    assert found.state is CampaignState.OVER


def test_a_response_that_somebody_must_approve_goes_to_nobody_before() -> None:
    by_finance = Approval(("finance",), ("upheld",), Published("8"))
    only = stage(Stage.STAGE1, promise(10, "service"), extension(), approvals=(by_finance,), final=True)
    street = a_campaign(a_town(only)).officer(at(1, 12), "wendy", RESPOND)
    assert street.have(LetterKind.RESPONSE) == []
    street.officer(at(1, 13), "fay", "#approve")
    assert street.have(LetterKind.RESPONSE) == street.everybody


def test_a_response_that_can_be_stopped_goes_to_nobody_before_its_moment() -> None:
    council = a_town(provisions=Provisions(desk=Desk(undo_minutes=10)))
    street = a_campaign(council).officer(at(1, 12), "wendy", RESPOND)
    assert street.have(LetterKind.RESPONSE) == []
    street.until(at(1, 12) + timedelta(minutes=11))
    assert street.have(LetterKind.RESPONSE) == street.everybody


@pytest.mark.parametrize(
    ("word", "kind"),
    [
        ("#acknowledge\nYou complain that the tip is closed.", LetterKind.ACKNOWLEDGEMENT),
        ("#extend 2027-02-04 the contractor is ill", LetterKind.DELAY_NOTICE),
        ("#refuse legal_action\nThe matter is before a court.", LetterKind.NOT_ACCEPTED),
        ("#category comment\nWe take it as a comment.", LetterKind.MESSAGE),
    ],
)
def test_a_word_for_the_first_is_one_for_each(word: str, kind: LetterKind) -> None:
    street = a_campaign().officer(at(1, 12), "wendy", word)
    assert street.have(kind) == street.everybody


@pytest.mark.parametrize("word", ["#message\nYour own photographs were lost.", "#ask\nWhich day was that?"])
def test_a_message_and_a_question_go_to_one_alone(word: str) -> None:
    street = a_campaign().officer(at(1, 12), "wendy", word)
    assert {ref for ref, letter in street.letters if not letter.to.staff} == {LEAD}


def test_who_joins_later_hears_what_the_others_have_heard() -> None:
    street = a_campaign().officer(at(1, 12), "wendy", "#acknowledge\nYou complain that the tip is closed.")
    late = street.joins(at(1, 13)).ref
    street.until(at(1, 13))
    assert street.have(LetterKind.ACKNOWLEDGEMENT).count(late) == 1
    assert street.have(LetterKind.ACKNOWLEDGEMENT) == street.everybody


def test_a_later_date_that_a_member_holds_already_stands() -> None:
    street = a_campaign(members=1)
    late = street.joins(at(1, 21)).ref
    street.officer(at(1, 22), "wendy", "#extend 2027-01-28 the contractor is ill")
    held = street.cases[late].deadline("stage1.respond")
    assert held is not None
    assert held.promised == held.target == date(2027, 2, 4)
    assert late not in street.have(LetterKind.DELAY_NOTICE)


def test_each_is_asked_to_agree_to_a_later_date_and_who_does_not_is_seen_to_in_time() -> None:
    only = stage(Stage.STAGE1, promise(10, "service"), extension(agreement=True), final=True)
    street = a_campaign(a_town(only), members=2)
    _, agrees, silent = street.everybody
    street.officer(at(1, 18), "wendy", "#extend 2027-02-04 the contractor is ill")
    assert street.have(LetterKind.EXTENSION_PROPOSAL) == street.everybody
    for ref in (LEAD, agrees):
        street.resident(at(1, 18, 12), ref, "Yes, I agree.", LetterKind.EXTENSION_PROPOSAL)
    assert agrees not in street.have(LetterKind.FORWARDED)
    street.until(at(1, 26, 12))
    reminded = {*street.have(LetterKind.REMINDER), *street.have(LetterKind.OVERDUE)}
    assert silent in reminded
    assert agrees not in reminded


def test_comments_that_say_the_same_are_answered_as_one() -> None:
    comment = CategoryPolicy(Category.COMMENT, "3", forward_to=("service",), receipt=True)
    council = a_town()
    council = replace(
        council, policy=replace(council.policy, categories={**council.policy.categories, Category.COMMENT: comment})
    )
    street = a_campaign(council, Route(Category.COMMENT, "waste", because=("test",)))
    street.officer(at(1, 12), "wendy", "#respond\nThank you. The plan has been changed.")
    assert street.have(LetterKind.MESSAGE) == street.everybody
    assert {case.status for case in street.cases.values()} == {Status.ANSWERED}


def test_what_cannot_be_said_on_one_of_them_makes_it_a_case_like_any_other() -> None:
    street = a_campaign(members=3)
    held = street.everybody[2]
    street.cases[held] = replace(street.cases[held], hold=Hold("a court looks at it", "cal", MONDAY))
    street.officer(at(1, 12), "wendy", RESPOND)
    assert street.have(LetterKind.RESPONSE) == [ref for ref in street.everybody if ref != held]
    assert street.have(LetterKind.ASSIGNMENT) == [held]
    assert not street.cases[held].led


def test_one_can_be_taken_out_and_is_worked_on_by_itself() -> None:
    street = a_campaign(members=3)
    own = street.everybody[1]
    street.officer(at(1, 12), "wendy", "#campaign apart", own)
    assert street.have(LetterKind.ASSIGNMENT) == [own]
    street.officer(at(1, 13), "wendy", RESPOND)
    assert own not in street.have(LetterKind.RESPONSE)


def test_who_gets_the_first_gets_the_others_and_who_may_not_have_it_has_none_of_them() -> None:
    street = a_campaign(members=3).officer(at(1, 12), "wendy", "#assign tom")
    assert {case.officer for case in street.cases.values()} == {"tom"}
    assert street.have(LetterKind.ASSIGNMENT) == [LEAD]
    street.officer(at(1, 13), "tom", "#conflict my brother runs the tip")
    assert all("tom" in case.conflicts and case.officer != "tom" for case in street.cases.values())


def test_a_decision_that_is_taken_back_gives_each_an_assignment() -> None:
    street = a_campaign(members=3).officer(at(1, 12), "cal", "#campaign no")
    assert street.have(LetterKind.ASSIGNMENT) == street.everybody[1:]
    street.officer(at(1, 13), "wendy", RESPOND)
    assert street.have(LetterKind.RESPONSE) == [LEAD]


@pytest.mark.parametrize("said", ["", "perhaps", "apart"])
def test_a_word_that_says_neither_yes_nor_no_is_refused(said: str) -> None:
    street = a_campaign(members=1)
    first = street.cases[LEAD].campaign
    assert first is not None
    street.cases[LEAD] = replace(street.cases[LEAD], campaign=replace(first, state=CampaignState.ASKED))
    street.officer(at(1, 12), "cal", f"#campaign {said}".strip())
    assert street.have(LetterKind.REFUSED) == [LEAD]


def test_of_a_case_that_stands_alone_there_is_nothing_to_decide() -> None:
    street = Street(a_town())
    street.writes()
    street.officer(at(1, 12), "cal", "#campaign yes")
    assert street.have(LetterKind.REFUSED) == [LEAD]


def test_a_digest_has_a_line_for_the_campaign_and_none_for_its_members() -> None:
    street = a_campaign(members=3)
    items = standing(street.cases.values(), street.council, at(1, 22))
    assert {item.case.ref for item in items} == {LEAD}
    rows = [row.value for section in for_everybody(items) for row in section.rows]
    assert all("3 other people have written the same" in row for row in rows)


def test_a_digest_asks_until_somebody_has_said_whether_it_is_a_campaign() -> None:
    street = a_campaign(members=1)
    found = street.cases[LEAD].campaign
    assert found is not None
    street.cases[LEAD] = replace(
        street.cases[LEAD], campaign=replace(found, state=CampaignState.ASKED, alike=("SS-27-0009-K",))
    )
    items = standing(street.cases.values(), street.council, at(1, 12))
    (item,) = [item for item in items if item.heading is Heading.UNDECIDED]
    assert item.what == "2 other people have written the same: is it a campaign?"
    assert item.whose == {"cal"}


DEEDS = (
    "joins",
    "a week passes",
    "#acknowledge\nYou complain that the tip is closed.",
    RESPOND,
    "#extend 5 the contractor is ill",
    "#refuse legal_action\nThe matter is before a court.",
    "#category comment\nWe take it as a comment.",
    "#category complaint",
    "#respond\nThank you.",
    "#close",
    "#withdraw",
    "#reopen",
    "#assign tom",
    "#assign wendy",
    "#conflict my brother runs the tip",
    "#campaign yes",
    "#campaign no",
    "#campaign apart",
    "#hold a court looks at it",
    "#unhold",
)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    deeds=st.lists(st.tuples(st.sampled_from(DEEDS), st.integers(0, 4), st.sampled_from(["wendy", "tom", "cal"])), max_size=12),
    asked=st.booleans(),
)
def test_whatever_is_done_nobody_is_left_with_a_case_that_no_one_works_on(
    deeds: list[tuple[str, int, str]], asked: bool
) -> None:
    street = a_campaign(members=3)
    if asked:
        found = street.cases[LEAD].campaign
        assert found is not None
        street.cases[LEAD] = replace(street.cases[LEAD], campaign=replace(found, state=CampaignState.ASKED))
    when = at(1, 12)
    for deed, which, who in deeds:
        when += timedelta(hours=1)
        if deed == "joins":
            street.joins(when)
        elif deed == "a week passes":
            when += timedelta(days=7)
            street.until(when)
        else:
            street.officer(when, who, deed, street.everybody[which % len(street.cases)])
        street.until(when)
        _nobody_is_forgotten(street)


def _nobody_is_forgotten(street: Street) -> None:
    for ref, case in street.cases.items():
        lead = street.cases[case.joined.lead] if case.joined is not None and case.led else None
        if lead is not None and case.status is Status.OPEN:
            assert lead.status is Status.OPEN
            assert lead.campaign is not None
            assert lead.campaign.state in {CampaignState.ASKED, CampaignState.TOGETHER}
            assert ref in lead.campaign.members
        assert street.have(LetterKind.RESPONSE).count(ref) <= len(case.responded_at)
    for ref, letter in street.letters:
        assert letter.to.staff or letter.to.address == street.cases[ref].complainant.address
        assert letter.case is None or letter.case.ref == ref


def asked(street: Street) -> Street:
    """Nobody has said yet whether they are one."""
    first = street.cases[LEAD].campaign
    assert first is not None
    street.cases[LEAD] = replace(street.cases[LEAD], campaign=replace(first, state=CampaignState.ASKED))
    return street


def test_those_that_wait_for_a_decision_have_somebody_after_one_working_day() -> None:
    street = asked(a_campaign(members=3)).until(at(1, 12, 14))
    assert street.have(LetterKind.ASSIGNMENT) == []
    street.until(at(1, 12, 15))
    assert street.have(LetterKind.ASSIGNMENT) == street.everybody[1:]


def test_a_question_of_a_friday_night_waits_for_the_monday() -> None:
    friday = at(1, 15, 20)
    ends = campaign_question_ends(friday, a_town())
    assert ends.date() == date(2027, 1, 19)


def test_a_yes_that_comes_late_makes_it_a_campaign_all_the_same() -> None:
    street = asked(a_campaign(members=3)).until(at(1, 13))
    later = street.writes(at(1, 13), alike=Alike(street.cases[LEAD])).ref
    street.officer(at(1, 14), "cal", "#campaign yes").officer(at(1, 15), "wendy", RESPOND)
    assert street.have(LetterKind.RESPONSE) == street.everybody
    assert later in street.everybody


def test_a_yes_after_the_answer_says_how_the_others_are_answered() -> None:
    street = asked(a_campaign(members=2)).officer(at(1, 12), "wendy", RESPOND).officer(at(1, 13), "cal", "#campaign yes")
    (refused,) = (letter.content for _, letter in street.letters if letter.kind is LetterKind.REFUSED)
    assert isinstance(refused, Refused)
    assert "SS-27-0002-K, SS-27-0003-K" in refused.instead[0]


def test_whoever_was_asked_hears_that_the_first_has_been_answered_by_itself() -> None:
    street = asked(a_campaign(members=2)).officer(at(1, 12), "wendy", RESPOND)
    told = [letter for _, letter in street.letters if letter.to.officer == "cal" and isinstance(letter.content, Done)]
    assert any("SS-27-0002-K, SS-27-0003-K" in line for letter in told for line in letter.content.lines)  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "danger",
    [
        replace(COMPLAINT, priority=Priority.HIGH),
        replace(COMPLAINT, signals=frozenset({Signal.SERIOUS})),
        replace(COMPLAINT, alerts=(Alert.EMERGENCY_HAZARD,)),
    ],
)
def test_what_tells_of_danger_never_waits_for_the_decision(danger: Route) -> None:
    street = asked(a_campaign(members=1))
    assert not street.joins(what=danger).led
    assert street.have(LetterKind.ASSIGNMENT) == ["SS-27-0003-K"]


def test_what_did_not_wait_is_answered_with_the_others_when_a_person_says_so() -> None:
    street = asked(a_campaign(members=1))
    street.joins(what=replace(COMPLAINT, priority=Priority.HIGH))
    street.officer(at(1, 12), "cal", "#campaign yes").officer(at(1, 13), "wendy", RESPOND)
    assert street.have(LetterKind.RESPONSE) == street.everybody


CONCERNED = replace(COMPLAINT, signals=frozenset({Signal.CONCERN}), doubtful=True)


def concerned_town() -> Council:
    return a_town(provisions=Provisions(concerns=Concerns("complaints_lead", clocks_run=False, said=Published("8"))))


def test_of_concerns_that_say_the_same_one_decision_says_what_they_are() -> None:
    street = a_campaign(concerned_town(), CONCERNED, members=3)
    street.officer(at(1, 12), "cal", "#category complaint").officer(at(1, 13), "wendy", RESPOND)
    assert street.have(LetterKind.DECISION) == []  # of the members nothing is asked
    assert street.have(LetterKind.RESPONSE) == street.everybody


def test_a_concern_that_is_a_complaint_after_all_joins_those_that_say_the_same() -> None:
    street = a_campaign(concerned_town(), members=1)
    late = street.joins(at(1, 12), CONCERNED)
    assert not late.led
    street.officer(at(1, 12, 11), "cal", "#category complaint", late.ref).officer(at(1, 13), "wendy", RESPOND)
    assert street.have(LetterKind.RESPONSE) == street.everybody
