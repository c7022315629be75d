"""The daemon: three loops and a lease, nudged by a scheduler, stopped by a signal in the middle of anything."""

import asyncio
import hashlib
import random
import signal
import time
import uuid
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from townclerk.app import holder
from townclerk.app.exposure import grave_faults
from townclerk.app.files_given_up import GivenUp, given_up
from townclerk.app.files_tried import TryFiles, try_files
from townclerk.app.files_watched import (
    Stand,
    changes,
    contents_of,
    digests,
    roster_changed,
    rules_changed,
    stand_of,
    untested_among,
)
from townclerk.app.health_port import HealthPort
from townclerk.app.systemd import ServiceManager
from townclerk.app.vitals import Loop, Vitals
from townclerk.app.wiring import Files, Tokens, load_files, open_mailbox, open_office, open_transport, patience_of
from townclerk.config.errors import ConfigError, Fault, FilesRefused
from townclerk.config.settings import Settings, load_settings
from townclerk.domain.council import Council
from townclerk.domain.letters import FileFault
from townclerk.domain.routing import Rule, try_rules
from townclerk.mail.errors import MailboxTrouble, SendTrouble, without_addresses
from townclerk.mail.mailbox import Mailbox, backoff
from townclerk.mail.parsing import ReaderUnavailable
from townclerk.mail.transport import Transport
from townclerk.services import canary, delivery, files_told, health, intake, recounting, reporting, timekeeper, worrying
from townclerk.services.health import Patience
from townclerk.services.office import Office
from townclerk.store import journal, leases
from townclerk.store.errors import StoreUnavailable

LONGEST_PASS = 900  # seconds that one pass of a loop may take
LATE_SECONDS = 120  # how much later than usual the mailbox may be looked at before we are not ready
LEASE_ASKED = 5  # seconds between two questions, while another daemon has it
LEASE_RENEWED = 15  # seconds: three may fail before somebody else takes over
TICK_SECONDS = 10  # how late a timer or a letter may be noticed, at most
MINDED_SECONDS = 60  # how often we look for what a person should know of
TOKENS_SECONDS = 30  # how often the tokens are looked at, and how soon one is asked for again
NOTED_SECONDS = 30  # how old the news that all is well may be
HEAD_SECONDS = 3600  # how often the end of the journal is logged, where nobody who writes to the database can change it
FILES_SECONDS = 10  # how often we look whether the files have changed
GRACE_SECONDS = 20  # what a loop is given to finish what it has in hand

log = structlog.get_logger()


def now() -> datetime:
    return datetime.now(UTC)


@dataclass(slots=True)
class CatchingUp:
    """Whether mail may be waiting that would settle what falls due: after a start, after an outage of the mailbox, and while
    there is a backlog. `since`: when we last got on with it, by the monotonic clock; None: all mail has been dealt with."""

    since: float | None = field(default_factory=time.monotonic)
    told: bool = False

    def passed(self, *, more: bool, skipped: bool) -> None:
        """Intake has completed a pass."""
        if more:
            self.since = time.monotonic()
        elif skipped:
            self.interrupted()
        else:
            self.since, self.told = None, False

    def interrupted(self) -> None:
        """Intake could not do its work."""
        if self.since is None:
            self.since = time.monotonic()

    def holds(self) -> bool:
        """True while what falls due must wait. It waits no longer than ten minutes for a mailbox that stays away."""
        if self.since is None:
            return False
        if time.monotonic() - self.since < health.HELD_AT_MOST.total_seconds():
            return True
        if not self.told:
            log.warning("mail may be waiting: acting on what is due all the same", since_seconds=self.waited())
            self.told = True
        return False

    def waited(self) -> int:
        return round(time.monotonic() - self.since) if self.since is not None else 0


