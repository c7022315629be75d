"""The journal: who read or changed a case. Nothing in it is ever changed; each entry carries the hash of the one before.

What an entry tells (`detail`) hangs in the chain by its own hash. So it can be destroyed when its time has come, and the
chain still proves everything else; that it was destroyed is an entry itself.

Anybody who may write to the database can make a hash, but not a seal (`store.sealing`), which needs a key that is not in it.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import Row, Select, String, and_, exists, func, or_, select, type_coerce, update

from townclerk.store.database import Tx
from townclerk.store.driver import insert
from townclerk.store.kinds import clean
from townclerk.store.schema import cases, journal, journal_head
from townclerk.store.sealing import Proof, Seals, key_of, seals_of

BEGINNING = "0" * 64  # what the first entry names as the hash before it
DESTROYED = "details_destroyed"
BATCH = 1000  # entries in memory while verifying


@dataclass(frozen=True, slots=True)
class Entry:
    """Something that happened at `at`. `actor` is a roster key or a role, never an address. `detail` is None where it was
    destroyed."""

    number: int
    council: str
    case_ref: str | None
    at: datetime
    actor: str
    event: str
    detail: dict[str, Any] | None


@dataclass(frozen=True, slots=True)
class Head:
    """The end of the chain: how many entries there are, and the hash of the last. Written `1234:9f86d0…`."""

    number: int
    hash: str

    def __str__(self) -> str:
        return f"{self.number}:{self.hash}"


@dataclass(frozen=True, slots=True)
class Broken:
    """The first place at which the journal is not as it was written."""

    number: int
    why: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What following the chain came to. `unsealed` is how many entries at its beginning are without a seal, and `entries` how
    many there are; both as far as it was followed. `strange`: the names of keys that are not known here, with how many
    entries each has sealed; None where no key is, so that nothing was proven. `proven`: a known key has sealed the last one."""

    broken: Broken | None
    entries: int
    unsealed: int
    strange: dict[str, int] | None
    proven: bool


def append(tx: Tx, council: str, case_ref: str | None, at: datetime, actor: str, event: str, detail: dict[str, Any]) -> None:
    """Add an entry at the end of the chain. A value in *detail* that JSON does not know is kept as its text.

    From here to the end of its transaction nobody else can add one: let it come late in a long one.
    """
    append_all(tx, council, case_ref, at, [(actor, event, detail)])


def append_all(
    tx: Tx, council: str, case_ref: str | None, at: datetime, happened: Iterable[tuple[str, str, dict[str, Any]]]
) -> None:
    """Add several entries, each of (actor, event, detail), in this order, as `append` would one by one."""
    seals = seals_of(tx)
    number, previous = _hold_the_end(tx)
    rows: list[dict[str, Any]] = []
    for actor, event, detail in happened:
        written = canonical(detail)
        entry = {
            "number": number + 1,
            "council": clean(council),
            "case_ref": None if case_ref is None else clean(case_ref),
            "at": at,
            "actor": clean(actor),
            "event": clean(event),
            "detail_hash": _digest(written),
            "prev_hash": previous,
        }
        number, previous = number + 1, _entry_hash(entry)
        seal = seals.seal(number, previous) if seals is not None else None
        rows.append({**entry, "detail": written, "hash": previous, "seal": seal})
    if rows:
        tx.execute(journal.insert(), rows)
        tx.execute(update(journal_head).where(journal_head.c.id == 1).values(number=number, hash=previous))


def _hold_the_end(tx: Tx) -> tuple[int, str]:
    """The number and hash of the last entry. The row is locked: two chains side by side would prove nothing."""
    end = select(journal_head.c.number, journal_head.c.hash).where(journal_head.c.id == 1).with_for_update()
    row = tx.execute(end).first()
    if row is None:
        tx.execute(insert(tx, journal_head).values(id=1, number=0, hash=BEGINNING).on_conflict_do_nothing())
        row = tx.execute(end).one()
    return row.number, row.hash


