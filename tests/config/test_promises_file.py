"""The register of promises: everything that is in it exists, and everything that names it agrees."""

import re
import shutil
from collections.abc import Iterator
from datetime import date
from functools import cache
from pathlib import Path

import pytest

from townclerk.config import shipped
from townclerk.config.errors import Fault, FilesRefused
from townclerk.config.promises_file import claims, load_register, read_register, scenario_files
from townclerk.config.yaml import Items, Node, Scalar, Table, load_yaml, parse_yaml
from townclerk.domain.register import RECORDS, KeptBy, Register, Registered

TODAY = date(2026, 11, 22)
KNOWN = {
    KeptBy.DEADLINE: ("stage1.acknowledge", "stage1.respond"),
    KeptBy.LETTER: ("receipt", "delay_notice"),
    KeptBy.RULE: ("Thanks, and nothing else",),
    KeptBy.WORD: ("extend",),
    KeptBy.RECORD: tuple(RECORDS),
    KeptBy.PERSON: ("complaints_lead",),
    KeptBy.SETTING: ("contact", "contact.phone"),
}
COUNT = {"SS": 95, "NS": 133, "ST": 123, "WL": 111, "SD": 138}  # promises that each policy makes
REGISTERED = [
    council for council in shipped.shipped_councils() if shipped.find_shipped("rules", f"{council}/promises.yaml") is not None
]


def register(kept_by: str = "letter receipt", **lines: str) -> Register:
    """A register of one promise."""
    written = {"id": "SM-001", "quote": "We will answer.", "mode": "auto", "what": "It answers.", "kept_by": kept_by, **lines}
    text = (
        "council: small\npromises:\n  - " + "\n    ".join(f"{key}: {value}" for key, value in written.items() if value) + "\n"
    )
    return read_register(parse_yaml(text.encode(), "promises.yaml"), "small", "SM", KNOWN)


def faults(kept_by: str = "letter receipt", **lines: str) -> tuple[Fault, ...]:
    with pytest.raises(FilesRefused) as caught:
        register(kept_by, **lines)
    return caught.value.faults


# --- what a register says --------------------------------------------------------------------------------------------


def test_a_promise_may_be_kept_by_several_things() -> None:
    found = register('[deadline stage1.respond, word "#extend", \'rule "Thanks, and nothing else"\']').promises[0]

    assert found.by == "deadline stage1.respond; word #extend; rule Thanks, and nothing else"


def test_a_promise_left_to_a_person_says_why() -> None:
    assert register("person complaints_lead", why="Software has no tone of voice.").promises[0].why
    assert str(faults("person complaints_lead")[0]) == (
        "promises.yaml:3:5: promises[0].why: is missing; say why software cannot do it, or why nothing does"
    )


def test_a_promise_that_nothing_keeps_says_why() -> None:
    assert register("nothing", why="The form is another program.").promises[0].by == "nothing"
    assert faults("nothing")[0].path == "promises[0].why"


@pytest.mark.parametrize(
    ("kept_by", "message"),
    [
        ("deadline stage1.responds", 'there is no deadline "stage1.responds" here; did you mean "stage1.respond"?'),
        ("letter recipt", 'there is no letter "recipt" here; did you mean "receipt"?'),
        ("rule Thanks and nothing else", "did you mean"),
        ("setting contact.fone", 'did you mean "contact.phone"?'),
        ('word "#extent"', 'there is no word "extent" here; did you mean "extend"?'),
        ("word #extend", 'which word?; in YAML a # behind a space begins a comment: write word "#extend"'),
        ("lettre receipt", '"lettre" is not a kind of thing that keeps a promise; did you mean "letter"?'),
        ("deadline", "which deadline?; write deadline and its name"),
        ("survey after", '"survey" is not a kind of thing that keeps a promise; known here: '),
        ("alert fraud", 'there is no alert "fraud" here; this policy has no alert at all'),
        ("nothing at all", '"nothing at all" is more than nothing; write nothing, and the reason under why:'),
        ("[]", "the list is empty"),
        ("[letter receipt, nothing]", "it is kept by something and by nothing"),
    ],
)
def test_what_does_not_exist_keeps_nothing(kept_by: str, message: str) -> None:
    """Line and column are those of the reference."""
    (fault,) = faults(kept_by, why="A reason.")

    assert message in str(fault)
    assert (fault.file, fault.line) == ("promises.yaml", 7)


