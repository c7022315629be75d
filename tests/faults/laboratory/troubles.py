"""What befalls the daemon beside a broken wire: its disk, its database, its clock, its servers, and people in its mailbox."""

import json
import os
import random
import shutil
import sqlite3
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psycopg

from faults.laboratory.people import People
from faults.laboratory.starter import Clock
from servers.dovecot import Dovecot
from servers.installation import PASSWORD
from servers.postfix import Postfix
from servers.postgres import Postgres
from servers.proxy import Proxy

Undo = Callable[[], None]
HOUR = 3600


def nothing() -> None:
    """There is nothing to put right."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """`begin` makes it and returns what ends it, or None: it could not be made now. `of_database`: while it lasts, nothing can
    be written down. `asks_server`: to make it or to end it takes the database's server, or it is that server's own end."""

    name: str
    begin: Callable[[], Undo | None]
    of_database: bool = False
    asks_server: bool = False

    def goes_with(self, other: "Trouble") -> bool:
        """Whether it can be made while *other* lasts: not twice, and nothing is asked of a server that is down."""
        return self.name != other.name and not (self.asks_server and other.asks_server)


@dataclass
class Surroundings:
    """What there is around one installation. `disk`: the small file system that it lives on; None: there is none."""

    seed: object
    folder: Path
    dovecot: Dovecot
    postfix: Postfix
    people: People
    clock: Clock
    proxies: dict[str, Proxy]
    disk: Path | None = None
    database: Path | None = None  # the file, of SQLite
    postgres: Postgres | None = None
    database_name: str = ""
    hosts: Path | None = None  # where the daemon finds the names of the servers

    def __post_init__(self) -> None:
        self._chance = random.Random(f"{self.seed}/troubles")  # noqa: S311  # troubles, not secrets

    def troubles(self) -> dict[str, Trouble]:
        """Those that can be made here, by their names."""
        found = [
            Trouble("mailbox server restarted", self._restart_dovecot),
            Trouble("mailbox server gone", lambda: self._away("imap", "imaps")),
            Trouble("outgoing server gone", lambda: self._away("smtp")),
            Trouble("password refused", self._refuse_password),
            Trouble("clock ahead", lambda: self._jump(1)),
            Trouble("clock behind", lambda: self._jump(-1)),
            Trouble("folder numbered anew", self._number_anew),
            Trouble("mailbox recreated", self._recreate),
            Trouble("mail deleted by a person", lambda: nothing if self.people.take_out_a_mail() else None),
            Trouble("mail moved by a person", lambda: nothing if self.people.put_away_and_back() else None),
        ]
        if self.database is not None:
            found.append(Trouble("database locked", self._lock_file, of_database=True))
        if self.disk is not None:
            found.append(Trouble("disk full", self._fill_disk, of_database=True))
        if self.postgres is not None:
            found += [
                Trouble("database locked", self._lock_tables, of_database=True, asks_server=True),
                Trouble("database gone", lambda: self._away("database"), of_database=True),
                Trouble("database restarted", self._restart_database, of_database=True, asks_server=True),
                Trouble("database read-only", self._only_reading, of_database=True, asks_server=True),
            ]
        if self.hosts is not None:
            found.append(Trouble("names not found", self._forget_names))
        return {each.name: each for each in found}

    # --- servers

    def _away(self, *names: str) -> Undo:
        proxies = [self.proxies[name] for name in names if name in self.proxies]
        for proxy in proxies:
            proxy.away = True
            proxy.cut_all()

        def back() -> None:
            for proxy in proxies:
                proxy.away = False

        return back

    def _restart_dovecot(self) -> Undo:
        self.dovecot.stop()
        return self.dovecot.start

    def _refuse_password(self) -> Undo:
        users = self.dovecot.folder / "users"
        before = users.read_text()
        mine = f"{self.people.names.feedback}:{{PLAIN}}"
        _write(users, before.replace(f"{mine}{PASSWORD}:", f"{mine}another:"))
        return lambda: _write(users, before)

    def _forget_names(self) -> Undo | None:
        hosts = self.hosts
        if hosts is None:
            return None
        before = hosts.read_text()
        hosts.write_text("")

        def known_again() -> None:
            hosts.write_text(before)  # the file itself is mounted over theirs: another in its place would not be seen

        return known_again

    # --- the clock

    def _jump(self, way: int) -> Undo:
        before = self.clock.ahead
        self.clock.set(before + way * self._chance.choice((2, 60, 600, HOUR, 26 * HOUR)))
        return lambda: self.clock.set(before)

    # --- the mailbox

    def _number_anew(self) -> Undo:
        """As after a repair: the same mails, with other numbers."""
        for file in self._maildir.glob("dovecot*"):
            if file.is_file():
                file.unlink()
        self.dovecot.kill_sessions()
        return nothing

    def _recreate(self) -> Undo:
        """Gone, empty, and back from a backup: its mails stand in another order."""
        aside = self._maildir.with_name(f"{self._maildir.name}.aside")
        files = [file for part in ("cur", "new") for file in (self._maildir / part).iterdir()]
        aside.mkdir(exist_ok=True)
        for file in files:
            with suppress(FileNotFoundError):
                file.replace(aside / file.name)
        self._number_anew()

        def restore() -> None:
            for file in sorted(aside.iterdir(), reverse=True):
                file.replace(self._maildir / "new" / file.name.partition(":")[0])

        return restore

    @property
    def _maildir(self) -> Path:
        return self.dovecot.folder / "mail" / self.people.names.feedback

    # --- the database

    def _lock_file(self) -> Undo:
        other = sqlite3.connect(str(self.database), timeout=5, isolation_level=None, check_same_thread=False)
        with suppress(sqlite3.OperationalError):
            other.execute("BEGIN IMMEDIATE")
        return other.close

    def _fill_disk(self) -> Undo | None:
        if self.disk is None:
            return None
        ballast = self.disk / "ballast"
        with ballast.open("wb") as file:
            for size in (1 << 24, 1 << 20, 1 << 12):
                with suppress(OSError):
                    while True:
                        os.posix_fallocate(file.fileno(), file.seek(0, os.SEEK_END), size)
        return lambda: ballast.unlink(missing_ok=True)

    def _lock_tables(self) -> Undo | None:
        if self.postgres is None:
            return None
        other = psycopg.connect(self.postgres.url(self.database_name))
        with suppress(psycopg.Error):
            other.execute("SET lock_timeout = '2s'")
            other.execute("LOCK TABLE mails, outbox, journal IN ACCESS EXCLUSIVE MODE")
        return other.close

    def _restart_database(self) -> Undo | None:
        if self.postgres is None:
            return None
        self.postgres.stop()
        return self.postgres.start

    def _only_reading(self) -> Undo | None:
        """As a standby that has not been promoted yet: nothing can be written, sessions of before are gone."""
        if self.postgres is None:
            return None
        self._say_to_database("ON")
        return lambda: self._say_to_database("OFF")

    def _say_to_database(self, read_only: str) -> None:
        server = self.postgres
        if server is None:
            return
        with psycopg.connect(server.url("postgres"), autocommit=True) as other:
            other.execute(f"ALTER DATABASE {self.database_name} SET default_transaction_read_only = {read_only}".encode())
            other.execute(b"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (self.database_name,))


def _write(file: Path, text: str) -> None:
    """Whoever reads *file* finds all of the old text or all of the new: a server that found half would know nobody."""
    new = file.with_name(f"{file.name}.new")
    new.write_text(text)
    shutil.copymode(file, new)
    new.replace(file)


# --- what needs rights that not every machine gives


def small_disk(folder: Path, megabytes: int = 400) -> Path | None:
    """A file system of its own at *folder*; None where we may not mount one."""
    folder.mkdir(exist_ok=True)
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=0700", "townclerk-faults", str(folder)], capture_output=True
    )
    return folder if done.returncode == 0 else None


def unmount(folder: Path) -> None:
    subprocess.run(["umount", str(folder)], capture_output=True, check=False)
    with suppress(OSError):
        shutil.rmtree(folder)


def names_of_its_own(folder: Path, *names: str) -> tuple[tuple[str, ...], Path] | None:
    """(a command that runs a program where these names stand in *its* hosts file alone, that file); None where we may not."""
    hosts, resolver = folder / "hosts", folder / "resolv.conf"
    hosts.write_text("127.0.0.1 localhost\n" + "".join(f"127.0.0.1 {name}\n" for name in names))
    resolver.write_text("nameserver 127.0.0.1\noptions timeout:1 attempts:1\n")  # nobody listens there
    binds = f"mount --bind {hosts} /etc/hosts && mount --bind {resolver} /etc/resolv.conf"
    inside = ("unshare", "--mount", "--propagation", "private", "sh", "-c", f'{binds} && exec "$@"', "sh")
    works = subprocess.run([*inside, "true"], capture_output=True).returncode == 0
    return (inside, hosts) if works else None


def set_wire(settings: Path, *, tls: bool, ports: dict[str, int], host: str, ca_file: Path) -> None:
    """Write into *settings* how the servers are reached."""
    said = json.loads(settings.read_text())
    security = {"security": "tls" if tls else "none", "ca_file": str(ca_file) if tls else None}
    said["mailbox"] |= security | {"host": host, "port": ports["imaps" if tls else "imap"]}
    said["smtp"] |= security | {
        "security": "starttls" if tls else "none",
        "host": host,
        "port": ports["smtps" if tls else "smtp"],
    }
    for part in ("mailbox", "smtp"):
        if said[part]["ca_file"] is None:
            del said[part]["ca_file"]
    new = settings.with_suffix(".new")
    new.write_text(json.dumps(said, indent=1))
    new.replace(settings)


def pause(until: float) -> None:
    """Wait for a moment of the monotonic clock."""
    time.sleep(max(0.0, until - time.monotonic()))
