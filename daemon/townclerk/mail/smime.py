"""What is in the signed data of S/MIME (application/pkcs7-mime and pkcs7-signature; RFC 8551, RFC 5652): the mail inside an
opaque signature, and what the signature is made of. Whether it fits is looked at elsewhere (signatures.py).
"""

from dataclasses import dataclass

_SIGNED_DATA = bytes.fromhex("2a864886f70d010702")
_DATA = bytes.fromhex("2a864886f70d010701")
_CONTENT_TYPE, _MESSAGE_DIGEST = bytes.fromhex("2a864886f70d010903"), bytes.fromhex("2a864886f70d010904")
_SEQUENCE, _SET, _OID, _INTEGER, _OCTETS, _CONTEXT_0, _CONTEXT_1 = 0x30, 0x31, 0x06, 0x02, 0x04, 0xA0, 0xA1
_KEY_ID = 0x80
_OID_OF_DATA = bytes([_OID, len(_DATA)]) + _DATA
_OCTETS_IN_PIECES = 0x24
_END = (0x00, 0x00)
_ENDLESS = 0x80  # in the place of a length: an end mark comes
_DEEPEST = 32
_MOST_PARTS = 32  # of certificates, signatures or attributes: nobody's mail has more


class NotSigned(Exception):  # what it is instead does not matter
    """The bytes are no signed data, or none that can be read."""


@dataclass(frozen=True, slots=True)
class Signer:
    """One signature. Its certificate has the number `serial` or the key's name `key_id`; `digest_kind` and `algorithm` are
    object identifiers in DER. `attributes` are what was signed, as it was signed; they say the content's digest."""

    serial: int | None
    key_id: bytes | None
    digest_kind: bytes
    algorithm: bytes
    attributes: bytes
    content_digest: bytes
    signature: bytes


@dataclass(frozen=True, slots=True)
class SignedData:
    """The certificates that came along (DER), and the signatures."""

    certificates: tuple[bytes, ...]
    signers: tuple[Signer, ...]


@dataclass(slots=True)
class _Cursor:
    """Reads BER forwards, each byte once."""

    data: bytes
    at: int = 0

    def head(self) -> tuple[int, int | None]:
        """The tag of the next value and where it ends; None: at its end mark."""
        data, at = self.data, self.at
        if at + 2 > len(data):
            raise NotSigned
        tag, length = data[at], data[at + 1]
        at += 2
        if length == _ENDLESS:
            self.at = at
            return tag, None
        if length > _ENDLESS:
            size = length - _ENDLESS
            if size > 4 or at + size > len(data):
                raise NotSigned
            length = int.from_bytes(data[at : at + size], "big")
            at += size
        self.at = at
        return tag, min(at + length, len(data))

    def enter(self, wanted: int) -> int | None:
        tag, end = self.head()
        if tag != wanted:
            raise NotSigned
        return end

    def take(self, wanted: int) -> bytes:
        end = self.enter(wanted)
        if end is None:
            raise NotSigned
        found = self.data[self.at : end]
        self.at = end
        return found

    def skip(self, wanted: int) -> None:
        """Pass over a value of the kind *wanted*."""
        self._pass(self.enter(wanted), 0)

    def whole(self, wanted: int | None = None) -> bytes:
        """The next value with its head, of the kind *wanted*, as it came."""
        start = self.at
        tag, end = self.head()
        if wanted not in {None, tag}:
            raise NotSigned
        self._pass(end, 0)
        return self.data[start : self.at]

    def each(self, wanted: int) -> tuple[bytes, ...]:
        """The values, whole, that one of the kind *wanted* is made of."""
        end = self.enter(wanted)
        found: list[bytes] = []
        while not self.at_end(end):
            found.append(self.whole())
            if len(found) > _MOST_PARTS:
                raise NotSigned
        self.at += 2 if end is None else 0
        return tuple(found)

    def comes(self, tag: int) -> bool:
        """The next value is of the kind *tag*."""
        return self.data[self.at : self.at + 1] == bytes([tag])

    def _pass(self, end: int | None, depth: int) -> None:
        if end is not None:
            self.at = end
            return
        if depth > _DEEPEST:
            raise NotSigned
        while not self.at_end(None):
            _, inner = self.head()
            self._pass(inner, depth + 1)
        self.at += 2

    def at_end(self, end: int | None) -> bool:
        if end is not None:
            return self.at >= end
        if self.at + 2 > len(self.data):
            raise NotSigned
        return (self.data[self.at], self.data[self.at + 1]) == _END


