"""Bytes that somebody's mail program wrote, into text that a database and a page can hold."""

import base64
import binascii
import codecs
import quopri
import re
from collections.abc import Iterator
from contextlib import suppress

# Names that mail programs use and Python does not know, beside those that differ from one that it knows by a rule (`_names`).
_ALIASES = {
    "csgb2312": "gb2312", "gb_2312-80": "gb2312", "csiso58gb231280": "gb2312", "chinese": "gb2312", "windows-936": "gbk",
    "windows-31j": "cp932", "cswindows31j": "cp932", "x-sjis": "cp932", "sjis": "cp932", "x-mac-ce": "mac_latin2",
    "x-mac-centraleurroman": "mac_latin2", "x-mac-ukrainian": "mac_cyrillic", "iso-8859-8-i": "iso-8859-8",
    "iso-8859-8-e": "iso-8859-8", "koi8-ru": "koi8-u", "koi": "koi8-r", "unicode": "utf-16", "ucs-2": "utf-16",
    "iso-10646-ucs-2": "utf-16", "csunicode": "utf-16", "unicodefeff": "utf-16", "unicodefffe": "utf-16-be",
    "unicode-1-1-utf-8": "utf-8", "dos-862": "cp862", "dos-874": "cp874",
}  # fmt: skip
# What is meant by a name is what programs made of it, with more characters than the standard of that name has
# (WHATWG, Encoding).
_MEANT = {"gb2312": "gb18030", "gbk": "gb18030", "shift_jis": "cp932", "euc_kr": "cp949", "big5": "cp950",
          "iso8859-9": "cp1254", "iso8859-11": "cp874", "tis-620": "cp874"}  # fmt: skip
_WINDOWS = re.compile(r"(?:x-)?(?:windows|win|cp|ibm|ms)[-_]?(\d{3,5})")
_META = re.compile(rb"<meta\b[^<>]{0,300}?\bcharset\s{0,9}=\s{0,9}[\"']?\s{0,9}([\w.:-]{1,60})", re.IGNORECASE)
_HEAD_OF_PAGE = 1024  # bytes, in which a page says what it is written in
_JAPANESE, _KOREAN = re.compile(rb"\x1b\$(?:[@B]|\([@BD])"), b"\x1b$)C"
# Labels that are often a default which nobody chose: the bytes are UTF-8 where they can be, and cp1252 otherwise.
_WESTERN = frozenset({"ascii", "iso8859-1", "cp1252"})
# One byte for each letter. What is UTF-8 by these bytes makes no words in any of them.
_OF_ONE_BYTE = re.compile(r"iso8859-|cp125|cp8|koi8|mac|kz1048|ptcp154|hp-roman")
_TOGETHER = re.compile("[\u0400-\u07ff]{2}|[^\x00-\x7f\u0400-\u07ff]")
_IN_SEVEN_BITS = re.compile(r"iso2022|hz|utf.?7")  # of which nothing is UTF-8: what is has been added on the way
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
    codec = "utf-16" if raw[:2] in {codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE} else _codec(charset)
    if codec is None or codec in _WESTERN:
        return _western(raw)
    if codec == "utf-8":
        return _utf8(raw)
    if codec == "utf-16":
        codec = _utf16(raw)
    if _is_utf8(raw) and (
        (_OF_ONE_BYTE.match(codec) and _has_words(raw)) or not (_IN_SEVEN_BITS.match(codec) or _is_in(codec, raw))
    ):
        return raw.decode("utf-8")
    try:
        return raw.decode(codec, "replace") if codec != "cp950" else _big5(raw)
    except (LookupError, ValueError):
        return _western(raw)


def _has_words(raw: bytes) -> bool:
    """True for UTF-8 in which a letter of a script with two bytes each stands beside another of it: two capitals of Polish in a
    charset of one byte ("PÓŁNOC") make such a letter as well, but alone among others."""
    return _TOGETHER.search(raw.decode("utf-8", "replace")) is not None


