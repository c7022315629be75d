"""What a routing rule may ask of a mail, and why the answer is yes or no."""

from abc import ABC, abstractmethod
from calendar import day_name
from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass, field, replace
from datetime import datetime, time
from enum import StrEnum
from fnmatch import fnmatchcase
from functools import cached_property
from typing import Protocol

from townclerk.domain.likeness import NOTHING_LEARNED, Learned, Likeness, places
from townclerk.domain.phrases import Findings, Found, PhraseIndex, near
from townclerk.domain.spam_marks import Likelihood, spam_mark

ALL, ANY, NOT = "all of", "any of", "not"  # what these ask for, in their verdicts
MOST_SHOWN = 5  # places of one condition, where it says what it was found on


class Field(StrEnum):
    """Where words are looked for. `text` is what the sender wrote this time; `anywhere` the subject, or that."""

    SUBJECT = "subject"
    TEXT = "text"
    ANYWHERE = "anywhere"


class Trait(StrEnum):
    """What a mail is, beside what it says."""

    REPLY = "reply"  # it answers a mail
    FORWARD = "forward"  # it hands on what somebody else wrote
    AUTOMATIC = "automatic"  # a machine sent it: an out-of-office, a notification
    LIST = "list"  # it came by a mailing list, or is a circular
    FROM_STAFF = "from_staff"  # its sender is on the roster
    FROM_MEMBER = "from_member"  # its sender is on the policy's list of members: an MP, a councillor


class Patterns(Protocol):
    """The patterns of all rules, in a linear-time engine: no rule can ever hang the daemon."""

    def found(self, text: str) -> frozenset[str]:
        """Those that match somewhere in *text*, as they are written in the rules."""

    def places(self, pattern: str, text: str) -> Iterable[tuple[int, int]]:
        """Where *pattern* matches in *text*: characters."""


class NoPatterns:
    """The patterns of rules that have none."""

    def found(self, text: str) -> frozenset[str]:  # noqa: ARG002 - there is nothing to look for
        return frozenset()

    def places(self, pattern: str, text: str) -> Iterable[tuple[int, int]]:  # noqa: ARG002 - as above
        return ()


class Languages(Protocol):
    """What tells languages apart."""

    def of(self, text: str) -> str:
        """The code of the language in which most of *text* is written, "cy"; "" where that cannot be said for certain."""


class NoLanguages:
    """For rules that ask for none."""

    def of(self, text: str) -> str:  # noqa: ARG002 - nobody asks
        return ""


@dataclass(frozen=True, slots=True)
class Part:
    """A file that came with a mail. `size` in bytes."""

    name: str
    content_type: str
    size: int


@dataclass(frozen=True)
class Facts:
    """What rules may look at. Addresses are in lower case. `size` in bytes; `received_at` in the council's time zone;
    `earlier`: when the sender's earlier cases were opened; `working_time`: it came when the council works."""

    subject: str = ""
    text: str = ""
    sender: str = ""
    recipients: tuple[str, ...] = ()
    headers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # lower-case name -> values
    attachments: tuple[Part, ...] = ()
    size: int = 0
    traits: frozenset[Trait] = frozenset()
    earlier: tuple[datetime, ...] = ()
    received_at: datetime | None = None
    working_time: bool = True


