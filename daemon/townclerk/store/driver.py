"""How the two databases are reached, and what their errors mean."""

import os
import sqlite3
import ssl
import time
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError, StatementError
from sqlalchemy.exc import TimeoutError as NoFreeConnection
from sqlalchemy.schema import Table

from townclerk.domain.wires import LEAST_TLS, VERIFIED, goes_elsewhere, password_in, weaker_than_verified
from townclerk.store.errors import BadUrl, Refused, StoreError, StoreUnavailable
from townclerk.store.reaching import option_refused, why_not_reached

BUSY_SECONDS = 30.0  # how long a writer waits for another process to finish its transaction
CONNECT_SECONDS = 5
THREADS = 4  # of each sort, on PostgreSQL

# A host that vanished without a word is noticed within a minute instead of hours.
POSTGRES_SETTINGS = {
    "connect_timeout": str(CONNECT_SECONDS),
    "application_name": "townclerk",
    "keepalives_idle": "20",
    "keepalives_interval": "10",
    "keepalives_count": "3",
    "tcp_user_timeout": "30000",
}

# Where systems keep the authorities that they trust, for a libpq that does not know of any.
BUNDLES = ("/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem")

# Primary result codes of SQLite that another time may not meet: busy, locked, out of memory, read-only, input or output
# error, disk full, cannot open, locking protocol.
SQLITE_OUTAGES = frozenset({5, 6, 7, 8, 10, 13, 14, 15})
# Classes of SQLSTATE: connection, resources, an operator's hand, the system; and single codes: lock not available, and
# read-only, as a standby is before it takes over.
ONLY_READING = "25006"
POSTGRES_OUTAGES = ("08", "53", "57", "58", "55P03", ONLY_READING)
COLLISIONS = ("40001", "40P01")  # could not serialise; deadlock


class Collision(StoreUnavailable):
    """Two transactions met, and this one gave way: the same again may well succeed."""


def database_url(url: str) -> URL:
    """The URL as the driver needs it. Raises BadUrl where it names no database that we can use."""
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        raise BadUrl("the database URL cannot be read: write sqlite:////folder/file or postgresql://user@host/name") from None
    if password_in(parsed.query):
        raise BadUrl("a password must not stand in the options of the database URL: every list of processes would show it")
    if parsed.drivername in ("postgresql", "postgres", "postgresql+psycopg"):
        options = {**POSTGRES_SETTINGS, **(_verified(parsed) if _goes_elsewhere(parsed) else {})}
        return parsed.set(drivername="postgresql+psycopg").update_query_dict(
            {key: value for key, value in options.items() if key not in parsed.query}
        )
    if parsed.drivername in ("sqlite", "sqlite+pysqlite"):
        return _sqlite_file(parsed)
    raise BadUrl(
        f"{parsed.drivername!r} is no database that we know: write sqlite:////folder/file or postgresql://user@host/name"
    )


def _goes_elsewhere(url: URL) -> bool:
    """Whether the server may be another machine, as libpq finds it: by `hostaddr` first, and by its environment where the URL
    is silent. A service's file may say anything."""
    addresses = url.normalized_query.get("hostaddr", ()) or (os.environ.get("PGHOSTADDR", ""),)
    if any(addresses):
        return goes_elsewhere(addresses)
    hosts = (*((url.host,) if url.host else ()), *url.normalized_query.get("host", ()))
    by_service = "service" in url.query or (not hosts and "PGSERVICE" in os.environ)
    return by_service or goes_elsewhere(hosts or (os.environ.get("PGHOST", ""),))


def _verified(url: URL) -> dict[str, str]:
    """What makes libpq speak to nobody but the server that is meant, and in nothing weaker than TLS 1.2: by itself it would
    look at no certificate, and fall back to clear text. Raises BadUrl where *url* asks for less."""
    if weaker := weaker_than_verified(url.query):
        raise BadUrl(f"{weaker[0]}: {weaker[1]}")
    trusted = next((each for each in (ssl.get_default_verify_paths().cafile, *BUNDLES) if each and Path(each).is_file()), None)
    found = {"sslmode": VERIFIED, "ssl_min_protocol_version": LEAST_TLS}
    return {**found, "sslrootcert": trusted} if trusted else found


def _sqlite_file(url: URL) -> URL:
    if url.host:  # two slashes, where three or four are meant: what follows them would be no part of the path
        raise BadUrl("an SQLite database has no host: write sqlite:////folder/file, or sqlite:///file beside the settings")
    if not url.database or url.database == ":memory:" or url.database.startswith("file:"):
        raise BadUrl("a database in memory would forget: write sqlite:////folder/file")
    return url.set(drivername="sqlite+pysqlite")


def sqlite_path(url: URL) -> Path | None:
    """The file of an SQLite database, or None: it is another sort."""
    return Path(url.database or "") if url.get_backend_name() == "sqlite" else None


