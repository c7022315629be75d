"""Further mail on a case: from the resident, from a member, from a robot."""

from datetime import datetime, timedelta

from townclerk.domain.case import Deadline, PartyRole
from townclerk.domain.conduct import complains_of
from townclerk.domain.deadlines import make
from townclerk.domain.decide.agreeing import answered_proposal
from townclerk.domain.decide.assigning import assign
from townclerk.domain.decide.deliberation import LEAD, Deliberation
from townclerk.domain.decide.handing import RESPONSIBLE, hand_over
from townclerk.domain.decide.opening import OF_SOMEBODY, category_policy, raise_alerts, send_receipt
from townclerk.domain.decide.restricting import restricted_wrote
from townclerk.domain.decide.surveying import record_mark, survey_answered
from townclerk.domain.decide.weighing import may_mean_a_complaint
from townclerk.domain.events import MailFacts, MemberWrote, ResidentWrote, RobotWrote
from townclerk.domain.letters import Original
from townclerk.domain.named_officers import is_a_person, mentions, names
from townclerk.domain.policy import SERVICE, StagePolicy
from townclerk.domain.roster import Officer
from townclerk.domain.routing import Signal
from townclerk.domain.words import DANGER, Alert, Category, LetterKind, Status


def resident_wrote(d: Deliberation, event: ResidentWrote) -> None:
    mail, signals = event.mail, event.route.signals
    _raise_new_alerts(d, mail, event.route.alerts)
    if d.restricts(mail.sender):
        restricted_wrote(d, mail, Signal.REVIEW_REQUEST in signals and _open_to_review(d) is not None)
        return
    if _only_gets_copies(d, mail):
        _copied_wrote(d, event)
        return
    d.record(mail)
    _keep_from_whom_it_complains_of(d, event)
    if _only_answers_survey(d, event):
        return
    d.note("resident", "wrote", how=event.how, mail=mail.number, signals=" ".join(sorted(signals)))
    if answered_proposal(d, event) or _concern_explained(d, event):
        return
    following = _open_to_review(d) or (_being_repeated(d) if Signal.REVIEW_REQUEST in signals else None)
    wants = signals & {Signal.REVIEW_REQUEST, Signal.DISSATISFIED}
    if following is not None and Signal.REVIEW_REQUEST in signals and mail.own_text.strip() and not d.case.review_refused:
        _review_asked(d, mail, following)
    elif wants and (following is not None or _refused_before(d)):
        _put_to_a_person(d, mail, *question_about(d))
    elif Signal.REVIEW_REQUEST in signals and _too_early(d):
        _pass_on(d, mail, "further")
        send_receipt(d, "neutral" if d.reticent() else "too_early", category_policy(d.case.category, d.council))
    elif wants and _only_stage_answered(d):
        _pass_on(d, mail, "further")
        _short_receipt(d)
        hand_over(d, LetterKind.DECISION, f"role:{LEAD}", "final", mail=mail.number)
    elif wants and _may_become_complaint(d):
        _put_to_a_person(d, mail, *question_about(d))
        _pass_on(d, mail, "further")
    else:
        _pass_on(d, mail, next((reason for signal, reason in _REASONS if signal in signals), "further"))
        _short_receipt(d)


def _keep_from_whom_it_complains_of(d: Deliberation, event: ResidentWrote) -> None:
    """Whoever has the case, and of whose conduct this further mail complains, has it no longer: a colleague does."""
    roles = (d.stage_policy.roles if d.stage_policy is not None else ()) or (SERVICE,)
    playing = (officer for role in roles for officer in d.council.playing(role, d.case.service))
    given = d.council.roster.find_here(d.case.officer)
    for officer in dict.fromkeys((*((given,) if given is not None else ()), *playing)):
        if officer.key in d.kept_from() or not is_a_person(officer):
            continue
        had_it = officer.key in {d.case.officer, *d.case.assigned}
        if _complains_of(officer, event, had_it):
            d.keep_from(officer)
            if had_it and d.case.status is Status.OPEN:
                began = d.case.mail(d.case.began_mail) or d.case.first_mail
                to = f"{RESPONSIBLE}:{_who_works(d)}"
                hand_over(d, LetterKind.ASSIGNMENT, to, mail=began.mail if began is not None else None)


def _complains_of(officer: Officer, event: ResidentWrote, has_it: bool) -> bool:
    """A mail that the rules take for a complaint of somebody is one of whomever it names; any other, where it says of them
    what one says who complains."""
    subject, text, writer = event.mail.subject, event.mail.own_text, event.mail.sender
    if OF_SOMEBODY & set(event.route.alerts):
        said = f"{subject}. {text}"
        if names(officer, said) or mentions(officer, said, writer):
            return True
    return complains_of(officer, text, writer, has_it) or complains_of(officer, subject, writer, has_it)


