"""The bytes of a mail in memory, or in a file where it is too large for that."""

import hashlib
import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

PIECE = 1 << 20  # bytes: the largest piece that a Raw hands out


@dataclass(frozen=True, slots=True)
class MemoryRaw:
    """A mail held in memory."""

    data: bytes
    sha256: str = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "sha256", hashlib.sha256(self.data).hexdigest())

    @property
    def size(self) -> int:
        return len(self.data)

    def chunks(self) -> Iterator[bytes]:
        """The bytes from the beginning, in pieces of at most a megabyte. May be called again."""
        return (self.data[start : start + PIECE] for start in range(0, len(self.data), PIECE))

    def discard(self) -> None:
        """Nothing to give back."""


@dataclass(frozen=True, slots=True)
class FileRaw:
    """A mail in a temporary file, which belongs to this value: `discard` removes it. Made by a `Spool`."""

    path: Path
    size: int
    sha256: str

    def chunks(self) -> Iterator[bytes]:
        """The bytes from the beginning, in pieces of at most a megabyte. May be called again."""
        with self.path.open("rb") as file:
            while piece := file.read(PIECE):
                yield piece

    def discard(self) -> None:
        """Remove the file. May be called again."""
        self.path.unlink(missing_ok=True)


class Spool:
    """A file being written. Left by an exception it is removed; otherwise `finish` makes it a `FileRaw`.

    `folder` None is the system's folder for temporary files. The file is readable by us alone.
    """

    def __init__(self, folder: Path | None = None) -> None:
        handle, name = tempfile.mkstemp(prefix="townclerk-", suffix=".eml", dir=folder)
        self._file = os.fdopen(handle, "wb")
        self._path = Path(name)
        self._hash = hashlib.sha256()
        self._size = 0

    @property
    def size(self) -> int:
        """Bytes written so far."""
        return self._size

    def write(self, piece: bytes) -> None:
        self._file.write(piece)
        self._hash.update(piece)
        self._size += len(piece)

    def finish(self) -> FileRaw:
        self._file.close()
        return FileRaw(self._path, self._size, self._hash.hexdigest())

    def discard(self) -> None:
        self._file.close()
        self._path.unlink(missing_ok=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None) -> None:
        if kind is not None:
            self.discard()
