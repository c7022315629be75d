"""`townclerk once`: one pass of everything, then exit."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from functools import partial
from typing import Annotated

import typer

from townclerk.app import holder
from townclerk.app.commands.asking import Asked, NotAsItShould
from townclerk.app.commands.run import refuse_what_others_can_change
from townclerk.app.commands.saying import complain, say, say_json
from townclerk.app.logs import start_logging
from townclerk.app.run import LEASE_RENEWED, now
from townclerk.app.wiring import Files, Tokens, load_files, open_mailbox, open_office, open_transport, url_of_database
from townclerk.mail.errors import MailboxTrouble, SendTrouble
from townclerk.mail.mailbox import Mailbox
from townclerk.mail.parsing import ParsePool, ReaderUnavailable
from townclerk.mail.transport import Transport
from townclerk.services import delivery, health, intake, recounting, reporting, timekeeper
from townclerk.services.office import Office
from townclerk.store import leases, outbox
from townclerk.store.database import Database, migrate
from townclerk.store.errors import StoreUnavailable
from townclerk.store.schema import OutboxState


@dataclass(slots=True)
class Pass:
    """What one pass did. Of the timers `woken`, `aside` broke us, for a while or for good. `waiting` letters are left for a
    later pass; `troubles` is what could not be reached."""

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

    While the mailbox cannot be reached, what is due waits for ten minutes: a reply may lie there.
    Exit status 1 where the mailbox or the mail server could not be reached, or another townclerk is at work.

    \b
    Example:
      townclerk once --json
    """
    start_logging(plain=plain_logs)
    asked: Asked = ctx.obj
    path = asked.settings_file()
    files = load_files(path)
    refuse_what_others_can_change(files.settings, path)
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
    tokens = Tokens.of(files.settings)
    mailbox, transport = open_mailbox(files.settings, tokens), open_transport(files.settings, tokens)
    try:
        office = open_office(files, db, pool)
        pace = delivery.Pace(files.settings.smtp.rate_per_minute)
        return await _in_turn(office, partial(_pass, office, mailbox, transport, pace))
    finally:
        await mailbox.close()
        await transport.close()
        await pool.close()
        db.close()


async def _in_turn(office: Office, work: Callable[[], Coroutine[None, None, Pass]]) -> Pass:
    """What *work* returns, done while we hold the lease of this mailbox. Raises NotAsItShould where somebody else has it, or
    takes it over in the middle, and StoreUnavailable where it cannot be renewed: *work* then stops where it is."""
    name, me = office.ways.mailbox, holder.this_process()

    async def ask() -> None:
        lease = await office.db.run(partial(leases.take, name=name, holder=me, now=now(), seconds=leases.SECONDS))
        if not lease.mine and holder.is_gone(lease.holder):
            await office.db.run(partial(leases.release, name=name, holder=lease.holder))
            lease = await office.db.run(partial(leases.take, name=name, holder=me, now=now(), seconds=leases.SECONDS))
        if not lease.mine:
            until = f"{lease.until:%H:%M:%S} UTC"
            raise NotAsItShould(f"another townclerk ({lease.holder}) looks after this mailbox until {until}")

    async def keep() -> None:
        while True:
            await asyncio.sleep(LEASE_RENEWED)
            await ask()

    tasks: list[asyncio.Task[Pass] | asyncio.Task[None]] = []
    try:
        await ask()
        working = asyncio.create_task(work())
        tasks += [working, asyncio.create_task(keep())]
        ended, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in ended - {working}:
            task.result()  # raises what ended the lease
        return await working
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        with suppress(StoreUnavailable):
            await office.db.run(partial(leases.release, name=name, holder=me))


async def _pass(office: Office, mailbox: Mailbox, transport: Transport, pace: delivery.Pace) -> Pass:
    """Each service in its turn, and all again as long as there was something to do; one that is in trouble is left out. All
    mail comes first, for it may settle what is due."""
    done = Pass()
    working = True
    while working:
        while await _tried(office, "intake", partial(_take, office, mailbox, done), done):
            continue
        working = False
        if "intake" not in done.troubles or not await _held(office):
            working |= await _tried(office, "timekeeper", partial(_wake, office, done), done)
        working |= await _tried(office, "delivery", partial(_send, office, transport, pace, done), done)
    depth = await office.db.read(partial(outbox.depth, council=office.council.policy.id))
    done.waiting = depth[OutboxState.WAITING]
    return done


async def _held(office: Office) -> bool:
    """What is due must wait still: the mailbox has been away for a short time only."""
    since = await health.trouble_since(office, "intake")
    return since is not None and now() - since < health.HELD_AT_MOST


async def _tried(office: Office, name: str, work: Callable[[], Awaitable[bool]], done: Pass) -> bool:
    if name in done.troubles:
        return False
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
    await recounting.run_once(office, now())
    await reporting.run_once(office, now())
    done.woken += counts.woken
    done.aside += counts.put_off + counts.aside
    return bool(counts.woken)


async def _send(office: Office, transport: Transport, pace: delivery.Pace, done: Pass) -> bool:
    counts = await delivery.run_once(office, transport, now(), pace)
    done.sent += counts.sent
    done.put_off += counts.put_off
    done.dead += counts.dead
    return bool(counts.sent or counts.dead)
