"""One experiment: an installation on one sort of database, its many lives, and the judgement in the end."""

import json
import shutil
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import func, select

from faults.laboratory import law
from faults.laboratory.ledger import Ledger
from faults.laboratory.lives import Plan, plan
from faults.laboratory.people import People
from faults.laboratory.starter import Clock, Life, Starter
from faults.laboratory.troubles import Surroundings, Trouble, Undo, names_of_its_own, pause, set_wire, small_disk, unmount
from servers.dovecot import Dovecot
from servers.installation import COUNCIL, Books, Names, Where, install
from servers.postfix import Postfix
from servers.postgres import PORT, Postgres
from servers.proxy import LYING, Proxy
from servers.sink import Sink
from townclerk.store import mails, outbox, timers
from townclerk.store import schema as tables
from townclerk.store.database import Tx
from townclerk.store.schema import MailState, OutboxState

HOST = "mail.council.example"
WEEK = 8 * 24 * 3600  # seconds: a week of downtime, and a day
HOUR = 3600
PATIENCE = 300  # seconds that it may take to have dealt with everything once nothing goes wrong any more


@dataclass(frozen=True, slots=True)
class Servers:
    """The real ones, shared by all experiments. `postgres` None: only SQLite is tried."""

    dovecot: Dovecot
    postfix: Postfix
    sink: Sink
    postgres: Postgres | None = None


@dataclass
class Result:
    """What was done to the daemon and what it made of it. Times in seconds."""

    database: str
    seed: str
    lives: int = 0
    kills: int = 0
    stops: int = 0
    wire: Counter[str] = field(default_factory=Counter)
    troubles: Counter[str] = field(default_factory=Counter)
    not_made: tuple[str, ...] = ()
    mails_in: Counter[str] = field(default_factory=Counter)
    taken_out: int = 0
    amid_faults: int = 0  # letters that went while something was wrong, or could be at any moment
    recoveries: list[float] = field(default_factory=list)
    verdict: law.Verdict = field(default_factory=law.Verdict)
    evidence: Path | None = None


