"""A copy of the whole database as it is at one moment, made while others go on writing; and such a copy loaded again.

SQLite copies itself; of PostgreSQL its own programs make the copy (`pg_dump`) and load it (`pg_restore`).
"""

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from secrets import token_hex

from alembic.migration import MigrationContext
from sqlalchemy import URL, create_engine, delete, func, inspect, select, text, update
from sqlalchemy.exc import SQLAlchemyError

from townclerk.store import facts, journal
from townclerk.store.database import Database, Tx
from townclerk.store.driver import database_url, insert, named, sqlite_path
from townclerk.store.errors import BackupFailed, StoreUnavailable
from townclerk.store.journal import Head
from townclerk.store.schema import counters, leases, metadata

NUMBERS_LEFT_OUT = 1000  # references: those that were given out after the copy was made must not be given again
RESTORED = "restored"  # in the journal
LOCKED_SECONDS = 60.0  # how long a copy waits for a table that somebody holds


@dataclass(frozen=True, slots=True)
class Contents:
    """What a database holds: the revision of its tables, the end of its journal, and the rows of each table."""

    revision: str
    head: Head
    rows: dict[str, int]


def contents_of(tx: Tx) -> Contents:
    """What is there now. Tables that another revision lacks are left out."""
    revision = MigrationContext.configure(tx).get_current_revision() or ""
    there = set(inspect(tx).get_table_names())
    rows = {
        name: int(tx.execute(select(func.count()).select_from(table)).scalar_one())
        for name, table in sorted(metadata.tables.items())
        if name in there
    }
    return Contents(revision, journal.head(tx), rows)


def kind_of(url: str) -> str:
    """sqlite or postgresql: a copy of one is none of the other."""
    return database_url(url).get_backend_name()


def file_of(url: str) -> Path | None:
    """Where the file of an SQLite database lies; None: it is another sort."""
    return sqlite_path(database_url(url))


