"""A moment has come at which the case is to be looked at again. Nothing is taken from the past but the case as it now is."""

from collections.abc import Callable

from townclerk.domain.case import NO_SUBJECT, Correspondence, Deadline, PromisedBy
from townclerk.domain.days_written import words_of
from townclerk.domain.deadlines import UNDECIDED_FOR, Timer, extended_automatically, move, timers
from townclerk.domain.decide import campaigning, choices
from townclerk.domain.decide.afterwards import AFTERWARDS
from townclerk.domain.decide.answering import acknowledged
from townclerk.domain.decide.approving import ask_again_for_approval, tell_lead_what_waits
from townclerk.domain.decide.assigning import in_whose_name
from townclerk.domain.decide.conversation import question_about
from townclerk.domain.decide.deliberation import LEAD, Deliberation, to_officer
from townclerk.domain.decide.handing import hand_over, release
from townclerk.domain.decide.officers import held_again, leave_now
from townclerk.domain.decide.ombudsman import ENQUIRIES
from townclerk.domain.decide.opening import ask_what_is_pending
from townclerk.domain.events import TimerDue
from townclerk.domain.letters import Acknowledgement, DelayNotice, Escalation, Overdue, Recipient, Reminder
from townclerk.domain.policy import THEIR_DEPUTY, WHOSE_IT_IS, StagePolicy
from townclerk.domain.roster import Officer
from townclerk.domain.words import LetterKind, Stage, Status

QUOTED_CHARACTERS = 2000  # of the resident's own words, in an automatic acknowledgement


def woke(d: Deliberation, event: TimerDue) -> None:
    """Act on a timer, if the case still has it at that moment: one that has moved, or was acted on, does nothing."""
    timer = next((timer for timer in timers(d.case, d.council) if timer.key == event.key and timer.at == event.at), None)
    if timer is None:
        return
    _ACT[timer.act](d, timer)
    if timer.act not in {"waiting", "telling"}:  # what waited is gone from the case, and needs no mark
        d.change(fired=d.case.fired | {timer.key})


def _deadline(d: Deliberation, timer: Timer) -> Deadline:
    found = d.case.deadline(timer.deadline or "")
    if found is None:
        raise LookupError(f"the timer {timer.key} is of no deadline")
    return found


def _stage(d: Deliberation, deadline: Deadline) -> StagePolicy:
    if deadline.stage is None:
        raise LookupError(f"the deadline {deadline.name} is of no stage")
    return d.council.policy.stages[deadline.stage]


def _waiting(d: Deliberation, timer: Timer) -> None:
    letter = next(letter for letter in d.case.waiting if f"waiting:{letter.key}" == timer.key)
    d.change(waiting=tuple(other for other in d.case.waiting if other.key != letter.key))
    release(d, letter)


def _reminder(d: Deliberation, timer: Timer) -> None:
    """One that comes too late, because we were not running, is not sent: a later one, or the overdue notice, says more."""
    deadline = _deadline(d, timer)
    overtaken = any(
        other.act == "reminder" and other.deadline == timer.deadline and timer.at < other.at <= d.now
        for other in timers(d.case, d.council)
    )
    if overtaken or d.council.calendar.local(d.now).date() > deadline.promised:
        d.note("townclerk", "letter_not_sent", letter="reminder", deadline=deadline.name, reason="too late")
        return
    remind(d, deadline, still_owed=False)


def remind(d: Deliberation, deadline: Deadline, still_owed: bool) -> None:
    letter = Reminder(
        deadline.what,
        deadline.promised,
        deadline.stage,
        deadline.clause,
        choices.RESTRICTION if deadline.what == "restriction" else choices.to_work(d.case, d.council),
        still_owed=still_owed,
        detail=d.restriction.reason if deadline.what == "restriction" and d.restriction is not None else "",
    )
    if deadline.outlives:  # it is of a role, whoever works on the case
        for recipient in d.people(deadline.by):
            d.to_staff(recipient, letter, deadline.promises, deadline.clause)
        return
    d.to_staff(d.writes(deadline.by), letter, deadline.promises, deadline.clause)


def _update(d: Deliberation, timer: Timer) -> None:
    """The date was moved, and the resident is to hear meanwhile how it stands: that is a person's to write."""
    deadline = _deadline(d, timer)
    extension = _stage(d, deadline).extension
    offered = (choices.MESSAGE, *choices.RESPOND, choices.NOTE)
    letter = Reminder("update", deadline.promised, deadline.stage, extension.clause, offered)
    d.to_staff(d.writes(deadline.by), letter, extension.promises, extension.clause)


