"""Whether the daemon is alive, whether it is ready, and its figures: what the health port, systemd and the log are told.

What is said names loops, servers and states, never an address, a name or a case.
"""

import asyncio
import json
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.core import GaugeMetricFamily, InfoMetricFamily
from prometheus_client.registry import Collector

from townclerk import __version__
from townclerk.app.health_port import Answer, Answering
from townclerk.services import health
from townclerk.services.health import Health, Patience
from townclerk.services.office import Office
from townclerk.store.errors import StoreUnavailable

PATIENCE_SECONDS = 3.0  # how long the database may take to answer
FRESH_SECONDS = 5.0  # figures that were looked up so lately are told again
METRICS = "text/plain; version=0.0.4"
SERVERS = {"intake": "imap", "delivery": "smtp"}  # whom a loop talks to


@dataclass(slots=True)
class Loop:
    """One service, run again whenever it is nudged. Moments are of the monotonic clock: `beat`, when it last came round;
    `good`, when a pass of it last succeeded. `longest`, in seconds, is what a pass may take. `trouble`: its last one failed."""

    name: str
    longest: float
    nudge: asyncio.Event = field(default_factory=asyncio.Event)
    failures: int = 0
    beat: float = field(default_factory=time.monotonic)
    good: float | None = None
    trouble: bool = False
    noted: float = 0  # when it was last noted that all is well; 0: all is not, or not yet

    def silent(self) -> float:
        """For how many seconds it has not come round."""
        return time.monotonic() - self.beat

    @property
    def stuck(self) -> bool:
        return self.silent() > self.longest


@dataclass(slots=True)
class Vitals:
    """What is known of a running daemon. `at_work`: this mailbox is ours; `refused`: files were changed and not taken up;
    `mail_seconds`: how long ago the mailbox may have been looked at, where all is well; `since`: when we began."""

    office: Callable[[], Office]
    loops: tuple[Loop, ...]
    now: Callable[[], datetime]
    mail_seconds: float
    patience: Callable[[], Patience]
    at_work: bool = False
    refused: bool = False
    since: float = field(default_factory=time.monotonic)
    _asking: "asyncio.Task[Health] | None" = None
    _found: Health | None = None
    _found_at: float = 0
    _answered: datetime | None = None  # when the database last did

    @property
    def answers(self) -> Mapping[str, Answering]:
        return {"/healthz": self.alive, "/readyz": self.ready, "/metrics": self.metrics}

    def stuck(self) -> tuple[str, ...]:
        """The loops that do not come round."""
        return tuple(loop.name for loop in self.loops if self.at_work and loop.stuck)

    async def alive(self) -> Answer:
        """Not alive: a loop stands still. Nobody can mend that but a new start."""
        stuck = self.stuck()
        return _said(not stuck, {"alive": not stuck, "stuck": list(stuck)})

    async def ready(self) -> Answer:
        """Not ready: a mail that comes now would not be dealt with now, or a file that was saved is not in force."""
        why = self.unready(await self.look())
        return _said(not why, {"ready": not why, "because": list(why)})

    def unready(self, found: Health | None) -> tuple[str, ...]:
        """Why the daemon is not ready, in fixed words. *found* None: the database does not answer."""
        intake, delivery = (next(loop for loop in self.loops if loop.name == name) for name in SERVERS)
        looked = intake.good is not None and time.monotonic() - intake.good <= self.mail_seconds
        reasons = {
            "not at work yet": not self.at_work,
            "database": found is None,
            "mailbox": intake.trouble or not looked,
            "mail server": delivery.trouble,
            "stuck": bool(self.stuck()),
            "files refused": self.refused,
        }
        return tuple(reason for reason, holds in reasons.items() if holds)

    async def look(self) -> Health | None:
        """How the service fares by its records; None where the database does not answer at once. It is asked one question at a
        time, however many ask us."""
        if self._found is not None and time.monotonic() - self._found_at < FRESH_SECONDS:
            return self._found
        self._forget_what_came_late()
        if self._asking is None:
            self._asking = asyncio.get_running_loop().create_task(self._look_up())
        asking = self._asking
        done, _ = await asyncio.wait({asking}, timeout=PATIENCE_SECONDS)
        if not done:
            self._found = None
            return None
        self._asking = None if self._asking is asking else self._asking
        try:
            self._found = asking.result()
        except StoreUnavailable:
            self._found = None
            return None
        self._found_at, self._answered = time.monotonic(), self.now()
        return self._found

    def _forget_what_came_late(self) -> None:
        """An answer for which nobody waited any more may be old."""
        if self._asking is not None and self._asking.done():
            if not self._asking.cancelled():
                self._asking.exception()  # looked at, so that nobody is warned of it
            self._asking = None

    async def _look_up(self) -> Health:
        office, now = self.office(), self.now()
        council, today = office.council.policy.id, office.council.calendar.local(now).date()
        return await office.db.read(partial(health.look_up, council=council, mailbox=office.ways.mailbox, now=now, today=today))

    async def metrics(self) -> Answer:
        """Every figure. Where the database does not answer, those that need it are left out."""
        found = await self.look()
        registry = CollectorRegistry(auto_describe=False)
        registry.register(_Figures((*self._own_figures(found), *(figures_of(found, self.now()) if found else ()))))
        ProcessCollector(registry=registry)
        return Answer(True, generate_latest(registry).decode(), METRICS)

    def _own_figures(self, found: Health | None) -> Iterator[GaugeMetricFamily | InfoMetricFamily]:
        """What is known without the database."""
        yield InfoMetricFamily("townclerk", "Which program this is.", {"version": __version__})
        unready = self.unready(found)
        yield _gauge("townclerk_ready", "1: ready, as /readyz says.", not unready)
        yield _gauge("townclerk_alive", "1: every loop comes round, as /healthz says.", not self.stuck())
        if found is not None:
            worries = len(found.worries(self.now(), self.patience()))
            yield _gauge("townclerk_worries", "How many things a person should look at, as townclerk health says.", worries)
        yield _gauge("townclerk_files_refused", "1: changed files are not in force.", self.refused)
        silent = {loop.name: loop.silent() for loop in self.loops}
        yield _by("loop", "townclerk_loop_silent_seconds", "How long ago the loop last came round.", silent)
        troubled = {loop.name: float(loop.trouble) for loop in self.loops}
        yield _by("loop", "townclerk_loop_trouble", "1: the last pass of the loop failed.", troubled)
        good = {"database": self._answered.timestamp()} if self._answered else {}
        clock = self.now().timestamp() - time.monotonic()
        good |= {SERVERS[loop.name]: clock + loop.good for loop in self.loops if loop.name in SERVERS and loop.good is not None}
        if found is not None and found.last_letter is not None:
            good["smtp"] = found.last_letter.timestamp()
        elif "smtp" in good:
            del good["smtp"]  # a pass without a letter talks to nobody
        yield _by("server", "townclerk_server_last_success_timestamp_seconds", "When the server last did what we asked.", good)


