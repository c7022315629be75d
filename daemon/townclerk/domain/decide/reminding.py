"""Reminders of what outlives an answer: what is asked of whom, as it is when the letter leaves."""

from datetime import date

from townclerk.domain.afterwards import ASSESSMENT, missing_from
from townclerk.domain.case import Action, Case, Waiting
from townclerk.domain.decide import choices
from townclerk.domain.decide.deliberation import Deliberation
from townclerk.domain.letters import Choice, Reminder, ShownAction, StaffContent

ABOUT_ADJUSTMENTS = (
    Choice("They are still right", "#note The adjustments are still right.\n"),
    Choice("Add one", "#flag adjustment "),
    Choice("They are no longer needed", "#unflag adjustment\n"),
)


def reminder(d: Deliberation, _letter: Waiting) -> StaffContent:
    """The reminder that waited: of what is done differently for this resident. No other waits."""
    return of_adjustments(d)


def of_assessment(d: Deliberation) -> Reminder:
    sheet, deadline = d.council.policy.provisions.assessment, d.case.deadline(ASSESSMENT)
    missing = missing_from(d.case, sheet) if sheet is not None else ()
    day = deadline.promised if deadline is not None else _today(d)
    wanted = _listed([_SHEET[what] for what in missing])
    asked = tuple(_record(d, what) for what in missing)
    return Reminder(ASSESSMENT, day, None, deadline.clause if deadline else "", (*asked, choices.NOTE), detail=wanted)


def of_adjustments(d: Deliberation) -> Reminder:
    kept = d.council.policy.provisions.adjustments
    detail = "; ".join(d.case.adjustments)
    return Reminder("adjustments", _today(d), None, kept.said.clause if kept else "", ABOUT_ADJUSTMENTS, detail=detail)


def of_action(d: Deliberation, action: Action) -> Reminder:
    said = d.council.policy.provisions.actions.said
    return Reminder("action", action.due, None, said.clause, about_action(action), detail=action.what)


def about_action(action: Action) -> tuple[Choice, ...]:
    return (
        Choice("It is done; tell the resident", f"#action-done {action.number}\n"),
        Choice("It will be done later: the new date, and why", f"#action {action.number} "),
        Choice("It cannot be done: why, and what instead", f"#action-failed {action.number} "),
    )


def shown(actions: tuple[Action, ...]) -> tuple[ShownAction, ...]:
    return tuple(ShownAction(action.number, action.what, action.due) for action in actions)


def still_to_be_recorded(case: Case, missing: tuple[str, ...]) -> str:
    """What an officer is told who has ended a case before its record is whole; empty where it is."""
    if not missing or not case.responded_at:
        return ""
    return f"Still to be recorded: {', '.join(f'#{what}' for what in missing)}."


def _listed(words: list[str]) -> str:
    return "".join(words) if len(words) < 2 else f"{', '.join(words[:-1])} and {words[-1]}"


_SHEET = {"reason": "why it came to this", "remedy": "what was done to put it right", "learning": "what was learned"}


def _record(d: Deliberation, what: str) -> Choice:
    provisions = d.council.policy.provisions
    codes = {"reason": provisions.reasons, "remedy": provisions.remedies}.get(what, {})
    label = {"reason": "Record the reason", "remedy": "Record the remedy", "learning": "Record what was learned"}[what]
    return Choice(f"{label}: {', '.join(code.replace('_', '-') for code in codes)}" if codes else label, f"#{what} ")


def _today(d: Deliberation) -> date:
    return d.council.calendar.local(d.now).date()
