"""The JSON Schema of each rules file, drawn by letting the file's own reader read a probe.

A reader asks its value for groups, lists, names and leaves. A `Probe` answers every such question as if it were there, and
notes it; so the schema has every name that the reader knows, and no other, without anybody writing it down twice. What one
value has to do with another (a role that is nowhere declared) is beyond a schema: the reader says it.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from contextvars import ContextVar
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self, TypeVar

from townclerk.config import labelled_mails, policy_file, promises_file, roster_file, routing_file, scenario_file
from townclerk.config.reading import Faults, Fields, Refused, Value, Word, WrongShape
from townclerk.config.yaml import Items, Kind, Node, Place, Scalar, Table

T = TypeVar("T")
D = TypeVar("D")
Schema = dict[str, Any]

DIALECT = "https://json-schema.org/draft/2020-12/schema"
_NOWHERE = Place("schema")
_SHAPES: tuple[Node, ...] = (
    Scalar(_NOWHERE, "x"),
    Items(_NOWHERE, ()),
    Table(_NOWHERE, ()),
    Scalar(_NOWHERE, "", Kind.NOTHING),
)
_KINDS_DRAWN: ContextVar[dict[str, Schema]] = ContextVar("_KINDS_DRAWN")  # those that may stand in themselves, by name
_ANY_NAMES = ("name", "2027-01-25")  # of an entry whose name is the admin's own, or a day


_READERS: dict[str, tuple[str, Callable[[Value], object]]] = {
    "policy": ("A published policy, promise by promise: policy.yaml", policy_file.policy_of),
    "routing": ("What a mail is about: routing.yaml", routing_file.routing_of),
    "shared": ("Rules that councils share: rules/shared/*.yaml", routing_file.included_of),
    "staff": ("Who works here: staff.yaml", roster_file.staff_of),
    "scenario": ("A story, and what must have happened: scenarios/*.yaml", scenario_file.scenario_of),
    "mails": ("Mails of which somebody has said what they are, for townclerk rules test --mails", labelled_mails.mails_of),
    "promises": ("The register of what is published: promises.yaml", promises_file.register_of),
}
KINDS = tuple(_READERS)


def schema_of(kind: str) -> Schema:
    """The JSON Schema (2020-12) of the files of *kind*, one of KINDS."""
    title, read = _READERS[kind]
    kinds: dict[str, Schema] = {}
    drawing = _KINDS_DRAWN.set(kinds)
    try:
        whole = _shared(_drawn(read))
    finally:
        _KINDS_DRAWN.reset(drawing)
    definitions = {**kinds, **whole.pop("$defs", {})}
    return {
        "$schema": DIALECT,
        "title": title,
        **whole,
        **({"$defs": dict(sorted(definitions.items()))} if definitions else {}),
    }


def write_schemas(folder: Path, kinds: tuple[str, ...] = KINDS) -> tuple[Path, ...]:
    """Writes the schema of each of *kinds* into *folder*, made where there is none. Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    for kind in kinds:
        (folder / f"{kind}.json").write_text(as_text(schema_of(kind)), encoding="utf-8")
    return tuple(folder / f"{kind}.json" for kind in kinds)


def schema_line(path: Path) -> str:
    """The first line of the rules file at *path*, in its council's folder, by which an editor finds the schema beside it."""
    scenario = path.parent.name == "scenarios"
    kind, up = ("scenario", "../../") if scenario else (path.stem, "../")
    return f"# yaml-language-server: $schema={up}schema/{kind if kind in KINDS else 'shared'}.json"


def as_text(schema: Schema) -> str:
    return json.dumps(schema, indent=1, ensure_ascii=False) + "\n"


# --- the probe ---------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Sketch:
    """What has been asked of one value in one shape. `drawn`: whether anything has."""

    schema: Schema = field(default_factory=dict)
    items: list[Schema] = field(default_factory=list)
    drawn: bool = False

    def whole(self) -> Schema:
        return {**self.schema, **({"items": _one_of(self.items)} if self.items else {})}


