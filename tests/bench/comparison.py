"""How fast is the daemon, and how much of that is the floor that its libraries and servers set? Side by side, in one run.

The servers are a real Dovecot and an SMTP server that takes everything, each in processes of its own; the database is an SQLite
file that is as durable as in production. All of it shares one machine, so compare the lines of one run, and not of two.
"""

import argparse
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
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Self

from bench.floors import NAMES, Floors, measure
from bench.material import large_mail, mails, sender
from bench.rules import RulesMeasured, measure_rules
from servers.dovecot import Dovecot
from servers.installation import COUNCIL, DOMAIN, Books, Running, Where, eventually, install, users
from servers.ports import answers, free_ports, until
from townclerk.store import outbox
from townclerk.store.database import Tx
from townclerk.store.schema import OutboxState

LARGE = 40_000_000  # bytes
SINGLES = 20


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

    def wait_for(self, recipient: str, seconds: float) -> float:
        """When the first letter to *recipient* was taken. Raises TimeoutError."""
        eventually(lambda: recipient in self.moments({recipient}), f"a letter to {recipient}", seconds)
        return self.moments({recipient})[recipient]


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


@dataclass(frozen=True, slots=True)
class Latency:
    """Seconds from LMTP's 250, for single mails: to the push of a bare IDLE, and to the sink's 250 for the receipt."""

    push: list[float]
    receipt: list[float]


@dataclass(frozen=True, slots=True)
class Results:
    machine: dict[str, str]
    start: float  # seconds until the daemon is ready
    whole: Whole
    floors: Floors
    latency: Latency
    memory: Memory
    rules: RulesMeasured


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


def _unsent(tx: Tx) -> int:
    depth = outbox.depth(tx, COUNCIL)
    return depth[OutboxState.WAITING] + depth[OutboxState.SENDING]


def latencies(dovecot: Dovecot, sink: SinkProcess, first: int) -> Latency:
    """Mails that come one by one, each when the one before it has been dealt with."""
    found = Latency([], [])
    with dovecot.client(NAMES.feedback) as watcher:
        watcher.socket().setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        watcher.select_folder("INBOX", readonly=True)
        for number, raw in enumerate(mails(NAMES, SINGLES, first), first):
            watcher.idle()
            dovecot.deliver(f"{NAMES.feedback}@{DOMAIN}", raw, sender(number))
            delivered = time.monotonic()
            select.select([watcher.socket()], [], [], 20)
            found.push.append(time.monotonic() - delivered)
            watcher.idle_done()
            found.receipt.append(sink.wait_for(sender(number), 30) - delivered)
    return found


# --- memory -------------------------------------------------------------------------------------------------------------


def peak(pid: int, name: str = "VmHWM") -> float:
    """The peak of resident memory of a process, in millions of bytes."""
    status = Path(f"/proc/{pid}/status").read_text()
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith(name)) * 1024 / 1e6


def forget_peak(pid: int) -> None:
    """From now on VmHWM counts anew."""
    Path(f"/proc/{pid}/clear_refs").write_text("5")


def memory_with_large_mail(daemon: Running, dovecot: Dovecot, sink: SinkProcess, idle: float, number: int) -> Memory:
    pid = daemon.process.pid
    run = peak(pid)
    forget_peak(pid)
    before = peak(pid)
    for child in _readers(pid):
        forget_peak(child)
    dovecot.append(NAMES.feedback, large_mail(NAMES, LARGE, number), datetime.now(UTC))
    sink.wait_for(sender(number), 120)
    return Memory(idle, run, before, peak(pid), max((peak(child) for child in _readers(pid)), default=0.0))


def _readers(pid: int) -> list[int]:
    """Its children: the processes that read mail. Each belongs to the thread that started it."""
    tasks = Path(f"/proc/{pid}/task").iterdir()
    return [int(each) for task in tasks for each in (task / "children").read_text().split()]


# --- the run ------------------------------------------------------------------------------------------------------------


