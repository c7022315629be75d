"""What outlives an answer follows from the case as it stands, whatever made it so: it is looked at after every event."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import timedelta

from townclerk.domain.afterwards import (
    ASSESSMENT,
    ENDED,
    RETENTION,
    SURVEY,
    assessment_deadline,
    began_on,
    missing_from,
    retention_deadline,
    survey_deadline,
)
from townclerk.domain.case import BY_POST, MARKED, NO_SURVEY, Action, Case, Deadline, Remedy
from townclerk.domain.decide import choices
from townclerk.domain.decide.deliberation import LEAD, UNREACHABLE, Deliberation
from townclerk.domain.decide.handing import RESPONSIBLE, hand_over
from townclerk.domain.decide.reminding import about_action, of_action, of_adjustments, of_assessment, shown
from townclerk.domain.letters import ActionUpdate, Escalation, Overdue, Survey
from townclerk.domain.provisions import Code, Matter, Notice, Published, WhenKept
from townclerk.domain.roster import Officer
from townclerk.domain.timer import Timer
from townclerk.domain.words import Category, LetterKind, Status


def keep_up(d: Deliberation, before: Case | None) -> None:
    """Bring what outlives the case into line with what it has become since *before* (None: it has just been opened)."""
    if before is not None:
        _written(d, before)
        _survey_due(d, before)
        _assessment_due(d, before)
        _adjustments_kept(d, before)
    _retention_due(d)
    _notices(d, before)
    _withheld(d)


def _written(d: Deliberation, before: Case) -> None:
    """Somebody who writes can be reached again."""
    known = len(before.mails)
    if d.case.unreachable and any(mail.sender.key == d.case.complainant.key for mail in d.case.mails[known:]):
        d.change(unreachable=False)


def _answered_now(d: Deliberation, before: Case) -> bool:
    if d.case.category is Category.COMPLAINT:
        return len(d.case.responded_at) > len(before.responded_at)
    return d.case.status is Status.ANSWERED and before.status is not Status.ANSWERED


def _drop(d: Deliberation, name: str) -> None:
    deadline = d.case.deadline(name)
    if deadline is not None and deadline.open:
        d.case = d.case.with_deadline(replace(deadline, dropped=True))


# --- the survey ------------------------------------------------------------------------------------------------------


def _survey_due(d: Deliberation, before: Case) -> None:
    """One a case, about the last answer: a review that begins drops it, and its answer makes it anew."""
    survey, held = d.council.policy.provisions.survey, d.case.deadline(SURVEY)
    if survey is None or (held is not None and held.met_at is not None):
        return
    if held is not None and held.open and before.hold is not None and d.case.hold is None:
        _after_the_hold(d, held)
    if _answered_now(d, before) and d.case.category in survey.categories:
        d.owe(survey_deadline(survey, d.now, d.council))
    elif d.case.status in {Status.OPEN, Status.WITHDRAWN} or d.case.linked or d.case.category not in survey.categories:
        _drop(d, SURVEY)


def _after_the_hold(d: Deliberation, held: Deadline) -> None:
    """A survey whose moment passed while the case was on hold comes on the next working day, at its hour."""
    calendar = d.council.calendar
    if calendar.at(held.promised, d.council.policy.hours.survey_at) <= d.now:
        later = calendar.add_working_days(calendar.local(d.now).date(), 1)
        d.case = d.case.with_deadline(replace(held, promised=later))


def _survey(d: Deliberation, _timer: Timer) -> None:
    survey, deadline = d.council.policy.provisions.survey, d.case.deadline(SURVEY)
    if survey is None or deadline is None:
        return
    why = _why_no_survey(d)
    if why:
        d.note("townclerk", "letter_not_sent", letter=LetterKind.SURVEY, reason=why)
        _drop(d, SURVEY)
        return
    d.meet(SURVEY)
    letter = Survey(deadline.derivation.day0)
    d.to_resident(letter, automatic=True, promises=survey.said.promises, clause=survey.said.clause)


def _why_no_survey(d: Deliberation) -> str:
    """Why this person is not asked; empty: they are."""
    if not d.case.receipts:
        return "no address that can be answered"
    if d.case.unreachable:
        return "letters to this address come back"
    if d.restricts(d.case.complainant):
        return "a restriction of contact is in force"
    if d.case.flagged(NO_SURVEY):
        return "an officer said so"
    return "the matter is restricted" if d.case.restricted else ""


# --- actions ---------------------------------------------------------------------------------------------------------


def _action_of(d: Deliberation, timer: Timer) -> Action | None:
    return next((action for action in d.case.open_actions if action.deadline == timer.deadline), None)


def _owner(d: Deliberation, action: Action) -> Officer | None:
    """Whoever promised it, or, where they are here no more, whoever has the case."""
    officer = d.council.roster.find(action.officer)
    return officer if officer is not None and d.may_act(officer) else d.responsible()


def _action_reminder(d: Deliberation, timer: Timer) -> None:
    action = _action_of(d, timer)
    if action is None or d.council.calendar.local(d.now).date() > action.due:
        return
    said = d.council.policy.provisions.actions.said
    d.to_staff(_owner(d, action), of_action(d, action), said.promises, said.clause)


def _action_overdue(d: Deliberation, timer: Timer) -> None:
    action = _action_of(d, timer)
    if action is None:
        return
    said, owner = d.council.policy.provisions.actions.said, _owner(d, action)
    name = owner.name if owner else None
    letter = Overdue("action", action.due, None, None, said.clause, name, about_action(action), detail=action.what)
    d.to_staff(owner, letter, said.promises, said.clause)
    for lead in d.people(LEAD):
        if owner is None or lead.officer != owner.key:
            d.to_staff(lead, letter, said.promises, said.clause)


def _action_update(d: Deliberation, _timer: Timer) -> None:
    """How it stands goes to the resident; where nothing can be mailed to them, to an officer, who reaches them otherwise."""
    said = d.council.policy.provisions.actions.said
    d.change(actions_told_at=d.now)
    letter = ActionUpdate(shown(d.case.open_actions), "", "")
    if not d.case.flagged(BY_POST) and not d.restricts(d.case.complainant) and (d.case.unreachable or not d.case.receipts):
        why = "letters to this address come back" if d.case.receipts else "no address that can be answered"
        d.note("townclerk", "letter_not_sent", letter=LetterKind.ACTION_UPDATE, reason=why)
        d.give_to_officer(letter, UNREACHABLE, automatic=True, promises=said.promises, clause=said.clause)
        return
    d.to_resident(letter, automatic=True, promises=said.promises, clause=said.clause)


def _held_survey(d: Deliberation, timer: Timer) -> None:
    """Its day has come, and the case is on hold: the survey waits for its end, if this person is to be asked at all."""
    if _why_no_survey(d):
        _survey(d, timer)
        return
    _held(d, LetterKind.SURVEY)


def _held_action_update(d: Deliberation, _timer: Timer) -> None:
    _held(d, LetterKind.ACTION_UPDATE)


def _held(d: Deliberation, kind: LetterKind) -> None:
    """It was due and did not go, because the case is on hold. Whoever has the case hears so, once for each hold."""
    d.note("townclerk", "letter_not_sent", letter=kind, reason="the case is on hold")
    d.withheld.append(kind)


# --- the sheet -------------------------------------------------------------------------------------------------------


def _assessment_due(d: Deliberation, before: Case) -> None:
    sheet = d.council.policy.provisions.assessment
    if sheet is None or d.case.category is not Category.COMPLAINT:
        _drop(d, ASSESSMENT)
        return
    held = d.case.deadline(ASSESSMENT)
    if _answered_now(d, before):
        d.owe(assessment_deadline(sheet, d.now, d.council))
    elif held is not None and d.case.status in {Status.OPEN, Status.WITHDRAWN}:
        _drop(d, ASSESSMENT)
    if not missing_from(d.case, sheet):
        d.meet(ASSESSMENT)


def _assessment(d: Deliberation, timer: Timer) -> None:
    sheet, deadline = d.council.policy.provisions.assessment, d.case.deadline(ASSESSMENT)
    if sheet is None or deadline is None:
        return
    if timer.step and sheet.chase_every is not None:  # asked again: the target stays, and the next time is a step further
        today = d.council.calendar.local(d.now).date()
        following = d.council.calendar.count(max(today, deadline.promised), sheet.chase_every).due
        d.case = d.case.with_deadline(replace(deadline, promised=following))
    for recipient in d.people(sheet.by):
        d.to_staff(recipient, of_assessment(d), sheet.said.promises, sheet.said.clause)


# --- adjustments, and a case that takes too long ---------------------------------------------------------------------


def _adjustments_kept(d: Deliberation, before: Case) -> None:
    """They are looked at again when a stage begins; the time to the next look counts from the last."""
    if len(d.case.adjustments) > len(before.adjustments):
        d.change(adjustments_seen_at=d.now)
    began = d.case.began_mail != before.began_mail and d.case.stage is not None and before.stage is not None
    kept = d.council.policy.provisions.adjustments
    if kept is not None and d.case.adjustments and began:
        d.change(adjustments_seen_at=d.now)
        to = f"{RESPONSIBLE}:{d.first_to_act()}"
        hand_over(d, LetterKind.REMINDER, to, "adjustments", promises=kept.said.promises, clause=kept.said.clause)


def _adjustments(d: Deliberation, _timer: Timer) -> None:
    kept = d.council.policy.provisions.adjustments
    if kept is not None:
        d.change(adjustments_seen_at=d.now)
        d.to_staff(d.responsible(), of_adjustments(d), kept.said.promises, kept.said.clause)


def _elapsed(d: Deliberation, _timer: Timer) -> None:
    officer, alarm = d.responsible(), d.council.policy.provisions.elapsed_alarm
    name = officer.name if officer else None
    letter = Escalation("elapsed", began_on(d.case, d.council), 0, name, choices.to_work(d.case, d.council), str(alarm))
    for lead in d.people(LEAD):
        d.to_staff(lead, letter)


# --- how long it is kept ---------------------------------------------------------------------------------------------


def _retention_due(d: Deliberation) -> None:
    """From the end of the case or the last contact, whichever is later: a further mail moves it."""
    retention, held = d.council.policy.provisions.retention, d.case.deadline(RETENTION)
    if retention is None:
        return
    new = retention_deadline(d.case, retention, d.now, d.council) if d.case.status in ENDED else None
    if new is None:
        _drop(d, RETENTION)
    elif held is None or held.dropped or (held.derivation.day0, held.target) != (new.derivation.day0, new.target):
        d.owe(new)
        d.note("townclerk", "deadline", name=RETENTION, due=new.target, clause=new.clause)
    else:
        return
    if d.case.flagged(MARKED):
        d.change(flags=tuple(flag for flag in d.case.flags if flag[0] != MARKED))


def _retention(d: Deliberation, _timer: Timer) -> None:
    """Its time is over. It is marked; what then becomes of it is `townclerk retention`'s."""
    retention, deadline = d.council.policy.provisions.retention, d.case.deadline(RETENTION)
    if retention is None or deadline is None:
        return
    d.meet(RETENTION)
    since = deadline.promised + timedelta(days=1)
    how = "a person confirms" if retention.then is WhenKept.MARK else "it is destroyed by the next run"
    d.change(flags=(*d.case.flags, (MARKED, str(since))))
    d.note("townclerk", "marked_for_deletion", kept=deadline.derivation.note, since=since, then=how)


