"""What in a text that goes to several people tells who one of them is: a name, an address, a telephone number.

The text is looked at, never changed: a name may be that of a street as well, and only whoever wrote it knows what they meant.
"""

import re
from collections.abc import Iterable, Iterator

from townclerk.domain.case import CampaignState, Case
from townclerk.domain.commands import Command
from townclerk.domain.signing_off import only_closes
from townclerk.domain.wording import between_greeting_and_closing

NAMES_ONE = "names_one"  # why a mail is held

# What is said on the case that leads a campaign and goes to each of the others as well.
TOLD_TO_ALL = frozenset({"acknowledge", "refuse", "category", "close", "respond", "extend"})
_POSTCODE = re.compile(r"\b[a-z]{1,2}\d[a-z\d]?\s?\d[a-z]{2}\b", re.IGNORECASE)
_EMAIL = re.compile(r"[\w.+'-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+")
_TELEPHONE = re.compile(r"\+?\d[\d ().-]{7,}\d")
_HOUSE = re.compile(r"\b\d{1,4}[a-z]?,?\s+(?:[A-Z][\w'’-]+\s+){1,3}[A-Z][\w'’-]+")  # "3 Old Basin Walk"
_CALLED = r"(?:mr|mrs|ms|miss|mx|dr|cllr|councillor|dear|hello|hi|annwyl|thanks|thank you)\.?"
_TITLES = frozenset({"mr", "mrs", "ms", "miss", "mx", "dr", "prof", "rev", "cllr", "councillor", "sir", "lady", "and"})
_OF_A_NAME = re.compile(r"[^\W\d_]{2,}")
_CLOSING_LINES = 14  # from the end of a mail, in which the address of whoever wrote it stands
_LAST_DIGITS = 9  # by which a telephone number is known, however it begins


def tells_who_leads(case: Case, commands: Iterable[Command], ours: Iterable[str] = ()) -> str:
    """What of *commands* tells the others who the resident of the *case* is that leads them; empty: nothing does, or the case
    leads nobody. *ours*: names of those who work here, whose own are no resident's."""
    if case.campaign is None or case.campaign.state is not CampaignState.TOGETHER:
        return ""
    texts = [command.text for command in commands if command.word in TOLD_TO_ALL]
    return next((found for text in texts if (found := what_tells(case, text, ours))), "")


def what_tells(case: Case, text: str, ours: Iterable[str] = ()) -> str:
    """The first thing in *text* that tells who the resident of *case* is, as it stands there; empty: nothing does."""
    for name in ours:
        text = re.sub(rf"\b{re.escape(name)}\b", " ", text) if " " in name else text
    mail = case.mails[0].text if case.mails else ""
    shared = between_greeting_and_closing(mail)  # what all of them say tells of nobody
    patterns = (*_of_name(case.complainant.name, shared), *_of_places(mail, shared), *_of_reach(case, mail))
    matches = (re.search(pattern, text) for pattern in patterns)
    found = next((match for match in matches if match is not None), None)
    return " ".join(found.group().split()) if found is not None else _telephone(text, mail)


def _of_name(name: str, shared: str) -> Iterator[str]:
    """Each word of the name with a capital; in small letters, where somebody is called by it. "Lane" in "Mill Lane" tells of
    nobody where all of them wrote of Mill Lane."""
    for word in _OF_A_NAME.findall(name):
        if word.casefold() in _TITLES:
            continue
        said = re.escape(word)
        yield rf"(?i:\b{_CALLED}\s+(?:[\w.]+\s+)?{said}\b)"
        if not re.search(rf"\b{said}\b", shared, re.IGNORECASE):
            yield rf"\b(?:{re.escape(word[:1].upper() + word[1:].lower())}|{re.escape(word.upper())}|{said})\b"


def _of_places(mail: str, shared: str) -> Iterator[str]:
    """The lines of the address, and each house with its number that the mail names."""
    for house in _HOUSE.findall(mail):
        yield _as_phrase(house)
    for line in _address(mail):
        parts = [part.strip() for part in line.split(",") if part.strip()]
        for number, part in enumerate(parts):
            telling = any(letter.isdigit() for letter in part) or (number == 0 and len(parts) > 1 and " " in part)
            if telling and not re.search(_as_phrase(part), shared):
                yield _as_phrase(part)


def _address(mail: str) -> list[str]:
    """The lines below the words with which it closes."""
    lines = [line.strip() for line in mail.split("\n") if line.strip()][-_CLOSING_LINES:]
    closes = next((n for n, line in enumerate(lines) if only_closes(line)), len(lines))
    return lines[closes + 1 :]


def _of_reach(case: Case, mail: str) -> Iterator[str]:
    if case.complainant.address:
        yield rf"(?i:{re.escape(case.complainant.address)})"
    for address in _EMAIL.findall(mail):
        yield rf"(?i:{re.escape(address)})"
    for code in _POSTCODE.findall(mail):
        letters = code.replace(" ", "")
        yield rf"(?i:\b{letters[:-3]}\s?{letters[-3:]}\b)"


def _telephone(text: str, mail: str) -> str:
    theirs = {_digits(number) for number in _TELEPHONE.findall(mail)}
    return next((number.strip() for number in _TELEPHONE.findall(text) if _digits(number) in theirs), "")


def _digits(number: str) -> str:
    return "".join(letter for letter in number if letter.isdigit())[-_LAST_DIGITS:]


def _as_phrase(part: str) -> str:
    words = re.findall(r"[\w'’-]+", part)
    return r"(?i:\b" + r"[\s,]+".join(re.escape(word) for word in words) + r"\b)"
