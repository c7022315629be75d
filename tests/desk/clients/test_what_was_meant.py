"""What an officer typed comes out of every mail program's answer exactly, or a person is asked."""

import re

import pytest

from desk.clients.letters import ADDRESS, OFFICER, Letter, Part, both, divs, page, plain
from desk.clients.shapes import DISCLAIMER, GREEN, SHAPES, SIGNATURE, Shape, gmail_page, gmail_text, outlook_text
from townclerk.domain.answered import OwnLetter, beside
from townclerk.domain.mail import IncomingMail
from townclerk.domain.quoting import Doubt, Written
from townclerk.mail.reading import read_inline, read_own, read_written

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
    return beside(read_written(sent(part, letter)), read_own(letter.raw))


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


@pytest.mark.parametrize(
    "line",
    [
        "Sent from my Samsung Galaxy S24 Ultra 5G, on Vodafone.",
        "Sent from Samsung Mobile on O2",
        "Sent with FairEmail <https://email.faircode.eu>",
        "Sent with [Proton Mail](https://proton.me/mail/home) secure email.",
        "Sent from [Proton Mail](https://proton.me/mail/home) for iOS.",
        "Sent from Mailspring <https://getmailspring.com/>, the best free email app for work",
        "Sent via Superhuman <https://sprh.mn/?vip=w>",
        "Sent with BlackBerry Work\n(www.blackberry.com)",
        "Sent from Nine<http://www.9folders.com/>",
        "Anfonwyd oddi wrth fy iPad",
        "Anfonwyd o fy ffôn Samsung Galaxy",
        "This email has been classified as: OFFICIAL",
        "This email has been classified as OFFICIAL by Wendy Ash on 11 January 2027 12:00",
        "This email is classified as OFFICIAL-SENSITIVE",
        "OFFICIAL – SENSITIVE [PERSONAL]",
        "Do you really need to print this email? It costs paper and harms the environment.",
    ],
)
def test_what_a_program_says_of_itself_or_of_the_mail_is_cut(line: str, letter: Letter) -> None:
    for below in (line, f"{SIGNATURE}\n\n{line}"):
        written = meant(plain(outlook_text(SHORT, letter, below)), letter)

        assert (written.doubt, words(written.text)) == (None, words(SHORT))


BILINGUAL = (
    "Mae croeso i chi ysgrifennu atom yn Gymraeg neu gysylltu â'r Cyngor yn Saesneg. "
    "Ni fydd gohebu yn Gymraeg yn arwain at oedi.\n"
    "You are welcome to write to the Council in Welsh or in English.\n\n"
    "Mae'r e-bost hwn ac unrhyw ffeiliau a anfonir gydag ef yn gyfrinachol ac at ddefnydd y sawl y cyfeiriwyd hwy "
    "atynt yn unig. "
    "Os ydych wedi ei dderbyn drwy gamgymeriad, dylech hysbysu'r anfonwr."
)
OF_FOUR = (
    "This e-mail (with its attachments) is only for the person it is addressed to. If you are not the intended recipient you "
    "must let me know at once and then delete this e-mail.\n\n"
    "Liability cannot be accepted for any damage arising from this e-mail or from any virus transmitted.\n\n"
    "E-mails sent to or received from staff may be monitored and read, and the right is reserved to delete any of them.\n\n"
    "Do you really need to print this email? It will use paper and harm the environment."
)
SYMBOLS = (
    "Wendy Ash | Waste Officer\nNeighbourhood Services | Exton District Council\n"
    "✆ 01902 555 0147 | ✉ wendy.ash@council.example\n🌐 www.council.example"
)


@pytest.mark.parametrize(
    "signature", ["Cofion / Regards\n\nWendy Ash\nRheolwr / Waste Manager\nFfôn / Tel: 01902 555 0147", SYMBOLS]
)
@pytest.mark.parametrize("disclaimer", [BILINGUAL, OF_FOUR])
def test_a_disclaimer_of_several_paragraphs_below_a_signature_is_cut_with_it(
    signature: str, disclaimer: str, letter: Letter
) -> None:
    written = meant(plain(outlook_text(SHORT, letter, f"{signature}\n\n{disclaimer}")), letter)

    assert (written.doubt, words(written.text)) == (None, words(SHORT))


