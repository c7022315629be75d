"""promises.yaml: the register of what a council has published, each promise with what keeps it.

    - id: SS-051
      clause: "5, Stage 1"
      quote: If we need more time, we will let you know …
      mode: prompt
      what: Asks the officer in time, and tells the resident itself where nobody has.
      kept_by: [deadline stage1.respond, letter delay_notice, word "#extend"]

What it refers to must exist in the same folder's policy and rules.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date
from pathlib import Path

from townclerk.config.council_folder import load_council
from townclerk.config.errors import Fault, FilesRefused
from townclerk.config.reading import Faults, Refused, Value, read_root, suggest, text, word_of
from townclerk.config.shipped import find_shipped, shipped_folders
from townclerk.config.yaml import Items, Node, Place, Scalar, Table, load_yaml
from townclerk.domain.register import KeptBy, Mode, Reference, Register, Registered, things

REGISTER = "promises.yaml"
NEEDS_WHY = {KeptBy.PERSON, KeptBy.NOTHING}
LONGEST_LIST = 400  # characters
WHERE = {KeptBy.RULE: "routing.yaml", KeptBy.WORD: "#help"}
_HASH = 'in YAML a # behind a space begins a comment: write word "#extend"'


def load_register(council_id: str, *, rules: Path | None = None, staff: Path | None = None, today: date) -> Register:
    """The register of a council, and with it the policy and the rules that it refers to. Raises FilesRefused.

    *rules* and *staff* as in `load_council`. A number that the policy names and the register does not have is a
    fault, too."""
    council = load_council(council_id, rules=rules, staff=staff, today=today)
    path, policy = _find(council_id, REGISTER, rules), load_yaml(_find(council_id, "policy.yaml", rules))
    known = {**things(council), KeptBy.SETTING: tuple(_paths(policy))}
    register = read_register(load_yaml(path), council_id, council.policy.prefix, known)
    if faults := list(unknown_ids(_listed(policy, "promises"), register)):
        raise FilesRefused(faults)
    return register


def read_register(tree: Node, council_id: str, prefix: str, known: Mapping[KeptBy, Collection[str]]) -> Register:
    """The register of a tree. *known* is what there is of each kind to refer to. Raises FilesRefused."""
    return read_root(tree, Faults(), lambda root: _register(root, council_id, prefix, known))


def scenario_files(council_id: str, rules: Path | None = None) -> tuple[Path, ...]:
    """The scenarios of a council, by name: those of the first folder of rules that has any: its stories go with its policy."""
    for folder in shipped_folders("rules", rules):
        if found := sorted((folder / council_id / "scenarios").glob("*.yaml"), key=lambda path: path.name):
            return tuple(found)
    return ()


def claims(paths: Iterable[Path], register: Register) -> dict[str, tuple[str, ...]]:
    """promise -> the names of those of the scenarios at *paths* that say that they show it. A file that is no YAML shows
    nothing: whoever plays it says why. Raises FilesRefused where one claims what the register does not have."""
    found: dict[str, list[str]] = {}
    faults: list[Fault] = []
    for path in paths:
        try:
            named = tuple(_listed(load_yaml(path), "proves", deep=False))
        except FilesRefused as refused:
            faults.extend(refused.faults)
            continue
        faults.extend(unknown_ids(named, register))
        for scalar in named:
            if path.stem not in found.setdefault(scalar.text, []):
                found[scalar.text].append(path.stem)
    if faults:
        raise FilesRefused(faults)
    return {promise: tuple(names) for promise, names in found.items()}


def unknown_ids(named: Iterable[Scalar], register: Register) -> Iterator[Fault]:
    """A fault for each of *named* that the register does not have."""
    for each in named:
        if each.text not in register.ids:
            message = f'"{each.text}" is not in the register of {register.council}'
            yield _fault(each.place, message, suggest_id(each.text, register))


def suggest_id(written: str, register: Register) -> str:
    prefix = next(iter(register.promises)).id.partition("-")[0] if register.promises else ""
    if re.fullmatch(rf"{prefix}-\d+", written) or not prefix:
        return f"it goes from {register.promises[0].id} to {register.promises[-1].id}" if register.promises else "it is empty"
    return f"write for instance {register.promises[0].id}"


def _fault(place: Place, message: str, expected: str) -> Fault:
    return Fault(place.file, place.line, place.column, "", message, expected)


def _find(council_id: str, name: str, rules: Path | None) -> Path:
    found = find_shipped("rules", f"{council_id}/{name}", rules)
    if found is None:
        message, expected = "there is no such file in the rules folders", "write the register, or name another council"
        raise FilesRefused([Fault(f"{council_id}/{name}", 0, 0, "", message, expected)])
    return found


# --- trees -----------------------------------------------------------------------------------------------------------


def _paths(node: Node, before: str = "") -> Iterator[str]:
    """The dotted path of everything that stands in a tree."""
    for entry in node.entries if isinstance(node, Table) else ():
        path = f"{before}.{entry.key}" if before else entry.key
        yield path
        yield from _paths(entry.node, path)


def _listed(node: Node, key: str, *, deep: bool = True) -> Iterator[Scalar]:
    """What is listed under *key*, at the top of a tree or (*deep*) anywhere in it."""
    for entry in node.entries if isinstance(node, Table) else ():
        if entry.key == key:
            items = entry.node.items if isinstance(entry.node, Items) else (entry.node,)
            yield from (item for item in items if isinstance(item, Scalar))
        elif deep:
            yield from _listed(entry.node, key)
    for item in node.items if isinstance(node, Items) and deep else ():
        yield from _listed(item, key)


# --- the register ----------------------------------------------------------------------------------------------------


def register_of(root: Value) -> Register:
    """The register of a tree, whichever council's it is. Faults are noted in *root*."""
    return _register(root, "-", "[A-Z]{1,4}", {})


