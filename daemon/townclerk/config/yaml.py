"""YAML 1.2 as a tree that knows its places, so that a fault can name line and column.

The language is kept small on purpose: one document of mappings, lists and plain values. Anchors, aliases and tags are refused,
which also means that no small file can unfold into a large one.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from functools import lru_cache
from pathlib import Path

import yaml.events as libyaml
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    CollectionEndEvent,
    CollectionStartEvent,
    DocumentStartEvent,
    Event,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
    SequenceStartEvent,
)
from ruamel.yaml.nodes import ScalarNode
from ruamel.yaml.reader import ReaderError
from ruamel.yaml.resolver import Resolver
from yaml import YAMLError as LibyamlError

from townclerk.config.errors import Fault, FilesRefused
from townclerk.config.yaml_slips import LOST, NO_HYPHEN, ODD_SPACES, PERHAPS_LOST, lost_in_comment, syntax_fault

try:
    from yaml.cyaml import CParser as LibyamlParser  # type: ignore[attr-defined]  # it is there, though the stubs hide it
except ImportError:  # a machine without libyaml: every file is read thoroughly
    LibyamlParser = None  # type: ignore[assignment, misc]  # as libraries do it

MAX_BYTES = 1_000_000
MAX_DEPTH = 32
TREES_KEPT = 64  # what several councils share, and what a council is read with once more, is parsed once
# Signs of which libyaml thinks otherwise: tabs, ends of lines beside \n, a % that may ask for an older YAML, and what stands
# right behind the | or > of a text: a comment without its blank, a line of blanks.
_READ_IN_TWO_WAYS = re.compile(r"[\t\r\x85\u2028\u2029\ufeff]|^%|[|>][-+\d]*(#| *\n *\n)", re.MULTILINE)


class Kind(Enum):
    """What a plain value is. The text of each is kept as written: a telephone number keeps its leading 0."""

    TEXT = "text"
    NUMBER = "a number"
    YES_NO = "true or false"
    DATE = "a date"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Place:
    """Counted from 1; line 0 is for what stands in no file."""

    file: str
    line: int = 0
    column: int = 0


@dataclass(frozen=True, slots=True)
class Scalar:
    place: Place
    text: str
    kind: Kind = Kind.TEXT


@dataclass(frozen=True, slots=True)
class Items:
    place: Place
    items: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Entry:
    key: str
    place: Place  # of the key
    node: "Node"


@dataclass(frozen=True, slots=True)
class Table:
    """A mapping, in the order of the file."""

    place: Place
    entries: tuple[Entry, ...]

    def find(self, key: str) -> Entry | None:
        return next((entry for entry in self.entries if entry.key == key), None)


Node = Scalar | Items | Table

_KINDS = {
    "tag:yaml.org,2002:str": Kind.TEXT,
    "tag:yaml.org,2002:int": Kind.NUMBER,
    "tag:yaml.org,2002:float": Kind.NUMBER,
    "tag:yaml.org,2002:bool": Kind.YES_NO,
    "tag:yaml.org,2002:timestamp": Kind.DATE,
    "tag:yaml.org,2002:null": Kind.NOTHING,
}

# --- reading ---------------------------------------------------------------------------------------------------------


def read_file(path: Path) -> bytes:
    """The bytes of *path*. Raises FilesRefused where it is missing, no file, unreadable or too large."""
    try:
        if path.is_dir():
            raise FilesRefused([Fault(str(path), 0, 0, "", "is a folder", "name the file in it")])
        if path.exists() and not path.is_file():  # a pipe may never end
            raise FilesRefused([Fault(str(path), 0, 0, "", "is not a regular file", "write one in its place")])
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        raise FilesRefused([Fault(str(path), 0, 0, "", "there is no such file", "write it, or correct the path")]) from None
    except OSError as error:
        fault = Fault(str(path), 0, 0, "", f"cannot be read: {error.strerror}", "correct its permissions")
        raise FilesRefused([fault]) from error
    if len(content) > MAX_BYTES:
        raise FilesRefused([Fault(str(path), 0, 0, "", "is larger than 1 MB", "divide it, or look what has got into it")])
    return content


def load_yaml(path: Path) -> Node:
    """The tree of the file at *path*. Raises FilesRefused."""
    return parse_yaml(read_file(path), str(path))


def parse_yaml(content: bytes, file: str) -> Node:
    """The tree of *content*; *file* is the name that faults show. Raises FilesRefused."""
    return _tree(decoded(content, file), file)


@lru_cache(maxsize=TREES_KEPT)
def _tree(text: str, file: str) -> Node:
    """The tree of *text*: it cannot be changed, so the same text in the same file may have the same one."""
    tree = _read_quickly(text, file)
    return tree if tree is not None else _read_thoroughly(text, file)


def _read_quickly(text: str, file: str) -> Node | None:
    """The tree of *text* by libyaml, which takes a thirtieth of the time; None where there may be anything to say of it, or it
    holds a sign that the two readers may take for different things."""
    if not _is_one_thing_to_both(text) or LOST.search(text):
        return None
    found = _Tree(_ours(_events_of_libyaml(text)), file)
    try:
        node = found.node()
    except (LibyamlError, _LeftOutError):
        return None
    return None if found.faults else node


def _read_thoroughly(text: str, file: str) -> Node:
    """The tree of *text*, by the reader that knows best what is wrong and where. Raises FilesRefused."""
    found = _Tree(_ours(_yaml().parse(text)), file)
    try:
        node = found.node()
    except _LeftOutError as error:
        place = _place(error.event, file)
        raise FilesRefused([Fault(file, place.line, place.column, "", error.problem, error.expected)]) from None
    except MarkedYAMLError as error:
        raise FilesRefused([syntax_fault(error, text, file)]) from None
    except YAMLError as error:
        raise FilesRefused([_unreadable(error, text, file)]) from None
    if node is None:
        raise FilesRefused([Fault(file, 1, 1, "", "is empty", "see the shipped example for what belongs here")])
    faults = [*_lost_in_comments(text, file, LOST), *found.faults]
    if faults:
        raise FilesRefused(faults)
    return node


def _events(text: str) -> Iterable[Event]:
    """What stands in *text*, which the thorough reader can read: by libyaml, where that finds the same."""
    if _is_one_thing_to_both(text):
        try:
            return tuple(_events_of_libyaml(text))
        except LibyamlError:
            pass
    return _yaml().parse(text)  # type: ignore[no-any-return]  # ruamel says nothing of it


def _is_one_thing_to_both(text: str) -> bool:
    """False where libyaml is not there, or may think otherwise of *text*."""
    return LibyamlParser is not None and not _READ_IN_TWO_WAYS.search(text)


def _events_of_libyaml(text: str) -> Iterator[Event]:
    """What libyaml finds, in the words of the other reader. Raises yaml.YAMLError."""
    parser = LibyamlParser(text)
    while (found := parser.get_event()) is not None:
        marks = found.start_mark, found.end_mark
        match found:
            case libyaml.ScalarEvent():
                yield ScalarEvent(found.anchor, found.tag, found.implicit, found.value, *marks, found.style)
            case libyaml.MappingStartEvent():
                yield MappingStartEvent(found.anchor, found.tag, found.implicit, *marks)
            case libyaml.SequenceStartEvent():
                yield SequenceStartEvent(found.anchor, found.tag, found.implicit, *marks)
            case libyaml.CollectionEndEvent():
                yield CollectionEndEvent(*marks)
            case libyaml.AliasEvent():
                yield AliasEvent(found.anchor, *marks)
            case libyaml.DocumentStartEvent():
                yield DocumentStartEvent(*marks)


def lost_in_comments(content: bytes, file: str) -> tuple[Fault, ...]:
    """What follows a plain value in its line from a # with no blank behind it, whatever stands there: perhaps no comment was
    meant. *content* has been read before."""
    return tuple(_lost_in_comments(decoded(content, file), file, PERHAPS_LOST))


def _lost_in_comments(text: str, file: str, lost: re.Pattern[str]) -> Iterator[Fault]:
    """What follows a plain value in its line and looks like what is *lost*."""
    if not lost.search(text):
        return
    for event in _events(text):
        if isinstance(event, ScalarEvent) and event.value and not event.style:
            match = lost.match(text, event.end_mark.index)
            if match is not None:
                column = event.end_mark.column + 1 + match.start(1) - match.start()
                yield Fault(file, event.end_mark.line + 1, column, "", *lost_in_comment(match[1]))


def _yaml() -> YAML:
    """The pure reader knows every place. Not the round-trip one: it marks the folds of a text with bells."""
    return YAML(typ="safe", pure=True)


def decoded(content: bytes, file: str) -> str:
    """The text of a file of ours; *file* is the name that the fault shows. Raises FilesRefused where it is not UTF-8."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = content[: error.start]
        line, column = before.count(b"\n") + 1, len(before) - (before.rfind(b"\n") + 1) + 1
        fault = Fault(file, line, column, "", f"byte {content[error.start]:#04x} is not UTF-8", "save the file as UTF-8")
        raise FilesRefused([fault]) from None