class Daemon:
    """One mailbox, looked after until it is told to stop."""

    def __init__(
        self,
        office: Office,
        files: Files,
        settings_path: Path,
        manager: ServiceManager,
        files_seconds: float | None = None,
        try_files: TryFiles = try_files,
    ) -> None:
        self.office = office
        self.settings = settings = files.settings
        self.settings_path = settings_path
        self.manager = manager
        self.files_seconds = files_seconds or FILES_SECONDS
        self.try_files = try_files
        self.tokens = Tokens.of(settings)
        self.mailbox: Mailbox = open_mailbox(settings, self.tokens)
        self.transport: Transport = open_transport(settings, self.tokens)
        self.pace = delivery.Pace(settings.smtp.rate_per_minute)
        self.stopping = asyncio.Event()
        self.holder = holder.this_process()
        self.waited_for: leases.Lease | None = None  # of somebody else, as we saw it first
        self.waited_since = 0.0  # by the monotonic clock
        self.catching_up = CatchingUp()
        self.files = files.stand
        self.contents = contents_of(self.files)  # of the files in force
        self.in_force = uuid.uuid4().hex[:8]  # names the time since when they are
        self.missed: frozenset[GivenUp] = frozenset()  # files that are gone, and that somebody has been told of
        self.files_asked = asyncio.Event()  # to be read again, changed or not
        self.telling: set[asyncio.Task[None]] = set()
        # An upload to a slow mail server may take its ten minutes, and so may a download.
        self.intake = Loop("intake", settings.mailbox.poll_seconds + LONGEST_PASS)
        self.timekeeper, self.delivery = Loop("timekeeper", LONGEST_PASS), Loop("delivery", LONGEST_PASS)
        self.loops = (self.intake, self.timekeeper, self.delivery)
        late = settings.mailbox.poll_seconds + LATE_SECONDS
        self.vitals = Vitals(lambda: self.office, self.loops, now, late, self._patience)

    async def run(self) -> None:
        """Until SIGTERM or SIGINT. A bug outside a single mail, timer or letter ends it: a clean start is then best."""
        self._listen()
        answering = asyncio.create_task(self._answer_monitoring(), name="health port")
        try:
            if not await self._take_turn():
                return
            self._begin()
            self.manager.ready("watching the mailbox")
            self._tell(self._say_with_what())  # beside its work: no mail waits until the rules have been tried
            await self._work()
        finally:
            self.manager.stopping()
            answering.cancel()
            await asyncio.gather(answering, return_exceptions=True)
            await self._close()
            log.info("stopped")

    def _begin(self) -> None:
        """The mailbox is ours: from now on every loop must come round."""
        for loop in self.loops:
            loop.beat = time.monotonic()
        self.vitals.at_work = True

    async def _answer_monitoring(self) -> None:
        if self.settings.health.port is not None:
            await HealthPort(self.settings.health.host, self.settings.health.port, self.vitals.answers).keep_open()

    async def _say_with_what(self) -> None:
        """Say which rules are in force. There are none to go on with in their place, so a test that fails stops nothing."""
        council = self.office.council
        log.info("ready", council=council.policy.id, folders=list(self.office.ways.folders), rules=council.routing.version)
        if failed := (await asyncio.to_thread(try_rules, council.routing)).failed:
            log.warning("rules in force whose own tests fail", rules=sorted({each.rule.id for each in failed}))
        self._tell(files_told.in_force_at_start(self.office, digests(self.contents, self.settings), now()))

    def _listen(self) -> None:
        loop = asyncio.get_running_loop()
        for each in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(each, self.stop)
        loop.add_signal_handler(signal.SIGHUP, self.files_asked.set)

    def stop(self) -> None:
        self.stopping.set()
        self.files_asked.set()
        for loop in self.loops:
            loop.nudge.set()

    # --- the lease

    async def _take_turn(self) -> bool:
        """Wait until nobody else looks after this mailbox. False: we were told to stop first."""
        told = False
        while not self.stopping.is_set():
            try:
                lease = await self._ask_for_lease()
                if lease.mine:
                    await delivery.take_over(self.office, now())
                    return True
                if self._is_nobodys(lease):
                    log.warning("whoever had this mailbox is gone: taking it over", holder=lease.holder)
                    await self.office.db.run(partial(leases.release, name=self.office.ways.mailbox, holder=lease.holder))
                    continue
                if not told:
                    log.warning("another daemon has this mailbox: waiting for it", holder=lease.holder)
                    self.manager.ready("another daemon has this mailbox: waiting for it")
                    told = True
            except StoreUnavailable as error:
                log.warning("database unavailable", error=str(error))
            self.manager.alive()
            await self._rest(LEASE_ASKED)
        return False

    async def _ask_for_lease(self) -> leases.Lease:
        return await self.office.db.run(
            partial(leases.take, name=self.office.ways.mailbox, holder=self.holder, now=now(), seconds=leases.SECONDS)
        )

    def _is_nobodys(self, lease: leases.Lease) -> bool:
        """Whether whoever has *lease* is gone: its process has ended, or it has not been renewed for as long as it is given,
        whatever the clocks say until when it counts: one of them may have been set back."""
        if self.waited_for != lease:
            self.waited_for, self.waited_since = lease, time.monotonic()
        return holder.is_gone(lease.holder) or time.monotonic() - self.waited_since > leases.SECONDS

    async def _keep_turn(self) -> None:
        """Renew the lease. Where it is lost, everything stops: two daemons on one mailbox would both write."""
        held = time.monotonic()
        while not self.stopping.is_set():
            try:
                lease = await self._ask_for_lease()
                if not lease.mine:
                    raise LeaseLost(lease.holder)
                held = time.monotonic()
            except StoreUnavailable:
                if time.monotonic() - held > leases.SECONDS:
                    log.warning("database unavailable", since_seconds=round(time.monotonic() - held))
            await self._rest(LEASE_RENEWED)

    # --- the loops

    async def _work(self) -> None:
        scheduler = self._scheduler()
        scheduler.start()
        try:
            async with asyncio.TaskGroup() as group:
                tasks = [
                    group.create_task(self._keep_turn(), name="lease"),
                    group.create_task(self._watchdog(), name="watchdog"),
                    group.create_task(self._watch_files(), name="files"),
                    group.create_task(self._log_heads(), name="journal"),
                    group.create_task(self._mind(), name="worries"),
                    group.create_task(self._keep_canaries(), name="canary"),
                    group.create_task(self._keep_tokens(), name="tokens"),
                    group.create_task(self._loop(self.intake, self._take_mail), name="intake"),
                    group.create_task(self._loop(self.timekeeper, self._keep_time), name="timekeeper"),
                    group.create_task(self._loop(self.delivery, self._deliver), name="delivery"),
                ]
                await self.stopping.wait()
                scheduler.shutdown(wait=False)
                _, late = await asyncio.wait(tasks, timeout=GRACE_SECONDS)
                for task in late:
                    task.cancel()
        finally:
            if scheduler.running:
                scheduler.shutdown(wait=False)

    def _scheduler(self) -> AsyncIOScheduler:
        """It only nudges: what is due stands in the database."""
        scheduler = AsyncIOScheduler(
            timezone=UTC, job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
        )
        for loop in (self.timekeeper, self.delivery):
            scheduler.add_job(loop.nudge.set, "interval", seconds=TICK_SECONDS)
        return scheduler

    async def _loop(self, loop: Loop, work: Callable[[], Awaitable[bool]]) -> None:
        """Run *work* whenever it is nudged, and at once again while it says that there is more. What the world does wrong makes
        it wait and try again, for ever."""
        while not self.stopping.is_set():
            loop.beat = time.monotonic()
            loop.nudge.clear()
            try:
                more = await work()
                loop.failures = 0
            except (MailboxTrouble, SendTrouble, StoreUnavailable, ReaderUnavailable) as trouble:
                loop.failures += 1
                pause = backoff(loop.failures, random.random)
                if loop is self.delivery:
                    pause = min(pause, delivery.WAITS[0].total_seconds())  # the letters are due again then
                why = {"error": type(trouble).__name__, "why": str(trouble), "retry_seconds": round(pause, 1)}
                log.warning("loop interrupted", loop=loop.name, **why)
                if loop is self.intake:
                    self.catching_up.interrupted()
                await self._tell_health(loop, f"{type(trouble).__name__}: {trouble}")
                await self._rest(pause)
                continue
            if not more and not self.stopping.is_set():
                await loop.nudge.wait()

    async def _take_mail(self) -> bool:
        counts = await intake.run_once(self.office, self.mailbox, now())
        missing = f"the mailbox has no folder {', '.join(counts.missing)}" if counts.missing else None
        await self._tell_health(self.intake, missing)
        held = self.catching_up.since is not None
        self.catching_up.passed(more=counts.more, skipped=counts.skipped > 0)
        if counts.dealt or (held and self.catching_up.since is None):
            self.timekeeper.nudge.set()
            self.delivery.nudge.set()
        if counts.more or self.stopping.is_set():
            return True
        seconds = min(self.settings.mailbox.idle_seconds, self.settings.mailbox.poll_seconds)
        there = next(folder for folder in self.office.ways.folders if folder not in counts.missing)
        await self._until_stopped(self.mailbox.wait(there, seconds))
        return True  # a push is a hint: the sweep that follows is the truth

    async def _keep_time(self) -> bool:
        if self.catching_up.holds():
            return False  # intake nudges us when it is through, the scheduler in any case
        counts = await timekeeper.run_once(self.office, now())
        await recounting.run_once(self.office, now())
        told = await reporting.run_once(self.office, now())
        await self._tell_health(self.timekeeper, None)
        if counts.woken or told.reports or told.digests:
            self.delivery.nudge.set()
        return counts.more

    async def _deliver(self) -> bool:
        counts = await delivery.run_once(self.office, self.transport, now(), self.pace)
        if self.delivery.trouble and not counts.sent:
            await self.transport.check()  # what could not go is not due for a minute, and that alone is no sign of health
        await self._tell_health(self.delivery, None)
        return counts.sent + counts.dead > 0

    async def _tell_health(self, loop: Loop, trouble: str | None) -> None:
        """Note how the loop fares; in the database at once where that has changed, else now and then."""
        loop.trouble = trouble is not None
        if trouble is None:
            loop.good = time.monotonic()
        if trouble is None and loop.noted and time.monotonic() - loop.noted < NOTED_SECONDS:
            return
        loop.noted = time.monotonic() if trouble is None else 0
        try:
            await health.note(self.office, loop.name, trouble, now())
        except StoreUnavailable as error:
            log.warning("health not noted", error=type(error).__name__)

    async def _watchdog(self) -> None:
        """Say that we are alive, as long as every loop comes round."""
        every = self.manager.watchdog
        while not self.stopping.is_set():
            if stuck := self.vitals.stuck():
                log.error("loop does not come round", loops=list(stuck))
            else:
                self.manager.alive()
            await self._rest(every.total_seconds() / 3 if every else 60)

    # --- the canary

    async def _keep_canaries(self) -> None:
        """Send a mail to ourselves now and then, where the settings want that; the first when all mail has been dealt with."""
        sent: float | None = None
        while not self.stopping.is_set():
            await self._rest(TICK_SECONDS)
            minutes = self.settings.health.canary_minutes
            due = minutes is not None and (sent is None or time.monotonic() - sent >= minutes * 60)
            try:
                if minutes is None:
                    await canary.give_up(self.office)
                elif due and self.catching_up.since is None and not self.stopping.is_set():
                    sent = time.monotonic()
                    await canary.send(self.office, self.transport, now())
            except (SendTrouble, StoreUnavailable) as trouble:
                log.warning("canary not sent", error=type(trouble).__name__)

    # --- worries

    async def _mind(self) -> None:
        """Now and then look for what a person should know of: by mail while mail works, by systemd and the log in any case."""
        known: set[str] = set()
        while not self.stopping.is_set():
            await self._rest(MINDED_SECONDS)
            if self.stopping.is_set():
                return
            try:
                known = await self._tell_worries(known)
            except StoreUnavailable as error:
                log.warning("worries not told", error=type(error).__name__)

    def _patience(self) -> Patience:
        return patience_of(self.settings.health)

    async def _tell_worries(self, known: set[str]) -> set[str]:
        """What a person should know of now, by name; what is new to *known* is logged."""
        found = await self.vitals.look()
        if found is None:
            self.manager.status("the database does not answer")
            return known
        worries = found.worries(now(), self._patience())
        self.manager.status(without_addresses(worries[0].said) if worries else "watching the mailbox")
        for worry in worries:
            if worry.about not in known:
                log.warning("unwell", about=worry.about)
        settled = time.monotonic() - self.vitals.since > health.QUIET.total_seconds()  # until then we may be catching up
        if settled and await worrying.tell(self.office, found, worries, now()):
            self.delivery.nudge.set()
        return {worry.about for worry in worries}

    # --- the journal

    async def _log_heads(self) -> None:
        """Now and then (and once more in the end) say in the log how far the journal goes: the log is kept elsewhere."""
        while not self.stopping.is_set():
            await self._log_head()
            await self._rest(HEAD_SECONDS)

    async def _log_head(self) -> None:
        try:
            log.info("journal", head=str(await self.office.db.read(journal.head)))
        except StoreUnavailable as error:
            log.warning("end of the journal not logged", error=type(error).__name__)

    # --- tokens

    async def _keep_tokens(self) -> None:
        """Renew each token before it runs out, whether or not a connection is to be made, and note how old it is."""
        keepers = self.tokens.keepers
        while not self.stopping.is_set():
            good = [await asyncio.to_thread(keeper.renew) for keeper in keepers.values()]
            standing = {name: keeper.standing(now()) for name, keeper in keepers.items()}
            for name, token in standing.items():
                if token.trouble:
                    log.warning("no token", of=name, why=token.trouble, until=token.until.isoformat() if token.until else None)
            try:
                await health.note_tokens(self.office, standing)
            except StoreUnavailable as error:
                log.warning("health not noted", error=type(error).__name__)
            if not keepers:
                return
            due = min(keeper.due_in() for keeper in keepers.values())
            await self._rest(max(1.0, min(due, TOKENS_SECONDS)) if all(good) else TOKENS_SECONDS)

    # --- waiting

    async def _rest(self, seconds: float) -> None:
        """Sleep, unless we are told to stop."""
        try:
            async with asyncio.timeout(seconds):
                await self.stopping.wait()
        except TimeoutError:
            return

    async def _until_stopped(self, waiting: Awaitable[object]) -> None:
        """Await *waiting*, and let go of it at once when we are told to stop."""
        wait, stop = asyncio.ensure_future(waiting), asyncio.ensure_future(self.stopping.wait())
        try:
            await asyncio.wait({wait, stop}, return_when=asyncio.FIRST_COMPLETED)
            if wait.done():
                wait.result()
        finally:
            for task in (wait, stop):
                task.cancel()
            await asyncio.gather(wait, stop, return_exceptions=True)

    # --- files

    async def _watch_files(self) -> None:
        """Read the files again on SIGHUP, and when they have changed and stand still: whoever saves several is waited for."""
        seen = self.files
        while not self.stopping.is_set():
            asked = await self._asked_for_files()
            if self.stopping.is_set():
                return
            stand = await self._look_at_files()
            if asked or (stand == seen and stand != self.files):
                await self._until_stopped(self._reload(stand, asked=asked))
            seen = stand

    async def _asked_for_files(self) -> bool:
        """Sleep until it is time to look at them. True: somebody wants them read in any case."""
        try:
            async with asyncio.timeout(self.files_seconds):
                await self.files_asked.wait()
        except TimeoutError:
            return False
        self.files_asked.clear()
        return True

    async def _look_at_files(self) -> Stand:
        return await asyncio.to_thread(stand_of, self.settings, self.settings_path)

    async def _reload(self, stand: Stand, *, asked: bool) -> None:
        """Take up the files as they stand. What does not load, or fails its own tests, changes nothing. Nothing of it is done
        in the loop, that mail and dates go on: they are tried in another process, and what has passed is loaded in a thread."""
        self.manager.reloading()
        before, self.files = self.files, stand
        try:
            contents = await asyncio.to_thread(contents_of, stand)
            different = [asdict(change) for change in await asyncio.to_thread(changes, self.contents, contents)]
            if exposed := await asyncio.to_thread(self._exposed):
                self._not_taken_up(exposed, different)
                return
            if missed := await asyncio.to_thread(self._missed, asked=asked):
                self._not_taken_up(tuple(each.fault for each in missed), different)
                return
            if faults := await self.try_files(self.settings_path):
                self._not_taken_up(faults, different)
                return
            files = await asyncio.to_thread(load_files, self.settings_path)
            if await self._look_at_files() == stand:  # else somebody goes on saving, and the next look finds it
                self._take_up(files, different, digests(contents, files.settings))
                self.files, self.contents = files.stand, contents
        except FilesRefused as refused:
            self._not_taken_up(refused.faults, different)
        except ConfigError as error:
            self._not_taken_up(tuple(Fault("", 0, 0, "", line) for line in str(error).splitlines()), different)
        except Exception as error:  # noqa: BLE001  # no process can be started, or the like: tried again at the next look
            self.files = before
            self.vitals.refused = True
            log.error("files not loaded: the last good ones stay in force", faults=[type(error).__name__])
        finally:
            self.manager.ready("watching the mailbox")

    def _exposed(self) -> tuple[Fault, ...]:
        """Why nobody knows who has changed the files: everybody, or somebody else's account, could."""
        return grave_faults(load_settings(self.settings_path), self.settings_path)

    def _missed(self, *, asked: bool) -> tuple[GivenUp, ...]:
        """The files of our own that are gone, unless somebody was told of them and has *asked* for what is there."""
        missed = given_up(self.contents, self.settings, load_settings(self.settings_path))
        meant = asked and self.missed.issuperset(missed)
        self.missed = frozenset(missed)
        return tuple(each for each in missed if each.roster or not meant)

    def _take_up(self, files: Files, different: list[dict[str, str]], named: dict[str, str]) -> None:
        """Work by *files* from now on, but for what we are connected to: that counts from the next start."""
        kept, changed = staying(self.settings, self.office.council, files)
        if changed:
            log.warning("settings changed that count from the next start", settings=list(changed))
        before, after = self.office.council.routing, kept.council.routing
        reach = roster_changed(self.office.council.roster, kept.council.roster)
        self.office = open_office(kept, self.office.db, self.office.reader)
        self.settings = kept.settings
        log.info("files loaded again", council=kept.council.policy.id, policy=kept.council.policy.version, rules=after.version)
        rules = {"before": before.version, "now": after.version, **rules_changed(before, after)}
        detail = {"policy": kept.council.policy.version, "rules": rules, **named, "files": different}
        if reach:
            who = sorted(str(each.get("officer") or f"#{each['word']}") for each in reach)
            log.warning("others are officers now, are written to elsewhere, or may do something else", who=who)
            detail["officers"] = reach
        self.in_force = uuid.uuid4().hex[:8]
        self.vitals.refused = False
        self._tell(files_told.taken_up(self.office, detail, now()))
        changed_rules = rules_changed(before, after)
        self._tell(self._say_what_is_untested({*changed_rules.get("new", ()), *changed_rules.get("changed", ())}))

    async def _say_what_is_untested(self, names: set[str]) -> None:
        """Say once of which rules, new or changed, nobody knows whether they do what they should."""
        office = self.office
        found = await asyncio.to_thread(untested_among, office.council.routing, names)
        if found:
            log.warning("rules in force that no test reaches", rules=[rule.id for rule in found])
            told = tuple(map(_untested, found))
            which = hashlib.sha256("\n".join(f"{rule.id} {rule.then!r}" for rule in found).encode("utf-8", "replace"))
            await files_told.untested(office, told, which.hexdigest()[:16], now())

    def _not_taken_up(self, faults: tuple[Fault, ...], different: list[dict[str, str]]) -> None:
        self.vitals.refused = True
        told = [without_addresses(str(fault)) for fault in faults]
        log.error("files not loaded: the last good ones stay in force", faults=told)
        letter = tuple(map(told_fault, faults))
        self._tell(files_told.not_taken_up(self.office, letter, {"files": different}, self.in_force, now()))

    def _tell(self, telling: Coroutine[None, None, None]) -> None:
        task = asyncio.get_running_loop().create_task(telling)
        self.telling.add(task)
        task.add_done_callback(self._told)

    def _told(self, task: asyncio.Task[None]) -> None:
        self.telling.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("nobody told of the files", error=type(error).__name__)
        self.delivery.nudge.set()

    async def _close(self) -> None:
        await asyncio.gather(*self.telling, return_exceptions=True)
        await self.mailbox.close()
        await self.transport.close()
        await self._log_head()
        try:
            await self.office.db.run(partial(leases.release, name=self.office.ways.mailbox, holder=self.holder))
        except StoreUnavailable as error:
            log.warning("lease not given back", error=type(error).__name__)


