"""Promises applied to a case: due dates with their derivation, how they move, and the moments at which they wake us."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from itertools import count

from townclerk.domain.afterwards import afterwards
from townclerk.domain.calendar import Calendar
from townclerk.domain.case import CampaignState, Case, Deadline, PromisedBy
from townclerk.domain.council import Council
from townclerk.domain.policy import Extension, Fallback, Promise, StagePolicy
from townclerk.domain.statutes import by_law
from townclerk.domain.timer import Timer as Timer  # timers are asked for here
from townclerk.domain.words import Category, Status

UNDECIDED_FOR = (2, 4)  # working days after a request, at which it is put to a person again
AGAIN, ENDS = 1, 2  # steps of the question whether mails are a campaign: it is asked again, and it is asked no more


def make(name: str, promise: Promise, start: datetime, now: datetime, calendar: Calendar, why: str = "") -> Deadline:
    """The deadline *name*, counted from the aware moment *start*; *why* says so where that is not the usual one."""
    day0, note = calendar.day_zero(start)
    derivation = calendar.count(day0, promise.within, "; ".join(each for each in (why, note) if each))
    return Deadline(
        name=name,
        target=derivation.due,
        promised=derivation.due,
        person_promised=derivation.due,
        derivation=derivation,
        clause=promise.clause,
        by=promise.by,
        promises=promise.promises,
        told_at=now,
    )


def latest_possible(deadline: Deadline, extension: Extension, calendar: Calendar) -> date | None:
    """The last day to which the policy lets this deadline move, or None: it sets no limit."""
    return None if extension.cap is None else calendar.count(deadline.derivation.day0, extension.cap).due


def extended_automatically(deadline: Deadline, extension: Extension, now: datetime, calendar: Calendar) -> date:
    """The new date of an automatic delay notice: the default extension after the date last told, a working day, never past the
    cap. (A Saturday would have to be put off on the Friday before it: at once, and again.)"""
    start = max(deadline.promised, calendar.local(now).date())
    new = calendar.add_working_days(calendar.count(start, extension.default).due, 0)
    cap = latest_possible(deadline, extension, calendar)
    return new if cap is None else min(new, cap)


def move(deadline: Deadline, new: date, by: PromisedBy, now: datetime, in_time: bool) -> Deadline:
    """*deadline* with the date that the resident is told now. Only an officer's extension made in time puts overdue off."""
    counts = by is PromisedBy.OFFICER and in_time
    moved = replace(deadline, promised=new, promised_by=by, told_at=now)
    if counts:
        return replace(moved, person_promised=new)
    return replace(moved, late_promised=new) if by is PromisedBy.OFFICER else moved


def is_overdue(case: Case, now: datetime, calendar: Calendar) -> bool:
    """True while a response is owed and the date last promised by a person has passed."""
    today = calendar.local(now).date()
    if case.status is not Status.OPEN:
        return False
    return any(d.open and d.what in {"respond", "assess"} and d.person_promised < today for d in case.deadlines)


# --- timers ----------------------------------------------------------------------------------------------------------


def timers(case: Case, council: Council) -> tuple[Timer, ...]:
    """Every moment at which this case, as it now is, wakes us. What was acted on is left out."""
    found = [*_waiting(case), *_leaving(case), *_held(case, council)]
    if case.status is Status.OPEN:
        for deadline in case.deadlines:
            if deadline.open:
                found.extend(_of_deadline(case, deadline, council))
    found.extend(_undecided(case, council))
    found.extend(_pending(case, council))
    found.extend(_questions(case, council))
    found.extend(_approvals(case, council))
    found.extend(_campaign(case, council))
    found.extend(_restriction(case, council))
    found.extend(_closing(case, council))
    found.extend(afterwards(case, council))
    return tuple(timer for timer in found if timer.key not in case.fired)


def _waiting(case: Case) -> Iterator[Timer]:
    for letter in case.waiting:
        yield Timer(f"waiting:{letter.key}", letter.at, "waiting")


def _leaving(case: Case) -> Iterator[Timer]:
    """Words of an officer that can still be stopped are done then, at any hour."""
    for leaving in case.leaving:
        yield Timer(f"leaving:{leaving.number}", leaving.at, "leaving")


def _held(case: Case, council: Council) -> Iterator[Timer]:
    """Whoever wrote what is held is asked about it again, whatever has become of the case."""
    for held in case.held:
        day = council.calendar.local(held.at).date()
        for step in UNDECIDED_FOR:
            at = council.calendar.at(council.calendar.add_working_days(day, step), council.policy.hours.reminders_at)
            yield Timer(f"held:{held.number}:{step}", at, "held", step=step)


