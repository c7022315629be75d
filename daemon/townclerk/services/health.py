"""How the service fares, in few facts: what was last done when, what is waiting, what a person must look at."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import partial

from townclerk.services import canary
from townclerk.services.canary import Canaries
from townclerk.services.office import Office
from townclerk.store import backup, cases, facts, journal, leases, mails, outbox, timers
from townclerk.store.database import Tx
from townclerk.store.schema import MailState, OutboxState

LOOPS = ("intake", "timekeeper", "delivery")
SUPPRESSED = "letter_not_sent"  # in the journal
DAY = timedelta(days=1)
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
class TokenHealth:
    """The token by which we are let in somewhere: since when we have it, and until when it is good; None: we have none.
    `trouble` is why the last question for one was in vain."""

    since: datetime | None
    until: datetime | None
    trouble: str | None = None


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a mail may wait to be dealt with, and a letter that is due to be delivered, before that is a worry."""

    mail: timedelta
    letter: timedelta


@dataclass(frozen=True, slots=True)
class Worry:
    """Something that a person should look at. `about` is its name, the same while it lasts; `said`, what it is now.
    `wants_letter`: it has lasted, and nobody has had a letter about it."""

    about: str
    said: str
    wants_letter: bool = False

    def __str__(self) -> str:
        return self.said


@dataclass(frozen=True, slots=True)
class Health:
    """`late_cases` owe something whose date has passed; `suppressed` letters were due within a day and were not written, and a
    person was told."""

    loops: dict[str, LoopHealth]
    mails: dict[MailState, int]
    oldest_mail: datetime | None  # received then, and not yet dealt with
    letters: dict[OutboxState, int]
    oldest_letter: datetime | None  # due then, and not yet delivered
    last_letter: datetime | None  # when the mail server last took one
    suppressed: int
    timers_aside: int
    late_cases: int
    journal: int  # entries
    tokens: dict[str, TokenHealth] = field(default_factory=dict)  # mailbox, smtp; none where a password is used
    held_since: datetime | None = None  # letters wait for a person, after a restore
    scanner_away: datetime | None = None  # since then the virus scanner has not answered, and no file goes on
    canaries: Canaries = field(default_factory=Canaries)
    left_since: datetime | None = None  # the mailbox is nobody's since then, and nobody has given it back

    @property
    def quarantined(self) -> int:
        return self.mails[MailState.QUARANTINED]

    @property
    def letters_waiting(self) -> int:
        return self.letters[OutboxState.WAITING] + self.letters[OutboxState.SENDING]

    @property
    def letters_dead(self) -> int:
        return self.letters[OutboxState.DEAD]

    def worries(self, now: datetime, patience: Patience) -> tuple[Worry, ...]:
        """What a person should look at."""
        found = _nobody_worries(self.left_since)
        for name, loop in self.loops.items():
            if loop.trouble:
                found.append(Worry(f"{name} in trouble", f"{name}: {loop.trouble}"))
            if loop.last_good is None or now - loop.last_good > QUIET:
                since, why = loop.last_good or "it was set up", f": {loop.trouble}" if loop.trouble else ""
                found.append(Worry(f"{name} silent", f"{name} has not succeeded since {since}{why}", wants_letter=True))
        if self.oldest_mail is not None and now - self.oldest_mail > patience.mail:
            found.append(Worry("old mail", f"a mail of {self.oldest_mail} has not been dealt with", wants_letter=True))
        if self.oldest_letter is not None and now - self.oldest_letter > patience.letter:
            found.append(
                Worry("old letter", f"a letter that was due at {self.oldest_letter} has not been delivered", wants_letter=True)
            )
        found += [worry for name, token in self.tokens.items() for worry in _token_worries(name, token, now)]
        out = self.canaries.oldest_out
        if out is not None and now - out > patience.mail:
            found.append(Worry("canary", f"the canary of {out} has not come back: mail may not arrive", wants_letter=True))
        if self.held_since is not None:
            since = f"letters wait since a restore at {self.held_since:%Y-%m-%d %H:%M} UTC"
            found.append(Worry("letters held", f"{since}: townclerk outbox list, then townclerk outbox release"))
        found += _scanner_worries(self.scanner_away, now)
        for count, what in (
            (self.quarantined, "mails are in quarantine: townclerk quarantine list"),
            (self.letters_dead, "letters could not be delivered: townclerk outbox list"),
            (self.timers_aside, "timers stand aside: townclerk timers list"),
        ):
            if count:
                found.append(Worry(what.partition(":")[0], f"{count} {what}"))
        return tuple(found)


