"""`townclerk health`, `townclerk audit` and `townclerk templates`."""

import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest

from app.cli.house import Command, Town, write_anew_unsealed
from townclerk.app.commands.asking import who_asks
from townclerk.config.shipped import shipped_councils
from townclerk.services.health import LOOPS
from townclerk.store import facts, journal, leases, mails, outbox
from townclerk.store.database import Tx
from townclerk.store.schema import MailState, OutboxState

COUNCIL = "south-staffordshire"


def _make_well(town: Town) -> None:
    """Every loop has just succeeded, and nothing waits for a person."""

    def work(tx: Tx) -> None:
        now = datetime.now(UTC)
        for loop in LOOPS:
            facts.put(tx, f"{COUNCIL}:{loop}:good", now.isoformat())
        for line in outbox.listing(tx, COUNCIL, (OutboxState.DEAD,)):
            outbox.drop(tx, line.key, now, "")
        for stored in mails.quarantined(tx):
            mails.retry(tx, stored.id)
            mails.settle(tx, stored.id, MailState.IGNORED, kind="person", because="", now=now)

    town.ask(work)


def test_where_something_is_wrong_health_says_what_and_ends_with_1(townclerk: Command, town: Town) -> None:
    ran = townclerk("health", "--config", town.settings)

    assert ran.status == 1
    assert "WORRY       1 mails are in quarantine: townclerk quarantine list" in ran.out
    assert "letters could not be delivered" in ran.out


def test_where_all_is_well_health_says_so_and_ends_with_0(townclerk: Command, town: Town) -> None:
    _make_well(town)

    ran = townclerk("health", "--config", town.settings)

    assert (ran.status, ran.out.splitlines()[-1]) == (0, "all is well")


def test_health_says_that_nobody_runs_as_soon_as_a_lease_is_over_that_nobody_gave_back(townclerk: Command, town: Town) -> None:
    """As after SIGKILL: the loops have succeeded a minute ago, and everything else is well."""
    _make_well(town)
    mailbox, killed = "feedback0@council.example", datetime.now(UTC) - timedelta(seconds=61)
    take = partial(leases.take, name=mailbox, holder="host:1", now=killed)

    town.ask(partial(take, seconds=90))
    while_it_holds = townclerk("health", "--config", town.settings)
    town.ask(partial(take, seconds=60))
    when_it_is_over = townclerk("health", "--config", town.settings)

    assert (while_it_holds.status, when_it_is_over.status) == (0, 1)
    assert (
        "WORRY       no townclerk runs, or it cannot write into its database (is the disk full?): it has" in when_it_is_over.out
    )


@pytest.mark.parametrize("ahead", [timedelta(minutes=1), timedelta(days=2)])
def test_a_wrong_clock_of_then_does_not_hide_that_whoever_had_the_mailbox_is_dead(
    townclerk: Command, town: Town, tmp_path: Path, ahead: timedelta
) -> None:
    _make_well(town)
    says_its_name = "from townclerk.app import holder; print(holder.this_process())"
    died = subprocess.run([sys.executable, "-c", says_its_name], capture_output=True, text=True, check=True).stdout.strip()
    last = town.ask(lambda tx: facts.get(tx, "south-staffordshire:delivery:good"))
    town.ask(partial(leases.take, name="feedback0@council.example", holder=died, now=datetime.now(UTC) + ahead, seconds=60))

    health = townclerk("health", "--config", town.settings)
    townclerk("backup", "--to", tmp_path / "a.backup", "--config", town.settings)
    restored = townclerk("restore", tmp_path / "a.backup", "--replace", "--config", town.settings)

    assert "WORRY       no townclerk runs" in health.out
    assert last is not None
    assert f"it has not been heard of since {datetime.fromisoformat(last)}" in health.out
    assert (restored.status, restored.err) == (0, "")


def test_health_says_that_a_file_lies_open_and_so_none_is_taken_up(townclerk: Command, town: Town) -> None:
    _make_well(town)
    (town.folder / "staff.yaml").chmod(0o666)

    ran = townclerk("health", "--config", town.settings)

    assert ran.status == 1
    assert "WORRY       no file is taken up, and nothing would start: everybody on this machine can change" in ran.out


