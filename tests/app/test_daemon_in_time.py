"""The daemon: mail first, then what falls due; files that change while it runs; and one pass that loses the mailbox."""

import asyncio
import json
import signal
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from needs import A_PAUSE
from servers.installation import Names, Where, install
from services.office import MONDAY, CrashingDatabase, House, an_office
from townclerk.app import files_tried, run, vitals
from townclerk.app.commands import once
from townclerk.app.commands.asking import NotAsItShould
from townclerk.app.files_tried import TryFiles, faults_of, try_files
from townclerk.app.systemd import ServiceManager
from townclerk.app.wiring import Files, load_files
from townclerk.config.errors import Fault
from townclerk.config.routing_file import read_routing
from townclerk.config.yaml import parse_yaml
from townclerk.domain.routing import Context, Place, RuleTest
from townclerk.mail.errors import MailboxDown, TransportDown
from townclerk.mail.mailbox import Batch
from townclerk.mail.memory import MemoryMailbox, MemoryTransport
from townclerk.mail.reading import read_inline
from townclerk.services import delivery, health
from townclerk.store import journal, leases
from townclerk.store.database import migrate
from townclerk.store.errors import StoreUnavailable

FEW_RULES = """include: []
services: [waste, housing, planning, council_tax, benefits, leisure, parks, environmental_health, licensing, highways,
  parking, elections, customer_services, other]

rules:
  - id: bins
    why: Bins are the waste service's.
    when: [bin*]
    then: {service: waste}
    tests: {finds: [A bin]}
"""
POTHOLES = """  - id: potholes
    why: Potholes are the highways service's.
    when: [pothole*]
    then: {service: highways}
    tests: {finds: [A pothole]}

"""
DUE, LATER = datetime(2027, 1, 25, 15, tzinfo=UTC), datetime(2027, 1, 26, 9, 30, tzinfo=UTC)


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    """A complaint has been answered an hour before its notice fell due, while nobody was there to see it."""
    url = f"sqlite:///{tmp_path}/t.db"
    migrate(url)
    db = CrashingDatabase.open(url, durable=False)
    office = an_office(db)
    few = read_routing(parse_yaml(FEW_RULES.encode(), "routing.yaml"), version=lambda: "few")
    house = House(replace(office, council=replace(office.council, routing=few)), db, mailbox=Slow())
    house.arrives("I complain about my bin.")
    await house.settle()
    house.replies(
        house.sent("assignment")[0], "#respond upheld\nWe are sorry, and have emptied it.", at=DUE - timedelta(hours=1)
    )
    yield house
    db.close()


class Slow(MemoryMailbox):
    """A mailbox that takes its time to answer, or does not answer at all."""

    def __init__(self) -> None:
        super().__init__()
        self.may_answer = asyncio.Event()
        self.may_answer.set()
        self.down = False
        self.asked = asyncio.Event()

    async def arrivals(self, *about: object) -> Batch:
        self.asked.set()
        await self.may_answer.wait()
        if self.down:
            raise MailboxDown("away")
        return await super().arrivals(*about)  # type: ignore[arg-type]  # handed through


@dataclass
class Manager(ServiceManager):
    """Hears what systemd would hear."""

    heard: list[str] = field(default_factory=list)

    def ready(self, status: str) -> None:
        self.heard.append(status)

    def status(self, said: str) -> None:
        pass

    def reloading(self) -> None:
        self.heard.append("reloading")

    def alive(self) -> None:
        pass

    def stopping(self) -> None:
        self.heard.append("stopping")

    @property
    def watchdog(self) -> timedelta | None:
        return None


async def tried_here(path: Path) -> tuple[Fault, ...]:
    return await asyncio.to_thread(faults_of, path)