def copy(url: str, to: Path) -> Contents:
    """Copy the database at *url* into the new file *to*, which nobody but its owner may read, and say what is in the copy.

    Raises StoreUnavailable, BackupFailed.
    """
    parsed = database_url(url)
    os.close(os.open(to, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    path = sqlite_path(parsed)
    if path is None:
        return _copy_postgres(url, parsed, to)
    try:
        # In one step: copying in several begins anew with each write of somebody else, and might never end.
        with closing(_read_only(path)) as source, closing(sqlite3.connect(to)) as target:
            source.backup(target, pages=-1)
            target.execute("PRAGMA journal_mode=DELETE")  # all of it in one file
    except sqlite3.Error as error:
        raise StoreUnavailable(f"the database file cannot be copied now: {error}") from None
    return look_into(to)


def _read_only(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)


def write_log_back(path: Path) -> None:
    """Have the SQLite file at *path* hold all that its log holds, which goes then. A file that is damaged stays as it is, and
    so does an empty one: SQLite throws away the log of such, in which the whole database may be."""
    if not _has_bytes(path):
        return
    with suppress(sqlite3.Error), closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _has_bytes(path: Path) -> bool:
    return path.exists() and path.stat().st_size > 0


def look_into(copied: Path) -> Contents:
    """What is in a copy of an SQLite database. Raises StoreError where it is none."""
    made = create_engine(f"sqlite:///{copied}")
    try:
        with made.connect() as tx:
            return contents_of(tx)
    except SQLAlchemyError as error:
        raise named(error) from None
    finally:
        made.dispose()


def _copy_postgres(url: str, parsed: URL, to: Path) -> Contents:
    """The dump and what is said of it are of the same moment: both see one snapshot."""

    def work(tx: Tx) -> Contents:
        tx.execute(text("SET LOCAL idle_in_transaction_session_timeout = 0"))  # it says nothing while the dump is made
        snapshot = tx.execute(text("SELECT pg_export_snapshot()")).scalar_one()
        _dump(parsed, to, f"--snapshot={snapshot}")
        return contents_of(tx)

    db = Database.open(url, patient=True)
    try:
        return db.read_now(work)
    finally:
        db.close()


def _dump(url: URL, to: Path, *options: str) -> None:
    waits = f"--lock-wait-timeout={LOCKED_SECONDS * 1000:.0f}"
    _run("pg_dump", url, ("--format=custom", "--no-owner", "--no-privileges", waits, *options, f"--file={to}"))


def _run(program: str, url: URL, options: Sequence[str]) -> None:
    """Run a program of PostgreSQL against *url*. Its password goes by the environment: a command line anybody may read."""
    found = shutil.which(program)
    if found is None:
        raise BackupFailed(
            f"{program} is not installed here: install PostgreSQL's client (postgresql-client), as new as the server or newer"
        )
    bare = URL.create("postgresql", url.username, None, url.host, url.port, url.database, url.query)  # no option is a password
    where = bare.render_as_string(hide_password=False)
    environment = {**os.environ, **({"PGPASSWORD": str(url.password)} if url.password else {})}
    done = subprocess.run(  # noqa: S603  # the program is one of two names of ours, and nothing goes through a shell
        [found, *options, f"--dbname={where}"],
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        said = " ".join(done.stderr.split())[:500]
        raise BackupFailed(f"{program} failed: {said or f'exit status {done.returncode}'}")


# --- loading


def holds_anything(url: str) -> bool:
    """Whether there is a database at *url* that has tables of ours, or a file or its log at all. Raises StoreUnavailable."""
    parsed = database_url(url)
    path = sqlite_path(parsed)
    if path is not None:
        return _has_bytes(path) or _has_bytes(path.with_name(f"{path.name}-wal"))
    made = create_engine(parsed)
    try:
        with made.connect() as tx:
            return not set(metadata.tables).isdisjoint(inspect(tx).get_table_names())
    except SQLAlchemyError as error:
        raise named(error) from None
    finally:
        made.dispose()


def make_aside(url: str) -> str:
    """The URL of a new, empty database beside that of *url*, on the same server. Raises BackupFailed where we may not."""
    parsed = database_url(url)
    name = f"townclerk_aside_{token_hex(6)}"
    _administer(parsed, f'CREATE DATABASE "{name}"')
    return parsed.set(database=name).render_as_string(hide_password=False)


def drop_aside(url: str) -> None:
    """Drop what `make_aside` made."""
    parsed = database_url(url)
    name = str(parsed.database)
    if not name.startswith("townclerk_aside_"):
        raise BackupFailed(f"{name} is not a database of ours to drop")
    _administer(parsed.set(database="postgres"), f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def _administer(url: URL, statement: str) -> None:
    made = create_engine(url, isolation_level="AUTOCOMMIT", hide_parameters=True)
    try:
        with made.connect() as tx:
            tx.exec_driver_sql(statement)
    except SQLAlchemyError as error:
        todo = "let the account make databases (ALTER ROLE … CREATEDB), or check on a server where it may"
        raise BackupFailed(f"{named(error)}; {todo}") from None
    finally:
        made.dispose()


def put_in_place(aside: str, through: Path, url: str, *, replacing: bool) -> None:
    """Make the database at *url* what the one *aside* is, all at once: at any moment it is what it was, or that. *through* is a
    file that is not there yet. *replacing*: what is there gives way. Raises BackupFailed."""
    _dump(database_url(aside), through)
    load_postgres(through, url, replacing=replacing)


def load_postgres(dump: Path, url: str, *, replacing: bool = False) -> None:
    """Load a dump into the database at *url*: all of it or nothing. *replacing*: what is there gives way. Raises
    BackupFailed."""
    options = ["--no-owner", "--no-privileges", "--single-transaction", "--exit-on-error"]
    _run("pg_restore", database_url(url), [*options, *(["--clean", "--if-exists"] if replacing else []), str(dump)])


def faults_of_file(copied: Path) -> tuple[str, ...]:
    """What SQLite itself finds wrong in a copy, at most a few; nothing where it is sound."""
    try:
        with closing(sqlite3.connect(copied)) as connection:
            found = [str(row[0]) for row in connection.execute("PRAGMA integrity_check(5)")]
            lost = connection.execute("PRAGMA foreign_key_check")
            # Ours has none: what is written in one would be done with the next letter that we write.
            acting = connection.execute("SELECT type, name FROM sqlite_master WHERE type IN ('trigger', 'view') ORDER BY name")
            found += [f"it holds a {kind}, {name}, which no townclerk made" for kind, name in acting]
            found += [f"a row of {row[0]} points to one of {row[2]} that is not there" for row in lost]
    except sqlite3.Error as error:
        return (str(error),)
    return tuple(each for each in found[:5] if each != "ok")


# --- afterwards

HELD = "letters_held"  # a fact of a council: letters wait until a person lets them go


def settle(tx: Tx, council: str, made_at: datetime, head: Head, now: datetime, actor: str, told: dict[str, object]) -> None:
    """Make a loaded copy fit to be worked with. Nobody has its leases any more; numbers of cases that may have been given out
    since are left out; letters wait until a person has looked, because they may have gone since."""
    tx.execute(delete(leases))
    tx.execute(update(counters).values(last=counters.c.last + NUMBERS_LEFT_OUT))
    this_year = insert(tx, counters).values(council=council, year=now.year, last=NUMBERS_LEFT_OUT)
    tx.execute(this_year.on_conflict_do_nothing())
    facts.put(tx, f"{council}:{HELD}", now.isoformat())
    detail = {**told, "made_at": made_at, "head": str(head), "numbers_left_out": NUMBERS_LEFT_OUT}
    journal.append(tx, council, None, now, actor, RESTORED, detail)


def held_since(tx: Tx, council: str) -> datetime | None:
    """Since when letters wait for a person, after a copy was loaded; None: they do not."""
    found = facts.get(tx, f"{council}:{HELD}")
    return datetime.fromisoformat(found) if found else None


def let_go(tx: Tx, council: str) -> bool:
    """Let letters go out again. False where none was held back."""
    held = held_since(tx, council) is not None
    facts.forget(tx, f"{council}:{HELD}")
    return held


def in_use_by(url: str, now: datetime) -> tuple[str, ...]:
    """Who look after the mailboxes of this database now, as their leases say. None where it is damaged: nobody can."""
    path = sqlite_path(database_url(url))
    if path is not None and not _has_bytes(path):
        return ()  # to look into an empty file is to lose its log: see `write_log_back`
    holders = select(leases.c.holder).where(leases.c.until > now).distinct().order_by(leases.c.holder)
    made = create_engine(database_url(url))
    try:
        with made.connect() as tx:
            return tuple(tx.execute(holders).scalars())
    except SQLAlchemyError:
        return ()
    finally:
        made.dispose()
