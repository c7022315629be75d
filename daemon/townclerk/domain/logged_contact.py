"""What came by telephone, by post, over the counter or elsewhere, as an officer writes it down for `#log`."""

import re
from dataclasses import dataclass, replace
from datetime import date, timedelta

from townclerk.domain.additions import signs_and_says_no_more
from townclerk.domain.days_written import Towards, When, read_when, words_of
from townclerk.domain.mail import ADDRESS
from townclerk.domain.nearest import nearest
from townclerk.domain.typed import code, name, placed, plain, unseen

CHANNELS = ("phone", "post", "in person", "social media", "web form", "email", "other")
BY_MAIL = frozenset({"web form", "email"})
AWAITS_PERMISSION = "social media"  # nobody there has agreed to be written to
LATE = 2  # working days back, from which on a reason must be given
_LONGEST = timedelta(days=183)  # six months back: an earlier year is a slip of the pen more often than a date
_LABELS = {
    **dict.fromkeys(("name", "full name", "who", "customer", "resident", "complainant"), "name"),
    **dict.fromkeys(("email", "e-mail", "e mail", "email address"), "email"),
    **dict.fromkeys(("phone", "telephone", "tel", "mobile", "phone number", "telephone number", "number"), "phone"),
    **dict.fromkeys(("address", "postal address", "home address"), "address"),
    **dict.fromkeys(("channel", "came by", "how", "contact by", "contact method"), "channel"),
    **dict.fromkeys(("date", "when", "day", "date of contact", "received", "date received"), "date"),
    **dict.fromkeys(("reason", "written down later, because", "why late"), "reason"),
    **dict.fromkeys(("service", "team", "department"), "service"),
    **dict.fromkeys(("text", "complaint", "details", "what they said", "summary"), "text"),
}
_NAMED = "|".join(re.escape(label) for label in sorted(_LABELS, key=len, reverse=True))
_LINE = re.compile(rf"\s*[*_|]{{0,3}}\s*({_NAMED})\s*[*_]{{0,2}}\s*[:=|\t]\s*[*_]{{0,2}}\s*(.*?)[\s|]*$", re.IGNORECASE)
# Without a mark between, only where what follows can be nothing else: "Phone calls were not answered" is somebody's words.
_UNMARKED = re.compile(rf"\s*({_NAMED})(?:\s*-\s*|\s+)(\S.*?)\s*$", re.IGNORECASE)
_MAILTO = re.compile(r"\s*<mailto:[^<>\s]{1,320}>", re.IGNORECASE)  # what a program adds to an address
_NUMBER = re.compile(r"\+?[\d()][\d ()-]{5,20}$")
_PERSON = re.compile(r"[A-Z][\w.'-]*(?: [A-Z][\w.'-]*){0,4}$")
_LAST = 400  # characters of the end, in which a name and a day stand
_SIGNING_LINES = 20  # of the end, the most that a sign-off, a name and what stands below them take
# "Wendy Ash, 11 Jan" and "(Wendy Ash)", as whoever took a call signs what they wrote of it.
_SIGNED_BESIDE = r"(?:^|(?<=[.!?])|(?<=\n))[^\S\n]*[-/(\[]{{0,2}} ?{name}\b,?(?: ?(?:on )?\d[\w ./:-]{{0,30}})?[)\]]?\.?\s*$"
_ALIKE = {
    **dict.fromkeys(("telephone", "call", "phone call", "by phone", "rang", "voicemail"), "phone"),
    **dict.fromkeys(("letter", "by post", "mail", "by letter"), "post"),
    **dict.fromkeys(("counter", "visit", "reception", "face to face", "at the counter", "in-person"), "in person"),
    **dict.fromkeys(("social", "facebook", "twitter", "x", "instagram", "social-media"), "social media"),
    **dict.fromkeys(("form", "online form", "website", "webform", "web-form"), "web form"),
    **dict.fromkeys(("e-mail", "forwarded email"), "email"),
}