@dataclass
class Experiment:
    """`run` it once."""

    seed: str
    database: str
    names: Names
    servers: Servers
    folder: Path
    say: Callable[[str], None]
    result: Result = field(init=False)
    ledger: Ledger = field(default_factory=Ledger)

    def __post_init__(self) -> None:
        self.result = Result(self.database, self.seed)

    def run(self, *, minutes: float | None = None, lives: int | None = None) -> Result:
        """For so many *minutes*, or so many *lives*, and until everything is settled. What breaks the law is in the result."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with ExitStack() as stack:
            self._set_up(stack)
            ends = time.monotonic() + 60 * minutes if minutes is not None else None
            number = 0
            while (ends is None or time.monotonic() < ends) and (lives is None or number < lives):
                self._live(plan(self.seed, number, self.names_of_troubles))
                number += 1
                if number % 100 == 0:
                    self.say(f"{self.database}: {self._so_far()}")
                if number % 200 == 0:
                    self._settle()
            self._week_of_downtime()
            self._judge()
        return self.result

    # --- the installation

    def _set_up(self, stack: ExitStack) -> None:
        servers, seed = self.servers, f"{self.seed}/{self.database}"
        dovecot, postfix = servers.dovecot, servers.postfix
        (self.folder / "logs").mkdir()
        wires = {
            # Bytes from one fault to the next, so that a session gets as far as its mails, or its letters, before one ends it.
            "imap": Proxy("imap", dovecot.imap_port, seed=seed, every=600),
            "imaps": Proxy("imaps", dovecot.imaps_port, seed=seed, weights=LYING, every=3000),
            "smtp": Proxy("smtp", postfix.smtp_port, seed=seed, every=2000, loses=0.12),
            "smtps": Proxy("smtps", postfix.smtp_port, seed=seed, every=4000, weights=LYING),
        }
        name = ""
        if servers.postgres is not None and self.database == "postgresql":
            name = servers.postgres.create()
            wires["database"] = Proxy("database", servers.postgres.folder / f".s.PGSQL.{PORT}", seed=seed, every=3000)
        self.proxies = {wire: stack.enter_context(proxy) for wire, proxy in wires.items()}
        self.ports = {wire: proxy.port for wire, proxy in self.proxies.items()}
        self.home = self.folder / "home"
        self.home.mkdir()
        self.disk = self.folder / "disk"
        disk = None if name else small_disk(self.disk)
        if disk is not None:
            stack.callback(unmount, self.disk)
        file = self.disk / "townclerk.db"
        url = f"postgresql://postgres@127.0.0.1:{self.ports['database']}/{name}" if name else f"sqlite:///{file}"
        where = Where(self.ports["imap"], self.ports["smtp"], postfix.name)
        self.settings = install(self.home, self.names, where, url)
        self.books = Books(servers.postgres.url(name)) if servers.postgres is not None and name else Books.of(self.settings)
        apart = names_of_its_own(self.folder, HOST)
        self.host = HOST if apart else "localhost"
        self.people = People(seed, self.ledger, self.names, dovecot, postfix, servers.sink)
        self.clock = Clock(self.home / "clock")
        self.around = Surroundings(
            seed=seed,
            folder=self.home,
            dovecot=dovecot,
            postfix=postfix,
            people=self.people,
            clock=self.clock,
            proxies=self.proxies,
            disk=disk,
            database=None if name else file,
            postgres=servers.postgres if name else None,
            database_name=name,
            hosts=apart[1] if apart else None,
        )
        self.troubles = self.around.troubles()
        self.names_of_troubles = tuple(sorted(self.troubles))
        self.result.not_made = tuple([] if apart else ["names not found (no namespace of its own)"]) + (
            () if disk or name else ("disk full (no file system of its own)",)
        )
        self.pending: list[tuple[float, Trouble, Undo, float]] = []  # when it ends, what, how, since when
        self._wire(tls=False)
        before = apart[0] if apart else ()
        self.starter = stack.enter_context(Starter(self.settings, self.clock, self.folder / "logs", before=before))

    def _wire(self, *, tls: bool) -> None:
        set_wire(
            self.settings,
            tls=tls,
            ports=self.ports,
            host=self.host if tls else "localhost",
            ca_file=self.servers.dovecot.certificate,
        )

    # --- a life

    def _live(self, fate: Plan) -> None:
        self._wire(tls=fate.tls)
        self._quiet(quiet=False)
        life = self.starter.begin(cold=fate.cold)
        began = time.monotonic()
        for moment, what in self._agenda(fate):
            pause(min(began + moment, self._next_end()))
            self._end_troubles()
            pause(began + moment)
            what()
        pause(began + fate.seconds)
        self._end_troubles()
        self._end(life, fate.end)
        self.people.read_and_answer()

    def _agenda(self, fate: Plan) -> list[tuple[float, Callable[[], object]]]:
        found: list[tuple[float, Callable[[], object]]] = [(moment, self.people.complain) for moment in fate.writes]
        if fate.trouble is not None:
            name, lasts = fate.trouble, fate.lasts
            found.append((fate.comes, lambda: self._make(name, lasts)))
        return sorted(found, key=lambda each: each[0])

    def _make(self, name: str, lasts: float) -> None:
        if not all(self.troubles[name].goes_with(trouble) for _, trouble, _, _ in self.pending):
            return
        undo = self.troubles[name].begin()
        if undo is not None:
            self.result.troubles[name] += 1
            self.pending.append((time.monotonic() + lasts, self.troubles[name], undo, time.time()))

    def _next_end(self) -> float:
        return min((ends for ends, _, _, _ in self.pending), default=float("inf"))

    def _end_troubles(self, *, all_of_them: bool = False) -> None:
        for each in list(self.pending):
            ends, trouble, undo, since = each
            if all_of_them or ends <= time.monotonic():
                undo()
                self.pending.remove(each)
                if trouble.of_database:
                    self.ledger.troubled.append((since, time.time()))

    def _end(self, life: Life, how: signal.Signals) -> None:
        status = self.starter.end(life, how)
        self.result.lives += 1
        if life.killed and status == -signal.SIGKILL:
            self.result.kills += 1
            self.ledger.kills.append(life.ended or time.time())
        elif status == 0 and how == signal.SIGTERM:
            self.result.stops += 1
        elif status is None or (status != -how):  # a SIGTERM may come before anybody listens
            self.result.verdict.other.append(f"{life.log.name}: ended with {status}")
            with suppress(ProcessLookupError):
                self.starter.end(life, signal.SIGKILL)

    def _quiet(self, *, quiet: bool) -> None:
        for proxy in self.proxies.values():
            proxy.quiet = quiet

    def _so_far(self) -> str:
        wire = sum(proxy.injected.total() for proxy in self.proxies.values())
        made = self.result.troubles.total()
        return f"{self.result.kills} kills, {wire} wire faults, {made} other troubles, {len(self.ledger.sent)} mails in"

    # --- when nothing goes wrong any more

    @contextmanager
    def _calm(self) -> Iterator[Life]:
        """A life in which nothing goes wrong."""
        began = time.time()
        self._quiet(quiet=True)
        self._end_troubles(all_of_them=True)
        for proxy in self.proxies.values():
            proxy.cut_all()
        self.servers.postfix.flush()
        life = self.starter.begin()
        yield life
        self._end(life, signal.SIGTERM)
        self.ledger.calm.append((began, time.time()))

    def _settle(self) -> None:
        """Let it do what can be done now, and note how long that took."""
        began = time.monotonic()
        with self._calm() as life:
            if self._until(self._nothing_to_do, PATIENCE):
                self.result.recoveries.append(time.monotonic() - began)
            else:
                self.result.verdict.other.append(f"not settled within {PATIENCE} s: {life.log.name}: {self._left()}")
        self.people.read_and_answer()

    def _week_of_downtime(self) -> None:
        """Mail comes in for a week, and the daemon does not run. Then it does, and the clock goes on until nothing waits."""
        self._settle()
        for _ in range(3):
            self.people.complain()
        self.clock.set(WEEK)
        self.result.troubles["week of downtime"] += 1
        began = time.monotonic()
        with self._calm() as life:
            settled = self._until(self._nothing_to_do, PATIENCE)
            self.result.recoveries.append(time.monotonic() - began)
            while settled and not self._nothing_waits():
                self.clock.set(self.clock.ahead + HOUR)  # what waits for its next try, or for the brake
                settled = self._until(self._nothing_to_do, PATIENCE) and self.clock.ahead < WEEK + 72 * HOUR
            if not settled:
                self.result.verdict.other.append(f"not settled after a week: {life.log.name}: {self._left()}")

    def _until(self, true: Callable[[], bool], seconds: float) -> bool:
        deadline = time.monotonic() + seconds
        while not true():
            if time.monotonic() > deadline:
                return False
            time.sleep(0.2)
        return True

    def _nothing_to_do(self) -> bool:
        """Every mail is dealt with, no letter is due and no timer either."""
        return self._left() == (0, 0, 0)

    def _left(self) -> tuple[int, int, int]:
        """(mails that are not dealt with, letters that are due, timers that are due)"""
        now = self._now()
        wanted = {sent.message_id for sent in self.ledger.sent if not sent.taken_out}

        def look(tx: Tx) -> tuple[int, int, int]:
            settled = select(tables.mails.c.message_id).where(tables.mails.c.state.in_((MailState.DONE, MailState.QUARANTINED)))
            missing = len(wanted - set(tx.execute(settled).scalars()))
            waiting = mails.counts(tx, self.people.feedback)[MailState.TAKEN]
            ripe = tx.execute(
                select(func.count())
                .select_from(tables.outbox)
                .where(tables.outbox.c.state.in_(outbox.UNFINISHED), tables.outbox.c.next_at <= now + timedelta(seconds=5))
            ).scalar_one()
            sending = outbox.depth(tx, COUNCIL)[OutboxState.SENDING]
            return missing + waiting, max(ripe, sending), len(timers.due(tx, COUNCIL, now, 1000))

        return self.books.ask(look)

    def _nothing_waits(self) -> bool:
        def look(tx: Tx) -> bool:
            depth = outbox.depth(tx, COUNCIL)
            return depth[OutboxState.WAITING] + depth[OutboxState.SENDING] == 0

        return self._nothing_to_do() and self.books.ask(look)

    def _now(self) -> datetime:
        return datetime.now(UTC) + timedelta(seconds=self.clock.ahead)

    # --- the judgement

    def _judge(self) -> None:
        for proxy in self.proxies.values():
            self.result.wire.update({str(fault): count for fault, count in proxy.injected.items()})
            if proxy.name in ("smtp", "smtps"):
                self.ledger.wires += proxy.wires
        self._until(self._delivered, 30)
        now = self._now()
        books = self.books.ask(lambda tx: law.Books.read(tx, now))
        letters = self.ledger.letters(self.servers.postfix.folder / "log")
        verdict = law.judge(books, self.ledger, letters, self.servers.sink.taken)
        verdict.other = self.result.verdict.other + verdict.other
        self.result.amid_faults = sum(not self.ledger.was_calm(letter.at) for letter in letters)
        self.result.verdict = verdict
        self.result.mails_in = Counter(str(sent.kind) for sent in self.ledger.sent)
        self.result.taken_out = sum(sent.taken_out for sent in self.ledger.sent)
        if not verdict.kept:
            self._keep_evidence(books)

    def _delivered(self) -> bool:
        """Whether Postfix has got rid of everything."""
        queue = self.servers.postfix.folder / "queue"
        return not any(file.is_file() for part in ("incoming", "active", "deferred") for file in (queue / part).rglob("*"))

    def _keep_evidence(self, books: law.Books) -> None:
        evidence = self.folder / "evidence"
        evidence.mkdir()
        self.result.evidence = evidence
        (evidence / "breaches").write_text("\n".join(law.breaches(self.result.verdict)) + "\n")
        (evidence / "sent.json").write_text(json.dumps([asdict(sent) for sent in self.ledger.sent], indent=1))
        (evidence / "books.json").write_text(json.dumps(asdict(books), indent=1, default=str))
        wires = {name: [asdict(wire) for wire in proxy.wires] for name, proxy in self.proxies.items()}
        (evidence / "wires.json").write_text(json.dumps(wires))
        (evidence / "kills.json").write_text(json.dumps({"kills": self.ledger.kills, "troubled": self.ledger.troubled}))
        shutil.copy(self.servers.postfix.folder / "log", evidence / "postfix.log")
        for file in self.disk.glob("townclerk.db*"):
            shutil.copy(file, evidence)
