"""An officer's words: the first lines of a mail, each beginning with `#`, and the text that follows them."""

import re
from dataclasses import dataclass, field, replace

from townclerk.domain.nearest import nearest_words
from townclerk.domain.quoting import REPLY_ABOVE
from townclerk.domain.reference import find_references
from townclerk.domain.signing import Side, find_tokens
from townclerk.domain.typed import placed, plain, seen_from_the_start

# The words that work, with what stands behind each on its line and what it does: `#help` prints this.
WORDS: dict[str, tuple[str, str]] = {
    "acknowledge": ("", "send your understanding of the complaint (the text below) to the resident"),
    "respond": ("upheld | partly-upheld | not-upheld", "send the text below as the response"),
    "approve": ("[number] [no, and the reason]", "let a response go that waits for you"),
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
    "category": ("complaint, comment, compliment, service-request …", "say what it is; the text below goes to the resident"),
    "alternative": ("CODE", "deal with it in another way; the text below tells the resident. No text: ask whom it concerns"),
    "refuse": ("CODE reason", "say why this policy does not cover it, and where to go instead"),
    "review": ("accept | refuse | back, with reasons below", "decide about a request for a review"),
    "second-stage1": ("", "look at it once more at Stage 1; the text below goes to the resident"),
    "withdraw": ("", "the resident has withdrawn it; only what stands below the word goes to them"),
    "close": ("", "close an answered case; only what stands below the word goes to the resident"),
    "reopen": ("", "open it again"),
    "campaign": ("yes | no", "others have written the same: answer them as one. On one of them, apart: deal with it by itself"),
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
    "new-case": (
        "[complaint | information-request] number of the mail, or nothing: the latest",
        "a further mail is a matter of its own: open a case for it. With what it is, also where the first mail holds it, too",
    ),
    "log": ("", "open a case for what came another way: Name:, Channel:, Date: … below, then the text; in a mail of its own"),
    "send": ("number [respond OUTCOME]", "send a mail of yours that is held, as a message or as the response"),
    "discard": ("number", "do not send a held mail; it is kept as a note"),
    "show": ("", "send me what is known of this case"),
    "help": ("[WORD]", "send me this list, or what is to be known of one word"),
}
# What stands below the words belongs to the last of them that can take it. These cannot.
TAKE_NO_TEXT = frozenset(
    {
        *("service", "landlord", "campaign", "link", "unhold", "reopen", "unflag", "uncopy", "new-case"),
        *("send", "discard", "show", "help"),
    }
)
TEXT_GOES_OUT = frozenset({"acknowledge", "respond", "ask", "message"})  # and they need one
NEED_TEXT = TEXT_GOES_OUT | {"note", "learning"}
# Nothing of the text of these leaves the house.
STAYS_INSIDE = frozenset(
    [
        "note",
        "learning",
        "assign",
        "conflict",
        "service",
        "flag",
        "unflag",
        "hold",
        "unhold",
        "landlord",
        "campaign",
        "link",
        "show",
        "help",
    ]
)
# Whatever stands below these, nothing of it goes to anybody outside: it is kept, told to a colleague, or dropped.
TELLS_NOBODY_OUTSIDE = STAYS_INSIDE | TAKE_NO_TEXT | {"approve", "reason", "copy", "ombudsman"}
# Below these stands a signature, or nothing: they are pressed, and what is meant is what they name.
ONLY_PRESSED = frozenset({"send", "discard", "show", "help"})

