"""Whether what a resident writes speaks of an officer: told by names alone, because what is said of them can be said in any
words.

It errs towards yes. Who is named without being complained of costs nobody time: a colleague has the case at once.
"""

import re
import unicodedata
from collections.abc import Collection
from functools import lru_cache

from townclerk.domain.mail import Address
from townclerk.domain.roster import Officer
from townclerk.domain.typed import plain

_TITLE = r"(?:mr|mrs|ms|miss|mx|dr|cllr|sir|officer|inspector)"
_JOBS = (
    r"(?:officers?|staff|team|crew|manager|supervisor|foreman|driver|clerk|advis[eo]r|agent|assistant|inspector|warden|surveyor|"
    r"planner|receptionist|operator|operative|handler|worker|employee|colleague|lady|woman|man|guy|bloke|lad|girl|"
    r"department|dept|office|desk|depot|council|helpline|services?|bins?)"
)
# Before a name these say that it is somebody else's, or no name: "my daughter Wendy", "the Bill".
_NOT_OURS = (
    r"a|an|the|my|our|his|her|their|this|daughter|son|wife|husband|mother|mum|father|dad|sister|brother|partner|neighbour|friend|"
    r"aunt|uncle|cousin|nan|gran|child|dog|cat"
)
_OURS = "(?i:" + "".join(rf"(?<!\b{word} )" for word in _NOT_OURS.split("|")) + ")"
_GREETS = r"(?:dear|hi|hiya|hello|morning|afternoon|evening|fao|attn|attention of)"
_DOES = (
    r"(?:who|told|says?|said|answered|replied|promised|refused|never|was|is|has|had|did|does|didn't|rang|called|came|wrote|"
    r"asked|would|won't|hung|spoke|shouted|swore|laughed|lied|ignored|from|at|in|of)"
)
_TO_OR_BY = r"(?:about|by|to|with|from|named|called|is|against|of|your)"
_GAP = r",?(?: [\w',-]+){0,4} "  # at most four words between two, of one sentence
_SHARED = re.compile(
    r"\b(?:team|desk|office|department|dept|council|customers?|feedback|complaints|contact|centre|services?)\b"
)


def names(officer: Officer, text: str) -> bool:
    """True where *text* has their full name, their last name beside a title, an initial or a job, or their address."""
    said = _simply(text)
    if not is_a_person(officer):
        return re.search(rf"\b{re.escape(_simply(officer.name))}\b", said) is not None
    if any(re.search(rf"(?<![\w.@-]){re.escape(each)}(?![\w@-])", said) for each in officer.addresses):
        return True
    first, last = _names_of(officer)
    if not last:
        return False
    if last not in said and first not in said:
        return False  # most mails name nobody, and each pattern would be looked for in all of a long one
    a, z = re.escape(first), re.escape(last)
    together = (
        rf"\b{a}[ -]+(?:\w\.?[ -]+)?{z}\b",
        rf"\b{z}, ?{a}\b",
        rf"\b{_TITLE}\.? (?:\w\.? ?)?{z}\b",
        rf"\b{a[0]}\. ?{z}\b",
        rf"(?<![\w'-]){a[0]} {z}\b",
    )
    return any(re.search(pattern, said) for pattern in together) or _with_capitals(
        text,
        rf"\b(?i:{_JOBS},? (?:called |named )?){_spelled(last)}\b",
        rf"(?<!\w){_spelled(first)} {last[0].upper()}(?=[.,;:!?]|$)",
    )


def speaks_of(officer: Officer, text: str, writer: Address, services: Collection[str] = ()) -> bool:
    """True where *text* means them by their first name: beside a job, a service or a greeting, or by what they said or did."""
    first, _ = _names_of(officer)
    if not _may_be_meant(officer, first, writer) or first not in _simply(text):
        return False
    a, words = re.escape(first), _of_services(services)
    beside = rf"(?:{_JOBS}|{words})" if words else _JOBS
    close = (rf"\b{beside},? (?:called |named )?{a}\b", rf"\b{a},? (?:from|in|at|of) (?:your |the )?(?:\w+ )?{beside}\b")
    if any(re.search(pattern, _simply(text)) for pattern in close):
        return True
    name = _by_first_name(officer)
    return any(
        _with_capitals(text, pattern)
        for pattern in (
            rf"\b(?i:{_GREETS}),? {name}",
            rf"\b(?i:{_TO_OR_BY}) {name}",
            rf"{name},? (?i:{_DOES})\b",
            rf"\b(?i:{beside}){_GAP}{name}",
            rf"{name}(?:,| \(|,? (?i:from|in|at|of|on))(?: [\w',-]+){{0,3}} ?(?i:{beside})\b",
            rf"(?<=[\w,] ){name} (?i:the|your){_GAP}(?i:{beside})\b",
        )
    )


def mentions(officer: Officer, text: str, writer: Address) -> bool:
    """True where *text* has their first name as a name, whatever stands beside it: enough where it complains of somebody."""
    first, _ = _names_of(officer)
    found = _may_be_meant(officer, first, writer) and first in _simply(text) and _with_capitals(text, _by_first_name(officer))
    return found or speaks_of(officer, text, writer, officer.services)


def _may_be_meant(officer: Officer, first: str, writer: Address) -> bool:
    """False where it is the writer's own first name as well: they sign with it."""
    return len(first) > 1 and is_a_person(officer) and re.search(rf"\b{re.escape(first)}\b", _simply(writer.name)) is None


def _with_capitals(text: str, *patterns: str) -> bool:
    """True where one of *patterns* is found in *text*, in capital and small letters as they stand."""
    said = _unaccented(text)
    return any(re.search(pattern, said) for pattern in patterns)


def _spelled(name: str) -> str:
    """*name* with a capital, or in capitals; before it nothing that makes it somebody else's, or no name."""
    return f"{_OURS}(?=[A-Z])(?i:{re.escape(name)})"


def _by_first_name(officer: Officer) -> str:
    """Their first name, and no other last name behind it."""
    first, last = _names_of(officer)
    return rf"(?<!\w){_spelled(first)}\b(?! (?!(?i:{re.escape(last)})\b)[A-Z][a-z])"


def _names_of(officer: Officer) -> tuple[str, str]:
    """(first name, last name), in small letters; the last one empty where there is but one."""
    words = [word for word in _simply(officer.name).split() if not re.fullmatch(rf"{_TITLE}\.?", word)]
    return (words[0] if words else "", words[-1] if len(words) > 1 else "")


def is_a_person(officer: Officer) -> bool:
    """False for an address that several share."""
    return not officer.mailbox_of and _SHARED.search(_simply(officer.name)) is None


def _of_services(services: Collection[str]) -> str:
    return "|".join(re.escape(word) for service in services for word in service.lower().split("_") if len(word) > 2)


@lru_cache(maxsize=4)
def _simply(text: str) -> str:
    return _unaccented(text).lower()


@lru_cache(maxsize=4)  # one mail is asked about every officer
def _unaccented(text: str) -> str:
    """*text* on one line, without accents: people leave them out of each other's names."""
    letters = unicodedata.normalize("NFKD", " ".join(plain(text).split()))
    return "".join(letter for letter in letters if not unicodedata.combining(letter))
