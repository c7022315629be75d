"""A stand-in for clamd that speaks INSTREAM and VERSION as it does, and knows one virus: the EICAR test file."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from hostile.mails import EICAR


@dataclass
class Clamd:
    """`largest` is its StreamMaxLength. `away`: it takes connections and says nothing."""

    largest: int = 1_000_000
    away: bool = False
    scanned: list[bytes] = field(default_factory=list)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            if not self.away:
                writer.write(await self._answer(reader))
                await writer.drain()
        finally:
            writer.close()

    async def _answer(self, reader: asyncio.StreamReader) -> bytes:
        command = await reader.readuntil(b"\0")
        if command == b"zVERSION\0":
            return b"ClamAV 1.4.3/27500\0"
        if command != b"zINSTREAM\0":
            return b"UNKNOWN COMMAND\0"
        content = b""
        while length := int.from_bytes(await reader.readexactly(4), "big"):
            content += await reader.readexactly(length)
            if len(content) > self.largest:
                return b"INSTREAM size limit exceeded. ERROR\0"
        self.scanned.append(content)
        return b"stream: Eicar-Test-Signature FOUND\0" if EICAR in content else b"stream: OK\0"


@asynccontextmanager
async def standing_in(clamd: Clamd, path: Path | None = None) -> AsyncIterator[str]:
    """Its socket, while the block runs: *path*, or a port of this machine."""
    if path is not None:
        server: asyncio.Server = await asyncio.start_unix_server(clamd.serve, path)
        socket = str(path)
    else:
        server = await asyncio.start_server(clamd.serve, "127.0.0.1", 0)
        socket = f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
    async with server:
        yield socket
