"""Whether the files of an installation have changed, and what has: so that an edit counts without a restart, and the journal
can say whose it was."""

import hashlib
import os
import pwd
import stat
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from townclerk.config.learned_file import SUFFIX
from townclerk.config.settings import Settings
from townclerk.config.shipped import shipped_folders
from townclerk.domain.routing import Routing, Rule, try_rules

READ_AT_MOST = 2_000_000  # bytes of one file: what is larger is refused anyhow


@dataclass(frozen=True, slots=True)
class Stand:
    """How the files stand: of each its time of change in nanoseconds, its size and its inode."""

    files: Mapping[Path, tuple[int, int, int]]


@dataclass(frozen=True, slots=True)
class Change:
    """What has happened to one file. `by` is the account that owns it, "" where it is gone; `lines` for instance "+3 -1", and
    "+0 -0" where the same lines stand in another order."""

    file: str
    by: str
    sha256: str
    lines: str


def stand_of(settings: Settings, settings_path: Path) -> Stand:
    """How the files stand that an installation reads. Raises nothing: a file that cannot be looked at is as good as gone, and
    so is what is none: a pipe would keep for ever whoever reads it."""
    found: dict[Path, tuple[int, int, int]] = {}
    for path in _files(settings, settings_path):
        try:
            status = path.stat()
        except OSError:
            continue
        if stat.S_ISREG(status.st_mode):
            found[path] = (status.st_mtime_ns, status.st_size, status.st_ino)
    return Stand(found)


def _files(settings: Settings, settings_path: Path) -> Iterator[Path]:
    yield settings_path
    if settings.staff is not None:
        yield settings.staff
    for folder in shipped_folders("rules", settings.rules):
        for place in (settings.council, "shared"):
            yield from sorted(path for path in (folder / place).glob("*") if path.suffix in {".yaml", SUFFIX})
    for folder in shipped_folders("templates", settings.templates):
        yield from sorted(path for path in folder.rglob("*") if path.suffix in {".md", ".html", ".css", ".txt", ".yaml"})


def contents_of(stand: Stand) -> dict[Path, bytes]:
    """What stands in the files, to be compared with later."""
    found: dict[Path, bytes] = {}
    for path, (_, size, _) in stand.files.items():
        try:
            found[path] = path.read_bytes() if size <= READ_AT_MOST else b""
        except OSError:
            continue
    return found


def changes(before: Mapping[Path, bytes], now: Mapping[Path, bytes]) -> tuple[Change, ...]:
    """What is new, gone or written otherwise, by the name of the file in its folder."""
    different = sorted(path for path in {*before, *now} if before.get(path) != now.get(path))
    return tuple(_change(path, before.get(path), now.get(path)) for path in different)


def _change(path: Path, before: bytes | None, now: bytes | None) -> Change:
    name = os.fsencode("/".join(path.parts[-2:])).decode("utf-8", "replace")
    if now is None:
        return Change(name, "", "", "gone")
    digest = hashlib.sha256(now).hexdigest()[:12]
    return Change(name, _owner(path), digest, "new" if before is None else _counted(before, now))


def _owner(path: Path) -> str:
    try:
        number = path.stat().st_uid
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return f"uid {number}"
    except OSError:
        return ""


def _counted(before: bytes, now: bytes) -> str:
    """How many lines came and went, wherever they stand: to find out where takes hours in a file with many equal lines."""
    was, is_ = Counter(before.splitlines()), Counter(now.splitlines())
    return f"+{(is_ - was).total()} -{(was - is_).total()}"


def untested_among(routing: Routing, names: Collection[str]) -> tuple[Rule, ...]:
    """The rules of these *names* that no mail under `tests` reaches, those of other rules neither."""
    bare = {rule.id for rule in routing.rules if rule.id in names and not any(test.holds for test in rule.tests)}
    return tuple(rule for rule in try_rules(routing).unreached if rule.id in bare) if bare else ()


def rules_changed(before: Routing, now: Routing) -> dict[str, list[str]]:
    """The ids of the rules that are new, gone, or say something else; none where nothing is."""
    was = {rule.id: (rule.when, rule.then, rule.stop) for rule in before.rules}
    is_ = {rule.id: (rule.when, rule.then, rule.stop) for rule in now.rules}
    found = {
        "new": [name for name in is_ if name not in was],
        "gone": [name for name in was if name not in is_],
        "changed": [name for name in is_ if name in was and was[name] != is_[name]],
    }
    return {what: names for what, names in found.items() if names}
