"""The JSON Schemas of the rules files: drawn from the readers, shipped, and of one mind with them."""

import copy
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from ruamel.yaml import YAML

from townclerk.config import labelled_mails, policy_file, promises_file, roster_file, routing_file, scenario_file
from townclerk.config.errors import FilesRefused
from townclerk.config.reading import Faults, Value, read_root
from townclerk.config.schema import KINDS, as_text, schema_line, schema_of
from townclerk.config.yaml import node_of

RULES = Path(__file__).parents[2] / "rules"
FILES = sorted(path for path in RULES.rglob("*.yaml") if path.name != "demo.yaml")
READERS = {
    "policy": policy_file.policy_of,
    "routing": routing_file.routing_of,
    "shared": routing_file.included_of,
    "staff": roster_file.staff_of,
    "scenario": scenario_file.scenario_of,
    "promises": promises_file.register_of,
    "mails": labelled_mails.mails_of,
}
Where = tuple[str | int, ...]


def kind_of(path: Path) -> str:
    return "scenario" if path.parent.name == "scenarios" else "shared" if path.parent.name == "shared" else path.stem


def plain(value: Any) -> Any:
    """*value* as JSON has it."""
    match value:
        case dict():
            return {str(key): plain(part) for key, part in value.items()}
        case list():
            return [plain(part) for part in value]
        case date():
            return value.isoformat()
        case _:
            return value


def tree_of(path: Path) -> Any:
    return plain(YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8")))


VALIDATORS = {kind: Draft202012Validator(schema_of(kind)) for kind in KINDS}


@pytest.mark.parametrize("kind", KINDS)
def test_the_schema_that_ships_is_what_the_reader_reads_now(kind: str) -> None:
    """No name that the reader knows is missing in it, and none is in it that the reader does not know."""
    Draft202012Validator.check_schema(schema_of(kind))

    same = (RULES / "schema" / f"{kind}.json").read_text(encoding="utf-8") == as_text(schema_of(kind))
    assert same, "the reader has changed: townclerk rules schema --to rules/schema"


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(RULES)))
def test_every_shipped_file_fits_its_schema_and_says_where_it_is(path: Path) -> None:
    first = path.read_text(encoding="utf-8").split("\n", 1)[0]

    if kind_of(path) != "scenario" or "$schema" in first:  # a story may do without: it is written once and read by people
        assert first == schema_line(path)
        assert (path.parent / first.partition("$schema=")[2]).is_file()
    assert [f"{fault.json_path}: {fault.message[:200]}" for fault in VALIDATORS[kind_of(path)].iter_errors(tree_of(path))] == []


# --- of one mind ---------------------------------------------------------------------------------------------------------

LABELLED = sorted((Path(__file__).parents[1] / "corpus" / "mails").glob("*.yaml"))


@pytest.mark.parametrize("path", LABELLED, ids=lambda path: path.name)
def test_the_labelled_mails_of_the_corpus_fit_their_schema(path: Path) -> None:
    assert [f"{fault.json_path}: {fault.message[:200]}" for fault in VALIDATORS["mails"].iter_errors(tree_of(path))] == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"text": "My bin.", "categoy": "complaint"},
        {"text": "My bin.", "alerts": {"safeguarding": True}},
        {"text": ["My bin."]},
        {"text": "My bin.", "is": "robot"},
    ],
)
def test_an_editor_marks_a_slip_in_a_labelled_mail(wrong: dict[str, Any]) -> None:
    assert VALIDATORS["mails"].is_valid([{"text": "My bin.", "category": "complaint or comment", "is": "list"}])
    assert not VALIDATORS["mails"].is_valid([wrong])


MODELS = {
    "policy": RULES / "stoke-on-trent" / "policy.yaml",
    "staff": RULES / "stoke-on-trent" / "staff.yaml",
    "scenario": RULES / "south-staffordshire" / "scenarios" / "02-acknowledged-and-answered-in-time.yaml",
}


def groups(tree: Any, where: Where = ()) -> Iterator[Where]:
    """Where a group of values stands."""
    parts = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    if isinstance(tree, dict):
        yield where
    for key, part in parts:
        yield from groups(part, (*where, key))


def leaves(tree: Any, where: Where = ()) -> Iterator[Where]:
    """Where a value stands that is no group and no list."""
    if not isinstance(tree, dict | list):
        yield where
    for key, part in tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ():
        yield from leaves(part, (*where, key))


def changed(tree: Any, where: Where, value: object) -> Any:
    whole = copy.deepcopy(tree)
    part = whole
    for step in where[:-1]:
        part = part[step]
    part[where[-1]] = value
    return whole


def shape_is_refused(kind: str, tree: Any) -> bool:
    """Whether the reader finds a name that it does not know, or a list or a group where none can be."""
    faults = Faults()

    def read(root: Value) -> None:
        READERS[kind](root)

    try:
        read_root(node_of(tree, "file"), faults, read)
    except FilesRefused as refused:
        return any("is not known here" in fault.message or "stands where" in fault.message or "is not a" in fault.message
                   or "cannot" in fault.message or "is not one of" in fault.message for fault in refused.faults)  # fmt: skip
    return False


@pytest.mark.parametrize("kind", MODELS)
def test_a_name_that_the_reader_does_not_know_the_schema_does_not_know_either(kind: str) -> None:
    """In every group of a file."""
    tree = tree_of(MODELS[kind])

    for where in groups(tree):
        wrong = changed(tree, (*where, "nonsense_here"), "x")
        assert VALIDATORS[kind].is_valid(wrong) is not shape_is_refused(kind, wrong), where


@pytest.mark.parametrize("kind", MODELS)
def test_a_group_where_the_reader_wants_a_value_the_schema_refuses_too(kind: str) -> None:
    """In the place of every value of a file."""
    tree = tree_of(MODELS[kind])

    for where in leaves(tree):
        wrong = changed(tree, where, {"nonsense_here": {"nonsense_here": ["x"]}})
        if shape_is_refused(kind, wrong):
            assert not VALIDATORS[kind].is_valid(wrong), where


def test_what_an_editor_would_mark() -> None:
    """A slip in a key, a length of time, a word, a number."""
    tree = tree_of(MODELS["policy"])
    slips: list[tuple[Where, object]] = [
        (("stages", "stage1", "respond", "witin"), "10 working days"),
        (("stages", "stage1", "respond", "within"), "ten days"),
        (("stages", "stage1", "respond", "from"), "reciept"),
        (("forwarded_receipt_hours",), 0),
        (("stages", "stage3"), tree["stages"]["stage2"]),
    ]

    for where, value in slips:
        assert not VALIDATORS["policy"].is_valid(changed(tree, where, value)), where