class Reading:
    """A mail, and what all rules' words and patterns find in it: each text is read once, however many rules ask."""

    def __init__(
        self, facts: Facts, phrases: PhraseIndex, patterns: Patterns, languages: Languages, learned: Learned = NOTHING_LEARNED
    ) -> None:
        self.facts = facts
        self.phrases = phrases
        self.patterns = patterns
        self._languages = languages
        self._learned = learned
        self._phrases: dict[Field, Set[str]] = {}
        self._patterns: dict[Field, Set[str]] = {}

    @cached_property
    def subject(self) -> "TextRead":
        return TextRead(self.facts.subject, self.phrases, self.patterns)

    @cached_property
    def text(self) -> "TextRead":
        return TextRead(self.facts.text, self.phrases, self.patterns)

    @cached_property
    def language(self) -> str:
        """The code of that in which the sender wrote; "" where it cannot be said. It is looked for where a rule asks, only."""
        return self._languages.of(self.facts.text)

    @cached_property
    def likeness(self) -> Mapping[str, Likeness]:
        """What the mail reads like, by label."""
        return self._learned.judge(self.facts.subject, self.facts.text)

    def signs_of(self, label: str) -> tuple[str, ...]:
        """The words by which most the mail reads like those of that label."""
        return self._learned.signs_of(label, self.likeness[label], self.facts.subject, self.facts.text)

    def texts(self, where: Field) -> "tuple[tuple[Field, TextRead], ...]":
        if where is Field.SUBJECT:
            return ((where, self.subject),)
        text = (Field.TEXT, self.text)
        return (text,) if where is Field.TEXT else ((Field.SUBJECT, self.subject), text)

    def phrases_in(self, where: Field) -> Set[str]:
        """Those that stand there, as they are written in the rules."""
        found = self._phrases.get(where)
        if found is None:
            found = self._phrases[where] = frozenset().union(*(text.names for _, text in self.texts(where)))
        return found

    def patterns_in(self, where: Field) -> Set[str]:
        """Those that match there, as they are written in the rules."""
        found = self._patterns.get(where)
        if found is None:
            found = self._patterns[where] = frozenset().union(*(text.patterns for _, text in self.texts(where)))
        return found


class TextRead:
    """A text, and what stands in it."""

    def __init__(self, text: str, phrases: PhraseIndex, patterns: Patterns) -> None:
        self.text = text
        self._patterns = patterns
        self.phrases: Findings = phrases.find(text)
        self.names = frozenset(self.phrases)

    @cached_property
    def patterns(self) -> frozenset[str]:
        return self._patterns.found(self.text)

    def places(self, pattern: str) -> Iterable[tuple[int, int]]:
        return self._patterns.places(pattern, self.text)


