"""Delivery reports: whose letter did not arrive."""

import re
from datetime import datetime, timedelta
from functools import partial

from townclerk.domain.events import LetterBounced
from townclerk.domain.mail import ADDRESS, IncomingMail, MailKind
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

# Exim, Sendmail, Postfix: the mail waits in a queue.
_WARNING_SUBJECT = re.compile(r"warning: (?:message|could not send)|delayed mail|delivery delayed", re.IGNORECASE)
_REPORT_LOOKED_AT = 20_000  # characters of a report that says in prose what it is about
_MOST_NAMED = 20  # addresses in a report
_REPORTS_COME_WITHIN = timedelta(days=6)  # mail servers give up after five
_WARNING_TEXT = re.compile(
    r"has not yet been delivered|no action is required on your part|warning message only|do not need to resend", re.IGNORECASE
)


async def bounce(office: Office, stored: StoredMail, mail: IncomingMail, settle: Settle, now: datetime) -> None:
    """A delivery report: a letter of ours that did not arrive is told to a person; anything else is filed."""
    failed = [report for report in mail.reports if report.action == "failed"]
    if (mail.reports and not failed) or _only_a_warning(mail):
        await office.db.run(lambda tx: settle(tx, MailState.IGNORED, "a delivery report of no failure", None))
        return
    letter = await office.db.read(partial(_returned_letter, mail=mail, office=office, now=now))
    if letter is not None and letter.case_ref is None and letter.staff:
        await staff_letter_returned(office, letter, settle, now)
        return
    if letter is None and await office.db.read(partial(_last_letter_to, mail=mail, office=office, now=now)) is not None:
        # A relay gave the letter another id, or a forger sent a mail of their own in our name: a person must look.
        why = "it says that a mail to somebody to whom we wrote did not arrive, and it names another mail than ours"
        await quarantine(office, stored, why, mail, now, MailKind.BOUNCE.value)
        return
    if letter is None or letter.case_ref is None:
        await office.db.run(lambda tx: settle(tx, MailState.IGNORED, "a delivery report of no letter of ours", None))
        return
    status = failed[0].status if failed else "5.0.0"
    diagnostic = failed[0].diagnostic if failed else ""
    ref = letter.case_ref
    event = LetterBounced(LetterKind(letter.kind), letter.letter_key, letter.recipient, status, diagnostic)
    await happen(office, ref, event, now, lambda tx: settle(tx, MailState.DONE, None, ref))


def _only_a_warning(mail: IncomingMail) -> bool:
    """A mail server without a proper report says that it is still trying: nothing has failed."""
    text = " ".join(mail.text.split())[:2000]
    return not mail.reports and bool(_WARNING_SUBJECT.match(mail.subject) or _WARNING_TEXT.search(text))


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


def _last_letter_to(tx: Tx, mail: IncomingMail, office: Office, now: datetime) -> str | None:
    """The last letter, by its key, that went to whomever a delivery report is about."""
    failed = [report.recipient.lower() for report in mail.reports if report.action == "failed"]
    named = failed or [address.lower() for address in ADDRESS.findall(mail.text[:_REPORT_LOOKED_AT])]
    since = now - _REPORTS_COME_WITHIN
    found = (outbox.last_to(tx, office.council.policy.id, each, since) for each in dict.fromkeys(named[:_MOST_NAMED]))
    return next((key for key in found if key is not None), None)
