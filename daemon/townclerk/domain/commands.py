"""An officer's words: the first lines of a mail, each beginning with `#`, and the text that follows them."""

import re
from dataclasses import dataclass
from datetime import date

from townclerk.domain.quoting import REPLY_ABOVE
from townclerk.domain.signing import find_tokens

# The words that work, with what stands behind each on its line and what it does: `#help` prints this.
WORDS: dict[str, tuple[str, str]] = {
    "acknowledge": ("", "send your understanding of the complaint (the text below) to the resident"),
    "respond": ("upheld | partly-upheld | not-upheld", "send the text below as the response"),
    "approve": ("[no, and the reason]", "let a response go that waits for you"),
    "extend": (
        "DATE or number of days, then the reason",
        "give a new date; the resident is told, or asked. agreed | not-agreed: record their answer",
    ),
    "ask": ("", "ask the resident something (the text below)"),
    "message": ("", "send the text below to the resident"),
    "note": ("text", "keep a note; nobody outside sees it"),
    "assign": ("name or address", "give the case to a colleague"),
    "conflict": ("reason", "this should not be yours: it goes to a colleague, and you hear no more of it"),
    "service": ("name", "give the case to another service"),
    "category": ("complaint, comment, compliment, service_request …", "say what it is; the text below goes to the resident"),
    "alternative": ("CODE", "deal with it in another way; the text below tells the resident. No text: ask whom it concerns"),
    "refuse": ("CODE reason", "say why this policy does not cover it, and where to go instead"),
    "review": ("accept | refuse | back, with reasons below", "decide about a request for a review"),
    "second-stage1": ("", "look at it once more at Stage 1; the text below goes to the resident"),
    "withdraw": ("", "the resident has withdrawn it; only what stands below the word goes to them"),
    "close": ("", "close an answered case; only what stands below the word goes to the resident"),
    "reopen": ("", "open it again"),
    "link": ("REFERENCE", "this mail belongs to that case"),
    "action": (
        "DATE what will be done",
        "promise it; you are reminded, the resident hears how it stands. N DATE why: put it off",
    ),
    "action-done": ("N", "it is done; the resident is told, with the text below"),
    "action-failed": ("N reason", "it cannot be done; the resident is told why, and of the Ombudsman"),
    "reason": ("CODE, or words where the policy has no codes", "record why it came to this"),
    "remedy": ("CODE text", "record what was done to put it right"),
    "learning": ("text", "record what was learned; nobody outside sees it"),
    "hold": ("reason", "destroy nothing, and send the resident nothing by itself"),
    "unhold": ("", "end that"),
    "ombudsman": (
        "enquiry DATE | answered | premature | decision OUTCOME | remedy DATE, with what they say",
        "record what the Ombudsman asks or decides; you are reminded of their dates",
    ),
    "landlord": ("yes | no | mixed", "say whether it is a landlord's matter: it decides which Ombudsman letters name"),
    "flag": ("NAME text", "set a flag"),
    "unflag": ("NAME", "take a flag away"),
    "restrict": ("DATE reason", "restrict this person's contact until then; what stands below goes to them as the decision"),
    "unrestrict": ("reason", "end the restriction; what stands below goes to them"),
    "copy": ("ADDRESS", "copy the letters about each stage to somebody, at the resident's written request"),
    "uncopy": ("ADDRESS", "copy them no longer"),
    "representative": ("pending | consented", "ask for the consent of whom it is about; or record that it is here"),
    "new-case": ("number of the mail, or nothing: the latest", "a further mail is a matter of its own: open a case for it"),
    "log": ("", "open a case for what came another way: Name:, Channel:, Date: … below, then the text; in a mail of its own"),
    "send": ("number [respond OUTCOME]", "send a mail of yours that is held, as a message or as the response"),
    "discard": ("number", "keep a held mail as a note only"),
    "show": ("", "send me what is known of this case"),
    "help": ("", "send me this list"),
}
_LINE = re.compile(r"^[\s>*_]{0,8}[#＃]\s?([A-Za-z][A-Za-z0-9-]{1,30})[:.]?(?:[\s ]+(.*))?$")

_ANYWHERE = re.compile(r"(?<![\w/&#])[#＃]([A-Za-z][A-Za-z0-9-]{1,30})")  # not the end of a web address


@dataclass(frozen=True, slots=True)
class Command:
    """`word` without its #, lower case; `argument` is the rest of its line; `body` the text below the last word."""

    word: str
    argument: str
    body: str = ""

    @property
    def text(self) -> str:
        """What goes out: the text below, or, where there is none, what stands on the line itself."""
        return self.body or self.argument


