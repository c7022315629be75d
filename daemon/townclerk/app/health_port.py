"""A port on which monitoring asks how the service fares: HTTP, GET and HEAD, one question a connection.

It is answered by the very loop that does the work: where that stands still, no answer comes. Where it listens to this machine
alone, it answers to no name of elsewhere: a web page may give its own name our address, and a browser would let it read on.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from ipaddress import ip_address

import structlog

MOST_AT_ONCE = 16  # connections; more are closed at once
LONGEST_HEAD = 8192  # bytes of a request
SECONDS = 10  # for a request to come, be answered and be read
RETRY_SECONDS = 30  # until a port that somebody else has is tried again

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Answer:
    ok: bool
    body: str
    kind: str = "application/json"


Answering = Callable[[], Awaitable[Answer]]


class HealthPort:
    """Answers at *host* and *port*. *answers* are by path; `open` is how many connections there are."""

    def __init__(self, host: str, port: int, answers: Mapping[str, Answering]) -> None:
        self._host = host
        self._port = port
        self._answers = answers
        self._at_home = _is_of_this_machine(host)
        self.open = 0
        self._server: asyncio.Server | None = None

    @property
    def address(self) -> tuple[str, int] | None:
        """Where it listens, or None: it does not yet."""
        if self._server is None or not self._server.sockets:
            return None
        host, port, *_ = self._server.sockets[0].getsockname()
        return host, port

    async def keep_open(self) -> None:
        """Listen until cancelled. A port that is taken (by a daemon that waits for its turn beside another) is tried again."""
        try:
            while self._server is None:
                try:
                    self._server = await asyncio.start_server(self._meet, self._host, self._port, limit=LONGEST_HEAD)
                except OSError as error:
                    log.warning("health port cannot be opened", port=self._port, error=error.strerror)
                    await asyncio.sleep(RETRY_SECONDS)
            await self._server.serve_forever()
        finally:
            if self._server is not None:
                self._server.close()

    async def _meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.open += 1
        try:
            if self.open <= MOST_AT_ONCE:
                async with asyncio.timeout(SECONDS):
                    writer.write(await self._answer_to(reader))
                    await writer.drain()
        except (TimeoutError, OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            pass  # whoever asked has gone, or asks nothing that we understand
        finally:
            self.open -= 1
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()

    async def _answer_to(self, reader: asyncio.StreamReader) -> bytes:
        head = await reader.readuntil(b"\r\n\r\n")
        method, _, rest = head.partition(b"\r\n")[0].decode("latin-1").partition(" ")
        path = rest.partition(" ")[0].partition("?")[0]
        if self._at_home and not _is_of_this_machine(_host_named(head)):
            return _written(
                "421 Misdirected Request", Answer(False, "ask by address\n", "text/plain"), with_body=method != "HEAD"
            )
        if method not in ("GET", "HEAD"):
            return _written("405 Method Not Allowed", Answer(False, "GET and HEAD\n", "text/plain"), with_body=True)
        if path not in self._answers:
            said = f"{', '.join(self._answers)}\n"
            return _written("404 Not Found", Answer(False, said, "text/plain"), with_body=method == "GET")
        answer = await self._answers[path]()
        status = "200 OK" if answer.ok else "503 Service Unavailable"
        return _written(status, answer, with_body=method == "GET")


def _host_named(head: bytes) -> str | None:
    """Under which name we were asked, or None: under none, as no browser does."""
    lines = head.decode("latin-1").split("\r\n")[1:]
    named = next((line.partition(":")[2].strip().lower() for line in lines if line.lower().startswith("host:")), None)
    if named is None:
        return None
    return named[1:].partition("]")[0] if named.startswith("[") else named.partition(":")[0]


def _is_of_this_machine(name: str | None) -> bool:
    """Any other name that leads here is somebody else's: a page in a browser of this machine would read what we answer."""
    if name is None or name == "localhost":
        return True
    try:
        return ip_address(name).is_loopback
    except ValueError:
        return False


def _written(status: str, answer: Answer, *, with_body: bool) -> bytes:
    body = answer.body.encode()
    heads = (
        f"HTTP/1.1 {status}",
        f"Content-Type: {answer.kind}; charset=utf-8",
        f"Content-Length: {len(body)}",
        "Cache-Control: no-store",
        "X-Content-Type-Options: nosniff",
        "Connection: close",
    )
    return "\r\n".join((*heads, "", "")).encode("latin-1") + (body if with_body else b"")
