"""The mail inside an opaque S/MIME signature (application/pkcs7-mime, smime-type=signed-data; RFC 8551, RFC 5652).

Only what was signed is taken out, to be read. The signature proves nothing here: who wrote is settled elsewhere.
"""

from dataclasses import dataclass

_SIGNED_DATA = bytes.fromhex("2a864886f70d010702")
_DATA = bytes.fromhex("2a864886f70d010701")
_SEQUENCE, _SET, _OID, _INTEGER, _OCTETS, _CONTEXT_0 = 0x30, 0x31, 0x06, 0x02, 0x04, 0xA0
_OCTETS_IN_PIECES = 0x24
_END = (0x00, 0x00)
_DEEPEST = 32


class _NotSigned(Exception):  # what it is instead does not matter
    """The bytes are no signed data."""


@dataclass(slots=True)
class _Cursor:
    """Reads BER forwards, each byte once."""

    data: bytes
    at: int = 0

    def head(self) -> tuple[int, int | None]:
        """The tag of the next value and where it ends; None: at its end mark."""
        data, at = self.data, self.at
        if at + 2 > len(data):
            raise _NotSigned
        tag, length = data[at], data[at + 1]
        at += 2
        if length == 0x80:
            self.at = at
            return tag, None
        if length > 0x80:
            size = length - 0x80
            if size > 4 or at + size > len(data):
                raise _NotSigned
            length = int.from_bytes(data[at : at + size], "big")
            at += size
        self.at = at
        return tag, min(at + length, len(data))

    def enter(self, wanted: int) -> int | None:
        tag, end = self.head()
        if tag != wanted:
            raise _NotSigned
        return end

    def take(self, wanted: int) -> bytes:
        end = self.enter(wanted)
        if end is None:
            raise _NotSigned
        found = self.data[self.at : end]
        self.at = end
        return found

    def skip(self, wanted: int) -> None:
        """Pass over a value of the kind *wanted*."""
        self._pass(self.enter(wanted), 0)

    def _pass(self, end: int | None, depth: int) -> None:
        if end is not None:
            self.at = end
            return
        if depth > _DEEPEST:
            raise _NotSigned
        while not self.at_end(None):
            _, inner = self.head()
            self._pass(inner, depth + 1)
        self.at += 2

    def at_end(self, end: int | None) -> bool:
        if end is not None:
            return self.at >= end
        if self.at + 2 > len(self.data):
            raise _NotSigned
        return (self.data[self.at], self.data[self.at + 1]) == _END


def signed_content(raw: bytes) -> bytes | None:
    """The mail that was signed, or None where *raw* holds none that can be read: it is encrypted, detached, or damaged."""
    try:
        return _content(_Cursor(raw))
    except _NotSigned:
        return None


def _content(cursor: _Cursor) -> bytes:
    cursor.enter(_SEQUENCE)
    if cursor.take(_OID) != _SIGNED_DATA:
        raise _NotSigned
    cursor.enter(_CONTEXT_0)
    cursor.enter(_SEQUENCE)
    cursor.take(_INTEGER)
    cursor.skip(_SET)
    cursor.enter(_SEQUENCE)
    if cursor.take(_OID) != _DATA:
        raise _NotSigned
    cursor.enter(_CONTEXT_0)
    return _octets(cursor)


def _octets(cursor: _Cursor) -> bytes:
    tag, end = cursor.head()
    if tag == _OCTETS and end is not None:
        return cursor.data[cursor.at : end]
    if tag != _OCTETS_IN_PIECES:
        raise _NotSigned
    pieces: list[bytes] = []
    ends = [end]
    while ends:
        if cursor.at_end(ends[-1]):
            cursor.at += 2 if ends.pop() is None else 0
            continue
        tag, end = cursor.head()
        if tag == _OCTETS_IN_PIECES and len(ends) < _DEEPEST:
            ends.append(end)
        elif tag == _OCTETS and end is not None:
            pieces.append(cursor.data[cursor.at : end])
            cursor.at = end
        else:
            raise _NotSigned
    return b"".join(pieces)
