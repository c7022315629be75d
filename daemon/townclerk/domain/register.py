"""The register of promises: everything that a council has published, and by what each of it is kept.

A promise is kept by things: a deadline, a letter, a check, a rule, a person. Each must exist, so the register cannot say
that something is done which is not there. Whether it is done is shown by scenarios.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from townclerk.domain.commands import WORDS
from townclerk.domain.council import Council
from townclerk.domain.policy import CategoryPolicy, Policy, StagePolicy
from townclerk.domain.provisions import Consent, Restrictions
from townclerk.domain.routing import Signal
from townclerk.domain.words import LetterKind


class Mode(StrEnum):
    """What a promise asks of us."""

    AUTO = "auto"  # townclerk does it alone
    ENFORCE = "enforce"  # it cannot be forgotten
    PROMPT = "prompt"  # an officer is asked, and decides
    CONFIG = "config"  # a text or a value
    REPORT = "report"  # it is counted


class KeptBy(StrEnum):
    """The kinds of things that keep a promise."""

    DEADLINE = "deadline"
    LETTER = "letter"
    CHECK = "check"
    RULE = "rule"
    SIGNAL = "signal"
    EXCLUSION = "exclusion"
    ALERT = "alert"
    CATEGORY = "category"
    WORD = "word"
    REPORT = "report"
    SETTING = "setting"
    STATEMENT = "statement"
    RECORD = "record"
    PERSON = "person"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Reference:
    """`thing` is empty of `nothing` alone."""

    kind: KeptBy
    thing: str = ""

    def __str__(self) -> str:
        return f"{self.kind} {'#' if self.kind is KeptBy.WORD else ''}{self.thing}".rstrip()


@dataclass(frozen=True, slots=True)
class Registered:
    """One promise. `what` is what townclerk does for it; `why`, where that is not the whole of it, says what is not done."""

    id: str
    quote: str  # as published
    mode: Mode
    what: str
    kept_by: tuple[Reference, ...]
    clause: str = ""
    why: str = ""

    @property
    def by(self) -> str:
        return "; ".join(str(reference) for reference in self.kept_by)


@dataclass(frozen=True, slots=True)
class Register:
    council: str
    promises: tuple[Registered, ...]

    @property
    def ids(self) -> frozenset[str]:
        return frozenset(promise.id for promise in self.promises)


# --- what there is to refer to -----------------------------------------------------------------------------------------

# What the daemon records always, whatever the policy says.
RECORDS: dict[str, str] = {
    "raw_mail": "every mail as it came, byte for byte, with the moment at which the server received it",
    "case": "category, service, stage, status, dates and outcome, the same for every service",
    "journal": "what happened to a case: by whom, when and why; hash-chained, so that no line can be changed unseen",
    "reads": "who looked at a case, and who was sent what of it",
    "outbox": "every letter as it was decided and as it left, with the promise for which it went",
    "derivation": "how each date came about: the days that were counted and skipped, and the calendar's version",
    "policy_version": "the edition of the policy file under which a case was opened",
}


def _always(policy: Policy) -> bool:  # noqa: ARG001 - every gate asks the policy
    return True


def _any_stage(holds: Callable[[StagePolicy], object]) -> Callable[[Policy], bool]:
    return lambda policy: any(holds(stage) for stage in policy.stages.values())


def _restrictions(holds: Callable[[Restrictions], object]) -> Callable[[Policy], object]:
    return lambda policy: policy.provisions.restrictions is not None and holds(policy.provisions.restrictions)


# Gates: what cannot be done, or left out, where the policy says so. The second is whether it does.
GATES: dict[str, tuple[str, Callable[[Policy], object]]] = {
    "no_automatic_refusal": ("nobody is refused by a rule: an officer is asked, and decides", _always),
    "reason_and_route_in_refusal": ("a refusal goes out with reason, other way and the Ombudsman, or not at all", _always),
    "reason_in_review_refusal": ("a request for a review is refused with reasons and the Ombudsman, or not at all", _always),
    "date_in_extension": ("more time is taken with a date, or not at all", _always),
    "reason_in_extension": (
        "more time is taken with a reason, or not at all",
        _any_stage(lambda s: s.extension.reason_required),
    ),
    "agreement_to_extension": ("more time is asked for, not taken", _any_stage(lambda s: s.extension.agreement)),
    "extension_cap": ("no date is promised past the cap", _any_stage(lambda s: s.extension.cap)),
    "ombudsman_in_delay_notice": ("a delay notice carries the Ombudsman's details, or is not sent", _always),
    "ombudsman_in_every_letter": ("every letter names the Ombudsman", lambda policy: policy.ombudsman_in_every_letter),
    "right_ombudsman": (
        "the Ombudsman named is the one for the matter; both, where that is not known",
        lambda policy: len(policy.ombudsmen) > 1,
    ),
    "onward_in_response": ("a response names the next stage and its last day, or the Ombudsman; else it is not sent", _always),
    "roster_only": ("only officers on the roster can act on a case, and nobody else is shown one", _always),
    "parties_only": ("who is no party to a case joins nothing and learns nothing", _always),
    "restricted_case": ("a restricted case goes to those named for it alone, never to the service complained of", _always),
    "neutral_receipt": ("the receipt of a delicate matter says nothing of it", _always),
    "different_person": (
        "who answered an earlier stage does not answer this one",
        _any_stage(lambda s: s.apart_from),
    ),
    "approval": ("a response waits until those have agreed whom the policy names", _any_stage(lambda s: s.approvals)),
    "once_only": ("a stage that may come once does not come twice", _any_stage(lambda s: s.max_times)),
    "written_consent": (
        "nothing personal goes to somebody who acts for another before their written consent",
        lambda policy: (found := policy.provisions.representation) and found.consent is Consent.WRITTEN,
    ),
    "answer_before_close": (
        "a request is closed only when its sender has been told what was done",
        lambda policy: any(kind.answer_before_close for kind in policy.categories.values()),
    ),
    "restriction_letter": (
        "a restriction is told with everything that the policy says of its letter, or not at all",
        _restrictions(lambda found: found.letter_must_say),
    ),
    "restriction_record": (
        "a restriction is decided with everything recorded that the policy asks for, or not at all",
        _restrictions(lambda found: found.must_record),
    ),
    "restriction_review_date": (
        "a restriction has a day on which it is reviewed",
        _restrictions(bool),
    ),
    "restricted_writers": (
        "only the team that decides on restrictions writes to somebody under one",
        _restrictions(lambda found: found.only_they_write),
    ),
    "no_letter_under_restriction": (
        "a mail under a restriction is filed and put to a person, and never answered by itself",
        _restrictions(bool),
    ),
}


def things(council: Council) -> dict[KeptBy, tuple[str, ...]]:
    """What there is of each kind in *council*: all that a register may refer to but its settings, which stand in the file."""
    policy, rules = council.policy, council.routing.rules
    return {
        KeptBy.DEADLINE: tuple(deadline_names(policy)),
        KeptBy.LETTER: tuple(LetterKind),
        KeptBy.CHECK: tuple(dict.fromkeys(checks(policy))),
        KeptBy.RULE: tuple(rule.id for rule in rules),
        KeptBy.SIGNAL: Signal.ALL,
        KeptBy.EXCLUSION: tuple(policy.exclusions),
        KeptBy.ALERT: (*policy.alerts, *(alert for rule in rules for alert in rule.then.alerts)),
        KeptBy.CATEGORY: tuple(policy.categories),
        KeptBy.WORD: tuple(WORDS),
        KeptBy.REPORT: tuple(policy.provisions.reports),
        KeptBy.STATEMENT: tuple(policy.statements),
        KeptBy.RECORD: tuple(RECORDS),
        KeptBy.PERSON: tuple(policy.roles),
    }


def deadline_names(policy: Policy) -> Iterator[str]:
    """The names of all deadlines that this policy can make."""
    for stage, found in policy.stages.items():
        yield from (f"{stage}.{what}" for what in ("request", "acknowledge", "assess", "respond") if getattr(found, what))
    for category, kind in policy.categories.items():
        yield from (f"{category}.{what}" for what in _category_deadlines(kind))
    yield "action"
    provided = {
        "survey": policy.provisions.survey,
        "retention": policy.provisions.retention,
        "assessment": policy.provisions.assessment,
        "restriction": policy.provisions.restrictions,
        "adjustments": policy.provisions.adjustments,
    }
    yield from (name for name, what in provided.items() if what is not None)


def _category_deadlines(kind: CategoryPolicy) -> Iterator[str]:
    yield from (what for what in ("acknowledge", "respond") if getattr(kind, what))


def checks(policy: Policy) -> Iterator[str]:
    """The items of a response that are asked for in any stage, and the gates that are shut here."""
    for stage in policy.stages.values():
        yield from (*stage.response_must_contain, *stage.upheld_must_contain, *stage.not_upheld_must_contain)
    yield from (name for name, (_, shut) in GATES.items() if shut(policy))


# --- how it stands -----------------------------------------------------------------------------------------------------


class State(StrEnum):
    PROVEN = "proven"  # kept, and a scenario that claims to show it was played and came out
    KEPT = "kept"  # kept by something that exists; nothing has shown it
    PERSON = "person"  # left to a person
    NOT_KEPT = "not_kept"


@dataclass(frozen=True, slots=True)
class Standing:
    """How a promise stands. `scenarios` claim to show it."""

    promise: Registered
    state: State
    scenarios: tuple[str, ...] = ()
    why: str = ""


def standing(promise: Registered, claims: Collection[str], passed: Collection[str] | None) -> Standing:
    """How *promise* stands where the scenarios *claims* say that they show it, and those in *passed* came out so; None: none
    has been played."""
    state = _state(promise)
    if state is not State.KEPT:
        return Standing(promise, state, tuple(claims), promise.why)
    shown = [name for name in claims if passed is not None and name in passed]
    if shown:
        return Standing(promise, State.PROVEN, tuple(claims), promise.why)
    return Standing(promise, State.KEPT, tuple(claims), promise.why or _unproven(claims, passed))


def _state(promise: Registered) -> State:
    kinds = {reference.kind for reference in promise.kept_by}
    if KeptBy.NOTHING in kinds:
        return State.NOT_KEPT
    return State.PERSON if kinds == {KeptBy.PERSON} else State.KEPT


def _unproven(claims: Collection[str], passed: Collection[str] | None) -> str:
    if not claims:
        return "no scenario shows it"
    return "" if passed is None else f"did not come out: {', '.join(claims)}"


def standings(
    register: Register, claims: Mapping[str, Collection[str]], passed: Collection[str] | None
) -> tuple[Standing, ...]:
    """How every promise stands, in the order of the register. *claims*: promise -> scenarios."""
    return tuple(standing(promise, claims.get(promise.id, ()), passed) for promise in register.promises)


@dataclass(frozen=True, slots=True)
class Tally:
    """How many of the promises of some modes are proven."""

    modes: tuple[Mode, ...]
    proven: int
    of: int

    def __str__(self) -> str:
        name = " and ".join(mode.upper() for mode in self.modes)
        return f"{name}: {self.proven} of {self.of} proven ({100 * self.proven // self.of} %)"


_TALLIED = ((Mode.AUTO, Mode.ENFORCE), (Mode.PROMPT,), (Mode.CONFIG,), (Mode.REPORT,))


def tallies(found: Iterable[Standing]) -> tuple[Tally, ...]:
    """What is proven of the promises that must be done or enforced, and of the others; those modes that there are."""
    counted = Counter((each.promise.mode, each.state is State.PROVEN) for each in found)
    made = (
        Tally(
            modes, sum(counted[mode, True] for mode in modes), sum(counted[mode, True] + counted[mode, False] for mode in modes)
        )
        for modes in _TALLIED
    )
    return tuple(tally for tally in made if tally.of)