# --- who hears of what happens ---------------------------------------------------------------------------------------


def _notices(d: Deliberation, before: Case | None) -> None:
    for to, what, said in _happened(d, before):
        if before is not None and d.from_an_officer:  # a person has said so: they hear of it, be it restricted or not
            d.change(confidants=tuple(dict.fromkeys((*d.case.confidants, *to))))
        for role in to:
            began = d.case.mail(d.case.began_mail) or d.case.first_mail
            number = began.mail if began else None
            hand_over(
                d, LetterKind.FORWARDED, f"role:{role}", "notice", what, mail=number, promises=said.promises, clause=said.clause
            )


Happening = tuple[tuple[str, ...], str, Published]  # the roles that hear of it, what happened, where the policy says so


def _happened(d: Deliberation, before: Case | None) -> Iterator[Happening]:
    """Everything new of which somebody hears."""
    case, provisions = d.case, d.council.policy.provisions
    known = before if before is not None else replace(case, flags=(), remedies=(), reasons=(), alerts=(), stage=None)
    remedies = [each for each in case.remedies if each not in known.remedies]
    for notice in provisions.notices:
        yield from _told_by(notice, d, known, remedies)
    for matter in provisions.matters.values():
        if case.flagged(matter.name):
            yield from _told_of_matter(matter, case, known)
    for remedy in remedies:
        yield from _told_of_code(provisions.remedies.get(remedy.code), "A remedy", remedy.text)
    for reason in case.reasons:
        if reason not in known.reasons:
            yield from _told_of_code(provisions.reasons.get(reason), "The reason", "")


