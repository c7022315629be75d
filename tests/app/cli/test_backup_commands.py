"""`townclerk backup` and `townclerk restore`: everything as it was, made while mail flows, and what comes after."""

import asyncio
import io
import stat
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from hashlib import sha256
from pathlib import Path

import pytest
from sqlalchemy import update

from app.cli.house import Command, Town, mail, write_anew_unsealed
from townclerk.app.commands import archive
from townclerk.app.commands.asking import account
from townclerk.app.holder import this_process
from townclerk.app.simulate.world import ReadHere, World
from townclerk.app.wiring import load_files, open_database, open_office
from townclerk.mail.memory import MemoryMailbox, MemoryTransport
from townclerk.store import backup, cases, journal, leases, mails, outbox, schema
from townclerk.store.database import Database, Tx
from townclerk.store.schema import MailState, OutboxState

COUNCIL = "south-staffordshire"


@contextmanager
def living(town: Town, mailbox: MemoryMailbox) -> Iterator[World]:
    """The town's service on its database, with a mailbox that outlives it."""
    files = load_files(town.settings)
    db = open_database(files.settings)
    try:
        yield World(open_office(files, db, ReadHere()), mailbox, MemoryTransport())
    finally:
        db.close()


def made(townclerk: Command, town: Town, tmp_path: Path) -> Path:
    ran = townclerk("backup", "--to", tmp_path / "town.backup", "--config", town.settings)
    assert ran.status == 0, ran.err
    return tmp_path / "town.backup"


def test_a_backup_is_for_its_owner_alone_holds_no_secret_and_stands_in_the_journal(
    townclerk: Command, town: Town, tmp_path: Path
) -> None:
    (told,) = townclerk("backup", "--to", tmp_path, "--json", "--why", "each night", "--config", town.settings).objects

    file = Path(told["file"])
    assert file.name.startswith(f"townclerk-{COUNCIL}-20")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []
    assert (town.folder / "reply-key").read_bytes() not in file.read_bytes()
    (read,) = townclerk("audit", "show", "--since", "2020-01-01", "--reads", "--json", "--config", town.settings).objects
    assert (read["event"], read["who"], read["detail"]["why"]) == ("backed_up", account(), "each night")
    assert told["head"]["number"] == read["number"]


def test_a_sound_backup_is_said_to_be_so_and_nothing_is_changed(townclerk: Command, town: Town, tmp_path: Path) -> None:
    file = made(townclerk, town, tmp_path)
    before = (town.folder / "townclerk.db").read_bytes()

    ran = townclerk("restore", "--check", file, "--config", town.settings)

    assert (ran.status, ran.err) == (0, "")
    assert "can be loaded" in ran.out
    assert (town.folder / "townclerk.db").read_bytes() == before
    assert [path.name for path in town.folder.iterdir() if path.name.startswith(".")] == []


def test_a_backup_that_others_could_change_is_said_to_be_so_when_it_is_made_and_when_it_is_loaded(
    townclerk: Command, town: Town, tmp_path: Path
) -> None:
    (tmp_path / "open").mkdir()
    (tmp_path / "open").chmod(0o777)
    file = tmp_path / "open" / "a.backup"
    when_made = townclerk("backup", "--to", file, "--config", town.settings)
    when_loaded = townclerk("restore", "--check", file, "--config", town.settings)

    said = f"everybody on this machine can put something else in the place of the backup {file}: chmod go-w {tmp_path / 'open'}"
    for ran in (when_made, when_loaded):
        assert (ran.status, said in ran.err) == (0, True)


def _without_end(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-200_000])


