"""A mailbox and a transport without a network: for `simulate`, and for tests. They pass the same contract suites."""

import asyncio
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from townclerk.domain.addressing import NotAnAddress, wire_address
from townclerk.domain.mail import Arrival
from townclerk.mail.errors import MailboxFolderMissing, Refused, SendTrouble, TransportDown
from townclerk.mail.imap_link import message_id_in
from townclerk.mail.mailbox import Batch
from townclerk.mail.spool import MemoryRaw


@dataclass(slots=True)
class _Folder:
    uidvalidity: int
    next_uid: int = 1
    mails: dict[int, tuple[datetime, bytes]] = field(default_factory=dict)
    news: bool = False


class MemoryMailbox:
    """A `Mailbox` of folders in memory. `wait` never blocks: it says whether something came since it was last asked."""

    def __init__(self, folders: Iterable[str] = ("INBOX",)) -> None:
        self._numbering = 1
        self._folders = {name: _Folder(self._numbering) for name in folders}

    def deliver(self, raw: bytes, received_at: datetime, folder: str = "INBOX") -> int:
        """Put a mail into *folder*, which is made if it is not there. Returns its UID. *received_at* is aware."""
        there = self._folders.setdefault(folder, _Folder(self._numbering))
        uid = there.next_uid
        there.mails[uid] = (received_at.astimezone(UTC).replace(microsecond=0), raw)  # INTERNALDATE has whole seconds
        there.next_uid += 1
        there.news = True
        return uid

    def delete(self, folder: str, uid: int) -> None:
        """Somebody deletes a mail for good."""
        del self._folders[folder].mails[uid]

    def number_anew(self, folder: str) -> None:
        """The server loses its numbers: another UIDVALIDITY, and the mails that are there from 1 on."""
        self._numbering += 1
        mails = list(self._folders[folder].mails.values())
        self._folders[folder] = _Folder(self._numbering, len(mails) + 1, dict(enumerate(mails, 1)), news=True)

    async def arrivals(self, folder: str, uidvalidity: int | None, last_uid: int, since: datetime, limit: int) -> Batch:
        """See `Mailbox.arrivals`."""
        there = self._folder(folder)
        highest = last_uid if uidvalidity == there.uidvalidity else 0
        arrivals: list[Arrival] = []
        left = max(limit, 1)
        for uid in sorted(uid for uid in there.mails if uid > highest):
            received_at, raw = there.mails[uid]
            old = received_at < since
            if not old and not left:
                return Batch(folder, there.uidvalidity, tuple(arrivals), highest, more=True)
            left -= not old
            body = None if old else MemoryRaw(raw)
            arrivals.append(Arrival(folder, there.uidvalidity, uid, received_at, message_id_in(raw), body))
            highest = uid
        return Batch(folder, there.uidvalidity, tuple(arrivals), highest)

    async def folders(self, wanted: Iterable[str]) -> tuple[str, ...]:
        """See `Mailbox.folders`."""
        return tuple(name for name in wanted if name not in self._folders)

    async def wait(self, folder: str, seconds: float) -> bool:  # noqa: ARG002 - time is not waited for in memory
        """Whether something came since this was last asked. Returns at once."""
        await asyncio.sleep(0)  # a loop around this must not starve the others
        there = self._folder(folder)
        news, there.news = there.news, False
        return news

    async def capabilities(self) -> frozenset[str]:
        """See `Mailbox.capabilities`."""
        return frozenset({"IMAP4REV1", "IDLE"})

    async def close(self) -> None:
        """Nothing to close."""

    def _folder(self, name: str) -> _Folder:
        try:
            return self._folders[name]
        except KeyError as exc:
            raise MailboxFolderMissing(name) from exc


@dataclass(frozen=True, slots=True)
class Sent:
    """A mail that a `MemoryTransport` accepted."""

    envelope_from: str
    recipient: str
    raw: bytes


class MemoryTransport:
    """A `Transport` that keeps what it is given in `sent`, and fails when it is told to."""

    def __init__(self) -> None:
        self.sent: list[Sent] = []
        self._failures: deque[SendTrouble] = deque()
        self._by_recipient: dict[str, SendTrouble] = {}

    def fail_next(self, *troubles: SendTrouble) -> None:
        """The next sends raise these, one each."""
        self._failures.extend(troubles)

    def fail_for(self, recipient: str, trouble: SendTrouble | None) -> None:
        """Every send to *recipient* raises *trouble*; None: no longer."""
        if trouble is None:
            self._by_recipient.pop(recipient, None)
        else:
            self._by_recipient[recipient] = trouble

    async def send(self, envelope_from: str, recipient: str, raw: bytes) -> str:
        """See `Transport.send`."""
        try:
            _, to = envelope_from and wire_address(envelope_from), wire_address(recipient)
        except NotAnAddress as exc:
            raise Refused(553, "5.1.3", str(exc)) from exc
        if trouble := self._failures.popleft() if self._failures else self._by_recipient.get(recipient):
            raise trouble
        self.sent.append(Sent(envelope_from, str(to), raw))
        return f"250 2.0.0 kept as {len(self.sent)}"

    async def check(self) -> None:
        """Raises the next failure if it is a TransportDown."""
        if self._failures and isinstance(self._failures[0], TransportDown):
            raise self._failures.popleft()

    async def close(self) -> None:
        """Nothing to close."""
