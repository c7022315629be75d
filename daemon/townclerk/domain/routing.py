"""Routing rules: what a mail is about, who deals with it, and what must be noticed in it."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from townclerk.domain.conditions import (
    Condition,
    EarlierCases,
    Facts,
    Field,
    Languages,
    NoLanguages,
    NoPatterns,
    Part,
    Patterns,
    Reading,
    Trait,
    Verdict,
    different_words,
    every_condition,
    likeness_asked_for,
    needed_by,
)
from townclerk.domain.forms import Form
from townclerk.domain.likeness import NOTHING_LEARNED, Learned
from townclerk.domain.mail import IncomingMail
from townclerk.domain.phrases import PhraseIndex
from townclerk.domain.signing_off import without_own_address
from townclerk.domain.words import NOBODYS, Alert, Category, Priority

ONE_WINS = frozenset({"category", "service", "form", "suggest", "assign", "priority", "file", "letters_in"})  # all else adds up
_FORM_ALONE = frozenset({"form"})  # says what a mail is, and nothing about the matter
WEIGHED = ("category", "service")  # what rules may be weighed for
DECISIVE = 6  # by so much more than all else what is said must weigh, that what the mail is like does not count
CERTAIN = 2  # what a category must weigh at least; with less it is the case `otherwise`


@dataclass(frozen=True, slots=True)
class Suggested:
    """What a case may be, by a rule that leaves it to a person, and the sentence of that rule."""

    category: Category
    why: str


@dataclass(frozen=True, slots=True)
class Weight:
    """What a rule counts for, where it is weighed against others: so many `points`, which may be below nothing; with `at_most`
    so many for each different word on which it holds, together no more than that. `of_likeness`: the part of them that is as
    large as the mail is like those that the rule compares it with."""

    points: int
    at_most: int | None = None
    of_likeness: bool = False

    def of(self, rule: "Rule", reading: Reading) -> int:
        """What *rule*, which holds, counts for."""
        if self.of_likeness:
            return round(self.points * likeness_asked_for(rule.when, reading))
        if self.at_most is None:
            return self.points
        return min(self.at_most, self.points * different_words(rule.when, reading))

    def __str__(self) -> str:
        if self.of_likeness:
            return f"{self.points} of likeness"
        return str(self.points) if self.at_most is None else f"{self.points} each, {self.at_most} at most"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a rule gives a mail. Of those in `ONE_WINS` the first rule that gives one wins; the others add up. What only a
    person may decide, a rule suggests: `suspects` are exclusions, `suggests` is another category. `officer` is a key of the
    roster, of a person or of an address that several share; `tells` are roles and keys. With `weighs`, category and service are
    not given at once: see `Weight`."""

    category: Category | None = None
    service: str | None = None
    form: Form | None = None
    suspects: tuple[str, ...] = ()
    alerts: tuple[Alert, ...] = ()
    signals: tuple[str, ...] = ()
    suggests: Category | None = None
    officer: str | None = None
    tells: tuple[str, ...] = ()
    priority: Priority | None = None
    flags: tuple[str, ...] = ()
    questions: tuple[str, ...] = ()  # that the complaints lead is asked, in words
    restrict: bool | None = None  # only few may know of the case; False: its alerts make it no secret, whatever the policy says
    file: bool | None = None  # it is kept, and opens no case
    letters_in: str | None = None  # the code of the language of letters to whoever wrote
    unanswered: bool = False  # no receipt goes to its sender
    weighs: Weight | None = None
    gives: frozenset[str] = field(
        init=False, repr=False, compare=False
    )  # names of what it gives at once, without being weighed
    wins: frozenset[str] = field(init=False, repr=False, compare=False)  # those of them that are in `ONE_WINS`
    adds: bool = field(init=False, repr=False, compare=False)  # whether others are among them

    def __post_init__(self) -> None:
        weighed = WEIGHED if self.weighs is not None else ()
        gives = frozenset(name for name, _ in self.said()).difference(weighed, ("weighs",))
        object.__setattr__(self, "gives", gives)
        object.__setattr__(self, "wins", gives & ONE_WINS)
        object.__setattr__(self, "adds", not gives <= ONE_WINS)

    def weighed_for(self, what: str) -> str | None:
        """The word that it gives of those in `WEIGHED`."""
        if what == "category":
            return self.category.value if self.category else None
        return self.service

    def said(self) -> Iterator[tuple[str, str]]:
        """What it gives, as the file names it."""
        return ((name, word) for name, words in self.words().items() for word in words)

    def words(self) -> Mapping[str, tuple[str, ...]]:
        """Everything that a rule can give, by the names of the file, and the words that this one gives."""
        return {
            "category": (self.category.value,) if self.category else (),
            "service": (self.service,) if self.service else (),
            "form": (self.form.called,) if self.form else (),
            "alert": tuple(alert.value for alert in self.alerts),
            "suspect": self.suspects,
            "signal": self.signals,
            "suggest": (self.suggests.value,) if self.suggests else (),
            "assign": (self.officer,) if self.officer else (),
            "tell": self.tells,
            "priority": (self.priority.value,) if self.priority else (),
            "flag": self.flags,
            "decide": self.questions,
            "restrict": () if self.restrict is None else (str(self.restrict).lower(),),
            "letters_in": (self.letters_in,) if self.letters_in else (),
            "file": () if self.file is None else (str(self.file).lower(),),
            "receipt": ("false",) if self.unanswered else (),
            "weighs": () if self.weighs is None else (str(self.weighs),),
        }


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands in the files."""

    file: str
    line: int


@dataclass(frozen=True, slots=True)
class Context:
    """What is known of a mail that does not stand in it."""

    traits: frozenset[Trait] = frozenset()
    earlier: tuple[datetime, ...] = ()
    received_at: datetime | None = None
    working_time: bool = True


@dataclass(frozen=True, slots=True)
class RuleTest:
    """A mail with which a rule is tried, and whether it must hold there."""

    mail: IncomingMail
    context: Context
    holds: bool
    place: Place


@dataclass(frozen=True, slots=True)
class Rule:
    """`id` is its name in commands and in the journal, `why` a sentence. Below a rule with `stop` that holds, no other gives
    any of `ONE_WINS`; what adds up is never stopped."""

    id: str
    why: str
    when: Condition
    then: Outcome
    stop: bool = False
    tests: tuple[RuleTest, ...] = ()
    place: Place = Place("", 0)


class _Asking:
    """Of rules, which need to be asked of a mail: of a thousand most need words that do not stand in it."""

    def __init__(self, rules: tuple[Rule, ...]) -> None:
        self._rules = rules
        self._always: list[int] = []
        self._by_phrase: dict[str, list[int]] = {}
        self._by_pattern: dict[str, list[int]] = {}
        for number, rule in enumerate(rules):
            needed = needed_by(rule.when)
            if needed is None:
                self._always.append(number)
                continue
            for found, signs in ((self._by_phrase, needed.phrases), (self._by_pattern, needed.patterns)):
                for sign in signs:
                    found.setdefault(sign, []).append(number)

    def of(self, reading: Reading) -> Iterator[Rule]:
        asked = set(self._always)
        for phrase in reading.phrases_in(Field.ANYWHERE):
            asked.update(self._by_phrase.get(phrase, ()))
        for pattern in reading.patterns_in(Field.ANYWHERE) if self._by_pattern else ():
            asked.update(self._by_pattern.get(pattern, ()))
        return (self._rules[number] for number in sorted(asked))


@dataclass(frozen=True, slots=True)
class Routing:
    """The rules of a council, in the order of its files, and what all of them look for. `version` names the set."""

    rules: tuple[Rule, ...] = ()
    phrases: PhraseIndex = field(default_factory=lambda: PhraseIndex(()))
    patterns: Patterns = field(default_factory=NoPatterns)
    languages: Languages = field(default_factory=NoLanguages)
    learned: Learned = NOTHING_LEARNED
    otherwise_category: Category = Category.COMPLAINT
    otherwise_service: str = "other"
    services: tuple[str, ...] = ()  # every one of this council, whether a rule gives it or only an officer does
    version: str = ""
    files: tuple[str, ...] = ()  # of which it was read
    _asking: "_Asking" = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_asking", _Asking(self.rules))

    def holding(self, reading: Reading) -> Iterator[Rule]:
        """The rules that hold, in their order."""
        return (rule for rule in self._asking.of(reading) if rule.when.holds(reading))

    @property
    def asks_for_earlier_cases(self) -> bool:
        """Whether any rule looks at the cases that the sender has had."""
        return any(isinstance(each, EarlierCases) for rule in self.rules for each in every_condition(rule.when))

    @property
    def letter_languages(self) -> tuple[str, ...]:
        """The codes of those in which some rule has letters go out."""
        return tuple(dict.fromkeys(rule.then.letters_in for rule in self.rules if rule.then.letters_in))

    def read(self, facts: Facts) -> Reading:
        """A mail, as these rules look at it."""
        return Reading(facts, self.phrases, self.patterns, self.languages, self.learned)


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

    # of what the law sets a time limit for
    FREEDOM_OF_INFORMATION = "freedom_of_information"
    ENVIRONMENTAL_INFORMATION = "environmental_information"
    PERSONAL_DATA = "personal_data"  # asks for what is held on themselves, or to have it put right or destroyed
    DATA_PROTECTION_COMPLAINT = "data_protection_complaint"
    REQUEST_WENT_WRONG = "request_went_wrong"  # of a request of theirs: that it was not answered, or how; no law has a date
    COMPLAINS_TOO = "complains_too"  # in plain words, of whatever it is: beside a request, a matter of its own
    SEEMS_TO_COMPLAIN = "seems_to_complain"  # is not content with something, and does not say that they complain

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
        FREEDOM_OF_INFORMATION,
        ENVIRONMENTAL_INFORMATION,
        PERSONAL_DATA,
        DATA_PROTECTION_COMPLAINT,
        REQUEST_WENT_WRONG,
        COMPLAINS_TOO,
        SEEMS_TO_COMPLAIN,
    )


@dataclass(frozen=True, slots=True)
class Route:
    """What the rules say of one mail, the sentences of the rules that said it, and their ids."""

    category: Category
    service: str
    alerts: tuple[Alert, ...] = ()
    exclusions: tuple[str, ...] = ()
    signals: frozenset[str] = frozenset()
    doubtful: bool = False  # no rule gives a category, and what is said for it weighs less than CERTAIN
    because: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    version: str = ""  # of the rules that said it
    suggested: Suggested | None = None
    officer: str | None = None  # key of the roster: whom a rule gives it to
    tells: tuple[str, ...] = ()  # roles, and keys of the roster, who are to know of it
    priority: Priority = Priority.NORMAL
    flags: tuple[str, ...] = ()
    questions: tuple[str, ...] = ()
    open_alerts: frozenset[Alert] = frozenset()  # by such rules alone as say that these make no case a secret
    restricted_by: str = ""  # the id of the rule that restricts who may know of it
    filed_by: str = ""  # the id of the rule that has it filed without a case
    letters_in: str = ""  # the code of the language of letters to whoever wrote
    unanswered_by: str = ""  # the id of the rule that keeps a receipt from its sender
    weights: Mapping[str, Mapping[str, int]] = field(default_factory=dict)  # what rules weigh for: category -> comment -> 4


def route(mail: IncomingMail, routing: Routing, opens: bool = True, context: Context | None = None) -> Route:
    """What the rules make of a mail: of the sender's own words. What they quote counts only where it is all there is of a mail
    that *opens* a case: a pure forward. In a further mail it is our own letter."""
    reading = routing.read(facts_of(mail, opens, context or Context()))
    return _route(routing.holding(reading), routing, reading)


def is_only_filed(routed: Route, member: bool) -> bool:
    """True where a rule has a mail kept without a case, and nothing in it is for somebody's eyes: no alert, and no member of
    Parliament or councillor wrote it."""
    return bool(routed.filed_by) and not routed.alerts and not member


def is_somebodys(routed: Route) -> bool:
    """True where what looks like a robot's mail is for a person to read all the same: the rules know what it is about, or it
    raises an alert."""
    return bool(routed.alerts) or not (routed.doubtful or routed.filed_by or routed.category in NOBODYS)


def as_a_persons(routed: Route, routing: Routing) -> Route:
    """*routed* of a mail of which somebody has said that it is a person's, whatever the rules take it for."""
    if routed.category not in NOBODYS:
        return replace(routed, filed_by="")
    return replace(routed, filed_by="", category=routing.otherwise_category, doubtful=True)


