"""An officer's mail being followed, and what the words have in common."""

from datetime import date

from townclerk.domain.commands import Command
from townclerk.domain.decide.deliberation import Deliberation
from townclerk.domain.decide.refusal import Refusal
from townclerk.domain.events import MailFacts
from townclerk.domain.policy import StagePolicy
from townclerk.domain.roster import Officer
from townclerk.domain.words import Category, Status


class OfficerAtWork:
    """One officer's mail being followed: the deliberation, who writes, and what has been done so far."""

    def __init__(self, d: Deliberation, officer: Officer, mail: MailFacts) -> None:
        self.d = d
        self.officer = officer
        self.mail = mail
        self.lines: list[str] = []
        self.shown = ""

    def done(self, line: str) -> None:
        self.lines.append(line)

    def stage(self) -> StagePolicy:
        """The stage that is open; refuses where there is none."""
        stage = self.d.stage_policy
        if self.d.case.category is not Category.COMPLAINT or stage is None:
            raise Refusal(
                "this is not a complaint, so no stage is open",
                "#message to write to the resident",
                "#category complaint to make it one",
            )
        if self.d.case.status is not Status.OPEN:
            raise Refusal(f"the case is {self.d.case.status}", "#reopen, if it must go on", "#message to write to the resident")
        return stage

    def body(self, command: Command, what: str) -> str:
        if not command.text:
            raise Refusal(
                f"there is no text: {what} must stand below the word", f"#{command.word} and, on the next line, your text"
            )
        return command.text

    def can_be_written_to(self) -> None:
        if not self.d.case.receipts:
            raise Refusal("this resident gave no address that can be answered", "#note, if you reached them another way")


def words_of(day: date) -> str:
    """ "Tuesday 29 December 2026"."""
    return f"{day:%A} {day.day} {day:%B %Y}"


def joined(first: str, rest: str) -> str:
    """A text that began on the word's own line and went on below it."""
    return "\n".join(part for part in (first.strip(), rest) if part)
