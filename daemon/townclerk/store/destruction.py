"""A case's mails, letters and journal entries lose what they tell. That they did stands in the journal for ever."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, String, cast, delete, literal, or_, select, update

from townclerk.domain.case import Case
from townclerk.domain.destruction import without_people
from townclerk.store import cases, journal, wordings
from townclerk.store import mails as stored_mails
from townclerk.store.database import Tx
from townclerk.store.schema import OutboxState, case_parties, mail_parts, mails, message_ids, outbox, timers

PLACE = stored_mails.DESTROYED


@dataclass(frozen=True, slots=True)
class Destroyed:
    """The certificate: how many mails, letters and journal entries lost what they told."""

    mails: int
    letters: int
    entries: int


def destroy(tx: Tx, case: Case, at: datetime, actor: str, why: str, codes: Collection[str]) -> Destroyed:
    """Destroy what *case* holds, but for the *codes* of its reasons and remedies.

    Raises Stale where it changed since it was loaded: then it may not be the time."""
    cases.save(tx, without_people(case, at, codes), now=at)
    tx.execute(delete(case_parties).where(case_parties.c.ref == case.ref))
    tx.execute(delete(timers).where(timers.c.case_ref == case.ref))
    tx.execute(delete(message_ids).where(message_ids.c.case_ref == case.ref))
    wordings.forget(tx, case.ref)
    gone, letters = _mails(tx, case.ref), _letters(tx, case.ref, at)
    return Destroyed(gone, letters, journal.destroy_details(tx, case.council, case.ref, at, actor, why))


def _mails(tx: Tx, ref: str) -> int:
    """Of each mail the digest of its bytes stays, so that the same mail is not taken anew while it lies in the mailbox."""
    held = tx.execute(select(mails.c.id, mails.c.content_hash).where(mails.c.case_ref == ref)).all()
    same = [row.content_hash for row in held if row.content_hash is not None]
    theirs: ColumnElement[bool] = or_(mails.c.case_ref == ref, mails.c.content_hash.in_(same))
    numbers = list(tx.execute(select(mails.c.id).where(theirs)).scalars())
    tx.execute(delete(mail_parts).where(mail_parts.c.mail_id.in_(numbers)))
    nothing = {"sender": None, "subject": None, "message_id": None, "content_hash": None, "reason": PLACE}
    tx.execute(update(mails).where(mails.c.id.in_(numbers)).values(nothing))
    return len(numbers)


def _letters(tx: Tx, ref: str, at: datetime) -> int:
    """Keys and Message-IDs are made of addresses, so they go as well. What had not left will not."""
    here = outbox.c.case_ref == ref
    unsent = here & outbox.c.state.in_((OutboxState.WAITING, OutboxState.SENDING, OutboxState.DEAD))
    tx.execute(update(outbox).where(unsent).values(state=OutboxState.DROPPED, ended_at=at))
    key = literal(f"{ref}:{PLACE}:") + cast(outbox.c.id, String)
    nothing = {"recipient": "", "recipient_key": "", "subject": "", "last_error": None, "raw": b"", "because_event": PLACE}
    return tx.execute(update(outbox).where(here).values(key=key, letter_key=key, message_id=key, **nothing)).rowcount