def staying(settings: Settings, council: Council, files: Files) -> tuple[Files, tuple[str, ...]]:
    """*files*, with what a running daemon cannot change as it was; and the names of what is different there. Raises
    OtherCouncil where they are of another council."""
    if files.council.policy.id != council.policy.id:
        raise OtherCouncil(f"council: {files.council.policy.id} counts from the next start")
    fixed = ("mailbox", "smtp", "database")
    changed = [name for name in fixed if getattr(settings, name) != getattr(files.settings, name)]
    mailbox, policy = council.policy.contact.mailbox, files.council.policy
    if policy.contact.mailbox != mailbox:
        changed.append("contact.mailbox")
        policy = replace(policy, contact=replace(policy.contact, mailbox=mailbox))
    kept = replace(files.settings, mailbox=settings.mailbox, smtp=settings.smtp, database=settings.database)
    return replace(files, settings=kept, council=replace(files.council, policy=policy)), tuple(changed)


def _untested(rule: Rule) -> FileFault:
    place = f"{'/'.join(Path(rule.place.file).parts[-2:])}, line {rule.place.line}"
    return FileFault(place, f"no test reaches the rule {rule.id}", "write a mail under tests: finds:")


def told_fault(fault: Fault) -> FileFault:
    """*fault* for whoever looks after the files."""
    file = "/".join(Path(fault.file).parts[-2:])
    line = f", line {fault.line}" if fault.line else ""
    column = f", column {fault.column}" if fault.line and fault.column else ""
    what = f"{fault.path}: {fault.message}" if fault.path else fault.message
    return FileFault(f"{file or 'the files'}{line}{column}", what, fault.expected)


class OtherCouncil(ConfigError):
    """The settings name another council than the one that is served."""


class LeaseLost(Exception):  # it says what happened
    """Another daemon has taken this mailbox over."""
