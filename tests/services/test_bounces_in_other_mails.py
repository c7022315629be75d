"""Bounces that are no multipart/report, or that a gateway has wrapped; and people who pass on what looks the same."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from services.office import MONDAY, House

ASHA = "asha.patel@example.org"
BOX = "customerfeedback@sstaffs.gov.uk"
LATER = MONDAY + timedelta(minutes=30)
PERSON = "Luke Ward <luke.ward@elsewhere.example>"
FORGED = "<of.another.mail@elsewhere.example>"


async def complains(house: House) -> str:
    house.arrives("I complain about the bins.")
    await house.settle()
    return house.sent("receipt")[0].message_id


async def comes(house: House, mail: str) -> None:
    house.mailbox.deliver(f"To: {BOX}\nMessage-ID: <b{house.count}@mx.example>\nMIME-Version: 1.0\n{mail}".encode(), LATER)
    await house.settle(LATER)


def head(sender: str, subject: str, path: str) -> str:
    return f"From: {sender}\nReturn-Path: {path}\nSubject: {subject}"


def letter(message_id: str) -> str:
    return f"From: Feedback <{BOX}>\nTo: {ASHA}\nSubject: We have your complaint\nMessage-ID: {message_id}\n\nDear Asha\n"


def mixed(head: str, text: str, attached: str, kind: str = "message/rfc822") -> str:
    return f"""{head}
Content-Type: multipart/mixed; boundary="w"

--w
Content-Type: text/plain

{text}

--w
Content-Type: {kind}

{attached}
--w--
"""


def report(message_id: str, action: str = "failed", status: str = "5.1.1") -> str:
    """A report as it stands in a mail of a gateway: with its own head, and without the envelope's."""
    return f"""From: Mail Delivery System <MAILER-DAEMON@mx.example>
Subject: Undelivered Mail Returned to Sender
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

This is the mail system at host mx.example.

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example

Final-Recipient: rfc822; {ASHA}
Action: {action}
Status: {status}

--b
Content-Type: message/rfc822

{letter(message_id)}
--b--"""


# --- without a multipart/report

DAEMON = "From: Mail Delivery <MAILER-DAEMON@mx.example>\nReturn-Path: <>\nSubject: Mail could not be delivered"
NO_MAILBOX = "There is no such mailbox here. Your mail is returned below."
COPY = "--- Below this line is a copy of the message."


def whole(message_id: str) -> str:
    return mixed(DAEMON, NO_MAILBOX, letter(message_id))


def headers_alone(message_id: str) -> str:
    return mixed(DAEMON, NO_MAILBOX, letter(message_id), "text/rfc822-headers")


def in_a_digest(message_id: str) -> str:
    return mixed(DAEMON, NO_MAILBOX, letter(message_id)).replace("multipart/mixed", "multipart/digest")


def by_a_postmaster(message_id: str) -> str:
    return whole(message_id).replace("MAILER-DAEMON@", "postmaster@")


def below_a_line(message_id: str) -> str:
    return f"{DAEMON}\n\n{NO_MAILBOX}\n\n{COPY}\n\n{letter(message_id)}"


def far_below_a_line(message_id: str) -> str:
    """Of a server that logs every try before it gives up."""
    return below_a_line(message_id).replace(COPY, "The server did not answer in time, and was tried again.\n" * 500 + COPY)


@pytest.mark.parametrize(
    "shape",
    [whole, headers_alone, in_a_digest, by_a_postmaster, below_a_line, far_below_a_line],
    ids=lambda shape: shape.__name__,
)
async def test_a_bounce_that_names_nobody_is_known_by_the_letter_that_it_returns(
    house: House, shape: Callable[[str], str]
) -> None:
    await comes(house, shape(await complains(house)))

    assert house.cases[0].unreachable
    assert house.sent("undelivered")
    assert len(house.cases) == 1


async def test_a_bounce_that_returns_somebody_else_s_mail_is_filed(house: House) -> None:
    await complains(house)
    await comes(house, whole(FORGED).replace(ASHA, "luke.ward@elsewhere.example"))

    assert (house.sent("undelivered"), house.sent("decision")) == ([], [])
    assert len(house.cases) == 1