def test_the_footer_of_a_mailing_list_is_cut_above_and_below_the_letter(letter: Letter) -> None:
    footer = f"{'_' * 47}\nStaff mailing list\nStaff@lists.council.example\nhttps://lists.council.example/listinfo/staff"
    for text in (outlook_text(SHORT, letter, footer), f"{outlook_text(SHORT, letter)}\n{footer}"):
        written = meant(plain(text), letter)

        assert (written.doubt, words(written.text)) == (None, words(SHORT))


def test_the_line_with_which_notes_says_who_wrote_is_no_doubt(letter: Letter) -> None:
    header = f"To: Wendy Ash/Waste/Exton@Exton\nFrom: {letter.name} <{letter.reply_to}>\nDate: 11/01/2027 10:00\nSubject: x"
    text = f"{SHORT}\n\n-----{letter.name} <{letter.reply_to}> wrote: -----\n{header}\n\n{letter.text}"

    written = meant(plain(text), letter)

    assert (written.doubt, words(written.text)) == (None, words(SHORT))


SIGNED = f"{SHORT}\n\nKind regards\nWendy Ash"


@pytest.mark.parametrize(
    "below",
    [
        "Line manager: Tom Birch",
        "My working pattern is Mon-Wed 8.30-4.30",
        "I work flexibly so may send emails outside normal hours.",
        "I am on leave from 20 January to 3 February; contact Tom Birch in my absence.",
        "Upcoming leave: 20 Jan - 3 Feb",
        "How to pronounce my name: Wen-dee",
        "Find me on Teams",
        "We're hiring! See council.example/jobs",
        "#TeamExton #ProudToServe",
        "Exton: proud, green, ours",
        "Rota: nights",
        "INTERNAL USE ONLY",
        "OFFICIAL - INTERNAL ONLY",
        "Not for onward circulation",
    ],
)
def test_what_stands_below_the_writers_name_is_looked_at(below: str, letter: Letter) -> None:
    for text in (f"{SIGNED}\n{below}", f"{SIGNED}\n\n{below}", f"{SIGNED}\nWaste Officer\n\n{below}"):
        assert meant(plain(outlook_text(text, letter)), letter).doubt is Doubt.ADDED


@pytest.mark.parametrize(
    ("below", "kept"),
    [
        ("", ""),
        ("Waste Officer\nExton District Council", "Waste Officer\nExton District Council"),
        ("PS: we come at nine.", "PS: we come at nine."),
        ("Enclosed: a map", "Enclosed: a map"),
        ("Wendy Ash\nWaste Services\nExton District Council", ""),
    ],
)
def test_how_somebody_signs_is_no_doubt(below: str, kept: str, letter: Letter) -> None:
    written = meant(plain(outlook_text(f"{SIGNED}\n\n{below}", letter)), letter)

    assert (written.doubt, words(written.text)) == (None, words(f"{SIGNED} {kept}"))


@pytest.mark.parametrize("divider", ["-- ", "--", "---", "—", "____________"])
@pytest.mark.parametrize("signature", ["Wendy Ash\nWaste Services", "Wendy\nWaste Services\nExt 4471"])
def test_below_any_line_drawn_across_the_writers_name_begins_a_signature(divider: str, signature: str, letter: Letter) -> None:
    written = meant(plain(outlook_text(f"{SHORT}\n\n{divider}\n{signature}", letter)), letter)

    assert (written.doubt, words(written.text)) == (None, words(SHORT))


def test_a_line_drawn_across_divides_a_letter_too(letter: Letter) -> None:
    typed = f"{SHORT}\n\n-----\nWhat we found\nThe bin stood at the back."

    written = meant(plain(outlook_text(typed, letter)), letter)

    assert (written.doubt, words(written.text)) == (None, words(typed))


def test_words_that_a_letter_offers_to_be_written_are_no_piece_of_it_and_what_it_tells_staff_is() -> None:
    letter = OwnLetter(
        "The resident wrote again and seems to be angry with us.\n\n"
        "- #message: Offer them the chance to complain, with this below it:\n"
        "  Thank you for answering our survey. If you would like to make a complaint, tell us what is wrong.\n"
        "- #note: Keep a note\n",
        "",
        ("Exton Council",),
    )
    offered = Written("If you would like to make a complaint, tell us what is wrong.")
    told = Written("The resident wrote again and seems to be angry with us.")

    assert beside(offered, letter).doubt is None
    assert beside(told, letter).doubt is Doubt.QUOTED
