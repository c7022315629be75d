"""Where a mail's words are, however a program has packed them: none of a resident's is lost."""

import base64
import binascii

import pytest

from townclerk.domain.mail import IncomingMail
from townclerk.domain.quoting import Doubt
from townclerk.mail.mime import MOST_PARTS
from townclerk.mail.reading import read_files, read_inline, read_written

LAMP = "The lamp at Quill Row has been dark for nine days."
HTML = f"<html><body><p>{LAMP}</p></body></html>"
HEAD = "From: Ada Quill <ada@mail.example>\nSubject: Lamp\nMessage-ID: <1@mail.example>\nMIME-Version: 1.0\n"
SCANNED = "This message has been scanned for viruses by Mimecast."


def mail(rest: str | bytes) -> IncomingMail:
    reading = read_inline(HEAD.encode() + (rest.encode() if isinstance(rest, str) else rest))
    assert reading.quarantined is None
    assert reading.mail is not None
    return reading.mail


def parts(kind: str, *each: str) -> str:
    return f'Content-Type: multipart/{kind}; boundary="b"\n\n' + "".join(f"--b\n{part}\n" for part in each) + "--b--\n"


def one(kind: str, text: str, *headers: str) -> str:
    return "\n".join([f"Content-Type: {kind}", *headers, "", text])


# -- parts that are called something else ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "kind",
    [
        "text/",
        "text",
        "html",
        "/",
        '"text/plain"; charset=utf-8',
        "text/plain charset=utf-8",
        "text/plain, charset=utf-8",
        "text/markdown",
        "text/x-plain",
        "text/unknown",
        "text/vnd.something",
        "text/x-amp-html",
        "text/watch-html",
        "text/rfc822-headers",
        "application/text",
        "application/octet-stream",
        "unknown/unknown",
        "*/*",
        "mixed/alternative",
        "message/delivery-status",
        "message/news",
    ],
)
def test_the_words_of_a_mail_of_one_part_are_read_whatever_that_is_called(kind: str) -> None:
    assert LAMP in mail(one(kind, LAMP)).own_text


@pytest.mark.parametrize("kind", ["text/html", "text/htm", "text/x-html", "application/xhtml+xml", "application/html", "html"])
def test_a_page_is_read_as_one_whatever_it_is_called(kind: str) -> None:
    assert mail(one(kind, HTML)).own_text == LAMP


@pytest.mark.parametrize("kind", ["text/enriched", "text/richtext"])
def test_the_words_of_enriched_text_are_read_without_its_marks(kind: str) -> None:
    text = "<color><param>red</param>The <bold>lamp</bold></color> at Quill Row\nhas been <<dark>.\n\nPlease."

    assert mail(one(kind, text)).own_text.split() == ["The", "lamp", "at", "Quill", "Row", "has", "been", "<dark>.", "Please."]


@pytest.mark.parametrize("kind", ["text/plain", "text/html"])
@pytest.mark.parametrize(
    "headers",
    [
        ("Content-Disposition: inline; filename=mail",),
        ("Content-Disposition: attachment; filename=mail",),
        ("Content-Disposition: attachment",),
    ],
)
@pytest.mark.parametrize("around", ["alone", "first", "last", "banner"])
def test_a_message_that_is_called_a_file_is_read_and_stays_a_file(kind: str, headers: tuple[str], around: str) -> None:
    """Also where the page holds nothing but what a gateway has put there."""
    message, footer = one(kind, HTML if kind == "text/html" else LAMP, *headers), one("text/plain", SCANNED)
    banner = one("text/plain", "CAUTION: external email")
    orders = {"alone": [message], "first": [message, footer], "last": [footer, message], "banner": [banner, message]}
    found = mail(parts("mixed", *orders[around]))

    assert LAMP in found.own_text
    assert len(found.attachments) == 1


def test_a_text_that_hangs_on_a_message_is_not_read_as_the_message() -> None:
    found = mail(parts("mixed", one("text/plain", "My list is with this."), one("text/plain; name=list.txt", "milk, eggs")))

    assert found.text == "My list is with this."


def test_files_for_programs_are_no_message() -> None:
    picture = base64.b64encode(bytes(range(256))).decode()
    found = mail(one("application/octet-stream", picture, "Content-Transfer-Encoding: base64"))

    assert found.text == ""
    assert mail(one("text/calendar", "BEGIN:VCALENDAR")).text == ""


