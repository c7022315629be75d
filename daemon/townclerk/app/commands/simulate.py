"""`townclerk simulate`: play scenario files, and say whether each came out as it should."""

import asyncio
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC
from pathlib import Path
from typing import Annotated

import typer

from townclerk.app.commands.asking import Asked, CannotRead
from townclerk.app.commands.saying import complain, iso, say, say_json
from townclerk.app.commands.timeline import Timeline
from townclerk.app.logs import silence
from townclerk.app.simulate.judging import judge
from townclerk.app.simulate.keeping import keep_letters
from townclerk.app.simulate.playing import Played, play
from townclerk.app.simulate.world import LetterOut, load_world_council
from townclerk.config.errors import Fault, FilesRefused
from townclerk.config.reading import suggest
from townclerk.config.scenario_file import Scenario, load_scenario
from townclerk.config.shipped import shipped_councils, shipped_folders
from townclerk.config.templates import TemplateSet
from townclerk.config.yaml import Items, Scalar, Table, load_yaml, read_file
from townclerk.domain.calendar import CalendarTooShort
from townclerk.domain.case import Case
from townclerk.domain.council import Council
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
    theatre = Theatre(own_rules, own_templates, Wishes(as_json, timeline, letters), many=len(scenarios) > 1)
    asyncio.run(theatre.play_all(scenarios))
    refused = dict.fromkeys([*faults, *theatre.faults])
    complain(*(str(fault) for fault in refused))
    if not as_json:
        _say_summary(theatre, unreadable=theatre.refused + len({fault.file for fault in faults}))
    raise typer.Exit(2 if refused else 1 if theatre.failed else 0)


def _say_summary(theatre: "Theatre", unreadable: int) -> None:
    parts = [f"{theatre.passed} ok"]
    parts += [f"{theatre.failed} FAILED"] if theatre.failed else []
    parts += [f"{unreadable} cannot be read"] if unreadable else []
    count = theatre.passed + theatre.failed + unreadable
    say(f"{count} scenario{'' if count == 1 else 's'}: {', '.join(parts)}")


# --- finding ---------------------------------------------------------------------------------------------------------


def find_scenarios(paths: Iterable[Path]) -> tuple[list[Scenario], list[Fault]]:
    """The scenarios that *paths* name or hold, each once, in the order of their names; and all that is wrong with them."""
    scenarios: list[Scenario] = []
    faults: list[Fault] = []
    for path in dict.fromkeys(_files(paths)):
        try:
            scenarios.append(load_scenario(path))
        except FilesRefused as refused:
            faults.extend(refused.faults)
    return scenarios, faults


def _files(paths: Iterable[Path]) -> Iterator[Path]:
    for path in paths:
        if not path.is_dir():
            yield path
            continue
        for found in sorted(path.rglob("*.y*ml")):
            if found.suffix in {".yaml", ".yml"} and found.is_file() and _tells_a_story(found):
                yield found


def _tells_a_story(path: Path) -> bool:
    """Whether a file that nobody named is a scenario. One that cannot be read, and may be, is not passed over in silence."""
    try:
        if b"story" not in read_file(path):
            return False
        tree = load_yaml(path)
    except FilesRefused:
        return True
    return isinstance(tree, Table) and tree.find("story") is not None


# --- playing ---------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Theatre:
    """Plays scenarios one after the other. Councils and templates are read once for all scenarios that share them."""

    rules: Path | None
    templates: Path | None
    wishes: Wishes
    many: bool
    passed: int = 0
    failed: int = 0
    refused: int = 0
    faults: list[Fault] = field(default_factory=list)
    _councils: dict[object, Council] = field(default_factory=dict)
    _letters: dict[str, TemplateSet] = field(default_factory=dict)

    async def play_all(self, scenarios: Sequence[Scenario]) -> None:
        for scenario in scenarios:
            try:
                await self._play(scenario)
            except FilesRefused as refused:
                self.refused += 1
                self.faults.extend(refused.faults)
            except CalendarTooShort as short:
                self.refused += 1
                self.faults.append(_fault(scenario, "until", str(short), "let the story begin and end within a few years"))

    async def _play(self, scenario: Scenario) -> None:
        begun = time.monotonic()
        council, letters = self._council(scenario), self._templates(scenario)
        told = Timeline(council) if self.wishes.timeline and not self.wishes.as_json else None
        played = await play(scenario, letters, council, told)
        failures = judge(scenario.expect, played)
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

    def _council(self, scenario: Scenario) -> Council:
        known = shipped_councils(self.rules)
        if scenario.policy not in known:
            expected = suggest(scenario.policy, known)
            raise FilesRefused([_fault(scenario, "policy", f'no council here is called "{scenario.policy}"', expected)])
        today = scenario.until.written
        replaced = tuple(sorted((name, _bare(node)) for name, node in scenario.settings.items()))
        key = (scenario.policy, replaced, scenario.staff and _bare(scenario.staff), today.year)
        if key not in self._councils:
            self._councils[key] = load_world_council(scenario, today, self.rules)
        return self._councils[key]

    def _templates(self, scenario: Scenario) -> TemplateSet:
        if scenario.policy not in self._letters:
            folders = shipped_folders("templates", self.templates)
            self._letters[scenario.policy] = TemplateSet.load(folders, scenario.policy)
        return self._letters[scenario.policy]


def _fault(scenario: Scenario, key: str, message: str, expected: str) -> Fault:
    """A fault at the value of *key* in the scenario's file."""
    tree = load_yaml(scenario.path)
    entry = tree.find(key) if isinstance(tree, Table) else None
    place = entry.node.place if entry else tree.place
    return Fault(place.file, place.line, place.column, key, message, expected)


def _bare(node: object) -> object:
    """What a tree says, without where: two scenarios that say the same share a council."""
    match node:
        case Table():
            return ("table", *((entry.key, _bare(entry.node)) for entry in node.entries))
        case Items():
            return ("items", *(_bare(item) for item in node.items))
        case Scalar():
            return (node.kind, node.text)
    return repr(node)


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