@asynccontextmanager
async def at_work(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, trying: TryFiles = tried_here
) -> AsyncIterator[run.Daemon]:
    """A daemon of this house, on the day after; its clock stands still. Its files hold few rules, and are tried in this
    process: another one takes longer to begin than to try them."""
    folder = tmp_path / "installed"
    folder.mkdir()
    path = install(folder, Names(0), Where(1, 1))
    (folder / "rules" / "south-staffordshire" / "routing.yaml").write_text(FEW_RULES)
    monkeypatch.setattr(run, "FILES_SECONDS", 0.05)
    monkeypatch.setattr(run, "now", lambda: LATER)
    monkeypatch.setattr(run, "open_mailbox", lambda *_: house.mailbox)
    monkeypatch.setattr(run, "open_transport", lambda *_: house.transport)
    monkeypatch.setattr(run, "TICK_SECONDS", 0.05)
    monkeypatch.setattr(vitals, "PATIENCE_SECONDS", A_PAUSE)
    daemon = run.Daemon(house.office, load_files(path), path, Manager(), try_files=trying)
    task = asyncio.create_task(daemon.run())
    try:
        yield daemon
    finally:
        daemon.stop()
        await task


async def until(true: Callable[[], bool]) -> None:
    """Give way until it is so. Raises TimeoutError."""
    async with asyncio.timeout(60):  # on a machine that has much else to do
        while not true():  # noqa: ASYNC110  # what is looked at is in a database
            await asyncio.sleep(0.01)


def last_letter(house: House) -> str:
    """What the last letter that went out says, in one line."""
    mail = read_inline(house.transport.sent[-1].raw).mail
    assert mail is not None
    return " ".join(mail.text.split())


