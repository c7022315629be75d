"""How letters say things: dates and times in words, links, and what may not stand in a letter at all. Pure functions."""

import re
from bisect import bisect_left
from collections.abc import Callable
from datetime import date, datetime
from urllib.parse import quote

from townclerk.domain.days_written import clock_of
from townclerk.domain.letters import Letter
from townclerk.domain.salutation import calls_somebody, own_salutation

# Spelled out here, because strftime follows the locale of the machine.
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)

CUT = "(It goes on. The rest is cut here, because it is very long.)"

# Line ends of every sort; control characters; characters that turn the direction of the text around them; and the
# non-characters and half characters that no mail may carry. The two that mark our own places are among them.
_LINE_END = re.compile("\r\n|[\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
_UNFIT = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufdd0-\ufdef\ufeff\ufffe\uffff\ud800-\udfff]")
_SCHEME = re.compile(r"https?://[^\s]+\Z", re.IGNORECASE)
_BARE = re.compile(r"(?:[a-z0-9-]+\.)+[a-z]{2,}(?:[/?#][^\s]*)?\Z", re.IGNORECASE)
_MAIL = re.compile(r"[^\s@<>\"(),;:]+@[^\s@<>\"(),;:]+\.[^\s@<>\"(),;:]+\Z")
_FIRST_WORD = re.compile(r"[^\W\d_]+")
# As directories of offices have people. One word before the comma, or with what some begin with: else it is a firm's, or two.
_BEFORE_NAMES = r"(?:(?:de|di|da|la|le|van|von|den|der|ap|ab|al|el|mac|st\.?) ){0,2}"
_LISTED = re.compile(
    rf"(?P<last>{_BEFORE_NAMES}[^\W\d_][\w'’-]{{1,40}}), (?P<first>[^\W\d_][\w'’-]*\.?(?: [^\W\d_][\w'’-]*\.?)?)"
    r"(?: \([^()]{1,20}\))?\Z",
    re.IGNORECASE,
)
_BEHIND_NAMES = frozenset(
    (
        *(
            "jr",
            "jnr",
            "sr",
            "snr",
            "ii",
            "iii",
            "esq",
            "mp",
            "mbe",
            "obe",
            "cbe",
            "kcb",
            "phd",
            "md",
            "ba",
            "bsc",
            "ma",
            "msc",
        ),
        *(
            "kc",
            "qc",
            "am",
            "msp",
            "mla",
            "via",
            "llb",
            "frcs",
            "rics",
            "rev",
            "revd",
            "cllr",
            "councillor",
            "ltd",
            "limited",
            "plc",
            "llp",
            "inc",
            "cic",
            "council",
        ),
        *("chair", "chairman", "chairperson", "clerk", "secretary", "treasurer", "director", "manager", "editor", "solicitors"),
    )
)
_NAME = re.compile(r"[^\d@/:<>{}\[\]\\|_#*=+~^$%&\"]{1,60}\Z")


def clean(value: object) -> str:
    """*value* as text that may stand in a mail: one sort of line end, no control characters, nothing that turns the
    direction of the text around it."""
    return _UNFIT.sub("", _LINE_END.sub("\n", str(value))).replace("\t", "    ")


def one_line(value: object) -> str:
    return " ".join(clean(value).split())


def date_words(day: date) -> str:
    """Tuesday 29 December 2026."""
    return f"{DAYS[day.weekday()]} {day.day} {MONTHS[day.month - 1]} {day.year}"


def clock_words(moment: datetime) -> str:
    """5pm, 9:30am, midday, midnight: in the time zone that *moment* is in."""
    return clock_of(moment)


def greeting(name: str) -> str:
    """Dear Asha Patel; Hello, where *name* is none, or looks like an address or an advertisement."""
    said = to_greet(name)
    return f"Dear {said}" if said else "Hello"


