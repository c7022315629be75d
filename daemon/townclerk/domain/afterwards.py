"""What outlives a case: the survey, actions that were promised, the sheet that is filled in, and the day on which it may be
destroyed. Here are the moments at which they wake us, and how long a case is kept."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, time, timedelta

from townclerk.domain.calendar import Derivation
from townclerk.domain.case import Action, Case, Deadline
from townclerk.domain.council import Council
from townclerk.domain.durations import Duration, Unit
from townclerk.domain.policy import SERVICE
from townclerk.domain.provisions import NOT_PUBLISHED, Assessment, Published, Retention, Survey
from townclerk.domain.timer import Timer
from townclerk.domain.words import Category, Status

SURVEY, RETENTION, ASSESSMENT, ENQUIRY = "survey", "retention", "assessment", "ombudsman.enquiry"
LEAD = "complaints_lead"
ENDED = frozenset({Status.CLOSED, Status.WITHDRAWN})


def afterwards(case: Case, council: Council) -> Iterator[Timer]:
    """Every moment at which what outlives this case, or accompanies it, is to be looked at."""
    yield from _survey(case, council)
    for action in case.open_actions:
        yield from _of_action(case, action, council)
    yield from _updates(case, council)
    yield from _enquiry(case, council)
    yield from _assessment(case, council)
    yield from _adjustments(case, council)
    yield from _elapsed(case, council)
    yield from _retention(case, council)


def _survey(case: Case, council: Council) -> Iterator[Timer]:
    deadline = case.deadline(SURVEY)
    if deadline is not None and deadline.open:
        at = council.calendar.at(deadline.promised, council.policy.hours.survey_at)
        yield _unless_held(case, Timer(f"{SURVEY}:{deadline.promised}", at, SURVEY, SURVEY))


def _unless_held(case: Case, timer: Timer) -> Timer:
    """*timer*, or, while the case is on hold, one that only says so: what it would have sent is due when the hold ends."""
    if case.hold is None:
        return timer
    return replace(timer, key=f"{timer.key}:held-{case.hold.at:%Y-%m-%dT%H:%M}", act=f"held_{timer.act}")


def _of_action(case: Case, action: Action, council: Council) -> Iterator[Timer]:
    """Whoever promised it is reminded as of a response, and told when its day has passed."""
    deadline = case.deadline(action.deadline)
    if deadline is not None and deadline.open:
        yield from _of_a_day_that_was_set(deadline, "action", council)


def _enquiry(case: Case, council: Council) -> Iterator[Timer]:
    """The day by which the Ombudsman wants an answer."""
    deadline = case.deadline(ENQUIRY)
    if deadline is not None and deadline.open:
        yield from _of_a_day_that_was_set(deadline, "enquiry", council)


def _of_a_day_that_was_set(deadline: Deadline, act: str, council: Council) -> Iterator[Timer]:
    """Reminders before it as before a response, and a notice when it has passed."""
    calendar, clock = council.calendar, council.policy.hours.reminders_at
    base, key = calendar.working_on_or_before(deadline.promised), f"{deadline.name}:{deadline.promised}"
    for days in council.policy.reminders.respond:
        at = calendar.at(calendar.add_working_days(base, -days), clock)
        if at > deadline.told_at:  # else whoever is reminded has only just set it
            yield Timer(f"{key}:reminder-{days}", at, f"{act}_reminder", deadline.name, days)
    late = calendar.at(calendar.add_working_days(deadline.promised, 1), clock)
    yield Timer(f"{key}:overdue", late, f"{act}_overdue", deadline.name)


def _updates(case: Case, council: Council) -> Iterator[Timer]:
    """The resident hears of what is still to be done at regular times since they last heard of it."""
    if case.open_actions and case.actions_told_at is not None:
        day = working_day_after(case.actions_told_at, council.policy.provisions.actions.updates_every, council)
        at = council.calendar.at(day, council.policy.hours.survey_at)
        yield _unless_held(case, Timer(f"actions:{day}", at, "action_update"))


def _assessment(case: Case, council: Council) -> Iterator[Timer]:
    """The sheet is asked for at once, and again for as long as something is missing."""
    sheet, deadline = council.policy.provisions.assessment, case.deadline(ASSESSMENT)
    if sheet is None or deadline is None or not deadline.open:
        return
    yield Timer(f"{ASSESSMENT}:{deadline.derivation.day0}#{deadline.run}", deadline.told_at, ASSESSMENT, ASSESSMENT)
    if sheet.chase_every is not None:
        day = council.calendar.add_working_days(deadline.promised, 0)
        at = council.calendar.at(day, council.policy.hours.reminders_at)
        yield Timer(f"{ASSESSMENT}:{deadline.promised}:chase#{deadline.run}", at, ASSESSMENT, ASSESSMENT, step=1)


def _adjustments(case: Case, council: Council) -> Iterator[Timer]:
    kept = council.policy.provisions.adjustments
    if kept is None or kept.review_every is None or case.status in ENDED:
        return
    if case.adjustments and case.adjustments_seen_at is not None:
        day = working_day_after(case.adjustments_seen_at, kept.review_every, council)
        yield Timer(f"adjustments:{day}", council.calendar.at(day, council.policy.hours.reminders_at), "adjustments")


def _elapsed(case: Case, council: Council) -> Iterator[Timer]:
    """All stages together have taken too long."""
    alarm = council.policy.provisions.elapsed_alarm
    if alarm is None or case.category is not Category.COMPLAINT or case.status is not Status.OPEN:
        return
    began = began_on(case, council)
    day = council.calendar.add_working_days(council.calendar.count(began, alarm).due, 0)
    yield Timer(f"elapsed:{began}", council.calendar.at(day, council.policy.hours.reminders_at), "elapsed")


def _retention(case: Case, council: Council) -> Iterator[Timer]:
    """The day ends, and the case is looked at; never while it is on hold."""
    deadline = case.deadline(RETENTION)
    if deadline is not None and deadline.open and case.hold is None:
        at = council.calendar.at(deadline.promised + timedelta(days=1), time(0))
        yield Timer(f"{RETENTION}:{deadline.promised}", at, RETENTION, RETENTION)


def began_on(case: Case, council: Council) -> date:
    """The day from which the first clock of the complaint counted."""
    counted = (deadline.derivation.day0 for deadline in case.deadlines if deadline.stage is not None)
    return min(counted, default=council.calendar.local(case.opened_at).date())


def working_day_after(moment: datetime, duration: Duration, council: Council) -> date:
    """The day on which *duration* after *moment* ends, or the next working day."""
    calendar = council.calendar
    return calendar.add_working_days(calendar.count(calendar.local(moment).date(), duration).due, 0)


# --- how they are made -----------------------------------------------------------------------------------------------


def survey_deadline(survey: Survey, answered_at: datetime, council: Council) -> Deadline:
    """The day of the survey about an answer that left at *answered_at*: a working day."""
    calendar = council.calendar
    counted = calendar.count(calendar.local(answered_at).date(), survey.after)
    day = calendar.add_working_days(counted.due, 0)
    moved = "" if day == counted.due else f"{calendar.reason_off(counted.due)}: moved to the next working day"
    return outliving(SURVEY, replace(counted, due=day, note=moved), LEAD, answered_at, survey.said)


def assessment_deadline(sheet: Assessment, answered_at: datetime, council: Council) -> Deadline:
    """When the sheet is asked for again; where it is not chased, the day of the answer itself."""
    day0 = council.calendar.local(answered_at).date()
    derivation = council.calendar.count(day0, sheet.chase_every or Duration(0, Unit.CALENDAR_DAY))
    return outliving(ASSESSMENT, derivation, sheet.by, answered_at, sheet.said)


def retention_deadline(case: Case, retention: Retention, now: datetime, council: Council) -> Deadline | None:
    """The last day on which the case is kept, from its end, the last contact, or the last day of what was promised or
    decided on it and still runs, whichever is latest; None: for ever."""
    kept_as = retention_class(case, retention)
    if kept_as is None or case.closed_at is None:
        return None
    name, duration = kept_as
    since = max(case.closed_at, case.last_contact_at or case.closed_at)
    running = [action.due for action in case.open_actions]
    if case.restriction is not None:
        running.append(case.restriction.until)
    last = max((council.calendar.local(since).date(), *running))
    derivation = council.calendar.keep_until(last, duration, f"kept as: {name}")
    return outliving(RETENTION, derivation, retention.by, now, retention.said)


def retention_class(case: Case, retention: Retention) -> tuple[str, Duration] | None:
    """Under what word the case is kept, and how long. A flag or an exclusion says more than the stage that it reached, and
    that more than its category; of several flags the longest time counts."""
    stages = [stage.value for stage, _ in case.responded_at] or [case.stage.value if case.stage else ""]
    marks = [
        _word(name)
        for name in (*(flag for flag, _ in case.flags), *case.exclusions, *((case.refused,) if case.refused else ()))
    ]
    named = [(mark, retention.classes[mark]) for mark in marks if mark in retention.classes]
    if named:
        return max(named, key=lambda pair: _days(pair[1]))
    for word in (stages[-1], case.category.value):
        if word in retention.classes:
            return word, retention.classes[word]
    return ("anything else", retention.otherwise) if retention.otherwise is not None else None


def action_deadline(action: Action, now: datetime, council: Council) -> Deadline:
    calendar = council.calendar
    derivation = Derivation(calendar.local(now).date(), "", (), action.due, calendar.version, "the date that an officer gave")
    return outliving(action.deadline, derivation, SERVICE, now, council.policy.provisions.actions.said)


def enquiry_deadline(due: date, now: datetime, council: Council) -> Deadline:
    """The day that the Ombudsman has set for the council's answer."""
    calendar = council.calendar
    derivation = Derivation(calendar.local(now).date(), "", (), due, calendar.version, "the date that the Ombudsman gave")
    return outliving(ENQUIRY, derivation, LEAD, now, NOT_PUBLISHED)


def outliving(name: str, derivation: Derivation, by: str, now: datetime, said: Published) -> Deadline:
    """A deadline that is no promise of a stage: its day is *derivation*'s."""
    due = derivation.due
    return Deadline(name, due, due, due, derivation, said.clause, by, now, said.promises)


def missing_from(case: Case, sheet: Assessment) -> tuple[str, ...]:
    """What the sheet asks for and nobody has recorded."""
    recorded = {"reason": case.reasons, "remedy": case.remedies, "learning": case.learning}
    return tuple(what for what in sheet.asks if not recorded[what])


def _days(duration: Duration) -> int:
    """About how many days: enough to say which of two is longer."""
    return duration.n * {Unit.WORKING_DAY: 1, Unit.CALENDAR_DAY: 1, Unit.MONTH: 30, Unit.YEAR: 365}[duration.unit]


def _word(name: str) -> str:
    return name.lower().replace("-", "_")
