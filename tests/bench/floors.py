"""The floor of each stage: what its library or server takes for the same mails when nothing else is done."""

import asyncio
import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiosmtplib
import mailparser
from sqlalchemy import func, select

from servers.dovecot import Dovecot
from servers.installation import DOMAIN, Books, Names
from townclerk.app.wiring import load_files, open_database, open_office
from townclerk.domain.decide import Send, decide
from townclerk.domain.events import CaseOpened, MailFacts
from townclerk.domain.mail import Address
from townclerk.domain.routing import route
from townclerk.mail.parsing import ParsePool, read_inline
from townclerk.services.writing import write_letter
from townclerk.store.database import Tx
from townclerk.store.schema import metadata, outbox

NAMES = Names(0)


@dataclass(frozen=True, slots=True)
class Floors:
    """Seconds for all of the mails. `stages` by libraries alone; `beside` the same work as the daemon does it."""

    stages: dict[str, float]
    beside: dict[str, float]

    @property
    def total(self) -> float:
        return sum(self.stages.values())


def measure(dovecot: Dovecot, smtp_port: int, settings: Path, folder: Path, mails: int, letters: int) -> Floors:
    """The floors of *mails* mails that gave *letters* letters; the daemon's database says what it wrote for them."""
    found = Floors({}, {})
    with timed(found.stages, "fetch"):
        raws = fetch(dovecot)[:mails]
    with timed(found.stages, "parse"):
        parse_bare(raws)
    with timed(found.beside, "parse"):
        asyncio.run(parse_in_worker(raws))
    each = written(settings, mails)
    with timed(found.stages, "commit"):
        commit_bare(folder, raws, letters, each)
    render(settings, raws, found)
    ready = letters_of(settings, letters)
    with timed(found.stages, "send"):
        asyncio.run(send_bare(smtp_port, ready))
    return found


@contextmanager
def timed(where: dict[str, float], name: str) -> Iterator[None]:
    began = time.monotonic()
    yield
    where[name] = time.monotonic() - began


def fetch(dovecot: Dovecot) -> list[bytes]:
    """Every mail, fifty at a time, by the library alone."""
    found: list[bytes] = []
    with dovecot.client(NAMES.feedback) as client:
        client.select_folder("INBOX", readonly=True)
        uids = client.search("ALL")
        for start in range(0, len(uids), 50):
            answer: dict[int, dict[bytes, Any]] = client.fetch(uids[start : start + 50], ["BODY.PEEK[]"])
            found.extend(data[b"BODY[]"] for data in answer.values())
    return found


def parse_bare(raws: Sequence[bytes]) -> None:
    for raw in raws:
        parsed = mailparser.parse_from_bytes(raw)
        _ = parsed.from_, parsed.subject, parsed.message_id, parsed.text_plain, parsed.attachments


async def parse_in_worker(raws: Sequence[bytes]) -> None:
    pool = ParsePool()
    try:
        for raw in raws:
            await pool.parse(raw)
    finally:
        await pool.close()


@dataclass(frozen=True, slots=True)
class Written:
    """What the daemon's database holds after the run: rows and bytes beside the mails themselves, for each mail."""

    rows: int
    size: int


_SIZES = ("PRAGMA page_count", "PRAGMA page_size", "SELECT sum(length(bytes)) FROM mail_parts")


def written(settings: Path, count: int) -> Written:
    def look(tx: Tx) -> Written:
        tables = [table for table in metadata.sorted_tables if table.name not in ("mail_parts", "mails")]
        rows = sum(int(tx.execute(select(func.count()).select_from(table)).scalar_one()) for table in tables)
        pages = int(tx.exec_driver_sql("PRAGMA page_count").scalar_one()) * int(
            tx.exec_driver_sql("PRAGMA page_size").scalar_one()
        )
        raws = int(tx.exec_driver_sql("SELECT sum(length(bytes)) FROM mail_parts").scalar_one())
        return Written(max(1, rows // count), max(1, (pages - raws) // count))

    return Books.of(settings).ask(look)


def commit_bare(folder: Path, raws: Sequence[bytes], letters: int, each: Written) -> None:
    """As few transactions as the promises allow: raw bytes fifty at a time, one for each decision, one for each letter sent."""
    db = sqlite3.connect(folder / "bare.db", isolation_level=None)
    db.execute("PRAGMA journal_mode=WAL")
    db.execute("PRAGMA synchronous=FULL")
    db.execute("CREATE TABLE raw (id INTEGER PRIMARY KEY, bytes BLOB)")
    db.execute("CREATE TABLE made (id INTEGER PRIMARY KEY, what BLOB, done INTEGER)")
    for start in range(0, len(raws), 50):
        with _transaction(db):
            db.executemany("INSERT INTO raw (bytes) VALUES (?)", [(raw,) for raw in raws[start : start + 50]])
    row = bytes(each.size // each.rows)
    for _ in raws:
        with _transaction(db):
            db.executemany("INSERT INTO made (what) VALUES (?)", [(row,)] * each.rows)
    for number in range(letters):
        with _transaction(db):
            db.execute("UPDATE made SET done = 1 WHERE id = ?", (number + 1,))
    db.close()


@contextmanager
def _transaction(db: sqlite3.Connection) -> Iterator[None]:
    db.execute("BEGIN IMMEDIATE")
    yield
    db.execute("COMMIT")


def render(settings: Path, raws: Sequence[bytes], where: Floors) -> None:
    """The receipt and the assignment of each mail, rendered and composed; and before that the decision, timed apart."""
    files = load_files(settings)
    db = open_database(files.settings)
    office = open_office(files, db, ParsePool())
    readings = [reading.mail for raw in raws if (reading := read_inline(raw)).mail]
    now = datetime.now(UTC)
    sends: list[Send] = []
    with timed(where.beside, "decide"):
        for number, mail in enumerate(readings):
            who = mail.sender or Address("", "nobody@home.example")
            facts = MailFacts(number, who, mail.subject, mail.message_id, mail.thread, now, mail.own_text, mail.text, (), True)
            event = CaseOpened(f"SS-26-{number:04}-X", facts, route(mail, office.council.routing))
            sends.extend(decide(None, event, office.council, now).sends)
    with timed(where.stages, "render"):
        for send in sends:
            write_letter(office, send, now)
    db.close()


async def send_bare(port: int, letters: Sequence[tuple[str, bytes]]) -> None:
    async with aiosmtplib.SMTP(hostname="127.0.0.1", port=port, start_tls=False) as smtp:
        for recipient, raw in letters:
            await smtp.sendmail(f"{NAMES.feedback}@{DOMAIN}", [recipient], raw)


def letters_of(settings: Path, count: int) -> list[tuple[str, bytes]]:
    rows = Books.of(settings).ask(lambda tx: tx.execute(select(outbox.c.recipient, outbox.c.raw).limit(count)).all())
    return [(row.recipient, bytes(row.raw)) for row in rows]
