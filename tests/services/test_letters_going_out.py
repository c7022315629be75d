"""Letters out: at least once, never silently lost, never a flood."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TypeVar, cast

import pytest

from services.office import MONDAY, House
from townclerk.config.providers import PROFILES, Provider
from townclerk.config.settings import OutgoingSettings, Security
from townclerk.mail.errors import Refused, SendTrouble, TransportDown, TryLater, Unknown
from townclerk.services import delivery, intake
from townclerk.store.database import Database, Tx
from townclerk.store.errors import StoreUnavailable
from townclerk.store.schema import OutboxState

T = TypeVar("T")
ASHA = "asha.patel@example.org"
BUSY, GONE = TryLater(451, "4.3.0 busy"), Refused(550, "5.1.1", "no such user")
SECOND = timedelta(seconds=1)


async def a_complaint(house: House, sender: str = ASHA, at: datetime = MONDAY) -> None:
    house.arrives("I complain about the bins.", sender=sender, at=at)
    await house.settle(at)


async def test_a_busy_server_is_tried_again_with_growing_waits_and_given_up_in_the_end(house: House) -> None:
    house.transport.fail_for(ASHA, BUSY)
    await a_complaint(house)
    now, waits = MONDAY, []
    while (receipt := house.letters("receipt")[0]).state is OutboxState.WAITING:
        assert receipt.next_at is not None
        waits.append(receipt.next_at - now)
        await delivery.run_once(house.office, house.transport, receipt.next_at - SECOND)
        assert receipt == house.letters("receipt")[0]  # not a second before
        now = receipt.next_at
        await delivery.run_once(house.office, house.transport, now)

    assert list(delivery.WAITS) == waits == sorted(waits)
    assert timedelta(days=2) < now - MONDAY < timedelta(days=4)
    assert OutboxState.DEAD is receipt.state
    await house.settle(MONDAY + timedelta(days=7))
    assert {"wendy.ash@council.example", "cal.lane@council.example"} == {told.recipient for told in house.sent("undelivered")}


async def test_a_letter_that_was_put_off_goes_out_once_the_server_is_well(house: House) -> None:
    house.transport.fail_next(BUSY)
    await a_complaint(house)
    assert [letter.state for letter in house.letters("receipt")] == [OutboxState.WAITING]

    await house.settle(MONDAY + delivery.WAITS[0])
    assert len(house.sent("receipt")) == 1
    assert house.wire.count(house.sent("receipt")[0].message_id) == 1


async def test_an_address_that_does_not_exist_is_told_to_the_officer_and_the_lead_at_once(house: House) -> None:
    house.transport.fail_for(ASHA, GONE)
    await a_complaint(house)

    assert [letter.state for letter in house.letters("receipt")] == [OutboxState.DEAD]
    assert {"wendy.ash@council.example", "cal.lane@council.example"} == {told.recipient for told in house.sent("undelivered")}


async def test_a_notice_that_cannot_be_delivered_itself_starts_no_chain(house: House) -> None:
    for address in (ASHA, "wendy.ash@council.example", "cal.lane@council.example"):
        house.transport.fail_for(address, GONE)
    await a_complaint(house)

    # Of the receipt to two people; of the assignment to the lead alone, since its own reader cannot be reached.
    assert len(house.letters("undelivered")) == 2 + 1
    assert {OutboxState.DEAD} == {letter.state for letter in house.letters()}


async def test_a_letter_that_may_have_arrived_is_sent_again_later_under_the_same_message_id(house: House) -> None:
    house.transport.fail_next(Unknown("lost after the dot"))
    await a_complaint(house)
    (receipt,) = house.letters("receipt")
    await house.settle(MONDAY + delivery.UNKNOWN_WAIT - SECOND)
    assert receipt.message_id not in house.wire

    await house.settle(MONDAY + delivery.UNKNOWN_WAIT)
    assert house.wire.count(receipt.message_id) == 1


async def test_a_letter_that_went_while_the_database_was_away_is_not_sent_again(house: House) -> None:
    """Its sender remembers that it went, and says so before it claims anything anew."""
    house.arrives("I complain about the bins.")
    await intake.run_once(house.office, house.mailbox, MONDAY)
    away = AwayAfterTheFirst(house.office.db)
    office, pace = replace(house.office, db=cast("Database", away)), delivery.Pace()
    with pytest.raises(StoreUnavailable):
        await delivery.run_once(office, house.transport, MONDAY, pace)
    assert len(house.wire) == 1

    with pytest.raises(StoreUnavailable):  # it is still away
        await delivery.run_once(office, house.transport, MONDAY + SECOND, pace)
    away.back = True
    later = MONDAY + 2 * timedelta(seconds=delivery.LEASE_SECONDS)  # the claim has run out
    await delivery.run_once(office, house.transport, later, pace)
    assert sorted(house.wire) == sorted(letter.message_id for letter in house.letters())
    assert {OutboxState.SENT} == {letter.state for letter in house.letters()}


class AwayAfterTheFirst:
    """A database that takes one transaction, the claim, and is then away for all who write until it is `back`."""

    def __init__(self, real: Database) -> None:
        self._real, self._first, self.back = real, True, False

    async def run(self, work: Callable[[Tx], T]) -> T:
        if not self._first and not self.back:
            raise StoreUnavailable("away")
        self._first = False
        return await self._real.run(work)

    async def read(self, work: Callable[[Tx], T]) -> T:
        return await self._real.read(work)


async def test_a_server_that_is_away_blames_no_letter(house: House) -> None:
    house.transport.fail_next(TransportDown(0, "connection refused"))
    house.arrives("I complain about the bins.")
    with pytest.raises(TransportDown):
        await house.settle()
    assert {0} == {letter.attempts for letter in house.letters()}

    await house.settle(MONDAY + timedelta(minutes=2))
    assert {OutboxState.SENT} == {letter.state for letter in house.letters()}


async def test_a_letter_that_breaks_us_is_set_aside_and_the_next_one_goes(house: House) -> None:
    class Bug(SendTrouble):
        """Not one of the troubles that a transport has."""

    house.transport.fail_for(ASHA, Bug("a bug of ours"))
    await a_complaint(house)

    assert [letter.state for letter in house.letters("receipt")] == [OutboxState.DEAD]
    assert len(house.sent("assignment")) == 1
    assert len(house.sent("undelivered")) == 2


async def test_a_delivery_report_opens_nothing_and_answers_nobody(house: House) -> None:
    await a_complaint(house)
    (receipt,) = house.sent("receipt")
    house.mailbox.deliver(a_bounce(receipt.message_id), MONDAY)
    await house.settle(MONDAY + timedelta(minutes=1))

    assert len(house.cases) == 1
    assert len(house.sent("undelivered")) == 2
    assert not [letter for letter in house.letters() if "daemon" in letter.recipient]


async def test_a_delivery_report_of_somebody_else_s_mail_is_filed(house: House) -> None:
    house.mailbox.deliver(a_bounce("<unknown@elsewhere.example>"), MONDAY)
    await house.settle()

    assert (house.cases, house.letters()) == ([], [])


def a_bounce(message_id: str) -> bytes:
    return f"""Return-Path: <>
