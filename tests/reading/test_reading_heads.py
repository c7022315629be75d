"""Whose mail it is, however irregular its head: whoever can be answered is."""

import pytest

from townclerk.domain.authentication import IRREGULAR_SENDER, SEVERAL_SENDERS, proven
from townclerk.domain.mail import Address, IncomingMail
from townclerk.domain.screening import screen
from townclerk.mail.mime import HEAD_LIMIT
from townclerk.mail.reading import read_head, read_inline

REST = "To: feedback@council.example\nSubject: Lamp\nMessage-ID: <1@mail.example>\n\nThe lamp is out.\n"
ADA = "ada@mail.example"


def mail(head: str) -> IncomingMail:
    reading = read_inline((head + REST).encode())
    assert reading.quarantined is None
    assert reading.mail is not None
    return reading.mail


def answerable(found: IncomingMail) -> bool:
    return screen(found, frozenset({"feedback@council.example"}), lambda _: False).answerable


@pytest.mark.parametrize(
    ("written", "sender"),
    [
        (f"Ada <{ADA}", Address("Ada", ADA)),
        (f"Ada {ADA}>", Address("Ada", ADA)),
        (f"Ada <<{ADA}>>", Address("Ada", ADA)),
        (f"Ada <mailto:{ADA}>", Address("Ada", ADA)),
        (f"Ada <SMTP:{ADA}>", Address("Ada", ADA)),
        (f"Ada: home <{ADA}>", Address("Ada: home", ADA)),
        (f"<@a.example,@b.example:{ADA}>", Address("", ADA)),
        ("ada..q@mail.example", Address("", "ada..q@mail.example")),
        ("ada.@phone.example", Address("", "ada.@phone.example")),
        (f"{ADA}.", Address("", ADA)),
        (f"{ADA}\0", Address("", ADA)),
        ("=?utf-8?q?Ad=C3=A0_<ada@mail.example>?=", Address("Adà", ADA)),
    ],
)
def test_a_from_with_one_address_is_answered_however_it_is_written(written: str, sender: Address) -> None:
    found = mail(f"From: {written}\n")

    assert found.sender == sender
    assert answerable(found)


@pytest.mark.parametrize(
    "head",
    [
        f"From: Ada <{ADA}>\nFrom: Ada <{ADA}>\n",
        f"From: Ada <{ADA}>\nFrom: Ada  <{ADA}>\n",
        f"From: \nFrom: Ada <{ADA}>\n",
        f"Sender: Ada <{ADA}>\n",
        f"Reply-To: Ada <{ADA}>\nReturn-Path: <{ADA}>\n",
        f"From:\nReply-To: Ada <{ADA}>\n",
    ],
)
def test_a_sender_who_is_named_twice_or_in_another_place_is_answered(head: str) -> None:
    assert mail(head).sender == Address("Ada", ADA)
    assert answerable(mail(head))


@pytest.mark.parametrize(
    "written",
    [
        f"{ADA}, bob@mail.example",
        f"bob@mail.example <{ADA}",
        f"Group: {ADA}, bob@mail.example;",
        "Ada Quill/HOME/Council@Council",
        "ada@mail..example",
        f"Ada @ home <{ADA}",
        f"{ADA}\nFrom: bob@mail.example",
    ],
)
def test_where_it_is_not_certain_who_wrote_nobody_is_answered(written: str) -> None:
    found = mail(f"From: {written}\n")

    assert SEVERAL_SENDERS in found.defects
    assert not answerable(found)


@pytest.mark.parametrize("typed", [" ", "\t", ",", ";", ":", "\\", "(", '"', "\xa0", "\u3000", "\0", "\x01"])
@pytest.mark.parametrize("shape", ["Mary Jones <{}>", "<{}>", "{}", "Mary {}", "Mary Jones {}"])
@pytest.mark.parametrize("header", ["From: ", "From: forms@site.example\nReply-To: "])
def test_the_end_of_a_mistyped_address_is_nobodys(typed: str, shape: str, header: str) -> None:
    """jones@mail.example may be somebody else's."""
    found = mail(header + shape.format(f"mary{typed}jones@mail.example") + "\n")

    answered = [each.address for each in found.reply_to]
    if answerable(found) and found.sender is not None:
        answered.append(found.sender.address)
    assert not {"jones@mail.example", "maryjones@mail.example"} & set(answered)


@pytest.mark.parametrize(
    "typed", ["mary@mail.exam ple", "mary@mail.exam ple.org", "mary@mail.co m", "mary@mail.example\0.evil.example"]
)
@pytest.mark.parametrize("shape", ["Mary Jones <{}>", "<{}>"])
def test_the_beginning_of_a_mistyped_address_is_nobodys(typed: str, shape: str) -> None:
    assert not answerable(mail(f"From: {shape.format(typed)}\n"))


@pytest.mark.parametrize(
    "written",
    [
        "<mary<jones@mail.example>",
        "Mary<jones@mail.example",
        "Mary Ann jones@mail.example",
        "mary Ann jones@mail.example",
        "mary ann hannah@mail.example",
        "Mary J jones@mail.example",
        "Mary <jones@mail.co(uk>",
    ],
)
@pytest.mark.parametrize("header", ["From: ", "From: forms@site.example\nReply-To: "])
def test_where_an_address_may_go_on_beyond_a_bracket_or_a_name_nobody_is_answered(written: str, header: str) -> None:
    found = mail(f"{header}{written}\n")

    assert found.reply_to == ()
    assert "Reply-To" in header or not answerable(found)


