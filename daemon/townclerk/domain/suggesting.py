"""What people's corrections say of the routing rules: which rule sent mails wrong, by which words they could have been told
apart, and who is always moved to the same place. It only suggests: a person writes the rule."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from townclerk.domain.council import Council
from townclerk.domain.phrases import folded, tokens_of
from townclerk.domain.routing import Routing

LEAST = 3  # cases in which something must have been seen
OTHERWISE = "otherwise"  # stands for the rule where none gave it
SHORTEST = 3  # letters of a word that may tell mails apart
MOST_WORDS = 6
LEAST_GAP = 0.5  # how much more often a word must stand in the mails that were moved
_COMMON = frozenset(
    (
        "the",
        "and",
        "for",
        "you",
        "your",
        "our",
        "was",
        "were",
        "are",
        "has",
        "have",
        "had",
        "not",
        "but",
        "this",
        "that",
        "with",
    )
)


@dataclass(frozen=True, slots=True)
class RoutedCase:
    """A case, what the rules made of its first mail, and what people made of it since: `corrected` has category, service or
    officer and the last value that somebody gave it by hand."""

    ref: str
    sender: str  # lower case
    subject: str
    text: str
    rules: tuple[str, ...]  # the ids of those that said it
    given: Mapping[str, str]  # category, service -> what the rules gave
    corrected: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Mistaken:
    """A rule that gave `was`, where people gave `now`: of `routed` cases that it gave that to, these were moved. `words` stand
    in those and hardly ever in the others."""

    rule: str
    what: str  # category or service
    was: str
    now: str
    refs: tuple[str, ...]
    routed: int
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Habit:
    """Whatever comes from `sender` (an address, or "@domain") is moved to `now`, without an exception."""

    sender: str
    what: str  # category, service or officer
    now: str
    refs: tuple[str, ...]


def mistaken(cases: Iterable[RoutedCase], routing: Routing, least: int) -> tuple[Mistaken, ...]:
    """Each rule and move that has been seen in *least* cases at least, the most frequent first."""
    by: dict[tuple[str, str, str], list[RoutedCase]] = defaultdict(list)
    for case in cases:
        for what, was in case.given.items():
            by[_giver(case, what, routing), what, was].append(case)
    found: list[Mistaken] = []
    for (rule, what, was), routed in by.items():
        moves: dict[str, list[RoutedCase]] = defaultdict(list)
        for case in routed:
            if case.corrected.get(what, was) != was:
                moves[case.corrected[what]].append(case)
        stayed = [case for case in routed if case.corrected.get(what, was) == was]
        for now, moved in moves.items():
            if len(moved) >= least:
                refs = tuple(case.ref for case in moved)
                found.append(Mistaken(rule, what, was, now, refs, len(routed), _telling_apart(moved, stayed)))
    return tuple(sorted(found, key=lambda each: (-len(each.refs), each.rule, each.now)))


def _giver(case: RoutedCase, what: str, routing: Routing) -> str:
    """The id of the rule that gave it, as the rules are now."""
    gives = {rule.id for rule in routing.rules if what in dict(rule.then.said())}
    return next((name for name in case.rules if name in gives), OTHERWISE)


def _telling_apart(moved: list[RoutedCase], stayed: list[RoutedCase]) -> tuple[str, ...]:
    """The words that stand in most of those that were moved and in few of the others, the best first."""
    here, there = _in_how_many(moved), _in_how_many(stayed)
    gaps = {word: count / len(moved) - there[word] / max(1, len(stayed)) for word, count in here.items() if count > 1}
    best = sorted((word for word, gap in gaps.items() if gap >= LEAST_GAP), key=lambda word: (-gaps[word], word))
    return tuple(best[:MOST_WORDS])


def _in_how_many(cases: list[RoutedCase]) -> Counter[str]:
    return Counter(word for case in cases for word in _words(case))


def _words(case: RoutedCase) -> set[str]:
    words = {folded(word) for word in tokens_of(f"{case.subject}\n{case.text}")}
    return {word for word in words if len(word) >= SHORTEST and not word.isdigit() and word not in _COMMON}


def habits(cases: Iterable[RoutedCase], least: int) -> tuple[Habit, ...]:
    """Senders all of whose cases, *least* at least, were moved to one and the same. An address that stands for itself is told,
    and not its domain as well."""
    by: dict[str, list[RoutedCase]] = defaultdict(list)
    for case in cases:
        if case.sender:
            by[case.sender].append(case)
            by["@" + case.sender.rpartition("@")[2]].append(case)
    found: list[Habit] = []
    for sender, theirs in by.items():
        alone = sender.startswith("@") and len({case.sender for case in theirs}) < 2
        for what in ("category", "service", "officer"):
            to = {case.corrected.get(what) for case in theirs}
            now = next(iter(to)) if len(to) == 1 else None
            if now is not None and len(theirs) >= least and not alone:
                found.append(Habit(sender, what, now, tuple(case.ref for case in theirs)))
    return tuple(sorted(found, key=lambda each: (-len(each.refs), each.sender)))


# --- a rule to copy ------------------------------------------------------------------------------------------------------

LONGEST_ID = 56  # so that a number fits behind it
_GIVES = {"category": "category", "service": "service", "officer": "assign"}


@dataclass(frozen=True, slots=True)
class Proposal:
    """A rule for a person to copy: it loads and passes its own tests as it stands."""

    id: str
    why: str
    when: Mapping[str, object]
    then: Mapping[str, str]
    tests: Mapping[str, object]


def proposal_of(each: Mistaken | Habit, council: Council) -> Proposal | None:
    """The rule that would have done what people did; None where nothing tells the mails apart, or where what they were moved to
    is no longer there."""
    if not _is_there(each, council):
        return None
    then = {_GIVES[each.what]: each.now}
    if isinstance(each, Habit):
        where = each.sender.lstrip("@")
        sender = each.sender if not each.sender.startswith("@") else f"somebody{each.sender}"
        why = f"What comes from there was always made {each.what} {each.now} by hand."
        tests: dict[str, object] = {"finds": [{"from": sender, "text": "Good morning."}], "leaves": ["Good morning."]}
        return Proposal(_free(f"from-{where}-{each.now}", council), why, {"sender": [each.sender]}, then, tests)
    if not each.words:
        return None
    why = f"{len(each.refs)} mails with these words were moved from {each.was} to {each.now} by hand."
    tests = {"finds": list(each.words)}
    return Proposal(_free(f"{each.was}-is-{each.now}", council), why, {"anywhere": list(each.words)}, then, tests)


def _is_there(each: Mistaken | Habit, council: Council) -> bool:
    if each.what == "officer":
        return council.roster.find_here(each.now) is not None
    return each.what != "service" or each.now in council.routing.services


def _free(name: str, council: Council) -> str:
    """*name* as an id of a rule, one that no rule has."""
    taken = {rule.id for rule in council.routing.rules}
    words = "".join(sign if sign.isascii() and sign.isalnum() else " " for sign in name.lower()).split()
    code = "-".join(words)[:LONGEST_ID].rstrip("-")
    return next(each for n in range(1, len(taken) + 2) if (each := code if n == 1 else f"{code}-{n}") not in taken)


def in_lines(rule: Proposal) -> tuple[str, ...]:
    """*rule* as it stands in a routing file, under `rules:`."""
    tests = (f"      {name}: {_written(value)}" for name, value in rule.tests.items())
    return (
        f"  - id: {rule.id}",
        f"    why: {_written(rule.why)}",
        f"    when: {_written(rule.when)}",
        f"    then: {_written(rule.then)}",
        "    tests:",
        *tests,
    )


def in_one_line(rule: Proposal) -> str:
    """The same, in one line that may be broken anywhere between its words."""
    parts = {"id": rule.id, "why": rule.why, "when": rule.when, "then": rule.then, "tests": rule.tests}
    return f"- {_written(parts)}"


def _written(value: object) -> str:
    """As YAML that reads the same however it is indented: no word of it is taken for a number, a yes or a no."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {_written(each)}" for key, each in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_written(each) for each in value) + "]"
    return json.dumps(str(value), ensure_ascii=False)
