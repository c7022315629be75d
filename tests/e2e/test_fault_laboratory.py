"""The fault laboratory in short: a few lives of the daemon out of the thousands that `make faults` plays."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from faults.laboratory.__main__ import start_servers
from faults.laboratory.experiment import Experiment, Servers
from faults.laboratory.law import breaches
from servers.installation import Names

LIVES = 8


@pytest.fixture
def servers() -> Iterator[Servers]:
    with ExitStack() as stack:
        yield start_servers(stack, postgresql=False)


def test_killed_on_broken_wires_and_away_for_a_week_it_loses_nothing_and_doubles_nothing(
    servers: Servers, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    """The law of the laboratory holds for what went in and what came out, by a ledger beside the daemon."""
    result = Experiment("short", "sqlite", Names(0), servers, tmp_path / "laboratory", print).run(lives=LIVES)

    record_property("wire faults", result.wire.total())
    assert list(breaches(result.verdict)) == []
    assert result.kills + result.stops >= LIVES
    assert result.wire.total() > 0
    assert result.mails_in["complaint"] == result.verdict.cases + result.taken_out
