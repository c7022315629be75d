"""routing.yaml: the rules by which a mail gets its category, service, alerts, suspected exclusions and signals.

    - name: Thanks, and nothing else
      gives: compliment
      anywhere: [compliment, "thank* to the"]     # plain words; * is any ending
      also: [crew, driver, staff]
      unless: [complain*, {pattern: "not (good|nice)"}]

A rule holds where anything under subject, text (the sender's own words), anywhere (both) or sender is found, where anything
under also is found besides, if it is written, and nothing under unless (both looked for in subject and text).

    shared: [categories, signals]     # rules/shared/categories.yaml and signals.yaml: further rules, tried after those here

    forms:
      - name: The feedback form
        why: our website sends what people fill in from this address
        sender: [forms@council.example]
        fields: {name: Your name, email: Email address, text: [Your complaint, Details], other: [Submitted on]}

A form is a web form whose notifications come by mail. It holds like a rule, and its fields are the labels in that mail.

Files that councils share hold the same groups of rules, and nothing else. They are never merged with anything: a shared file of
a council's own stands in place of the shipped one of its name.
"""

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from pathlib import Path

from townclerk.config.errors import FilesRefused
from townclerk.config.patterns import check_phrase, compile_pattern, compile_phrases, compile_sender
from townclerk.config.reading import Faults, Fields, Refused, Value, read_root, refuse_word, suggest, text, word_of
from townclerk.config.shipped import find_shipped, shipped_files
from townclerk.config.yaml import Node, Scalar, load_yaml
from townclerk.domain.forms import FIELDS as FORM_FIELDS
from townclerk.domain.forms import FormLabels
from townclerk.domain.routing import Condition, Form, Pattern, Routing, Rule, Signal
from townclerk.domain.words import Alert, Category

FIELDS = ("subject", "text", "anywhere", "sender")
SHARED_NAME = re.compile(r"[a-z][a-z0-9_-]*")


SharedFile = Callable[[str], Node]
"""The tree of the shared file of that name. Raises Refused where there is none, and FilesRefused where it is no YAML."""


def load_routing(
    path: Path,
    *,
    rules: Path | None = None,
    categories: Collection[str] = tuple(Category),
    exclusions: Collection[str] | None = None,
) -> Routing:
    """The rules in the file at *path*, with those of the shared files that it names. Raises FilesRefused with all that is wrong
    in any of them.

    *rules* is a folder whose shared files win over the shipped ones. *categories* and *exclusions* are those that the policy
    knows; None: any exclusion will do."""

    def shared(name: str) -> Node:
        return load_yaml(_find_shared(name, rules))

    return read_routing(load_yaml(path), shared=shared, categories=categories, exclusions=exclusions)


def _find_shared(name: str, rules: Path | None) -> Path:
    found = find_shipped("rules", f"shared/{name}.yaml", rules) if SHARED_NAME.fullmatch(name) else None
    if found is None:
        known = [path.stem for path in shipped_files("rules", "shared/*.yaml", rules)]
        raise Refused(f"there is no shared/{name}.yaml in the rules folders", suggest(name, known))
    return found


def _nothing_shared(name: str) -> Node:
    raise Refused(f"there is no shared/{name}.yaml here", "write its rules into this file")


def read_routing(
    tree: Node,
    *,
    shared: SharedFile = _nothing_shared,
    categories: Collection[str] = tuple(Category),
    exclusions: Collection[str] | None = None,
) -> Routing:
    """The rules of a tree; see `load_routing`. Raises FilesRefused."""
    known = _Vocabulary([str(each) for each in categories], exclusions)
    return read_root(tree, Faults(), lambda root: _routing(root, shared, known))


def routing_of(root: Value) -> Routing:
    """The rules of a tree, which names whatever services and exclusions it likes. Faults are noted in *root*."""
    return _routing(root, _nothing_shared, _Vocabulary([each.value for each in Category], None))


def shared_of(root: Value) -> object:
    """The rules of a tree that other files name. Faults are noted in *root*."""
    return _shared_file(root, _Vocabulary([each.value for each in Category], None))


@dataclass(slots=True)
class _Vocabulary:
    """The words that rules may give, and the names that rules have so far, over all the files of a council."""

    categories: Collection[str]
    exclusions: Collection[str] | None
    services: Collection[str] | None = None  # None: the file does not say, which is a fault already
    names: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class _Rules:
    """The groups of rules of one file."""

    categories: tuple[Rule, ...] = ()
    services: tuple[Rule, ...] = ()
    alerts: tuple[Rule, ...] = ()
    exclusions: tuple[Rule, ...] = ()
    signals: tuple[Rule, ...] = ()


def _routing(root: Value, shared: SharedFile, known: _Vocabulary) -> Routing:
    with root.fields() as f:
        services = f.required("service_names", lambda value: value.each(text), ())
        known.services = services or None
        files = (_groups(f, known), *f.optional("shared", lambda value: _shared_files(value, shared, known), ()))
        return Routing(
            categories=tuple(rule for each in files for rule in each.categories),
            services=tuple(rule for each in files for rule in each.services),
            alerts=tuple(rule for each in files for rule in each.alerts),
            exclusions=tuple(rule for each in files for rule in each.exclusions),
            signals=tuple(rule for each in files for rule in each.signals),
            otherwise_category=f.optional("otherwise_category", word_of(Category), Category.COMPLAINT),
            otherwise_service=f.optional("otherwise_service", lambda value: _known(value, known.services), "other"),
            service_names=services,
            forms=f.optional("forms", lambda value: value.each(lambda form: _form(form, known.names)), ()),
        )


