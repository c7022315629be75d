"""A letter to an officer, as the services really write it."""

import asyncio
import shutil
from functools import partial
from pathlib import Path

import pytest

from desk.clients.letters import Letter
from services.conftest import build, empty_file, house
from services.office import CrashingDatabase, House, an_office
from townclerk.store import outbox

__all__ = ["build", "empty_file", "house"]

COMPLAINT = (
    "I complain about the bins.\n\n"
    "On 4 January at 7:30 I put mine out, and your officer wrote:\n> it will be emptied\nIt was not. "
    "Nobody came on Friday either, although the page https://council.example/bins says so.\n\nAsha Patel\nTel: 01902 555 0199"
)


@pytest.fixture(scope="session")
def letter(empty_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Letter:
    """What an officer is sent about a new complaint."""
    path = tmp_path_factory.mktemp("letter") / "house.db"
    shutil.copy(empty_file, path)
    database = CrashingDatabase.open(f"sqlite:///{path}", durable=False)
    house = House(an_office(database), database)
    house.arrives(COMPLAINT)
    asyncio.run(house.settle())
    (assignment,) = house.sent("assignment")
    row = house.read(partial(outbox.get, key=assignment.key))
    database.close()
    assert row is not None
    return Letter.of(row.raw)
