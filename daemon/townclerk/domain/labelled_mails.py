"""Mails of which a person has said what they are, and how well the rules of a council tell it."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from townclerk.domain.council import Council
from townclerk.domain.mail import IncomingMail
from townclerk.domain.routing import Context, Place, Route, route

OneOf = tuple[str, ...]
"""Any of these is right; an empty one asks for nothing."""


@dataclass(frozen=True, slots=True)
class LabelledMail:
    """A mail, and what a clerk would make of it. It counts for `councils` only; none named: for all."""

    id: str
    mail: IncomingMail
    context: Context
    place: Place
    category: OneOf = ()
    service: OneOf = ()
    alerts: tuple[OneOf, ...] = ()
    alerts_too: frozenset[str] = frozenset()  # those that nobody would call false
    exclusions: tuple[OneOf, ...] = ()
    exclusions_too: frozenset[str] = frozenset()
    councils: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Routed:
    """What the rules of one council made of a labelled mail. What that council has not is not asked for."""

    labelled: LabelledMail
    route: Route
    service: OneOf
    alerts: tuple[OneOf, ...]
    exclusions: tuple[OneOf, ...]

    @property
    def category_right(self) -> bool:
        return not self.labelled.category or self.route.category in self.labelled.category

    @property
    def service_right(self) -> bool:
        return not self.service or self.route.service in self.service

    @property
    def missed_alerts(self) -> tuple[str, ...]:
        return _missed(self.alerts, self.route.alerts)

    @property
    def false_alerts(self) -> tuple[str, ...]:
        return _false(self.labelled.alerts, self.labelled.alerts_too, self.route.alerts)

    @property
    def missed_exclusions(self) -> tuple[str, ...]:
        return _missed(self.exclusions, self.route.exclusions)

    @property
    def false_exclusions(self) -> tuple[str, ...]:
        return _false(self.labelled.exclusions, self.labelled.exclusions_too, self.route.exclusions)

    @property
    def wrong(self) -> bool:
        """Whether anything in it is not as the clerk would have it."""
        told = (self.missed_alerts, self.false_alerts, self.missed_exclusions, self.false_exclusions)
        return not (self.category_right and self.service_right) or any(told)


def _missed(wanted: Iterable[OneOf], got: Iterable[str]) -> tuple[str, ...]:
    had = frozenset(got)
    return tuple(" or ".join(each) for each in wanted if each and not had & frozenset(each))


def _false(wanted: Iterable[OneOf], allowed: frozenset[str], got: Iterable[str]) -> tuple[str, ...]:
    right = allowed.union(*wanted)
    return tuple(each for each in got if each not in right)


@dataclass(frozen=True, slots=True)
class Precision:
    """Of one service: how many mails it should have got, how many it did, and how many of those were its own."""

    expected: int = 0
    got: int = 0
    right: int = 0


@dataclass(frozen=True, slots=True)
class Measure:
    """How well the rules of a council route labelled mails. `confusion` counts (what it is, what the rules say) categories."""

    routed: tuple[Routed, ...]
    confusion: Mapping[tuple[str, str], int] = field(default_factory=dict)
    services: Mapping[str, Precision] = field(default_factory=dict)

    @property
    def asked(self) -> int:
        """How many mails have a category to be told."""
        return sum(self.confusion.values())

    @property
    def right(self) -> int:
        return sum(many for (expected, got), many in self.confusion.items() if expected == got)

    @property
    def percent(self) -> float:
        """Of the categories. No mail that asks: none is wrong."""
        return 100 * self.right / self.asked if self.asked else 100.0

    @property
    def missed(self) -> tuple[Routed, ...]:
        """The mails of which somebody should have been alerted, and was not."""
        return tuple(each for each in self.routed if each.missed_alerts)

    @property
    def wrong(self) -> tuple[Routed, ...]:
        return tuple(each for each in self.routed if each.wrong)


def measure(mails: Iterable[LabelledMail], council: Council) -> Measure:
    """Route those of *mails* that count for *council*, and compare."""
    here = tuple(_routed(each, council) for each in mails if not each.councils or council.policy.id in each.councils)
    return Measure(here, _confusion(here), _services(here))


def _routed(labelled: LabelledMail, council: Council) -> Routed:
    return Routed(
        labelled,
        route(labelled.mail, council.routing, context=labelled.context),
        _known(labelled.service, council.routing.services),
        tuple(_known(each, council.policy.alerts) for each in labelled.alerts),
        tuple(_known(each, council.policy.exclusions) for each in labelled.exclusions),
    )


def _known(named: OneOf, here: Iterable[str]) -> OneOf:
    """Those of *named* that the council has."""
    known = frozenset(str(each) for each in here)
    return tuple(each for each in named if each in known)


def _confusion(routed: Iterable[Routed]) -> Mapping[tuple[str, str], int]:
    return Counter(
        (_expected(each.labelled.category, each.route.category), str(each.route.category))
        for each in routed
        if each.labelled.category
    )


def _services(routed: Iterable[Routed]) -> Mapping[str, Precision]:
    pairs = Counter((_expected(each.service, each.route.service), each.route.service) for each in routed if each.service)
    return {
        name: Precision(
            expected=sum(many for (expected, _), many in pairs.items() if expected == name),
            got=sum(many for (_, got), many in pairs.items() if got == name),
            right=pairs[name, name],
        )
        for name in sorted({name for pair in pairs for name in pair})
    }


def _expected(right: OneOf, got: str) -> str:
    """Where several are right, the one that was got, else the first."""
    return str(got) if got in right else right[0]