async def test_after_a_start_what_falls_due_waits_for_the_mail_that_settles_it(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert isinstance(house.mailbox, Slow)
    house.mailbox.may_answer.clear()
    house.mailbox.asked.clear()
    async with at_work(house, tmp_path, monkeypatch) as daemon:
        await house.mailbox.asked.wait()
        beat = daemon.timekeeper.beat
        await until(lambda: daemon.timekeeper.beat > beat)  # it has come round, and held
        assert house.letters("delay_notice") == []
        house.mailbox.may_answer.set()
        await until(lambda: len(house.sent("response")) == 1)
        await until(lambda: daemon.catching_up.since is None)

    assert house.letters("delay_notice") == []


class Gone(MemoryTransport):
    """An outgoing server that nobody reaches; `asked`: how often somebody tried."""

    asked = 0

    def _away(self) -> TransportDown:
        self.asked += 1
        return TransportDown(0, "connection refused")

    async def send(self, envelope_from: str, recipient: str, raw: bytes) -> str:
        raise self._away()

    async def check(self) -> None:
        raise self._away()


async def test_while_the_outgoing_server_is_gone_it_is_not_ready_though_no_letter_is_due_for_a_minute(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = Gone()
    monkeypatch.setattr(run, "backoff", lambda *_: 0.01)
    monkeypatch.setattr(house, "transport", gone)
    async with at_work(house, tmp_path, monkeypatch) as daemon:
        await until(lambda: gone.asked > 3)  # the first was a letter; they have all been put off since
        assert daemon.vitals.unready(None) == ("database", "mail server")
        daemon.transport = MemoryTransport()
        await until(lambda: "mail server" not in daemon.vitals.unready(None))


async def test_a_mailbox_that_stays_away_holds_up_what_falls_due_for_ten_minutes_only(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert isinstance(house.mailbox, Slow)
    house.mailbox.down = True
    async with at_work(house, tmp_path, monkeypatch) as daemon:
        await until(lambda: daemon.intake.failures > 0)
        beat = daemon.timekeeper.beat
        await until(lambda: daemon.timekeeper.beat > beat)
        assert house.letters("delay_notice") == []
        daemon.catching_up.since = time.monotonic() - health.HELD_AT_MOST.total_seconds()
        await until(lambda: len(house.sent("delay_notice")) == 1)


def test_a_backlog_holds_as_long_as_it_gets_shorter_and_an_outage_holds_again() -> None:
    state = run.CatchingUp()
    assert state.holds()
    state.since = 0.0
    state.passed(more=True, skipped=False)
    assert state.holds()
    state.passed(more=False, skipped=False)
    assert not state.holds()
    state.interrupted()
    assert state.holds()
    state.passed(more=False, skipped=True)
    assert state.holds()


# --- files that are read again


async def test_files_that_are_read_again_change_nothing_of_what_we_are_connected_to(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with at_work(house, tmp_path, monkeypatch) as daemon:
        await until(lambda: daemon.catching_up.since is None)
        written = json.loads(daemon.settings_path.read_text())
        written["mailbox"]["port"] = 2
        written["limits"]["letters_per_hour"] = 7
        daemon.settings_path.write_text(json.dumps(written))
        signal.raise_signal(signal.SIGHUP)
        await until(lambda: daemon.office.ways.letters_per_hour == 7)

        assert daemon.office.ways.mailbox == house.office.ways.mailbox == daemon.office.council.policy.contact.mailbox
        assert daemon.settings.mailbox.port == 1


@pytest.mark.parametrize("broken", [b"council: [", b"\xff\xfe\x00", None], ids=["no YAML", "no text", "a folder"])
async def test_files_that_cannot_be_read_change_nothing_and_we_are_ready_again(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, broken: bytes | None
) -> None:
    async with at_work(house, tmp_path, monkeypatch) as daemon:
        await until(lambda: daemon.catching_up.since is None)
        before, heard = daemon.office, daemon.manager.heard  # type: ignore[attr-defined]  # it is the Manager above
        daemon.settings_path.unlink()
        if broken is None:
            daemon.settings_path.mkdir()
        else:
            daemon.settings_path.write_bytes(broken)
        signal.raise_signal(signal.SIGHUP)
        await until(lambda: heard[-2:] == ["reloading", "watching the mailbox"])

        assert daemon.office is before


def routing_of(daemon: run.Daemon) -> Path:
    rules = daemon.settings.rules
    assert rules is not None
    return rules / daemon.settings.council / "routing.yaml"


def in_journal(house: House, event: str) -> list[dict[str, Any]]:
    return [
        entry.detail or {} for entry in house.database.run_now(lambda tx: journal.entries(tx, None)) if entry.event == event
    ]


async def test_a_rule_that_is_saved_is_in_force_without_a_restart_and_the_journal_says_what_changed(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with at_work(house, tmp_path, monkeypatch) as daemon:
        await until(lambda: daemon.catching_up.since is None)
        before, path = daemon.office.council.routing, routing_of(daemon)
        written = path.read_text()
        path.write_text(written.replace("\nrules:\n", "\nrules:\n" + POTHOLES, 1))
        await until(lambda: daemon.office.council.routing.version != before.version)
        await until(lambda: in_journal(house, "files_taken_up") != [])
        told = in_journal(house, "files_taken_up")[0]

        assert daemon.office.council.routing.rules[0].id == "potholes"
        assert told["rules"] == {"before": before.version, "now": daemon.office.council.routing.version, "new": ["potholes"]}
        (file,) = told["files"]
        assert (file["file"], file["lines"]) == ("south-staffordshire/routing.yaml", "+6 -0")
        assert file["owner"] == path.owner()
        assert "by" not in file  # a file system keeps whom a file belongs to, not who wrote it


async def test_whose_address_or_roles_a_new_roster_changes_is_said_in_the_journal_and_of_whom_in_the_log(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with capture_logs() as log:
        async with at_work(house, tmp_path, monkeypatch) as daemon:
            await until(lambda: daemon.catching_up.since is None)
            await until(lambda: in_journal(house, "files_at_start") != [])
            path = daemon.settings_path.with_name("staff.yaml")
            path.write_text(path.read_text() + "\n")  # the roster of the house gives way to that of the file
            await until(lambda: len(in_journal(house, "files_taken_up")) == 1)
            written = json.loads(path.read_text())
            before = written["staff"]["cal"]["email"]
            written["staff"]["cal"] |= {"email": "eve@elsewhere.example"}
            written["staff"]["wendy"]["roles"].append("admin")
            path.write_text(json.dumps(written | {"permissions": {"close": ["admin"]}}))
            await until(lambda: len(in_journal(house, "files_taken_up")) == 2)
    told, start = in_journal(house, "files_taken_up")[1], in_journal(house, "files_at_start")[0]

    assert {"officer": "cal", "address": {"before": [before], "now": ["eve@elsewhere.example"]}} in told["officers"]
    assert {"officer": "wendy", "roles": {"before": ["service"], "now": ["admin", "service"]}} in told["officers"]
    assert {"word": "close", "before": [], "now": ["admin"]} in told["officers"]
    said = [each["who"] for each in log if each["event"].startswith("others are officers now")]
    assert said[-1] == ["#close", "cal", "wendy"]
    assert (start["templates"], len(start["roster"])) == (told["templates"], len(told["roster"]))
    assert start["roster"] != told["roster"]


@pytest.mark.parametrize("name", ["staff.yaml", "rules", "townclerk.yaml"])
async def test_a_file_that_everybody_could_change_is_not_taken_up_and_whoever_looks_after_the_files_is_told_what_to_type(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    async with at_work(house, tmp_path, monkeypatch) as daemon:
        await until(lambda: daemon.catching_up.since is None)
        before, folder = daemon.office, daemon.settings_path.parent
        (folder / name).chmod(0o777)
        path = folder / "staff.yaml"
        path.write_text(path.read_text().replace("lead0@", "eve@"))
        await until(lambda: len(house.sent("alert")) == 1)

        assert daemon.office is before
        said = last_letter(house)
        assert "everybody on this machine can" in said
        assert f"chmod go-w {folder / name}" in said


@pytest.mark.parametrize(
    ("rule", "says"),
    [
        (POTHOLES.replace("service: highways", "service: highway"), 'did you mean "highways"?'),
        (POTHOLES.replace("finds: [A pothole]", "finds: [A hole]"), "must hold for “A hole”, and does not"),
        ("\t- id: potholes\n", "there is a tab here"),
    ],
    ids=["a wrong word", "a test that fails", "a tab"],
)
async def test_a_wrong_file_changes_nothing_and_whoever_looks_after_the_files_is_told_once_what_to_write(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rule: str, says: str
) -> None:
    async with at_work(house, tmp_path, monkeypatch) as daemon:
        await until(lambda: daemon.catching_up.since is None)
        before, path = daemon.office, routing_of(daemon)
        written = path.read_text()
        wrong = written.replace("\nrules:\n", "\nrules:\n" + rule, 1)
        path.write_text(wrong)
        await until(lambda: len(house.sent("alert")) == 1)
        path.write_text(wrong + "\n")
        await until(lambda: len(in_journal(house, "files_refused")) == 2)
        assert daemon.office is before
        path.write_text(written)
        await until(lambda: in_journal(house, "files_taken_up") != [])

        (letter,) = house.sent("alert")
        assert letter.recipient == before.council.playing("complaints_lead")[0].email
        said = last_letter(house)
        assert "routing.yaml, line" in said
        assert says in said


async def test_a_file_of_ours_that_is_gone_gives_way_to_no_shipped_one_until_somebody_who_was_told_says_so(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with at_work(house, tmp_path, monkeypatch) as daemon:
        await until(lambda: daemon.catching_up.since is None)
        before, path = daemon.office, routing_of(daemon)
        path.unlink()
        await until(lambda: len(house.sent("alert")) == 1)
        assert daemon.office is before
        said = last_letter(house)
        assert "south-staffordshire/routing.yaml: it was in force and is gone; what is shipped is not taken up" in said
        assert "put it back; if it is meant to go, `systemctl reload townclerk` says so" in said

        daemon.files_asked.set()
        await until(lambda: in_journal(house, "files_taken_up") != [])
        assert daemon.office.council.routing.version != before.council.routing.version


async def test_a_rule_without_a_test_is_in_force_and_whoever_looks_after_the_files_is_told_once(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with at_work(house, tmp_path, monkeypatch) as daemon:
        await until(lambda: daemon.catching_up.since is None)
        path = routing_of(daemon)
        bare = POTHOLES.partition("    tests:")[0].replace("pothole", "sinkhole").replace("finds", "x")
        written = path.read_text()
        path.write_text(written.replace("\nrules:\n", "\nrules:\n" + bare, 1))
        await until(lambda: len(house.sent("alert")) == 1)
        path.write_text(written.replace("\nrules:\n", "\n# again\nrules:\n" + bare, 1))
        await until(lambda: len(in_journal(house, "files_taken_up")) == 2)

        sent = [mail for each in house.transport.sent if (mail := read_inline(each.raw).mail) is not None]
        (mail,) = [each for each in sent if each.subject.startswith("In force, but untested: south-staffordshire/routing.yaml")]
        assert "no test reaches the rule sinkholes" in " ".join(mail.text.split())
        assert len(house.sent("alert")) == 1


async def test_a_start_says_which_rules_are_in_force_and_which_of_them_fail_their_own_tests(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    routing = house.office.council.routing
    first = routing.rules[0]
    failing = replace(first, tests=(RuleTest(first.tests[0].mail, Context(), False, Place("routing.yaml", 7)),))
    council = replace(house.office.council, routing=replace(routing, rules=(failing,)))
    house.office = replace(house.office, council=council)
    with capture_logs() as log:
        async with at_work(house, tmp_path, monkeypatch):
            await until(lambda: in_journal(house, "files_at_start") != [])

    (told,) = in_journal(house, "files_at_start")
    assert told["rules"] == {"now": routing.version}
    assert [each["rules"] for each in log if each["event"] == "ready"] == [routing.version]
    assert [each["rules"] for each in log if "own tests fail" in each["event"]] == [[failing.id]]


MISTAKES = {
    "a bracket left open": (POTHOLES.replace("[pothole*]", "[pothole*"), 'the "[" that opens here is not closed'),
    "an unknown key": (POTHOLES.replace("when:", "wen:"), 'did you mean "when"?'),
    "a wrong type": (POTHOLES.replace("[pothole*]", "true"), "in quotation marks"),
    "an impossible pattern": (POTHOLES.replace("[pothole*]", "{pattern: '(?=x)'}"), "looking ahead or behind is not possible"),
    "an id twice": (POTHOLES + POTHOLES, 'another rule has the id "potholes"'),
    "an unknown service": (POTHOLES.replace("service: ", "service: no_"), "is no service of this council"),
    "an unknown role": (POTHOLES.replace("then: {", "then: {tell: road_boss, "), "is neither a role nor a key of staff.yaml"),
    "a tab": (POTHOLES.replace("    when:", "\twhen:"), "there is a tab here"),
    "never": (POTHOLES.replace("[pothole*]", "{anywhere: [bin], not: [bin]}"), "this rule can never hold"),
    "an anchor": (POTHOLES.replace("[pothole*]", "&a [pothole*]"), "is an anchor, which is not used here"),
}


async def test_the_daemon_goes_on_through_every_kind_of_mistake_and_each_is_told_in_words(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def wrong_files(written: str) -> Iterator[tuple[bytes, str]]:
        for rule, says in MISTAKES.values():
            yield written.replace("\nrules:\n", "\nrules:\n" + rule, 1).encode(), says
        yield written.replace("include: [", "include: [loop, ", 1).encode(), "loop includes loop, without an end"
        yield written.encode("utf-16"), "is not UTF-8"
        yield written.encode() + b"#" * 5_000_000, "is larger than 1 MB"

    async with at_work(house, tmp_path, monkeypatch) as daemon:
        await until(lambda: daemon.catching_up.since is None)
        before, path = daemon.office, routing_of(daemon)
        path.with_name("loop.yaml").write_text("include: [loop]\n")
        for number, (wrong, says) in enumerate(wrong_files(path.read_text()), 1):
            path.write_bytes(wrong)
            await until(lambda number=number: len(house.sent("alert")) == number)  # type: ignore[misc]
            said = last_letter(house)
            assert says in said
            assert "routing.yaml" in said or "loop.yaml" in said
            assert daemon.office is before


async def test_a_file_that_never_comes_to_an_end_is_told_after_its_time_and_mail_and_dates_go_on_meanwhile(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trying, may_end = asyncio.Event(), asyncio.Event()

    async def slow(path: Path) -> tuple[Fault, ...]:
        trying.set()
        await may_end.wait()
        return await try_files(path, 0.01)  # no process can even begin so soon

    async with at_work(house, tmp_path, monkeypatch, slow) as daemon:
        await until(lambda: daemon.catching_up.since is None)
        before, path = daemon.office, routing_of(daemon)
        path.write_text(path.read_text() + "\n")
        await trying.wait()
        house.arrives("I complain about my other bin.", sender="bob@home.example", at=LATER)
        await until(lambda: len(house.sent("receipt")) == 2)
        may_end.set()
        await until(lambda: len(house.sent("alert")) == 1)

        assert daemon.office is before
        said = last_letter(house)
        assert "took longer than 0.01 seconds" in said
        assert "put back what was changed last" in said


async def test_a_daemon_that_is_stopped_does_not_wait_for_files_that_are_being_tried(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trying, given_up = asyncio.Event(), asyncio.Event()

    async def endless(_: Path) -> tuple[Fault, ...]:
        trying.set()
        try:
            await asyncio.Event().wait()
        finally:
            given_up.set()
        return ()

    async with at_work(house, tmp_path, monkeypatch, endless) as daemon:
        await until(lambda: daemon.catching_up.since is None)
        signal.raise_signal(signal.SIGHUP)
        await trying.wait()

    assert given_up.is_set()


async def test_the_same_mistake_is_told_again_where_files_were_in_force_in_between(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with at_work(house, tmp_path, monkeypatch) as daemon:
        await until(lambda: daemon.catching_up.since is None)
        path = routing_of(daemon)
        written = path.read_text()
        for number in (1, 2, 3):  # the first goes to the lead of before: the roster is taken up with the files
            path.write_text(written.replace("\nrules:\n", "\nrules:\n\t-\n", 1))
            await until(lambda number=number: len(house.sent("alert")) == number)  # type: ignore[misc]
            path.write_text(written)
            await until(lambda number=number: len(in_journal(house, "files_taken_up")) == number)  # type: ignore[misc]


async def test_what_is_saved_between_the_reading_of_the_files_and_the_start_is_taken_up(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    load = load_files

    def edited_meanwhile(path: Path) -> Files:
        files = load(path)
        routing = (files.settings.rules or path) / files.settings.council / "routing.yaml"
        if "potholes" not in routing.read_text():
            routing.write_text(routing.read_text().replace("\nrules:\n", "\nrules:\n" + POTHOLES, 1))
        return files

    with monkeypatch.context() as starting:
        starting.setitem(globals(), "load_files", edited_meanwhile)
        async with at_work(house, tmp_path, monkeypatch) as daemon:
            await until(lambda: daemon.office.council.routing.rules[0].id == "potholes")


async def test_a_fault_that_cannot_be_written_down_is_told_all_the_same(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with at_work(house, tmp_path, monkeypatch) as daemon:
        await until(lambda: daemon.catching_up.since is None)
        path = routing_of(daemon)
        half = POTHOLES.replace("[pothole*]", '["\\uD800 a\\0"]')
        path.write_text(path.read_text().replace("\nrules:\n", "\nrules:\n" + half, 1))
        await until(lambda: len(house.sent("alert")) == 1)

    assert len(in_journal(house, "files_refused")) == 1


async def test_trouble_in_telling_is_logged(house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def lost() -> None:
        raise StoreUnavailable("away")

    with capture_logs() as log:
        async with at_work(house, tmp_path, monkeypatch) as daemon:
            daemon._tell(lost())
            await until(lambda: not daemon.telling)

    assert [each["error"] for each in log if each["event"] == "nobody told of the files"] == ["StoreUnavailable"]


# --- files that are tried in a process of their own


async def test_another_process_finds_what_is_wrong_with_the_files_as_this_one_does(tmp_path: Path) -> None:
    path = install(tmp_path, Names(0), Where(1, 1))
    routing = tmp_path / "rules" / "south-staffordshire" / "routing.yaml"
    routing.write_text(FEW_RULES)
    assert await try_files(path) == ()

    wrong = POTHOLES.replace("service: highways", "service: highway")
    routing.write_text(FEW_RULES.replace("\nrules:\n", "\nrules:\n" + wrong, 1))
    found = await try_files(path)

    assert found == faults_of(path)
    assert 'did you mean "highways"?' in str(found[0])


async def test_a_process_that_dies_of_the_files_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = install(tmp_path, Names(0), Where(1, 1))
    for dies, says in (("os._exit(3)", "too much memory"), ("os.abort()", "ended the process that read them")):
        monkeypatch.setattr(files_tried, "_BOOT", f"import os; {dies}")
        (fault,) = await try_files(path)
        assert says in fault.message


def test_what_counts_from_the_next_start_is_named(tmp_path: Path) -> None:
    files = load_files(install(tmp_path, Names(0), Where(1, 1)))
    contact = replace(files.council.policy.contact, mailbox="new@council.example")
    changed = replace(
        files,
        settings=replace(files.settings, smtp=replace(files.settings.smtp, port=9)),
        council=replace(files.council, policy=replace(files.council.policy, contact=contact)),
    )

    kept, names = run.staying(files.settings, files.council, changed)

    assert names == ("smtp", "contact.mailbox")
    assert (kept.settings, kept.council.policy.contact) == (files.settings, files.council.policy.contact)


# --- one pass


async def test_a_pass_that_loses_the_mailbox_to_another_stops_and_says_so(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(once, "LEASE_RENEWED", 0.01)
    started, stopped = asyncio.Event(), asyncio.Event()

    async def work() -> once.Pass:
        started.set()
        try:
            await asyncio.Event().wait()
        finally:
            stopped.set()
        return once.Pass()

    passing = asyncio.create_task(once._in_turn(house.office, work))
    await started.wait()
    far = datetime.now(UTC) + timedelta(hours=1)
    take = partial(leases.take, name=house.office.ways.mailbox, holder="another", now=far, seconds=60)
    await house.database.run(take)

    with pytest.raises(NotAsItShould, match="another townclerk"):
        await passing
    assert stopped.is_set()


@pytest.mark.parametrize(("ago", "notices"), [(timedelta(minutes=9), 0), (timedelta(minutes=10), 1)])
async def test_a_pass_without_its_mailbox_acts_on_what_is_due_only_after_ten_minutes(
    house: House, monkeypatch: pytest.MonkeyPatch, ago: timedelta, notices: int
) -> None:
    assert isinstance(house.mailbox, Slow)
    house.mailbox.down = True
    monkeypatch.setattr(once, "now", lambda: LATER)
    await health.note(house.office, "intake", "away", LATER - ago)

    done = await once._pass(house.office, house.mailbox, house.transport, delivery.Pace())

    assert tuple(done.troubles) == ("intake",)
    assert len(house.letters("delay_notice")) == notices


async def test_a_pass_reads_all_mail_before_it_acts_on_what_is_due(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(once, "now", lambda: LATER)
    for number in range(60):
        house.arrives("Thank you.", sender=f"r{number}@example.org", at=MONDAY + timedelta(days=1))

    done = await once._pass(house.office, house.mailbox, house.transport, delivery.Pace())

    assert done.dealt == 61
    assert house.letters("delay_notice") == []


async def test_the_end_of_the_journal_is_logged_at_the_start_and_in_the_end(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with capture_logs() as logged:
        async with at_work(house, tmp_path, monkeypatch) as daemon:
            await until(lambda: daemon.catching_up.since is None)
        end = await house.office.db.read(journal.head)

    heads = [entry["head"] for entry in logged if entry["event"] == "journal"]
    assert len(heads) == 2
    assert heads[-1] == str(end)


# --- how it fares


async def said(daemon: run.Daemon, path: str) -> tuple[bool, str]:
    answer = await daemon.vitals.answers[path]()
    return answer.ok, answer.body


async def at_rest(daemon: run.Daemon) -> None:
    await until(lambda: daemon.catching_up.since is None)


async def test_it_is_ready_once_the_mailbox_has_been_looked_at_and_not_while_that_is_away(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert isinstance(house.mailbox, Slow)
    house.mailbox.may_answer.clear()
    house.mailbox.asked.clear()
    async with at_work(house, tmp_path, monkeypatch) as daemon:
        await house.mailbox.asked.wait()
        assert (await said(daemon, "/readyz")) == (False, '{"ready": false, "because": ["mailbox"]}\n')
        house.mailbox.may_answer.set()
        await at_rest(daemon)
        assert (await said(daemon, "/readyz")) == (True, '{"ready": true, "because": []}\n')
        house.mailbox.down = True
        house.arrives("a push")
        await until(lambda: daemon.intake.failures > 0)
        assert (await said(daemon, "/readyz")) == (False, '{"ready": false, "because": ["mailbox"]}\n')
        assert (await said(daemon, "/healthz"))[0]  # no start anew would mend that


async def test_with_files_that_were_refused_it_is_not_ready_until_they_are_mended(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with at_work(house, tmp_path, monkeypatch) as daemon:
        await at_rest(daemon)
        policy = tmp_path / "installed" / "rules" / "south-staffordshire" / "policy.yaml"
        good = policy.read_text()
        policy.write_text("nonsense")
        await until(lambda: daemon.vitals.refused)
        assert (await said(daemon, "/readyz")) == (False, '{"ready": false, "because": ["files refused"]}\n')
        policy.write_text(good)
        await until(lambda: not daemon.vitals.refused)
        assert (await said(daemon, "/readyz"))[0]
