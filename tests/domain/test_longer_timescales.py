"""Longer times for a while: for clocks that start in those days, said in the letters, and never for dates already told."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from domain.samples import COMPLAINT, REF, council, facts
from townclerk.domain.case import Case
from townclerk.domain.council import Council
from townclerk.domain.decide import decide
from townclerk.domain.durations import Duration, Unit
from townclerk.domain.events import CaseOpened
from townclerk.domain.letters import CaseSummary
from townclerk.domain.provisions import Provisions, TimescaleOverride
from townclerk.domain.words import Stage

FIRST, LAST = date(2027, 2, 1), date(2027, 2, 26)
LONGER = TimescaleOverride(
    FIRST,
    LAST,
    {Stage.STAGE1: Duration(15, Unit.WORKING_DAY)},
    "the offices are flooded",
    "https://council.example/flood",
)


def flooded() -> Council:
    known = council()
    return replace(known, policy=replace(known.policy, provisions=Provisions(timescale_override=LONGER)))


def opened_on(day: date) -> tuple[Case, CaseSummary]:
    at = datetime(day.year, day.month, day.day, 10, tzinfo=UTC)
    decision = decide(None, CaseOpened(REF, facts(1, at=at), COMPLAINT), flooded(), at)
    summary = decision.sends[0].letter.case
    assert summary is not None
    return decision.case, summary


@pytest.mark.parametrize(
    ("day", "working_days"),
    [(FIRST - timedelta(days=3), 10), (FIRST, 15), (LAST, 15), (LAST + timedelta(days=3), 10)],
)
def test_only_clocks_that_start_in_those_days_are_longer(day: date, working_days: int) -> None:
    case, _ = opened_on(day)
    due = case.deadline("stage1.respond")
    assert due is not None
    assert due.target == council().calendar.add_working_days(day, working_days)


def test_the_other_promises_stay_as_they_are() -> None:
    case, _ = opened_on(FIRST)
    due = case.deadline("stage1.acknowledge")
    assert due is not None
    assert due.target == council().calendar.add_working_days(FIRST, 5)


def test_letters_say_so_while_it_lasts() -> None:
    assert opened_on(LAST)[1].longer == LONGER
    assert opened_on(LAST + timedelta(days=1))[1].longer is None
