"""The mailbox on an IMAP server, for asyncio: one thread owns the connection and does the work of every method."""

import asyncio
import contextlib
import socket
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TypeVar

from townclerk.mail.errors import MailboxDown, MailboxFolderMissing
from townclerk.mail.imap_link import ImapLink, trouble_of
from townclerk.mail.mailbox import Batch, ImapSettings

T = TypeVar("T")

_LONGEST_WAIT = 280  # seconds: an IDLE is renewed within five minutes, which finds dead links and keeps NAT entries alive
_GOODBYE = 2.0  # seconds


class ImapMailbox:
    """A `Mailbox` on an IMAP server. The folders are opened for reading only: nothing in the mailbox is ever changed.

    The library blocks and is not thread-safe, so one thread owns the connection and does the work of every method.
    """

    def __init__(self, settings: ImapSettings, spool_folder: Path | None = None) -> None:
        """*spool_folder* takes large mails while they are read; None: the system's folder for temporary files."""
        self._settings = settings
        self._spool_folder = spool_folder
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="imap")
        self._link: ImapLink | None = None
        self._waits = 0
        self._closed = False
        self._wake_here, self._wake_there = socket.socketpair()
        self._wake_here.settimeout(0)
        self._wake_there.settimeout(0)

    async def arrivals(self, folder: str, uidvalidity: int | None, last_uid: int, since: datetime, limit: int) -> Batch:
        """See `Mailbox.arrivals`."""
        return await self._ask(lambda link: link.arrivals(folder, uidvalidity, last_uid, since, limit))

    async def folders(self, wanted: Iterable[str]) -> tuple[str, ...]:
        """See `Mailbox.folders`."""
        names = tuple(wanted)
        return await self._ask(lambda link: link.missing(names))

    async def wait(self, folder: str, seconds: float) -> bool:
        """See `Mailbox.wait`. By IDLE; where the server has none, this only waits."""
        self._waits += 1
        try:
            return await self._ask(lambda link: link.wait(folder, min(seconds, _LONGEST_WAIT), self._wake_here), wakes=False)
        except asyncio.CancelledError:
            self._wake()
            raise
        finally:
            self._waits -= 1

    async def capabilities(self) -> frozenset[str]:
        """See `Mailbox.capabilities`."""
        return await self._ask(lambda link: link.capabilities())

    async def close(self) -> None:
        """Say goodbye within two seconds, or hang up. May be called again."""
        if self._closed:
            return
        self._closed = True
        self._wake()
        goodbye = asyncio.wrap_future(self._thread.submit(self._say_goodbye))
        self._thread.shutdown(wait=False)
        done, _ = await asyncio.wait([goodbye], timeout=_GOODBYE)
        if not done and self._link is not None:
            self._link.cut()
            await asyncio.wait([goodbye], timeout=_GOODBYE)

    async def _ask(self, what: Callable[[ImapLink], T], *, wakes: bool = True) -> T:
        """Have the thread do *what*, with a new connection if there is none."""
        if self._closed:
            raise MailboxDown("the mailbox has been closed")
        if wakes and self._waits:
            self._wake()
        job = self._thread.submit(partial(self._do, what))
        try:
            return await asyncio.wrap_future(job)
        except asyncio.CancelledError:
            job.add_done_callback(_throw_away)
            raise

    def _do(self, what: Callable[[ImapLink], T]) -> T:
        try:
            if self._link is None:
                self._link = ImapLink.open(self._settings, self._spool_folder)
            return what(self._link)
        except MailboxFolderMissing:
            raise
        except Exception as exc:  # odd answers surface as ValueError or AttributeError: what follows them cannot be trusted
            self._hang_up()
            raise trouble_of(exc) from exc

    def _wake(self) -> None:
        with contextlib.suppress(OSError):  # full: it has been told already; closed: there is nobody to tell
            self._wake_there.send(b"x")

    def _hang_up(self) -> None:
        if self._link is not None:
            self._link.hang_up()
            self._link = None

    def _say_goodbye(self) -> None:
        if self._link is not None:
            self._link.log_out()
        self._hang_up()
        self._wake_here.close()
        self._wake_there.close()


def _throw_away(job: "Future[T]") -> None:
    """The files of a batch that nobody waits for any more."""
    if job.cancelled() or job.exception() is not None:
        return
    result = job.result()
    if isinstance(result, Batch):
        for arrival in result.arrivals:
            if arrival.raw is not None:
                arrival.raw.discard()
