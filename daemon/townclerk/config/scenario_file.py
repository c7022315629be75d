"""A scenario: one story, told in mails and times, and what must have happened by its end."""

import base64
import binascii
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from townclerk.config.reading import Faults, Fields, Refused, Value, day, email, read_root, refuse_word, text, word_of, yes_no
from townclerk.config.yaml import Kind, Node, Place, Scalar, load_yaml
from townclerk.domain.words import Category, LetterKind, Stage, Status

_ADDRESS = re.compile(r"^\s*(?:(?P<name>[^<>]*?)\s*<(?P<named>[^<>\s]+)>|(?P<bare>[^<>\s]+))\s*$")


@dataclass(frozen=True, slots=True)
class Moment:
    """A time as it is written: local time of the policy, unless it has an offset of its own."""

    written: datetime

    def at(self, zone: ZoneInfo) -> datetime:
        return self.written if self.written.tzinfo else self.written.replace(tzinfo=zone)


@dataclass(frozen=True, slots=True)
class Answered:
    """What a mail of the story answers: the latest *letter* of a kind to its sender (about *case*), or another mail."""

    letter: LetterKind | None = None
    case: str | None = None
    mail: str | None = None


@dataclass(frozen=True, slots=True)
class AttachedFile:
    name: str
    content_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class MailStep:
    """`sender` is a roster key or "Name <address>"; None in a step that repeats or carries a whole raw mail."""

    sender: str | None = None
    id: str | None = None
    to: str | None = None
    cc: str | None = None
    subject: str | None = None
    text: str = ""
    html: str | None = None
    answers: Answered | None = None
    quote: bool = True
    headers: dict[str, str] = field(default_factory=dict)
    attachments: tuple[AttachedFile, ...] = ()
    date: str | None = None
    message_id: str | None = None
    again: str | None = None
    file: Path | None = None
    folder: str = "INBOX"
    authenticated: bool = True


@dataclass(frozen=True, slots=True)
class BounceStep:
    letter: LetterKind
    to: str
    status: str


@dataclass(frozen=True, slots=True)
class DownStep:
    until: Moment


@dataclass(frozen=True, slots=True)
class Step:
    at: Moment
    what: MailStep | BounceStep | DownStep
    place: Place


@dataclass(frozen=True, slots=True)
class LetterWanted:
    """What a letter must be like. What is None or empty is not looked at."""

    letter: LetterKind | None = None
    to: str | None = None
    at: Moment | None = None
    before: Moment | None = None
    after: Moment | None = None
    contains: tuple[str, ...] = ()
    lacks: tuple[str, ...] = ()
    written: str = ""  # as the file says it
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class CaseWanted:
    category: Category | None = None
    service: str | None = None
    stage: Stage | None = None
    status: Status | None = None
    overdue: bool | None = None
    deadlines: dict[str, date] = field(default_factory=dict)
    promised: dict[str, date] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Expectations:
    letters: tuple[LetterWanted, ...] = ()
    complete: tuple[LetterKind, ...] = ()
    never: tuple[LetterWanted, ...] = ()
    cases: tuple[CaseWanted, ...] | None = None


@dataclass(frozen=True, slots=True)
class Scenario:
    path: Path
    name: str
    policy: str
    proves: tuple[str, ...]
    settings: dict[str, object]
    staff: Node | None
    permissions: Node | None  # whose a word is, in this story
    first_connection: Moment | None
    story: tuple[Step, ...]
    until: Moment
    expect: Expectations


def load_scenario(path: Path) -> Scenario:
    """The scenario in the file at *path*. Raises FilesRefused with all that is wrong in it."""
    return read_root(load_yaml(path), Faults(), lambda root: _scenario(root, path))


def scenario_of(root: Value) -> Scenario:
    """The scenario of a tree. Faults are noted in *root*."""
    return _scenario(root, Path())


_NEVER = Moment(datetime(1970, 1, 1))  # noqa: DTZ001  # a stand-in, see config.reading


