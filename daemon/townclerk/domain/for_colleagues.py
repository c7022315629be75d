"""What stands in a letter to a resident and is plainly not for them: a line to a colleague, of a chat, a comment, what is left
of a template or of a draft."""

import re
from collections.abc import Iterable

from townclerk.domain.case import Case
from townclerk.domain.commands import ONLY_PRESSED, STAYS_INSIDE, Command
from townclerk.domain.roster import Officer, Roster
from townclerk.domain.salutation import above_salutation
from townclerk.domain.typed import plain

FOR_COLLEAGUES = "for_colleagues"  # why a mail is held

_LONGEST = 300  # characters of a line, what is enough to tell what it is
_GREETS = r"(?i:dear|hello|hi|hiya|hey|morning|thanks|good (?:morning|afternoon|evening)|annwyl|helo|shwmae|bore da|diolch)"
# What is written to somebody beside a letter.
_BESIDE = r"(?i:p\.? ?p?\.? ?s\b\.?|n\.? ?b\b\.?|fao|f\.a\.o\.|att(?:n|ention)\b|cc|fyi)"
_TIME = r"\d{1,2}[:.]\d{2}(?::\d{2})?(?: ?[APap]\.?[Mm]\.?)?"
_TELLS_WHO = re.compile(r"(?:who|whose|whom|which|our|my|your|the|an?|from|of|in|at|and|or|is|was)\b", re.IGNORECASE)
_ASKS = re.compile(
    r"(?:please|pls|plz|can|could|would|will|do|don't|did|is|are|have|you|what|fyi|cc|ok|okay|thanks|see|below|over to)\b",
    re.IGNORECASE,
)
_SAYS_SOMETHING = re.compile(r"[^\W\d_]{2,}\W+[^\W\d_]+")
_REACHES = re.compile(r"@|\d{3,}")
_CHAT = re.compile(rf"\[[\d/.,\- ]{{0,20}}{_TIME}\]\s*[^\W\d_]")
_COMMENT = re.compile(r"comment(?:ed)?\s*\[[^\W\d_]{1,4}\d{1,4}\]", re.IGNORECASE)
_NO_INITIALS = frozenset({"NB", "PS", "RE", "TO", "CC", "AM", "PM", "ID", "QA", "OK"})
_NOT_A_PERSON = frozenset(
    ["team", "teams", "service", "services", "office", "desk", "council", "mailbox", "inbox", "complaints", "enquiries"]
)

_BRACKETS = re.compile(r"\[([^\[\]\n]{1,120})\]|<<([^<>\n]{1,120})>>|«([^«»\n]{1,120})»")
_TO_FILL_IN = re.compile(r"\b(?:insert|internal(?:ly)?|check|nb|name|date)\b", re.IGNORECASE)
_CAPITALS = re.compile(r"[A-Z][A-Z\d /_.,:&'-]*[A-Z]")
_MEANT = frozenset({"REDACTED", "SIC"})  # capitals in brackets that a letter may well hold
_LEFT_OPEN = re.compile(r"\bINSERT [A-Z]{2,}|\bX{2,4}[/.-]X{2,4}\b|\bX{2,}\s+[A-Z][A-Z ]{1,40}\s+X{2,}\b")
_DRAFT = re.compile(
    r"\W{0,6}(?:DRAFT\b|(?i:draft)\s*(?:$|[-:!.,(])|(?i:not (?:yet )?(?:been )?approved\b)"
    r"|(?i:(?:please )?(?:do not|don't|not to be) sen[dt]\s*(?:$|[.!,:-]|(?:out|yet|until|till|before|without)\b"
    r"|(?:this|it)\s*(?:$|[.!,:-]|(?:out|yet|until|till|before|without|to)\b))))"
)


def told_outside(commands: Iterable[Command]) -> str:
    """What stands beside those of *commands* that may tell the resident something, and below them."""
    return "\n".join(command.text for command in commands if command.word not in STAYS_INSIDE | ONLY_PRESSED)


