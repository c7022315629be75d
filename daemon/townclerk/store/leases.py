"""Leases: of several daemons on one database, one keeps a mailbox at a time."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, or_, select

from townclerk.store.database import Tx
from townclerk.store.driver import insert
from townclerk.store.schema import leases

SECONDS = 60  # for which one is taken


@dataclass(frozen=True, slots=True)
class Lease:
    """Who holds it, and until when. `mine`: the one who asked."""

    holder: str
    until: datetime
    mine: bool


def take(tx: Tx, name: str, holder: str, now: datetime, seconds: float) -> Lease:
    """The lease as it is after *holder* asked for it: taken where it was free, made longer where it was theirs."""
    until = now + timedelta(seconds=seconds)
    asked = insert(tx, leases).values(name=name, holder=holder, until=until)
    free = or_(leases.c.holder == holder, leases.c.until <= now)
    tx.execute(asked.on_conflict_do_update(index_elements=[leases.c.name], set_={"holder": holder, "until": until}, where=free))
    row = tx.execute(select(leases.c.holder, leases.c.until).where(leases.c.name == name)).one()
    return Lease(row.holder, row.until, mine=row.holder == holder)


def left_since(tx: Tx, name: str, now: datetime, is_gone: Callable[[str], bool]) -> datetime | None:
    """When a lease ended that nobody gave back: whoever had it has died, or does not get through to us. None: there is none.

    One that a wrong clock has put off ended by *now* at the latest, where its holder *is_gone*.
    """
    row = tx.execute(select(leases.c.holder, leases.c.until).where(leases.c.name == name)).one_or_none()
    if row is None or (row.until > now and not (row.until > now + timedelta(seconds=SECONDS) and is_gone(row.holder))):
        return None
    until: datetime = row.until
    return min(until, now)


def release(tx: Tx, name: str, holder: str) -> None:
    """Give the lease back; somebody else's is left alone."""
    tx.execute(delete(leases).where(leases.c.name == name, leases.c.holder == holder))