From: Mail Delivery System <mailer-daemon@sstaffs.gov.uk>
To: customerfeedback@sstaffs.gov.uk
Subject: Undelivered Mail Returned to Sender
Message-ID: <bounce-1@mx.example>
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="=_b"

--=_b
Content-Type: text/plain

It could not be delivered.

--=_b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example

Final-Recipient: rfc822; {ASHA}
Action: failed
Status: 5.1.1

--=_b
Content-Type: text/rfc822-headers

Message-ID: {message_id}

--=_b--
""".replace("\n", "\r\n").encode()


# --- never a flood


async def test_the_brake_holds_what_is_too_much_in_an_hour_and_tells_somebody_once(build: Callable[..., House]) -> None:
    house = build(letters_per_hour=3)
    for number in range(5):
        house.arrives("I complain about the bins.", sender=f"r{number}@example.org")
    now = MONDAY
    for minute in range(0, 30, 5):
        now = MONDAY + timedelta(minutes=minute)
        await house.settle(now)

    assert len(house.sent("receipt")) == 3
    assert len(house.sent("assignment")) == 5  # staff are not held
    assert [told.recipient for told in house.sent("decision")] == ["cal.lane@council.example"]
    assert len(house.letters("receipt", states=(OutboxState.WAITING,))) == 2

    await house.settle(MONDAY + timedelta(minutes=66))
    assert len(house.sent("receipt")) == 5


async def test_while_the_brake_stays_on_nobody_is_told_again_that_day_and_when_it_comes_on_anew_they_are(
    build: Callable[..., House],
) -> None:
    house = build(letters_per_hour=1)
    for number in range(4):
        house.arrives("I complain about the bins.", sender=f"r{number}@example.org")
    for minute in range(0, 215, 5):  # one an hour, so that the last goes after three
        await house.settle(MONDAY + timedelta(minutes=minute))
    assert len(house.sent("receipt")) == 4
    assert len(house.sent("decision")) == 1

    later = MONDAY + timedelta(hours=6)
    for number in range(4, 6):
        house.arrives("I complain about the bins.", sender=f"r{number}@example.org", at=later)
    await house.settle(later)
    assert len(house.sent("decision")) == 2


@pytest.mark.parametrize("cap", ["letters_per_address", "letters_of_a_kind"])
@pytest.mark.parametrize(("cases", "sent"), [(2, 2), (3, 2)])
async def test_one_address_gets_only_so_many_automatic_letters_in_a_day_and_a_person_hears_of_the_next(
    build: Callable[..., House], cases: int, sent: int, cap: str
) -> None:
    house = build(**{cap: 2})
    for number in range(cases):
        house.arrives(f"I complain about matter number {number}.")
    await house.settle(MONDAY + timedelta(minutes=10))

    assert sent == len(house.sent("receipt"))
    assert bool(house.sent("undelivered")) == (cases > sent)


async def test_a_mailbox_gets_no_more_automatic_letters_by_writing_under_other_tags(build: Callable[..., House]) -> None:
    house = build(letters_per_address=1)
    for number in range(6):
        house.arrives(f"I complain about matter number {number}.", sender=f"desk+t{number}@other.example")
    house.arrives("I complain about the bins.", sender="help.desk+t1@other.example")
    house.arrives("I complain about the bins.", sender="desk+t1@third.example")
    await house.settle(MONDAY + timedelta(minutes=10))

    assert len(house.sent("receipt")) == 6


async def test_whom_a_site_gives_a_tag_each_are_people_of_their_own(build: Callable[..., House]) -> None:
    house = build(letters_per_address=1)
    for number in range(3):
        house.arrives(f"I ask for number {number}.", sender=f"foi+request-{number}-a{number}f@site.example")
    await house.settle(MONDAY + timedelta(minutes=10))

    assert len(house.sent("receipt")) == 3


async def test_about_one_case_only_so_many_automatic_letters_go_in_a_day_and_the_next_is_a_person_s_to_send(
    build: Callable[..., House],
) -> None:
    house = build(letters_per_case=1)
    await a_complaint(house)
    case = house.cases[0]
    house.arrives("And there is more: they came again.", f"Re: {case.ref}", at=MONDAY + timedelta(hours=2))
    await house.settle(MONDAY + timedelta(hours=2))

    assert len(house.sent("receipt")) == 1
    assert bool(house.letters("receipt", states=(OutboxState.DEAD,))) == bool(house.sent("undelivered"))
    await a_complaint(house, "b@example.org", MONDAY + timedelta(hours=3))
    assert len(house.sent("receipt")) == 2


async def test_what_a_person_wrote_is_never_held(build: Callable[..., House]) -> None:
    house = build(letters_per_hour=1, letters_per_address=1)
    await a_complaint(house)
    house.replies(house.sent("assignment")[0], "#message\nWe will come.", MONDAY + timedelta(minutes=1))
    await house.settle(MONDAY + timedelta(minutes=1))

    assert len(house.sent("message")) == 1


async def test_no_more_than_the_rate_of_this_installation_leaves_in_a_minute(house: House) -> None:
    for number in range(4):
        house.arrives("I complain about the bins.", sender=f"r{number}@example.org")
    pace = delivery.Pace(per_minute=3)
    await intake.run_once(house.office, house.mailbox, MONDAY)
    for _ in range(3):
        await delivery.run_once(house.office, house.transport, MONDAY, pace)
    assert len(house.wire) == 3

    later = MONDAY + timedelta(minutes=1, seconds=1)
    for _ in range(3):
        await delivery.run_once(house.office, house.transport, later, pace)
    assert len(house.wire) == 6


async def test_a_burst_of_forty_letters_stays_below_what_microsoft_takes_in_any_minute(house: House) -> None:
    """At the rate that stands in no settings."""
    most = PROFILES[Provider.MICROSOFT365].most_per_minute
    assert most == 30
    for number in range(20):
        house.arrives("I complain about the bins.", sender=f"r{number}@example.org")
    await intake.run_once(house.office, house.mailbox, MONDAY)
    pace = delivery.Pace(OutgoingSettings("smtp.example", 587, Security.STARTTLS, "Council").rate_per_minute)
    left: list[datetime] = []
    for seconds in range(0, 125, 5):
        now = MONDAY + timedelta(seconds=seconds)
        for _ in range(3):
            await delivery.run_once(house.office, house.transport, now, pace)
        left += [now] * (len(house.wire) - len(left))

    assert len(left) == 40
    assert max(sum(begin <= each < begin + timedelta(minutes=1) for each in left) for begin in left) < most


async def test_no_more_than_the_provider_takes_leaves_in_a_day_and_somebody_is_told_before(build: Callable[..., House]) -> None:
    """Past its limit a provider would shut us out for a day: officers' letters wait, too."""
    house = build(letters_per_day=5)
    for number in range(4):
        house.arrives("I complain about the bins.", sender=f"r{number}@example.org")
    await house.settle(MONDAY)

    assert len(house.wire) == 5
    await house.settle(MONDAY + timedelta(days=1, seconds=1))
    assert (len(house.sent("receipt")), len(house.sent("assignment"))) == (4, 4)
    assert [line.kind for line in house.sent() if "brake:day:" in line.letter_key]


