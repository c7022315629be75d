"""Words about what was promised and is still to be done: `#action`, `#action-done`, `#action-failed`. In every state."""

from dataclasses import replace
from datetime import date

from townclerk.domain.afterwards import action_deadline
from townclerk.domain.case import Action, ActionState, PromisedBy
from townclerk.domain.commands import Command
from townclerk.domain.days_written import words_of
from townclerk.domain.deadlines import move
from townclerk.domain.decide.refusal import Refusal
from townclerk.domain.decide.reminding import shown
from townclerk.domain.decide.work import OfficerAtWork, joined
from townclerk.domain.letters import ActionUpdate, FailedAction, MovedAction

FURTHEST = 3 * 366  # days: a slip of the keyboard is likelier than an action in four years


def action(work: OfficerAtWork, command: Command) -> None:
    """A date and what will be done; or the number of an action, its new date and why."""
    read = work.when(command)
    if read.count is not None and read.count.bare:
        number = read.count.n
        moved = replace(command, argument=read.rest, word=f"action {number}")
        later = work.when(moved)
        if (day := work.day_of(moved, later)) is not None:
            _put_off(work, _named(work, str(number)), day, joined(later.rest, command.body))
            return
    until, rest = work.day_of(command, read), read.rest
    if until is None:
        raise Refusal(
            "an action needs the date by which it will be done",
            "#action 2027-02-08 and what will be done",
            "#action 1 2027-02-08 and why, to put off the first action",
        )
    check_day(work, until)
    what, told = (rest, command.body) if rest else (command.body, "")
    if not what:
        raise Refusal("what will be done is missing", f"#action {until} and what will be done")
    promise(work, until, what, told)


def promise(work: OfficerAtWork, until: date, what: str, told: str, ordered: bool = False) -> None:
    """Take upon the case that *what* is done by the end of *until*; *told* goes to the resident, where there is something to
    tell. *ordered*: the Ombudsman wants it."""
    d = work.d
    what = " ".join(what.split())
    new = Action(len(d.case.actions) + 1, what, until, work.officer.key, ordered=ordered)
    since = d.case.actions_told_at if d.case.open_actions else None  # one more, of which they hear nothing, puts nothing off
    d.change(actions=(*d.case.actions, new), actions_told_at=since or d.now)
    d.owe(action_deadline(new, d.now, d.council))
    d.note(work.officer.key, "action", number=new.number, what=what, due=until)
    work.done(f"Action {new.number}, due {words_of(until)}: {what}. You are reminded of it.")
    if told:
        _tell(work, ActionUpdate(shown(d.case.open_actions), told, work.officer.name))


def _put_off(work: OfficerAtWork, found: Action, later: date, reason: str) -> None:
    """A date that the resident was told never moves silently."""
    d = work.d
    deadline = d.case.deadline(found.deadline)
    if deadline is None or later <= found.due:
        raise Refusal(
            f"the resident has been told {words_of(found.due)}, and {words_of(later)} is not later",
            f"#action {found.number} and a later date",
            f"#action-done {found.number}",
        )
    check_day(work, later)
    if not reason:
        raise Refusal("the reason is missing: the resident is told", f"#action {found.number} {later} and the reason")
    in_time = d.council.calendar.local(work.mail.received_at).date() <= deadline.person_promised
    d.case = d.case.with_deadline(move(deadline, later, PromisedBy.OFFICER, d.now, in_time))
    _replace(work, replace(found, due=later))
    moved = MovedAction(found.what, found.due, later)
    work.done(f"Action {found.number} is now due {words_of(later)}.")
    _tell(work, ActionUpdate(shown(d.case.open_actions), reason, work.officer.name, moved=moved))


def action_done(work: OfficerAtWork, command: Command) -> None:
    number, text = _number(command)
    found = _named(work, number)
    work.d.meet(found.deadline)
    _replace(work, replace(found, state=ActionState.DONE))
    work.d.note(work.officer.key, "action_done", number=found.number)
    work.done(f"Action {found.number} is done: {found.what}.")
    text = work.one_text(command, text, f"#action-done {found.number}")
    _tell(work, ActionUpdate(shown(work.d.case.open_actions), text, work.officer.name, done=(found.what,)))


def action_failed(work: OfficerAtWork, command: Command) -> None:
    """What cannot be done: why, what instead, and the Ombudsman."""
    number, text = _number(command)
    found = _named(work, number)
    reason = work.one_text(command, text, f"#action-failed {found.number}")
    if not reason:
        raise Refusal(
            "the reason is missing: the resident must be told why, and what will be done instead",
            f"#action-failed {found.number} and the reason",
        )
    deadline = work.d.case.deadline(found.deadline)
    if deadline is not None:
        work.d.case = work.d.case.with_deadline(replace(deadline, dropped=True))
    _replace(work, replace(found, state=ActionState.FAILED))
    work.d.note(work.officer.key, "action_failed", number=found.number)
    failed = FailedAction(found.what, work.d.ombudsmen())
    work.done(f"Action {found.number} cannot be done. If something else will be, promise it: #action DATE and what.")
    _tell(work, ActionUpdate(shown(work.d.case.open_actions), reason, work.officer.name, failed=failed))


def _tell(work: OfficerAtWork, letter: ActionUpdate) -> None:
    said = work.d.council.policy.provisions.actions.said
    work.d.change(actions_told_at=work.d.now)
    work.write(letter, said.promises, said.clause)


def _replace(work: OfficerAtWork, changed: Action) -> None:
    case = work.d.case
    work.d.change(actions=tuple(changed if each.number == changed.number else each for each in case.actions))


def _number(command: Command) -> tuple[str, str]:
    """(the number that begins the argument, or nothing; what follows it)."""
    first, _, rest = command.argument.partition(" ")
    return (first.strip(".:,"), rest.strip()) if first.strip(".:,").isdigit() else ("", command.argument)


def _named(work: OfficerAtWork, number: str) -> Action:
    """The open action of that number; where none is given, the only one."""
    still_open = work.d.case.open_actions
    found = [each for each in still_open if str(each.number) == number or (not number and len(still_open) == 1)]
    if len(found) != 1:
        numbers = ", ".join(f"{each.number} ({each.what})" for each in still_open) or "none is open"
        raise Refusal("there is no such action" if number else "which action?", f"its number, one of: {numbers}")
    return found[0]


def check_day(work: OfficerAtWork, day: date, word: str = "#action") -> None:
    """Refuses a day that has passed, or is too far away to be meant."""
    today = work.d.council.calendar.local(work.d.now).date()
    if day < today:
        raise Refusal(f"{words_of(day)} has passed", f"{word} and a date to come")
    if (day - today).days > FURTHEST:
        raise Refusal(f"{words_of(day)} is more than three years away", f"{word} and a nearer date")
