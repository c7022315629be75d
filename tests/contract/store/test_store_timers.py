"""Timers, leases and facts."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from townclerk.store import facts, leases, timers
from townclerk.store.database import Database
from townclerk.store.errors import NotThere
from townclerk.store.timers import AsideTimer, DueTimer

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)
TICK = timedelta(microseconds=1)


def let(database: Database, ref: str, wanted: Mapping[str, datetime], council: str = "oakdale") -> None:
    database.run_now(lambda tx: timers.replace(tx, council, ref, wanted))


def due(database: Database, now: datetime = NOON, limit: int = 10) -> list[tuple[str, str]]:
    return [(timer.ref, timer.key) for timer in database.read_now(lambda tx: timers.due(tx, "oakdale", now, limit))]


def test_a_timer_is_due_at_its_moment_and_not_before(database: Database) -> None:
    let(database, "OD-1", {"remind": NOON})

    assert due(database, NOON - TICK) == []
    assert database.read_now(lambda tx: timers.due(tx, "oakdale", NOON, 10)) == (DueTimer("OD-1", "remind", NOON),)
    assert database.read_now(lambda tx: timers.next_at(tx, "oakdale")) == NOON


def test_timers_are_due_in_order_of_moment_reference_and_key(database: Database) -> None:
    let(database, "OD-2", {"b": NOON, "a": NOON, "B": NOON})
    let(database, "OD-10", {"z": NOON})
    let(database, "OD-9", {"late": NOON - SECOND})
    let(database, "EL-1", {"x": NOON}, "elmbridge")

    everything = [("OD-9", "late"), ("OD-10", "z"), ("OD-2", "B"), ("OD-2", "a"), ("OD-2", "b")]
    assert due(database) == everything
    assert due(database, limit=3) == everything[:3]
    assert database.read_now(lambda tx: timers.next_at(tx, "oakdale")) == NOON - SECOND
    assert database.read_now(lambda tx: timers.next_at(tx, "nowhere")) is None


def test_a_case_has_exactly_the_timers_that_it_was_given_last(database: Database) -> None:
    let(database, "OD-1", {"stays": NOON, "moves": NOON, "goes": NOON})
    let(database, "OD-2", {"goes": NOON})

    let(database, "OD-1", {"stays": NOON, "moves": NOON + SECOND, "comes": NOON - SECOND})

    assert database.read_now(lambda tx: timers.of_case(tx, "OD-1")) == {
        "comes": NOON - SECOND,
        "stays": NOON,
        "moves": NOON + SECOND,
    }
    assert database.read_now(lambda tx: timers.of_case(tx, "OD-2")) == {"goes": NOON}
    let(database, "OD-1", {})
    assert database.read_now(lambda tx: timers.of_case(tx, "OD-1")) == {}


def test_a_timer_put_aside_is_not_due_and_is_seen(database: Database) -> None:
    let(database, "OD-1", {"bad": NOON, "good": NOON})

    database.run_now(lambda tx: timers.put_aside(tx, "OD-1", "bad", "KeyError"))

    assert due(database) == [("OD-1", "good")]
    assert database.read_now(lambda tx: timers.aside(tx, "oakdale")) == (AsideTimer("OD-1", "bad", NOON, "KeyError"),)
    database.run_now(lambda tx: timers.put_back(tx, "OD-1", "bad"))
    assert due(database) == [("OD-1", "bad"), ("OD-1", "good")]
    assert database.read_now(lambda tx: timers.aside(tx, "oakdale")) == ()


def test_a_timer_stands_aside_until_it_is_set_for_another_moment(database: Database) -> None:
    let(database, "OD-1", {"bad": NOON})
    database.run_now(lambda tx: timers.put_aside(tx, "OD-1", "bad", "KeyError"))
    assert database.read_now(lambda tx: timers.next_at(tx, "oakdale")) is None

    let(database, "OD-1", {"bad": NOON})
    assert due(database) == []
    let(database, "OD-1", {"bad": NOON - TICK})
    assert due(database) == [("OD-1", "bad")]


def test_a_timer_that_was_put_off_is_due_again_at_that_time_and_is_known_to_have_failed(database: Database) -> None:
    let(database, "OD-1", {"bad": NOON})
    later = NOON + 60 * SECOND
    database.run_now(lambda tx: timers.put_off(tx, "OD-1", "bad", later))
    let(database, "OD-1", {"bad": NOON, "new": later + SECOND})  # something else happened on the case

    assert database.read_now(lambda tx: timers.next_at(tx, "oakdale")) == later
    assert due(database, later - TICK) == []
    assert database.read_now(lambda tx: timers.due(tx, "oakdale", later, 10)) == (DueTimer("OD-1", "bad", NOON, tries=1),)
    database.run_now(lambda tx: timers.put_back(tx, "OD-1", "bad"))
    assert database.read_now(lambda tx: timers.due(tx, "oakdale", NOON, 10)) == (DueTimer("OD-1", "bad", NOON),)


def test_no_timer_that_is_not_there_can_be_put_aside(database: Database) -> None:
    with pytest.raises(NotThere):
        database.run_now(lambda tx: timers.put_aside(tx, "OD-1", "bad", "KeyError"))


# --- leases


def holder(database: Database, who: str, now: datetime) -> tuple[str, bool, datetime]:
    lease = database.run_now(lambda tx: leases.take(tx, "box", who, now, 60))
    return lease.holder, lease.mine, lease.until


def test_a_lease_is_one_daemons_until_it_runs_out(database: Database) -> None:
    end = NOON + 60 * SECOND

    assert holder(database, "one", NOON) == ("one", True, end)
    assert holder(database, "two", end - TICK) == ("one", False, end)
    assert holder(database, "two", end) == ("two", True, end + 60 * SECOND)
    assert holder(database, "one", end) == ("two", False, end + 60 * SECOND)


def test_its_holder_makes_a_lease_longer(database: Database) -> None:
    holder(database, "one", NOON)

    assert holder(database, "one", NOON + SECOND) == ("one", True, NOON + 61 * SECOND)


def test_only_its_holder_gives_a_lease_back(database: Database) -> None:
    holder(database, "one", NOON)
    database.run_now(lambda tx: leases.release(tx, "box", "two"))
    assert holder(database, "two", NOON)[0] == "one"

    database.run_now(lambda tx: leases.release(tx, "box", "one"))
    assert holder(database, "two", NOON)[0] == "two"


def test_of_eight_who_ask_at_once_one_gets_the_lease(database: Database) -> None:
    with ThreadPoolExecutor(8) as threads:
        asked = list(threads.map(lambda n: holder(database, f"daemon {n}", NOON), range(8)))

    assert sum(mine for _, mine, _ in asked) == 1
    assert len({who for who, _, _ in asked}) == 1


# --- facts


def test_a_fact_is_what_was_put_last(database: Database) -> None:
    assert database.read_now(lambda tx: facts.get(tx, "brake")) is None
    database.run_now(lambda tx: facts.put(tx, "brake", "on"))
    database.run_now(lambda tx: facts.put(tx, "brake", "off"))
    assert database.read_now(lambda tx: facts.get(tx, "brake")) == "off"

    database.run_now(lambda tx: facts.forget(tx, "brake"))
    assert database.read_now(lambda tx: facts.get(tx, "brake")) is None
