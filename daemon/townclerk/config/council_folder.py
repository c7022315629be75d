"""A council's folder: its policy, rules and staff, read together, so that one run shows every fault of all of them."""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TypeVar

from townclerk.config.calendar_days import build_calendar, build_calendars_of_law, years_around
from townclerk.config.errors import Fault, FilesRefused
from townclerk.config.policy_file import load_policy
from townclerk.config.reading import Faults, read_root, suggest
from townclerk.config.roster_file import load_staff, permissions_of, read_staff
from townclerk.config.routing_file import load_routing
from townclerk.config.shipped import Own, file_to_load, shipped_councils, shipped_files
from townclerk.config.yaml import Node, node_of
from townclerk.domain.addressing import untagged
from townclerk.domain.council import Council
from townclerk.domain.policy import Policy
from townclerk.domain.roster import ADMIN, Roster
from townclerk.domain.routing import Routing
from townclerk.domain.words import NOBODYS

NAME = re.compile(r"[a-z][a-z0-9-]*")  # of a council's folder
T = TypeVar("T")


def load_council(
    council_id: str,
    *,
    rules: Own = None,
    staff: Path | None = None,
    today: date,
    replaced: Mapping[str, object] | None = None,
    staff_override: Node | Mapping[str, object] | None = None,
) -> Council:
    """Everything about a council. Raises FilesRefused with the faults of all its files.

    *rules* is a folder that wins over the shipped ones, or several; *staff* the roster's file, else the council's own
    staff.yaml. *replaced*: values of the policy, by dotted path. *staff_override*: a roster in place of any file.
    The calendar reaches from three years before *today* to ten after it.
    """
    _refuse_unknown(council_id, rules)
    found: list[Fault] = []
    policy = _attempt(found, lambda: _policy(council_id, rules, replaced))
    routing = _attempt(found, lambda: _routing(council_id, rules, policy))
    services = routing.services if routing else None
    roster = _attempt(found, lambda: _roster(council_id, rules, staff, staff_override, policy, services))
    if routing is not None and roster is not None and staff_override is None and _names_officers(routing):
        routing = _attempt(found, lambda: _routing(council_id, rules, policy, roster))
    if policy is None or routing is None or roster is None:
        raise FilesRefused(found)
    _refuse_own_mailbox(policy, roster)
    years = years_around(today)
    law = build_calendars_of_law(policy.calendar, years)
    return Council(policy, build_calendar(policy.calendar, years), roster, routing, law)


def load_as_far_as_it_goes(
    council_id: str, *, rules: Own = None, staff: Path | None = None, today: date
) -> tuple[Council, tuple[Fault, ...]]:
    """A council to look at what is kept with, and what is wrong with its files: rules that do not load are none, and a roster
    that does not is nobody. Raises FilesRefused where the policy itself does not load."""
    try:
        return load_council(council_id, rules=rules, staff=staff, today=today), ()
    except FilesRefused as refused:
        faults = refused.faults
    policy, ignored = _policy(council_id, rules, None), list[Fault]()
    routing = _attempt(ignored, lambda: _routing(council_id, rules, policy))
    services = routing.services if routing else None
    roster = _attempt(ignored, lambda: _roster(council_id, rules, staff, None, policy, services))
    calendar = build_calendar(policy.calendar, years_around(today))
    return Council(policy, calendar, roster or Roster(()), routing or Routing()), faults


def unread_files(council: Council, rules: Own) -> tuple[Fault, ...]:
    """What lies in the first folder of *rules* as if it counted for *council*, and does not: a file that nothing includes,
    that is called otherwise than files of rules are, or whose folder is no council's."""
    folder = rules[0] if isinstance(rules, tuple) else rules
    if folder is None:
        return ()
    read = {Path(each).resolve() for each in council.routing.files}
    known = (*shipped_councils(rules), council.policy.id, "shared")
    found: list[Fault] = []
    for path in sorted(each for pattern in ("*", "*/*") for each in folder.glob(pattern)):
        place = path.relative_to(folder)
        if path.suffix not in {".yaml", ".yml"} or not path.is_file():
            continue
        if len(place.parts) == 1:
            found.append(_unread(path, f"it belongs into a folder: {council.policy.id}/{path.name}"))
        elif place.parts[0] not in known:
            found.append(_unread(path, f"{place.parts[0]} is no council; {suggest(place.parts[0], known)}"))
        elif path.suffix == ".yml":
            found.append(_unread(path, f"call it {path.stem}.yaml"))
        elif place.parts[0] == council.policy.id and path.name not in _OTHERS and path.resolve() not in read:
            found.append(_unread(path, f"write {path.stem} under include: in routing.yaml"))
    return tuple(found)


_OTHERS = frozenset({"policy.yaml", "staff.yaml", "promises.yaml", "routing.yaml"})  # that are read by their name