def for_colleagues(text: str, case: Case, writer: Officer, roster: Roster) -> str:
    """The first line of *text* that is plainly not for a resident; empty: there is none. The names of the parties to *case* are
    nobody else's, also where a colleague bears the same; and the *writer*'s is how they sign. What stands above a salutation is
    asked about by itself."""
    parties = (case.complainant, *(party.who for party in case.parties))
    theirs = frozenset(word for who in parties for word in who.name.split())
    known = [_Known(officer.name, theirs) for officer in roster.officers if officer.key != writer.key and _is_person(officer)]
    own = _Known(writer.name, theirs)
    colleagues = [each for each in known if each.first != own.first or each.full]
    above, _ = above_salutation(text, case.complainant.name)
    for line in text.strip().removeprefix(above).split("\n"):
        said = plain(line[:_LONGEST]).strip(" \t*_>\"'-\u2022")
        if said and (
            _is_left_over(line[:_LONGEST], said)
            or _CHAT.match(said)
            or _COMMENT.match(said)
            or own.is_asked(said)
            or any(each.is_meant(said, shares_first=each.first == own.first) for each in colleagues)
        ):
            return " ".join(line.split())
    return ""


class _Known:
    """The name of somebody who works here, as far as it is not also the resident's. Empty: it says nothing."""

    def __init__(self, name: str, theirs: frozenset[str]) -> None:
        words = name.split()
        self.first = words[0] if words and words[0] not in theirs else ""
        self.full = name if len(words) > 1 and not theirs.issuperset(words) else ""
        self.initials = "".join(word[0] for word in words) if len(words) > 1 and self.first else ""

    def is_meant(self, said: str, *, shares_first: bool) -> bool:
        """True where the line turns to them, or is theirs."""
        names = [name for name in (self.full, "" if shares_first else self.first) if name]
        if not names:
            return False
        name = "(?:" + "|".join(re.escape(each) for each in names) + r")(?![\w-])"
        if re.match(rf"{_GREETS}[ ,]+{name}(?!')", said) or re.match(
            rf"{_BESIDE}\W{{0,4}}(?:{_GREETS} )?{name}\s*[,:!-]", said
        ):
            return True
        if re.match(rf"{name}'s? (?:text|draft|words|wording|version|comments?)\b", said):
            return True
        if re.match(rf"{name}\W{{1,4}}(?:[\d/.]{{4,10}},? )?{_TIME}\W*$", said) or re.match(
            rf"{_TIME}\W{{1,4}}{name}\s*(?:$|:)", said
        ):
            return True
        return self._opens(name, said) or self._commented(said)

    def is_asked(self, said: str) -> bool:
        """True where somebody asks them to do something: "Wendy, please send her this"."""
        opened = (
            re.match(rf"{re.escape(self.first)}\s*[,:-]\s*(?i:please|pls|can you|could you|fyi)\b", said)
            if self.first
            else None
        )
        return opened is not None

    def _opens(self, name: str, said: str) -> bool:
        """True for "Tom, …", "Tom: …" and "Tom - …"; not for "Tom, who came on Friday", nor for whom to telephone."""
        opened = re.match(rf"{name}\s*(?P<mark>[,:!]|-\s|$)\s*", said)
        if opened is None or not opened["mark"]:
            return False
        rest, full = said[opened.end() :], bool(self.full) and said.startswith(self.full)
        if _TELLS_WHO.match(rest) and not rest.rstrip().endswith("?"):
            return False
        if full and opened["mark"] != ":":  # below a name stands a title, or what they have done
            return _ASKS.match(rest) is not None
        return not rest or (_SAYS_SOMETHING.search(rest) is not None and not _REACHES.search(rest)) or bool(_ASKS.match(rest))

    def _commented(self, said: str) -> bool:
        marked = re.match(r"\[?([A-Z]{2,4})\d{0,3}\]?\s*:\s", said)
        return marked is not None and marked[1] == self.initials and marked[1] not in _NO_INITIALS


def _is_person(officer: Officer) -> bool:
    return not officer.mailbox_of and _NOT_A_PERSON.isdisjoint(officer.name.lower().split())


def _is_left_over(line: str, said: str) -> bool:
    """True for what a template or a draft holds and a letter does not."""
    inside = (next(part for part in found if part).strip() for found in _BRACKETS.findall(line) if any(found))
    return bool(_DRAFT.match(said) or _LEFT_OPEN.search(said)) or any(
        _TO_FILL_IN.search(part) or (_CAPITALS.fullmatch(part) and part not in _MEANT) for part in inside
    )