def machine() -> dict[str, str]:
    names = [line.split(":")[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines() if "model name" in line]
    dovecot = subprocess.run(["/usr/sbin/dovecot", "--version"], capture_output=True, text=True, check=False).stdout.split()
    return {
        "cpu": next(iter(names), "?"),
        "cores": str(len(os.sched_getaffinity(0))),
        "load at the start": f"{os.getloadavg()[0]:.1f}",
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
        "dovecot": next(iter(dovecot), "?"),
        **{name: version(name) for name in ("imapclient", "aiosmtplib", "mail-parser", "sqlalchemy")},
    }


def idle(settings: Path) -> tuple[float, float]:
    """(seconds until it is ready, the peak of its memory) of a daemon that has an empty mailbox and nothing to do."""
    began = time.monotonic()
    with Running(settings) as daemon:
        daemon.wait_for("ready")
        ready = time.monotonic() - began
        with suppress(subprocess.TimeoutExpired):
            daemon.process.wait(1)
        found = peak(daemon.process.pid)
        daemon.terminate()
    return ready, found


def run(count: int) -> Results:
    """All of it; the daemon stays up while the floors are measured, and waits for mail."""
    with tempfile.TemporaryDirectory() as name, Dovecot(users([0])) as dovecot, SinkProcess() as sink:
        about, folder = machine(), Path(name)
        settings = install(folder / "town", NAMES, Where(dovecot.imap_port, sink.port))
        start, at_rest = idle(settings)
        with dovecot.client(NAMES.feedback) as client:
            for raw in mails(NAMES, count):
                client.append("INBOX", raw, msg_time=datetime.now(UTC))
        with Running(settings) as daemon:
            whole = whole_path(daemon, sink, count)
            floors = measure(dovecot, sink.port, settings, folder, count, whole.letters)
            latency = latencies(dovecot, sink, count)
            memory = memory_with_large_mail(daemon, dovecot, sink, at_rest, count + SINGLES)
            daemon.terminate()
    return Results(about, start, whole, floors, latency, memory, measure_rules())


# --- what is printed ----------------------------------------------------------------------------------------------------

STAGES = {
    "fetch": "fetch, bare IMAPClient, 50 at a time",
    "parse": "parse, bare mail-parser",
    "commit": "commit, bare SQLite, synchronous=FULL",
    "render": "render and compose the letters",
    "send": "send, bare aiosmtplib, one connection",
}


def table(results: Results) -> str:
    parts = (_about(results), _speed(results), _memory(results.memory), _latency(results.latency), _rules(results.rules))
    return "\n\n".join("\n".join(part) for part in parts)


def _about(results: Results) -> list[str]:
    whole = results.whole
    machine_line = ", ".join(f"{name} {value}" for name, value in results.machine.items())
    return [machine_line, f"{whole.mails} mails, {whole.letters} letters; {results.start:.1f} s from start until ready"]


def _speed(results: Results) -> list[str]:
    whole, floors = results.whole, results.floors

    def line(name: str, seconds: float) -> str:
        return f"{name:42}{seconds:9.2f}{1000 * seconds / whole.mails:9.2f}{whole.mails / seconds:9.0f}"

    return [
        f"{'':42}{'seconds':>9}{'ms/mail':>9}{'mails/s':>9}",
        line("whole path, until the last receipt", whole.receipts),
        line("whole path, until the last letter", whole.all_letters),
        *(line(STAGES[name], seconds) for name, seconds in floors.stages.items()),
        line("sum of these, one after the other", floors.total),
        *(line(f"{name}, as the daemon does it", seconds) for name, seconds in floors.beside.items()),
        f"whole path / sum of its floors: {whole.all_letters / floors.total:.2f}",
    ]


def _memory(memory: Memory) -> list[str]:
    size = LARGE / 1e6
    share = (memory.large - memory.before_large) / size
    return [
        "peak memory of the daemon's own process, MB",
        f"  idle {memory.idle:.0f}, after the run {memory.run:.0f} ({memory.run / memory.idle:.2f} times idle)",
        f"  with a mail of {size:.0f} MB: from {memory.before_large:.0f} to {memory.large:.0f} ({share:.2f} times its size)",
        f"  the process that reads mails, with that mail: {memory.parser:.0f}",
    ]


def _latency(latency: Latency) -> list[str]:
    lines = [f"{f'{SINGLES} single mails, ms':42}{'median':>9}{'p95':>9}"]
    for name, values in (("a bare IDLE hears of it", latency.push), ("the receipt is accepted", latency.receipt)):
        lines.append(f"{name:42}{1000 * statistics.median(values):9.0f}{1000 * p95(values):9.0f}")
    ours = statistics.median(latency.receipt) - statistics.median(latency.push)
    return [*lines, f"the daemon's share of the median: {1000 * ours:.0f} ms"]


def _rules(rules: RulesMeasured) -> list[str]:
    return [
        f"1,000 rules with {rules.looked_for:,} phrases and patterns, a mail of 20 kB, ms{'read':>12}{'decided':>9}",
        *(
            f"{f'  {name}':62}{1000 * each.parse:9.1f}{1000 * each.decide:9.1f} ({each.decide / each.parse:.2f} times as long)"
            for name, each in (("text, and the text with marking, as sent", rules.sent), ("nothing but text", rules.text))
        ),
        f"{'  nothing but the letter a':71}{1000 * rules.nested:9.1f}",
    ]


def p95(values: Sequence[float]) -> float:
    return sorted(values)[max(0, round(0.95 * len(values)) - 1)]


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench.py", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mails", type=int, default=500)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    results = run(given.mails)
    sys.stdout.write((json.dumps(asdict(results)) if given.json else table(results)) + "\n")
