"""`townclerk promises`: everything that a council has published, by what it is kept, and what of it is proven."""

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from townclerk.app.commands.asking import Asked, CannotRead
from townclerk.app.commands.saying import complain, say, say_json, say_table
from townclerk.app.logs import silence
from townclerk.app.simulate.theatre import Theatre
from townclerk.config.errors import Fault, FilesRefused
from townclerk.config.promises_file import claims, load_register, scenario_files
from townclerk.config.scenario_file import load_scenario
from townclerk.config.shipped import shipped_councils
from townclerk.domain.register import Mode, Register, Standing, State, standings, tallies

SHOWN = 64  # characters of what keeps a promise, and of its quote; --json has the whole


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which promises are to be shown, and how. Where no state or no mode is named, all of them."""

    states: frozenset[State]
    modes: frozenset[Mode]
    as_json: bool

    def has(self, standing: Standing) -> bool:
        return standing.state in (self.states or State) and standing.promise.mode in (self.modes or Mode)


def promises(
    ctx: typer.Context,
    councils: Annotated[list[str] | None, typer.Argument(metavar="COUNCIL...", help="Names of folders of rules.")] = None,
    every: Annotated[bool, typer.Option("--all", help="Every council that has a policy here.")] = False,
    verify: Annotated[bool, typer.Option("--verify", help="Play the councils' scenarios, and say what they prove.")] = False,
    state: Annotated[
        list[State] | None, typer.Option("--state", help="Only the promises that stand so. May be repeated.")
    ] = None,
    mode: Annotated[list[Mode] | None, typer.Option("--mode", help="Only the promises of this kind. May be repeated.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a promise, each on a line.")] = False,
    rules: Annotated[Path | None, typer.Option("--rules", metavar="DIR", help="Rules that win over the shipped ones.")] = None,
    templates: Annotated[
        Path | None, typer.Option("--templates", metavar="DIR", help="Templates that win over the shipped ones.")
    ] = None,
) -> None:
    """The register of promises: each with what keeps it, and whether a scenario shows that.

    A promise is proven where something keeps it and a scenario that names it has just come out (--verify), kept where
    nothing has shown it, person where it is left to one, not_kept where nothing keeps it.
    Without COUNCIL, the council of the settings file.
    Exit status: 0 fine, 1 a scenario did not come out, 2 a file cannot be read.

    \b
    Examples:
      townclerk promises your-council --state not_kept
      townclerk promises --all --verify
      townclerk promises --all --verify --mode auto --mode enforce --state kept
    """
    silence()
    asked: Asked = ctx.obj
    settings = asked.find_settings() if rules is None or templates is None else None
    own_rules = rules or (settings.rules if settings else None)
    own_templates = templates or (settings.templates if settings else None)
    known = shipped_councils(own_rules)
    wanted = list(known) if every else list(dict.fromkeys(councils or ([settings.council] if settings else [])))
    if not wanted:
        raise CannotRead(f"name a council, or --all; known here: {', '.join(known)}")
    theatre = Theatre(own_rules, own_templates) if verify else None
    staff = {settings.council: settings.staff} if settings else {}
    reading = Reading(own_rules, staff, theatre, Wanted(frozenset(state or ()), frozenset(mode or ()), as_json))
    asyncio.run(reading.all_of(wanted))
    raise typer.Exit(2 if reading.faults else 1 if reading.failed else 0)


@dataclass(slots=True)
class Reading:
    """Reads one register after the other, and says how its promises stand. *theatre* None: nothing is played."""

    rules: Path | None
    staff: Mapping[str, Path | None]  # of a council whose own roster the settings name
    theatre: Theatre | None
    wanted: Wanted
    faults: list[Fault] = field(default_factory=list)
    failed: int = 0

    async def all_of(self, councils: Sequence[str]) -> None:
        for council in councils:
            try:
                await self._one(council)
            except FilesRefused as refused:
                self._refuse(refused)

    async def _one(self, council: str) -> None:
        register = load_register(council, rules=self.rules, staff=self.staff.get(council), today=datetime.now(UTC).date())
        files = scenario_files(council, self.rules)
        claimed = claims(files, register)
        passed = None if self.theatre is None else await self._play(files, self.theatre)
        _say(register, standings(register, claimed, passed), self.wanted, played=passed is not None)

    async def _play(self, files: Sequence[Path], theatre: Theatre) -> frozenset[str]:
        """The names of those that came out. One that did not proves nothing, and is named."""
        passed = set()
        for path in files:
            try:
                performance = await theatre.perform(load_scenario(path))
            except FilesRefused as refused:
                self._refuse(refused)
                continue
            if performance.failures:
                self.failed += 1
                complain(f"FAILED  {path}", *(f"        {failure}" for failure in performance.failures))
            else:
                passed.add(path.stem)
        return frozenset(passed)

    def _refuse(self, refused: FilesRefused) -> None:
        self.faults.extend(refused.faults)
        complain(*(str(fault) for fault in refused.faults))


def _say(register: Register, found: Sequence[Standing], wanted: Wanted, *, played: bool) -> None:
    shown = [each for each in found if wanted.has(each)]
    if wanted.as_json:
        for each in shown:
            say_json(_object(register, each))
        return
    rows = [(each.promise.id, each.state, _first_words(_by(each)), _first_words(each.promise.quote)) for each in shown]
    say(f"{register.council}: {len(register.promises)} promises", "")
    say_table(("promise", "state", "by", "published as"), rows, empty="no promise stands so")
    say("", *_summary(found, played=played), "")


def _summary(found: Sequence[Standing], *, played: bool) -> list[str]:
    counted = Counter(each.state for each in found)
    lines = [", ".join(f"{counted[state]} {state.replace('_', ' ')}" for state in State)]
    if not played:
        return [*lines, "nothing was played: --verify shows what is proven"]
    return [*lines, *map(str, tallies(found))]


def _by(standing: Standing) -> str:
    """What keeps it; where nothing does, why."""
    return standing.why if standing.state is State.NOT_KEPT else standing.promise.by


def _first_words(text: str) -> str:
    folded = " ".join(text.split())
    return folded if len(folded) <= SHOWN else f"{folded[:SHOWN].rpartition(' ')[0]} …"


def _object(register: Register, standing: Standing) -> dict[str, object]:
    return {
        "id": standing.promise.id,
        "council": register.council,
        "state": standing.state,
        "by": standing.promise.by,
        "scenarios": list(standing.scenarios),
        "why": standing.why,
    }
