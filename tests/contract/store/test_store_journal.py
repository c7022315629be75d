"""The journal: whatever is done to it afterwards shows."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest
from sqlalchemy import delete, insert, select, text, update

from townclerk.store import journal as journal_of
from townclerk.store.database import Database, Tx
from townclerk.store.journal import Broken, Entry
from townclerk.store.schema import cases, journal, journal_head

NOON = datetime(2026, 6, 1, 12, 0, 0, 123456, tzinfo=UTC)


def append(tx: Tx, event: str = "opened", ref: str | None = "OD-1", **detail: Any) -> None:
    journal_of.append(tx, "oakdale", ref, NOON, "intake", event, detail)


def put_case(tx: Tx, destroyed_at: str | None, ref: str = "OD-1") -> None:
    """A case, as far as the journal looks at one."""
    words = {
        "council": "oakdale",
        "category": "complaint",
        "service": "bins",
        "status": "closed",
        "complainant": "",
        "subject": "",
    }
    state = json.dumps({"destroyed_at": destroyed_at})
    moments = {"opened_at": NOON, "updated_at": NOON}
    tx.execute(insert(cases).values(ref=ref, restricted=False, version=1, state=state, **words, **moments))


@pytest.fixture
def three(database: Database) -> Database:
    """A database with three entries."""
    for n in range(3):
        database.run_now(lambda tx, n=n: append(tx, n=n))  # type: ignore[misc]  # a default binds the loop's value
    return database


def broken(database: Database) -> Broken | None:
    return database.read_now(journal_of.verify)


def test_what_happened_is_told_in_order(database: Database) -> None:
    local = NOON.astimezone(timezone(timedelta(hours=1)))

    def work(tx: Tx) -> None:
        append(tx, "opened", words="Grüße \0 \udc80", due=date(2026, 6, 8), n=[1, {"b": None, "a": True}])
        append(tx, "other", "OD-2")
        append(tx, "started", None)
        journal_of.append(tx, "oakdale", "OD-1", local, "ann", "read", {})

    database.run_now(work)

    first, second = database.read_now(lambda tx: journal_of.entries(tx, "OD-1"))
    detail = {"words": "Grüße \0 \udc80", "due": "2026-06-08", "n": [1, {"b": None, "a": True}]}
    assert first == Entry(1, "oakdale", "OD-1", NOON, "intake", "opened", detail)
    assert second == Entry(4, "oakdale", "OD-1", NOON, "ann", "read", {})
    assert broken(database) is None


def test_an_empty_journal_is_whole(database: Database) -> None:
    assert broken(database) is None


def test_what_is_rolled_back_leaves_no_gap(three: Database) -> None:
    def breaks(tx: Tx) -> None:
        append(tx)
        raise RuntimeError

    with pytest.raises(RuntimeError):
        three.run_now(breaks)
    three.run_now(append)

    assert [entry.number for entry in three.read_now(lambda tx: journal_of.entries(tx, "OD-1"))] == [1, 2, 3, 4]
    assert broken(three) is None


def test_eight_who_write_at_once_make_one_chain(database: Database) -> None:
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda _: database.run_now(append), range(40)))

    assert len(database.read_now(lambda tx: journal_of.entries(tx, "OD-1"))) == 40
    assert broken(database) is None


@pytest.mark.parametrize(
    "change",
    [
        {"actor": "somebody"},
        {"event": "closed"},
        {"case_ref": "OD-2"},
        {"case_ref": None},
        {"council": "elmbridge"},
        {"at": NOON + timedelta(microseconds=1)},
        {"detail": '{"n":7}'},
        {"detail": None},
        {"detail_hash": "0" * 64},
        {"prev_hash": "0" * 64},
        {"hash": "0" * 64},
    ],
    ids="-".join,
)
def test_an_entry_that_was_changed_is_found(three: Database, change: dict[str, Any]) -> None:
    three.run_now(lambda tx: tx.execute(update(journal).where(journal.c.number == 2).values(change)))

    found = broken(three)

    assert found is not None
    assert found.number == 2


@pytest.mark.parametrize("number", [1, 2, 3])
def test_an_entry_that_was_taken_out_is_found_even_the_last(three: Database, number: int) -> None:
    three.run_now(lambda tx: tx.execute(delete(journal).where(journal.c.number == number)))

    found = broken(three)

    assert found is not None
    assert found.number == number


def test_an_entry_that_was_put_in_is_found(three: Database) -> None:
    def work(tx: Tx) -> None:
        row = dict(tx.execute(select(journal).where(journal.c.number == 3)).one()._mapping)
        tx.execute(insert(journal).values({**row, "number": 4}))

    three.run_now(work)

    assert broken(three) == Broken(4, "it does not follow the one before it")


def test_a_journal_that_was_emptied_is_found(three: Database) -> None:
    three.run_now(lambda tx: tx.execute(delete(journal)))
    assert broken(three) is not None


def test_a_journal_whose_end_was_forgotten_is_found(three: Database) -> None:
    three.run_now(lambda tx: tx.execute(delete(journal_head)))
    assert broken(three) is not None


def test_details_can_be_destroyed_and_the_chain_holds(three: Database) -> None:
    three.run_now(lambda tx: append(tx, "other", "OD-2", secret="x"))
    three.run_now(lambda tx: put_case(tx, "2026-06-01T12:00:00Z"))

    destroyed = three.run_now(lambda tx: journal_of.destroy_details(tx, "oakdale", "OD-1", NOON, "retention", "6 years"))

    assert destroyed == 3
    *before, last = three.read_now(lambda tx: journal_of.entries(tx, "OD-1"))
    assert [entry.detail for entry in before] == [None, None, None]
    assert (last.event, last.detail) == ("details_destroyed", {"entries": 3, "why": "6 years"})
    assert three.read_now(lambda tx: journal_of.entries(tx, "OD-2"))[0].detail == {"secret": "x"}
    assert broken(three) is None


def test_details_destroyed_without_an_entry_are_found(three: Database) -> None:
    """An entry that says so covers only what came before it, and only its own case."""
    three.run_now(lambda tx: put_case(tx, "2026-06-01T12:00:00Z"))
    three.run_now(lambda tx: journal_of.destroy_details(tx, "oakdale", "OD-1", NOON, "retention", "6 years"))
    three.run_now(lambda tx: append(tx, "later"))
    three.run_now(lambda tx: tx.execute(update(journal).where(journal.c.number == 5).values(detail=None)))

    assert broken(three) == Broken(5, "what it tells is missing")


def test_details_can_be_destroyed_once_more(three: Database) -> None:
    three.run_now(lambda tx: put_case(tx, "2026-06-01T12:00:00Z"))
    for _ in range(2):
        three.run_now(lambda tx: journal_of.destroy_details(tx, "oakdale", "OD-1", NOON, "retention", "6 years"))
        three.run_now(lambda tx: append(tx, "looked"))

    assert broken(three) is None


@pytest.mark.parametrize("destroyed_at", [None, "no such case"])
def test_that_the_details_of_a_case_were_destroyed_is_believed_only_where_the_case_says_so_too(
    three: Database, destroyed_at: str | None
) -> None:
    if destroyed_at is None:
        three.run_now(lambda tx: put_case(tx, None))

    three.run_now(lambda tx: journal_of.destroy_details(tx, "oakdale", "OD-1", NOON, "retention", "6 years"))

    assert broken(three) == Broken(1, "what it tells is missing")


def test_more_details_that_are_gone_than_were_destroyed_are_found(three: Database) -> None:
    """Somebody has an entry say so of the case of somebody else, whose number of entries is another."""
    three.run_now(lambda tx: put_case(tx, "2026-06-01T12:00:00Z"))
    three.run_now(lambda tx: tx.execute(update(journal).where(journal.c.number == 1).values(detail=None)))
    three.run_now(lambda tx: journal_of.destroy_details(tx, "oakdale", "OD-1", NOON, "retention", "6 years"))

    assert broken(three) == Broken(1, "what it tells is missing")


def test_a_journal_with_no_entry_of_a_case_that_is_there_is_not_whole(three: Database) -> None:
    three.run_now(lambda tx: put_case(tx, None))
    assert broken(three) is None

    three.run_now(lambda tx: put_case(tx, None, "OD-7"))
    assert broken(three) == Broken(4, "it is missing: no entry tells of the case OD-7, which is there")


def test_an_empty_journal_beside_a_case_is_not_whole(three: Database) -> None:
    """Whoever takes all of it away, with its end."""
    three.run_now(lambda tx: put_case(tx, None))
    three.run_now(lambda tx: tx.execute(delete(journal)))
    three.run_now(lambda tx: tx.execute(delete(journal_head)))

    assert broken(three) == Broken(1, "it is missing: no entry tells of the case OD-1, which is there")


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    "written", ["2026-05-31 15:00:00.123456-21:00", "2026-06-01T12:00:00.123456", "2026-06-01 12:00:00.123456Z"]
)
def test_a_moment_written_in_another_way_is_a_change(three: Database, written: str) -> None:
    """The same instant; but what was done since a day is looked for by how it is written."""
    otherwise = text("UPDATE journal SET at = :written WHERE number = 2").bindparams(written=written)
    three.run_now(lambda tx: tx.execute(otherwise))

    assert broken(three) == Broken(2, "it was changed")


@pytest.mark.parametrize("length", [9, 10, 11])
def test_a_journal_longer_than_memory_should_hold_is_read_to_its_end(
    database: Database, length: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal_of, "BATCH", 10)

    def work(tx: Tx) -> None:
        for n in range(length):
            append(tx, n=n)

    database.run_now(work)
    assert broken(database) is None

    database.run_now(lambda tx: tx.execute(update(journal).where(journal.c.number == length).values(actor="x")))
    assert broken(database) == Broken(length, "it was changed")