@dataclass(frozen=True, slots=True)
class Probe(Value):
    """A value of one shape that has whatever it is asked for."""

    sketch: _Sketch = field(default_factory=_Sketch)

    def wants(self, **kind: object) -> None:
        self.sketch.drawn = True
        self.sketch.schema.update(kind)

    def fault(self, message: str, expected: str = "") -> None:
        """Nothing is wrong with what is not there."""

    def fields(self) -> "ProbedFields":
        if not isinstance(self.node, Table):
            raise WrongShape("no group")
        self.sketch.drawn = True
        found = self.sketch.schema
        found.setdefault("type", "object")
        found.setdefault("properties", {})
        found["additionalProperties"] = False
        return ProbedFields(self, self.node)

    def items(self) -> tuple[Value, ...]:
        if not isinstance(self.node, Items):
            raise WrongShape("no list")
        self._list()
        return tuple(self._item(shape) for shape in _SHAPES[:3])

    def entries(self) -> tuple[tuple[str, Value], ...]:
        if not isinstance(self.node, Table):
            raise WrongShape("no names")
        self.sketch.drawn = True
        self.sketch.schema.setdefault("type", "object")
        if "properties" in self.sketch.schema:
            return ()  # it is a group whose names are fixed; what is read of it once more has been drawn
        child = Probe(_SHAPES[0], self.path, self.faults)
        self.sketch.schema["additionalProperties"] = child.sketch.schema
        return tuple((name, child) for name in _ANY_NAMES)

    def called(self, name: str, read: Callable[[Value], T]) -> T:
        """A kind that may stand in itself is drawn once, and referred to."""
        self.sketch.drawn = True
        self.sketch.schema["$ref"] = f"#/$defs/{name}"
        kinds = _KINDS_DRAWN.get()
        if name not in kinds:
            kinds[name] = {}
            kinds[name] = _drawn(read)
        raise Refused("drawn")

    def keyed(
        self,
        words: type[Word],
        read: Callable[[Word, Value], T],
        stand_in: D,
        called: str,  # noqa: ARG002
        meant: Callable[[str, Iterable[str]], str] | None = None,  # noqa: ARG002
    ) -> dict[Word, T | D]:
        found = self.fields()
        for word in words:
            found.optional(word.value, lambda value, word=word: read(word, value), stand_in)  # type: ignore[misc]
        return {}

    def attempt(self, read: Callable[[Value], T], stand_in: D) -> T | D:
        with suppress(Refused):
            return read(self)
        return stand_in

    def each(self, read: Callable[[Value], T]) -> tuple[T, ...]:
        if not isinstance(self.node, Items):
            raise WrongShape("no list")
        self._list()
        self.sketch.items.append(_drawn(read))
        return ()

    def named(self, read: Callable[[str, Value], T]) -> dict[str, T]:
        if not isinstance(self.node, Table):
            raise WrongShape("no names")
        self.sketch.drawn = True
        self.sketch.schema.update(
            type="object",
            propertyNames={"pattern": "^[a-z][a-z0-9_]*$"},
            additionalProperties=_drawn(lambda value: read(_ANY_NAMES[0], value)),
        )
        return {}

    def _list(self) -> None:
        self.sketch.drawn = True
        self.sketch.schema["type"] = "array"

    def _item(self, shape: Node) -> "Probe":
        child = Probe(shape, self.path, self.faults)
        self.sketch.items.append(child.sketch.schema)
        return child


