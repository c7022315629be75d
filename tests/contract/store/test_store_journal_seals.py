"""What no key has sealed, or another than ours, is found: also where the chain is made anew, and its end moved with it."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import delete, select, update

from townclerk.store import journal as journal_of
from townclerk.store.database import Database, Tx
from townclerk.store.journal import Broken
from townclerk.store.schema import journal, journal_head
from townclerk.store.sealing import Seals

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
NO_KEY = "whoever put it in did not have the key"


def opened_with(url: str, *secrets: bytes) -> Database:
    """Another connection to the database: with keys, or as somebody has it who has none."""
    database = Database.open(url, durable=False)
    if secrets:
        database.seal_with(lambda: Seals.made_of(secrets))
    return database


@pytest.fixture
def sealed(database: Database) -> Database:
    """A database with three entries, sealed."""
    database.seal_with(lambda: Seals.made_of([b"old"]))
    add(database, 3)
    return database


@pytest.fixture
def forger(sealed: Database, url: str) -> Any:
    """The same database in the hands of somebody who may write to it, and knows all about it but the key."""
    found = opened_with(url)
    yield found
    found.close()


def add(database: Database, many: int = 1, event: str = "opened") -> None:
    for n in range(many):
        database.run_now(lambda tx, n=n: journal_of.append(tx, "oakdale", "OD-1", NOON, "intake", event, {"n": n}))  # type: ignore[misc]


def broken(database: Database, **also: Any) -> Broken | None:
    return database.read_now(lambda tx: journal_of.follow(tx, **also)).broken


def write_anew(tx: Tx, seal: Callable[[int, str], str | None]) -> None:
    """The whole chain once more, with somebody else in the second entry, its end, and what *seal* makes beside each."""
    rows = [dict(row._mapping) for row in tx.execute(select(journal).order_by(journal.c.number))]
    tx.execute(delete(journal))
    tx.execute(delete(journal_head))
    for row in rows:
        actor = "nobody" if row["number"] == 2 else row["actor"]
        journal_of.append(tx, row["council"], row["case_ref"], row["at"], actor, row["event"], json.loads(row["detail"]))
        end = journal_of.head(tx)
        tx.execute(update(journal).where(journal.c.number == end.number).values(seal=seal(end.number, end.hash)))


def test_a_sealed_journal_is_whole(sealed: Database) -> None:
    verdict = sealed.read_now(journal_of.follow)

    assert (verdict.broken, verdict.entries, verdict.unsealed, verdict.strange, verdict.proven) == (None, 3, 0, {}, True)


def test_an_entry_put_at_the_end_with_the_end_moved_is_named(sealed: Database, forger: Database) -> None:
    add(forger)
    assert broken(sealed) == Broken(4, f"it has no seal, though the one before it has: {NO_KEY}")

    add(sealed)  # that the service goes on covers nothing up
    assert broken(sealed) == Broken(4, f"it has no seal, though the one before it has: {NO_KEY}")


def test_an_entry_put_at_the_end_is_named_even_where_nobody_has_the_key(sealed: Database, forger: Database) -> None:
    add(forger)
    assert broken(forger) == Broken(4, f"it has no seal, though the one before it has: {NO_KEY}")


def test_a_forged_entry_with_a_seal_of_another_entry_is_named(sealed: Database, forger: Database) -> None:
    add(forger)
    before = forger.read_now(lambda tx: tx.execute(select(journal.c.seal).where(journal.c.number == 3)).scalar_one())
    forger.run_now(lambda tx: tx.execute(update(journal).where(journal.c.number == 4).values(seal=before)))

    found = broken(sealed)

    assert found == Broken(4, "its seal is not one that its key makes: whoever wrote it did not have the key")


def test_a_forged_entry_with_a_seal_of_a_key_of_the_forgers_own_is_named(sealed: Database, url: str) -> None:
    theirs = opened_with(url, b"theirs")
    add(theirs, 2)
    theirs.close()

    found = broken(sealed)

    assert found is not None
    assert found.number == 4
    assert "is not known here" in found.why


def test_blanked_details_with_a_forged_word_that_they_were_destroyed_are_named(sealed: Database, forger: Database) -> None:
    forger.run_now(lambda tx: journal_of.destroy_details(tx, "oakdale", "OD-1", NOON, "retention", "6 years"))

    assert broken(sealed) == Broken(1, "what it tells is missing")


@pytest.mark.parametrize("with_seals_of", [b"theirs", b"old"])
def test_a_journal_written_anew_with_seals_is_named(sealed: Database, forger: Database, with_seals_of: bytes) -> None:
    """With a key of their own; or with the name of ours, and what it did not make."""
    name = Seals.made_of([with_seals_of]).keys[0].name
    forger.run_now(lambda tx: write_anew(tx, lambda number, hashed: f"{name}:{'0' * 64}"))

    found = broken(sealed)

    assert found is not None
    assert found.number == 1


def test_a_journal_written_anew_without_seals_is_named_by_where_they_began(sealed: Database, forger: Database) -> None:
    forger.run_now(lambda tx: write_anew(tx, lambda number, hashed: None))
    assert sealed.read_now(journal_of.follow).unsealed == 3  # as if it were from before there were any

    add(sealed)
    found = broken(sealed, sealed_from=1)

    assert found == Broken(1, "it has no seal, though each has one from entry 1 on, as the settings say")


def test_a_journal_from_before_there_were_seals_goes_on_with_them(database: Database) -> None:
    add(database, 2)
    assert broken(database) is None
    database.seal_with(lambda: Seals.made_of([b"new"]))
    assert database.read_now(journal_of.follow).unsealed == 2

    add(database)

    verdict = database.read_now(lambda tx: journal_of.follow(tx, sealed_from=3))
    assert (verdict.broken, verdict.unsealed, verdict.proven) == (None, 2, True)


def test_a_key_that_was_changed_proves_on_and_one_that_is_gone_is_told(sealed: Database) -> None:
    sealed.seal_with(lambda: Seals.made_of([b"new", b"old"]))
    add(sealed)
    assert sealed.read_now(journal_of.follow).strange == {}

    sealed.seal_with(lambda: Seals.made_of([b"new"]))
    verdict = sealed.read_now(journal_of.follow)

    assert (verdict.broken, list((verdict.strange or {}).values())) == (None, [3])


def test_a_journal_whose_keys_are_lost_is_held_by_its_chain_alone_and_only_where_that_is_said(sealed: Database) -> None:
    sealed.seal_with(lambda: Seals.made_of([b"another"]))

    assert broken(sealed) is not None
    assert broken(sealed, keys_lost=True) is None


def test_keys_that_are_lost_excuse_nothing_where_one_of_them_is_known(sealed: Database, url: str) -> None:
    theirs = opened_with(url, b"theirs")
    add(theirs)
    theirs.close()

    assert broken(sealed, keys_lost=True) is not None


def test_an_entry_is_written_only_where_the_key_can_be_had(sealed: Database) -> None:
    class NotThere(Exception):
        pass

    def gone() -> Seals:
        raise NotThere

    sealed.seal_with(gone)
    with pytest.raises(NotThere):
        add(sealed)
    sealed.seal_with(lambda: Seals.made_of([b"old"]))

    assert sealed.read_now(journal_of.follow).entries == 3


def test_a_key_shows_neither_its_secret_nor_itself() -> None:
    (key,) = Seals.made_of([b"hunter2"]).keys

    assert "hunter2" not in repr(key)
    assert key.key.hex() not in repr(key)
    assert repr(key.key) not in repr(key)
