"""Web forms: a robot sends them, and they speak for whoever has filled them in. The rules say how to read each."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from townclerk.domain.mail import Address, IncomingMail
from townclerk.domain.typed import code, plain
from townclerk.domain.whole_address import is_whole
from townclerk.domain.writer import unread_address

FIELDS = ("name", "email", "phone", "address", "reference", "service", "text")
_BEFORE = r"\s*+(?:#{1,6}\s++|\d{1,2}[.)]\s++|[-\u2022>^]\s++)?[*_|]{0,3}\s*+"  # a heading, a number, a bullet; bold
_WANTED = r"(?:\s*\((?:required|optional|mandatory|if known)\)|\s*\*(?!\*))?\s*\??"  # what forms write behind a label
_MARKS = rf"{_WANTED}\s*[*_]{{0,2}}\s*(?P<mark>[:=|\t]|\s-\s)?\s*[*_]{{0,2}}\s*"
_INSET = re.compile(r"^\s{0,3}[\^>]\s?")
_RULE = re.compile(r"\s*[-_=\u2014*]{3,}\s*")
_EMAIL = re.compile(r"[^\s@<>,;:()\"']{1,64}@[^\s@<>,;:()\"']{1,190}\.[^\s@<>,;:.()\"']{2,63}")
_LOOKED_AT = 5_000  # lines


@dataclass(frozen=True, slots=True)
class Form:
    """A web form that comes by mail: what it is called, and what stands before each value in its mails. `other` are labels
    whose values are nobody's words."""

    called: str
    fields: dict[str, tuple[str, ...]]  # of FIELDS -> the labels that may stand there
    other: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FormRead:
    """What somebody has filled in. `missing` says what there must be and is not: then a person has to read it."""

    form: str
    who: Address
    text: str
    mistyped: str = ""  # what stands where their email address should
    phone: str = ""
    address: str = ""
    reference: str = ""
    service: str = ""
    missing: tuple[str, ...] = field(default=())

    @property
    def ways(self) -> tuple[tuple[str, str], ...]:
        """How the person can be reached, for the officer: label and words."""
        mistyped = ("Email, as they typed it", self.mistyped)
        given = (("Channel", "web form"), ("Form", self.form), mistyped, ("Telephone", self.phone), ("Post", self.address))
        return tuple((label, words) for label, words in given if words)


def read_form(form: Form, mail: IncomingMail, services: Iterable[str]) -> FormRead:
    """What the mail of *form* says. One way to know who it was, and what they wrote, is what there must be."""
    values = _values(mail.text, form)
    email = _email(values.get("email", ""))
    name = " ".join(values.get("name", "").split())[:200]
    text = values.get("text", "").strip()
    reached = email or values.get("phone") or values.get("address")
    missing = [] if text else ["what they wrote"]
    missing += [] if name or reached else ["who they are"]
    service = code(values.get("service", ""))
    return FormRead(
        form=form.called,
        who=Address(name, email),
        text=text,
        mistyped="" if email else _one_line(values.get("email", ""))[:320],
        phone=_one_line(values.get("phone", "")),
        address=", ".join(line.strip(" ,") for line in values.get("address", "").split("\n") if line.strip(" ,")),
        reference=_one_line(values.get("reference", "")),
        service=service if service in set(services) else "",
        missing=tuple(missing),
    )


def _email(written: str) -> str:
    found = _EMAIL.search(written)
    return found[0] if found and is_whole(written, *found.span()) and not unread_address(found[0].lower()) else ""


def as_they_wrote(mail: IncomingMail, form: FormRead) -> IncomingMail:
    """The *mail* of a form as if whoever filled it in had written it themselves."""
    text = f"{form.text}\n\nTheir reference: {form.reference}" if form.reference else form.text
    return replace(mail, sender=form.who, own_text=text, in_reply_to=(), references=())


def _one_line(value: str) -> str:
    return " ".join(value.split())


def _values(text: str, form: Form) -> dict[str, str]:
    """The value of each field: what stands behind its label, and below it until the next one."""
    known = [(label, name) for name in FIELDS for label in form.fields.get(name, ())]
    known += [(label, "other") for label in form.other]
    patterns = [(_pattern(label), name) for label, name in sorted(known, key=lambda one: len(one[0]), reverse=True)]
    values: dict[str, list[str]] = {}
    at: str | None = None
    for line in _lines(text):
        label, value = _labelled(line, patterns, within_text=at == "text")
        if label is not None and not (at == "text" and label in values and label != "other"):
            at = label if label not in values else "other"
            values.setdefault(at, []).append(value)
        elif at is not None:  # in what they wrote, a line such as "Name: nobody gave me one" is theirs
            values[at].append(_INSET.sub("", line))
    return {name: _said(name, lines) for name, lines in values.items()}


def _lines(text: str) -> Iterator[str]:
    yield from text.replace("\r\n", "\n").split("\n")[:_LOOKED_AT]


def _pattern(label: str) -> re.Pattern[str]:
    words = r"\s+".join(re.escape(word) for word in plain(label).rstrip(": ").split())
    return re.compile(rf"{_BEFORE}(?P<label>{words})(?![\w'-]){_MARKS}", re.IGNORECASE)


def _labelled(line: str, patterns: list[tuple[re.Pattern[str], str]], *, within_text: bool) -> tuple[str | None, str]:
    """(the field whose label the line begins with, what stands behind it). In what they wrote, a label of one word is one only
    where a mark stands behind it, or nothing: "Reference books are missing" is theirs."""
    said = plain(line)
    for pattern, name in patterns:
        if match := pattern.match(said):
            value = said[match.end() :].strip(" |")
            if within_text and value and match["mark"] is None and " " not in match["label"]:
                continue
            return name, value
    return None, ""


def _said(name: str, lines: list[str]) -> str:
    """Of the text every line; of an address those until an empty one; of anything else the first that says something."""
    if name in {"text", "other"}:
        while lines and (not lines[-1].strip() or _RULE.fullmatch(lines[-1])):
            lines = lines[:-1]
        return "\n".join(lines).strip("\n")
    if name == "address":
        kept: list[str] = []
        for line in lines:
            if not line.strip() and kept:
                break
            kept += [line] if line.strip() else []
        return "\n".join(kept)
    return next((line for line in lines if line.strip()), "")
