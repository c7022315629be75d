"""Bytes that somebody's mail program wrote, into text that a database and a page can hold."""

import base64
import binascii
import codecs
import quopri
import re

# Names that mail programs use and Python does not know.
_ALIASES = {"x-sjis": "shift_jis", "x-gbk": "gbk", "iso-8859-8-i": "iso-8859-8", "iso-8859-8-e": "iso-8859-8"}
# Labels that are often a default which nobody chose: the bytes are UTF-8 where they can be, and cp1252 otherwise.
_WESTERN = frozenset({"ascii", "iso8859-1", "cp1252"})
# Codecs for host names and source code: no mail is written in them, and some take quadratic time.
_NEVER = frozenset({"idna", "punycode", "unicode-escape", "raw-unicode-escape", "undefined"})
_ESCAPED = re.compile("[\udc80-\udcff]")
_SURROGATES = re.compile("[\ud800-\udfff]")
_CONTROLS = dict.fromkeys((*range(9), *range(14, 32), 127)) | {11: "\n", 12: "\n"}
# What turns the direction of all that follows it, on a line that is ours as well: a name must not turn the address behind it.
_TURNS = dict.fromkeys((*range(0x202A, 0x202F), *range(0x2066, 0x206A)))
_ENCODED_WORD = re.compile(r"=\?([^?\s]{1,60})\?([bBqQ])\?([^?]*)\?=")
_WHITE = re.compile(r"\s+")


def decode(raw: bytes, charset: str | None) -> str:
    """The text of *raw*, whose sender called it *charset*. Never raises: what cannot be read becomes U+FFFD."""
    codec = _codec(charset)
    if codec is None or codec in _WESTERN:
        return _western(raw)
    if codec == "utf-8":
        return _utf8(raw)
    try:
        return raw.decode(codec, "replace")
    except (LookupError, ValueError):
        return _western(raw)


def clean(text: str) -> str:
    """*text* without the characters that PostgreSQL, re2 or a terminal choke on: NULs, control characters, lone surrogates."""
    return _SURROGATES.sub("\ufffd", text.replace("\r\n", "\n").replace("\r", "\n").translate(_CONTROLS))


def readable(value: str) -> str:
    """*value* as the parser gave it, where bytes beyond ASCII are surrogates, with those bytes read as text."""
    return _western(value.encode("utf-8", "surrogateescape")) if _ESCAPED.search(value) else value


def header_text(value: str) -> str:
    """The text of a raw header: unfolded, its encoded words decoded, on one line."""
    text, end, pending, pending_charset = "", 0, b"", ""
    value = readable(value)
    for word in _ENCODED_WORD.finditer(value):
        between, end = value[end : word.start()], word.end()
        charset = word[1].partition("*")[0].lower()
        # White space between two encoded words is not shown, and a character may be split between them.
        if between.strip() or not pending or charset != pending_charset:
            text += decode(pending, pending_charset) + ("" if pending and not between.strip() else between)
            pending = b""
        pending, pending_charset = pending + _word_bytes(word[2], word[3]), charset
    text += decode(pending, pending_charset) + value[end:]
    return _WHITE.sub(" ", clean(text).translate(_TURNS)).strip()


def _word_bytes(encoding: str, content: str) -> bytes:
    raw = content.encode("utf-8", "replace")
    if encoding in "qQ":
        return quopri.decodestring(raw.replace(b"_", b"=20"))
    try:
        return base64.b64decode(raw + b"=" * (-len(raw) % 4))
    except binascii.Error:
        return raw


def _codec(charset: str | None) -> str | None:
    name = (charset or "").strip().strip("\"'").lower()
    try:
        found = codecs.lookup(_ALIASES.get(name, name)).name
    except (LookupError, ValueError):  # ValueError: a NUL in the name
        return None
    return None if found in _NEVER else found


def _western(raw: bytes) -> str:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("cp1252", "replace")


def _utf8(raw: bytes) -> str:
    """A stray byte is one replaced character; a text that is hardly UTF-8 at all was cp1252 under the wrong label."""
    text = raw.decode("utf-8", "replace")
    lost = text.count("\ufffd")
    if not lost or lost <= sum(1 for character in text if character > "\x7f") - lost:
        return text
    return raw.decode("cp1252", "replace")
