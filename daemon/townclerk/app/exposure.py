"""What of an installation lies open to others on the same machine, or is shut to us: whatever decides how it acts (settings,
secrets, rules, roster, templates, database), and the folder where large mails are read.

As OpenSSH does with keys (StrictModes): the file itself, the links that lead to it, and every folder above it."""

import grp
import os
import pwd
import stat
import tempfile
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from townclerk.config.errors import Fault
from townclerk.config.secrets import Secret, SecretKind
from townclerk.config.settings import Settings
from townclerk.config.shipped import PACKAGE, shipped_folders
from townclerk.store.backup import file_of

MOST_LINKS = 40  # that lead from one to the next: what the kernel follows, too
ROOT = 0
BESIDE = ("-wal", "-shm", "-journal")  # what SQLite reads beside a database, as if it stood in it


@dataclass(frozen=True, slots=True)
class Exposure:
    """One thing that is not as it should be, and what to type. `grave`: others can make us do as they like: nothing starts."""

    what: str
    todo: str
    grave: bool = False

    def __str__(self) -> str:
        return f"{self.what}: {self.todo}"

    @property
    def fault(self) -> Fault:
        """For whoever is told that changed files are not taken up."""
        return Fault("", 0, 0, "", self.what, f"read through what stands there, then {self.todo}")


def exposures(settings: Settings, path: Path, *, looking_as_root: bool = False) -> tuple[Exposure, ...]:
    """Of the settings at *path* and all that they name. What is not there is somebody else's to tell of. *looking_as_root*:
    root looks on behalf of the account that has the database."""
    ours = _ours()
    if looking_as_root and (database := file_of(settings.database.url)) and (status := _status(database)):
        ours.add(status.st_uid)
    look = _Look(frozenset(ours))
    found = [
        *look.at_file(path, "the settings file"),
        *(
            each
            for one in _secret_files(settings)
            for each in (*look.at_file(one, "the secret"), *_readable(one, "the secret"))
        ),
        *(each for one in _certificates(settings) for each in look.at_file(one, "the certificates")),
        *(each for folder in shipped_folders("rules", settings.rules) for each in _rules(look, folder, settings.council)),
        *(each for one in shipped_folders("templates", settings.templates) for each in look.at_tree(one, "the templates")),
        *(look.at_tree(trusted, "the certificates") if (trusted := settings.signatures.certificates) is not None else ()),
        *(look.at_file(settings.staff, "the roster") if settings.staff is not None else ()),
        *_database(look, settings.database.url),
        *_spool(look, Path(tempfile.gettempdir())),
    ]
    return tuple({each.todo: each for each in reversed(found)}.values())[::-1]  # each thing to type once: what it is first for


def exposures_of(path: Path, what: str) -> tuple[Exposure, ...]:
    """Of one file that somebody names: a backup that is made, or is to be loaded."""
    return tuple(dict.fromkeys(_Look(frozenset(_ours())).at_file(path, what)))


def _ours() -> set[int]:
    """Whoever has the program has us do as they like anyhow."""
    return {ROOT, os.geteuid(), PACKAGE.stat().st_uid}


def grave_faults(settings: Settings, path: Path) -> tuple[Fault, ...]:
    """For what reasons nothing that has changed may be taken up now."""
    return tuple(each.fault for each in exposures(settings, path) if each.grave)


def secrets_of(settings: Settings) -> tuple[tuple[str, Secret], ...]:
    """Every secret that the settings name, with what it is for."""
    found = [("mailbox", each) for each in settings.mailbox.login.secrets]
    if settings.smtp.login is not None:
        found += [("smtp", each) for each in settings.smtp.login.secrets]
    if settings.database.secret is not None:
        found.append(("database", settings.database.secret))
    found += [(f"reply key {key.id}", key.secret) for key in settings.reply_address.keys]
    return tuple(found)


# --- which files decide


def _secret_files(settings: Settings) -> tuple[Path, ...]:
    """systemd's credentials are systemd's to keep."""
    return tuple(Path(secret.name) for _, secret in secrets_of(settings) if secret.kind is SecretKind.FILE)


def _certificates(settings: Settings) -> Iterator[Path]:
    """They say who is believed to be one of our servers."""
    logins = (settings.mailbox.login, settings.smtp.login)
    for each in (settings.mailbox.ca_file, settings.smtp.ca_file, *(getattr(login, "ca_file", None) for login in logins)):
        if each is not None:
            yield each


