"""A compound file (OLE2; MS-CFB): folders and streams within one file, as Outlook and old Office programs save them.

Nothing that it says of itself is believed: no sector is read of which the file has none, no chain goes round, no entry stands
in two folders, and all that is read of it together is at most three times what it is. So the time grows with the size alone.
"""

import struct
import sys
from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

MAGIC = bytes.fromhex("d0cf11e0a1b11ae1")
_HEADER = 512
_SHIFTS = {9: 512, 12: 4096}
_MINI, _MINI_SHIFT, _CUTOFF = 64, 6, 4096
_ENTRY = struct.Struct("<64sHBxIII36xIQ")  # name, its length, kind, left, right, child, first sector, size
_FOLDER, _STREAM, _ROOT = 1, 2, 5
_LAST_SECTOR = 0xFFFFFFFA  # what is above says that there is none
_DIFAT_HERE = 109


class Damaged(Exception):  # how, does not matter
    """It is not what it says."""


@dataclass(frozen=True, slots=True)
class Stream:
    """Where the bytes of a stream stand."""

    first: int
    size: int


@dataclass(slots=True)
class Folder:
    """What is in a folder, by name in capital letters: names are compared so. `name` is its own."""

    name: str
    streams: dict[str, Stream] = field(default_factory=dict)
    folders: dict[str, "Folder"] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Entry:
    name: str
    kind: int
    left: int
    right: int
    child: int
    stream: Stream


class CompoundFile:
    """The folders and streams of *data*. Raises Damaged where it is no compound file, or its tables or folders are broken."""

    def __init__(self, data: bytes) -> None:
        if len(data) < _HEADER or not data.startswith(MAGIC):
            raise Damaged
        self._data = data
        self._left = 3 * len(data)
        shift, mini_shift = struct.unpack_from("<HH", data, 30)
        if shift not in _SHIFTS or mini_shift != _MINI_SHIFT:
            raise Damaged
        self._size = _SHIFTS[shift]
        self._wide = shift == 12  # only then is a size of eight bytes
        self._sectors = -(-len(data) // self._size) - 1
        directory, mini_fat = struct.unpack_from("<I8xI", data, 48)
        self._fat = self._table(self._fat_sectors())
        entries = self._entries(directory)
        self.root = _tree(entries)
        self._mini_fat = self._table(self._chain(mini_fat, self._fat))
        self._mini = self._whole(entries[0].stream)

    def read(self, stream: Stream) -> bytes:
        """The bytes of *stream*. Raises Damaged where they are not all there."""
        if stream.size >= _CUTOFF:
            return self._whole(stream)
        wanted = -(-stream.size // _MINI)
        chain = self._chain(stream.first, self._mini_fat, wanted)
        return self._joined((self._mini[number * _MINI : (number + 1) * _MINI] for number in chain), stream.size)

    def _whole(self, stream: Stream) -> bytes:
        wanted = -(-stream.size // self._size)
        chain = self._chain(stream.first, self._fat, wanted)
        return self._joined((self._sector(number) for number in chain), stream.size)

    def _joined(self, pieces: Iterable[bytes], size: int) -> bytes:
        if size > self._left:
            raise Damaged
        self._left -= size
        found = b"".join(pieces)[:size]
        if len(found) < size:
            raise Damaged
        return found

    def _sector(self, number: int) -> bytes:
        """The last one may be cut short."""
        start = (number + 1) * self._size
        if start >= len(self._data):
            raise Damaged
        return self._data[start : start + self._size]

    def _table(self, sectors: Iterable[int]) -> "array[int]":
        found = array("I", b"".join(self._sector(number).ljust(self._size, b"\xff") for number in sectors))
        if sys.byteorder == "big":
            found.byteswap()
        return found

    def _fat_sectors(self) -> list[int]:
        """The sectors that say which sector follows which. Their own numbers stand in the header, and on from there."""
        found = list(struct.unpack_from(f"<{_DIFAT_HERE}I", self._data, 76))
        count, following = struct.unpack_from("<I20xI", self._data, 44)
        seen: set[int] = set()
        while following <= _LAST_SECTOR:
            if following in seen:
                raise Damaged
            seen.add(following)
            numbers = self._table([following])
            found += numbers[:-1]
            following = numbers[-1]
        kept = [number for number in found[:count] if number <= _LAST_SECTOR]
        if len(kept) != len(set(kept)):
            raise Damaged
        return kept

    def _chain(self, first: int, table: "array[int]", wanted: int | None = None) -> Iterator[int]:
        """The sectors that follow each other from *first*, so many as are *wanted*; None: all."""
        number = first
        for _ in range(self._sectors if wanted is None else wanted):
            if number >= len(table):
                if wanted is None and number > _LAST_SECTOR:
                    return
                raise Damaged
            yield number
            number = table[number]
        if wanted is None and number <= _LAST_SECTOR:
            raise Damaged

    def _entries(self, first: int) -> list[_Entry]:
        found = b"".join(self._sector(number) for number in self._chain(first, self._fat))
        whole = len(found) - len(found) % _ENTRY.size
        entries = [self._entry(*values) for values in _ENTRY.iter_unpack(found[:whole])]
        if not entries or entries[0].kind != _ROOT:
            raise Damaged
        return entries

    def _entry(self, name: bytes, length: int, kind: int, left: int, right: int, child: int, first: int, size: int) -> _Entry:
        said = name[: max(0, min(length, 64) - 2)].decode("utf-16-le", "replace")
        return _Entry(said, kind, left, right, child, Stream(first, size if self._wide else size & 0xFFFFFFFF))


def _tree(entries: list[_Entry]) -> Folder:
    """The folders below the first entry. Those of one folder hang on each other to the left and to the right."""
    root = Folder("")
    waiting = [(entries[0].child, root)]
    seen = {0}
    while waiting:
        number, folder = waiting.pop()
        if number > _LAST_SECTOR:
            continue
        if number >= len(entries) or number in seen:
            raise Damaged
        seen.add(number)
        entry = entries[number]
        waiting += [(entry.left, folder), (entry.right, folder)]
        if entry.kind == _FOLDER:
            inner = folder.folders.setdefault(entry.name.upper(), Folder(entry.name))
            waiting.append((entry.child, inner))
        elif entry.kind == _STREAM:
            folder.streams.setdefault(entry.name.upper(), entry.stream)
    return root
