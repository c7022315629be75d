"""Secrets: a settings file says where one is, never what it is. It is fetched when it is needed, so that a changed
password counts at the next connection."""

import os
import re
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from townclerk.config.errors import SecretUnavailable
from townclerk.config.reading import Refused, Value, text
from townclerk.config.yaml import Table

LARGEST = 64_000  # characters of a secret's file
OF_THE_SERVICE = Path("/run/credentials/townclerk.service")  # while it runs; for root and its own account
INSTEAD = "write {env: NAME}, {file: PATH} or {credential: NAME}"


class SecretKind(StrEnum):
    ENV = "env"
    FILE = "file"
    CREDENTIAL = "credential"  # of systemd: LoadCredential= and $CREDENTIALS_DIRECTORY


@dataclass(frozen=True, slots=True)
class Secret:
    """Where a secret is. It holds no value, so it can be printed and logged."""

    kind: SecretKind
    name: str

    def __str__(self) -> str:
        return f"{{{self.kind}: {self.name}}}"

    def reveal(self) -> str:
        """The secret itself, without the line end of its file. Raises SecretUnavailable."""
        found = os.environ.get(self.name, "") if self.kind is SecretKind.ENV else self._from_file()
        if not found:
            raise SecretUnavailable(f"the secret {self} is empty or not there")
        return found

    def _from_file(self) -> str:
        try:
            with self._path().open(encoding="utf-8") as file:
                found = file.read(LARGEST + 1)
        except (OSError, UnicodeDecodeError) as error:
            raise SecretUnavailable(f"the secret {self} cannot be read ({type(error).__name__})") from None
        if len(found) > LARGEST:
            raise SecretUnavailable(f"the secret {self} is larger than any secret")
        return found.rstrip("\r\n")

    def _path(self) -> Path:
        if self.kind is SecretKind.FILE:
            return Path(self.name)
        folder = os.environ.get("CREDENTIALS_DIRECTORY")
        if folder:
            return Path(folder) / self.name
        if os.access(OF_THE_SERVICE, os.X_OK):
            return OF_THE_SERVICE / self.name
        raise SecretUnavailable(
            f"the secret {self} needs $CREDENTIALS_DIRECTORY, which systemd sets; while the service runs, root and its account "
            f"find it in {OF_THE_SERVICE} too"
        )


def secret(value: Value) -> Secret:
    """The place of a secret. What stands there in plain text is refused, and not repeated in the fault."""
    if not isinstance(value.node, Table):
        raise Refused("a secret must not stand in this file", INSTEAD)
    if len(value.node.entries) != 1:
        raise Refused("a secret is in one place", INSTEAD)
    if value.node.entries[0].key not in [kind.value for kind in SecretKind]:  # and it is not repeated: it may be the secret
        raise Refused("that is no place that a secret can be in", INSTEAD)
    with value.fields() as f:
        found = [(kind, f.optional(kind, text, "")) for kind in SecretKind]
    for kind, name in found:
        if name:
            if kind is SecretKind.CREDENTIAL and "/" in name:
                raise Refused(f'"{name}" is not the name of a credential', "write the name that stands in LoadCredential=")
            if kind is SecretKind.ENV and not re.fullmatch(r"[A-Za-z_]\w*", name, re.ASCII):
                raise Refused("that is not the name of an environment variable", "write its name here, and the secret into it")
            return Secret(kind, str(beside(value, name)) if kind is SecretKind.FILE else name)
    raise Refused("the place of a secret is missing", INSTEAD)


def beside(value: Value, path: str) -> Path:
    """*path*, counted from the folder of the file in which *value* stands."""
    return Path(value.node.place.file).resolve().parent / path