def _rules(look: "_Look", folder: Path, council: str) -> Iterator[Exposure]:
    """Rules, policy and roster."""
    yield from look.at_folder(folder, "the rules")
    for place in (council, "shared"):
        yield from look.at_tree(folder / place, "the rules")


def _database(look: "_Look", url: str) -> Iterator[Exposure]:
    """The file, what SQLite reads beside it, and what `restore` has put aside."""
    path = file_of(url)
    if path is None:
        return
    yield from look.at_file(path, "the database")
    path = Path(os.path.realpath(path))  # SQLite finds its journal beside the file itself, not beside a link to it
    folder = path.parent
    named = (*(path.with_name(path.name + end) for end in BESIDE), *sorted(folder.glob(f"{path.name}.before-restore-*")))
    beside = tuple(each for each in named if os.path.lexists(each))
    for each in beside:
        yield from look.at_file(each, "the database")
    for each in (path, *beside):
        yield from _readable(each, "the database")
        if _status(each) and not os.access(each, os.R_OK | os.W_OK):
            yield Exposure(f"this account may not read and write the database {each}", f"chown it to uid {os.geteuid()}")
    if not folder.is_dir():
        yield Exposure(f"there is no folder {folder} for the database", f"mkdir -m 700 {folder}")
    elif not os.access(folder, os.W_OK | os.X_OK):
        yield Exposure(f"this account may not write into {folder}, beside the database", f"chown it to uid {os.geteuid()}")
    yield from look.at_folder(folder, "the database")


def _spool(look: "_Look", folder: Path) -> Iterator[Exposure]:
    """Large mails lie there while they are read, each in a file for our eyes alone."""
    if not os.access(folder, os.W_OK | os.X_OK):
        yield Exposure(f"this account may not write into {folder}, where large mails are read", "set TMPDIR to one that it may")
    yield from look.at_way(_way_to(folder), f"the large mails that are read in {folder}")


def _readable(path: Path, what: str) -> Iterator[Exposure]:
    status = _status(path)
    if status and status.st_mode & stat.S_IROTH:
        yield Exposure(f"everybody on this machine can read {what} {path}", f"chmod o= {path}")


def _status(path: Path) -> os.stat_result | None:
    """None where it is not there, or cannot be looked at."""
    try:
        return path.stat()
    except OSError:
        return None


# --- who can change them


class _Way(Enum):
    """A way for somebody else to change a thing."""

    EVERYBODY = "everybody"
    OWNER = "owner"
    GROUP = "group"


@dataclass(frozen=True, slots=True)
class _Step:
    """A file, folder or link that is met on the way to another."""

    path: Path
    status: os.stat_result

    @property
    def is_link(self) -> bool:
        return stat.S_ISLNK(self.status.st_mode)

    def who(self, way: _Way) -> str:
        match way:
            case _Way.EVERYBODY:
                return "everybody on this machine"
            case _Way.OWNER:
                return f"{_account(self.status.st_uid)}, who owns {self.path},"
            case _Way.GROUP:
                return f"everybody in the group {_group(self.status.st_gid)}"


