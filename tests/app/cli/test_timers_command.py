"""`townclerk timers`: what fell due and broke the program, and how a person lets it go on. And `health`, of mail that waits."""

from datetime import UTC, datetime, timedelta
from functools import partial

import pytest

from app.cli.house import Command, Town
from townclerk.store import journal, mails, timers

KEY = "stage1.respond:2026-03-02:delay"
DUE = datetime(2026, 3, 2, 15, tzinfo=UTC)


@pytest.fixture
def broken(town: Town) -> Town:
    """A timer of the new case stands aside."""
    town.ask(lambda tx: timers.replace(tx, "south-staffordshire", town.new, {KEY: DUE, "other": DUE}))
    town.ask(partial(timers.put_aside, ref=town.new, key=KEY, why="KeyError at render:7"))
    return town


def test_what_stands_aside_is_listed_with_where_the_program_broke(townclerk: Command, broken: Town) -> None:
    ran = townclerk("timers", "list", "--config", broken.settings)
    (timer,) = townclerk("timers", "list", "--json", "--config", broken.settings).objects

    assert ran.status == 0
    assert KEY in ran.out
    assert (timer["case"], timer["key"], timer["why"]) == (broken.new, KEY, "KeyError at render:7")
    assert "1 timers stand aside: townclerk timers list" in townclerk("health", "--config", broken.settings).out


def test_a_timer_is_tried_again_when_a_person_says_so(townclerk: Command, broken: Town) -> None:
    assert townclerk("timers", "retry", broken.new.lower(), KEY, "--config", broken.settings).status == 0

    assert townclerk("timers", "list", "--config", broken.settings).out == "no timer stands aside\n"
    due = broken.ask(partial(timers.due, council="south-staffordshire", now=DUE, limit=10))
    assert KEY in {timer.key for timer in due}
    assert broken.ask(partial(journal.entries, case_ref=broken.new))[-1].event == "timer_retried"


def test_a_timer_that_does_not_stand_aside_is_not_touched(townclerk: Command, broken: Town) -> None:
    ran = townclerk("timers", "retry", broken.new, "other", "--config", broken.settings)

    assert ran.status == 1
    assert f"no timer other of {broken.new} stands aside" in ran.err


@pytest.mark.parametrize(("minutes", "worried"), [(20, False), (40, True)])
def test_a_mail_that_waits_is_a_worry_from_the_minutes_that_the_settings_say(
    townclerk: Command, town: Town, minutes: int, worried: bool
) -> None:
    town.rewrite(health={"oldest_mail_minutes": 30})
    (held,) = town.ask(mails.quarantined)
    town.ask(partial(mails.retry, id=held.id))
    received = (datetime.now(UTC) - timedelta(minutes=minutes)).strftime("%Y-%m-%d %H:%M:%S.000000")
    town.ask(lambda tx: tx.exec_driver_sql("UPDATE mails SET received_at = ? WHERE id = ?", (received, held.id)))

    for command in ("health", "check --offline"):
        ran = townclerk(*command.split(), "--config", town.settings)
        assert ("has not been dealt with" in ran.out) == worried
