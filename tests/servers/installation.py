"""A whole installation of townclerk: settings, rules and staff in a folder, and the daemon in a process of its own."""

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Self, TypeVar

from ruamel.yaml import YAML

from townclerk.store.database import Database, Tx
from townclerk.store.migration import migrate

COUNCIL = "south-staffordshire"
DOMAIN = "council.example"
HOME = "home.example"  # where residents have their mailboxes
PASSWORD = "secret"
MOST_RESIDENTS = 12
REPOSITORY = Path(__file__).parents[2]


T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Names:
    """The mailboxes of one test: each number has its own, so that tests share servers and nothing else."""

    number: int

    @property
    def feedback(self) -> str:
        return f"feedback{self.number}"

    @property
    def officer(self) -> str:
        return f"officer{self.number}"

    @property
    def lead(self) -> str:
        return f"lead{self.number}"

    def resident(self, which: int = 0) -> str:
        return f"resident{self.number}x{which}"

    @property
    def all(self) -> tuple[str, ...]:
        residents = (self.resident(which) for which in range(MOST_RESIDENTS))
        return (self.feedback, self.officer, self.lead, *residents)


@dataclass(frozen=True, slots=True)
class Where:
    """Where the installation's servers are. `trusted_server` None: no server's word counts."""

    imap_port: int
    smtp_port: int
    trusted_server: str | None = None
    rate_per_minute: int = 10_000
    letters_per_hour: int = 100_000


def install(folder: Path, names: Names, ways: Where, database: str | None = None) -> Path:
    """Write an installation into *folder*: the shipped council, at work at every hour of every day. Returns its settings file.

    *database* None: a file of SQLite in the folder. The database is migrated.
    """
    _write_rules(folder / "rules" / COUNCIL, f"{names.feedback}@{DOMAIN}")
    (folder / "staff.yaml").write_text(json.dumps({"staff": _staff(names)}))
    (folder / "password").write_text(PASSWORD)
    (folder / "reply-key").write_text("a key of the tests that nobody guesses")
    for secret in ("password", "reply-key"):
        (folder / secret).chmod(0o600)
    url = database or f"sqlite:///{folder}/townclerk.db"
    migrate(url)
    path = folder / "townclerk.yaml"
    path.write_text(json.dumps(_settings(folder, names, ways, url), indent=1))  # JSON is YAML too
    return path


def _write_rules(folder: Path, mailbox: str) -> None:
    shutil.copytree(REPOSITORY / "rules" / COUNCIL, folder)
    yaml = YAML()
    policy = yaml.load(folder / "policy.yaml")
    policy["contact"]["mailbox"] = mailbox
    policy["hours"] |= {"opens": "00:00", "closes": "23:59:59"}
    today = datetime.now(UTC).date()
    # Whatever day it is while the test runs: a working day.
    policy["calendar"] |= {"weekend": [], "extra_working_days": [today + timedelta(days=n) for n in range(-2, 3)]}
    yaml.dump(policy, folder / "policy.yaml")


def _staff(names: Names) -> dict[str, object]:
    return {
        "wendy": {"name": "Wendy Ash", "email": f"{names.officer}@{DOMAIN}", "roles": ["service"]},
        "cal": {"name": "Cal Lane", "email": f"{names.lead}@{DOMAIN}", "roles": ["complaints_lead"]},
    }


def _settings(folder: Path, names: Names, ways: Where, url: str) -> dict[str, object]:
    password = {"file": str(folder / "password")}
    trust = {"profile": "rfc8601", "trusted_server": ways.trusted_server} if ways.trusted_server else {"profile": "none"}
    # INTERNALDATE has whole seconds: what arrives within the second of our beginning is not old mail.
    start = datetime.now(UTC).replace(microsecond=0)
    return {
        "council": COUNCIL,
        "rules": "rules",
        "staff": "staff.yaml",
        "mailbox": {
            "host": "127.0.0.1",
            "port": ways.imap_port,
            "security": "none",
            "user": names.feedback,
            "auth": {"kind": "password", "secret": password},
            "start_from": start.isoformat(),
        },
        "smtp": {
            "host": "127.0.0.1",
            "port": ways.smtp_port,
            "security": "none",
            "from_name": "South Staffordshire Council",
            "rate_per_minute": ways.rate_per_minute,
        },
        "database": {"url": url},
        "reply_address": {"keys": [{"id": "a", "secret": {"file": str(folder / "reply-key")}}]},
        "authentication": trust,
        "limits": {"letters_per_hour": ways.letters_per_hour},
    }


# --- the daemon ---------------------------------------------------------------------------------------------------------


def daemon_command(settings: Path) -> list[str]:
    return [str(Path(sys.executable).with_name("townclerk")), "--config", str(settings), "run"]


@dataclass
class Running:
    """A daemon in a process of its own. `with Running(settings) as daemon:` kills it in the end, if it still runs."""

    settings: Path
    log: list[dict[str, Any]] = field(default_factory=list)

    def __enter__(self) -> Self:
        environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
        self.process = subprocess.Popen(
            daemon_command(self.settings), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, env=environment
        )
        self._news = threading.Condition()
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()

    def _listen(self) -> None:
        for line in self.process.stderr or ():
            try:
                entry = json.loads(line)
            except ValueError:
                entry = {"event": "not a line of the log", "text": line.rstrip()}
            with self._news:
                self.log.append(entry)
                self._news.notify_all()

    def wait_for(self, event: str, seconds: float = 60) -> dict[str, Any]:
        """The first line of the log whose event begins so. Raises TimeoutError with the end of the log."""

        def found() -> dict[str, Any] | None:
            return next((entry for entry in self.log if str(entry.get("event", "")).startswith(event)), None)

        with self._news:
            if not self._news.wait_for(found, seconds):
                raise TimeoutError(f"no {event!r} in the log after {seconds} s; it ends with {self.log[-8:]}")
            return found() or {}

    def said(self, event: str) -> bool:
        return any(str(entry.get("event", "")).startswith(event) for entry in self.log)

    def terminate(self, seconds: float = 25) -> int:
        """Ask it to stop, as systemd would. Returns its exit status; raises subprocess.TimeoutExpired."""
        self.process.send_signal(signal.SIGTERM)
        return self._ended(seconds)

    def kill(self) -> None:
        """End it as a power cut would."""
        self.process.kill()
        self._ended(20)

    def _ended(self, seconds: float) -> int:
        status = self.process.wait(seconds)
        self._listener.join(5)
        if self.process.stderr is not None:
            self.process.stderr.close()
        return status


# --- looking from outside -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Books:
    """The database of an installation, seen from beside the daemon."""

    url: str

    @classmethod
    def of(cls, settings: Path) -> Self:
        return cls(json.loads(settings.read_text())["database"]["url"])

    def ask(self, work: Callable[[Tx], T]) -> T:
        db = Database.open(self.url)
        try:
            return db.run_now(work)
        finally:
            db.close()


def eventually(true: Callable[[], bool], what: str | Callable[[], object], seconds: float = 60) -> None:
    """Ask until it is so. Raises TimeoutError that names *what* was waited for."""
    deadline = time.monotonic() + seconds
    while not true():
        if time.monotonic() > deadline:
            raise TimeoutError(f"{what() if callable(what) else what}: not after {seconds} s")
        time.sleep(0.05)


def users(numbers: Iterable[int]) -> dict[str, str]:
    """Every mailbox of these tests, with its password."""
    return {name: PASSWORD for number in numbers for name in Names(number).all}
