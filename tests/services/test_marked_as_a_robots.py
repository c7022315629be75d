"""What people write bears marks of lists, gateways and programs: it has no automatic answer, and is never lost to sight."""

from datetime import timedelta
from functools import partial

import pytest

from services.office import MONDAY, House
from townclerk.store import mails

ASHA = "asha.patel@example.org"
WENDY = "wendy.ash@council.example"
LATER = MONDAY + timedelta(days=1)
AGAIN = "It was missed today as well, and the bags lie in the road. Please ring me."
MARKS = [
    {"precedence": "bulk"},
    {"precedence": "list"},
    {"list_unsubscribe": "<mailto:leave@casework.example>"},
    {"list_id": "<mill-lane.groups.example>"},
    {"auto_submitted": "auto-generated", "x_auto_response_suppress": "All"},
    {"auto_submitted": "auto-forwarded"},
    {"return_path": "<>"},
    {"x_rt_loop_prevention": "landlord"},
    {"x_mailer": "Zendesk Mailer"},
    {"x_servicenow_generated": "true"},
    {"x_fd_type": "NEW_TICKET"},
    {"x_jira_fingerprint": "123"},
    {"x_sfdc_lk": "00D200"},
    {"subject": "Out of office - nobody answers your phones"},
]


async def complains(house: House) -> str:
    house.arrives("I complain about the bins.")
    await house.settle()
    return house.sent("receipt")[0].message_id


@pytest.mark.parametrize("marks", MARKS, ids=str)
async def test_a_residents_answer_that_is_marked_as_a_robots_goes_to_the_officer_and_gets_no_answer(
    house: House, marks: dict[str, str]
) -> None:
    receipt = await complains(house)
    house.arrives(AGAIN, at=LATER, in_reply_to=receipt, **marks)
    await house.settle(LATER)

    (told,) = house.sent("forwarded")
    assert told.recipient == WENDY
    assert len(house.letters(to=ASHA)) == 1
    (raw,) = [sent.raw.decode() for sent in house.transport.sent if b"the bags lie in the road" in sent.raw]
    assert "no automatic answer has gone to it" in " ".join(raw.split())


@pytest.mark.parametrize(
    ("text", "marks"),
    [
        ("I am away until Monday.", {"auto_submitted": "auto-generated"}),
        ("I am away until Monday.", {"return_path": "<>"}),
        ("I am out of the office.", {"subject": "Automatic reply: We have your complaint"}),
        ("We have your mail of today, and a person will read it.", {"auto_submitted": "auto-replied"}),
        (AGAIN, {"x_autoreply": "yes"}),
        ("Rwyf i ffwrdd.", {"precedence": "bulk"}),
    ],
)
async def test_who_is_away_is_filed_and_nobody_is_told(house: House, text: str, marks: dict[str, str]) -> None:
    receipt = await complains(house)
    before = len(house.letters())
    house.arrives(text, at=LATER, in_reply_to=receipt, **marks)
    await house.settle(LATER)

    assert len(house.letters()) == before
    assert len(house.cases) == 1


@pytest.mark.parametrize(
    "text",
    [
        "I am going to end my life tonight.",
        "I am going to end my life tonight and I will not return.",
        "I am going to end my life when my carer is away.",
        "I am on leave. I am going to end my life tonight.",
    ],
)
@pytest.mark.parametrize("marks", [{"precedence": "bulk"}, {"auto_submitted": "auto-generated"}], ids=str)
async def test_danger_is_told_at_once_whatever_marks_stand_on_the_mail(house: House, text: str, marks: dict[str, str]) -> None:
    receipt = await complains(house)
    house.arrives(text, at=LATER, in_reply_to=receipt, **marks)
    await house.settle(LATER)

    assert house.sent("alert")


