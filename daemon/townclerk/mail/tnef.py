"""The files inside a winmail.dat (application/ms-tnef; MS-OXTNEF): what Outlook sends where it believes that Outlook reads.

The attachments are taken out, their names and their bytes, and the message's own words. What is damaged or lies about its
lengths gives what could be read up to there, in time that grows with its size alone.
"""

import struct
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass

from townclerk.mail import rtf
from townclerk.mail.charset import clean, decode, said_on_page

_SIGNATURE = 0x223E9F78
_ATTRIBUTE = struct.Struct("<BHHI")  # level, identity, type, length
_CHECKSUM = 2
MAGIC = _SIGNATURE.to_bytes(4, "little")
_BODY, _MESSAGE, _CODE_PAGE = 0x800C, 0x9003, 0x9007
_PLAIN, _RTF, _HTML = 0x1000, 0x1009, 0x1013
_BEGINS, _TITLE, _DATA, _PROPERTIES = 0x9002, 0x8010, 0x800F, 0x9005
_LONG_NAME, _SHORT_NAME = 0x3707, 0x3704
_STRING, _UNICODE = 0x001E, 0x001F
_SIZES = {
    0x0002: 4,
    0x0003: 4,
    0x0004: 4,
    0x0005: 8,
    0x0006: 8,
    0x0007: 8,
    0x000A: 4,
    0x000B: 4,
    0x0014: 8,
    0x0040: 8,
    0x0048: 16,
}
_COUNTED = frozenset({0x000D, _STRING, _UNICODE, 0x0102})
_SEVERAL = 0x1000
_MOST_FILES = 1_000
_MOST_PROPERTIES = 2_000


class _Damaged(Exception):  # how, does not matter
    """It is not what it says."""


@dataclass(slots=True)
class _Attached:
    title: str = ""
    long_name: str = ""
    content: bytes | None = None


@dataclass(slots=True)
class _Cursor:
    data: bytes
    at: int = 0

    def take(self, size: int) -> bytes:
        if size < 0 or self.at + size > len(self.data):
            raise _Damaged
        found = self.data[self.at : self.at + size]
        self.at += size
        return found

    def number(self) -> int:
        return int.from_bytes(self.take(4), "little")

    @property
    def ended(self) -> bool:
        return self.at >= len(self.data)


def unpacked(data: bytes) -> tuple[tuple[str, bytes], ...]:
    """(the name that its sender gave, the bytes) of each file in *data*; none where it holds none, or is no winmail.dat."""
    found: list[_Attached] = []
    for identity, value in _attributes(data):
        if identity == _BEGINS:
            if len(found) == _MOST_FILES:
                break
            found.append(_Attached())
        elif found:
            _add(found[-1], identity, value)
    return tuple(
        (each.long_name or each.title or f"file-{number}", each.content)
        for number, each in enumerate(found, start=1)
        if each.content is not None
    )


@dataclass(frozen=True, slots=True)
class Words:
    """The message in a winmail.dat, as often as it is there."""

    plain: str = ""
    html: str = ""
    rtf: str = ""


def message(data: bytes) -> Words:
    """The words of the message in *data*; none where it holds none, or is no winmail.dat."""
    plain, html, of_rtf, charset = "", "", "", "cp1252"
    for identity, value in _attributes(data):
        if identity == _BEGINS:
            break
        if identity == _CODE_PAGE:
            charset = f"cp{int.from_bytes(value[:4], 'little')}"
        elif identity == _BODY:
            plain = decode(value.rstrip(b"\0"), charset)
        elif identity == _MESSAGE:
            for name, kind, content in _properties_of(value):
                wide = kind == _UNICODE
                if name == _PLAIN and kind in (_STRING, _UNICODE):
                    plain = decode(content, "utf-16-le" if wide else charset).rstrip("\0")
                elif name == _HTML:
                    html = decode(content, "utf-16-le" if wide else said_on_page(content) or charset).rstrip("\0")
                elif name == _RTF:
                    of_rtf = rtf.words(rtf.unpacked(content))
    return Words(clean(plain), clean(html), clean(of_rtf))


def _properties_of(value: bytes) -> Iterator[tuple[int, int, bytes]]:
    """What could be read of them: after one of a kind that is not known nothing can."""
    with suppress(_Damaged):
        yield from _properties(_Cursor(value))


def _attributes(data: bytes) -> Iterator[tuple[int, bytes]]:
    cursor = _Cursor(data)
    try:
        if cursor.number() != _SIGNATURE:
            return
        cursor.take(2)
        while not cursor.ended:
            _, identity, _, length = _ATTRIBUTE.unpack(cursor.take(_ATTRIBUTE.size))
            value = cursor.take(length)
            cursor.at += _CHECKSUM
            yield identity, value
    except _Damaged:
        return


def _add(attached: _Attached, identity: int, value: bytes) -> None:
    if identity == _TITLE:
        attached.title = _narrow(value)
    elif identity == _DATA:
        attached.content = value
    elif identity == _PROPERTIES:
        attached.long_name = _long_name(value) or attached.long_name


def _narrow(value: bytes) -> str:
    return value.partition(b"\0")[0].decode("cp1252", "replace").strip()


def _long_name(value: bytes) -> str:
    """The name without the eight letters and three to which the title is shortened."""
    try:
        named = dict(_names(_Cursor(value)))
    except _Damaged:
        return ""
    return named.get(_LONG_NAME) or named.get(_SHORT_NAME) or ""


def _names(cursor: _Cursor) -> Iterator[tuple[int, str]]:
    for identity, kind, value in _properties(cursor):
        if identity in (_LONG_NAME, _SHORT_NAME) and kind in (_STRING, _UNICODE):
            wide = value.decode("utf-16-le", "replace").partition("\0")[0].strip()
            yield identity, wide if kind == _UNICODE else _narrow(value)


def _properties(cursor: _Cursor) -> Iterator[tuple[int, int, bytes]]:
    """(identity, kind, value) of each."""
    for _ in range(min(cursor.number(), _MOST_PROPERTIES)):
        kind, identity = struct.unpack("<HH", cursor.take(4))
        if identity >= 0x8000:
            _skip_its_own_name(cursor)
        for value in _values(cursor, kind):
            yield identity, kind, value


def _skip_its_own_name(cursor: _Cursor) -> None:
    cursor.take(16)
    if cursor.number() == 0:
        cursor.take(4)
    else:
        _padded(cursor, cursor.number())


def _values(cursor: _Cursor, kind: int) -> Iterator[bytes]:
    base = kind & ~_SEVERAL
    count = cursor.number() if kind & _SEVERAL or base in _COUNTED else 1
    for _ in range(min(count, _MOST_PROPERTIES)):
        if base in _COUNTED:
            yield _padded(cursor, cursor.number())
        elif base in _SIZES:
            yield cursor.take(_SIZES[base])
        else:
            raise _Damaged


def _padded(cursor: _Cursor, size: int) -> bytes:
    value = cursor.take(size)
    cursor.at += -size % 4
    return value