def _of_deadline(case: Case, deadline: Deadline, council: Council) -> Iterator[Timer]:
    policy = council.policy
    if deadline.what in {"acknowledge", "assess"}:
        yield from _reminders(deadline, policy.reminders.acknowledge, council)
    if deadline.what == "acknowledge" and _falls_back(case, deadline, council):
        yield Timer(
            f"{_key(deadline)}:{deadline.promised}:fallback",
            _on_base(deadline.promised, policy.hours.fallback_at, council),
            "fallback",
            deadline.name,
        )
    elif deadline.what in {"acknowledge", "assess"} and deadline.stage is not None:
        yield from _late(deadline, council)
        if case.hold is not None and _falls_back(replace(case, hold=None), deadline, council):
            at = _on_base(deadline.promised, policy.hours.fallback_at, council)
            if at > case.hold.at:
                yield Timer(f"{_key(deadline)}:{deadline.promised}:not-sent", at, "not_acknowledged", deadline.name)
    if deadline.what == "respond":
        yield from _reminders(deadline, policy.reminders.respond, council)
        if deadline.stage is not None:
            key = f"{_key(deadline)}:{deadline.promised}:delay"
            yield Timer(key, _on_base(deadline.promised, policy.hours.fallback_at, council), "delay", deadline.name)
            yield from _updates(deadline, policy.stages[deadline.stage].extension, council)
        yield from _late(deadline, council)


def _falls_back(case: Case, deadline: Deadline, council: Council) -> bool:
    stage = deadline.stage
    promise = council.policy.stages[stage].acknowledge if stage else None
    return promise is not None and promise.fallback is Fallback.AT_DUE and case.can_be_told and case.hold is None


def _reminders(deadline: Deadline, days_before: tuple[int, ...], council: Council) -> Iterator[Timer]:
    base = council.calendar.working_on_or_before(deadline.promised)
    for days in days_before:
        day = council.calendar.add_working_days(base, -days)
        at = council.calendar.at(day, council.policy.hours.reminders_at)
        if at > deadline.told_at:  # else whoever is reminded has only just been told
            yield Timer(f"{_key(deadline)}:{deadline.promised}:reminder-{days}", at, "reminder", deadline.name, days)


def _updates(deadline: Deadline, extension: Extension, council: Council) -> Iterator[Timer]:
    """While a date that was moved is awaited, the officer is asked to tell the resident how it stands."""
    every, calendar = extension.updates_every, council.calendar
    if every is None or deadline.promised_by is PromisedBy.POLICY:
        return
    told = calendar.local(deadline.told_at).date()
    for step in count(1):
        day = calendar.count(told, replace(every, n=step * every.n)).due
        if day >= deadline.promised:
            return
        at = _on_base(day, council.policy.hours.reminders_at, council)
        yield Timer(f"{_key(deadline)}:{told}:update-{step}", at, "update", deadline.name, step)


def _late(deadline: Deadline, council: Council) -> Iterator[Timer]:
    calendar, clock = council.calendar, council.policy.hours.reminders_at
    missed = deadline.person_promised
    for day in (missed, deadline.late_promised):
        if day is not None:
            at = calendar.at(calendar.add_working_days(day, 1), clock)
            yield Timer(f"{_key(deadline)}:{day}:overdue", at, "overdue", deadline.name, day=day)
    for step in council.policy.escalation if not by_law(deadline) else ():  # the ladder is that of the complaints procedure
        at = calendar.at(calendar.add_working_days(missed, step.after), clock)
        yield Timer(f"{_key(deadline)}:{missed}:escalation-{step.after}", at, "escalation", deadline.name, step.after)


def _key(deadline: Deadline) -> str:
    """What the keys of its timers begin with: a stage that begins again wakes us again, also on the same dates."""
    return deadline.name if deadline.run == 1 else f"{deadline.name}#{deadline.run}"


def _undecided(case: Case, council: Council) -> Iterator[Timer]:
    """Somebody waits for a person to decide: that person is asked again, and then the complaints lead."""
    mail = case.undecided
    if mail is not None:
        yield from _asked_again(f"undecided:{mail.mail}", mail.received_at, "undecided", council)


def _pending(case: Case, council: Council) -> Iterator[Timer]:
    """What must be decided before anything begins is asked again, too."""
    if case.pending is not None and case.status is Status.OPEN and not case.led:
        again = case.pending.asked_at
        what = f"pending:{case.pending.question}" + (f":{again.isoformat()}" if again is not None else "")
        yield from _asked_again(what, again or case.opened_at, "pending", council)


def _questions(case: Case, council: Council) -> Iterator[Timer]:
    """What a rule left to a person is asked again while nobody has said anything."""
    for number, question in enumerate(case.questions if case.status is Status.OPEN else (), 1):
        yield from _asked_again(f"asked:{number}", question.at, "asked", council)