def _told_of_matter(matter: Matter, case: Case, known: Case) -> Iterator[Happening]:
    """That it has come, with what the policy wants to be told of it; then how each stage of it ends."""
    if not known.flagged(matter.name):
        yield matter.told, f"{matter.title}: a complaint has come. {matter.tell}".strip(), matter.said
    elif len(case.responded_at) > len(known.responded_at):
        yield matter.told, f"{matter.title}: the complaint has been answered.", matter.said
    elif case.stage is not known.stage and case.stage is not None:
        yield matter.told, f"{matter.title}: the complaint has gone to its next stage.", matter.said
    elif case.status is not known.status and case.status in {Status.CLOSED, Status.WITHDRAWN}:
        yield matter.told, f"{matter.title}: the complaint has been closed.", matter.said


def _told_by(notice: Notice, d: Deliberation, known: Case, remedies: Iterable[Remedy]) -> Iterator[Happening]:
    case, stage = d.case, d.stage_policy
    for name, text in case.flags:
        if notice.flag and (name, text) not in known.flags and _plain(name) == _plain(notice.flag):
            yield notice.to, f"The flag “{name}” was set. {text}".strip(), notice.said
    for remedy in remedies:
        if notice.remedy == remedy.code:
            yield notice.to, f"A remedy: {_title(d, remedy.code)}. {remedy.text}".strip(), notice.said
    if stage is not None and notice.stage is stage.stage and (case.stage, case.run) != (known.stage, known.run):
        yield notice.to, f"{stage.title} of this case has begun.", notice.said
    if notice.alert in {alert.value for alert in case.alerts if alert not in known.alerts}:
        yield notice.to, f"It may be about {notice.alert.replace('_', ' ')}.", notice.said


def _told_of_code(code: Code | None, what: str, text: str) -> Iterator[Happening]:
    if code is not None and code.told:
        yield code.told, f"{what}: {code.title}. {text}".strip(), code.said


def _title(d: Deliberation, remedy: str) -> str:
    code = d.council.policy.provisions.remedies.get(remedy)
    return code.title if code is not None else remedy


def _plain(name: str) -> str:
    return name.lower().replace("_", "-")


def _withheld(d: Deliberation) -> None:
    """What was not sent because the case is on hold is told to whoever has it."""
    for kind in d.withheld:
        hand_over(d, LetterKind.FORWARDED, f"{RESPONSIBLE}:", "withheld", kind.value)
    d.withheld.clear()


AFTERWARDS: dict[str, Callable[[Deliberation, Timer], None]] = {
    SURVEY: _survey,
    "action_reminder": _action_reminder,
    "action_overdue": _action_overdue,
    "action_update": _action_update,
    "held_survey": _held_survey,
    "held_action_update": _held_action_update,
    ASSESSMENT: _assessment,
    "adjustments": _adjustments,
    "elapsed": _elapsed,
    RETENTION: _retention,
}
