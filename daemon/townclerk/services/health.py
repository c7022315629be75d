"""How the service fares, in few facts: what was last done when, what is waiting, what a person must look at."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from townclerk.services.office import Office
from townclerk.store import facts, mails, outbox, timers
from townclerk.store.database import Tx
from townclerk.store.schema import MailState, OutboxState

LOOPS = ("intake", "timekeeper", "delivery")
QUIET = timedelta(minutes=10)  # a loop that has not succeeded for so long is in trouble
# What falls due waits for the mail that may settle it, but no longer than so long where the mailbox stays away.
HELD_AT_MOST = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class LoopHealth:
    """`trouble` is what the loop last said, None where its last pass was good; `since`, when that trouble began."""

    last_good: datetime | None
    trouble: str | None
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Health:
    loops: dict[str, LoopHealth]
    oldest_mail: datetime | None  # received then, and not yet dealt with
    quarantined: int
    letters_waiting: int
    letters_dead: int
    timers_aside: int

    def worries(self, now: datetime, oldest_mail: timedelta) -> tuple[str, ...]:
        """What a person should look at, in words. A mail that waits longer than *oldest_mail* is a worry."""
        found = []
        for name, loop in self.loops.items():
            if loop.trouble:
                found.append(f"{name}: {loop.trouble}")
            if loop.last_good is None or now - loop.last_good > QUIET:
                found.append(f"{name} has not succeeded since {loop.last_good or 'it was set up'}")
        if self.oldest_mail is not None and now - self.oldest_mail > oldest_mail:
            found.append(f"a mail of {self.oldest_mail} has not been dealt with")
        for count, what in (
            (self.quarantined, "mails are in quarantine: townclerk quarantine list"),
            (self.letters_dead, "letters could not be delivered: townclerk outbox list"),
            (self.timers_aside, "timers stand aside: townclerk timers list"),
        ):
            if count:
                found.append(f"{count} {what}")
        return tuple(found)


async def trouble_since(office: Office, loop: str) -> datetime | None:
    """When the trouble of *loop* began, or None: its last pass was good."""
    council = office.council.policy.id
    return (await office.db.read(lambda tx: _loop(tx, council, loop))).since


async def note(office: Office, loop: str, trouble: str | None, now: datetime) -> None:
    """Keep how a pass of *loop* went."""
    council = office.council.policy.id

    def write(tx: Tx) -> None:
        if trouble is None:
            facts.put(tx, f"{council}:{loop}:good", now.isoformat())
            facts.forget(tx, f"{council}:{loop}:trouble")
            facts.forget(tx, f"{council}:{loop}:since")
        else:
            if facts.get(tx, f"{council}:{loop}:since") is None:
                facts.put(tx, f"{council}:{loop}:since", now.isoformat())
            facts.put(tx, f"{council}:{loop}:trouble", trouble)

    await office.db.run(write)


def look_up(tx: Tx, council: str, mailbox: str) -> Health:
    """How the service of *council* fares, which watches *mailbox*."""
    counted, depth = mails.counts(tx, mailbox), outbox.depth(tx, council)
    return Health(
        loops={loop: _loop(tx, council, loop) for loop in LOOPS},
        oldest_mail=mails.oldest_waiting(tx, mailbox),
        quarantined=counted[MailState.QUARANTINED],
        letters_waiting=depth[OutboxState.WAITING] + depth[OutboxState.SENDING],
        letters_dead=depth[OutboxState.DEAD],
        timers_aside=len(timers.aside(tx, council)),
    )


def _loop(tx: Tx, council: str, loop: str) -> LoopHealth:
    good, trouble, since = (facts.get(tx, f"{council}:{loop}:{fact}") for fact in ("good", "trouble", "since"))
    return LoopHealth(datetime.fromisoformat(good) if good else None, trouble, datetime.fromisoformat(since) if since else None)