def _scenario(root: Value, path: Path) -> Scenario:
    with root.fields() as f:
        f.called_otherwise(council="policy")
        staff, permissions = f.find("staff"), f.find("permissions")
        return Scenario(
            path=path,
            name=f.text("name"),
            policy=f.text("policy"),
            proves=f.words("proves"),
            settings=f.optional("settings", _settings, {}),
            staff=None if staff is None or staff.is_nothing else staff.node,
            permissions=None if permissions is None or permissions.is_nothing else permissions.node,
            first_connection=f.optional("first_connection", moment, None),
            story=f.required("story", lambda value: value.each(lambda step: _step(step, path.parent)), ()),
            until=f.required("until", moment, _NEVER),
            expect=f.required("expect", _expectations, Expectations()),
        )


def _settings(value: Value) -> dict[str, object]:
    return {name: entry.node for name, entry in value.entries()}


def moment(value: Value) -> Moment:
    written = text(value)
    value.wants(type="string", pattern=r"^\d{4}-\d{2}-\d{2}")
    try:
        found = datetime.fromisoformat(written)
    except ValueError:
        raise Refused(f'"{written}" is not a time', "write for instance 2027-01-11 09:30, or 2027-01-11T09:30:00Z") from None
    return Moment(found)


def _day(value: Value) -> date:
    """A date, or the date of a time."""
    written = text(value)
    value.wants(type="string", pattern=r"^\d{4}-\d{2}-\d{2}")
    try:
        return datetime.fromisoformat(written).date()
    except ValueError:
        return day(value)


# --- the story -------------------------------------------------------------------------------------------------------


def _step(value: Value, folder: Path) -> Step:
    kinds: dict[str, Callable[[Value], MailStep | BounceStep | DownStep]] = {
        "mail": lambda each: _mail(each, folder),
        "bounce": _bounce,
        "down_until": lambda each: DownStep(moment(each)),
    }
    with value.fields() as f:
        at = f.required("at", moment, _NEVER)
        steps = {kind: f.optional(kind, read, DownStep(_NEVER)) for kind, read in kinds.items()}
        written = [kind for kind in kinds if f.has(kind)]
        if len(written) != 1:
            raise Refused("a step is one thing that happens", f"write one of: {', '.join(kinds)}")
        return Step(at, steps[written[0]], value.node.place)


def _mail(value: Value, folder: Path) -> MailStep:
    with value.fields() as f:
        again, file = f.optional("again", text, None), f.optional("file", lambda each: folder / text(each), None)
        sender = f.optional("from", _sender, None)
        if sender is None and again is None and file is None:
            f.fault("from", "is missing", "write a name of the roster, or for instance Asha Patel <asha@example.org>")
        return MailStep(
            sender=sender,
            id=f.optional("id", text, None),
            to=f.optional("to", text, None),
            cc=f.optional("cc", text, None),
            subject=f.optional("subject", _plain, None),
            text=f.optional("text", _plain, ""),
            html=f.optional("html", _plain, None),
            answers=f.optional("reply_to", _answered, None),
            quote=f.yes_no("quote", default=True),
            headers=f.optional("headers", _headers, {}),
            attachments=f.optional("attachments", lambda each: each.each(_attachment), ()),
            date=f.optional("date", text, None),
            message_id=f.optional("message_id", text, None),
            again=again,
            file=file,
            folder=f.optional_text("folder", "INBOX"),
            authenticated=f.yes_no("authenticated", default=True),
        )


def _sender(value: Value) -> str:
    written = text(value)
    if "@" in written and not _ADDRESS.match(written):
        raise Refused(f'"{written}" names nobody', "write a name of the roster, or for instance Asha Patel <asha@example.org>")
    return written


def split_address(written: str) -> tuple[str, str]:
    """(name, address) of "Name <address>" or of an address alone."""
    match = _ADDRESS.match(written)
    if match is None:
        return "", written
    return (match["name"] or "").strip('" '), match["named"] or match["bare"]