def form_of(mail: IncomingMail, routing: Routing) -> Form | None:
    """The form of which *mail* is the notification, or None: it is of none."""
    forms = [rule for rule in routing.rules if rule.then.form is not None]
    if not forms:
        return None
    reading = routing.read(facts_of(mail, opens=True, context=Context()))
    return next((rule.then.form for rule in forms if rule.when.holds(reading)), None)


def facts_of(mail: IncomingMail, opens: bool, context: Context) -> Facts:
    """What rules may look at in *mail*: all of it but how whoever wrote it is called and where they live."""
    text = mail.own_text or (mail.text if opens else "")
    return Facts(
        subject=mail.subject,
        text=without_own_address(text, mail.sender.name, mail.sender.key) if mail.sender else text,
        sender=mail.sender.key if mail.sender else "",
        recipients=mail.recipients,
        headers=mail.headers,
        attachments=tuple(Part(each.filename, each.content_type, each.size) for each in mail.attachments),
        size=mail.size,
        traits=context.traits,
        earlier=context.earlier,
        received_at=context.received_at,
        working_time=context.working_time,
    )


@dataclass(frozen=True, slots=True)
class _Said:
    """What those rules say that hold. `first`: of what only one gives, which one; `weighed`: those that only weigh for it;
    `heard`: those of which something counts; `together`: what adds up."""

    first: Mapping[str, Rule]
    weighed: tuple[Rule, ...]
    heard: tuple[Rule, ...]
    together: tuple[Outcome, ...]

    @classmethod
    def by(cls, holding: Iterable[Rule]) -> "_Said":
        first: dict[str, Rule] = {}
        heard: list[Rule] = []
        weighed: list[Rule] = []
        together: list[Outcome] = []
        stopped = False
        for rule in holding:
            then = rule.then
            wins = () if stopped else then.wins.difference(first)
            for each in wins:
                first[each] = rule
            if then.weighs is not None and not stopped:
                weighed.append(rule)
            if then.adds:
                together.append(then)
            if then.adds or (wins and wins != _FORM_ALONE):
                heard.append(rule)
            stopped = stopped or rule.stop
        return cls(first, tuple(weighed), tuple(heard), tuple(together))


