"""What goes wrong while something else is going wrong: nothing ends the service, nothing goes round for ever, nobody's words or
address are in a log or a key."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import text
from structlog.testing import capture_logs

from services.office import MONDAY, House
from services.test_letters_going_out import a_bounce
from townclerk.mail.errors import MailboxDown, Refused
from townclerk.mail.mailbox import Batch
from townclerk.mail.memory import MemoryMailbox
from townclerk.services import braking, delivery, intake
from townclerk.services.quarantining import quarantine
from townclerk.store import mails
from townclerk.store.errors import StoreUnavailable
from townclerk.store.schema import MailState, OutboxState
from townclerk.store.timers import of_case

ASHA, WENDY, CAL = "asha.patel@example.org", "wendy.ash@council.example", "cal.lane@council.example"
GONE = Refused(550, "5.1.1", "no such user")
COMPLAINT = "I complain about the bins."
NIGHT = MONDAY.replace(hour=22)


async def test_no_address_and_no_word_of_an_officer_is_in_a_key_or_in_a_log(house: House) -> None:
    secret = "Asha is known to be violent"
    with capture_logs() as logs:
        house.transport.fail_for(ASHA, GONE)
        house.arrives(COMPLAINT, at=NIGHT)
        await house.settle(NIGHT)
        assert house.read(partial(of_case, ref=house.cases[0].ref))
        morning = datetime(2027, 1, 12, 10, tzinfo=UTC)
        await house.settle(morning)
        house.replies(house.sent("assignment")[0], f"#assign harun\n{secret}", at=morning.replace(hour=22))
        await house.settle(morning.replace(hour=22))
        keys = [*house.read(partial(of_case, ref=house.cases[0].ref))]
        await house.settle(morning + timedelta(days=1))

    assert house.letters("undelivered")
    told = [*(str(line) for line in logs), *keys, *(letter.key for letter in house.letters())]
    assert not [line for line in told if "@" in line or secret.lower()[:9] in line.lower()]
    assert max(map(len, told[len(logs) :])) < 200


# --- second failures


async def unreadable(house: House, ref: str) -> None:
    """The stored case does not fit this version of the program."""
    change = text("UPDATE cases SET state = replace(state, '\"subject\"', '\"subjekt\"') WHERE ref = :ref")
    await house.database.run(lambda tx: tx.execute(change, {"ref": ref}) and None)


async def test_a_refused_letter_of_a_case_that_cannot_be_read_is_buried_and_those_behind_it_go(house: House) -> None:
    house.transport.fail_for(ASHA, GONE)
    house.arrives(COMPLAINT)
    house.arrives(COMPLAINT, sender="b@example.org")
    await intake.run_once(house.office, house.mailbox, MONDAY)
    (receipt,) = house.letters("receipt", to=ASHA)
    await unreadable(house, str(receipt.case_ref))
    counts = await delivery.run_once(house.office, house.transport, MONDAY)

    assert (counts.dead, counts.sent) == (1, 3)
    assert [letter.recipient for letter in house.letters(states=(OutboxState.DEAD,))] == [ASHA]


async def test_what_stands_behind_a_letter_that_could_not_be_settled_is_given_back_at_once(house: House) -> None:
    house.arrives(COMPLAINT)
    house.arrives(COMPLAINT, sender="b@example.org")
    await intake.run_once(house.office, house.mailbox, MONDAY)
    house.transport.fail_next(StoreUnavailable("away"))  # type: ignore[arg-type]  # what the settling of it would raise
    with pytest.raises(StoreUnavailable):
        await delivery.run_once(house.office, house.transport, MONDAY)

    states = [letter.state for letter in house.letters()]
    assert (states.count(OutboxState.SENDING), states.count(OutboxState.WAITING)) == (1, 3)


async def test_a_mail_that_somebody_else_has_dealt_with_meanwhile_is_left_as_it_is(house: House) -> None:
    house.arrives(COMPLAINT)
    await intake.take(house.office, house.mailbox, MONDAY)
    (stored,) = house.read(lambda tx: mails.next_to_deal_with(tx, house.office.ways.mailbox, 10))
    await intake.deal(house.office, MONDAY)
    await quarantine(house.office, stored, "it broke us", None, MONDAY)

    found = house.read(lambda tx: mails.get(tx, stored.id))
    assert found is not None
    assert found.state is MailState.DONE
    assert house.letters("decision") == []


async def test_a_mail_is_set_aside_even_where_the_letter_about_it_cannot_be_written(house: House) -> None:
    class Broken:
        def render(self, *_: object) -> object:
            raise ValueError("a broken template")

    house.arrives(COMPLAINT)
    broken = replace(house.office, templates=Broken())  # type: ignore[arg-type]  # it does what one does
    counts = await intake.run_once(broken, house.mailbox, MONDAY)

    assert (counts.dealt, counts.quarantined) == (1, 1)


async def test_a_large_mail_without_room_to_read_it_is_passed_over_and_comes_when_there_is_room(
    build: Callable[..., House], tmp_path: Path
) -> None:
    spool = tmp_path / "spool"
    house = build(spool=spool)
    house.arrives(COMPLAINT + "x\n" * 600_000, sender="large@example.org", at=MONDAY - timedelta(minutes=5))
    house.arrives(COMPLAINT)
    counts = await intake.run_once(house.office, house.mailbox, MONDAY)
    assert (counts.dealt, counts.skipped, counts.more) == (1, 1, False)
    assert [case.complainant.address for case in house.cases] == [ASHA]

    for _ in range(2 * intake.MOST_ATTEMPTS):
        await intake.run_once(house.office, house.mailbox, MONDAY)
    spool.mkdir()
    await house.settle()
    assert len(house.cases) == 2


class Away(MemoryMailbox):
    """A mailbox that cannot be reached, or in whose connection we are stopped."""

    def __init__(self, error: BaseException) -> None:
        super().__init__()
        self._error = error

    async def arrivals(self, *_: object) -> Batch:
        raise self._error


@pytest.mark.parametrize(("error", "opened"), [(MailboxDown("away"), 1), (asyncio.CancelledError(), 0)])
async def test_what_was_taken_is_dealt_with_though_the_mailbox_is_away_but_not_after_a_cancel(
    house: House, error: BaseException, opened: int
) -> None:
    house.arrives(COMPLAINT)
    await intake.take(house.office, house.mailbox, MONDAY)
    with pytest.raises(type(error)):
        await intake.run_once(house.office, Away(error), MONDAY)

    assert len(house.cases) == opened


# --- what goes round for ever


async def test_a_notice_that_comes_back_is_noted_and_causes_no_other(house: House) -> None:
    house.transport.fail_for(ASHA, GONE)
    house.arrives(COMPLAINT)
    await house.settle()
    notices = house.sent("undelivered")
    house.mailbox.deliver(a_bounce(notices[0].message_id), MONDAY)
    await house.settle(MONDAY + timedelta(minutes=1))

    assert house.letters("undelivered") == notices
    assert len(house.cases) == 1


@pytest.mark.parametrize(("gone", "told"), [(WENDY, [CAL]), (ASHA, [WENDY, CAL])])
async def test_nobody_is_told_by_the_very_address_that_failed(house: House, gone: str, told: list[str]) -> None:
    house.transport.fail_for(gone, GONE)
    house.arrives(COMPLAINT)
    await house.settle()

    assert [letter.recipient for letter in house.letters("undelivered")] == told


async def test_an_officer_whose_mail_answers_by_itself_is_answered_only_so_often_and_the_lead_is_told_once(
    house: House,
) -> None:
    house.arrives(COMPLAINT)
    await house.settle()
    (last,) = house.sent("assignment")
    for _ in range(braking.ANSWERS_PER_HOUR + 5):
        house.replies(last, "I am away until the first of February.")
    await house.settle()
    await house.settle(MONDAY + braking.LOOK_AGAIN)

    assert len(house.sent("confirm")) == braking.ANSWERS_PER_HOUR
    assert len(house.letters("confirm", states=(OutboxState.WAITING,))) == 5
    assert [letter.recipient for letter in house.sent("decision")] == [CAL]
    await house.settle(MONDAY + timedelta(hours=1, minutes=6))
    assert len(house.sent("confirm")) == braking.ANSWERS_PER_HOUR + 5


async def test_the_brake_at_night_is_told_in_the_morning(build: Callable[..., House]) -> None:
    house = build(letters_per_hour=1)
    night = MONDAY.replace(hour=2)
    for number in range(2):
        house.arrives(COMPLAINT, sender=f"r{number}@example.org", at=night)
    await house.settle(night)
    assert (len(house.sent("receipt")), house.sent("decision")) == (1, [])

    await house.settle(MONDAY.replace(hour=9))
    assert [letter.recipient for letter in house.sent("decision")] == [CAL]


EXIM = """This message was created automatically by mail delivery software.
A message that you sent has not yet been delivered to one or more of its recipients after more than 24 hours on the queue.
No action is required on your part. Delivery attempts will continue for some time."""
FAILED = """This message was created automatically by mail delivery software.
A message that you sent could not be delivered to one or more of its recipients. This is a permanent error."""


@pytest.mark.parametrize(
    ("subject", "words", "told"),
    [
        ("Warning: message 1abCDE-0001 delayed 24 hours", EXIM, 0),
        ("Delayed Mail (still being retried)", "It will be retried until it is five days old.", 0),
        ("Mail delivery failed: returning message to sender", FAILED, 2),
    ],
)
async def test_a_warning_that_a_letter_is_late_is_no_failure(house: House, subject: str, words: str, told: int) -> None:
    house.arrives(COMPLAINT)
    await house.settle()
    (receipt,) = house.sent("receipt")
    house.arrives(
        words,
        subject,
        "Mail Delivery System <Mailer-Daemon@mx.example>",
        in_reply_to=receipt.message_id,
        auto_submitted="auto-replied",
    )
    await house.settle()

    assert len(house.letters("undelivered")) == told
