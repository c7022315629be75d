"""A mail that Outlook saved as a file (.msg) is read as the mail that it is; whatever else such a file is cannot be opened."""

import random
import struct
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from hostile import mails
from hostile.outlook import (
    ADDRESS,
    END,
    HEADERS,
    NAME,
    PAGE,
    SECTOR,
    SMTP,
    SUBJECT,
    TEXT,
    THE_EIGHTH,
    Said,
    Tree,
    compound,
    from_asha,
    msg,
    tree,
)
from townclerk.domain.mail import Address, IncomingMail
from townclerk.mail.compound import CompoundFile, Damaged
from townclerk.mail.errors import MailUnreadable
from townclerk.mail.reading import NO_MAIL, Reading, read_files, read_inline, read_written

ASHA = Address("Asha Patel", "asha.patel@example.org")
EXCHANGE = "/O=COUNCIL/OU=EXCHANGE ADMINISTRATIVE GROUP/CN=RECIPIENTS/CN=ASHA"
PHOTO, PLAN = b"\xff\xd8\xff\x00", b"%PDF-1.7" + b"x" * 9_000
NOTHING = Reading(None, NO_MAIL)


def opened(raw: bytes) -> IncomingMail:
    reading = read_inline(raw)
    assert reading.quarantined is None
    assert reading.mail is not None
    return reading.mail


# -- what it says ------------------------------------------------------------------------------------------------------


def test_photographs_of_twenty_megabytes_in_one_keep_their_bytes() -> None:
    photos = tuple((f"photo {number}.jpg", bytes([number]) * 10_000_000) for number in range(2))
    began = time.process_time()
    files = read_files(msg(from_asha(files=photos)), 30_000_000)

    assert [(file.filename, file.content) for file in files] == list(photos)
    assert time.process_time() - began < 10


@pytest.mark.parametrize("sector", [512, 4096])
def test_it_says_who_wrote_when_about_what_and_what_hangs_on_it(sector: int) -> None:
    raw = compound(tree(from_asha(files=(("photo.jpg", PHOTO), ("caf\xe9 plan.pdf", PLAN)))), sector)
    mail = opened(raw)

    assert (mail.sender, mail.subject, mail.date) == (ASHA, "Bins", THE_EIGHTH)
    assert mail.text == mail.own_text == "Nobody has come for three weeks."
    assert [file.filename for file in mail.attachments] == ["photo.jpg", "caf\xe9 plan.pdf"]
    assert [file.content for file in read_files(raw, 100_000)] == [PHOTO, PLAN]


def test_it_is_known_by_its_bytes_from_a_file_as_well(tmp_path: Path) -> None:
    raw = msg(from_asha())
    (tmp_path / "saved").write_bytes(raw)

    assert read_inline(raw) == Reading(opened(raw))
    assert opened(raw).size == len(raw)
    assert read_written(tmp_path / "saved") == read_written(raw)


@pytest.mark.parametrize("code_page", [1250, 1252, 932])
def test_an_old_one_is_read_by_the_code_page_that_it_names(code_page: int) -> None:
    words = {
        1250: "Jan Nowak \u017b\u00f3\u0142\u0107",
        1252: "Si\xe2n \x80\u201d".replace("\x80", "\u20ac"),
        932: "\u65e5\u672c",
    }
    said = from_asha(code_page=code_page)
    mail = opened(msg(replace(said, texts={**said.texts, NAME: words[code_page], TEXT: words[code_page]})))

    assert (mail.sender, mail.text) == (Address(words[code_page], ASHA.address), words[code_page])


def test_where_there_is_no_plain_text_the_page_is_read() -> None:
    said = Said({SMTP: ASHA.address, SUBJECT: "Bins"}, page="<p>My bin in <b>T\u0177</b></p>".encode(), page_in=65001)

    assert opened(msg(said)).text.strip() == "My bin in T\u0177"
    assert (
        opened(msg(replace(said, page="<p>Caf\xe9 \u20ac</p>".encode("cp1252"), page_in=1252))).text.strip() == "Caf\xe9 \u20ac"
    )
    assert opened(msg(Said({PAGE: "<p>My bin</p>"}))).text.strip() == "My bin"


