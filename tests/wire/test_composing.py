"""What leaves us is MIME that anybody can read, and no text in it can become a header."""

import email
import email.policy
import email.utils
from datetime import UTC, datetime
from email.header import decode_header, make_header
from email.message import EmailMessage, Message

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from townclerk.domain.mail import Address, File, OutgoingMail
from townclerk.mail.composing import compose
from townclerk.mail.errors import NotComposable

COUNCIL = Address("Example Council", "feedback@council.example")
ASHA = Address("Asha Patel", "asha@example.org")
ANYTHING = st.text(st.characters(codec=None), max_size=300)


def mail(**changes: object) -> OutgoingMail:
    given: dict[str, object] = {
        "sender": COUNCIL,
        "to": ASHA,
        "subject": "Your complaint SS-1",
        "text": "Thank you.\n",
        "html": "<p>Thank you.</p>",
        "message_id": "<SS-1.receipt@council.example>",
        "date": datetime(2026, 11, 2, 9, 30, tzinfo=UTC),
    }
    return OutgoingMail(**{**given, **changes})  # type: ignore[arg-type]  # the names are checked by the dataclass itself


def read(raw: bytes) -> EmailMessage:
    return email.message_from_bytes(raw, policy=email.policy.default)


def headers(raw: bytes) -> Message:
    """As mail programs read them: unfolded, words decoded, nothing guessed."""
    return email.message_from_bytes(raw)


def said(part: object) -> str:
    assert isinstance(part, EmailMessage)
    return str(part.get_content()).replace("\r\n", "\n")


def decoded(value: str) -> str:
    return str(make_header(decode_header(value.replace("\r\n", "").replace("\n", ""))))


def test_a_letter_has_a_text_and_an_html_part_that_say_what_was_given() -> None:
    message = read(compose(mail(text="Diolch, Siân.\n", html="<p>Diolch, Siân.</p>")))

    assert message.get_content_type() == "multipart/alternative"
    plain, html = message.iter_parts()
    assert (said(plain), said(html)) == ("Diolch, Siân.\n", "<p>Diolch, Siân.</p>\n")


def test_a_file_makes_the_letter_mixed_and_comes_back_byte_for_byte() -> None:
    content = bytes(range(256)) * 50
    message = read(compose(mail(files=(File("Photo – bin.jpg", "image/jpeg", content),))))

    assert message.get_content_type() == "multipart/mixed"
    (attached,) = message.iter_attachments()
    assert isinstance(attached, EmailMessage)
    assert (attached.get_filename(), attached.get_content_type()) == ("Photo – bin.jpg", "image/jpeg")
    assert attached.get_content() == content


@pytest.mark.parametrize("kind", ["message/rfc822", "multipart/mixed", "", "nonsense", "text/html\r\nX: y"])
def test_a_file_of_a_kind_that_cannot_be_carried_is_sent_as_bytes(kind: str) -> None:
    (attached,) = read(compose(mail(files=(File("a/b\\c.eml", kind, b"Subject: x\r\n\r\ny"),)))).iter_attachments()

    assert isinstance(attached, EmailMessage)
    assert attached.get_content_type() in ("application/octet-stream", "text/html")
    assert attached["X"] is None
    assert attached.get_filename() == "a_b_c.eml"


def test_an_automatic_letter_stops_loops_and_still_asks_for_delivery_reports() -> None:
    message = headers(compose(mail(automatic="auto-replied")))

    assert message["Auto-Submitted"] == "auto-replied"
    assert message["X-Auto-Response-Suppress"] == "OOF, AutoReply, DR, RN, NRN"


def test_what_a_person_wrote_is_not_called_automatic_but_is_known_as_ours() -> None:
    message = headers(compose(mail()))

    assert message["Auto-Submitted"] is None
    assert message["X-Auto-Response-Suppress"] is None
    assert message["X-Townclerk"] == "1"
    assert message["Content-Language"] == "en-GB"


def test_more_headers_can_be_given_and_the_language_can_be_changed() -> None:
    message = headers(
        compose(mail(headers=(("X-Townclerk", "SS-1"), ("Content-Language", "cy"), ("List-Help", "a\r\nBcc: b"))))
    )

    assert message.get_all("X-Townclerk") == ["SS-1"]
    assert message.get_all("Content-Language") == ["cy"]
    assert message["List-Help"] == "a Bcc: b"


@pytest.mark.parametrize("name", ["From", "bcc", "Content-Type", "MIME-Version", "X Y", "X:Y", "X\r\nBcc", ""])
def test_a_header_that_is_ours_to_write_or_no_header_is_refused(name: str) -> None:
    with pytest.raises(NotComposable):
        compose(mail(headers=((name, "x"),)))


