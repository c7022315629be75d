"""What lies open to others on the machine is said at the start, with what to type; what they could change starts nothing."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from servers.installation import COUNCIL, Names, Where, install
from servers.ports import free_ports
from townclerk.app.commands.run import refuse_what_others_can_change
from townclerk.app.exposure import Exposure, exposures
from townclerk.config.errors import ConfigError
from townclerk.config.settings import load_settings

STAFF = f"rules/{COUNCIL}/staff.yaml"
POLICY = f"rules/{COUNCIL}/policy.yaml"
SOMEBODY_ELSE = 65534
only_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root gives a file to somebody else")


@pytest.fixture(scope="module")
def pattern(tmp_path_factory: pytest.TempPathFactory) -> Path:
    (closed,) = free_ports(1)
    found = install(tmp_path_factory.mktemp("pattern"), Names(0), Where(closed, closed))
    (found.parent / "templates").mkdir()
    (found.parent / "templates" / "receipt.md").touch()
    found.write_text(found.read_text().replace('"rules": "rules"', '"rules": "rules", "templates": "templates"'))
    return found


@pytest.fixture
def settings(pattern: Path, tmp_path: Path) -> Path:
    shutil.copytree(pattern.parent, tmp_path, dirs_exist_ok=True)
    found = tmp_path / pattern.name
    found.write_text(found.read_text().replace(str(pattern.parent), str(tmp_path)))
    return found


@pytest.fixture
def found(settings: Path) -> Callable[[], tuple[Exposure, ...]]:
    """What is found now."""

    def look() -> tuple[Exposure, ...]:
        return exposures(load_settings(settings), settings)

    return look


Found = Callable[[], tuple[Exposure, ...]]


def test_a_new_installation_lies_open_to_nobody(found: Found) -> None:
    """The database was made for its owner alone."""
    assert found() == ()


@pytest.mark.parametrize(
    ("name", "mode", "says", "todo", "grave"),
    [
        ("password", 0o644, "everybody on this machine can read the secret", "chmod o= ", False),
        ("townclerk.db", 0o604, "everybody on this machine can read the database", "chmod o= ", False),
        ("townclerk.db-wal", 0o604, "everybody on this machine can read the database", "chmod o= ", False),
        ("townclerk.db.before-restore-1", 0o604, "everybody on this machine can read the database", "chmod o= ", False),
        ("reply-key", 0o602, "everybody on this machine can change the secret", "chmod o-w ", True),
        ("townclerk.yaml", 0o666, "everybody on this machine can change the settings file", "chmod go-w ", True),
        ("townclerk.db", 0o602, "everybody on this machine can change the database", "chmod o-w ", True),
        ("townclerk.db-journal", 0o602, "everybody on this machine can change the database", "chmod o-w ", True),
        ("staff.yaml", 0o666, "everybody on this machine can change the roster", "chmod go-w ", True),
        (STAFF, 0o666, "everybody on this machine can change the rules", "chmod go-w ", True),
        (POLICY, 0o666, "everybody on this machine can change the rules", "chmod go-w ", True),
        (f"rules/{COUNCIL}", 0o777, "can put something of their own beside the rules", "chmod go-w ", True),
        ("rules", 0o777, "can put something of their own beside the rules", "chmod go-w ", True),
        ("rules", 0o1777, "can put something of their own beside the rules", "chmod go-w ", True),
        ("templates/receipt.md", 0o666, "everybody on this machine can change the templates", "chmod go-w ", True),
        ("templates", 0o777, "can put something of their own beside the templates", "chmod go-w ", True),
        ("", 0o777, "can put something else in the place of the settings file", "chmod go-w ", True),
        ("townclerk.db", 0o660, "everybody in the group root can change the database", "chmod g-w ", False),
        ("password", 0o660, "everybody in the group root can change the secret", "chmod g-w ", False),
        (STAFF, 0o664, "everybody in the group root can change the rules", "chmod g-w ", False),
        ("", 0o770, "everybody in the group root can put something else in the place", "chmod g-w ", False),
    ],
)
def test_what_others_can_read_or_change_is_named_with_what_to_type(
    settings: Path, found: Found, name: str, mode: int, says: str, todo: str, grave: bool
) -> None:
    path = settings.parent / name if name else settings.parent
    path.touch(0o600)
    path.chmod(mode)
    (one,) = found()

    assert says.replace("group root", f"group {path.group()}") in one.what
    assert one.todo == f"{todo}{path}"
    assert one.grave is grave
    subprocess.run(one.todo.split(), check=True)
    assert found() == ()


def test_a_database_in_a_folder_where_everybody_may_put_something_is_not_ours_alone_though_nobody_may_take_it_away(
    settings: Path, found: Found
) -> None:
    """SQLite would read a journal that somebody put beside it."""
    settings.parent.chmod(0o1777)
    (one,) = found()

    assert "can put something of their own beside the database" in one.what
    assert one.grave


def test_a_folder_of_ours_in_a_folder_like_tmp_is_ours(settings: Path, found: Found) -> None:
    within = settings.parent / "tmp" / "ours"
    within.mkdir(parents=True)
    within.parent.chmod(0o1777)
    (settings.parent / "reply-key").rename(within / "reply-key")
    (settings.parent / "reply-key").symlink_to(within / "reply-key")

    assert found() == ()


@pytest.mark.parametrize("name", ["reply-key", "townclerk.db", STAFF, "templates/receipt.md", "staff.yaml"])
def test_a_link_is_as_open_as_the_folder_into_which_it_leads(settings: Path, found: Found, name: str) -> None:
    path, elsewhere = settings.parent / name, settings.parent / "open" / "deep"
    elsewhere.mkdir(parents=True)
    path.rename(elsewhere / path.name)
    (settings.parent / "open").chmod(0o777)
    path.symlink_to("/".join(("..",) * name.count("/")) + ("/" if "/" in name else "") + f"open/deep/{path.name}")
    (one,) = found()

    assert "can put something else in the place of" in one.what
    assert one.todo == f"chmod go-w {settings.parent / 'open'}"
    assert one.grave


def test_links_that_lead_round_in_a_circle_are_come_through(settings: Path, found: Found) -> None:
    (settings.parent / "templates" / "one.md").symlink_to("two.md")
    (settings.parent / "templates" / "two.md").symlink_to("one.md")

    assert found() == ()


@pytest.fixture
def linked(settings: Path) -> Path:
    """A folder elsewhere, into which a link among the templates leads."""
    elsewhere = settings.parent / "elsewhere"
    (elsewhere / "deep").mkdir(parents=True)
    (elsewhere / "receipt.md").touch(0o600)
    (elsewhere / "deep" / "delay.md").touch(0o600)
    (settings.parent / "templates" / COUNCIL).symlink_to("../elsewhere")
    return elsewhere


def test_a_linked_folder_that_only_we_can_change_is_nobody_elses(linked: Path, found: Found) -> None:
    assert linked.is_dir()
    assert found() == ()


@pytest.mark.parametrize(
    ("name", "mode", "says"),
    [
        ("receipt.md", 0o666, "everybody on this machine can change the templates"),
        ("deep/delay.md", 0o666, "everybody on this machine can change the templates"),
        ("deep", 0o777, "everybody on this machine can change the templates"),
        ("", 0o777, "can put something of their own beside the templates"),
        ("", 0o1777, "can put something of their own beside the templates"),
    ],
)
def test_what_lies_behind_a_linked_folder_is_looked_at(linked: Path, found: Found, name: str, mode: int, says: str) -> None:
    path = linked / name if name else linked
    path.chmod(mode)
    (one,) = found()

    assert says in one.what
    assert one.todo == f"chmod go-w {path}"
    assert one.grave
    subprocess.run(one.todo.split(), check=True)
    assert found() == ()


def test_of_a_whole_linked_folder_one_thing_is_to_be_typed_and_it_helps(linked: Path, found: Found) -> None:
    for path in (linked / "receipt.md", linked / "deep", linked / "deep" / "delay.md"):
        path.chmod(0o777)
    (one,) = found()

    assert one.todo == f"chmod -R go-w {linked}"
    subprocess.run(one.todo.split(), check=True)
    assert found() == ()


def test_a_link_in_a_linked_folder_is_followed_and_folders_linked_in_a_circle_are_come_through(
    settings: Path, linked: Path, found: Found
) -> None:
    further = settings.parent / "further"
    further.mkdir()
    (further / "receipt.md").touch()
    (further / "receipt.md").chmod(0o666)
    (linked / "deep" / "more").symlink_to(further)
    (further / "back").symlink_to(settings.parent / "templates")
    (further / "self").symlink_to(".")
    (one,) = found()

    assert one.todo == f"chmod go-w {further / 'receipt.md'}"


@only_root
@pytest.mark.parametrize("name", ["townclerk.yaml", "password", "townclerk.db", STAFF, "rules", "templates/receipt.md", ""])
def test_what_belongs_to_somebody_else_is_grave(settings: Path, found: Found, name: str) -> None:
    path = settings.parent / name if name else settings.parent
    os.chown(path, SOMEBODY_ELSE, -1)
    (one,) = found()

    assert f"who owns {path}, can" in one.what
    assert one.grave
    assert one.todo == f"chown root {path}"
    subprocess.run(one.todo.split(), check=True)
    assert found() == ()


@only_root
def test_a_link_that_somebody_else_made_in_a_folder_like_tmp_is_theirs(settings: Path, found: Found) -> None:
    within = settings.parent / "tmp"
    within.mkdir()
    within.chmod(0o1777)
    (settings.parent / "reply-key").rename(settings.parent / "key")
    (within / "key").symlink_to(settings.parent / "key")
    os.lchown(within / "key", SOMEBODY_ELSE, -1)
    (settings.parent / "reply-key").symlink_to(within / "key")
    (one,) = found()

    assert one.grave
    assert one.todo == f"chown -h root {within / 'key'}"


@only_root
def test_root_looks_on_behalf_of_the_account_that_has_the_database(settings: Path) -> None:
    """As in `sudo townclerk check`, where the service has an account of its own."""
    for name in ("", "townclerk.db", "password"):
        os.chown(settings.parent / name, SOMEBODY_ELSE, -1)

    assert exposures(load_settings(settings), settings, looking_as_root=True) == ()
    assert len([each for each in exposures(load_settings(settings), settings) if each.grave]) == 3


def test_of_a_whole_folder_that_is_open_one_thing_is_to_be_typed(settings: Path, found: Found) -> None:
    for path in (settings.parent / "rules" / COUNCIL).rglob("*"):
        path.chmod(0o777 if path.is_dir() else 0o666)
    (one,) = found()

    assert " more in " in one.what
    assert one.todo == f"chmod -R go-w {settings.parent / 'rules' / COUNCIL}"


def test_large_mails_are_read_in_no_folder_from_which_everybody_can_take_them(
    settings: Path, found: Found, monkeypatch: pytest.MonkeyPatch
) -> None:
    spool = settings.parent / "spool"
    spool.mkdir()
    spool.chmod(0o777)
    monkeypatch.setattr("tempfile.tempdir", str(spool))
    (one,) = found()
    spool.chmod(0o1777)

    assert one == Exposure(
        f"everybody on this machine can put something else in the place of the large mails that are read in {spool}",
        f"chmod go-w {spool}",
        grave=True,
    )
    assert found() == ()


def test_a_group_of_ours_may_read_a_secret(settings: Path, found: Found) -> None:
    (settings.parent / "password").chmod(0o640)

    assert found() == ()


@pytest.mark.parametrize("name", ["reply-key", STAFF, "townclerk.yaml"])
def test_nothing_starts_while_everybody_could_change_what_decides(settings: Path, name: str) -> None:
    (settings.parent / name).chmod(0o666)

    with pytest.raises(ConfigError, match=r"everybody on this machine can change .*: chmod go-w "):
        refuse_what_others_can_change(load_settings(settings), settings)


@pytest.mark.parametrize("command", ["run", "once"])
def test_a_start_from_the_command_line_says_what_to_type_and_touches_nothing(settings: Path, command: str) -> None:
    (settings.parent / STAFF).chmod(0o666)
    program = Path(sys.executable).with_name("townclerk")
    ran = subprocess.run([program, "--config", str(settings), command], capture_output=True, text=True, timeout=60, check=False)

    assert ran.returncode == 2
    assert f"chmod go-w {settings.parent / STAFF}" in ran.stderr


def test_whoever_can_change_the_certificates_would_say_who_signs(settings: Path) -> None:
    folder = settings.parent / "certificates"
    folder.mkdir()
    (folder / "ca.pem").touch()
    (folder / "ca.pem").chmod(0o646)
    settings.write_text(settings.read_text().replace("{", '{"signatures": {"certificates": "certificates"},', 1))

    (exposed,) = exposures(load_settings(settings), settings)

    assert str(exposed).startswith(f"everybody on this machine can change the certificates {folder}/ca.pem")


def test_certificates_behind_a_linked_folder_are_looked_at_too(settings: Path) -> None:
    folder, elsewhere = settings.parent / "certificates", settings.parent / "elsewhere"
    folder.mkdir()
    elsewhere.mkdir()
    (elsewhere / "ca.pem").touch()
    (elsewhere / "ca.pem").chmod(0o646)
    (folder / "more").symlink_to(elsewhere)
    settings.write_text(settings.read_text().replace("{", '{"signatures": {"certificates": "certificates"},', 1))

    (exposed,) = exposures(load_settings(settings), settings)

    assert str(exposed).startswith(f"everybody on this machine can change the certificates {elsewhere}/ca.pem")
    assert exposed.grave
