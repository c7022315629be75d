"""What delivery may rely on, whatever the transport is: in memory, aiosmtpd, Postfix."""

import asyncio
from typing import Any

import pytest

from servers.fixtures import BUSY, GONE
from townclerk.mail.errors import Refused, TransportDown, TryLater

SENDER = "feedback+bounce-1@council.example"
ASHA = "asha@example.org"
HEADER = b"From: a@b.example\r\nDate: Mon, 2 Nov 2026 09:30:00 +0000\r\nMessage-ID: <1@council.example>\r\n\r\n"
RAW = HEADER + b"Thank you.\r\n.\r\n..two\r\nFrom here\r\n"

Held = Any  # of this folder's conftest, which cannot be imported


async def test_an_accepted_mail_arrives_as_it_was_with_its_envelope(held: Held) -> None:
    answer = await held.transport.send(SENDER, ASHA, RAW)

    (taken,) = held.arrived(1)
    assert answer.startswith("250 ")
    assert (taken.envelope_from, taken.recipients) == (SENDER, (ASHA,))
    assert taken.raw.endswith(RAW)


async def test_a_mail_without_a_sender_has_the_null_sender(held: Held) -> None:
    await held.transport.send("", ASHA, RAW)

    assert held.arrived(1)[0].envelope_from == ""


async def test_a_busy_mailbox_is_tried_later_and_the_next_mail_goes(held: Held) -> None:
    with pytest.raises(TryLater) as caught:
        await held.transport.send(SENDER, BUSY, RAW)
    await held.transport.send(SENDER, ASHA, RAW)

    assert caught.value.code == 450
    assert not isinstance(caught.value, TransportDown)
    assert "busy@" not in str(caught.value)
    assert [each.recipients for each in held.arrived(1)] == [(ASHA,)]


async def test_a_mailbox_that_is_gone_is_refused_with_its_status_and_the_next_mail_goes(held: Held) -> None:
    with pytest.raises(Refused) as caught:
        await held.transport.send(SENDER, GONE, RAW)
    await held.transport.send(SENDER, ASHA, RAW)

    assert (caught.value.code, caught.value.status) == (550, "5.1.1")
    assert "no such user" in caught.value.text
    assert "gone@" not in str(caught.value)
    assert [each.recipients for each in held.arrived(1)] == [(ASHA,)]


NO_ADDRESSES = ["", "asha", "asha@", "@example.org", "a b@c.example", "a@b>\r\nRCPT TO:<evil@c.example", "a@b\n", "<a@b.c>"]


@pytest.mark.parametrize("address", NO_ADDRESSES)
async def test_what_is_no_address_is_refused_before_anything_is_said(held: Held, address: str) -> None:
    with pytest.raises(Refused) as caught:
        await held.transport.send(SENDER, address, RAW)

    assert caught.value.status == "5.1.3"
    await held.transport.send(SENDER, ASHA, RAW)
    assert len(held.arrived(1)) == 1


async def test_a_domain_in_another_script_is_sent_in_ascii(held: Held) -> None:
    await held.transport.send(SENDER, "asha@bücher.example", RAW)

    assert held.arrived(1)[0].recipients == ("asha@xn--bcher-kva.example",)


async def test_an_address_in_quotation_marks_is_sent_as_it_is(held: Held) -> None:
    await held.transport.send(SENDER, '"john..smith"@example.org', RAW)

    (recipient,) = held.arrived(1)[0].recipients
    assert recipient.replace('"', "") == "john..smith@example.org"  # aiosmtpd leaves the marks out


async def test_mails_sent_at_the_same_time_all_arrive(held: Held) -> None:
    await asyncio.gather(*(held.transport.send(SENDER, f"a{number}@example.org", RAW) for number in range(10)))

    assert sorted(each.recipients for each in held.arrived(10)) == sorted((f"a{number}@example.org",) for number in range(10))


async def test_the_check_passes_and_sends_nothing(held: Held) -> None:
    await held.transport.check()
    await held.transport.check()

    assert held.arrived(0) == []


async def test_a_transport_may_be_closed_twice_and_used_again(held: Held) -> None:
    await held.transport.send(SENDER, ASHA, RAW)
    await held.transport.close()
    await held.transport.close()
    await held.transport.send(SENDER, ASHA, RAW)

    assert len(held.arrived(2)) == 2
