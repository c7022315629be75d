"""`townclerk check`, `townclerk run` and `townclerk once`, against a real mailbox and a real mail server."""

import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from app.cli.house import Command, Town, mail
from reading.signing import Wanted, holder
from servers.dovecot import Dovecot
from servers.installation import Names, Running, users
from servers.sink import Sink
from townclerk.app.commands.checkup import Checkup, Finding, State, last_known_day
from townclerk.app.commands.run import refuse_what_others_can_change
from townclerk.app.wiring import load_files
from townclerk.config.errors import FilesRefused
from townclerk.config.settings import load_settings
from townclerk.domain.calendar import Calendar
from townclerk.store import journal, leases
from townclerk.store.migration import migrate

TOWNCLERK = Path(sys.executable).with_name("townclerk")
MAILBOX = "feedback0@council.example"


@pytest.fixture(scope="module")
def dovecot() -> Iterator[Dovecot]:
    with Dovecot(users([0])) as server:
        yield server


@pytest.fixture
def sink() -> Iterator[Sink]:
    with Sink() as server:
        yield server


@pytest.fixture
def connected(town: Town, dovecot: Dovecot, sink: Sink) -> Town:
    """The installation, with servers that answer. Nothing that lay in the mailbox before is answered."""
    start = datetime.now(UTC).replace(microsecond=0)
    town.rewrite(mailbox={"port": dovecot.imap_port, "start_from": start.isoformat()}, smtp={"port": sink.port})
    town.ask(lambda tx: tx.exec_driver_sql("DELETE FROM folders"))
    return town


def _states(ran_objects: list[dict[str, str]]) -> dict[str, str]:
    return {each["check"]: each["state"] for each in ran_objects}


# --- check -----------------------------------------------------------------------------------------------------------


def test_where_all_is_right_check_says_ok_line_by_line(townclerk: Command, connected: Town) -> None:
    ran = townclerk("check", "--config", connected.settings)

    assert ran.status == 0, ran.out
    for told in (
        "settings",
        "secret of mailbox",
        "rules",
        "templates",
        "promises",
        "calendar",
        "clock",
        "staff",
        "database",
        "journal",
    ):
        assert f"\nok      {told} " in f"\n{ran.out}"
    assert "lets us in" in ran.out
    assert "INBOX is there" in ran.out
    assert "(IDLE)" in ran.out
    assert "send one mail to feedback0+test@council.example" in ran.out


def test_check_says_what_is_wrong_with_the_certificates(townclerk: Command, town: Town) -> None:
    """Of one that has expired it warns: the service goes on with it."""
    folder, now = town.folder / "certificates", datetime.now(UTC)
    folder.mkdir()
    town.rewrite(signatures={"certificates": "certificates"})

    def told() -> str:
        ran = townclerk("check", "--offline", "--config", town.settings)
        return "\n".join(line for line in ran.out.splitlines() if "signatures" in line)

    assert told().startswith(f"WARNING signatures            there is no certificate in {folder}")
    current = Wanted(begins=now - timedelta(days=9), ends=now + timedelta(days=9))
    (folder / "asha.pem").write_bytes(holder("Asha Patel", wanted=current).pem)
    assert told().startswith(f"ok      signatures            mails' signatures are held against what is in {folder}: 1")
    past = Wanted(begins=now - timedelta(days=9), ends=now - timedelta(days=1))
    (folder / "old.pem").write_bytes(holder("Old", wanted=past).pem)
    assert f"{folder}/old.pem: the certificate of CN=Old expired on {past.ends:%Y-%m-%d}" in told()
    assert load_files(town.settings).certificates
    (folder / "notes.txt").write_text("Asha's came by post.")
    assert told().startswith(f"FAILED  signatures            {folder}/notes.txt: is no certificate in PEM; take it out")
    with pytest.raises(FilesRefused):
        load_files(town.settings)


def test_a_start_that_is_still_to_come_is_a_warning(townclerk: Command, connected: Town) -> None:
    connected.rewrite(mailbox={"start_from": f"{datetime.now(UTC) + timedelta(days=2):%Y-%m-%dT%H:%M:%SZ}"})
    ran = townclerk("check", "--config", connected.settings)

    assert ran.status == 0, ran.out
    assert "nobody is answered before" in ran.out