@pytest.mark.parametrize(("count", "kept"), [(19, 19), (20, 20), (21, 20), (400, 20)])
def test_a_long_thread_keeps_its_beginning_and_its_end(count: int, kept: int) -> None:
    ids = [f"<{'long' * 15}.{number}@mail.example>" for number in range(count)]
    message = headers(compose(mail(references=tuple(ids), in_reply_to=ids[-1])))

    found = message["References"].split()
    assert len(found) == kept
    assert found == ids if count <= 20 else [*ids[:10], *ids[-10:]]
    assert message["In-Reply-To"] == ids[-1]


def test_an_id_that_is_none_is_left_out_of_the_thread() -> None:
    odd = ("<>", "no brackets", "<a b@c>", "<é@c>", "<a@b>\r\nBcc: <x@y>", f"<{'a' * 2000}@b>")
    message = headers(compose(mail(references=(*odd, "<good@c>"), in_reply_to="<x\ny>")))

    assert message["References"] == "<good@c>"
    assert message["In-Reply-To"] is None
    assert message["Bcc"] is None


def test_our_own_message_id_must_be_one() -> None:
    with pytest.raises(NotComposable):
        compose(mail(message_id="SS-1"))


@pytest.mark.parametrize("address", ["", "asha", "a@b@c", "a b@c.example", "<a@c.example>", "a@c.example\r\nBcc: b@c.example"])
def test_a_letter_to_no_address_is_refused(address: str) -> None:
    with pytest.raises(NotComposable):
        compose(mail(to=Address("Asha", address)))


@pytest.mark.parametrize("address", ["o'neil@example.org", "a..b@docomo.example", '"john smith"@example.org', "a@[127.0.0.1]"])
def test_a_strange_address_is_written_as_it_is(address: str) -> None:
    assert str(headers(compose(mail(to=Address("", address))))["To"]) == address


def test_a_long_signed_address_is_not_broken() -> None:
    local = "feedback+SS-2026-000123.officer." + "a" * 32
    address = f"{local}@a-council-with-a-very-long-name.in-the-north.example"
    raw = compose(mail(reply_to=Address("Example Council feedback team", address)))

    assert address.encode() in raw


def test_a_domain_in_another_script_is_written_in_ascii() -> None:
    assert b"asha@xn--bcher-kva.example" in compose(mail(to=Address("Asha", "asha@bücher.example")))


def test_an_address_with_another_script_before_the_at_makes_an_international_mail() -> None:
    raw = compose(mail(to=Address("Siân", "siân@example.org")))

    assert "siân@example.org".encode() in raw
    assert compose(mail()).isascii()


@settings(max_examples=150, deadline=None)
@given(subject=ANYTHING, name=ANYTHING, text=ANYTHING, html=ANYTHING)
def test_no_text_breaks_a_line_or_makes_a_header(subject: str, name: str, text: str, html: str) -> None:
    raw = compose(mail(subject=subject, to=Address(name, "asha@example.org"), text=text, html=html))

    assert raw.isascii()
    assert max(len(line) for line in raw.split(b"\r\n")) <= 998
    assert b"\n" not in raw.replace(b"\r\n", b"")
    message = headers(raw)
    expected = [
        "From",
        "To",
        "Subject",
        "Date",
        "Message-ID",
        "X-Townclerk",
        "MIME-Version",
        "Content-Type",
        "Content-Language",
    ]
    assert sorted({*message.keys()} - {"Content-Transfer-Encoding"}) == sorted(expected)


@settings(max_examples=150, deadline=None)
@given(st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "S", "Zs")), min_size=1, max_size=200))
def test_a_subject_arrives_as_it_was_given(subject: str) -> None:
    assert decoded(headers(compose(mail(subject=subject)))["Subject"]).split() == subject.replace("=?", "= ?").split()


def test_a_subject_that_looks_like_an_encoded_word_is_not_decoded() -> None:
    raw = compose(mail(subject="=?utf-8?q?hidden?= words", to=Address("=?utf-8?q?hidden?=", "a@b.example")))

    assert "hidden?=" in decoded(headers(raw)["Subject"])
    assert "hidden?=" in decoded(headers(raw)["To"])


@pytest.mark.parametrize("subject", ["é" * 300, "a" * 300, "Re: [SS-1] " + "Cwyn – " * 40])
def test_a_long_subject_arrives_as_it_was_given(subject: str) -> None:
    assert decoded(headers(compose(mail(subject=subject)))["Subject"]).strip() == subject.strip()


@pytest.mark.parametrize("text", ["x" * 5000, "\ud800 lone", "nul \0 here", "a\r\nb\rc\n", ".\r\n..\n", "From here\n"])
def test_a_difficult_text_arrives(text: str) -> None:
    (plain, _) = read(compose(mail(text=text))).iter_parts()

    wanted = text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "").replace("\ud800", "\ufffd")
    assert said(plain).rstrip("\n") == wanted.rstrip("\n")