def said_on_page(raw: bytes) -> str | None:
    """The charset that a page of HTML gives itself. None where its bytes are UTF-8, whatever it says."""
    found = _META.search(raw[:_HEAD_OF_PAGE])
    if found is None or _is_utf8(raw):
        return None
    return found[1].decode("ascii", "replace")


def is_unsaid(charset: str | None) -> bool:
    """True for a name that says nothing of letters beyond ASCII, or that nobody knows, and for none."""
    return _codec(charset) in {None, "ascii"}


def clean(text: str) -> str:
    """*text* without the characters that PostgreSQL, re2 or a terminal choke on: NULs, control characters, lone surrogates."""
    return _SURROGATES.sub("\ufffd", text.replace("\r\n", "\n").replace("\r", "\n").translate(_CONTROLS))


def readable(value: str) -> str:
    """*value* as the parser gave it, where bytes beyond ASCII are surrogates, with those bytes read as text."""
    is_raw = "\x1b$" in value or _ESCAPED.search(value)
    return _western(value.encode("utf-8", "surrogateescape")) if is_raw else value


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
    for name in _names((charset or "").strip().strip("\"'").lower()):
        try:
            found = codecs.lookup(_ALIASES.get(name, name)).name
        except (LookupError, ValueError):  # ValueError: a NUL in the name
            continue
        return None if found in _NEVER else _MEANT.get(found, found)
    return None


def _names(given: str) -> Iterator[str]:
    """*given*, and what may be meant by it: "x-x-big5", "windows1251", "x-mac-roman", "_iso-2022-jp$ESC"."""
    yield given
    bare = given.removeprefix("_").partition("$")[0]
    while bare.startswith("x-") and bare not in _ALIASES:
        if bare.startswith("x-mac-"):
            yield f"mac_{bare.removeprefix('x-mac-')}"
        bare = bare.removeprefix("x-")
    yield bare
    if found := _WINDOWS.fullmatch(given):
        yield f"cp{found[1]}"


def _western(raw: bytes) -> str:
    if b"\x1b$" in raw and (escaped := _with_escapes(raw)) is not None:
        return escaped
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("cp1252", "replace")


def _with_escapes(raw: bytes) -> str | None:
    """Japanese or Korean in seven bits, which many send without saying so."""
    codec = "iso2022_kr" if _KOREAN in raw else "iso2022_jp_ext" if _JAPANESE.search(raw) else None
    try:
        return raw.decode(codec) if codec else None
    except ValueError:
        return None


def _utf16(raw: bytes) -> str:
    """Which of the two it is, where no mark says so: the half of each letter that is nothing comes first, or last. Where no
    byte is nothing, and all are UTF-8, it is that: no blank and no line's end of UTF-16 is without one."""
    if raw[:2] in {codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE}:
        return "utf-16"
    if 0 not in raw and _is_in("utf-8", raw):
        return "utf-8"
    return "utf-16-be" if raw[::2].count(0) > raw[1::2].count(0) else "utf-16-le"


def _big5(raw: bytes) -> str:
    try:
        return raw.decode("cp950")
    except ValueError:
        with suppress(ValueError):
            return raw.decode("big5hkscs")
        return raw.decode("cp950", "replace")


def _is_in(codec: str, raw: bytes) -> bool:
    try:
        raw.decode(codec)
    except (LookupError, ValueError):
        return False
    return True


def _is_utf8(raw: bytes) -> bool:
    try:
        return not raw.decode("utf-8").isascii()
    except UnicodeDecodeError:
        return False


def _utf8(raw: bytes) -> str:
    """A stray byte is one replaced character; a text that is hardly UTF-8 at all was cp1252 under the wrong label."""
    text = raw.decode("utf-8", "replace")
    lost = text.count("\ufffd")
    if not lost or lost <= sum(1 for character in text if character > "\x7f") - lost:
        return text
    return raw.decode("cp1252", "replace")
