"""What of the files is looked at, and what is said of a change."""

import os
from pathlib import Path

import pytest

from servers.installation import COUNCIL, Names, Where, install
from townclerk.app.files_watched import changes, contents_of, digests, stand_of
from townclerk.app.wiring import load_files
from townclerk.config.settings import load_settings

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


@pytest.fixture
def linked(tmp_path: Path) -> tuple[Path, Path]:
    """An installation's settings, and a folder elsewhere with its letters, into which a link among its templates leads."""
    path = install(tmp_path, Names(0), Where(1, 1))
    path.write_text(path.read_text().replace('"rules": "rules"', '"rules": "rules", "templates": "templates"'))
    elsewhere = tmp_path / "elsewhere"
    (elsewhere / "deep").mkdir(parents=True)
    (elsewhere / "deep" / "receipt.md").write_text("before\n")
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / COUNCIL).symlink_to("../elsewhere")
    return path, elsewhere


def test_a_letter_behind_a_linked_folder_is_watched_as_any_other(linked: tuple[Path, Path], tmp_path: Path) -> None:
    path, elsewhere = linked
    settings = load_settings(path)
    before = stand_of(settings, path)
    was = contents_of(before)
    (elsewhere / "deep" / "receipt.md").write_text("before\nand now\n")
    now = stand_of(settings, path)
    (change,) = changes(was, contents_of(now))

    assert tmp_path / "templates" / COUNCIL / "deep" / "receipt.md" in now.files
    assert now != before
    assert (change.file, change.lines) == ("deep/receipt.md", "+1 -0")
    assert digests(contents_of(now), settings)["templates"] != digests(was, settings)["templates"]


def test_a_link_that_leads_to_another_folder_than_before_is_a_change(linked: tuple[Path, Path], tmp_path: Path) -> None:
    """Also where both folders lie among the templates themselves: by its name a letter is read."""
    path, _ = linked
    settings, link = load_settings(path), tmp_path / "templates" / "z"
    for name in ("first", "second"):
        (tmp_path / "templates" / name).mkdir()
        (tmp_path / "templates" / name / "receipt.md").write_text(f"{name}\n")
    link.symlink_to("first")
    was = contents_of(stand_of(settings, path))
    link.unlink()
    link.symlink_to("second")
    (change,) = changes(was, contents_of(stand_of(settings, path)))

    assert (change.file, change.lines) == ("z/receipt.md", "+1 -1")


def test_folders_linked_in_a_circle_are_come_through(linked: tuple[Path, Path], tmp_path: Path) -> None:
    path, elsewhere = linked
    before = stand_of(load_settings(path), path)
    (elsewhere / "deep" / "back").symlink_to(tmp_path / "templates")
    (elsewhere / "self").symlink_to(".")

    assert stand_of(load_settings(path), path) == before


def test_a_file_of_any_name_can_be_told_of() -> None:
    (change,) = changes({}, {Path("exton/a\udc80.yaml"): b""})

    assert change.file == "exton/a\ufffd.yaml"