@pytest.mark.parametrize("trouble", [None, "the token server login.example gives no token (invalid_client): make a new one"])
def test_health_says_how_old_a_token_is_and_why_there_is_no_new_one(
    townclerk: Command, town: Town, trouble: str | None
) -> None:
    _make_well(town)
    now = datetime.now(UTC)
    since, until = now - timedelta(minutes=52), now + timedelta(minutes=8)
    kept = {"mailbox": {"since": since.isoformat(), "until": until.isoformat(), "trouble": trouble}}
    town.ask(lambda tx: facts.put(tx, f"{COUNCIL}:tokens", json.dumps(kept)))

    ran = townclerk("health", "--config", town.settings)
    (as_json,) = townclerk("health", "--json", "--config", town.settings).objects

    assert "token       of mailbox: 52 minutes old, good until " in ran.out
    assert as_json["tokens"]["mailbox"]["age_seconds"] // 60 == 52
    assert ran.status == (1 if trouble else 0)
    if trouble:
        assert f"WORRY       token of mailbox: it is good until {until}, and no new one could be had: {trouble}" in ran.out


@pytest.mark.parametrize("well", [True, False])
def test_health_as_json(townclerk: Command, town: Town, well: bool) -> None:
    if well:
        _make_well(town)

    ran = townclerk("health", "--json", "--config", town.settings)

    (found,) = ran.objects
    assert ran.status == (0 if well else 1)
    assert found["ok"] is well
    assert bool(found["worries"]) is not well
    assert set(found["loops"]) == set(LOOPS)


def test_templates_that_do_not_load_do_not_hide_how_the_service_fares(townclerk: Command, town: Town) -> None:
    (town.folder / "templates" / "letters").mkdir(parents=True)
    (town.folder / "templates" / "letters" / "receipt.md").write_text("{{ nonsense")
    town.rewrite(templates="templates")

    assert "WORRY" in townclerk("health", "--config", town.settings).out


def test_a_journal_as_it_was_written_is_whole(townclerk: Command, town: Town) -> None:
    ran = townclerk("audit", "verify", "--config", town.settings)

    assert (ran.status, ran.out) == (0, "the journal is whole\n")
    (found,) = townclerk("audit", "verify", "--json", "--config", town.settings).objects
    assert {name: found[name] for name in ("ok", "entry", "why", "unsealed", "strange_keys")} == {
        "ok": True,
        "entry": None,
        "why": None,
        "unsealed": 0,
        "strange_keys": {},
    }


def test_an_edit_of_the_journal_is_found(townclerk: Command, town: Town) -> None:
    town.ask(lambda tx: tx.exec_driver_sql("UPDATE journal SET actor = 'nobody' WHERE number = 2"))

    ran = townclerk("audit", "verify", "--config", town.settings)
    (found,) = townclerk("audit", "verify", "--json", "--config", town.settings).objects

    assert (ran.status, ran.out) == (1, "the journal is BROKEN at entry 2: it was changed\n")
    assert (found["ok"], found["entry"]) == (False, 2)


def test_a_journal_written_anew_throughout_is_found_by_a_head_that_was_kept_elsewhere(
    townclerk: Command, town: Town, tmp_path: Path
) -> None:
    log = tmp_path / "log"
    log.write_text(f'{{"event": "journal", "head": "{townclerk("audit", "head", "--config", town.settings).out.strip()}"}}\n')
    whole = townclerk("audit", "verify", "--heads", log, "--config", town.settings)

    town.ask(write_anew_unsealed, with_key=False)
    alone = townclerk("audit", "verify", "--config", town.settings)
    found = townclerk("audit", "verify", "--heads", log, "--config", town.settings)

    assert (whole.status, whole.out) == (0, "the journal is whole, and as 1 heads say that were kept elsewhere\n")
    assert alone.status == 0
    assert found.status == 1
    assert "kept elsewhere" in found.out


def test_an_entry_that_somebody_added_without_the_key_is_named(townclerk: Command, town: Town) -> None:
    """Whoever may write to the database accuses somebody of curiosity, and knows how hashes are made."""
    detail = {"command": "case show", "why": "curiosity"}
    town.ask(lambda tx: journal.append(tx, COUNCIL, town.new, datetime.now(UTC), "pam", "viewed", detail), with_key=False)
    end = town.ask(journal.head).number

    ran = townclerk("audit", "verify", "--config", town.settings)

    assert (ran.status, ran.out.split(":")[0]) == (1, f"the journal is BROKEN at entry {end}")
    assert "did not have the key" in ran.out