@pytest.mark.parametrize("marks", MARKS[:-1], ids=str)
@pytest.mark.parametrize("answers", [None, "<newsletter-7@elsewhere.example>"])
async def test_a_first_complaint_that_is_marked_as_a_robots_opens_a_case_without_a_receipt(
    house: House, marks: dict[str, str], answers: str | None
) -> None:
    thread = {"in_reply_to": answers} if answers else {}
    house.arrives("My brown bin in Xylograph Lane was missed.", "My bin", **thread, **marks)  # type: ignore[arg-type]  # as above
    await house.settle()

    assert len(house.cases) == 1
    assert house.letters(to=ASHA) == []
    assert house.letters()


async def test_what_may_be_a_persons_and_is_of_no_known_sort_is_shown_with_what_was_filed(house: House) -> None:
    house.arrives("The lamps of our street burn by day.", "Lamps", auto_submitted="auto-generated")
    house.arrives("I am away until Monday.", "Re: Lamps", in_reply_to="<1@x.example>", auto_submitted="auto-generated")
    await house.settle()

    kept = house.read(partial(mails.filed_in_doubt, mailbox=house.office.ways.mailbox, since=MONDAY - timedelta(days=1)))
    assert house.cases == []
    assert [(mail.subject, mail.reason) for mail in kept] == [("Lamps", "perhaps a person's: auto-submitted")]


@pytest.mark.parametrize("marks", [{"auto_submitted": '"no"'}, {"auto_submitted": "(typed) No"}, {"x_autoreply": ""}])
async def test_a_mark_that_says_no_or_nothing_is_none(house: House, marks: dict[str, str]) -> None:
    house.arrives("I complain: my bin was missed.", **marks)  # type: ignore[arg-type]  # as above
    await house.settle()

    assert house.sent("receipt")


@pytest.mark.parametrize("subject", ["Out of office - nobody answers your phones", "Automatic response - your page crashes"])
async def test_whoever_complains_under_the_subject_of_a_robot_is_answered(house: House, subject: str) -> None:
    house.arrives("I complain: it has been so for a week.", subject)
    await house.settle()

    assert house.sent("receipt")


@pytest.mark.parametrize("marks", [{"auto_submitted": "auto-replied"}, {"x_autoreply": "yes"}], ids=str)
async def test_a_desk_that_answers_our_letter_from_another_address_opens_no_case(house: House, marks: dict[str, str]) -> None:
    """It quotes our subject, whose words are those of a complaint."""
    await complains(house)
    before = len(house.letters())
    subject = f"[Request received] {house.sent('receipt')[0].subject}"
    words = "Hello, we have opened ticket 34567 for your complaint about bins. Our people look at it in turn. Acme Helpdesk"
    house.arrives(words, subject, "support@acme.example", LATER, **marks)
    await house.settle(LATER)

    assert len(house.cases) == 1
    assert len(house.letters()) == before


@pytest.mark.parametrize("marks", [{"auto_submitted": "auto-replied"}, {"x_autoreply": "yes"}, {"precedence": "bulk"}], ids=str)
async def test_who_is_away_opens_no_case_though_the_subject_is_that_of_a_complaint(house: House, marks: dict[str, str]) -> None:
    house.arrives("I am away until Monday 18 January.", "Re: your complaint", **marks)  # type: ignore[arg-type]  # as above
    house.arrives("Complaint: nobody answered while I was on holiday.", "Form", auto_submitted="auto-generated")
    await house.settle()

    assert [case.subject for case in house.cases] == ["Form"]


async def test_a_read_receipt_opens_no_case_though_the_subject_is_that_of_a_complaint(house: House) -> None:
    head = "From: asha.patel@example.org\nSubject: Not read: Your complaint\nMessage-ID: <r@example.org>\nMIME-Version: 1.0\n"
    body = (
        "--b\nContent-Type: text/plain\n\ndeleted without being read\n--b\nContent-Type: message/disposition-notification\n\n"
    )
    form = 'Content-Type: multipart/report; boundary="b"\n\n'
    house.mailbox.deliver(f"{head}{form}{body}Disposition: automatic-action; deleted\n\n--b--\n".encode(), MONDAY)
    await house.settle()

    assert house.cases == []


