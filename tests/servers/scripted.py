"""Servers that misbehave on purpose: what they say is written down line by line in the test."""

import contextlib
import socket
import threading
from collections.abc import Callable
from typing import BinaryIO, Self

Script = Callable[["Line"], None]


class Line:
    """One conversation, from the server's side."""

    def __init__(self, sock: socket.socket) -> None:
        self.sock = sock
        self._reader: BinaryIO = sock.makefile("rb")

    def say(self, text: str) -> None:
        """*text* and the end of a line."""
        self.sock.sendall(text.encode() + b"\r\n")

    def hear(self) -> str:
        """The next line; "" at the end."""
        return self._reader.readline().decode().rstrip("\r\n")

    def hear_until(self, last: str) -> None:
        """Pass over whole lines, empty ones too, up to *last*."""
        while (line := self._reader.readline()) and line.decode().rstrip("\r\n") != last:
            pass

    def hang_up(self) -> None:
        self._reader.close()
        with contextlib.suppress(OSError):
            self.sock.shutdown(socket.SHUT_RDWR)
        self.sock.close()


class Scripted:
    """`with Scripted(first, second) as server:` plays *first* with the first client, and the last one with all others."""

    host = "127.0.0.1"

    def __init__(self, *scripts: Script) -> None:
        self._scripts = scripts
        self._listener = socket.create_server((self.host, 0))
        self._lines: list[Line] = []
        self.port = int(self._listener.getsockname()[1])
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self.met = 0

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for line in self._lines:
            with contextlib.suppress(OSError):
                line.sock.shutdown(socket.SHUT_RDWR)
        self._thread.join(5)

    def _serve(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                sock, _ = self._listener.accept()
                line = Line(sock)
                self._lines.append(line)
                script = self._scripts[min(self.met, len(self._scripts) - 1)]
                self.met += 1
                with contextlib.suppress(OSError, ValueError):
                    script(line)
                line.hang_up()
