"""An SMTP server that takes everything and counts it, in a thread of its own."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

from aiosmtpd.controller import Controller

from servers.ports import free_ports


@dataclass(frozen=True, slots=True)
class Taken:
    """A mail as it was handed over."""

    envelope_from: str
    recipients: tuple[str, ...]
    raw: bytes


class Sink:
    """`with Sink() as sink:`; give `sink.port` to whoever sends, and look at `sink.taken`.

    *answers* are what RCPT says to an address: {"gone@example.org": "550 5.1.1 no such user"}.
    """

    host = "127.0.0.1"

    def __init__(self, answers: Mapping[str, str] | None = None) -> None:
        self.taken: list[Taken] = []
        self._answers = dict(answers or {})
        (self.port,) = free_ports(1)

    async def handle_RCPT(self, _server: Any, _session: Any, envelope: Any, address: str, _options: list[str]) -> str:  # noqa: N802 - aiosmtpd's name
        if address in self._answers:
            return self._answers[address]
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        self.taken.append(Taken((envelope.mail_from or "").strip("<>"), tuple(envelope.rcpt_tos), envelope.original_content))
        return f"250 2.0.0 taken as {len(self.taken)}"

    def __enter__(self) -> Self:
        self._controller = Controller(self, self.host, self.port, data_size_limit=60_000_000)
        self._controller.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None) -> None:
        self._controller.stop()
