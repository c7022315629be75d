"""`townclerk once`: one pass of everything, then exit."""

import asyncio
import os
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass, field
from functools import partial
from typing import Annotated, TypeVar

import typer

from townclerk.app.commands.asking import Asked, NotAsItShould
from townclerk.app.commands.saying import complain, say, say_json
from townclerk.app.logs import start_logging
from townclerk.app.run import LEASE_RENEWED, LEASE_SECONDS, now
from townclerk.app.wiring import Files, load_files, open_mailbox, open_office, open_transport, url_of_database
from townclerk.mail.errors import MailboxTrouble, SendTrouble
from townclerk.mail.mailbox import Mailbox
from townclerk.mail.parsing import ParsePool, ReaderUnavailable
from townclerk.mail.transport import Transport
from townclerk.services import delivery, health, intake, timekeeper
from townclerk.services.office import Office
from townclerk.store import leases, outbox
from townclerk.store.database import Database, migrate
from townclerk.store.schema import OutboxState

T = TypeVar("T")


@dataclass(slots=True)
class Pass:
    """What one pass did. `waiting` letters are left for a later one; `troubles` is what could not be reached."""

    taken: int = 0
    dealt: int = 0
    quarantined: int = 0
    woken: int = 0
    aside: int = 0
    sent: int = 0
    put_off: int = 0
    dead: int = 0
    waiting: int = 0
    troubles: dict[str, str] = field(default_factory=dict)  # intake, timekeeper, delivery -> why


def once(
    ctx: typer.Context,
    as_json: Annotated[bool, typer.Option("--json", help="Print the counts as one JSON object.")] = False,
    plain_logs: Annotated[bool, typer.Option("--plain-logs", help="Logs as plain lines, for watching.")] = False,
) -> None:
    """One pass: take new mail, act on what is due, send what waits; then exit. For cron, and for trying out.

    Exit status 1 where the mailbox or the mail server could not be reached, or another townclerk is at work.

    \b
    Example:
      townclerk once --json
    """
    start_logging(plain=plain_logs)
    asked: Asked = ctx.obj
    files = load_files(asked.settings_file())
    url = url_of_database(files.settings)
    migrate(url)
    done = asyncio.run(_once(files, url))
    if as_json:
        say_json(asdict(done))
    else:
        say(*_words(done))
    for loop, why in done.troubles.items():
        complain(f"townclerk: {loop}: {why}")
    raise typer.Exit(1 if done.troubles else 0)


def _words(done: Pass) -> tuple[str, ...]:
    return (
        f"mails: {done.taken} taken, {done.dealt} dealt with, {done.quarantined} of them set aside",
        f"timers: {done.woken} acted on, {done.aside} of them set aside",
        f"letters: {done.sent} sent, {done.put_off} put off, {done.dead} given up, {done.waiting} waiting",
    )


async def _once(files: Files, url: str) -> Pass:
    db, pool = Database.open(url), ParsePool()
    mailbox, transport = open_mailbox(files.settings), open_transport(files.settings)
    try:
        office = open_office(files, db, pool)
        async with _turn(office):
            return await _pass(office, mailbox, transport, delivery.Pace(files.settings.smtp.rate_per_minute))
    finally:
        await mailbox.close()
        await transport.close()
        await pool.close()
        db.close()


@asynccontextmanager
async def _turn(office: Office) -> AsyncIterator[None]:
    """The lease of this mailbox, held while the block runs. Raises NotAsItShould where somebody else has it."""
    name, holder = office.ways.mailbox, f"{socket.gethostname()}:{os.getpid()}:once"

    async def ask() -> leases.Lease:
        return await office.db.run(partial(leases.take, name=name, holder=holder, now=now(), seconds=LEASE_SECONDS))

    async def keep() -> None:
        while True:
            await asyncio.sleep(LEASE_RENEWED)
            await ask()

    lease = await ask()
    if not lease.mine:
        raise NotAsItShould(f"another townclerk ({lease.holder}) looks after this mailbox until {lease.until:%H:%M:%S} UTC")
    keeping = asyncio.create_task(keep())
    try:
        yield
    finally:
        keeping.cancel()
        await asyncio.gather(keeping, return_exceptions=True)
        await office.db.run(partial(leases.release, name=name, holder=holder))


async def _pass(office: Office, mailbox: Mailbox, transport: Transport, pace: delivery.Pace) -> Pass:
    """Each service in its turn, and all again as long as there was something to do; one that is in trouble is left out."""
    done = Pass()
    rounds: tuple[tuple[str, Callable[[], Awaitable[bool]]], ...] = (
        ("intake", partial(_take, office, mailbox, done)),
        ("timekeeper", partial(_wake, office, done)),
        ("delivery", partial(_send, office, transport, pace, done)),
    )
    working = True
    while working:
        working = False
        for name, work in rounds:
            working |= name not in done.troubles and await _tried(office, name, work, done)
    depth = await office.db.read(partial(outbox.depth, council=office.council.policy.id))
    done.waiting = depth[OutboxState.WAITING]
    return done


async def _tried(office: Office, name: str, work: Callable[[], Awaitable[bool]], done: Pass) -> bool:
    try:
        worked = await work()
    except (MailboxTrouble, SendTrouble, ReaderUnavailable) as trouble:
        done.troubles[name] = f"{type(trouble).__name__}: {trouble}"
        await health.note(office, name, done.troubles[name], now())
        return False
    await health.note(office, name, None, now())
    return worked


async def _take(office: Office, mailbox: Mailbox, done: Pass) -> bool:
    counts = await intake.run_once(office, mailbox, now())
    done.taken += counts.taken
    done.dealt += counts.dealt
    done.quarantined += counts.quarantined
    return bool(counts.taken or counts.dealt or counts.more)


async def _wake(office: Office, done: Pass) -> bool:
    counts = await timekeeper.run_once(office, now())
    done.woken += counts.woken
    done.aside += counts.aside
    return bool(counts.woken)


async def _send(office: Office, transport: Transport, pace: delivery.Pace, done: Pass) -> bool:
    counts = await delivery.run_once(office, transport, now(), pace)
    done.sent += counts.sent
    done.put_off += counts.put_off
    done.dead += counts.dead
    return bool(counts.sent or counts.dead)
