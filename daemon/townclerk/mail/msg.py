"""A mail that Outlook saved as a file (.msg, application/vnd.ms-outlook; MS-OXMSG), as the mail that it is.

Its properties are written down once more as RFC 5322 has them, for the one reader of mails to read: who wrote, when, about
what, the text and the page, the files. It proves nothing: what servers found about its sender is not carried over.
"""

import base64
import hashlib
import re
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from urllib.parse import quote

from townclerk.domain.mail import ADDRESS, SIGNAL_HEADERS
from townclerk.mail.charset import decode
from townclerk.mail.compound import MAGIC, CompoundFile, Damaged, Folder

__all__ = ["MAGIC", "NoMail", "as_mail"]

_CLASS, _SUBJECT, _HEADERS, _ID = 0x001A, 0x0037, 0x007D, 0x1035
_TEXT, _PAGE = 0x1000, 0x1013
_SENT, _CAME = 0x0039, 0x0E06
_CODE_PAGE, _CODE_PAGE_OF_PAGE = 0x3FFD, 0x3FDE
# Who it is from, then who sent it in their place; of each the address of the internet first. What stands in the others may be a
# path through an Exchange of another house, which is no address.
_ADDRESSES = (0x5D02, 0x5D01, 0x0065, 0x0C1F)
_NAMES = (0x0042, 0x0C1A)
_CONTENT, _FILE_NAMES, _FILE_TYPE, _CONTENT_ID = 0x3701, (0x3707, 0x3704, 0x3001), 0x370E, 0x3712
_NARROW, _WIDE, _BINARY, _MESSAGE = 0x001E, 0x001F, 0x0102, 0x000D
_NUMBERS, _FILE = "__PROPERTIES_VERSION1.0", "__ATTACH_VERSION1.0_#"
_NUMBER = struct.Struct("<HHI8s")  # type, identity, flags, value
_ABOVE_NUMBERS, _ABOVE_NUMBERS_INSIDE = 32, 24
_BEGINNING = datetime(1601, 1, 1, tzinfo=UTC)  # of Windows' time, which counts in tenths of a microsecond
_SIGNED, _SIGNED_IN_PARTS = "IPM.NOTE.SMIME", "IPM.NOTE.SMIME.MULTIPARTSIGNED"
_TYPE = re.compile(r"(?!multipart/)[a-z0-9.+-]{1,60}/[a-z0-9.+-]{1,80}", re.IGNORECASE)
_SHOWN_AS = re.compile(r"[^\s<>]{1,250}")
_CARRIED = frozenset(("from", "to", "cc", "reply-to", "date", "message-id", "in-reply-to", "references", *SIGNAL_HEADERS)) - {
    "authentication-results",
    "x-ms-exchange-organization-authas",
}
_MOST_HEADERS, _MOST_FILES, _DEEPEST = 500, 1_000, 4
_LONGEST_NAME = 250
_ISO = {28590 + number: f"iso-8859-{number}" for number in range(1, 17)}
_CODECS = {**_ISO, 20127: "ascii", 20866: "koi8-r", 21866: "koi8-u", 50220: "iso-2022-jp", 51932: "euc-jp", 51949: "euc-kr"}
_CODECS |= {54936: "gb18030", 65001: "utf-8"}


class NoMail(Exception):  # it is told what it is instead by nobody
    """A compound file that holds no mail, or is damaged."""


def as_mail(data: bytes) -> bytes:
    """The mail in the .msg *data*. Raises NoMail where it holds another thing, such as an appointment, or is damaged."""
    try:
        file = CompoundFile(data)
        return _mail(file, file.root, 0)
    except Damaged:
        raise NoMail from None


