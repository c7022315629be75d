"""Each mail program's answer played through the real services: the letter that the resident opens holds what was meant."""

from collections.abc import Callable
from dataclasses import dataclass
from email.parser import BytesParser
from email.policy import SMTP
from functools import partial

import pytest

from desk.clients.conftest import COMPLAINT
from desk.clients.letters import Letter
from desk.clients.shapes import SHAPES, Shape
from desk.clients.test_what_was_meant import sent
from services.office import MONDAY, SERVER, House
from townclerk.mail.html import read_html
from townclerk.store import outbox
from townclerk.store.outbox import OutboxLine


@dataclass(frozen=True)
class Verb:
    """A word, the text below it, and the kind of letter that the resident gets for it; None: they get none."""

    typed: str
    letter: str | None
    text: str = ""


VERBS = {
    "respond": Verb(
        "#respond upheld\n", "response", "Dear Ms Patel,\n\nWe are sorry. We will come on Friday.\n\nYours sincerely\nWendy Ash"
    ),
    "acknowledge": Verb(
        "#acknowledge\n", "acknowledgement", "You complain that nobody came for your brown bin in the first week."
    ),
    "message": Verb("#message\n", "message", "The crew comes on Friday at 9:30.\nPlease put it out the evening before."),
    "ask": Verb("#ask\n", "clarification", "Which of your two bins was it, please?"),
    "extend": Verb("#extend 5 ", "delay_notice", "the depot has not answered us yet"),
    "refuse": Verb("#refuse appeal_or_legal_remedy ", "not_accepted", "there is a tribunal for this, which can put it right."),
    "note": Verb("#note ", None, "rang the depot, they will look into it"),
}
LATER = MONDAY.replace(hour=12)
RESIDENT = "asha.patel@example.org"


async def asked(house: House) -> Letter:
    """A complaint has come; the letter that its officer has in hand."""
    house.arrives(COMPLAINT)
    await house.settle()
    return Letter.of(raw_of(house, house.sent("assignment")[-1]))


def raw_of(house: House, line: OutboxLine) -> bytes:
    row = house.read(partial(outbox.get, key=line.key))
    assert row is not None
    return row.raw


async def answered(house: House, shape: Shape, typed: str) -> dict[str, str]:
    """What the resident gets, by kind of letter, for *typed* in that program."""
    letter = await asked(house)
    before = {line.key for line in house.letters()}
    proof = f"Authentication-Results: {SERVER}; dmarc=pass header.from=council.example\r\n".encode()
    house.mailbox.deliver(proof + sent(shape.write(typed, letter), letter), LATER)
    await house.settle(LATER)
    theirs = [line for line in house.letters(to=RESIDENT) if line.key not in before]
    return {line.kind: opened(raw_of(house, line)) for line in theirs}


def opened(raw: bytes) -> str:
    """A letter as its reader sees it, its words in their order: the plain text, then the page."""
    mail = BytesParser(policy=SMTP).parsebytes(raw)
    assert [part.get_filename() for part in mail.iter_attachments()] == []
    plain, page = mail.get_body(("plain",)), mail.get_body(("html",))
    assert plain is not None
    assert page is not None
    return " ".join((plain.get_content() + read_html(page.get_content()).whole).split())


@pytest.fixture(scope="module")
def plainly() -> dict[str, dict[str, str]]:
    """What the resident gets where the officer's program quotes nothing and adds nothing, by word."""
    return {}


BARE = next(shape for shape in SHAPES if shape.name == "a program that quotes nothing")


# Each program plays some of the words, and each word many of the programs; what is read of every one of them, with every word,
# test_what_was_meant.py holds beside what was typed.
PLAYED = [(shape, list(VERBS)[(number + step) % len(VERBS)]) for number, shape in enumerate(SHAPES) for step in (0,)]


@pytest.mark.parametrize(("shape", "verb"), PLAYED, ids=[f"{shape.name}, {verb}" for shape, verb in PLAYED])
async def test_the_letter_says_what_was_meant_and_not_one_word_more(
    shape: Shape, verb: str, build: Callable[..., House], plainly: dict[str, dict[str, str]]
) -> None:
    wanted = VERBS[verb]
    typed = wanted.typed + wanted.text
    if verb not in plainly:
        plainly[verb] = await answered(build(), BARE, typed)
        assert wanted.letter is None or wanted.letter in plainly[verb]
    house = build()
    letters = await answered(house, shape, typed)

    held = bool(house.letters("confirm"))
    assert held is shape.held or (shape.held is None or verb == "note")
    assert house.letters("refused") == []
    assert letters == ({} if held else plainly[verb])