def _shared_files(value: Value, shared: SharedFile, known: _Vocabulary) -> tuple[_Rules, ...]:
    """The rules of each shared file that *value* names. Their faults stand in their own files."""
    named: set[str] = set()

    def read(item: Value) -> _Rules:
        name = text(item)
        if name in named:
            raise Refused(f'"{name}" is named twice', "name it once: its rules are tried in this order")
        named.add(name)
        try:
            tree = shared(name)
        except FilesRefused as refused:
            item.faults.found.extend(refused.faults)
            return _Rules()
        return Value(tree, "", item.faults).attempt(lambda root: _shared_file(root, known), _Rules())

    return value.each(read)


def _shared_file(root: Value, known: _Vocabulary) -> _Rules:
    with root.fields() as f:
        return _groups(f, known)


def _groups(f: Fields, known: _Vocabulary) -> _Rules:
    def rules(key: str, gives: Collection[str] | None) -> tuple[Rule, ...]:
        return f.optional(key, lambda value: value.each(lambda rule: _rule(rule, gives, known.names)), ())

    return _Rules(
        categories=rules("categories", known.categories),
        services=rules("services", known.services),
        alerts=rules("alerts", list(Alert)),
        exclusions=rules("exclusions", known.exclusions),
        signals=rules("signals", Signal.ALL),
    )


def _known(value: Value, known: Collection[str] | None) -> str:
    written = text(value)
    if known is not None and written not in known:
        refuse_word(written, known)
    return written


def _rule(value: Value, known: Collection[str] | None, names: set[str]) -> Rule:
    with value.fields() as f:
        name = f.text("name")
        if name in names:
            f.fault("name", f'another rule is called "{name}"', "give it a name of its own: the journal shows it")
        names.add(name)
        return Rule(name, f.required("gives", lambda each: _known(each, known), "-"), _condition(f))


def _form(value: Value, names: set[str]) -> Form:
    with value.fields() as f:
        name = f.text("name")
        if name in names:
            f.fault("name", f'another rule is called "{name}"', "give it a name of its own: the journal shows it")
        names.add(name)
        labels = f.required("fields", _form_labels, FormLabels({}))
        return Form(name, _condition(f), labels, f.optional("why", text, ""))


def _form_labels(value: Value) -> FormLabels:
    with value.fields() as f:
        fields = {key: found for key in FORM_FIELDS if (found := f.optional(key, _labels, ()))}
        if "text" not in fields:
            f.fault("text", "is missing: what the person wrote", "write the label that stands before it in the form's mail")
        if not {"name", "email", "phone", "address"} & fields.keys():
            f.fault("email", "nothing says who the person is", "write the label of one of name, email, phone, address")
        return FormLabels(fields, f.optional("other", _labels, ()))


def _labels(value: Value) -> tuple[str, ...]:
    """One label, or a list of those that may stand there."""
    return tuple(found for item in _listed(value) for found in item.attempt(lambda each: (text(each),), ()))


def _condition(f: Fields) -> Condition:
    if not any(f.has(key) for key in FIELDS):
        f.fault("name", "the rule looks for nothing", f"write words under one of {', '.join(FIELDS)}")
    return Condition(
        subject=f.optional("subject", _patterns, ()),
        text=f.optional("text", _patterns, ()),
        anywhere=f.optional("anywhere", _patterns, ()),
        sender=f.optional("sender", _senders, ()),
        also=f.optional("also", _patterns, ()),
        unless=f.optional("unless", _patterns, ()),
    )


def _patterns(value: Value) -> tuple[Pattern, ...]:
    """The plain words of a list as one pattern, and each regular expression in it."""
    phrases: list[str] = []
    patterns: list[Pattern] = []
    for item in _listed(value):
        if isinstance(item.node, Scalar):
            phrases.extend(item.attempt(lambda each: (check_phrase(text(each)),), ()))
        else:
            patterns.extend(item.attempt(lambda each: (_pattern(each),), ()))
    return (compile_phrases(phrases), *patterns) if phrases else tuple(patterns)


def _listed(value: Value) -> tuple[Value, ...]:
    """The items of a list; a single phrase may stand without brackets."""
    found = (value,) if isinstance(value.node, Scalar) else value.items()
    if not found:
        raise Refused("the list is empty", "write words, or take the line out")
    return found


def _pattern(value: Value) -> Pattern:
    with value.fields() as f:
        return f.required("pattern", lambda each: compile_pattern(text(each)), _NEVER)


def _senders(value: Value) -> tuple[Pattern, ...]:
    return tuple(found for item in _listed(value) for found in item.attempt(lambda each: (compile_sender(text(each)),), ()))


class _Never:
    """The stand-in of a pattern that was refused."""

    def search(self, text: str) -> object | None:  # noqa: ARG002 - it looks for nothing
        return None


_NEVER: Pattern = _Never()
