"""routing.yaml: the rules by which a mail gets its category, service, alerts, suspected exclusions and signals.

    - name: Thanks, and nothing else
      gives: compliment
      anywhere: [compliment, "thank* to the"]     # plain words; * is any ending
      unless: [complain*, {pattern: "not (good|nice)"}]

A rule holds where anything under subject, text (the sender's own words), anywhere (both) or sender is found, and nothing
under unless (looked for in both).
"""

from collections.abc import Collection
from pathlib import Path

from townclerk.config.patterns import check_phrase, compile_pattern, compile_phrases, compile_sender
from townclerk.config.reading import Faults, Fields, Refused, Value, read_root, refuse_word, text, word_of
from townclerk.config.yaml import Node, Scalar, load_yaml
from townclerk.domain.routing import Condition, Pattern, Routing, Rule, Signal
from townclerk.domain.words import Alert, Category

FIELDS = ("subject", "text", "anywhere", "sender")


def load_routing(
    path: Path, *, categories: Collection[str] = tuple(Category), exclusions: Collection[str] | None = None
) -> Routing:
    """The rules in the file at *path*. Raises FilesRefused with all that is wrong in it.

    *categories* and *exclusions* are those that the policy knows; None: any exclusion will do."""
    return read_routing(load_yaml(path), categories=categories, exclusions=exclusions)


def read_routing(
    tree: Node, *, categories: Collection[str] = tuple(Category), exclusions: Collection[str] | None = None
) -> Routing:
    """The rules of a tree; see `load_routing`. Raises FilesRefused."""
    return read_root(tree, Faults(), lambda root: _routing(root, [str(each) for each in categories], exclusions))


def _routing(root: Value, categories: Collection[str], exclusions: Collection[str] | None) -> Routing:
    names: set[str] = set()
    with root.fields() as f:
        services = f.required("service_names", lambda value: value.each(text), ())

        def rules(key: str, known: Collection[str] | None) -> tuple[Rule, ...]:
            return f.optional(key, lambda value: value.each(lambda rule: _rule(rule, known, names)), ())

        return Routing(
            categories=rules("categories", categories),
            services=rules("services", services),
            alerts=rules("alerts", list(Alert)),
            exclusions=rules("exclusions", exclusions),
            signals=rules("signals", Signal.ALL),
            otherwise_category=f.optional("otherwise_category", word_of(Category), Category.COMPLAINT),
            otherwise_service=f.optional("otherwise_service", lambda value: _known(value, services), "other"),
            service_names=services,
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


def _condition(f: Fields) -> Condition:
    if not any(f.has(key) for key in FIELDS):
        f.fault("name", "the rule looks for nothing", f"write words under one of {', '.join(FIELDS)}")
    return Condition(
        subject=f.optional("subject", _patterns, ()),
        text=f.optional("text", _patterns, ()),
        anywhere=f.optional("anywhere", _patterns, ()),
        sender=f.optional("sender", _senders, ()),
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
