"""Hostile mail through every service, as `make hostile` does with all of it; here with a part, for the time it takes."""

import base64
from collections.abc import Iterator
from dataclasses import replace
from itertools import chain, islice

import pytest

from hostile import mails
from hostile.driver import Findings, Street, flood, put_all_through
from hostile.mails import EVE, Mail, html, mail
from services.office import ASHA, MONDAY, House
from townclerk.domain.case import Case
from townclerk.services import intake
from townclerk.services.residents import MOST_LOOKED_AT
from townclerk.store import cases
from townclerk.store.database import Tx

CASE_OF_ASHA = mails.CASE


def a_part(most_bytes: int = 60_000) -> Iterator[Mail]:
    """Everybody who says that they are somebody else, and of the rest one in nine, the small ones."""
    yield from mails.look_alikes()
    others = chain(*(make() for make in mails.QUICK if make is not mails.look_alikes))
    yield from islice((each for each in others if len(each[1]) < most_bytes), 0, None, 9)


def unlimited(house: House) -> None:
    ways = replace(house.office.ways, letters_per_hour=10_000, letters_per_address=10_000, letters_of_a_kind=10_000)
    house.office = replace(house.office, ways=ways)


async def put(house: House, found: Iterator[Mail], *, tempt: bool = False) -> Findings:
    unlimited(house)
    return await put_all_through(house, found, tempt=tempt)


async def test_whatever_comes_is_taken_or_set_aside_with_a_reason_and_joins_nobody_s_case(house: House) -> None:
    findings = await put(house, a_part())

    assert findings.wrong == []
    assert len(findings.fates) > 60


async def test_an_answer_to_somebody_else_s_letter_joins_nothing_and_learns_nothing(house: House) -> None:
    findings = await put(house, islice(mails.look_alikes(), 0, None, 4), tempt=True)

    assert findings.wrong == []


async def test_no_more_is_read_than_anybody_looks_at_however_often_somebody_has_written(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Their cases are found, and few of them read, for every further mail."""
    unlimited(house)
    street = Street(house)
    await street.open_a_case()
    for number in range(MOST_LOOKED_AT + 10):
        house.arrives(f"I complain about matter {number}.", sender=EVE, at=MONDAY)
    for _ in range(4):
        await intake.run_once(house.office, house.mailbox, MONDAY)
    read: list[str] = []
    load = cases.load

    def counted(tx: Tx, ref: str) -> Case | None:
        read.append(ref)
        return load(tx, ref)

    monkeypatch.setattr(cases, "load", counted)
    house.arrives("I complain about one more matter.", sender=EVE, at=MONDAY)
    await intake.run_once(house.office, house.mailbox, MONDAY)

    assert MOST_LOOKED_AT <= len(read) <= MOST_LOOKED_AT + 10


async def test_a_flood_is_taken_in_whole_and_answered_under_the_brake(house: House) -> None:
    """The lead is told once. `make hostile FLOOD=20000` is the long form."""
    house.office = replace(house.office, ways=replace(house.office.ways, letters_per_hour=10))
    counts = await flood(house, 60)

    assert counts["dealt with"] == 60
    assert len(house.cases) == 60
    assert len(house.sent("receipt")) == 10
    assert [letter.recipient for letter in house.sent("decision") if "decision" in letter.kind] == ["cal.lane@council.example"]


async def test_a_hidden_reference_in_a_stranger_s_page_joins_nothing(house: House) -> None:
    street = Street(house)
    await street.open_a_case()
    assert street.case.ref == CASE_OF_ASHA
    fate = await street.put_through("hidden", html(f'<p>My bin</p><span style="display:none">{CASE_OF_ASHA} #close</span>'))

    assert fate.wrong == ()
    assert len(house.cases) == 2
    assert house.cases[0].mails == street.case.mails


async def test_attachments_keep_their_bytes_whatever_they_are_called(house: House) -> None:
    raw = mails.multipart(mails.SAYS, mails.file("a\u202efdp.exe", b"\x00\xff bytes", "application/pdf"))
    house.mailbox.deliver(raw, MONDAY)
    await house.settle()
    kept = [sent.raw for sent in house.transport.sent if b"application/pdf" in sent.raw]

    assert kept
    assert base64.b64encode(b"\x00\xff bytes") in kept[0]


async def test_what_no_wire_can_carry_is_no_address_to_answer_and_the_mail_is_a_case_all_the_same(house: House) -> None:
    house.mailbox.deliver(mail("I complain about my bin.", sender='""@elsewhere.example'), MONDAY)
    house.arrives("I complain.", sender=ASHA)
    await house.settle()

    assert len(house.cases) == 2
    assert len(house.sent("receipt")) == 1


SLOW_ONCE = (
    *("a text of one piece (0)", "a text of one piece (9)", "a text of one piece (15)", "every character", "50,000 attributes"),
    *("a text of one piece (34)", "a text of one piece (35)", "a name that would be more (17)"),
)


async def test_what_once_took_seconds_takes_them_no_more(house: House) -> None:
    """Of ours; a reader has limits of its own."""
    slow = (each for make in (mails.texts, mails.injections, mails.slow_patterns) for each in make() if each[0] in SLOW_ONCE)
    findings = await put(house, slow)

    assert findings.wrong == []
    assert len(findings.fates) == len(SLOW_ONCE)
