"""What colleagues send as the shared mailbox: whoever has the case is asked once whether it was the response."""

from collections.abc import Callable
from datetime import timedelta
from email.message import EmailMessage
from email.policy import SMTP

import pytest

from services.office import MONDAY, House, council
from townclerk.domain.words import Status
from townclerk.store import mails
from townclerk.store.schema import MailState

SENT = "Sent Items"
LATER = MONDAY + timedelta(hours=2)
ASHA = "asha.patel@example.org"


@pytest.fixture
def house(build: Callable[..., House]) -> House:
    house = build(sent_folder=SENT)
    house.mailbox.deliver(a_mail("an old one", ASHA), MONDAY - timedelta(days=30), SENT)
    return house


def a_mail(subject: str, to: str, **headers: str) -> bytes:
    message = EmailMessage(policy=SMTP)
    given = {
        "From": council().policy.contact.mailbox,
        "To": to,
        "Subject": subject,
        "Message-ID": f"<{subject[:4]}@outlook.example>",
    }
    for name, value in {**given, **{name.replace("_", "-"): value for name, value in headers.items()}}.items():
        message[name] = value
    message.set_content("Dear Ms Patel, the bin will be emptied tomorrow.\n")
    return message.as_bytes()


async def with_a_case(house: House) -> None:
    house.arrives("I complain about the bins.")
    await house.settle()


async def test_an_answer_as_the_mailbox_is_asked_about_and_stops_the_clock_only_on_yes(house: House) -> None:
    await with_a_case(house)
    house.mailbox.deliver(a_mail("your bins", ASHA), LATER, SENT)
    await house.settle(LATER)
    (asked,) = house.sent("decision")

    assert asked.recipient == house.sent("assignment")[0].recipient
    (waiting,) = house.cases
    assert waiting.status is Status.OPEN
    number = waiting.held[0].number
    house.replies(asked, f"#send {number} respond upheld", LATER)
    await house.settle(LATER)

    (answered,) = house.cases
    assert answered.status is Status.ANSWERED
    assert house.sent("response") == []  # they have it already


async def test_what_lies_there_from_before_and_our_own_letters_are_nobodys_business(house: House) -> None:
    await with_a_case(house)
    letters = len(house.letters())
    house.mailbox.deliver(a_mail("as we sent it", ASHA, X_Townclerk="1"), LATER, SENT)
    house.mailbox.deliver(a_mail("away", ASHA, Auto_Submitted="auto-replied"), LATER, SENT)
    await house.settle(LATER)

    assert len(house.letters()) == letters
    assert house.cases[0].held == ()


async def test_it_opens_no_case_and_is_never_answered(house: House) -> None:
    house.mailbox.deliver(a_mail("I complain about the bins", "somebody@example.org"), LATER, SENT)
    await house.settle()
    house.mailbox.deliver(a_mail("Complaint: missed bins", "somebody.else@example.org"), LATER, SENT)
    await house.settle(LATER)

    assert house.cases == []
    assert house.letters() == []
    assert house.read(lambda tx: mails.counts(tx, house.office.ways.mailbox))[MailState.IGNORED] >= 1


async def test_of_two_open_cases_the_one_that_is_named_is_meant_and_none_where_none_is(house: House) -> None:
    house.arrives("I complain about the bins.")
    house.arrives("I complain about my rent.", "My rent")
    await house.settle()
    house.mailbox.deliver(a_mail("your complaint", ASHA), LATER, SENT)
    await house.settle(LATER)

    assert [case.held for case in house.cases] == [(), ()]
    house.mailbox.deliver(a_mail(f"Re: [{house.cases[1].ref}]", ASHA), LATER, SENT)
    await house.settle(LATER)

    assert [len(case.held) for case in house.cases] == [0, 1]


async def test_a_mailbox_without_that_folder_is_served_all_the_same(build: Callable[..., House]) -> None:
    house = build(sent_folder="Gesendet")
    await with_a_case(house)

    assert len(house.cases) == 1