def _fallback(d: Deliberation, timer: Timer) -> None:
    """Nobody has acknowledged: the resident's own words go back as our understanding so far; the officer still owes theirs."""
    deadline = _deadline(d, timer)
    stage = _stage(d, deadline)
    if d.restricts(d.case.complainant):
        d.keep_back(LetterKind.ACKNOWLEDGEMENT)
        return
    acknowledged(d, stage)
    d.change(acknowledgement_owed=True)
    respond = d.case.deadline(f"{stage.stage}.respond")
    behalf = in_whose_name(d, stage.acknowledge)
    asked = _what_says_it(d, deadline)
    words = "\n\n".join(mail.text for mail in asked if mail.text)[:QUOTED_CHARACTERS].strip()
    letter = Acknowledgement(
        stage.stage,
        "",
        words or (d.case.subject if d.case.subject != NO_SUBJECT else ""),
        respond.promised if respond else None,
        None,
        d.case.service,
        behalf,
        received=() if words else tuple(dict.fromkeys(name for mail in asked for name in mail.attachments)),
    )
    d.to_resident(letter, automatic=True, promises=deadline.promises, clause=deadline.clause)
    remind(d, deadline, still_owed=True)


def _not_acknowledged(d: Deliberation, _timer: Timer) -> None:
    """The automatic acknowledgement does not go while the case is on hold. When that ends, it does."""
    d.note("townclerk", "letter_not_sent", letter="acknowledgement", reason="the case is on hold")
    d.withheld.append(LetterKind.ACKNOWLEDGEMENT)


def _what_says_it(d: Deliberation, deadline: Deadline) -> tuple[Correspondence, ...]:
    """The mails that say what the resident asks for: their request for a review, or their first mail and whatever came on the
    day that the clock started (a request that became a complaint is explained by both)."""
    asked = d.case.mail(d.case.began_mail)
    if asked is not None and deadline.stage is not Stage.STAGE1:
        return (asked,)
    day0, day_zero = deadline.derivation.day0, d.council.calendar.day_zero
    later = (
        mail for mail in d.case.mails[1:] if mail.sender.key == d.case.complainant.key and day_zero(mail.received_at)[0] == day0
    )
    return (*d.case.mails[:1], *later)


def _delay(d: Deliberation, timer: Timer) -> None:
    """There is neither a response nor an extension: the resident is told, once for each date that they held."""
    deadline = _deadline(d, timer)
    stage = _stage(d, deadline)
    if not d.case.can_be_told:  # a date that nobody is told is no promise: it would only hide that the old one was missed
        d.note("townclerk", "letter_not_sent", letter="delay_notice", reason="no address that can be answered")
        _no_notice(d, deadline, "there is no address to write to", "tell them in another way how it stands")
        return
    if d.restricts(d.case.complainant):
        d.keep_back(LetterKind.DELAY_NOTICE)
        return
    if d.case.hold is not None:
        d.note("townclerk", "letter_not_sent", letter="delay_notice", reason="the case is on hold")
        d.withheld.append(LetterKind.DELAY_NOTICE)
        return
    new = extended_automatically(deadline, stage.extension, d.now, d.council.calendar)
    if new <= deadline.promised:
        d.note("townclerk", "letter_not_sent", letter="delay_notice", reason="the policy allows no later date")
        _no_notice(d, deadline, "the policy allows no later date", "write to them yourself and say how it stands")
        return
    d.case = d.case.with_deadline(move(deadline, new, PromisedBy.AUTOMATIC, d.now, in_time=False))
    letter = DelayNotice(stage.stage, deadline.promised, new, "", d.ombudsmen(), automatic=True, name=stage.extension.name)
    d.to_resident(letter, automatic=True, promises=stage.extension.promises, clause=stage.extension.clause)


def _no_notice(d: Deliberation, deadline: Deadline, why: str, instead: str) -> None:
    """The date passes without an answer, and no letter says so: whoever must answer is told in time, and so is the lead."""
    what = f"An answer is due, and {why}. So no letter tells the resident of a delay: if you cannot answer in time, {instead}."
    officer, lead = d.writes(deadline.by), d.lead()
    for person in dict.fromkeys(one for one in (officer, lead) if one is not None):
        to = f"officer:{person.key}"
        hand_over(d, LetterKind.FORWARDED, to, "no_notice", what, promises=deadline.promises, clause=deadline.clause)


def _overdue(d: Deliberation, timer: Timer) -> None:
    deadline = _deadline(d, timer)
    officer = d.writes(deadline.by)
    missed = timer.day or deadline.person_promised
    told = deadline.promised if deadline.promised != missed else None
    letter = Overdue(
        deadline.what,
        missed,
        told,
        deadline.stage,
        deadline.clause,
        officer.name if officer else None,
        choices.to_work(d.case, d.council),
    )
    if officer is None:
        d.tell_that_nobody_may(LetterKind.OVERDUE)
    owing = (to_officer(officer),) if officer is not None else ()
    leads = [lead for lead in d.people(LEAD) if officer is None or lead.officer != officer.key]
    higher = _told_from_higher_up(d, timer, deadline)
    for recipient in (*owing, *leads):
        if recipient.address not in higher:
            d.to_staff(recipient, letter, deadline.promises, deadline.clause)


