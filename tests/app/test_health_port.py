"""The port on which monitoring asks: what it answers, to whom, and that it cannot be worn out."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from structlog.testing import capture_logs

from needs import A_PAUSE
from servers.ports import free_ports
from townclerk.app import health_port
from townclerk.app.health_port import Answer, HealthPort


@asynccontextmanager
async def opened(port: int = 0) -> AsyncIterator[HealthPort]:
    async def well() -> Answer:
        return Answer(True, "all is well\n", "text/plain")

    async def ill() -> Answer:
        return Answer(False, "oh dear\n")

    here = HealthPort("127.0.0.1", port, {"/well": well, "/ill": ill})
    task = asyncio.create_task(here.keep_open())
    async with asyncio.timeout(A_PAUSE):
        while here.address is None:  # noqa: ASYNC110  # there is nothing to wait for but the port itself
            await asyncio.sleep(0.005)
    try:
        yield here
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def ask(here: HealthPort, request: bytes) -> bytes:
    assert here.address is not None
    reader, writer = await asyncio.open_connection(*here.address)
    try:
        writer.write(request)
        return await reader.read()
    except ConnectionResetError:  # what we said was not even read
        return b""
    finally:
        writer.close()


@pytest.mark.parametrize(
    ("request_line", "status", "body"),
    [
        (b"GET /well HTTP/1.1", b"200 OK", b"all is well\n"),
        (b"GET /well?now HTTP/1.0", b"200 OK", b"all is well\n"),
        (b"HEAD /well HTTP/1.1", b"200 OK", b""),
        (b"GET /ill HTTP/1.1", b"503 Service Unavailable", b"oh dear\n"),
        (b"GET /etc/passwd HTTP/1.1", b"404 Not Found", b"/well, /ill\n"),
        (b"POST /well HTTP/1.1", b"405 Method Not Allowed", b"GET and HEAD\n"),
        (b"\xff\xfe nonsense", b"405 Method Not Allowed", b"GET and HEAD\n"),
    ],
)
async def test_each_question_has_its_answer(request_line: bytes, status: bytes, body: bytes) -> None:
    async with opened() as here:
        answer = await ask(here, request_line + b"\r\nHost: localhost\r\n\r\n")

    head, _, said = answer.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 " + status)
    assert said == body


async def test_whoever_says_too_much_or_nothing_is_let_go_and_the_next_is_answered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health_port, "HEAD_SECONDS", 0.05)
    async with opened() as here:
        assert await ask(here, b"x" * 100_000) == b""
        assert await ask(here, b"GET /well HTTP/1.1\r\n") == b""  # and then nothing more
        assert b"200 OK" in await ask(here, b"GET /well HTTP/1.1\r\n\r\n")


async def test_a_silent_crowd_gives_way_to_whoever_asks() -> None:
    """Any account of this machine may say nothing, as often as it likes; monitoring is answered all the same."""
    async with opened() as here:
        assert here.address is not None
        crowd = [await asyncio.open_connection(*here.address) for _ in range(2 * health_port.MOST_AT_ONCE)]
        try:
            for _ in range(10):
                assert b"200 OK" in await ask(here, b"GET /well HTTP/1.1\r\n\r\n")
            assert here.open <= health_port.MOST_AT_ONCE
        finally:
            for _, writer in crowd:
                writer.close()


@pytest.mark.parametrize(
    "head",
    [
        b"Host : evil.example\r\n",
        b"Host: localhost\r\nHost: evil.example\r\n",
        b"X: y\n",
        b"X: y\nHost: evil.example\r\n",
        b"X: y\rHost: evil.example\r\n",
        b" folded\r\n",
        b"no colon\r\n",
    ],
)
async def test_what_can_be_read_in_two_ways_is_not_answered(head: bytes) -> None:
    async with opened() as here:
        answer = await ask(here, b"GET /well HTTP/1.1\r\n" + head + b"\r\n")

    assert answer.startswith(b"HTTP/1.1 400 Bad Request\r\n")
    assert b"all is well" not in answer


async def test_a_port_that_somebody_else_has_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two daemons may wait for one mailbox on one machine."""
    monkeypatch.setattr(health_port, "RETRY_SECONDS", 0.01)
    (port,) = free_ports(1)
    with capture_logs() as logged:
        async with opened(port):
            later = HealthPort("127.0.0.1", port, {})
            waiting = asyncio.create_task(later.keep_open())
            async with asyncio.timeout(A_PAUSE):
                while not logged:  # noqa: ASYNC110  # the log says when it has tried
                    await asyncio.sleep(0.005)
        async with asyncio.timeout(A_PAUSE):
            while later.address is None:  # noqa: ASYNC110  # as above
                await asyncio.sleep(0.005)
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)

    assert logged[0]["event"] == "health port cannot be opened"


@pytest.mark.parametrize("name", [b"localhost:8080", b"127.0.0.1:8080", b"[::1]:8080", b"127.0.0.1", b"LOCALHOST"])
async def test_who_asks_on_this_machine_by_its_own_name_is_answered(name: bytes) -> None:
    async with opened() as here:
        assert b"200 OK" in await ask(here, b"GET /well HTTP/1.1\r\nHost: " + name + b"\r\n\r\n")


@pytest.mark.parametrize("name", [b"evil.example", b"evil.example:8080", b"127.0.0.1.evil.example", b"", b"192.0.2.1"])
async def test_a_page_that_gave_its_own_name_our_address_reads_nothing(name: bytes) -> None:
    async with opened() as here:
        answer = await ask(here, b"GET /well HTTP/1.1\r\nhost:" + name + b"\r\n\r\n")

    assert answer.startswith(b"HTTP/1.1 421")
    assert b"all is well" not in answer