def signed_content(raw: bytes) -> bytes | None:
    """The mail that was signed, or None where *raw* holds none that can be read: it is encrypted, detached, or damaged."""
    try:
        return _content(_Cursor(raw))
    except NotSigned:
        return None


def _enter_signed_data(cursor: _Cursor) -> None:
    """Come to what was signed, or would be: past the version and the names of digests."""
    cursor.enter(_SEQUENCE)
    if cursor.take(_OID) != _SIGNED_DATA:
        raise NotSigned
    cursor.enter(_CONTEXT_0)
    cursor.enter(_SEQUENCE)
    cursor.take(_INTEGER)
    cursor.skip(_SET)


def _content(cursor: _Cursor) -> bytes:
    _enter_signed_data(cursor)
    cursor.enter(_SEQUENCE)
    if cursor.take(_OID) != _DATA:
        raise NotSigned
    cursor.enter(_CONTEXT_0)
    return _octets(cursor)


def _octets(cursor: _Cursor) -> bytes:
    tag, end = cursor.head()
    if tag == _OCTETS and end is not None:
        return cursor.data[cursor.at : end]
    if tag != _OCTETS_IN_PIECES:
        raise NotSigned
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
            raise NotSigned
    return b"".join(pieces)


# -- the signature ---------------------------------------------------------------------------------------------------------


def signed_data(raw: bytes) -> SignedData:
    """What a signature is made of, whether or not what it signs is in it. Raises NotSigned."""
    cursor = _Cursor(raw)
    _enter_signed_data(cursor)
    cursor.skip(_SEQUENCE)
    certificates = cursor.each(_CONTEXT_0) if cursor.comes(_CONTEXT_0) else ()
    if cursor.comes(_CONTEXT_1):
        cursor.skip(_CONTEXT_1)
    signers = tuple(_signer(_Cursor(each)) for each in cursor.each(_SET))
    return SignedData(tuple(each for each in certificates if each[0] == _SEQUENCE), signers)


def ends_with_its_bytes(raw: bytes) -> bool:
    """Nothing stands behind the signature that *raw* begins with. Raises NotSigned."""
    cursor = _Cursor(raw)
    cursor.whole(_SEQUENCE)
    return cursor.at == len(raw)


def _signer(cursor: _Cursor) -> Signer:
    cursor.enter(_SEQUENCE)
    cursor.take(_INTEGER)
    serial, key_id = (None, cursor.take(_KEY_ID)) if cursor.comes(_KEY_ID) else (_serial(cursor), None)
    digest_kind = _algorithm(cursor)
    # Without attributes, or with some of no stated length, what was signed is a matter of opinion; no mail program sends such.
    attributes = cursor.whole(_CONTEXT_0)
    if attributes[1] == _ENDLESS:
        raise NotSigned
    attributes = bytes([_SET]) + attributes[1:]  # as they stand under the signature (RFC 5652, 5.4)
    said = _attributes(attributes)
    if said.get(_CONTENT_TYPE) != _OID_OF_DATA or _MESSAGE_DIGEST not in said:
        raise NotSigned
    algorithm = _algorithm(cursor)
    digest = _Cursor(said[_MESSAGE_DIGEST]).take(_OCTETS)
    return Signer(serial, key_id, digest_kind, algorithm, attributes, digest, cursor.take(_OCTETS))


def _serial(cursor: _Cursor) -> int:
    """The number of the certificate, behind its issuer's name."""
    cursor.enter(_SEQUENCE)
    cursor.skip(_SEQUENCE)
    return int.from_bytes(cursor.take(_INTEGER), "big", signed=True)


def _algorithm(cursor: _Cursor) -> bytes:
    """Its object identifier, without what stands beside it."""
    algorithm = _Cursor(cursor.whole(_SEQUENCE))
    algorithm.enter(_SEQUENCE)
    return algorithm.take(_OID)


def _attributes(raw: bytes) -> dict[bytes, bytes]:
    """The one value of each attribute, whole, by its object identifier."""
    found: dict[bytes, bytes] = {}
    for each in _Cursor(raw).each(_SET):
        attribute = _Cursor(each)
        attribute.enter(_SEQUENCE)
        name, values = attribute.take(_OID), attribute.each(_SET)
        if name in found or (name in {_CONTENT_TYPE, _MESSAGE_DIGEST} and len(values) != 1):
            raise NotSigned
        found[name] = values[0] if values else b""
    return found
