"""The door to the database: transactions, outages, migrations."""

import asyncio
import stat
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, inspect, text

from needs import A_PAUSE
from servers.postgres import Postgres, running_postgres
from townclerk.store import driver, facts, patience, timers
from townclerk.store.database import Database, Tx, migrate, schema_revision
from townclerk.store.driver import Collision, database_url
from townclerk.store.errors import BadUrl, NaiveTime, Refused, StoreError, StoreUnavailable
from townclerk.store.kinds import NAME_LENGTH, clean, short
from townclerk.store.schema import metadata

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)


class Crash(Exception):
    """Something of ours breaks in the middle of a transaction."""


# --- transactions


async def test_what_a_work_returns_comes_out_and_what_it_wrote_is_kept(database: Database) -> None:
    def work(tx: Tx) -> str:
        facts.put(tx, "brake", "on")
        return "done"

    assert await database.run(work) == "done"
    assert await database.read(lambda tx: facts.get(tx, "brake")) == "on"


async def test_a_work_that_breaks_leaves_nothing_behind(database: Database) -> None:
    def work(tx: Tx) -> None:
        facts.put(tx, "brake", "on")
        raise Crash

    with pytest.raises(Crash):
        await database.run(work)

    assert await database.read(lambda tx: facts.get(tx, "brake")) is None


async def test_a_cancelled_run_ends_its_transaction_before_it_is_left(database: Database) -> None:
    begun, go_on = threading.Event(), threading.Event()

    def work(tx: Tx) -> None:
        facts.put(tx, "first", "half")
        begun.set()
        assert go_on.wait(10)
        facts.put(tx, "second", "half")

    task = asyncio.create_task(database.run(work))
    assert await asyncio.to_thread(begun.wait, 10)
    task.cancel()
    asyncio.get_running_loop().call_soon(task.cancel)  # whoever is impatient changes nothing
    asyncio.get_running_loop().call_later(0.05, go_on.set)
    with pytest.raises(asyncio.CancelledError):
        await task

    kept = await database.read(lambda tx: (facts.get(tx, "first"), facts.get(tx, "second")))
    assert kept == ("half", "half")


async def test_a_cancelled_run_whose_work_breaks_is_cancelled_all_the_same(database: Database) -> None:
    begun, go_on = threading.Event(), threading.Event()

    def work(tx: Tx) -> None:
        facts.put(tx, "first", "half")
        begun.set()
        assert go_on.wait(10)
        raise Crash

    task = asyncio.create_task(database.run(work))
    assert await asyncio.to_thread(begun.wait, 10)
    task.cancel()
    go_on.set()
    with pytest.raises(asyncio.CancelledError):
        await task

    assert await database.read(lambda tx: facts.get(tx, "first")) is None


async def test_a_read_can_change_nothing(database: Database) -> None:
    with pytest.raises(StoreError):
        await database.read(lambda tx: facts.put(tx, "brake", "on"))

    assert await database.read(lambda tx: facts.get(tx, "brake")) is None


async def test_a_read_sees_one_moment_while_others_write(database: Database) -> None:
    await database.run(lambda tx: facts.put(tx, "n", "1"))
    begun, written = threading.Event(), threading.Event()

    def look_twice(tx: Tx) -> tuple[str | None, str | None]:
        first = facts.get(tx, "n")
        begun.set()
        assert written.wait(10)
        return first, facts.get(tx, "n")

    reading = asyncio.create_task(database.read(look_twice))
    assert await asyncio.to_thread(begun.wait, 10)
    await database.run(lambda tx: facts.put(tx, "n", "2"))
    written.set()

    assert await reading == ("1", "1")
    assert await database.read(lambda tx: facts.get(tx, "n")) == "2"


def test_many_threads_lose_no_update(database: Database) -> None:
    """Each reads a number and writes it back one higher; the row is upserted first, so that it is held."""

    def add(tx: Tx) -> None:
        tx.execute(text("UPDATE facts SET value = value WHERE key = 'n'"))
        facts.put(tx, "n", str(int(facts.get(tx, "n") or 0) + 1))

    database.run_now(lambda tx: facts.put(tx, "n", "0"))
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda _: database.run_now(add), range(40)))

    assert database.read_now(lambda tx: facts.get(tx, "n")) == "40"


