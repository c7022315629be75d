"""Policies that nobody has published: what one of the five says, with other clocks, caps, windows and people."""

from dataclasses import replace
from datetime import date
from functools import cache

from hypothesis import strategies as st

from domain.strategies import calendar
from townclerk.config.council_folder import load_council
from townclerk.domain.council import Council
from townclerk.domain.durations import Duration, Unit
from townclerk.domain.policy import ClockStart, Extension, Fallback, Policy, Promise, StagePolicy
from townclerk.domain.provisions import Actions, Retention, Survey
from townclerk.domain.words import Category, Stage

FIVE = ("south-staffordshire", "north-somerset", "stoke-on-trent", "west-lindsey", "south-derbyshire")


@cache
def published(name: str) -> Council:
    """One of the five, with a calendar that is quick to make."""
    return replace(load_council(name, today=date(2027, 1, 1)), calendar=calendar())


short = st.builds(Duration, st.integers(1, 12), st.sampled_from([Unit.WORKING_DAY, Unit.CALENDAR_DAY]))
long = st.builds(Duration, st.integers(8, 45), st.sampled_from([Unit.WORKING_DAY, Unit.CALENDAR_DAY]))


class Drawn:
    """A council with a policy of its own, that says in few words what it is."""

    def __init__(self, council: Council) -> None:
        self.council = council

    def __repr__(self) -> str:
        policy = self.council.policy
        stages = "; ".join(_in_short(stage) for stage in policy.stages.values())
        return f"<{policy.id}: {stages}>"


def _in_short(stage: StagePolicy) -> str:
    promises = {"ack": stage.acknowledge, "assess": stage.assess, "respond": stage.respond, "request": stage.request}
    said = ", ".join(f"{name} {p.within} from {p.start}" for name, p in promises.items() if p is not None)
    return f"{stage.stage} {said}, cap {stage.extension.cap}, agreement {stage.extension.agreement}"


@st.composite
def councils(draw: st.DrawFn) -> Drawn:
    """One of the five, or one with its words and other figures."""
    known = published(draw(st.sampled_from(FIVE)))
    if draw(st.booleans()):
        return Drawn(known)
    return Drawn(replace(known, policy=_policy(draw, known.policy)))


def _policy(draw: st.DrawFn, policy: Policy) -> Policy:
    stages = {stage: _stage(draw, found) for stage, found in policy.stages.items()}
    provisions = replace(
        policy.provisions,
        survey=draw(st.none() | st.builds(Survey, short, st.just((Category.COMPLAINT,)))),
        actions=Actions(draw(short)),
        retention=draw(st.none() | st.builds(Retention, otherwise=st.just(Duration(2, Unit.YEAR)))),
    )
    return replace(policy, stages=stages, provisions=provisions, answered_for=draw(long))


def _stage(draw: st.DrawFn, stage: StagePolicy) -> StagePolicy:
    acknowledge = draw(st.none() | st.builds(_acknowledge, st.just(stage), short, st.sampled_from(Fallback)))
    first = acknowledge or stage.assess
    starts = [ClockStart.RECEIPT, ClockStart.ACKNOWLEDGEMENT] if first is not None else [ClockStart.RECEIPT]
    respond = replace(stage.respond, within=draw(long), start=draw(st.sampled_from(starts)))
    request = stage.request
    if stage.stage is not Stage.STAGE1 and stage.triage is None:
        request = draw(st.none() | st.builds(lambda within: Promise(within, ClockStart.RESPONSE, "resident", "drawn"), long))
    return replace(
        stage,
        acknowledge=acknowledge,
        respond=respond,
        request=request,
        extension=_extension(draw, stage.extension, respond),
        closes_case=draw(st.booleans()) if stage.final else False,
    )


def _acknowledge(stage: StagePolicy, within: Duration, fallback: Fallback) -> Promise:
    by = stage.acknowledge.by if stage.acknowledge is not None else stage.respond.by
    return Promise(within, ClockStart.RECEIPT, by, "drawn", fallback=fallback)


def _extension(draw: st.DrawFn, extension: Extension, respond: Promise) -> Extension:
    room = st.builds(Duration, st.integers(respond.within.n, respond.within.n + 30), st.just(respond.within.unit))
    return replace(
        extension,
        default=draw(short),
        cap=draw(st.none() | room),
        reason_required=draw(st.booleans()),
        agreement=draw(st.booleans()),
    )