@dataclass(frozen=True, slots=True)
class Known:
    """What is known before the officer has said anything: of a mail that they forwarded, or of their first try."""

    name: str = ""
    email: str = ""
    channel: str = ""
    day: date | None = None
    reason: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class ContactRead:
    """`problems` says all that is wrong at once; where it is empty, the rest can be used. `lines` are the labels to fill
    in, each with what was given: the ready-made answer to the problems."""

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
    lines: tuple[str, ...] = ()


def read_contact(
    body: str, today: date, services: tuple[str, ...], known: Known | None = None, prompt: date | None = None
) -> ContactRead:
    """The lines of *body*, each with its label, and the text. They stand above the text, or below it, in any order. *known*
    holds for whatever they do not say. *prompt* is the first day that is not so long ago that a reason is wanted."""
    known = known or Known()
    given, text = _given(body, services, today)
    channel = channel_of(given.get("channel", "")) or known.channel
    written = given.get("date", "")
    when = read_when(written, today, Towards.BEHIND)
    read = ContactRead(
        name=given.get("name", "") or known.name,
        email=_mail_of(given.get("email", "")) or known.email.lower(),
        phone=given.get("phone", ""),
        address=given.get("address", ""),
        channel=channel,
        day=when.day if written else known.day,
        reason=given.get("reason", "") or (when.rest if when.day is not None else "") or known.reason,
        service=code(given.get("service", "")),
        text=text or known.text,
    )
    problems = (
        *_missing(read),
        *_wrong_day(read, written, when, today, prompt or today - timedelta(days=LATE)),
        *_wrong(read, services),
    )
    return replace(read, problems=problems, lines=_lines(read, given))


def unsigned(said: str, officer: str) -> str:
    """*said* without what *officer* signs it with: a sign-off, their name and what stands below it are no part of what the
    caller said."""
    lines, person = said.split("\n"), frozenset(plain(officer).lower().split())
    kept = [index for index, line in enumerate(lines) if line.strip()][-_SIGNING_LINES:]
    begins = next((index for index in kept if index and _is_signing(lines[index:], person)), len(lines))
    if begins < len(lines) and not next((line for line in reversed(lines[:begins]) if line.strip()), "").rstrip().endswith(":"):
        return "\n".join(lines[:begins]).rstrip()
    above, (end, places) = max(0, len(said) - _LAST), placed(said[-_LAST:])
    found = re.search(_SIGNED_BESIDE.format(name=re.escape(" ".join(officer.split()))), end, re.IGNORECASE)
    return said[: above + places[found.start()]].rstrip() if found else said


def _is_signing(lines: list[str], person: frozenset[str]) -> bool:
    """True for the sign-off of *person*; a letter that came by post ends with its writer's."""
    first = [line for line in lines if line.strip()][:2]
    theirs = len(first) == 1 or not person.isdisjoint(
        word.strip(".,|-") for line in first for word in plain(line).lower().split()
    )
    return theirs and signs_and_says_no_more(lines, person)


def channel_of(written: str) -> str:
    """The channel that *written* names, however they call it; what no channel is comes back as it stands."""
    said = name(written)
    return _ALIKE.get(said, said)


# --- the lines


def _given(body: str, services: tuple[str, ...], today: date) -> tuple[dict[str, str], str]:
    """(what stands behind each label, the text)."""
    lines, given = [_without_unseen(line) for line in body.strip("\n").split("\n")], dict[str, str]()
    if lines and (channel := channel_of(lines[0])) in CHANNELS:  # "#log phone"
        given["channel"], lines = channel, lines[1:]
    while lines:
        taken = _taken(lines, given, services, today)
        if not taken:
            break
        lines = lines[taken:]
        if "text" in given:
            break
    begins = given.pop("text", "")
    lines = _without_the_last(lines, given)
    return given, "\n".join((begins, *lines)).strip()


