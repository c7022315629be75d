"""What somebody wrote this time, and what they quoted."""

import time

import pytest

from townclerk.domain.commands import looks_quoted
from townclerk.domain.quoting import LIMIT, REPLY_ABOVE, own_words, split, what_they_quote, written

OUTLOOK = (
    "From: Feedback <feedback@council.example>\nSent: 12 January 2027 09:30\nTo: Wendy Ash\nSubject: A complaint\n\nQUOTED"
)
WELSH = "Oddi wrth: Adborth <adborth@council.example>\nAnfonwyd: 12 Ionawr 2027 09:30\nAt: Wendy\nPwnc: Cwyn\n\nQUOTED"


@pytest.mark.parametrize(
    "quote",
    [
        OUTLOOK,
        WELSH,
        WELSH.replace("At:", "I:").replace("Pwnc", "Testun"),
        OUTLOOK.replace("From:", "*From:*").replace("Sent:", "*Sent:*").replace("Subject:", "*Subject:*"),
        OUTLOOK.replace("\nSent", "\n\nSent").replace("\nTo", "\n\nTo"),
        "________________________________\n" + OUTLOOK,
        " ------------------------------\n\n" + OUTLOOK,
        "-----Original Message-----\nQUOTED",
        "-----Neges Wreiddiol-----\nQUOTED",
        "---------- Forwarded message ---------\nQUOTED",
        "Begin forwarded message:\n\nQUOTED",
        "On 12 Jan 2027, at 09:30, Feedback <feedback@council.example> wrote:\n\n> QUOTED\n> QUOTED",
        "On Tue, 12 Jan 2027 at 09:30, Feedback\n<feedback@council.example> wrote:\n\n> QUOTED",
        "On Tue, 12 Jan 2027 at 09:30,\nFeedback of the Council\n<feedback@council.example> wrote:\n> QUOTED",
        "On 1/12/27, 09:30, Feedback <feedback@council.example> wrote:\n\n    QUOTED without a mark",
        "Ar Maw, 12 Ion 2027 am 09:30, Adborth <adborth@council.example> ysgrifennodd:\n\n> QUOTED",
        "Ar 12 Ion 2027, am 09:30, ysgrifennodd Adborth <adborth@council.example>:\n\n> QUOTED",
        "Feedback <feedback@council.example> wrote:\n> QUOTED",
        f"{REPLY_ABOVE}\nQUOTED",
        f"--- {REPLY_ABOVE} ---\nQUOTED",
        f"> --- {REPLY_ABOVE.upper()} ---\n> QUOTED",
        f"*{REPLY_ABOVE}*\u00a0\nQUOTED",
        f"On 12 Jan 2027 at 09:30 Feedback wrote:\n> {REPLY_ABOVE}\nQUOTED without a mark",
    ],
)
def test_a_quoted_mail_below_is_not_the_senders(quote: str) -> None:
    text = f"My own words.\nA second line.\n\n{quote}\n"

    assert own_words(text) == "My own words.\nA second line."
    assert own_words(text.replace("\n", "\r\n")) == "My own words.\nA second line."
    assert "QUOTED" in split(text).quoted


@pytest.mark.parametrize(
    "labels",
    [
        "Od:/Wysłane:/Do:/Temat:",
        "Od:/Odesláno:/Komu:/Předmět:",
        "Od:/Odoslané:/Komu:/Predmet:",
        "Feladó:/Elküldve:/Címzett:/Tárgy:",
        "Nuo:/Išsiųsta:/Kam:/Tema:",
        "No:/Nosūtīts:/Kam:/Temats:",
        "От:/Отправлено:/Кому:/Тема:",
        "Від:/Надіслано:/Кому:/Тема:",
        "От:/Изпратено:/До:/Относно:",
        "Από:/Στάλθηκε:/Προς:/Θέμα:",
        "من:/تم الإرسال:/إلى:/الموضوع:",
        "发件人:/发送时间:/收件人:/主题:",
    ],
)
@pytest.mark.parametrize("colon", [": ", "\uff1a"])
def test_the_header_of_a_quoted_mail_is_known_in_the_languages_of_outlook(labels: str, colon: str) -> None:
    said = ["Council <f@council.example>", "11.01.2027 10:00", "Rita <r@x.example>", "A complaint"]
    header = "\n".join(label.rstrip(":") + colon + value for label, value in zip(labels.split("/"), said, strict=True))

    assert own_words(f"My own words.\n\n{header}\n\nQUOTED\n") == "My own words."
    assert own_words(f"My own words.\n{'_' * 32}\n{header}\n\nQUOTED\n") == "My own words."


