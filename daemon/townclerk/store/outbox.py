"""Letters decided and not yet delivered, and what became of those that were.

waiting -> sending -> sent
   ^          |-----> waiting   (put_off: another try)
   |          |-----> dead      (for good: a person is told)
   |-- retry -|- dead, dropped
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Column, ColumnElement, Row, Select, and_, bindparam, func, or_, select, update

from townclerk.domain.returned import HELD_BACK
from townclerk.store.database import Tx
from townclerk.store.driver import insert
from townclerk.store.schema import OutboxState, outbox

UNFINISHED = (OutboxState.WAITING, OutboxState.SENDING)
UNSENT = (OutboxState.WAITING, OutboxState.SENDING, OutboxState.DEAD)


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxLine:
    """A letter to one recipient, without its bytes. `key` is unique; `letter_key` is shared by a letter's recipients.

    `automatic`: no person wrote or pressed for it. `next_at` is, of a waiting one, when it is tried next; of one that is
    being sent, until when it is claimed. `fate_unknown`: a try was cut off, so the server may have it already.
    """

    key: str
    letter_key: str
    council: str
    case_ref: str | None
    kind: str
    staff: bool
    automatic: bool
    envelope_from: str
    recipient: str
    message_id: str
    subject: str
    because_event: str
    created_at: datetime
    because_promise: str | None = None
    because_clause: str | None = None
    not_before: datetime | None = None
    state: OutboxState = OutboxState.WAITING
    attempts: int = 0
    next_at: datetime | None = None
    fate_unknown: bool = False
    last_error: str | None = None
    sent_at: datetime | None = None
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxRow(OutboxLine):
    """A letter with the bytes that go over the wire."""

    raw: bytes


def _columns(kind: type[OutboxLine]) -> list[Column[Any]]:
    return [outbox.c[field.name] for field in fields(kind)]


def _select(kind: type[OutboxLine]) -> Select[Any]:
    return select(*_columns(kind))


# Built once: every pass of the daemon asks these, and to build such a statement costs more than the database does.
_OURS = outbox.c.council == bindparam("council")
_RIPE = (
    _select(OutboxLine)
    .where(_OURS, outbox.c.state.in_(UNFINISHED), outbox.c.next_at <= bindparam("now"))
    .order_by(outbox.c.next_at, outbox.c.id)
    .limit(bindparam("limit"))
    .with_for_update(skip_locked=True)
)
_NEXT_AT = select(func.min(outbox.c.next_at)).where(_OURS, outbox.c.state == bindparam("state"))
_OF_MESSAGE_ID = _select(OutboxLine).where(outbox.c.message_id == bindparam("message_id")).order_by(outbox.c.id).limit(1)


def put(tx: Tx, row: OutboxRow) -> bool:
    """True where the letter is new; False where its key is there already, whatever became of it.

    It waits until `not_before`, if that is given.
    """
    values = {field.name: getattr(row, field.name) for field in fields(row)}
    values |= {"recipient_key": row.recipient.lower(), "next_at": row.next_at or row.not_before or row.created_at}
    new = insert(tx, outbox).on_conflict_do_nothing().returning(outbox.c.id)
    return tx.execute(new, values).first() is not None  # as parameters: to build a statement of so many values costs more


def put_all(tx: Tx, rows: Iterable[OutboxRow]) -> None:
    """Put each of *rows*: see `put`."""
    for row in rows:
        put(tx, row)


def claim(tx: Tx, council: str, now: datetime, limit: int, lease_seconds: float) -> tuple[OutboxLine, ...]:
    """The letters that are to be sent now, at most *limit*: nobody else gets them for *lease_seconds*. `get` has their bytes,
    of one letter at a time: fifty with files would fill the memory.

    A claim that ran out without a word is claimed again, with `fate_unknown` and one more attempt: whoever had it may have
    sent it, and a letter that kills its sender must not do so for ever.
    """
    found = _lines(tx, _RIPE, council=council, now=now, limit=limit)
    until = now + timedelta(seconds=lease_seconds)
    fresh = [row.key for row in found if row.state is OutboxState.WAITING]
    cut_off = [row.key for row in found if row.state is OutboxState.SENDING]
    mine = {"state": OutboxState.SENDING, "next_at": until}
    if fresh:
        tx.execute(update(outbox).where(outbox.c.key.in_(fresh)).values(mine))
    if cut_off:
        again = {**mine, "attempts": outbox.c.attempts + 1, "fate_unknown": True}
        tx.execute(update(outbox).where(outbox.c.key.in_(cut_off)).values(again))
    return tuple(_claimed(row, until) for row in found)


def _claimed(row: OutboxLine, until: datetime) -> OutboxLine:
    again = row.state is OutboxState.SENDING
    return replace(
        row,
        state=OutboxState.SENDING,
        next_at=until,
        attempts=row.attempts + again,
        fate_unknown=row.fate_unknown or again,
    )


def end_claims(tx: Tx, council: str, now: datetime) -> int:
    """How many letters are claimed, and may be claimed again from now on, as if each claim had run out. For whoever knows that
    the one who claimed them is gone."""
    claimed = (outbox.c.council == council, outbox.c.state == OutboxState.SENDING, outbox.c.next_at > now)
    return tx.execute(update(outbox).where(*claimed).values(next_at=now)).rowcount


def sent(tx: Tx, key: str, at: datetime) -> bool:
    """Keep that the letter was accepted. True, unless that was known: what has happened counts, whatever was decided since."""
    done = {"state": OutboxState.SENT, "sent_at": at, "last_error": None, "fate_unknown": False, "ended_at": None}
    return _change(tx, key, set(OutboxState) - {OutboxState.SENT}, done)


def put_off(tx: Tx, key: str, until: datetime, error: str, *, counts_as_attempt: bool = True) -> bool:
    """Let the letter be tried again at *until*. False where somebody else has ended it since."""
    attempts = outbox.c.attempts + (1 if counts_as_attempt else 0)
    later = {"state": OutboxState.WAITING, "next_at": until, "last_error": error, "attempts": attempts}
    return _change(tx, key, UNFINISHED, later)


def dead(tx: Tx, key: str, error: str, now: datetime) -> bool:
    """Give the letter up: it will not be tried again unless a person says so. False where somebody else has ended it."""
    over = {"state": OutboxState.DEAD, "last_error": error, "ended_at": now, "attempts": outbox.c.attempts + 1}
    return _change(tx, key, UNFINISHED, over)


def retry(tx: Tx, key: str, now: datetime) -> bool:
    """Let a letter that was given up or dropped, or that waits for its next try, be tried now, from the beginning."""
    anew = {"state": OutboxState.WAITING, "next_at": now, "attempts": 0, "ended_at": None}
    return _change(tx, key, (OutboxState.DEAD, OutboxState.DROPPED, OutboxState.WAITING), anew)


def drop(tx: Tx, key: str, now: datetime, why: str) -> bool:
    """A person decides that this letter shall not go. False where it has gone, or is on its way at this moment."""
    dropped = {"state": OutboxState.DROPPED, "last_error": why, "ended_at": now}
    return _change(tx, key, (OutboxState.WAITING, OutboxState.DEAD), dropped)


def _change(tx: Tx, key: str, states: Collection[OutboxState], values: dict[str, Any]) -> bool:
    changed = update(outbox).where(outbox.c.key == key, outbox.c.state.in_(states)).values(values)
    return tx.execute(changed).rowcount == 1


# --- looking


def get(tx: Tx, key: str) -> OutboxRow | None:
    """The letter of this key with its bytes, or None."""
    row = tx.execute(_select(OutboxRow).where(outbox.c.key == key)).first()
    return _row(row) if row else None


def listing(tx: Tx, council: str, states: Collection[OutboxState] = UNSENT, limit: int = 100) -> tuple[OutboxLine, ...]:
    """The letters in these states, the oldest first."""
    lines = _select(OutboxLine).where(outbox.c.council == council, outbox.c.state.in_(states))
    return _lines(tx, lines.order_by(outbox.c.id).limit(limit))


def of_case(tx: Tx, case_ref: str) -> tuple[OutboxLine, ...]:
    """Every letter of a case, in the order in which they were decided."""
    return _lines(tx, _select(OutboxLine).where(outbox.c.case_ref == case_ref).order_by(outbox.c.id))


def copies(tx: Tx, letter_key: str) -> tuple[OutboxLine, ...]:
    """The copies of one letter, one for each recipient, in the order in which they were decided."""
    return _lines(tx, _select(OutboxLine).where(outbox.c.letter_key == letter_key).order_by(outbox.c.id))


def of_message_id(tx: Tx, message_id: str) -> OutboxLine | None:
    """The letter that went out with this Message-ID, or None: what a bounce is matched against where there is no case."""
    return next(iter(_lines(tx, _OF_MESSAGE_ID, message_id=message_id)), None)


def next_at(tx: Tx, council: str) -> datetime | None:
    """When there is something to send next, past or future, or None. The end of a claim counts: it may have been cut off."""
    found = [tx.execute(_NEXT_AT, {"council": council, "state": state}).scalar() for state in UNFINISHED]
    return min((at for at in found if at is not None), default=None)


def last_to(tx: Tx, council: str, recipient: str, since: datetime) -> str | None:
    """The key of the last letter that was sent to *recipient* from *since* on, or None: none was."""
    theirs = [outbox.c.council == council, outbox.c.recipient_key == recipient.lower(), outbox.c.sent_at >= since]
    return tx.execute(select(outbox.c.key).where(*theirs).order_by(outbox.c.sent_at.desc(), outbox.c.key).limit(1)).scalar()


def sent_between(
    tx: Tx,
    council: str,
    start: datetime,
    end: datetime,
    recipient: str | None = None,
    *,
    any_tag: bool = False,
    kinds: Collection[str] = (),
    automatic_to_residents: bool = False,
    case_ref: str | None = None,
) -> int:
    """How many letters were sent from *start* on and before *end*, to anybody or to one address, or to its mailbox
    under any tag; of all, or of those of some *kinds*, about one case, or of those that no person wrote and that did not go to
    staff."""
    sent_then = [outbox.c.council == council, outbox.c.sent_at >= start, outbox.c.sent_at < end]
    if recipient is not None:
        sent_then.append(_to_mailbox(recipient) if any_tag else outbox.c.recipient_key == recipient.lower())
    if kinds:
        sent_then.append(outbox.c.kind.in_(kinds))
    if case_ref is not None:
        sent_then.append(outbox.c.case_ref == case_ref)
    if automatic_to_residents:
        sent_then += [outbox.c.automatic.is_(True), outbox.c.staff.is_(False)]
    return int(tx.execute(select(func.count()).select_from(outbox).where(*sent_then)).scalar_one())


def _to_mailbox(recipient: str) -> ColumnElement[bool]:
    """To *recipient*; of one with a tag, to its mailbox under any tag: a robot may answer from desk+1@, desk+2@ and so on."""
    local, _, domain = recipient.lower().rpartition("@")
    bare, plus, _ = local.partition("+")
    key = outbox.c.recipient_key
    if not plus or not bare:  # as nearly all are: the index has it
        return key == recipient.lower()
    tagged = and_(key.startswith(f"{bare}+", autoescape=True), key.endswith(f"@{domain}", autoescape=True))
    return or_(key == f"{bare}@{domain}", tagged)


def held_back_to(tx: Tx, council: str, recipient: str, start: datetime) -> int:
    """How many letters to *recipient* we have not sent ourselves from *start* on, because there had been too many."""
    ours = [outbox.c.council == council, _to_mailbox(recipient), outbox.c.ended_at >= start]
    ours += [outbox.c.state == OutboxState.DEAD, outbox.c.last_error.startswith(HELD_BACK)]
    return int(tx.execute(select(func.count()).select_from(outbox).where(*ours)).scalar_one())


def told_since(tx: Tx, council: str, start: datetime, kinds: Collection[str]) -> frozenset[tuple[str, str]]:
    """(address in lower case, case) of each letter of *kinds* that has been sent from *start* on, or is still to be sent."""
    here = or_(outbox.c.state.in_(UNFINISHED), outbox.c.sent_at >= start)
    query = select(outbox.c.recipient_key, outbox.c.case_ref).where(outbox.c.council == council, here)
    return frozenset((row.recipient_key, row.case_ref) for row in tx.execute(query.where(outbox.c.kind.in_(kinds))))


def depth(tx: Tx, council: str) -> dict[OutboxState, int]:
    """How many letters have not gone out, by state: waiting, sending and dead."""
    here = or_(*(outbox.c.state == state for state in UNSENT))
    grouped = select(outbox.c.state, func.count()).where(outbox.c.council == council, here).group_by(outbox.c.state)
    found = {OutboxState(state): n for state, n in tx.execute(grouped)}
    return {state: found.get(state, 0) for state in UNSENT}


def counts(tx: Tx, council: str) -> dict[OutboxState, int]:
    """How many letters are in each state, of every state."""
    grouped = select(outbox.c.state, func.count()).where(outbox.c.council == council).group_by(outbox.c.state)
    found = {OutboxState(state): n for state, n in tx.execute(grouped)}
    return {state: found.get(state, 0) for state in OutboxState}


def oldest_due(tx: Tx, council: str, now: datetime) -> datetime | None:
    """When the letter was due that has waited longest to be delivered, or None: none that is due waits."""
    since = func.coalesce(outbox.c.not_before, outbox.c.created_at)
    waiting = outbox.c.council == council, outbox.c.state.in_(UNFINISHED), since <= now
    row = tx.execute(select(outbox.c.not_before, outbox.c.created_at).where(*waiting).order_by(since).limit(1)).first()
    return (row.not_before or row.created_at) if row else None


def last_sent(tx: Tx, council: str) -> datetime | None:
    """When the mail server last took a letter, or None: it never did."""
    sent_at = select(outbox.c.sent_at).where(outbox.c.council == council, outbox.c.sent_at.is_not(None))
    return tx.execute(sent_at.order_by(outbox.c.sent_at.desc()).limit(1)).scalar()


def _row(row: Row[Any]) -> OutboxRow:
    return OutboxRow(**{**row._mapping, "state": OutboxState(row.state), "raw": bytes(row.raw)})


def _lines(tx: Tx, query: Select[Any], **these: Any) -> tuple[OutboxLine, ...]:
    return tuple(OutboxLine(**{**row._mapping, "state": OutboxState(row.state)}) for row in tx.execute(query, these))
