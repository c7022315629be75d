"""The way to a token server: HTTPS alone, its certificate verified, in bounded time, and never on to another address."""

import json
import socket
import threading
from collections.abc import Mapping
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self
from urllib.parse import urlencode, urlsplit
from urllib.request import getproxies, proxy_bypass

import urllib3
from urllib3 import HTTPSConnectionPool, exceptions
from urllib3.connection import HTTPSConnection

from townclerk.app.tokens.errors import TokenNotUnderstood, TokenServerAway
from townclerk.mail.tls import tls_fault, trusting

LARGEST = 100_000  # bytes of an answer
_BUSY = frozenset({408, 425, 429, 500, 502, 503, 504})


@dataclass(frozen=True, slots=True)
class Answer:
    """What a token server said. Named as msal reads it."""

    status_code: int
    text: str = field(repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)

    def raise_for_status(self) -> None:
        if self.status_code >= 400:
            raise ValueError(f"HTTP status {self.status_code}")


@dataclass(slots=True)
class TokenWire:
    """Asks over HTTPS. Times are in seconds; `ca_file` None: the certificates that this machine trusts. A proxy is taken from
    the environment (HTTPS_PROXY), as other programs do."""

    ca_file: Path | None = None
    connect_timeout: float = 10
    whole_timeout: float = 30

    def get(self, url: str, headers: Mapping[str, str] | None = None, **_: object) -> Answer:
        """Raises TokenServerAway, TokenNotUnderstood."""
        return self.ask("GET", url, None, headers)

    def post(
        self,
        url: str,
        data: Mapping[str, str] | bytes | str | None = None,
        headers: Mapping[str, str] | None = None,
        **_: object,
    ) -> Answer:
        """*data* of a mapping goes as a form. Raises TokenServerAway, TokenNotUnderstood."""
        form = isinstance(data, Mapping)
        said = {**(headers or {}), **({"Content-Type": "application/x-www-form-urlencoded"} if form else {})}
        return self.ask("POST", url, urlencode(data) if isinstance(data, Mapping) else data, said)

    def close(self) -> None:
        """Nothing is kept open: a token is asked for once in an hour."""

    def ask(self, method: str, url: str, body: str | bytes | None, headers: Mapping[str, str] | None) -> Answer:
        """Raises TokenServerAway, TokenNotUnderstood."""
        where = server_of(url)
        if urlsplit(url).scheme != "https":
            raise TokenNotUnderstood(f"the token server {where} is not asked without TLS: its address must begin with https://")
        deadline = _Deadline(self.whole_timeout)
        try:
            with deadline, self._manager(where, deadline) as manager:
                answer = manager.request(
                    method,
                    url,
                    body=body,
                    headers={"Accept": "application/json", **(headers or {})},
                    timeout=urllib3.Timeout(connect=self.connect_timeout, read=self.whole_timeout),
                    retries=False,
                    redirect=False,  # what is secret goes to the address in the settings, and to no other
                    preload_content=False,
                )
                with closing(answer):
                    text = _read(answer, where)
            if deadline.over:  # to the library, an answer that was cut off may look like one that ended
                raise self._late(where)
        except (exceptions.HTTPError, OSError) as exc:
            if deadline.over:
                raise self._late(where) from None
            # Of the library's own words for it, "nobody there" is a kind of "too late".
            if isinstance(exc, exceptions.TimeoutError) and not isinstance(exc, exceptions.NewConnectionError):
                raise self._late(where) from None
            fault = tls_fault(exc, f"the token server {where}") or f"the token server {where} cannot be reached"
            raise TokenServerAway(f"{fault} ({type(exc).__name__})") from None
        return Answer(answer.status, text, dict(answer.headers))

    def _manager(self, host: str, deadline: "_Deadline") -> urllib3.PoolManager:
        try:
            context = trusting(self.ca_file)
        except OSError as exc:
            raise TokenServerAway(f"auth.ca_file cannot be read ({type(exc).__name__})") from None
        proxy = getproxies().get("https")
        by_proxy = proxy and not proxy_bypass(host)
        made = (
            urllib3.ProxyManager(proxy, ssl_context=context) if proxy and by_proxy else urllib3.PoolManager(ssl_context=context)
        )
        made.pool_classes_by_scheme = {**made.pool_classes_by_scheme, "https": _pool_of(deadline)}
        return made

    def _late(self, where: str) -> TokenServerAway:
        return TokenServerAway(f"the token server {where} did not answer within {self.whole_timeout:g} seconds")


class _Deadline:
    """Ends the connections that are made within it when its time is over. The library has a limit for each piece that comes,
    and a server that gives a byte of its headers now and then keeps them for ever."""

    def __init__(self, seconds: float) -> None:
        self._timer = threading.Timer(seconds, self._end)
        self._timer.daemon = True
        self._connections: list[socket.socket] = []
        self.over = False

    def __enter__(self) -> Self:
        self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()
        for connection in self._connections:
            connection.close()

    def hold(self, connection: socket.socket) -> None:
        """A second hand on *connection*, which TLS is about to take for itself."""
        self._connections.append(connection.dup())
        if self.over:
            self._end()

    def _end(self) -> None:
        self.over = True
        for connection in self._connections:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)


def _pool_of(deadline: _Deadline) -> type[HTTPSConnectionPool]:
    class Connection(HTTPSConnection):
        def _new_conn(self) -> socket.socket:
            made = super()._new_conn()
            deadline.hold(made)
            return made

    class Pool(HTTPSConnectionPool):
        ConnectionCls = Connection

    return Pool


def server_of(url: str) -> str:
    """Host and, where it is not the usual one, port."""
    return urlsplit(url).netloc.rpartition("@")[2] or "(none)"


def fields_of(answer: Answer, where: str) -> dict[str, object]:
    """What an answer of the token server at *where* holds. Raises TokenServerAway, TokenNotUnderstood."""
    try:
        found = json.loads(answer.text)
    except (ValueError, RecursionError):
        found = None
    if isinstance(found, dict) and (answer.status_code == 200 or "error" in found):
        return found
    if answer.status_code in _BUSY:
        raise TokenServerAway(f"the token server {where} is in trouble (HTTP status {answer.status_code})")
    raise TokenNotUnderstood(
        f"what the token server {where} answered is no token (HTTP status {answer.status_code}): is its address right?"
    )


def _read(answer: urllib3.BaseHTTPResponse, where: str) -> str:
    """The whole of *answer*, which may come in drops. Raises TokenNotUnderstood."""
    found = b""
    while piece := answer.read1(4096):  # what is there, and not what may still come
        found += piece
        if len(found) > LARGEST:
            raise TokenNotUnderstood(f"what the token server {where} answered is far too large for a token")
    return found.decode("utf-8", "replace")
