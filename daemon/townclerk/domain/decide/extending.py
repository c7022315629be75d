"""The date to which an officer may move a response."""

from datetime import date

from townclerk.domain.calendar import CalendarTooShort
from townclerk.domain.case import Deadline
from townclerk.domain.commands import Command, read_until
from townclerk.domain.deadlines import latest_possible
from townclerk.domain.decide.deliberation import Deliberation
from townclerk.domain.decide.refusal import Refusal
from townclerk.domain.durations import Duration, Unit
from townclerk.domain.policy import StagePolicy

FURTHEST = Duration(6, Unit.MONTH)  # a slip of the keyboard is likelier than half a year's extension


def new_date(command: Command, deadline: Deadline, stage: StagePolicy, d: Deliberation) -> tuple[date, str]:
    """(the new date, the reason), or a Refusal that names what would work."""
    until, rest = read_until(command.argument)
    reason = "\n".join(part for part in (rest, command.body) if part)
    if until is None:
        raise Refusal(
            "the new date is missing or cannot be read", "#extend 2027-02-08 and the reason", "#extend 5 and the reason"
        )
    if stage.extension.reason_required and not reason:
        raise Refusal("the reason is missing: this policy promises one", f"#extend {command.argument.strip()} and the reason")
    new = _counted(until, deadline, d)
    _check(new, deadline, stage, d)
    return new, reason


def _counted(until: date | int, deadline: Deadline, d: Deliberation) -> date:
    """A number counts from the date last promised, in the days that the policy counts this promise in."""
    if isinstance(until, date):
        return until
    unit = Unit.CALENDAR_DAY if _in_calendar_days(deadline) else Unit.WORKING_DAY
    try:
        return d.council.calendar.count(deadline.promised, Duration(until, unit)).due if until else deadline.promised
    except CalendarTooShort:
        raise Refusal("that is further ahead than the calendar reaches", "#extend and a nearer date") from None


def _in_calendar_days(deadline: Deadline) -> bool:
    """Where a promise counts every day, any day can be promised: what is due then is done on the last working day before."""
    return "calendar" in deadline.derivation.duration


def _check(new: date, deadline: Deadline, stage: StagePolicy, d: Deliberation) -> None:
    calendar = d.council.calendar
    today = calendar.local(d.now).date()
    if new <= deadline.promised:
        raise Refusal(
            f"the resident has been promised {_words(deadline.promised)}, and {_words(new)} is not later",
            "#extend and a later date",
        )
    if new < today:
        raise Refusal(f"{_words(new)} has passed", "#extend and a date to come")
    cap = latest_possible(deadline, stage.extension, calendar)
    if cap is not None and new > cap:
        raise Refusal(f"this policy allows {_words(cap)} at the latest", f"#extend {cap} and the reason")
    if new > calendar.count(today, FURTHEST).due:
        raise Refusal(f"{_words(new)} is more than {FURTHEST} away", "#extend and a nearer date, and again when it comes")
    if not calendar.is_working(new) and not _in_calendar_days(deadline):
        better = calendar.add_working_days(new, 1)
        better = better if cap is None or better <= cap else calendar.working_on_or_before(new)
        raise Refusal(f"{_words(new)} is not a working day", f"#extend {better} and the reason")


def _words(day: date) -> str:
    return f"{day:%A} {day.day} {day:%B %Y}"
