"""Whether a file holds what a virus scanner knows: asked of clamd (ClamAV), through a socket of this machine or over TCP.

z INSTREAM \\0, then the file in pieces, each behind its length; a length of nought ends it. The answer is one line:
"stream: OK", "stream: Eicar-Signature FOUND", or "INSTREAM size limit exceeded. ERROR".
"""

import asyncio
import re
import struct
from contextlib import suppress
from dataclasses import dataclass

from townclerk.mail.errors import WireTrouble

_LENGTH = struct.Struct(">I")
_PIECE = 1 << 17
_LONGEST_ANSWER = 2_000
_SAFE_NAME = re.compile(r"[^\w.+/:-]+")


class ScannerAway(WireTrouble):
    """clamd does not answer, or not in its own words: nothing is known of the file."""


class TooLargeToScan(Exception):  # a state of things, not an error
    """clamd takes no file of this size (its StreamMaxLength): nothing is known of it."""


@dataclass(frozen=True, slots=True)
class ClamdScanner:
    """`socket` is a path, or host:port. `seconds` may one file take."""

    socket: str
    seconds: float = 60

    async def scan(self, content: bytes) -> str | None:
        """The name of what was found in *content*, or None: nothing. Raises ScannerAway, TooLargeToScan."""
        answer = await self._asked(b"zINSTREAM\0", content)
        said = answer.removeprefix("stream:").strip()
        if said == "OK":
            return None
        if said.endswith("FOUND"):
            return _SAFE_NAME.sub("_", said.removesuffix("FOUND").strip())[:100] or "something without a name"
        if "size limit" in said.lower():
            raise TooLargeToScan
        raise ScannerAway("the virus scanner answers with something else than a finding")

    async def check(self) -> str:
        """Its version. Raises ScannerAway."""
        return (await self._asked(b"zVERSION\0", None))[:100]

    async def _asked(self, command: bytes, content: bytes | None) -> str:
        try:
            async with asyncio.timeout(self.seconds):
                reader, writer = await self._connected()
                try:
                    return await _conversation(reader, writer, command, content)
                finally:
                    writer.close()
        except (OSError, TimeoutError, EOFError, ValueError) as error:
            raise ScannerAway(f"the virus scanner does not answer: {type(error).__name__}") from error

    async def _connected(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if self.socket.startswith("/"):
            return await asyncio.open_unix_connection(self.socket)
        host, _, port = self.socket.rpartition(":")
        return await asyncio.open_connection(host.strip("[]"), int(port))


async def _conversation(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, command: bytes, content: bytes | None
) -> str:
    # It hangs up in the middle of a file that is too large for it; its answer is there all the same.
    with suppress(ConnectionError):
        writer.write(command)
        if content is not None:
            for start in range(0, len(content), _PIECE):
                piece = content[start : start + _PIECE]
                writer.write(_LENGTH.pack(len(piece)) + piece)
                await writer.drain()
            writer.write(_LENGTH.pack(0))
        await writer.drain()
    answer = await reader.read(_LONGEST_ANSWER)
    if not answer:
        raise EOFError
    return answer.rstrip(b"\0\n").decode("utf-8", "replace")
