"""What an officer may have meant whose mail was refused: the same mail once more, with the line put right."""

import re

from townclerk.domain.commands import WORDS, Command
from townclerk.domain.decide.refusal import Refusal
from townclerk.domain.letters import Choice
from townclerk.domain.typed import plain
from townclerk.domain.words import Category, Landlord, Outcome

MOST = 4  # ready-made replies below a refusal
_KNOWN_ARGUMENTS = (
    *(each.value for each in (*Outcome, *Category, *Landlord)),
    *("accept", "refuse", "back", "respond", "pending", "consented", "agreed", "not-agreed", "enquiry", "answered", "decision"),
)
# The word and its argument, out of "#extend 2027-02-08 and the reason".
_ARGUMENT = "|".join((r"\d{4}-\d\d-\d\d", r"\d{1,6}", *map(re.escape, _KNOWN_ARGUMENTS)))
_LINE = re.compile(rf"#(?:{'|'.join(WORDS)})(?![\w-])(?:\s+(?:{_ARGUMENT})(?![\w-]))*")


def corrections(commands: tuple[Command, ...], wrong: Command | None, refusal: Refusal) -> tuple[Choice, ...]:
    """Ready-made replies in the place of a mail in which *wrong* was refused."""
    if wrong is None:
        return ()
    lines = [
        line for each in refusal.instead if (line := _line(each, refusal)) and plain(line) not in {plain(wrong.line), "#help"}
    ]
    return tuple(_corrected(commands, wrong, line) for line in dict.fromkeys(lines))[:MOST]


def _line(instead: str, refusal: Refusal) -> str:
    if instead in refusal.corrected:
        return instead
    found = _LINE.match(instead)
    return found[0] if found else ""


def _corrected(commands: tuple[Command, ...], wrong: Command, line: str) -> Choice:
    lines = [line if command is wrong else command.line for command in commands]
    text = next((command.body for command in commands if command.body), "")
    return Choice(line, "\n".join(lines) + "\n", text=text)