def _told_from_higher_up(d: Deliberation, timer: Timer, deadline: Deadline) -> frozenset[str]:
    """To whom a higher step of the ladder goes now as well, since several have come due while nobody woke us: nobody hears the
    same of one case twice on one day."""
    later = {
        other.step
        for other in timers(d.case, d.council)
        if other.act == "escalation" and other.deadline == timer.deadline and timer.at < other.at <= d.now
    }
    officer = d.responsible(deadline.by)
    steps = (step for step in d.council.policy.escalation if step.after in later)
    return frozenset(each.address for step in steps for part in step.to for each in _on_the_ladder(d, part, officer))


def _escalation(d: Deliberation, timer: Timer) -> None:
    deadline = _deadline(d, timer)
    officer = d.responsible(deadline.by)
    step = next(step for step in d.council.policy.escalation if step.after == timer.step)
    letter = Escalation(
        deadline.what,
        deadline.person_promised,
        step.after,
        officer.name if officer else None,
        choices.to_work(d.case, d.council),
    )
    told: dict[str, Recipient] = {each.address: each for part in step.to for each in _on_the_ladder(d, part, officer)}
    higher = _told_from_higher_up(d, timer, deadline)
    for recipient in (each for each in told.values() if each.address not in higher):
        d.to_staff(recipient, letter, deadline.promises, deadline.clause)


def _on_the_ladder(d: Deliberation, part: str, officer: Officer | None) -> tuple[Recipient, ...]:
    """Who stands on a step. An officer without a deputy who may know of the case has nobody there."""
    if part == WHOSE_IT_IS:
        return (to_officer(officer),) if officer is not None else ()
    if part != THEIR_DEPUTY:
        return d.people(part)
    roster = d.council.roster
    deputies = (found for key in (officer.deputies if officer is not None else ()) if (found := roster.find_here(key)))
    free = (each for each in deputies if roster.is_here(each) and each.key not in d.kept_from())
    return tuple(to_officer(each) for each in list(free)[:1])


def _undecided(d: Deliberation, timer: Timer) -> None:
    """Somebody still waits for a decision: it is asked for again, in the end of the complaints lead."""
    question, role = question_about(d)
    asked = d.case.undecided
    if asked is not None:
        since = words_of(d.council.calendar.local(asked.received_at).date())
        to = role if timer.step == UNDECIDED_FOR[0] else LEAD
        detail = f"The resident wrote on {since}, and nothing has been decided yet."
        hand_over(d, LetterKind.DECISION, f"role:{to}", question, detail, mail=asked.mail)


def _pending(d: Deliberation, timer: Timer) -> None:
    """What must be decided before anything begins is asked again, in the end of the complaints lead."""
    ask_what_is_pending(d, d.case.began_mail, instead=None if timer.step == UNDECIDED_FOR[0] else LEAD)


def _asked(d: Deliberation, timer: Timer) -> None:
    """What a rule left to the complaints lead is asked again, in the same words."""
    question = d.case.questions[int(timer.key.split(":")[1]) - 1]
    hand_over(d, LetterKind.DECISION, f"role:{LEAD}", "asked", question.text, mail=question.mail)


def _approval(d: Deliberation, timer: Timer) -> None:
    """A response still waits for approval: it is asked for again, in the end of the complaints lead."""
    if timer.step == UNDECIDED_FOR[0]:
        ask_again_for_approval(d)
    else:
        tell_lead_what_waits(d)


def _restriction_ends(d: Deliberation, timer: Timer) -> None:
    """It has run out: what falls due from now on goes to them again."""
    d.meet(timer.deadline or "")
    d.note("townclerk", "unrestricted", reason="its last day has passed")


def _close(d: Deliberation, timer: Timer) -> None:
    """The resident can no longer come back: nothing is owed, nobody is told."""
    d.change(status=Status.CLOSED, closed_at=timer.at)
    d.note("townclerk", "closed", reason="the time to come back has passed")
    d.drop_deadlines()


_ACT: dict[str, Callable[[Deliberation, Timer], None]] = {
    "waiting": _waiting,
    "leaving": leave_now,
    "held": held_again,
    "reminder": _reminder,
    "fallback": _fallback,
    "not_acknowledged": _not_acknowledged,
    "update": _update,
    "delay": _delay,
    "overdue": _overdue,
    "escalation": _escalation,
    "undecided": _undecided,
    "pending": _pending,
    "asked": _asked,
    "approval": _approval,
    "telling": campaigning.tell_members,
    "campaign": campaigning.undecided,
    "restriction_ends": _restriction_ends,
    "close": _close,
    **AFTERWARDS,
    **ENQUIRIES,
}
