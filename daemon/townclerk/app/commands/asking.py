"""What was asked for on every command line, and why a command may have to stop.

CommandStopped
├── NotAsItShould    exit status 1: something is not as it should be, and here is what to do
└── CannotRead       exit status 2: an argument or a file cannot be read
"""

import os
import pwd
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from townclerk.config.settings import Settings, load_settings

Why = Annotated[
    str | None, typer.Option("--why", metavar="REASON", envvar="TOWNCLERK_WHY", help="Why you look, for the journal.")
]
LONGEST_WHY = 300  # characters: a reason, not a report
LOGIN = Path("/proc/self/loginuid")  # whoever logged in; the kernel lets nobody but root say otherwise
NOBODY_LOGGED_IN = 2**32 - 1

PLACES = (Path("townclerk.yaml"), Path("/etc/townclerk/townclerk.yaml"))


class CommandStopped(Exception):  # it says what happened, as every error here does
    """The message is for the person at the terminal: what is wrong, and what to do."""

    status = 1


class NotAsItShould(CommandStopped):
    """Something outside of this command line is not as it should be."""


class CannotRead(CommandStopped):
    """An argument or a file cannot be read."""

    status = 2


@dataclass(frozen=True, slots=True)
class Asked:
    """The options that every command has. `config` is what --config or $TOWNCLERK_CONFIG names, None where neither does."""

    config: Path | None = None

    def find_settings_file(self) -> Path | None:
        """The settings file: the named one, there or not; else the first of the usual places that holds one; else None. Raises
        CannotRead where somebody else has put it there."""
        if self.config is not None:
            return self.config
        found = next((place for place in PLACES if place.is_file()), None)
        if found is not None and not (_owners(found) <= _trusted()):
            raise CannotRead(f"{found.absolute()} is somebody else's: if you mean it, write --config {found}")
        return found

    def settings_file(self) -> Path:
        """The settings file. Raises CannotRead where none is named and none lies in the usual places."""
        found = self.find_settings_file()
        if found is None:
            looked = " or ".join(f"./{place}" if not place.is_absolute() else str(place) for place in PLACES)
            raise CannotRead(f"there is no settings file at {looked}; name one with --config FILE or $TOWNCLERK_CONFIG")
        return found

    def find_settings(self) -> Settings | None:
        """The settings, where there are any. Raises FilesRefused where there is a file that cannot be read."""
        found = self.find_settings_file()
        return None if found is None else load_settings(found)


def _owners(path: Path) -> set[int]:
    """Who has put a file where it is: of a link, whoever made the link as well."""
    return {path.stat().st_uid, path.lstat().st_uid}


def _trusted() -> set[int]:
    """Whose settings count unnamed. In a folder where everybody may write, anybody's would lie: with them, another server would
    be told any secret that we may read. Behind sudo, a person's own are theirs."""
    behind = os.environ.get("SUDO_UID", "")
    return {0, os.geteuid(), *([int(behind)] if os.geteuid() == 0 and behind.isdigit() else [])}


def who_asks() -> str:
    """The person at the terminal, for the journal: whoever logged in, also behind sudo; where the kernel keeps no login, the
    account of this process. What $SUDO_USER and $USER say counts for nothing: anybody may write it."""
    return _logged_in() or account()


def as_whom() -> dict[str, str]:
    """By which ways the person came, for the journal: the account of this process, and what is said of sudo, which is only as
    true as whoever may set an environment variable."""
    said = {"account": account(), "sudo_says": os.environ.get("SUDO_USER", "")}
    return {way: name for way, name in said.items() if name and name != who_asks()}


def account() -> str:
    """The account that this process has."""
    return _name_of(os.geteuid())


def _logged_in() -> str | None:
    try:
        number = int(LOGIN.read_text(encoding="ascii"))
    except (OSError, ValueError):  # not Linux, or a kernel that does not keep it
        return None
    return None if number == NOBODY_LOGGED_IN else _name_of(number)


def _name_of(number: int) -> str:
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:  # an account without a name, as in a container
        return f"uid {number}"


def at_a_terminal() -> bool:
    """Somebody sits there who can be asked."""
    return sys.stdin.isatty() and sys.stderr.isatty()


def reason_for_looking(given: str | None, *, required: bool) -> str:
    """Why somebody looks at what people wrote: as *given*, else asked for where a person sits at a terminal. A program that
    gives none may look all the same (empty), unless one is *required*. Raises CannotRead."""
    why = given
    if given is None and at_a_terminal():
        why = typer.prompt("Why do you look? It is put into the journal", default="", show_default=False, err=True)
        required = True
    found = " ".join((why or "").split())[:LONGEST_WHY]
    if not found and required:
        raise CannotRead('a reason is needed, for the journal: write --why "the resident rang about it"')
    return found