def _concern_explained(d: Deliberation, event: ResidentWrote) -> bool:
    """Whoever wrote of a concern says that they complain: it is put again to the person who was asked what it is."""
    calls_it_one = event.route.category is Category.COMPLAINT and not event.route.doubtful
    if (
        d.case.pending is None
        or d.case.status is not Status.OPEN
        or not may_mean_a_complaint(d, event.route.signals, calls_it_one)
    ):
        return False
    _put_to_a_person(d, event.mail, d.case.pending.question, d.case.pending.role)
    return True


def _only_answers_survey(d: Deliberation, event: ResidentWrote) -> bool:
    """True where the mail was an answer to the survey, and has been dealt with as that. Whoever asks for a review in it has
    given their mark as well."""
    if event.answers is not LetterKind.SURVEY:
        return False
    if _asks_for_review(d, event):
        record_mark(d, event)
        return False
    survey_answered(d, event)
    return True


def _asks_for_review(d: Deliberation, event: ResidentWrote) -> bool:
    """A request for a review is one, whichever letter it answers."""
    return Signal.REVIEW_REQUEST in event.route.signals and _open_to_review(d) is not None


# Why a further mail is passed on: the first that it says.
_REASONS = (
    (Signal.WITHDRAWS, "withdraws"),
    (Signal.STOP_COPYING, "stop_copying"),
    (Signal.COPY_WANTED, "copy_wanted"),
)


def _raise_new_alerts(d: Deliberation, mail: MailFacts, alerts: tuple[Alert, ...]) -> None:
    """Somebody in danger is one now, whatever the case was about."""
    d.tells_of_danger = bool(DANGER & set(alerts))
    new = tuple(alert for alert in alerts if alert in DANGER and alert not in d.case.alerts)
    if new:
        d.change(alerts=(*d.case.alerts, *new))
        original = Original(mail.sender, mail.subject, mail.received_at, mail.own_text, mail.number)
        raise_alerts(d, new, mail.number, original)


def _only_gets_copies(d: Deliberation, mail: MailFacts) -> bool:
    return any(party.role is PartyRole.COPIED and party.who.key == mail.sender.key for party in d.case.parties)


def _copied_wrote(d: Deliberation, event: ResidentWrote) -> None:
    """Whoever only gets copies is heard, and nothing more: they get no letter of content, and decide nothing."""
    contact = d.case.last_contact_at
    d.record(event.mail)
    d.change(last_contact_at=contact, thread=tuple(i for i in d.case.thread if i != event.mail.message_id))
    d.note("copied", "wrote", how=event.how, mail=event.mail.number)
    _pass_on(d, event.mail, "copied")


def _open_to_review(d: Deliberation) -> StagePolicy | None:
    """The stage that the resident may ask for now: there has been a response, and it was not the last stage's."""
    case = d.case
    if case.category is not Category.COMPLAINT or case.stage is None or case.status not in {Status.ANSWERED, Status.CLOSED}:
        return None
    if not any(stage is case.stage for stage, _ in case.responded_at):
        return None
    return d.council.policy.stage_after(case.stage)


def _being_repeated(d: Deliberation) -> StagePolicy | None:
    """The stage for which the resident may ask although an earlier one goes on: it is that one's second time."""
    case = d.case
    again = case.category is Category.COMPLAINT and case.status is Status.OPEN and bool(case.responded_at)
    return d.council.policy.stage_after(case.stage) if again and case.stage is not None else None


def _too_early(d: Deliberation) -> bool:
    """There is a next stage, and no response yet that it could look at."""
    case = d.case
    answered = bool(case.responded_at) or case.status is not Status.OPEN
    return not answered and case.stage is not None and d.council.policy.stage_after(case.stage) is not None


def _only_stage_answered(d: Deliberation) -> bool:
    """A policy of one stage has given its answer: whoever wants a review, or is not content, can only be pointed onward."""
    case = d.case
    answered = case.category is Category.COMPLAINT and case.status in {Status.ANSWERED, Status.CLOSED}
    return answered and bool(case.responded_at) and len(d.council.policy.stages) == 1


def _refused_before(d: Deliberation) -> bool:
    """A review was refused, and that stands: another request does not begin one by itself."""
    return d.case.review_refused and d.case.status is not Status.OPEN


def question_about(d: Deliberation) -> tuple[str, str]:
    """(what a person is asked about a resident who is not content, the role that decides)."""
    stage = _open_to_review(d) or (d.stage_policy if _refused_before(d) else None)
    return ("review_wanted", stage.decided_by) if stage is not None else ("dissatisfied", LEAD)


def _may_become_complaint(d: Deliberation) -> bool:
    """A request or a comment whose sender is not content; or a case that was closed without a response."""
    if d.case.category is Category.COMPLAINT:
        return d.case.status in {Status.CLOSED, Status.WITHDRAWN} and not d.case.responded_at
    return d.case.category in {Category.SERVICE_REQUEST, Category.COMMENT, Category.COMPLIMENT, Category.NOT_OURS}


