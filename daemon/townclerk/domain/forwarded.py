"""Whose mail a colleague has passed on: the header that their program wrote above it says who, when and about what."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from townclerk.domain.addressing import untagged
from townclerk.domain.days_written import Towards, read_when
from townclerk.domain.mail import Address, IncomingMail
from townclerk.domain.typed import plain
from townclerk.domain.whole_address import is_whole

_FORWARDED = re.compile(r"\s*(?:fwd?|fw|wg|tr|ymlaen)\s*:", re.IGNORECASE)
_BEGINS = re.compile(
    r"[-_ ]{2,}(?:forwarded message|neges a anfonwyd ymlaen)[-_ ]*$|begin forwarded message:$|dechrau'r neges", re.IGNORECASE
)
_LABELS = {
    **dict.fromkeys(("from", "oddi wrth", "o"), "from"),
    **dict.fromkeys(("sent", "date", "anfonwyd", "dyddiad"), "when"),
    **dict.fromkeys(("subject", "pwnc", "testun"), "subject"),
    **dict.fromkeys(("to", "at", "i", "cc", "copi", "bcc", "reply-to", "importance"), "other"),
}
_LINE = re.compile(r"[*_]{0,2}([a-z-]{1,10}(?: [a-z]{4,6})?)[*_]{0,2}\s{0,3}:[*_]{0,2}\s*(.*)$", re.IGNORECASE)
_ADDRESS = re.compile(r"[^\s@<>,;:()\[\]\"']{1,64}@[^\s@<>,;:()\[\]\"']{1,190}\.[^\s@<>,;:.()\[\]\"']{2,63}")
_MOST_LINES = 14  # of one header, empty and folded ones included
_LONGEST_AGO = timedelta(days=183)  # as for what an officer writes down: an earlier year is more often a slip
_LOOKED_AT = 3_000  # lines


@dataclass(frozen=True, slots=True)
class ForwardedMail:
    """A mail that somebody else wrote. `sender` is None where nothing says whose it is, `day` where its day cannot be read, or
    cannot be right. `text` is what they wrote, with what they quoted themselves."""

    sender: Address | None
    subject: str
    day: date | None
    text: str
    named: str = ""  # who it is from where no address stands there, as inside one house


@dataclass(frozen=True, slots=True)
class _Header:
    values: dict[str, str]
    below: int  # the line at which the text begins


def is_forward(mail: IncomingMail) -> bool:
    """True where a program says that *mail* passes another one on. An answer quotes in the same shape, but says otherwise."""
    if _FORWARDED.match(plain(mail.subject)):
        return True
    return any(_BEGINS.match(line) for line in _bare(mail.text))


def forwarded(mail: IncomingMail, today: date, ours: frozenset[str]) -> ForwardedMail | None:
    """The mail that *mail*, received *today*, passes on; None: it passes on none. Of several inside each other it is the
    outermost that is not from one of *ours* (addresses, lower case): colleagues pass on what colleagues passed on."""
    lines = mail.text.replace("\r\n", "\n").split("\n")[:_LOOKED_AT]
    headers = list(_headers(_bare(mail.text)))
    if not headers or not is_forward(mail):
        return None
    senders = [(header, _sender(header.values["from"])) for header in headers]
    others = [(header, sender) for header, sender in senders if sender is None or untagged(sender.key) not in ours]
    if not others:
        return None
    header, sender = next(((header, sender) for header, sender in others if sender is not None), others[0])
    return ForwardedMail(
        named="" if sender is not None else _only_a_name(header.values["from"]),
        sender=sender,
        subject=header.values.get("subject", "").strip(),
        day=plausible(header.values.get("when", ""), today),
        text="\n".join(_unquoted(lines[header.below :])).strip(),
    )


def plausible(written: str, today: date) -> date | None:
    """The day that *written* begins with, unless it lies ahead of *today* or more than six months back."""
    day = read_when(written, today, Towards.BEHIND).day
    return day if day is not None and today - _LONGEST_AGO <= day <= today else None


def _bare(text: str) -> list[str]:
    return [plain(line).strip().removeprefix(">").strip() for line in text.replace("\r\n", "\n").split("\n")[:_LOOKED_AT]]


def _unquoted(lines: list[str]) -> list[str]:
    """*lines* without the mark that some programs put before each of a forwarded mail. Where not each has it, it is the
    mail's own."""
    said = [line for line in lines if line.strip()]
    if said and all(line.startswith(">") for line in said):
        return [line.removeprefix(">").removeprefix(" ") for line in lines]
    return lines


def _headers(bare: list[str]) -> Iterator[_Header]:
    index = 0
    while index < len(bare):
        header = _header(bare, index)
        if header is None:
            index += 1
        else:
            yield header
            index = max(header.below, index + 1)


def _header(bare: list[str], start: int) -> _Header | None:
    """The header that begins at *start*: labels one below the other, who it is from and one thing more among them."""
    values: dict[str, str] = {}
    below, last = start, ""
    for index in range(start, min(start + _MOST_LINES, len(bare))):
        line = bare[index]
        label, value = _labelled(line)
        if label:
            if not values or label == "other" or label not in values:
                values.setdefault(label, value)
            last, below = label, index + 1
        elif not line:
            if not last or not any(_labelled(following)[0] for following in bare[index + 1 : index + 2]):
                break
        elif last == "other" or (last and not values[last]):  # a long list of people is folded; a value may stand below
            values[last] = f"{values[last]} {line}".strip()
            below = index + 1
        else:
            break
        if index == start and not label:
            return None
    return _Header(values, below) if "from" in values and len(values) >= 2 and {"when", "subject"} & values.keys() else None


def _labelled(line: str) -> tuple[str, str]:
    found = _LINE.match(line)
    label = _LABELS.get(found[1].lower(), "") if found else ""
    return (label, found[2]) if found and label else ("", "")


def _only_a_name(written: str) -> str:
    return _turned(re.split(r"[<\[(]", written, maxsplit=1)[0])


def _sender(written: str) -> Address | None:
    """Whom the line names; None: it gives no address, or no whole one."""
    found = _ADDRESS.search(written)
    if found is None or not is_whole(written, *found.span()):
        return None
    return Address(_turned(re.split(r"[<\[(]", written[: found.start()], maxsplit=1)[0]), found[0])


def _turned(written: str) -> str:
    """A name as people say it: "Patel, Asha" is Asha Patel."""
    name = written.strip(" *\"'\t,")
    last, comma, first = name.partition(",")
    if comma and first.strip() and "@" not in name:
        name = f"{first.strip()} {last.strip()}"
    return name[:200]
