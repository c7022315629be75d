"""Mails in a wrapping of one program's own: opened where that can be, and said where it cannot."""

import base64
import struct

import pytest

from hostile.mails import tnef
from townclerk.domain.mail import IncomingMail
from townclerk.mail import rtf
from townclerk.mail.reading import ENCRYPTED, read_inline

LAMP = "The lamp at Quill Row has been dark for nine days."
HEAD = "From: Ada Quill <ada@mail.example>\nSubject: Lamp\nMIME-Version: 1.0\n"
BANNER = "Content-Type: text/plain\n\n[EXTERNAL]"
# MS-OXRTFCP 3.1.1
HELLO = bytes.fromhex("2d0000002b0000004c5a4675f1c5c7a703000a007263706731323542320af32068656c090020627705b06c647d0a800fa0")


def mail(rest: str) -> IncomingMail:
    reading = read_inline((HEAD + rest).encode())
    assert reading.quarantined is None
    assert reading.mail is not None
    return reading.mail


def mixed(*parts: str) -> str:
    return 'Content-Type: multipart/mixed; boundary="b"\n\n' + "".join(f"--b\n{part}\n" for part in parts) + "--b--\n"


def packed(data: bytes, kind: str = "application/ms-tnef; name=winmail.dat", name: str = "winmail.dat") -> str:
    encoded = base64.b64encode(data).decode()
    head = f"Content-Type: {kind}\nContent-Transfer-Encoding: base64\nContent-Disposition: attachment; filename={name}"
    return f"{head}\n\n{encoded}"


def attribute(identity: int, data: bytes) -> bytes:
    return struct.pack("<BHHI", 1, identity, 6, len(data)) + data + struct.pack("<H", sum(data) & 0xFFFF)


def package(*attributes: bytes) -> bytes:
    return tnef() + attribute(0x9007, struct.pack("<II", 1252, 0)) + b"".join(attributes)


def properties(*each: tuple[int, int, bytes]) -> bytes:
    made = [struct.pack("<I", len(each))]
    for kind, identity, value in each:
        made.append(struct.pack("<HHII", kind, identity, 1, len(value)) + value + b"\0" * (-len(value) % 4))
    return attribute(0x9003, b"".join(made))


def stored(text: bytes) -> bytes:
    return struct.pack("<II4sI", len(text) + 12, len(text), b"MELA", 0) + text


# -- winmail.dat -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "held",
    [
        attribute(0x800C, LAMP.encode() + b"\0"),
        properties((0x001E, 0x1000, LAMP.encode() + b"\0")),
        properties((0x001F, 0x1000, LAMP.encode("utf-16-le") + b"\0\0")),
        properties((0x0102, 0x1013, f"<html><p>{LAMP}</p></html>".encode())),
        properties((0x0102, 0x1009, stored(rb"{\rtf1\ansi{\fonttbl{\f0 Arial;}}\pard " + LAMP.encode() + rb"\par}"))),
    ],
)
@pytest.mark.parametrize("beside", [(), ("Content-Type: text/plain\n\n",), (BANNER,)])
def test_the_words_in_a_winmail_dat_are_read_where_there_are_no_others(held: bytes, beside: tuple[str, ...]) -> None:
    assert LAMP in mail(mixed(*beside, packed(package(held)))).own_text


def test_the_words_beside_a_winmail_dat_are_the_text() -> None:
    inside = packed(package(attribute(0x800C, b"The same once more.\0")))

    assert mail(mixed(f"Content-Type: text/plain\n\n{LAMP}", inside)).text == LAMP


@pytest.mark.parametrize(
    ("kind", "name"),
    [("application/octet-stream", "ATT00001.dat"), ("application/octet-stream", "x.bin"), ("image/x", "ATT1.dat")],
)
def test_a_winmail_dat_is_unpacked_by_whatever_name_it_comes(kind: str, name: str) -> None:
    found = mail(mixed(BANNER, packed(tnef(("plan.pdf", b"%PDF-1.4 plan")), kind, name)))

    assert [(file.filename, file.size) for file in found.attachments] == [("plan.pdf", 13)]


def test_compressed_rich_text_is_unpacked() -> None:
    assert rtf.unpacked(HELLO) == b"{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n"
    assert rtf.words(rtf.unpacked(HELLO)) == "hello world"


@pytest.mark.parametrize("damaged", [b"", b"x" * 20, HELLO[:9], HELLO[:20], HELLO[:-8], HELLO[:16] + b"\xff" * 40])
def test_damaged_rich_text_gives_what_can_be_read(damaged: bytes) -> None:
    assert rtf.words(rtf.unpacked(damaged)) in "hello world"


@pytest.mark.parametrize(
    ("source", "words"),
    [
        (rb"{\rtf1 a\par b\line c\tab d}", "a\nb\nc\td"),
        (rb"{\rtf1\ansicpg1251 \'cc\'f3\'f1\'ee\'f0}", "Мусор"),
        (rb"{\rtf1\ansicpg932 \'82\'b2\'82\'dd}", "ごみ"),
        (rb"{\rtf1 caf\u233? \u-10179?\u-8694? {\uc0\u8364}5}", "café \U0001f60a €5"),
        (rb"{\rtf1{\*\generator x;}{\info{\title t}}{\pict 0102}a\{b\}\\}", "a{b}\\"),
        (rb"{\rtf1 a}}}}b{{{", "a"),
    ],
)
def test_rich_text_is_read_without_its_commands(source: bytes, words: str) -> None:
    assert rtf.words(source) == words


# -- what nobody here can open -----------------------------------------------------------------------------------------

PGP = "-----BEGIN PGP MESSAGE-----\n\nhQEMA\n-----END PGP MESSAGE-----"
SEALED = packed(bytes.fromhex("3080060a2a864886f70d010703a080"), "application/octet-stream; name=smime.p7m", "smime.p7m")


@pytest.mark.parametrize(
    "rest",
    [
        mixed(
            BANNER,
            f'Content-Type: multipart/encrypted; boundary="i"\n\n--i\nContent-Type: application/octet-stream\n\n{PGP}\n--i--',
        ),
        f"Content-Type: text/plain\n\nHello,\n\n{PGP}\n",
        SEALED,
        mixed(BANNER, SEALED),
    ],
)
def test_a_closed_mail_is_said_to_be_one_whatever_stands_around_it(rest: str) -> None:
    found = mail(rest)

    assert ENCRYPTED in found.own_text
    assert found.text.startswith(ENCRYPTED)


def test_the_words_beside_a_closed_block_stay() -> None:
    found = mail(f"Content-Type: text/plain\n\n{LAMP}\n\n{PGP}\n\nPlease ring me.\n")

    assert found.own_text.split("\n\n") == [LAMP, ENCRYPTED, "Please ring me."]


def test_a_closed_file_does_not_make_the_words_beside_it_closed() -> None:
    found = mail(mixed(f"Content-Type: text/plain\n\n{LAMP}", SEALED))

    assert found.own_text == LAMP
    assert [file.filename for file in found.attachments] == ["smime.p7m"]
