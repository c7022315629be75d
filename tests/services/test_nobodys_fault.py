"""Trouble that no mail and no letter is to blame for, and what a daemon does about the claims of one that died."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import structlog

from services.office import MONDAY, Crash, House, ReadHere
from townclerk.mail.errors import TransportDown
from townclerk.mail.memory import MemoryTransport
from townclerk.mail.parsing import ReaderUnavailable
from townclerk.mail.reading import Reading
from townclerk.services import delivery, intake
from townclerk.services.aside import setting_aside
from townclerk.store import mails
from townclerk.store.errors import StoreUnavailable
from townclerk.store.schema import MailState

COMPLAINT = "I want to complain. The bin was not emptied."


@pytest.mark.parametrize("trouble", [StoreUnavailable("away"), TransportDown(0, "away"), ReaderUnavailable("away")])
async def test_what_is_nobodys_fault_sets_nothing_aside(trouble: Exception) -> None:
    with pytest.raises(type(trouble)):
        async with setting_aside(structlog.get_logger(), "set aside"):
            raise trouble


def break_down() -> None:
    raise RuntimeError("a bug")


async def test_any_other_error_sets_the_item_aside_and_goes_no_further() -> None:
    async with setting_aside(structlog.get_logger(), "set aside") as trouble:
        break_down()

    assert trouble.why is not None
    assert trouble.why.startswith("RuntimeError at break_down")


async def test_a_machine_that_cannot_start_a_reader_is_not_held_against_the_mail(house: House) -> None:
    """However often it fails: the mail waits, and is dealt with once a reader starts again."""

    class Gone(ReadHere):
        async def parse(self, source: bytes | Path) -> Reading:
            raise ReaderUnavailable("no process could be started")

    house.arrives(COMPLAINT)
    for _ in range(2 * intake.MOST_ATTEMPTS):
        with pytest.raises(ReaderUnavailable):
            await intake.run_once(replace(house.office, reader=Gone()), house.mailbox, MONDAY)
    await house.settle()

    assert len(house.sent("receipt")) == 1


class Deadly(MemoryTransport):
    """Whoever sends by it dies."""

    async def send(self, envelope_from: str, recipient: str, raw: bytes) -> str:
        raise Crash


async def test_a_process_that_is_killed_again_and_again_holds_it_against_the_letter_in_hand_alone(house: House) -> None:
    """Those behind it were never tried: however often it happens, nobody gives them up, and they go."""
    house.arrives(COMPLAINT)
    house.arrives(COMPLAINT, sender="r2@example.org")
    await intake.run_once(house.office, house.mailbox, MONDAY)
    first, *others = house.letters()
    for _ in range(2 * len(delivery.WAITS)):
        with pytest.raises(Crash):
            await delivery.run_once(house.office, Deadly(), MONDAY)
        await delivery.take_over(house.office, MONDAY)

    await delivery.run_once(house.office, house.transport, MONDAY)
    assert {letter.attempts for letter in house.letters() if letter.key != first.key} == {0}
    assert {other.message_id for other in others} <= set(house.wire)


async def test_a_process_that_is_killed_while_its_reader_starts_was_not_in_the_middle_of_a_mail(house: House) -> None:
    """However often: on a slow machine that start takes longer than the mail itself."""

    class Slow(ReadHere):
        async def get_ready(self) -> None:
            raise Crash

    house.arrives(COMPLAINT)
    for _ in range(2 * intake.MOST_ATTEMPTS):
        with pytest.raises(Crash):
            await intake.run_once(replace(house.office, reader=Slow()), house.mailbox, MONDAY)
    await house.settle()

    assert len(house.sent("receipt")) == 1


async def test_a_mail_that_kills_the_process_is_set_aside_and_those_behind_it_are_not(house: House) -> None:
    """They were taken as one batch, and counted as one: only the mail in the middle of which it happens again is suspected."""

    class Killer(ReadHere):
        async def parse(self, source: bytes | Path) -> Reading:
            if isinstance(source, bytes) and b"KILLER" in source:
                raise Crash
            return await ReadHere.parse(self, source)

    house.arrives("KILLER")
    for number in range(3):
        house.arrives(f"{COMPLAINT} It is number {number}.", sender=f"r{number}@example.org")
    dying = replace(house.office, reader=Killer())
    for _ in range(intake.MOST_ATTEMPTS):
        with pytest.raises(Crash):
            await intake.run_once(dying, house.mailbox, MONDAY)
    await intake.run_once(dying, house.mailbox, MONDAY)

    found = house.read(lambda tx: mails.counts(tx, house.office.ways.mailbox))
    assert (found[MailState.QUARANTINED], found[MailState.DONE]) == (1, 3)


async def test_whoever_takes_the_mailbox_over_sends_at_once_what_the_dead_one_had_in_hand(house: House) -> None:
    """Without it that letter would wait out the claim of five minutes. It may have gone, so it keeps its Message-ID."""
    house.arrives(COMPLAINT)
    await intake.run_once(house.office, house.mailbox, MONDAY)
    house.database.crash_at, house.database.after = house.database.count + 1, True  # dies with the first letter claimed
    with pytest.raises(Crash):
        await delivery.run_once(house.office, house.transport, MONDAY)
    soon = MONDAY + timedelta(seconds=1)

    assert (await delivery.run_once(house.office, house.transport, soon)).sent == 1  # the one that nobody had claimed
    assert await delivery.take_over(house.office, soon) == 1
    assert (await delivery.run_once(house.office, house.transport, soon)).sent == 1
    assert len(house.transport.sent) == 2
    assert await delivery.take_over(house.office, soon) == 0
