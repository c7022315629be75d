"""A TCP proxy that does to a connection what networks do: it cuts, stalls, slows, splits, repeats and corrupts, at any byte."""

import asyncio
import random
import socket
import threading
import time
from collections import Counter
from collections.abc import Coroutine, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Self, TypeVar

T = TypeVar("T")

PIECE = 65536
FOR_EVER = 3600.0  # seconds: a stall that lasts until somebody gives up
ENDLESS = 0.08  # of stalls


class WireFault(StrEnum):
    """What happens to bytes on their way."""

    CUT = "cut"  # both sides at once, as by a reset
    HUNG_UP = "hung up"  # an orderly end in the middle of anything
    STALLED = "stalled"
    SLOWED = "slowed"  # a few bytes at a time
    SPLIT = "split"  # into pieces of two bytes
    REPEATED = "repeated"
    CORRUPTED = "corrupted"
    ANSWER_LOST = "answer lost"  # the server has taken the mail, and its word on that never arrives
    REFUSED = "refused"  # nobody answers


Weights = Mapping[WireFault, int]

# A network that delivers no bytes but those that were sent.
HONEST: Weights = {WireFault.CUT: 1, WireFault.HUNG_UP: 1, WireFault.STALLED: 2, WireFault.SLOWED: 20, WireFault.SPLIT: 40}
# One that does: only TLS can find that out, so it is for connections that have TLS.
LYING: Weights = {**HONEST, WireFault.REPEATED: 2, WireFault.CORRUPTED: 2}


@dataclass(frozen=True, slots=True)
class Strike:
    """After *after* more bytes comes *fault*; *amount* is seconds of a stall, else bytes."""

    after: int
    fault: WireFault
    amount: float


def strikes(chance: random.Random, weights: Weights, every: int) -> Iterator[Strike]:
    """Without end; *every* is how many bytes lie between two of them on the average."""
    kinds, weight = list(weights), list(weights.values())
    while True:
        after = int(chance.expovariate(1 / every))
        fault = chance.choices(kinds, weight)[0]
        seconds = FOR_EVER if chance.random() < ENDLESS else chance.uniform(0.02, 0.6)
        size = chance.randrange(1, 200)
        yield Strike(after, fault, seconds if fault is WireFault.STALLED else size)


@dataclass(slots=True)
class Wire:
    """One connection through the proxy. `port` is ours towards the server, 0 where it was not reached. Times, and those of the
    faults that held up or lost something, by this machine's clock."""

    number: int
    opened: float
    port: int = 0
    ended: float | None = None
    held_up: list[float] = field(default_factory=list)
    cut: bool = False  # it ends without a goodbye


class _Broken(Exception):
    """A fault has ended the connection."""


