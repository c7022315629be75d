"""Cases: each one whole, as JSON, with columns beside it to look it up by."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cache
from typing import Any

from pydantic import TypeAdapter, ValidationError
from pydantic_core import PydanticSerializationError, from_json
from sqlalchemy import ColumnElement, Select, delete, func, select, update

from townclerk.domain.case import Case, Deadline
from townclerk.domain.words import Category, Stage, Status
from townclerk.store.database import Tx
from townclerk.store.driver import insert as insert_into
from townclerk.store.errors import AlreadyThere, Stale, StoreError, UnreadableCase
from townclerk.store.kinds import short
from townclerk.store.schema import case_parties, cases, counters

UNANSWERED = (Status.OPEN, Status.ANSWERED)


@dataclass(frozen=True, slots=True)
class CaseRow:
    """A case in a list. `next_due` is the earliest date on which the council owes something that is not done; `campaign` the
    case that leads the campaign to which it belongs (of the lead, itself)."""

    ref: str
    category: Category
    service: str
    stage: Stage | None
    status: Status
    complainant: str
    subject: str
    officer: str | None
    restricted: bool
    next_due: date | None
    opened_at: datetime
    updated_at: datetime
    closed_at: datetime | None
    campaign: str | None = None
    flags: tuple[str, ...] = ()


def next_number(tx: Tx, council: str, year: int) -> int:
    """A number that no other case of this council and year has: 1 first. Rolled back, it is given again."""
    first = insert_into(tx, counters).values(council=council, year=year, last=1)
    counted = first.on_conflict_do_update(
        index_elements=[counters.c.council, counters.c.year], set_={"last": counters.c.last + 1}
    )
    return int(tx.execute(counted.returning(counters.c.last)).scalar_one())


def insert(tx: Tx, case: Case) -> Case:
    """The case as it was stored. Raises AlreadyThere where its reference is taken."""
    row = {**_columns(case), "council": case.council, "ref": case.ref, "updated_at": case.opened_at}
    if tx.execute(insert_into(tx, cases).on_conflict_do_nothing().returning(cases.c.ref), row).first() is None:
        raise AlreadyThere(f"there is a case {case.ref} already")
    _keep_parties(tx, case)
    return case


def load(tx: Tx, ref: str) -> Case | None:
    """The case as it is now, or None. Raises UnreadableCase where what is stored is not a case of this version."""
    row = tx.execute(select(cases.c.state, cases.c.version).where(cases.c.ref == ref)).first()
    return replace(_read(ref, row.state), version=row.version) if row else None


def save(tx: Tx, case: Case, now: datetime | None = None) -> Case:
    """The case with its version raised. Raises Stale where it was saved by somebody else since it was loaded.

    *now* is kept as the time of the change; without it, the time that the case itself last speaks of.
    """
    saved = replace(case, version=case.version + 1)
    there = update(cases).where(cases.c.ref == case.ref, cases.c.version == case.version)
    if tx.execute(there.values(**_columns(saved), updated_at=now or _latest(case))).rowcount != 1:
        raise Stale(f"case {case.ref} is not at version {case.version}")
    _keep_parties(tx, saved)
    return saved


def of_party(
    tx: Tx, council: str, address: str, most: int | None = None, status: Sequence[Status] = tuple(Status)
) -> tuple[str, ...]:
    """The references of the cases in one of *status* that *address* is a party to, the newest first, at most so many."""
    theirs = _of_party(council, address).where(cases.c.status.in_(status))
    return tuple(tx.execute(theirs.limit(most)).scalars())


def with_restriction(tx: Tx, council: str, address: str) -> tuple[str, ...]:
    """As `of_party`, of those cases that know of a restriction of anybody's contact, past or not. Whoever has written ten
    thousand times has as many cases: they are not all to be read for every further mail."""
    theirs = _of_party(council, address).where(cases.c.state.contains(_A_RESTRICTION, autoescape=True))
    return tuple(tx.execute(theirs).scalars())


# What people wrote cannot look so: there each quotation mark has a backslash before it.
_A_RESTRICTION = '"restriction":{'


def _of_party(council: str, address: str) -> Select[Any]:
    theirs = select(cases.c.ref).join(case_parties, case_parties.c.ref == cases.c.ref)
    theirs = theirs.where(case_parties.c.address == address.lower(), cases.c.council == council)
    return theirs.order_by(cases.c.opened_at.desc(), cases.c.ref.desc())


def opened_by(tx: Tx, council: str, address: str, most: int, before: datetime | None = None) -> tuple[datetime, ...]:
    """When the latest cases were opened that *address* is a party to, at most so many, the newest first. *before*: only those
    that had been opened by then."""
    theirs = select(cases.c.opened_at).join(case_parties, case_parties.c.ref == cases.c.ref)
    theirs = theirs.where(case_parties.c.address == address.lower(), cases.c.council == council)
    if before is not None:
        theirs = theirs.where(cases.c.opened_at < before)
    return tuple(tx.execute(theirs.order_by(cases.c.opened_at.desc(), cases.c.ref.desc()).limit(most)).scalars())


def every(tx: Tx, council: str, status: Sequence[Status] = tuple(Status)) -> Iterator[Case]:
    """Every case of *council* in one of *status*, the oldest first, one at a time. Raises UnreadableCase, as `load`."""
    fits = [cases.c.council == council]
    if set(status) != set(Status):
        fits.append(cases.c.status.in_(status))
    rows = tx.execute(select(cases.c.ref, cases.c.state, cases.c.version).where(*fits).order_by(cases.c.opened_at, cases.c.ref))
    for row in rows.yield_per(200):
        yield replace(_read(row.ref, row.state), version=row.version)


def list_cases(
    tx: Tx,
    council: str,
    *,
    status: Status | None = None,
    category: Category | None = None,
    service: str | None = None,
    stage: Stage | None = None,
    campaign: str | None = None,
    overdue_before: date | None = None,
    flag: str | None = None,
    limit: int = 100,
    offset: int = 0,
) -> tuple[CaseRow, ...]:
    """The cases of *council* that fit, the newest first. `overdue_before` keeps those that owed something before that day;
    `flag` those that have it."""
    given = {cases.c.status: status, cases.c.category: category, cases.c.service: service, cases.c.stage: stage}
    given[cases.c.campaign] = campaign
    fits: list[ColumnElement[bool]] = [column == value for column, value in given.items() if value is not None]
    if overdue_before is not None:
        fits += [cases.c.next_due < overdue_before, cases.c.status.in_(UNANSWERED)]
    if flag is not None:  # each flag stands in the state as a list of its name and a text
        fits.append(cases.c.state.contains(f"[{json.dumps(flag, ensure_ascii=False)},", autoescape=True))
    columns = (cases.c[name] for name in CaseRow.__slots__ if name != "flags")
    query = select(*columns, cases.c.state).where(cases.c.council == council, *fits)
    page = query.order_by(cases.c.opened_at.desc(), cases.c.ref.desc()).limit(limit).offset(offset)
    return tuple(_row(row._mapping) for row in tx.execute(page))


def count_late(tx: Tx, council: str, today: date) -> int:
    """How many open cases owe something whose date has passed."""
    late = (cases.c.council == council, cases.c.status == Status.OPEN, cases.c.next_due < today)
    return int(tx.execute(select(func.count()).where(*late)).scalar_one())


def services_of_open_cases(tx: Tx, council: str) -> dict[str, int]:
    """How many cases of *council* that have not ended each service has."""
    open_ = (cases.c.council == council, cases.c.closed_at.is_(None))
    query = select(cases.c.service, func.count()).where(*open_).group_by(cases.c.service).order_by(cases.c.service)
    return {str(service): int(number) for service, number in tx.execute(query)}


def count_by_status(tx: Tx, council: str) -> dict[Status, int]:
    """How many cases are in each status, of every status."""
    grouped = select(cases.c.status, func.count()).where(cases.c.council == council).group_by(cases.c.status)
    found = {Status(status): n for status, n in tx.execute(grouped)}
    return {status: found.get(status, 0) for status in Status}


def _flags(state: str) -> tuple[str, ...]:
    """The names of the flags in *state*; none where it cannot be read, which whoever loads the case is told."""
    try:
        return tuple(str(name) for name, _ in json.loads(state).get("flags", ()))
    except (ValueError, AttributeError, TypeError):
        return ()


def _row(row: Any) -> CaseRow:
    stage = Stage(row["stage"]) if row["stage"] is not None else None
    flags = _flags(row["state"])
    known = {name: row[name] for name in CaseRow.__slots__ if name != "flags"}
    return CaseRow(
        **{**known, "category": Category(row["category"]), "stage": stage, "status": Status(row["status"]), "flags": flags}
    )


# --- a case as columns


def _columns(case: Case) -> dict[str, Any]:
    return {
        "category": case.category,
        "service": case.service,
        "stage": case.stage,
        "status": case.status,
        "complainant": case.complainant.key,
        "subject": case.subject,
        "officer": case.officer,
        "restricted": case.restricted,
        "next_due": min((d.person_promised for d in case.deadlines if _owed(d)), default=None),
        "opened_at": case.opened_at,
        "closed_at": case.closed_at,
        "campaign": case.leads_or_joins,
        "version": case.version,
        "state": _write(case),
    }


def _owed(deadline: Deadline) -> bool:
    """The council owes it still: a request for a review is the resident's to make."""
    return deadline.open and not deadline.outlives and deadline.what != "request"


