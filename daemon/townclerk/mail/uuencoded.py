"""Files that stand in the text of a mail as uuencode: what Outlook Express, Eudora and Notes send where they know no MIME."""

import binascii
import re

_BEGINS = re.compile(r"^begin [0-7]{3,4} (\S.{0,200})$")
_FIRST, _LAST = 32, 96  # the characters of which its lines consist
_MOST_FILES = 100


def without_files(text: str) -> tuple[str, tuple[tuple[str, bytes], ...]]:
    """*text* without the files in it, and these, each with the name that its sender gave. What only looks like one stays."""
    if "begin " not in text:
        return text, ()
    lines = text.split("\n")
    kept: list[str] = []
    files: list[tuple[str, bytes]] = []
    at = 0
    while at < len(lines):
        begins = _BEGINS.match(lines[at]) if len(files) < _MOST_FILES else None
        end, content = _file_from(lines, at + 1) if begins else (at, None)
        if begins and content is not None:
            files.append((begins[1].strip(), content))
            at = end
        else:
            kept.append(lines[at])
            at += 1
    return "\n".join(kept), tuple(files)


def _file_from(lines: list[str], start: int) -> tuple[int, bytes | None]:
    """Where the file that begins on the line *start* has ended, and its bytes; None where there is none. A word that is no line
    of it ends the search, so that all of a text is looked at twice at most."""
    found: list[bytes] = []
    for at in range(start, len(lines)):
        line = lines[at].rstrip()
        if line == "end":
            return at + 1, b"".join(found) if found else None
        if line and not _is_line(line):
            return start, None
        found.append(_decoded(line))
    return start, None


def _is_line(line: str) -> bool:
    size = (ord(line[0]) - _FIRST) % 64
    longest = 1 + (size + 2) // 3 * 4 + 1  # some write one character more, as a sum
    return len(line) <= longest and all(_FIRST <= ord(character) <= _LAST for character in line)


def _decoded(line: str) -> bytes:
    if not line:
        return b""
    size = (ord(line[0]) - _FIRST) % 64
    # What fills up the last group may be anything: only as much is read as the bytes need.
    return binascii.a2b_uu(line[: 1 + (size * 8 + 5) // 6])
