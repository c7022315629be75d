"""What people type, and what their programs make of it: dashes, quotes, spaces and marks that nobody sees.

Everything here is for telling what is meant. What goes out to anybody goes out as it was written.
"""

import re
import unicodedata
from collections.abc import Sequence

_DASHES = "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63\uff0d"  # hyphens that do not break, en and em dashes, minus
_SINGLE = "\u2018\u2019\u201a\u201b\u2032\u00b4`\uff07"
_DOUBLE = "\u201c\u201d\u201e\u201f\u2033\u00ab\u00bb\uff02"
_HASHES = "\uff03\ufe5f"
_ALIKE = str.maketrans(
    {
        **dict.fromkeys(_DASHES, "-"),
        **dict.fromkeys(_SINGLE, "'"),
        **dict.fromkeys(_DOUBLE, '"'),
        **dict.fromkeys(_HASHES, "#"),
        **{chr(0xFEE0 + code): chr(code) for code in range(0x30, 0x7B) if chr(code).isalnum()},  # full width
    }
)
_ALIKE_IN_ASCII = str.maketrans({"`": "'", **dict.fromkeys("\t\r\v\f\x1c\x1d\x1e\x1f", " ")})
# Joiners shape words of some scripts, and a variation selector belongs to the sign before it: seen or not, both mean nothing
# where a word of ours is looked for.
_UNSEEN = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u180e\u3164\uffa0")
_QUOTES = "\"'"


def unseen(character: str) -> bool:
    """True for what takes no room: zero-width spaces and joiners, soft hyphens, marks that turn the direction of the text."""
    return unicodedata.category(character) == "Cf" or character in _UNSEEN or "\ufe00" <= character <= "\ufe0f"


def plain(text: str) -> str:
    """*text* as it would stand on a typewriter: no mark that nobody sees, one sort of dash, of quote, of # and of space."""
    return placed(text)[0]


def placed(text: str) -> tuple[str, Sequence[int]]:
    """(`plain` of *text*; for each of its characters, and for the end, where in *text* it stands)."""
    if text.isascii():
        return text.translate(_ALIKE_IN_ASCII), range(len(text) + 1)
    kept = [(index, character) for index, character in enumerate(text) if not unseen(character)]
    said = "".join(" " if character.isspace() and character != "\n" else character for _, character in kept)
    return said.translate(_ALIKE), [*(index for index, _ in kept), len(text)]


def name(text: str) -> str:
    """*text* as a name is looked up: small letters, no quotes around it, one space between words, no mark behind it."""
    said = " ".join(plain(text).lower().split())
    return said.strip(_QUOTES + " .,:;!?*_<>()[]-")


def code(text: str) -> str:
    """*text* as a code is looked up: a `name` whose words are held together by `_`."""
    return re.sub(r"[\s_-]+", "_", name(text))


def seen_from_the_start(text: str) -> str:
    """*text* without what nobody sees at its beginning."""
    first = next((index for index, character in enumerate(text) if not (unseen(character) or character.isspace())), len(text))
    return text[first:]
