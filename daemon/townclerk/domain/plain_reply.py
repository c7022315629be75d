"""Is a mail without a word certainly a text that its writer meant for the resident, and nothing else?"""

import re
from collections.abc import Iterable

from townclerk.domain.additions import may_hold_additions
from townclerk.domain.commands import looks_quoted, word_anywhere
from townclerk.domain.mail import IncomingMail
from townclerk.domain.words import LetterKind

_CLOSING = re.compile(
    r"^(?:(?:kind|best|warm|warmest|many|with (?:kind|best))?\s*(?:regards|wishes|thanks)|yours (?:sincerely|faithfully|truly)"
    r"|sincerely|cofion(?: cynnes| gorau)?|yn gywir)\s*[,.!]?$",
    re.IGNORECASE,
)
_GREETING_WORD = (
    r"(?:dear|hello|hi|hiya|hey|good\s+(?:morning|afternoon|evening|day)|annwyl|helo|shwmae|bore\s+da|prynhawn\s+da)"
)
_GREETS = re.compile(rf"{_GREETING_WORD}\b", re.IGNORECASE)
_ADDRESSED = re.compile(r"[,!.:;]|\s-")  # the end of whom a greeting names
_NAMES = re.compile(r"[^\W\d_]{2,}")
_MACHINES_SUBJECT = re.compile(
    r"(?:\s*(?:re|fw|fwd)\s*:)*\s*(?:recall|read|not read|reaction|automatic reply|auto(?:matic)?[- ]?(?:reply|response)"
    r"|accepted|declined|tentative(?:ly accepted)?|new time proposed|cancel+ed|ateb awtomatig|ymateb awtomatig)\s*:",
    re.IGNORECASE,
)
_MACHINES_TEXT = re.compile(
    r"\bout of (?:the )?office\b|\bon (?:annual |sick |maternity |paternity )?leave (?:until|from|till)\b"
    r"|\bon (?:annual|maternity|paternity|sick) leave\b|\breacted (?:to your message|via \w+)|\bwould like to recall\b"
    r"|\bwas read on\b|\ballan o['\u2019]r swyddfa\b",
    re.IGNORECASE,
)
ANSWERS_US = "answers_us"  # why a mail is held that answers a letter in which its writer was asked something
_ASKING = frozenset({LetterKind.DECISION, LetterKind.CONFIRM})
_PRESS = re.compile(r"^- (#[^:\n]{1,200}):((?:[^\n]{1,200}\n(?!\s*\n|- ))*[^\n]{0,200})", re.MULTILINE)
# What is answered in plain words, and how the labels of the presses begin that say so.
_YES, _NO = "yes|yep|yeah|ydy|ie|oes", "no|nope|nage|na"
_SAID_BY = tuple(
    (re.compile(rf"\s*(?:{answer})\b", re.IGNORECASE), re.compile(rf"\s*(?:{label})\b", re.IGNORECASE))
    for answer, label in (
        (rf"{_YES}|accept(?:ed)?|agreed?|approved?", rf"{_YES}|accept|approve"),
        (_NO, _NO),
        ("refused?|reject(?:ed)?|not approved", "refuse|do not approve"),
    )
)
_OUTCOME_SAID = re.compile(r"(?P<kind>not|part(?:ly|ially)?)?[\s-]*upheld", re.IGNORECASE)
_SHORT = 12  # words of an answer that says no more than yes or no
_TITLES = frozenset({"mr", "mrs", "ms", "miss", "mx", "dr", "sir", "madam"})
_MOST_BELOW = 2  # lines below "Kind regards": a name, and perhaps what they are; more is a signature of a mail program


def meant_for(resident: str, colleagues: Iterable[str], mail: IncomingMail) -> bool:
    """True where *mail* is certainly a letter of its writer to *resident*, and nothing beside it: no machine's text, no word
    with one of the *colleagues*, and begun with a greeting that names the resident."""
    return nothing_but_text(mail) and not _of_a_machine(mail) and _opens_to(mail.own_text, resident, colleagues)


