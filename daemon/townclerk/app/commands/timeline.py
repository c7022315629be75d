"""A story as a person would read it: who wrote what and when, who got which letter, and why."""

from datetime import datetime

from townclerk.app.simulate.mails import Written
from townclerk.app.simulate.playing import Played
from townclerk.app.simulate.world import LetterOut
from townclerk.config.scenario_file import BounceStep, DownStep, Step
from townclerk.config.templates_words import clock_words, date_words
from townclerk.domain.council import Council
from townclerk.domain.deadlines import is_overdue

LONGEST = 8  # lines of a mail that are told


class Timeline:
    """A Watcher that keeps what it sees."""

    def __init__(self, council: Council) -> None:
        self._council = council
        self._happened: list[tuple[datetime, list[str]]] = []
        self._names = {address: officer.name for officer in council.roster.officers for address in officer.addresses}

    async def wrote(self, at: datetime, step: Step, written: Written | None) -> None:
        """See `Watcher.wrote`."""
        if written is None:
            self._happened.append((at, [self._incident(step)]))
            return
        sender = written.sender
        self._names.setdefault(sender.key, sender.name or sender.address)
        heading = f"{sender.name or sender.address} <{sender.address}> writes: {written.subject or '(no subject)'}"
        lines = [line.rstrip() for line in written.text.strip().splitlines()]
        more = ["…"] if len(lines) > LONGEST else []
        self._happened.append((at, [heading, *(f"    | {line}".rstrip() for line in (*lines[:LONGEST], *more))]))

    async def left(self, letter: LetterOut) -> None:
        """See `Watcher.left`."""
        name = self._names.get(letter.to.lower())
        to = f"{name} <{letter.to}>" if name and name != letter.to else letter.to
        kind = letter.kind.replace("_", " ")
        self._happened.append((letter.at, [f"→ {kind} to {to}: {letter.subject}", f"      because {_reason(letter)}"]))

    def lines(self, played: Played) -> list[str]:
        """The whole story, in order, and how its cases stand in the end."""
        told: list[str] = []
        day = ""
        for at, lines in sorted(self._happened, key=lambda happened: happened[0]):
            local = self._council.calendar.local(at)
            if (here := date_words(local.date())) != day:
                day = here
                told += ["", day]
            told += [f"  {clock_words(local):>8}  {lines[0]}", *(f"            {line}" for line in lines[1:])]
        return [*told, "", f"In the end, on {date_words(played.until.astimezone(played.zone).date())}", *self._cases(played)]

    def _incident(self, step: Step) -> str:
        match step.what:
            case DownStep(until=until):
                written = until.written
                return f"townclerk is switched off until {clock_words(written)} on {date_words(written.date())}"
            case BounceStep(letter=letter, to=to, status=status):
                return f"the {letter.replace('_', ' ')} to {to} comes back as undeliverable ({status})"
        return "something happens"

    def _cases(self, played: Played) -> list[str]:
        if not played.cases:
            return ["  no case was opened"]
        told = []
        for case in played.cases:
            stage = f", {case.stage}" if case.stage else ""
            late = ", OVERDUE" if is_overdue(case, played.until, self._council.calendar) else ""
            told.append(f"  {case.ref}: {case.category.replace('_', ' ')}, {case.service}{stage}, {case.status}{late}")
            told += [f"      {d.name} due {date_words(d.promised)}" for d in case.deadlines if d.open]
        return told


def _reason(letter: LetterOut) -> str:
    promise = f", promise {letter.promise}" if letter.promise else ""
    clause = f", clause {letter.clause}" if letter.clause else ""
    return f"{letter.event}{promise}{clause}"