def test_what_a_command_writes_is_sealed(townclerk: Command, town: Town) -> None:
    town.rewrite(journal={"sealed_from": 1})
    assert townclerk("case", "show", town.new, "--why", "they rang", "--config", town.settings).status == 0

    ran = townclerk("audit", "verify", "--config", town.settings)

    assert (ran.status, ran.out) == (0, "the journal is whole\n")


def test_nothing_is_shown_where_the_look_cannot_be_sealed(townclerk: Command, town: Town) -> None:
    town.rewrite(reply_address={"keys": [{"id": "a", "secret": {"env": "NO_SUCH_SECRET"}}]})

    ran = townclerk("case", "show", town.new, "--why", "they rang", "--config", town.settings)

    assert (ran.status, ran.out) == (1, "") or (ran.status, ran.out) == (2, "")
    assert "NO_SUCH_SECRET" in ran.err


def test_a_journal_without_seals_is_told_as_one_from_before_there_were_any(townclerk: Command, town: Town) -> None:
    town.ask(lambda tx: tx.exec_driver_sql("UPDATE journal SET seal = NULL"))
    none = townclerk("audit", "verify", "--config", town.settings)
    townclerk("case", "show", town.new, "--why", "they rang", "--config", town.settings)
    some = townclerk("audit", "verify", "--config", town.settings)
    end = town.ask(journal.head).number
    town.rewrite(journal={"sealed_from": end})
    at_the_end = townclerk("audit", "verify", "--config", town.settings)
    town.rewrite(journal={"sealed_from": 1})
    from_the_first = townclerk("audit", "verify", "--config", town.settings)

    assert (none.status, some.status, at_the_end.status, from_the_first.status) == (0, 0, 0, 1)
    assert "note: no entry has a seal" in none.out
    assert f"sealed_from: {end}" in some.out
    assert from_the_first.out.startswith("the journal is BROKEN at entry 1: it has no seal")


def test_heads_that_are_none_are_told(townclerk: Command, town: Town, tmp_path: Path) -> None:
    (tmp_path / "log").write_text("12:34")

    ran = townclerk("audit", "verify", "--heads", tmp_path / "log", "--config", town.settings)

    assert ran.status == 2
    assert "holds no head" in ran.err


def test_audit_shows_who_looked_at_a_case_and_notes_that_it_was_asked(townclerk: Command, town: Town) -> None:
    townclerk("case", "show", town.new, "--why", "they rang", "--config", town.settings)
    townclerk("explain", town.old, "--config", town.settings)

    first = townclerk("audit", "show", "--case", town.new, "--reads", "--json", "--config", town.settings)
    again = townclerk("audit", "show", "--case", town.new, "--reads", "--why", "a request", "--config", town.settings)

    (read,) = first.objects
    assert (read["case"], read["event"], read["detail"]["why"]) == (town.new, "viewed", "they rang")
    assert "they rang" in again.out
    assert "audit show" in again.out
    assert town.old not in again.out


def test_audit_shows_what_was_done_with_a_person_s_cases_mails_and_with_all_at_once(townclerk: Command, town: Town) -> None:
    (held,) = town.ask(mails.quarantined)
    townclerk("quarantine", "show", held.id, "--config", town.settings)
    townclerk("rules", "replay", "--config", town.settings)
    townclerk("case", "show", town.new, "--config", town.settings)

    bo = townclerk("audit", "show", "--person", "Bo@home.example", "--json", "--config", town.settings).objects
    nobody = townclerk("audit", "show", "--person", "x@home.example", "--json", "--config", town.settings).objects

    assert {each["case"] for each in bo} == {town.new, None}
    assert [each["detail"]["command"] for each in bo if each["event"] == "viewed"] == ["rules replay", "case show"]
    assert [each["detail"]["command"] for each in nobody] == ["rules replay"]


