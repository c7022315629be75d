"""What the mails that opened cases of late are found by. No more than that is kept, and not for longer than it is asked for."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, select, union_all, update

from townclerk.store.database import Tx
from townclerk.store.schema import wordings

SPARE = 20  # of those that only share a key by chance


def keep(tx: Tx, council: str, ref: str, keys: Sequence[str], at: datetime) -> None:
    """Let the case *ref* be found by *keys*, as said *at* that moment."""
    tx.execute(delete(wordings).where(wordings.c.case_ref == ref))
    if keys:
        tx.execute(
            wordings.insert(), [{"council": council, "case_ref": ref, "key": key, "at": at} for key in dict.fromkeys(keys)]
        )


def alike(tx: Tx, council: str, keys: Sequence[str], since: datetime, most: int) -> tuple[str, ...]:
    """The cases that share one of *keys*, and were said *since* then: at most so many, those that share the most first. Under
    each key only the latest are looked at, so that it takes no longer when thousands say the same."""
    if not keys:
        return ()
    latest = (
        select(wordings.c.case_ref)
        .where(wordings.c.council == council, wordings.c.key == key, wordings.c.at >= since)
        .order_by(wordings.c.at.desc())
        .limit(most + SPARE)
        .subquery()
        for key in keys
    )
    found = Counter(tx.execute(union_all(*(select(each) for each in latest))).scalars())
    return tuple(ref for ref, _ in sorted(found.items(), key=lambda each: (-each[1], each[0]))[:most])


def said_again(tx: Tx, ref: str, at: datetime) -> None:
    """What the case *ref* says was said once more."""
    tx.execute(update(wordings).where(wordings.c.case_ref == ref, wordings.c.at < at).values(at=at))


def forget_before(tx: Tx, council: str, before: datetime) -> None:
    """Forget what was last said before then."""
    tx.execute(delete(wordings).where(wordings.c.council == council, wordings.c.at < before))


def forget(tx: Tx, ref: str) -> None:
    """Forget what the case *ref* says."""
    tx.execute(delete(wordings).where(wordings.c.case_ref == ref))