def _taken(lines: list[str], given: dict[str, str], services: tuple[str, ...], today: date) -> int:
    """How many of the first *lines* say something with a label; it goes into *given*."""
    if not lines[0].strip():
        return 1
    if match := _LINE.match(lines[0]):
        label, value = _LABELS[match[1].lower()], match[2].strip()
        below = next((n for n, line in enumerate(lines[1:3], 1) if line.strip()), 0)
        if not value and below and label != "text" and _can_be(label, lines[below].strip(), services, today):
            value = lines[below].strip()
            given[label] = value
            return below + 1
        given[label] = value
        return 1
    unmarked = _UNMARKED.match(plain(lines[0]))
    if unmarked and _can_be(_LABELS[unmarked[1].lower()], unmarked[2], services, today):
        given[_LABELS[unmarked[1].lower()]] = unmarked[2]
        return 1
    return 0


def _can_be(label: str, value: str, services: tuple[str, ...], today: date) -> bool:
    """True where *value* can hardly be anything but what *label* wants."""
    match label:
        case "name":
            return bool(_PERSON.match(plain(value)))
        case "email":
            return bool(ADDRESS.fullmatch(_mail_of(value)))
        case "phone":
            return bool(_NUMBER.match(plain(value)))
        case "channel":
            return channel_of(value) in CHANNELS
        case "date":
            return read_when(value, today, Towards.BEHIND).day is not None
        case "service":
            return code(value) in services
    return False


def _without_the_last(lines: list[str], given: dict[str, str]) -> list[str]:
    """*lines* without those at the end that have a label: some write what was said first."""
    end = len(lines)
    found: dict[str, str] = {}
    while end and (not lines[end - 1].strip() or ((match := _LINE.match(lines[end - 1])) and _fits(match, given, found))):
        end -= 1
    if not found or not any(line.strip() for line in lines[:end]):
        return lines
    given |= found
    return lines[:end]


def _fits(match: re.Match[str], given: dict[str, str], found: dict[str, str]) -> bool:
    label = _LABELS[match[1].lower()]
    if label == "text" or label in given or label in found or not match[2].strip():
        return False
    found[label] = match[2].strip()
    return True


def _mail_of(written: str) -> str:
    return _MAILTO.sub("", written).strip().removeprefix("mailto:").strip("<>[]() ").lower()


def _without_unseen(line: str) -> str:
    return "".join(character for character in line if not unseen(character))


# --- what is wrong, and the answer ready to be filled in


def _lines(read: ContactRead, given: dict[str, str]) -> tuple[str, ...]:
    """Every label that is wanted or was given, with what is known."""
    date_given = given.get("date", "")
    day = (f"{read.day:%Y-%m-%d} {read.reason}".strip() if read.day else date_given) if date_given or read.day else ""
    values = (
        ("Name", read.name),
        ("Channel", read.channel if read.channel in CHANNELS else given.get("channel", "")),
        ("Email", read.email),
        ("Phone", read.phone),
        ("Address", read.address),
        ("Date", day),
        ("Service", given.get("service", "")),
    )
    wanted = {"Name", "Channel", "Email", "Phone"}
    return tuple(f"{label}: {value}".strip() for label, value in values if value or label in wanted)


def _missing(read: ContactRead) -> tuple[str, ...]:
    problems = []
    if not read.name:
        problems.append("“Name:” is missing: write who it was, or “Name: not given”")
    if read.channel not in CHANNELS:
        problems.append(f"“Channel:” is missing or unknown: write one of {', '.join(CHANNELS)}")
    if not read.text:
        problems.append("the text is missing: below the lines, write what they said")
    return tuple(problems)


def _wrong_day(read: ContactRead, written: str, when: When, today: date, prompt: date) -> tuple[str, ...]:
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
    if read.day < prompt and not read.reason:
        return (f"“Date:” is more than {LATE} working days back: write behind it why it is recorded only now",)
    return ()


def _wrong(read: ContactRead, services: tuple[str, ...]) -> tuple[str, ...]:
    problems = []
    if read.email and not ADDRESS.fullmatch(read.email):
        problems.append(f"“Email: {read.email}” is no address")
    if read.service and read.service not in services:
        near = nearest(read.service, services)
        meant = f"did you mean {' or '.join(near)}? It is " if near else "write "
        problems.append(f"“Service: {read.service}” is unknown: {meant}one of {', '.join(services)}")
    return tuple(problems)