@dataclass(frozen=True, slots=True)
class Mark:
    """Characters *start* to *end* of the subject or the text."""

    where: Field
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a condition holds, what it asked for, on which words (where it looks at words), and those below it."""

    holds: bool
    asked: str
    because: str = ""
    marks: tuple[Mark, ...] = ()
    below: tuple["Verdict", ...] = ()


class Condition(Protocol):
    """A question about a mail."""

    def holds(self, reading: Reading) -> bool: ...

    def explain(self, reading: Reading) -> Verdict: ...

    def below(self) -> "tuple[Condition, ...]":
        """The conditions of which this one is made."""


# --- words ---------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Near:
    """A word of each group, however ordered, no two more than `within` words apart; None: in the same text."""

    groups: tuple[frozenset[str], ...]
    within: int | None

    def find(self, found: Findings) -> tuple[Found, ...]:
        if any(found.keys().isdisjoint(group) for group in self.groups):
            return ()
        return near([[place for phrase in group for place in found.get(phrase, ())] for group in self.groups], self.within)

    def __str__(self) -> str:
        said = " near ".join("/".join(sorted(group)) for group in self.groups)
        return said if self.within is None else f"{said} (within {self.within} words)"


@dataclass(frozen=True, slots=True)
class Words:
    """Any of the phrases, the patterns or the words near each other stands there."""

    where: Field
    phrases: frozenset[str] = frozenset()
    patterns: frozenset[str] = frozenset()
    nears: tuple[Near, ...] = ()

    def holds(self, reading: Reading) -> bool:
        if self.phrases and not reading.phrases_in(self.where).isdisjoint(self.phrases):
            return True
        if self.nears and any(each.find(text.phrases) for _, text in reading.texts(self.where) for each in self.nears):
            return True
        return bool(self.patterns) and not reading.patterns_in(self.where).isdisjoint(self.patterns)

    def explain(self, reading: Reading) -> Verdict:
        marks = [Mark(where, *place) for where, text in reading.texts(self.where) for place in self._places(text)]
        marks = sorted(set(marks), key=lambda mark: (mark.where != Field.SUBJECT, mark.start))
        texts = dict(reading.texts(self.where))
        said = dict.fromkeys(f"“{' '.join(texts[mark.where].text[mark.start : mark.end].split())}”" for mark in marks)
        return Verdict(bool(marks), f"{self.where}: {self._asked()}", _few(tuple(said)), tuple(marks))

    def _places(self, text: TextRead) -> Iterator[tuple[int, int]]:
        for phrase in self.phrases & text.names:
            yield from ((place.start, place.end) for place in text.phrases[phrase])
        for each in self.nears:
            yield from ((place.start, place.end) for place in each.find(text.phrases))
        for pattern in self._matching(text):
            yield from text.places(pattern)

    def _matching(self, text: TextRead) -> frozenset[str]:
        return self.patterns & text.patterns if self.patterns else self.patterns

    def count(self, text: TextRead) -> int:
        """How many different ones stand there, no two in the same place."""
        found = [(place.start, place.end, phrase) for phrase in self.phrases & text.names for place in text.phrases[phrase]]
        found += [(places[0].start, places[-1].end, str(each)) for each in self.nears if (places := each.find(text.phrases))]
        found += [(*place, pattern) for pattern in self._matching(text) for place in text.places(pattern)]
        if len(found) < 2:
            return len(found)
        counted: set[str] = set()
        reached = -1
        for start, end, which in sorted(found, key=lambda each: (each[0], -each[1])):
            if start >= reached and which not in counted:
                counted.add(which)
                reached = end
        return len(counted)

    def _asked(self) -> str:
        return _few(
            (*sorted(self.phrases), *(str(each) for each in self.nears), *(f"/{each}/" for each in sorted(self.patterns)))
        )

    def below(self) -> tuple[Condition, ...]:
        return ()


@dataclass(frozen=True, slots=True)
class Several:
    """Different ones of the words stand there, of which up to so many count."""

    words: Words
    up_to: int

    def holds(self, reading: Reading) -> bool:
        return self.words.holds(reading)

    def count(self, reading: Reading) -> int:
        """How many different ones, each in a place of its own."""
        return min(self.up_to, sum(self.words.count(text) for _, text in reading.texts(self.words.where)))

    def explain(self, reading: Reading) -> Verdict:
        return replace(self.words.explain(reading), holds=self.holds(reading))

    def below(self) -> tuple[Condition, ...]:
        return (self.words,)


def most_of(condition: Condition) -> int:
    """How often *condition* counts at most."""
    return condition.up_to if isinstance(condition, Several) else 1


def _times(condition: Condition, reading: Reading) -> int:
    return condition.count(reading) if isinstance(condition, Several) else int(condition.holds(reading))


def _few(said: tuple[str, ...]) -> str:
    more = len(said) - MOST_SHOWN
    return ", ".join(said[:MOST_SHOWN]) + (f" and {more} more" if more > 0 else "")


# --- what a mail is ------------------------------------------------------------------------------------------------------


class Question(ABC):
    """A condition that looks at one fact."""

    __slots__ = ()

    @abstractmethod
    def answer(self, facts: Facts) -> str:
        """What was found, in words; "" where it does not hold."""

    def holds(self, reading: Reading) -> bool:
        return bool(self.answer(reading.facts))

    def explain(self, reading: Reading) -> Verdict:
        answer = self.answer(reading.facts)
        return Verdict(bool(answer), str(self), answer)

    def below(self) -> tuple[Condition, ...]:
        return ()


@dataclass(frozen=True, slots=True)
class SenderIs(Question):
    """The sender is one of these: `ann@council.example`, or `@council.example` for everybody there and below."""

    wanted: tuple[str, ...]

    def answer(self, facts: Facts) -> str:
        return facts.sender if any(is_at(facts.sender, each) for each in self.wanted) else ""

    def __str__(self) -> str:
        return f"sender: {_few(self.wanted)}"


@dataclass(frozen=True, slots=True)
class SentTo(Question):
    """It was sent to one of these, as `SenderIs`: an alias of the mailbox, for instance."""

    wanted: tuple[str, ...]

    def answer(self, facts: Facts) -> str:
        return _few(tuple(each for each in facts.recipients if any(is_at(each, one) for one in self.wanted)))

    def __str__(self) -> str:
        return f"to: {_few(self.wanted)}"


def is_at(address: str, wanted: str) -> bool:
    """Whether *address* is *wanted*: an address, "@domain" (there and below), or "*.domain" (below it). Both in lower case."""
    host = address.rpartition("@")[2]
    if wanted.startswith("*."):
        return host.endswith(wanted[1:])
    if not wanted.startswith("@"):
        return address == wanted
    return bool(host) and (host == wanted[1:] or host.endswith(f".{wanted[1:]}"))


@dataclass(frozen=True, slots=True)
class HeaderHas(Question):
    """The header *name*, lower case, is there, and holds one of the words, where there are any, in any case."""

    name: str
    words: tuple[str, ...] = ()

    def answer(self, facts: Facts) -> str:
        values = facts.headers.get(self.name, ())
        if not self.words:
            return "it is there" if values else ""
        return next((word for word in self.words for value in values if word.casefold() in value.casefold()), "")

    def __str__(self) -> str:
        return f"header {self.name}: {_few(self.words) if self.words else 'is there'}"


@dataclass(frozen=True, slots=True)
class MarkedAsSpam(Question):
    """The mail server that took it says that it is spam, at least as surely as this."""

    at_least: Likelihood

    def answer(self, facts: Facts) -> str:
        mark = spam_mark(facts.headers)
        return mark.because if mark.likelihood >= self.at_least else ""

    def __str__(self) -> str:
        return f"spam: {self.at_least.name.lower()}"


@dataclass(frozen=True, slots=True)
class HasAttachment(Question):
    """A file came along, of one of these names (* stands for anything), of one of these types, and of more than so many
    bytes; () or 0: of any."""

    names: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    larger_than: int = 0

    def answer(self, facts: Facts) -> str:
        return next((each.name or "a file without a name" for each in facts.attachments if self._is(each)), "")

    def _is(self, part: Part) -> bool:
        named = not self.names or any(fnmatchcase(part.name.casefold(), each.casefold()) for each in self.names)
        typed = not self.types or any(fnmatchcase(part.content_type.lower(), each.lower()) for each in self.types)
        return named and typed and part.size > self.larger_than

    def __str__(self) -> str:
        larger = f"larger than {self.larger_than} bytes" if self.larger_than else ""
        return " ".join(["attachment:", *(each for each in (_few(self.names), _few(self.types), larger) if each)])


@dataclass(frozen=True, slots=True)
class LargerThan(Question):
    """The whole mail has more than so many bytes."""

    size: int

    def answer(self, facts: Facts) -> str:
        return f"{facts.size} bytes" if facts.size > self.size else ""

    def __str__(self) -> str:
        return f"larger than {self.size} bytes"


@dataclass(frozen=True, slots=True)
class Is(Question):
    """It has one of these traits."""

    traits: tuple[Trait, ...]

    def answer(self, facts: Facts) -> str:
        return _few(tuple(each.value for each in self.traits if each in facts.traits))

    def __str__(self) -> str:
        return f"is: {_few(tuple(each.value for each in self.traits))}"


@dataclass(frozen=True, slots=True)
class EarlierCases(Question):
    """The sender has had at least so many cases, opened within so many days before this mail; 0: ever."""

    at_least: int
    within_days: int = 0

    def answer(self, facts: Facts) -> str:
        at = facts.received_at
        count = sum(1 for each in facts.earlier if not self.within_days or at is None or (at - each).days < self.within_days)
        return f"{count} earlier" if count >= self.at_least else ""

    def __str__(self) -> str:
        within = f" within {self.within_days} days" if self.within_days else ""
        return f"at least {self.at_least} earlier cases{within}"


@dataclass(frozen=True, slots=True)
class Arrives(Question):
    """When it came: on one of these days of the week (0 is Monday), within these hours, in working time or out of it. What is
    not asked, () or None, is all the same."""

    days: tuple[int, ...] = ()
    hours: "Hours | None" = None
    working_time: bool | None = None

    def answer(self, facts: Facts) -> str:
        at = facts.received_at
        if at is None or (self.days and at.weekday() not in self.days) or (self.hours and not self.hours.has(at.time())):
            return ""
        return f"{at:%A %H:%M}" if self.working_time in (None, facts.working_time) else ""

    def __str__(self) -> str:
        days = ", ".join(f"{day_name[day]}s" for day in self.days)
        hours = f"from {self.hours.begins:%H:%M} to {self.hours.ends:%H:%M}" if self.hours else ""
        working = {None: "", True: "in working time", False: "out of working time"}[self.working_time]
        return f"arrives: {', '.join(part for part in (days, hours, working) if part)}"


@dataclass(frozen=True, slots=True)
class Hours:
    """A part of each day; from the evening to the morning where it ends before it begins."""

    begins: time
    ends: time

    def has(self, at: time) -> bool:
        if self.begins <= self.ends:
            return self.begins <= at < self.ends
        return at >= self.begins or at < self.ends


@dataclass(frozen=True, slots=True)
class WrittenIn:
    """The sender wrote in one of these languages, by their codes; *other*: in another one than these. Of a text of which
    nobody can say it, neither holds."""

    languages: tuple[str, ...]
    other: bool = False

    def holds(self, reading: Reading) -> bool:
        return bool(reading.language) and (reading.language in self.languages) is not self.other

    def explain(self, reading: Reading) -> Verdict:
        return Verdict(
            self.holds(reading), str(self), f"it is {reading.language or 'too short to say, or of none for certain'}"
        )

    def below(self) -> tuple[Condition, ...]:
        return ()

    def __str__(self) -> str:
        return f"language: {'not ' if self.other else ''}{_few(self.languages)}"


@dataclass(frozen=True, slots=True)
class ReadsLike:
    """It reads like the mails that people have given this label: more than like those of any other, or, of a label that
    stands for itself, more likely than not; with `at_least`, so many percent, which may be fewer."""

    label: str
    at_least: int = 0

    def holds(self, reading: Reading) -> bool:
        found = reading.likeness[self.label]
        return found.share * 100 >= self.at_least if self.at_least else found.plain

    def explain(self, reading: Reading) -> Verdict:
        found = reading.likeness[self.label]
        signs = reading.signs_of(self.label)
        said = _few(tuple(f"“{sign}”" for sign in signs))
        because = f"{found.share:.0%}{f', most by {said}' if said else ''}"
        marks = tuple(
            Mark(where, *place) for where, text in reading.texts(Field.ANYWHERE) for place in sorted(places(signs, text.text))
        )
        return Verdict(self.holds(reading), str(self), because, marks if self.holds(reading) else ())

    def below(self) -> tuple[Condition, ...]:
        return ()

    def __str__(self) -> str:
        return f"reads like: {self.label}{f', at least {self.at_least} %' if self.at_least else ''}"


# --- all, any, not, scores -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class AllOf:
    """Each of them holds."""

    conditions: tuple[Condition, ...]

    def holds(self, reading: Reading) -> bool:
        for each in self.conditions:  # noqa: SIM110 - a thousand rules ask a mail: this takes half as long as all()
            if not each.holds(reading):
                return False
        return True

    def explain(self, reading: Reading) -> Verdict:
        below = tuple(each.explain(reading) for each in self.conditions)
        return Verdict(all(each.holds for each in below), ALL, below=below)

    def below(self) -> tuple[Condition, ...]:
        return self.conditions


@dataclass(frozen=True, slots=True)
class AnyOf:
    """One of them holds."""

    conditions: tuple[Condition, ...]

    def holds(self, reading: Reading) -> bool:
        for each in self.conditions:  # noqa: SIM110 - as in AllOf
            if each.holds(reading):
                return True
        return False

    def explain(self, reading: Reading) -> Verdict:
        below = tuple(each.explain(reading) for each in self.conditions)
        return Verdict(any(each.holds for each in below), ANY, below=below)

    def below(self) -> tuple[Condition, ...]:
        return self.conditions


@dataclass(frozen=True, slots=True)
class Not:
    """It does not hold."""

    condition: Condition

    def holds(self, reading: Reading) -> bool:
        return not self.condition.holds(reading)

    def explain(self, reading: Reading) -> Verdict:
        found = self.condition.explain(reading)
        return Verdict(not found.holds, NOT, below=(found,))

    def below(self) -> tuple[Condition, ...]:
        return (self.condition,)


@dataclass(frozen=True, slots=True)
class Score:
    """What holds adds its weight; so that one word does not decide."""

    at_least: int
    weighed: tuple[tuple[int, Condition], ...]

    def holds(self, reading: Reading) -> bool:
        return sum(weight * _times(each, reading) for weight, each in self.weighed) >= self.at_least

    def explain(self, reading: Reading) -> Verdict:
        below = tuple(each.explain(reading) for _, each in self.weighed)
        parts = [weight * times for weight, each in self.weighed if (times := _times(each, reading))]
        said = " + ".join(str(each) for each in parts) if len(parts) > 1 else ""
        because = f"{said} = {sum(parts)}" if said else str(sum(parts))
        return Verdict(sum(parts) >= self.at_least, f"a score of at least {self.at_least}", because, below=below)

    def below(self) -> tuple[Condition, ...]:
        return tuple(each for _, each in self.weighed)


@dataclass(frozen=True, slots=True)
class Signs:
    """Phrases and patterns, as they are written in the rules."""

    phrases: frozenset[str] = frozenset()
    patterns: frozenset[str] = frozenset()

    def __len__(self) -> int:
        return len(self.phrases) + len(self.patterns)


def needed_by(condition: Condition) -> Signs | None:
    """What *condition* cannot hold without: one of these stands somewhere in the mail. None: it may hold without words."""
    match condition:
        case Words(phrases=phrases, patterns=patterns, nears=nears):
            return Signs(phrases.union(*(near.groups[0] for near in nears)), patterns)
        case Several(words=words):
            return needed_by(words)
        case AllOf(conditions=conditions):
            needed = [each for each in map(needed_by, conditions) if each is not None]
            return min(needed, key=len) if needed else None
        case AnyOf(conditions=conditions):
            return _any_needed(conditions)
        case Score(at_least=at_least, weighed=weighed) if at_least > 0:
            return _any_needed(each for weight, each in weighed if weight > 0)
    return None


def _any_needed(conditions: Iterable[Condition]) -> Signs | None:
    needed = [needed_by(each) for each in conditions]
    found = [each for each in needed if each is not None]
    if len(found) < len(needed):
        return None
    none: frozenset[str] = frozenset()
    return Signs(none.union(*(each.phrases for each in found)), none.union(*(each.patterns for each in found)))


def different_words(condition: Condition, reading: Reading) -> int:
    """On how many different words *condition* holds; what it rules out is none of them. 1 where it asks for no words."""
    words = (each for each in _asked_for(condition) if isinstance(each, Words))
    return max(1, sum(each.count(text) for each in words for _, text in reading.texts(each.where)))


def likeness_asked_for(condition: Condition, reading: Reading) -> float:
    """How like the mail is to what *condition* compares it with, from 0 to 1; of several the most."""
    asked = (each.label for each in _asked_for(condition) if isinstance(each, ReadsLike))
    return max((reading.likeness[label].share for label in asked), default=0.0)


def _asked_for(condition: Condition) -> Iterator[Condition]:
    yield condition
    if not isinstance(condition, Not):
        for each in condition.below():
            yield from _asked_for(each)


def every_condition(condition: Condition) -> Iterator[Condition]:
    """*condition*, and all of which it is made, however deep."""
    yield condition
    for each in condition.below():
        yield from every_condition(each)


def can_hold(condition: Condition) -> bool:
    """False where *condition* rules out what it asks for, whatever the mail. True is no promise."""
    if isinstance(condition, AnyOf):
        return any(can_hold(each) for each in condition.conditions)
    if not isinstance(condition, AllOf):
        return True
    asked = tuple(_asked(condition))
    ruled_out = tuple(part for each in asked if isinstance(each, Not) for part in _parts_of_any(each.condition))
    return all(can_hold(each) for each in asked) and not any(_covers(one, each) for each in asked for one in ruled_out)


def _asked(condition: Condition) -> Iterator[Condition]:
    """What must hold where *condition* does."""
    if isinstance(condition, AllOf):
        for each in condition.conditions:
            yield from _asked(each)
    else:
        yield condition


def _parts_of_any(condition: Condition) -> Iterator[Condition]:
    """Those of which each alone makes *condition* hold."""
    if isinstance(condition, AnyOf):
        for each in condition.conditions:
            yield from _parts_of_any(each)
    else:
        yield condition


def _covers(one: Condition, other: Condition) -> bool:
    """True where *one* holds whenever *other* does, as far as that is plain to see."""
    if not (isinstance(one, Words) and isinstance(other, Words)):
        return one == other
    there = one.where in (other.where, Field.ANYWHERE)
    return there and other.phrases <= one.phrases and other.patterns <= one.patterns and set(other.nears) <= set(one.nears)
