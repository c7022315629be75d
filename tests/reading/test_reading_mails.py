"""What the reader makes of single mails: each test names the damage that it is about."""

from pathlib import Path

import pytest

from hostile import mails
from townclerk.domain.authentication import IRREGULAR_SENDER, SEVERAL_SENDERS
from townclerk.domain.mail import Address, IncomingMail
from townclerk.mail.mime import HEAD_LIMIT, HEADER_LIMIT
from townclerk.mail.reading import ENCRYPTED, FORWARDED, Reading, read_files, read_head, read_inline, read_written

CORPUS = Path(__file__).parents[1] / "corpus"
FOREIGN = Path(__file__).parents[3] / "shared" / "corpus"


def read(name: str) -> IncomingMail:
    return whole((CORPUS / f"{name}.eml").read_bytes())


def whole(raw: bytes) -> IncomingMail:
    reading = read_inline(raw)
    assert reading.quarantined is None
    assert reading.mail is not None
    return reading.mail


@pytest.mark.parametrize("path", sorted(CORPUS.glob("*.eml")), ids=lambda path: path.stem)
def test_every_mail_that_once_broke_a_parser_is_read(path: Path) -> None:
    assert whole(path.read_bytes()).content_hash


@pytest.mark.skipif(not FOREIGN.is_dir(), reason="the foreign corpus is not beside the repository")
def test_every_foreign_file_becomes_a_reading() -> None:
    """Text files and files of odd charset as well: whatever lies there is read, and its text can be stored."""
    for path in (path for path in FOREIGN.rglob("*") if path.is_file()):
        mail = whole(path.read_bytes())
        assert "\0" not in str(mail).encode().decode()


# -- forwarded mails, parts and files ----------------------------------------------------------------------------------


def test_the_words_of_a_forwarded_mail_are_not_the_senders() -> None:
    mail = read("forwarded-inside")

    assert mail.text == "Outer words."
    assert [(file.filename, file.content_type) for file in mail.attachments] == [("Café _ terrace.eml", "message/rfc822")]
    assert mail.message_id == "<fw@example.org>"


def test_a_forwarded_mail_is_a_file_with_its_own_bytes() -> None:
    (file,) = read_files((CORPUS / "forwarded-inside.eml").read_bytes(), 1_000)

    assert file.content.startswith(b"From: Other <other@example.com>\n")
    assert file.content.endswith(b"Inner words about SS-0001.")


def test_parts_without_a_name_are_files_with_the_same_name_every_time() -> None:
    first, second = read("unnamed-parts"), read("unnamed-parts")

    assert [file.filename for file in first.attachments] == ["part-2.jpg", "part-3.ics", "part-4.pdf"]
    assert first == second
    assert first.attachments[0].size == 6
    assert first.text == "See the photo."


def test_names_of_files_are_decoded_and_cannot_climb_out_of_a_folder() -> None:
    names = [file.filename for file in read("file-names").attachments]

    assert names == ["tŷ.pdf", "café plan.pdf", "_.._etc_passwd", "notes.txt"]


def test_a_named_text_is_the_message_where_there_is_no_other() -> None:
    """Some programs give even the message a file name: it is read, and listed."""
    mail = read("file-names")

    assert mail.text == "A text file, not the message."


@pytest.mark.parametrize(
    ("limit", "kept"),
    [(3, []), (4, ["part-4.pdf"]), (6, ["part-2.jpg"]), (9, ["part-2.jpg"]), (10, ["part-2.jpg", "part-4.pdf"])],
)
def test_files_past_the_limit_are_left_out(limit: int, kept: list[str]) -> None:
    files = read_files((CORPUS / "unnamed-parts.eml").read_bytes(), limit)

    assert [file.filename for file in files] == kept


def test_of_alternatives_the_plain_one_is_the_text_and_the_files_stay() -> None:
    mail = read("alternative-with-files")

    assert mail.text == "Plain words."
    assert [file.filename for file in mail.attachments] == ["plan.pdf"]


def test_an_outlook_package_and_an_invitation_are_files() -> None:
    assert [file.filename for file in read("winmail").attachments] == ["winmail.dat"]
    assert [file.filename for file in read("calendar-reply").attachments] == ["part-1.ics"]
    assert read("calendar-reply").text == ""


def test_what_is_left_of_a_mail_that_was_cut_off_is_read() -> None:
    assert read("truncated-nested").text == "What is left."
    assert [file.filename for file in read("enclosed-without-boundary").attachments] == ["message.eml"]


# -- characters --------------------------------------------------------------------------------------------------------


def test_bytes_without_a_charset_are_read_as_people_meant_them() -> None:
    mail = read("eight-bit-names")

    assert mail.sender == Address("José Muñoz", "jose@example.org")
    assert mail.subject == "Café terrace"
    assert mail.text == "naïve “quoted” words"