TRAVELLED = """Microsoft Mail Internet Headers Version 2.0
Received: from somewhere
From: =?utf-8?q?Asha_Patel?=
 <asha.patel@example.org>
To: feedback@council.example
Date: Thu, 7 Jan 2027 09:14:00 +0000
Message-ID: <bins@example.org>
In-Reply-To: <ours@council.example>
Auto-Submitted: auto-replied
Content-Type: multipart/alternative; boundary="x"
Authentication-Results: mx.council.example; dmarc=pass header.from=example.org
X-MS-Exchange-Organization-AuthAs: Internal

Subject: below the head
"""


def test_the_head_with_which_it_travelled_says_more_than_outlook_noted_and_proves_nothing() -> None:
    said = from_asha()
    mail = opened(msg(replace(said, texts={**said.texts, NAME: "Somebody", SMTP: "x@y.example", HEADERS: TRAVELLED})))

    assert (mail.sender, mail.subject, mail.message_id) == (ASHA, "Bins", "<bins@example.org>")
    assert mail.date == datetime(2027, 1, 7, 9, 14, tzinfo=UTC)
    assert (mail.recipients, mail.in_reply_to) == (("feedback@council.example",), ("<ours@council.example>",))
    assert mail.headers == {"auto-submitted": ("auto-replied",)}
    assert mail.text == "Nobody has come for three weeks."


@pytest.mark.parametrize(
    ("texts", "sender"),
    [
        ({NAME: "Asha Patel", ADDRESS: EXCHANGE}, None),
        ({NAME: "Asha Patel", ADDRESS: EXCHANGE, HEADERS: "From: Asha Patel\r\n"}, None),
        ({NAME: "Asha Patel", ADDRESS: "asha.patel@example.org"}, ASHA),
        ({NAME: "Asha Patel", ADDRESS: EXCHANGE, SMTP: "asha.patel@example.org"}, ASHA),
        ({NAME: "Eve\r\nBcc: x@y.example", ADDRESS: "eve@x.example>\r\nX: y"}, None),
        ({NAME: 'Eve" <x@y.example>\r\nTo: z', SMTP: "eve@x.example"}, Address("Eve' <x@y.example> To: z", "eve@x.example")),
        ({}, None),
    ],
)  # fmt: skip
def test_its_sender_is_an_address_of_the_internet_or_nobody(texts: dict[int, str], sender: Address | None) -> None:
    mail = opened(msg(Said({**texts, SUBJECT: "Bins"})))

    assert (mail.sender, mail.subject) == (sender, "Bins")


def test_one_inside_another_is_an_attached_mail_of_it() -> None:
    inner = Said({SMTP: "ben@example.org", SUBJECT: "The lamp", TEXT: "It is dark."}, files=(("photo.jpg", PHOTO),))
    raw = msg(from_asha(inside=(inner,)))
    (file,) = read_files(raw, 100_000)
    mail = opened(file.content)

    assert (file.filename, file.content_type) == ("The lamp.eml", "message/rfc822")
    assert (mail.sender, mail.text, mail.date) == (Address("", "ben@example.org"), "It is dark.", THE_EIGHTH)
    assert [each.content for each in read_files(file.content, 1_000)] == [PHOTO]
    assert "dark" not in opened(raw).text


def test_a_signed_one_is_what_was_signed() -> None:
    signature = b"--s\r\nContent-Type: application/pkcs7-signature; name=smime.p7s\r\n\r\nx\r\n--s--"
    parts = b'Content-Type: multipart/signed; boundary="s"\r\n\r\n--s\r\n\r\nMy bin.\r\n' + signature
    said = Said({SMTP: ASHA.address}, kind="IPM.Note.SMIME.MultipartSigned", files=(("smime.p7m", parts),))

    assert opened(msg(said)).text.strip() == "My bin."


def test_a_mail_on_which_it_hangs_has_it_as_a_file_with_its_bytes_unchanged() -> None:
    raw = msg(from_asha())
    outer = mails.multipart(mails.SAYS, mails.file("Bins.msg", raw, "application/vnd.ms-outlook"))
    mail = opened(outer)

    assert [(file.filename, file.content_type) for file in mail.attachments] == [("Bins.msg", "application/vnd.ms-outlook")]
    assert [file.content for file in read_files(outer, 100_000)] == [raw]
    assert "three weeks" not in mail.text


# -- what cannot be opened ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["IPM.Contact", "IPM.Appointment", "IPM.Task", "IPM.Notebook", "", "\0"])
def test_a_contact_or_an_appointment_is_no_mail(kind: str) -> None:
    raw = msg(from_asha(kind=kind))

    assert read_inline(raw) == NOTHING
    assert read_files(raw, 1_000) == ()
    with pytest.raises(MailUnreadable, match="no mail that can be opened"):
        read_written(raw)


