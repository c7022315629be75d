"""Cases: stored whole, found again, never saved over somebody else's change."""

import itertools
import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields, replace
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, update

from townclerk.domain.calendar import Derivation
from townclerk.domain.case import Case, Deadline, Party, PartyRole
from townclerk.domain.mail import Address
from townclerk.domain.words import Category, Stage, Status
from townclerk.store import cases
from townclerk.store.database import Database, Tx
from townclerk.store.errors import AlreadyThere, Stale, StoreError, UnreadableCase
from townclerk.store.schema import cases as table

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
MONDAY = date(2026, 6, 8)
ANN = Address("Ann", "Ann.Lee@Example.org")
BEN = Address("Ben", "ben@example.org")


def case(ref: str = "OD-1", **changes: Any) -> Case:
    plain = Case(ref, "oakdale", "v1", Category.COMPLAINT, "waste", Status.OPEN, ANN, "Bins", NOON, stage=Stage.STAGE1)
    return replace(plain, **changes)


def deadline(name: str, promised: date, **changes: Any) -> Deadline:
    derivation = Derivation(date(2026, 6, 1), "5 working days", (), promised, "2026")
    made = Deadline(
        name=name,
        target=promised,
        promised=promised,
        person_promised=promised,
        told_at=NOON,
        derivation=derivation,
        clause="4.1",
        by="officer",
    )
    return replace(made, **changes)


# --- numbers


def test_numbers_count_up_by_council_and_year(database: Database) -> None:
    def work(tx: Tx) -> list[int]:
        return [cases.next_number(tx, *of) for of in [("a", 2026), ("a", 2026), ("b", 2026), ("a", 2027)]]

    assert database.run_now(work) == [1, 2, 1, 1]


def test_eight_at_once_get_numbers_without_gap_or_repeat(database: Database) -> None:
    with ThreadPoolExecutor(8) as threads:
        numbers = list(threads.map(lambda _: database.run_now(lambda tx: cases.next_number(tx, "a", 2026)), range(64)))

    assert sorted(numbers) == list(range(1, 65))


def test_a_number_that_was_rolled_back_is_given_again(database: Database) -> None:
    def breaks(tx: Tx) -> None:
        cases.next_number(tx, "a", 2026)
        raise RuntimeError

    with pytest.raises(RuntimeError):
        database.run_now(breaks)

    assert database.run_now(lambda tx: cases.next_number(tx, "a", 2026)) == 1


# --- whole

AWARE = st.datetimes(
    min_value=datetime(1970, 1, 2),  # noqa: DTZ001  # hypothesis wants bounds without a zone
    max_value=datetime(2999, 1, 1),  # noqa: DTZ001  # as above
    timezones=st.sampled_from([UTC, timezone(timedelta(hours=1)), timezone(timedelta(hours=-9, minutes=-30))]),
)
st.register_type_strategy(datetime, AWARE)
REFS = itertools.count(1)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(any_case=st.from_type(Case))
def test_any_case_comes_back_as_it_went_in(database: Database, any_case: Case) -> None:
    given_case = replace(any_case, ref=f"OD-{next(REFS)}", version=0)
    database.run_now(lambda tx: cases.insert(tx, given_case))

    back = database.read_now(lambda tx: cases.load(tx, given_case.ref))

    assert back == given_case
    assert [type(getattr(back, f.name)) for f in fields(Case)] == [type(getattr(given_case, f.name)) for f in fields(Case)]


def test_there_is_no_case_of_an_unknown_reference(database: Database) -> None:
    assert database.read_now(lambda tx: cases.load(tx, "OD-1")) is None


def test_a_reference_is_given_once(database: Database) -> None:
    database.run_now(lambda tx: cases.insert(tx, case()))

    with pytest.raises(AlreadyThere):
        database.run_now(lambda tx: cases.insert(tx, case(subject="Other")))


def test_a_save_raises_the_version_and_an_older_one_is_stale(database: Database) -> None:
    opened = database.run_now(lambda tx: cases.insert(tx, case()))

    first = database.run_now(lambda tx: cases.save(tx, replace(opened, service="parks")))

    assert first.version == opened.version + 1
    with pytest.raises(Stale):
        database.run_now(lambda tx: cases.save(tx, replace(opened, service="housing")))
    assert database.read_now(lambda tx: cases.load(tx, "OD-1")) == first
    second = database.run_now(lambda tx: cases.save(tx, first))
    assert second.version == first.version + 1


