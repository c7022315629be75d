"""The outbox: each letter once, claimed by one, never lost and never silently."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict as as_dict
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest

from townclerk.store import outbox
from townclerk.store.database import Database
from townclerk.store.outbox import OutboxLine, OutboxRow
from townclerk.store.schema import OutboxState

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)
TICK = timedelta(microseconds=1)


def letter(key: str = "OD-1:receipt", **changes: Any) -> OutboxRow:
    plain = OutboxRow(
        key=key,
        letter_key=key,
        council="oakdale",
        case_ref="OD-1",
        kind="receipt",
        staff=False,
        automatic=True,
        envelope_from="bounce+1@oakdale.example",
        recipient="Ann@Example.org",
        message_id=f"<{key}@oakdale.example>",
        subject="We have your mail",
        because_event="mail received",
        because_promise="OD-001",
        because_clause="4.1",
        created_at=NOON,
        raw=b"Subject: x\r\n\r\n\x00\xff",
    )
    return replace(plain, **changes)


def put(database: Database, *letters: OutboxRow) -> None:
    for row in letters:
        assert database.run_now(lambda tx, row=row: outbox.put(tx, row))  # type: ignore[misc]  # a default binds the loop's value


def claim(database: Database, now: datetime = NOON, limit: int = 10) -> list[str]:
    return [row.key for row in database.run_now(lambda tx: outbox.claim(tx, "oakdale", now, limit, 60))]


def state(database: Database, key: str = "OD-1:receipt") -> OutboxRow:
    row = database.read_now(lambda tx: outbox.get(tx, key))
    assert row is not None
    return row


def test_a_letter_comes_back_as_it_was_put(database: Database) -> None:
    put(database, letter())

    assert state(database) == letter(next_at=NOON)
    assert database.read_now(lambda tx: outbox.get(tx, "other")) is None


def test_deciding_twice_sends_once(database: Database) -> None:
    """Even where the first has been sent already."""
    assert database.run_now(lambda tx: outbox.put(tx, letter()))
    assert not database.run_now(lambda tx: outbox.put(tx, letter(subject="again")))
    claim(database)
    database.run_now(lambda tx: outbox.sent(tx, "OD-1:receipt", NOON))

    assert not database.run_now(lambda tx: outbox.put(tx, letter()))
    assert claim(database) == []


def test_a_claim_marks_the_letter_and_leaves_its_bytes_where_they_are(database: Database) -> None:
    put(database, letter())
    claimed = database.run_now(lambda tx: outbox.claim(tx, "oakdale", NOON, 10, 60))

    marked = letter(state=OutboxState.SENDING, next_at=NOON + 60 * SECOND)
    assert [type(line) for line in claimed] == [OutboxLine]
    assert state(database) == marked == OutboxRow(**as_dict(claimed[0]), raw=marked.raw)


def test_letters_are_claimed_in_the_order_of_their_time_and_for_one_council(database: Database) -> None:
    put(
        database,
        letter("later", created_at=NOON - SECOND),
        letter("first", created_at=NOON - 2 * SECOND),
        letter("last"),
        letter("elsewhere", council="elmbridge"),
    )

    assert claim(database, limit=2) == ["first", "later"]
    assert claim(database, limit=2) == ["last"]
    assert claim(database, limit=2) == []


def test_a_letter_waits_until_its_time_and_not_longer(database: Database) -> None:
    put(database, letter(not_before=NOON))

    assert database.read_now(lambda tx: outbox.next_at(tx, "oakdale")) == NOON
    assert claim(database, NOON - TICK) == []
    assert claim(database, NOON) == ["OD-1:receipt"]


def test_eight_who_claim_at_once_never_get_the_same_letter(database: Database) -> None:
    put(database, *(letter(f"OD-{n}") for n in range(60)))

    def claim_all(_: int) -> list[str]:
        mine: list[str] = []
        while got := claim(database, limit=4):
            mine += got
        return mine

    with ThreadPoolExecutor(8) as threads:
        claimed = [key for mine in threads.map(claim_all, range(8)) for key in mine]

    assert sorted(claimed) == sorted(f"OD-{n}" for n in range(60))


def test_a_claim_that_runs_out_is_claimed_again_with_its_fate_unknown(database: Database) -> None:
    put(database, letter())
    claim(database)
    end = NOON + 60 * SECOND
    assert database.read_now(lambda tx: outbox.next_at(tx, "oakdale")) == end
    assert claim(database, end - TICK) == []

    again = database.run_now(lambda tx: outbox.claim(tx, "oakdale", end, 10, 60))

    assert [(row.fate_unknown, row.attempts, row.next_at) for row in again] == [(True, 1, end + 60 * SECOND)]
    assert as_dict(state(database)) == as_dict(again[0]) | {"raw": letter().raw}


def test_a_sent_letter_is_done_with(database: Database) -> None:
    put(database, letter())
    claim(database)

    assert database.run_now(lambda tx: outbox.sent(tx, "OD-1:receipt", NOON + SECOND))
    assert not database.run_now(lambda tx: outbox.sent(tx, "OD-1:receipt", NOON + 2 * SECOND))

    assert (state(database).state, state(database).sent_at) == (OutboxState.SENT, NOON + SECOND)
    assert database.read_now(lambda tx: outbox.next_at(tx, "oakdale")) is None
    assert not database.run_now(lambda tx: outbox.retry(tx, "OD-1:receipt", NOON))
    assert not database.run_now(lambda tx: outbox.drop(tx, "OD-1:receipt", NOON, "no"))
    assert not database.run_now(lambda tx: outbox.dead(tx, "OD-1:receipt", "550", NOON))
    assert not database.run_now(lambda tx: outbox.put_off(tx, "OD-1:receipt", NOON, "451"))


@pytest.mark.parametrize(("counts", "attempts"), [(True, 1), (False, 0)])
def test_a_letter_put_off_is_tried_again_at_its_time(database: Database, counts: bool, attempts: int) -> None:
    put(database, letter())
    claim(database)
    later = NOON + 300 * SECOND

    assert database.run_now(lambda tx: outbox.put_off(tx, "OD-1:receipt", later, "451 busy", counts_as_attempt=counts))

    row = state(database)
    assert (row.state, row.attempts, row.last_error) == (OutboxState.WAITING, attempts, "451 busy")
    assert claim(database, later - TICK) == []
    assert claim(database, later) == ["OD-1:receipt"]
    assert not state(database).fate_unknown


def test_a_dead_letter_rests_until_a_person_retries_it(database: Database) -> None:
    put(database, letter())
    claim(database)
    assert database.run_now(lambda tx: outbox.dead(tx, "OD-1:receipt", "550 no such user", NOON))
    row = state(database)
    assert (row.state, row.last_error, row.ended_at) == (OutboxState.DEAD, "550 no such user", NOON)
    assert claim(database, NOON + 9999 * SECOND) == []

    assert database.run_now(lambda tx: outbox.retry(tx, "OD-1:receipt", NOON + SECOND))

    assert (state(database).attempts, state(database).ended_at) == (0, None)
    assert claim(database, NOON + SECOND) == ["OD-1:receipt"]


def test_a_letter_can_be_dropped_unless_it_is_on_its_way(database: Database) -> None:
    put(database, letter())
    claim(database)
    assert not database.run_now(lambda tx: outbox.drop(tx, "OD-1:receipt", NOON, "sent by hand"))
    database.run_now(lambda tx: outbox.put_off(tx, "OD-1:receipt", NOON, "451"))

    assert database.run_now(lambda tx: outbox.drop(tx, "OD-1:receipt", NOON, "sent by hand"))

    assert (state(database).state, state(database).last_error) == (OutboxState.DROPPED, "sent by hand")
    assert claim(database) == []


def test_the_depth_counts_what_has_not_gone_by_its_state(database: Database) -> None:
    put(database, letter("a"), letter("b"), letter("c"), letter("d"))
    claim(database, limit=2)
    database.run_now(lambda tx: outbox.dead(tx, "a", "refused", NOON))
    database.run_now(lambda tx: outbox.drop(tx, "d", NOON, "sent by hand"))

    assert database.read_now(lambda tx: outbox.depth(tx, "oakdale")) == {
        OutboxState.WAITING: 1,
        OutboxState.SENDING: 1,
        OutboxState.DEAD: 1,
    }


def test_a_list_shows_the_states_asked_for_without_the_bytes(database: Database) -> None:
    put(database, letter("a"), letter("b"), letter("c", council="elmbridge"), letter("d"))
    claim(database, limit=1)
    database.run_now(lambda tx: outbox.sent(tx, "a", NOON))

    def keys(*states: OutboxState, limit: int = 9) -> list[str]:
        return [line.key for line in database.read_now(lambda tx: outbox.listing(tx, "oakdale", states, limit))]

    assert keys(OutboxState.WAITING) == ["b", "d"]
    assert keys(OutboxState.WAITING, OutboxState.SENT) == ["a", "b", "d"]
    assert keys(OutboxState.WAITING, limit=1) == ["b"]
    line = database.read_now(lambda tx: outbox.listing(tx, "oakdale"))[0]
    assert not hasattr(line, "raw")
    assert (line.because_event, line.because_promise, line.because_clause) == ("mail received", "OD-001", "4.1")


def test_the_letters_of_a_case_and_of_a_message_id_are_found(database: Database) -> None:
    put(database, letter("a"), letter("b", case_ref="OD-2"), letter("c", case_ref=None))

    assert [line.key for line in database.read_now(lambda tx: outbox.of_case(tx, "OD-2"))] == ["b"]
    found = database.read_now(lambda tx: outbox.of_message_id(tx, "<c@oakdale.example>"))
    assert (found.key, found.case_ref) == ("c", None) if found else False
    assert database.read_now(lambda tx: outbox.of_message_id(tx, "<z@oakdale.example>")) is None


def test_what_was_sent_is_counted_from_the_start_on_and_before_the_end(database: Database) -> None:
    put(database, letter("a"), letter("b", automatic=False), letter("c", recipient="ben@example.org"), letter("d"))
    for key, at in {"a": NOON, "b": NOON + SECOND, "c": NOON + 2 * SECOND}.items():
        database.run_now(lambda tx, key=key, at=at: outbox.sent(tx, key, at))  # type: ignore[misc]  # as above

    def count(start: datetime, end: datetime, recipient: str | None = None, *, automatic_to_residents: bool = False) -> int:
        return database.read_now(
            lambda tx: outbox.sent_between(tx, "oakdale", start, end, recipient, automatic_to_residents=automatic_to_residents)
        )

    end = NOON + 2 * SECOND
    assert count(NOON, end) == 2
    assert count(NOON + TICK, end) == 1
    assert count(NOON, end + TICK) == 3
    assert count(NOON, end + TICK, automatic_to_residents=True) == 2
    assert count(NOON, end + TICK, "ANN@example.org") == 2
    assert count(NOON, end + TICK, "ANN@example.org", automatic_to_residents=True) == 1
    of_kinds = partial(outbox.sent_between, council="oakdale", start=NOON, end=end + TICK)
    assert database.read_now(partial(of_kinds, kinds=("receipt", "done"))) == 3
    assert database.read_now(partial(of_kinds, kinds=("done",))) == 0
