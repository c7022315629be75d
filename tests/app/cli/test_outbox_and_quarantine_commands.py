"""`townclerk outbox` and `townclerk quarantine`: what has stopped, and how a person lets it go on."""

from functools import partial

import pytest
from sqlalchemy import text

from app.cli.house import GONE, Command, Town
from townclerk.store import journal, mails, outbox
from townclerk.store.database import Tx
from townclerk.store.schema import MailState, OutboxState


def _dead(town: Town) -> str:
    """The key of the receipt that could not be delivered."""
    lines = town.ask(partial(outbox.listing, council="south-staffordshire", states=(OutboxState.DEAD,)))
    return next(line.letter_key for line in lines if line.kind == "receipt")


def _held(town: Town) -> int:
    (stored,) = town.ask(mails.quarantined)
    return stored.id


# --- outbox ----------------------------------------------------------------------------------------------------------


def test_the_outbox_lists_what_has_not_gone_without_an_address(townclerk: Command, town: Town) -> None:
    ran = townclerk("outbox", "list", "--config", town.settings)

    assert ran.status == 0
    assert _dead(town) in ran.out
    assert "550 5.1.1 <(address)> is not here" in ran.out
    assert GONE not in ran.out


def test_the_outbox_as_json(townclerk: Command, town: Town) -> None:
    ran = townclerk("outbox", "list", "--json", "--state", "dead", "--config", town.settings)

    receipt = next(each for each in ran.objects if each["letter"] == "receipt")
    assert (receipt["key"], receipt["state"], receipt["staff"]) == (_dead(town), "dead", False)
    assert receipt["error"].startswith("5.1.1")
    assert GONE not in ran.out


def test_an_empty_outbox_says_so(townclerk: Command, town: Town) -> None:
    ran = townclerk("outbox", "list", "--state", "dropped", "--config", town.settings)

    assert ran.out == "nothing waits in the outbox\n"


def test_a_letter_is_tried_again_when_a_person_says_so(townclerk: Command, town: Town) -> None:
    key = _dead(town)

    assert townclerk("outbox", "retry", key, "--config", town.settings).status == 0

    (line,) = town.ask(partial(outbox.copies, letter_key=key))
    assert line.state is OutboxState.WAITING
    assert _last_event(town, line.case_ref) == "letter_retried"


def test_a_letter_is_dropped_when_a_person_says_so_and_the_reason_is_kept(townclerk: Command, town: Town) -> None:
    key = _dead(town)

    assert townclerk("outbox", "drop", key, "--why", "told by telephone", "--config", town.settings).status == 0

    (line,) = town.ask(partial(outbox.copies, letter_key=key))
    assert (line.state, line.last_error) == (OutboxState.DROPPED, "told by telephone")
    assert _last_event(town, line.case_ref) == "letter_dropped"


def _last_event(town: Town, ref: str | None) -> str:
    return town.ask(partial(journal.entries, case_ref=str(ref)))[-1].event


@pytest.mark.parametrize("verb", ["retry", "drop"])
def test_a_letter_that_is_not_there_is_told(townclerk: Command, town: Town, verb: str) -> None:
    ran = townclerk("outbox", verb, "no-such-letter", "--config", town.settings)

    assert ran.status == 1
    assert "there is no letter no-such-letter" in ran.err


@pytest.mark.parametrize("verb", ["retry", "drop"])
def test_a_letter_that_has_gone_stays_gone(townclerk: Command, town: Town, verb: str) -> None:
    key = town.ask(partial(outbox.of_case, case_ref=town.old))[0].letter_key

    ran = townclerk("outbox", verb, key, "--config", town.settings)

    assert ran.status == 1
    assert "the letter is sent: nothing was done" in ran.err


# --- quarantine ------------------------------------------------------------------------------------------------------


def test_the_quarantine_lists_each_mail_with_its_reason(townclerk: Command, town: Town) -> None:
    ran = townclerk("quarantine", "list", "--config", town.settings)

    assert ran.status == 0
    assert ran.out.splitlines()[1].split()[0] == str(_held(town))
    assert "reading it took too much memory" in ran.out
    assert "di@home.example" not in ran.out


def test_the_quarantine_as_json(townclerk: Command, town: Town) -> None:
    (held,) = townclerk("quarantine", "list", "--json", "--config", town.settings).objects

    assert (held["id"], held["reason"]) == (_held(town), "reading it took too much memory")