def _latest(case: Case) -> datetime:
    known = (case.opened_at, case.closed_at, case.last_contact_at, case.last_receipt_at, *(m.received_at for m in case.mails))
    return max(moment for moment in known if moment is not None)


def _keep_parties(tx: Tx, case: Case) -> None:
    """The addresses in the table are exactly those of the case."""
    now = {short(key) for key in (case.complainant.key, *(party.who.key for party in case.parties))}
    held = set(tx.execute(select(case_parties.c.address).where(case_parties.c.ref == case.ref)).scalars())
    if gone := sorted(held - now):
        tx.execute(delete(case_parties).where(case_parties.c.ref == case.ref, case_parties.c.address.in_(gone)))
    if new := sorted(now - held):
        tx.execute(case_parties.insert(), [{"ref": case.ref, "address": address} for address in new])


# --- a case as JSON


@cache
def _adapter() -> TypeAdapter[Case]:
    return TypeAdapter(Case)


def _write(case: Case) -> str:
    try:
        return _adapter().dump_json(case).decode()
    except PydanticSerializationError as exc:
        # The message could quote the case: only what sort of trouble it was may go on.
        raise StoreError(f"case {case.ref} cannot be written down: {type(exc).__name__}") from None


def _read(ref: str, state: str) -> Case:
    try:
        stored = from_json(state)
        case = _adapter().validate_json(state)
    except ValidationError as exc:
        first = exc.errors(include_input=False, include_url=False)[0]
        raise UnreadableCase(ref, _path(first["loc"]), f"does not fit: {first['msg']}") from None
    except ValueError:
        raise UnreadableCase(ref, "", "is not JSON") from None
    unknown = _unknown(stored, _adapter().dump_python(case, mode="json"))
    if unknown is not None:
        raise UnreadableCase(ref, _path(unknown), "is not known to this version of the program")
    return case


def _path(steps: Sequence[str | int]) -> str:
    return ".".join(str(step) for step in steps)


def _unknown(stored: Any, known: Any) -> tuple[str | int, ...] | None:
    """The way to the first field of *stored* that *known*, the same value read and written again, has lost."""
    if isinstance(stored, dict) and isinstance(known, dict):
        for name, value in stored.items():
            if name not in known:
                return (name,)
            if (below := _unknown(value, known[name])) is not None:
                return (name, *below)
    elif isinstance(stored, list) and isinstance(known, list):
        for n, (value, again) in enumerate(zip(stored, known, strict=False)):
            if (below := _unknown(value, again)) is not None:
                return (n, *below)
    return None