@pytest.mark.parametrize("empty", ["", "This is a multi-part message in MIME format.\n"])
def test_words_before_the_first_part_and_behind_the_last_are_read(empty: str) -> None:
    rest = parts("mixed", one("text/plain", "Hello"))

    assert LAMP in mail(rest + LAMP).text
    before = parts("mixed", one("text/plain", "")).replace("\n\n--b", f"\n\n{LAMP}\n--b", 1)
    assert mail(before).text == LAMP
    assert mail(rest.replace("\n\n--b", f"\n\n{empty}\n--b", 1)).text == "Hello"


# -- two versions of one text ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "stub",
    [
        "This message contains HTML. Please use a program that shows it.",
        "Ihr Programm unterstützt kein HTML.",
        "View this email in your browser: https://x.example/v",
        "[cid:image001.png@01D9]",
        "&nbsp;",
        ".",
        "--",
        "null",
        "(no text)",
        "\u200b",
        "Get Outlook for iOS<https://aka.ms/o0ukef>",
        "Dear Sir,",
        "The lamp",
        "This is a multi-part message in MIME format.",
        "This is a MIME-formatted message. If you see this text it means that your mail software cannot handle MIME.",
        "Text version not available",
        "plain text",
        "Alternative text",
        "Hello",
        "If you cannot read this email click here: https://x.example/v",
        "Your email client cannot display this message",
        "Ada Quill\n4 Quill Row\n07700 900123",
        "-- \nAda Quill\n4 Quill Row",
    ],
)
def test_a_plain_text_that_only_stands_for_the_page_gives_way_to_it(stub: str) -> None:
    text, page = one("text/plain; charset=utf-8", stub), one("text/html", f"<p>Dear Sir,</p><p>{LAMP}</p>")

    assert LAMP in mail(parts("alternative", text, page)).own_text


@pytest.mark.parametrize(
    "text",
    [
        LAMP,
        f"{LAMP} It is the one beside the mill.",
        "Your page shows raw HTML in my browser instead of the bin days.",
        "Yes please, do that.",
    ],
)
def test_a_plain_text_that_says_as_much_is_the_text(text: str) -> None:
    found = mail(parts("alternative", one("text/plain", text), one("text/html", f"<table><td>{text}<td>Page</table>")))

    assert found.text == text


FOOTER = "<p>Quill Lamps Ltd. Registered in England and Wales. 4 Quill Row, Quillham. Follow us on all channels.</p>"


@pytest.mark.parametrize(
    "text",
    [
        "Please look at the lamp at Quill Row.",
        "Your page shows raw HTML in my browser instead of the bin days.",
        "I cannot read your letter: it is in a multi-part MIME format.",
        "I want the plain text version of your form.",
    ],
)
@pytest.mark.parametrize(
    "page",
    [
        FOOTER,
        f"<p>{LAMP}</p><p>-- </p><p>Ada Quill</p>",
        f"<p>{LAMP}</p><div class=gmail_quote><p>On 4 May 2027, Council wrote:</p><blockquote>Thank you.</blockquote></div>",
        f"<p>Yes.</p><p style='visibility:hidden'>{LAMP} I take it all back.</p>",
        f"<p>Yes.</p><p style='display:none'>{LAMP} I take it all back.</p>",
        "<img src=https://x.example/logo.png alt='Quill Lamps'><img src=https://x.example/o.gif width=1 height=1>",
    ],
)
def test_no_page_takes_the_place_of_what_somebody_wrote_in_plain_text(text: str, page: str) -> None:
    """Whatever else stands on the page is shown with it, and ends it by no signature and no quote."""
    found = mail(parts("alternative", one("text/plain", text), one("text/html", page)))

    assert text in found.own_text
    assert text in found.text


def test_of_two_versions_that_say_different_things_both_are_read() -> None:
    found = mail(parts("alternative", one("text/plain", "Please ring me about my bin."), one("text/html", f"<p>{LAMP}</p>")))

    assert found.own_text == f"{LAMP}\n\nPlease ring me about my bin."