def test_two_that_lock_each_other_out_both_succeed_in_the_end(database: Database) -> None:
    """On PostgreSQL one of them is chosen to give way, and its whole work is run again."""
    for key in "ab":
        database.run_now(lambda tx, key=key: facts.put(tx, key, "-"))  # type: ignore[misc]  # a default binds the loop's value
    meeting = threading.Barrier(2)

    def cross(first: str, second: str) -> Callable[[Tx], None]:
        def work(tx: Tx) -> None:
            facts.put(tx, first, first)
            with suppress(threading.BrokenBarrierError):  # the second time there is nobody to wait for
                meeting.wait(0.3)
            facts.put(tx, second, first)

        return work

    with ThreadPoolExecutor(2) as threads:
        list(threads.map(database.run_now, (cross("a", "b"), cross("b", "a"))))

    assert database.read_now(lambda tx: facts.get(tx, "a") == facts.get(tx, "b"))


@pytest.mark.parametrize(("collisions", "kept"), [(5, True), (6, False)])
def test_a_work_is_run_again_five_times_and_no_more(database: Database, collisions: int, kept: bool) -> None:
    tries: list[int] = []

    def work(tx: Tx) -> None:
        tries.append(1)
        facts.put(tx, "n", str(len(tries)))
        if len(tries) <= collisions:
            raise Collision("met")

    if kept:
        database.run_now(work)
    else:
        with pytest.raises(StoreUnavailable):
            database.run_now(work)

    assert len(tries) == 6
    assert database.read_now(lambda tx: facts.get(tx, "n")) == ("6" if kept else None)


def test_closing_twice_is_harmless(database: Database) -> None:
    database.run_now(lambda tx: facts.put(tx, "n", "1"))

    database.close()
    database.close()


# --- what goes in and out


def test_a_moment_comes_back_as_the_same_moment_in_utc(database: Database) -> None:
    summer = datetime(2026, 6, 1, 0, 30, 0, 123456, tzinfo=timezone(timedelta(hours=1)))
    database.run_now(lambda tx: timers.replace(tx, "oakdale", "OD-1", {"k": summer}))

    kept = database.read_now(lambda tx: timers.of_case(tx, "OD-1"))["k"]

    assert kept == summer
    assert kept.isoformat() == "2026-05-31T23:30:00.123456+00:00"


def test_a_moment_without_a_zone_is_refused(database: Database) -> None:
    with pytest.raises(NaiveTime):
        database.run_now(lambda tx: timers.replace(tx, "oakdale", "OD-1", {"k": NOON.replace(tzinfo=None)}))


def test_letters_that_no_database_takes_are_replaced(database: Database) -> None:
    database.run_now(lambda tx: facts.put(tx, "odd", "a\0b\udc80c\U0001f600é"))

    assert database.read_now(lambda tx: facts.get(tx, "odd")) == "a\ufffdb\ufffdc\U0001f600é"


def test_a_long_name_keeps_its_beginning_and_stays_different_from_others() -> None:
    whole, longer, other = "a" * NAME_LENGTH, "a" * (NAME_LENGTH + 1), "a" * NAME_LENGTH + "b"

    assert short(whole) == whole
    assert short(short(longer)) == short(longer)
    assert longer.startswith(short(longer).partition("…")[0])
    assert len({short(longer), short(other), whole}) == 3
    assert len(short("é" * 1_000_000).encode()) < 2700


def test_cleaning_leaves_good_text_alone() -> None:
    assert clean("Grüße 👋 \r\n\t") == "Grüße 👋 \r\n\t"


def test_an_error_quotes_no_value(database: Database) -> None:
    """What is stored is people's mail; an error ends in a log."""
    secret = "someone@example.org"
    statement = text("INSERT INTO leases (name, holder, until) VALUES (:secret, NULL, NULL)")

    with pytest.raises(Refused) as caught:
        database.run_now(lambda tx: tx.execute(statement, {"secret": secret}))

    assert secret not in str(caught.value)
    assert caught.value.__suppress_context__


# --- outages


@pytest.mark.parametrize(
    "url",
    [
        "mysql://host/name",
        "sqlite://",
        "sqlite://tmp/x.db",
        "sqlite:///:memory:",
        "nonsense",
        "",
        "sqlite+aiosqlite:////tmp/x.db",
        "oracle://x",
    ],
)
def test_a_url_that_we_cannot_use_says_what_to_write(url: str) -> None:
    with pytest.raises(BadUrl, match="sqlite:////folder/file"):
        Database.open(url)