@pytest.mark.parametrize(
    "text", ["The crew missed my brown bin in Mill Lane and did not return.", "Nobody came to take my missed bin away."]
)
@pytest.mark.parametrize("marks", [{"precedence": "bulk"}, {"auto_submitted": "auto-generated"}], ids=str)
async def test_a_complaint_of_one_sentence_with_a_word_of_such_notes_is_opened(
    house: House, text: str, marks: dict[str, str]
) -> None:
    house.arrives(text, "My bin", at=MONDAY, **marks)
    await house.settle()

    assert len(house.cases) == 1


LIST = {
    "list_id": "Mill Lane residents <millane.lists.example>",
    "list_post": "<mailto:millane@lists.example>",
    "precedence": "list",
}
FOLLOWED = "\n\nYou are receiving this mail because: You are watching all bug changes."


@pytest.mark.parametrize(
    ("text", "marks"),
    [
        ("", {**LIST, "reply_to": "millane@lists.example", "sender": "Nell Carr <nell.carr@post.example>"}),
        ("", {**LIST, "reply_to": "millane@lists.example", "sender": "Nell via Mill Lane <millane@lists.example>"}),
        ("", {"precedence": "list", "reply_to": "millane@lists.example", "sender": "Nell Carr <nell.carr@post.example>"}),
        (FOLLOWED, {"auto_submitted": "auto-generated", "reply_to": "staff@homes.example", "sender": "noreply@homes.example"}),
    ],
    ids=["through a list", "in the list's own name", "a list that says little", "news of what many follow"],
)
async def test_nothing_about_a_complaint_goes_to_all_who_are_on_a_list(house: House, text: str, marks: dict[str, str]) -> None:
    house.arrives(f"I complain: my bin was missed three times. I am ill and cannot carry it.{text}", at=MONDAY, **marks)
    await house.settle()

    assert house.letters(to="millane@lists.example") == house.letters(to="staff@homes.example") == []
    if "nell" in marks["sender"]:
        assert [case.complainant.address for case in house.cases] == ["nell.carr@post.example"]


async def test_whom_a_list_names_in_whose_name_it_sends_is_who_complains(house: House) -> None:
    """As lists write From anew, so that no proof of a sender breaks."""
    marks = {
        **LIST,
        "reply_to": "Nell Carr <nell.carr@post.example>",
        "sender": "Nell Carr via Mill Lane <millane@lists.example>",
    }
    house.arrives("I complain: my bin was missed three times.", at=MONDAY, **marks)
    await house.settle()

    assert [case.complainant.address for case in house.cases] == ["nell.carr@post.example"]


FORM = "Name: Nell Carr\nMessage: My bin was missed four times. I want to complain."
NELL = "Nell Carr <nell.carr@post.example>"
NOREPLY = "Website <noreply@forms.example>"
WEBFORMS = "Website <webforms@forms.example>"


@pytest.mark.parametrize(
    ("text", "marks"),
    [
        (f"{FORM}\n\n--\nYou received this email because a visitor filled in the contact form.", {"sender": NOREPLY}),
        (f"{FORM}\nYour leaflet said:\nyou are receiving this because you owe us, and I do not!", {"sender": NOREPLY}),
        (FORM, {"sender": WEBFORMS, "list_unsubscribe": "<https://u.mailing.example>"}),
        (FORM, {"sender": WEBFORMS, "precedence": "bulk"}),
        (FORM, {"sender": NOREPLY, "precedence": "bulk", "cc": "nell.carr@post.example"}),
        ("My bin was missed four times.", {"sender": NOREPLY, "precedence": "bulk", "cc": "nell.carr@post.example"}),
        (FORM, {"sender": NOREPLY, "list_unsubscribe": "<mailto:u@forms.example>", "cc": "nell.carr@post.example"}),
        (
            "I object to the closing of the library.",
            {"sender": "Nell Carr via Speak Out <people@speakout.example>", "list_unsubscribe": "<https://speakout.example/u>"},
        ),
        (
            "I object to the closing of the library.",
            {"sender": "Nell Carr via Speak Out <people@speakout.example>", "list_id": "<17.speakout.example>"},
        ),
        (
            "I complain: my bin was missed.",
            {"sender": "Nell Carr via Mill Lane <millane@lists.example>", "list_id": "<millane.mm3.lists.example>"},
        ),
    ],
)  # fmt: skip
async def test_whom_a_form_or_a_site_names_is_who_complains_whatever_services_that_send_for_it_add(
    house: House, text: str, marks: dict[str, str]
) -> None:
    house.arrives(text, "My bin", at=MONDAY, reply_to=NELL, **marks)
    await house.settle()

    assert [case.complainant.address for case in house.cases] == ["nell.carr@post.example"]