# What programs and people put before a word: bold type, quotation marks, a list's bullets and numbers.
_BULLETS = r"-\u2022\u00b7\u2023\u25e6\u25aa\u25ab\u25cf\u25cb\u25a0\u25a1\uf0b7\u00a7"
_BEFORE = rf"(?:[\s*_~\"'\\]|[{_BULLETS}](?=[\s#])|o(?=\s)|\d{{1,2}}[.)](?=\s)){{0,12}}"
_HASH = re.compile(rf"{_BEFORE}#\s{{0,3}}")
_HASH_QUOTED = re.compile(rf"[\s>|]{{0,12}}{_BEFORE}#\s{{0,3}}")
_ANY_WORD = re.compile(r"[^\W\d_][\w-]{1,30}(?=[\s:.,;!?*\"'-]|$)")
_AFTER = re.compile(r"[*_\"']*\s*[:.,;!?]*[*_]*\s*(?:-+(?:\s+|$))?")
_ANYWHERE = re.compile(r"(?<![\w/&#])#([A-Za-z][A-Za-z0-9-]{1,30})")  # not the end of a web address


def _spellings(word: str) -> re.Pattern[str]:
    """*word* however its parts are held together: "action done", "second_stage-1", "newcase"."""
    parts = re.findall(r"[a-z]+|\d+", word)
    return re.compile(r"[-_ ]{0,3}".join(parts) + r"(?![\w@/]|-\w|'\w)", re.IGNORECASE)


_SPELLINGS = {word: _spellings(word) for word in sorted(WORDS, key=len, reverse=True)}

_GREETS = (
    r"hi|hiya|hello|hey|dear|greetings|good\s+(?:morning|afternoon|evening|day)|morning|afternoon|evening|to\s+whom\s+it\s+may\s+concern"
    r"|helo|shwmae|s'mae|su'mae|bore\s+da|prynhawn\s+da|p'nawn\s+da|noswaith\s+dda|annwyl"
)
_ALL = r"all|both|there|everyone|everybody|team|folks|colleagues?|again|the|and|a|sir|madam|bawb|pawb|ti|chi|d[iî]m|t[iî]m"
# A name is written with a capital; "hi please close it" is more than a greeting.
_GREETING = re.compile(rf"\s*(?i:{_GREETS})(?:[\s,/&+]+(?:(?i:{_ALL})\b|[A-Z][\w'.-]*)){{0,5}}\s*[,.!:;-]*\s*$")
_OF_A_DAY = re.compile(
    r"(?:mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:day)?|jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?"
    r"|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?|by|on|the|until|till|before|of|next|this|in|within|from"
    r"|working|calendar|days?|weeks?|months?|today|tomorrow|end"
)
_FEWEST_OF_A_DEED = 2  # words beside the date of an action that say what will be done
# A line that hardly begins a letter: a word and what belongs to it, or a word alone.
_HASH_FORGOTTEN = re.compile(
    r"\s*(?:respond\W+(?:(?:not|partly|partially)\W*)?upheld\b|extend\W+\d|action\W+\d|(?:assign|service|note)\W+\w"
    r"|review\W+(?:accept|refuse|back)\b|category\W+\w[\w-]*\W*$|(?:acknowledge|message|ask|close|withdraw|show|help)\W*$)",
    re.IGNORECASE,
)
MOST_BEFORE = 12  # words before the first #word that can be left out of what they meant
MOST_GREETED = 2  # lines, "Hi," and "Good morning", before the first word


@dataclass(frozen=True, slots=True)
class Command:
    """`word` without its #, lower case; `argument` is the rest of its line; `body` the text below, where it is this word's.
    `apart`: an empty line stands between the two."""

    word: str
    argument: str
    body: str = ""
    apart: bool = field(default=False, compare=False)  # how it is laid out, and not what it says

    @property
    def text(self) -> str:
        """What goes out: what stands on the line itself, and what stands below."""
        return "\n".join(part for part in (self.argument, self.body) if part)

    @property
    def line(self) -> str:
        """The word and what stands beside it, as one would type them."""
        return f"#{self.word} {self.argument}".strip()


@dataclass(frozen=True, slots=True)
class Reading:
    """The words of a mail, or `problem`: why they cannot be followed, and `instead`, what would work. Neither: there was no
    word."""

    commands: tuple[Command, ...] = ()
    problem: str | None = None
    instead: tuple[str, ...] = ()


