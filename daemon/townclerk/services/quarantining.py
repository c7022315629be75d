"""A mail that cannot be dealt with is kept, a person is told, and the next one goes on."""

from datetime import datetime

from townclerk.domain.decide import Send
from townclerk.domain.decide.deliberation import LEAD, next_opening, to_officer
from townclerk.domain.letters import Because, Decision, Letter, Original
from townclerk.domain.mail import Address, IncomingMail
from townclerk.services.office import Office
from townclerk.services.writing import write_letter
from townclerk.store import mails, outbox
from townclerk.store.database import Tx
from townclerk.store.mails import StoredMail
from townclerk.store.outbox import OutboxRow
from townclerk.store.schema import MailState


async def quarantine(
    office: Office, stored: StoredMail, why: str, mail: IncomingMail | None, now: datetime, kind: str = "unread"
) -> None:
    """Set *stored* aside with the reason, and tell the complaints lead, in one transaction."""
    rows = tuple(_letter(office, stored, why, mail, now))

    def write(tx: Tx) -> None:
        mails.settle(
            tx,
            stored.id,
            MailState.QUARANTINED,
            kind=kind,
            because="it could not be dealt with",
            reason=why,
            message_id=mail.message_id if mail else None,
            sender=mail.sender.key if mail and mail.sender else None,
            subject=mail.subject if mail else None,
            now=now,
        )
        for row in rows:
            outbox.put(tx, row)

    await office.db.run(write)


def _letter(office: Office, stored: StoredMail, why: str, mail: IncomingMail | None, now: datetime) -> list[OutboxRow]:
    sender = mail.sender if mail and mail.sender else Address("", "unknown")
    original = Original(sender, mail.subject if mail else "", stored.received_at, mail.text if mail else "")
    detail = f"{why} (mail {stored.id}: townclerk quarantine show {stored.id})"
    letters = []
    for officer in office.council.playing(LEAD)[:1]:
        content = Decision("unclear_mail", detail, original, ())
        letter = Letter(to_officer(officer), content, Because("mail:quarantined"), None, automatic=True)
        key = f"mail{stored.id}:quarantined"
        send = Send(f"{office.council.policy.id}:{key}:{officer.key}", f"{office.council.policy.id}:{key}", letter)
        letters.append(write_letter(office, send, now, not_before=next_opening(office.council, now)))
    return letters
