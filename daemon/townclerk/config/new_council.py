"""The folder of a council that has none yet: `townclerk init`.

The structure is that of another council: stages, clocks, roles, categories, exclusions, rules. What is the other's own is left
out: its name and addresses, its words as published, the numbers of its register, and every sentence that names it or tells a
way to reach it. What must then be looked up is marked in the file, and `townclerk policy lint` lists it.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from townclerk.config.policy_file import read_policy
from townclerk.config.roster_file import LEAD
from townclerk.config.schema import schema_line, write_schemas
from townclerk.config.shipped import find_shipped
from townclerk.domain.codes import NOT_QUOTED
from townclerk.domain.policy import Policy

FILES = ("policy.yaml", "routing.yaml", "staff.yaml", "promises.yaml", "scenarios/01-a-complaint-is-received.yaml")

# What only its own council can say. Words that a policy must have are given others, below.
_OWN = (
    "quote",
    "promises",
    "signpost",
    "statements",
    "edition",
    "timescale_override",
    "policy_url",
    "closure_days",
    "receipt_says",
    "explanation",
    "look_into",
    "tell",
)
_ANYWHERE = (
    "council",
    "city",
    "district",
    "borough",
    "county",
    "north",
    "south",
    "east",
    "west",
    "the",
    "and",
    "upon",
    "under",
)
_WAY_TO_REACH = re.compile(r"@|www\.|https?:|\d{5,}|\d{3,} \d{3,}")


@dataclass(frozen=True, slots=True)
class Identity:
    """What a council is called: its folder, its name in letters, the letters of its references, and its mailbox."""

    id: str
    name: str
    prefix: str
    mailbox: str

    @property
    def domain(self) -> str:
        return self.mailbox.partition("@")[2]


class AlreadyThere(Exception):
    """The folder is there and has something in it: nothing is written over."""


def write_council(folder: Path, new: Identity, like: str, rules: Path | None = None) -> tuple[Path, ...]:
    """Makes *folder* for *new*, after the council *like*, and returns its files.

    Raises AlreadyThere, OSError, and FilesRefused where *like* cannot be read.
    """
    if folder.exists() and any(folder.iterdir()):
        raise AlreadyThere
    model = {name: _plain(like, name, rules) for name in ("policy.yaml", "routing.yaml")}
    facts = _Facts.of(model["policy.yaml"])
    tree = _policy(model["policy.yaml"], new, facts)
    written = _policy_text(tree, new)
    policy = read_policy(written.encode(), "policy.yaml")
    texts = (
        written,
        _routing_text(facts.left_out_of(model["routing.yaml"]), new),
        _staff_text(policy, new),
        _register_text(new),
        _scenario_text(new),
    )
    for name, text in zip(FILES, texts, strict=True):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(f"{schema_line(Path(name))}\n{text}", encoding="utf-8")
    write_schemas(folder.parent / "schema")
    return tuple(folder / name for name in FILES)


def _plain(council: str, name: str, rules: Path | None) -> dict[str, Any]:
    path = find_shipped("rules", f"{council}/{name}", rules)
    assert path is not None, "whoever calls has looked"  # noqa: S101 — a mistake of ours, not of the admin
    found: dict[str, Any] = YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8"))
    return found


# --- what is the other's own -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Facts:
    """By what the words of a council can be told: parts of its name, and of where it can be reached."""

    words: frozenset[str]

    @classmethod
    def of(cls, policy: Mapping[str, Any]) -> "_Facts":
        contact = policy["contact"]
        name = re.findall(r"[a-z]{4,}", str(contact["council"]).lower())
        site = re.findall(r"[a-z-]{4,}", str(contact.get("website", "")).lower())
        common = {*_ANYWHERE, "https", "council", "gov", "example"}
        return cls(frozenset(word for word in (*name, *site) if word not in common))

    def in_words(self, text: str) -> bool:
        return bool(_WAY_TO_REACH.search(text)) or any(word in text.lower() for word in self.words)

    def left_out_of(self, value: Any) -> Any:
        """*value* without the texts that tell whose it is, and without the rules that then look for nothing."""
        if isinstance(value, dict):
            kept = {key: self.left_out_of(part) for key, part in value.items() if not self._tells(part)}
            return {key: part for key, part in kept.items() if part not in ([], {}) or value[key] in ([], {})}
        if isinstance(value, list):
            parts = [self.left_out_of(part) for part in value if not self._tells(part)]
            return [
                part for part in parts if part not in ([], {}) and not (isinstance(part, dict) and _looks_for_nothing(part))
            ]
        return value

    def _tells(self, part: object) -> bool:
        return isinstance(part, str) and self.in_words(part)


def _looks_for_nothing(rule: Mapping[str, Any]) -> bool:
    return "id" in rule and not {"when", "why"} <= rule.keys()


# --- the files --------------------------------------------------------------------------------------------------------


def _policy(model: Mapping[str, Any], new: Identity, facts: _Facts) -> dict[str, Any]:
    """The tree of the new policy, in the order of the other."""
    ombudsmen = model.get("ombudsmen", {})
    kept = {key: _without_own(value, facts) for key, value in model.items() if key not in (*_OWN, "contact", "ombudsmen")}
    tree: dict[str, Any] = {
        "id": new.id,
        "prefix": new.prefix,
        "title": "Complaints policy",
        "contact": {"council": new.name, "mailbox": new.mailbox},
    }
    tree.update({key: value for key, value in kept.items() if key not in tree})
    tree["roles"] = _roles(model.get("roles", {}))
    tree["members"] = {
        "domains": ["parliament.uk"],
        **{k: v for k, v in model.get("members", {}).items() if k == "ask_capacity"},
    }
    tree["ombudsmen"] = {code: _ombudsman(one, facts) for code, one in ombudsmen.items()}
    return tree


def _without_own(value: Any, facts: _Facts) -> Any:
    if isinstance(value, dict):
        kept = {
            key: _without_own(part, facts)
            for key, part in value.items()
            if key not in _OWN and not (isinstance(part, str) and key != "clause" and facts.in_words(part))
        }
        return {**kept, "clause": NOT_QUOTED} if "clause" in value else kept
    if isinstance(value, list):
        return [_without_own(part, facts) for part in value]
    return value


def _roles(roles: Mapping[str, Any]) -> dict[str, Any]:
    """The same parts to play; each is played by somebody in staff.yaml, so none is an address here."""
    found: dict[str, Any] = {}
    for role, said in roles.items():
        plays = said.get("plays") if isinstance(said, dict) else None
        found[role] = {"plays": plays} if plays else None
    return found


def _ombudsman(said: Mapping[str, Any], facts: _Facts) -> dict[str, Any]:
    """The Ombudsmen are everybody's: their addresses stay, and what is said of them but by one council's name."""
    own = {"quote", "promises", "clause"}
    return {
        key: value
        for key, value in said.items()
        if key not in own and not any(word in str(value).lower() for word in facts.words)
    }


def _policy_text(tree: Mapping[str, Any], new: Identity) -> str:
    head = (
        f"# {new.name}: its published policy, promise by promise.\n#\n"
        f"# Wherever the clause is “{NOT_QUOTED}”: look it up, and write the clause and a short quote of what is published,\n"
        "# or take the group out, where your policy promises no such thing. `townclerk policy lint` lists what is left.\n\n"
    )
    return head + "\n".join(_yaml({key: value}) for key, value in tree.items())


def _routing_text(tree: Mapping[str, Any], new: Identity) -> str:
    head = f"# {new.name}: what a mail is about. Rules are tried from the top; see rules/shared for those that are shared.\n\n"
    return head + "\n".join(_yaml({key: value}) for key, value in tree.items())


def _staff_text(policy: Policy, new: Identity) -> str:
    people = {role: _officer(role, new) for role in _parts(policy)}
    return f"# {new.name}: who works here. These are stand-ins, one for each role: write your own people.\n\n" + _yaml(
        {"staff": people}
    )


def _parts(policy: Policy) -> Iterator[str]:
    """Every role that somebody must play."""
    named = [role for role in policy.roles.values() if role not in policy.roles]
    yield from dict.fromkeys([*policy.roles, *named, policy.own_role(LEAD)])


def _officer(role: str, new: Identity) -> dict[str, Any]:
    words = role.replace("_", " ")
    return {"name": words.capitalize(), "email": f"{role.replace('_', '.')}@{new.domain}", "roles": [role]}


def _register_text(new: Identity) -> str:
    head = (
        f"# {new.name}: the register of what it promises, each promise with its words and what keeps it.\n"
        f"# `townclerk promises {new.id}` prints how each stands.\n\n"
    )
    return head + _yaml({"council": new.id, "promises": []})


def _scenario_text(new: Identity) -> str:
    return f"""# Shows that a complaint is received at once, and that somebody has it.
name: A complaint is received
policy: {new.id}
story:
  - at: 2027-02-01 10:15
    mail:
      from: Nora Vance <nora.vance@example.com>
      subject: Complaint about the gate of the park
      text: |
        I wish to complain. The gate of the park has been broken since November, and nobody answers
        my letters about it.
        Nora Vance
until: 2027-02-01 12:00
expect:
  letters:
    - {{letter: receipt, to: nora.vance@example.com, at: 2027-02-01 10:15}}
    - {{letter: assignment, at: 2027-02-01 10:15}}
  never:
    - {{letter: response}}
    - {{letter: refused}}
  cases:
    - category: complaint
      stage: stage1
      status: open
"""


def _yaml(value: Mapping[str, Any]) -> str:
    writer = YAML()
    writer.width = 120
    writer.indent(mapping=2, sequence=4, offset=2)
    out = StringIO()
    writer.dump(dict(value), out)
    return out.getvalue()
