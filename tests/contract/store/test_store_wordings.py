"""What mails are found by that say the same."""

from datetime import UTC, datetime, timedelta

import pytest

from townclerk.domain.case import Campaign, CampaignState, Case, Joined
from townclerk.domain.mail import Address
from townclerk.domain.words import Category, Status
from townclerk.store import cases, wordings
from townclerk.store.database import Database
from townclerk.store.destruction import destroy
from townclerk.store.wordings import SPARE

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def stored(database: Database) -> Database:
    """With the cases OD-0 to OD-99 of one council."""

    def insert_all(tx: object) -> None:
        for n in range(100):
            cases.insert(tx, case(f"OD-{n}"))  # type: ignore[arg-type]

    database.run_now(insert_all)
    return database


def case(ref: str, **more: object) -> Case:
    who = Address("", f"{ref.lower()}@example.org")
    return Case(ref, "oakdale", "1", Category.COMPLAINT, "waste", Status.OPEN, who, "The tip", NOON, **more)  # type: ignore[arg-type]


def keep(database: Database, ref: str, keys: tuple[str, ...], at: datetime = NOON, council: str = "oakdale") -> None:
    database.run_now(lambda tx: wordings.keep(tx, council, ref, keys, at))


def alike(database: Database, *keys: str, since: datetime = NOON - DAY, most: int = 5) -> tuple[str, ...]:
    return database.read_now(lambda tx: wordings.alike(tx, "oakdale", keys, since, most))


def test_those_that_share_most_keys_come_first_and_of_another_council_none(stored: Database) -> None:
    keep(stored, "OD-1", ("a", "x"))
    keep(stored, "OD-2", ("a", "b", "c"))
    keep(stored, "OD-3", ("z",))
    keep(stored, "OD-4", ("a", "b", "c"), council="elmbridge")
    assert alike(stored, "a", "b", "c") == ("OD-2", "OD-1")
    assert alike(stored, "a", "b", "c", most=1) == ("OD-2",)


def test_what_was_said_before_then_is_not_found_until_it_is_said_again(stored: Database) -> None:
    keep(stored, "OD-1", ("a",), NOON - 2 * DAY)
    assert alike(stored, "a") == ()
    stored.run_now(lambda tx: wordings.said_again(tx, "OD-1", NOON))
    assert alike(stored, "a") == ("OD-1",)


def test_the_newest_are_found_however_many_share_a_key(stored: Database) -> None:
    for n in range(100):
        keep(stored, f"OD-{n}", ("common", f"own{n}"), NOON + timedelta(seconds=n))
    assert len(alike(stored, "common", most=100)) == 100
    found = alike(stored, "common", "own99", most=3)
    assert found[0] == "OD-99"
    assert all(int(ref.removeprefix("OD-")) >= 100 - 3 - SPARE for ref in found)


def test_what_is_longer_ago_is_forgotten_and_so_is_what_a_destroyed_case_said(stored: Database) -> None:
    keep(stored, "OD-1", ("a",), NOON - DAY)
    keep(stored, "OD-2", ("a",))
    keep(stored, "OD-3", ("a",))
    stored.run_now(lambda tx: wordings.forget_before(tx, "oakdale", NOON))
    assert alike(stored, "a") == ("OD-2", "OD-3")

    def end(tx: object) -> None:
        held = cases.load(tx, "OD-2")  # type: ignore[arg-type]
        assert held is not None
        destroy(tx, held, NOON, "townclerk", "its time is over", ())  # type: ignore[arg-type]

    stored.run_now(end)
    assert alike(stored, "a") == ("OD-3",)


def test_the_cases_of_a_campaign_are_listed_by_the_one_that_leads(stored: Database) -> None:
    campaign = Campaign(CampaignState.TOGETHER, NOON, members=("OE-2",))
    stored.run_now(lambda tx: cases.insert(tx, case("OE-1", campaign=campaign)))
    stored.run_now(lambda tx: cases.insert(tx, case("OE-2", joined=Joined("OE-1"))))
    rows = stored.read_now(lambda tx: cases.list_cases(tx, "oakdale", campaign="OE-1"))
    assert {(row.ref, row.campaign) for row in rows} == {("OE-1", "OE-1"), ("OE-2", "OE-1")}
    found = stored.read_now(lambda tx: cases.load(tx, "OE-1"))
    assert found is not None
    assert found.campaign == campaign
