"""Bringing a database up to the schema of this program."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

from townclerk.store.driver import database_url, engine, make_file, named, sqlite_path

# Any number will do, so long as every townclerk that shares a server asks for the same one.
LOCK = 7_235_551_119


def migrate(url: str) -> None:
    """Bring the database at *url* up to date, making an SQLite file where there is none.

    All of it is one transaction under a lock: of two daemons that start at once, the second finds nothing to do. Where there
    is nothing to do, as at nearly every start, a server that says nothing is given up: nobody could stop a start that waits.
    Raises BadUrl, StoreUnavailable.
    """
    parsed = database_url(url)
    make_file(parsed)
    found, needed = schema_revision(url)
    if found == needed:
        return
    made = engine(parsed, patient=True)
    try:
        _upgrade(made)
    except SQLAlchemyError as exc:
        raise named(exc) from None
    finally:
        made.dispose()


def _upgrade(made: Engine) -> None:
    with made.begin() as tx:  # on SQLite BEGIN IMMEDIATE is the lock
        if tx.dialect.name == "postgresql":
            tx.exec_driver_sql(f"SELECT pg_advisory_xact_lock({LOCK})")
        command.upgrade(_config(tx), "head")


def schema_revision(url: str) -> tuple[str | None, str | None]:
    """The revision that the database at *url* has, None where it has no tables; and the one that this program needs."""
    parsed = database_url(url)
    head = ScriptDirectory.from_config(_config()).get_current_head()
    path = sqlite_path(parsed)
    if path is not None and not path.exists():
        return None, head
    made = engine(parsed)
    try:
        with made.connect() as tx:
            return MigrationContext.configure(tx).get_current_revision(), head
    except SQLAlchemyError as exc:
        raise named(exc) from None
    finally:
        made.dispose()


def _config(tx: Connection | None = None) -> Config:
    config = Config()
    # Alembic reads the setting as a template, in which a percent sign is doubled.
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    config.attributes["connection"] = tx
    return config
