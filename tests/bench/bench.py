"""How fast is the daemon, and how much of that is the floor that its libraries and servers set? Measured side by side, in one run.

    python tests/bench/bench.py [--mails 500] [--json]

The servers are a real Dovecot and an SMTP server that takes everything, each in processes of its own; the database is an SQLite
file that is as durable as in production. All of it shares one machine, so compare the lines of one run, and not of two.
"""

import argparse
import asyncio
import json
import os
import platform
import select
import socket
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any, Self

sys.path.insert(0, str(Path(__file__).parents[1]))

import aiosmtplib
import mailparser
from imapclient import IMAPClient
from material import large_mail, mails, sender
from sqlalchemy import func, select as select_rows

from servers.dovecot import Dovecot
from servers.installation import COUNCIL, DOMAIN, Books, Names, Running, Where, eventually, install, users
from servers.ports import answers, free_ports, until
from townclerk.app.wiring import load_files, open_database, open_office
from townclerk.domain.decide import decide
from townclerk.domain.events import CaseOpened, MailFacts
from townclerk.domain.mail import Address
from townclerk.domain.routing import route
from townclerk.mail.parsing import ParsePool, read_inline
from townclerk.services.writing import write_letter
from townclerk.store import outbox as stored_outbox
from townclerk.store.schema import OutboxState, metadata, outbox

LARGE = 40_000_000  # bytes
SINGLES = 20
NAMES = Names(0)


# --- the world ----------------------------------------------------------------------------------------------------------


class SinkProcess:
    """The SMTP server, and when it took the mail to whom."""

    def __init__(self) -> None:
        (self.port,) = free_ports(1)
        self.taken: list[tuple[float, str, int]] = []

    def __enter__(self) -> Self:
        script = str(Path(__file__).with_name("sink_process.py"))
        self._process = subprocess.Popen([sys.executable, script, str(self.port)], stdout=subprocess.PIPE, text=True)
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()
        until(lambda: answers(self.port), 20, "the sink")
        return self

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.wait(10)
        self._listener.join(5)

    def _listen(self) -> None:
        for line in self._process.stdout or ():
            moment, recipient, size = line.split()
            self.taken.append((float(moment), recipient, int(size)))

    def moments(self, recipients: set[str]) -> dict[str, float]:
        """When the first letter to each of *recipients* was taken."""
        found: dict[str, float] = {}
        for moment, recipient, _ in self.taken.copy():
            if recipient in recipients:
                found.setdefault(recipient, moment)
        return found


@dataclass(frozen=True, slots=True)
class Memory:
    """Peaks of the daemon's own process, in millions of bytes; the parser lives in another process, whose peak is `parser`."""

    idle: float
    run: float
    before_large: float
    large: float
    parser: float


@dataclass(frozen=True, slots=True)
class Whole:
    """`receipts` seconds until every resident had theirs, `all_letters` until the officers had all of theirs too."""

    mails: int
    letters: int
    receipts: float
    all_letters: float


@dataclass
class Results:
    machine: dict[str, str]
    whole: Whole | None = None
    floors: dict[str, float] = field(default_factory=dict)  # seconds for all of the mails
    beside: dict[str, float] = field(default_factory=dict)  # the same work as the daemon does it, seconds
    memory: Memory | None = None
    latency: list[float] = field(default_factory=list)
    push: list[float] = field(default_factory=list)
    start: float = 0.0


# --- the whole path -----------------------------------------------------------------------------------------------------


def whole_path(daemon: Running, sink: SinkProcess, count: int) -> Whole:
    """From the first look into a mailbox that holds *count* mails until the last letter was taken."""
    daemon.wait_for("ready")
    began = time.monotonic()
    recipients = {sender(number) for number in range(count)}
    eventually(lambda: len(sink.moments(recipients)) == count, "a receipt for every mail", 600)
    books = Books.of(daemon.settings)
    eventually(lambda: books.ask(_unsent) == 0, "an empty outbox", 600)
    taken = sink.taken.copy()
    return Whole(count, len(taken), max(sink.moments(recipients).values()) - began, max(m for m, _, _ in taken) - began)


def _unsent(tx: Any) -> int:
    depth = stored_outbox.depth(tx, COUNCIL)
    return depth[OutboxState.WAITING] + depth[OutboxState.SENDING]


def latencies(dovecot: Dovecot, sink: SinkProcess, first: int) -> tuple[list[float], list[float]]:
    """(from LMTP's 250 to the sink's 250; from LMTP's 250 to the push of a bare IDLE), in seconds, for single mails."""
    ours, pushes = [], []
    with dovecot.client(NAMES.feedback) as watcher:
        watcher.socket().setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        watcher.select_folder("INBOX", readonly=True)
        for number, raw in enumerate(mails(NAMES, SINGLES, first), first):
            watcher.idle()
            dovecot.deliver(f"{NAMES.feedback}@{DOMAIN}", raw, sender(number))
            delivered = time.monotonic()
            select.select([watcher.socket()], [], [], 20)
            pushes.append(time.monotonic() - delivered)
            watcher.idle_done()
            eventually(lambda who={sender(number)}: bool(sink.moments(who)), "the receipt", 30)
            ours.append(sink.moments({sender(number)})[sender(number)] - delivered)
    return ours, pushes