def _register(root: Value, council_id: str, prefix: str, known: Mapping[KeptBy, Collection[str]]) -> Register:
    seen: dict[str, int] = {}
    with root.fields() as f:
        council = f.text("council")
        if council not in ("-", council_id):
            f.fault("council", f'"{council}" is not the name of its folder', f"write council: {council_id}")

        def promise(value: Value) -> Registered:
            return _promise(value, prefix, known, seen)

        return Register(council_id, f.required("promises", lambda value: value.each(promise), ()))


def _promise(value: Value, prefix: str, known: Mapping[KeptBy, Collection[str]], seen: dict[str, int]) -> Registered:
    with value.fields() as f:
        found = Registered(
            id=f.required("id", lambda each: _id(each, prefix, seen), "-"),
            clause=f.optional_text("clause"),
            quote=f.text("quote"),
            mode=f.required("mode", word_of(Mode), Mode.AUTO),
            what=f.text("what"),
            kept_by=f.required("kept_by", lambda each: _references(each, known), ()),
            why=f.optional_text("why"),
        )
        kinds = {reference.kind for reference in found.kept_by}
        if kinds and kinds <= NEEDS_WHY and not found.why:
            f.fault("why", "is missing", "say why software cannot do it, or why nothing does")
        if KeptBy.NOTHING in kinds and len(kinds) > 1:
            f.fault("kept_by", "it is kept by something and by nothing", "take one of them out")
        return found


def _id(value: Value, prefix: str, seen: dict[str, int]) -> str:
    written = text(value)
    if not re.fullmatch(rf"{re.escape(prefix)}-[0-9]{{3}}", written):
        raise Refused(f'"{written}" cannot be a promise of this register', f"write for instance {prefix}-050")
    if written in seen:
        raise Refused(f'"{written}" stands here twice, first in line {seen[written]}', "give it a number of its own")
    seen[written] = value.node.place.line
    return written


def _references(value: Value, known: Mapping[KeptBy, Collection[str]]) -> tuple[Reference, ...]:
    """A list of references; a single one may stand without brackets."""
    if isinstance(value.node, Scalar):
        return (_reference(value, known),)
    found = value.each(lambda each: _reference(each, known))
    if not value.items():
        raise Refused("the list is empty", "write what keeps it, or nothing, with why:")
    return found


def _reference(value: Value, known: Mapping[KeptBy, Collection[str]]) -> Reference:
    kind, _, rest = text(value).partition(" ")
    if kind not in list(KeptBy):
        raise Refused(f'"{kind}" is not a kind of thing that keeps a promise', suggest(kind, list(KeptBy)))
    return Reference(KeptBy(kind), _thing(KeptBy(kind), rest.strip().strip('"'), known))


def _thing(kind: KeptBy, written: str, known: Mapping[KeptBy, Collection[str]]) -> str:
    """The thing of that kind. Raises Refused where there is none such."""
    if kind is KeptBy.NOTHING:
        if written:
            raise Refused(f'"nothing {written}" is more than nothing', "write nothing, and the reason under why:")
        return ""
    thing = written.removeprefix("#") if kind is KeptBy.WORD else written
    if not thing:
        raise Refused(f"which {kind}?", _HASH if kind is KeptBy.WORD else f"write {kind} and its name")
    if thing not in known.get(kind, ()):
        raise Refused(f'there is no {kind} "{thing}" here', _instead(kind, thing, known.get(kind, ())))
    return thing


def _instead(kind: KeptBy, written: str, known: Collection[str]) -> str:
    """What the admin may have meant; all that there is, where that is not too much to read."""
    if not known:
        return f"this policy has no {kind} at all"
    expected = suggest(written, known)
    return expected if len(expected) <= LONGEST_LIST else f"{WHERE.get(kind, 'policy.yaml')} has them"