async def test_two_who_deliver_at_once_send_each_letter_once(house: House) -> None:
    for number in range(5):
        house.arrives("I complain about the bins.", sender=f"r{number}@example.org")
    await intake.run_once(house.office, house.mailbox, MONDAY)
    await asyncio.gather(*(delivery.run_once(house.office, house.transport, MONDAY) for _ in range(3)))

    assert 10 == len(house.wire) == len(set(house.wire))


# --- what we hold back ourselves came back from nowhere


async def test_a_letter_that_we_held_back_makes_nobody_unreachable_and_no_mail_server_has_said_anything(
    build: Callable[..., House],
) -> None:
    house = build(letters_per_address=1)
    for number in range(2):
        house.arrives(f"I complain about matter number {number}.")
    await house.settle(MONDAY + timedelta(minutes=10))

    assert [case.unreachable for case in house.cases] == [False, False]
    told = [" ".join(sent.raw.decode().split()) for sent in house.transport.sent if b"We have not sent it" in sent.raw]
    assert len(told) == 2  # the officer and the lead
    assert not any("What the mail server said" in each for each in told)


async def test_past_the_first_few_of_a_day_it_is_told_how_many_were_held_back_and_not_of_each(
    build: Callable[..., House],
) -> None:
    house = build(letters_per_address=1)
    for number in range(13):
        house.arrives(f"I complain about matter number {number}, in street {number * 37}.")
    await house.settle(MONDAY + timedelta(minutes=10))

    assert len(house.letters("receipt", states=(OutboxState.DEAD,))) == 12
    assert len(house.letters("undelivered")) == 6  # three, to the officer and the lead
    assert [letter.recipient for letter in house.sent("decision")] == ["cal.lane@council.example"] * 2
    said = " ".join(house.transport.sent[-1].raw.decode().split())
    assert "4 automatic letters to asha.patel@example.org" in said or "10 automatic letters to asha.patel@example.org" in said


async def test_whatever_a_date_asks_for_and_cannot_go_is_told_in_its_case_however_many_there_are(
    build: Callable[..., House],
) -> None:
    house = build(letters_per_address=1, letters_per_hour=1000)
    for number in range(6):
        house.arrives(f"I complain about matter number {number}, in street {number * 37}.")
    await house.settle(MONDAY)
    for day in range(1, 25):
        await house.settle(MONDAY + timedelta(days=day))

    held = {letter.case_ref for letter in house.letters("delay_notice", states=(OutboxState.DEAD,))}
    assert len(held) > 3
    told = [letter.case_ref for letter in house.letters("undelivered") if "delay_notice" in letter.key]
    assert set(told) >= held
