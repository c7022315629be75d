"""The kinds of transport that the contract is asked of."""

from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass

import pytest
import pytest_asyncio

from servers.fixtures import BUSY, GONE
from servers.ports import until
from servers.postfix import Postfix
from servers.sink import Sink, Taken
from townclerk.mail.errors import Refused, TryLater
from townclerk.mail.memory import MemoryTransport
from townclerk.mail.transport import SmtpSettings, SmtpTransport, Transport


@dataclass
class Held:
    """A transport, what it has delivered to the world outside, and whether its bytes come there as they are."""

    transport: Transport
    taken: Callable[[], Sequence[Taken]]

    def arrived(self, count: int) -> Sequence[Taken]:
        """Wait for them: a mail server delivers a moment after it has accepted."""
        until(lambda: len(self.taken()) >= count, 10, f"{count} mails")
        return self.taken()


def in_memory() -> Held:
    transport = MemoryTransport()
    transport.fail_for(BUSY, TryLater(450, "4.2.0 the mailbox is busy"))
    transport.fail_for(GONE, Refused(550, "5.1.1", "5.1.1 no such user"))
    return Held(transport, lambda: [Taken(each.envelope_from, (each.recipient,), each.raw) for each in transport.sent])


def to_sink(stack: ExitStack) -> Held:
    sink = stack.enter_context(Sink({BUSY: "450 4.2.0 the mailbox is busy", GONE: "550 5.1.1 no such user"}))
    settings = SmtpSettings(sink.host, sink.port, "none", hello="daemon.council.example", read_timeout=20)
    return Held(SmtpTransport(settings), lambda: sink.taken)


def to_postfix(request: pytest.FixtureRequest) -> Held:
    sink: Sink = request.getfixturevalue("sink")
    postfix: Postfix = request.getfixturevalue("postfix")
    until(lambda: _has_delivered_all(postfix), 10, "what other tests have sent through the same server")
    before = len(sink.taken)
    settings = SmtpSettings(postfix.host, postfix.smtp_port, "none", hello="daemon.council.example", read_timeout=20)
    return Held(SmtpTransport(settings), lambda: sink.taken[before:])


def _has_delivered_all(postfix: Postfix) -> bool:
    queue = postfix.folder / "queue"
    return not any(file.is_file() for part in ("incoming", "active") for file in (queue / part).rglob("*"))


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


@pytest_asyncio.fixture(params=["memory", "aiosmtpd", "postfix"])
async def held(request: pytest.FixtureRequest, stack: ExitStack) -> AsyncIterator[Held]:
    """Every kind of transport, one after the other."""
    match request.param:
        case "memory":
            held = in_memory()
        case "aiosmtpd":
            held = to_sink(stack)
        case _:
            held = to_postfix(request)
    yield held
    await held.transport.close()