@dataclass(frozen=True, slots=True)
class Reading:
    """The words of a mail, or `problem`: why they cannot be followed. Neither: there was no word."""

    commands: tuple[Command, ...] = ()
    problem: str | None = None


def read_commands(own_text: str) -> Reading:
    """The words at the top of a mail. What stands below them is the text; a word in the middle of it is a problem."""
    lines = own_text.replace("\r\n", "\n").strip("\n\t ").split("\n")
    words: list[tuple[str, str]] = []
    while lines and (match := _LINE.match(lines[0].rstrip())):
        words.append((match[1].lower(), (match[2] or "").strip().rstrip("*_")))
        lines = lines[1:]
    if not words:
        return Reading()
    body = "\n".join(lines).strip()
    problem = _problem(words, body)
    commands = [Command(word, argument) for word, argument in words[:-1]]
    return Reading((*commands, Command(*words[-1], body)), problem)


def _problem(words: list[tuple[str, str]], body: str) -> str | None:
    unknown = [word for word, _ in words if word not in WORDS]
    if unknown:
        return f"#{unknown[0]} is not a word that I know"
    inside = word_inside(body)
    if inside:
        return f"#{inside} stands in the middle of your text: words must be the first lines of the mail"
    if looks_quoted(body):
        return "your text seems to contain the letter that you answer, which is not for the resident: please write above it"
    return None


def word_inside(text: str) -> str | None:
    """The first known word that begins a line of *text*."""
    for line in text.split("\n"):
        match = _LINE.match(line.rstrip())
        if match and match[1].lower() in WORDS:
            return match[1].lower()
    return None


def word_anywhere(text: str) -> str | None:
    """The first known word in *text*, wherever it stands: what follows it was never meant to go out."""
    named = (match[1].lower() for match in _ANYWHERE.finditer(text))
    return word_inside(text) or next((word for word in named if word in WORDS), None)


def looks_quoted(text: str) -> bool:
    """True where *text* holds pieces of a letter to staff: its marker, or a signed address."""
    return REPLY_ABOVE in " ".join(text.split()) or bool(find_tokens(text))


# --- dates that officers write ---------------------------------------------------------------------------------------

_MONTHS = (
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
)
_WEEKDAY = r"(?:(?:mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:day)?,?\s+)?"
_ISO = re.compile(r"^(\d{4})-(\d{1,2})-(\d{1,2})(?!\d)")
_SLASHED = re.compile(r"^(\d{1,2})[/.](\d{1,2})[/.](\d{4})(?!\d)")
_WORDS = re.compile(rf"^{_WEEKDAY}(\d{{1,2}})(?:st|nd|rd|th)?\s+([a-z]{{3,9}})\.?,?\s+(\d{{4}})(?!\d)", re.I)
# A number alone is a number of days; "8 February" without a year, or "2 weeks", is not, and must not be taken for one.
_NO_DAYS = (
    r"(?!\s*(?:jan|feb|mar|apr|may|june?\b|july?\b|aug|sep|oct|nov|dec"
    r"|hours?\b|weeks?\b|wks?\b|fortnight|months?\b|years?\b))"
)
_DAYS = re.compile(rf"^\+?(\d{{1,3}})(?!\S*\d)(?!\s+\S+\s+\d{{4}}\b){_NO_DAYS}(?:\s*(?:working\s+|calendar\s+)?days?)?\b", re.I)


def read_until(argument: str) -> tuple[date | int | None, str]:
    """(a day, or a number of days, or None where it is neither; what follows it)."""
    text = argument.strip()
    for pattern, order in ((_ISO, (1, 2, 3)), (_SLASHED, (3, 2, 1)), (_WORDS, (3, 2, 1))):
        match = pattern.match(text)
        if match:
            year, month, day = (match[group] for group in order)
            return _day(year, month, day), text[match.end() :].strip(" ,:;-–")
    match = _DAYS.match(text)
    if match:
        return int(match[1]), text[match.end() :].strip(" ,:;-–")
    return None, text


def _day(year: str, month: str, day: str) -> date | None:
    number = _month(month)
    try:
        return date(int(year), number, int(day)) if number else None
    except ValueError:
        return None


def _month(month: str) -> int | None:
    if month.isdigit():
        return int(month)
    named = [number for number, name in enumerate(_MONTHS, 1) if name.startswith(month.lower())]
    return named[0] if len(named) == 1 else None