def entries(tx: Tx, case_ref: str | None) -> tuple[Entry, ...]:
    """What the journal holds on a case, in order; None: on no case, such as the files that are in force."""
    return _read(tx, select(journal).where(journal.c.case_ref == case_ref))


def entries_of(tx: Tx, case_refs: Collection[str], event: str) -> tuple[Entry, ...]:
    """What the journal holds of one sort of *event* on some cases, in order."""
    return _read(tx, select(journal).where(journal.c.case_ref.in_(case_refs), journal.c.event == event))


def _read(tx: Tx, query: Select[Any]) -> tuple[Entry, ...]:
    return tuple(_entry(row) for row in tx.execute(query.order_by(journal.c.number)))


def _entry(row: Row[Any]) -> Entry:
    detail = None if row.detail is None else json.loads(row.detail)
    return Entry(row.number, row.council, row.case_ref, row.at, row.actor, row.event, detail)


def found(
    tx: Tx,
    council: str,
    *,
    case_refs: Collection[str] | None = None,
    actor: str | None = None,
    events: Collection[str] = (),
    since: datetime | None = None,
) -> Iterator[Entry]:
    """The entries of *council* that fit, in order, one at a time. *case_refs*: those on these cases, and those on no case."""
    fits = [journal.c.council == council]
    if case_refs is not None:
        fits.append(or_(journal.c.case_ref.in_(case_refs), journal.c.case_ref.is_(None)))
    if actor is not None:
        fits.append(journal.c.actor == actor)
    if events:
        fits.append(journal.c.event.in_(events))
    if since is not None:
        fits.append(journal.c.at >= since)
    for row in tx.execute(select(journal).where(and_(*fits)).order_by(journal.c.number)).yield_per(BATCH):
        yield _entry(row)


def count_since(tx: Tx, council: str, event: str, since: datetime) -> int:
    """How many entries of *event* were made after *since*. Entries stand in the order of time: older ones are not read."""
    older = select(journal.c.number).where(journal.c.at <= since).order_by(journal.c.number.desc()).limit(1)
    last = tx.execute(older).scalar() or 0
    made = select(func.count()).where(journal.c.number > last, journal.c.event == event, journal.c.council == council)
    return int(tx.execute(made).scalar_one())


def newest(tx: Tx) -> datetime | None:
    """When the last entry of all was made, or None: there is none."""
    return tx.execute(select(journal.c.at).order_by(journal.c.number.desc()).limit(1)).scalar()


def digests_told(tx: Tx) -> dict[int, str]:
    """Of each mail the sha256 that the entry of its coming tells, where it tells one still."""
    telling = select(journal.c.detail).where(journal.c.detail.contains('"sha256":')).order_by(journal.c.number)
    found: dict[int, str] = {}
    for detail in tx.execute(telling).scalars():
        told = json.loads(detail)
        if str(told.get("mail", "")).isdecimal() and isinstance(told.get("sha256"), str):
            found.setdefault(int(told["mail"]), told["sha256"])
    return found


def destroy_details(tx: Tx, council: str, case_ref: str, at: datetime, actor: str, why: str) -> int:
    """How many entries of a case lost what they tell. That they did is added as an entry; the chain still holds."""
    gone = update(journal).where(journal.c.case_ref == case_ref, journal.c.detail.is_not(None)).values(detail=None)
    count = tx.execute(gone).rowcount
    append(tx, council, case_ref, at, actor, DESTROYED, {"entries": count, "why": why})
    return count


def head(tx: Tx) -> Head:
    """The end of the chain. Kept where nobody who may write to the database can, it proves what was there by then."""
    row = tx.execute(select(journal_head.c.number, journal_head.c.hash).where(journal_head.c.id == 1)).first()
    return Head(row.number, row.hash) if row else Head(0, BEGINNING)


def verify(tx: Tx, kept: Collection[Head] = ()) -> Broken | None:
    """As `follow`: the first entry that is not as it was written, is missing, or was put in; None: the journal is whole."""
    return follow(tx, kept).broken


