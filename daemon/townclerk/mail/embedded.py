"""An IMAP and an SMTP server inside this process, for `townclerk demo` and for tests. Never for real mail: all is in memory."""

import asyncio
import contextlib
import importlib
import logging
import socket
from argparse import Namespace
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Self

from townclerk.mail.errors import DemoNotInstalled

_LARGEST = 60_000_000  # bytes of a mail that the SMTP server takes


@dataclass(frozen=True, slots=True)
class Accepted:
    """A mail as the SMTP server took it."""

    envelope_from: str
    recipients: tuple[str, ...]
    raw: bytes


class EmbeddedServers:
    """`async with EmbeddedServers({"feedback": "secret"}, "council.example") as servers:`

    *users* are logins and their passwords, for IMAP and, if a client wishes, for SMTP. Mail to `login@domain`, and to
    `login+anything@domain`, goes into the INBOX of that login; *domain* None stands for every domain. With *outside* mail
    to anybody else is taken as well and only recorded, so that the letters to residents can be shown; without it, and for
    an unknown user of *domain*, the server refuses.
    """

    host = "127.0.0.1"

    def __init__(
        self,
        users: Mapping[str, str],
        domain: str | None = None,
        *,
        outside: bool = True,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        imap_port: int = 0,
        smtp_port: int = 0,
    ) -> None:
        """*clock* gives the INTERNALDATE of what SMTP brings.

        Port 0: any free one; `imap_port` and `smtp_port` hold the real ones once the servers run.

        Raises DemoNotInstalled.
        """
        self.imap_port, self.smtp_port = imap_port, smtp_port
        self.accepted: list[Accepted] = []
        self._users = {login.lower(): password for login, password in users.items()}
        self._domain = domain.lower() if domain else None
        self._outside = outside
        self._clock = clock
        self._inboxes: dict[str, list[bytes]] = defaultdict(list)
        self._libraries = _Libraries()
        self._stack = contextlib.AsyncExitStack()
        self._config: Any = None
        self._login: Any = None

    async def __aenter__(self) -> Self:
        async with contextlib.AsyncExitStack() as stack:
            await self._start_imap(stack)
            await self._start_smtp(stack)
            self._stack = stack.pop_all()
        return self

    async def __aexit__(self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None) -> None:
        await self._stack.aclose()

    async def deliver(self, user: str, raw: bytes, at: datetime | None = None, folder: str = "INBOX") -> None:
        """Put a mail into a mailbox. *at* is its INTERNALDATE, aware; None: by the clock."""
        received_at = at or self._clock()
        async with self._session(user) as session:
            message = self._libraries.message.AppendMessage(raw, received_at, frozenset())
            await session.append_messages(folder, [message])

    async def make_folder(self, user: str, folder: str) -> None:
        """Give *user* another folder beside INBOX."""
        async with self._session(user) as session:
            await session.create_mailbox(folder)

    def inbox(self, address: str) -> list[bytes]:
        """Every mail that SMTP took for *address*, oldest first, whoever the address belongs to. Plus-tags count."""
        return list(self._inboxes[address.lower()])

    def user_of(self, address: str) -> str | None:
        """The login that *address* belongs to."""
        local, _, domain = address.lower().rpartition("@")
        plain = local.partition("+")[0]
        if f"{plain}@{domain}" in self._users:
            return f"{plain}@{domain}"
        return plain if plain in self._users and self._domain in (None, domain) else None

    def _session(self, user: str) -> contextlib.AbstractAsyncContextManager[Any]:
        session: contextlib.AbstractAsyncContextManager[Any] = self._identity(user).new_session()
        return session

    def _identity(self, user: str) -> Any:
        return self._libraries.backend.Identity(user, self._login, None, frozenset())

    async def _start_imap(self, stack: contextlib.AsyncExitStack) -> None:
        libraries = self._libraries
        # The passwords stand in the memory of this very process: to hash them slowly would protect nothing.
        fast = libraries.hashing.BuiltinHash(rounds=1)
        backend, self._config = await libraries.backend.DictBackend.init(
            _pymap_settings(), invalid_user_sleep=0.0, hash_context=fast
        )
        self._config.apply_context()
        self._login = backend.login
        passwords = libraries.user.Passwords(self._config)
        for user, password in self._users.items():
            hashed = await passwords.hash_password(password)
            await self._identity(user).set(libraries.user.UserMetadata(self._config, user, password=hashed))
        await backend.start(stack)
        pymap = libraries.imap.IMAPServer(self._login, self._config)

        async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await pymap(reader, writer, libraries.sock.SocketInfoLocal(writer))

        server = await stack.enter_async_context(_serving(talk, self.host, self.imap_port))
        self.imap_port = _port_of(server)

    async def _start_smtp(self, stack: contextlib.AsyncExitStack) -> None:
        protocols: list[Any] = []

        def protocol() -> Any:
            # Without a time limit: its timer would outlive a client that is simply gone when the demo ends.
            made = self._libraries.smtp.SMTP(
                _Door(self),
                hostname="localhost",
                ident="townclerk demo",
                enable_SMTPUTF8=True,
                data_size_limit=_LARGEST,
                auth_require_tls=False,
                authenticator=self._authenticate,
            )
            protocols.append(made)
            return made

        server = await asyncio.get_running_loop().create_server(protocol, self.host, self.smtp_port)
        self.smtp_port = _port_of(server)

        def stop() -> None:
            server.close()
            for made in protocols:
                if made.transport is not None:
                    made.transport.close()

        stack.callback(stop)

    def _authenticate(self, _server: Any, _session: Any, _envelope: Any, _mechanism: str, data: Any) -> Any:
        login, password = getattr(data, "login", b"").decode(), getattr(data, "password", b"").decode()
        # Not handled: aiosmtpd is to say no by itself.
        return self._libraries.smtp.AuthResult(success=self._users.get(login.lower()) == password, handled=False)

    def _takes(self, address: str) -> bool:
        domain = address.lower().rpartition("@")[2]
        return self.user_of(address) is not None or (self._outside and domain != self._domain)

    async def _take(self, envelope_from: str, recipients: list[str], raw: bytes) -> None:
        self.accepted.append(Accepted(envelope_from, tuple(recipients), raw))
        for address in recipients:
            self._inboxes[address.lower()].append(raw)
            if user := self.user_of(address):
                trace = f"Return-Path: <{envelope_from}>\r\nDelivered-To: {address}\r\n".encode()
                await self.deliver(user, trace + raw)