class _LeftOutError(Exception):
    """Something that our language leaves out, and what to write instead."""

    def __init__(self, event: Event, problem: str, expected: str) -> None:
        super().__init__(problem)
        self.event = event
        self.problem = problem
        self.expected = expected


def _ours(events: Iterator[Event]) -> Iterator[Event]:
    """*events*, as far as the language has them. Raises _LeftOutError before any of the tree is built of the others."""
    depth = documents = 0
    for event in events:
        documents += isinstance(event, DocumentStartEvent)
        depth += isinstance(event, CollectionStartEvent) - isinstance(event, CollectionEndEvent)
        problem = _unwanted(event) if isinstance(event, NodeEvent) else None
        if depth > MAX_DEPTH:
            problem = (
                f"is nested more than {MAX_DEPTH} deep",
                "take it apart: a list of its own under lists, a rule of its own",
            )
        elif documents > 1:
            problem = ("begins a second document", "take out the line ---")
        if problem:
            raise _LeftOutError(event, *problem)
        yield event


def _unwanted(event: NodeEvent) -> tuple[str, str] | None:
    """What is wrong with *event*, and what to write. It is not repeated: a password may begin with each of these signs."""
    if isinstance(event, AliasEvent):
        expected = "write the value out; in a list of words * stands at the end, as in bin*"
        return "what begins with * is an alias, which is not used here", expected
    if event.anchor is not None:
        return "what begins with & is an anchor, which is not used here", "write the value out where it is needed"
    if isinstance(event, (ScalarEvent, CollectionStartEvent)) and event.tag is not None:
        return "what begins with ! is a tag, which is not used here", "write the value without it"
    return None


