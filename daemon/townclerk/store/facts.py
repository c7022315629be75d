"""Small things to remember by name: when a pass last succeeded, what troubles it."""

from collections.abc import Collection
from functools import lru_cache
from typing import Any

from sqlalchemy import Select, bindparam, delete, select

from townclerk.store.database import Tx
from townclerk.store.driver import insert
from townclerk.store.schema import facts

# Built once: every pass of the daemon asks these, and to build such a statement costs more than the database does.
_ONE = select(facts.c.value).where(facts.c.key == bindparam("key"))
_SOME = select(facts.c.key, facts.c.value).where(facts.c.key.in_(bindparam("keys", expanding=True)))


def get(tx: Tx, key: str) -> str | None:
    """What was last put under *key*, or None."""
    return tx.execute(_ONE, {"key": key}).scalar()


def those(tx: Tx, keys: Collection[str]) -> dict[str, str]:
    """What is kept under each of *keys*; nothing of those under which nothing is."""
    return {row.key: row.value for row in tx.execute(_SOME, {"keys": list(keys)})}


def beginning(tx: Tx, prefix: str) -> tuple[str, ...]:
    """What is kept under the keys that begin with *prefix*, in the order of these."""
    return tuple(tx.execute(_beginning(prefix)).scalars())


@lru_cache(maxsize=64)
def _beginning(prefix: str) -> Select[Any]:
    return select(facts.c.value).where(facts.c.key.startswith(prefix, autoescape=True)).order_by(facts.c.key)


def put(tx: Tx, key: str, value: str) -> None:
    """Keep *value* in the place of what was there."""
    new = insert(tx, facts).values(key=key, value=value)
    tx.execute(new.on_conflict_do_update(index_elements=[facts.c.key], set_={"value": value}))


def forget(tx: Tx, key: str) -> None:
    """Keep nothing under *key*."""
    tx.execute(delete(facts).where(facts.c.key == key))