@pytest.mark.parametrize(
    "quote",
    [
        "Sent from Yahoo Mail on Android \n \n  On Mon, 11 Jan 2027 at 10:00, Feedback<f@council.example> wrote:   QUOTED",
        "Sent from Yahoo Mail for iPhone\n\n  On Mon, 11 Jan 2027 at 10:00, Feedback <f@council.example> wrote:  QUOTED",
        "Sent from Yahoo Mail on Android\n\n  Le lun., janv. 11, 2027 à 10:00, X<f@council.example> a écrit :   QUOTED",
        "Sent from Yahoo Mail on Android\n\n  Am Mo., Jan. 11, 2027 at 10:00 schrieb X<f@council.example>:   QUOTED",
    ],
)
def test_a_quote_that_begins_on_the_line_of_its_introduction_goes_on_to_the_end(quote: str) -> None:
    text = f"My own words.\nA second line.\n\n{quote}\nThe council will write.\n\nBy Friday.\n"

    assert own_words(text) == "My own words.\nA second line."
    assert split(text).quoted.endswith("By Friday.")


@pytest.mark.parametrize(
    "prose",
    [
        "On Monday, Mr X <x@y.example> wrote: that the bin would be emptied.\nIt was not.",
        "On Monday, Mr X <x@y.example> wrote:  that the bin would be emptied.\nIt was not.",
        "On 11 January 2027 at 10:00 Mr X <x@y.example> wrote: we will come.\nNobody came.",
        "On 11 January 2027 at 10:00 your officer wrote:   we will come.\nNobody came.",
        "I use Yahoo Mail.\nOn Monday the man wrote:   it will be mended.\nIt was not.",
        "No: 14\nDate: 11 January 2027\nSubject: my bin\nIt was not emptied.",
        "От: соседей шум.\nТема: шум\nIt goes on.",
        "От: Иванова Анна\nКому: Совет\nТема: мусор\nОтправлено: дважды\nПрошу принять меры.",
        "发件人：王小明\n发送时间：昨天\n主题：垃圾\n垃圾没有收。",
        "Nuo: Jonas\nIšsiųsta: du kartus\nTema: šiukšlės\nNeišveža.",
        "No: 14\nNosūtīts: 3x\nKam: domei\nAtkritumi.",
        "From: Elm Road\nDate: 1 June\nKam: left\nThe bins.",
        "On Mon, 11 Jan 2027 at 10:00, Bob <b@x.example> wrote:   we will come.\nThey never came.",
        "Le 1 juin 2026 à 10:15, Paul <p@x.example> a écrit :   rien. Je me plains.",
        "My Yahoo Mail address is below\nOn 3/6/26 at 10:15 Mr B <bob@x.example> wrote:  no. I reply: yes.",
        "From: the garden side I could see that it leaks.\nThe note of the boiler man wrote:\nit will be mended.",
        "On Monday the man wrote:\nit will be mended.",
        "On 12 January your officer wrote:\n“it will be mended”",
        "To: whom it may concern\nSubject: my bin\nIt was not emptied.",
        "Sent from my desk, is much easier than my phone.",
        "I was sent from the depot to the office and from the office to the depot again.",
        "And here -- this is no signature.",
        "-----\nFirst matter\n-----\nSecond matter",
        "Date: 12 January\nFrom: 9 until noon nobody came.",
        "The total is > 5 pounds.",
    ],
)
def test_prose_that_looks_a_little_like_a_quote_stays(prose: str) -> None:
    assert own_words(f"Dear council,\n{prose}\nYours") == f"Dear council,\n{prose}\nYours"


@pytest.mark.parametrize(
    "trailer",
    [
        "Sent from my iPhone",
        "Sent from my Verizon Wireless BlackBerry",
        "Sent from Outlook for Android",
        "Sent from Outlook for iOS<https://aka.ms/o0ukef>",
        "Get Outlook for Android <https://aka.ms/AAb9ysg>",
        "Sent from Yahoo Mail on Android",
        "Anfonwyd o fy iPhone",
        "-- \nAsha Patel\n1 High Street",
        "--\nAsha",
        "Sent from my iPhone\n\n-- \nAsha",
        "______________________________________\nresidents mailing list\nhttps://lists.example/residents",
    ],
)
def test_what_a_program_adds_below_is_not_the_senders(trailer: str) -> None:
    assert own_words(f"My bin.\n\n{trailer}\n") == "My bin."
    assert own_words(f"My bin.\n\n{trailer}\n\n{OUTLOOK}") == "My bin."


