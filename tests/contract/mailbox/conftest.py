"""The kinds of mailbox that the contract is asked of."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest
import pytest_asyncio

from servers.fixtures import USERS
from servers.mailboxes import Held, HeldByServer, HeldInMemory, held_by
from townclerk.mail.embedded import EmbeddedServers
from townclerk.mail.memory import MemoryMailbox


async def on_server(kind: str, request: pytest.FixtureRequest, stack: AsyncExitStack) -> HeldByServer:
    if kind == "pymap":
        servers = await stack.enter_async_context(EmbeddedServers({"cases": USERS["cases"]}))
        held = held_by(servers.host, servers.imap_port, "cases", USERS["cases"])
    else:
        dovecot = request.getfixturevalue("dovecot")
        held = held_by(dovecot.host, dovecot.imap_port, "cases", USERS["cases"])
    stack.push_async_callback(held.close)
    await asyncio.to_thread(held.make)
    return held


@pytest_asyncio.fixture(params=["memory", "pymap", "dovecot"])
async def held(request: pytest.FixtureRequest) -> AsyncIterator[Held]:
    """Every kind of mailbox, one after the other."""
    async with AsyncExitStack() as stack:
        yield HeldInMemory(MemoryMailbox()) if request.param == "memory" else await on_server(request.param, request, stack)


@pytest_asyncio.fixture(params=["pymap", "dovecot"])
async def served(request: pytest.FixtureRequest) -> AsyncIterator[HeldByServer]:
    """Those behind a server."""
    async with AsyncExitStack() as stack:
        yield await on_server(request.param, request, stack)
