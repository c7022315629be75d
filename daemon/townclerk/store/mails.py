"""Mails as they came, how far each folder has been read, and what became of each mail."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any, BinaryIO

from sqlalchemy import ColumnElement, Row, Select, and_, bindparam, exists, func, not_, or_, select, update

from townclerk.domain.mail import Arrival, MailKind, Raw
from townclerk.store.database import Tx
from townclerk.store.driver import insert
from townclerk.store.errors import Altered, NotThere, Stale, StoreError
from townclerk.store.kinds import short
from townclerk.store.schema import PIECE, MailState, folders, mail_parts, mails, message_ids

DESTROYED = "destroyed"  # the reason of a mail whose bytes are gone with its case
MANY = 500  # names looked up in one statement


@dataclass(frozen=True, slots=True)
class FolderPosition:
    """How far a folder has been read. Mail received before `start_from` is never answered."""

    uidvalidity: int
    last_uid: int
    start_from: datetime


@dataclass(frozen=True, slots=True)
class Taken:
    """What a take found: new mails; mails whose very bytes this mailbox has given before; mails from before the start.
    A mail at a place that was read already counts nowhere."""

    taken: int = 0
    repeated: int = 0
    before_start: int = 0


@dataclass(frozen=True, slots=True)
class StoredMail:
    """A mail in the store. `size` in bytes; `sha256` of them, hex, None where they were not fetched.

    From `kind` on, what is known since it was settled: `because` says what decided, `reason` why it is in quarantine.
    """

    id: int
    mailbox: str
    folder: str
    uidvalidity: int
    uid: int
    received_at: datetime
    size: int
    sha256: str | None
    state: MailState
    attempts: int
    taken_at: datetime
    message_id: str | None = None
    kind: str | None = None
    because: str | None = None
    case_ref: str | None = None
    reason: str | None = None
    sender: str | None = None
    subject: str | None = None
    settled_at: datetime | None = None


def _stored() -> Select[Any]:
    return select(*(mails.c[name] for name in StoredMail.__slots__))


# Built once: every pass of the daemon asks these, and to build such a statement costs more than the database does.
_POSITION = select(folders.c.uidvalidity, folders.c.last_uid, folders.c.start_from).where(
    folders.c.mailbox == bindparam("mailbox"), folders.c.folder == bindparam("folder")
)
_WAITING = (
    _stored()
    .where(mails.c.mailbox == bindparam("mailbox"), mails.c.state == MailState.TAKEN)
    .order_by(mails.c.received_at, mails.c.id)
    .limit(bindparam("limit"))
)


# --- taking


def position(tx: Tx, mailbox: str, folder: str) -> FolderPosition | None:
    """How far *folder* has been read, or None: it never was."""
    row = tx.execute(_POSITION, {"mailbox": mailbox, "folder": folder}).first()
    return FolderPosition(*row) if row else None


def take(
    tx: Tx,
    mailbox: str,
    folder: str,
    uidvalidity: int,
    highest_uid: int,
    start_from: datetime,
    arrivals: Sequence[Arrival],
    now: datetime,
) -> Taken:
    """What was new among *arrivals*. Their bytes are stored, and the folder's position moves to *highest_uid* with them.

    Taking the same arrivals again changes nothing. Within one UIDVALIDITY a position never goes back.
    """
    here = {"uidvalidity": uidvalidity, "last_uid": highest_uid, "start_from": start_from, "moved_at": now}
    _move(tx, mailbox, folder, here)
    counts = Counter(_take_one(tx, mailbox, arrival, start_from, now) for arrival in arrivals)
    return Taken(counts[MailState.TAKEN], counts[MailState.REPEAT], counts[MailState.BEFORE_START])


def _move(tx: Tx, mailbox: str, folder: str, here: dict[str, Any]) -> None:
    """Move the position. It comes first because it holds the row: who takes from the same folder at once must wait."""
    new = insert(tx, folders).values(mailbox=mailbox, folder=folder, **here).on_conflict_do_nothing()
    if tx.execute(new.returning(folders.c.folder)).first() is not None:
        return
    this = (folders.c.mailbox == mailbox, folders.c.folder == folder)
    old = tx.execute(select(folders.c.uidvalidity, folders.c.last_uid).where(*this).with_for_update()).one()
    if old.uidvalidity == here["uidvalidity"]:
        here = {**here, "last_uid": max(old.last_uid, here["last_uid"])}
    tx.execute(update(folders).where(*this).values(here))


def _take_one(tx: Tx, mailbox: str, arrival: Arrival, start_from: datetime, now: datetime) -> MailState | None:
    """What state the mail was taken in, or None: this place of the mailbox was read before."""
    raw = arrival.raw if arrival.received_at >= start_from else None
    if raw is None and arrival.received_at >= start_from:
        raise StoreError(f"the mail with UID {arrival.uid} came without its bytes")  # to go on would be to lose it
    original = _same_bytes(tx, mailbox, raw.sha256) if raw else None
    state = MailState.BEFORE_START if raw is None else MailState.REPEAT if original is not None else MailState.TAKEN
    number = _insert(tx, mailbox, arrival, now, {"state": state, "repeat_of": original, **_measures(raw)})
    if number is not None and raw is not None and state is MailState.TAKEN:
        _store_bytes(tx, number, raw)
    return state if number is not None else None


def _measures(raw: Raw | None) -> dict[str, Any]:
    return {"size": raw.size, "sha256": raw.sha256} if raw else {"size": 0, "sha256": None}


def _same_bytes(tx: Tx, mailbox: str, sha256: str) -> int | None:
    held = select(mails.c.id).where(mails.c.mailbox == mailbox, mails.c.sha256 == sha256, mails.c.state != MailState.REPEAT)
    return tx.execute(held.order_by(mails.c.id).limit(1)).scalar()


def _insert(tx: Tx, mailbox: str, arrival: Arrival, now: datetime, values: dict[str, Any]) -> int | None:
    row = insert(tx, mails).values(
        mailbox=mailbox,
        folder=arrival.folder,
        uidvalidity=arrival.uidvalidity,
        uid=arrival.uid,
        received_at=arrival.received_at,
        message_id=arrival.message_id,
        taken_at=now,
        settled_at=None if values["state"] is MailState.TAKEN else now,
        attempts=0,
        **values,
    )
    return tx.execute(row.on_conflict_do_nothing().returning(mails.c.id)).scalar()


def _store_bytes(tx: Tx, number: int, raw: Raw) -> None:
    stored = 0
    for n, piece in enumerate(_pieces(raw.chunks())):
        tx.execute(mail_parts.insert().values(mail_id=number, n=n, bytes=piece))
        stored += len(piece)
    if stored != raw.size:
        raise StoreError(f"a mail of {raw.size} bytes gave {stored}")


def _pieces(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """The same bytes, cut into the pieces that a row holds, however they come."""
    held = bytearray()
    for chunk in chunks:
        held += chunk
        while len(held) >= PIECE:
            yield bytes(held[:PIECE])
            del held[:PIECE]
    if held:
        yield bytes(held)


# --- reading


def next_to_deal_with(tx: Tx, mailbox: str, limit: int) -> tuple[StoredMail, ...]:
    """The mails that wait, in the order of their arrival, at most *limit*."""
    return _values(tx, _WAITING, mailbox=mailbox, limit=limit)


def get(tx: Tx, id: int) -> StoredMail | None:  # noqa: A002  # it is the mail's `id`, as in StoredMail
    """The mail of this number, without its bytes, or None."""
    return next(iter(_values(tx, _stored().where(mails.c.id == id))), None)


def kept(tx: Tx, mailbox: str, since: datetime | None = None, leave_out: Collection[str] = ()) -> tuple[int, ...]:
    """The numbers of the mails whose bytes are kept, in the order of their arrival; of those folders to *leave_out*, none."""
    bytes_there = exists().where(mail_parts.c.mail_id == mails.c.id, mail_parts.c.n == 0)
    gone = (MailState.BEFORE_START, MailState.REPEAT)
    query = select(mails.c.id).where(mails.c.mailbox == mailbox, mails.c.state.not_in(gone), bytes_there)
    if since is not None:
        query = query.where(mails.c.received_at >= since)
    if leave_out:
        query = query.where(mails.c.folder.not_in(leave_out))
    return tuple(tx.execute(query.order_by(mails.c.received_at, mails.c.id)).scalars())


def get_all(tx: Tx, numbers: Sequence[int]) -> tuple[StoredMail, ...]:
    """The mails of these numbers that are there, in the order of their arrival, without their bytes."""
    return _values(tx, _stored().where(mails.c.id.in_(numbers)).order_by(mails.c.received_at, mails.c.id))


def raw_bytes(tx: Tx, id: int) -> bytes:  # noqa: A002  # as above
    """The mail as it came. Raises NotThere where there is no such mail or no bytes of it, Altered where they are others."""
    return b"".join(_read(tx, id))


def write_raw(tx: Tx, id: int, file: BinaryIO) -> None:  # noqa: A002  # as above
    """Write the mail as it came into *file*, piece by piece. Raises as `raw_bytes`, Altered when all is written."""
    for piece in _read(tx, id):
        file.write(piece)


def _read(tx: Tx, number: int) -> Iterator[bytes]:
    row = tx.execute(select(mails.c.state, mails.c.sha256, mails.c.reason).where(mails.c.id == number)).first()
    if row is None or row.state in (MailState.BEFORE_START, MailState.REPEAT):
        raise NotThere(f"no bytes are kept of mail {number} ({row.state if row else 'unknown'})")
    digest = sha256()
    for each in _pieces_of(tx, number):
        digest.update(each)
        yield each
    if row.reason != DESTROYED and row.sha256 != digest.hexdigest():
        raise Altered(f"the bytes of mail {number} are not those that came: their digest is another")


def _pieces_of(tx: Tx, number: int) -> Iterator[bytes]:
    piece = select(mail_parts.c.bytes).where(mail_parts.c.mail_id == number)
    n = 0
    while (found := tx.execute(piece.where(mail_parts.c.n == n)).scalar()) is not None:
        yield bytes(found)
        if len(found) < PIECE:  # the last: `_pieces` fills all others
            return
        n += 1


def digests(tx: Tx, numbers: Collection[int]) -> dict[int, str]:
    """The sha256 of each of these mails, as it came."""
    found = tx.execute(select(mails.c.id, mails.c.sha256).where(mails.c.id.in_(numbers), mails.c.sha256.is_not(None)))
    return {row.id: row.sha256 for row in found}


def altered(tx: Tx, told: Mapping[int, str] | None = None) -> int | None:
    """The first mail whose bytes are not those that came, as their digest says and, where it is *told* in the journal, that one
    too; None: there is none."""
    gone = (MailState.BEFORE_START, MailState.REPEAT)
    kept_now = select(mails.c.id, mails.c.sha256).where(mails.c.state.not_in(gone), mails.c.reason.is_distinct_from(DESTROYED))
    for row in tx.execute(kept_now.order_by(mails.c.id)).all():
        digest = sha256()
        for each in _pieces_of(tx, row.id):
            digest.update(each)
        if digest.hexdigest() != row.sha256 or (told or {}).get(row.id, row.sha256) != row.sha256:
            return int(row.id)
    return None


def _values(tx: Tx, query: Select[Any], **these: Any) -> tuple[StoredMail, ...]:
    return tuple(_value(row) for row in tx.execute(query, these))


def _value(row: Row[Any]) -> StoredMail:
    return StoredMail(**{**row._mapping, "state": MailState(row.state)})


# --- settling


def count_attempt(tx: Tx, id: int) -> int:  # noqa: A002  # as above
    """How many times this mail has been tried, this time included. Commit it before trying. Raises NotThere."""
    tried = update(mails).where(mails.c.id == id).values(attempts=mails.c.attempts + 1)
    attempts = tx.execute(tried.returning(mails.c.attempts)).scalar()
    if attempts is None:
        raise NotThere(f"there is no mail {id}")
    return int(attempts)


def count_first_attempts(tx: Tx, ids: Sequence[int]) -> None:
    """Count the first attempt of each of these mails, which have had none. Commit it before the first of them is tried."""
    tx.execute(update(mails).where(mails.c.id.in_(ids), mails.c.attempts == 0).values(attempts=1))


def take_back_attempt(tx: Tx, id: int) -> None:  # noqa: A002  # as above
    """Forget an attempt that came to nothing through no fault of the mail."""
    tx.execute(update(mails).where(mails.c.id == id, mails.c.attempts > 0).values(attempts=mails.c.attempts - 1))


def settle(
    tx: Tx,
    id: int,  # noqa: A002  # as above
    state: MailState,
    *,
    kind: str,
    because: str,
    case_ref: str | None = None,
    reason: str | None = None,
    message_id: str | None = None,
    content_hash: str | None = None,
    sender: str | None = None,
    subject: str | None = None,
    now: datetime,
) -> None:
    """Say what became of a mail that waits. Raises Stale where it waits no more: somebody else has dealt with it, and
    whatever this transaction did about it must not stand."""
    given = {"case_ref": case_ref, "reason": reason, "message_id": message_id, "content_hash": content_hash}
    given |= {"sender": sender, "subject": subject}
    known = {name: value for name, value in given.items() if value is not None}
    settled = update(mails).where(mails.c.id == id, mails.c.state == MailState.TAKEN)
    values = {"state": MailState(state), "kind": kind, "because": because, "settled_at": now, **known}
    if tx.execute(settled.values(values)).rowcount != 1:
        raise Stale(f"mail {id} is not waiting to be dealt with")


def join_case(tx: Tx, id: int, case_ref: str) -> None:  # noqa: A002  # as above
    """Say of a mail, dealt with before, to which case it belongs after all. Raises Stale where it belongs to one already."""
    joined = update(mails).where(mails.c.id == id, mails.c.case_ref.is_(None), mails.c.state != MailState.TAKEN)
    if tx.execute(joined.values(case_ref=case_ref)).rowcount != 1:
        raise Stale(f"mail {id} belongs to a case already")


def find_same(tx: Tx, mailbox: str, content_hash: str, message_id: str | None, since: datetime | None = None) -> int | None:
    """The number of the mail, dealt with, that has both this content and this Message-ID (or has none, as this one); of those
    alone that came from *since* on, where that is given."""
    same = select(mails.c.id).where(
        mails.c.mailbox == mailbox,
        mails.c.content_hash == content_hash,
        mails.c.message_id == message_id if message_id is not None else mails.c.message_id.is_(None),
        mails.c.state == MailState.DONE,
    )
    if since is not None:
        same = same.where(mails.c.received_at >= since)
    return tx.execute(same.order_by(mails.c.id).limit(1)).scalar()


def oldest_waiting(tx: Tx, mailbox: str) -> datetime | None:
    """When the oldest mail that waits was received, or None: none waits."""
    waiting = select(mails.c.received_at).where(mails.c.mailbox == mailbox, mails.c.state == MailState.TAKEN)
    return tx.execute(waiting.order_by(mails.c.received_at).limit(1)).scalar()


def counts(tx: Tx, mailbox: str) -> dict[MailState, int]:
    """How many mails are in each state, of every state."""
    grouped = select(mails.c.state, func.count()).where(mails.c.mailbox == mailbox).group_by(mails.c.state)
    found = {MailState(state): n for state, n in tx.execute(grouped)}
    return {state: found.get(state, 0) for state in MailState}


# --- quarantine


def quarantined(tx: Tx, mailbox: str | None = None, limit: int = 1000) -> tuple[StoredMail, ...]:
    """The mails in quarantine, oldest first; of every mailbox where none is named."""
    held = _stored().where(mails.c.state == MailState.QUARANTINED)
    if mailbox is not None:
        held = held.where(mails.c.mailbox == mailbox)
    return _values(tx, held.order_by(mails.c.received_at, mails.c.id).limit(limit))


def retry(tx: Tx, id: int) -> bool:  # noqa: A002  # as above
    """Let a mail in quarantine wait again, with its attempts forgotten. False where it is not in quarantine."""
    fresh = {"state": MailState.TAKEN, "attempts": 0, "reason": None, "because": None, "kind": None, "settled_at": None}
    freed = update(mails).where(mails.c.id == id, mails.c.state == MailState.QUARANTINED).values(fresh)
    return tx.execute(freed).rowcount == 1


# --- filed without a case

FILED = "filed by the rule "
IN_DOUBT = "perhaps a person's: "
TAKEN_UP = "somebody says that a person wrote it"


def filed(tx: Tx, mailbox: str, limit: int = 1000) -> tuple[StoredMail, ...]:
    """The mails that were kept without a case, because a rule says so, they came by a list or may be a person's, the oldest
    first."""
    return _filed(tx, mailbox, or_(_BY_A_RULE, _BY_A_LIST, _IN_DOUBT), limit)


def numbers_from(tx: Tx, mailbox: str, sender: str) -> tuple[int, ...]:
    """The numbers of the mails that *sender* wrote, as far as they could be read."""
    theirs = select(mails.c.id).where(mails.c.mailbox == mailbox, mails.c.sender == short(sender.lower()))
    return tuple(tx.execute(theirs.order_by(mails.c.id)).scalars())


def filed_in_doubt(tx: Tx, mailbox: str, since: datetime, limit: int = 1000) -> tuple[StoredMail, ...]:
    """Of those, settled *since*, the ones of which two signs do not agree: a rule filed what looks like a person's, or what
    came by a list, or may be a person's all the same, is none that a rule knows."""
    person = and_(_BY_A_RULE, mails.c.kind == MailKind.PERSON)
    unknown = and_(or_(_BY_A_LIST, _IN_DOUBT), not_(_BY_A_RULE))
    return _filed(tx, mailbox, and_(or_(person, unknown), mails.c.settled_at > since), limit)