def to_greet(name: str) -> str:
    """*name* in one line, or nothing where it is none; one that stands as in a list ("Patel, Asha") as it is said."""
    said = one_line(name)
    listed = _LISTED.match(said)
    if listed is not None and _BEHIND_NAMES.isdisjoint(listed["first"].casefold().replace(".", "").split()):
        said = f"{listed['first']} {listed['last']}"
    return said if said and _NAME.match(said) and "www." not in said.lower() else ""


LONGEST_LINK = 1_600
"""Characters of a link that opens a mail. Outlook and browsers on Windows take 2,046; Gmail, which gets the link inside another
one, about 1,620."""


def mailto(address: str, body: str, subject: str) -> str:
    """A link that opens a ready-made mail; each value percent-encoded, line ends as the standard for such links has them. A
    body that is too long for a link ends with a word and "…"."""
    said = clean(body)
    link = _mailto(address, said, subject)
    if len(link) <= LONGEST_LINK:
        return link
    words = re.findall(r"\S+\s*", said)
    fitting = bisect_left(range(len(words)), True, key=lambda n: not _fits(address, "".join(words[: n + 1]), subject))
    return _mailto(address, _ended("".join(words[:fitting])), subject)


def mailto_whole(address: str, body: str, text: str, subject: str) -> str:
    """As `mailto`, with *text* behind the body where all of it fits. What somebody wrote is not shortened: sent so, half of it
    would go out for the whole."""
    link = _mailto(address, clean(body + text), subject)
    return link if len(link) <= LONGEST_LINK else mailto(address, body, subject)


def _fits(address: str, body: str, subject: str) -> bool:
    return len(_mailto(address, _ended(body), subject)) <= LONGEST_LINK


def _ended(body: str) -> str:
    return f"{body.rstrip()} …"


def _mailto(address: str, body: str, subject: str) -> str:
    fields = {"subject": one_line(subject), "body": body.replace("\n", "\r\n")}
    query = "&".join(f"{name}={quote(value, safe='')}" for name, value in fields.items() if value)
    return f"mailto:{quote(clean(address), safe='@.-_')}" + (f"?{query}" if query else "")


def web_link(value: str) -> str | None:
    """Where *value* leads: a web page, with or without https:// as people print it, or an email address. None: it is a
    plain remark."""
    said = one_line(value)
    if _SCHEME.match(said):
        return said
    if _MAIL.match(said):
        return mailto(said, "", "")
    return f"https://{said}" if _BARE.match(said) else None


def phone_link(number: str) -> str | None:
    """A link that dials *number*, or None where it is not one number alone."""
    said = one_line(number)
    digits = re.sub(r"[^\d+]", "", said)
    return f"tel:{digits}" if len(digits) >= 3 and not re.search(r"[^\d+() -]", said) else None


_ISO_DATE = re.compile(r"(?<![\w-])(\d{4})-(\d\d)-(\d\d)(?![\w-])")


def dates_said(text: str, words: Callable[[date], str] = date_words) -> str:
    """*text* with each date in it that is written in figures alone, 2027-01-20, as people say it; an officer's words take
    either."""

    def said(found: re.Match[str]) -> str:
        try:
            return words(date(int(found[1]), int(found[2]), int(found[3])))
        except ValueError:
            return found[0]

    return _ISO_DATE.sub(said, text)


def wrapped(text: str, width: int, first: str = "", others: str | None = None) -> str:
    """The words of *text* in lines of at most *width*; a word that is longer, such as a link, has a line to itself.
    *first* goes before the first line, *others* before the rest."""
    indent = first if others is None else others
    lines: list[str] = []
    line, empty = first, True
    for word in text.split():
        if not empty and len(line) + 1 + len(word) > width:
            lines.append(line)
            line, empty = indent, True
        line, empty = (line + word if empty else f"{line} {word}"), False
    return "\n".join([*lines, line.rstrip()]) if not empty or lines else first.rstrip()