def test_check_as_json_is_one_object_a_line(townclerk: Command, connected: Town) -> None:
    ran = townclerk("check", "--json", "--config", connected.settings)

    assert ran.status == 0
    assert {tuple(each) for each in ran.objects} == {("check", "state", "message", "todo")}
    assert _states(ran.objects)["smtp"] == "ok"


def test_servers_that_do_not_answer_fail_with_what_to_look_at(townclerk: Command, town: Town) -> None:
    ran = townclerk("check", "--config", town.settings)

    assert ran.status == 1
    assert "FAILED  mailbox" in ran.out
    assert "FAILED  smtp" in ran.out
    assert "-> see mailbox in the settings: 127.0.0.1:" in ran.out


def test_offline_the_servers_are_left_alone(townclerk: Command, town: Town) -> None:
    ran = townclerk("check", "--offline", "--json", "--config", town.settings)

    assert ran.status == 0
    assert _states(ran.objects)["mailbox"] == _states(ran.objects)["smtp"] == "not_tried"


def test_a_wrong_password_and_a_missing_folder_are_told_apart(townclerk: Command, connected: Town) -> None:
    connected.rewrite(mailbox={"folders": ["INBOX", "Nowhere"]})
    missing = townclerk("check", "--config", connected.settings)
    (connected.folder / "password").write_text("swordfish")
    refused = townclerk("check", "--config", connected.settings)

    assert missing.status == refused.status == 1
    assert "the mailbox has no folder Nowhere" in missing.out
    assert "MailboxLoginRefused" in refused.out
    assert "swordfish" not in refused.out


def test_settings_that_do_not_load_leave_the_rest_untried(townclerk: Command, town: Town) -> None:
    town.rewrite(council=7, colour="red")

    ran = townclerk("check", "--config", town.settings)

    assert ran.status == 1
    assert f"FAILED  settings              {town.settings}:" in ran.out
    assert "colour" in ran.out
    assert "not tried: the settings do not load" in ran.out


def test_each_fault_of_the_rules_is_told_and_the_servers_are_looked_at_all_the_same(
    townclerk: Command, connected: Town
) -> None:
    connected.change_policy("prefix: SS", "prefix: 7\ncolour: red")

    ran = townclerk("check", "--json", "--config", connected.settings)

    assert ran.status == 1
    assert len([each for each in ran.objects if each["check"] == "rules"]) >= 2
    assert _states(ran.objects)["mailbox"] == "ok"
    assert _states(ran.objects)["calendar"] == "not_tried"


def _roster(town: Town, cal: str, *others: str) -> None:
    lines = (
        "staff:",
        "  desk: {name: Desk, email: desk@town.uk, roles: [service]}",
        f"  cal: {{name: Cal Lane, {cal}}}",
        *others,
    )
    (town.folder / "staff.yaml").write_text("\n".join((*lines, "")))
    town.rewrite(staff=str(town.folder / "staff.yaml"))


CAL = "email: cal@town.uk, roles: [complaints_lead]"
ADA = "  ada: {name: Ada Low, email: ada@town.uk, roles: [information_governance]}"
LADDER = "- {after: 10 working days, to: [complaints_lead]}"


def test_a_lead_whom_nobody_covers_and_nobody_is_above_is_a_warning_that_says_what_to_write(
    townclerk: Command, town: Town
) -> None:
    _roster(town, CAL)
    ran = townclerk("check", "--offline", "--config", town.settings)

    assert ran.status == 0, ran.out
    assert "WARNING cover " in ran.out
    assert "nobody stands in for Cal Lane, who alone is complaints lead" in ran.out
    assert "-> write a deputy into staff.yaml, at cal: deputy: [the key of a colleague]" in ran.out
    assert "nobody is above Cal Lane (complaints lead) on the ladder" in ran.out
    assert "-> write into policy.yaml, under escalation, - {after: 10 working days, to: [another_role]}" in ran.out