def _approvals(case: Case, council: Council) -> Iterator[Timer]:
    """A response waits for approval, and the resident for it: so are those who may approve it."""
    if case.draft is not None and case.status is Status.OPEN:
        yield from _asked_again(f"approval:{case.draft.mail}", case.draft.at, "approval", council)


def _campaign(case: Case, council: Council) -> Iterator[Timer]:
    """Those who wrote the same hear what became of it, a few at a time; or a person is asked whether they should."""
    if case.campaign is None:
        return
    said = case.campaign.to_tell
    if said is not None:
        yield Timer(f"telling:{said.number}:{said.told}", said.at, "telling")
    if case.campaign.state is CampaignState.ASKED and case.status is Status.OPEN:
        key, ends = f"campaign:{case.campaign.since.isoformat()}", campaign_question_ends(case.campaign.since, council)
        again = council.calendar.at(council.calendar.local(ends).date(), council.policy.hours.reminders_at)
        yield Timer(f"{key}:again", again, "campaign", step=AGAIN)
        yield Timer(f"{key}:ends", ends, "campaign", step=ENDS)


def campaign_question_ends(since: datetime, council: Council) -> datetime:
    """Until when a person is asked, since that moment, whether mails are a campaign: for one working day after the day on which
    the question reaches them, because those whose mails wait for it have nobody meanwhile."""
    calendar, hours, local = council.calendar, council.policy.hours, council.calendar.local(since)
    day = local.date()
    if not calendar.is_working(day) or local.time() >= hours.closes:
        day = calendar.add_working_days(day, 1)
    return calendar.at(calendar.add_working_days(day, 1), hours.fallback_at)


def _asked_again(what: str, since: datetime, act: str, council: Council) -> Iterator[Timer]:
    """The moments at which a person is asked again what nobody has decided since *since*."""
    calendar = council.calendar
    for step in UNDECIDED_FOR:
        day = calendar.add_working_days(calendar.local(since).date(), step)
        yield Timer(f"{what}:{step}", calendar.at(day, council.policy.hours.reminders_at), act, step=step)


def _restriction(case: Case, council: Council) -> Iterator[Timer]:
    """Whoever decided on a restriction of contact looks at it again before it ends, whatever has become of the case."""
    deadline = case.deadline("restriction")
    if deadline is not None and deadline.open:
        yield from _reminders(deadline, (2, 0), council)
        end = council.calendar.at(deadline.promised, council.policy.hours.due_time) + timedelta(seconds=1)
        yield Timer(f"{_key(deadline)}:{deadline.promised}:end", end, "restriction_ends", deadline.name)


def _on_base(day: date, clock: time, council: Council) -> datetime:
    """*clock* on the last working day on or before *day*: on a calendar-day promise the day itself may be a Sunday."""
    return council.calendar.at(council.calendar.working_on_or_before(day), clock)


def _closing(case: Case, council: Council) -> Iterator[Timer]:
    """An answered case closes, in silence, when the resident can no longer come back; so does one in which nothing is owed."""
    last = last_day_to_come_back(case, council)
    if last is not None:
        end = council.calendar.at(last, council.policy.hours.due_time) + timedelta(seconds=1)
        again = "" if case.run == 1 else f"#{case.run}"
        yield Timer(f"close:{last}{again}", end, "close")


def last_day_to_come_back(case: Case, council: Council) -> date | None:
    """The end of that day closes the case; None: something is owed, or is to be decided. A complaint that is open is owed an
    answer, whatever clock runs."""
    if case.undecided is not None or case.pending is not None:
        return None
    if case.category is Category.COMPLAINT and case.status is Status.OPEN:
        return None
    if case.status is Status.ANSWERED and case.responded_at:
        stage, answered = case.responded_at[-1]
        following = council.policy.stage_after(stage)
        window = case.deadline(f"{following.stage}.request") if following else None
        return window.promised if window else _days_after(answered, council)
    still_here = case.status in {Status.OPEN, Status.ANSWERED}
    if still_here and case.stage is None and not any(d.open and not d.outlives for d in case.deadlines):
        return _days_after(case.last_contact_at or case.opened_at, council)
    return None


def _days_after(moment: datetime, council: Council) -> date:
    return council.calendar.count(council.calendar.local(moment).date(), council.policy.answered_for).due


def stage_deadlines(
    stage: StagePolicy, received_at: datetime, now: datetime, calendar: Calendar, why: str = ""
) -> tuple[Deadline, ...]:
    """The deadlines that a stage starts with: those whose clock runs from receipt."""
    named = (("acknowledge", stage.acknowledge), ("assess", stage.assess), ("respond", stage.respond))
    return tuple(
        make(f"{stage.stage}.{what}", promise, received_at, now, calendar, why)
        for what, promise in named
        if promise is not None and promise.start.value == "receipt"
    )
