"""Whether the files of an installation have changed, and what has: so that an edit counts without a restart, and the journal
can say what it was. Who made it, no file system keeps: only whom a file belongs to."""

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
from townclerk.config.shipped import find_shipped, shipped_folders
from townclerk.domain.roster import Officer, Roster
from townclerk.domain.routing import Routing, Rule, try_rules

READ_AT_MOST = 2_000_000  # bytes of one file: what is larger is refused anyhow


@dataclass(frozen=True, slots=True)
class Stand:
    """How the files stand: of each its time of change in nanoseconds, its size and its inode."""

    files: Mapping[Path, tuple[int, int, int]]


@dataclass(frozen=True, slots=True)
class Change:
    """What has happened to one file. `owner` is the account that it belongs to, who need not have written it, "" where it is
    gone; `lines` for instance "+3 -1", and "+0 -0" where the same lines stand in another order."""

    file: str
    owner: str
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
    if settings.signatures.certificates is not None:
        yield from sorted(path for path in settings.signatures.certificates.glob("*") if not path.name.startswith("."))
    for folder in shipped_folders("rules", settings.rules):
        for place in (settings.council, "shared"):
            yield from sorted(path for path in (folder / place).glob("*") if path.suffix in {".yaml", SUFFIX})
    for folder in shipped_folders("templates", settings.templates):
        yield from (path for path in _below(folder) if path.suffix in {".md", ".html", ".css", ".txt", ".yaml"})


def _below(folder: Path, inside: frozenset[tuple[int, int]] = frozenset()) -> Iterator[Path]:
    """What lies in *folder* and the folders in it, under each name by which it is read: through links too, as the letters are.
    *inside* are the folders above it, that links round in a circle come to an end."""
    try:
        status, paths = folder.stat(), sorted(folder.iterdir())
    except OSError:
        return
    here = (status.st_dev, status.st_ino)
    if here in inside:
        return
    for path in paths:
        if os.path.isdir(path):  # noqa: PTH112  # Path.is_dir raises where it may not look
            yield from _below(path, inside | {here})
        else:
            yield path


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


def digests(contents: Mapping[Path, bytes], settings: Settings) -> dict[str, str]:
    """The names, by what they say, of what has no version of its own: the roster, and all templates together."""
    roster = settings.staff or find_shipped("rules", f"{settings.council}/staff.yaml", settings.rules)
    folders = shipped_folders("templates", settings.templates)
    templates = sorted(
        f"{path.relative_to(folder)}\0{hashlib.sha256(said).hexdigest()}"
        for path, said in contents.items()
        for folder in folders
        if path.is_relative_to(folder)
    )
    found = {"roster": contents.get(roster, b"") if roster else b"", "templates": "\n".join(templates).encode()}
    return {what: hashlib.sha256(said).hexdigest()[:12] for what, said in found.items() if said}


def roster_changed(before: Roster, now: Roster) -> list[dict[str, object]]:
    """Who is new or gone, and of whom an address, the roles or the services are others; then the words that are for others.
    None where nobody may do or hear anything else than before."""
    was, is_ = ({officer.key: _reach(officer) for officer in roster.officers} for roster in (before, now))
    officers: list[dict[str, object]] = [
        {"officer": key, **_differences(was.get(key), is_.get(key))} for key in {**was, **is_} if was.get(key) != is_.get(key)
    ]
    words = sorted({*before.permissions, *now.permissions})
    return officers + [
        {"word": word, "before": sorted(before.permissions.get(word, ())), "now": sorted(now.permissions.get(word, ()))}
        for word in words
        if before.permissions.get(word) != now.permissions.get(word)
    ]


def _reach(officer: Officer) -> dict[str, list[str]]:
    """All that gives an officer a letter or a power."""
    return {
        "address": sorted(officer.addresses),
        "roles": sorted(officer.roles),
        "services": sorted(officer.services),
        "deputies": list(officer.deputies),
        "mailbox_of": list(officer.mailbox_of),
    }


def _differences(was: Mapping[str, list[str]] | None, is_: Mapping[str, list[str]] | None) -> dict[str, object]:
    if was is None or is_ is None:
        return {"gone": True} if is_ is None else {"new": True, "address": is_["address"], "roles": is_["roles"]}
    return {what: {"before": was[what], "now": is_[what]} for what in was if was[what] != is_[what]}


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