@pytest.mark.parametrize(
    ("cal", "others"),
    [
        (f"{CAL}, deputy: [desk]", ()),
        (CAL, ("  kit: {name: Kit Fox, email: kit@town.uk, roles: [complaints_lead]}",)),
        (f"{CAL}, mailbox_of: [kit]", ("  kit: {name: Kit Fox, email: kit@town.uk, roles: [service]}",)),
    ],
    ids=["a deputy", "a colleague", "a shared mailbox"],
)
def test_where_somebody_stands_in_and_somebody_is_above_there_is_no_warning(
    townclerk: Command, town: Town, cal: str, others: tuple[str, ...]
) -> None:
    town.change_policy(LADDER, LADDER.replace("complaints_lead", "information_governance"))
    _roster(town, cal, ADA.replace("roles", "deputy: [cal], roles"), *others)
    ran = townclerk("check", "--offline", "--json", "--config", town.settings)

    assert ran.status == 0, ran.out
    assert [each for each in ran.objects if each["check"] == "cover"] == []


def test_whoever_has_left_covers_nobody(townclerk: Command, town: Town) -> None:
    _roster(town, f"{CAL}, deputy: [ada]", ADA.replace("}", ", left: 2026-01-31}"))
    ran = townclerk("check", "--offline", "--config", town.settings)

    assert "nobody stands in for Cal Lane" in ran.out


def test_a_register_that_names_what_is_not_there_is_a_warning(townclerk: Command, town: Town) -> None:
    """Letters go out all the same."""
    path = town.change_policy("prefix: SS", "prefix: SS").with_name("promises.yaml")
    path.write_text(path.read_text().replace("letter receipt", "letter recipt", 1))

    ran = townclerk("check", "--offline", "--config", town.settings)

    assert ran.status == 0, ran.out
    assert f"WARNING promises              {path}:" in ran.out
    assert 'there is no letter "recipt" here; did you mean "receipt"?' in ran.out


def test_a_rule_that_has_letters_go_out_in_a_language_of_none_is_a_warning(townclerk: Command, town: Town) -> None:
    """They go out as for everybody, which is hardly what was meant."""
    path = town.change_policy("prefix: SS", "prefix: SS").with_name("routing.yaml")
    rule = "  - {id: in-welsh, why: They wrote in Welsh., when: {language: cy}, then: {letters_in: cy}}\n"
    path.write_text(path.read_text().replace("\nrules:\n", f"\nrules:\n{rule}", 1))
    ran = townclerk("check", "--offline", "--config", town.settings)

    assert ran.status == 0, ran.out
    assert "a rule has letters go out in cy, and none is written in it" in ran.out


def test_a_secret_that_is_missing_leaves_out_what_needs_it(townclerk: Command, town: Town) -> None:
    (town.folder / "password").unlink()

    ran = townclerk("check", "--json", "--config", town.settings)

    assert ran.status == 1
    assert _states(ran.objects)["secret of mailbox"] == "failed"
    assert _states(ran.objects)["mailbox"] == "not_tried"


def test_a_database_that_is_not_made_yet_is_a_warning(townclerk: Command, town: Town) -> None:
    (town.folder / "townclerk.db").unlink()

    ran = townclerk("check", "--offline", "--json", "--config", town.settings)

    assert ran.status == 0
    assert _states(ran.objects)["database"] == "warning"
    assert _states(ran.objects)["journal"] == "not_tried"
    assert not (town.folder / "townclerk.db").exists()


def test_a_journal_that_was_edited_fails(townclerk: Command, town: Town) -> None:
    town.ask(lambda tx: tx.exec_driver_sql("UPDATE journal SET actor = 'nobody' WHERE number = 2"))

    ran = townclerk("check", "--offline", "--config", town.settings)

    assert ran.status == 1
    assert "FAILED  journal               entry 2: it was changed" in ran.out


@pytest.mark.parametrize(("ahead", "state"), [(timedelta(hours=1), "failed"), (timedelta(seconds=30), "ok")])
def test_an_entry_from_the_future_says_that_a_clock_was_wrong(
    townclerk: Command, town: Town, ahead: timedelta, state: str
) -> None:
    at = datetime.now(UTC) + ahead
    append = partial(journal.append, council="x", case_ref=None, at=at, actor="x", event="x", detail={})
    town.ask(append)

    ran = townclerk("check", "--offline", "--json", "--config", town.settings)

    assert _states(ran.objects)["journal"] == state


