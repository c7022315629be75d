"""The tree of a mail's parts, walked as a reader would: what stands on the page, and what hangs on it.

Only the old policy of the standard library (compat32) is used: the newer one parses every header on sight, and one
hostile header of a megabyte costs it 24 GB.
"""

import binascii
import hashlib
import quopri
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.feedparser import BytesFeedParser
from email.message import Message
from email.policy import Compat32, compat32
from functools import cached_property
from itertools import chain, count
from pathlib import Path
from typing import Literal, cast
from urllib.parse import unquote

from townclerk.domain.mail import SIGNAL_HEADERS
from townclerk.domain.signature import SignatureKind
from townclerk.mail.charset import clean, decode, header_text, is_unsaid, readable, said_on_page
from townclerk.mail.msg import MAGIC as OF_OUTLOOK
from townclerk.mail.msg import as_mail
from townclerk.mail.smime import signed_content
from townclerk.mail.tnef import MAGIC, unpacked
from townclerk.mail.uuencoded import without_files

HEAD_LIMIT = 256 * 1024  # bytes of a header block; reading one takes time that grows with its square
HEADER_LIMIT = 64 * 1024  # bytes of one header
MOST_PARTS = 20_000
_PIECE = 1 << 16
_HEADERS = (
    rb"(?:from|to|cc|subject|date|received|return-path|message-id|mime-version|delivered-to|reply-to|sender|dkim-signature"
    rb"|x-[\w-]{1,60})"
)
# A mark of the file's encoding, empty lines, the separator of an mbox that was taken for a line of a text.
_BEFORE_HEAD = re.compile(
    rb"(?:\xef\xbb\xbf|[ \t\r\n]|>From [^\r\n]{1,300}\r?\n){1,100}(?=" + _HEADERS + rb"\s{0,9}:)", re.IGNORECASE
)
_NEEDED = frozenset(SIGNAL_HEADERS) | {
    "from", "sender", "reply-to", "to", "cc", "subject", "date", "message-id", "in-reply-to", "references", "mime-version",
    "return-path", "delivered-to", "auto-submitted", "authentication-results",
}  # fmt: skip
_BLANK_LINE = re.compile(rb"\r\n\r\n|\n\r?\n|\r\r")
_COMMENT = re.compile(r"\([^()]*\)")
_SOFT_BREAK = re.compile(rb"=[ \t]+\r?\n")  # RFC 2045 6.7 (3): blanks at the end of a line were put there on the way
_NOT_BASE64 = bytes(set(range(256)) - set(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/="))
_FILENAME_LENGTH = 150
_SHOWN = re.compile(r"\bcid:([^\s\"'<>()]{1,300})", re.IGNORECASE)
# With the marks that turn the direction of a text: "photo\u202egnp.exe" would be shown as photoexe.png.
_UNSAFE = re.compile(r"[/\\\x00-\x1f\x7f:*?\"<>|\u061c\u200b\u200e\u200f\u2028-\u202e\u2060\u2066-\u2069\ufeff]+")
_EXTENSIONS = {
    "application/pdf": ".pdf",
    "application/zip": ".zip",
    "application/pgp-signature": ".asc",
    "application/pkcs7-signature": ".p7s",
    "audio/mpeg": ".mp3",
    "image/gif": ".gif",
    "image/heic": ".heic",
    "image/jpeg": ".jpg",
    "image/jpg": ".jpg",
    "image/png": ".png",
    "message/rfc822": ".eml",
    "text/calendar": ".ics",
    "text/csv": ".csv",
    "text/html": ".html",
    "text/plain": ".txt",
    "video/mp4": ".mp4",
}
_TYPES = {
    extension: kind for kind, extension in _EXTENSIONS.items() if kind != "image/jpg" and extension not in {".html", ".eml"}
}
_PACKAGES = frozenset(["application/ms-tnef", "application/vnd.ms-tnef"])
# Read for what they report; nobody wants to open them.
_REPORT_PARTS = frozenset(["message/delivery-status", "message/disposition-notification"])
# The same words once more for particular readers, beside the plain ones.
_RENDERINGS = frozenset(["text/enriched", "text/richtext", "text/watch-html", "text/x-amp-html"])
SIGNATURE_TYPES = frozenset(["application/pkcs7-signature", "application/x-pkcs7-signature"])
_SIGNED_TYPES = frozenset(["application/pkcs7-mime", "application/x-pkcs7-mime"])
_SIGNED_BY = {"pkcs7": SignatureKind.SMIME, "pgp": SignatureKind.OPENPGP}
_SIGNATURES_INSIDE = 2  # of each other: a signed mail is encrypted and signed again at most
_PAGE_TYPES = frozenset(["text/plain", "text/html", "application/xhtml+xml", "application/html"])
# Texts that are for a program.
_FILE_TYPES = frozenset(
    ["text/calendar", "text/css", "text/csv", "text/directory", "text/javascript", "text/json", "text/rtf",
     "text/tab-separated-values", "text/vcard", "text/x-vcard", "text/x-vcalendar", "text/xml"]
)  # fmt: skip
_KIND = re.compile(r"[\s\"'(]{0,20}([a-z0-9!#$&^_.+*-]{1,100})\s{0,9}/\s{0,9}([a-z0-9!#$&^_.+*-]{1,100})", re.IGNORECASE)
_NOT_FILES = _REPORT_PARTS | _RENDERINGS | {"text/rfc822-headers"}


class TooManyParts(Exception):  # as many as no program makes
    """A mail of more than MOST_PARTS parts, which would keep the next mails waiting."""


class Part(Message):
    """A part whose enclosed mails stay closed: a forwarded mail is one leaf with its own bytes, so that nothing in it is
    taken for the sender's, and a thousand of them inside each other cost nothing."""

    _inside = 0  # of how many signatures

    def get_content_type(self) -> str:
        """What can be made out of the header; where that is nothing, it is plain text (RFC 2045 5.2)."""
        given = self.get("content-type")
        if given is None:
            return super().get_content_type()
        found = _KIND.match(str(given))
        return f"{found[1]}/{found[2]}".lower() if found else "text/plain"

    def get_content_maintype(self) -> str:
        maintype = super().get_content_maintype()
        return "enclosed" if maintype == "message" else maintype

    @property
    def branches(self) -> bool:
        """True where there are parts to look into."""
        return (self.is_multipart() and self.get_content_maintype() == "multipart") or self.signed is not None

    @cached_property
    def signed(self) -> "Part | None":
        """What an opaque signature of S/MIME holds: its text is as much the sender's as any other."""
        if not _may_be_sealed(self) or self._inside > _SIGNATURES_INSIDE:
            return None
        found = signed_content(content(self))
        if found is None:
            return None
        inner = parse_part(found)
        for part in inner.walk():
            part._inside = self._inside + 1
        return inner

    @property
    def children(self) -> list["Part"]:
        if self.signed is not None:
            return [self.signed]
        payload = self.get_payload()
        return [child for child in payload if isinstance(child, Part)] if isinstance(payload, list) else []

    @property
    def as_it_came(self) -> bytes | None:
        """The part below its headers, still encoded for its journey; None where it is parts itself."""
        # get_payload() makes text of it, by whatever its charset is called.
        payload = vars(self)["_payload"]
        return payload.encode("ascii", "surrogateescape") if isinstance(payload, str) else None

    def raw_headers(self, name: str) -> list[str]:
        """The values of the headers called *name*, as they came: bytes beyond ASCII are surrogates."""
        return [str(value) for key, value in self.raw_items() if key.lower() == name]


@dataclass(frozen=True, slots=True)
class Opened:
    """A parsed mail. `cut` is True where its header block was longer than is read; `body_digest` is of the bytes below it;
    `size` of the whole, in bytes."""

    root: Part
    cut: bool
    body_digest: bytes
    size: int


# -- bytes into a tree -------------------------------------------------------------------------------------------------


def open_mail(source: bytes | Path) -> Opened:
    """Parse a whole mail, the file piece by piece; a .msg, known by its bytes, is the mail that Outlook saved in it. Raises
    OSError where the file cannot be read, NoMail where it is one of Outlook or Office and no mail that can be opened."""
    pieces = _pieces(as_mail(_whole(source)) if _of_outlook(source) else source)
    head, rest, cut = _split_head(pieces)
    digest = hashlib.sha256()
    parser = _begun(head)
    trailing = b""
    for piece in rest:
        parser.feed(piece)
        # Two deliveries of one mail may differ in their line ends, and in how many close them.
        body = trailing + piece.replace(b"\r", b"")
        digest.update(body.rstrip(b"\n"))
        trailing = body[len(body.rstrip(b"\n")) :]
    return Opened(_closed(parser), cut, digest.digest(), _size(source))


def open_head(source: bytes | Path) -> Opened:
    """Parse the header block alone."""
    head, _, cut = _split_head(_pieces(source))
    return Opened(_closed(_begun(head)), cut, b"", _size(source))


def _of_outlook(source: bytes | Path) -> bool:
    if isinstance(source, bytes):
        return source.startswith(OF_OUTLOOK)
    with source.open("rb") as file:
        return file.read(len(OF_OUTLOOK)) == OF_OUTLOOK


def _whole(source: bytes | Path) -> bytes:
    return source if isinstance(source, bytes) else source.read_bytes()


def parse_part(raw: bytes) -> Part:
    """A part by itself, with its headers."""
    return _closed(_begun(raw))


def _size(source: bytes | Path) -> int:
    return len(source) if isinstance(source, bytes) else source.stat().st_size


def _begun(start: bytes) -> BytesFeedParser:
    parser = _parser()
    parser.feed(start)
    return parser


def _parser() -> BytesFeedParser:
    made = count()

    def part(policy: Compat32 = compat32) -> Part:
        if next(made) > MOST_PARTS:
            raise TooManyParts
        return Part(policy)

    return BytesFeedParser(_factory=part, policy=compat32)


def _closed(parser: BytesFeedParser) -> Part:
    return cast("Part", parser.close())  # what the factory makes


def _pieces(source: bytes | Path) -> Iterator[bytes]:
    if isinstance(source, bytes):
        yield from (source[start : start + _PIECE] for start in range(0, len(source), _PIECE))
        return
    with source.open("rb") as file:
        while piece := file.read(_PIECE):
            yield piece


def _split_head(pieces: Iterator[bytes]) -> tuple[bytes, Iterator[bytes], bool]:
    """The header block, what follows it, and whether the block had to be cut."""
    block = bytearray()
    for piece in _from_the_head(pieces):
        looked_at = max(0, len(block) - 3)
        block += piece
        if found := _BLANK_LINE.search(block, looked_at):
            head, start = bytes(block[: found.end()]), bytes(block[found.end() :])
            kept = _cap(head)
            return kept, chain([start], pieces), kept is not head
    head = bytes(block)
    kept = _cap(head)
    return kept, iter(()), kept is not head


def _from_the_head(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """The pieces, without what programs that keep or pass on a mail have put before its first header."""
    first = next(pieces, b"")
    yield first[before.end() :] if (before := _BEFORE_HEAD.match(first)) else first
    yield from pieces


def _cap(head: bytes) -> bytes:
    """The block itself, or one without what is too long: the end of a long header, and past the limit of the block first the
    headers that nobody reads."""
    if len(head) <= HEADER_LIMIT:
        return head
    headers = [_cut(lines) for lines in _headers_in(head)]
    kept: dict[int, bytes] = {}
    left = HEAD_LIMIT
    for needed in (True, False):
        for number, header in enumerate(headers):
            if _is_needed(header) is needed and len(header) <= left:
                kept[number] = header
                left -= len(header)
    shorter = b"".join(kept[number] for number in sorted(kept))
    return head if shorter == head else shorter.rstrip(b"\r\n") + b"\r\n\r\n"


def _headers_in(head: bytes) -> Iterator[list[bytes]]:
    lines: list[bytes] = []
    for line in head.splitlines(keepends=True):
        if lines and line[:1] not in {b" ", b"\t"}:
            yield lines
            lines = []
        lines.append(line)
    yield lines


def _cut(lines: list[bytes]) -> bytes:
    kept, size = [], 0
    for line in lines:
        size += len(line)
        if size <= HEADER_LIMIT:
            kept.append(line)
    return b"".join(kept) or lines[0][: HEADER_LIMIT - 1] + b"\n"


def _is_needed(header: bytes) -> bool:
    name = header.partition(b":")[0].strip().lower().decode("ascii", "replace")
    return name in _NEEDED or name.startswith("content-")


# -- a tree into leaves ------------------------------------------------------------------------------------------------


def leaves(root: Part) -> Iterator[Part]:
    """Every part that holds something, in the order of the mail. An enclosed mail is one leaf."""
    waiting = [root]
    while waiting:
        part = waiting.pop()
        if part.branches:
            waiting.extend(reversed(part.children))
        else:
            yield part


def content(part: Part) -> bytes:
    """The part's bytes, decoded from their transfer encoding as well as they can be."""
    encoding = _encoding(part)
    raw = part.as_it_came if encoding in {"base64", "quoted-printable"} else None
    if raw is not None:
        if encoding == "quoted-printable":
            return quopri.decodestring(_SOFT_BREAK.sub(b"=\n", raw))
        return _mixed_base64(raw) if part.get_content_maintype() == "text" else next(_base64(raw), b"")
    try:
        payload = part.get_payload(decode=True)
    except (ValueError, LookupError):
        payload = str(part.get_payload()).encode("utf-8", "surrogateescape")
    return payload if isinstance(payload, bytes) else b""


def _encoding(part: Part) -> str:
    """The transfer encoding, without the comments and marks that some write around it."""
    given = _COMMENT.sub(" ", str(part.get("content-transfer-encoding", ""))[:200])
    return given.partition(";")[0].strip(" \t\r\n\"'").lower()


def _base64(raw: bytes) -> Iterator[bytes]:
    """The bytes of each piece of *raw*, which "=" ends. Of a piece whose end is lost, as many as there are."""
    for piece in raw.translate(None, _NOT_BASE64).split(b"="):
        if piece:
            yield binascii.a2b_base64(piece[: len(piece) - (len(piece) % 4 == 1)] + b"==")


_OF_PROSE = re.compile(rb"[.,:;()\[\]]")
_DRAWN = re.compile(rb"[=*_#~-]{5,}\s*")  # a line around a banner; no base64 ends with more than two of them
_ROW_LENGTH = 40  # letters; no word is as long, and programs make rows of 60 to 76
_ROW = re.compile(rb"[A-Za-z0-9+/]{%d,}={0,2}\s*" % _ROW_LENGTH)
_LETTERS_OF_A_ROW = 10  # different ones: a line that is drawn has one or two
_MOSTLY = 0.8  # of the letters; the others may be of an older charset
_LOOKED_AT = 4096  # bytes


def _mixed_base64(raw: bytes) -> bytes:
    """A text that is called base64: also one that is none, one above or below which a server has put lines as they are, and
    several behind each other."""
    lines = raw.splitlines(keepends=True)
    while lines and not lines[0].strip():
        lines.pop(0)  # to decode it with the rest would shift every letter of some charsets
    begins = next((number for number, line in enumerate(lines) if line.strip() and not _is_a_sentence(line)), len(lines))
    ends = next((number for number, line in enumerate(lines) if number > begins and _is_a_sentence(line)), len(lines))
    if begins == 0 and ends == len(lines):
        return b"".join(_base64(raw))
    encoded = b"".join(lines[begins:ends]).translate(None, _NOT_BASE64)
    if len(encoded) < 8 or len(encoded) % 4 == 1:
        return raw
    decoded = b"".join(_base64(encoded))
    certain = (begins == 0 and len(encoded) % 4 == 0) or _is_row(lines[begins])
    if not certain and not _is_text(decoded):
        return raw
    return b"".join((*lines[:begins], decoded, *([b"\n", *lines[ends:]] if ends < len(lines) else [])))


def _is_a_sentence(line: bytes) -> bool:
    """True for words with blanks between them, and not for base64 in groups of four; for the line above a signature, and one
    short word with the signs of prose: "[EXTERNAL]"."""
    words = line.split()
    if line.startswith(b"--") or _DRAWN.fullmatch(line):
        return True
    if len(words) < 2:  # a longer one is a row of base64 with a letter spoilt
        return len(line) <= _ROW_LENGTH and _OF_PROSE.search(line) is not None
    return (
        _OF_PROSE.search(line) is not None
        or sum(len(word) % 4 > 0 and len(word) < 20 for word in words) * 2 > len(words)
        or all(word.isalpha() and (word.istitle() or word.islower() or word.isupper()) for word in words)
    )


def _is_row(line: bytes) -> bool:
    """True for base64 that nobody can take for a word, whatever the charset below it."""
    return _ROW.fullmatch(line) is not None and len(set(line)) >= _LETTERS_OF_A_ROW


def _is_text(decoded: bytes) -> bool:
    """True for what people can read, in any script, which nothing is that was never base64."""
    text = decoded[:_LOOKED_AT].decode("utf-8", "replace")
    shown = sum(letter in "\t\r\n" or (letter != "\ufffd" and letter.isprintable()) for letter in text)
    return shown >= _MOSTLY * len(text)


def text_without_files(text: str) -> str:
    """*text* without what is a file that stands in it."""
    return without_files(text)[0]


def text_of(part: Part) -> str:
    raw, charset = content(part), _parameter(part, "charset")
    if is_unsaid(charset) and "html" in part.get_content_type():
        charset = said_on_page(raw) or charset
    return clean(decode(raw, charset)).removeprefix("\ufeff")


def encrypted(root: Part, *, beside_words: bool) -> bool:
    """True for a mail, or a part of one, that only its addressee's key opens (S/MIME, PGP), and nobody here has that. What is a
    file *beside_words* does not make the mail encrypted."""
    waiting = [root]
    while waiting:
        part = waiting.pop()
        if part.get_content_type() == "multipart/encrypted" or (not beside_words and _is_sealed(part)):
            return True
        waiting.extend(reversed(part.children if part.branches else []))
    return False


def _is_sealed(part: Part) -> bool:
    return _may_be_sealed(part) and part.signed is None and "signed" not in (parameter(part, "smime-type") or "")


def _may_be_sealed(part: Part) -> bool:
    """True for S/MIME, also where a gateway has kept no more of it than the name."""
    kind = part.get_content_type()
    return kind in _SIGNED_TYPES or (kind == "application/octet-stream" and (named(part) or "").lower().endswith(".p7m"))


@dataclass(frozen=True, slots=True)
class SignedPart:
    """Where a mail is signed: a multipart/signed, or a part with an opaque signature."""

    part: Part
    kind: SignatureKind | None

    @property
    def words(self) -> Part:
        """What it signs: of a multipart/signed the first part alone."""
        beside = self.part.get_content_type() == "multipart/signed" and self.part.children
        return self.part.children[0] if beside else self.part


def signed_part(root: Part) -> SignedPart | None:
    """The first part of the mail that is signed, the outermost where they stand in each other."""
    waiting = [root]
    while waiting:
        part = waiting.pop()
        signed = _signature_kind(part)
        if signed is not None:
            return SignedPart(part, signed or None)
        waiting.extend(reversed(part.children if part.branches else []))
    return None


def _signature_kind(part: Part) -> SignatureKind | Literal[""] | None:
    """By which standard *part* is signed, "" by one that is not known here; None: it is not."""
    kind = part.get_content_type()
    if kind in _SIGNED_TYPES and (part.signed is not None or "signed" in (parameter(part, "smime-type") or "").lower()):
        return SignatureKind.SMIME
    if kind != "multipart/signed":
        return None
    by = (parameter(part, "protocol") or "").lower() or (part.children[-1].get_content_type() if part.children else "")
    return next((known for word, known in _SIGNED_BY.items() if word in by), "")


def disposition(part: Part) -> str:
    return str(part.get("content-disposition", "")).partition(";")[0].strip().lower()


def _parameter(part: Part, name: str, header: str = "content-type") -> str | None:
    """A parameter of a header, decoded in whichever of the three ways it was written."""
    raw = next(iter(part.raw_headers(header)), "")
    asked: Message = part
    if not raw.isascii():  # bytes as they are, against the standard: they would be shown as question marks
        asked = Message()
        asked[header] = readable(raw)
    value = asked.get_param(name, None, header)
    if isinstance(value, tuple):  # RFC 2231: charset, language, the bytes as latin-1
        charset, _, text = value
        return decode(text.encode("latin-1", "replace"), charset)
    return header_text(str(value)) if value is not None else None


def parameter(part: Part, name: str) -> str | None:
    """A parameter of Content-Type."""
    return _parameter(part, name)


def named(part: Part) -> str | None:
    """The file name that the sender gave, made safe to save under, or None."""
    given = _parameter(part, "filename", "content-disposition") or _parameter(part, "name")
    return _safe(given) if given else None


def _safe(given: str) -> str | None:
    safe = _UNSAFE.sub("_", clean(given)).strip(" .")
    stem, dot, extension = safe.rpartition(".")
    if len(safe) > _FILENAME_LENGTH:
        safe = f"{stem[: _FILENAME_LENGTH - 12]}.{extension[:10]}" if dot else safe[:_FILENAME_LENGTH]
    return safe or None


# -- the page, and what hangs on it ------------------------------------------------------------------------------------


def stands_on_page(part: Part) -> bool:
    """True for what a reader sees as the mail, and not as a file of it."""
    if part.get_content_maintype() == "multipart":  # one without its boundary: all of it is one text
        return True
    kind = part.get_content_type()
    # RFC 2046 4.1.4: a text of a kind that nobody knows is shown as it is.
    is_text = kind in _PAGE_TYPES or (kind.startswith("text/") and kind not in _FILE_TYPES and kind not in _NOT_FILES)
    return is_text and disposition(part) != "attachment" and named(part) is None


def attached(root: Part) -> Iterator[tuple[str, Part]]:
    """What hangs on the mail, each with a name that is the same on every reading. A winmail.dat is the files that it holds,
    where it holds any; a text's own files are those in its midst."""
    for number, part in enumerate(leaves(root), start=1):
        if stands_on_page(part):
            yield from _in_the_text(part)
        elif part.get_content_type() not in _NOT_FILES:
            name = named(part) or _made_up_name(part, number)
            yield from _packed(part, name) or ((name, part),)


def _in_the_text(part: Part) -> Iterator[tuple[str, Part]]:
    if part.get_content_type() != "text/html" and b"begin " in content(part):
        for number, (given, data) in enumerate(without_files(text_of(part))[1], start=1):
            yield _safe(given) or f"file-{number}", _part_of(given, data)


def _packed(part: Part, name: str) -> tuple[tuple[str, Part], ...]:
    """The files in a winmail.dat."""
    files = unpacked(content(part)) if is_package(part, name) else ()
    return tuple((_safe(given) or f"file-{n}", _part_of(given, data)) for n, (given, data) in enumerate(files, start=1))


def is_package(part: Part, name: str | None) -> bool:
    """True for a winmail.dat, whatever a server on the way has called it."""
    if part.get_content_type() in _PACKAGES or (name or "").lower() == "winmail.dat":
        return True
    may_be = part.get_content_type() == "application/octet-stream" or (name or "").lower().endswith(".dat")
    return may_be and _starts_as_package(part)


def _starts_as_package(part: Part) -> bool:
    if _encoding(part) == "base64":
        return (part.as_it_came or b"")[:100].lstrip().startswith(binascii.b2a_base64(MAGIC)[:5])
    return content(part).startswith(MAGIC)


def _part_of(name: str, data: bytes) -> Part:
    part = Part()
    part["Content-Type"] = _TYPES.get(f".{name.lower().rpartition('.')[2]}", "application/octet-stream")
    part.set_payload(data.decode("ascii", "surrogateescape"))
    return part


def content_id(part: Part) -> str:
    """The name by which the page of a mail can show this part, without its brackets; empty where it has none."""
    return str(part.get("content-id", "")).strip().strip("<>").strip()


def shown_inside(root: Part) -> frozenset[str]:
    """The parts that a page of this mail shows in its midst, by their Content-ID."""
    shown: set[str] = set()
    for part in leaves(root):
        if part.get_content_type() == "text/html" and stands_on_page(part):
            shown.update(unquote(found[1]) for found in _SHOWN.finditer(text_of(part)))
    return frozenset(shown)


def _made_up_name(part: Part, number: int) -> str:
    kind = part.get_content_type()
    if kind == "message/rfc822":
        subject = _UNSAFE.sub("_", header_text(enclosed_header(part, "subject") or "")).strip(" .")
        return f"{subject[: _FILENAME_LENGTH - 4] or 'message'}.eml"
    return f"part-{number}{_EXTENSIONS.get(kind, '.bin')}"


def enclosed_header(part: Part, name: str) -> str | None:
    """A header of the mail that *part* encloses, as it came."""
    head, _, _ = _split_head(_pieces(content(part)))
    values = _closed(_begun(head)).raw_headers(name)
    return values[0] if values else None
