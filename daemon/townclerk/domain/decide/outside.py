"""Mail that reached the resident without us: whether it was the response is asked, once, and never guessed."""

from townclerk.domain.case import HeldMail
from townclerk.domain.decide.belonging import has_part, who_has_it
from townclerk.domain.decide.choices import WAS_THIS_THE_RESPONSE
from townclerk.domain.decide.deliberation import Deliberation
from townclerk.domain.decide.handing import hand_over
from townclerk.domain.decide.work import NOBODY_KNOWN, SENT_ALREADY, moment_words
from townclerk.domain.events import MailFacts, OfficerWroteOutside
from townclerk.domain.letters import Done
from townclerk.domain.roster import Officer
from townclerk.domain.words import Category, LetterKind, Status


def wrote_outside(d: Deliberation, event: OfficerWroteOutside) -> None:
    """The mail is kept with the case. Where an answer is owed, whoever wrote it is asked whether it was that; where nobody
    knows who wrote it, or it was somebody who has no part in the case, whoever is responsible."""
    mail = event.mail
    if mail.message_id is not None and any(known.message_id == mail.message_id for known in d.case.mails):
        return  # it came twice: in copy, and out of the folder of what was sent
    officer = d.council.roster.find(event.officer) if event.officer is not None else None
    d.record(mail)
    d.change(written_at=mail.received_at)
    d.note(event.officer or "mailbox", "wrote_outside", mail=mail.number)
    elsewhere = officer is not None and not event.had_letter and not has_part(d, officer)
    asked = ask_whether_it_was_the_response(d, officer, mail, elsewhere)
    if officer is None or (asked and not elsewhere):
        return
    if elsewhere:
        kept = f"Your mail is kept with the case of whoever you wrote to, which is with {who_has_it(d)}, and not with you."
        d.to_staff(officer, Done((mail.outside, kept) if mail.outside else (kept,)), bare=True)
        return
    kept = "Your mail to the resident is kept with the case. Nothing else was to be done."
    d.to_staff(officer, Done((mail.outside, kept) if mail.outside else (kept,)))


def ask_whether_it_was_the_response(d: Deliberation, officer: Officer | None, mail: MailFacts, elsewhere: bool = False) -> bool:
    """Ask *officer*, or whoever is responsible (also where *officer* has no part in the case: *elsewhere*), about a *mail* that
    the resident has already; False where no answer is owed, so that there is nothing to ask."""
    if not _answer_is_owed(d):
        return False
    author = officer.key if officer is not None else NOBODY_KNOWN
    held = HeldMail(
        mail.number,
        author,
        mail.number,
        SENT_ALREADY,
        mail.own_text,
        mail.message_id,
        mail.received_at,
        not_theirs=elsewhere,
    )
    d.change(held=(*d.case.held, held))
    who = officer.name if officer is not None else "Somebody"
    how = "" if officer is not None else " from the mailbox itself"
    sent = f"{who} wrote to the resident{how} at {moment_words(d.council.calendar.local(mail.received_at))}."
    to = f"officer:{officer.key}" if officer is not None and not elsewhere else "responsible:"
    detail = f"{sent} {mail.outside}".strip()
    hand_over(d, LetterKind.DECISION, to, WAS_THIS_THE_RESPONSE, detail, mail=mail.number)
    return True


def _answer_is_owed(d: Deliberation) -> bool:
    case = d.case
    if case.status is not Status.OPEN:
        return False
    if case.category is Category.COMPLAINT:
        return d.stage_policy is not None
    deadline = case.deadline(f"{case.category}.respond")
    return deadline is not None and deadline.open
