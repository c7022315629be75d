"""What of the files is looked at, and what is said of a change."""

import os
from pathlib import Path

import pytest

from servers.installation import Names, Where, install
from townclerk.app.files_watched import changes, contents_of, stand_of
from townclerk.app.wiring import load_files

FILE = Path("exton/routing.yaml")


@pytest.mark.parametrize(
    ("before", "now", "lines"),
    [
        (b"a\nb\n", b"a\nc\nd\n", "+2 -1"),
        (b"a\nb\n", b"b\na\n", "+0 -0"),
        (b"a\na\n", b"a\n", "+0 -1"),
        (b"\n" * 300_000, b"# one more\n" + b"\n" * 300_000, "+1 -0"),
    ],
)
def test_lines_are_counted_however_many_are_equal(before: bytes, now: bytes, lines: str) -> None:
    """Three hours otherwise, for the last."""
    (change,) = changes({FILE: before}, {FILE: now})

    assert change.lines == lines


def test_a_pipe_among_the_rules_is_not_waited_for_and_is_no_file_of_ours(tmp_path: Path) -> None:
    path = install(tmp_path, Names(0), Where(1, 1))
    settings = load_files(path).settings
    pipe = tmp_path / "rules" / "south-staffordshire" / "more.yaml"
    os.mkfifo(pipe)
    stand = stand_of(settings, path)

    assert pipe not in stand.files
    assert pipe not in contents_of(stand)
    assert load_files(path).council.routing.rules


def test_a_file_of_any_name_can_be_told_of() -> None:
    (change,) = changes({}, {Path("exton/a\udc80.yaml"): b""})

    assert change.file == "exton/a\ufffd.yaml"