def test_a_number_stands_once_and_belongs_to_its_council() -> None:
    assert "write for instance SM-050" in str(faults(id="SS-001")[0])
    twice = "council: small\npromises:\n" + 2 * "  - {id: SM-001, quote: a, mode: auto, what: a, kept_by: letter receipt}\n"
    with pytest.raises(FilesRefused, match=r"4:10: .*stands here twice, first in line 3"):
        read_register(parse_yaml(twice.encode(), "promises.yaml"), "small", "SM", KNOWN)


def test_all_faults_are_told_at_once() -> None:
    found = faults("letter recipt", mode="automatic", what="")

    assert sorted(fault.path.partition(".")[2] for fault in found) == ["kept_by", "mode", "what"]


# --- who names it ----------------------------------------------------------------------------------------------------


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """A rules folder of the council's own, with everything in it."""
    shutil.copytree(Path(shipped.shipped_folders("rules")[-1]) / REGISTERED[0], tmp_path / REGISTERED[0])
    return tmp_path


def test_a_number_that_the_policy_names_and_the_register_does_not_have_is_a_fault(own: Path) -> None:
    path = own / REGISTERED[0] / "policy.yaml"
    first = load_register(REGISTERED[0], today=TODAY).promises[0].id
    prefix = first.partition("-")[0]
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace(f"promises: [{prefix}-", f"promises: [{prefix}-999, {prefix}-", 1), encoding="utf-8")

    with pytest.raises(FilesRefused) as caught:
        load_register(REGISTERED[0], rules=own, today=TODAY)

    (fault,) = caught.value.faults
    assert fault.message == f'"{prefix}-999" is not in the register of {REGISTERED[0]}'
    assert fault.line > 1
    assert f"it goes from {first} to " in fault.expected


def test_a_number_that_a_scenario_claims_and_the_register_does_not_have_is_a_fault(tmp_path: Path) -> None:
    story = tmp_path / "01-a-story.yaml"
    story.write_text("name: A story\nproves: [SM-001, SM-002]\nstory: []\n", encoding="utf-8")

    with pytest.raises(FilesRefused) as caught:
        claims([story], register())

    (fault,) = caught.value.faults
    assert (fault.line, fault.column) == (2, 18)


def test_what_a_scenario_claims_goes_by_the_name_of_its_file(tmp_path: Path) -> None:
    for name in ("01-a-story", "02-another"):
        (tmp_path / f"{name}.yaml").write_text("name: A story\nproves: [SM-001]\nstory: []\n", encoding="utf-8")

    assert claims(sorted(tmp_path.iterdir()), register()) == {"SM-001": ("01-a-story", "02-another")}


# --- the registers that ship -----------------------------------------------------------------------------------------


@cache
def shipped_register(council: str) -> Register:
    return load_register(council, today=TODAY)


@pytest.mark.parametrize("council", REGISTERED)
def test_every_promise_is_registered_in_its_order(council: str) -> None:
    found = shipped_register(council)
    prefix = found.promises[0].id.partition("-")[0]

    assert [promise.id for promise in found.promises] == [f"{prefix}-{n:03}" for n in range(1, COUNT[prefix] + 1)]


@pytest.mark.parametrize("council", REGISTERED)
def test_what_the_stories_claim_is_registered(council: str) -> None:
    found = shipped_register(council)

    assert set(claims(scenario_files(council), found)) <= found.ids


