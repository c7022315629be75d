"""`townclerk retention`: a case goes when its time is over, when a person says so, and never while it is on hold."""

from dataclasses import replace
from datetime import UTC, date, datetime
from functools import partial

import pytest

from app.cli.house import Command, Town
from townclerk.domain.calendar import Derivation
from townclerk.domain.case import MARKED, Action, Case, Deadline, Hold, Remedy, Restriction
from townclerk.domain.mail import Address
from townclerk.domain.words import Status
from townclerk.store import cases, journal, mails, outbox
from townclerk.store.database import Tx
from townclerk.store.destruction import destroy
from townclerk.store.errors import Stale

THEN = datetime(2020, 1, 31, tzinfo=UTC)
UNTIL = date(2022, 1, 31)


def change(tx: Tx, ref: str, **fields: object) -> Case:
    case = cases.load(tx, ref)
    assert case is not None
    return cases.save(tx, replace(case, **fields))  # type: ignore[arg-type]  # tests name real fields


@pytest.fixture
def over(town: Town) -> Town:
    """The time of the old case is over."""
    derivation = Derivation(THEN.date(), "2 years", (), UNTIL, "test", "kept as: stage1")
    kept = Deadline("retention", UNTIL, UNTIL, UNTIL, derivation, "8", "complaints_lead", THEN, met_at=THEN)
    fields = {"status": Status.CLOSED, "closed_at": THEN, "deadlines": (kept,), "flags": ((MARKED, "2022-02-01"),)}
    town.ask(partial(change, ref=town.old, **fields))  # type: ignore[arg-type]  # as above
    return town


def test_what_has_been_kept_long_enough_is_listed_and_names_nobody(townclerk: Command, over: Town) -> None:
    ran = townclerk("retention", "list", "--config", over.settings)
    (one,) = townclerk("retention", "list", "--json", "--config", over.settings).objects

    assert ran.status == 0
    assert "asha" not in ran.out.lower()
    assert one == {"case": over.old, "until": "2022-01-31", "kept_as": "stage1", "state": "marked"}


def test_a_marked_case_is_destroyed_and_the_journal_proves_it(townclerk: Command, over: Town) -> None:
    before = over.ask(partial(cases.load, ref=over.old))
    assert before is not None
    letters = len(over.ask(partial(outbox.of_case, case_ref=over.old)))
    ran = townclerk("retention", "confirm", over.old.lower(), "--config", over.settings)

    assert ran.status == 0
    assert f"{over.old}: destroyed (1 mails, {letters} letters" in ran.out
    after = over.ask(partial(cases.load, ref=over.old))
    assert after is not None
    assert (after.complainant.address, after.mails, after.subject) == ("", (), "(destroyed)")
    assert after.opened_at == before.opened_at
    assert over.ask(partial(mails.raw_bytes, id=before.mails[0].mail)) == b""
    assert {(line.recipient, line.subject) for line in over.ask(partial(outbox.of_case, case_ref=over.old))} == {("", "")}
    entries = over.ask(partial(journal.entries, case_ref=over.old))
    assert {entry.detail is None for entry in entries[:-1]} == {True}
    assert entries[-1].event == "details_destroyed"
    assert townclerk("audit", "verify", "--config", over.settings).status == 0
    assert over.ask(partial(cases.of_party, council="south-staffordshire", address="asha@home.example")) == ()


def test_it_is_destroyed_once(townclerk: Command, over: Town) -> None:
    townclerk("retention", "confirm", over.old, "--config", over.settings)

    assert townclerk("retention", "confirm", over.old, "--config", over.settings).status == 1
    assert townclerk("case", "show", over.old, "--config", over.settings).status == 0