def read_commands(own_text: str) -> Reading:
    """The words at the top of a mail, also below a line that only greets. What stands below them is the text; a word in the
    middle of it is a problem."""
    lines = own_text.replace("\r\n", "\n").strip("\n\t ").split("\n")
    words, body, apart = _top(lines)
    if not words:
        return Reading()
    words = _actions_first(words) if body else words
    owner = next((n for n in reversed(range(len(words))) if words[n][0] not in TAKE_NO_TEXT), len(words) - 1)
    commands = tuple(
        Command(word, argument, body, apart) if n == owner else Command(word, argument)
        for n, (word, argument) in enumerate(words)
    )
    return Reading(commands, *(_problem(commands, body, owner) or (None, ())))


def _actions_first(words: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """*words* with the actions above the one that lacks a text, where each of them says on its line what will be done: then the
    text below them all is that one's, and a response tells of them."""
    if words[-1][0] != "action":
        return words
    actions = [each for each in words if each[0] == "action"]
    others = [each for each in words if each[0] != "action"]
    lacking = others and others[-1][0] in TEXT_GOES_OUT and not _has_text(Command(*others[-1]))
    return [*actions, *others] if lacking and all(_says_what(argument) for _, argument in actions) else words


def _says_what(argument: str) -> bool:
    """True where an action's line holds more than its date."""
    said = (word.strip(".,:;-").lower() for word in plain(argument).split())
    return sum(word.isalpha() and len(word) > 1 and not _OF_A_DAY.fullmatch(word) for word in said) >= _FEWEST_OF_A_DEED


def without_body(read: Reading) -> Reading:
    """*read* without the text below its words, which is nobody's."""
    return replace(read, commands=tuple(replace(command, body="") for command in read.commands))


def _top(lines: list[str]) -> tuple[list[tuple[str, str]], str, bool]:
    """(each word with the rest of its line, the text below the last, whether an empty line stands above that)."""
    words: list[tuple[str, str]] = []
    at = _first(lines)
    while at < len(lines) and (found := word_of(lines[at])) is not None:
        words.append(found)
        at += 1
        # Programs put blank lines between what was written line by line. Below them only a word that works is one.
        further = at
        while further < len(lines) and not plain(lines[further]).strip():
            further += 1
        if further > at and further < len(lines) and (found := word_of(lines[further])) and found[0] in WORDS:
            at = further
    body = seen_from_the_start("\n".join(lines[at:]).strip())
    return words, body, bool(body) and not plain(lines[at]).strip()


def _first(lines: list[str]) -> int:
    """Where the first word stands, if there is one: at the top, or below a line that is nothing but a greeting."""
    at = greeted = 0
    while at < len(lines):
        said = plain(lines[at])
        if said.strip():
            if greeted == MOST_GREETED or not _GREETING.match(said):
                return at
            greeted += 1
        at += 1
    return 0


def word_of(line: str) -> tuple[str, str] | None:
    """(the word that begins *line*, what stands beside it), or None. A word that nobody knows is one too."""
    said, places = placed(line)
    hash_ = _HASH.match(said)
    if hash_ is None:
        return None
    known = next((word for word, spelled in _SPELLINGS.items() if spelled.match(said, hash_.end())), None)
    match = _SPELLINGS[known].match(said, hash_.end()) if known else _ANY_WORD.match(said, hash_.end())
    if match is None:
        return None
    end = _AFTER.match(said, match.end())
    argument = line[places[end.end() if end else match.end()] :]
    return known or match[0].lower().rstrip("_-"), _beside(argument, quoted=said[: hash_.end()].count('"') % 2 == 1)


def _beside(argument: str, *, quoted: bool) -> str:
    """What stands beside a word, with spaces that are spaces, without the end of bold type or quotes around the line."""
    said = "".join(" " if character.isspace() else character for character in seen_from_the_start(argument))
    said = said.strip().rstrip("*_").rstrip()
    return said.rstrip('"\u201c\u201d').rstrip() if quoted else said


def _problem(commands: tuple[Command, ...], body: str, owner: int) -> tuple[str, tuple[str, ...]] | None:
    unknown = [command.word for command in commands if command.word not in WORDS]
    if unknown:
        return f"#{unknown[0]} is not a word that I know", tuple(f"#{word}" for word in nearest_words(unknown[0], WORDS))
    without = [command for command in commands[:owner] if command.word in NEED_TEXT and not _has_text(command)]
    if body and without:
        one, other = without[0], commands[owner]
        return (
            f"#{one.word} and #{other.word} both take a text, and there is one text",
            (f"a mail for each: one with {one.line}, one with {other.line}",),
        )
    inside = word_inside(body)
    if inside:
        said = f"#{inside} stands in the middle of your text: words must be the first lines of the mail"
        return said, ("each word on a line of its own at the top, and the text below the last",)
    if looks_quoted(body):
        said = "your text seems to contain the letter that you answer, which is not for the resident: please write above it"
        return said, ("a new mail",)
    return None


def _has_text(command: Command) -> bool:
    """True where *command* has its text on its own line. Beside #respond stands the outcome, which is none."""
    if command.word != "respond":
        return bool(command.argument)
    return len(plain(command.argument).replace("-", " ").split()) > 2  # "not upheld" has two


def word_inside(text: str) -> str | None:
    """The first known word that begins a line of *text*, quoted or not."""
    for line in text.split("\n"):
        said = plain(line)
        if (hash_ := _HASH_QUOTED.match(said)) is None:
            continue
        found = next((word for word, spelled in _SPELLINGS.items() if spelled.match(said, hash_.end())), None)
        if found is not None:
            return found
    return None


def misplaced(own_text: str) -> tuple[Command, ...]:
    """The words of a mail in which a few others stand before the first of them: "Cal," or "Action: #respond upheld". Empty:
    there are none, or too much stands before them to be left out."""
    lines = own_text.replace("\r\n", "\n").split("\n")
    for at, line in enumerate(lines):
        found = next((match for match in _ANYWHERE.finditer(line) if match[1].lower() in WORDS), None)
        if found is not None:
            before = " ".join((*lines[:at], line[: found.start()]))
            read = read_commands("\n".join((line[found.start() :], *lines[at + 1 :])))
            short = len(before.split()) <= MOST_BEFORE
            return read.commands if short and read.problem is None else ()
    return ()


def without_hash(own_text: str) -> tuple[Command, ...]:
    """The words of a mail whose first line is one of them, but for its #: "respond upheld". Empty: it is none."""
    said = own_text.strip()
    if _HASH_FORGOTTEN.match(plain(said.split("\n", 1)[0])) is None:
        return ()
    read = read_commands(f"#{said}")
    return read.commands if read.problem is None else ()


def word_anywhere(text: str) -> str | None:
    """The first known word in *text*, wherever it stands: what follows it was never meant to go out."""
    named = (match[1].lower() for match in _ANYWHERE.finditer(plain(text)))
    return word_inside(text) or next((word for word in named if word in WORDS), None)


def holds_staff_letter(text: str, prefix: str) -> bool:
    """True where *text* holds a letter to staff about a case: a signed address of staff, or its marker with the reference of a
    case below it. The marker alone, other desks write as well. *prefix* is that of the council's references."""
    _, marker, below = " ".join(text.split()).casefold().partition(REPLY_ABOVE.casefold())
    signed = any(token.side is not Side.RESIDENT for token in find_tokens(text))
    return signed or bool(marker and find_references(below.upper(), prefix))


def looks_quoted(text: str) -> bool:
    """True where *text* holds pieces of a letter to staff: its marker, or a signed address."""
    return REPLY_ABOVE.casefold() in " ".join(text.casefold().split()) or bool(find_tokens(text))
