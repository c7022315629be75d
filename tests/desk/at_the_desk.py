"""What the tests of the desk say again and again: a complaint comes, an officer answers, a letter is read."""

from dataclasses import replace
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import SMTP, default
from functools import partial

from services.office import MONDAY, SERVER, House
from townclerk.domain.council import Council
from townclerk.domain.provisions import Desk, PlainReply
from townclerk.store import outbox
from townclerk.store.outbox import OutboxLine

WENDY, CAL, TOM = "wendy.ash@council.example", "cal.lane@council.example", "tom.birch@council.example"
LATER = MONDAY + timedelta(hours=2)
ANSWER = "Dear Ms Patel,\n\nWe are sorry. The lorry did not come, and we have emptied your bin this morning.\n\nWendy Ash"


def with_desk(council: Council, plain_reply: str = "confirm", undo_minutes: int = 0) -> Council:
    provisions = replace(council.policy.provisions, desk=Desk(PlainReply(plain_reply), undo_minutes))
    return replace(council, policy=replace(council.policy, provisions=provisions))


def at_a_desk(house: House, plain_reply: str = "confirm", undo_minutes: int = 0) -> House:
    """*house*, whose policy says so of its desk."""
    house.office = replace(house.office, council=with_desk(house.office.council, plain_reply, undo_minutes))
    return house


async def a_complaint(house: House, text: str = "I complain about the bins.", **headers: str) -> OutboxLine:
    """A complaint has come; the officer's letter about it."""
    house.arrives(text, **headers)  # type: ignore[arg-type]  # headers are words
    await house.settle()
    return house.sent("assignment")[-1]


async def answer(house: House, letter: OutboxLine, text: str, at: datetime = LATER, proven: str = "pass") -> None:
    house.replies(letter, text, at, proven)
    await house.settle(at)


def raw_of(house: House, letter: OutboxLine) -> EmailMessage:
    row = house.read(partial(outbox.get, key=letter.key))
    assert row is not None
    message = BytesParser(policy=default).parsebytes(row.raw)
    assert isinstance(message, EmailMessage)
    return message


def text_of(house: House, letter: OutboxLine) -> str:
    """The text part of *letter*."""
    part = raw_of(house, letter).get_body(("plain",))
    assert part is not None
    return str(part.get_content()).replace("\r\n", "\n")


def folded(text: str) -> str:
    return " ".join(text.split())


def files_of(house: House, letter: OutboxLine) -> list[str]:
    return [str(part.get_filename()) for part in raw_of(house, letter).iter_attachments()]


def with_files(
    house: House,
    letter: OutboxLine,
    text: str,
    *files: tuple[str, str, bytes],
    at: datetime = LATER,
    logo: bytes | None = None,
) -> None:
    """An officer answers *letter* with *files*, each a name, a type and what is in it; *logo* stands in an HTML signature."""
    house.count += 1
    message = EmailMessage(policy=SMTP)
    message["From"], message["To"] = letter.recipient, str(raw_of(house, letter)["Reply-To"])
    message["Subject"], message["Message-ID"] = f"Re: {letter.subject}", f"<files{house.count}@council.example>"
    message["In-Reply-To"] = letter.message_id
    message["Authentication-Results"] = f"{SERVER}; dmarc=pass header.from={letter.recipient.rpartition('@')[2]}"
    message.set_content(text + "\n")
    if logo is not None:
        lines = "".join(f"<div>{line or '<br>'}</div>" for line in text.split("\n"))
        message.add_alternative(f'<html><body>{lines}<img src="cid:logo@council"></body></html>', subtype="html")
        page = message.get_body(("html",))
        assert page is not None
        page.add_related(logo, maintype="image", subtype="png", cid="<logo@council>", filename="image001.png")
    for name, kind, content in files:
        main, _, sub = kind.partition("/")
        message.add_attachment(content, maintype=main, subtype=sub, filename=name)
    house.mailbox.deliver(message.as_bytes(), at)