def test_who_has_no_address_is_destroyed_like_everybody_and_no_longer_listed(townclerk: Command, over: Town) -> None:
    over.ask(partial(change, ref=over.old, complainant=Address("A Caller", ""), receipts=False))
    (one,) = townclerk("retention", "list", "--json", "--config", over.settings).objects
    assert one["state"] == "marked"

    assert townclerk("retention", "confirm", over.old, "--config", over.settings).status == 0
    assert townclerk("retention", "list", "--json", "--config", over.settings).objects == []
    assert townclerk("retention", "confirm", over.old, "--config", over.settings).status == 1


def test_the_mark_alone_destroys_nothing(townclerk: Command, over: Town) -> None:
    over.ask(partial(change, ref=over.new, status=Status.CLOSED, flags=((MARKED, ""),)))

    assert townclerk("retention", "confirm", over.new, "--config", over.settings).status == 1


def test_what_is_open_again_is_not_destroyed(townclerk: Command, over: Town) -> None:
    over.ask(partial(change, ref=over.old, status=Status.OPEN))

    assert townclerk("retention", "confirm", over.old, "--config", over.settings).status == 1


def test_an_officer_s_own_words_go_and_the_codes_of_the_policy_stay(townclerk: Command, over: Town) -> None:
    words = "Mrs Lane's illness was not looked at"
    over.ask(partial(change, ref=over.old, reasons=("delay", words), remedies=(Remedy(words),)))
    assert townclerk("retention", "confirm", over.old, "--config", over.settings).status == 0
    case = over.ask(partial(cases.load, ref=over.old))

    assert case is not None
    assert (case.reasons, case.remedies) == (("delay",), ())


@pytest.mark.parametrize("what", ["action", "restriction"])
def test_what_is_still_running_keeps_a_case(townclerk: Command, over: Town, what: str) -> None:
    later = date(2999, 1, 1)
    either: dict[str, dict[str, object]] = {
        "action": {"actions": (Action(1, "Repay it", later, "cal"),)},
        "restriction": {"restriction": Restriction("a@b.example", later, "abuse", "cal", THEN, over.old)},
    }
    over.ask(partial(change, ref=over.old, **either[what]))  # type: ignore[arg-type]  # as above
    ran = townclerk("retention", "confirm", over.old, "--config", over.settings)

    assert ran.status == 1
    assert "is still needed" in ran.err


def test_a_case_on_hold_stays(townclerk: Command, over: Town) -> None:
    over.ask(partial(change, ref=over.old, hold=Hold("The Ombudsman", "cal", THEN)))
    ran = townclerk("retention", "confirm", over.old, "--config", over.settings)

    assert ran.status == 1
    assert "is on hold (The Ombudsman)" in ran.err
    assert townclerk("retention", "list", "--json", "--config", over.settings).objects[0]["state"] == "held"


def test_a_case_whose_time_is_not_over_stays(townclerk: Command, over: Town) -> None:
    ran = townclerk("retention", "confirm", over.new, "--config", over.settings)

    assert ran.status == 1
    assert "is not marked for deletion" in ran.err


def test_a_policy_that_wants_a_person_to_confirm_gets_one(townclerk: Command, over: Town) -> None:
    over.change_policy("\nretention:", "\nretention: {otherwise: 2 years, then: mark}")
    assert "1 marked; this policy wants a person" in townclerk("retention", "run", "--config", over.settings).out


def test_a_policy_that_destroys_does_so_in_one_run(townclerk: Command, over: Town) -> None:
    over.change_policy("\nretention:", "\nretention: {otherwise: 2 years, then: destroy}")

    assert f"{over.old}: destroyed" in townclerk("retention", "run", "--config", over.settings).out
    assert townclerk("retention", "run", "--config", over.settings).out == "nothing has been kept long enough\n"


def test_a_case_that_changed_meanwhile_is_not_destroyed(over: Town) -> None:
    case = over.ask(partial(cases.load, ref=over.old))
    assert case is not None
    over.ask(partial(change, ref=over.old, subject="somebody wrote"))
    with pytest.raises(Stale):
        over.ask(partial(destroy, case=case, at=THEN, actor="cal", why="its time is over", codes=()))
