"""What of an installation lies open to others on the same machine, or is shut to us: its secrets, database, files and spool."""

import os
import stat
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from townclerk.config.secrets import Secret, SecretKind
from townclerk.config.settings import Settings
from townclerk.store.backup import file_of


@dataclass(frozen=True, slots=True)
class Exposure:
    """One thing that is not as it should be, and what to type. `grave`: others can make us do as they like: nothing starts."""

    what: str
    todo: str
    grave: bool = False

    def __str__(self) -> str:
        return f"{self.what}: {self.todo}"


def exposures(settings: Settings, path: Path, secrets: Iterable[tuple[str, Secret]]) -> tuple[Exposure, ...]:
    """Of the settings at *path* and all that they name. What is not there is somebody else's to tell of."""
    found = [
        *_changeable(path, "the settings file"),
        *(each for _, secret in secrets if secret.kind is SecretKind.FILE for each in _secret(Path(secret.name))),
        *_database(settings.database.url),
        *_spool(Path(tempfile.gettempdir())),
    ]
    for folder, what in ((settings.rules, "the rules"), (settings.templates, "the templates"), (settings.staff, "the roster")):
        if folder is not None and _mode(folder) & stat.S_IWOTH:
            found.append(Exposure(f"everybody on this machine can change {what} ({folder})", f"chmod o-w {folder}"))
    return tuple(dict.fromkeys(found))


def _mode(path: Path) -> int:
    """0 where it is not there, or cannot be looked at."""
    try:
        return path.stat().st_mode
    except OSError:
        return 0


def _changeable(path: Path, what: str) -> Iterator[Exposure]:
    if _mode(path) & stat.S_IWOTH:
        yield Exposure(f"everybody on this machine can change {what} {path}", f"chmod o-w {path}", grave=True)


def _readable(path: Path, what: str) -> Iterator[Exposure]:
    if _mode(path) & stat.S_IROTH:
        yield Exposure(f"everybody on this machine can read {what} {path}", f"chmod o= {path}")


def _secret(path: Path) -> Iterator[Exposure]:
    yield from _changeable(path, "the secret")
    yield from _readable(path, "the secret")


def _database(url: str) -> Iterator[Exposure]:
    path = file_of(url)
    if path is None:
        return
    folder = path.parent
    for each in (path, *(path.with_name(path.name + end) for end in ("-wal", "-shm"))):
        yield from _changeable(each, "the database")
        yield from _readable(each, "the database")
        if _mode(each) and not os.access(each, os.R_OK | os.W_OK):
            yield Exposure(f"this account may not read and write the database {each}", f"chown it to uid {os.geteuid()}")
    if not folder.is_dir():
        yield Exposure(f"there is no folder {folder} for the database", f"mkdir -m 700 {folder}")
    elif not os.access(folder, os.W_OK | os.X_OK):
        yield Exposure(f"this account may not write into {folder}, beside the database", f"chown it to uid {os.geteuid()}")
    if _mode(folder) & stat.S_IWOTH and not _mode(folder) & stat.S_ISVTX:
        said = f"everybody on this machine can put another database in the place of {path}"
        yield Exposure(said, f"chmod o-w {folder}", grave=True)


def _spool(folder: Path) -> Iterator[Exposure]:
    """Large mails lie there while they are read, each in a file for our eyes alone."""
    if not os.access(folder, os.W_OK | os.X_OK):
        yield Exposure(f"this account may not write into {folder}, where large mails are read", "set TMPDIR to one that it may")
    elif _mode(folder) & stat.S_IWOTH and not _mode(folder) & stat.S_ISVTX:
        said = f"everybody on this machine can take away files in {folder}, where large mails are read"
        yield Exposure(said, f"chmod +t {folder}, or set TMPDIR to a folder of its own")