@pytest.mark.parametrize(
    ("written", "address"),
    [
        ('"mary jones"@mail.example', '"mary jones"@mail.example'),
        ("Mary <mary . jones@mail.example>", "mary.jones@mail.example"),
        ("Mary <mary.\n jones@mail.example>", "mary.jones@mail.example"),
    ],
)
def test_a_blank_in_an_address_is_kept_where_it_is_a_part_of_it(written: str, address: str) -> None:
    found = mail(f"From: {written}\n")

    assert found.sender is not None
    assert found.sender.address == address


@pytest.mark.parametrize(
    ("written", "name"),
    [
        (f"Quill, Ada {ADA}", "Quill, Ada"),
        (f"Ada Quill ({ADA})", "Ada Quill"),
        (f"Ada Quill [mailto:{ADA}]", "Ada Quill"),
        ("Ada Quill aquill@mail.example", "Ada Quill"),
        (f"Ada Quill {ADA}", "Ada Quill"),
        (f'"Quill of the Row" {ADA}', "Quill of the Row"),
        (f"Zoë {ADA}", "Zoë"),
        (f"王小明 {ADA}", "王小明"),
        (f"Clerk – {ADA}", "Clerk –"),
        (f"Clerk: {ADA}", "Clerk"),
        (f";{ADA}", ""),
        (f"{ADA} (at home", ""),
    ],
)
def test_a_bare_address_beside_the_name_of_its_owner_is_answered(written: str, name: str) -> None:
    found = mail(f"From: {written}\n")

    assert found.sender is not None
    assert found.sender.name == name
    assert answerable(found)


@pytest.mark.parametrize("written", ["mary,jones@mail.example", "mary jones@mail.example", "<mary;jones@mail.example>"])
def test_an_answer_goes_to_nobody_by_a_reply_to_that_is_mistyped(written: str) -> None:
    assert mail(f"From: forms@site.example\nReply-To: {written}\n").reply_to == ()


@pytest.mark.parametrize("written", [f"Ada <{ADA}", f"Ada, Quill <{ADA}>", f"Ada <mailto:{ADA}>"])
def test_a_reply_to_that_is_odd_and_certain_counts(written: str) -> None:
    assert ADA in [each.address for each in mail(f"From: forms@site.example\nReply-To: {written}\n").reply_to]


@pytest.mark.parametrize("head", [f"From: Ada <{ADA}\n", f"Sender: {ADA}\n", f"From: {ADA}\nFrom: {ADA}\n"])
def test_nobody_is_proven_to_be_a_sender_who_is_oddly_written(head: str) -> None:
    """Which of its readings a server has looked at is not known."""
    found = mail(f"Authentication-Results: mx.council.example; dmarc=pass header.from=mail.example\n{head}")

    assert IRREGULAR_SENDER in found.defects
    assert proven(found, "mx.council.example", "rfc8601").state == "fail"


@pytest.mark.parametrize(
    "before", ["\ufeff", "\n", "\r\n\r\n", " ", ">From ada Mon Jan 11 09:00:00 2027\n", "From ada Mon Jan 11 09:00:00 2027\n"]
)
def test_what_stands_before_the_first_header_does_not_hide_the_head(before: str) -> None:
    raw = f"{before}From: Ada <{ADA}>\n{REST}".encode()
    found, head = read_inline(raw).mail, read_head(raw)

    assert found is not None
    assert head is not None
    assert found.sender == head.sender == Address("Ada", ADA)
    assert found.subject == "Lamp"
    assert found.own_text == "The lamp is out."


@pytest.mark.parametrize("text", ["\nHello: this has no head.\n", "\nDear all,\n\nFrom: is a word."])
def test_a_text_without_a_head_keeps_its_first_words(text: str) -> None:
    found = read_inline(text.encode()).mail

    assert found is not None
    assert text.split()[0] in found.text


def test_of_an_endless_head_what_is_needed_is_kept() -> None:
    trace = "".join(f"X-Trace-{number}: {'x' * 900}\n" for number in range(2 * HEAD_LIMIT // 900))
    raw = (
        f"Authentication-Results: mx.council.example; dmarc=pass\n{trace}From: Ada <{ADA}>\nIn-Reply-To: <9@council.example>\n"
        "Date: Mon, 11 Jan 2027 09:00:00 +0000\nAuto-Submitted: auto-replied\nMIME-Version: 1.0\nContent-Type: text/plain;\n"
        f" charset=utf-8\nContent-Transfer-Encoding: base64\n{REST.replace('The lamp is out.', 'VGhlIGxhbXAgaXMgb3V0Lg==')}"
    )
    found = read_inline(raw.encode()).mail

    assert found is not None
    assert "header block cut" in found.defects
    assert found.sender == Address("Ada", ADA)
    assert (found.subject, found.message_id, found.in_reply_to) == ("Lamp", "<1@mail.example>", ("<9@council.example>",))
    assert found.date is not None
    assert found.text == "The lamp is out."
    assert found.headers["auto-submitted"] == ("auto-replied",)
    assert found.headers["authentication-results"] == ("mx.council.example; dmarc=pass",)