@dataclass(frozen=True, slots=True)
class _ByWeight:
    """What weighs most, where no rule gives it at once. `certain`: enough is said for the category."""

    weights: Mapping[str, Mapping[str, int]]
    heaviest: Mapping[str, str]
    category: Category | None
    certain: bool

    @classmethod
    def of(cls, said: _Said, reading: Reading) -> "_ByWeight":
        weights = {what: _all_weights(what, said.weighed, reading) for what in WEIGHED if what not in said.first}
        heaviest = {what: _heaviest(weights.get(what, {})) for what in WEIGHED}
        enough = max(weights.get("category", {}).values(), default=0) >= CERTAIN
        category = Category(heaviest["category"]) if enough else None
        outspoken = _weights("category", _outspoken(said.weighed), reading)
        return cls(weights, heaviest, category, category is not None and outspoken.get(category, 0) >= CERTAIN)

    def counts(self, rule: Rule) -> bool:
        """Whether *rule* speaks for what weighs most."""
        return any(_speaks_for(rule, what, self.heaviest[what]) for what in WEIGHED)


def _route(holding: Iterable[Rule], routing: Routing, reading: Reading) -> Route:
    """What those that hold come to."""
    said = _Said.by(holding)
    by_weight = _ByWeight.of(said, reading)
    first, together = said.first, said.together
    already = {rule.id for rule in said.heard}
    heard = (*said.heard, *(rule for rule in said.weighed if rule.id not in already and by_weight.counts(rule)))
    winners = ("category", "service", "suggest", "assign", "priority", "letters_in")
    category, service, suggests, officer, priority, letters = (_given_by(first.get(each)) for each in winners)
    return Route(
        category=category.category or by_weight.category or routing.otherwise_category,
        service=service.service or by_weight.heaviest["service"] or routing.otherwise_service,
        alerts=tuple(dict.fromkeys(alert for each in together for alert in each.alerts)),
        exclusions=tuple(dict.fromkeys(code for each in together for code in each.suspects)),
        signals=frozenset(signal for each in together for signal in each.signals),
        doubtful=category.category is None and not by_weight.certain,
        because=tuple(dict.fromkeys(rule.why for rule in heard)),
        rules=tuple(rule.id for rule in heard),
        version=routing.version,
        suggested=Suggested(suggests.suggests, first["suggest"].why) if suggests.suggests else None,
        officer=officer.officer,
        tells=tuple(dict.fromkeys(role for each in together for role in each.tells)),
        priority=priority.priority or Priority.NORMAL,
        letters_in=letters.letters_in or "",
        flags=tuple(dict.fromkeys(flag for each in together for flag in each.flags)),
        open_alerts=_open_alerts(together),
        restricted_by=next((rule.id for rule in heard if rule.then.restrict), ""),
        filed_by=first["file"].id if "file" in first and first["file"].then.file else "",
        unanswered_by=next((rule.id for rule in heard if rule.then.unanswered), ""),
        questions=tuple(dict.fromkeys(asked for each in together for asked in each.questions)),
        weights=by_weight.weights,
    )