# --- memory -------------------------------------------------------------------------------------------------------------


def peak(pid: int, name: str = "VmHWM") -> float:
    """The peak of resident memory of a process, in millions of bytes."""
    status = Path(f"/proc/{pid}/status").read_text()
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith(name)) * 1024 / 1e6


def forget_peak(pid: int) -> None:
    """From now on VmHWM counts anew."""
    Path(f"/proc/{pid}/clear_refs").write_text("5")


def children(pid: int) -> list[int]:
    return [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def memory_with_large_mail(daemon: Running, dovecot: Dovecot, sink: SinkProcess, idle: float, number: int) -> Memory:
    pid = daemon.process.pid
    run = peak(pid)
    forget_peak(pid)
    before = peak(pid)
    for child in _readers(pid):
        forget_peak(child)
    dovecot.append(NAMES.feedback, large_mail(NAMES, LARGE, number), datetime.now(UTC))
    eventually(lambda: bool(sink.moments({sender(number)})), "the receipt for the large mail", 120)
    return Memory(idle, run, before, peak(pid), max((peak(child) for child in _readers(pid)), default=0.0))


def _readers(pid: int) -> list[int]:
    """The daemon may have started a thread's children under another task."""
    tasks = Path(f"/proc/{pid}/task").iterdir()
    return [int(each) for task in tasks for each in (task / "children").read_text().split()]


# --- the floors ---------------------------------------------------------------------------------------------------------


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


def written(settings: Path, count: int) -> Written:
    def look(tx: Any) -> Written:
        tables = [table for table in metadata.sorted_tables if table.name not in ("mail_parts", "mails")]
        rows = sum(int(tx.execute(select_rows(func.count()).select_from(table)).scalar_one()) for table in tables)
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


def render(settings: Path, raws: Sequence[bytes], where: dict[str, float]) -> None:
    """The receipt and the assignment of each mail, rendered and composed; and before that the decision, timed apart."""
    files = load_files(settings)
    db = open_database(files.settings)
    office = open_office(files, db, ParsePool())
    readings = [reading.mail for raw in raws if (reading := read_inline(raw)).mail]
    now, sends = datetime.now(UTC), []
    with timed(where, "decide"):
        for number, mail in enumerate(readings):
            who = mail.sender or Address("", "nobody@home.example")
            facts = MailFacts(number, who, mail.subject, mail.message_id, mail.thread, now, mail.own_text, mail.text, (), True)
            event = CaseOpened(f"SS-26-{number:04}-X", facts, route(mail, office.council.routing))
            sends.extend(decide(None, event, office.council, now).sends)
    with timed(where, "render"):
        for send in sends:
            write_letter(office, send, now)
    db.close()


async def send_bare(port: int, letters: Sequence[tuple[str, bytes]]) -> None:
    async with aiosmtplib.SMTP(hostname="127.0.0.1", port=port, start_tls=False) as smtp:
        for recipient, raw in letters:
            await smtp.sendmail(f"{NAMES.feedback}@{DOMAIN}", [recipient], raw)


def letters_of(settings: Path, count: int) -> list[tuple[str, bytes]]:
    rows = Books.of(settings).ask(lambda tx: tx.execute(select_rows(outbox.c.recipient, outbox.c.raw).limit(count)).all())
    return [(row.recipient, bytes(row.raw)) for row in rows]


def floors(results: Results, dovecot: Dovecot, sink: SinkProcess, settings: Path, folder: Path, count: int) -> None:
    whole = results.whole
    assert whole is not None
    with timed(results.floors, "fetch"):
        raws = fetch(dovecot)[:count]
    with timed(results.floors, "parse"):
        parse_bare(raws)
    with timed(results.beside, "parse"):
        asyncio.run(parse_in_worker(raws))
    each = written(settings, count)
    with timed(results.floors, "commit"):
        commit_bare(folder, raws, whole.letters, each)
    spent: dict[str, float] = {}
    render(settings, raws, spent)
    results.floors |= {"render": spent["render"]}
    results.beside |= {"decide": spent["decide"]}
    letters = letters_of(settings, whole.letters)
    with timed(results.floors, "send"):
        asyncio.run(send_bare(sink.port, letters))


# --- the run ------------------------------------------------------------------------------------------------------------


def machine() -> dict[str, str]:
    cpu = next(
        (line.split(":")[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines() if "model name" in line), "?"
    )
    libraries = {name: version(name) for name in ("imapclient", "aiosmtplib", "mail-parser", "sqlalchemy")}
    dovecot = subprocess.run(["/usr/sbin/dovecot", "--version"], capture_output=True, text=True, check=False).stdout.split()
    return {
        "cpu": cpu,
        "cores": str(len(os.sched_getaffinity(0))),
        "load at the start": f"{os.getloadavg()[0]:.1f}",
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
        "dovecot": dovecot[0] if dovecot else "?",
        **libraries,
    }


def idle_peak(settings: Path, results: Results) -> float:
    """The peak of a daemon that has met an empty mailbox and waits."""
    began = time.monotonic()
    with Running(settings) as daemon:
        daemon.wait_for("ready")
        results.start = time.monotonic() - began
        eventually(lambda: "health" in str(daemon.log) or time.monotonic() - began > results.start + 1.0, "a quiet moment")
        found = peak(daemon.process.pid)
        daemon.terminate()
    return found


def run(count: int) -> Results:
    results = Results(machine())
    with tempfile.TemporaryDirectory() as name, Dovecot(users([0])) as dovecot, SinkProcess() as sink:
        folder = Path(name)
        settings = install(folder / "town", NAMES, Where(dovecot.imap_port, sink.port))
        idle = idle_peak(settings, results)
        with dovecot.client(NAMES.feedback) as client:
            for raw in mails(NAMES, count):
                client.append("INBOX", raw, msg_time=datetime.now(UTC))
        with Running(settings) as daemon:
            results.whole = whole_path(daemon, sink, count)
            floors(results, dovecot, sink, settings, folder, count)
            results.latency, results.push = latencies(dovecot, sink, count)
            results.memory = memory_with_large_mail(daemon, dovecot, sink, idle, count + SINGLES)
            daemon.terminate()
    return results


def table(results: Results) -> str:
    whole, memory = results.whole, results.memory
    assert whole is not None and memory is not None
    count, total = whole.mails, sum(results.floors.values())
    lines = [", ".join(f"{name} {value}" for name, value in results.machine.items()), ""]
    lines += [f"{count} mails, {whole.letters} letters", ""]
    lines += [f"{'':44}{'seconds':>9}{'ms/mail':>9}{'mails/s':>9}"]

    def line(name: str, seconds: float) -> str:
        return f"{name:44}{seconds:9.2f}{1000 * seconds / count:9.2f}{count / seconds:9.0f}"

    lines += [
        line("whole path, until the last receipt", whole.receipts),
        line("whole path, until the last letter", whole.all_letters),
        "",
    ]
    words = {
        "fetch": "fetch, bare IMAPClient, 50 at a time",
        "parse": "parse, bare mail-parser",
        "commit": "commit, bare SQLite, synchronous=FULL",
        "render": "render and compose the letters",
        "send": "send, bare aiosmtplib, one connection",
    }
    lines += [line(words[name], seconds) for name, seconds in results.floors.items()]
    lines += [line("sum of these, one after the other", total), ""]
    lines += [f"whole path / sum of its floors: {whole.all_letters / total:.2f}", ""]
    lines += [line(f"{name}, as the daemon does it", seconds) for name, seconds in results.beside.items()]
    lines += ["", f"start until ready: {results.start:.2f} s", ""]
    lines += ["peak memory of the daemon's process, MB"]
    lines += [f"  idle {memory.idle:.0f}, after the run {memory.run:.0f} ({memory.run / memory.idle:.2f} times idle)"]
    share = (memory.large - memory.before_large) / (LARGE / 1e6)
    lines += [
        f"  with a mail of {LARGE / 1e6:.0f} MB {memory.large:.0f}, from {memory.before_large:.0f}: {share:.2f} times the mail's size"
    ]
    lines += [f"  the reader's process, meanwhile {memory.parser:.0f}", ""]
    lines += [f"{SINGLES} single mails, ms{'median':>31}{'p95':>9}"]
    for name, values in (
        ("Dovecot's own push (bare IDLE)", results.push),
        ("LMTP accepted until receipt accepted", results.latency),
    ):
        lines += [f"  {name:42}{1000 * statistics.median(values):9.0f}{1000 * p95(values):9.0f}"]
    lines += [
        f"  the daemon's share of the median: {1000 * (statistics.median(results.latency) - statistics.median(results.push)):.0f} ms"
    ]
    return "\n".join(lines)


def p95(values: Sequence[float]) -> float:
    return sorted(values)[max(0, round(0.95 * len(values)) - 1)]


def main(show: Callable[[str], None]) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mails", type=int, default=500)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    results = run(given.mails)
    show(json.dumps(asdict(results)) if given.json else table(results))


if __name__ == "__main__":
    main(print)  # noqa: T203
