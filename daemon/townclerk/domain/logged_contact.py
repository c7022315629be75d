"""What came by telephone, by post, over the counter or elsewhere, as an officer writes it down for `#log`."""

import re
from dataclasses import dataclass
from datetime import date, timedelta

from townclerk.domain.days_written import Towards, When, read_when, words_of
from townclerk.domain.nearest import nearest
from townclerk.domain.typed import code, name, unseen

CHANNELS = ("phone", "post", "in person", "social media", "other")
AWAITS_PERMISSION = "social media"  # nobody there has agreed to be written to
_LATE = 2  # days back, from which on a reason must be given
_LONGEST = timedelta(days=183)  # six months back: an earlier year is a slip of the pen more often than a date
_LINE = re.compile(r"^\s*(name|e-?mail|phone|address|channel|date|service)\s*:\s*(.*)$", re.IGNORECASE)
_ADDRESS = re.compile(r"[^\s@<>,;:()]{1,64}@[^\s@<>,;:()]{1,255}\.[^\s@<>,;:().]{2,63}")
_ALIKE = {
    "telephone": "phone",
    "call": "phone",
    "letter": "post",
    "counter": "in person",
    "visit": "in person",
    "social": "social media",
}


@dataclass(frozen=True, slots=True)
class ContactRead:
    """`problems` says all that is wrong at once; where it is empty, the rest can be used."""

    name: str
    email: str
    phone: str
    address: str
    channel: str
    day: date | None  # None: the day on which it was written down
    reason: str  # why it is written down so late
    service: str
    text: str
    problems: tuple[str, ...] = ()


def read_contact(body: str, today: date, services: tuple[str, ...]) -> ContactRead:
    """The lines at the top of *body*, each with its label, and the text that follows them."""
    lines, given = body.strip("\n").split("\n"), dict[str, str]()
    while lines and (not lines[0].strip() or (match := _LINE.match(_without_unseen(lines[0])))):
        if lines[0].strip() and match:
            given[match[1].lower().replace("-", "")] = match[2].strip()
        lines = lines[1:]
    text = "\n".join(lines).strip()
    channel = name(given.get("channel", ""))
    channel = _ALIKE.get(channel, channel)
    when = read_when(given.get("date", ""), today, Towards.BEHIND)
    read = ContactRead(
        name=given.get("name", ""),
        email=given.get("email", "").strip("<>").lower(),
        phone=given.get("phone", ""),
        address=given.get("address", ""),
        channel=channel,
        day=when.day,
        reason=when.rest if when.day is not None else "",
        service=code(given.get("service", "")),
        text=text,
    )
    problems = (*_missing(read), *_wrong_day(read, given.get("date", ""), when, today), *_wrong(read, services))
    return ContactRead(**{**{name: getattr(read, name) for name in ContactRead.__slots__}, "problems": problems})


def _without_unseen(line: str) -> str:
    return "".join(character for character in line if not unseen(character))


def _missing(read: ContactRead) -> tuple[str, ...]:
    problems = []
    if not read.name:
        problems.append("“Name:” is missing: write who it was, or “Name: not given”")
    if read.channel not in CHANNELS:
        problems.append(f"“Channel:” is missing or unknown: write one of {', '.join(CHANNELS)}")
    if not read.text:
        problems.append("the text is missing: below the lines, write what they said")
    return tuple(problems)


def _wrong_day(read: ContactRead, written: str, when: When, today: date) -> tuple[str, ...]:
    if written and read.day is None:
        days = " or ".join(f"{day} ({words_of(day)})" for day in when.may_be)
        why = when.problem or "it is no date"
        return (f"“Date:”: {why}: write it as {days or '2027-01-04'}",)
    if read.day is None:
        return ()
    if read.day > today:
        return ("“Date:” lies in the future",)
    if read.day < today - _LONGEST:
        check = "please check the day; if it is right, leave “Date:” out and write into the text when it was"
        return (f"“Date: {read.day}” is more than six months back: {check}",)
    if (today - read.day).days > _LATE and not read.reason:
        return (f"“Date:” is more than {_LATE} days back: write behind it why it is recorded only now",)
    return ()


def _wrong(read: ContactRead, services: tuple[str, ...]) -> tuple[str, ...]:
    problems = []
    if read.email and not _ADDRESS.fullmatch(read.email):
        problems.append(f"“Email: {read.email}” is no address")
    if read.service and read.service not in services:
        near = nearest(read.service, services)
        meant = f"did you mean {' or '.join(near)}? It is " if near else "write "
        problems.append(f"“Service: {read.service}” is unknown: {meant}one of {', '.join(services)}")
    return tuple(problems)