# --- an officer's own letter: many begin with "Dear …" and end with their name, and once is enough

_SIGNATURE_LINES = 4
_LONGEST_SIGNATURE = 100  # characters
_WORDS = re.compile(r"[^\W\d_]+")
_GOES_ON = re.compile(r"\s+(?!on behalf |for |pp |and [A-Z])[a-z]")  # behind a name: the rest of a sentence
# What may stand before the name on its line.
_CLOSES = frozenset(
    (
        *("kind", "kindest", "best", "warm", "warmest", "many", "very", "all", "the", "with", "from", "my", "our", "and"),
        *("regards", "wishes", "thanks", "thank", "you", "again", "yours", "sincerely", "faithfully", "truly", "cheers"),
        *("signed", "pp", "mr", "mrs", "ms", "miss", "mx", "dr", "cllr", "councillor"),
        *("cofion", "gorau", "cynnes", "diolch", "yn", "gywir"),
    )
)


def greeted(letter: Letter) -> str:
    """The name that a letter greets: of whose it is, also in a copy; an address is none."""
    return ("" if "@" in letter.copy_of else letter.copy_of) if letter.copy_of else letter.to.name


def own_greeting(text: str, resident: str = "") -> str:
    """The greeting with which *text* begins, where it is certain where that ends; else nothing. *resident*: their name."""
    return own_salutation(text, resident)


def greets(text: str, resident: str = "") -> bool:
    """Whether *text* greets its reader, also where it cannot be told how far the greeting goes."""
    return calls_somebody(text, resident)


def without_greeting(text: str, resident: str = "") -> str:
    """*text* without the greeting that is the letter's own. What went on behind it in the same line begins a paragraph now, and
    gets the capital of one; all else is as it was written, "iPhone" too."""
    said = own_salutation(text, resident)
    if not said:
        return text
    rest = text.lstrip()[len(said) :]
    ran_on = not rest.lstrip(" \t").startswith("\n")
    rest = rest.lstrip()
    word = _FIRST_WORD.match(rest)
    return rest[:1].upper() + rest[1:] if ran_on and word is not None and word[0].islower() else rest


def signed_by(text: str, name: str) -> bool:
    """Whether one of the last lines of *text* is a signature of *name*: no sentence that only names them."""
    wanted = one_line(name)
    last = clean(text).strip().split("\n")[-_SIGNATURE_LINES:]
    first_name_alone = any(line.strip(" .,").lower() == wanted.lower().split(" ")[0] for line in last)
    return bool(wanted) and (first_name_alone or any(_signs(one_line(line), wanted) for line in last))


def _signs(line: str, name: str) -> bool:
    """ "Kind regards, Wendy Ash, Waste" does; "Please write to Wendy Ash alone" and "Wendy Ash will ring you" do not."""
    before, found, _ = line.lower().partition(name.lower())
    goes_on = _GOES_ON.match(line[len(before) + len(name) :])
    return bool(found) and len(line) < _LONGEST_SIGNATURE and not goes_on and _CLOSES.issuperset(_WORDS.findall(before))


# --- lines that a mail client broke

_WRAPPED_FROM = 55  # characters: shorter lines are short on purpose
_STARTS_ITEM = re.compile(r"\s*(?:[-*•>|]|\d{1,3}[.)]|[a-z]\))\s")


def rejoined(text: str) -> str:
    """*text* with the lines of each hard-wrapped paragraph joined again: one whose every line but the last is long."""
    return "\n\n".join(_rejoin(paragraph) for paragraph in text.split("\n\n"))


def _rejoin(paragraph: str) -> str:
    lines = paragraph.split("\n")
    wrapped = len(lines) > 1 and all(len(line) >= _WRAPPED_FROM for line in lines[:-1])
    if not wrapped or any(_STARTS_ITEM.match(line) for line in lines):
        return paragraph
    return " ".join(line.strip() for line in lines)
