"""Finds scenarios and plays them one after the other, in the council's own office for each."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from townclerk.app.simulate.judging import judge
from townclerk.app.simulate.playing import Played, Watcher, play
from townclerk.app.simulate.world import load_world_council
from townclerk.config.council_folder import with_permissions, with_staff
from townclerk.config.errors import Fault, FilesRefused
from townclerk.config.reading import suggest
from townclerk.config.scenario_file import Scenario, load_scenario
from townclerk.config.shipped import shipped_councils, shipped_folders
from townclerk.config.templates import TemplateSet
from townclerk.config.yaml import Items, Scalar, Table, load_yaml, read_file
from townclerk.domain.calendar import CalendarTooShort
from townclerk.domain.council import Council

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


@dataclass(frozen=True, slots=True)
class Performance:
    """A story played, and what came out otherwise than it says."""

    played: Played
    failures: tuple[str, ...]


@dataclass(slots=True)
class Theatre:
    """Plays scenarios. Councils and templates are read once for all scenarios that share them. *rules* and *templates* are
    folders that win over the shipped ones."""

    rules: Path | None
    templates: Path | None
    _councils: dict[object, Council] = field(default_factory=dict)
    _letters: dict[str, TemplateSet] = field(default_factory=dict)

    async def perform(self, scenario: Scenario, watcher: Watcher | None = None) -> Performance:
        """Play one scenario and judge it. Raises FilesRefused where it, or what it needs, cannot be read."""
        try:
            played = await play(scenario, self._templates(scenario), self.council_of(scenario), watcher)
            return Performance(played, tuple(judge(scenario.expect, played)))
        except CalendarTooShort as short:
            raise FilesRefused(
                [_fault(scenario, "until", str(short), "let the story begin and end within a few years")]
            ) from short

    def council_of(self, scenario: Scenario) -> Council:
        """The council in which it plays, with the values and the roster that it replaces. Raises FilesRefused."""
        known = shipped_councils(self.rules)
        if scenario.policy not in known:
            expected = suggest(scenario.policy, known)
            raise FilesRefused([_fault(scenario, "policy", f'no council here is called "{scenario.policy}"', expected)])
        today = scenario.until.written
        replaced = tuple(sorted((name, _bare(node)) for name, node in scenario.settings.items()))
        key = (scenario.policy, replaced, today.year, scenario.staff is not None)
        if key not in self._councils:
            self._councils[key] = load_world_council(scenario, today, self.rules)
        council = self._councils[key]
        council = with_staff(council, scenario.staff) if scenario.staff else council
        return with_permissions(council, scenario.permissions) if scenario.permissions else council

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