class ProbedFields(Fields):
    """A group that has whatever it is asked for."""

    def __init__(self, value: Probe, table: Table) -> None:
        super().__init__(value, table)
        self._schema = value.sketch.schema

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing is unknown here."""

    def has(self, key: str) -> bool:
        self._draw(key, {})
        return False

    def find(self, key: str) -> Value | None:
        self._draw(key, {})
        return None

    def required(self, key: str, read: Callable[[Value], T], stand_in: D) -> T | D:
        self._draw(key, _drawn(read))
        names = self._schema.setdefault("required", [])
        if key not in names:
            names.append(key)
        return stand_in

    def optional(self, key: str, read: Callable[[Value], T], default: D) -> T | D:
        self._draw(key, _or_nothing(_drawn(read)))
        return default

    def fault(self, key: str, message: str, expected: str = "") -> None:
        """Nothing is wrong with what is not there."""

    def _draw(self, key: str, schema: Schema) -> None:
        before = self._schema["properties"].get(key, {})
        self._schema["properties"][key] = _both(before, schema)


# --- putting it together ------------------------------------------------------------------------------------------------


def _drawn(read: Callable[[Value], object]) -> Schema:
    """What *read* takes: it reads a probe of each shape, and those shapes count that it does not refuse as such."""
    taken: list[Schema] = []
    for shape in _SHAPES:
        probe = Probe(shape, "", Faults())
        try:
            read(probe)
        except WrongShape:
            if not (probe.sketch.drawn and isinstance(shape, Items | Table)):
                continue
        except Refused:
            if isinstance(shape, Scalar) and shape.kind is Kind.NOTHING:
                continue
        if isinstance(shape, Scalar) and shape.kind is Kind.NOTHING:
            taken += [] if probe.sketch.drawn else [{"type": "null"}]
        elif probe.sketch.drawn:
            taken.append(probe.sketch.whole())
    return _one_of(taken)


def _one_of(schemas: list[Schema]) -> Schema:
    different = [schema for n, schema in enumerate(schemas) if schema and schema not in schemas[:n]]
    return {} if not different else different[0] if len(different) == 1 else {"anyOf": different}


def _or_nothing(schema: Schema) -> Schema:
    """*schema*, or null: what is null is not written."""
    return _one_of([*_choices(schema), {"type": "null"}]) if schema else {}


def _choices(schema: Schema) -> list[Schema]:
    return list(schema["anyOf"]) if set(schema) == {"anyOf"} else [schema]


def _both(one: Schema, other: Schema) -> Schema:
    """What two readers of the same value take: the names that either knows."""
    if not one or not other:
        return one or other
    merged: list[Schema] = []
    for choice in [*_choices(one), *_choices(other)]:
        known = next((each for each in merged if each.get("type") == choice.get("type")), None)
        if known is None:
            merged.append({**choice})
        elif "properties" in choice:
            mine, theirs = known.get("properties", {}), choice["properties"]
            known["properties"] = {key: _both(mine.get(key, {}), theirs.get(key, {})) for key in {**mine, **theirs}}
            known["additionalProperties"] = False
    return _one_of(merged)


def _shared(schema: Schema) -> Schema:
    """*schema* with each group that stands in it more than once written once, under $defs, and referred to."""
    seen: Counter[str] = Counter()
    names: dict[str, str] = {}
    for key, group in _groups(schema, "file"):
        seen[(written := json.dumps(group))] += 1
        if written not in names:
            taken = sum(name.rstrip("0123456789_") == key for name in names.values())
            names[written] = f"{key}_{taken + 1}" if taken else key
    definitions: dict[str, Schema] = {}

    def refer(part: Any) -> Any:
        if isinstance(part, list):
            return [refer(one) for one in part]
        if not isinstance(part, dict):
            return part
        written = json.dumps(part)
        smaller = {key: refer(one) for key, one in part.items()}
        if seen[written] < 2:
            return smaller
        definitions[names[written]] = smaller
        return {"$ref": f"#/$defs/{names[written]}"}

    whole = {key: refer(part) for key, part in schema.items()}
    return {**whole, "$defs": dict(sorted(definitions.items()))} if definitions else whole


def _groups(schema: Schema, name: str) -> Iterator[tuple[str, Schema]]:
    """Every group with fixed names in *schema*, with the name under which it stands."""
    for choice in _choices(schema):
        if "properties" in choice:
            yield name, choice
        for key, part in choice.get("properties", {}).items():
            yield from _groups(part, key)
        for inner in ("items", "additionalProperties"):
            if isinstance(choice.get(inner), dict):
                yield from _groups(choice[inner], name)
