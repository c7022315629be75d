"""What people's corrections say of the routing rules: which rule sent mails wrong, by which words they could have been told
apart, and who is always moved to the same place. It only suggests: a person writes the rule."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from townclerk.domain.council import Council
from townclerk.domain.phrases import folded, tokens_of
from townclerk.domain.routing import Routing

LEAST = 3  # cases in which something must have been seen
OTHERWISE = "otherwise"  # stands for the rule where none gave it
SHORTEST = 3  # letters of a word that may tell mails apart
MOST_WORDS = 6
LEAST_GAP = 0.5  # how much more often a word must stand in the mails that were moved
# What stands in any letter to a council.
_COMMON = frozenset(
    tokens_of(
        "the and for you your yours our ours was were are has have had having not but this that these those with from "
        "they them their theirs she her hers him his its who whom whose which what when where why how all any both each "
        "few more most other some such only own same than too very can cannot could would should shall will may might "
        "must been being does did doing done there here about above after again against before below between into through "
        "during until while over under out off then once just also because however therefore yes please thank thanks dear "
        "hello hiya good morning afternoon evening sir madam regards kind best wishes sincerely faithfully council know "
        "let tell get got one two complain complaining complained complaint complaints want wanted wants nobody still "
        "never ever next last week weeks day days today now really nothing anything something like need say said says "
        "told"
    )
)
# Who gives anybody an address: what two of their customers write about has nothing to do with each other.
_PROVIDERS = frozenset(
    tokens_of(
        "gmail googlemail outlook hotmail live msn yahoo ymail rocketmail icloud me mac aol btinternet btopenworld sky "
        "virginmedia ntlworld blueyonder talktalk tiscali plus plusnet gmx mail email protonmail proton pm tutanota tuta "
        "fastmail zoho yandex o2 vodafone three ee orange wanadoo freeserve wp onet interia mailbox posteo hey duck"
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
    known = tuple(cases)
    by: dict[tuple[str, str, str], list[RoutedCase]] = defaultdict(list)
    for case in known:
        for what, was in case.given.items():
            by[_giver(case, what, was, routing), what, was].append(case)
    found: list[Mistaken] = []
    for (rule, what, was), routed in by.items():
        moves: dict[str, list[RoutedCase]] = defaultdict(list)
        for case in routed:
            if case.corrected.get(what, was) != was:
                moves[case.corrected[what]].append(case)
        for now, moved in moves.items():
            if len(moved) >= least:
                refs = tuple(case.ref for case in moved)
                others = [case for case in known if case.corrected.get(what, case.given.get(what)) != now]
                found.append(Mistaken(rule, what, was, now, refs, len(routed), _telling_apart(moved, others)))
    return tuple(sorted(found, key=lambda each: (-len(each.refs), each.rule, each.now)))


def _giver(case: RoutedCase, what: str, was: str, routing: Routing) -> str:
    """The id of the rule that gave *was*, as the rules are now: the first that gives it at once, else what weighs most for it;
    what a mail reads like comes last, for no word of it can be put right."""
    gives = [rule for rule in routing.rules if rule.id in case.rules and (what, was) in rule.then.said()]
    at_once = (rule.id for rule in gives if rule.then.weighs is None)
    weighed = [(not one.of_likeness, one.points, rule.id) for rule in gives if (one := rule.then.weighs) and one.points > 0]
    heaviest = max(weighed, key=lambda each: each[:2], default=(False, 0, OTHERWISE))
    return next(at_once, heaviest[2])


def _telling_apart(moved: Sequence[RoutedCase], others: Sequence[RoutedCase]) -> tuple[str, ...]:
    """The words that stand in most of those that were moved and in few of all *others*, the best first."""
    here, there = _in_how_many(moved), _in_how_many(others)
    gaps = {word: count / len(moved) - there[word] / max(1, len(others)) for word, count in here.items() if count > 1}
    best = sorted((word for word, gap in gaps.items() if gap >= LEAST_GAP), key=lambda word: (-gaps[word], word))
    return tuple(best[:MOST_WORDS])


def _in_how_many(cases: Iterable[RoutedCase]) -> Counter[str]:
    return Counter(word for case in cases for word in _words_of(f"{case.subject}\n{case.text}"))


def _words_of(text: str) -> set[str]:
    words = {folded(word) for word in tokens_of(text)}
    return {word for word in words if len(word) >= SHORTEST and not word.isdigit() and word not in _COMMON}


def habits(cases: Iterable[RoutedCase], least: int) -> tuple[Habit, ...]:
    """Senders all of whose cases, *least* at least, were moved to one and the same. An address that stands for itself is told,
    and not its domain as well; nor is a domain where anybody may have an address."""
    by: dict[str, list[RoutedCase]] = defaultdict(list)
    for case in cases:
        if case.sender:
            by[case.sender].append(case)
            domain = case.sender.rpartition("@")[2]
            if domain.partition(".")[0] not in _PROVIDERS:
                by[f"@{domain}"].append(case)
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
POINTS, MOST_POINTS = 4, 8  # one word weighs as much as a shipped rule that is sure; two decide against one of those
_GIVES = {"category": "category", "service": "service", "officer": "assign"}


@dataclass(frozen=True, slots=True)
class Proposal:
    """A rule for a person to copy: it loads and passes its own tests as it stands."""

    id: str
    why: str
    when: Mapping[str, object]
    then: Mapping[str, object]
    tests: Mapping[str, object]


def proposal_of(each: Mistaken | Habit, council: Council) -> Proposal | None:
    """The rule that would have done what people did; None where nothing tells the mails apart, or where what they were moved to
    is no longer there."""
    if not _is_there(each, council):
        return None
    then: dict[str, object] = {_GIVES[each.what]: each.now}
    if isinstance(each, Habit):
        where = each.sender.lstrip("@")
        sender = each.sender if not each.sender.startswith("@") else f"somebody{each.sender}"
        why = f"Always made {each.now} by hand."
        tests: dict[str, object] = {"finds": [{"from": sender, "text": "Good morning."}], "leaves": ["Good morning."]}
        return Proposal(_free(f"from-{where}-{each.now}", council), why, {"sender": [each.sender]}, then, tests)
    if not each.words:
        return None
    why = f"{len(each.refs)} such mails were made {each.now} by hand."
    tests = {"finds": list(each.words)}
    weighed = {**then, "weighs": {"each": POINTS, "at_most": MOST_POINTS}}
    return Proposal(_free(f"{each.was}-is-{each.now}", council), why, {"anywhere": list(each.words)}, weighed, tests)


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
    parts = {"id": rule.id, "why": rule.why, "when": rule.when, "then": rule.then, "tests": rule.tests}
    return tuple(f"  {line}" for line in _block([parts]))


def _block(value: Mapping[str, object] | Sequence[object]) -> Iterator[str]:
    """As YAML, one thing a line."""
    named = value.items() if isinstance(value, Mapping) else (("", each) for each in value)
    for name, each in named:
        head = f"{name}:" if name else "-"
        if not isinstance(each, Mapping | list | tuple):
            yield f"{head} {_scalar(each)}"
            continue
        below = _block(each)
        if not name:
            head = f"- {next(below, '')}"
        yield head
        yield from (f"  {line}" for line in below)


def _scalar(value: object) -> str:
    """So that no word is taken for a number, a yes or a no."""
    return str(value) if isinstance(value, int) else json.dumps(str(value), ensure_ascii=False)
