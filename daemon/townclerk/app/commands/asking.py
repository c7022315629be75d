"""What was asked for on every command line, and why a command may have to stop.

CommandStopped
├── NotAsItShould    exit status 1: something is not as it should be, and here is what to do
└── CannotRead       exit status 2: an argument or a file cannot be read
"""

import getpass
import os
from dataclasses import dataclass
from pathlib import Path

from townclerk.config.settings import Settings, load_settings

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
        """The settings file: the named one, there or not; else the first of the usual places that holds one; else None."""
        return self.config or next((place for place in PLACES if place.is_file()), None)

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


def who_asks() -> str:
    """The person at the terminal, for the journal: their account on this machine, also behind sudo."""
    behind = os.environ.get("SUDO_USER", "")
    if behind and os.geteuid() == 0:
        return behind
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # an account without a name, as in a container
        return f"uid {os.getuid()}"
