"""Several entries written at once are the same chain as if they had been written one by one."""

from datetime import UTC, datetime

from townclerk.store import journal
from townclerk.store.database import Database

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)


def test_entries_written_together_hang_in_the_chain_in_their_order(database: Database) -> None:
    database.run_now(lambda tx: journal.append(tx, "oakdale", "OD-1", NOON, "intake", "opened", {}))
    happened = [("intake", f"event {n}", {"n": n}) for n in range(3)]
    database.run_now(lambda tx: journal.append_all(tx, "oakdale", "OD-1", NOON, happened))
    database.run_now(lambda tx: journal.append(tx, "oakdale", "OD-1", NOON, "intake", "closed", {}))

    entries = database.read_now(lambda tx: journal.entries(tx, "OD-1"))
    assert [entry.number for entry in entries] == [1, 2, 3, 4, 5]
    assert [entry.event for entry in entries[1:4]] == ["event 0", "event 1", "event 2"]
    assert database.read_now(journal.verify) is None


def test_no_entries_at_all_leave_the_journal_as_it_is(database: Database) -> None:
    database.run_now(lambda tx: journal.append_all(tx, "oakdale", None, NOON, []))

    assert database.read_now(journal.verify) is None
