"""Mails are read in a process of their own: one that hangs or eats all memory dies there, alone, and the next is read."""

import asyncio
import json
import os
import pickle
import signal
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Any, TypeVar, cast

from townclerk.domain.mail import File
from townclerk.domain.quoting import Written
from townclerk.domain.signature import Signature, unreadable
from townclerk.mail.errors import MailUnreadable, WireTrouble
from townclerk.mail.mime import HEAD_LIMIT
from townclerk.mail.reading import Reading, read_inline
from townclerk.mail.worker import OUT_OF_MEMORY, READY, read_frame, write_frame

__all__ = ["Limits", "ParsePool", "ReaderUnavailable", "Reading", "read_inline"]

_BOOT_SECONDS = 60  # a new interpreter on a busy machine
_HEAD_SECONDS = 5
_HEAD_CPU_SECONDS = 1
_DIED_OF = {OUT_OF_MEMORY: "reading it took too much memory", -signal.SIGPROF: "reading it took too long"}
_MEGABYTE = 1 << 20
# Of the parent's environment, where secrets may stand, a reader of foreign mail has what makes an interpreter start.
_MAY_KNOW = frozenset({"PATH", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "TMPDIR", "LD_LIBRARY_PATH", "PYTHONHASHSEED"})
# The parent's own path: a console script, pytest and a checkout all find the package in different ways. Nothing of the
# parent's main module is run again, as multiprocessing would.
_BOOT = (
    "import json, sys; sys.path[:] = json.loads(sys.argv[1]); from townclerk.mail.worker import main; main(int(sys.argv[2]))"
)

T = TypeVar("T")


class ReaderUnavailable(WireTrouble):
    """The process that reads mails cannot be started, or the pool is closed: the machine's trouble, not a mail's."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What one mail may cost: `cpu_seconds` of a processor, `seconds` by the clock, so many more of either for each megabyte of
    it, and `memory` bytes of address space."""

    seconds: float = 10
    seconds_per_megabyte: float = 1
    memory: int = 1 << 30
    cpu_seconds: float = 3

    def time_for(self, source: bytes | Path) -> float:
        """Raises OSError where the file is not there."""
        size = len(source) if isinstance(source, bytes) else source.stat().st_size
        return self.seconds + self.seconds_per_megabyte * size / _MEGABYTE


@dataclass(frozen=True, slots=True)
class _Died:
    """What a reader died of."""

    why: str