def _another_byte(file: Path) -> None:
    raw = bytearray(file.read_bytes())
    raw[len(raw) // 2] ^= 0xFF
    file.write_bytes(raw)


def _no_archive(file: Path) -> None:
    file.write_text("hello")


def _another_archive(file: Path) -> None:
    with tarfile.open(file, "w") as tar:
        tar.add(__file__, "../../etc/passwd")


def _links_to_elsewhere(file: Path) -> None:
    with tarfile.open(file) as tar:
        said = tar.extractfile("manifest.json")
        assert said is not None
        manifest = said.read()
    with tarfile.open(file, "w") as tar:
        told, link = tarfile.TarInfo("manifest.json"), tarfile.TarInfo("database")
        told.size = len(manifest)
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        tar.addfile(told, io.BytesIO(manifest))
        tar.addfile(link)


def _full_of_holes(file: Path) -> None:
    """A file of nothing but a hole, of more bytes than any disk has."""
    with tarfile.open(file) as tar:
        said = tar.extractfile("manifest.json")
        assert said is not None
        manifest = said.read()
    with tarfile.open(file, "w", format=tarfile.PAX_FORMAT) as tar:
        told, hole = tarfile.TarInfo("manifest.json"), tarfile.TarInfo("database")
        told.size = len(manifest)
        hole.pax_headers = {
            "GNU.sparse.major": "0",
            "GNU.sparse.minor": "1",
            "GNU.sparse.map": "0,0",
            "GNU.sparse.size": str(1 << 50),
        }
        tar.addfile(told, io.BytesIO(manifest))
        tar.addfile(hole)


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (_without_end, "backup"),
        (_another_byte, "not as it was written"),
        (_no_archive, "is no backup of townclerk"),
        (_another_archive, "is no backup of townclerk"),
        (_links_to_elsewhere, "is no backup of townclerk"),
        (_full_of_holes, "is no backup of townclerk"),
        (Path.unlink, "cannot be read"),
    ],
)
def test_a_backup_that_is_damaged_is_refused(
    townclerk: Command, town: Town, tmp_path: Path, damage: "object", said: str
) -> None:
    file = made(townclerk, town, tmp_path)
    damage(file)  # type: ignore[operator]  # each takes the file

    for ran in (
        townclerk("restore", "--check", file, "--config", town.settings),
        townclerk("restore", file, "--replace", "--config", town.settings),
    ):
        assert ran.status != 0
        assert said in ran.err
    assert townclerk("case", "show", town.new, "--config", town.settings).status == 0


@pytest.mark.parametrize("with_its_digest", [False, True])
def test_a_backup_in_which_a_mail_was_changed_is_refused(townclerk: Command, town: Town, with_its_digest: bool) -> None:
    """Also where the digest in its row was changed with it: the journal has the one of then."""
    forged = b"I never complained."
    case = town.ask(partial(cases.load, ref=town.new))
    assert case is not None
    number = case.mails[0].mail
    town.ask(lambda tx: tx.execute(update(schema.mail_parts).where(schema.mail_parts.c.mail_id == number).values(bytes=forged)))
    if with_its_digest:
        digest = sha256(forged).hexdigest()
        town.ask(lambda tx: tx.execute(update(schema.mails).where(schema.mails.c.id == number).values(sha256=digest)))
    backup = town.folder / "a.backup"
    townclerk("backup", "--to", backup, "--config", town.settings)

    ran = townclerk("restore", "--check", backup, "--config", town.settings)

    assert ran.status == 1
    assert f"the bytes of mail {number} are not those that came" in ran.err


def test_a_backup_that_other_keys_sealed_is_taken_only_where_they_are_said_to_be_lost(townclerk: Command, town: Town) -> None:
    backup = town.folder / "a.backup"
    townclerk("backup", "--to", backup, "--config", town.settings)
    (town.folder / "another-key").write_text("fresh from the other machine")
    town.rewrite(reply_address={"keys": [{"id": "a", "secret": {"file": "another-key"}}]})

    refused = townclerk("restore", "--check", backup, "--config", town.settings)
    taken = townclerk("restore", "--check", "--keys-lost", backup, "--config", town.settings)

    assert refused.status == 1
    assert "which is not known here" in refused.err
    assert taken.status == 0
    assert "the chain alone holds them" in taken.out


def test_a_backup_in_whose_journal_an_entry_was_changed_is_refused(townclerk: Command, town: Town, tmp_path: Path) -> None:
    town.ask(lambda tx: tx.exec_driver_sql("UPDATE journal SET actor = 'nobody' WHERE number = 2"))
    file = made(townclerk, town, tmp_path)

    ran = townclerk("restore", "--check", file, "--config", town.settings)

    assert ran.status == 1
    assert "BROKEN at entry 2" in ran.err


