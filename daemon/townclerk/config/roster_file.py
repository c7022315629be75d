"""staff.yaml: who works here, who plays which role, who is away, and which words are whose.

staff:
  wendy:
    name: Wendy Ash
    email: wendy.ash@council.example
    roles: [service]
    services: [waste]
    deputy: [tom]
    leave: [{from: 2026-12-21, until: 2027-01-04}]
permissions:
  refuse: [complaints_lead]
"""

from collections.abc import Collection, Iterator, Mapping
from datetime import date
from pathlib import Path

from townclerk.config.reading import Faults, Fields, Refused, Value, day, email, read_root, refuse_word, suggest, text
from townclerk.config.routing_file import suggest_service
from townclerk.config.yaml import Node, load_yaml
from townclerk.domain.commands import WORDS
from townclerk.domain.policy import Policy
from townclerk.domain.roster import ADMIN, Leave, Officer, Roster

LEAD = "complaints_lead"


def load_staff(path: Path, policy: Policy | None = None, services: Collection[str] | None = None) -> Roster:
    """The roster in the file at *path*. Raises FilesRefused with all that is wrong in it.

    Roles are checked against *policy* and services against *services*; None: they are not known, and anything will do."""
    return read_root(load_yaml(path), Faults(), lambda root: _staff_file(root, policy, services))


def read_staff(node: Node, policy: Policy | None = None, services: Collection[str] | None = None) -> Roster:
    """The roster of a `staff:` group that stands in another file, as a scenario's does. Raises FilesRefused."""
    return read_root(node, Faults(), lambda root: Roster(_staff(root, policy, services)))


def staff_of(root: Value) -> Roster:
    """The roster of a tree, which names whatever roles and services it likes. Faults are noted in *root*."""
    return _staff_file(root, None, None)


def _staff_file(root: Value, policy: Policy | None, services: Collection[str] | None) -> Roster:
    with root.fields() as f:
        officers = f.required("staff", lambda value: _staff(value, policy, services), ())
        permissions = f.optional("permissions", lambda value: permissions_of(value, policy), {})
    return Roster(officers, permissions)


def permissions_of(value: Value, policy: Policy | None) -> Mapping[str, frozenset[str]]:
    """The roles that may use a word, of each word that not everybody may."""
    known = _roles(policy)
    found: dict[str, frozenset[str]] = {}
    for word, entry in value.entries():
        if word not in WORDS:
            entry.fault(f"#{word} is not a word that officers can write", suggest(word, WORDS))
        may = entry.attempt(lambda each: frozenset(each.each(lambda one: _known(one, known))), frozenset())
        if not may and not entry.faults.found:
            entry.fault(f"nobody could write #{word}", "name the roles that may, or take the line out: then everybody may")
        found[word] = may
    return found


def _roles(policy: Policy | None) -> frozenset[str] | None:
    return frozenset({*policy.roles, *policy.roles.values(), ADMIN}) if policy else None


def _staff(value: Value, policy: Policy | None, services: Collection[str] | None) -> tuple[Officer, ...]:
    roles = _roles(policy)
    taken: dict[str, str] = {}  # address -> key of its officer
    people = frozenset(key for key, _ in value.entries())

    def read(key: str, entry: Value) -> Officer:
        with entry.fields() as f:
            officer = Officer(
                key=key,
                name=" ".join(f.text("name").split()),
                email=f.required("email", email, "-"),
                roles=frozenset(f.optional("roles", lambda each: each.each(lambda one: _known(one, roles)), ())),
                services=frozenset(f.optional("services", lambda each: each.each(lambda one: _service(one, services)), ())),
                aliases=f.optional("aliases", lambda each: each.each(email), ()),
                phone=f.optional("phone", text, None),
                deputies=f.optional("deputy", lambda each: each.each(lambda one: _colleague(one, key, people)), ()),
                leave=f.optional("leave", lambda each: each.each(_leave), ()),
                left=f.optional("left", day, None),
                mailbox_of=f.optional("mailbox_of", lambda each: each.each(lambda one: _colleague(one, key, people)), ()),
            )
            _note_taken(officer, taken, f)
            _note_impossible(officer, f)
        return officer

    officers = tuple(value.named(read).values())
    _note_circles(officers, value)
    _note_nested_mailboxes(officers, value)
    if policy is not None:
        _note_nobody_leads(officers, policy.own_role(LEAD), value)
    return officers