@pytest.mark.parametrize(
    ("text", "page"),
    [
        ("The lamp at Quill Row is out again [logo]", "The lamp at Quill Row is out again"),
        ("Please ring Ada Ash-Smith about the lamp", "Please ring Ada AshSmith about the lamp"),
    ],
)
def test_two_versions_that_differ_by_a_picture_or_a_hyphen_are_read_once(text: str, page: str) -> None:
    signed = "<p>Ada Quill, Quill Lamps, 4 Quill Row, Quillham, open on Mondays and Fridays</p>"
    found = mail(parts("alternative", one("text/plain", text), one("text/html", f"<p>{page}</p>{signed}")))

    assert found.own_text.count("about the lamp" if "ring" in text else "Quill Row is out") == 1


def test_what_a_page_says_unseen_is_not_read_in_place_of_a_plain_text() -> None:
    """A page of which the reader's program shows nothing but a word."""
    hidden = f"<p>Hello</p><p style='display:none'>{LAMP}</p>"
    found = mail(parts("alternative", one("text/plain", "Hello, my bin is full."), one("text/html", hidden)))

    assert found.own_text == "Hello, my bin is full."


def test_all_pages_of_the_fuller_version_are_read() -> None:
    """As one program sends what is written above and below a file."""
    inner = parts("mixed", one("text/html", "<p>Above.</p>"), one("text/html", f"<p>{LAMP}</p>")).replace("--b", "--i")
    found = mail(parts("alternative", one("text/plain", "Above."), inner.replace('"b"', '"i"')))

    assert found.own_text.split("\n")[0] == "Above."
    assert LAMP in found.own_text


def test_an_officers_two_versions_are_still_held_against_each_other() -> None:
    """What goes out for an officer is never taken from one version because it is longer."""
    versions = parts(
        "alternative", one("text/plain", "Not before May."), one("text/html", f"<p>{LAMP}</p><p>We shall mend it.</p>")
    )

    assert read_written((HEAD + versions).encode()).doubt is Doubt.TWO_VERSIONS


# -- what was done to the bytes on their way ---------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["base64 ", "Base64 (as sent)", "(as sent) base64", "BASE64;", '"base64"'])
def test_a_transfer_encoding_is_known_with_what_stands_around_its_name(name: str) -> None:
    encoded = base64.b64encode(LAMP.encode()).decode()

    assert mail(one("text/plain", encoded, f"Content-Transfer-Encoding: {name}")).text == LAMP


@pytest.mark.parametrize(
    "body",
    [
        LAMP,
        "Hello\n" + LAMP,
        base64.b64encode(LAMP.encode()).decode() + "\n_____\nSent through the list of Quill Row",
        base64.b64encode(LAMP.encode()).decode().rstrip("=") + "\n",
        base64.b64encode(LAMP.encode() + b"?").decode().rstrip("=") + "\n_____\nSent through the list of Quill Row",
        base64.b64encode(LAMP.encode()).decode() + "\n-- \nSent via list",
        "[EXTERNAL EMAIL] Take care\n\n" + base64.b64encode(LAMP.encode()).decode(),
        "CAUTION: this came from outside.\nDo not open links.\n" + base64.b64encode(LAMP.encode() + b"!!").decode().rstrip("="),
        "Complaints\n" + LAMP,
        "Dear Clerk of Works,\n\nComplaint\n\n" + LAMP,
        base64.b64encode(LAMP.encode() + b" And").decode()[:-3],
        base64.b64encode(b"Dear all, ").decode() + "\n" + base64.b64encode(LAMP.encode()).decode(),
        " ".join(binascii.b2a_base64(LAMP.encode()[at : at + 3]).decode().strip() for at in range(0, len(LAMP), 3)),
    ],
)
def test_what_is_called_base64_is_read_as_what_it_is(body: str) -> None:
    assert LAMP in mail(one("text/plain", body, "Content-Transfer-Encoding: base64")).text


@pytest.mark.parametrize(
    "banner",
    [
        "[EXTERNAL]",
        "CAUTION:",
        "(External)",
        "[EXTERNAL EMAIL] Take care",
        "External email\n----",
        "",
        "====================\nCAUTION: external email\n====================",
    ],
)
@pytest.mark.parametrize("footer", ["", "\n\nwww.quill-row.example", "\n-- \nSent via list"])
@pytest.mark.parametrize(
    ("words", "charset"),
    [
        ("The lamp costs £5.", "utf-8"),
        ("Nie działa już.", "utf-8"),
        ("На улице Квилл не горит фонарь, уже девять дней.", "utf-8"),
        ("На улице Квилл не горит фонарь, уже девять дней.", "koi8-r"),
        ("路灯坏了。", "utf-8"),
        ("路燈壞了，已經九天了，請幫忙，我們晚上看不到路，很危險。", "big5"),
    ],
)
def test_lines_put_around_base64_spoil_no_letter_of_it(banner: str, footer: str, words: str, charset: str) -> None:
    encoded = base64.encodebytes(words.encode(charset)).decode().strip().rstrip("=")
    found = mail(one(f"text/plain; charset={charset}", banner + "\n\n" + encoded + footer, "Content-Transfer-Encoding: base64"))

    assert words in found.text