async def test_a_warning_that_returns_the_letter_is_a_warning(house: House) -> None:
    message_id = await complains(house)
    await comes(house, mixed(DAEMON, "Your mail is delayed. It will be tried again for 4 days.", letter(message_id)))

    assert not house.cases[0].unreachable
    assert house.sent("undelivered") == []


MDAEMONS = head("MDaemon@mx.example", f"Warning: {ASHA} - User unknown!", "<>")
UNKNOWN = f"{ASHA} - no such user here.\n\nThere is no user by that name at this server."


@pytest.mark.parametrize(
    "outer",
    [
        MDAEMONS,
        f"{MDAEMONS}\nPrecedence: bulk",
        MDAEMONS.replace("Return-Path: <>\n", ""),
        f"{head('mx@relay.example', 'Our answer', '<>')}\nPrecedence: bulk",
        head("mx@relay.example", "Our answer", "<MAILER-DAEMON>"),
    ],
)
async def test_a_letter_returned_by_a_mail_system_that_marks_it_otherwise_is_told_as_returned(house: House, outer: str) -> None:
    await comes(house, mixed(outer, UNKNOWN, letter(await complains(house))))

    assert house.sent("undelivered")
    assert len(house.cases) == 1


async def test_a_letter_returned_in_words_of_no_known_system_is_known_by_the_letter(house: House) -> None:
    outer = f"{head('mx@relay.example', 'Our answer', '<>')}\nPrecedence: bulk"
    await comes(house, mixed(outer, f"{ASHA}: this address does not exist.", letter(await complains(house))))

    assert house.sent("undelivered")
    assert len(house.cases) == 1


# --- in a mail of a gateway

BANNER = "CAUTION: This email came from outside the organisation. Do not open links that you do not expect."


UNDELIVERED = "Undelivered Mail Returned to Sender"
GATEWAY = "Mail Gateway <gateway@relay.example>"


@pytest.mark.parametrize(
    "outer",
    [
        head("MAILER-DAEMON@mx.example", "Mail", "<>"),
        head("Postmaster <postmaster@relay.example>", "Mail", "<>"),
        head("Postmaster <postmaster@relay.example>", "Undeliverable: We have your complaint", "<postmaster@relay.example>"),
        head(GATEWAY, UNDELIVERED, "<>"),
        head(GATEWAY, f"[EXTERNAL] {UNDELIVERED}", "<>"),
        head(GATEWAY, UNDELIVERED, "<MAILER-DAEMON>"),
        head(GATEWAY, UNDELIVERED, "<postmaster@relay.example>"),
    ],
)
@pytest.mark.parametrize("banner", [BANNER, ""], ids=["banner", "no word"])
async def test_a_report_that_a_gateway_has_wrapped_is_the_report(house: House, outer: str, banner: str) -> None:
    await comes(house, mixed(outer, banner, report(await complains(house))))

    assert house.cases[0].unreachable
    assert house.sent("undelivered")
    assert len(house.cases) == 1


@pytest.mark.parametrize(("action", "status"), [("delayed", "4.4.1"), ("delivered", "2.0.0")])
async def test_a_wrapped_report_of_no_failure_changes_nothing(house: House, action: str, status: str) -> None:
    message_id = await complains(house)
    await comes(house, mixed(head(GATEWAY, UNDELIVERED, "<>"), BANNER, report(message_id, action, status)))

    assert not house.cases[0].unreachable
    assert (house.sent("undelivered"), house.sent("decision")) == ([], [])
    assert len(house.cases) == 1


async def test_what_hangs_on_the_letter_that_a_bounce_returns_is_not_the_bounce_s(house: House) -> None:
    """A letter to staff carries the resident's mail, and that may carry a bounce: none of it is said of the letter."""
    message_id = await complains(house)
    returned = mixed(f"From: {BOX}\nMessage-ID: {message_id}", "Please see below.", report(FORGED, "delayed", "4.4.1"))
    await comes(house, mixed(DAEMON, NO_MAILBOX, returned.replace('"w"', '"v"').replace("--w", "--v")))

    assert house.cases[0].unreachable


# --- the null sender by its name