class ParsePool:
    """Reads mails in *workers* processes, each started when it is first needed. To be used from one event loop.

    A mail that costs too much, or kills its reader, comes back as a quarantined `Reading`, never as an exception; the reader
    is replaced. Cancelling a call kills the reader that was at it."""

    def __init__(self, workers: int = 1, limits: Limits | None = None) -> None:
        self._limits = limits or Limits()
        self._slots = [_Slot(self._limits.memory) for _ in range(workers)]
        self._free: asyncio.Queue[_Slot] = asyncio.Queue()
        for slot in self._slots:
            self._free.put_nowait(slot)
        # Twice as many: the thread of a killed reader may still be burying it while the next one starts.
        self._threads = ThreadPoolExecutor(max_workers=2 * workers, thread_name_prefix="mail-reader")
        self._closed = False

    async def get_ready(self) -> None:
        """Start a reader, where the one whose turn it is does not run yet. Raises ReaderUnavailable."""
        slot = await self._free.get()
        started = False
        try:
            if self._closed:
                raise ReaderUnavailable("the pool of mail readers is closed")
            if slot.reader is None:
                await self._start(slot)
            started = True
        finally:
            if not started:
                slot.kill()
            self._free.put_nowait(slot)

    async def parse(self, source: bytes | Path) -> Reading:
        """Read a mail, a large one by its path. Where its reader dies, another looks at the headers alone, once. Raises OSError
        where the file cannot be read, ReaderUnavailable where no reader can be started."""
        outcome = await self._ask("read", self._limits.time_for(source), source)
        if not isinstance(outcome, _Died):
            return cast("Reading", outcome)
        start = source[: 2 * HEAD_LIMIT] if isinstance(source, bytes) else source
        head = await self._ask("head", _HEAD_SECONDS, start)
        return Reading(None if isinstance(head, _Died) else head, outcome.why)

    async def files(self, source: bytes | Path, limit_bytes: int) -> tuple[File, ...]:
        """The attachments with their bytes, in the order of `IncomingMail.attachments`, leaving out each that would take the
        total past *limit_bytes*; none where the mail cannot be read. Raises as `parse` does."""
        outcome = await self._ask("files", self._limits.time_for(source), source, limit_bytes)
        return () if isinstance(outcome, _Died) else outcome

    async def written(self, source: bytes | Path) -> Written:
        """What its sender wrote, for acting on it. Raises as `parse` does, and MailUnreadable where its reader dies of it."""
        outcome = await self._ask("written", self._limits.time_for(source), source)
        if isinstance(outcome, _Died):
            raise MailUnreadable(outcome.why)
        return cast("Written", outcome)

    async def signature(self, source: bytes | Path, received_at: datetime, trusted: tuple[bytes, ...]) -> Signature:
        """What comes of holding the signature of a mail against the certificates *trusted* (DER). Raises as `parse` does."""
        outcome = await self._ask("signature", self._limits.time_for(source), source, received_at, trusted)
        return unreadable(outcome.why) if isinstance(outcome, _Died) else cast("Signature", outcome)

    async def close(self) -> None:
        """End the readers, after what they are reading. A call that comes later raises ReaderUnavailable."""
        self._closed = True
        for _ in self._slots:
            slot = await self._free.get()
            slot.kill()
        for slot in self._slots:
            self._free.put_nowait(slot)
        self._threads.shutdown(wait=True)

    async def _ask(self, verb: str, seconds: float, *arguments: object) -> Any:
        cpu_seconds = max(_HEAD_CPU_SECONDS, seconds - self._limits.seconds + self._limits.cpu_seconds)
        slot = await self._free.get()
        finished = False
        try:
            if self._closed:
                raise ReaderUnavailable("the pool of mail readers is closed")
            reader = slot.reader or await self._start(slot)
            async with asyncio.timeout(seconds):
                answer = await self._in_thread(lambda: reader.ask((verb, seconds, cpu_seconds, *arguments)))
            finished = True
        except TimeoutError:
            return _Died(f"reading it took longer than {seconds:.1f} seconds")
        except _ReaderDied as death:
            return _Died(str(death))
        finally:
            if not finished:
                slot.kill()
            self._free.put_nowait(slot)
        return _raised(answer)

    async def _start(self, slot: "_Slot") -> "_Reader":
        try:
            reader = slot.start()
            async with asyncio.timeout(_BOOT_SECONDS):
                await self._in_thread(reader.boot)
        except (OSError, TimeoutError, _ReaderDied) as error:
            raise ReaderUnavailable(f"the process that reads mails does not start: {type(error).__name__}") from error
        return reader

    async def _in_thread(self, call: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._threads, call)


def _raised(answer: Any) -> Any:
    if isinstance(answer, OSError | MailUnreadable):
        raise answer
    return answer


class _ReaderDied(Exception):  # what happened, and only the pool ever sees it
    """The reader's process ended instead of answering."""


class _Slot:
    """A place for one reader at a time."""

    def __init__(self, memory: int) -> None:
        self._memory = memory
        self.reader: _Reader | None = None

    def start(self) -> "_Reader":
        self.reader = _Reader(self._memory)
        return self.reader

    def kill(self) -> None:
        if self.reader is not None:
            self.reader.kill()
            self.reader = None


class _Reader:
    """One process. All but `kill` blocks, and belongs in a thread; a kill from another thread ends the blocking."""

    def __init__(self, memory: int) -> None:
        path = json.dumps([entry for entry in sys.path if entry])
        # A session of its own: what the terminal signals to the parent's group does not reach it.
        self._process = subprocess.Popen(  # noqa: S603  # our own interpreter and package
            [sys.executable, "-I", "-c", _BOOT, path, str(memory)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # a traceback might quote a mail
            env={name: value for name, value in os.environ.items() if name in _MAY_KNOW},
            start_new_session=True,
        )
        self._asking = False

    def boot(self) -> None:
        if self._exchange(None) != READY:
            raise _ReaderDied("it did not say that it was ready")

    def ask(self, request: tuple[object, ...]) -> Any:
        return self._exchange(request)

    def _exchange(self, request: tuple[object, ...] | None) -> Any:
        self._asking = True
        try:
            if request is not None:
                write_frame(cast("IO[bytes]", self._process.stdin), request)
            answer = read_frame(cast("IO[bytes]", self._process.stdout))
        except (EOFError, OSError, ValueError, pickle.UnpicklingError) as error:  # ValueError: the pipe was closed under us
            raise _ReaderDied(self._bury()) from error
        self._asking = False
        return answer

    def kill(self) -> None:
        """End the process now. The thread that waits for its answer buries it; where none does, that is done here."""
        self._process.kill()
        if not self._asking:
            self._bury()

    def _bury(self) -> str:
        """Wait for the end, give back the pipes, and say what it died of."""
        self._process.kill()
        status = self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            with suppress(OSError):  # what was not yet written has no reader any more
                cast("IO[bytes]", pipe).close()
        return _DIED_OF.get(status, "reading it killed its process")
