"""What an officer may have meant whose mail was refused: the same mail once more, with the line put right."""

import re

from townclerk.domain.commands import STAYS_INSIDE, TAKE_NO_TEXT, WORDS, Command, word_of
from townclerk.domain.decide.refusal import Refusal
from townclerk.domain.letters import Choice
from townclerk.domain.nearest import spelled_like
from townclerk.domain.plain_reply import greets_by_name
from townclerk.domain.typed import plain
from townclerk.domain.words import Category, Landlord, Outcome

MOST = 4  # ready-made replies below a refusal
_KNOWN_ARGUMENTS = (
    *(each.value for each in (*Outcome, *Category, *Landlord)),
    *("accept", "refuse", "back", "respond", "pending", "consented", "agreed", "not-agreed", "enquiry", "answered", "decision"),
)
_END_IT = frozenset({"withdraw", "close", "refuse"})
_END_IT_SO = frozenset({("category", "spam"), ("category", "not-ours"), ("category", "not_ours"), ("review", "refuse")})
# The word and its argument, out of "#extend 2027-02-08 and the reason".
_ARGUMENT = "|".join((r"\d{4}-\d\d-\d\d", r"\d{1,6}", *map(re.escape, _KNOWN_ARGUMENTS)))
_LINE = re.compile(rf"#(?:{'|'.join(WORDS)})(?![\w-])(?:\s+(?:{_ARGUMENT})(?![\w-]))*")


def corrections(
    commands: tuple[Command, ...], wrong: Command | None, refusal: Refusal, resident: str = ""
) -> tuple[Choice, ...]:
    """Ready-made replies in the place of a mail in which *wrong* was refused. None of them is read by anybody else than what
    was written, ends the case, or loses a word of it: what would is only named, to be typed. *resident*: their name."""
    if wrong is None:
        return ()
    lines = [
        line for each in refusal.instead if (line := _line(each, refusal)) and plain(line) not in {plain(wrong.line), "#help"}
    ]
    safe = [line for line in dict.fromkeys(lines) if _means_the_same(commands, wrong, line, refusal, resident)]
    return tuple(_corrected(commands, wrong, line) for line in safe)[:MOST]


def _line(instead: str, refusal: Refusal) -> str:
    if instead in refusal.corrected:
        return instead
    found = _LINE.match(instead)
    return found[0] if found else ""


def _means_the_same(commands: tuple[Command, ...], wrong: Command, line: str, refusal: Refusal, resident: str) -> bool:
    named = word_of(line)
    if named is None:
        return False
    word, argument = named
    if _ends(word, argument):
        return False
    if line not in refusal.corrected and not argument.endswith(wrong.argument):
        return False
    return _same_readers(wrong, word, line, resident) and _same_owner(commands, wrong, word)


def _ends(word: str, argument: str) -> bool:
    return word in _END_IT or (word, argument.split(" ")[0]) in _END_IT_SO


def _same_readers(wrong: Command, word: str, line: str, resident: str) -> bool:
    """A word that nobody knows had the readers of what it is a slip of; or the resident, whom its text greets by name."""
    if wrong.word in WORDS:
        return (wrong.word in STAYS_INSIDE) == (word in STAYS_INSIDE)
    if word in STAYS_INSIDE:
        return True
    written = f"{wrong.word} {wrong.argument}".strip()
    meant = line.removeprefix("#").removesuffix(wrong.argument).strip() if written else ""
    return spelled_like(wrong.word, meant) or greets_by_name(wrong.text, resident)


def _same_owner(commands: tuple[Command, ...], wrong: Command, word: str) -> bool:
    """The text below the words stays that of the same line."""
    if not any(command.body for command in commands):
        return True
    if wrong.body:
        return word not in TAKE_NO_TEXT
    at = next(n for n, command in enumerate(commands) if command is wrong)
    owner = next(n for n, command in enumerate(commands) if command.body)
    return at < owner or word in TAKE_NO_TEXT


def _corrected(commands: tuple[Command, ...], wrong: Command, line: str) -> Choice:
    lines = [line if command is wrong else command.line for command in commands]
    text = next((command.body for command in commands if command.body), "")
    return Choice(line, "\n".join(lines) + "\n", text=text)
