"""What falls due: acted on once, in working hours, late rather than never; a bug in one stops no other."""

from dataclasses import replace
from datetime import datetime, timedelta
from email import message_from_bytes
from email.policy import SMTP

from services.office import MONDAY, House, council
from townclerk.domain.deadlines import timers as of
from townclerk.domain.words import LetterKind, Status
from townclerk.services import timekeeper
from townclerk.services.office import Office
from townclerk.store import outbox, timers

NINE_ON_FRIDAY = MONDAY.replace(day=15, hour=9)


async def two_complaints(house: House) -> None:
    house.arrives("I complain about the bins.")
    house.arrives("I complain that they were not cut.", "The trees in the park", "b@example.org")
    await house.settle()


async def test_a_reminder_comes_once(house: House) -> None:
    await two_complaints(house)
    await house.settle(NINE_ON_FRIDAY - timedelta(seconds=1))
    assert house.letters("reminder") == []

    await house.settle(NINE_ON_FRIDAY)
    await house.settle(NINE_ON_FRIDAY + timedelta(hours=1))
    assert len(house.sent("reminder")) == 2


class Broken:
    """Templates that break on the reminder of a case about waste."""

    def __init__(self, house: House) -> None:
        self._house = house

    def render(self, letter: object, *more: object) -> object:
        case = getattr(letter, "case", None)
        if case is not None and case.service == "waste" and getattr(letter, "kind", None) is LetterKind.REMINDER:
            raise ValueError("a bug of ours")
        return self._house.office.templates.render(letter, *more)  # type: ignore[arg-type]  # handed through


def broken_by(house: House) -> Office:
    return replace(house.office, templates=Broken(house))  # type: ignore[arg-type]  # it does what one does


async def test_a_bug_in_one_timer_puts_that_one_off_and_the_others_go_on(house: House) -> None:
    await two_complaints(house)
    broken = broken_by(house)
    counts = await timekeeper.run_once(broken, NINE_ON_FRIDAY)

    assert timekeeper.Counts(woken=2, put_off=1) == counts
    assert [c.complainant.address for c in house.cases if house.letters("reminder")[0].case_ref == c.ref] == ["b@example.org"]
    assert timekeeper.Counts() == await timekeeper.run_once(broken, NINE_ON_FRIDAY)


async def test_a_timer_that_broke_us_once_is_acted_on_ten_minutes_later(house: House) -> None:
    await two_complaints(house)
    await timekeeper.run_once(broken_by(house), NINE_ON_FRIDAY)
    await house.settle(NINE_ON_FRIDAY + timekeeper.WAITS[0] - timedelta(seconds=1))
    assert len(house.sent("reminder")) == 1

    await house.settle(NINE_ON_FRIDAY + timekeeper.WAITS[0])
    assert len(house.sent("reminder")) == 2


async def test_a_timer_that_breaks_us_again_and_again_stands_aside_and_the_lead_is_told_how_to_retry_it(house: House) -> None:
    await two_complaints(house)
    now = NINE_ON_FRIDAY
    for wait in timekeeper.WAITS:
        assert (await timekeeper.run_once(broken_by(house), now)).put_off == 1
        now += wait
    assert house.letters("decision") == []
    assert (await timekeeper.run_once(broken_by(house), now)).aside == 1

    (held,) = house.read(lambda tx: timers.aside(tx, council().policy.id))
    await house.settle(now)
    (told,) = house.sent("decision")
    letter = house.read(lambda tx: outbox.get(tx, told.key))
    assert letter is not None
    assert told.recipient == "cal.lane@council.example"
    text = message_from_bytes(letter.raw, policy=SMTP).get_body(("plain",))
    assert text is not None
    assert f"townclerk timers retry {held.ref} {held.key}" in " ".join(text.get_content().split())
    assert len(house.sent("reminder")) == 1

    house.database.run_now(lambda tx: timers.put_back(tx, held.ref, held.key))
    await house.settle(now)
    assert house.read(lambda tx: timers.aside(tx, council().policy.id)) == ()
    assert len(house.sent("reminder")) == 2


async def test_what_fell_due_in_a_stop_is_done_when_we_are_back_in_working_hours(house: House) -> None:
    """The fallback was due on Monday the 18th at three; we are back at eight that evening."""
    await two_complaints(house)
    evening = datetime(2027, 1, 18, 20, tzinfo=MONDAY.tzinfo)
    await house.settle(evening)
    assert house.letters("acknowledgement") == []

    morning = datetime(2027, 1, 19, 9, tzinfo=MONDAY.tzinfo)
    assert morning == await timekeeper.next_moment(house.office, evening)
    await house.settle(morning)
    assert len(house.sent("acknowledgement")) == 2


async def test_a_case_closes_at_midnight_without_waiting_for_working_hours(house: House) -> None:
    house.arrives("I complain about the bins.")
    await house.settle()
    house.replies(house.sent("assignment")[0], "#respond upheld\nWe are sorry.", MONDAY)
    await house.settle()
    last = datetime(2027, 2, 8, 23, 59, 59, tzinfo=MONDAY.tzinfo)
    await house.settle(last)
    assert [case.status for case in house.cases] == [Status.ANSWERED]

    await house.settle(last + timedelta(seconds=1))
    assert Status.CLOSED is house.cases[0].status


async def test_the_timers_that_are_stored_are_those_that_the_case_has(house: House) -> None:
    await two_complaints(house)
    for days in (4, 7, 14, 15, 22):
        await house.settle(MONDAY + timedelta(days=days))
        for case in house.cases:
            wanted = {timer.key: timer.at for timer in of(case, council())}
            assert wanted == house.read(lambda tx, ref=case.ref: timers.of_case(tx, ref))  # type: ignore[misc]  # bound at once


async def test_when_nothing_is_owed_nothing_is_waited_for(house: House) -> None:
    assert await timekeeper.next_moment(house.office, MONDAY) is None
