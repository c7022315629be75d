"""Delivery reports as mail systems write them: whose letter it was is found, and what they say is told apart."""

import base64
from collections.abc import Callable
from datetime import timedelta

import pytest

from services.office import MONDAY, House
from townclerk.store import mails

ASHA = "asha.patel@example.org"
BOX = "customerfeedback@sstaffs.gov.uk"
LATER = MONDAY + timedelta(minutes=30)


def exchange(message_id: str) -> str:
    return f"""From: Microsoft Outlook <MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@example.org>
Subject: Undeliverable: We have your complaint
Auto-Submitted: auto-replied
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/html

<p>Your message to {ASHA} couldn't be delivered.</p>

--b
Content-Type: message/delivery-status

Reporting-MTA: dns;AM0PR01.eurprd01.prod.exchangelabs.com

Final-Recipient: rfc822;{ASHA}
Action: failed
Status: 5.1.10
Diagnostic-Code: smtp;550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found

--b
Content-Type: message/rfc822

From: Feedback <{BOX}>
Message-ID: {message_id}

--b--"""


def gmail(message_id: str) -> str:
    return f"""From: Mail Delivery Subsystem <mailer-daemon@googlemail.com>
Subject: Delivery Status Notification (Failure)
In-Reply-To: {message_id}
References: {message_id}
X-Failed-Recipients: {ASHA}
Auto-Submitted: auto-replied
Return-Path: <>
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

** Address not found **

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; googlemail.com

Final-Recipient: rfc822; {ASHA}
Action: failed
Status: 5.1.1

--b--"""


def postfix(message_id: str) -> str:
    return (
        gmail(message_id)
        .replace("googlemail.com", "mx.example")
        .replace(f"In-Reply-To: {message_id}\nReferences: {message_id}\nX-Failed-Recipients: {ASHA}\n", "")
        .replace("\n--b--", f"\n--b\nContent-Type: text/rfc822-headers\n\nMessage-ID: {message_id}\n\n--b--")
    )


def exim(message_id: str) -> str:
    return f"""From: Mail Delivery System <Mailer-Daemon@mx.example>
Subject: Mail delivery failed: returning message to sender
X-Failed-Recipients: {ASHA}
Auto-Submitted: auto-replied
Return-Path: <>

This message was created automatically by mail delivery software.
A message that you sent could not be delivered to one or more of its recipients. This is a permanent error.

  {ASHA}
    host mx.example.org [192.0.2.1]: 550 5.1.1 unknown

------ This is a copy of the message, including all the headers. ------

Message-ID: {message_id}
"""


def qmail(message_id: str) -> str:
    return f"""From: MAILER-DAEMON@mx.example
Subject: failure notice
Return-Path: <>

Hi. This is the qmail-send program at mx.example.
I'm afraid I wasn't able to deliver your message to the following addresses.

<{ASHA}>:
192.0.2.1 does not like recipient. Remote host said: 550 5.1.1 unknown

--- Below this line is a copy of the message.

Message-ID: {message_id}
"""


def naming_nobody_but_the_recipient(_: str) -> str:
    report = postfix("<unknown@elsewhere.example>")
    return report.replace(
        "Content-Type: text/rfc822-headers\n\nMessage-ID: <unknown@elsewhere.example>", "Content-Type: text/plain\n"
    )


def in_prose_alone(_: str) -> str:
    return f"""From: Mail Administrator <postmaster@example.org>
Subject: Undeliverable mail
Return-Path: <>

Your message could not be delivered to {ASHA}: there is no such mailbox.
"""


def in_brackets(message_id: str) -> str:
    return in_prose_alone(message_id).replace(f"to {ASHA}:", f"to:\n* [{ASHA}]: 550")


def behind_a_word(message_id: str) -> str:
    return in_prose_alone(message_id).replace(f"to {ASHA}:", f"to dda:SMTP={ASHA};")


async def complains(house: House) -> str:
    house.arrives("I complain about the bins.")
    await house.settle()
    return house.sent("receipt")[0].message_id


def comes(house: House, report: str) -> None:
    house.mailbox.deliver(f"To: {BOX}\nMessage-ID: <b{house.count}@mx.example>\nMIME-Version: 1.0\n{report}".encode(), LATER)


