"""Bounces that are no multipart/report, or that a gateway has wrapped; and people who pass on what looks the same."""

from datetime import timedelta

import pytest

from services.office import MONDAY, House

ASHA = "asha.patel@example.org"
BOX = "customerfeedback@sstaffs.gov.uk"
LATER = MONDAY + timedelta(minutes=30)


async def complains(house: House) -> str:
    house.arrives("I complain about the bins.")
    await house.settle()
    return house.sent("receipt")[0].message_id


async def comes(house: House, mail: str) -> None:
    house.mailbox.deliver(f"To: {BOX}\nMessage-ID: <b{house.count}@mx.example>\nMIME-Version: 1.0\n{mail}".encode(), LATER)
    await house.settle(LATER)


def head(sender: str, subject: str, path: str) -> str:
    return f"From: {sender}\nReturn-Path: {path}\nSubject: {subject}"


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