def asks_officer(kind: str) -> bool:
    """True for a letter of that kind: whoever answers it with a few words, answers us."""
    return kind in _ASKING


def press_said(answer: str, letter: str) -> str:
    """Of the presses that stand ready in the text of *letter* the one that a plain "yes", "accept" or "no" says; empty: not
    just one."""
    wanted = next((label for said, label in _SAID_BY if said.match(answer)), None)
    if len(answer.split()) > _SHORT or wanted is None:
        return ""
    found = [(line.strip(), " ".join(label.split())) for line, label in _PRESS.findall(letter)]
    meant = [(line, label) for line, label in found if wanted.match(label)]
    outcome = _OUTCOME_SAID.search(answer)
    if outcome is not None:
        meant = [each for each in meant if (said := _OUTCOME_SAID.search(each[1])) and _kind(said) == _kind(outcome)]
    return meant[0][0] if len(meant) == 1 else ""


def _kind(outcome: re.Match[str]) -> str:
    return (outcome["kind"] or "").lower()[:3]


def _of_a_machine(mail: IncomingMail) -> bool:
    """What programs send in an officer's name: that they are away, that they have read it, that they will come."""
    parts = (mail.content_type, *(attachment.content_type for attachment in mail.attachments))
    suppressed = (value.strip().lower() for value in mail.headers.get("x-auto-response-suppress", ()))
    return (
        any(part.lower().startswith("text/calendar") for part in parts)
        or "all" in suppressed  # Exchange puts "OOF, AutoReply" on what people write
        or _MACHINES_SUBJECT.match(mail.subject) is not None
        or _MACHINES_TEXT.search(_folded(mail.own_text)) is not None
    )


def _opens_to(text: str, resident: str, colleagues: Iterable[str]) -> bool:
    """True where *text* greets the *resident* by name and by nothing else, and turns to none of the *colleagues* further on."""
    first = text.strip().split("\n", 1)[0][:200]
    greeting = _GREETS.match(first)
    named = [word.lower() for word in _NAMES.findall(_ADDRESSED.split(first[greeting.end() if greeting else 0 :])[0])]
    theirs = {word.lower() for word in _NAMES.findall(resident)} - _TITLES
    if theirs.isdisjoint(named) or not set(named) <= theirs | _TITLES or (greeting is None and "," not in first):
        return False
    known = {name.split()[0] for name in colleagues if name.split()} - set(resident.split())
    return not any(
        re.search(rf"(?:^|[.!?:;\n])\s*(?i:{_GREETING_WORD}\s+)?{re.escape(name)}\b\s*[,:!-]", text) for name in known
    )


def nothing_but_text(mail: IncomingMail) -> bool:
    """True where *mail* holds a text and nothing beside it: no quotation, no signature but a name, no piece of a letter of
    ours, nothing that had to be cut away."""
    own = mail.own_text.strip()
    if not own or _folded(own) != _folded(mail.text) or looks_quoted(mail.text) or word_anywhere(own) is not None:
        return False
    return not _looks_signed_by_a_program(own)


def _looks_signed_by_a_program(text: str) -> bool:
    lines = [line.strip() for line in text.split("\n")]
    below = next((lines[n + 1 :] for n in range(len(lines) - 1, -1, -1) if _CLOSING.match(lines[n])), [])
    return sum(bool(line) for line in below) > _MOST_BELOW or may_hold_additions(text)


def _folded(text: str) -> str:
    return " ".join(text.split())


def greets_by_name(text: str, name: str) -> bool:
    """True where *text* begins as a letter to whoever is called *name*."""
    first = text.strip().split("\n", 1)[0][:200]
    greeting = _GREETS.match(first)
    if greeting is None:
        return False
    said = {word.lower() for word in _NAMES.findall(first[greeting.end() :].split(",")[0])}
    theirs = {word.lower() for word in _NAMES.findall(name)} - _TITLES
    return bool(said & theirs) or {"sir", "madam"} <= said
