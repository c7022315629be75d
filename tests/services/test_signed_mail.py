"""What came of a mail's signature stands in the journal of its case, and changes nothing else."""

from dataclasses import replace
from datetime import timedelta
from email.parser import BytesParser
from functools import partial
from pathlib import Path

import pytest

from reading.signing import ASHA, SAYS, Wanted, asha, authority, head, holder, mail, multipart, proof
from services.office import MONDAY, SERVER, House, ReadHere
from townclerk.domain.signature import Signature
from townclerk.domain.words import Status
from townclerk.services.sorting import SIGNATURE_SEEN
from townclerk.store import journal, outbox
from townclerk.store.journal import Entry
from townclerk.store.outbox import OutboxLine

WENDY = "wendy.ash@council.example"
LATER = MONDAY + timedelta(hours=2)


def trusting(house: House, *trusted: bytes) -> House:
    return replace(house, office=replace(house.office, trusted=trusted or (authority().der,)))


def seen(house: House) -> list[dict[str, object]]:
    """What the journals of all cases say of signatures."""

    def of(ref: str) -> tuple[Entry, ...]:
        return house.read(partial(journal.entries, case_ref=ref))

    return [each.detail or {} for case in house.cases for each in of(case.ref) if each.event == SIGNATURE_SEEN]


async def test_the_journal_says_that_a_mail_was_signed_and_by_whom(house: House) -> None:
    known = trusting(house)
    known.mailbox.deliver(mail(), MONDAY)
    await known.settle()

    (said,) = seen(known)
    assert said == {
        "mail": known.cases[0].mails[0].mail,
        "signature": "fits",
        "kind": "S/MIME",
        "said": f"signed by {ASHA}",
        "by": [ASHA],
    }


async def test_where_nobody_is_trusted_a_signature_is_said_and_not_looked_at(house: House) -> None:
    house.mailbox.deliver(mail(), MONDAY)
    await house.settle()

    assert [each["said"] for each in seen(house)] == ["signed, not looked at"]


async def test_of_a_mail_without_a_signature_nothing_is_said(house: House) -> None:
    known = trusting(house)
    known.arrives("I complain about the bins.")
    await known.settle()

    assert seen(known) == []


@pytest.mark.parametrize(
    ("raw", "state"),
    [
        (mail().replace(b"Mill Lane", b"Mall Lane"), "does_not_fit"),
        (mail(by=holder("Eve", authority(), Wanted(address="eve@elsewhere.example"))), "another_address"),
        (mail(by=holder("Asha Patel")), "unknown_signer"),
        (head() + multipart(SAYS, b"\x30\x80"), "could_not_be_looked_at"),
    ],
)
async def test_a_signature_that_does_not_fit_delays_nobody(house: House, raw: bytes, state: str) -> None:
    """The mail is a complaint as any other."""
    known = trusting(house)
    known.mailbox.deliver(raw, MONDAY)
    await known.settle()

    assert [each["signature"] for each in seen(known)] == [state]
    assert known.sent("receipt")
    assert len(known.sent()) == 2


async def test_the_moment_of_receipt_is_the_mailboxs_not_the_moment_of_reading(house: House) -> None:
    known = trusting(house)
    known.mailbox.deliver(mail(by=holder("Asha Patel", authority(), Wanted(ends=MONDAY + timedelta(hours=1)))), MONDAY)
    await known.settle(LATER)

    assert [each["signature"] for each in seen(known)] == ["fits"]


async def test_a_mail_that_cannot_be_opened_again_is_dealt_with_all_the_same(house: House) -> None:
    class Forgetful(ReadHere):
        async def signature(self, source: bytes | Path, received_at: object, trusted: tuple[bytes, ...]) -> Signature:
            raise FileNotFoundError

    known = trusting(house)
    known = replace(known, office=replace(known.office, reader=Forgetful()))
    known.mailbox.deliver(mail(), MONDAY)
    await known.settle()

    assert [each["signature"] for each in seen(known)] == ["could_not_be_looked_at"]
    assert known.letters("receipt")


def response_of(letter: OutboxLine, house: House, verdict: str) -> bytes:
    """An officer's answer to *letter*, signed with a key that is trusted here."""
    row = house.read(partial(outbox.get, key=letter.key))
    assert row is not None
    reply_to = " ".join(str(BytesParser().parsebytes(row.raw)["Reply-To"]).split())
    heads = (
        f"From: {WENDY}\r\nTo: {reply_to}\r\nSubject: Re: {letter.subject}\r\nMessage-ID: <answer@council.example>\r\n"
        f"In-Reply-To: {letter.message_id}\r\nMIME-Version: 1.0\r\n"
        f"Authentication-Results: {SERVER}; dmarc={verdict} header.from=council.example\r\n"
    )
    text = b"Content-Type: text/plain\r\n\r\n#respond upheld\r\nDear Ms Patel, we are sorry.\r\n"
    wendy = holder("Wendy Ash", authority(), Wanted(address=WENDY))
    return heads.encode() + multipart(text, proof(text, wendy))


@pytest.mark.parametrize(("verdict", "status"), [("pass", Status.ANSWERED), ("fail", Status.OPEN)])
async def test_a_signature_makes_nobody_an_officer(house: House, verdict: str, status: Status) -> None:
    """What the council's own mail server noted does."""
    known = trusting(house, authority().der, asha().der)
    known.arrives("I complain about the bins.")
    await known.settle()
    known.mailbox.deliver(response_of(known.sent("assignment")[-1], known, verdict), LATER)
    await known.settle(LATER)

    assert known.cases[0].status is status
    assert [each["signature"] for each in seen(known)] == ["fits"]