@pytest.mark.parametrize("council", REGISTERED)
def test_a_sentence_that_keeps_a_promise_is_printed_by_a_letter(council: str) -> None:
    templates = "".join(path.read_text(encoding="utf-8") for path in _templates(council))
    composed = tuple(re.findall(r'"([a-z_]+_)" ~', templates))  # "receipt_" ~ category
    named = {
        ref.thing for promise in shipped_register(council).promises for ref in promise.kept_by if ref.kind is KeptBy.STATEMENT
    }

    assert [name for name in sorted(named) if f'"{name}"' not in templates and not name.startswith(composed)] == []


def _templates(council: str) -> Iterator[Path]:
    for folder in shipped.shipped_folders("templates"):
        yield from (path for path in folder.rglob("*.md") if path.relative_to(folder).parts[0] in {"letters", "parts", council})


@pytest.mark.parametrize("council", REGISTERED)
def test_the_register_agrees_with_what_the_policy_says_of_its_numbers(council: str) -> None:
    """Where the policy names one on a deadline, the register has that deadline, its letter, or something in that place."""
    promises = {promise.id: promise for promise in shipped_register(council).promises}
    policy = shipped.find_shipped("rules", f"{council}/policy.yaml")
    assert policy is not None

    silent = [
        (path, each)
        for path, each in _named(load_yaml(policy))
        if not any(touches(path, ref) for ref in _places(promises[each]))
    ]

    assert silent == []


def _named(node: Node, path: str = "") -> Iterator[tuple[str, str]]:
    """Every number that a policy names, with the dotted path of the place at which it does."""
    for entry in node.entries if isinstance(node, Table) else ():
        if entry.key == "promises" and isinstance(entry.node, Items):
            yield from ((path, item.text) for item in entry.node.items if isinstance(item, Scalar))
        else:
            yield from _named(entry.node, f"{path}.{entry.key}" if path else entry.key)
    for item in node.items if isinstance(node, Items) else ():
        yield from _named(item, path)


# Where in a policy a letter is spoken of.
LETTERS = {
    "receipt": (".receipt", "categories."),
    "acknowledgement": (".acknowledge", ".assess"),
    "response": (".respond",),
    "delay_notice": (".extension",),
    "extension_proposal": (".extension",),
    "extension_not_agreed": (".extension",),
    "review_invitation": (".request",),
    "review_decision": (".refuse", ".assess", ".triage"),
    "not_accepted": ("exclusions.",),
    "forwarded": ("categories.", "exclusions.", "notices", "copies"),
    "survey": ("survey",),
    "action_update": ("actions", ".extension"),
    "consent_request": ("representation",),
    "report": ("reports.", "board"),
    "digest": ("digest",),
    "alert": ("alerts",),
    "escalation": ("escalation",),
    "decision": ("concerns", "permission", "anonymous", "time_limit", ".triage", "additional_issues"),
}


def _places(promise: Registered) -> Iterator[str]:
    for ref in promise.kept_by:
        match ref.kind:
            case KeptBy.DEADLINE:
                yield from (f"stages.{ref.thing}", f"categories.{ref.thing}", ref.thing.partition(".")[0])
            case KeptBy.SETTING:
                yield ref.thing
            case KeptBy.EXCLUSION | KeptBy.CATEGORY | KeptBy.ALERT | KeptBy.REPORT | KeptBy.STATEMENT:
                plural = {"category": "categories"}.get(ref.kind, f"{ref.kind}s")
                yield f"{plural}.{ref.thing}"
            case KeptBy.CHECK:
                yield from ("~stages.", "~restrictions", "~representation")
            case KeptBy.LETTER:
                yield from (f"~{part}" for part in LETTERS.get(ref.thing, ()))


def touches(path: str, place: str) -> bool:
    """Whether *place* is *path*, in it, or around it; a place with ~ is any that has this in its name."""
    if place.startswith("~"):
        return place[1:] in path
    return f"{path}.".startswith(f"{place}.") or f"{place}.".startswith(f"{path}.")