class _Door:
    """What aiosmtpd asks. The names of the methods are its own."""

    def __init__(self, servers: EmbeddedServers) -> None:
        self._servers = servers

    async def handle_RCPT(self, _server: Any, _session: Any, envelope: Any, address: str, _options: list[str]) -> str:  # noqa: N802 - aiosmtpd's name
        if not self._servers._takes(address):
            return "550 5.1.1 no such user here"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 - as above
        await self._servers._take((envelope.mail_from or "").strip("<>"), envelope.rcpt_tos, envelope.original_content)
        return f"250 2.0.0 taken as {len(self._servers.accepted)}"


class _Libraries:
    """The modules of pymap and aiosmtpd, which an ordinary installation does not have."""

    def __init__(self) -> None:
        try:
            self.backend: Any = importlib.import_module("pymap.backend.dict")
            self.hashing: Any = importlib.import_module("pysasl.hashing")
            self.imap: Any = importlib.import_module("pymap.imap")
            self.message: Any = importlib.import_module("pymap.parsing.message")
            self.user: Any = importlib.import_module("pymap.user")
            self.sock: Any = importlib.import_module("proxyprotocol.sock")
            self.smtp: Any = importlib.import_module("aiosmtpd.smtp")
        except ImportError as exc:
            raise DemoNotInstalled("the embedded servers are not installed: pip install 'townclerk[demo]'") from exc
        # aiosmtpd logs addresses, and at each login a warning about a use of its own.
        logging.getLogger("mail.log").setLevel(logging.ERROR)


def _pymap_settings() -> Namespace:
    """pymap reads each of these. Its demo user must not be one of ours."""
    return Namespace(
        host=None,
        port=0,
        debug=False,
        cert=None,
        key=None,
        tls=False,
        proxy_protocol=None,
        inherited_sockets=None,
        passlib_cfg=None,
        demo_data=False,
        demo_user="(nobody)",
        demo_password="(none)",  # noqa: S106 - pymap wants one; the user has no mail
    )


@contextlib.asynccontextmanager
async def _serving(
    talk: Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]], host: str, port: int
) -> AsyncIterator[asyncio.Server]:
    """A server whose conversations end with it."""
    talks: set[asyncio.Task[None]] = set()

    async def converse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is not None:
            talks.add(task)
            task.add_done_callback(talks.discard)
        with contextlib.suppress(ConnectionError, asyncio.CancelledError):
            await talk(reader, writer)
        writer.close()

    server = await asyncio.start_server(converse, host, port)
    try:
        yield server
    finally:
        server.close()
        for task in talks:
            task.cancel()
        await asyncio.gather(*talks, return_exceptions=True)


def _port_of(server: asyncio.Server) -> int:
    listener: socket.socket = server.sockets[0]
    return int(listener.getsockname()[1])
