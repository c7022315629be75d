"""What broke a reader of foreign bytes once breaks it no more, and damage of the usual kinds breaks none. `make fuzz` looks for
more."""

import random
import time
from pathlib import Path

import pytest

from fuzz.targets import TARGETS, seeds

CRASHES = Path(__file__).resolve().parents[1] / "corpus" / "crash"
INPUTS, MOST_BYTES, MOST_SECONDS = 12, 4_000, 2.0
JUNK = (
    b"\0",
    b"\r\n",
    b"\n\n",
    b"\xff\xfe",
    b"=?utf-8?b?",
    b"<",
    b">",
    b'"',
    b"#",
    b": ",
    b"- ",
    b"{",
    b"[",
    b"&a",
    b"*a",
    b"!!",
    b"%",
    b"\xe2\x80\xae",
)


@pytest.mark.parametrize("path", sorted(path for path in CRASHES.rglob("*") if path.is_file()), ids=lambda path: path.name[:20])
def test_what_broke_a_reader_once_breaks_it_no_more(path: Path) -> None:
    """Nor does it take long."""
    started = time.process_time()
    TARGETS[path.parent.name](path.read_bytes())
    assert time.process_time() - started < MOST_SECONDS


@pytest.mark.parametrize("name", TARGETS)
def test_damage_of_the_usual_kinds_breaks_no_reader(name: str) -> None:
    """The same damage each time."""
    dice = random.Random(name)  # noqa: S311
    for _ in range(INPUTS):
        data = bytearray(dice.choice(seeds(name))[:MOST_BYTES])
        for _ in range(dice.randint(0, 6)):
            at = dice.randint(0, len(data))
            data[at : at + dice.randint(0, 30)] = dice.choice(JUNK) * dice.choice((1, 1, 3, 200))
        TARGETS[name](bytes(data))
