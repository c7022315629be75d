"""Petition sites send for many under one address: the resident is whom Reply-To names, where that is safe to say."""

import pytest

from townclerk.domain.mail import Address, IncomingMail, MailKind
from townclerk.domain.writer import writer_of

SITE = "send@speakout.example"
BOB = Address("Bob Carr", "bob@b.example")


def writer(name: str, address: str, *reply_to: Address, thread: bool = False, of_the_council: bool = False) -> Address:
    sender = Address(name, address)
    mail = IncomingMail(
        sender=sender, subject="", text="x", own_text="x", reply_to=reply_to, in_reply_to=("<1@a.example>",) if thread else ()
    )
    return writer_of(mail, sender, MailKind.PERSON, of_the_council)


@pytest.mark.parametrize(
    ("name", "address"),
    [
        ("Bob Carr via Speak Out", "people@speakout.example"),
        ("Bob Carr (via Speak Out)", "people@speakout.example"),
        ("'Bob Carr' via Speak Out", "people@speakout.example"),
        ("Bob Carr through Speak Out", "people@speakout.example"),
        ("Mr Bob Carr via Speak Out", "people@speakout.example"),
        ("Bob Carr", SITE),
        ("Speak Out", "campaigns@speakout.example"),
        ("Speak Out", "petition-17@speakout.example"),
    ],
)
def test_who_is_named_by_a_site_is_the_resident(name: str, address: str) -> None:
    assert writer(name, address, BOB) == BOB


def test_a_reply_to_without_a_name_takes_the_name_that_the_site_gives() -> None:
    assert writer("Bob Carr via Speak Out", SITE, Address("", "bob@b.example")) == BOB


@pytest.mark.parametrize(
    ("name", "address", "reply_to"),
    [
        ("Bob Carr", "bob.carr@work.example", (BOB,)),  # his other address: he writes from this one
        ("Bob Carr via Speak Out", SITE, (Address("Cyd Dunn", "cyd@c.example"),)),  # somebody else than it says
        ("Bob Carr via Speak Out", SITE, (BOB, Address("Cyd Dunn", "cyd@c.example"))),
        ("Bob Carr via Speak Out", SITE, (Address("", "noreply@b.example"),)),
        ("Bob Carr via Speak Out", SITE, (Address("Speak Out", "help@speakout.example"),)),
        ("Bob Carr via Speak Out", SITE, ()),
        ("Speak Out", SITE, (Address("", "bob@b.example"),)),  # nobody says whose that is
        ("Olivia Carr", "olivia@work.example", (Address("Olivia Carr", "oc@home.example"),)),  # "via" in a name is none
    ],
)
def test_where_it_is_not_certain_the_sender_is_who_wrote(name: str, address: str, reply_to: tuple[Address, ...]) -> None:
    assert writer(name, address, *reply_to) == Address(name, address)


def test_an_answer_to_a_letter_and_a_colleagues_mail_are_their_senders() -> None:
    assert writer("Bob Carr via Speak Out", SITE, BOB, thread=True).address == SITE
    assert writer("Bob Carr via Speak Out", SITE, BOB, of_the_council=True).address == SITE
