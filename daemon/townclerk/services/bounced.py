"""Delivery reports: whose letter did not arrive."""

import re
from datetime import datetime, timedelta
from functools import partial

from townclerk.domain.absence import is_absence_note
from townclerk.domain.events import LetterBounced
from townclerk.domain.mail import ADDRESS, DeliveryReport, IncomingMail, MailKind
from townclerk.domain.returned import Said, said_in
from townclerk.domain.screening import may_be_its_postmasters
from townclerk.domain.words import LetterKind
from townclerk.services.applying import happen
from townclerk.services.leave_noticed import staff_letter_returned
from townclerk.services.office import Office
from townclerk.services.quarantining import quarantine
from townclerk.services.settling import Settle
from townclerk.store import mails, outbox
from townclerk.store.database import Tx
from townclerk.store.mails import StoredMail
from townclerk.store.schema import MailState

_REPORT_LOOKED_AT = 20_000  # characters of a report that says in prose what it is about
_MOST_NAMED = 20  # addresses in a report
_PROSE_SHOWN = 200  # characters of it
_REPORTS_COME_WITHIN = timedelta(days=6)  # mail servers give up after five


async def bounce(office: Office, stored: StoredMail, mail: IncomingMail, settle: Settle, now: datetime) -> None:
    """A delivery report: a letter of ours that did not arrive is told to a person, and so is what says of one neither that it
    failed nor that it waits, and what a postmaster may have written; anything else is filed."""
    failed = [report for report in mail.reports if report.action == "failed"]
    said = Said.FAILED if failed else Said.DELAYED if mail.reports else said_in(mail.subject, mail.text)
    letter = await office.db.read(partial(_returned_letter, mail=mail, office=office, now=now))
    no_failure = said is Said.DELAYED or (said is Said.UNCLEAR and is_absence_note(mail.subject, mail.own_text))
    if no_failure and (letter is not None or not may_be_its_postmasters(mail)):
        await office.db.run(lambda tx: settle(tx, MailState.IGNORED, "a delivery report of no failure", None))
        return
    if letter is not None and letter.case_ref is None and letter.staff:
        await staff_letter_returned(office, letter, settle, now)
        return
    if letter is not None and said is Said.UNCLEAR:
        why = "it is a mail system's, about a letter of ours, and does not say whether that arrived"
        await quarantine(office, stored, why, mail, now, MailKind.BOUNCE.value)
        return
    if letter is None and await office.db.read(partial(_last_letter_to, mail=mail, office=office, now=now)) is not None:
        # A relay gave the letter another id, or a forger sent a mail of their own in our name: a person must look.
        why = "it says that a mail to somebody to whom we wrote did not arrive, and it names another mail than ours"
        await quarantine(office, stored, why, mail, now, MailKind.BOUNCE.value)
        return
    if letter is None or letter.case_ref is None:
        if may_be_its_postmasters(mail):
            why = "it looks like a mail system's, says of no letter of ours that it did not arrive, and may be its postmaster's"
            await quarantine(office, stored, why, mail, now, MailKind.BOUNCE.value)
            return
        await office.db.run(lambda tx: settle(tx, MailState.IGNORED, "a delivery report of no letter of ours", None))
        return
    told = _about(failed, letter.recipient)
    status, diagnostic = (told.status, told.diagnostic) if told else ("5.0.0", _in_prose(mail))
    ref = letter.case_ref
    event = LetterBounced(LetterKind(letter.kind), letter.letter_key, letter.recipient, status, diagnostic)
    await happen(office, ref, event, now, lambda tx: settle(tx, MailState.DONE, None, ref))


def _about(failed: list[DeliveryReport], recipient: str) -> DeliveryReport | None:
    """Of all whom a report is about, the one to whom the letter went; where it names them otherwise, the first."""
    theirs = (report for report in failed if report.recipient.lower() == recipient.lower())
    return next(theirs, failed[0] if failed else None)


def _in_prose(mail: IncomingMail) -> str:
    """What a report without fields begins with."""
    return " ".join(mail.own_text.split())[:_PROSE_SHOWN]


def _returned_letter(tx: Tx, mail: IncomingMail, office: Office, now: datetime) -> outbox.OutboxRow | None:
    """The letter that a delivery report is about: the one that it returns, or names by its Message-ID anywhere. Where it names
    no mail at all, and only whom it could not reach: the last that went there within the days in which a report comes."""
    domain = office.ways.mailbox.rpartition("@")[2]
    text = mail.text[:_REPORT_LOOKED_AT]
    in_words = (f"<{found}@{domain}>" for found in re.findall(rf"([\w.+-]{{20,90}})@{re.escape(domain)}\b", text))
    for message_id in dict.fromkeys((*mail.returned_message_ids, *mail.thread, *in_words)):
        found = mails.letter_of(tx, message_id)
        if found is not None:
            return outbox.get(tx, found[1])
    other = mail.returned_message_ids or mail.thread  # it says which mail it is about, and that is none of ours
    last = None if other else _last_letter_to(tx, mail, office, now)
    return outbox.get(tx, last) if last is not None else None


def _as_written(found: str) -> tuple[str, ...]:
    """An address in prose, and the same without what stands around it there: brackets, quotes, `dda:SMTP=`."""
    return found, found.rpartition("=")[2].strip("[]{}'\"`*")


def _last_letter_to(tx: Tx, mail: IncomingMail, office: Office, now: datetime) -> str | None:
    """The last letter, by its key, that went to whomever a delivery report is about."""
    failed = [report.recipient.lower() for report in mail.reports if report.action == "failed"]
    named = failed or [each for found in ADDRESS.findall(mail.text[:_REPORT_LOOKED_AT]) for each in _as_written(found.lower())]
    since = now - _REPORTS_COME_WITHIN
    found = (outbox.last_to(tx, office.council.policy.id, each, since) for each in dict.fromkeys(named[:_MOST_NAMED]))
    return next((key for key in found if key is not None), None)