def _service(value: Value, services: Collection[str] | None) -> str:
    written = text(value)
    if services is not None and written not in services:
        raise Refused(f'"{written}" is no service of this council', suggest_service(written, sorted(services)))
    return written


def _known(value: Value, known: Collection[str] | None) -> str:
    written = text(value)
    if known is not None and written not in known:
        refuse_word(written, sorted(known))
    return written


def _colleague(value: Value, key: str, people: Collection[str]) -> str:
    """Somebody else on the roster."""
    written = text(value)
    others = [each for each in people if each != key]
    if written == key:
        raise Refused(f"{key} cannot be this for themselves", f"name a colleague: {', '.join(sorted(others))}")
    if not people:  # a schema is being drawn, and nobody is there
        return written
    if written not in people:
        raise Refused(f'"{written}" is nobody in this file', suggest(written, sorted(others)))
    return written


def _leave(value: Value) -> Leave:
    with value.fields() as f:
        first, last = f.required("from", day, date.min), f.required("until", day, date.max)
        if last < first:
            f.fault("until", f"the leave would end before it begins, on {first}", "write the last day away, not before `from`")
    return Leave(first, last)


def _note_taken(officer: Officer, taken: dict[str, str], f: Fields) -> None:
    """An address belongs to one officer: a mail from it must say who wrote."""
    for address in sorted(officer.addresses - {"-"}):
        if address in taken:
            key = "email" if address == officer.email.lower() else "aliases"
            expected = "give each an address of their own; several people share one as an entry of its own, with mailbox_of"
            f.fault(key, f"the address belongs to {taken[address]} already", expected)
        taken.setdefault(address, officer.key)


def _note_impossible(officer: Officer, f: Fields) -> None:
    late = next((leave for leave in officer.leave if officer.left is not None and leave.first > officer.left), None)
    if late is not None:
        expected = f"take it out, or write a later day under `left` ({officer.left})"
        f.fault("leave", f"a leave begins on {late.first}, after their last day", expected)
    if officer.mailbox_of and officer.leave:
        f.fault("leave", "a shared address is never away", "write the leave of each of its people")


def _place(value: Value, key: str, setting: str) -> Value:
    """Where *setting* of the officer *key* stands, or the officer."""
    entry = dict(value.entries())[key]
    return dict(entry.entries()).get(setting, entry)


def _note_circles(officers: tuple[Officer, ...], value: Value) -> None:
    """Deputies who are only each other's leave nobody, once they are all away."""
    deputies = {officer.key: officer.deputies for officer in officers}
    told: set[str] = set()
    for key in deputies:
        reached = frozenset(_reached(key, deputies))
        if key in reached and key not in told and all(deputies.get(each) for each in reached):
            told |= reached
            names = ", ".join(each for each in deputies if each in reached)
            expected = "add somebody who is outside the circle, the complaints lead for instance"
            _place(value, key, "deputy").fault(f"a circle of deputies, and nobody else: {names}", expected)


def _reached(key: str, deputies: Mapping[str, tuple[str, ...]]) -> Iterator[str]:
    found: set[str] = set()
    queue = list(deputies[key])
    while queue:
        one = queue.pop()
        if one not in found:
            found.add(one)
            queue += deputies.get(one, ())
            yield one


def _note_nested_mailboxes(officers: tuple[Officer, ...], value: Value) -> None:
    shared = {officer.key for officer in officers if officer.mailbox_of}
    for officer in officers:
        nested = sorted(shared.intersection(officer.mailbox_of))
        if nested:
            message, expected = f"{nested[0]} is a shared address itself", "name the people who read it"
            _place(value, officer.key, "mailbox_of").fault(message, expected)


def _note_nobody_leads(officers: tuple[Officer, ...], lead: str, value: Value) -> None:
    leads = [officer for officer in officers if {lead, LEAD} & officer.roles]
    if not leads:
        value.fault(f"nobody has the role {lead}", f"write roles: [{lead}] for one of them")
    elif all(officer.left is not None for officer in leads):
        last = max(leads, key=lambda officer: officer.left or date.min)
        expected = f"write roles: [{lead}] for whoever follows {last.name}"
        _place(value, last.key, "left").fault(f"nobody would have the role {lead} after {last.left}", expected)
