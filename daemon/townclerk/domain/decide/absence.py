"""An officer seems to be away, has left, or has too much: the case goes to somebody else."""

from townclerk.domain.decide.declining import roles_at_work
from townclerk.domain.decide.deliberation import Deliberation
from townclerk.domain.decide.handing import RESPONSIBLE, UNASSIGNED, hand_over
from townclerk.domain.events import OfficerAway, OfficerLeft, Reassigned
from townclerk.domain.words import LetterKind, Status


def officer_away(d: Deliberation, event: OfficerAway) -> None:
    """Their deputy hears of it, or a colleague, or the complaints lead: what is owed may be seen by nobody."""
    d.note(event.officer, "answers_by_itself", mail=event.mail.number)
    officer = d.council.roster.find(event.officer)
    cover = d.cover_for(officer) if officer is not None else None
    if officer is not None and cover is not None and d.case.status is Status.OPEN:
        hand_over(d, LetterKind.ALERT, f"officer:{cover.key}", officer.name, mail=d.case.began_mail)


def officer_left(d: Deliberation, event: OfficerLeft) -> None:
    """Whoever plays the role now gets the case, with an assignment, unless they have had this stage's."""
    officer = d.council.roster.find(event.officer)
    by_name = d.case.officer == event.officer
    d.change(
        assigned=tuple(key for key in d.case.assigned if key != event.officer),
        officer=None if by_name else d.case.officer,
    )
    d.note("townclerk", "officer_left", of=event.officer)
    if d.case.status is not Status.OPEN:
        return
    note = f"{officer.name if officer is not None else event.officer} does not work here any more, and had this case."
    began = d.case.mail(d.case.began_mail) or d.case.first_mail
    mail = began.mail if began is not None else None
    if d.stage_policy is None:
        if by_name:
            hand_over(d, LetterKind.FORWARDED, f"{RESPONSIBLE}:", d.case.category.value, mail=mail)
        return
    for role in roles_at_work(d):
        hand_over(d, LetterKind.ASSIGNMENT, f"{UNASSIGNED}:{role}", note, mail=mail)


def reassigned(d: Deliberation, event: Reassigned) -> None:
    """As `#assign` does, by whoever runs townclerk. The service has asked `why_not` before."""
    officer = d.council.roster.find_here(event.to)
    if officer is None or why_not(d, event.to):
        return
    d.change(officer=officer.key)
    d.note(event.by, "reassigned", to=officer.key)
    began = d.case.mail(d.case.began_mail) or d.case.first_mail
    note = f"Given to you by {event.by}, who runs townclerk."
    hand_over(d, LetterKind.ASSIGNMENT, f"officer:{officer.key}", note, mail=began.mail if began is not None else None)


def why_not(d: Deliberation, to: str) -> str:
    """Why the case cannot be given to the officer *to*; empty where it can."""
    if d.council.roster.find_here(to) is None:
        return "they do not work here"
    if to in d.kept_from():
        return "the complaint names them, or they have a conflict of interest"
    if to in d.barred():
        return "they answered before, and this stage is somebody else's"
    return ""
