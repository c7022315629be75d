"""The mails with which rules are tried, as they stand in a rules file.

tests:
  finds:                                    mails where the rule must hold
    - My brown bin was missed again.
    - {subject: Missed bin, text: It is the third time., from: ann@home.example}
  leaves: [I found a ring in the park.]     mails where it must not
"""

import mimetypes
from collections.abc import Iterator

from townclerk.config.reading import Fields, Value, email, text
from townclerk.config.yaml import Table
from townclerk.domain.mail import Address, Attachment, IncomingMail
from townclerk.domain.routing import Place, RuleTest

SENDER = "ann.resident@home.example"


def read_tests(value: Value) -> tuple[RuleTest, ...]:
    """The tests of one rule."""
    with value.fields() as f:
        return (*_several(f, "finds", holds=True), *_several(f, "leaves", holds=False))


def _several(f: Fields, key: str, holds: bool) -> tuple[RuleTest, ...]:
    return tuple(f.optional(key, lambda value: value.each(lambda each: _test(each, holds)), ()))


def _test(value: Value, holds: bool) -> RuleTest:
    place = value.node.place
    return RuleTest(_mail(value), holds, Place(place.file, place.line))


def _mail(value: Value) -> IncomingMail:
    if not isinstance(value.node, Table):
        said = text(value)
        return IncomingMail(Address("", SENDER), "", said, said, size=len(said.encode()))
    with value.fields() as f:
        said = f.optional("text", text, "")
        return IncomingMail(
            sender=Address("", f.optional("from", email, SENDER)),
            subject=f.optional_text("subject"),
            text=said,
            own_text=said,
            to=tuple(Address("", each) for each in f.words("to")),
            headers=dict(f.optional("headers", _headers, {})),
            attachments=tuple(Attachment(name, _type(name), 1000, "") for name in f.words("attachments")),
            size=len(said.encode()),
        )


def _headers(value: Value) -> Iterator[tuple[str, tuple[str, ...]]]:
    return iter([(name.lower(), (text(entry),)) for name, entry in value.entries()])


def _type(name: str) -> str:
    return mimetypes.guess_type(name)[0] or "application/octet-stream"