@pytest.mark.parametrize(
    "shape",
    [exchange, gmail, postfix, exim, qmail, naming_nobody_but_the_recipient, in_prose_alone, in_brackets, behind_a_word],
    ids=lambda shape: shape.__name__,
)
async def test_a_letter_that_came_back_is_known_and_the_officer_is_to_reach_the_resident_another_way(
    house: House, shape: Callable[[str], str]
) -> None:
    comes(house, shape(await complains(house)))
    await house.settle(LATER)

    assert {letter.recipient for letter in house.sent("undelivered")} == {
        "wendy.ash@council.example",
        "cal.lane@council.example",
    }
    assert house.cases[0].unreachable
    assert len(house.cases) == 1
    assert not house.letters(to="postmaster@example.org")


@pytest.mark.parametrize("action", ["relayed", "delayed", "delivered", "expanded"])
async def test_what_is_on_its_way_or_has_arrived_changes_nothing(house: House, action: str) -> None:
    status = {"delayed": "4.4.7"}.get(action, "2.0.0")
    report = gmail(await complains(house)).replace("Action: failed", f"Action: {action}").replace("5.1.1", status)
    before = house.cases
    comes(house, report.replace(f"X-Failed-Recipients: {ASHA}\n", ""))
    await house.settle(LATER)

    assert house.cases == before
    assert house.sent("undelivered") == []


async def test_a_report_of_a_full_mailbox_is_told_with_what_the_server_said(house: House) -> None:
    report = exchange(await complains(house)).replace(
        "5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found", "5.2.2 mailbox full"
    )
    comes(house, report.replace("Status: 5.1.10", "Status: 5.2.2"))
    await house.settle(LATER)

    told = [sent.raw.decode() for sent in house.transport.sent if b"mailbox full" in sent.raw]
    assert told


async def test_a_report_of_another_mail_to_the_same_person_is_put_before_a_person_and_joins_nothing(house: House) -> None:
    """A relay gave our letter another id, or a forger wrote in our name: nobody here can know."""
    await complains(house)
    before = house.cases
    comes(house, postfix("<unknown@elsewhere.example>"))
    await house.settle(LATER)

    assert house.cases == before
    assert [letter.recipient for letter in house.sent("decision")] == ["cal.lane@council.example"]


async def test_a_report_about_somebody_to_whom_nothing_went_is_filed(house: House) -> None:
    await complains(house)
    comes(house, naming_nobody_but_the_recipient("").replace(ASHA, "luke@elsewhere.example"))
    await house.settle(LATER)

    assert house.sent("undelivered") == []
    assert len(house.cases) == 1


async def test_two_councils_with_townclerk_stop_after_one_exchange(build: Callable[..., House]) -> None:
    """What an officer of one writes to the other's mailbox has a receipt there; the receipt is filed here, and that is all."""
    ours, theirs = build(), build()
    ours.arrives("I write for the council next door. I complain about your bins.", sender="feedback@next.example")
    await ours.settle()
    (receipt,) = [sent.raw for sent in ours.transport.sent if sent.recipient == "feedback@next.example"]
    theirs.mailbox.deliver(receipt.replace(BOX.encode(), b"feedback@next.example"), MONDAY)
    await theirs.settle()

    assert len(ours.cases) == 1
    assert (theirs.cases, theirs.letters()) == ([], [])


async def test_a_letter_of_another_townclerk_s_officer_is_read_as_a_person_s(house: House) -> None:
    house.arrives("I complain about your bins in our car park.", sender="feedback@next.example", x_townclerk="1")
    await house.settle()

    assert len(house.cases) == 1


# --- shapes that are no clean report


NO_USER = f"Final-Recipient: rfc822; {ASHA}\nAction: failed\nStatus: 5.1.1\n"
WAITS = f"Final-Recipient: rfc822; {ASHA}\nAction: delayed\nStatus: 4.4.1\n"


def in_a_mail_of_a_gateway(message_id: str, fields: str, status_type: str = "message/delivery-status") -> str:
    """A gateway has put the report into a mail of its own, under its banner."""
    return f"""From: postmaster@example.org
Subject: Unzustellbar: Eingang Ihrer Beschwerde
Content-Type: multipart/mixed; boundary="w"

--w
Content-Type: text/plain

EXTERNAL MAIL
--w
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

{ASHA}
--b
Content-Type: {status_type}

Reporting-MTA: dns; mx.example

{fields}
--b
Content-Type: message/rfc822

Message-ID: {message_id}

--b--
--w--"""


def in_base64(fields: str) -> str:
    text = f"Reporting-MTA: dns; mx.example\n\n{fields}".replace("\n", "\r\n")
    return base64.encodebytes(text.encode()).decode()


