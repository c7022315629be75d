"""staff.yaml: who works here, and who plays which role.

staff:
  wendy: {name: Wendy Ash, email: wendy.ash@council.example, roles: [service], services: [waste]}
"""

from collections.abc import Collection
from pathlib import Path

from townclerk.config.reading import Faults, Fields, Value, email, read_root, refuse_word, text
from townclerk.config.yaml import Node, load_yaml
from townclerk.domain.policy import Policy
from townclerk.domain.roster import Officer, Roster

LEAD = "complaints_lead"


def load_staff(path: Path, policy: Policy | None = None, services: Collection[str] | None = None) -> Roster:
    """The roster in the file at *path*. Raises FilesRefused with all that is wrong in it.

    Roles are checked against *policy* and services against *services*; None: they are not known, and anything will do."""
    return read_root(load_yaml(path), Faults(), lambda root: _staff_file(root, policy, services))


def read_staff(node: Node, policy: Policy | None = None, services: Collection[str] | None = None) -> Roster:
    """The roster of a `staff:` group that stands in another file, as a scenario's does. Raises FilesRefused."""
    return read_root(node, Faults(), lambda root: _staff(root, policy, services))


def staff_of(root: Value) -> Roster:
    """The roster of a tree, which names whatever roles and services it likes. Faults are noted in *root*."""
    return _staff_file(root, None, None)


def _staff_file(root: Value, policy: Policy | None, services: Collection[str] | None) -> Roster:
    with root.fields() as f:
        return f.required("staff", lambda value: _staff(value, policy, services), Roster(()))


def _staff(value: Value, policy: Policy | None, services: Collection[str] | None) -> Roster:
    roles = {*policy.roles, *policy.roles.values()} if policy else None
    taken: dict[str, str] = {}  # address -> key of its officer

    def read(key: str, entry: Value) -> Officer:
        with entry.fields() as f:
            officer = Officer(
                key=key,
                name=" ".join(f.text("name").split()),
                email=f.required("email", email, "-"),
                roles=frozenset(f.optional("roles", lambda each: each.each(lambda one: _known(one, roles)), ())),
                services=frozenset(f.optional("services", lambda each: each.each(lambda one: _known(one, services)), ())),
                aliases=f.optional("aliases", lambda each: each.each(email), ()),
                phone=f.optional("phone", text, None),
            )
            _note_taken(officer, taken, f)
        return officer

    officers = tuple(value.named(read).values())
    lead = policy.own_role(LEAD) if policy else None
    if lead is not None and not any({lead, LEAD} & officer.roles for officer in officers):
        value.fault(f"nobody has the role {lead}", f"write roles: [{lead}] for one of them")
    return Roster(officers)


def _known(value: Value, known: Collection[str] | None) -> str:
    written = text(value)
    if known is not None and written not in known:
        refuse_word(written, sorted(known))
    return written


def _note_taken(officer: Officer, taken: dict[str, str], f: Fields) -> None:
    """An address belongs to one officer: a mail from it must say who wrote."""
    for address in sorted(officer.addresses - {"-"}):
        if address in taken:
            key = "email" if address == officer.email.lower() else "aliases"
            f.fault(key, f"the address belongs to {taken[address]} already", "give each officer an address of their own")
        taken.setdefault(address, officer.key)
