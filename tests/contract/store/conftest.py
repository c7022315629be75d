"""Both databases, each migrated once, and empty for every test."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import cache
from pathlib import Path

import psycopg
import pytest

from servers.postgres import Postgres, running_postgres
from townclerk.store.database import Database, migrate
from townclerk.store.schema import metadata


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Callable[[], Postgres]]:
    """A function that gives the server, started when it is first asked for: tests on SQLite need none."""
    with ExitStack() as stack:
        yield cache(lambda: stack.enter_context(running_postgres()))


@pytest.fixture(scope="session")
def migrated(postgres_server: Callable[[], Postgres], tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], str]:
    """A function that gives a migrated database of a kind: a file to copy, or a URL."""

    @cache
    def prepared(kind: str) -> str:
        if kind == "sqlite":
            path = tmp_path_factory.mktemp("template") / "template.db"
            migrate(f"sqlite:///{path}")
            return str(path)
        server = postgres_server()
        url = server.url(server.create())
        migrate(url)
        return url

    return prepared


@pytest.fixture(params=("sqlite", "postgresql"))
def kind(request: pytest.FixtureRequest) -> str:
    """Each database in turn."""
    return str(request.param)


@pytest.fixture
def empty_url(kind: str, postgres_server: Callable[[], Postgres], tmp_path: Path) -> Iterator[str]:
    """The URL of a database without any tables."""
    if kind == "sqlite":
        yield f"sqlite:///{tmp_path}/empty.db"
        return
    server = postgres_server()
    name = server.create()
    yield server.url(name)
    server.drop(name)


@pytest.fixture
def url(kind: str, migrated: Callable[[str], str], tmp_path: Path) -> str:
    """The URL of a migrated database that holds nothing."""
    if kind == "sqlite":
        shutil.copy(migrated(kind), tmp_path / "townclerk.db")
        return f"sqlite:///{tmp_path}/townclerk.db"
    with psycopg.connect(migrated(kind), autocommit=True) as connection:
        connection.execute(f"TRUNCATE {', '.join(metadata.tables)} RESTART IDENTITY".encode())
    return migrated(kind)


@pytest.fixture
def database(url: str) -> Iterator[Database]:
    """A migrated database of this test's own, on each kind in turn."""
    opened = Database.open(url, durable=False)
    yield opened
    opened.close()
