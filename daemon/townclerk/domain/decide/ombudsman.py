"""`#ombudsman`: what the Ombudsman asks and decides about a case, with their dates. It works in every state of the case."""

import re
from collections.abc import Callable
from datetime import date

from townclerk.domain.afterwards import ENQUIRY, enquiry_deadline
from townclerk.domain.case import WITH_OMBUDSMAN, Asked, Case, Hold, OmbudsmanStep
from townclerk.domain.commands import Command
from townclerk.domain.days_written import words_of
from townclerk.domain.decide import actions
from townclerk.domain.decide.choices import NOTE
from townclerk.domain.decide.deliberation import LEAD, Deliberation
from townclerk.domain.decide.handing import hand_over
from townclerk.domain.decide.refusal import Refusal
from townclerk.domain.decide.work import OfficerAtWork, joined
from townclerk.domain.letters import Choice, Overdue, Reminder
from townclerk.domain.nearest import nearest
from townclerk.domain.timer import Timer
from townclerk.domain.typed import plain
from townclerk.domain.words import LetterKind

_DECIDED = re.compile(r"((?:partly|not)[\s_-]+upheld|upheld|closed)(?:[\s:,.]+|$)", re.IGNORECASE)
OUTCOMES = ("upheld", "partly-upheld", "not-upheld", "closed")
INSTEAD = (
    "#ombudsman enquiry 8 March 2027 and what they ask",
    "#ombudsman answered",
    "#ombudsman premature",
    f"#ombudsman decision and one of: {', '.join(OUTCOMES)}",
    "#ombudsman remedy 8 March 2027 and what is to be done",
)
ABOUT_ENQUIRY = (
    Choice("It has been answered", "#ombudsman answered\n"),
    Choice("They have given more time: the new date", "#ombudsman enquiry "),
    Choice("They send it back: our procedure comes first", "#ombudsman premature\n"),
    NOTE,
)


def ombudsman(work: OfficerAtWork, command: Command) -> None:
    """The first word of the argument says what has happened."""
    what, _, rest = command.argument.strip().partition(" ")
    act = _ACTS.get(what.lower().strip(":,."))
    if act is None:
        raise Refusal(f"“{what}” is nothing that the Ombudsman does" if what else "what has happened is missing", *INSTEAD)
    act(work, rest.strip(), command.body)


def _enquiry(work: OfficerAtWork, argument: str, body: str) -> None:
    """Nothing of the case may be lost, and nothing goes to the resident by itself, while it lies with them."""
    d = work.d
    due, text = _day_and_text(work, argument, body, "enquiry")
    before = d.case.deadline(ENQUIRY)
    if before is not None and before.open and before.promised != due:
        work.done(
            f"Their enquiry that was to be answered by {words_of(before.promised)} has the new date from now on, and no other."
        )
    d.owe(enquiry_deadline(due, d.now, d.council))
    if d.case.hold is None:
        d.change(hold=Hold("the Ombudsman is looking at it", work.officer.key, d.now, until_decided=True))
    _record(work, OmbudsmanStep(Asked.ENQUIRY, d.now, text, due))
    work.done(
        f"The Ombudsman's enquiry is recorded, to be answered by {words_of(due)}: you are reminded of it. Until they have "
        "decided the case is on hold: nothing of it is destroyed, and nothing goes to the resident by itself."
    )
    if work.officer not in d.council.playing(LEAD):
        told = f"The Ombudsman asks about it, and wants an answer by {words_of(due)}."
        hand_over(d, LetterKind.FORWARDED, f"role:{LEAD}", "notice", told)


def _answered(work: OfficerAtWork, argument: str, body: str) -> None:
    if not _is_owed(work.d.case):
        raise Refusal("no enquiry of the Ombudsman is open here", *INSTEAD[:1])
    work.d.meet(ENQUIRY)
    _record(work, OmbudsmanStep(Asked.ANSWERED, work.d.now, joined(argument, body)))
    work.done("The enquiry has been answered. The case stays on hold until they decide.")


def _premature(work: OfficerAtWork, argument: str, body: str) -> None:
    _over(work)
    _record(work, OmbudsmanStep(Asked.PREMATURE, work.d.now, joined(argument, body)))
    work.done(
        "The Ombudsman has sent it back, and it is no longer on hold for them. Nothing has begun by itself: #review accept, "
        "#second-stage1, #reopen or #category complaint takes it up again, as fits."
    )


