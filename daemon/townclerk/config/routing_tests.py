"""The mails with which rules are tried, as they stand in a rules file.

tests:
  finds:                                    mails where the rule must hold
    - My brown bin was missed again.
    - {subject: Missed bin, text: It is the third time., from: ann@home.example}
  leaves: [I found a ring in the park.]     mails where it must not
"""

import mimetypes
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from difflib import get_close_matches

from townclerk.config.condition_file import listed, size
from townclerk.config.reading import Fields, Refused, Value, email, text, word_of
from townclerk.config.yaml import Scalar, Table
from townclerk.domain.conditions import Trait
from townclerk.domain.mail import Address, Attachment, IncomingMail
from townclerk.domain.routing import Context, Place, RuleTest

PARTS = ("text", "from", "subject", "to", "headers", "attachments", "size", "received", "earlier_cases", "is", "working_time")
SENDER = "ann.resident@home.example"


def read_tests(value: Value) -> tuple[RuleTest, ...]:
    """The tests of one rule."""
    with value.fields() as f:
        return (*_several(f, "finds", holds=True), *_several(f, "leaves", holds=False))


def _several(f: Fields, key: str, holds: bool) -> tuple[RuleTest, ...]:
    return tuple(f.optional(key, lambda value: value.each(lambda each: _test(each, holds)), ()))


def _test(value: Value, holds: bool) -> RuleTest:
    place = value.node.place
    mail, context = _mail(value)
    return RuleTest(mail, context, holds, Place(place.file, place.line))


def _mail(value: Value) -> tuple[IncomingMail, Context]:
    if not isinstance(value.node, Table):
        said = text(value)
        return IncomingMail(Address("", SENDER), "", said, said, size=len(said.encode())), Context()
    if (cut := _cut_at_a_colon(value.node)) is not None:
        raise Refused(f'"{cut}: …" is read as a name and its value', "write a text that has a colon in it in quotation marks")
    with value.fields() as f:
        return read_mail(f)


def _cut_at_a_colon(node: Table) -> str | None:
    """What stands before the colon of a text that was meant as one; None where it may be the parts of a mail."""
    if len(node.entries) != 1 or not isinstance(node.entries[0].node, Scalar):
        return None
    key = node.entries[0].key
    return None if get_close_matches(key.lower(), PARTS, n=1, cutoff=0.6) else key


def read_mail(f: Fields) -> tuple[IncomingMail, Context]:
    """A mail whose parts are written each on its line, and what the council knows of it."""
    said = f.optional("text", text, "")
    mail = IncomingMail(
        sender=Address("", f.optional("from", email, SENDER)),
        subject=f.optional_text("subject"),
        text=said,
        own_text=said,
        to=tuple(Address("", each) for each in f.words("to")),
        headers=dict(f.optional("headers", _headers, {})),
        attachments=tuple(Attachment(name, _type(name), 1000, "") for name in f.words("attachments")),
        size=f.optional("size", size, len(said.encode())),
    )
    return mail, _context(f)


def _context(f: Fields) -> Context:
    """What the council knows of the mail: what it is, how many cases its sender has had this week, and when it came."""
    received = f.optional("received", _moment, datetime(2027, 1, 4, 10, 0, tzinfo=UTC))  # a Monday morning
    earlier = f.number("earlier_cases", 0, most=1000)
    return Context(
        traits=frozenset(f.optional("is", lambda value: tuple(word_of(Trait)(item) for item in listed(value)), ())),
        earlier=tuple(received - timedelta(days=1) for _ in range(earlier)),
        received_at=received,
        working_time=f.yes_no("working_time", default=True),
    )


def _moment(value: Value) -> datetime:
    written = text(value)
    try:
        found = datetime.fromisoformat(written)
    except ValueError:
        raise Refused(f'"{written}" is not a day and time', "write for instance 2027-01-29 21:30") from None
    return found.replace(tzinfo=UTC)  # the council's own clock: nothing is counted from it but hours and days


def _headers(value: Value) -> Iterator[tuple[str, tuple[str, ...]]]:
    return iter([(name.lower(), (text(entry),)) for name, entry in value.entries()])


def _type(name: str) -> str:
    return mimetypes.guess_type(name)[0] or "application/octet-stream"
