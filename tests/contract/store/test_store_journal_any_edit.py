"""Whatever is done to the journal afterwards, the first entry that is not as it was written is named."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, insert, select, text, update

from townclerk.store import journal as journal_of
from townclerk.store.database import Database, Tx
from townclerk.store.journal import Broken, Head
from townclerk.store.schema import journal, journal_head

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
MANY = 6
FAR = 100  # where rows are put while they are moved about
Rows = list[dict[str, Any]]


class Undone(Exception):
    """Nothing of what a test did to the journal stays."""


@pytest.fixture
def filled(database: Database) -> Database:
    def fill(tx: Tx) -> None:
        for n in range(MANY):
            ref = f"OD-{n % 2}"
            journal_of.append(tx, "oakdale", ref, NOON + timedelta(minutes=n), "intake", f"event {n % 3}", {"n": n})

    database.run_now(fill)
    return database


def verified_after(database: Database, edit: Callable[[Tx, Rows], object]) -> Broken | None:
    """What `verify` says once *edit* was done, which is then undone."""
    found: list[Broken | None] = []

    def work(tx: Tx) -> None:
        edit(tx, [dict(row._mapping) for row in tx.execute(select(journal).order_by(journal.c.number))])
        found.append(journal_of.verify(tx))
        raise Undone

    with pytest.raises(Undone):
        database.run_now(work)
    return found[0]


def put_back(tx: Tx, rows: Rows) -> None:
    """Let *rows*, numbered anew from 1, be the whole journal."""
    tx.execute(delete(journal))
    tx.execute(insert(journal), [{**row, "number": n} for n, row in enumerate(rows, 1)])


quick = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
at = st.integers(0, MANY - 1)


@quick
@given(at, st.sampled_from(["council", "case_ref", "actor", "event", "detail", "detail_hash", "prev_hash", "hash"]), st.text())
def test_any_changed_entry_is_named(filled: Database, n: int, column: str, words: str) -> None:
    def edit(tx: Tx, rows: Rows) -> None:
        new = words if rows[n][column] != words else f"{words}x"
        tx.execute(update(journal).where(journal.c.number == n + 1).values({column: new}))

    found = verified_after(filled, edit)

    assert found is not None
    assert found.number == n + 1


@quick
@given(at, st.integers(1, MANY))
def test_any_entries_taken_out_are_found_whether_or_not_the_rest_is_numbered_anew(filled: Database, n: int, many: int) -> None:
    def renumbered(tx: Tx, rows: Rows) -> None:
        left = rows[:n] + rows[n + many :]
        put_back(tx, left) if left else tx.execute(delete(journal))

    def left_open(tx: Tx, rows: Rows) -> None:
        tx.execute(delete(journal).where(journal.c.number > n, journal.c.number <= n + many))

    for edit in (renumbered, left_open):
        found = verified_after(filled, edit)
        assert found is not None
        assert found.number == n + 1


@quick
@given(st.permutations(range(MANY)).filter(lambda order: list(order) != list(range(MANY))))
def test_any_other_order_is_found_where_it_begins(filled: Database, order: list[int]) -> None:
    found = verified_after(filled, lambda tx, rows: put_back(tx, [rows[n] for n in order]))

    assert found is not None
    assert found.number == next(n for n, was in enumerate(order, 1) if was != n - 1)


@quick
@given(st.integers(0, MANY), at)
def test_any_entry_put_in_is_named(filled: Database, n: int, copied: int) -> None:
    """Between others, before the first, or behind the last."""
    found = verified_after(filled, lambda tx, rows: put_back(tx, [*rows[:n], {**rows[copied], "event": "made up"}, *rows[n:]]))

    assert found is not None
    assert found.number == n + 1


@pytest.mark.parametrize("number", [0, -7])
def test_an_entry_put_before_the_first_number_is_named(filled: Database, number: int) -> None:
    found = verified_after(filled, lambda tx, rows: tx.execute(insert(journal), [{**rows[0], "number": number}]))

    assert found == Broken(number, "it was put in")


def test_an_entry_put_behind_the_end_that_hangs_in_the_chain_is_named(filled: Database) -> None:
    """Whoever knows how hashes are made, but forgets that the end is kept as well."""

    def edit(tx: Tx, rows: Rows) -> None:
        end = dict(tx.execute(select(journal_head)).one()._mapping)
        journal_of.append(tx, "oakdale", "OD-1", NOON, "nobody", "made up", {})
        tx.execute(update(journal_head).values(number=end["number"], hash=end["hash"]))

    found = verified_after(filled, edit)

    assert found is not None
    assert found.number == MANY + 1


def test_the_last_entries_with_the_end_taken_back_are_found_by_a_head_that_was_kept_elsewhere(filled: Database) -> None:
    kept = filled.read_now(journal_of.head)

    def take_back(tx: Tx) -> None:
        tx.execute(delete(journal).where(journal.c.number > 4))
        last = tx.execute(select(journal.c.hash).where(journal.c.number == 4)).scalar_one()
        tx.execute(update(journal_head).values(number=4, hash=last))

    filled.run_now(take_back)

    assert filled.read_now(journal_of.verify) is None
    found = filled.read_now(lambda tx: journal_of.verify(tx, [kept]))
    assert found == Broken(5, "it is missing, and all behind it")


def test_of_two_heads_of_one_number_one_is_wrong(filled: Database) -> None:
    kept = filled.read_now(journal_of.head)
    other = Head(kept.number, "0" * 64)

    assert filled.read_now(lambda tx: journal_of.verify(tx, [kept])) is None
    found = filled.read_now(lambda tx: journal_of.verify(tx, [kept, other]))
    assert found is not None
    assert found.number == MANY


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
@pytest.mark.parametrize("written", ["nonsense", "2026-99-99 00:00:00"])
def test_an_entry_that_cannot_even_be_read_is_named(filled: Database, written: str) -> None:
    """SQLite keeps anything in any column."""
    nonsense = text("UPDATE journal SET at = :written WHERE number = 3").bindparams(written=written)

    found = verified_after(filled, lambda tx, rows: tx.execute(nonsense))

    assert found == Broken(3, "it cannot be read")
