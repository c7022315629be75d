"""What is true of every command."""

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import typer.main

from app.cli.house import Command, Town
from townclerk.app import cli
from townclerk.app.commands import asking


def _commands(group: Any, *names: str) -> list[tuple[str, ...]]:
    found: list[tuple[str, ...]] = []
    for name, command in group.commands.items():
        found += _commands(command, *names, name) if hasattr(command, "commands") else [(*names, name)]
    return found


COMMANDS = _commands(typer.main.get_command(cli.app))


@pytest.mark.parametrize("names", COMMANDS, ids=" ".join)
def test_the_help_of_every_command_has_an_example(townclerk: Command, names: tuple[str, ...]) -> None:
    ran = townclerk(*names, "--help")

    assert ran.status == 0
    assert f"Example:\n    townclerk {names[0]}" in ran.out.replace("Examples:", "Example:") or "--config" in ran.out


def test_it_says_its_version(townclerk: Command) -> None:
    ran = townclerk("--version")

    assert (ran.status, ran.out) == (0, "townclerk 0.2.0\n")


@pytest.mark.parametrize("arguments", [("nonsense",), ("simulate",), ("case", "list", "--status", "asleep"), ("check", "--no")])
def test_a_command_line_that_cannot_be_read_is_told_and_ends_with_2(townclerk: Command, arguments: tuple[str, ...]) -> None:
    ran = townclerk(*arguments)

    assert ran.status == 2
    assert "Error" in ran.err
    assert "Traceback" not in ran.err


NEEDS_SETTINGS = (
    ("run",),
    ("once",),
    ("check",),
    ("health",),
    ("case", "list"),
    ("case", "show", "SS-26-0001-K"),
    ("explain", "SS-26-0001-K"),
    ("outbox", "list"),
    ("outbox", "retry", "key"),
    ("outbox", "drop", "key"),
    ("quarantine", "list"),
    ("quarantine", "show", "1"),
    ("quarantine", "raw", "1"),
    ("quarantine", "retry", "1"),
    ("audit", "verify"),
)


@pytest.mark.parametrize("arguments", NEEDS_SETTINGS, ids=" ".join)
def test_where_there_are_no_settings_it_says_where_it_looked(
    townclerk: Command, arguments: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asking, "PLACES", (Path("townclerk.yaml"), Path("/nowhere/townclerk.yaml")))

    ran = townclerk(*arguments)

    assert ran.status == 2
    assert "./townclerk.yaml or /nowhere/townclerk.yaml; name one with --config FILE or $TOWNCLERK_CONFIG" in ran.err