def _weights(what: str, weighed: Iterable[Rule], reading: Reading) -> dict[str, int]:
    """What those that hold weigh for each category, or each service."""
    found: Counter[str] = Counter()
    for rule in weighed:
        word = rule.then.weighed_for(what)
        if word is not None and rule.then.weighs is not None:
            found[word] += rule.then.weighs.of(rule, reading)
    return dict(found)


def _all_weights(what: str, weighed: Sequence[Rule], reading: Reading) -> dict[str, int]:
    """What is said weighs alone where it decides; else beside it what the mail is like."""
    said = _weights(what, _outspoken(weighed), reading)
    best, second, *_ = (*sorted(said.values(), reverse=True), 0, 0)
    return said if best - max(0, second) >= DECISIVE else _weights(what, weighed, reading)


def _outspoken(weighed: Iterable[Rule]) -> list[Rule]:
    return [rule for rule in weighed if rule.then.weighs is not None and not rule.then.weighs.of_likeness]


def _heaviest(weights: Mapping[str, int]) -> str:
    """What weighs most, of equals the one of the rule that stands first; "" where nothing weighs more than nothing."""
    best = max(weights, key=lambda word: weights[word], default="")
    return best if best and weights[best] > 0 else ""


def _speaks_for(rule: Rule, what: str, word: str) -> bool:
    return bool(word) and rule.then.weighs is not None and rule.then.weighs.points > 0 and rule.then.weighed_for(what) == word