async def test_who_writes_to_a_list_and_signs_with_a_telephone_is_no_form(house: House) -> None:
    text = "I complain: my bin was missed.\n\nNell Carr\nPhone: 01782 000000\nEmail: nell.carr@post.example"
    marks = {"sender": NELL, "reply_to": "millane@lists.example", "cc": "millane@lists.example", "precedence": "bulk"}
    house.arrives(text, "My bin", at=MONDAY, **marks)
    await house.settle()

    assert [case.complainant.address for case in house.cases] == ["nell.carr@post.example"]


RECEIPT = (
    "Your message\n\n   To: Feedback\n   Subject: {}\n   Sent: Monday, 1 June 2026 10:00:00 (UTC)\n\n"
    " was read on Monday, 1 June 2026 10:05:00 (UTC).\n"
)


async def test_a_receipt_for_reading_that_is_a_report_needs_no_words(house: House) -> None:
    text = RECEIPT.format("Your complaint").replace("\n", "\r\n") + "\r\nSent by the machine of Mill Lane Housing\r\n"
    head = "From: asha.patel@example.org\nSubject: Read: Your complaint\nMessage-ID: <r@example.org>\nMIME-Version: 1.0\n"
    body = f"--b\nContent-Type: text/plain\n\n{text}\n--b\nContent-Type: message/disposition-notification\n\n"
    form = 'Content-Type: multipart/report; report-type=disposition-notification; boundary="b"\n\n'
    house.mailbox.deliver(f"{head}{form}{body}Disposition: manual-action; displayed\n\n--b--\n".encode(), MONDAY)
    await house.settle()

    assert house.cases == []


@pytest.mark.parametrize(
    "text",
    [
        RECEIPT.format("Your complaint"),
        RECEIPT.format("Your complaint") + "\nThis e-mail is confidential and intended for the addressee only.",
        RECEIPT.format("Our drains, " * 30),
    ],
    ids=["alone", "above a disclaimer", "of a long subject"],
)
async def test_outlooks_receipt_for_reading_opens_no_case(house: House, text: str) -> None:
    house.arrives(text, "Read: Your complaint", at=MONDAY)
    await house.settle()

    assert house.cases == []


async def test_who_quotes_a_receipt_for_reading_and_complains_is_heard(house: House) -> None:
    text = RECEIPT.format("My bin") + "\nThis is what I got, it says confidential, and then nothing. My bin is still full."
    house.arrives(text, "Read: My bin", at=MONDAY)
    await house.settle()

    assert len(house.cases) == 1


@pytest.mark.parametrize("sender", [NOREPLY, WEBFORMS])
async def test_a_form_from_the_null_sender_in_which_somebody_quotes_a_bounce_is_theirs(house: House, sender: str) -> None:
    quoted = "This is the mail system at host mx.example. It could not be delivered to one or more recipients. 550 5.1.1"
    house.arrives(f"{FORM}\n{quoted}", "My bin", sender, MONDAY, reply_to=NELL, return_path="<>")
    await house.settle()

    assert len(house.cases) == 1