def test_dashes_that_divide_a_letter_end_nothing() -> None:
    below = "\n".join(f"line {number}" for number in range(13))

    assert own_words(f"Top\n--\n{below}") == f"Top\n--\n{below}"
    assert own_words("Top\n--\n" + below.rpartition("\n")[0]) == "Top"


def test_answers_between_quoted_lines_stay() -> None:
    text = "On 12 Jan 2027 at 09:30, X <x@example.org> wrote:\n> Which day?\nMonday.\n> Which street?\nHigh Street.\n"

    assert own_words(text) == "Monday.\nHigh Street."
    assert split(text).quoted.splitlines()[1:] == ["> Which day?", "> Which street?"]


def test_an_answer_below_the_quote_stays() -> None:
    assert own_words("> Which day?\n\nMonday.") == "Monday."


def test_a_few_quoted_lines_in_the_midst_of_somebodys_prose_are_part_of_it() -> None:
    text = "On 4 January at 7:30 I put it out, and your officer wrote:\n> it will be emptied\n> by noon\nIt was not.\n\nAsha"

    assert own_words(text) == text


def test_what_somebody_quotes_is_told_from_their_own_words() -> None:
    text = f"My own words.\n\n{OUTLOOK}"

    assert what_they_quote(text, own_words(text)) == OUTLOOK
    assert what_they_quote("My own words.\n\nIt will be emptied.\n", "My own words.") == "It will be emptied."
    assert what_they_quote("My own words.\n\n-- \nAsha Patel", "My own words.") == ""
    assert what_they_quote(OUTLOOK, "") == ""


def test_only_somebody_elses_words_leave_nothing() -> None:
    assert split(OUTLOOK).own == ""
    assert split("---------- Forwarded message ---------\n" + OUTLOOK).own == ""
    assert split("> all of it\n> is quoted").own == ""


def test_a_line_that_a_mailbox_file_has_marked_is_no_quote() -> None:
    assert own_words(">From the start it leaked.") == "From the start it leaked."


def test_an_officers_words_keep_their_lines() -> None:
    text = f"#respond upheld\n\nDear Asha,\n\nSorry.\n\nWendy\n\n> --- {REPLY_ABOVE} ---\n> internal"

    assert own_words(text) == "#respond upheld\n\nDear Asha,\n\nSorry.\n\nWendy"


@pytest.mark.parametrize("says_no", ["No: 12345", "Yes: ring us\nNo: write to us"])
def test_a_letter_that_says_no_is_quoted_as_any_other(says_no: str) -> None:
    """In Latvian that is the label of whom a mail is from."""
    head = "From: Council <c@council.example>\nSent: 20 November 2026 10:15\nTo: j@x.example\nSubject: Your complaint"

    assert own_words(f"Thanks.\n\n{head}\n\n{says_no}\nDear Jane, we have your complaint.") == "Thanks."


def test_words_past_the_limit_are_cut() -> None:
    assert own_words("a" * LIMIT) == "a" * LIMIT
    assert own_words("a" * LIMIT + "b") == "a" * LIMIT


@pytest.mark.parametrize("marker", [REPLY_ABOVE, REPLY_ABOVE.upper(), f"> *--- {REPLY_ABOVE.title()} ---*"])
def test_our_marker_is_known_however_it_is_written(marker: str) -> None:
    assert looks_quoted(f"We are sorry.\n{marker}\nWhat staff are told.")


@pytest.mark.parametrize(
    "piece",
    [
        "On x\n",
        "\n",
        "-",
        "On a a a ",
        ">",
        "From: x\n",
        "-----\n",
        "On 1:00 @\n",
        "-- \n",
        "*",
        "Sent from a\n",
        "Sent from ",
        "wrote:\n",
        "a:\n> b\n",
    ],
)
def test_no_text_takes_long(piece: str) -> None:
    """The splitters that one can install hang on some of these for minutes."""
    begun = time.process_time()
    split(piece * (LIMIT // len(piece)))

    assert time.process_time() - begun < 2


@pytest.mark.parametrize(
    "piece",
    [
        "\n",
        "On x\n",
        "From: x\n",
        "a: b@c 10:00\n",
        "<a@b> 10:00:\n",
        "This email is confidential\n\n",
        "T: 01902 555 0147\n",
        "CAUTION: external\n\n",
        "--\n",
        "\x11> a\nb\n",
        "a:\n\n> b\n",
        "[cid:",
        "https://x.safelinks.protection.outlook.com/?url=",
    ],
)
def test_telling_what_was_meant_takes_no_longer(piece: str) -> None:
    begun = time.process_time()
    written(piece * (LIMIT // len(piece)), frozenset({"wendy", "ash"}))

    assert time.process_time() - begun < 4
