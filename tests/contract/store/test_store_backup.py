"""A copy of the whole database while others write: of one moment, complete, and fit to be worked with."""

import stat
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import URL

from servers.installation import eventually
from townclerk.domain.mail import Arrival
from townclerk.mail.spool import MemoryRaw
from townclerk.store import backup, cases, facts, journal, leases, mails
from townclerk.store.database import Database, Tx
from townclerk.store.errors import BackupFailed

NOON = datetime(2027, 1, 11, 12, tzinfo=UTC)
WRITERS = 3


def one_more(tx: Tx) -> None:
    """A mail, the number of a case and an entry: all of them, or none."""
    number = cases.next_number(tx, "oakdale", 2027)
    arrival = Arrival("INBOX", 7, number, NOON, None, MemoryRaw(f"mail {number}".encode() * 1000))
    mails.take(tx, "feedback@council.example", "INBOX", 7, number, NOON, [arrival], NOON)
    journal.append(tx, "oakdale", None, NOON, "intake", "taken", {"n": number})


@contextmanager
def others_writing(database: Database) -> Iterator[Callable[[], int]]:
    """They do all the while. Gives a function that says how often they have."""
    over, written = threading.Event(), []

    def write() -> None:
        while not over.is_set():
            database.run_now(one_more)
            written.append(1)

    threads = [threading.Thread(target=write) for _ in range(WRITERS)]
    for thread in threads:
        thread.start()
    try:
        yield lambda: len(written)
    finally:
        over.set()
        for thread in threads:
            thread.join()


@contextmanager
def loaded(url: str, copied: Path) -> Iterator[Database]:
    ours = backup.kind_of(url) == "sqlite"
    aside = f"sqlite:///{copied}" if ours else backup.make_aside(url)
    try:
        if not ours:
            backup.load_postgres(copied, aside)
        opened = Database.open(aside)
        yield opened
        opened.close()
    finally:
        if not ours:
            backup.drop_aside(aside)


def test_a_copy_made_while_others_write_is_of_one_moment(database: Database, url: str, tmp_path: Path) -> None:
    with others_writing(database) as written:
        eventually(lambda: written() >= 5, "five were written")
        before = written()
        said = backup.copy(url, tmp_path / "copy")
        after = written()

    assert stat.S_IMODE((tmp_path / "copy").stat().st_mode) == 0o600
    assert before <= said.head.number <= after + WRITERS
    assert said.rows["mails"] == said.rows["mail_parts"] == said.rows["journal"] == said.head.number
    with loaded(url, tmp_path / "copy") as copied:
        assert copied.read_now(backup.contents_of) == said
        assert copied.read_now(lambda tx: journal.verify(tx, [said.head])) is None
        assert b"mail " in copied.read_now(lambda tx: mails.raw_bytes(tx, said.head.number))
    assert database.read_now(lambda tx: journal.verify(tx, [said.head])) is None


def test_a_copy_that_was_loaded_leaves_out_numbers_forgets_leases_and_holds_letters(database: Database) -> None:
    later = NOON + timedelta(hours=1)
    database.run_now(one_more)
    database.run_now(lambda tx: leases.take(tx, "feedback@council.example", "somebody", later, 60))
    kept = database.read_now(journal.head)

    database.run_now(lambda tx: backup.settle(tx, "oakdale", NOON, kept, later, "pam", {"why": "a fire"}))

    assert database.run_now(lambda tx: cases.next_number(tx, "oakdale", 2027)) == 2 + backup.NUMBERS_LEFT_OUT
    assert database.run_now(lambda tx: leases.take(tx, "feedback@council.example", "other", later, 60)).mine
    (entry,) = database.read_now(lambda tx: tuple(journal.found(tx, "oakdale", events=[backup.RESTORED])))
    assert (entry.actor, (entry.detail or {})["head"]) == ("pam", str(kept))
    assert database.read_now(lambda tx: backup.held_since(tx, "oakdale")) == later
    assert database.run_now(lambda tx: backup.let_go(tx, "oakdale"))
    assert database.read_now(lambda tx: backup.held_since(tx, "oakdale")) is None


def test_in_a_year_of_which_the_copy_has_no_case_numbers_are_left_out_too(database: Database) -> None:
    later = NOON + timedelta(days=365)

    database.run_now(lambda tx: backup.settle(tx, "oakdale", NOON, journal.head(tx), later, "pam", {}))

    assert database.run_now(lambda tx: cases.next_number(tx, "oakdale", later.year)) == 1 + backup.NUMBERS_LEFT_OUT


