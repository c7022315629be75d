"""The words of a text in RTF, as Outlook puts it into a winmail.dat: compressed (MS-OXRTFCP), and then plain RTF.

Where a piece is damaged, what could be read up to there is the text. All of it takes time that grows with the length alone.
"""

import re
from dataclasses import dataclass, field

from townclerk.mail.charset import decode

_LONGEST = 1_000_000  # bytes, unpacked
_COMPRESSED, _STORED = b"LZFu", b"MELA"
_HEAD = 16
_BEGINS_WITH = (
    b"{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern \\fscript \\fdecor MS Sans Serif"
    b"SymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0\\blue0\r\n\\par \\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx"
)
_RING = 4096
_PIECE = re.compile(r"\\([a-z]{1,32})(-?\d{1,10})? ?|\\'([0-9a-f]{2})|\\([^a-z])|([{}])|[\r\n]+|([^\\{}\r\n]+)", re.IGNORECASE)
_SILENT = frozenset(
    ["fonttbl", "colortbl", "stylesheet", "info", "pict", "object", "header", "footer", "themedata", "datastore"]
)
_SHOWN_AS = {"par": "\n", "line": "\n", "sect": "\n", "row": "\n", "cell": "\t", "tab": "\t", "emdash": "—", "endash": "–",
             "lquote": "‘", "rquote": "’", "ldblquote": "“", "rdblquote": "”", "bullet": "•"}  # fmt: skip
_SIGNS = {"~": "\xa0", "_": "-", "\\": "\\", "{": "{", "}": "}", "\n": "\n", "\r": "\n"}


def unpacked(raw: bytes) -> bytes:
    """The RTF in *raw*; empty where it is none."""
    kind = raw[8:12]
    if kind == _STORED:
        return raw[_HEAD : _HEAD + _LONGEST]
    if kind != _COMPRESSED:
        return b""
    found = bytearray(_BEGINS_WITH)
    start, at = len(_BEGINS_WITH), _HEAD
    while at < len(raw) and len(found) - start < _LONGEST:
        flags = raw[at]
        at += 1
        for bit in range(8):
            if at >= len(raw):
                break
            if not flags >> bit & 1:
                found += raw[at : at + 1]
                at += 1
                continue
            pair = int.from_bytes(raw[at : at + 2], "big")
            at += 2
            behind = (len(found) - (pair >> 4)) % _RING
            if not behind or behind > len(found) or at > len(raw):  # the end, or damage
                return bytes(found[start:])
            for _ in range((pair & 15) + 2):
                found.append(found[-behind])
    return bytes(found[start:])


@dataclass(slots=True)
class _Group:
    silent: bool = False
    letters_after_code: int = 1


@dataclass(slots=True)
class _Text:
    pieces: list[str] = field(default_factory=list)
    waiting: bytearray = field(default_factory=bytearray)  # letters by their bytes, of which one may take two
    charset: str = "cp1252"
    skipped: int = 0  # letters that stand for one that was given by its number, for programs that do not know it

    def go_on(self, code: str, shown: str, plain: str) -> None:
        if code:
            self.waiting += bytes.fromhex(code) if not self.skipped else b""
            self.skipped = max(0, self.skipped - 1)
        elif said := shown or plain[self.skipped :]:
            self.say(said)
        self.skipped = max(0, self.skipped - len(plain))

    def say(self, text: str) -> None:
        if self.waiting:
            self.pieces.append(decode(bytes(self.waiting), self.charset))
            self.waiting.clear()
        self.pieces.append(text)


def words(rtf: bytes) -> str:
    """What a reader sees of *rtf*."""
    text, groups = _Text(), [_Group()]
    for piece in _PIECE.finditer(rtf.decode("latin-1")):
        word, number, code, sign, brace, plain = piece.groups("")
        here = groups[-1]
        if brace == "{":
            groups.append(_Group(here.silent, here.letters_after_code))
        elif brace:
            groups.pop()
            groups = groups or [_Group(silent=True)]  # behind the end of it
        elif word in _SILENT or sign == "*":
            here.silent = True
        elif word == "ansicpg":
            text.charset = f"cp{number}"
        elif word == "uc":
            here.letters_after_code = int(number or 1)
        elif not here.silent and word == "u" and number:
            text.say(chr(int(number) % 0x10000))
            text.skipped = here.letters_after_code
        elif not here.silent:
            text.go_on(code, _SHOWN_AS.get(word, "") or _SIGNS.get(sign, ""), plain)
    text.say("")
    return "".join(text.pieces).encode("utf-16", "surrogatepass").decode("utf-16", "replace")