def test_a_wrong_label_does_not_spoil_the_text() -> None:
    assert read("wrong-latin1-label").text == "Tŷ Mawr, £20 – “late”"


def test_a_charset_with_a_nul_in_its_name_does_no_harm() -> None:
    assert read("nul-in-charset").text == "Still here."


def test_nuls_and_control_characters_never_reach_the_database() -> None:
    assert read("nul-in-body").text == "before after"


@pytest.mark.parametrize(
    ("written", "read_as"),
    [
        (b"=?utf-8?q?Caf=C3=A9?=\r\n at noon", "Café at noon"),
        (b"=?utf-8?q?a?=\r\n =?utf-8?q?b?= c", "ab c"),
        (b"=?utf-8?b?4oKs?= =?utf-8?q?=E2=82?= =?utf-8?q?=AC?=", "€€"),
        (b"=?iso-8859-1?q?=93late=94?=", "“late”"),
        (b"=?utf-8?b?%%%?= x", "x"),
        (b"=?idna?q?abc?= x", "abc x"),
        (b"plain\r\n\tfolded", "plain folded"),
        (b"a\r\n b\x00c\x07", "a bc"),
    ],
)
def test_subjects_are_decoded_onto_one_line(written: bytes, read_as: str) -> None:
    assert whole(b"Subject: " + written + b"\r\n\r\n").subject == read_as


def test_damaged_base64_keeps_what_can_be_read() -> None:
    assert read("broken-base64").text.startswith("Some words")


def test_a_flowed_text_has_its_paragraphs_back() -> None:
    mail = read("flowed")

    assert "This paragraph was broken by the program and is one line.\n" in mail.text
    assert "> Quoted words also flow together.\n" in mail.text
    assert mail.own_text.endswith("From the start: a stuffed line.")


# -- headers -----------------------------------------------------------------------------------------------------------


def test_identifiers_come_from_the_raw_headers() -> None:
    mail = read("encoded-message-id")

    assert mail.message_id is None, "an encoded Message-ID is a forger's"
    assert mail.references == ("<one@example.org>", "<two@example.org>")
    assert mail.in_reply_to == ("<two@example.org>",)
    assert mail.subject == "a folded subject"
    assert mail.date is None


def test_of_two_message_ids_the_first_counts() -> None:
    assert read("message-id-twice").message_id == "<first@example.org>"


def test_a_bare_message_id_gets_its_brackets() -> None:
    assert whole(b"Message-ID: abc@example.org\n\n").message_id == "<abc@example.org>"


def test_a_mail_with_two_senders_is_marked() -> None:
    """The first is taken for the sender, and nothing that only a proven sender may do will be done."""
    mail = read("two-senders")

    assert mail.sender == Address("Wendy", "wendy@council.example")
    assert SEVERAL_SENDERS in mail.defects


@pytest.mark.parametrize(
    ("written", "sender", "sure"),
    [
        (b"Asha <asha@example.org>", Address("Asha", "asha@example.org"), True),
        (b'"Patel, Asha" <asha@example.org>', Address("Patel, Asha", "asha@example.org"), True),
        (b"asha@example.org <asha@example.org>", Address("", "asha@example.org"), True),
        (b"MAILER-DAEMON (Mail Delivery System)", Address("", "MAILER-DAEMON"), False),
        (b"Asha <asha@example.org", Address("Asha", "asha@example.org"), False),
        (b"<wendy@council.example> <eve@evil.example>", Address("", "eve@evil.example"), False),
        (b"nobody in particular", None, False),
        (b"(" * 5_000, None, False),
    ],
)
def test_an_irregular_sender_is_read_as_well_as_can_be(written: bytes, sender: Address | None, sure: bool) -> None:
    mail = whole(b"From: " + written + b"\n\nx")

    assert mail.sender == sender
    assert ({SEVERAL_SENDERS, IRREGULAR_SENDER}.isdisjoint(mail.defects)) is sure


def test_no_from_is_no_sender() -> None:
    assert read("no-headers-at-all").sender is None


def test_the_null_sender_is_told_from_a_missing_one() -> None:
    assert whole(b"Return-Path: <>\n\n").return_path == ""
    assert whole(b"Subject: x\n\n").return_path is None
    assert whole(b"Return-Path: <asha@example.org>\n\n").return_path == "asha@example.org"


def test_only_headers_that_say_what_sort_of_mail_it_is_are_kept() -> None:
    mail = whole(b"Auto-Submitted: auto-replied\nX-Secret: y\nAuthentication-Results: a;\n dkim=pass\n\n")

    assert mail.headers == {"auto-submitted": ("auto-replied",), "authentication-results": ("a; dkim=pass",)}


