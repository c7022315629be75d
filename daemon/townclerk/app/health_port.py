"""A port on which monitoring asks how the service fares: HTTP, GET and HEAD, one question a connection.

It is answered by the very loop that does the work: where that stands still, no answer comes. Where it listens to this machine
alone, it answers to no name of elsewhere: a web page may give its own name our address, and a browser would let it read on.
"""

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from ipaddress import ip_address

import structlog

MOST_AT_ONCE = 16  # connections; for more the one gives way that has been silent for longest
LONGEST_HEAD = 8192  # bytes of a request
HEAD_SECONDS = 2  # for a request to come
SECONDS = 10  # for it to be answered, and the answer to be read
RETRY_SECONDS = 30  # until a port that somebody else has is tried again

_NAMED = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+):[^\r]*")  # a line of a head: a name, and no blank before its colon

log = structlog.get_logger()


class NotHttp(Exception):
    """What came is no request, or can be read in two ways."""


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
        self._silent: dict[asyncio.StreamWriter, None] = {}  # of these no whole request has come; the oldest first
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
        self._silent[writer] = None
        try:
            if self.open > MOST_AT_ONCE:
                self._make_room()
            if self.open <= MOST_AT_ONCE or writer in self._silent:
                async with asyncio.timeout(HEAD_SECONDS):
                    head = await _head_of(reader)
                self._silent.pop(writer, None)
                async with asyncio.timeout(SECONDS):
                    writer.write(await self._answer_to(head))
                    await writer.drain()
        except NotHttp as error:
            writer.write(_written("400 Bad Request", Answer(False, f"{error}\n", "text/plain"), with_body=True))
        except (TimeoutError, OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            pass  # whoever asked has gone, or asks nothing that we understand
        finally:
            self.open -= 1
            self._silent.pop(writer, None)
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()

    def _make_room(self) -> None:
        """Close the connection that has been silent for longest. It may be the new one, where all others are being answered."""
        oldest = next(iter(self._silent))
        del self._silent[oldest]
        oldest.transport.abort()

    async def _answer_to(self, head: list[bytes]) -> bytes:
        method, _, rest = head[0].decode("latin-1").partition(" ")
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


async def _head_of(reader: asyncio.StreamReader) -> list[bytes]:
    """The lines of a request, up to the empty one. Raises NotHttp where another program might read them in another way."""
    lines: list[bytes] = []
    size = 0
    while (line := await reader.readuntil(b"\n")) != b"\r\n":
        size += len(line)
        if size > LONGEST_HEAD:
            raise NotHttp("too much is said")
        if not line.endswith(b"\r\n") or (lines and not _NAMED.fullmatch(line[:-2])):
            raise NotHttp("a line is not as HTTP has them")
        lines.append(line[:-2])
    if not lines:
        raise NotHttp("nothing is asked")
    return lines


def _host_named(head: list[bytes]) -> str | None:
    """Under which name we were asked, or None: under none, as no browser does. Raises NotHttp where several are said."""
    said = [line.decode("latin-1").partition(":")[2].strip().lower() for line in head[1:] if line.lower().startswith(b"host:")]
    if len(said) > 1:
        raise NotHttp("several hosts are named")
    if not said:
        return None
    return said[0][1:].partition("]")[0] if said[0].startswith("[") else said[0].partition(":")[0]


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
