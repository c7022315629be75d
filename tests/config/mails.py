"""Tables of mails as residents write them, and what a council's rules make of them."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from ruamel.yaml import YAML

from townclerk.config.roster_file import load_staff
from townclerk.config.routing_file import load_routing
from townclerk.config.shipped import find_shipped
from townclerk.domain.mail import Address, IncomingMail
from townclerk.domain.roster import Roster
from townclerk.domain.routing import Route, Routing, route


@dataclass(frozen=True)
class Mail:
    """A mail of a table: `kind` is category/service."""

    kind: str
    subject: str
    text: str
    sender: str
    alerts: frozenset[str]
    exclusions: frozenset[str]


@cache
def routing_of(council: str) -> Routing:
    path = find_shipped("rules", f"{council}/routing.yaml")
    assert path is not None
    return load_routing(path)


@cache
def officers_of(council: str) -> Roster:
    """Those of the example roster."""
    path = find_shipped("rules", f"{council}/staff.yaml")
    assert path is not None
    return load_staff(path, services=routing_of(council).services)


def read(council: str, subject: str, text: str, sender: str = "ann@example.org") -> Route:
    return route(IncomingMail(Address("", sender), subject, text, text), routing_of(council))


def table(council: str) -> list[Mail]:
    """Those of the file mails_to_COUNCIL.yaml."""
    path = Path(__file__).with_name(f"mails_to_{council.replace('-', '_')}.yaml")
    return [
        Mail(
            kind=each["is"],
            subject=each["subject"],
            text=each["text"],
            sender=each.get("from", "ann@example.org"),
            alerts=frozenset(each.get("alerts", ())),
            exclusions=frozenset(each.get("exclusions", ())),
        )
        for each in YAML(typ="safe", pure=True).load(path)
    ]


def what_people_say(key: str) -> list[tuple[str, str]]:
    """Signal and text of the file what_people_say.yaml: those that give the signal ("said"), or must not ("not_said")."""
    found = YAML(typ="safe", pure=True).load(Path(__file__).with_name("what_people_say.yaml"))
    return [(signal, text) for signal, each in found.items() for text in each[key]]
