"""A complaint may begin at Stage 2 where the policy says so, and only with reasons; elsewhere nothing has changed."""

from dataclasses import replace

from domain.samples import MONDAY, council, facts, kinds, opened
from townclerk.domain.case import Case
from townclerk.domain.commands import read_commands
from townclerk.domain.council import Council
from townclerk.domain.decide import Decision, decide
from townclerk.domain.events import OfficerWrote
from townclerk.domain.provisions import Published
from townclerk.domain.words import Stage


def with_bypass() -> Council:
    known = council()
    second = replace(known.policy.stages[Stage.STAGE2], bypass=Published("6.8"))
    return replace(known, policy=replace(known.policy, stages={**known.policy.stages, Stage.STAGE2: second}))


def told(case: Case, text: str, number: int, known: Council, who: str = "cal") -> Decision:
    read = read_commands(text)
    return decide(case, OfficerWrote(who, facts(number, text, MONDAY), read.commands, read.problem), known, MONDAY)


def test_stage_1_is_left_out_with_reasons_and_its_dates_with_it() -> None:
    decision = told(opened().case, "#review accept\nHe cannot judge himself.", 2, with_bypass())

    assert decision.case.stage is Stage.STAGE2
    assert {"review_decision", "assignment", "done"} == set(kinds(decision))
    assert [d.name for d in decision.case.deadlines if d.open and d.stage is Stage.STAGE1] == []


def test_not_without_reasons_and_not_where_the_policy_says_nothing_of_it() -> None:
    assert kinds(told(opened().case, "#review accept", 2, with_bypass())) == ["refused"]
    assert kinds(told(opened().case, "#review accept\nHe cannot judge himself.", 2, council())) == ["refused"]


def test_a_complaint_that_was_answered_waits_until_somebody_asks() -> None:
    answered = told(opened().case, "#respond not-upheld\nThe crew came on Friday at eight.", 2, with_bypass()).case

    assert kinds(told(answered, "#review accept\nAs I please.", 3, with_bypass())) == ["refused"]


def test_whoever_is_complained_of_does_not_leave_a_stage_out() -> None:
    decision = told(opened().case, "#review accept\nWe would say the same again.", 2, with_bypass(), who="wendy")

    assert kinds(decision) == ["refused"]
    assert decision.case.stage is Stage.STAGE1
