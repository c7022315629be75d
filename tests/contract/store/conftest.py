"""Both databases, each migrated once and copied for every test."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import cache
from pathlib import Path

import pytest
from servers.postgres import Postgres, running_postgres

from townclerk.store.database import Database, migrate


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Callable[[], Postgres]]:
    """A function that gives the server, started when it is first asked for: tests on SQLite need none."""
    with ExitStack() as stack:
        yield cache(lambda: stack.enter_context(running_postgres()))


@pytest.fixture(scope="session")
def migrated(postgres_server: Callable[[], Postgres], tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], str]:
    """A function that names a migrated database of a kind: a file or a template."""

    @cache
    def prepared(kind: str) -> str:
        if kind == "sqlite":
            path = tmp_path_factory.mktemp("template") / "template.db"
            migrate(f"sqlite:///{path}")
            return str(path)
        server = postgres_server()
        name = server.create()
        migrate(server.url(name))
        return name

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
def url(kind: str, postgres_server: Callable[[], Postgres], migrated: Callable[[str], str], tmp_path: Path) -> Iterator[str]:
    """The URL of a migrated database of this test's own."""
    template = migrated(kind)
    if kind == "sqlite":
        shutil.copy(template, tmp_path / "townclerk.db")
        yield f"sqlite:///{tmp_path}/townclerk.db"
        return
    server = postgres_server()
    name = server.create(template)
    yield server.url(name)
    server.drop(name)


@pytest.fixture
def database(url: str) -> Iterator[Database]:
    """A migrated database of this test's own, on each kind in turn."""
    opened = Database.open(url, durable=False)
    yield opened
    opened.close()