def test_the_envelope_names_where_a_mail_was_delivered() -> None:
    mail = whole(b"Delivered-To: feedback+a.b@council.example\nX-Original-To: <feedback@council.example>\n\n")

    assert mail.delivered_to == ("feedback+a.b@council.example", "feedback@council.example")


# -- bounds ------------------------------------------------------------------------------------------------------------


def test_a_header_at_the_limit_is_whole_and_one_past_it_is_cut() -> None:
    subject = b"Subject: "
    exact = subject + b"a" * (HEADER_LIMIT - len(subject) - 1) + b"\n"

    assert "header block cut" not in whole(exact + b"\nbody").defects
    cut = whole(exact[:-1] + b"a\nTo: b@example.org\n\nbody")
    assert "header block cut" in cut.defects
    assert cut.to == (Address("", "b@example.org"),)
    assert cut.text == "body"


def test_a_header_block_past_the_limit_is_cut_and_the_body_is_kept() -> None:
    line = b"X-Filler: " + b"x" * 88 + b"\n"
    few, many = HEAD_LIMIT // len(line), HEAD_LIMIT // len(line) + 1

    assert "header block cut" not in whole(line * few + b"\nbody").defects
    mail = whole(b"Subject: kept\n" + line * many + b"Cc: c@example.org\n\nbody")
    assert (mail.subject, mail.text, mail.cc) == ("kept", "body", (Address("", "c@example.org"),))
    assert "header block cut" in mail.defects


def test_a_megabyte_of_encoded_words_is_read_in_no_time() -> None:
    mail = whole(b"From: a@example.org\r\nSubject: " + b"=?utf-8?Q?a?= " * 80_000 + b"\r\n\r\nx")

    assert len(mail.subject) == 2_000


def test_mails_inside_mails_cost_nothing() -> None:
    mail = whole(b"From: a@example.org\r\n" + b"Content-Type: message/rfc822\r\n\r\n" * 500 + b"y" * 100)

    assert len(mail.attachments) == 1
    assert mail.text == ""


def test_parts_nested_beyond_reason_are_quarantined_with_the_headers() -> None:
    nested = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (i, i) for i in range(3_000))

    reading = read_inline(b"From: a@example.org\r\nSubject: deep\r\n" + nested)

    assert reading.quarantined == "its parts are nested too deeply"
    assert reading.mail is not None
    assert reading.mail.subject == "deep"


def test_the_headers_alone_can_be_read() -> None:
    mail = read_head((CORPUS / "bounce-postfix.eml").read_bytes())

    assert mail is not None
    assert (mail.subject, mail.text, mail.return_path) == ("Undelivered Mail Returned to Sender", "", "")


