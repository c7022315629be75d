"""The date to which an officer may move a response."""

from datetime import date

from townclerk.domain.calendar import CalendarTooShort
from townclerk.domain.case import Deadline
from townclerk.domain.commands import Command
from townclerk.domain.days_written import Count, words_of
from townclerk.domain.deadlines import latest_possible
from townclerk.domain.decide.deliberation import Deliberation
from townclerk.domain.decide.refusal import Refusal
from townclerk.domain.decide.work import BETWEEN, OfficerAtWork
from townclerk.domain.durations import Duration, Unit
from townclerk.domain.policy import StagePolicy

FURTHEST = Duration(6, Unit.MONTH)  # a slip of the keyboard is likelier than half a year's extension


def new_date(command: Command, deadline: Deadline, stage: StagePolicy, work: OfficerAtWork) -> tuple[date, str]:
    """(the new date, the reason), or a Refusal that names what would work."""
    d = work.d
    read = work.when(command, later_than=deadline.promised)
    line = f"#{command.word} {command.argument}"
    reason = work.one_text(command, read.rest, line.removesuffix(read.rest).rstrip(BETWEEN))
    new = read.day if read.count is None else _counted(read.count, deadline, work)
    if new is None:
        raise Refusal(
            "the new date is missing or cannot be read",
            f"#extend {_example(deadline, d)} and the reason",
            "#extend 5 and the reason",
        )
    if stage.extension.reason_required and not reason:
        raise Refusal("the reason is missing: this policy promises one", f"#extend {command.argument.strip()} and the reason")
    _check(new, deadline, stage, d, read.rest)
    return new, reason


def _example(deadline: Deadline, d: Deliberation) -> date:
    """A day to which this response could be put off."""
    return d.council.calendar.add_working_days(max(deadline.promised, d.council.calendar.local(d.now).date()), 5)


def _counted(count: Count, deadline: Deadline, work: OfficerAtWork) -> date:
    """A number counts from the date last promised, in the days that the policy counts this promise in; with a unit of its own,
    such as "14 calendar days", in those."""
    calendar = work.d.council.calendar
    duration = count.duration or Duration(count.n, Unit.CALENDAR_DAY if _in_calendar_days(deadline) else Unit.WORKING_DAY)
    since = work.written_on if count.from_today else deadline.promised
    try:
        return calendar.count(since, duration).due if count.n else since
    except CalendarTooShort:
        raise Refusal("that is further ahead than the calendar reaches", "#extend and a nearer date") from None


def _in_calendar_days(deadline: Deadline) -> bool:
    """Where a promise counts every day, any day can be promised: what is due then is done on the last working day before."""
    return "calendar" in deadline.derivation.duration


def _check(new: date, deadline: Deadline, stage: StagePolicy, d: Deliberation, reason: str) -> None:
    calendar = d.council.calendar
    today = calendar.local(d.now).date()
    if new <= deadline.promised:
        raise Refusal(
            f"the resident has been promised {words_of(deadline.promised)}, and {words_of(new)} is not later",
            "#extend and a later date",
        )
    if new < today:
        raise Refusal(f"{words_of(new)} has passed", "#extend and a date to come")
    cap = latest_possible(deadline, stage.extension, calendar)
    if cap is not None and new > cap:
        latest = cap if _in_calendar_days(deadline) else calendar.working_on_or_before(cap)
        corrected = (f"#extend {latest} {reason}".strip(),) if latest > deadline.promised else ()
        raise Refusal(f"this policy allows {words_of(cap)} at the latest", f"#extend {cap} and the reason", corrected=corrected)
    if new > calendar.count(today, FURTHEST).due:
        raise Refusal(f"{words_of(new)} is more than {FURTHEST} away", "#extend and a nearer date, and again when it comes")
    if not calendar.is_working(new) and not _in_calendar_days(deadline):
        better = calendar.add_working_days(new, 1)
        better = better if cap is None or better <= cap else calendar.working_on_or_before(new)
        raise Refusal(f"{words_of(new)} is not a working day", corrected=(f"#extend {better} {reason}".strip(),))