def _unreadable(error: YAMLError, text: str, file: str) -> Fault:
    """A character that no YAML file may hold is called by its number: it cannot be seen."""
    if not isinstance(error, ReaderError):
        return Fault(file, 0, 0, "", f"is not YAML: {str(error).splitlines()[0]}")
    before = text[: error.position]
    line, column = before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1
    number = ord(text[error.position])
    return Fault(
        file, line, column, "", f"the character U+{number:04X} cannot stand in a file", "take it out, or write the line anew"
    )


def _place(thing: object, file: str) -> Place:
    mark = getattr(thing, "start_mark", None)
    return Place(file, mark.line + 1, mark.column + 1) if mark is not None else Place(file, 1, 1)


_ESCAPED = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\x85]")
_IN_A_LETTERS_QUOTES = re.compile(r"[“”„].*[“”]|[‘’‚].*[‘’]", re.DOTALL)


class _Tree:
    """Makes a tree of what a reader finds in *file*, and notes what is wrong with its values."""

    def __init__(self, events: Iterator[Event], file: str) -> None:
        self.faults: list[Fault] = []
        self._file = file
        self._events = (event for event in events if isinstance(event, (NodeEvent, CollectionEndEvent)))

    def node(self) -> Node | None:
        """The tree; None where nothing is written. Raises what the reader raises, be it behind the last value."""
        first = next(self._events, None)
        node = self._of(first) if first is not None else None
        for _ in self._events:
            pass
        return node

    def _of(self, event: Event) -> Node:
        place = _place(event, self._file)
        if isinstance(event, SequenceStartEvent):
            return Items(place, tuple(self._of(each) for each in self._inside()))
        if isinstance(event, MappingStartEvent):
            return Table(place, tuple(self._entries()))
        if not isinstance(event, ScalarEvent):  # pragma: no cover - a value is one of these three
            raise TypeError(type(event).__name__)
        if (slip := _misread(event)) is not None:
            self._note(place, "", *slip)
        return Scalar(place, event.value, _kind(event))

    def _inside(self) -> Iterator[Event]:
        """What stands in the mapping or the list that has just begun."""
        while not isinstance(event := next(self._events), CollectionEndEvent):
            yield event

    def _entries(self) -> Iterator[Entry]:
        first: dict[str, Place] = {}
        for key in self._inside():
            place = _place(key, self._file)
            if not isinstance(key, ScalarEvent):
                self._of(key)
            value = self._value(key, next(self._events))
            if not isinstance(key, ScalarEvent) or _kind(key) is Kind.NOTHING:
                self._note(place, "", "a key must be a word", "write name: value")
            elif match := re.search(f"[{ODD_SPACES}]", key.value):
                message = "this is no ordinary space, though it looks like one"
                self._note(replace(place, column=place.column + match.start()), "", message, "write a space")
            elif key.value in first:
                message = f'"{key.value}" stands here twice, first in line {first[key.value].line}'
                self._note(place, key.value, message, "take one of them out")
            else:
                first[key.value] = place
                yield Entry(key.value, place, value)

    def _value(self, key: Event, event: Event) -> Node:
        """A value that is not there is missed where it should stand, behind its key, not where the reader went on to look."""
        if isinstance(event, ScalarEvent) and not event.value and not event.style:
            return Scalar(Place(self._file, key.end_mark.line + 1, key.end_mark.column + 1), "", Kind.NOTHING)
        return self._of(event)

    def _note(self, place: Place, where: str, message: str, expected: str) -> None:
        self.faults.append(Fault(self._file, place.line, place.column, where, message, expected))