def _unread(path: Path, expected: str) -> Fault:
    return Fault(str(path), 0, 0, "", "nothing reads it, so none of it counts", expected)


def with_staff(council: Council, staff: Node | Mapping[str, object]) -> Council:
    """*council* with another roster, without its files being read again. Raises FilesRefused."""
    roster = read_staff(node_of(staff, "staff"), council.policy, council.routing.services)
    _refuse_own_mailbox(council.policy, roster)
    _refuse_unknown_officers(council.routing, roster)
    return replace(council, roster=roster)


def _refuse_unknown_officers(routing: Routing, roster: Roster) -> None:
    """Raises FilesRefused where a rule gives a case to somebody whom *roster* does not have."""
    keys = [officer.key for officer in roster.officers]
    unknown = [
        Fault(
            rule.place.file,
            rule.place.line,
            0,
            f"rules.{rule.id}",
            f'it gives the case to "{rule.then.officer}", who is not under staff: of the story',
            f"add {rule.then.officer} there; {suggest(rule.then.officer, keys)}",
        )
        for rule in routing.rules
        if rule.then.officer is not None and rule.then.officer not in keys
    ]
    if unknown:
        raise FilesRefused(unknown)


def with_permissions(council: Council, permissions: Node) -> Council:
    """*council* where some words are only some roles'. Raises FilesRefused."""
    found = read_root(permissions, Faults(), lambda value: permissions_of(value, council.policy))
    return replace(council, roster=replace(council.roster, permissions=found))


def _refuse_own_mailbox(policy: Policy, roster: Roster) -> None:
    """Raises FilesRefused where an officer's address is the mailbox itself: their letters would come back."""
    mailbox = policy.contact.mailbox.lower()
    theirs = (officer for officer in roster.officers if mailbox in {*officer.addresses, *map(untagged, officer.addresses)})
    if (officer := next(theirs, None)) is not None:
        message = f"{officer.key} has the address of the mailbox that townclerk watches"
        raise FilesRefused([Fault("staff", 0, 0, officer.key, message, "give them an address of their own")])


def _refuse_unknown(council_id: str, rules: Own) -> None:
    """Raises FilesRefused where no folder of rules has anything of that council."""
    known = shipped_councils(rules)
    if council_id not in known and not (NAME.fullmatch(council_id) and shipped_files("rules", f"{council_id}/*.yaml", rules)):
        fault = Fault(council_id, 0, 0, "", "no folder of rules has a council of that name", suggest(council_id, known))
        raise FilesRefused([fault])


def _attempt(found: list[Fault], read: Callable[[], T]) -> T | None:
    try:
        return read()
    except FilesRefused as refused:
        found.extend(refused.faults)
        return None


def _policy(council_id: str, rules: Own, replaced: Mapping[str, object] | None) -> Policy:
    path = _file(council_id, "policy.yaml", rules)
    return load_policy(path, folder=council_id, replaced=replaced)


def _routing(council_id: str, rules: Own, policy: Policy | None, roster: Roster | None = None) -> Routing:
    """The rules in force; those whom they assign to or tell are checked where the *roster* is known."""
    path = _file(council_id, "routing.yaml", rules)
    if policy is None:
        return load_routing(path, rules=rules)
    return load_routing(
        path,
        rules=rules,
        categories=tuple(dict.fromkeys((*policy.categories, *sorted(NOBODYS)))),
        exclusions=policy.exclusions,
        roles=tuple(dict.fromkeys((*policy.roles, *policy.roles.values(), ADMIN))),
        officers=tuple(officer.key for officer in roster.officers) if roster is not None else None,
        teams=tuple(officer.key for officer in roster.officers if officer.mailbox_of) if roster is not None else None,
    )


def _names_officers(routing: Routing) -> bool:
    return any(rule.then.officer is not None or rule.then.tells for rule in routing.rules)


def _roster(
    council_id: str,
    rules: Own,
    staff: Path | None,
    override: Node | Mapping[str, object] | None,
    policy: Policy | None,
    services: tuple[str, ...] | None,
) -> Roster:
    if override is not None:
        return read_staff(node_of(override, "staff"), policy, services)
    return load_staff(staff or _file(council_id, "staff.yaml", rules), policy, services)


def _file(council_id: str, name: str, rules: Own) -> Path:
    """The file in force. Raises FilesRefused where there is none."""
    found = file_to_load("rules", f"{council_id}/{name}", rules) if NAME.fullmatch(council_id) else None
    if found is None:
        councils = shipped_councils(rules)
        expected = suggest(council_id, councils) if council_id not in councils else f"write {council_id}/{name}"
        raise FilesRefused([Fault(f"{council_id}/{name}", 0, 0, "", "there is no such file in the rules folders", expected)])
    return found