def _plain(value: Value) -> str:
    """Text with its own line ends; it may be empty."""
    node = value.node
    if isinstance(node, Scalar) and node.kind is Kind.TEXT:
        value.wants(type=["string", "number"])
        return node.text
    return "" if value.is_nothing else text(value)


def _answered(value: Value) -> Answered:
    with value.fields() as f:
        letter, mail = f.optional("letter", word_of(LetterKind), None), f.optional("mail", text, None)
        case = f.optional("case", text, None)
        if (letter is None) == (mail is None):
            raise Refused("a reply answers a letter or a mail", "write {letter: receipt} or {mail: complaint}")
        return Answered(letter, case, mail)


def _headers(value: Value) -> dict[str, str]:
    return {name: _plain(entry) for name, entry in value.entries()}


def _attachment(value: Value) -> AttachedFile:
    with value.fields() as f:
        encoded = f.optional("base64", _decoded, None)
        plain = f.optional("text", _plain, "")
        name, sort = f.text("name"), f.optional_text("type", "application/octet-stream")
        return AttachedFile(name, sort, plain.encode() if encoded is None else encoded)


def _decoded(value: Value) -> bytes:
    try:
        return base64.b64decode("".join(text(value).split()), validate=True)
    except binascii.Error:
        raise Refused("is not base64", "write what `base64 FILE` prints") from None


def _bounce(value: Value) -> BounceStep:
    with value.fields() as f:
        return BounceStep(
            f.required("letter", word_of(LetterKind), LetterKind.RECEIPT),
            f.required("to", email, "-"),
            f.optional_text("status", "5.1.1"),
        )


# --- what must have happened -----------------------------------------------------------------------------------------


def _expectations(value: Value) -> Expectations:
    with value.fields() as f:
        return Expectations(
            letters=f.optional("letters", lambda each: each.each(_letter), ()),
            complete=f.optional("complete", lambda each: each.each(word_of(LetterKind)), ()),
            never=f.optional("never", lambda each: each.each(_letter), ()),
            cases=f.optional("cases", lambda each: each.each(_case), None),
        )


def _letter(value: Value) -> LetterWanted:
    with value.fields() as f:
        return LetterWanted(
            letter=f.optional("letter", word_of(LetterKind), None),
            to=f.optional("to", text, None),
            at=f.optional("at", moment, None),
            before=f.optional("before", moment, None),
            after=f.optional("after", moment, None),
            contains=f.words("contains"),
            lacks=f.words("lacks"),
            written=_as_written(f, "letter", "to", "at", "before", "after", "contains", "lacks"),
            place=value.node.place,
        )


def _as_written(f: Fields, *keys: str) -> str:
    def one(found: Value) -> str:
        items = getattr(found.node, "items", None)
        return (
            "[" + ", ".join(str(getattr(item, "text", "")) for item in items) + "]"
            if items
            else str(getattr(found.node, "text", ""))
        )

    return ", ".join(f"{key}: {one(found)}" for key in keys if (found := f.find(key)) is not None)


def _case(value: Value) -> CaseWanted:
    with value.fields() as f:
        return CaseWanted(
            category=f.optional("category", word_of(Category), None),
            service=f.optional("service", text, None),
            stage=f.optional("stage", word_of(Stage), None),
            status=f.optional("status", word_of(Status), None),
            overdue=f.optional("overdue", yes_no, None),
            deadlines=f.optional("deadlines", _dates, {}),
            promised=f.optional("promised", _dates, {}),
        )


def _dates(value: Value) -> dict[str, date]:
    found: dict[str, date] = {}
    for name, entry in value.entries():
        if not re.fullmatch(r"[a-z0-9_]+(\.[a-z0-9_]+)?", name):
            refuse_word(name, ["stage1.respond"])
        found[name] = _day(entry)
    return found