def _nobody_worries(since: datetime | None) -> list[Worry]:
    said = (
        f"no townclerk runs, or it cannot write into its database (is the disk full?): it has not been heard of since {since}"
    )
    return [Worry("nobody", said)] if since is not None else []


def _scanner_worries(away: datetime | None, now: datetime) -> tuple[Worry, ...]:
    if away is None:
        return ()
    said = f"the virus scanner has not answered since {away}, so no attachment is passed on"
    return (Worry("scanner", said, wants_letter=now - away > QUIET),)


def _token_worries(name: str, token: TokenHealth, now: datetime) -> tuple[Worry, ...]:
    """A token that ran out while the daemon did not run is no worry of its own: it asks for another when it starts."""
    if token.trouble is None:
        return ()
    left = f"it is good until {token.until}" if token.until is not None and token.until > now else "there is none"
    said = f"token of {name}: {left}, and no new one could be had: {token.trouble}"
    return (Worry(f"token of {name}", said, wants_letter=True),)


async def note_tokens(office: Office, tokens: dict[str, TokenHealth]) -> None:
    """Keep how the tokens stand, all of them."""
    key = f"{office.council.policy.id}:tokens"
    written = {
        name: {"since": _iso(each.since), "until": _iso(each.until), "trouble": each.trouble} for name, each in tokens.items()
    }
    await office.db.run(partial(facts.put, key=key, value=json.dumps(written)))


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment is not None else None


def _tokens(tx: Tx, council: str) -> dict[str, TokenHealth]:
    kept = json.loads(facts.get(tx, f"{council}:tokens") or "{}")
    return {
        name: TokenHealth(
            datetime.fromisoformat(each["since"]) if each["since"] else None,
            datetime.fromisoformat(each["until"]) if each["until"] else None,
            each["trouble"],
        )
        for name, each in kept.items()
    }


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


def look_up(
    tx: Tx, council: str, mailbox: str, now: datetime, today: date, is_gone: Callable[[str], bool] = lambda _: False
) -> Health:
    """How the service of *council* fares, which watches *mailbox*. *today* is the day it is there *now*. *is_gone*: whether the
    process of this name has ended, as far as that is known here."""
    loops = {loop: _loop(tx, council, loop) for loop in LOOPS}
    return Health(
        loops=loops,
        mails=mails.counts(tx, mailbox),
        oldest_mail=mails.oldest_waiting(tx, mailbox),
        letters=outbox.counts(tx, council),
        oldest_letter=outbox.oldest_due(tx, council, now),
        last_letter=outbox.last_sent(tx, council),
        suppressed=journal.count_since(tx, council, SUPPRESSED, now - DAY),
        timers_aside=len(timers.aside(tx, council)),
        late_cases=cases.count_late(tx, council, today),
        journal=journal.head(tx).number,
        tokens=_tokens(tx, council),
        held_since=backup.held_since(tx, council),
        scanner_away=datetime.fromisoformat(away) if (away := facts.get(tx, _scanner(council))) else None,
        canaries=canary.look_up(tx, council),
        left_since=_left_since(leases.left_since(tx, mailbox, now, is_gone), loops, now),
    )


def _left_since(left: datetime | None, loops: Mapping[str, LoopHealth], now: datetime) -> datetime | None:
    """Since when nobody keeps the mailbox. Where a wrong clock hides it, what a loop did last is the last sign of life."""
    signs = [loop.last_good for loop in loops.values() if loop.last_good is not None and loop.last_good < now]
    return max(signs, default=left) if left == now else left


async def note_scanner(office: Office, away_at: datetime | None) -> None:
    """Keep since when the virus scanner is *away*; None: it answers."""
    key = _scanner(office.council.policy.id)
    known = await office.db.read(lambda tx: facts.get(tx, key))
    if away_at is not None and known is None:
        await office.db.run(lambda tx: facts.put(tx, key, away_at.isoformat()))
    elif away_at is None and known is not None:
        await office.db.run(lambda tx: facts.forget(tx, key))


def _scanner(council: str) -> str:
    return f"{council}:scanner:away"


def has_run(tx: Tx, council: str) -> bool:
    """Whether anything of *council* has ever been looked after here."""
    said = (facts.get(tx, f"{council}:{loop}:{fact}") for loop in LOOPS for fact in ("good", "trouble"))
    return journal.newest(tx) is not None or any(said)


def _loop(tx: Tx, council: str, loop: str) -> LoopHealth:
    good, trouble, since = (facts.get(tx, f"{council}:{loop}:{fact}") for fact in ("good", "trouble", "since"))
    return LoopHealth(datetime.fromisoformat(good) if good else None, trouble, datetime.fromisoformat(since) if since else None)
