"""What can go wrong with files.

ConfigError
├── FilesRefused         files that do not say what they must; carries every fault that was found
└── SecretUnavailable    a secret is not where the settings say that it is
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

LONGEST = {"message": 400, "expected": 2_000}  # characters: what is quoted of a file may be a thousand brackets
_UNSPEAKABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")  # controls, and halves of characters


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """One thing that is wrong in a file, and what to write instead. `line` and `column` count from 1; 0: the file as a whole.
    `path` is dotted: stages.stage1.respond.within. Its words can be written in any log, mail and database, whatever the file
    holds, and are not without an end."""

    file: str
    line: int
    column: int
    path: str
    message: str
    expected: str = ""

    def __post_init__(self) -> None:
        for name in ("file", "path", "message", "expected"):
            object.__setattr__(self, name, _sayable(getattr(self, name), LONGEST.get(name)))

    def __str__(self) -> str:
        where = ":".join((self.file, *(str(number) for number in (self.line, self.column) if number)))
        what = ": ".join(part for part in (where, self.path, self.message) if part)
        return f"{what}; {self.expected}" if self.expected else what


def _sayable(said: str, longest: int | None) -> str:
    """*said* without what cannot be written down, and without the middle of what nobody would read to its end."""
    clean = _UNSPEAKABLE.sub("\ufffd", said)
    if longest is None or len(clean) <= longest:
        return clean
    return f"{clean[: longest // 2]} … {clean[-longest // 2 :]}"


class ConfigError(Exception):
    """A file or a secret is not as it must be."""


class FilesRefused(ConfigError):
    """Files were refused; nothing of them is in force. `faults` holds all that is wrong, in the order of the files."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(dict.fromkeys(faults))
        super().__init__("\n".join(str(fault) for fault in self.faults))


class SecretUnavailable(ConfigError):
    """A secret is not where the settings say. The message names the place, never the value."""