def _decision(work: OfficerAtWork, argument: str, body: str) -> None:
    said = _DECIDED.match(plain(argument))
    if said is None:
        written, _, rest = argument.partition(" ")
        why = f"“{written}” is no decision" if written else "the decision is missing"
        near = nearest(written, OUTCOMES) or OUTCOMES
        meant = tuple(f"#ombudsman decision {each} {rest}".strip() for each in near)
        raise Refusal(why, f"#ombudsman decision and one of: {', '.join(OUTCOMES)}", corrected=meant)
    outcome, rest = re.sub(r"[\s_]+|-+", "-", said[1].lower()), argument[said.end() :].strip()
    _over(work)
    _record(work, OmbudsmanStep(Asked.DECISION, work.d.now, joined(rest, body), outcome=outcome))
    work.done(
        f"The Ombudsman's decision is recorded: {outcome.replace('-', ' ')}. It is no longer on hold for them. What they want "
        "done: #ombudsman remedy DATE and what, one mail or line for each."
    )


def _remedy(work: OfficerAtWork, argument: str, body: str) -> None:
    """It is an action like others, with the date that they set."""
    due, text = _day_and_text(work, argument, body, "remedy")
    if not text:
        raise Refusal("what is to be done is missing", f"#ombudsman remedy {due} and what is to be done")
    work.d.change(flags=_flagged(work.d.case))
    actions.promise(work, due, text, "", ordered=True)


def _day_and_text(work: OfficerAtWork, argument: str, body: str, what: str) -> tuple[date, str]:
    asked = Command(f"ombudsman {what}", argument)
    read = work.when(asked)
    due, rest = work.day_of(asked, read), read.rest
    if due is None:
        raise Refusal("the date that they set is missing", f"#ombudsman {what} 8 March 2027 and a few words")
    actions.check_day(work, due, f"#ombudsman {what}")
    return due, joined(rest, body)


def _over(work: OfficerAtWork) -> None:
    """It lies with the Ombudsman no longer."""
    work.d.drop(ENQUIRY)
    if work.d.case.hold is not None and work.d.case.hold.until_decided:
        work.d.change(hold=None)


def _record(work: OfficerAtWork, step: OmbudsmanStep) -> None:
    d = work.d
    d.change(ombudsman=(*d.case.ombudsman, step), flags=_flagged(d.case))
    d.note(work.officer.key, "ombudsman", what=step.what, due=step.due or "", outcome=step.outcome, text=step.text)


def _flagged(case: Case) -> tuple[tuple[str, str], ...]:
    return case.flags if case.flagged(WITH_OMBUDSMAN) else (*case.flags, (WITH_OMBUDSMAN, ""))


def _is_owed(case: Case) -> bool:
    deadline = case.deadline(ENQUIRY)
    return deadline is not None and deadline.open


# --- when their date comes -------------------------------------------------------------------------------------------


def _reminder(d: Deliberation, _timer: Timer) -> None:
    day, asked = _asked(d.case)
    if day is not None and d.council.calendar.local(d.now).date() <= day:
        _tell(d, Reminder("enquiry", day, None, "", ABOUT_ENQUIRY, detail=asked))


def _overdue(d: Deliberation, _timer: Timer) -> None:
    day, asked = _asked(d.case)
    if day is not None:
        officer = d.responsible()
        _tell(d, Overdue("enquiry", day, None, None, "", officer.name if officer else None, ABOUT_ENQUIRY, detail=asked))


def _asked(case: Case) -> tuple[date | None, str]:
    """(the day of the enquiry that is open, what they ask)."""
    deadline = case.deadline(ENQUIRY)
    texts = [step.text for step in case.ombudsman if step.what is Asked.ENQUIRY and step.text]
    return (deadline.promised if deadline is not None else None), (texts[-1] if texts else "")


def _tell(d: Deliberation, letter: Reminder | Overdue) -> None:
    """Whoever has the case, and the complaints lead: the Ombudsman writes to the council, not to one officer."""
    officer = d.responsible()
    d.to_staff(officer, letter)
    for lead in d.people(LEAD):
        if officer is None or lead.officer != officer.key:
            d.to_staff(lead, letter)


_ACTS: dict[str, Callable[[OfficerAtWork, str, str], None]] = {
    "enquiry": _enquiry,
    "answered": _answered,
    "premature": _premature,
    "decision": _decision,
    "remedy": _remedy,
}
ENQUIRIES: dict[str, Callable[[Deliberation, Timer], None]] = {"enquiry_reminder": _reminder, "enquiry_overdue": _overdue}