def _review_asked(d: Deliberation, mail: MailFacts, following: StagePolicy) -> None:
    window = d.case.deadline(f"{following.stage}.request")
    if window is not None and not in_time(d, window, mail.received_at):
        _put_to_a_person(d, mail, "late_review", following.decided_by, variety="late_review")
        return
    begin_review(d, following, mail.number, mail.received_at)
    send_receipt(d, "review", category_policy(d.case.category, d.council))
    if following.triage is not None:
        said = following.triage.said
        to = f"role:{following.triage.by}"
        hand_over(d, LetterKind.DECISION, to, "triage", mail=mail.number, promises=said.promises, clause=said.clause)


def in_time(d: Deliberation, deadline: Deadline, moment: datetime) -> bool:
    """True up to the last second of the day promised."""
    return moment <= d.council.calendar.at(deadline.promised, d.council.policy.hours.due_time) + timedelta(
        seconds=1, microseconds=-1
    )


def begin_review(d: Deliberation, following: StagePolicy, mail: int, received_at: datetime) -> None:
    """Open the next stage: its clocks count from the receipt of the request. Whoever must act first is told."""
    d.meet(f"{following.stage}.request")
    if d.case.status is Status.OPEN and d.case.stage is not None:  # it was being looked at again: that ends here
        d.drop_deadlines(d.case.stage)
    standing = d.case.deadline(f"{following.stage}.respond")
    d.change(status=Status.OPEN, requested_mail=mail, outcome=None, acknowledgement_owed=False, closed_at=None)
    d.start(following, mail, received_at)
    if standing is not None and standing.open:  # asked for before, and sent back: the date that the resident holds stands
        d.case = d.case.with_deadline(standing)
    d.note("resident", "review_asked", stage=following.stage, mail=mail)
    assign(d, following, mail=mail)


def open_window(d: Deliberation, following: StagePolicy) -> None:
    """The last day on which the resident may ask for *following*, counted from the response that goes now."""
    if following.request is not None:
        name = f"{following.stage}.request"
        d.owe(make(name, following.request, d.now, d.now, d.council.calendar))


def _put_to_a_person(d: Deliberation, mail: MailFacts, question: str, role: str, variety: str = "further") -> None:
    d.change(requested_mail=mail.number)
    if variety == "late_review":
        send_receipt(d, variety, category_policy(d.case.category, d.council))
    else:
        _short_receipt(d)
    hand_over(d, LetterKind.DECISION, f"role:{role}", question, mail=mail.number)


def _pass_on(d: Deliberation, mail: MailFacts, reason: str, *said: str) -> None:
    hand_over(d, LetterKind.FORWARDED, f"{RESPONSIBLE}:{_who_works(d)}", reason, *said, mail=mail.number)


def _who_works(d: Deliberation) -> str:
    """The role that deals with the case now: whoever still owes the acknowledgement, else whoever answers."""
    stage = d.stage_policy
    if stage is None:
        return SERVICE
    owed = d.case.deadline(f"{stage.stage}.acknowledge")
    return stage.acknowledge.by if stage.acknowledge and owed and owed.open else stage.respond.by


def _short_receipt(d: Deliberation) -> None:
    """At most one a case in 24 hours, with the dates that stand."""
    pause = timedelta(hours=d.council.policy.forwarded_receipt_hours)
    if d.case.last_receipt_at is None or d.now - d.case.last_receipt_at >= pause:
        send_receipt(d, "neutral" if d.reticent() else "further", category_policy(d.case.category, d.council))


def member_wrote(d: Deliberation, event: MemberWrote) -> None:
    """A member's mail about this case: filed and passed on; the resident's clock and letters stay as they are."""
    contact = d.case.last_contact_at
    d.record(event.mail)
    d.change(last_contact_at=contact, thread=tuple(i for i in d.case.thread if i != event.mail.message_id))
    d.note("member", "wrote", how=event.how, mail=event.mail.number)
    category = category_policy(Category.MEMBER_ENQUIRY, d.council)
    for role in (LEAD,) if d.case.restricted else category.forward_to or (LEAD,):
        hand_over(
            d,
            LetterKind.FORWARDED,
            f"role:{role}",
            "member",
            mail=event.mail.number,
            promises=category.promises,
            clause=category.clause,
        )


# Why whoever wrote has heard nothing.
_NOT_ANSWERED = "A mark of a mailing list or of a program is on this mail, so no automatic answer has gone to it."


def robot_wrote(d: Deliberation, event: RobotWrote) -> None:
    """An out-of-office or the like stands in the journal, and changes nothing. What says something else may be a person's,
    through a list or a gateway: whoever works on the case reads it. It gets no answer, so no robot gets one."""
    mail = event.mail
    d.note("mail system", event.what, mail=mail.number)
    if not event.speaks:
        return
    _raise_new_alerts(d, mail, event.alerts)
    if d.restricts(mail.sender):
        restricted_wrote(d, mail, False)
        return
    contact = d.case.last_contact_at
    d.record(mail)
    d.change(last_contact_at=contact)
    _pass_on(d, mail, "copied" if _only_gets_copies(d, mail) else "further", _NOT_ANSWERED)