_BY_A_RULE = mails.c.reason.startswith(FILED)
_BY_A_LIST = mails.c.kind == MailKind.LIST
_IN_DOUBT = mails.c.reason.startswith(IN_DOUBT)


def _filed(tx: Tx, mailbox: str, which: ColumnElement[bool], limit: int) -> tuple[StoredMail, ...]:
    found = _stored().where(mails.c.mailbox == mailbox, mails.c.state == MailState.IGNORED, mails.c.case_ref.is_(None), which)
    return _values(tx, found.order_by(mails.c.received_at, mails.c.id).limit(limit))


def take_up(tx: Tx, id: int) -> bool:  # noqa: A002  # as above
    """Let a mail that was kept without a case wait again, to be dealt with as a person's. False where it is none such."""
    fresh = {"state": MailState.TAKEN, "attempts": 0, "reason": None, "because": TAKEN_UP, "kind": None, "settled_at": None}
    kept_so = mails.c.id == id, mails.c.state == MailState.IGNORED, mails.c.case_ref.is_(None)
    return tx.execute(update(mails).where(*kept_so).values(fresh)).rowcount == 1


# --- Message-IDs


def remember_id(tx: Tx, message_id: str, case_ref: str, mail_id: int | None = None, letter_key: str | None = None) -> None:
    """Let a later mail that answers *message_id* find *case_ref*. Again changes nothing."""
    row = {"message_id": message_id, "case_ref": case_ref, "mail_id": mail_id, "letter_key": letter_key}
    tx.execute(insert(tx, message_ids).values(row).on_conflict_do_nothing())


def answered_ids(tx: Tx, ids: Iterable[str]) -> dict[str, str]:
    """The case of each Message-ID that is known; of several cases the one that was remembered first."""
    asked = {short(id_): id_ for id_ in ids}
    names = list(asked)
    found: dict[str, str] = {}
    for start in range(0, len(names), MANY):
        known = select(message_ids.c.message_id, message_ids.c.case_ref)
        known = known.where(message_ids.c.message_id.in_(names[start : start + MANY])).order_by(message_ids.c.id)
        for message_id, case_ref in tx.execute(known):
            found.setdefault(asked[message_id], case_ref)
    return found


def letter_of(tx: Tx, message_id: str) -> tuple[str, str] | None:
    """The case and the key of the letter that we sent with this Message-ID, or None: it is not of ours."""
    ours = select(message_ids.c.case_ref, message_ids.c.letter_key)
    ours = ours.where(message_ids.c.message_id == message_id, message_ids.c.letter_key.is_not(None))
    row = tx.execute(ours.order_by(message_ids.c.id).limit(1)).first()
    return (row.case_ref, row.letter_key) if row else None