@pytest.mark.parametrize("above", ["", "\n", "\r\n \r\n"])
@pytest.mark.parametrize(
    ("words", "charset"),
    [
        ("垃圾没有被收走，请处理。", "gb2312"),
        ("Мусор не вывозят.", "windows-1251"),
        ("The bin is full.", "utf-16le"),
        ("The bin is full.", "utf-8"),
    ],
)
def test_an_empty_line_above_base64_spoils_no_letter_of_it(above: str, words: str, charset: str) -> None:
    encoded = base64.encodebytes(words.encode(charset)).decode()

    assert mail(one(f"text/plain; charset={charset}", above + encoded, "Content-Transfer-Encoding: base64")).text == words


def test_blanks_behind_a_soft_line_break_are_not_the_writers() -> None:
    body = LAMP.replace("Quill", "Qu=  \t\nill")

    assert mail(one("text/plain", body, "Content-Transfer-Encoding: quoted-printable")).text == LAMP


def uuencoded(data: bytes) -> str:
    lines = [binascii.b2a_uu(data[at : at + 45]).decode() for at in range(0, len(data), 45)]
    return "begin 644 lamp.jpg\n" + "".join(lines) + "`\nend\n"


def test_a_file_in_the_midst_of_a_text_is_a_file() -> None:
    photo = bytes(range(256)) * 3
    raw = HEAD + one("text/plain", f"{LAMP}\n\n{uuencoded(photo)}\nYours, Ada")
    found = mail(raw.removeprefix(HEAD))

    assert found.text.split("\n") == [LAMP, "", "", "Yours, Ada"]
    assert [(file.filename, file.size) for file in found.attachments] == [("lamp.jpg", len(photo))]
    assert [file.content for file in read_files(raw.encode(), 10_000)] == [photo]


def test_what_fills_up_the_last_line_of_a_file_does_not_matter() -> None:
    """Some programs leave there what stood in their memory."""
    raw = HEAD + one("text/plain", f"{LAMP}\n\nbegin 644 a.txt\n!85AA\n`\nend\n")

    assert mail(raw.removeprefix(HEAD)).text.strip() == LAMP
    assert [file.content for file in read_files(raw.encode(), 10_000)] == [b"a"]


@pytest.mark.parametrize("text", ["begin 644 the count\nThat is all.\nend", "begin 644 x\nend", "begin 644 x\nM_]C"])
def test_words_that_look_like_the_start_of_a_file_stay(text: str) -> None:
    assert mail(one("text/plain", text)).text == text
    assert not mail(one("text/plain", text)).attachments


# -- more than anybody writes ------------------------------------------------------------------------------------------


def test_hundreds_of_pages_are_read_to_the_last() -> None:
    found = mail(parts("mixed", *[one("text/html", "<p>x") for _ in range(600)], one("text/html", f"<p>{LAMP}")))

    assert LAMP in found.own_text


def test_a_mail_of_more_parts_than_a_program_makes_is_set_aside_with_that_reason() -> None:
    reading = read_inline((HEAD + parts("mixed", *["\nx"] * (MOST_PARTS + 1))).encode())

    assert reading.quarantined == "it has more than 20,000 parts"
    assert reading.mail is not None
    assert reading.mail.subject == "Lamp"


@pytest.mark.parametrize(
    "header", ["Content-Disposition: attachment; filename", "Content-Disposition: attachment\nContent-Type: image/png; name"]
)
@pytest.mark.parametrize("charset", ["utf-8", "iso-8859-1"])
def test_a_files_name_in_bytes_against_the_standard_is_read_all_the_same(header: str, charset: str) -> None:
    raw = f'{header}="photo of caf\u00e9.jpg"\n\nxyz\n'.encode(charset)

    assert [file.filename for file in mail(raw).attachments] == ["photo of caf\u00e9.jpg"]