def test_a_mail_is_shown_as_far_as_it_can_be_read_and_cannot_steer_the_terminal(townclerk: Command, town: Town) -> None:
    ran = townclerk("quarantine", "show", _held(town), "--config", town.settings)

    assert ran.status == 0
    assert "From: Di Roe <di@home.example>" in ran.out
    assert "Subject: A bomb of a mail" in ran.out
    assert "Boom" in ran.out
    assert "\x1b" not in ran.out


def test_the_bytes_of_a_mail_come_as_they_came(townclerk: Command, town: Town) -> None:
    ran = townclerk("quarantine", "raw", _held(town), "--config", town.settings)

    assert ran.status == 0
    assert ran.out.startswith("From: Di Roe <di@home.example>")
    assert "Boom \x1b[31m." in ran.out


def test_the_bytes_of_a_mail_are_not_shown_to_a_terminal_that_would_obey_them(
    townclerk: Command, town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = _held(town)
    monkeypatch.setattr("townclerk.app.commands.quarantine.at_a_screen", lambda: True)

    ran = townclerk("quarantine", "raw", number, "--config", town.settings)

    assert (ran.status, ran.out) == (2, "")
    assert f"townclerk quarantine raw {number} > mail.eml" in ran.err


def test_whoever_reads_a_mail_stands_in_the_journal(townclerk: Command, town: Town) -> None:
    for verb in ("show", "raw"):
        townclerk("quarantine", verb, _held(town), "--config", town.settings)

    def viewed(tx: Tx) -> int:
        return int(tx.exec_driver_sql("SELECT count(*) FROM journal WHERE event = 'viewed' AND case_ref IS NULL").scalar_one())

    assert town.ask(viewed) == 2


@pytest.mark.parametrize("which", ["its number", "--all"])
def test_a_mail_is_dealt_with_again_when_a_person_says_so(townclerk: Command, town: Town, which: str) -> None:
    number = _held(town)

    ran = townclerk("quarantine", "retry", which if which == "--all" else number, "--config", town.settings)

    assert (ran.status, ran.out) == (0, "1 mail will be dealt with again\n")
    stored = town.ask(lambda tx: mails.get(tx, number))
    assert stored is not None
    assert stored.state is MailState.TAKEN
    assert townclerk("quarantine", "list", "--config", town.settings).out == "no mail is in quarantine\n"


@pytest.mark.parametrize("arguments", [(), ("1", "--all")], ids=["neither", "both"])
def test_a_retry_is_of_one_mail_or_of_all(townclerk: Command, town: Town, arguments: tuple[str, ...]) -> None:
    ran = townclerk("quarantine", "retry", *arguments, "--config", town.settings)

    assert ran.status == 2
    assert "write the number of one mail, or --all" in ran.err


@pytest.mark.parametrize("verb", ["show", "raw", "retry"])
def test_a_mail_that_is_not_in_quarantine_is_not_touched(townclerk: Command, town: Town, verb: str) -> None:
    """The first mail opened a case: what it says is read by `case show`, to the journal's knowledge."""
    for number in ("1", "9999"):
        ran = townclerk("quarantine", verb, number, "--config", town.settings)

        assert ran.status == 1
        assert f"there is no mail {number} in quarantine" in ran.err
        assert ran.out == ""


def test_what_a_rule_filed_is_listed_and_dealt_with_again_on_demand(townclerk: Command, town: Town) -> None:
    def file_it(tx: Tx) -> int:
        """As if a rule had filed the oldest mail."""
        number = int(tx.execute(text("select min(id) from mails where state = 'done'")).scalar_one())
        values = {"reason": "filed by the rule spam-for-certain", "id": number}
        tx.execute(
            text("update mails set state = 'ignored', case_ref = null, kind = 'person', reason = :reason where id = :id"),
            values,
        )
        return number

    number = town.ask(file_it)
    listed = townclerk("quarantine", "list", "--filed", "--config", town.settings)
    (shown,) = townclerk("quarantine", "list", "--filed", "--json", "--config", town.settings).objects

    assert "spam-for-certain" in listed.out
    assert shown["id"] == number
    assert townclerk("quarantine", "retry", number, "--config", town.settings).status == 0
    assert townclerk("quarantine", "list", "--filed", "--json", "--config", town.settings).objects == []
    assert townclerk("quarantine", "retry", number, "--config", town.settings).status == 1
