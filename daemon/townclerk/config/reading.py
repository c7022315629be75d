"""Reading a tree into values, and collecting all that is wrong with it on the way.

A leaf reader takes a `Value` and returns what it means, or raises `Refused` with the words for the admin. `Fields` catches
that, notes the fault with its place and goes on with a stand-in, so that one pass finds every fault. A stand-in never gets
out: whoever began the reading calls `Faults.stop` before they use the value.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, time
from difflib import get_close_matches
from enum import StrEnum
from functools import partial
from types import TracebackType
from typing import NoReturn, Self, TypeVar

from townclerk.config.errors import Fault, FilesRefused
from townclerk.config.yaml import Entry, Items, Kind, Node, Place, Scalar, Table
from townclerk.domain.addressing import NotAnAddress, wire_address

NAME = re.compile(r"[a-z][a-z0-9_]*")
INDENT = "write name: value lines, indented below it"
T = TypeVar("T")
D = TypeVar("D")  # what stands in for it
Word = TypeVar("Word", bound=StrEnum)


class Refused(Exception):
    """A value does not mean what it must here."""

    def __init__(self, message: str, expected: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.expected = expected


class WrongShape(Refused):
    """A list stands where a value must, or the like."""


@dataclass(slots=True)
class Faults:
    """What has been found wrong so far."""

    found: list[Fault] = field(default_factory=list)

    def add(self, place: Place, path: str, message: str, expected: str = "") -> None:
        self.found.append(Fault(place.file, place.line, place.column, path, message, expected))

    def stop(self) -> None:
        """Raise FilesRefused where anything was found."""
        if self.found:
            raise FilesRefused(self.found)


@dataclass(frozen=True, slots=True)
class Value:
    """A node of the tree, where it stands, and where its faults go."""

    node: Node
    path: str
    faults: Faults

    @property
    def is_nothing(self) -> bool:
        return isinstance(self.node, Scalar) and self.node.kind is Kind.NOTHING

    def fault(self, message: str, expected: str = "") -> None:
        self.faults.add(self.node.place, self.path, message, expected)

    def fields(self) -> "Fields":
        if not isinstance(self.node, Table):
            raise WrongShape(f"{_shape(self.node)} stands where a group of settings must", INDENT)
        return Fields(self, self.node)

    def items(self) -> "tuple[Value, ...]":
        if not isinstance(self.node, Items):
            raise WrongShape(f"{_shape(self.node)} stands where a list must", "write it in brackets: [one, two]")
        return tuple(Value(item, f"{self.path}[{n}]", self.faults) for n, item in enumerate(self.node.items))

    def entries(self) -> "tuple[tuple[str, Value], ...]":
        """Name and value of each entry, where the names are the admin's own."""
        if not isinstance(self.node, Table):
            raise WrongShape(f"{_shape(self.node)} stands where names and their values must", INDENT)
        return tuple((e.key, Value(e.node, _join(self.path, e.key), self.faults)) for e in self.node.entries)

    def wants(self, **kind: object) -> None:
        """A leaf reader says here what it reads, in the words of JSON Schema. For whoever draws the schema (`config.schema`)
        from the readers themselves; reading a file needs it not."""

    def called(self, name: str, read: "Callable[[Value], T]") -> T:
        """What *read* makes of this value: a kind of thing called *name*, which may stand in itself."""
        del name  # for whoever draws the schema
        return read(self)

    def keyed(
        self,
        words: type[Word],
        read: "Callable[[Word, Value], T]",
        stand_in: D,
        called: str,
        meant: "Callable[[str, Iterable[str]], str] | None" = None,
    ) -> "dict[Word, T | D]":
        """What *read* makes of the entries of a group whose names are *words*; another name is a fault: not *called* so, and
        what was *meant* is suggested."""
        known = {word.value: word for word in words}
        for name, entry in self.entries():
            if name not in known:
                entry.fault(f'"{name}" is not {called}', (meant or suggest)(name, known))
        named = ((known[name], entry) for name, entry in self.entries() if name in known)
        return {word: entry.attempt(partial(read, word), stand_in) for word, entry in named}

    def attempt(self, read: "Callable[[Value], T]", stand_in: D) -> T | D:
        """What *read* makes of this value; *stand_in*, and a fault noted, where it refuses."""
        try:
            return read(self)
        except Refused as refused:
            self.fault(refused.message, refused.expected)
            return stand_in

    def each(self, read: "Callable[[Value], T]") -> tuple[T, ...]:
        """What *read* makes of each item of this list; those that it refuses are noted and left out."""
        kept: list[T] = []
        for item in self.items():
            item.attempt(lambda value: kept.append(read(value)), None)
        return tuple(kept)

    def named(self, read: "Callable[[str, Value], T]") -> dict[str, T]:
        """What *read* makes of the entries of a group whose names are the admin's own; those that it refuses are left out."""
        kept: dict[str, T] = {}
        for name, entry in self.entries():
            try:
                _check_name(name)
                kept[name] = read(name, entry)
            except Refused as refused:
                entry.fault(refused.message, refused.expected)
        return kept


