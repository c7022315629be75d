"""What is to be looked at again, and when. A timer says only that: the case, as it then is, decides."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, delete, or_, select, true, update

from townclerk.store.database import Tx
from townclerk.store.errors import NotThere
from townclerk.store.schema import timers


@dataclass(frozen=True, slots=True)
class DueTimer:
    """A timer that is ripe: the case `ref` is to decide about `key`, which was set for `at`. `tries`: how often it broke us."""

    ref: str
    key: str
    at: datetime
    tries: int = 0


@dataclass(frozen=True, slots=True)
class AsideTimer:
    """A timer that broke us too often. It is not due until the case sets it anew, or a person puts it back."""

    ref: str
    key: str
    at: datetime
    why: str


def replace(tx: Tx, council: str, ref: str, wanted: Mapping[str, datetime]) -> None:
    """Let the timers of *ref* be exactly *wanted*. One that broke us waits on, or stays aside, while its moment is the same."""
    held = {row.key: row.at for row in tx.execute(select(timers.c.key, timers.c.at).where(timers.c.case_ref == ref))}
    gone = [key for key in held if key not in wanted]
    if gone:
        tx.execute(delete(timers).where(timers.c.case_ref == ref, timers.c.key.in_(gone)))
    for key, at in wanted.items():
        if key in held and held[key] != at:
            moved = update(timers).where(timers.c.case_ref == ref, timers.c.key == key)
            tx.execute(moved.values({"at": at, "council": council, **_anew(at)}))
    new = [(key, at) for key, at in wanted.items() if key not in held]
    if new:
        rows = [{"council": council, "case_ref": ref, "key": key, "at": at, **_anew(at)} for key, at in new]
        tx.execute(timers.insert(), rows)


def _anew(at: datetime | ColumnElement[datetime]) -> dict[str, Any]:
    return {"next_at": at, "tries": 0, "aside_reason": None}


def of_case(tx: Tx, ref: str) -> dict[str, datetime]:
    """The timers of a case, the next one first, those that stand aside included."""
    held = select(timers.c.key, timers.c.at).where(timers.c.case_ref == ref).order_by(timers.c.at, timers.c.key)
    return {row.key: row.at for row in tx.execute(held)}


def due(tx: Tx, council: str, now: datetime, limit: int, prefixes: tuple[str, ...] = ("",)) -> tuple[DueTimer, ...]:
    """The timers that are to be tried at *now* and whose key begins with one of *prefixes*, the earliest first, at most
    *limit*."""
    these = {"council": council, "now": now, "limit": limit}
    return tuple(DueTimer(*row) for row in tx.execute(_ripe(prefixes), these))


@cache
def _ripe(prefixes: tuple[str, ...]) -> Select[Any]:
    ripe = select(timers.c.case_ref, timers.c.key, timers.c.at, timers.c.tries).where(*_trying(prefixes))
    ripe = ripe.where(timers.c.next_at <= bindparam("now"))
    return ripe.order_by(timers.c.next_at, timers.c.case_ref, timers.c.key).limit(bindparam("limit"))


def next_at(tx: Tx, council: str, prefixes: tuple[str, ...] = ("",)) -> datetime | None:
    """When the next timer whose key begins with one of *prefixes* is to be tried, past or future, or None: there is none."""
    return tx.execute(_waiting(prefixes), {"council": council}).scalar()


@cache
def _waiting(prefixes: tuple[str, ...]) -> Select[Any]:
    return select(timers.c.next_at).where(*_trying(prefixes)).order_by(timers.c.next_at).limit(1)


def _trying(prefixes: tuple[str, ...]) -> tuple[ColumnElement[bool], ...]:
    begins = or_(*(timers.c.key.startswith(prefix, autoescape=True) if prefix else true() for prefix in prefixes))
    return timers.c.council == bindparam("council"), timers.c.aside_reason.is_(None), begins


def put_off(tx: Tx, ref: str, key: str, until: datetime) -> None:
    """Let a timer that broke us be tried again at *until*. Raises NotThere."""
    _mark(tx, ref, key, {"next_at": until, "tries": timers.c.tries + 1})


def put_aside(tx: Tx, ref: str, key: str, why: str) -> None:
    """Take a timer that breaks us out of the way of the others, visibly. Raises NotThere."""
    _mark(tx, ref, key, {"aside_reason": why})


def put_back(tx: Tx, ref: str, key: str) -> None:
    """Let a timer that stands aside, or that waits because it broke us, be due again from the beginning. Raises NotThere."""
    _mark(tx, ref, key, _anew(timers.c.at))


def _mark(tx: Tx, ref: str, key: str, values: dict[str, Any]) -> None:
    marked = update(timers).where(timers.c.case_ref == ref, timers.c.key == key).values(values)
    if tx.execute(marked).rowcount != 1:
        raise NotThere(f"case {ref} has no timer {key!r}")


def aside(tx: Tx, council: str) -> tuple[AsideTimer, ...]:
    """The timers that stand aside, the oldest first."""
    held = select(timers.c.case_ref, timers.c.key, timers.c.at, timers.c.aside_reason)
    held = held.where(timers.c.council == council, timers.c.aside_reason.is_not(None))
    return tuple(AsideTimer(*row) for row in tx.execute(held.order_by(timers.c.at, timers.c.case_ref, timers.c.key)))