def _open_alerts(given: Iterable[Outcome]) -> frozenset[Alert]:
    raised = [(alert, each.restrict is False) for each in given for alert in each.alerts]
    return frozenset(alert for alert, _ in raised) - {alert for alert, is_open in raised if not is_open}


_NOTHING_GIVEN = Outcome()


def _given_by(rule: Rule | None) -> Outcome:
    return rule.then if rule is not None else _NOTHING_GIVEN


@dataclass(frozen=True, slots=True)
class Tried:
    """One rule and one mail: whether it holds and why, and of what it gives, what did not count. `overruled`: (what it gives,
    the id of the rule that came first)."""

    rule: Rule
    verdict: Verdict
    overruled: tuple[tuple[str, str], ...] = ()


def explain_route(
    mail: IncomingMail, routing: Routing, opens: bool = True, context: Context | None = None
) -> tuple[Tried, ...]:
    """Every rule, in order, and why it holds or does not. What it all comes to, `route` says."""
    reading = routing.read(facts_of(mail, opens, context or Context()))
    tried: list[Tried] = []
    first: dict[str, str] = {}
    stopped = ""
    for rule in routing.rules:
        verdict = rule.when.explain(reading)
        given = [name for name, _ in rule.then.said() if name in ONE_WINS] if verdict.holds else []
        by = [(name, first.get(name, stopped)) for name in given]
        tried.append(Tried(rule, verdict, tuple((name, other) for name, other in by if other)))
        for name in set(given) & set(rule.then.gives):
            first.setdefault(name, stopped or rule.id)
        stopped = stopped or (rule.id if rule.stop and verdict.holds else "")
    return tuple(tried)


@dataclass(frozen=True, slots=True)
class Failed:
    """A test that did not come out as it must."""

    rule: Rule
    test: RuleTest
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Trial:
    """What came of the tests that stand with the rules. `unreached` are those rules that none of all the mails makes hold;
    `idle`: those that hold for some, and of what they give nothing ever counts, with the rules that came before them."""

    tests: int
    failed: tuple[Failed, ...]
    unreached: tuple[Rule, ...]
    idle: tuple[tuple[Rule, tuple[str, ...]], ...] = ()


def try_rules(routing: Routing) -> Trial:
    """Run the tests that stand with the rules."""
    failed: list[Failed] = []
    reached: set[str] = set()
    counted: set[str] = set()
    before: dict[str, set[str]] = {}
    tests = [(rule, test) for rule in routing.rules for test in rule.tests]
    for rule, test in tests:
        reading = routing.read(facts_of(test.mail, opens=True, context=test.context))
        if rule.when.holds(reading) is not test.holds:
            failed.append(Failed(rule, test, rule.when.explain(reading)))
        elif test.holds:
            holding = tuple(routing.holding(reading))
            said = _Said.by(holding)
            reached.update(each.id for each in holding)
            counted.update(each.id for each in (*said.heard, *said.weighed, *said.first.values()))
            before.setdefault(rule.id, set()).update(_stopped_by(rule, holding, said))
    idle = tuple((rule, tuple(sorted(before[rule.id]))) for rule in routing.rules if rule.id in before.keys() - counted)
    return Trial(len(tests), tuple(failed), tuple(rule for rule in routing.rules if rule.id not in reached), idle)


def _stopped_by(rule: Rule, holding: Sequence[Rule], said: _Said) -> Iterator[str]:
    """The ids of those that gave before what *rule* gives, or stopped it."""
    yield from (said.first[name].id for name in rule.then.wins if name in said.first and said.first[name] is not rule)
    yield from (each.id for each in holding[: holding.index(rule)] if each.stop)