@pytest.mark.parametrize(("year", "state"), [(2025, State.FAILED), (2026, State.OK)])
async def test_a_clock_that_was_never_set_fails(town: Town, year: int, state: State) -> None:
    found: list[Finding] = []

    await Checkup(town.settings, datetime(year, 6, 1, tzinfo=UTC), found.append).run(offline=True)

    assert next(finding.state for finding in found if finding.check == "clock") is state


def test_a_calendar_reaches_as_far_as_bank_holidays_are_known() -> None:
    def calendar(*years: int) -> Calendar:
        closed = {date(year, 12, 25): "Christmas Day" for year in years}
        return Calendar("Europe/London", (5, 6), closed, date(2026, 1, 1), date(2029, 12, 31), "x")

    assert last_known_day(calendar(2026, 2027, 2028, 2029)) == date(2029, 12, 31)
    assert last_known_day(calendar(2026, 2027)) == date(2027, 12, 31)
    assert last_known_day(calendar(2026, 2028)) == date(2026, 12, 31)


@pytest.mark.parametrize("part", ["mailbox", "smtp"])
def test_nothing_is_sent_to_another_machine_in_clear(townclerk: Command, town: Town, part: str) -> None:
    """Refused before anybody connects: a warning after the login would come when the password has gone."""
    town.rewrite(**{part: {"host": "mail.example", "security": "none"}})

    for command in ("run", "check", "once"):
        ran = townclerk(command, "--config", town.settings)
        assert ran.status != 0
        assert f"{part}.security: mail.example is not this machine" in ran.out + ran.err
        assert "write tls or starttls" in ran.out + ran.err


def test_wires_that_others_may_read_are_said_by_check_and_at_the_start(townclerk: Command, town: Town) -> None:
    town.rewrite(scanner={"socket": "av.example:3310"}, health={"host": "0.0.0.0", "port": 9111})  # noqa: S104  # that is the point
    ran = townclerk("check", "--offline", "--json", "--config", town.settings)
    with capture_logs() as log:
        refuse_what_others_can_change(load_settings(town.settings), town.settings)

    told = [json.loads(line) for line in ran.out.splitlines()]
    scanner, health = (each for each in told if each["check"] == "wires")
    assert (scanner["state"], health["state"]) == ("warning", "warning")
    assert "residents' files go to clamd at av.example:3310 in clear" in scanner["message"]
    assert "0.0.0.0:9111" in health["message"]
    assert [each["what"] for each in log] == [scanner["message"], health["message"]]


def test_wires_that_stay_on_this_machine_are_nothing_to_speak_of(townclerk: Command, town: Town) -> None:
    town.rewrite(scanner={"socket": "127.0.0.1:3310"}, health={"port": 9111})
    ran = townclerk("check", "--offline", "--json", "--config", town.settings)

    assert '"wires"' not in ran.out


@pytest.mark.parametrize(("host", "warned"), [("smtp.office365.com", 1), ("relay.council.example", 0)])
def test_a_password_that_microsoft_will_soon_refuse_is_a_warning(town: Town, host: str, warned: int) -> None:
    found: list[Finding] = []
    checkup = Checkup(town.settings, datetime.now(UTC), found.append)
    password = {"kind": "password", "secret": {"file": str(town.folder / "password")}}
    town.rewrite(
        provider="microsoft365",
        smtp={"host": host, "user": "feedback0", "auth": password, "rate_per_minute": 25, "security": "starttls"},
    )

    checkup.judge_smtp_login(load_settings(town.settings))

    assert [finding.state for finding in found] == [State.WARNING] * warned


def test_what_a_person_must_look_at_is_a_warning(townclerk: Command, town: Town) -> None:
    ran = townclerk("check", "--offline", "--config", town.settings)

    assert ran.status == 0
    assert "WARNING health                1 mails are in quarantine" in ran.out


def test_before_the_first_run_there_is_nothing_to_worry_about(townclerk: Command, town: Town) -> None:
    (town.folder / "townclerk.db").unlink()
    migrate(f"sqlite:///{town.folder}/townclerk.db")

    ran = townclerk("check", "--offline", "--config", town.settings)

    assert "ok      health                townclerk has not run here yet" in ran.out


# --- once ------------------------------------------------------------------------------------------------------------