def test_of_eight_who_save_at_once_one_succeeds(database: Database) -> None:
    opened = database.run_now(lambda tx: cases.insert(tx, case()))

    def attempt(n: int) -> bool:
        try:
            database.run_now(lambda tx: cases.save(tx, replace(opened, subject=str(n))))
        except Stale:
            return False
        return True

    with ThreadPoolExecutor(8) as threads:
        assert sum(threads.map(attempt, range(8))) == 1


def test_a_case_that_was_never_inserted_is_stale(database: Database) -> None:
    with pytest.raises(Stale):
        database.run_now(lambda tx: cases.save(tx, case()))


def test_text_that_cannot_be_written_down_is_refused_without_being_quoted(database: Database) -> None:
    with pytest.raises(StoreError) as caught:
        database.run_now(lambda tx: cases.insert(tx, case(subject="secret \udc80")))

    assert "secret" not in str(caught.value)


# --- another version's state


def rewrite(database: Database, change: Any) -> None:
    def work(tx: Tx) -> None:
        state = json.loads(tx.execute(select(table.c.state)).scalar_one())
        change(state)
        tx.execute(update(table).values(state=json.dumps(state)))

    database.run_now(lambda tx: cases.insert(tx, case(deadlines=(deadline("stage1.respond", MONDAY),))))
    database.run_now(work)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        (lambda state: state.update(colour="red"), "colour"),
        (lambda state: state["complainant"].update(age=7), "complainant.age"),
        (lambda state: state["deadlines"][0]["derivation"].update(why="x"), "deadlines.0.derivation.why"),
        (lambda state: state.update(status="lost"), "status"),
        (lambda state: state.pop("subject"), "subject"),
        (lambda state: state["deadlines"][0].update(target="soon"), "deadlines.0.target"),
    ],
)
def test_what_this_version_does_not_understand_is_named(database: Database, change: Any, field: str) -> None:
    rewrite(database, change)

    with pytest.raises(UnreadableCase) as caught:
        database.read_now(lambda tx: cases.load(tx, "OD-1"))

    assert (caught.value.ref, caught.value.field) == ("OD-1", field)
    assert ANN.key not in str(caught.value).lower()


def test_what_an_older_version_did_not_know_takes_its_default(database: Database) -> None:
    rewrite(database, lambda state: [state.pop(name) for name in ("receipts", "thread", "flags")])

    old = database.read_now(lambda tx: cases.load(tx, "OD-1"))

    assert old is not None
    assert (old.receipts, old.thread, old.flags) == (True, (), ())


def test_a_state_that_is_no_json_is_named(database: Database) -> None:
    database.run_now(lambda tx: cases.insert(tx, case()))
    database.run_now(lambda tx: tx.execute(update(table).values(state="{")))

    with pytest.raises(UnreadableCase, match="OD-1"):
        database.read_now(lambda tx: cases.load(tx, "OD-1"))


# --- looking up


def test_every_case_can_be_of_some_statuses_only(database: Database) -> None:
    def work(tx: Tx) -> list[list[str]]:
        for status in Status:
            cases.insert(tx, case(f"OD-{status}", status=status))
        wanted: list[list[Status]] = [[Status.OPEN], list(cases.UNANSWERED), list(Status), []]
        return [sorted(one.status for one in cases.every(tx, "oakdale", status)) for status in wanted]

    assert database.run_now(work) == [["open"], ["answered", "open"], sorted(Status), []]


def test_cases_are_found_by_every_party_whatever_the_letters_case(database: Database) -> None:
    ben = Party(BEN, PartyRole.REPRESENTATIVE)
    first = database.run_now(lambda tx: cases.insert(tx, case("OD-1", parties=(ben, ben))))
    database.run_now(lambda tx: cases.insert(tx, case("OD-2", opened_at=NOON + timedelta(days=1))))
    database.run_now(lambda tx: cases.insert(tx, case("EL-1", council="elmbridge")))

    def of(address: str) -> tuple[str, ...]:
        return database.read_now(lambda tx: cases.of_party(tx, "oakdale", address))

    assert of("ANN.LEE@example.ORG") == ("OD-2", "OD-1")
    assert of("BEN@example.org") == ("OD-1",)
    assert of("nobody@example.org") == ()

    database.run_now(lambda tx: cases.save(tx, replace(first, parties=(), complainant=BEN)))
    assert of("ann.lee@example.org") == ("OD-2",)
    assert of("ben@example.org") == ("OD-1",)