def test_a_bad_url_is_not_quoted_with_its_password() -> None:
    with pytest.raises(BadUrl) as caught:
        Database.open("mysql://me:hunter2@host/name")

    assert "hunter2" not in str(caught.value)


def test_a_postgresql_url_keeps_the_settings_that_it_gives_itself() -> None:
    url = database_url("postgresql://host/name?connect_timeout=77")

    assert url.drivername == "postgresql+psycopg"
    assert url.query["connect_timeout"] == "77"
    assert url.query["application_name"] == "townclerk"


@pytest.mark.parametrize(
    ("url", "environment"),
    [
        ("postgresql://host/name", {}),
        ("postgresql://host.example:5432/name?sslmode=verify-full", {}),
        ("postgresql:///name?host=/run/postgresql&host=host", {}),
        ("postgresql://localhost/name?hostaddr=192.0.2.7", {}),
        ("postgresql://localhost/name?service=far", {}),
        ("postgresql:///name", {"PGHOST": "host"}),
        ("postgresql:///name", {"PGSERVICE": "far"}),
        ("postgresql://localhost/name", {"PGHOSTADDR": "192.0.2.7"}),
    ],
)
def test_a_database_on_another_machine_is_spoken_to_by_verified_tls_alone(
    url: str, environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """libpq by itself would look at no certificate, and fall back to clear text."""
    for name in ("PGHOST", "PGHOSTADDR", "PGSERVICE"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)

    query = database_url(url).query
    assert (query["sslmode"], query["ssl_min_protocol_version"]) == ("verify-full", "TLSv1.2")


@pytest.mark.parametrize(
    "weaker", ["sslmode=disable", "sslmode=prefer", "sslmode=verify-ca", "ssl_min_protocol_version=TLSv1.1"]
)
def test_a_url_that_asks_for_less_than_verified_tls_is_refused_with_what_to_write(weaker: str) -> None:
    with pytest.raises(BadUrl, match=r"take .*out: it is (verify-full|TLSv1\.2)"):
        database_url(f"postgresql://host/name?{weaker}")


def test_what_a_url_says_beyond_that_counts() -> None:
    query = database_url("postgresql://host/name?sslrootcert=/etc/ours.pem&ssl_min_protocol_version=TLSv1.3").query

    assert (query["sslrootcert"], query["ssl_min_protocol_version"]) == ("/etc/ours.pem", "TLSv1.3")


@pytest.mark.parametrize(
    "url", ["postgresql:///name?host=/run/postgresql", "postgresql://127.0.0.1/name", "postgresql://[::1]/n"]
)
def test_a_database_on_this_machine_needs_no_tls(url: str) -> None:
    assert "sslmode" not in database_url(url).query


@pytest.mark.parametrize("option", ["password", "sslpassword", "Password"])
def test_a_password_in_the_options_of_a_url_is_refused_and_not_repeated(option: str) -> None:
    with pytest.raises(BadUrl, match="a password must not stand") as caught:
        database_url(f"postgresql://host/name?{option}=hunter2")

    assert "hunter2" not in str(caught.value)


def test_a_file_that_cannot_be_made_is_an_outage(tmp_path: Path) -> None:
    with pytest.raises(StoreUnavailable):
        Database.open(f"sqlite:///{tmp_path}/nowhere/x.db")
    with pytest.raises(StoreUnavailable):
        migrate(f"sqlite:///{tmp_path}/nowhere/x.db")


def test_a_file_that_somebody_else_holds_is_an_outage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(driver, "BUSY_SECONDS", 0.05)
    url = f"sqlite:///{tmp_path}/x.db"
    migrate(url)
    first, second = Database.open(url), Database.open(url)

    def hold(tx: Tx) -> None:
        facts.put(tx, "n", "1")
        with pytest.raises(StoreUnavailable):
            second.run_now(lambda other: facts.put(other, "n", "2"))
        assert second.read_now(lambda other: facts.get(other, "n")) is None  # who only reads is not held up

    first.run_now(hold)
    second.run_now(lambda tx: facts.put(tx, "m", "3"))
    assert first.read_now(lambda tx: (facts.get(tx, "n"), facts.get(tx, "m"))) == ("1", "3")
    first.close()
    second.close()


@pytest.mark.parametrize("kind", ["postgresql"], indirect=True)
def test_a_server_that_only_reads_is_an_outage_until_another_takes_over(kind: str, url: str, database: Database) -> None:
    """As a standby is, or a server that was the leading one: nothing is refused for good, and the next try connects anew."""
    database.run_now(lambda tx: facts.put(tx, "n", "1"))
    with psycopg.connect(url, autocommit=True) as other:
        name = other.info.dbname
        other.execute(f"ALTER DATABASE {name} SET default_transaction_read_only = on".encode())
        other.execute(
            b"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s AND pid <> pg_backend_pid()", (name,)
        )
        with pytest.raises(StoreUnavailable):
            database.run_now(lambda tx: facts.put(tx, "n", "2"))
        other.execute(
            f"SET default_transaction_read_only = off; ALTER DATABASE {name} RESET default_transaction_read_only".encode()
        )

    database.run_now(lambda tx: facts.put(tx, "n", "3"))
    assert database.read_now(lambda tx: facts.get(tx, "n")) == "3"


def test_a_new_file_is_for_its_owner_alone(tmp_path: Path) -> None:
    migrate(f"sqlite:///{tmp_path}/x.db")

    assert stat.S_IMODE((tmp_path / "x.db").stat().st_mode) == 0o600


def test_a_database_without_tables_is_a_fault_and_no_outage(empty_url: str) -> None:
    database = Database.open(empty_url)
    try:
        with pytest.raises(Refused):
            database.read_now(lambda tx: facts.get(tx, "n"))
    finally:
        database.close()


def test_a_server_that_is_not_there_is_an_outage(tmp_path: Path) -> None:
    url = f"postgresql://postgres@/name?host={tmp_path}"
    database = Database.open(url)
    try:
        with pytest.raises(StoreUnavailable):
            database.run_now(lambda tx: facts.get(tx, "n"))
    finally:
        database.close()
    with pytest.raises(StoreUnavailable):
        migrate(url)
    with pytest.raises(StoreUnavailable):
        schema_revision(url)


@pytest.fixture
def own_server() -> Iterator[Postgres]:
    with running_postgres() as server:
        yield server


def test_a_server_that_dies_is_an_outage_and_when_it_is_back_all_goes_on(own_server: Postgres) -> None:
    url = own_server.url(own_server.create())
    migrate(url)
    database = Database.open(url)

    def dies(tx: Tx) -> None:
        facts.put(tx, "n", "half")
        own_server.stop()
        facts.put(tx, "m", "half")

    try:
        with pytest.raises(StoreUnavailable):
            database.run_now(dies)
        with pytest.raises(StoreUnavailable):
            database.read_now(lambda tx: facts.get(tx, "n"))
        own_server.start()
        database.run_now(lambda tx: facts.put(tx, "later", "1"))
        kept = database.read_now(lambda tx: (facts.get(tx, "n"), facts.get(tx, "m"), facts.get(tx, "later")))
        assert kept == (None, None, "1")
    finally:
        database.close()


@pytest.mark.parametrize("kind", ["postgresql"], indirect=True)
def test_a_server_that_says_nothing_is_an_outage_and_what_is_asked_next_connects_anew(
    kind: str, url: str, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As behind a pooler that hangs. A daemon that waited for its word would neither work nor stop."""
    database.run_now(lambda tx: facts.put(tx, "n", "1"))  # there is a connection already
    monkeypatch.setattr(patience, "ANSWER_SECONDS", 0.3)
    with psycopg.connect(url) as other:
        other.execute("LOCK TABLE facts IN ACCESS EXCLUSIVE MODE")
        with pytest.raises(StoreUnavailable, match="does not answer"):
            database.run_now(lambda tx: facts.put(tx, "n", "2"))
        with pytest.raises(StoreUnavailable, match="does not answer"):
            database.read_now(lambda tx: facts.get(tx, "n"))

    monkeypatch.setattr(patience, "ANSWER_SECONDS", A_PAUSE)
    database.run_now(lambda tx: facts.put(tx, "m", "3"))
    assert database.read_now(lambda tx: (facts.get(tx, "n"), facts.get(tx, "m"))) == ("1", "3")


@pytest.mark.parametrize("kind", ["postgresql"], indirect=True)
def test_a_start_is_not_held_up_by_a_server_that_says_nothing(kind: str, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """It looks whether the tables are of its version: a start that waits for ever for that could not be stopped either."""
    monkeypatch.setattr(patience, "ANSWER_SECONDS", 0.3)
    monkeypatch.setattr(patience, "LOCK_SECONDS", 0)  # the server itself ends nothing
    with ThreadPoolExecutor(1) as beside, psycopg.connect(url) as other:
        other.execute("LOCK TABLE alembic_version IN ACCESS EXCLUSIVE MODE")
        with pytest.raises(StoreUnavailable, match="does not answer"):
            beside.submit(migrate, url).result(A_PAUSE)
    monkeypatch.setattr(patience, "ANSWER_SECONDS", A_PAUSE)
    migrate(url)


@pytest.mark.parametrize("kind", ["postgresql"], indirect=True)
def test_while_somebody_holds_the_tables_no_session_is_left_behind_on_the_server(
    kind: str, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who is given up only here waits on there: after some minutes the server would take nobody any more."""
    monkeypatch.setattr(patience, "LOCK_SECONDS", 0.2)
    database = Database.open(url)
    try:
        with psycopg.connect(url) as other:
            other.execute("LOCK TABLE facts, alembic_version IN ACCESS EXCLUSIVE MODE")
            for _ in range(3):
                with pytest.raises(StoreUnavailable, match="does not answer"):
                    database.run_now(lambda tx: facts.put(tx, "n", "2"))
            waiting = other.execute("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'").fetchone()
            with pytest.raises(StoreUnavailable, match="does not answer"):
                migrate(url)
        assert waiting == (0,)
        monkeypatch.setattr(patience, "LOCK_SECONDS", A_PAUSE)
        database.run_now(lambda tx: facts.put(tx, "n", "3"))
    finally:
        database.close()


@pytest.mark.parametrize("kind", ["postgresql"], indirect=True)
def test_a_server_that_goes_on_speaking_may_take_its_time(
    kind: str, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(patience, "ANSWER_SECONDS", 2)
    says_a_word_now_and_then = """
        DO $$ BEGIN FOR n IN 1..4 LOOP PERFORM pg_sleep(0.7); RAISE NOTICE 'still at it'; END LOOP; END $$"""

    def work(tx: Tx) -> None:
        tx.exec_driver_sql(says_a_word_now_and_then)
        facts.put(tx, "n", "1")

    database.run_now(work)

    assert database.read_now(lambda tx: facts.get(tx, "n")) == "1"


# --- migrations


def test_migrating_brings_an_empty_database_up_to_date_and_again_changes_nothing(empty_url: str) -> None:
    before, head = schema_revision(empty_url)
    assert (before, head is None) == (None, False)

    migrate(empty_url)
    assert schema_revision(empty_url) == (head, head)
    database = Database.open(empty_url)
    database.run_now(lambda tx: facts.put(tx, "n", "1"))
    migrate(empty_url)

    assert schema_revision(empty_url) == (head, head)
    assert database.read_now(lambda tx: facts.get(tx, "n")) == "1"
    database.close()


def test_asking_for_the_revision_makes_no_file(tmp_path: Path) -> None:
    schema_revision(f"sqlite:///{tmp_path}/x.db")

    assert not (tmp_path / "x.db").exists()


def test_daemons_that_start_at_once_migrate_once(empty_url: str) -> None:
    start = threading.Barrier(4)

    def begin(_: int) -> None:
        start.wait(10)
        migrate(empty_url)

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(begin, range(4)))

    current, head = schema_revision(empty_url)
    assert current == head


def test_alembic_finds_no_difference_between_schema_and_migrations(url: str) -> None:
    engine = create_engine(database_url(url))
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        differences = compare_metadata(context, metadata)
    engine.dispose()

    assert differences == []


def test_what_is_migrated_is_to_the_letter_what_the_schema_makes(url: str, empty_url: str) -> None:
    """Checks, collations and deletion rules too, which alembic does not look at."""
    made = create_engine(database_url(empty_url))
    metadata.create_all(made)

    assert described(url) == described(empty_url)
    made.dispose()


def described(url: str) -> dict[str, object]:
    engine = create_engine(database_url(url))
    looking = inspect(engine)
    tables: dict[str, object] = {
        name: {
            "columns": [{**c, "type": repr(c["type"])} for c in looking.get_columns(name)],
            "key": looking.get_pk_constraint(name),
            "foreign": sorted(map(repr, looking.get_foreign_keys(name))),
            "indexes": sorted(map(repr, looking.get_indexes(name))),
            "unique": sorted(map(repr, looking.get_unique_constraints(name))),
            "checks": sorted(map(repr, looking.get_check_constraints(name))),
        }
        for name in looking.get_table_names()
        if name != "alembic_version"
    }
    engine.dispose()
    return tables