@pytest.mark.parametrize("theirs", ["the file", "the link to it"])
def test_settings_that_somebody_else_put_where_we_are_do_not_count_unless_they_are_named(
    townclerk: Command, town: Town, theirs: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever stands in a folder where everybody may write, types `townclerk check`, and would log in at another's server."""
    there = Path("townclerk.yaml")
    if theirs == "the file":
        monkeypatch.chdir(town.folder)
    else:
        there.symlink_to(town.settings)
    assert townclerk("case", "list").status == 0

    if os.geteuid() == 0:
        os.chown(there, 65534, -1, follow_symlinks=False)
    else:  # who may not give files away becomes somebody else
        monkeypatch.setattr(os, "geteuid", lambda: 65534)

    refused = townclerk("case", "list")
    assert refused.status == 2
    assert "is somebody else's: if you mean it, write --config townclerk.yaml" in refused.err
    assert townclerk("case", "list", "--config", there).status == 0


@pytest.mark.parametrize("arguments", [each for each in NEEDS_SETTINGS if each != ("check",)], ids=" ".join)
def test_settings_that_are_wrong_are_told_with_line_and_column(
    townclerk: Command, arguments: tuple[str, ...], tmp_path: Path
) -> None:
    path = tmp_path / "townclerk.yaml"
    path.write_text("council: south-staffordshire\nmailbox: {host: h, user: u, auth: {kind: carrier-pigeon}}\n")

    ran = townclerk(*arguments, "--config", path)

    assert ran.status == 2
    assert f"{path}:2:42: mailbox.auth.kind: " in ran.err
    assert "Traceback" not in ran.err


def test_settings_are_found_in_the_folder_where_one_stands(
    townclerk: Command, town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(town.folder)

    assert townclerk("case", "list").status == 0


def test_settings_are_found_by_the_environment(townclerk: Command, town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOWNCLERK_CONFIG", str(town.settings))

    assert townclerk("case", "list").status == 0


@pytest.mark.parametrize("place", ["before", "behind", "behind, with ="])
def test_the_settings_may_be_named_before_or_behind_the_command(townclerk: Command, town: Town, place: str) -> None:
    named = {
        "before": ("--config", town.settings, "case", "list"),
        "behind": ("case", "list", "--config", town.settings),
        "behind, with =": ("case", "list", f"--config={town.settings}"),
    }

    assert townclerk(*named[place]).status == 0


def test_a_database_without_tables_is_told_with_what_makes_them(townclerk: Command, town: Town) -> None:
    (town.folder / "townclerk.db").unlink()

    ran = townclerk("case", "list", "--config", town.settings)

    assert ran.status == 1
    assert "the database has no tables yet: `townclerk run`" in ran.err
    assert not (town.folder / "townclerk.db").exists(), "to look changes nothing"


def test_a_database_of_another_version_is_told(townclerk: Command, town: Town) -> None:
    town.ask(lambda tx: tx.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'"))

    ran = townclerk("health", "--config", town.settings)

    assert ran.status == 1
    assert "the database is at revision 9999" in ran.err


def test_a_database_that_does_not_answer_is_told(townclerk: Command, town: Town) -> None:
    town.rewrite(database={"url": "postgresql://townclerk@127.0.0.1:1/townclerk"})

    ran = townclerk("case", "list", "--config", town.settings)

    assert ran.status == 1
    assert "the database does not answer" in ran.err


def test_a_file_that_is_no_database_is_told(townclerk: Command, town: Town) -> None:
    (town.folder / "townclerk.db").write_bytes(b"this is no database, and longer than a page header" * 20)

    ran = townclerk("case", "list", "--config", town.settings)

    assert ran.status == 1
    assert "Traceback" not in ran.err


def test_a_secret_that_is_missing_is_named_and_never_shown(townclerk: Command, town: Town) -> None:
    town.rewrite(database={"url": "postgresql://t@127.0.0.1:1/t", "secret": {"env": "NO_SUCH_SECRET"}})

    ran = townclerk("case", "list", "--config", town.settings)

    assert ran.status == 2
    assert "{env: NO_SUCH_SECRET}" in ran.err


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> None:
    """A bug in a command."""

    def find_settings(_asked: object) -> None:
        raise RuntimeError("it names asha@example.org")

    monkeypatch.setattr(asking.Asked, "find_settings", find_settings)


@pytest.mark.usefixtures("broken")
def test_a_bug_is_told_in_one_line_without_its_words(townclerk: Command, tmp_path: Path) -> None:
    ran = townclerk("inspect", tmp_path)

    assert ran.status == 1
    assert "a fault of this program: RuntimeError at test_command_line.py:" in ran.err
    assert "--debug" in ran.err
    assert "Traceback" not in ran.err
    assert "asha" not in ran.err


def test_a_full_disk_is_no_fault_of_the_program() -> None:
    with Path("/dev/full").open("w") as full:
        ran = subprocess.run(
            [str(Path(sys.executable).with_name("townclerk")), "policy", "lint", "south-derbyshire"],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )

    assert ran.returncode == 1
    assert "there is no room where this is written to: No space left on device" in ran.stderr
    assert "fault of this program" not in ran.stderr


@pytest.mark.usefixtures("broken")
def test_with_debug_a_bug_is_shown_whole(townclerk: Command, tmp_path: Path) -> None:
    ran = townclerk("inspect", tmp_path, "--debug")

    assert ran.status == 1
    assert "Traceback" in ran.err


def test_what_stands_behind_two_dashes_is_no_option() -> None:
    assert cli.globals_first(["inspect", "--debug", "--", "--config", "x"]) == ["--debug", "inspect", "--", "--config", "x"]


def test_a_command_that_is_told_to_stop_clears_away_what_it_laid_aside_and_ends_as_by_the_signal() -> None:
    """Else a backup that was stopped would leave a dump of residents' mail behind, and the program that made it at work."""
    program = """
from time import sleep
from townclerk.app import cli
with cli._ended_in_order():
    try:
        print("begun", flush=True)
        sleep(600)
    finally:
        print("cleared away", flush=True)
"""
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "begun\n"
        process.terminate()
        assert process.stdout.read() == "cleared away\n"
    assert process.returncode == -signal.SIGTERM