@dataclass(frozen=True, slots=True)
class _Properties:
    """What is said of a message, or of a file that hangs on one. `codec` is of texts that are not in Unicode; `numbers` are the
    values so short that they stand together in one stream."""

    file: CompoundFile
    folder: Folder
    codec: str = ""
    numbers: Mapping[int, bytes] = field(default_factory=dict)

    @classmethod
    def of_message(cls, file: CompoundFile, folder: Folder, inside: int) -> "_Properties":
        stream = folder.streams.get(_NUMBERS)
        said = file.read(stream) if stream is not None else b""
        said = said[_ABOVE_NUMBERS_INSIDE if inside else _ABOVE_NUMBERS :]
        values = _NUMBER.iter_unpack(said[: len(said) - len(said) % _NUMBER.size])
        numbers = {identity: value for _, identity, _, value in values}
        return cls(file, folder, _codec(numbers, _CODE_PAGE, _CODE_PAGE_OF_PAGE), numbers)

    def text(self, *identities: int) -> str:
        """The first of these that is there and is no empty text."""
        for identity in identities:
            wide, narrow = self.content(identity, _WIDE), self.content(identity, _NARROW)
            said = wide.decode("utf-16-le", "replace") if wide is not None else decode(narrow or b"", self.codec)
            if said := said.strip("\0").strip():
                return said
        return ""

    def content(self, identity: int, kind: int = _BINARY) -> bytes | None:
        stream = self.folder.streams.get(f"__SUBSTG1.0_{identity:04X}{kind:04X}")
        return self.file.read(stream) if stream is not None else None

    def moment(self, identity: int) -> datetime | None:
        counted = int.from_bytes(self.numbers.get(identity, b""), "little")
        try:
            return _BEGINNING + timedelta(microseconds=counted // 10) if counted else None
        except OverflowError:
            return None


def _codec(numbers: Mapping[int, bytes], *identities: int) -> str:
    """By the first of these code pages that is said."""
    said = (int.from_bytes(numbers.get(identity, b"")[:4], "little") for identity in identities)
    number = next((number for number in said if number), 1252)
    return _CODECS.get(number, f"cp{number}")


def _mail(file: CompoundFile, folder: Folder, inside: int) -> bytes:
    """The message in *folder*, which hangs on as many others as *inside* says. Raises NoMail, Damaged."""
    said = _Properties.of_message(file, folder, inside)
    kind = said.text(_CLASS).upper()
    if kind != "IPM.NOTE" and not kind.startswith("IPM.NOTE."):
        raise NoMail
    parts = [*_texts(said), *_files(said, kind, inside)]
    # Nobody can write into a mail what is made of all of it.
    boundary = f"=_{hashlib.sha256(b''.join(parts)).hexdigest()[:40]}".encode()
    head = _bytes("\r\n".join([*_head(said), "MIME-Version: 1.0", "Content-Type: multipart/mixed; boundary="]))
    mixed = b"".join(b"--%s\r\n%s\r\n" % (boundary, part) for part in parts)
    return b'%s"%s"\r\n\r\n%s--%s--\r\n' % (head, boundary, mixed, boundary)


# -- the head ----------------------------------------------------------------------------------------------------------


def _head(said: _Properties) -> Iterator[str]:
    carried = [(name, value) for name, value in _carried(said.text(_HEADERS)) if name != "from" or "@" in value]
    names = {name for name, value in carried if value}
    yield from (_line(name, value) for name, value in carried)
    if "from" not in names and (sender := _sender(said)):
        yield _line("From", sender)
    if "date" not in names and (moment := said.moment(_SENT) or said.moment(_CAME)):
        yield _line("Date", format_datetime(moment))
    if "message-id" not in names and (own := said.text(_ID)):
        yield _line("Message-ID", own)
    yield _line("Subject", said.text(_SUBJECT))


def _carried(head: str) -> Iterator[tuple[str, str]]:
    """(name in small letters, value on one line) of what is kept of the head with which the mail travelled."""
    found: list[tuple[str, list[str]]] = []
    for line in head.replace("\r\n", "\n").replace("\r", "\n").split("\n"):
        if not line.strip() or len(found) >= _MOST_HEADERS:
            break
        name, _, value = line.partition(":")
        if line[0] not in " \t":
            found.append((name.strip().lower(), [value]))
        elif found:
            found[-1][1].append(line)
    yield from ((name, " ".join(" ".join(values).split())) for name, values in found if name in _CARRIED)


def _sender(said: _Properties) -> str:
    """Empty where no address is known."""
    address = next((each for each in map(said.text, _ADDRESSES) if ADDRESS.fullmatch(each)), None)
    name = said.text(*_NAMES).replace("\\", "/").replace('"', "'")
    return f'"{name}" <{address}>' if address else ""


def _line(name: str, value: str) -> str:
    return f"{name}: {' '.join(value.split())}"


# -- what stands on it and hangs on it ---------------------------------------------------------------------------------


def _texts(said: _Properties) -> Iterator[bytes]:
    """The plain text; where there is none, the page."""
    if text := said.text(_TEXT):
        yield _part(_bytes(text), 'text/plain; charset="utf-8"')
    elif page := said.content(_PAGE):
        yield _part(page, f'text/html; charset="{_codec(said.numbers, _CODE_PAGE_OF_PAGE)}"')
    elif text := said.text(_PAGE):
        yield _part(_bytes(text), 'text/html; charset="utf-8"')


def _files(said: _Properties, kind: str, inside: int) -> Iterator[bytes]:
    folders = [folder for name, folder in sorted(said.folder.folders.items()) if name.startswith(_FILE)]
    for folder in folders[:_MOST_FILES]:
        file = _Properties(said.file, folder, said.codec)
        name, type_ = file.text(*_FILE_NAMES), file.text(_FILE_TYPE)
        content = file.content(_CONTENT)
        if content is None:
            inner = _mail_inside(file, inside)
            yield from [_file(file, inner, "message/rfc822", f"{name}.eml" if name else "")] if inner is not None else []
        elif kind == _SIGNED_IN_PARTS and len(folders) == 1:
            yield content  # what was signed, and the signature, each with a head of its own
        elif kind == _SIGNED:
            yield _file(file, content, "application/pkcs7-mime", name)
        else:
            yield _file(file, content, type_ if _TYPE.fullmatch(type_) else "application/octet-stream", name)


def _mail_inside(file: _Properties, inside: int) -> bytes | None:
    """The mail that hangs on another as a message; None: it is something else, or too deep inside others."""
    folder = file.folder.folders.get(f"__SUBSTG1.0_{_CONTENT:04X}{_MESSAGE:04X}")
    if folder is None or inside >= _DEEPEST:
        return None
    try:
        return _mail(file.file, folder, inside + 1)
    except NoMail:
        return None


def _file(said: _Properties, content: bytes, kind: str, name: str) -> bytes:
    shown_as = said.text(_CONTENT_ID).strip("<>")
    lines = [f"Content-ID: <{shown_as}>"] if _SHOWN_AS.fullmatch(shown_as) else []
    named = f"; filename*=utf-8''{quote(name[:_LONGEST_NAME], safe='', errors='replace')}" if name else ""
    return _part(content, kind, f"Content-Disposition: attachment{named}", *lines)


def _part(content: bytes, kind: str, *lines: str) -> bytes:
    head = (f"Content-Type: {kind}", "Content-Transfer-Encoding: base64", *lines)
    return _bytes("\r\n".join(head)) + b"\r\n\r\n" + base64.encodebytes(content)


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "replace")
