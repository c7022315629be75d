"""A mail that the mailbox sends to itself: it is measured, and is nothing else."""

from datetime import timedelta
from functools import partial

import pytest

from services.office import MONDAY, House
from townclerk.domain.signing import Signer, SigningKey
from townclerk.mail.errors import TransportDown
from townclerk.services import canary, health
from townclerk.services.canary import Canaries
from townclerk.services.health import Patience
from townclerk.store import cases, mails
from townclerk.store.cases import CaseRow
from townclerk.store.schema import MailState

LATER = MONDAY + timedelta(seconds=90)
PATIENCE = Patience(timedelta(minutes=15), timedelta(hours=1))


async def sent(house: House) -> bytes:
    await canary.send(house.office, house.transport, MONDAY)
    return house.transport.sent[-1].raw


def known(house: House) -> Canaries:
    return house.read(partial(canary.look_up, council=house.office.council.policy.id))


def opened(house: House) -> tuple[CaseRow, ...]:
    return house.read(partial(cases.list_cases, council=house.office.council.policy.id))


async def test_its_way_is_measured_and_it_opens_no_case_and_is_not_answered(house: House) -> None:
    house.mailbox.deliver(await sent(house), LATER)
    assert known(house).oldest_out == MONDAY

    await house.settle(LATER)

    assert known(house) == Canaries({}, LATER, 90.0, 0)
    assert opened(house) == ()
    assert len(house.transport.sent) == 1
    stored = house.read(partial(mails.get, id=1))
    assert stored is not None
    assert (stored.state, stored.reason) == (MailState.IGNORED, "our own canary")


async def test_the_same_again_and_in_another_guise_says_nothing_new(house: House) -> None:
    raw = await sent(house)
    house.mailbox.deliver(raw, LATER)
    await house.settle(LATER)
    house.mailbox.deliver(raw.replace(b"Nobody need", b"Everybody need"), LATER)

    await house.settle(LATER + timedelta(hours=1))

    assert known(house) == Canaries({}, LATER, 90.0, 0)
    assert opened(house) == ()


async def test_one_that_we_did_not_sign_counts_for_nothing_and_is_a_mail_like_any(house: House) -> None:
    assert b"<townclerk-canary." in await sent(house)
    (name,) = known(house).out
    forged = Signer(house.office.ways.mailbox, (SigningKey("0", b"a guess"),)).canary_id(name)
    house.arrives("I complain about my bin.", message_id=forged)

    await house.settle(LATER)

    assert house.office.signer.canary_in(forged) is None
    assert known(house).oldest_out == MONDAY
    assert len(opened(house)) == 1


async def test_one_that_does_not_come_back_is_a_worry_until_a_later_one_does_and_then_it_is_counted_as_lost(
    house: House,
) -> None:
    house.transport.fail_next(TransportDown(0, "away"))
    with pytest.raises(TransportDown):
        await canary.send(house.office, house.transport, MONDAY - timedelta(minutes=30))

    def worried() -> bool:
        council = house.office.council.policy.id
        look = partial(health.look_up, council=council, mailbox=house.office.ways.mailbox, now=MONDAY, today=MONDAY.date())
        return "canary" in {worry.about for worry in house.read(look).worries(MONDAY, PATIENCE)}

    assert worried()
    house.mailbox.deliver(await sent(house), LATER)
    await house.settle(LATER)
    assert not worried()
    assert (known(house).seconds, known(house).lost) == (90.0, 1)


async def test_those_that_never_come_back_are_not_kept_for_ever(house: House) -> None:
    for n in range(canary.MOST_OUT + 5):
        await canary.send(house.office, house.transport, MONDAY + timedelta(minutes=n))

    assert (len(known(house).out), known(house).lost) == (canary.MOST_OUT, 5)
    await canary.give_up(house.office)
    assert known(house).oldest_out is None


def test_a_key_that_was_changed_still_knows_its_canaries() -> None:
    old, new = SigningKey("0", b"the old one"), SigningKey("1", b"the new one")
    before, after = Signer("f@council.example", (old,)), Signer("f@council.example", (new, old))
    name = "0123456789abcdef"

    assert after.canary_in(before.canary_id(name)) == name
    assert before.canary_in(after.canary_id(name)) is None
    assert Signer("other@council.example", (old,)).canary_in(before.canary_id(name)) is None