def test_an_address_of_any_length_is_a_party(database: Database) -> None:
    long = Address("", "x" * 10_000 + "@example.org")
    opened = database.run_now(lambda tx: cases.insert(tx, case(complainant=long)))
    database.run_now(lambda tx: cases.save(tx, opened))

    assert database.read_now(lambda tx: cases.of_party(tx, "oakdale", long.address)) == ("OD-1",)


def test_a_list_shows_what_fits_the_newest_first(database: Database) -> None:
    def work(tx: Tx) -> None:
        for n in range(5):
            cases.insert(tx, case(f"OD-{n}", opened_at=NOON + timedelta(days=n), service="parks" if n % 2 else "waste"))
        cases.insert(tx, case("OD-9", status=Status.CLOSED, category=Category.COMMENT, stage=None, opened_at=NOON))
        cases.insert(tx, case("EL-1", council="elmbridge"))

    database.run_now(work)

    def refs(**given_: Any) -> list[str]:
        return [row.ref for row in database.read_now(lambda tx: cases.list_cases(tx, "oakdale", **given_))]

    assert refs() == ["OD-4", "OD-3", "OD-2", "OD-1", "OD-9", "OD-0"]
    assert refs(service="parks") == ["OD-3", "OD-1"]
    assert refs(status=Status.CLOSED) == refs(category=Category.COMMENT) == ["OD-9"]
    assert refs(stage=Stage.STAGE1, limit=2, offset=1) == ["OD-3", "OD-2"]
    row = database.read_now(lambda tx: cases.list_cases(tx, "oakdale", status=Status.CLOSED))[0]
    assert (row.category, row.stage, row.status, row.subject) == (Category.COMMENT, None, Status.CLOSED, "Bins")
    counted = database.read_now(lambda tx: cases.count_by_status(tx, "oakdale"))
    assert counted == {Status.OPEN: 5, Status.ANSWERED: 0, Status.CLOSED: 1, Status.WITHDRAWN: 0}


def test_overdue_is_what_the_council_itself_still_owes(database: Database) -> None:
    respond = deadline("stage1.respond", MONDAY)
    late = {
        "OD-late": case("OD-late", deadlines=(respond,)),
        "OD-met": case("OD-met", deadlines=(replace(respond, met_at=NOON),)),
        "OD-dropped": case("OD-dropped", deadlines=(replace(respond, dropped=True),)),
        "OD-closed": case("OD-closed", status=Status.CLOSED, deadlines=(respond,)),
        "OD-theirs": case("OD-theirs", deadlines=(deadline("stage2.request", MONDAY),)),
        "OD-told": case("OD-told", deadlines=(replace(respond, person_promised=MONDAY + timedelta(days=7)),)),
    }
    database.run_now(lambda tx: [cases.insert(tx, value) for value in late.values()])

    def overdue(day: date) -> list[str]:
        return [row.ref for row in database.read_now(lambda tx: cases.list_cases(tx, "oakdale", overdue_before=day))]

    assert overdue(MONDAY) == []
    assert overdue(MONDAY + timedelta(days=1)) == ["OD-late"]
    assert overdue(MONDAY + timedelta(days=8)) == ["OD-told", "OD-late"]


def test_the_time_of_a_change_is_the_one_given_or_the_last_that_the_case_speaks_of(database: Database) -> None:
    opened = database.run_now(lambda tx: cases.insert(tx, case()))

    def updated() -> datetime:
        return database.read_now(lambda tx: cases.list_cases(tx, "oakdale"))[0].updated_at

    assert updated() == NOON
    later = database.run_now(lambda tx: cases.save(tx, replace(opened, last_contact_at=NOON + timedelta(hours=1))))
    assert updated() == NOON + timedelta(hours=1)
    database.run_now(lambda tx: cases.save(tx, later, NOON + timedelta(hours=2)))
    assert updated() == NOON + timedelta(hours=2)
