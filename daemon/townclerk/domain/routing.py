"""Routing rules: what a mail is about, who deals with it, and what must be noticed in it."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from townclerk.domain.forms import FormLabels
from townclerk.domain.mail import IncomingMail
from townclerk.domain.words import Alert, Category


class Pattern(Protocol):
    """A compiled pattern of a linear-time engine: a rule can never hang the daemon."""

    def search(self, text: str) -> object | None: ...


@dataclass(frozen=True, slots=True)
class Condition:
    """True where any of the patterns is found in its field, one of `also` too where there are any, and none of `unless`.
    Patterns ignore case."""

    subject: tuple[Pattern, ...] = ()
    text: tuple[Pattern, ...] = ()  # in the sender's own words
    anywhere: tuple[Pattern, ...] = ()  # the subject, or the sender's own words
    sender: tuple[Pattern, ...] = ()  # their address
    also: tuple[Pattern, ...] = ()  # the subject, or the sender's own words
    unless: tuple[Pattern, ...] = ()  # the subject, or the sender's own words

    def holds(self, subject: str, text: str, sender: str) -> bool:
        found = (
            _any(self.subject, (subject,))
            or _any(self.text, (text,))
            or _any(self.anywhere, (subject, text))
            or _any(self.sender, (sender,))
        )
        return found and (not self.also or _any(self.also, (subject, text))) and not _any(self.unless, (subject, text))


def _any(patterns: Iterable[Pattern], fields: tuple[str, ...]) -> bool:
    return any(pattern.search(field) is not None for pattern in patterns for field in fields)


@dataclass(frozen=True, slots=True)
class Rule:
    """`name` is what the journal and `explain` say."""

    name: str
    gives: str
    when: Condition


@dataclass(frozen=True, slots=True)
class Form:
    """A web form that comes by mail: by what it is known, and where each value stands. `why` says what it is."""

    name: str
    when: Condition
    labels: FormLabels
    why: str = ""


@dataclass(frozen=True, slots=True)
class Routing:
    """The rules of a council, in the order of the file: of categories and services the first that holds wins; every alert
    and exclusion that holds counts. `signals` are phrases with a meaning in a conversation: see `Signal`."""

    categories: tuple[Rule, ...] = ()
    services: tuple[Rule, ...] = ()
    alerts: tuple[Rule, ...] = ()
    exclusions: tuple[Rule, ...] = ()
    signals: tuple[Rule, ...] = ()
    otherwise_category: Category = Category.COMPLAINT
    otherwise_service: str = "other"
    service_names: tuple[str, ...] = ()  # every service of this council, whether a rule gives it or only an officer does
    forms: tuple[Form, ...] = ()


class Signal:
    """What the sender says beside the matter itself: the names that `signals` in a routing file may give. The rules look at
    words; whether a signal counts is the business of whoever asks for it: "yes" agrees only where something was proposed."""

    # of an answer to one of our letters
    REVIEW_REQUEST = "review_request"
    DISSATISFIED = "dissatisfied"
    AGREES = "agrees"  # to what was proposed, without a condition
    DISAGREES = "disagrees"
    WITHDRAWS = "withdraws"
    THANKS = "thanks"
    NEW_MATTER = "new_matter"
    COPY_WANTED = "copy_wanted"  # a councillor is to be kept informed
    STOP_COPYING = "stop_copying"

    # of the one who writes
    ANONYMOUS = "anonymous"  # does not want to give a name
    REPRESENTATIVE = "representative"  # writes for somebody else
    MENTIONS_NEED = "mentions_need"  # a disability or vulnerability, of whomever it is: an adjustment may be needed

    # of the matter
    SERIOUS = "serious"  # of life and limb, abuse or crime
    CONCERN = "concern"  # speaks of a concern, in that word
    FLUENCY = "fluency"  # how well an officer speaks English
    LONG_AGO = "long_ago"  # more than a year back, by the sender's own words

    ALL = (
        REVIEW_REQUEST,
        DISSATISFIED,
        AGREES,
        DISAGREES,
        WITHDRAWS,
        THANKS,
        NEW_MATTER,
        COPY_WANTED,
        STOP_COPYING,
        ANONYMOUS,
        REPRESENTATIVE,
        MENTIONS_NEED,
        SERIOUS,
        CONCERN,
        FLUENCY,
        LONG_AGO,
    )


@dataclass(frozen=True, slots=True)
class Route:
    """What the rules say of one mail, and the names of the rules that said it."""

    category: Category
    service: str
    alerts: tuple[Alert, ...] = ()
    exclusions: tuple[str, ...] = ()
    signals: frozenset[str] = frozenset()
    doubtful: bool = False  # no rule of the categories holds
    because: tuple[str, ...] = ()


def form_of(mail: IncomingMail, routing: Routing) -> Form | None:
    """The form of which *mail* is the notification, or None: it is of none."""
    sender = mail.sender.key if mail.sender else ""
    return next((form for form in routing.forms if form.when.holds(mail.subject, mail.own_text or mail.text, sender)), None)


def route(mail: IncomingMail, routing: Routing, opens: bool = True) -> Route:
    """What the rules make of a mail: of the sender's own words. What they quote counts only where it is all there is of a mail
    that *opens* a case: a pure forward. In a further mail it is our own letter."""
    subject, text, sender = mail.subject, mail.own_text or (mail.text if opens else ""), mail.sender.key if mail.sender else ""

    def holding(rules: tuple[Rule, ...]) -> list[Rule]:
        return [rule for rule in rules if rule.when.holds(subject, text, sender)]

    categories, services = holding(routing.categories)[:1], holding(routing.services)[:1]
    alerts, exclusions, signals = holding(routing.alerts), holding(routing.exclusions), holding(routing.signals)
    return Route(
        category=Category(categories[0].gives) if categories else routing.otherwise_category,
        service=services[0].gives if services else routing.otherwise_service,
        alerts=tuple(dict.fromkeys(Alert(rule.gives) for rule in alerts)),
        exclusions=tuple(dict.fromkeys(rule.gives for rule in exclusions)),
        signals=frozenset(rule.gives for rule in signals),
        doubtful=not categories,
        because=tuple(rule.name for rule in (*categories, *services, *alerts, *exclusions, *signals)),
    )