def test_an_appointment_inside_a_mail_is_left_out_and_the_mail_is_read() -> None:
    mail = opened(msg(from_asha(inside=(from_asha(kind="IPM.Appointment"),))))

    assert (mail.sender, mail.attachments) == (ASHA, ())


def test_mails_inside_each_other_are_opened_so_far_as_people_put_them() -> None:
    said = from_asha()
    for _ in range(60):
        said = from_asha(inside=(said,))
    mail = opened(msg(said))

    assert mail.sender == ASHA


RAW = msg(from_asha(files=(("plan.pdf", PLAN),)))
FAT = struct.unpack_from("<I", RAW, 76)[0]
DIRECTORY = struct.unpack_from("<I", RAW, 48)[0]


def changed(at: int, *values: int, raw: bytes = RAW) -> bytes:
    said = struct.pack(f"<{len(values)}I", *values)
    return raw[:at] + said + raw[at + len(said) :]


def place(sector: int, at: int = 0) -> int:
    return (sector + 1) * SECTOR + at


@pytest.mark.parametrize(
    "raw",
    [
        RAW[:8], RAW[:512], RAW[:700], RAW[: len(RAW) // 2], RAW[:8] + b"\0" * 5_000, RAW[:8] + b"\xff" * 5_000,
        changed(44, 0), changed(44, 0xFFFFFFFF, 0xFFFFFFFF), changed(48, 0xFFFFFFF0), changed(48, FAT), changed(60, DIRECTORY),
        changed(68, DIRECTORY, 9), changed(76, FAT, FAT, FAT)[:44] + struct.pack("<I", 3) + changed(76, FAT, FAT, FAT)[48:],
        changed(place(FAT), *range(128)), changed(place(FAT), *[1, 0] * 64), changed(place(FAT), *[0] * 128),
        changed(place(DIRECTORY, 68), 0, 0, 0), changed(place(DIRECTORY, 76), 9_999),
        changed(place(DIRECTORY, 128 + 68), 1, 1, 1),
        changed(place(DIRECTORY, 116), 0, 0xFFFFFFFF), changed(place(DIRECTORY, 116), END, 1 << 31),
    ],
)  # fmt: skip
def test_a_damaged_one_cannot_be_opened_and_says_so(raw: bytes) -> None:
    """Cut short, of tables that are not there, of chains and folders that go round, of sizes that cannot be."""
    assert read_inline(raw) == NOTHING


def test_a_size_that_the_file_does_not_have_is_never_made_room_for() -> None:
    """Of one stream four gigabytes are claimed; or a thousand names stand for the same bytes."""
    raw = compound({f"__substg1.0_{TEXT:04X}001F": b"x" * 5_000})
    at = raw.index(struct.pack("<IQ", 0, 5_000)) + 4
    file = CompoundFile(changed(at, 0xFFFFFFF0, raw=raw))
    with pytest.raises(Damaged):
        file.read(file.root.streams["__SUBSTG1.0_1000001F"])

    whole = CompoundFile(raw)
    stream = whole.root.streams["__SUBSTG1.0_1000001F"]
    assert whole.read(stream) == b"x" * 5_000
    with pytest.raises(Damaged):
        [whole.read(stream) for _ in range(1_000)]


def test_damage_anywhere_neither_raises_nor_takes_long() -> None:
    dice = random.Random("msg")  # noqa: S311
    began = time.process_time()
    for _ in range(300):
        raw = bytearray(RAW)
        for _ in range(dice.randint(1, 8)):
            at = dice.randrange(len(raw) - 4)
            raw[at : at + 4] = dice.choice([b"\0\0\0\0", b"\xff\xff\xff\xff", b"\1\0\0\0", dice.randbytes(4)])
        reading = read_inline(bytes(raw))
        assert reading.mail is not None or reading.quarantined == NO_MAIL
    assert time.process_time() - began < 20


def test_a_large_one_takes_time_that_grows_with_its_size_alone() -> None:
    """Of thirty thousand names in one folder each is looked at once."""
    many: Tree = {f"__substg1.0_{number:08X}": b"x" for number in range(30_000)}
    raw = compound({**tree(from_asha()), **many}, 4096)
    began = time.process_time()

    assert opened(raw).sender == ASHA
    assert time.process_time() - began < 5
