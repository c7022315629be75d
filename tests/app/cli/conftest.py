"""An installation with a past, for each test its own, and the command line in this process."""

import asyncio
import logging
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
import structlog

from app.cli.house import GONE, Command, Ran, Town, mail
from servers.installation import Names, Where, install
from servers.ports import free_ports
from townclerk.app.cli import main
from townclerk.app.simulate.world import ReadHere, World
from townclerk.app.wiring import load_files, open_database, open_office
from townclerk.mail.errors import Refused
from townclerk.mail.memory import MemoryMailbox, MemoryTransport
from townclerk.services.office import Office
from townclerk.services.quarantining import quarantine
from townclerk.store import cases, mails
from townclerk.store.database import Tx


@pytest.fixture
def townclerk(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Command]:
    """Runs a command line in an empty folder. Arguments are turned into text."""
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    monkeypatch.delenv("TOWNCLERK_CONFIG", raising=False)
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level

    def run(*arguments: object) -> Ran:
        capsys.readouterr()
        status = main([str(argument) for argument in arguments])
        said = capsys.readouterr()
        return Ran(status, said.out, said.err)

    yield run
    structlog.reset_defaults()
    root.handlers[:], root.level = handlers, level


@pytest.fixture(scope="session")
def past(tmp_path_factory: pytest.TempPathFactory) -> Town:
    """The installation that each test gets a copy of."""
    folder = tmp_path_factory.mktemp("past")
    (closed,) = free_ports(1)
    settings = install(folder, Names(0), Where(closed, closed))
    Town(settings, "", "").rewrite(mailbox={"start_from": "2020-01-01T00:00:00Z"})
    old, new = asyncio.run(_live(settings))
    return Town(settings, old, new)


async def _live(settings: Path) -> tuple[str, str]:
    files = load_files(settings)
    db = open_database(files.settings)
    office = open_office(files, db, ReadHere())
    mailbox, transport = MemoryMailbox(), MemoryTransport()
    transport.fail_for(GONE, Refused(550, "5.1.1", f"550 5.1.1 <{GONE}> is not here"))
    world = World(office, mailbox, transport)
    now = datetime.now(UTC)
    try:
        for ago, sender, subject in (
            (60, "Asha Patel <asha@home.example>", "My bin has not been emptied"),
            (0, "Bo Lee <bo@home.example>", "Complaint about the noise of the pool"),
            (0, f"Cy Fox <{GONE}>", "Complaint about the bins of our street, not emptied"),
        ):
            at = now - timedelta(days=ago)
            mailbox.deliver(mail(sender, subject, f"I want to complain. {subject}."), at)
            await world.settle(at)
        await _set_one_aside(office, mailbox, now)
        rows = await db.read(partial(cases.list_cases, council=office.council.policy.id))
        by_subject = {row.subject: row.ref for row in rows}
        return by_subject["My bin has not been emptied"], by_subject["Complaint about the noise of the pool"]
    finally:
        db.close()


async def _set_one_aside(office: Office, mailbox: MemoryMailbox, now: datetime) -> None:
    mailbox.deliver(mail("Di Roe <di@home.example>", "A bomb of a mail", "Boom \x1b[31m."), now)
    batch = await mailbox.arrivals("INBOX", 1, 3, now - timedelta(days=1), 10)
    since = now - timedelta(days=1)
    name = office.ways.mailbox

    def take(tx: Tx) -> None:
        mails.take(tx, name, "INBOX", 1, batch.highest_uid, since, batch.arrivals, now)

    await office.db.run(take)
    (stored,) = await office.db.read(partial(mails.next_to_deal_with, mailbox=office.ways.mailbox, limit=10))
    await quarantine(office, stored, "reading it took too much memory", None, now)


@pytest.fixture
def town(past: Town, tmp_path: Path) -> Town:
    folder = tmp_path / "town"
    shutil.copytree(past.folder, folder, ignore=shutil.ignore_patterns("rules"))
    settings = folder / "townclerk.yaml"
    settings.write_text(settings.read_text().replace(str(past.folder), str(folder)))
    town = Town(settings, past.old, past.new)
    town.rewrite(rules=str(past.folder / "rules"))
    return town
