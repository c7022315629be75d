"""Where a published policy falls short of the Ombudsmen's Codes. Which council what: the policies' own files decide."""

from dataclasses import replace
from datetime import date

import pytest

from townclerk.config.policy_file import load_policy
from townclerk.config.shipped import find_shipped, shipped_councils
from townclerk.domain.codes import NOT_QUOTED, advice_on, not_quoted
from townclerk.domain.durations import Duration, Unit
from townclerk.domain.policy import Policy
from townclerk.domain.words import Stage

# What a person who laid the five policies beside the Codes found, as far as values can show it.
FOUND = {
    "south-staffordshire": {
        "definition",
        "additional_issues",
        "adjustments",
        "consent",
        "limit_from_matter",
        "retention",
        "behaviour",
    },
    "north-somerset": {
        "no_acknowledgement",
        "ombudsman_with_delay",
        "further_stage",
        "sent_back",
        "definition",
        "before_the_codes",
    },
    "stoke-on-trent": {"no_cap", "step_before", "no_mailbox"},
    "west-lindsey": {
        *("one_stage", "not_working_days", "long_answer", "no_acknowledgement", "adjustments", "ombudsman_name"),
        *("waits_for_board", "no_date"),
    },
    "south-derbyshire": {"step_before", "no_cap", "ombudsman_with_delay", "no_mailbox", "no_date"},
}
NOT_FOUND = {
    "south-staffordshire": {"one_stage", "no_acknowledgement", "ombudsman_with_delay", "no_mailbox", "further_stage"},
    "north-somerset": {"no_mailbox", "one_stage", "not_working_days"},
    "stoke-on-trent": {
        "definition",
        "no_acknowledgement",
        "ombudsman_with_delay",
        "adjustments",
        "consent",
        "before_the_codes",
    },
    "west-lindsey": {"no_mailbox", "further_stage", "sent_back", "step_before"},
    "south-derbyshire": {"definition", "no_acknowledgement", "additional_issues", "one_stage", "adjustments"},
}


def policy_of(council: str) -> Policy:
    path = find_shipped("rules", f"{council}/policy.yaml")
    assert path
    return load_policy(path)


def rules_in(policy: Policy) -> set[str]:
    return {advice.rule for advice in advice_on(policy)}


@pytest.mark.parametrize("council", shipped_councils())
def test_what_a_person_found_is_found(council: str) -> None:
    assert FOUND[council] <= rules_in(policy_of(council))


@pytest.mark.parametrize("council", shipped_councils())
def test_what_a_policy_does_say_is_not_missed_in_it(council: str) -> None:
    assert not NOT_FOUND[council] & rules_in(policy_of(council))


@pytest.mark.parametrize("council", shipped_councils())
def test_every_finding_says_where_and_what_is_asked_for(council: str) -> None:
    for advice in advice_on(policy_of(council)):
        assert advice.path
        assert advice.code
        assert advice.finding
        assert advice.asks
    assert not_quoted(policy_of(council)) == ()


BASE = policy_of("stoke-on-trent")


def with_stage1(**changes: object) -> Policy:
    first = BASE.stages[Stage.STAGE1]
    return replace(BASE, stages={**BASE.stages, Stage.STAGE1: replace(first, **changes)})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("within", "found"),
    [
        (Duration(10, Unit.WORKING_DAY), set()),
        (Duration(11, Unit.WORKING_DAY), {"long_answer"}),
        (Duration(14, Unit.CALENDAR_DAY), {"not_working_days"}),
        (Duration(21, Unit.CALENDAR_DAY), {"not_working_days", "long_answer"}),
    ],
)
def test_stage_1_is_answered_within_ten_working_days(within: Duration, found: set[str]) -> None:
    respond = replace(BASE.stages[Stage.STAGE1].respond, within=within)

    assert rules_in(with_stage1(respond=respond)) & {"long_answer", "not_working_days"} == found


@pytest.mark.parametrize(("days", "late"), [(5, False), (6, True)])
def test_a_complaint_is_acknowledged_within_five_working_days(days: int, late: bool) -> None:
    acknowledge = BASE.stages[Stage.STAGE1].acknowledge
    assert acknowledge
    policy = with_stage1(acknowledge=replace(acknowledge, within=Duration(days, Unit.WORKING_DAY)))

    assert ("late_acknowledgement" in rules_in(policy)) is late


@pytest.mark.parametrize(("day", "before"), [(date(2024, 2, 7), True), (date(2024, 2, 8), False)])
def test_a_policy_older_than_the_codes_is_told(day: date, before: bool) -> None:
    provisions = replace(BASE.provisions, edition=replace(BASE.provisions.edition, day=day))

    assert ("before_the_codes" in rules_in(replace(BASE, provisions=provisions))) is before


@pytest.mark.parametrize(("days", "told"), [(40, False), (41, True)])
def test_both_stages_together_take_twelve_weeks_at_most(days: int, told: bool) -> None:
    stages = {
        Stage.STAGE1: BASE.stages[Stage.STAGE1],  # 20 working days with its cap
        Stage.STAGE2: BASE.stages[Stage.STAGE2],
    }
    capped = {
        stage: replace(
            part, extension=replace(part.extension, cap=Duration(20 if stage is Stage.STAGE1 else days, Unit.WORKING_DAY))
        )
        for stage, part in stages.items()
    }

    assert ("both_stages" in rules_in(replace(BASE, stages=capped))) is told


def test_a_promise_still_to_be_quoted_is_named_by_its_place() -> None:
    respond = replace(BASE.stages[Stage.STAGE1].respond, clause=NOT_QUOTED, quote="")

    assert not_quoted(with_stage1(respond=respond)) == ("stages.stage1.respond",)
