"""A house on a migrated SQLite file of its own."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from services.office import CrashingDatabase, House, an_office
from townclerk.store.migration import migrate


@pytest.fixture(scope="session")
def empty_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated database, to copy."""
    path = tmp_path_factory.mktemp("template") / "empty.db"
    migrate(f"sqlite:///{path}")
    return path


@pytest.fixture
def build(empty_file: Path, tmp_path: Path) -> Iterator[Callable[..., House]]:
    """Makes a house; what is named are settings of the installation."""
    opened: list[CrashingDatabase] = []

    def house(**ways: object) -> House:
        path = tmp_path / f"{len(opened)}.db"
        shutil.copy(empty_file, path)
        opened.append(CrashingDatabase.open(f"sqlite:///{path}", durable=False))
        return House(an_office(opened[-1], **ways), opened[-1])

    yield house
    for database in opened:
        database.close()


@pytest.fixture
def house(build: Callable[..., House]) -> House:
    return build()