def test_a_backup_whose_journal_was_written_anew_is_refused_by_the_end_that_it_had(
    townclerk: Command, town: Town, tmp_path: Path
) -> None:
    """Every hash of it is right, and so is the digest: only the end of the journal is not the one that was written down."""
    with archive.opened(made(townclerk, town, tmp_path), None) as (manifest, copied):
        copy = Database.open(f"sqlite:///{copied}")
        copy.run_now(write_anew_unsealed)
        assert copy.read_now(journal.verify) is None
        copy.close()
        digest, size = archive.measured(copied)
        archive.write(tmp_path / "anew.backup", replace(manifest, sha256=digest, size=size), copied)

    ran = townclerk("restore", "--check", tmp_path / "anew.backup", "--config", town.settings)

    assert ran.status == 1
    assert "the backup does not hold what it says of itself" in ran.err
    assert "the end of its journal" in ran.err


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("CREATE TRIGGER quietly AFTER INSERT ON cases BEGIN DELETE FROM mails; END", "a trigger, quietly"),
        ("CREATE VIEW quietly AS SELECT * FROM cases", "a view, quietly"),
    ],
    ids=["trigger", "view"],
)
def test_a_backup_that_would_act_by_itself_is_refused(
    townclerk: Command, town: Town, tmp_path: Path, statement: str, said: str
) -> None:
    town.ask(lambda tx: tx.exec_driver_sql(statement))
    file = made(townclerk, town, tmp_path)

    ran = townclerk("restore", file, "--replace", "--config", town.settings)

    assert ran.status == 1
    assert f"{said}, which no townclerk made" in ran.err


def test_a_backup_of_another_installation_is_refused(townclerk: Command, town: Town, tmp_path: Path) -> None:
    file = made(townclerk, town, tmp_path)
    town.change_policy("feedback0@council.example", "other@council.example")

    ran = townclerk("restore", "--check", file, "--config", town.settings)

    assert ran.status == 1
    assert "the backup is of" in ran.err


def test_nothing_gives_way_unasked_nor_while_a_service_is_at_work(townclerk: Command, town: Town, tmp_path: Path) -> None:
    file = made(townclerk, town, tmp_path)
    unasked = townclerk("restore", file, "--config", town.settings)
    town.ask(partial(leases.take, name="a mailbox", holder="host:1", now=datetime.now(UTC), seconds=60))
    at_work = townclerk("restore", file, "--replace", "--config", town.settings)

    assert (unasked.status, at_work.status) == (1, 1)
    assert "--replace" in unasked.err
    assert "host:1" in at_work.err


def test_mail_flows_through_a_backup_and_after_its_restore_every_mail_is_in_one_case_and_letters_wait(
    townclerk: Command, town: Town, tmp_path: Path
) -> None:
    """What came after the backup lies in the mailbox still, and is taken in again. The letters of then may have gone."""
    mailbox, now = MemoryMailbox(), datetime.now(UTC).replace(microsecond=0)
    mailbox.number_anew("INBOX")  # it is another than that of the town's past
    senders = [f"r{n}@home.example" for n in range(9)]

    async def live(world: World, first: int, last: int, *, meanwhile: bool) -> None:
        copying = asyncio.create_task(asyncio.to_thread(made, townclerk, town, tmp_path)) if meanwhile else None
        for n in range(first, last):
            mailbox.deliver(mail(senders[n], f"Complaint {n}", f"I want to complain of the bin number {n}."), now)
            await world.settle(now)
        if copying is not None:
            await copying

    with living(town, mailbox) as world:
        asyncio.run(live(world, 0, 6, meanwhile=True))
    with living(town, mailbox) as world:
        asyncio.run(live(world, 6, 9, meanwhile=False))
    given_out = town.ask(partial(cases.next_number, council=COUNCIL, year=now.year))

    ran = townclerk("restore", tmp_path / "town.backup", "--replace", "--why", "a fire", "--config", town.settings)
    assert ran.status == 0, ran.err
    with living(town, mailbox) as world:
        asyncio.run(world.settle(now + timedelta(minutes=1)))

    def look(tx: Tx) -> None:
        for sender in senders:
            assert len(cases.of_party(tx, COUNCIL, sender)) == 1, sender
        assert mails.counts(tx, "feedback0@council.example")[MailState.TAKEN] == 0
        assert cases.next_number(tx, COUNCIL, now.year) > given_out
        assert outbox.depth(tx, COUNCIL)[OutboxState.WAITING] > 0

    town.ask(look)
    assert list(town.folder.glob("townclerk.db.before-restore-*"))
    assert townclerk("audit", "verify", "--config", town.settings).status == 0
    health = townclerk("health", "--config", town.settings)
    assert "letters wait since a restore" in health.out
    released = townclerk("outbox", "release", "--config", town.settings)
    with living(town, mailbox) as world:
        asyncio.run(world.settle(now + timedelta(minutes=2)))
    assert "letters go out again" in released.out
    assert town.ask(partial(outbox.depth, council=COUNCIL))[OutboxState.WAITING] == 0


