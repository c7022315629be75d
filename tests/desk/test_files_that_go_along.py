"""What an officer attaches goes to the resident with the words that carry it, and nothing goes that nobody attached."""

from datetime import timedelta
from functools import partial

import pytest

from desk.at_the_desk import ANSWER, LATER, a_complaint, answer, at_a_desk, files_of, folded, text_of, with_files
from services.office import House
from townclerk.domain.enclosing import danger, size_words, sort_files
from townclerk.domain.mail import Attachment

PDF = ("report.pdf", "application/pdf", b"%PDF-1.7 " + b"x" * 119_991)
PHOTO = ("bin.jpg", "image/jpeg", b"\xff\xd8" + b"p" * 2_000)
RESPONSE = f"#respond upheld\n{ANSWER}"
SOON = LATER + timedelta(minutes=3)


async def sent_with(house: House, text: str, *files: tuple[str, str, bytes], logo: bytes | None = None) -> None:
    with_files(house, await a_complaint(house), text, *files, logo=logo)
    await house.settle(LATER)


async def pressed_with_picture(house: House, logo: bytes, *files: tuple[str, str, bytes]) -> None:
    """A picture stands beside the text, so whoever wrote it is asked whether that is all theirs, and says yes."""
    await sent_with(house, "#message\nPlease see below.", *files, logo=logo)
    await answer(house, house.sent("confirm")[0], f"#send {house.cases[0].held[0].number}", SOON)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (RESPONSE, "response"),
        ("#message\nPlease see below.", "message"),
        ("#acknowledge\nThe bins were missed.", "acknowledgement"),
    ],
)
async def test_they_go_with_the_words_that_carry_them_and_both_sides_are_told(house: House, text: str, kind: str) -> None:
    await sent_with(house, text, PDF, PHOTO)

    (letter,) = house.sent(kind)
    assert files_of(house, letter) == ["report.pdf", "bin.jpg"]
    assert "With this email you get: - report.pdf - bin.jpg" in folded(text_of(house, letter))
    assert "With it: report.pdf (120 kB), bin.jpg (2 kB)." in folded(text_of(house, house.sent("done")[-1]))


async def test_only_the_letter_itself_carries_them(house: House) -> None:
    await sent_with(house, RESPONSE, PDF)

    assert files_of(house, house.sent("review_invitation")[0]) == []


@pytest.mark.parametrize("text", ["#ask\nWhich week was it?", "#extend 5 We wait for a report.", "#note Seen.", "#close"])
async def test_with_any_other_word_they_stay_here_and_that_is_said(house: House, text: str) -> None:
    await sent_with(house, text, PDF)

    assert all(files_of(house, letter) == [] for letter in house.sent() if not letter.staff)
    if house.sent("done"):
        assert "report.pdf went nowhere" in folded(text_of(house, house.sent("done")[-1]))


# --- what a mail program adds


async def test_a_logo_in_a_signature_goes_nowhere_and_nobody_is_bothered_with_it(house: House) -> None:
    await pressed_with_picture(house, b"\x89PNG" + b"l" * 4_000, PDF)

    assert files_of(house, house.sent("message")[0]) == ["report.pdf"]
    assert "image001" not in text_of(house, house.sent("done")[-1])
    assert "image001" not in text_of(house, house.sent("message")[0])


async def test_a_picture_inside_the_text_goes_nowhere_and_that_is_said(house: House) -> None:
    await pressed_with_picture(house, b"\x89PNG" + b"l" * 400_000)

    assert files_of(house, house.sent("message")[0]) == []
    assert "image001.png did not go along" in folded(text_of(house, house.sent("done")[-1]))


@pytest.mark.parametrize(
    ("name", "kind", "said"),
    [
        ("winmail.dat", "application/ms-tnef", True),
        ("smime.p7s", "application/pkcs7-signature", False),
        ("signature.asc", "application/pgp-signature", False),
        ("invite.ics", "text/calendar", True),
        ("Complaint for you.eml", "message/rfc822", True),
        ("Re_ bins.msg", "application/vnd.ms-outlook", True),
        ("wendy ash.vcf", "text/vcard", True),
        ("ATT00001.txt", "text/plain", False),
        ("image001.png", "image/png", True),
        ("~WRD0001.jpg", "image/jpeg", True),
        ("oledata.mso", "application/x-mso", False),
        ("themedata.thmx", "application/vnd.ms-officetheme", False),
        ("message.rpmsg", "application/x-microsoft-rpmsg-message", True),
    ],
)
def test_what_programs_add_is_left_out(name: str, kind: str, said: bool) -> None:
    found = sort_files([Attachment(name, kind, 900, "00")])

    assert found.along == ()
    assert bool(found.left) is said


async def test_a_letter_that_speaks_of_a_file_does_not_go_without_one(house: House) -> None:
    await sent_with(house, "#message\nThe report is attached.", ("Re_ bins.msg", "application/vnd.ms-outlook", b"x" * 900))

    assert house.sent("message") == []
    assert "Re_ bins.msg did not go along" in folded(text_of(house, house.sent("refused")[0]))