def test_a_copy_goes_over_nothing_that_is_there(url: str, tmp_path: Path) -> None:
    (tmp_path / "copy").write_text("precious")

    with pytest.raises(FileExistsError):
        backup.copy(url, tmp_path / "copy")

    assert (tmp_path / "copy").read_text() == "precious"


@pytest.mark.parametrize("kind", ["postgresql"], indirect=True)
def test_without_the_programs_of_postgresql_it_is_said_what_to_install(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(BackupFailed, match="postgresql-client"):
        backup.copy(url, tmp_path / "copy")


def test_the_password_of_postgresql_stands_in_no_command_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Anybody on the machine may read that."""
    program = tmp_path / "bin" / "pg_restore"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\necho "$*" > {tmp_path}/arguments\necho "$PGPASSWORD" > {tmp_path}/password\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:/usr/bin:/bin")
    url = URL.create("postgresql", "me", "hunter2", "db.example", database="townclerk")

    backup.load_postgres(tmp_path / "dump", url.render_as_string(hide_password=False))

    assert "me@db.example" in (tmp_path / "arguments").read_text()
    assert "hunter2" not in (tmp_path / "arguments").read_text()
    assert (tmp_path / "password").read_text() == "hunter2\n"


@pytest.mark.parametrize("kind", ["postgresql"], indirect=True)
def test_what_is_there_gives_way_only_where_that_was_said(database: Database, url: str, tmp_path: Path) -> None:
    database.run_now(one_more)
    said = backup.copy(url, tmp_path / "copy")
    database.run_now(one_more)

    with pytest.raises(BackupFailed, match="already exists"):
        backup.load_postgres(tmp_path / "copy", url)
    assert database.read_now(backup.contents_of).head.number == 2
    backup.load_postgres(tmp_path / "copy", url, replacing=True)

    assert database.read_now(backup.contents_of) == said


@pytest.mark.parametrize("kind", ["postgresql"], indirect=True)
def test_what_was_done_aside_is_there_as_soon_as_the_copy_is(database: Database, url: str, tmp_path: Path) -> None:
    """Letters that a copy has waiting may have gone since. There is no moment at which it is loaded and they are not held."""
    database.run_now(one_more)
    backup.copy(url, tmp_path / "copy")
    database.run_now(one_more)
    aside = backup.make_aside(url)
    try:
        backup.load_postgres(tmp_path / "copy", aside)
        settled = Database.open(aside)
        settled.run_now(lambda tx: facts.put(tx, "council:letters_held", "since now"))
        settled.close()
        backup.put_in_place(aside, tmp_path / "settled", url, replacing=True)
    finally:
        backup.drop_aside(aside)

    assert database.read_now(lambda tx: facts.get(tx, "council:letters_held")) == "since now"
    assert database.read_now(backup.contents_of).head.number == 1


@pytest.mark.parametrize("kind", ["postgresql"], indirect=True)
def test_a_copy_may_take_longer_than_a_forgotten_transaction_is_left_alone(
    database: Database, url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever the server's administrator thinks of such transactions in general."""
    database.run_now(one_more)
    dump = backup._dump  # of so little it is made too soon to be waited for

    def large(*arguments: Any) -> None:
        with psycopg.connect(url) as other:
            other.execute("SELECT pg_sleep(1.2)")
        dump(*arguments)

    monkeypatch.setattr(backup, "_dump", large)
    impatient = f"{url}&options=-cidle_in_transaction_session_timeout%3D1s"

    assert backup.copy(impatient, tmp_path / "copy").head.number == 1


@pytest.mark.parametrize("kind", ["postgresql"], indirect=True)
def test_a_copy_waits_for_a_table_that_somebody_holds_and_then_says_so(
    database: Database, url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backup, "LOCKED_SECONDS", 0.2)
    with psycopg.connect(url) as other:
        other.execute("LOCK TABLE outbox IN ACCESS EXCLUSIVE MODE")

        with pytest.raises(BackupFailed, match=r"statement timeout.*outbox"):
            backup.copy(url, tmp_path / "copy")


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
def test_a_damaged_file_is_found(database: Database, url: str, tmp_path: Path) -> None:
    for _ in range(20):
        database.run_now(one_more)
    copied = tmp_path / "copy"
    backup.copy(url, copied)
    assert backup.faults_of_file(copied) == ()

    raw = bytearray(copied.read_bytes())
    raw[8192:16384] = b"\xff" * 8192
    copied.write_bytes(raw)

    assert backup.faults_of_file(copied)