def test_a_restore_that_is_stopped_at_the_last_step_leaves_in_place_what_was_there(
    townclerk: Command, town: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A service that found nothing in its place would begin anew, and answer the whole mailbox once more."""
    file, database = made(townclerk, town, tmp_path), town.folder / "townclerk.db"
    replace = Path.replace

    def stopped(path: Path, target: Path) -> Path:
        if target == database:
            raise OSError("the disk is gone")
        return replace(path, target)

    monkeypatch.setattr(Path, "replace", stopped)

    assert townclerk("restore", file, "--replace", "--config", town.settings).status != 0
    assert townclerk("case", "show", town.new, "--config", town.settings).status == 0
    assert town.ask(lambda tx: backup.held_since(tx, COUNCIL)) is None


def test_a_restore_is_refused_while_one_of_the_services_on_the_database_lives_though_another_is_gone(
    townclerk: Command, town: Town, tmp_path: Path
) -> None:
    file = made(townclerk, town, tmp_path)
    says_its_name = "from townclerk.app import holder; print(holder.this_process())"
    died = subprocess.run([sys.executable, "-c", says_its_name], capture_output=True, text=True, check=True).stdout.strip()
    now, alive = datetime.now(UTC), this_process()
    for name, who in (("a@council.example", died), ("b@council.example", alive), ("c@council.example", died)):
        town.ask(partial(leases.take, name=name, holder=who, now=now, seconds=60))

    refused = townclerk("restore", file, "--replace", "--config", town.settings)
    town.ask(partial(leases.release, name="b@council.example", holder=alive))
    done = townclerk("restore", file, "--replace", "--config", town.settings)

    assert refused.status != 0
    assert f"a townclerk ({alive}) is at work on the database" in refused.err
    assert (done.status, done.err) == (0, "")


def test_the_log_of_a_database_that_was_emptied_is_kept_beside_what_is_restored(
    townclerk: Command, town: Town, tmp_path: Path
) -> None:
    """As a full disk may leave it: all that there was is in the log, which SQLite throws away when it opens an empty file."""
    file = made(townclerk, town, tmp_path)
    database, log = town.folder / "townclerk.db", town.folder / "townclerk.db-wal"
    database.write_bytes(b"")
    log.write_bytes(b"all that there was" * 1000)

    asked = townclerk("restore", file, "--config", town.settings)
    done = townclerk("restore", file, "--replace", "--config", town.settings)

    assert "with --replace it gives way" in asked.err
    assert (done.status, done.err) == (0, "")
    (kept,) = town.folder.glob("townclerk.db.before-restore-*-wal")
    assert kept.read_bytes() == b"all that there was" * 1000


def test_a_lost_or_ruined_database_is_made_anew_from_a_backup(townclerk: Command, town: Town, tmp_path: Path) -> None:
    file = made(townclerk, town, tmp_path)
    database = town.folder / "townclerk.db"
    database.write_bytes(b"ruined" * 1000)
    ruined = townclerk("restore", file, "--replace", "--config", town.settings)
    for left in town.folder.glob("townclerk.db*"):
        left.unlink()
    lost = townclerk("restore", file, "--config", town.settings)

    assert (ruined.status, ruined.err) == (0, "")
    assert (lost.status, lost.err) == (0, "")
    assert stat.S_IMODE(database.stat().st_mode) == 0o600
    shown = townclerk("audit", "show", "--since", "2020-01-01", "--json", "--config", town.settings).objects
    assert shown[-1]["event"] == "restored"
    assert townclerk("case", "show", town.new, "--config", town.settings).status == 0