def make_file(url: URL) -> None:
    """Make an SQLite file that is not there yet, for nobody but its owner to read: it will hold residents' mail."""
    path = sqlite_path(url)
    if path is None:
        return
    try:
        path.touch(mode=0o600, exist_ok=True)
    except OSError as exc:
        raise StoreUnavailable(f"the database file {path} cannot be made: {exc.strerror}") from None


def engine(url: URL, *, begin: str = "BEGIN IMMEDIATE", durable: bool = True, patient: bool = False) -> Engine:
    """An engine that hides parameters from every error: they are addresses and bodies.

    On SQLite *begin* opens each transaction; plain BEGIN makes an engine for reading only. A server that says nothing is given
    up after a while, unless somebody is *patient*: what changes tables may take its time, but waits for no lock.
    """
    if url.get_backend_name() == "postgresql":
        made = create_engine(url, pool_pre_ping=True, hide_parameters=True, pool_size=2 * THREADS, max_overflow=THREADS)
        from townclerk.store import patience  # whoever has SQLite need not load PostgreSQL's driver

        (patience.give_up_on_locks if patient else patience.give_up_on_silence)(made)
        event.listen(made, "handle_error", _let_go_of_a_standby)
        return made
    made = create_engine(url, hide_parameters=True, connect_args={"timeout": BUSY_SECONDS})

    @event.listens_for(made, "connect")
    def on_connect(connection: sqlite3.Connection, _record: object) -> None:
        _prepare(connection, reading=begin == "BEGIN", durable=durable)

    @event.listens_for(made, "begin")
    def on_begin(tx: Connection) -> None:
        tx.exec_driver_sql(begin)

    return made


def _let_go_of_a_standby(context: ExceptionContext) -> None:
    """Whoever says that it only reads is the leading server no more: what is asked next connects anew."""
    if getattr(context.original_exception, "sqlstate", None) == ONLY_READING:
        context.is_disconnect = True


def _prepare(connection: sqlite3.Connection, *, reading: bool, durable: bool) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves: the driver's own way loses updates
    _write_ahead(connection)
    connection.execute(f"PRAGMA synchronous={'FULL' if durable else 'OFF'}")
    connection.execute("PRAGMA foreign_keys=ON")
    connection.execute("PRAGMA secure_delete=ON")  # what is destroyed leaves the file too
    if reading:
        connection.execute("PRAGMA query_only=ON")


def _write_ahead(connection: sqlite3.Connection) -> None:
    """Turn the write-ahead log on. Two programs that do so at once are told "locked" at once, without any waiting."""
    deadline = time.monotonic() + BUSY_SECONDS
    while connection.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
        try:
            connection.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.01)


def insert(tx: Connection, table: Table) -> postgresql.Insert | sqlite.Insert:
    """An INSERT that can say what happens where the row is there already."""
    return postgresql.insert(table) if tx.dialect.name == "postgresql" else sqlite.insert(table)


def named(exc: SQLAlchemyError) -> StoreError:
    """The error of ours that a database error is, without the values that the database may quote in its own."""
    cause = exc.orig if isinstance(exc, StatementError) else None
    if isinstance(cause, StoreError):
        return cause
    if isinstance(exc, NoFreeConnection):
        return StoreUnavailable("all connections to the database are in use")
    if not isinstance(exc, DBAPIError):
        return Refused(f"a statement could not be built: {type(exc).__name__}")
    if isinstance(cause, sqlite3.Error):
        return _named_sqlite(cause, exc.statement)
    return _named_postgres(exc, cause)


def _named_sqlite(cause: sqlite3.Error, statement: str | None) -> StoreError:
    code: int = getattr(cause, "sqlite_errorcode", 0) & 0xFF
    if code in SQLITE_OUTAGES:
        return StoreUnavailable(f"the database file cannot be used now: {cause}")
    return Refused(f"{cause} in: {statement}")


def _named_postgres(exc: DBAPIError, cause: Any) -> StoreError:
    state: str | None = getattr(cause, "sqlstate", None)
    if state in COLLISIONS:
        return Collision(f"two transactions met ({state})")
    if exc.connection_invalidated or (state or "").startswith(POSTGRES_OUTAGES):
        return StoreUnavailable(f"the database does not answer ({state or type(cause).__name__})")
    if exc.statement is None and (option := option_refused(str(cause))):
        return BadUrl(f"{option!r} in the database URL, or its value, is nothing that PostgreSQL's library knows")
    if state is None and type(cause).__name__ in ("OperationalError", "ConnectionTimeout", "InterfaceError"):
        why = why_not_reached(str(cause)) if exc.statement is None else None
        return StoreUnavailable(f"the database does not answer{f': {why}' if why else ''}")
    primary = getattr(getattr(cause, "diag", None), "message_primary", None)  # the detail would quote the row
    return Refused(f"{primary or type(cause).__name__} ({state}) in: {exc.statement}")