def _check_name(written: str) -> None:
    if not NAME.fullmatch(written):
        raise Refused(f'"{written}" cannot be a name', "write small letters, digits and _, beginning with a letter")


class Fields:
    """A group of settings with fixed names. Used with `with`: at its end, names that nobody asked for are faults."""

    def __init__(self, value: Value, table: Table) -> None:
        self._value, self._table = value, table
        self._known: list[str] = []
        self._otherwise: dict[str, str] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if kind is None:
            self._fault_unknown()

    def has(self, key: str) -> bool:
        """Whether something other than nothing is written there."""
        found = self.find(key)
        return found is not None and not found.is_nothing

    def find(self, key: str) -> Value | None:
        self._known.append(key)
        entry = self._table.find(key)
        return Value(entry.node, _join(self._value.path, key), self._value.faults) if entry else None

    def required(self, key: str, read: Callable[[Value], T], stand_in: D) -> T | D:
        found = self.find(key)
        if found is None or found.is_nothing:
            place = found.node.place if found else self._table.place
            self._value.faults.add(place, _join(self._value.path, key), "is missing", f'write a line "{key}: ..."')
            return stand_in
        return found.attempt(read, stand_in)

    def optional(self, key: str, read: Callable[[Value], T], default: D) -> T | D:
        """*default* where it is not written, or nothing (null) is."""
        found = self.find(key)
        return default if found is None or found.is_nothing else found.attempt(read, default)

    def text(self, key: str) -> str:
        return self.required(key, text, "-")

    def optional_text(self, key: str, default: str = "") -> str:
        return self.optional(key, text, default)

    def words(self, key: str) -> tuple[str, ...]:
        return self.optional(key, words, ())

    def yes_no(self, key: str, default: bool) -> bool:
        return self.optional(key, yes_no, default)

    def number(self, key: str, default: int, least: int = 0, most: int = 1_000_000) -> int:
        return self.optional(key, whole_number(least, most), default)

    def fault(self, key: str, message: str, expected: str = "") -> None:
        """Note a fault at *key*, or at the group where the key is not written."""
        entry = self._table.find(key)
        place = entry.node.place if entry else self._table.place
        self._value.faults.add(place, _join(self._value.path, key), message, expected)

    def called_otherwise(self, **here: str) -> None:
        """What people may write in the place of a key whose name is not like it."""
        self._otherwise |= here

    def _fault_unknown(self) -> None:
        for entry in self._table.entries:
            if entry.key not in self._known:
                path = _join(self._value.path, entry.key)
                meant = self._otherwise.get(entry.key)
                expected = f'write "{meant}"' if meant is not None else _instead(entry, self._known)
                self._value.faults.add(entry.place, path, f'"{entry.key}" is not known here', expected)


def _join(path: str, key: str) -> str:
    return f"{path}.{key}" if path else key


def _instead(entry: Entry, known: Iterable[str]) -> str:
    """What to write in place of a name that nobody knows."""
    name, colon, value = entry.key.partition(":")
    if colon and value and isinstance(entry.node, Scalar) and entry.node.kind is Kind.NOTHING:
        return f"write a space after the colon: {name}: {value}"
    if any(mark in entry.key for mark in "“”„‘"):
        return "the quotation marks of a letter are none in a file: write \" or '"
    if entry.key.isdigit() and isinstance(entry.node, Scalar) and entry.node.kind is Kind.NOTHING:
        return "a number is written without commas, as 1000; an address with one, in quotation marks"
    return suggest(entry.key, known)


def describe(node: Node) -> str:
    match node:
        case Scalar(kind=Kind.NOTHING):
            return "nothing"
        case Scalar(text=text):
            return f'"{text}"'
        case Items():
            return "a list"
        case Table():
            return "a group of settings"


def _shape(node: Node) -> str:
    """What *node* is, and not what it says: what stands where a group must may be a password."""
    return "a single value" if isinstance(node, Scalar) and node.kind is not Kind.NOTHING else describe(node)


def suggest(wrong: str, right: Iterable[str]) -> str:
    """What the admin may have meant by *wrong*, or everything that would be right."""
    known = tuple(dict.fromkeys(right))
    close = get_close_matches(wrong.lower(), known, n=1, cutoff=0.6)
    return f'did you mean "{close[0]}"?' if close else f"known here: {', '.join(known)}"