_PLAIN_VALUES = Resolver()  # of YAML 1.2: "no" is a word


def _kind(event: ScalarEvent) -> Kind:
    return _KINDS.get(str(_PLAIN_VALUES.resolve(ScalarNode, event.value, event.implicit)), Kind.TEXT)


def _misread(event: ScalarEvent) -> tuple[str, str] | None:
    """What is wrong with a value that YAML takes, but not as it was meant, and what to write."""
    if event.style == '"' and _ESCAPED.search(event.value):
        message = "a backslash means something else in double quotation marks"
        return message, "write a pattern in 'single' quotation marks"
    if not event.style and (match := NO_HYPHEN.match(event.value)):
        return f'"{match["sign"]}" begins no entry of a list', "write - and a space"
    if not event.style and _IN_A_LETTERS_QUOTES.fullmatch(event.value):
        return "the quotation marks of a letter are none in a file", "write \" or '"
    return None


# --- trees without a file --------------------------------------------------------------------------------------------


def node_of(value: object, file: str) -> Node:
    """A tree of a plain Python value, as if it had been written in *file*. A tree is returned as it is, with its own places."""
    place = Place(file)
    match value:
        case Scalar() | Items() | Table():
            return value
        case Mapping():
            return Table(place, tuple(Entry(str(key), place, node_of(each, file)) for key, each in value.items()))
        case None:
            return Scalar(place, "", Kind.NOTHING)
        case bool():
            return Scalar(place, "true" if value else "false", Kind.YES_NO)
        case int() | float():
            return Scalar(place, str(value), Kind.NUMBER)
        case str():
            return Scalar(place, value)
        case Sequence() | frozenset() | set():
            return Items(place, tuple(node_of(each, file) for each in value))
    return Scalar(place, str(value))


def put(node: Node, path: str, value: Node) -> Node:
    """*node* with *value* at the dotted *path*; tables that are missing on the way are made. Whether the path means
    anything is for whoever reads the tree: an unknown key is a fault there."""
    key, _, rest = path.partition(".")
    if not isinstance(node, Table):
        node = Table(node.place, ())
    here = node.find(key)
    inner = put(here.node if here else Table(value.place, ()), rest, value) if rest else value
    entry = Entry(key, value.place, inner) if here is None or not rest else replace(here, node=inner)
    if here is None:
        return replace(node, entries=(*node.entries, entry))
    return replace(node, entries=tuple(entry if old.key == key else old for old in node.entries))