def encoded(message_id: str, fields: str) -> str:
    plain = in_a_mail_of_a_gateway(message_id, "@FIELDS@", "message/delivery-status\nContent-Transfer-Encoding: base64")
    return plain.replace("Reporting-MTA: dns; mx.example\n\n@FIELDS@", in_base64(fields))


@pytest.mark.parametrize("shape", [in_a_mail_of_a_gateway, encoded], ids=lambda shape: shape.__name__)
@pytest.mark.parametrize(("fields", "told"), [(NO_USER, True), (WAITS, False)], ids=["failed", "delayed"])
async def test_a_report_is_read_wherever_it_stands_and_however_it_is_encoded(
    house: House, shape: Callable[[str, str], str], fields: str, told: bool
) -> None:
    comes(house, shape(await complains(house), fields))
    await house.settle(LATER)

    assert house.cases[0].unreachable is told
    assert bool(house.sent("undelivered")) is told
    assert len(house.cases) == 1


@pytest.mark.parametrize("action", ["failed; bad", '"failed"', "failure", "undeliverable", "bounced", "error", ""])
async def test_a_failure_is_one_whatever_its_action_is_called(house: House, action: str) -> None:
    comes(house, gmail(await complains(house)).replace("Action: failed", f"Action: {action}"))
    await house.settle(LATER)

    assert house.cases[0].unreachable


def in_german(message_id: str) -> str:
    return f"""From: postmaster@example.org
Subject: Unzustellbar: We have your complaint

Fehler bei der Nachrichtenzustellung an folgende Empfänger oder Gruppen:

{ASHA}
Die eingegebene E-Mail-Adresse konnte nicht gefunden werden.

Message-ID: {message_id}
"""


def of_no_language(message_id: str) -> str:
    return in_german(message_id).replace("Unzustellbar", "Ekki komið til skila").replace("konnte", "user unknown")


def from_bounce(message_id: str) -> str:
    return in_german(message_id).replace("postmaster@", "bounce@")


def in_our_own_name(message_id: str) -> str:
    return postfix(message_id).replace("mailer-daemon@mx.example", BOX)


@pytest.mark.parametrize("shape", [in_german, of_no_language, from_bounce, in_our_own_name], ids=lambda shape: shape.__name__)
async def test_a_bounce_opens_no_case_whatever_its_language_and_whoever_it_says_that_it_is_from(
    house: House, shape: Callable[[str], str]
) -> None:
    comes(house, shape(await complains(house)))
    await house.settle(LATER)

    assert len(house.cases) == 1
    assert house.cases[0].unreachable
    assert house.sent("undelivered")


@pytest.mark.parametrize(
    ("sender", "subject", "text"),
    [
        ("MAILER-DAEMON@mx.example", "Zustellung verzögert", f"Ihre Nachricht an {ASHA} konnte noch nicht zugestellt werden."),
        ("postmaster@mx.example", "[Postmaster] Email Delivery Delayed", f"Your message to {ASHA} will be retried for 4 days"),
        ("MAILER-DAEMON@mx.example", "Vacation", "I am on holiday until Monday."),
    ],
)
async def test_what_waits_or_is_away_has_not_failed(house: House, sender: str, subject: str, text: str) -> None:
    message_id = await complains(house)
    comes(house, f"From: {sender}\nSubject: {subject}\nReturn-Path: <>\nIn-Reply-To: {message_id}\n\n{text}\n")
    await house.settle(LATER)

    assert not house.cases[0].unreachable
    assert (house.sent("undelivered"), house.sent("decision")) == ([], [])


async def test_exim_s_warning_with_failed_recipients_is_a_warning(house: House) -> None:
    report = exim(await complains(house)).replace(
        "could not be delivered to one or more of its recipients. This is a permanent error.",
        "has not yet been delivered to one or more of its recipients. No action is required on your part.",
    )
    comes(house, report.replace("550 5.1.1 unknown", "connection timed out"))
    await house.settle(LATER)

    assert house.sent("undelivered") == []


async def test_what_does_not_say_that_a_letter_failed_is_put_before_a_person(house: House) -> None:
    message_id = await complains(house)
    notice = f"From: postmaster@mx.example\nSubject: Message quarantined\nReturn-Path: <>\nIn-Reply-To: {message_id}\n\n"
    comes(house, f"{notice}Your message to {ASHA} was quarantined\n")
    await house.settle(LATER)

    assert not house.cases[0].unreachable
    assert house.sent("undelivered") == []
    assert [letter.recipient for letter in house.sent("decision")] == ["cal.lane@council.example"]