def follow(tx: Tx, kept: Collection[Head] = (), *, sealed_from: int | None = None, keys_lost: bool = False) -> Verdict:
    """Follow the chain from its first entry to the first that is wrong, or to the end.

    *kept* are heads that were kept elsewhere: whoever took the last entries away cannot have changed those. From the entry
    *sealed_from* on each has a seal; so has each behind one that has. *keys_lost*: no entry needs a seal of a key that is known
    here, as long as none is, because the keys of this journal are gone.
    """
    looked = _Followed(seals_of(tx), sealed_from, keys_lost)
    broken = _first_fault(tx, kept, looked) or looked.unproven() or _untold(tx, looked.entries)
    strange = dict(looked.strange) if looked.seals is not None else None
    proven = looked.proven and looked.first_unproven is None
    return Verdict(broken, looked.entries, looked.unsealed, strange, proven)


def _first_fault(tx: Tx, kept: Collection[Head], looked: "_Followed") -> Broken | None:
    allowed, end = _destroyed_up_to(tx), head(tx)
    elsewhere: defaultdict[int, set[str]] = defaultdict(set)
    for each in kept:
        elsewhere[each.number].add(each.hash)
    number, previous = 0, BEGINNING
    for row in _rows(tx):
        if isinstance(row, _Unreadable):
            return Broken(number + 1, "it cannot be read")
        if (why := _fault(row, number, previous, allowed)) is not None:
            return Broken(row.number if row.number <= number else number + 1, why)
        number, previous = row.number, row.hash
        if number > end.number or (number == end.number and end.hash != previous):
            return Broken(number, "the journal does not end where its last entry was written")
        if elsewhere.get(number, {previous}) != {previous}:
            return Broken(number, "it is not the one whose hash was kept elsewhere: it, or one before it, was written anew")
        if (why := looked.fault_of_seal(number, previous, row.seal)) is not None:
            return Broken(number, why)
    if number < max((end.number, *elsewhere)):
        return Broken(number + 1, "it is missing, and all behind it")
    return None


@dataclass(slots=True)
class _Followed:
    """The seals of the entries so far. `first_unproven`: the first behind the last one whose seal a known key made."""

    seals: Seals | None
    sealed_from: int | None
    keys_lost: bool
    entries: int = 0
    unsealed: int = 0
    strange: Counter[str] = field(default_factory=Counter)
    proven: bool = False
    first_unproven: tuple[int, str] | None = None

    def fault_of_seal(self, number: int, hashed: str, seal: str | None) -> str | None:
        """What is wrong with the seal of the next entry."""
        self.entries = number
        if seal is None:
            self.unsealed += 1
            if self.unsealed < number:
                return "it has no seal, though the one before it has: whoever put it in did not have the key"
            if self.sealed_from is not None and number >= self.sealed_from:
                return f"it has no seal, though each has one from entry {self.sealed_from} on, as the settings say"
            return None
        proof = self.seals.proof(seal, number, hashed) if self.seals is not None else None
        if proof is Proof.WRONG:
            return "its seal is not one that its key makes: whoever wrote it did not have the key"
        if proof is Proof.STRANGE:
            self.strange[key_of(seal)] += 1
            self.first_unproven = self.first_unproven or (number, key_of(seal))
        if proof is Proof.GOOD:
            self.proven, self.first_unproven = True, None
        return None

    def unproven(self) -> Broken | None:
        """A sealed entry proves all before it. Behind the last that is proven, anybody may have written."""
        if self.first_unproven is None or (self.keys_lost and not self.proven):
            return None
        number, name = self.first_unproven
        return Broken(
            number, f"it is sealed with the key {name!r}, which is not known here, and none behind it with a known one"
        )


def _untold(tx: Tx, entries: int) -> Broken | None:
    """A case of which no entry tells: whatever happened to it stood in entries that were taken away."""
    told = exists().where(journal.c.case_ref == cases.c.ref)
    ref = tx.execute(select(cases.c.ref).where(~told).order_by(cases.c.ref).limit(1)).scalar()
    return Broken(entries + 1, f"it is missing: no entry tells of the case {ref}, which is there") if ref is not None else None


