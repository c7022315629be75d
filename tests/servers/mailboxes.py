"""One way to hold each kind of mailbox, so that the same promises can be asked of all of them."""

import asyncio
import itertools
import socket
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from imapclient import IMAPClient

from townclerk.mail.imap import ImapMailbox
from townclerk.mail.mailbox import ImapSettings, Mailbox
from townclerk.mail.memory import MemoryMailbox

_numbers = itertools.count(1)


class Held(Protocol):
    """A mailbox, an empty folder in it, and what other people do to that folder."""

    @property
    def mailbox(self) -> Mailbox: ...
    @property
    def folder(self) -> str: ...
    async def put(self, raw: bytes, at: datetime) -> None: ...
    async def delete(self, uid: int) -> None: ...
    async def number_anew(self) -> None: ...
    async def flags(self) -> set[bytes]: ...


@dataclass
class HeldInMemory:
    mailbox: MemoryMailbox
    folder: str = "INBOX"

    async def put(self, raw: bytes, at: datetime) -> None:
        self.mailbox.deliver(raw, at, self.folder)

    async def delete(self, uid: int) -> None:
        self.mailbox.delete(self.folder, uid)

    async def number_anew(self) -> None:
        self.mailbox.number_anew(self.folder)

    async def flags(self) -> set[bytes]:
        return set()


@dataclass
class HeldByServer:
    """On a server at a port without TLS."""

    mailbox: ImapMailbox
    settings: ImapSettings
    folder: str
    other: IMAPClient | None = None  # other people's

    async def put(self, raw: bytes, at: datetime) -> None:
        await asyncio.to_thread(self._put, raw, at)

    async def delete(self, uid: int) -> None:
        await asyncio.to_thread(self._delete, uid)

    async def number_anew(self) -> None:
        await asyncio.to_thread(self._number_anew)

    async def flags(self) -> set[bytes]:
        return await asyncio.to_thread(self._flags)

    def again(self) -> ImapMailbox:
        """A mailbox that has not met the server yet."""
        return ImapMailbox(self.settings)

    async def close(self) -> None:
        if self.other is not None:
            await asyncio.to_thread(self.other.logout)
        await self.mailbox.close()

    def make(self) -> None:
        self._client().create_folder(self.folder)

    def _client(self) -> IMAPClient:
        if self.other is None:
            self.other = IMAPClient(self.settings.host, self.settings.port, ssl=False, timeout=20)
            self.other.socket().setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.other.login(self.settings.user, self.settings.secret())
        return self.other

    def _put(self, raw: bytes, at: datetime) -> None:
        self._client().append(self.folder, raw, msg_time=at)

    def _delete(self, uid: int) -> None:
        client = self._client()
        client.select_folder(self.folder)
        client.delete_messages([uid])
        client.expunge()

    def _number_anew(self) -> None:
        client = self._client()
        client.select_folder(self.folder)
        found = client.fetch(client.search("ALL"), ["BODY.PEEK[]"])
        client.select_folder("INBOX")
        client.delete_folder(self.folder)
        client.create_folder(self.folder)
        for uid in sorted(found):
            client.append(self.folder, found[uid][b"BODY[]"])

    def _flags(self) -> set[bytes]:
        client = self._client()
        client.select_folder(self.folder, readonly=True)
        flags = client.get_flags(client.search("ALL"))
        return {flag for each in flags.values() for flag in each}


def held_by(host: str, port: int, user: str, password: str) -> HeldByServer:
    settings = ImapSettings(host, port, user, lambda: password, security="none", read_timeout=20)
    return HeldByServer(ImapMailbox(settings), settings, f"Test {next(_numbers)}")