def test_one_pass_takes_the_mail_and_sends_the_letters(
    townclerk: Command, connected: Town, dovecot: Dovecot, sink: Sink
) -> None:
    dovecot.append(Names(0).feedback, mail("Eva Ray <eva@home.example>", "Complaint", "I want to complain of the pool."))

    ran = townclerk("once", "--json", "--config", connected.settings)

    assert ran.status == 0, ran.err
    (counts,) = ran.objects
    assert (counts["taken"], counts["dealt"], counts["quarantined"]) == (1, 1, 0)
    assert counts["sent"] >= 2
    assert counts["troubles"] == {}
    assert ("eva@home.example",) in [taken.recipients for taken in sink.taken]


def test_a_second_pass_finds_nothing_to_do(townclerk: Command, connected: Town) -> None:
    townclerk("once", "--config", connected.settings)

    ran = townclerk("once", "--config", connected.settings)

    assert ran.status == 0
    assert ran.out == (
        "mails: 0 taken, 0 dealt with, 0 of them set aside\n"
        "timers: 0 acted on, 0 of them set aside\n"
        "letters: 0 sent, 0 put off, 0 given up, 0 waiting\n"
    )


def test_a_pass_without_servers_says_which_and_ends_with_1(townclerk: Command, town: Town) -> None:
    town.ask(lambda tx: tx.exec_driver_sql("UPDATE outbox SET state = 'waiting', next_at = created_at WHERE state = 'dead'"))

    ran = townclerk("once", "--config", town.settings)

    assert ran.status == 1
    assert "townclerk: intake: MailboxDown: " in ran.err
    assert "townclerk: delivery: TransportDown: " in ran.err
    assert "Traceback" not in ran.err
    assert "intake: MailboxDown" in townclerk("health", "--config", town.settings).out


def test_a_pass_leaves_the_mailbox_to_whoever_has_it(townclerk: Command, connected: Town) -> None:
    now = datetime.now(UTC)
    connected.ask(lambda tx: leases.take(tx, MAILBOX, "somebody else", now, 600))

    ran = townclerk("once", "--config", connected.settings)

    assert ran.status == 1
    assert "another townclerk (somebody else) looks after this mailbox" in ran.err


def test_the_first_pass_makes_the_database_and_gives_the_mailbox_back(townclerk: Command, connected: Town) -> None:
    (connected.folder / "townclerk.db").unlink()

    assert townclerk("once", "--config", connected.settings).status == 0
    assert townclerk("once", "--config", connected.settings).status == 0


# --- run -------------------------------------------------------------------------------------------------------------


def test_the_daemon_runs_until_it_is_told_to_stop(connected: Town) -> None:
    with Running(connected.settings) as daemon:
        daemon.wait_for("ready")
        assert daemon.terminate() == 0
        assert daemon.said("stopped")


def test_the_daemon_makes_its_database(connected: Town) -> None:
    (connected.folder / "townclerk.db").unlink()

    with Running(connected.settings) as daemon:
        daemon.wait_for("ready")
        assert daemon.terminate() == 0


def test_the_daemon_waits_for_a_database_that_does_not_answer(connected: Town) -> None:
    connected.rewrite(database={"url": "postgresql://townclerk@127.0.0.1:1/townclerk"})

    with Running(connected.settings) as daemon:
        assert daemon.wait_for("database unavailable")["level"] == "warning"


def test_the_daemon_does_not_start_on_files_that_do_not_load(townclerk: Command, town: Town) -> None:
    path = town.change_policy("prefix: SS", "prefix: SS\ncolour: red")
    (town.folder / "townclerk.db").unlink()

    ran = townclerk("run", "--config", town.settings)

    assert ran.status == 2
    assert f"{path}:" in ran.err
    assert "colour" in ran.err
    assert not (town.folder / "townclerk.db").exists(), "nothing was started"


def test_the_daemon_does_not_start_without_its_secrets(townclerk: Command, town: Town) -> None:
    (town.folder / "password").unlink()

    ran = townclerk("run", "--config", town.settings)

    assert ran.status == 2
    assert "the secret {file: " in ran.err


def test_watched_by_a_person_the_daemon_logs_plain_lines(connected: Town, tmp_path: Path) -> None:
    command = [str(TOWNCLERK), "run", "--plain-logs", "--config", str(connected.settings)]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        line = process.stderr.readline()
        process.terminate()
        process.communicate(timeout=25)

    assert "ready" in line
    assert not line.startswith("{")
