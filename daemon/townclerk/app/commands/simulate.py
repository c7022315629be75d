"""`townclerk simulate`: play scenario files, and say whether each came out as it should."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC
from pathlib import Path
from typing import Annotated

import typer

from townclerk.app.commands.asking import Asked, CannotRead
from townclerk.app.commands.saying import complain, iso, say, say_json
from townclerk.app.commands.timeline import Timeline
from townclerk.app.logs import silence
from townclerk.app.simulate.keeping import keep_letters
from townclerk.app.simulate.playing import Played
from townclerk.app.simulate.theatre import Theatre, find_scenarios
from townclerk.app.simulate.world import LetterOut
from townclerk.config.errors import Fault, FilesRefused
from townclerk.config.scenario_file import Scenario
from townclerk.domain.case import Case
from townclerk.domain.deadlines import is_overdue


@dataclass(frozen=True, slots=True)
class Wishes:
    """How the result is to be shown."""

    as_json: bool
    timeline: bool
    letters: Path | None


def simulate(
    ctx: typer.Context,
    paths: Annotated[list[Path], typer.Argument(metavar="FILE|DIR...", help="Scenario files, or folders that hold some.")],
    as_json: Annotated[bool, typer.Option("--json", help="Letters, cases and results, one JSON object a line.")] = False,
    timeline: Annotated[bool, typer.Option("--timeline", help="Tell each story as a person would read it.")] = False,
    letters: Annotated[Path | None, typer.Option("--letters", metavar="DIR", help="Keep every letter there.")] = None,
    rules: Annotated[Path | None, typer.Option("--rules", metavar="DIR", help="Rules that win over the shipped ones.")] = None,
    templates: Annotated[
        Path | None, typer.Option("--templates", metavar="DIR", help="Templates that win over the shipped ones.")
    ] = None,
) -> None:
    """Play stories through the real services, with a clock of their own, and compare what happened with what was expected.

    Without --rules and --templates, those of the settings file are used where there is one, else the shipped ones.
    Nothing is sent, and no mailbox or database of yours is touched.
    Exit status: 0 all came out so, 1 some did not, 2 a file cannot be read.

    \b
    Examples:
      townclerk simulate rules/your-council/scenarios
      townclerk simulate story.yaml --timeline --letters /tmp/letters
    """
    silence()
    asked: Asked = ctx.obj
    settings = asked.find_settings() if rules is None or templates is None else None
    own_rules = rules or (settings.rules if settings else None)
    own_templates = templates or (settings.templates if settings else None)
    scenarios, faults = find_scenarios(paths)
    if not scenarios and not faults:
        raise CannotRead(f"there is no scenario in {', '.join(map(str, paths))}: a scenario is a YAML file with a story")
    evening = Evening(Theatre(own_rules, own_templates), Wishes(as_json, timeline, letters), many=len(scenarios) > 1)
    asyncio.run(evening.play_all(scenarios))
    refused = dict.fromkeys([*faults, *evening.faults])
    complain(*(str(fault) for fault in refused))
    if not as_json:
        _say_summary(evening, unreadable=evening.refused + len({fault.file for fault in faults}))
    raise typer.Exit(2 if refused else 1 if evening.failed else 0)


def _say_summary(evening: "Evening", unreadable: int) -> None:
    parts = [f"{evening.passed} ok"]
    parts += [f"{evening.failed} FAILED"] if evening.failed else []
    parts += [f"{unreadable} cannot be read"] if unreadable else []
    count = evening.passed + evening.failed + unreadable
    say(f"{count} scenario{'' if count == 1 else 's'}: {', '.join(parts)}")


# --- playing ---------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Evening:
    """Scenarios played one after the other, each told as soon as it has ended, and counted."""

    theatre: Theatre
    wishes: Wishes
    many: bool
    passed: int = 0
    failed: int = 0
    refused: int = 0
    faults: list[Fault] = field(default_factory=list)

    async def play_all(self, scenarios: Sequence[Scenario]) -> None:
        for scenario in scenarios:
            try:
                await self._play(scenario)
            except FilesRefused as refused:
                self.refused += 1
                self.faults.extend(refused.faults)

    async def _play(self, scenario: Scenario) -> None:
        begun = time.monotonic()
        told = None
        if self.wishes.timeline and not self.wishes.as_json:
            told = Timeline(self.theatre.council_of(scenario))
        performance = await self.theatre.perform(scenario, told)
        played, failures = performance.played, performance.failures
        self.passed += not failures
        self.failed += bool(failures)
        if self.wishes.as_json:
            _say_objects(scenario, played, failures)
        else:
            _say_result(scenario, failures, time.monotonic() - begun, told, played)
        if self.wishes.letters is not None:
            keep_letters(played.letters, self._folder(scenario, self.wishes.letters), played.zone)

    def _folder(self, scenario: Scenario, folder: Path) -> Path:
        """Of one story the folder itself; of several a folder each, named after council and file."""
        return folder / scenario.policy / scenario.path.stem if self.many else folder


# --- saying ----------------------------------------------------------------------------------------------------------


def _say_result(scenario: Scenario, failures: Sequence[str], seconds: float, told: Timeline | None, played: Played) -> None:
    say(f"{'FAILED' if failures else 'ok':<7} {scenario.name}  ({seconds:.1f} s)")
    say(*(f"        {failure}" for failure in failures))
    if told is not None:
        say(*(f"    {line}".rstrip() for line in told.lines(played)), "")


def _say_objects(scenario: Scenario, played: Played, failures: Sequence[str]) -> None:
    copies: dict[str, list[LetterOut]] = {}
    for letter in played.letters:
        copies.setdefault(letter.letter_key, []).append(letter)
    for letters in copies.values():
        say_json(_letter(letters))
    for case in played.cases:
        say_json(_case(case, played))
    say_json({"type": "result", "scenario": scenario.name, "ok": not failures, "failures": list(failures)})


def _letter(copies: Sequence[LetterOut]) -> dict[str, object]:
    """One letter, with everybody who got a copy of it."""
    first = copies[0]
    return {
        "type": "letter",
        "at": iso(first.at.astimezone(UTC)),
        "letter": first.kind,
        "to": list(dict.fromkeys(copy.to for copy in copies)),
        "case": first.case,
        "subject": first.subject,
        "because": {"event": first.event, "promise": first.promise, "clause": first.clause},
    }


def _case(case: Case, played: Played) -> dict[str, object]:
    return {
        "type": "case",
        "reference": case.ref,
        "category": case.category,
        "service": case.service,
        "stage": case.stage,
        "status": case.status,
        "overdue": is_overdue(case, played.until, played.council.calendar),
        "deadlines": {deadline.name: deadline.target.isoformat() for deadline in case.deadlines},
        "promised": {deadline.name: deadline.promised.isoformat() for deadline in case.deadlines},
    }
