"""What others wrote is shown, and cannot steer the terminal or the log of whoever looks."""

import io
import json
from collections.abc import Iterator

import pytest
import structlog

from townclerk.app.commands.saying import say, say_json, say_table
from townclerk.app.logs import start_logging

STEERING = ["\x1b[2J", "\x9b2J", "\x07", "\x7f", "\x85", "\u2028", "\u202e", "\u2066", "\u200f", "\u061c", "\r"]


@pytest.fixture
def as_it_was() -> Iterator[None]:
    before = structlog.get_config()
    yield
    structlog.configure(**before)


@pytest.mark.parametrize("sign", STEERING)
def test_no_sign_that_a_terminal_obeys_is_printed(sign: str, capsys: pytest.CaptureFixture[str]) -> None:
    said = f"My bin{sign}[31m again"
    say(said)
    say_json({"subject": said})
    say_table(["subject"], [[said]], empty="")

    out = capsys.readouterr().out
    assert sign not in out
    assert json.loads(out.splitlines()[1])["subject"] == said


@pytest.mark.parametrize("sign", [*STEERING, "\n"])
@pytest.mark.parametrize("plain", [True, False])
def test_no_word_makes_a_line_of_the_log_or_steers_who_watches_it(sign: str, plain: bool, as_it_was: None) -> None:
    written = io.StringIO()
    start_logging(plain=plain, to=written)

    structlog.get_logger().warning("said", by=f"a server{sign}2027-01-01 [info] all is well")

    (line,) = written.getvalue().rstrip("\n").split("\n")
    assert sign not in line