@pytest.mark.parametrize("path", ["<>", "<MAILER-DAEMON>", "<MAILER-DAEMON@mx.example>", "<mailer-daemon@mx.example>"])
async def test_the_daemon_as_the_envelope_s_sender_is_the_null_sender(house: House, path: str) -> None:
    await complains(house)
    said = f"Your message to {ASHA} could not be delivered: 550 5.1.1 unknown user.\n"
    await comes(house, f"{head('mx@relay.example', 'Undeliverable', path)}\n\n{said}")

    assert house.cases[0].unreachable
    assert len(house.cases) == 1


@pytest.mark.parametrize("path", ["<>", "<MAILER-DAEMON>", "<MAILER-DAEMON@forms.example>"])
async def test_a_form_from_the_daemon_opens_a_case_and_is_not_answered(house: House, path: str) -> None:
    house.arrives("I want to make a formal complaint: the new bin never came.", "Delivery failed: my bin", return_path=path)
    await house.settle()

    assert len(house.cases) == 1
    assert house.sent("assignment")
    assert house.sent("receipt") == []


async def test_whoever_has_nearly_the_daemon_s_name_is_answered(house: House) -> None:
    house.arrives("I complain about the bins.", return_path="<mailer-daemon-fan@example.org>")
    await house.settle()

    assert house.sent("receipt")


# --- people


@pytest.mark.parametrize("attached", [letter, report], ids=["our letter", "a bounce of it"])
@pytest.mark.parametrize(
    ("outer", "text"),
    [
        (head(PERSON, "Fwd: Undelivered Mail Returned to Sender", "<luke.ward@elsewhere.example>"), "See attached."),
        (head(PERSON, "Undelivered Mail Returned to Sender", "<luke.ward@elsewhere.example>"), "See attached."),
        (head(PERSON, "Undelivered bin", "<luke.ward@elsewhere.example>"), "I complain: the bins were missed again."),
        (head(PERSON, "Undelivered bin again", "<>"), "I complain: the bins were missed again."),
        (head(PERSON, "Undelivered bin again", "<>"), "The bins were missed again. A neighbour has photographs."),
        (head("forms@forms.example", "Delivery failed", "<MAILER-DAEMON>"), "The bins were missed again."),
        (head(PERSON, "Delivery failed", "<postmaster@forms.example>"), "I complain: my letter came back, see attached."),
        (head(PERSON, "Missed bins", "<>"), "A complaint. The bins were missed again."),
        (head("noreply@forms.example", "Undeliverable", "<>"), "Name: Luke Ward\nEmail: luke@elsewhere.example\nThe bins."),
        (head(f"forms@forms.example\nReply-To: {PERSON}", "Undeliverable", "<>"), "The bins were missed again."),
        (head("noreply@forms.example", "Missed bins", "<>"), "From: luke@elsewhere.example\nI was not delivered a new bin."),
        (
            head("forms@forms.example", "User unknown", "<>"),
            "Name: Luke\nEmail: luke@elsewhere.example\nNo such user, it said.",
        ),
        (head("Postmaster <postmaster@relay.example>", "Our mail", "<postmaster@relay.example>"), "I complain of your bins."),
    ],
)
async def test_a_person_who_passes_on_a_bounce_or_our_letter_is_heard(
    house: House, outer: str, text: str, attached: Callable[[str], str]
) -> None:
    await comes(house, mixed(outer, text, attached(await complains(house))))

    assert not house.cases[0].unreachable
    assert house.sent("undelivered") == []
    assert len(house.cases) == 2


async def test_whoever_speaks_below_the_subject_of_a_report_is_heard(house: House) -> None:
    """A form may fill in the subject of what hangs on it."""
    subject = "Undeliverable: our mail"
    attached = report(FORGED).replace(UNDELIVERED, subject)
    await comes(house, mixed(head(PERSON, subject, "<>"), "I complain: this is what became of my mail.", attached))

    assert len(house.cases) == 1


async def test_a_thousand_mails_on_a_bounce_are_not_all_looked_into(house: House) -> None:
    """The first fifty that it returns are looked for, and no more."""
    message_id = await complains(house)
    many = "\n--w\nContent-Type: message/rfc822\n\n".join([letter(FORGED)] * 1_000 + [letter(message_id)])
    await comes(house, mixed(DAEMON, NO_MAILBOX, many))

    assert not house.cases[0].unreachable
