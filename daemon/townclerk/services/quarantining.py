"""A mail that cannot be dealt with is kept, a person is told, and the next one goes on."""

from datetime import datetime

import structlog

from townclerk.domain.letters import Original
from townclerk.domain.mail import Address, IncomingMail
from townclerk.services.office import Office
from townclerk.services.telling import letters_to_lead
from townclerk.store import mails, outbox
from townclerk.store.database import Tx
from townclerk.store.errors import Stale
from townclerk.store.mails import StoredMail
from townclerk.store.outbox import OutboxRow
from townclerk.store.schema import MailState

log = structlog.get_logger()


async def quarantine(
    office: Office, stored: StoredMail, why: str, mail: IncomingMail | None, now: datetime, kind: str = "unread"
) -> None:
    """Set *stored* aside with the reason, and tell the complaints lead, in one transaction. One that somebody else has dealt
    with meanwhile is left as it is."""
    rows = await _letters(office, stored, why, mail, now)

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

    try:
        await office.db.run(write)
    except Stale:
        log.warning("mail was dealt with by somebody else", mail=stored.id)


async def _letters(
    office: Office, stored: StoredMail, why: str, mail: IncomingMail | None, now: datetime
) -> tuple[OutboxRow, ...]:
    sender = mail.sender if mail and mail.sender else Address("", "unknown")
    original = Original(sender, mail.subject if mail else "", stored.received_at, mail.text if mail else "")
    detail = f"A mail came, and {why}. For whoever looks after townclerk: townclerk quarantine show {stored.id}"
    key = f"mail{stored.id}:quarantined"
    return await letters_to_lead(office, key, "unclear_mail", detail, "mail:quarantined", now, original)
