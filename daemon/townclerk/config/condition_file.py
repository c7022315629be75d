"""Conditions as they stand in a rules file, under `when`.

    when: [missed bin*, bin* not collected]          any of these words, in the subject or what the sender wrote

    when:                                            every line must hold
      subject: [review*]                             words: in the subject, in the text, or anywhere
      sender: ["@lgo.org.uk"]
      all: [missed, bin*]                            each of them
      any: [{is: reply}, [casgliad]]                 one of them
      reads_like: safeguarding                       by the weight of its words: {label: ..., at_least: 80} in percent
      not: [tennis]                                  none of them
      score: {at_least: 3, of: [{weighs: 2, when: [complain*]}, {weighs: 1, when: [again]}]}
                                                     up_to: 2 beside weighs: different words count each, two at most

A word list holds phrases, {pattern: ...}, {near: [missed, bin*], within: 5} and {list: name}. What a phrase may hold beside
words, `domain.phrases` says: (took|takes) .. (his|) card.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sized
from dataclasses import dataclass, field, replace
from graphlib import CycleError, TopologicalSorter
from typing import TypeVar, cast

from townclerk.config.languages import CODES, check_language
from townclerk.config.patterns import check_pattern, check_phrase
from townclerk.config.reading import Fields, Refused, Value, clock, refuse_word, suggest, text, whole_number, word_of, yes_no
from townclerk.config.yaml import Items, Scalar, Table
from townclerk.domain.conditions import (
    AllOf,
    AnyOf,
    Arrives,
    Condition,
    EarlierCases,
    Field,
    HasAttachment,
    HeaderHas,
    Hours,
    Is,
    LargerThan,
    MarkedAsSpam,
    Near,
    Not,
    ReadsLike,
    Score,
    SenderIs,
    SentTo,
    Several,
    Trait,
    Words,
    WrittenIn,
    most_of,
)
from townclerk.domain.mail import SIGNAL_HEADERS
from townclerk.domain.spam_marks import Likelihood

MOST_WORDS = 100  # between words that are near each other
MOST_NAMED = 200_000  # words and addresses that one set of rules takes from lists; those that are shipped take some 15,000
DEEPEST = 32  # lists that name each other, one below the other
WORD_KEYS = ("pattern", "near", "list")
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_SIZE = re.compile(r"(\d{1,6}(?:\.\d)?)\s*(kb|mb)", re.IGNORECASE)
_HOST = r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)+"
_ADDRESS = re.compile(rf"(?:[^\s@<>,;:()*\"]{{0,64}}@|\*\.){_HOST}")
_IN_BRACKETS = re.compile(rf"<([^\s@<>,;:()*\"]{{1,64}}@{_HOST})>")
_DOMAIN = re.compile(rf"(?:\*@|\*|www\.|@\*\.)?({_HOST})")
_UNITS = {"kb": 1_000, "mb": 1_000_000}
_DAYS_LONG = re.compile(r"(\d{1,5})\s+days?")


Asked = TypeVar("Asked", bound=Sized)  # what the items of a list ask for


@dataclass(slots=True)
class _ReadSoFar:
    """What was made of each list, in each way in which it was asked for, and how many words that has come to: a few lists that
    name each other twice would unfold into more than any memory holds."""

    made: dict[tuple[str, object], object] = field(default_factory=dict)
    counted: int = 0

    @property
    def too_much(self) -> bool:
        return self.counted > MOST_NAMED

    def count(self, many: int) -> None:
        """Raises Refused where that is too much, once."""
        before, self.counted = self.too_much, self.counted + many
        if self.too_much and not before:
            raise Refused(
                f"with this, the rules take more than {MOST_NAMED:,} words from lists, each counted wherever its list is named",
                "name long lists in fewer places",
            )


@dataclass(frozen=True, slots=True)
class Lists:
    """The lists of words or addresses that rules may name, and what was learned. `within`: those that are being read, one named
    by the other."""

    named: Mapping[str, Value] = field(default_factory=dict)
    within: tuple[str, ...] = ()
    labels: tuple[str, ...] | None = ()  # that a mail may be compared with; None: any will do
    learned_in: str = ""  # the file that has the labels
    so_far: _ReadSoFar = field(default_factory=_ReadSoFar)  # of all rules together

    def read(self, value: Value, items: "Callable[[Iterable[Value], Lists], Asked]") -> Asked:
        """What *items* makes of the list that *value* names: each list is read once, however many name it. Raises Refused where
        there is none, where it is made of itself, and where the lists come to more than any rules can need."""
        name = text(value)
        if name not in self.named:
            expected = suggest(name, self.named) if self.named else f'write it under lists: "{name}: [...]"'
            raise Refused(f'there is no list "{name}"', expected)
        if name in self.within:
            raise Refused(f'the list "{name}" names itself', "take this item out")
        if len(self.within) == DEEPEST:
            raise Refused(f"more than {DEEPEST} lists name each other, one below the other", "write the words into fewer lists")
        if self.so_far.too_much:
            return items((), self)  # that is said already
        if (name, items) not in self.so_far.made:
            self.so_far.made[name, items] = items(listed(self.named[name]), replace(self, within=(*self.within, name)))
        made = cast("Asked", self.so_far.made[name, items])
        self.so_far.count(len(made))
        return made


def refuse_circles(lists: Mapping[str, Value]) -> None:
    """Notes a fault where lists name each other in a circle, whether or not a rule names one of them."""
    naming = {name: dict(_mentions(value)) for name, value in lists.items()}
    try:
        TopologicalSorter(naming).prepare()
    except CycleError as error:
        first, second, *_ = error.args[1]  # each is named by the next
        naming[second][first].fault(f'the list "{first}" names itself', "take this item out")


def _mentions(value: Value) -> Iterable[tuple[str, Value]]:
    """The lists that *value* names, and where."""
    if isinstance(value.node, Items):
        for item in value.items():
            yield from _mentions(item)
    elif isinstance(value.node, Table):
        for key, entry in value.entries():
            if key != "list":
                yield from _mentions(entry)
            elif isinstance(entry.node, Scalar):
                yield entry.node.text, entry


def read_condition(value: Value, lists: Lists) -> Condition:
    """What stands under `when`, or in a condition. Raises Refused, or notes faults where they stand."""
    return value.called("condition", lambda it: _condition(it, lists))


def _condition(value: Value, lists: Lists) -> Condition:
    if not isinstance(value.node, Table):
        return _words(Field.ANYWHERE, value, lists)
    with value.fields() as f:
        found = tuple(_parts(f, lists))
        if not found and not any(f.has(key) for key in KEYS):
            value.fault("it asks for nothing", f"write one of {', '.join(KEYS)}")
    return found[0] if len(found) == 1 else AllOf(found)


def _parts(f: Fields, lists: Lists) -> Iterable[Condition]:
    """The lines of a condition that are written."""
    readers: dict[str, Callable[[Value], Condition]] = {
        **{where.value: lambda value, where=where: _words(where, value, lists) for where in Field},  # type: ignore[misc]
        "sender": lambda value: SenderIs(_addresses(value, lists)),
        "to": lambda value: SentTo(_addresses(value, lists)),
        "header": _headers,
        "spam": _spam,
        "attachment": _attachment,
        "larger_than": lambda value: LargerThan(size(value)),
        "language": _language,
        "reads_like": lambda value: _reads_like(value, lists),
        "is": lambda value: Is(tuple(word_of(Trait)(item) for item in listed(value))),
        "earlier_cases": _earlier,
        "arrives": _arrives,
        "score": lambda value: _score(value, lists),
        "all": lambda value: AllOf(_each(value, lists)),
        "any": lambda value: AnyOf(_each(value, lists)),
        "also": lambda value: read_condition(value, lists),
        "not": lambda value: Not(read_condition(value, lists)),
    }
    for key, read in readers.items():
        condition = f.optional(key, read, None)
        if condition is not None:
            yield condition
    if words := _Words.of(f, lists):
        yield words.condition(Field.ANYWHERE)


KEYS = (
    *(where.value for where in Field), "sender", "to", "header", "spam", "attachment", "larger_than", "language",
    "reads_like", "is",
    "earlier_cases", "arrives", "score", "all", "any", "also", "not", *WORD_KEYS,
)  # fmt: skip


def _each(value: Value, lists: Lists) -> tuple[Condition, ...]:
    return tuple(
        each for item in listed(value) if (each := item.attempt(lambda it: read_condition(it, lists), None)) is not None
    )


# --- words -----------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Words:
    """What a word list looks for."""

    phrases: set[str] = field(default_factory=set)
    patterns: set[str] = field(default_factory=set)
    nears: list[Near] = field(default_factory=list)

    @classmethod
    def of(cls, f: Fields, lists: Lists) -> "_Words":
        """What the lines pattern, near and list of a group look for."""
        found = cls()
        if (pattern := f.optional("pattern", lambda each: check_pattern(text(each)), None)) is not None:
            found.patterns.add(pattern)
        within = f.optional("within", whole_number(1, MOST_WORDS), None)
        groups = f.optional("near", lambda each: _near(each, lists), ())
        if len(groups) > 1:
            if within is not None and within < (least := _single_words(groups) - 1):
                f.fault("within", f"so many words never stand within {within} of each other", f"write within: {least}, or more")
            found.nears.append(Near(groups, within))
        elif within is not None and not f.has("near"):
            f.fault("within", "belongs to near", "write near: [one, other] beside it")
        if (named := f.optional("list", lambda each: lists.read(each, _words_of), None)) is not None:
            found.join(named)
        return found

    def __len__(self) -> int:
        near = sum(len(group) for each in self.nears for group in each.groups)
        return len(self.phrases) + len(self.patterns) + near

    def add(self, item: Value, lists: Lists) -> None:
        if isinstance(item.node, Scalar):
            self.phrases.add(check_phrase(text(item)))
            return
        with item.fields() as f:
            self.join(_Words.of(f, lists))
            if not any(f.has(key) for key in WORD_KEYS):
                item.fault("it looks for nothing", f"write a phrase, or one of {', '.join(WORD_KEYS)}")

    def join(self, other: "_Words") -> None:
        self.phrases |= other.phrases
        self.patterns |= other.patterns
        self.nears += other.nears

    def condition(self, where: Field) -> Words:
        return Words(where, frozenset(self.phrases), frozenset(self.patterns), tuple(self.nears))


def _words(where: Field, value: Value, lists: Lists) -> Words:
    return _words_of(listed(value), lists).condition(where)


def _words_of(items: Iterable[Value], lists: Lists) -> _Words:
    found = _Words()
    for item in items:
        item.attempt(lambda each: found.add(each, lists), None)
    return found


def listed(value: Value) -> tuple[Value, ...]:
    """The items of a list; a single one may stand without brackets."""
    found = value.items() if isinstance(value.node, Items) else (value,)
    if not found:
        raise Refused("the list is empty", "write words, or take the line out")
    return found


def _near(value: Value, lists: Lists) -> tuple[frozenset[str], ...]:
    groups = tuple(each for item in value.items() if (each := item.attempt(lambda it: _phrases(it, lists), None)) is not None)
    if len(groups) < 2:
        raise Refused("near needs two words at least", "write near: [missed, bin*]")
    return groups


def _single_words(groups: Iterable[frozenset[str]]) -> int:
    """How many of the places are one word each, and another word each: no two of them can be in one place."""
    return len({next(iter(group)).casefold() for group in groups if len(group) == 1 and next(iter(group)).isalpha()})


def _phrases(value: Value, lists: Lists) -> frozenset[str]:
    """Those of one place in near: a phrase, {list: name}, or a list of them."""
    return value.called("words_near", lambda it: _one_place(it, lists))


def _one_place(value: Value, lists: Lists) -> frozenset[str]:
    if isinstance(value.node, Table):
        with value.fields() as f:
            return f.required("list", lambda each: lists.read(each, _phrases_of), frozenset())
    if isinstance(value.node, Items):
        return _phrases_of(listed(value), lists)
    return frozenset((check_phrase(text(value)),))


def _phrases_of(items: Iterable[Value], lists: Lists) -> frozenset[str]:
    return frozenset(each for item in items for each in item.attempt(lambda it: _phrases(it, lists), frozenset()))


# --- what a mail is --------------------------------------------------------------------------------------------------


def _addresses(value: Value, lists: Lists) -> tuple[str, ...]:
    return _addresses_of(listed(value), lists)


def _addresses_of(items: Iterable[Value], lists: Lists) -> tuple[str, ...]:
    found = (each for item in items for each in item.attempt(lambda it: _one_address(it, lists), ()))
    return tuple(dict.fromkeys(found))


def _one_address(item: Value, lists: Lists) -> tuple[str, ...]:
    """An address, or those of {list: name}."""
    if not isinstance(item.node, Table):
        return (check_address(text(item)),)
    with item.fields() as f:
        return f.required("list", lambda each: lists.read(each, _addresses_of), ())


def check_address(written: str) -> str:
    """*written* in lower case, where it is an address, "@lgo.org.uk" for everybody there and below it, or "*.lgo.org.uk" for
    everybody below it alone. Raises Refused, with what may be meant."""
    said = written.strip().lower()
    if _ADDRESS.fullmatch(said):
        return said
    inside, domain = _IN_BRACKETS.search(said), _DOMAIN.fullmatch(said)
    if inside is not None:
        raise Refused(f'"{written}" is an address with a name', f'write "{inside[1]}" alone')
    if domain is not None:
        raise Refused(
            f'"{written}" is neither an address nor a domain',
            f'write "@{domain[1]}" for everybody there and below, or "*.{domain[1]}" for those below it',
        )
    raise Refused(
        f'"{written}" is neither an address nor a domain',
        'write "ann@council.example", "@council.example" or "*.council.example"',
    )


def _headers(value: Value) -> Condition:
    found = [
        each
        for name, entry in value.entries()
        if (each := entry.attempt(lambda it, name=name: _header(name, it), None)) is not None  # type: ignore[misc]
    ]
    if not found:
        raise Refused("it names no header", 'write for instance header: {X-Spam-Flag: "YES"}')
    return found[0] if len(found) == 1 else AllOf(tuple(found))


def _header(name: str, value: Value) -> HeaderHas:
    if not re.fullmatch(r"[!-9;-~]{1,80}", name):
        raise Refused(f'"{name}" is not the name of a header', "write for instance X-Spam-Flag")
    words = tuple(text(item) for item in listed(value))
    if name.lower() not in SIGNAL_HEADERS:
        raise Refused(f'the header "{name}" is not kept of a mail', suggest(name.lower(), SIGNAL_HEADERS))
    return HeaderHas(name.lower(), () if words == ("*",) else words)


def _spam(value: Value) -> MarkedAsSpam:
    """`likely` or `certain`, by the header of the mail server that took it."""
    written = text(value)
    known = [each.name.lower() for each in Likelihood if each]
    value.wants(type="string", enum=known)
    if written not in known:
        refuse_word(written, known)
    return MarkedAsSpam(Likelihood[written.upper()])


def _attachment(value: Value) -> HasAttachment:
    if isinstance(value.node, Scalar):
        if not yes_no(value):
            raise Refused("false says nothing here", "write not: {attachment: true}")
        return HasAttachment()
    with value.fields() as f:
        return HasAttachment(names=f.words("name"), types=f.words("type"), larger_than=f.optional("larger_than", size, 0))


def size(value: Value) -> int:
    """A size, in bytes."""
    written = text(value)
    found = _SIZE.fullmatch(written.strip())
    if found is None:
        raise Refused(f'"{written}" is not a size', "write for instance 500 KB or 2 MB")
    return int(float(found[1]) * _UNITS[found[2].lower()])


def _language(value: Value) -> WrittenIn:
    """`cy`, `[cy, pl]`, or `{not: en}`: in another one."""
    if not isinstance(value.node, Table):
        return WrittenIn(_codes(value))
    with value.fields() as f:
        return WrittenIn(f.required("not", _codes, ()), other=True)


def _codes(value: Value) -> tuple[str, ...]:
    value.wants(type=["string", "array"])
    return tuple(found for item in listed(value) for found in item.attempt(lambda each: (language_of(each),), ()))


def language_of(value: Value) -> str:
    """The code of a language."""
    value.wants(type="string", enum=sorted(CODES))
    return check_language(text(value))


def _reads_like(value: Value, lists: Lists) -> ReadsLike:
    """`safeguarding`, or `{label: safeguarding, at_least: 80}`, in percent."""
    if not isinstance(value.node, Table):
        return ReadsLike(_label(value, lists))
    with value.fields() as f:
        label = f.required("label", lambda each: _label(each, lists), "-")
        return ReadsLike(label, f.optional("at_least", whole_number(1, 100), 0))


def _label(value: Value, lists: Lists) -> str:
    written = text(value)
    value.wants(type="string")
    if lists.labels is None or written in lists.labels:
        return written
    if not lists.labels:
        raise Refused("nothing has been learned of mails", 'name a file of `townclerk rules learn`: "learned: shared/learned"')
    raise Refused(
        f'nothing has been learned of "{written}": {lists.learned_in} does not have it',
        f"{suggest(written, lists.labels)}; or let townclerk rules learn learn it, too",
    )


def _earlier(value: Value) -> EarlierCases:
    with value.fields() as f:
        return EarlierCases(f.required("at_least", whole_number(1, 1000), 1), f.optional("within", _days_long, 0))


def _days_long(value: Value) -> int:
    written = text(value)
    found = _DAYS_LONG.fullmatch(written.strip())
    if found is None or not int(found[1]):
        said = f"{written.strip()} days" if written.strip().isdecimal() and int(written) else "for instance 90 days"
        raise Refused(f'"{written}" does not say how many days', f"write {said}")
    return int(found[1])


def _arrives(value: Value) -> Arrives:
    with value.fields() as f:
        days = f.optional("days", lambda each: tuple(_day(item) for item in listed(each)), ())
        hours = f.optional("between", _hours, None)
        found = Arrives(days, hours, f.optional("working_time", yes_no, None))
        if found == Arrives() and not any(f.has(key) for key in ("days", "between", "working_time")):
            value.fault("it names no time", "write days, between or working_time")
        return found


def _day(value: Value) -> int:
    written = text(value)
    if written.lower() not in DAYS:
        raise Refused(f'"{written}" is not a day of the week', suggest(written, DAYS))
    return DAYS.index(written.lower())


def _hours(value: Value) -> Hours:
    items = value.items()
    if len(items) != 2:
        raise Refused("two times belong here", 'write between: ["18:00", "08:00"]')
    found = Hours(clock(items[0]), clock(items[1]))
    if found.begins == found.ends:
        raise Refused("it begins when it ends", "write two different times")
    return found


def _score(value: Value, lists: Lists) -> Score:
    with value.fields() as f:
        at_least = f.required("at_least", whole_number(1, 1000), 1)
        weighed = f.required("of", lambda each: each.each(lambda item: _weighed(item, lists)), ())
        most = sum(weight * most_of(each) for weight, each in weighed if weight > 0)
        if weighed and most < at_least:
            f.fault("at_least", f"{at_least} is never reached: all together weigh {most}", f"write {most} or less")
        return Score(at_least, weighed)


def _weighed(value: Value, lists: Lists) -> tuple[int, Condition]:
    with value.fields() as f:
        weight = f.required("weighs", whole_number(-100, 100), 1)
        condition = f.required("when", lambda each: read_condition(each, lists), AllOf(()))
        up_to = f.optional("up_to", whole_number(1, 20), 1)
        if up_to > 1 and not isinstance(condition, Words):
            f.fault("up_to", "it counts words, and this asks for something else as well", "name words alone under when")
        return weight, Several(condition, up_to) if up_to > 1 and isinstance(condition, Words) else condition
