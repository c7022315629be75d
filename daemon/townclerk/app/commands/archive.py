"""A backup as one file: what is said of it, then the copy of the database. Nobody but its owner may read it."""

import hashlib
import io
import json
import os
import shutil
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, Any

from townclerk import __version__
from townclerk.app.commands.asking import CannotRead, NotAsItShould
from townclerk.store.backup import Contents
from townclerk.store.journal import Head

SAID, DATABASE = "manifest.json", "database"  # the two parts of the file
FORMAT = 1
LONGEST_SAID = 1_000_000  # bytes
PIECE = 1 << 20


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup says of itself. `kind`: sqlite or postgresql; `sha256` and `size` are of the copy."""

    council: str
    mailbox: str
    kind: str
    made_at: datetime
    contents: Contents
    sha256: str
    size: int

    def as_json(self) -> dict[str, Any]:
        told = asdict(self)
        contents = told.pop("contents")
        return {"format": FORMAT, "townclerk": __version__, **told, "made_at": self.made_at.isoformat(), **contents}


def measured(file: Path) -> tuple[str, int]:
    """(sha256, bytes) of *file*."""
    digest = hashlib.sha256()
    with file.open("rb") as opened:
        while piece := opened.read(PIECE):
            digest.update(piece)
    return digest.hexdigest(), file.stat().st_size


def write(to: Path, manifest: Manifest, database: Path) -> None:
    """Write the backup *to* a file that is not there yet: whole or not at all. Raises NotAsItShould."""
    unfinished = to.with_name(f".{to.name}.unfinished")
    try:
        with os.fdopen(os.open(unfinished, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
            with tarfile.open(fileobj=file, mode="w") as tar:
                said = json.dumps(manifest.as_json(), indent=1).encode()
                _add(tar, SAID, io.BytesIO(said), len(said), manifest.made_at)
                with database.open("rb") as copied:
                    _add(tar, DATABASE, copied, manifest.size, manifest.made_at)
            file.flush()
            os.fsync(file.fileno())
        os.link(unfinished, to)  # unlike a renaming, never over another
    except OSError as error:
        raise NotAsItShould(f"{to} cannot be written: {error.strerror}") from None
    finally:
        unfinished.unlink(missing_ok=True)


def _add(tar: tarfile.TarFile, name: str, content: IO[bytes], size: int, made_at: datetime) -> None:
    info = tarfile.TarInfo(name)
    info.size, info.mode, info.mtime = size, 0o600, int(made_at.timestamp())
    tar.addfile(info, content)


@contextmanager
def opened(path: Path, beside: Path | None) -> Iterator[tuple[Manifest, Path]]:
    """What a backup says of itself, and the copy in a file of its own, found to be as it was written; in the folder *beside*
    where there is one. Raises CannotRead."""
    with TemporaryDirectory(prefix=".townclerk-restore-", dir=beside) as folder:
        try:
            with tarfile.open(path, mode="r:") as tar:
                manifest = _said(tar, path)
                copied = Path(folder) / "townclerk.db"
                os.close(os.open(copied, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
                with _part(tar, DATABASE, path) as packed, copied.open("wb") as file:
                    shutil.copyfileobj(packed, file, PIECE)
        except tarfile.TarError:
            raise CannotRead(f"{path} is no backup of townclerk, or only a part of one") from None
        except OSError as error:
            raise CannotRead(f"{path} cannot be read: {error.strerror or error}") from None
        if measured(copied) != (manifest.sha256, manifest.size):
            raise NotAsItShould(f"{path} is not as it was written: its digest is another. Take another backup")
        yield manifest, copied


def _part(tar: tarfile.TarFile, name: str, path: Path) -> IO[bytes]:
    """A part, whole as it stands there: no link to another, and no hole that unfolds to more than any disk holds."""
    try:
        member = tar.getmember(name)
        found = tar.extractfile(member) if member.isreg() and not member.issparse() else None
    except KeyError:
        found = None
    if found is None:
        raise CannotRead(f"{path} is no backup of townclerk, or only a part of one")
    return found


def _said(tar: tarfile.TarFile, path: Path) -> Manifest:
    try:
        told = json.loads(_part(tar, SAID, path).read(LONGEST_SAID))
        if told["format"] != FORMAT:
            raise CannotRead(
                f"{path} was made by townclerk {told['townclerk']}, and is of a format that this one does not know"
            )
        rows = {str(name): int(count) for name, count in told["rows"].items()}
        contents = Contents(str(told["revision"]), Head(int(told["head"]["number"]), str(told["head"]["hash"])), rows)
        made_at = datetime.fromisoformat(told["made_at"])
        council, mailbox, kind, sha256 = (str(told[name]) for name in ("council", "mailbox", "kind", "sha256"))
        return Manifest(council, mailbox, kind, made_at, contents, sha256, int(told["size"]))
    except (ValueError, KeyError, TypeError, AttributeError):
        raise CannotRead(f"{path} does not say what is in it, as a backup of townclerk does") from None
