"""Longer times for a while, published by the council: for clocks that start in those days, and never for those that run."""

from dataclasses import replace
from datetime import date

from townclerk.domain.policy import Policy, StagePolicy
from townclerk.domain.provisions import TimescaleOverride


def override_on(policy: Policy, day: date) -> TimescaleOverride | None:
    """The override that is in force on *day*."""
    override = policy.provisions.timescale_override
    return override if override is not None and override.first <= day <= override.last else None


def stage_on(policy: Policy, stage: StagePolicy, day: date) -> StagePolicy:
    """*stage* as it is for a clock that starts on *day*."""
    override = override_on(policy, day)
    longer = override.stages.get(stage.stage) if override is not None else None
    return stage if longer is None else replace(stage, respond=replace(stage.respond, within=longer))
