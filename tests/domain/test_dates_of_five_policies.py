"""Every date that the five published policies make, on each day of five years, against a count of our own.

What a policy promises stands here a second time, by hand, as its readers understand it; and so do England's bank holidays.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import pytest

from domain.samples import facts
from townclerk.config.council_folder import load_council
from townclerk.domain.case import Case
from townclerk.domain.commands import read_commands
from townclerk.domain.council import Council
from townclerk.domain.decide import Decision, decide
from townclerk.domain.events import CaseOpened, OfficerWrote, ResidentWrote
from townclerk.domain.reference import Reference
from townclerk.domain.routing import Route, Signal
from townclerk.domain.words import Category, LetterKind, Stage, Status

LONDON = ZoneInfo("Europe/London")
ONE_DAY = timedelta(days=1)
BANK_HOLIDAYS = {
    *(date(2026, month, day) for month, day in ((1, 1), (4, 3), (4, 6), (5, 4), (5, 25), (8, 31), (12, 25), (12, 28))),
    *(date(2027, month, day) for month, day in ((1, 1), (3, 26), (3, 29), (5, 3), (5, 31), (8, 30), (12, 27), (12, 28))),
    *(date(2028, month, day) for month, day in ((1, 3), (4, 14), (4, 17), (5, 1), (5, 29), (8, 28), (12, 25), (12, 26))),
    *(date(2029, month, day) for month, day in ((1, 1), (3, 30), (4, 2), (5, 7), (5, 28), (8, 27), (12, 25), (12, 26))),
    *(date(2030, month, day) for month, day in ((1, 1), (4, 19), (4, 22), (5, 6), (5, 27), (8, 26), (12, 25), (12, 26))),
    *(date(2031, month, day) for month, day in ((1, 1), (4, 11), (4, 14))),
}
FIRST, LAST = date(2026, 1, 1), date(2030, 12, 31)
# The days on which something is apt to go wrong: clock changes, leap day, and all around the bank holidays.
CLOCK_CHANGES = {
    *(date(2026, 3, 29), date(2026, 10, 25), date(2027, 3, 28), date(2027, 10, 31), date(2028, 3, 26)),
    *(date(2028, 10, 29), date(2029, 3, 25), date(2029, 10, 28), date(2030, 3, 31), date(2030, 10, 27)),
}


def is_working(day: date) -> bool:
    return day.weekday() < 5 and day not in BANK_HOLIDAYS


def working(day: date, n: int) -> date:
    """The nth working day after *day*, one day at a time."""
    while n:
        day += ONE_DAY
        n -= is_working(day)
    return day


def days(day: date, n: int) -> date:
    return day + timedelta(days=n)


@dataclass(frozen=True)
class Published:
    """What one policy promises. `s1` and `s2` are answered by; each `ack` and `assess` counts in working days."""

    council: str
    s1: int
    s1_ack: int | None
    s1_from_ack: bool
    working_days: bool
    s2: int | None
    s2_ack: int | None
    s2_from_ack: bool
    assess: int | None
    window: int | None


POLICIES = (
    Published("south-staffordshire", 10, 5, False, True, 20, 5, False, None, 20),
    Published("north-somerset", 10, None, False, True, 17, None, False, None, None),
    Published("stoke-on-trent", 10, 5, False, True, 20, None, False, 5, 10),
    Published("west-lindsey", 21, None, False, False, None, None, False, None, None),
    Published("south-derbyshire", 10, 5, True, True, 10, 5, True, None, None),
)
each_policy = pytest.mark.parametrize("policy", POLICIES, ids=[policy.council for policy in POLICIES])
WITH_A_REVIEW = [policy for policy in POLICIES if policy.s2 is not None]
each_with_a_review = pytest.mark.parametrize("policy", WITH_A_REVIEW, ids=[policy.council for policy in WITH_A_REVIEW])


@cache
def council(name: str) -> Council:
    return load_council(name, today=date(2028, 1, 1))


def every_day() -> Iterator[date]:
    return (FIRST + timedelta(days=n) for n in range((LAST - FIRST).days + 1))


def delicate_days() -> Iterator[date]:
    near = {day + timedelta(days=n) for day in (*BANK_HOLIDAYS, *CLOCK_CHANGES, date(2028, 2, 29)) for n in range(-3, 4)}
    return iter(sorted(day for day in near if FIRST <= day <= LAST))


def at(day: date, clock: time = time(12)) -> datetime:
    return datetime.combine(day, clock, LONDON)


def opened(policy: Published, moment: datetime, category: Category = Category.COMPLAINT) -> Case:
    known = council(policy.council)
    ref = str(Reference(known.policy.prefix, 27, 1))
    event = CaseOpened(ref, facts(1, at=moment), Route(category, "waste", because=("test",)))
    return decide(None, event, known, moment).case


def officer(policy: Published, case: Case, role: str, text: str, moment: datetime) -> Decision:
    known = council(policy.council)
    who = (known.playing(role, "waste") or known.playing(role) or known.playing("complaints_lead"))[0]
    event = OfficerWrote(who.key, facts(len(case.mails) + 10, text, moment), read_commands(text).commands)
    decision = decide(case, event, known, moment)
    assert LetterKind.REFUSED not in {send.letter.kind for send in decision.sends}, decision.sends[-1].letter.content
    return decision


def asks_for_a_review(policy: Published, case: Case, moment: datetime) -> Decision:
    route = Route(Category.COMPLAINT, "waste", signals=frozenset({Signal.REVIEW_REQUEST}))
    event = ResidentWrote(facts(50, "I ask for a review.", moment), route, "test")
    return decide(case, event, council(policy.council), moment)


ANSWER = "#respond not-upheld\nWe have looked into it. The crew came on the day, and the records show where and when."


def answered(policy: Published, asked: datetime, answered_at: datetime) -> Case:
    case = opened(policy, asked)
    promise = council(policy.council).policy.stages[Stage.STAGE1]
    if promise.acknowledge is not None:
        case = officer(policy, case, promise.acknowledge.by, "#acknowledge\nWe understand.", asked).case
    return officer(policy, case, promise.respond.by, ANSWER, answered_at).case


def target(case: Case, name: str) -> date | None:
    found = case.deadline(name)
    return found.target if found else None


# --- Stage 1, the comment and the compliment -------------------------------------------------------------------------


@each_policy
@pytest.mark.parametrize("clock", [time(0, 0, 0), time(23, 59, 59)])
def test_stage_1_is_due_when_its_readers_would_say_on_each_day_of_five_years(policy: Published, clock: time) -> None:
    for day in every_day():
        case = opened(policy, at(day, clock))
        if policy.s1_ack is not None:
            assert target(case, "stage1.acknowledge") == working(day, policy.s1_ack), day
        else:
            assert case.deadline("stage1.acknowledge") is None
        due = None if policy.s1_from_ack else working(day, policy.s1) if policy.working_days else days(day, policy.s1)
        assert target(case, "stage1.respond") == due, day


def test_a_clock_that_runs_from_the_acknowledgement_starts_on_the_day_on_which_it_leaves() -> None:
    policy = next(policy for policy in POLICIES if policy.s1_from_ack)
    for day in delicate_days():
        case = opened(policy, at(day))
        case = officer(
            policy, case, "customer_experience_officer", "#acknowledge\nWe understand.", at(day, time(23, 59, 59))
        ).case
        assert target(case, "stage1.respond") == working(day, policy.s1), day


def test_comments_and_compliments_count_in_calendar_days_where_they_are_promised() -> None:
    policy = next(policy for policy in POLICIES if not policy.working_days)
    for day in delicate_days():
        assert target(opened(policy, at(day), Category.COMMENT), "comment.respond") == days(day, 14), day
        assert target(opened(policy, at(day), Category.COMPLIMENT), "compliment.acknowledge") == days(day, 7), day


# --- Stage 2 ---------------------------------------------------------------------------------------------------------


@each_with_a_review
def test_stage_2_is_due_when_its_readers_would_say(policy: Published) -> None:
    for day in delicate_days():
        before = working(day - timedelta(days=12), 1)
        case = asks_for_a_review(policy, answered(policy, at(before), at(before, time(13))), at(day)).case
        assert case.stage is Stage.STAGE2, day
        if policy.s2_ack is not None:
            assert target(case, "stage2.acknowledge") == working(day, policy.s2_ack), day
        if policy.assess is not None:
            assert target(case, "stage2.assess") == working(day, policy.assess), day
        assert policy.s2 is not None
        assert target(case, "stage2.respond") == (None if policy.s2_from_ack else working(day, policy.s2)), day


@pytest.mark.parametrize("policy", [p for p in WITH_A_REVIEW if p.window], ids=[p.council for p in WITH_A_REVIEW if p.window])
def test_the_window_for_a_review_closes_at_the_last_second_of_its_last_day(policy: Published) -> None:
    assert policy.window is not None
    for day in delicate_days():
        if not is_working(day):
            continue
        case = answered(policy, at(day, time(9)), at(day, time(10)))
        last = working(day, policy.window)
        assert target(case, "stage2.request") == last, day
        in_time = asks_for_a_review(policy, case, at(last, time(23, 59, 59))).case
        too_late = asks_for_a_review(policy, case, at(last + ONE_DAY, time(0, 0, 0)))
        assert (in_time.stage, in_time.status) == (Stage.STAGE2, Status.OPEN), day
        assert too_late.case.stage is Stage.STAGE1, day


def test_the_bank_holidays_are_those_that_the_calendar_knows() -> None:
    known = council("south-staffordshire").calendar
    found = {day for day in known.closed if FIRST <= day <= LAST and day.weekday() < 5}
    assert found == {day for day in BANK_HOLIDAYS if day <= LAST}