class _Figures(Collector):
    def __init__(self, figures: Iterable[GaugeMetricFamily | InfoMetricFamily]) -> None:
        self._figures = tuple(figures)

    def collect(self) -> Iterable[GaugeMetricFamily | InfoMetricFamily]:
        return self._figures


def figures_of(found: Health, now: datetime) -> Iterator[GaugeMetricFamily]:
    """What the records say, as Prometheus reads it. Ages are in seconds, 0 where nothing waits."""
    loops = {name: loop.last_good.timestamp() for name, loop in found.loops.items() if loop.last_good}
    yield _by("loop", "townclerk_loop_last_success_timestamp_seconds", "When a pass of the loop last succeeded.", loops)
    yield _by(
        "state", "townclerk_mails", "Mails, by what became of them.", {state.value: n for state, n in found.mails.items()}
    )
    yield _gauge("townclerk_mail_oldest_waiting_seconds", "How long the oldest mail has waited.", _age(found.oldest_mail, now))
    yield _by(
        "state", "townclerk_letters", "Letters, by what became of them.", {state.value: n for state, n in found.letters.items()}
    )
    overdue = _age(found.oldest_letter, now)
    yield _gauge("townclerk_letter_oldest_due_seconds", "How long the oldest letter has been due.", overdue)
    said = "Letters that were due within a day and were not written; a person was told."
    yield _gauge("townclerk_letters_suppressed_last_day", said, found.suppressed)
    yield _gauge("townclerk_cases_late", "Open cases that owe something whose date has passed.", found.late_cases)
    yield _gauge("townclerk_timers_aside", "Timers that broke the program and stand aside.", found.timers_aside)
    ages = {name: _age(token.since, now) for name, token in found.tokens.items() if token.since}
    yield _by("login", "townclerk_token_age_seconds", "How long ago the token was got that lets us in.", ages)
    ends = {name: token.until.timestamp() for name, token in found.tokens.items() if token.until}
    yield _by("login", "townclerk_token_expires_timestamp_seconds", "Until when the token is good.", ends)
    canaries = found.canaries
    if canaries.back_at is not None and canaries.seconds is not None:
        took = "How long the last canary took from our mailbox to our mailbox."
        yield _gauge("townclerk_canary_round_trip_seconds", took, canaries.seconds)
        yield _gauge("townclerk_canary_last_return_timestamp_seconds", "When it came back.", canaries.back_at.timestamp())
    yield _gauge("townclerk_canary_out_seconds", "How long the oldest canary is out.", _age(canaries.oldest_out, now))
    yield _gauge("townclerk_canaries_lost", "How many never came back, though a later one did.", canaries.lost)
    held = "1: letters wait for a person, after a restore."
    yield _gauge("townclerk_letters_held", held, found.held_since is not None)
    yield _gauge("townclerk_journal_entries", "How many entries the journal has.", found.journal)


def _age(since: datetime | None, now: datetime) -> float:
    return max(0.0, (now - since).total_seconds()) if since is not None else 0.0


def _gauge(name: str, said: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, said, value=float(value))


def _by(label: str, name: str, said: str, values: Mapping[str, float]) -> GaugeMetricFamily:
    family = GaugeMetricFamily(name, said, labels=(label,))
    for value, figure in values.items():
        family.add_metric((str(value),), float(figure))
    return family


def _said(ok: bool, told: Mapping[str, object]) -> Answer:
    return Answer(ok, json.dumps(told) + "\n")
