"""A PostgreSQL of the tests' own: in a folder of its own, reached through a socket there, gone with them."""

import os
import secrets
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

from needs import without

PORT = 54321  # only a part of the socket's name: nothing listens on the network

# What a server needs that nobody will ever start again.
SETTINGS = {
    "listen_addresses": "",
    "fsync": "off",
    "full_page_writes": "off",
    "max_connections": "60",
    "shared_buffers": "32MB",
    "autovacuum": "off",
    "deadlock_timeout": "100ms",
}


@dataclass(frozen=True, slots=True)
class Postgres:
    """A running server. `programs` is where its tools are, `folder` where it lives."""

    programs: Path
    folder: Path

    def url(self, database: str) -> str:
        return f"postgresql://postgres@/{database}?host={self.folder}&port={PORT}"

    def create(self) -> str:
        """The name of a new, empty database."""
        name = f"t{secrets.token_hex(6)}"
        self._say(f"CREATE DATABASE {name}")
        return name

    def drop(self, name: str) -> None:
        self._say(f"DROP DATABASE {name} WITH (FORCE)")

    def stop(self) -> None:
        """Stop as in a power cut: at once, whoever is connected. `start` brings it back."""
        _as_postgres(self.programs / "pg_ctl", "stop", "-D", self.folder / "data", "-m", "immediate", "-w")

    def start(self) -> None:
        options = " ".join(f"-c {name}={value or quoted}" for name, value in SETTINGS.items() if (quoted := "''"))
        options += f" -c unix_socket_directories={self.folder} -c port={PORT}"
        log = self.folder / "log"
        _as_postgres(self.programs / "pg_ctl", "start", "-D", self.folder / "data", "-l", log, "-o", options, "-w")

    def _say(self, statement: str) -> None:
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(statement.encode())


@contextmanager
def running_postgres() -> Iterator[Postgres]:
    """A new, empty server."""
    programs = _programs()
    folder = Path(tempfile.mkdtemp(prefix="townclerk-pg-"))
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres", "postgres")
    server = Postgres(programs, folder)
    try:
        _as_postgres(programs / "initdb", "-D", folder / "data", "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync")
        server.start()
        yield server
    finally:
        if (folder / "data" / "postmaster.pid").exists():
            server.stop()
        shutil.rmtree(folder)


def _programs() -> Path:
    """Where the newest PostgreSQL of this machine keeps its programs: Debian leaves them out of the PATH."""
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda program: int(program.parts[4]))
    if not versions:
        without("postgres is not installed here")
    return versions[-1].parent


def _as_postgres(*command: str | Path) -> None:
    """Run it as the server's own user: it refuses to be root."""
    user = "postgres" if os.geteuid() == 0 else None
    # pg_ctl leaves a server behind that keeps its output: a pipe would never end.
    with tempfile.TemporaryFile() as output:
        done = subprocess.run(
            command, user=user, group=user, extra_groups=None if user is None else [], cwd="/", stdout=output, stderr=output
        )
        if done.returncode != 0:
            output.seek(0)
            raise RuntimeError(f"{command[0]} failed: {output.read().decode(errors='replace')}")
