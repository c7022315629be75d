"""Whether the daemon is alive and ready, its figures, and who is told of a worry."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from services.office import MONDAY, House
from townclerk.app import vitals
from townclerk.app.vitals import Loop, Vitals
from townclerk.services import worrying
from townclerk.services.health import LoopHealth, Patience
from townclerk.store import outbox
from townclerk.store.database import Database
from townclerk.store.errors import StoreUnavailable

PATIENCE = Patience(timedelta(minutes=15), timedelta(hours=1))


@dataclass
class Questions:
    """A database that is away, or that is silent until it may answer; and how often it was asked."""

    database: Database
    away: bool = False
    count: int = 0

    def __post_init__(self) -> None:
        self.may_answer = asyncio.Event()

    async def read(self, work: Callable[..., Any]) -> Any:
        self.count += 1
        if self.away:
            raise StoreUnavailable("away")
        await self.may_answer.wait()
        return await self.database.read(work)


@pytest.fixture(autouse=True)
def machine_that_may_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whether a busy machine answers within three seconds is no promise: a test that means a limit sets one."""
    monkeypatch.setattr(vitals, "PATIENCE_SECONDS", 600)
    monkeypatch.setattr(vitals, "FRESH_SECONDS", 600)


def at_work(house: House) -> Vitals:
    """A daemon whose every loop has just succeeded."""
    loops = tuple(Loop(name, 900, good=time.monotonic()) for name in ("intake", "timekeeper", "delivery"))
    return Vitals(lambda: house.office, loops, lambda: MONDAY, 120, lambda: PATIENCE, at_work=True)


async def because(found: Vitals) -> str:
    answer = await found.ready()
    assert answer.ok is (answer.body == '{"ready": true, "because": []}\n')
    return answer.body.partition("[")[2].partition("]")[0]


async def test_where_all_is_well_it_is_alive_and_ready(house: House) -> None:
    found = at_work(house)

    assert await because(found) == ""
    assert (await found.alive()).ok


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda v: setattr(v, "at_work", False), "not at work yet"),
        (lambda v: setattr(v, "refused", True), "files refused"),
        (lambda v: setattr(v.loops[0], "trouble", True), "mailbox"),
        (lambda v: setattr(v.loops[0], "good", None), "mailbox"),
        (lambda v: setattr(v.loops[0], "good", time.monotonic() - 121), "mailbox"),
        (lambda v: setattr(v.loops[2], "trouble", True), "mail server"),
        (lambda v: setattr(v.loops[1], "beat", time.monotonic() - 901), "stuck"),
    ],
)
async def test_whatever_keeps_a_mail_from_being_dealt_with_makes_it_unready(
    house: House, change: Callable[[Vitals], None], reason: str
) -> None:
    found = at_work(house)
    change(found)

    assert await because(found) == f'"{reason}"'
    assert (await found.alive()).ok is (reason != "stuck")


async def test_whoever_waits_for_their_turn_is_alive_however_long(house: House) -> None:
    found = at_work(house)
    found.at_work, found.loops[0].beat = False, time.monotonic() - 10_000

    assert (await found.alive()).ok


async def test_without_the_database_it_is_not_ready_and_says_what_it_knows(house: House) -> None:
    found, away = at_work(house), Questions(house.database, away=True)
    well, house.office = house.office, replace(house.office, db=away)  # type: ignore[arg-type]  # it is only read

    assert await because(found) == '"database"'
    metrics = (await found.metrics()).body
    house.office = well

    assert "townclerk_ready 0.0" in metrics
    assert "townclerk_journal_entries" not in metrics
    assert await because(found) == ""


async def test_a_silent_database_is_not_waited_for_is_asked_one_question_at_a_time_and_its_old_answer_is_not_told(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vitals, "PATIENCE_SECONDS", 0.01)
    found, silent = at_work(house), Questions(house.database)
    house.office = replace(house.office, db=silent)  # type: ignore[arg-type]  # as above

    assert [await because(found) for _ in range(3)] == ['"database"'] * 3
    assert silent.count == 1
    silent.may_answer.set()
    monkeypatch.setattr(vitals, "PATIENCE_SECONDS", 600)
    assert found._asking is not None
    await asyncio.wait({found._asking})
    assert await because(found) == ""
    assert silent.count == 2
    assert [await because(found) for _ in range(3)] == [""] * 3
    assert silent.count == 2  # what was just told is told again


async def test_figures_name_nobody_and_no_case(house: House) -> None:
    house.arrives("I complain about my bin.")
    await house.settle()

    metrics = (await at_work(house).metrics()).body

    assert 'townclerk_letters{state="sent"} 2.0' in metrics
    assert 'townclerk_mails{state="done"} 1.0' in metrics
    assert 'townclerk_server_last_success_timestamp_seconds{server="imap"}' in metrics
    assert 'townclerk_server_last_success_timestamp_seconds{server="smtp"} 1.7996616e+09' in metrics  # MONDAY
    assert "townclerk_cases_late 0.0" in metrics
    assert "townclerk_worries 3.0" in metrics  # no loop has ever noted that it succeeded
    assert metrics.endswith("\n")
    for private in ("@", "asha", "Asha", "SS-", "wendy", "South"):
        assert private not in metrics


async def test_a_worry_that_lasts_is_told_once_by_mail_and_again_when_it_has_come_back(house: House) -> None:
    seen = await at_work(house).look()
    assert seen is not None
    well = LoopHealth(MONDAY, None)
    silent = LoopHealth(MONDAY - timedelta(hours=2), "MailboxDown: somebody@council.example is away")
    clock = iter(MONDAY + timedelta(minutes=n) for n in range(9))

    async def told(intake: LoopHealth, delivery: LoopHealth = well) -> int:
        now = replace(seen, loops={"intake": intake, "timekeeper": well, "delivery": delivery})
        await worrying.tell(house.office, now, now.worries(MONDAY, PATIENCE), next(clock))
        return len({letter.letter_key for letter in house.letters("alert")})

    assert await told(silent, delivery=LoopHealth(MONDAY, "TransportDown")) == 0  # it would only wait
    assert [await told(silent), await told(silent)] == [1, 1]
    assert [await told(well), await told(silent)] == [1, 2]
    raw = house.read(partial(outbox.get, key=house.letters("alert")[0].key))
    assert raw is not None
    assert b"intake has not succeeded" in raw.raw
    assert b"somebody@council.example" not in raw.raw


async def test_old_mail_and_old_letters_are_worries_and_what_waits_for_its_hour_is_none(house: House) -> None:
    seen = await at_work(house).look()
    assert seen is not None

    old = replace(seen, oldest_mail=MONDAY - timedelta(minutes=16), oldest_letter=MONDAY - timedelta(minutes=61))
    young = replace(seen, oldest_mail=MONDAY - timedelta(minutes=14), oldest_letter=MONDAY - timedelta(minutes=59))

    new = {worry.about for worry in old.worries(MONDAY, PATIENCE)} - {w.about for w in young.worries(MONDAY, PATIENCE)}
    assert new == {"old mail", "old letter"}
    assert house.read(partial(outbox.oldest_due, council=house.office.council.policy.id, now=MONDAY)) is None