@pytest.mark.parametrize(
    ("text", "missing"),
    [
        ("Please find attached the form.", True),
        ("You will find the form enclosed.", True),
        ("Please see the attached.", True),
        ("The form is attached to this email.", True),
        ("The photograph that you attached shows the lid.", False),
        ("The bins are attached to the wall.", False),
        ("You will find the new bin attached to the wall.", False),
        ("Please find the page at https://council.example/bins.", False),
    ],
)
async def test_a_letter_that_says_that_a_file_comes_with_it_does_not_go_where_none_hangs_on_the_mail(
    house: House, text: str, missing: bool
) -> None:
    await sent_with(house, f"#message\n{text}")

    assert len(house.sent("message")) != missing
    if missing:
        assert "none hangs on your mail" in folded(text_of(house, house.sent("refused")[0]))


async def test_a_contact_card_that_a_program_adds_stops_no_letter(house: House) -> None:
    await sent_with(house, "#message\nThe crew comes on Friday.", ("wendy ash.vcf", "text/vcard", b"x" * 900))

    assert len(house.sent("message")) == 1


# --- what is dangerous, or too much


@pytest.mark.parametrize(
    "name",
    [
        "setup.exe",
        "report.pdf.js",
        "form.html",
        "claim.XLSM",
        "letter.docm",
        "disk.iso",
        "notes.one",
        "run.bat.",
        "page.svg",
    ],
)
def test_a_file_that_can_do_harm_is_known_by_its_ending(name: str) -> None:
    assert danger(Attachment(name, "application/octet-stream", 10, "00"))


@pytest.mark.parametrize(
    "name", ["report.pdf", "letter.docx", "figures.xlsx", "photo.HEIC", "scan.tiff", "voice.m4a", "all.zip", "README"]
)
def test_what_councils_send_is_not(name: str) -> None:
    assert danger(Attachment(name, "application/octet-stream", 10, "00")) == ""


@pytest.mark.parametrize(
    ("file", "why"),
    [
        (("macro.docm", "application/vnd.ms-word.document.macroEnabled.12", b"PK"), "it holds macros"),
        (("page.txt", "text/html", b"<script>"), "it is a web page"),
        (("run.exe", "application/octet-stream", b"MZ"), "it is a program"),
    ],
)
async def test_with_a_dangerous_file_nothing_is_done_and_the_reason_is_told(
    house: House, file: tuple[str, str, bytes], why: str
) -> None:
    await sent_with(house, RESPONSE, PDF, file)

    assert house.sent("response") == []
    assert f"{file[0]} cannot go to the resident: {why}" in folded(text_of(house, house.sent("refused")[-1]))


async def test_more_than_a_letter_can_carry_is_refused_with_the_limit(build: partial[House]) -> None:
    house = build(forward_limit=100_000)
    await sent_with(house, RESPONSE, PDF, PHOTO)

    assert house.sent("response") == []
    refused = folded(text_of(house, house.sent("refused")[-1]))
    assert "the files are 122 kB together, and a letter can carry 100 kB" in refused


async def test_pictures_inside_the_text_take_no_room_from_what_is_attached(build: partial[House]) -> None:
    house = build(forward_limit=130_000)
    await pressed_with_picture(house, b"\x89PNG" + b"l" * 60_000, PDF)

    assert files_of(house, house.sent("message")[0]) == ["report.pdf"]


def test_sizes_are_said_as_people_say_them() -> None:
    assert [size_words(size) for size in (1, 1_499, 120_000, 2_400_000, 10_000_000)] == [
        "1 kB",
        "1 kB",
        "120 kB",
        "2.4 MB",
        "10 MB",
    ]


# --- what waits keeps them


async def test_a_held_mail_keeps_its_files_shows_them_and_sends_them_after_the_press(house: House) -> None:
    await sent_with(house, ANSWER, PDF)
    confirm = house.sent("confirm")[0]
    assert "- With it: report.pdf (120 kB)" in text_of(house, confirm)
    assert files_of(house, confirm) == []
    await answer(house, confirm, f"#send {house.cases[0].held[0].number} respond upheld", SOON)

    assert files_of(house, house.sent("response")[0]) == ["report.pdf"]
    assert "With it: report.pdf (120 kB)." in folded(text_of(house, house.sent("done")[-1]))


async def test_a_mail_that_can_be_stopped_keeps_its_files(house: House) -> None:
    await sent_with(at_a_desk(house, undo_minutes=10), RESPONSE, PDF)
    assert "With it: report.pdf (120 kB)." in folded(text_of(house, house.sent("done")[-1]))
    await house.settle(LATER + timedelta(minutes=10))

    assert files_of(house, house.sent("response")[0]) == ["report.pdf"]


async def test_a_held_mail_with_a_dangerous_file_cannot_be_sent_and_says_so(house: House) -> None:
    await sent_with(house, ANSWER, ("run.exe", "application/octet-stream", b"MZ"))
    confirm = folded(text_of(house, house.sent("confirm")[0]))

    assert "As it is, it cannot go: run.exe cannot go to the resident: it is a program" in confirm
    assert "#send" not in confirm.split("- #discard")[0]
