"""What lies open to others on the machine is said at the start, with what to type; what they could change starts nothing."""

from collections.abc import Callable
from pathlib import Path

import pytest

from servers.installation import Names, Where, install
from servers.ports import free_ports
from townclerk.app.commands.run import refuse_what_others_can_change, secrets_of
from townclerk.app.exposure import Exposure, exposures
from townclerk.config.errors import ConfigError
from townclerk.config.settings import load_settings


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Path:
    (closed,) = free_ports(1)
    return install(tmp_path_factory.mktemp("house"), Names(0), Where(closed, closed))


@pytest.fixture
def found(settings: Path) -> Callable[[], tuple[Exposure, ...]]:
    """What is found now."""

    def look() -> tuple[Exposure, ...]:
        read = load_settings(settings)
        return exposures(read, settings, secrets_of(read))

    return look


def test_a_new_installation_lies_open_to_nobody(found: Callable[[], tuple[Exposure, ...]]) -> None:
    """The database was made for its owner alone."""
    assert found() == ()


@pytest.mark.parametrize(
    ("name", "mode", "says", "todo", "grave"),
    [
        ("password", 0o644, "can read the secret", "chmod o= ", False),
        ("reply-key", 0o602, "can change the secret", "chmod o-w ", True),
        ("townclerk.yaml", 0o666, "can change the settings file", "chmod o-w ", True),
        ("townclerk.db", 0o604, "can read the database", "chmod o= ", False),
        ("townclerk.db", 0o602, "can change the database", "chmod o-w ", True),
        ("townclerk.db-wal", 0o604, "can read the database", "chmod o= ", False),
        ("", 0o777, "can put another database in the place of", "chmod o-w ", True),
        ("rules", 0o777, "can change the rules", "chmod o-w ", False),
        ("staff.yaml", 0o666, "can change the roster", "chmod o-w ", False),
    ],
)
def test_what_others_can_read_or_change_is_named_with_what_to_type(
    settings: Path, found: Callable[[], tuple[Exposure, ...]], name: str, mode: int, says: str, todo: str, grave: bool
) -> None:
    path = settings.parent / name if name else settings.parent
    made = not path.exists()
    path.touch(0o600)
    before = path.stat().st_mode
    path.chmod(mode)
    try:
        (one,) = found()
    finally:
        path.chmod(before)
        if made:
            path.unlink()

    assert says in one.what
    assert one.todo == f"{todo}{path}"
    assert one.grave is grave


def test_a_group_of_ours_may_read_a_secret(settings: Path, found: Callable[[], tuple[Exposure, ...]]) -> None:
    (settings.parent / "password").chmod(0o640)
    try:
        assert found() == ()
    finally:
        (settings.parent / "password").chmod(0o600)


def test_nothing_starts_while_everybody_could_change_a_secret(settings: Path) -> None:
    (settings.parent / "reply-key").chmod(0o666)
    try:
        with pytest.raises(ConfigError, match="can change the secret"):
            refuse_what_others_can_change(load_settings(settings), settings)
    finally:
        (settings.parent / "reply-key").chmod(0o600)