@dataclass(frozen=True, slots=True)
class _Look:
    """What lies open to accounts that are not `ours`."""

    ours: frozenset[int]

    def at_file(self, path: Path, what: str) -> Iterator[Exposure]:
        """At what is found by its name: itself, each link to it, and the folders above them all."""
        steps = _way_to(path)
        yield from self.at_way(steps[:-1] if steps and not _goes_on(steps[-1]) else steps, f"{what} {path}")
        if steps and not _goes_on(steps[-1]):
            last = steps[-1]
            for way in self._open(last):
                yield _exposure(last, way, f"can change {what} {last.path}")

    def at_folder(self, path: Path, what: str) -> Iterator[Exposure]:
        """At a folder in which we take what lies there, as SQLite does its journal: to put something there is to change it."""
        steps = _way_to(path)
        if not steps or not stat.S_ISDIR(steps[-1].status.st_mode):
            return
        yield from self.at_way(steps[:-1], f"{what} {path}")
        for way in self._open(steps[-1], put=True):
            yield _exposure(steps[-1], way, f"can put something of their own beside {what} in {path}")

    def at_tree(self, folder: Path, what: str) -> Iterator[Exposure]:
        """At a folder and all that lies below it, through links too: for each way one thing to type in each of the folders that
        are linked to each other, however much there is."""
        yield from self.at_folder(folder, what)
        waiting, seen = deque([folder]), set[tuple[int, int]]()
        while waiting:
            within = waiting.popleft()
            found: dict[_Way, list[_Step]] = {}
            for step in _below(within, seen):
                if not step.is_link:
                    for way in self._open(step, put=True):
                        found.setdefault(way, []).append(step)
                elif os.path.isdir(step.path):  # noqa: PTH112  # Path.is_dir raises where it may not look
                    yield from self.at_folder(step.path, what)
                    waiting.append(Path(os.path.realpath(step.path)))  # chown -R goes through no link that it is given
                else:
                    yield from self.at_file(step.path, what)
            for way, steps in found.items():
                yield _exposure(steps[0], way, f"can change {what} {steps[0].path}", also=steps[1:], within=within)

    def at_way(self, steps: tuple[_Step, ...], what: str) -> Iterator[Exposure]:
        """In a folder like /tmp everybody may put what they like, but take away only what is theirs."""
        for step in steps:
            for way in self._open(step):
                yield _exposure(step, way, f"can put something else in the place of {what}")

    def _open(self, step: _Step, *, put: bool = False) -> Iterator[_Way]:
        """*put*: to put something into it is to change it."""
        mode = step.status.st_mode
        if step.status.st_uid not in self.ours:
            yield _Way.OWNER
        if step.is_link or (stat.S_ISDIR(mode) and mode & stat.S_ISVTX and not put):
            return
        if mode & stat.S_IWOTH:
            yield _Way.EVERYBODY
        elif mode & stat.S_IWGRP:
            yield _Way.GROUP


def _exposure(step: _Step, way: _Way, can: str, also: Sequence[_Step] = (), within: Path | None = None) -> Exposure:
    """*also*: other steps *within* a folder that are open in the same way."""
    groups = any(each.status.st_mode & stat.S_IWGRP for each in (step, *also))
    match way:
        case _Way.EVERYBODY:
            command, arguments = "chmod", "go-w" if groups else "o-w"
        case _Way.OWNER:
            command, arguments = "chown -h" if step.is_link else "chown", _account(os.geteuid())
        case _Way.GROUP:
            command, arguments = "chmod", "g-w"
    grave = way is not _Way.GROUP
    if also:
        said = f"{step.who(way)} {can}, and {len(also)} more in {within}"
        return Exposure(said, f"{command} -R {arguments} {within}", grave)
    return Exposure(f"{step.who(way)} {can}", f"{command} {arguments} {step.path}", grave)


def _way_to(path: Path) -> tuple[_Step, ...]:
    """What is met on the way to *path* from the root of all on: the folders, the links, and in the end itself. It ends before
    what is not there, or cannot be looked at."""
    at, found, links = Path("/"), [_Step(Path("/"), Path("/").stat())], 0
    ahead = deque(path.absolute().parts[1:])
    while ahead:
        part = ahead.popleft()
        if part == "..":
            at = at.parent
            continue
        try:
            step = _Step(at / part, (at / part).lstat())
            if step.is_link:
                links += 1
                target = Path(step.path.readlink())
        except OSError:
            break
        found.append(step)
        if not step.is_link:
            at = step.path
        elif links > MOST_LINKS:
            break
        else:
            at = Path("/") if target.is_absolute() else at
            ahead.extendleft(reversed(target.parts[1:] if target.is_absolute() else target.parts))
    return tuple(found)


def _goes_on(step: _Step) -> bool:
    """Whether *step* only leads to what is looked for, which is not there."""
    return step.is_link or stat.S_ISDIR(step.status.st_mode)


def _below(folder: Path, seen: set[tuple[int, int]]) -> Iterator[_Step]:
    """What lies in *folder* and the folders in it, of which a link is not entered. Folders that were *seen* are left out, and
    those that are met are added to them: links may lead round in a circle."""
    for above, folders, files in os.walk(folder):
        status = _status(Path(above))
        if status is None or (status.st_dev, status.st_ino) in seen:
            folders.clear()
            continue
        seen.add((status.st_dev, status.st_ino))
        for name in sorted((*folders, *files)):
            path = Path(above, name)
            try:
                yield _Step(path, path.lstat())
            except OSError:
                continue


def _account(number: int) -> str:
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return str(number)


def _group(number: int) -> str:
    try:
        return grp.getgrgid(number).gr_name
    except KeyError:
        return str(number)