def test_a_file_that_is_not_there_is_not_the_mails_fault(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        read_head(tmp_path / "nothing")


# -- the same mail twice -----------------------------------------------------------------------------------------------

MAIL = b"From: a@example.org\nMessage-ID: <1@example.org>\nSubject: Bin\nDate: Mon, 11 Jan 2027 09:30:00 +0000\n\nMy bin.\n"


@pytest.mark.parametrize(
    "delivered",
    [
        b"Received: from elsewhere\nDelivered-To: other@council.example\n" + MAIL,
        MAIL.replace(b"\n", b"\r\n"),
        MAIL + b"\r\n\r\n",
        MAIL.replace(b"Subject: Bin", b"Subject:  Bin"),
    ],
)
def test_the_journey_of_a_mail_does_not_change_its_hash(delivered: bytes) -> None:
    assert whole(delivered).content_hash == whole(MAIL).content_hash


@pytest.mark.parametrize("change", [(b"My bin", b"My box"), (b"<1@", b"<2@"), (b"Bin", b"Box"), (b"11 Jan", b"12 Jan")])
def test_what_the_sender_wrote_changes_the_hash(change: tuple[bytes, bytes]) -> None:
    assert whole(MAIL.replace(*change)).content_hash != whole(MAIL).content_hash


def test_a_mail_has_the_same_hash_from_a_file_and_from_memory(tmp_path: Path) -> None:
    from townclerk.mail.reading import read as read_source

    raw = MAIL + b"line\r\n" * 60_000
    path = tmp_path / "mail.eml"
    path.write_bytes(raw)

    assert read_source(path) == read_source(raw) == Reading(whole(raw))


# -- a mail that hangs on one without a word ---------------------------------------------------------------------------


def hanging(said: str, inner: bytes, kind: str = "mixed") -> bytes:
    return mails.multipart(mails.part(said), mails.part(inner, "message/rfc822"), kind=kind)


def test_a_mail_that_hangs_on_one_without_a_word_is_read_as_a_quote_and_is_nobodys_own_words() -> None:
    raw = hanging("\r\n", b"From: Ben\x1b <ben@example.org>\r\nSubject: =?utf-8?q?The_lamp=0A=0A?=\r\n\r\nIt is dark.")
    mail = whole(raw)

    assert mail.text.splitlines() == [FORWARDED, "From: Ben <ben@example.org>", "Subject: The lamp", "", "It is dark."]
    assert mail.own_text == read_written(raw).text == ""
    assert [file.content_type for file in mail.attachments] == ["message/rfc822"]


@pytest.mark.parametrize("said", ["See attached.", "Thanks"])
def test_beside_words_of_the_senders_own_it_is_a_file_alone(said: str) -> None:
    assert whole(hanging(said, b"Subject: x\r\n\r\nIt is dark.")).text == said


def test_a_signature_of_a_telephone_is_no_word_of_theirs() -> None:
    assert "It is dark." in whole(hanging("Sent from my iPhone", b"Subject: x\r\n\r\nIt is dark.")).text


def test_a_report_without_a_word_says_nothing_of_the_mail_that_it_returns() -> None:
    assert whole(hanging("", b"Subject: x\r\n\r\nIt is dark.", "report; report-type=delivery-status")).text == ""


@pytest.mark.parametrize(
    "inner", [b"", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"x" * 900, b"Content-Type: message/rfc822\r\n\r\n" * 300]
)
def test_an_enclosed_mail_without_words_or_that_cannot_be_opened_changes_nothing(inner: bytes) -> None:
    assert whole(hanging("", inner)).text == ""


# -- winmail.dat, and names that turn ----------------------------------------------------------------------------------


def test_a_winmail_dat_is_the_files_that_it_holds_with_their_names_and_bytes() -> None:
    packed = mails.tnef(("photo.jpg", b"\xff\xd8\xff\x00"), ("caf\xe9 plan.pdf", b"%PDF-1.7"))
    raw = mails.multipart(mails.SAYS, mails.file("winmail.dat", packed, "application/ms-tnef"))

    assert [(file.filename, file.content_type) for file in whole(raw).attachments] == [
        ("photo.jpg", "image/jpeg"),
        ("caf\xe9 plan.pdf", "application/pdf"),
    ]
    assert [file.content for file in read_files(raw, 1_000)] == [b"\xff\xd8\xff\x00", b"%PDF-1.7"]


@pytest.mark.parametrize("cut", [0, 5, 40, 60, 90])
def test_a_winmail_dat_that_is_damaged_is_a_file_as_it_came_or_what_can_be_read_of_it(cut: int) -> None:
    packed = mails.tnef(("photo.jpg", b"x" * 30), ("plan.pdf", b"y" * 30))[:cut]
    raw = mails.multipart(mails.SAYS, mails.file("winmail.dat", packed, "application/ms-tnef"))

    assert [file.filename for file in whole(raw).attachments] in (["winmail.dat"], ["photo.jpg"])


@pytest.mark.parametrize("name", ["invoice\u202efdp.exe", "\u2066invoice\u2069.pdf", "x\u200f.pdf", "a\u2028b.pdf"])
def test_no_mark_turns_or_breaks_the_name_of_a_file(name: str) -> None:
    (file,) = whole(mails.multipart(mails.SAYS, mails.file(name, b"x"))).attachments

    assert not set(file.filename) & set("\u202e\u2066\u2069\u200f\u2028")


def test_no_name_and_no_subject_turns_what_stands_behind_it() -> None:
    mail = whole(mails.mail("x", sender="\u202egro.elpmaxe <eve@elsewhere.example>", subject="\u2067My\u2069 bin\u202c"))

    assert (mail.sender, mail.subject) == (Address("gro.elpmaxe", "eve@elsewhere.example"), "My bin")


def test_a_text_of_one_word_or_of_nothing_is_kept_as_far_as_anybody_reads() -> None:
    for piece in ("a", " ", "\n", "\t"):
        mail = whole(mails.mail("begins " + piece * 300_000 + " ends"))
        assert len(mail.own_text) < 3_000
        assert mail.own_text.endswith("ends")


@pytest.mark.parametrize("name", ["encrypted with PGP", "encrypted within the text", "encrypted with S/MIME"])
def test_an_encrypted_mail_says_so_in_the_place_of_its_words_and_is_kept(name: str) -> None:
    raw = dict(mails.closed())[name]
    mail = whole(raw)

    assert mail.own_text == ENCRYPTED
    assert mail.text.startswith(ENCRYPTED)
    assert mail.attachments or "BEGIN PGP MESSAGE" in mail.text


@pytest.mark.parametrize("name", ["signed with PGP", "a signature that is none"])
def test_a_signed_mail_is_read_as_it_stands_and_is_not_called_encrypted(name: str) -> None:
    mail = whole(dict(mails.closed())[name])

    assert ENCRYPTED not in mail.text
    assert mail.attachments