# --- a filter's refusal, in the form of a read receipt (RFC 5429, 2.1.1)


def rejection(message_id: str, said: str, submitted: str = "auto-replied (rejected)") -> str:
    return f"""From: Mail <admin@example.org>
Subject: About our letter
Auto-Submitted: {submitted}
Content-Type: multipart/report; report-type=disposition-notification; boundary="b"

--b
Content-Type: text/plain

{said}

--b
Content-Type: message/disposition-notification

Reporting-UA: mail.example.org; Sieve
Final-Recipient: rfc822; {ASHA}
Original-Message-ID: {message_id}
Disposition: automatic-action/MDN-sent-automatically; deleted

--b--"""


@pytest.mark.parametrize(
    ("said", "submitted"),
    [
        (f"Your message to <{ASHA}> was automatically rejected:\nQuota exceeded", "auto-replied (rejected)"),
        ("The message was refused by the recipient's mail filtering program.", "auto-replied"),
        ("Die Nachricht wurde nicht angenommen.", "auto-replied (rejected)"),
    ],
)
@pytest.mark.parametrize("action", ["automatic-action", "manual-action"])
async def test_a_letter_that_a_filter_refused_did_not_arrive(house: House, said: str, submitted: str, action: str) -> None:
    if action == "manual-action":  # of which a person's program says so too, but for the header
        submitted = "auto-replied (rejected)"
    comes(house, rejection(await complains(house), said, submitted).replace("automatic-action", action))
    await house.settle(LATER)

    assert house.sent("undelivered")
    assert len(house.cases) == 1


@pytest.mark.parametrize(
    "said",
    [
        "Your message was deleted without being read.",
        "Your message\n  Subject: Your claim was rejected\nwas deleted without being read on Monday.",
        "Your message\n  Subject: My mail was rejected\nwas deleted on Monday.",
        "Your message “My mail was rejected” has been deleted.",
        'Your message "Planning permission was refused" has been deleted.',
    ],
)
async def test_what_was_deleted_unread_has_arrived(house: House, said: str) -> None:
    comes(house, rejection(await complains(house), said, "auto-replied"))
    await house.settle(LATER)

    assert (house.sent("undelivered"), house.sent("decision")) == ([], [])
    assert len(house.cases) == 1


async def test_what_was_read_has_arrived_whatever_it_says(house: House) -> None:
    shown = rejection(await complains(house), "Your mail was rejected, I say.", "no").replace("deleted", "displayed")
    comes(house, shown)
    await house.settle(LATER)

    assert house.sent("undelivered") == []


async def test_a_postmaster_s_notice_without_a_copy_or_a_return_path_is_a_bounce(house: House) -> None:
    """As MailEnable writes it."""
    await complains(house)
    said = f"MailEnable: Message could not be delivered to some recipients.\n\n  Recipient: [SMTP:{ASHA}]\n"
    comes(
        house, f"From: Mail <POSTMASTER@example.org>\nSubject: Message Delivery Failure\nAuto-Submitted: auto-replied\n\n{said}"
    )
    await house.settle(LATER)

    assert house.sent("undelivered")
    assert len(house.cases) == 1


async def test_a_returned_letter_whose_subject_says_my_is_a_bounce(house: House) -> None:
    await complains(house)
    said = f"Delivery has failed to these recipients:\n\n{ASHA}\n\nSubject: Re: My bin is full\n550 5.1.1 no such user\n"
    comes(house, f"From: <postmaster@example.org>\nSubject: Undeliverable: Re: My bin\n\n{said}")
    await house.settle(LATER)

    assert len(house.cases) == 1
    assert house.sent("undelivered")


@pytest.mark.parametrize(
    ("subject", "said"),
    [
        ("Delivery failed: my bin", "Your driver wasn't able to deliver your message, he said. I complain: my bin never came."),
        (
            "Undeliverable",
            "I wish to complain: your mailbox refuses our mail.\n\nThis is the mail system at host mx.example.\n550 refused",
        ),
    ],
    ids=["in a sentence", "pasted below it"],
)
async def test_a_postmaster_who_complains_in_words_of_a_bounce_has_a_case(house: House, subject: str, said: str) -> None:
    house.arrives(said, subject, sender="postmaster@bakery.example")
    await house.settle()

    assert len(house.cases) == 1
    assert house.sent("undelivered") == []