class Proxy:
    """`with Proxy("imap", 143) as proxy:` listens at `proxy.port` as long as it lives, whatever becomes of the server.

    *server* is a port of the loopback or the path of a socket. What is injected into the nth connection depends on *seed* and n
    alone. A proxy is `quiet` at first and passes everything on; while it is `away` nobody answers at its port.
    """

    def __init__(
        self,
        name: str,
        server: int | Path,
        *,
        seed: object = 0,
        weights: Weights = HONEST,
        every: int = 4000,
        loses: float = 0,
    ) -> None:
        """*every*: bytes from one fault to the next on the average. *loses*: how often the word on a mail is lost, 0 to 1."""
        self.name, self.weights, self.every = name, weights, every
        self.quiet, self.away = True, False
        self.wires: list[Wire] = []
        self.injected: Counter[WireFault] = Counter()
        self._server, self._seed, self._loses = server, seed, loses
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name=f"proxy of {name}", daemon=True)
        self._ends: set[asyncio.StreamWriter] = set()
        self._served: set[asyncio.Task[None]] = set()

    def __enter__(self) -> Self:
        self._thread.start()
        self._listener = self._do(asyncio.start_server(self._serve, "127.0.0.1", 0))
        self.port = int(self._listener.sockets[0].getsockname()[1])
        return self

    def __exit__(self, *_: object) -> None:
        self._do(self._shut())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    def cut_all(self) -> None:
        """End every connection now."""
        self._loop.call_soon_threadsafe(self._abort_all)

    def _do(self, what: Coroutine[object, object, T]) -> T:
        return asyncio.run_coroutine_threadsafe(what, self._loop).result(20)

    # --- in the proxy's thread

    async def _shut(self) -> None:
        self._listener.close()
        self._abort_all()
        for task in tuple(self._served):
            task.cancel()
        await asyncio.gather(*self._served, return_exceptions=True)

    def _abort_all(self) -> None:
        for end in tuple(self._ends):
            end.transport.abort()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is not None:
            self._served.add(task)
            task.add_done_callback(self._served.discard)
        wire = Wire(len(self.wires), time.time())
        self.wires.append(wire)
        self._ends.add(writer)
        try:
            await self._connect(wire, reader, writer)
        finally:
            wire.ended = time.time()
            _end(writer, wire)
            self._ends.discard(writer)

    async def _connect(self, wire: Wire, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.away:
            self._note(wire, WireFault.REFUSED)
            return
        try:
            if isinstance(self._server, Path):
                there, back = await asyncio.open_unix_connection(str(self._server))
            else:
                there, back = await asyncio.open_connection("127.0.0.1", self._server)
                wire.port = int(back.get_extra_info("sockname")[1])
        except OSError:
            return
        self._ends.add(back)
        for end in (writer, back):
            _at_once(end)
        try:
            await self._both_ways(wire, (reader, back), (there, writer))
        finally:
            _end(back, wire)
            self._ends.discard(back)

    async def _both_ways(self, wire: Wire, *ways: tuple[asyncio.StreamReader, asyncio.StreamWriter]) -> None:
        """Until one side ends, or a fault ends both. What one side said last still reaches the other."""
        pumps = {
            asyncio.create_task(self._pump(wire, way, reader, writer))
            for way, (reader, writer) in zip(("out", "back"), ways, strict=True)
        }
        try:
            await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for pump in pumps:
                pump.cancel()
            await asyncio.gather(*pumps, return_exceptions=True)

    async def _pump(self, wire: Wire, way: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        chance = random.Random(f"{self._seed}/{self.name}/{wire.number}/{way}")  # noqa: S311  # faults, not secrets
        coming = strikes(chance, self.weights, self.every)
        strike = next(coming)
        left = strike.after
        with suppress(OSError, _Broken):
            while data := await reader.read(PIECE):
                if self.quiet:
                    await _pass(writer, data)
                    continue
                if way == "back" and b"queued as" in data and chance.random() < self._loses:
                    self._note(wire, WireFault.ANSWER_LOST)
                    return
                while len(data) > left:
                    await _pass(writer, data[:left])
                    data = await self._strike(wire, strike, data[left:], writer)
                    strike = next(coming)
                    left = strike.after
                await _pass(writer, data)
                left -= len(data)

    async def _strike(self, wire: Wire, strike: Strike, data: bytes, writer: asyncio.StreamWriter) -> bytes:
        """Do it to *data*. Returns what is left to be passed on. Raises _Broken."""
        self._note(wire, strike.fault)
        some, rest = data[: int(strike.amount)], data[int(strike.amount) :]
        match strike.fault:
            case WireFault.CUT | WireFault.HUNG_UP:
                raise _Broken
            case WireFault.STALLED:
                await asyncio.sleep(strike.amount)
                return data
            case WireFault.SLOWED:
                for start in range(0, len(some), 20):
                    await _pass(writer, some[start : start + 20])
                    await asyncio.sleep(0.01)
                return rest
            case WireFault.SPLIT:
                for start in range(0, len(some), 2):
                    await _pass(writer, some[start : start + 2])
                    await asyncio.sleep(0)
                return rest
            case WireFault.REPEATED:
                await _pass(writer, some)
                return data
            case WireFault.CORRUPTED:
                return bytes((data[0] ^ 0x20,)) + data[1:]
            case _:
                return data

    def _note(self, wire: Wire, fault: WireFault) -> None:
        self.injected[fault] += 1
        wire.cut = fault in (WireFault.CUT, WireFault.ANSWER_LOST, WireFault.REFUSED)
        if fault not in (WireFault.SLOWED, WireFault.SPLIT):
            wire.held_up.append(time.time())


def _end(end: asyncio.StreamWriter, wire: Wire) -> None:
    if wire.cut:
        end.transport.abort()
    else:
        end.close()


def _at_once(end: asyncio.StreamWriter) -> None:
    """Let each small piece go by itself."""
    sock = end.get_extra_info("socket")
    if sock is not None and sock.family != socket.AF_UNIX:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


async def _pass(writer: asyncio.StreamWriter, data: bytes) -> None:
    if data:
        writer.write(data)
        await writer.drain()
