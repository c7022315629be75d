"""What is said of trouble on the wire may be logged: it names nobody. And addresses are known for what they are."""

import pytest

from townclerk.domain.addressing import NotAnAddress, wire_address
from townclerk.mail.errors import MailboxTrouble, Refused, SendTrouble, TransportDown, TryLater, Unknown, without_addresses


@pytest.mark.parametrize(
    "trouble",
    [
        TryLater(450, "4.2.0 <asha@example.org>: busy"),
        TransportDown(0, "no route for asha@example.org"),
        Refused(550, "5.1.1", "5.1.1 <asha@example.org>: unknown"),
        Unknown("asha@example.org"),
    ],
)
def test_the_text_of_the_server_is_kept_but_not_shown(trouble: SendTrouble) -> None:
    assert "@" not in f"{trouble} {trouble!r}"
    assert "asha@example.org" in trouble.text


def test_a_long_answer_of_many_lines_becomes_one_short_line() -> None:
    assert without_addresses("5.1.1 no\n such\tuser") == "5.1.1 no such user"
    assert len(without_addresses("x" * 10_000)) == 300


def test_every_trouble_of_the_mailbox_can_be_caught_as_one() -> None:
    with pytest.raises(MailboxTrouble):
        raise MailboxTrouble("x")


@pytest.mark.parametrize("length", [319, 320])
def test_an_address_of_up_to_320_characters_is_one(length: int) -> None:
    address = "a" * (length - len("@b.example")) + "@b.example"

    assert str(wire_address(address)) == address


@pytest.mark.parametrize(
    "address", ["a" * 311 + "@b.example", "\ud800@b.example", "a@b\ud800.example", "a@" + "ü" * 70 + ".example"]
)
def test_what_cannot_be_written_on_an_envelope_is_no_address(address: str) -> None:
    with pytest.raises(NotAnAddress):
        wire_address(address)