def read_root(node: Node, faults: Faults, read: Callable[[Value], T]) -> T:
    """The whole of a file. Raises FilesRefused with everything that was found wrong."""
    root = Value(node, "", faults)
    try:
        found = read(root)
    except Refused as refused:
        root.fault(refused.message, refused.expected)
        raise FilesRefused(faults.found) from None
    faults.stop()
    return found


# --- leaves ----------------------------------------------------------------------------------------------------------


def text(value: Value) -> str:
    """Words, or a number or date as it is written."""
    if not isinstance(value.node, Scalar):
        raise WrongShape(f"{describe(value.node)} stands where words must", "write them behind the colon")
    value.wants(type=["string", "number"])
    if value.node.kind is Kind.YES_NO:
        expected = f'if you mean the word, write "{value.node.text}" in quotation marks'
        raise Refused(f"{describe(value.node)} is a yes or no, not words", expected)
    if value.node.kind is Kind.NOTHING or not value.node.text.strip():
        raise Refused("is empty", "write something, or take the line out")
    return " ".join(value.node.text.split()) if "\n" not in value.node.text.strip() else value.node.text.strip()


def words(value: Value) -> tuple[str, ...]:
    """A list of texts; a single one may stand without brackets."""
    return (text(value),) if isinstance(value.node, Scalar) else value.each(text)


def yes_no(value: Value) -> bool:
    if not isinstance(value.node, Scalar):
        raise WrongShape(f"{describe(value.node)} stands where true or false must", "write true or false")
    value.wants(type="boolean")
    if value.node.kind is Kind.YES_NO:
        return value.node.text.lower() == "true"
    raise Refused(f"{describe(value.node)} is neither true nor false", "write true or false, without quotation marks")


def whole_number(least: int = 0, most: int = 1_000_000) -> Callable[[Value], int]:
    expected = f"write a number from {least} to {most}"

    def read(value: Value) -> int:
        if not isinstance(value.node, Scalar):
            raise WrongShape(f"{describe(value.node)} is not a whole number", expected)
        value.wants(type="integer", minimum=least, maximum=most)
        written = value.node.text
        if not (written.isascii() and written.lstrip("-").isdigit()) or len(written) > 12:
            raise Refused(f"{describe(value.node)} is not a whole number", expected)
        if not least <= int(written) <= most:
            raise Refused(f"{written} is too {'small' if int(written) < least else 'large'}", expected)
        return int(written)

    return read


def day(value: Value) -> date:
    written = text(value)
    value.wants(type="string", pattern=r"^\d{4}-?\d{2}-?\d{2}$")
    try:
        return date.fromisoformat(written)
    except ValueError:
        raise Refused(*no_date(written, "2027-01-25")) from None


def no_date(written: str, example: str) -> tuple[str, str]:
    """What is wrong with what was *written* as a date, and what to write instead."""
    if re.fullmatch(r"\d{4}-?\d{2}-?\d{2}", written):
        return f'"{written}" is no day of any year', "a month has 28 to 31 days, a year twelve months"
    return f'"{written}" is not a date', f"write year-month-day, for instance {example}"


def clock(value: Value) -> time:
    """A local time of day. 23:59:59 may be written with seconds."""
    written = text(value)
    try:
        found = time.fromisoformat(written)
    except ValueError:
        found = None
    if found is None or ":" not in written or found.tzinfo is not None:
        raise Refused(f'"{written}" is not a time of day', 'write hours and minutes, for instance "09:00"')
    return found


def word_of(words: type[Word]) -> Callable[[Value], Word]:
    """One of the words of an enumeration."""
    known = [each.value for each in words]

    def read(value: Value) -> Word:
        written = text(value)
        value.wants(type="string", enum=known)
        if written not in known:
            refuse_word(written, known)
        return words(written)

    return read


def refuse_word(written: str, known: Iterable[str]) -> NoReturn:
    raise Refused(f'"{written}" is not one of the words known here', suggest(written, known))


def email(value: Value) -> str:
    written = text(value)
    value.wants(type="string", pattern=r"^[^@ <]+@[^@ <]+$")
    name, at, host = written.partition("@")
    if not (name and at and host) or " " in written or "@" in host or "<" in written:
        raise Refused(f'"{written}" is not a mail address', "write for instance team@council.example")
    if written.lower().startswith("mailto:"):
        raise Refused(f'"{written}" is a link to a mail address', f"write {written[len('mailto:') :]}")
    try:
        wire_address(written)
    except NotAnAddress as exc:
        raise Refused(
            f'"{written}" is no address that a letter can be sent to', "write for instance team@council.example"
        ) from exc
    if not all(host.split(".")):
        raise Refused(f'"{host}" has a full stop too many', "write for instance team@council.example")
    return written
