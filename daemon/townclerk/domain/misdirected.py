"""Does what an officer wrote belong to this case? The right letter to the wrong resident is the commonest breach of a desk."""

import re
from collections.abc import Collection, Iterable, Iterator
from difflib import get_close_matches

from townclerk.domain.case import Case
from townclerk.domain.commands import ONLY_PRESSED, STAYS_INSIDE, TELLS_NOBODY_OUTSIDE, Command
from townclerk.domain.reference import find_references

# Why a mail is held.
ANOTHER_CASE, ANOTHER_PERSON, ANOTHER_REFERENCE = "another_case", "another_person", "another_reference"

_TITLE = r"(?:mr|mrs|ms|miss|mx|dr|prof(?:essor)?|rev(?:erend)?|sir|lady|lord|cllr|councillor|canon|father|sister)\b\.?"
_TITLED = re.compile(
    rf"(?:dear|annwyl|hello|hi)\s+(?P<names>{_TITLE}(?:\s+(?:(?:and|&|a|ac)\s+)?(?:{_TITLE}|[^\W\d_][\w'’.-]*)){{1,5}}?)"
    r"\s*(?:[,:;!\n–-]|$)",
    re.IGNORECASE,
)
_FIRST_NAME = re.compile(
    r"(?i:dear|annwyl|hello|hi)\s+(?P<names>[A-ZÀ-Þ][\w'’-]+(?:\s+[A-ZÀ-Þ][\w'’-]+){0,2})\s*(?:[,:;!\n]|$)"
)
_WORD = re.compile(r"[^\W\d_]{2,}")
_NEAR = 0.75  # how alike two names are that are one, mistyped: Coop for Cope
# What a greeting can say that is nobody's name.
_NOBODYS = frozenset(
    [
        "mr", "mrs", "ms", "miss", "mx", "dr", "prof", "professor", "rev", "reverend", "sir", "sirs", "lady", "lord",
        "madam", "cllr", "councillor", "canon", "father", "sister", "and", "or", "ac", "all", "both", "everyone",
        "everybody", "team", "colleague", "colleagues", "resident", "residents", "neighbour", "neighbours", "customer",
        "customers", "tenant", "tenants", "complainant", "applicant", "friend", "friends", "parent", "parents",
        "thanks", "thank", "again", "there", "syr", "foneddigion",
    ]
)  # fmt: skip


def on_another_case(subject: str, commands: Collection[Command], case: Case, prefix: str, known: Collection[str]) -> str:
    """Why it is to be asked whether *commands* were meant for *case*; empty: nothing says that they were not. Words that stay
    in the house, and presses, are never asked about."""
    outward = [command for command in commands if command.word not in STAYS_INSIDE | ONLY_PRESSED]
    if not outward:
        return ""
    named = find_references(subject, prefix)
    if case.ref not in named and any(ref in known and ref not in case.related for ref in named):
        return ANOTHER_CASE
    texts = [text for command in outward for text in (command.argument, command.body)]
    if any(greets_somebody_else(text, case) for text in texts):
        return ANOTHER_PERSON
    told = (command.text for command in outward if command.word not in TELLS_NOBODY_OUTSIDE)
    return ANOTHER_REFERENCE if any(names_another_case(text, case, prefix) for text in told) else ""


def names_another_case(text: str, case: Case, prefix: str) -> bool:
    """True where *text* has a reference that is not this *case*'s, nor of a case that belongs to it, and which nobody who wrote
    about it has named: it may be somebody else's, and a resident never gets another's."""
    named = set(find_references(text, prefix)) - {case.ref, *case.related, *case.linked}
    return bool(named) and not named <= {ref for said in _said_of_it(case) for ref in find_references(said, prefix)}


def somebody_elses(other: Case, case: Case) -> str:
    """Who complains in *other*, where they are nobody who has a part in *case*; empty: they have, or bear the same name."""
    theirs, own = other.complainant, case.complainant
    if (own.key and other.is_party(own.key)) or (theirs.key and case.is_party(theirs.key)):
        return ""
    names = sorted((_words([theirs.name]), _words([own.name])), key=len)
    return "" if len(names[0]) > 1 and names[0] <= names[1] else theirs.name or theirs.address or "somebody else"


def greets_somebody_else(text: str, case: Case) -> bool:
    """True where *text* begins with a greeting that names somebody who is no party to *case* and whom none of its mails names.
    Where nobody knows what the complainant is called, nothing is said; a party's name that is spelled a little differently is
    theirs."""
    if not case.complainant.name:
        return False
    start = text.lstrip()[:200]
    found = _TITLED.match(start) or _FIRST_NAME.match(start)
    greeted = {word.casefold() for word in _WORD.findall(found["names"])} - _NOBODYS if found is not None else set()
    if not greeted or not greeted.isdisjoint(_words(_said_of_it(case))):
        return False
    parties = _words(_of_parties(case))
    return parties.isdisjoint(greeted) and not any(get_close_matches(name, parties, n=1, cutoff=_NEAR) for name in greeted)


def _of_parties(case: Case) -> Iterator[str]:
    for who in (case.complainant, *(party.who for party in case.parties)):
        yield from (who.name, who.address.partition("@")[0])


def _said_of_it(case: Case) -> Iterator[str]:
    for mail in case.mails:
        yield from (mail.sender.name, mail.subject, mail.text, mail.quoted)


def _words(texts: Iterable[str]) -> set[str]:
    return {word.casefold() for text in texts for word in _WORD.findall(text)}
