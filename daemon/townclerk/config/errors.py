"""What can go wrong with files.

ConfigError
├── FilesRefused         files that do not say what they must; carries every fault that was found
└── SecretUnavailable    a secret is not where the settings say that it is
"""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """One thing that is wrong in a file, and what to write instead. `line` and `column` count from 1; 0: the file as a whole.
    `path` is dotted: stages.stage1.respond.within."""

    file: str
    line: int
    column: int
    path: str
    message: str
    expected: str = ""

    def __str__(self) -> str:
        where = ":".join((self.file, *(str(number) for number in (self.line, self.column) if number)))
        what = f"{self.path}: {self.message}" if self.path else self.message
        return f"{where}: {what}; {self.expected}" if self.expected else f"{where}: {what}"


class ConfigError(Exception):
    """A file or a secret is not as it must be."""


class FilesRefused(ConfigError):
    """Files were refused; nothing of them is in force. `faults` holds all that is wrong, in the order of the files."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(dict.fromkeys(faults))
        super().__init__("\n".join(str(fault) for fault in self.faults))


class SecretUnavailable(ConfigError):
    """A secret is not where the settings say. The message names the place, never the value."""
