"""What somebody wrote this time, and what they quoted.

The split is for showing, and for preferring one place to another. No decision that matters may rest on the quoted part
being empty: the whole text is always kept beside it.
"""

import re
from dataclasses import dataclass

REPLY_ABOVE = "Please reply above this line"
"""Stands in every letter of ours that asks for an answer. Whatever a reply holds at and below it is ours."""

LIMIT = 200_000  # characters that are looked at; own words beyond it are cut
_LONGEST_LINE = 2_000  # of a line, what is enough to tell what it is
_SIGNATURE_LINES = 12

_SENDER = frozenset(["from", "oddi wrth", "o", "von", "de", "od", "da", "van"])
_WHEN = frozenset(
    ["sent", "date", "anfonwyd", "dyddiad", "gesendet", "datum", "envoy", "envoi", "wys", "enviado", "inviato", "verzonden"]
)
_OTHER = frozenset(
    [
        "to",
        "cc",
        "bcc",
        "subject",
        "importance",
        "reply-to",
        "at",
        "i",
        "copi",
        "pwnc",
        "testun",
        "an",
        "betreff",
        "objet",
        "do",
        "temat",
        "para",
        "asunto",
        "oggetto",
        "aan",
    ]
)
_LABELS = _SENDER | _WHEN | _OTHER
_LABEL = re.compile(r"^[*_]{0,2}([A-Za-z-]{1,10}(?: [a-z]{4,6})?)[*_]{0,2}[ \t]{0,2}:[*_]{0,2}(?:\s|$)")
_RULE = re.compile(r"^[-_=*]{5,}$")
_LIST_RULE = re.compile(r"^_{20,}$")
_FORWARDED = re.compile(
    r"^[-_ ]{2,}(?:original message|original appointment|forwarded message|neges wreiddiol|neges a anfonwyd ymlaen)[-_ ]*$"
    r"|^begin forwarded message:$",
    re.IGNORECASE,
)
_WROTE_ENDS = (
    "wrote:",
    "writes:",
    "ysgrifennodd:",
    "schrieb:",
    "a écrit :",
    "a écrit:",
    "napisał(a):",
    "escribió:",
    "scrisse:",
)
_WROTE_STARTS = ("on ", "ar ", "le ", "am ", "w dniu ", "el ", "il ", "op ")
_CLOCK = re.compile(r"\d{1,2}[:.]\d\d")
_DEVICE = re.compile(
    r"^(?:sent|anfonwyd) (?:from|via|using|oddi ar|o|gan)(?: [^\s,.;!?<]{1,30}){1,5}[.!]?(?: ?<\S{1,300}>)?$"
    r"|^get outlook for (?:ios|android|mac)(?: ?<\S{1,300}>)?\.?$"
    r"|^(?:cael|lawrlwytho) outlook (?:ar gyfer|i) (?:ios|android)(?: ?<\S{1,300}>)?$",
    re.IGNORECASE,
)
_DEVICE_FIRST = re.compile(r"^(?:sent|anfonwyd) .{3,200}<https?://\S{1,300}>$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Split:
    """The lines of a mail in two heaps, each in the order in which it was written."""

    own: str
    quoted: str


def own_words(text: str) -> str:
    """What the sender wrote this time: without quoted mail, "Sent from my phone" and a signature below "-- ".
    Empty where the mail is nothing but somebody else's words."""
    return split(text).own


def quoted_part(text: str) -> str:
    """What the sender quoted."""
    return split(text).quoted


def split(text: str) -> Split:
    """Tell the sender's lines from the quoted ones, in time that grows with the length of *text* and no faster."""
    lines = text[:LIMIT].replace("\r\n", "\n").replace("\r", "\n").split("\n")
    bare = [_bare(line) for line in lines]
    own: list[str] = []
    quoted: list[str] = []
    index = 0
    while index < len(lines):
        if _cuts(bare, index):
            quoted += lines[index:]
            break
        taken = _quoted_lines(bare, index)
        quoted += lines[index : index + taken]
        if not taken:
            own.append(_unescaped(lines[index]))
        index += taken or 1
    return Split(_without_trailers(own), "\n".join(quoted).strip("\n"))


def _bare(line: str) -> str:
    """The line as it is recognised by: without the white space that HTML leaves around it."""
    return line[:_LONGEST_LINE].replace("\u00a0", " ").replace("\u200b", "").replace("\ufeff", "").strip()


def _unescaped(line: str) -> str:
    # A line that begins with "From " is written ">From " on its way through a mailbox file: it is no quote.
    return line[1:].rstrip() if line.startswith(">From ") else line.rstrip()


# -- from here to the end ---------------------------------------------------------------------------------------------


def _cuts(bare: list[str], index: int) -> bool:
    """True where this line and all that follow it are quoted."""
    line = bare[index]
    if not line:
        return False
    return (
        _is_marker(line)
        or bool(_FORWARDED.match(line))
        or _heads_block(bare, index)
        or (bool(_RULE.match(line)) and _heads_block(bare, _next_words(bare, index + 1)))
        or (_wrote_lines(bare, index) > 0 and not _quote_follows(bare, index + _wrote_lines(bare, index)))
    )


def _is_marker(line: str) -> bool:
    return REPLY_ABOVE.casefold() in " ".join(line.casefold().split())


def _next_words(bare: list[str], index: int) -> int:
    """The next line that is not empty, of the few that may lie between."""
    for following in range(index, min(index + 4, len(bare))):
        if bare[following]:
            return following
    return len(bare)


def _heads_block(bare: list[str], index: int) -> bool:
    """True where the header of a quoted mail begins: From, and within the next lines when it was sent and one more label.
    One label alone is prose ("From: the garden side")."""
    if index >= len(bare) or _label(bare[index]) not in _SENDER | _WHEN:
        return False
    labels = [label for line in _block(bare, index) if (label := _label(line))]
    return not _SENDER.isdisjoint(labels) and not _WHEN.isdisjoint(labels) and len(set(labels)) >= 3


def _block(bare: list[str], index: int) -> list[str]:
    """The lines from *index* that could be one header: some programs put an empty line between its lines."""
    return [line for line in bare[index : index + 14] if line][:8]


def _label(line: str) -> str | None:
    found = _LABEL.match(line.removeprefix("> "))
    name = found[1].lower() if found else None
    return name if name in _LABELS else None


# -- "On Tuesday X wrote:" ---------------------------------------------------------------------------------------------


def _wrote_lines(bare: list[str], index: int) -> int:
    """How many lines, of at most three, introduce a quote from here; 0 where none does."""
    first = bare[index]
    if not first or first.startswith(">") or len(first) > 400:
        return 0
    # Only a sentence that begins as a program begins one may run over several lines: else it would take the words above it.
    longest = 3 if first.lower().startswith(_WROTE_STARTS) else 1
    for count in range(1, min(longest, len(bare) - index) + 1):
        last = bare[index + count - 1]
        if not last or last.startswith(">") or len(last) > 400:
            return 0
        if last.endswith(":"):
            return count if _introduces(" ".join(bare[index : index + count]), bare, index + count) else 0
    return 0


def _introduces(sentence: str, bare: list[str], after: int) -> bool:
    """True for the sentence that a mail program writes above a quote: not for prose that happens to end in "wrote:"."""
    lowered = sentence.lower()
    says_wrote = lowered.endswith(_WROTE_ENDS) or (lowered.startswith("ar ") and " ysgrifennodd " in lowered)
    if not says_wrote:
        return False
    if "@" in sentence or (lowered.startswith(_WROTE_STARTS) and _CLOCK.search(sentence)):
        return lowered.startswith(_WROTE_STARTS) or _quote_follows(bare, after)
    says_when = any(character.isdigit() for character in sentence) or lowered.startswith(_WROTE_STARTS)
    return says_when and _quote_follows(bare, after)


def _quote_follows(bare: list[str], index: int) -> bool:
    """True where the next words, over a few empty lines, are quoted."""
    for line in bare[index : index + 6]:
        if line:
            return line.startswith(">")
    return False


def _quoted_lines(bare: list[str], index: int) -> int:
    """How many lines from here are quoted by themselves, people writing between and below them."""
    if bare[index].startswith(">") and not bare[index].startswith(">From "):
        return 1
    return _wrote_lines(bare, index)


# -- what programs add below -------------------------------------------------------------------------------------------


def _without_trailers(lines: list[str]) -> str:
    start, end = 0, _signature_start(lines)
    while start < end and not _bare(lines[start]):
        start += 1
    while end > start and _is_trailer(_bare(lines[end - 1])):
        end -= 1
    return "\n".join(lines[start:end])


def _is_trailer(line: str) -> bool:
    return not line or any(pattern.match(line) for pattern in (_RULE, _DEVICE, _DEVICE_FIRST))


def _signature_start(lines: list[str]) -> int:
    """Where the few lines below "-- ", or below a list's rule, begin. Where many follow, somebody used the dashes to divide
    their letter."""
    end = len(lines)
    while end and not _bare(lines[end - 1]):
        end -= 1
    for index in range(max(0, end - _SIGNATURE_LINES - 1), end):
        line = lines[index].rstrip()
        if line == "--" or (_LIST_RULE.match(line) and any("://" in below for below in lines[index:end])):
            return index
    return end