@pytest.mark.parametrize(
    ("subject", "said"),
    [
        ("Formal complaint", "We wish to complain. A cable hangs live over the pavement, and children play there."),
        ("I want to complain", "I want to complain\n\nYour crew broke our gate on Tuesday."),
        ("Undelivered bins", "We have had no new bins for six weeks and are very unhappy."),
        ("Our application", "Please treat this as a formal complaint: we wrote twice, and it came back."),
    ],
)
@pytest.mark.parametrize("back", ["", "\n\nThis is the mail system at host mx.example.\n<bins@example.net>: mailbox full\n"])
async def test_what_a_postmaster_may_have_written_reaches_a_person(house: House, subject: str, said: str, back: str) -> None:
    house.arrives(said + back, subject, sender="postmaster@bakery.example", return_path="<postmaster@bakery.example>")
    await house.settle()

    held = house.read(mails.quarantined)
    assert len(house.cases) + len(held) == 1
    assert house.sent()


@pytest.mark.parametrize("named", ["Subject: I complain of the bins", "I complain of the bins"])
async def test_a_returned_letter_whose_subject_is_a_complaint_s_is_a_bounce(house: House, named: str) -> None:
    await complains(house)
    said = f"{named}\n\ncould not be delivered to one or more recipients:\n\n{ASHA}: 550 5.1.1 no such user\n"
    comes(house, f"From: <postmaster@example.org>\nSubject: Undeliverable: Re: I complain of the bins\n\n{said}")
    await house.settle(LATER)

    assert len(house.cases) == 1
    assert house.sent("undelivered")


@pytest.mark.parametrize(
    ("subject", "said"),
    [
        ("Undeliverable: Re: my bin", 'Undeliverable: your e-mail "Re: my bin" was not delivered to {asha}: no such user.'),
        (
            "Undeliverable: Re: I complain",
            "Delivery has failed to {asha}\n\n  Subject: Re: I complain of this and\n  my bin\n  Sent: 4 Jan\n550 5.1.1",
        ),
        ("[Postmaster] Email Delivery Failure", "Your message to {asha} was rejected: no such user."),
        (
            "Undeliverable",
            'Your message "Re: I want to complain about my bin" could not be delivered to one or more recipients: {asha}',
        ),
        (
            "Undeliverable",
            "This could not be delivered:\n\n  I complain about my bin\n\nTo {asha}. This is the mail system at host mx.",
        ),
    ],
    ids=["in quotation marks", "in two lines", "in prose", "in words of a bounce", "in a line of its own"],
)
async def test_what_a_postmaster_says_of_a_letter_that_came_back_opens_no_case(house: House, subject: str, said: str) -> None:
    await complains(house)
    house.arrives(said.format(asha=ASHA), subject, sender="postmaster@example.org", return_path="<postmaster@example.org>")
    await house.settle(LATER)

    held = house.read(mails.quarantined)
    assert len(house.cases) == 1
    assert house.sent("undelivered") or held


# --- soft and hard


@pytest.mark.parametrize(
    ("status", "said"),
    [
        ("4.2.2", "their mailbox was full"),
        ("5.2.2", "their mailbox was full"),
        ("4.4.7", "their mail system did not take it"),
        ("5.2.3", "it was too large"),
    ],
)
async def test_who_may_have_the_next_letter_is_not_unreachable_and_the_officer_reads_what_to_do(
    house: House, status: str, said: str
) -> None:
    comes(house, gmail(await complains(house)).replace("Status: 5.1.1", f"Status: {status}"))
    await house.settle(LATER)

    assert not house.cases[0].unreachable
    told = [" ".join(sent.raw.decode().split()) for sent in house.transport.sent if b"Not delivered" in sent.raw]
    assert len(told) == 2
    assert all(said in each and "in another way" in each for each in told)


# --- people whose words are a bounce's


@pytest.mark.parametrize(
    "subject",
    [
        "Delivery failed: bulky waste",
        "Undelivered bin again",
        "Returned mail: you sent the card to next door",
        "Failure notice on my tax",
    ],
)
async def test_a_form_that_speaks_of_delivery_from_the_null_sender_opens_a_case(house: House, subject: str) -> None:
    house.arrives("I want to make a formal complaint: the new bin never came.", subject, return_path="<>")
    await house.settle()

    assert len(house.cases) == 1
    assert house.sent("assignment")


@pytest.mark.parametrize(
    "sender", ["mailerdaemonfan@example.org", "mail-daemon-fan@example.org", "bounces@trampolines.example"]
)
async def test_whoever_is_called_nearly_like_a_daemon_is_a_person(house: House, sender: str) -> None:
    house.arrives("I complain about the bins.", sender=sender)
    await house.settle()

    assert len(house.cases) == 1