def test_audit_shows_what_somebody_did_since_a_moment(townclerk: Command, town: Town) -> None:
    townclerk("case", "show", town.new, "--config", town.settings)
    who = who_asks()

    since = townclerk("audit", "show", "--since", "2020-01-01", "--who", who, "--json", "--config", town.settings).objects
    later = townclerk("audit", "show", "--since", "2999-01-01T10:00", "--json", "--config", town.settings).objects

    assert [each["case"] for each in since] == [town.new]
    assert later == []


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ((), "say of what"),
        (("--person", "pam"), "--who"),
        (("--since", "yesterday"), "write for instance 2027-01-11"),
        (("--case", "nonsense"), "is no case reference"),
    ],
)
def test_what_audit_cannot_show_is_told(townclerk: Command, town: Town, options: tuple[str, ...], said: str) -> None:
    ran = townclerk("audit", "show", *options, "--config", town.settings)

    assert ran.status == 2
    assert said in ran.err


# --- templates -------------------------------------------------------------------------------------------------------


def test_every_letter_can_be_looked_at(townclerk: Command, tmp_path: Path) -> None:
    ran = townclerk("templates", "preview", COUNCIL, "--to", tmp_path / "letters")

    assert ran.status == 0, ran.err
    assert f"letters: open {tmp_path}/letters/index.html" in ran.out
    assert "receipt" in (tmp_path / "letters" / "index.html").read_text()


def test_the_letters_of_the_settings_council_are_written_here(townclerk: Command, town: Town) -> None:
    ran = townclerk("templates", "preview", "--config", town.settings)

    assert ran.status == 0, ran.err
    assert Path(f"letters-{COUNCIL}/index.html").is_file()


def test_without_a_council_and_without_settings_every_council_has_a_folder_of_letters(townclerk: Command) -> None:
    ran = townclerk("templates", "preview")

    assert ran.status == 0, ran.err
    contents = Path("letters/index.html").read_text()
    for council in shipped_councils():
        assert f'href="{council}/index.html"' in contents
        assert Path(f"letters/{council}/index.html").is_file()


def test_the_letters_that_a_language_has_not_are_told(townclerk: Command, tmp_path: Path) -> None:
    """An admin who begins with one letter sees what is left to write."""
    (tmp_path / "cy" / "letters").mkdir(parents=True)
    words = "days: [a, b, c, d, e, f, g]\nmonths: [a, b, c, d, e, f, g, h, i, j, k, l]\ndate: '{day} {month} {year}'\n"
    words += "time: '{clock} {date}'\ngreeting: 'Annwyl {name}'\nhello: Helo\ncut: (...)\n"
    (tmp_path / "cy" / "words.yaml").write_text(words)
    said = "{{ contact.council }}, {{ contact.phone }}, {{ contact.post }}, {{ contact.website }}, {{ case.ref }}"
    (tmp_path / "cy" / "letters" / "survey.md").write_text(f"Subject: Arolwg\n\n{said}\n")
    ran = townclerk("templates", "check", COUNCIL, "--templates", tmp_path)

    assert f"{COUNCIL}: in cy these are not there, and go out as for everybody: receipt, acknowledgement," in ran.out
    assert "survey" not in ran.out


def test_templates_are_checked_without_a_page_being_written_and_a_wrong_name_is_told_with_its_line(
    townclerk: Command, tmp_path: Path
) -> None:
    assert "with the most and with the least" in townclerk("templates", "check", COUNCIL).out

    letter = tmp_path / "letters" / "closure.md"
    letter.parent.mkdir()
    letter.write_text("Subject: Closed\n\nYour case {{ case.reff }} is closed.\n")
    ran = townclerk("templates", "check", COUNCIL, "--templates", tmp_path)

    assert ran.status == 2
    assert "closure.md:3" in ran.err
    assert "ref" in ran.err


def test_a_council_that_is_not_known_is_told(townclerk: Command) -> None:
    ran = townclerk("templates", "preview", "atlantis")

    assert ran.status == 2
    assert "atlantis: no folder of rules has a council of that name" in ran.err


def test_a_folder_that_cannot_be_written_is_told(townclerk: Command, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    ran = townclerk("templates", "preview", COUNCIL, "--to", tmp_path / "file")

    assert ran.status == 2
    assert "cannot be written" in ran.err