class _Unreadable:
    """In the place of a row that holds what no row of ours can."""


def _rows(tx: Tx) -> Iterator[Row[Any] | _Unreadable]:
    """Every row in its order, whatever number somebody has given it."""
    last: int | None = None
    while True:
        try:
            rows = tx.execute(_after(last).limit(BATCH)).all()
        except (ValueError, TypeError, OverflowError):  # as of a moment on SQLite that is none
            yield from _one_by_one(tx, last)
            return
        if not rows:
            return
        yield from rows
        last = rows[-1].number


def _one_by_one(tx: Tx, last: int | None) -> Iterator[Row[Any] | _Unreadable]:
    """The rows behind *last*, up to the first that cannot be read."""
    while True:
        try:
            row = tx.execute(_after(last).limit(1)).one()
        except (ValueError, TypeError, OverflowError):
            yield _Unreadable()
            return
        yield row
        last = row.number


def _after(number: int | None) -> Select[Any]:
    as_it_stands = type_coerce(journal.c.at, String).label("at_written")
    ordered = select(journal, as_it_stands).order_by(journal.c.number)
    return ordered if number is None else ordered.where(journal.c.number > number)


def _destroyed_up_to(tx: Tx) -> dict[str | None, int]:
    """Of each case, the last entry that says that the details before it were destroyed. It is believed where the case itself
    says that it was destroyed, and where as many entries lost what they told as it says."""
    said: defaultdict[str | None, list[int]] = defaultdict(lambda: [0])
    for row in tx.execute(select(journal.c.case_ref, journal.c.number).where(journal.c.event == DESTROYED)):
        said[row.case_ref].append(row.number)
    last = {ref: sorted(numbers)[-2:] for ref, numbers in said.items()}
    return {ref: end for ref, (since, end) in last.items() if ref is not None and _was_destroyed(tx, ref, since, end)}


def _was_destroyed(tx: Tx, ref: str, since: int, end: int) -> bool:
    """*since*: the entry of the time before, which lost its own detail with the next."""
    state = tx.execute(select(cases.c.state).where(cases.c.ref == ref)).scalar()
    detail = tx.execute(select(journal.c.detail).where(journal.c.number == end)).scalar()
    try:
        case, told = json.loads(state or "null"), json.loads(detail or "null")
        destroyed, many = case["destroyed_at"], told["entries"]
    except (ValueError, KeyError, TypeError):
        return False
    of_it = and_(journal.c.case_ref == ref, journal.c.number >= since, journal.c.number < end)
    return bool(destroyed) and many == tx.execute(select(func.count()).where(of_it)).scalar_one()


def _fault(row: Row[Any], number: int, previous: str, allowed: dict[str | None, int]) -> str | None:
    if row.number <= number:
        return "it was put in"
    if row.number != number + 1:
        return "it is missing"
    if row.prev_hash != previous:
        return "it does not follow the one before it"
    if row.hash != _entry_hash(dict(row._mapping)) or not _as_we_write(row.at, row.at_written):
        return "it was changed"
    if row.detail is None:
        return None if row.number < allowed.get(row.case_ref, 0) else "what it tells is missing"
    return None if row.detail_hash == _digest(str(row.detail)) else "what it tells was changed"


def _as_we_write(at: datetime, written: object) -> bool:
    """SQLite keeps a moment as text and looks for it as text: the same moment, written otherwise, would not be found."""
    return not isinstance(written, str) or written == at.replace(tzinfo=None).isoformat(" ", "microseconds")


# --- hashes


def canonical(value: Any) -> str:
    """*value* as JSON, always the same for the same value, and ASCII alone, so that any database keeps it as it is."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True, default=str)


def _digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()


def _entry_hash(entry: dict[str, Any]) -> str:
    hashed = ("number", "council", "case_ref", "actor", "event", "detail_hash", "prev_hash")
    moment = entry["at"].astimezone(UTC).isoformat(timespec="microseconds")
    return _digest(canonical({**{name: entry[name] for name in hashed}, "at": moment}))
