"""What an officer typed comes out of every mail program's answer exactly, or a person is asked."""

import re

import pytest

from desk.clients.letters import ADDRESS, OFFICER, Letter, Part, both, divs, page, plain
from desk.clients.shapes import DISCLAIMER, GREEN, SHAPES, SIGNATURE, Shape, gmail_page, gmail_text, outlook_text
from townclerk.domain.answered import beside
from townclerk.domain.mail import IncomingMail
from townclerk.domain.quoting import Doubt, Written
from townclerk.mail.reading import read_inline, read_own

SHORT = "#respond upheld\nDear Ms Patel, we are sorry. We will come on Friday."
TYPED = {
    "short": SHORT,
    "long": (
        "#respond partly-upheld\nDear Ms Patel,\n\nI am sorry that your bin was not emptied on 4 January. I have looked at "
        "the round's sheet: the crew was short of two people, and your street was one of eleven that were left "
        "out.\n\nWe will come on Friday 15 January, and I shall look again in a month.\n\nYours sincerely\nWendy Ash"
    ),
    "words": "#reason missed bin\n#extend 10 the crew has not answered yet",
    "list": "#message\nWe will:\n- come on Friday at 9:30\n- write to you after that: https://council.example/bins?round=7&day=fri\n"
    "Or ring 01902 555 0100.",
}


def sent(part: Part, letter: Letter) -> bytes:
    head = (
        f"From: {OFFICER} <{ADDRESS}>\r\nTo: {letter.reply_to}\r\nSubject: Re: {letter.subject}\r\n"
        f"Message-ID: <1@council.example>\r\nIn-Reply-To: {letter.message_id}\r\nMIME-Version: 1.0\r\n"
    )
    return head.encode() + bytes(part)


def read(part: Part, letter: Letter) -> IncomingMail:
    found = read_inline(sent(part, letter))
    assert found.quarantined is None
    assert found.mail is not None
    return found.mail


def meant(part: Part, letter: Letter) -> Written:
    """What the desk takes for the officer's words."""
    written = read(part, letter).written
    assert written is not None
    return beside(written, read_own(letter.raw))


def paragraphs(text: str) -> list[list[str]]:
    return [words(paragraph) for paragraph in re.split(r"\n\s*\n", text.strip())]


def words(text: str) -> list[str]:
    return text.split()


@pytest.mark.parametrize("typed", TYPED.values(), ids=TYPED)
@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.name)
def test_what_was_typed_comes_out_exactly_or_is_held(shape: Shape, typed: str, letter: Letter) -> None:
    written = meant(shape.write(typed, letter), letter)

    if shape.held:
        assert written.doubt is not None
    elif shape.held is False or written.doubt is None:
        assert (written.doubt, words(written.text)) == (None, words(typed))
        assert shape.spreads or paragraphs(written.text) == paragraphs(typed)


def test_a_plain_text_that_says_more_than_its_page_is_held(letter: Letter) -> None:
    more = gmail_text(f"{SHORT}\nAnd we shall pay you £20.", letter)

    assert meant(both(more, gmail_page(SHORT, letter)), letter).doubt is Doubt.TWO_VERSIONS


@pytest.mark.parametrize("style", ["font-size:0.9em", "font-size: 1rem"])
def test_words_in_a_size_of_their_own_go_out(style: str, letter: Letter) -> None:
    part = page(f'<div style="{style}">{divs(SHORT)}</div>{gmail_page("", letter)}')

    written = meant(part, letter)

    assert (written.doubt, words(written.text)) == (None, words(SHORT))


@pytest.mark.parametrize(
    "sentence",
    [
        "Follow us on Facebook for news about your street.",
        "We welcome further correspondence from you about this.",
        "Sent by email and by post.",
        "Sent from the mobile office in Long Lane.",
        "Please think about whether you can print the form.",
        "This email contains confidential information about your son and is intended only for you.",
        "The information in the attachment is confidential to you. It is intended only for your use.",
        "This email was sent using the address that you gave us.",
        "Thank you\n\nWaste Helpline\nCivic Centre, Exton WV8 1PX\n01902 555 0100\nwww.council.example/bins",
    ],
)
def test_an_officers_sentence_that_sounds_like_a_footer_is_left_and_looked_at(sentence: str, letter: Letter) -> None:
    typed = f"{SHORT}\n\n{sentence}"

    written = meant(plain(outlook_text(typed, letter)), letter)

    assert (written.doubt, words(written.text)) == (Doubt.ADDED, words(typed))


@pytest.mark.parametrize(
    "footer",
    [
        GREEN,
        "Follow us on Facebook and X",
        "This email and its attachments are confidential and intended solely for the addressee.",
        DISCLAIMER,
        f"Sent from my iPhone\n\n{GREEN}",
    ],
)
def test_what_stands_below_a_signature_is_not_the_officers(footer: str, letter: Letter) -> None:
    written = meant(plain(outlook_text(SHORT, letter, f"{SIGNATURE}\n\n{footer}")), letter)

    assert (written.doubt, words(written.text)) == (None, words(SHORT))


def test_what_the_page_strikes_out_is_not_taken_from_the_plain_text(letter: Letter) -> None:
    struck = gmail_page(SHORT, letter).replace("We will come", "<s>The crew was drunk.</s> We will come")

    written = meant(both(gmail_text(SHORT.replace("We will", "The crew was drunk. We will"), letter), struck), letter)

    assert (written.doubt, words(written.text)) == (Doubt.STRUCK, words(SHORT))