async def test_a_bounce_that_has_its_own_providers_reply_to_is_nobodys_complaint(house: House) -> None:
    await complains(house)
    text = "This is the mail system at host mx.prov.example.\n<asha.patel@example.org>: 550 5.1.1 user unknown"
    marks = {"sender": "Mail Delivery <noreply@prov.example>", "reply_to": "support@prov.example"}
    house.arrives(text, "Undelivered Mail Returned to Sender", at=LATER, **marks)
    await house.settle(LATER)

    assert len(house.cases) == 1
    assert house.letters(to="support@prov.example") == []


@pytest.mark.parametrize("marks", [{}, {"reply_to": "support@vendor.example"}], ids=["alone", "a vendor's Reply-To"])
async def test_a_bounce_that_quotes_a_form_in_our_letter_is_one(house: House, marks: dict[str, str]) -> None:
    await complains(house)
    text = "This is the mail system at host mx.example.\n<nell.carr@post.example>: 550 5.1.1 user unknown"
    text = f"{text}\n\n----- Original message -----\n{FORM}"
    sender, subject = "Mail Delivery <delivery@gw.example>", "Undelivered Mail Returned to Sender"
    house.arrives(text, subject, sender, LATER, return_path="<>", **marks)
    await house.settle(LATER)

    assert len(house.cases) == 1


@pytest.mark.parametrize(
    "marks",
    [
        {"precedence": "list"},
        {"list_id": "<residents.mm3.lists.example>"},
        {"list_unsubscribe": "<https://lists.example/u>"},
        {"precedence": "bulk"},
    ],
    ids=str,
)
@pytest.mark.parametrize("text", ["I complain: my bin was missed.", FORM], ids=["words", "fields"])
async def test_no_letter_goes_to_the_list_that_a_mail_was_sent_to(house: House, text: str, marks: dict[str, str]) -> None:
    lists = "residents@lists.example"
    house.arrives(text, "My bin", NELL, MONDAY, reply_to=lists, cc=lists, **marks)
    await house.settle()

    assert [case.complainant.address for case in house.cases] == ["nell.carr@post.example"]
    assert house.letters(to=lists) == []


@pytest.mark.parametrize("marks", [{"list_unsubscribe": "<https://h.example/u>"}, {"precedence": "bulk"}], ids=str)
@pytest.mark.parametrize("name", ["", "Name: Bob Carr\n"])
async def test_whom_somebody_complains_about_has_no_letter(house: House, name: str, marks: dict[str, str]) -> None:
    text = f"I complain about a builder, he blocked the road and took my bin.\n{name}Email: bob@builder.example\nHe tips."
    house.arrives(text, "A builder", NELL, MONDAY, **marks)
    await house.settle()

    assert [case.complainant.address for case in house.cases] == ["nell.carr@post.example"]
    assert house.letters(to="bob@builder.example") == []


@pytest.mark.parametrize("reply_to", ["webteam@council.example", "poole@party.example", "feedback@council.example"])
@pytest.mark.parametrize("marks", [{}, {"precedence": "bulk"}], ids=str)
async def test_a_form_that_sends_in_its_residents_name_is_theirs(house: House, reply_to: str, marks: dict[str, str]) -> None:
    text = "Name: Nell Carr\nE-mail: nell.carr@post.example\nMessage: My bin was missed four times. I want to complain."
    house.arrives(text, "My bin", NELL, MONDAY, reply_to=reply_to, **marks)
    await house.settle()

    assert [case.complainant.address for case in house.cases] == ["nell.carr@post.example"]


@pytest.mark.parametrize("lines", ["To:" + " to:" * 900 + " x", "To:" + " " * 3_900 + "x", "To: x\n" * 600])
async def test_what_looks_like_a_receipt_for_reading_without_end_holds_nobody_up(house: House, lines: str) -> None:
    """The pattern that looks for one has taken hours over the first of these."""
    house.arrives(f"Your message\n{lines}", "Read: My bin", at=MONDAY)
    await house.settle()

    assert len(house.cases) == 1
