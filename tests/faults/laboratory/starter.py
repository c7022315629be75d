"""Starts the daemon again and again, each time in a process of its own that can be killed.

A start from cold reads the program, the rules and all templates, for seconds. So this process does so once, and each life is a
fork of it: all that touches the settings, the database and the wire is done anew. Run as a program this is the starter itself.
"""

import gc
import os
import subprocess
import sys
import time
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import IO, Self, cast

READY = "ready"


class Clock:
    """What the daemon takes for the time: this machine's, and so many seconds more or less, set at any moment from outside.

    The daemon asks one function of its own for the time of day, and the starter puts this in its place. The monotonic clock
    goes on as it is, as where a person or a time server sets a machine's clock. (libfaketime 0.9.10 does not do: with the
    monotonic clock left alone, Python's `sleep` fails under it; with it faked, waiting for a lock never ends.)
    """

    def __init__(self, file: Path) -> None:
        self.file = file
        if not file.exists():
            self.set(0)

    @property
    def ahead(self) -> int:
        """Seconds."""
        return int(self.file.read_text())

    def set(self, ahead: int) -> None:
        """From now on the daemon's clock is *ahead* seconds ahead of ours."""
        new = self.file.with_suffix(".new")
        new.write_text(str(ahead))
        new.replace(self.file)

    def now(self) -> datetime:
        return datetime.now(UTC) + timedelta(seconds=self.ahead)


@dataclass
class Life:
    """One run of the daemon. *log* is what it writes."""

    number: int
    pid: int
    log: Path
    began: float
    cold: subprocess.Popen[bytes] | None = None  # a program started anew, not a fork
    ended: float | None = None
    killed: bool = False

    def said(self, event: str) -> bool:
        return f'"event": "{event}' in self.log.read_text(errors="replace")

    def wait_for(self, event: str, seconds: float) -> bool:
        deadline = time.monotonic() + seconds
        while not self.said(event):
            if time.monotonic() > deadline:
                return False
            time.sleep(0.02)
        return True


class Starter:
    """`with Starter(settings, clock, logs) as starter:`"""

    def __init__(self, settings: Path, clock: Clock, logs: Path, *, before: tuple[str, ...] = ()) -> None:
        """*before* is a command that runs the starter, such as one that gives it a namespace of its own."""
        self.settings, self.clock, self.logs = settings, clock, logs
        self._before = before
        self._count = 0

    def __enter__(self) -> Self:
        command = [*self._before, sys.executable, __file__, str(self.settings), str(self.clock.file)]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1)
        if self._hear() != READY:
            raise RuntimeError("the starter of the daemon did not start")
        return self

    def __exit__(self, *_: object) -> None:
        self._stdin.close()
        self._process.wait(20)
        self._stdout.close()

    def begin(self, *, cold: bool = False) -> Life:
        """A new life. *cold*: as a program that is read from the disk, with this machine's clock."""
        number, began = self._count, time.time()
        self._count += 1
        log = self.logs / f"life-{number:05d}.log"
        log.touch()
        if not cold:
            return Life(number, int(self._ask(f"begin {log}")), log, began)
        command = [str(Path(sys.executable).with_name("townclerk")), "--config", str(self.settings), "run"]
        with log.open("wb") as errors:
            process = subprocess.Popen(
                [*self._before, *command], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=errors
            )
        return Life(number, process.pid, log, began, process)

    def end(self, life: Life, signal: int, seconds: float = 60) -> int | None:
        """Send *signal*; its exit status, negative where a signal ended it, or None: it still lives after so many seconds,
        which are what the unit gives it (TimeoutStopSec)."""
        status = self.status(life)
        if status is not None:
            return status
        life.killed = signal == 9
        os.kill(life.pid, signal)
        return self.status(life, seconds)

    def status(self, life: Life, seconds: float = 0) -> int | None:
        """How it ended, waited for at most so long; None: it lives."""
        if life.cold is not None:
            try:
                status: int | None = life.cold.wait(seconds)
            except subprocess.TimeoutExpired:
                status = None
        else:
            said = self._ask(f"status {life.pid} {seconds}")
            status = None if said == "alive" else int(said)
        if status is not None and life.ended is None:
            life.ended = time.time()
        return status

    @property
    def _stdin(self) -> IO[str]:
        return cast("IO[str]", self._process.stdin)

    @property
    def _stdout(self) -> IO[str]:
        return cast("IO[str]", self._process.stdout)

    def _ask(self, command: str) -> str:
        self._stdin.write(command + "\n")
        self._stdin.flush()
        return self._hear()

    def _hear(self) -> str:
        return self._stdout.readline().strip()


# --- the starter itself


def serve(settings: Path, clock: Clock) -> None:
    """Read commands: `begin LOG` answers with the number of a process, `status PID SECONDS` with how it ended."""
    from townclerk.app import run  # what takes seconds is done here, once
    from townclerk.app.cli import main
    from townclerk.app.commands import run as command
    from townclerk.app.wiring import load_files
    from townclerk.config.settings import load_settings

    files = load_files(settings)
    vars(command)["load_files"] = lambda path: replace(files, settings=load_settings(path))
    run.now = clock.now
    gc.freeze()
    ended: dict[int, int] = {}
    _say(READY)
    for line in sys.stdin:
        verb, *arguments = line.split()
        if verb == "begin":
            pid = os.fork()
            if pid == 0:
                _become(Path(arguments[0]))
                os._exit(main(["--config", str(settings), "run"]))
            _say(str(pid))
        else:
            _say(_status(int(arguments[0]), float(arguments[1]), ended))
    for pid in set(_children()) - set(ended):
        os.kill(pid, 9)


def _children() -> list[int]:
    return [int(pid) for pid in Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()]


def _become(log: Path) -> None:
    null = os.open(os.devnull, os.O_RDWR)
    errors = os.open(log, os.O_WRONLY | os.O_APPEND)
    for old, new in ((null, 0), (null, 1), (errors, 2)):
        os.dup2(old, new)
    os.setsid()


def _status(pid: int, seconds: float, ended: dict[int, int]) -> str:
    deadline = time.monotonic() + seconds
    while pid not in ended:
        done, status = os.waitpid(pid, os.WNOHANG)
        if done:
            ended[pid] = os.waitstatus_to_exitcode(status)
        elif time.monotonic() >= deadline:
            return "alive"
        else:
            time.sleep(0.005)
    return str(ended[pid])


def _say(word: str) -> None:
    sys.stdout.write(word + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    serve(Path(sys.argv[1]), Clock(Path(sys.argv[2])))
