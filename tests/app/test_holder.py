"""Who holds a lease, and when it can be known that nobody does any more."""

import subprocess
import sys

import pytest

from townclerk.app import holder

SAY_WHO = "from townclerk.app import holder; print(holder.this_process(), flush=True); input()"


@pytest.fixture
def other() -> subprocess.Popen[str]:
    """A process that says its name and waits."""
    process = subprocess.Popen([sys.executable, "-c", SAY_WHO], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdin
    assert process.stdout
    return process


def test_a_process_that_lives_is_not_gone_and_one_that_was_killed_is_at_once(other: subprocess.Popen[str]) -> None:
    assert other.stdout
    name = other.stdout.readline().strip()
    assert not holder.is_gone(holder.this_process())
    assert not holder.is_gone(name)

    with other:
        other.kill()
    assert holder.is_gone(name)


def test_a_later_process_of_the_same_number_is_another() -> None:
    host, number, machine, start, mark = holder.this_process().rsplit(":", 4)

    assert holder.is_gone(f"{host}:{number}:{machine}:{int(start) - 1}:{mark}")


@pytest.mark.parametrize(
    "name",
    ["cathedral:1:another-boot/4026531836:77:ab12cd34", "cathedral:1:::ab12cd34", "cathedral:1:ab12cd34", "somebody else", ""],
)
def test_of_a_process_that_is_not_of_this_machine_nobody_here_can_know(name: str) -> None:
    assert not holder.is_gone(name)
