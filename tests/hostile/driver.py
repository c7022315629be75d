"""Foreign mail through the whole daemon: taken, read in the reader's process, sorted, decided, answered, letters sent.

    python -m hostile.driver [--tempt] [--flood N] [DIR|FILE …]      (`make hostile MAILS=DIR`)

Without files it puts our own hostile mails through (hostile/mails.py), the heavy ones too. What must hold of each: it is
taken or in quarantine with a reason, within five seconds; nothing raises; it joins no case to which its sender is no party;
no letter about a case goes to anybody else; the mail behind it is dealt with. `--tempt` sends each once more as an answer to
somebody else's letter, at that letter's signed address and with its reference in the subject.
"""

import argparse
import asyncio
import resource
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from email.parser import BytesParser
from functools import partial
from pathlib import Path

import structlog
from sqlalchemy import select
from structlog.testing import capture_logs

from services.office import MONDAY, CrashingDatabase, House, an_office
from townclerk.domain.case import Case
from townclerk.domain.reference import find_references
from townclerk.mail.parsing import ParsePool
from townclerk.services import intake
from townclerk.store import cases, mails, outbox, schema
from townclerk.store.mails import StoredMail
from townclerk.store.migration import migrate
from townclerk.store.schema import MailState

MOST_SECONDS = 5.0  # one mail, from its arrival to the last letter that it causes
MOST_MEMORY = 400 << 20  # bytes by which this process may grow, whatever comes
SETTLED = frozenset(MailState) - {MailState.TAKEN}
_MISHAPS = frozenset({"mail set aside", "letter set aside", "nobody told of a letter set aside", "letter not delivered"})
VICTIM = "Asha Patel <asha.patel@example.org>"
NEXT = "the.next@example.org"  # who writes when all else has been put through


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of one mail. `seconds` of a processor it cost us, and so many by the clock (`waited`) until the last letter.
    `wrong` is what must never be; empty: nothing."""

    name: str
    size: int
    seconds: float
    waited: float
    state: str
    kind: str | None
    reason: str | None
    wrong: tuple[str, ...] = ()


@dataclass(slots=True)
class Findings:
    """`memory` is by how many bytes this process has grown, without the mails, which its stand-in for a mailbox keeps; `reader`
    the most that a reader of mails has had."""

    fates: list[Fate] = field(default_factory=list)
    memory: int = 0
    reader: int = 0

    @property
    def wrong(self) -> list[str]:
        found = [f"{fate.name}: {what}" for fate in self.fates for what in fate.wrong]
        return found + ([f"memory grew by {self.memory >> 20} MB"] if self.memory > MOST_MEMORY else [])

    @property
    def quarantined(self) -> list[Fate]:
        return [fate for fate in self.fates if fate.state == MailState.QUARANTINED]


class Street:
    """A house in which somebody has a case, and whoever writes next."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.now = MONDAY
        self._letters = 0

    async def open_a_case(self) -> None:
        self.house.arrives("I complain about the bins. They were missed three times.", sender=VICTIM, at=self.now)
        await self.house.settle(self.now)
        self._letters = len(self.house.transport.sent)
        self.case = self.house.cases[0]
        assert self.case.complainant.address in VICTIM

    def tempting(self, raw: bytes) -> bytes:
        """The mail as an answer to a letter that somebody else had."""
        (receipt,) = [letter for letter in self.house.sent("receipt") if letter.case_ref == self.case.ref][:1]
        row = self.house.read(partial(outbox.get, key=receipt.key))
        assert row is not None
        address = " ".join(str(BytesParser().parsebytes(row.raw)["Reply-To"]).split()).rpartition("<")[2].rstrip(">")
        head = f"Delivered-To: {address}\r\nIn-Reply-To: {receipt.message_id}\r\nReferences: {receipt.message_id}\r\n"
        return head.encode() + raw.replace(b"Subject: ", f"Subject: {self.case.ref} ".encode(), 1)

    async def put_through(self, name: str, raw: bytes) -> Fate:
        """One mail, and an ordinary one behind it."""
        self.now += timedelta(minutes=1)
        uid = self.house.mailbox.deliver(raw, self.now)
        started, clock = time.process_time(), time.monotonic()
        with capture_logs() as logs:
            wrong = await self._settle()
        # The reader has limits of its own, told in the reason of what it gave up; ours must hold on a busy machine as well.
        seconds, waited = time.process_time() - started, time.monotonic() - clock
        stored = self._stored(uid)
        if stored is None or stored.state not in SETTLED:
            return Fate(name, len(raw), seconds, waited, "nothing", None, None, (*wrong, "it was neither taken nor set aside"))
        wrong += [f"{log['event']} {log.get('error', '')}" for log in logs if log["event"] in _MISHAPS]
        if seconds > MOST_SECONDS:
            wrong.append(f"it took {seconds:.1f} seconds")
        if stored.state is MailState.QUARANTINED and not stored.reason:
            wrong.append("it was set aside without a reason")
        wrong += self._links(stored)
        wrong += self._letters_to_strangers()
        return Fate(
            name, len(raw), seconds, waited, stored.state.value, stored.kind, stored.reason or stored.because, tuple(wrong)
        )

    async def _settle(self) -> list[str]:
        try:
            await self.house.settle(self.now)
        except Exception as error:  # noqa: BLE001  # that is what we look for
            return [f"it raised {type(error).__name__}: {error}"[:300]]
        return []

    def _stored(self, uid: int) -> StoredMail | None:
        number = self.house.read(lambda tx: tx.execute(select(schema.mails.c.id).where(schema.mails.c.uid == uid)).scalar())
        return self.house.read(lambda tx: mails.get(tx, number)) if number is not None else None

    def _case(self, ref: str | None) -> Case | None:
        return self.house.read(lambda tx: cases.load(tx, ref)) if ref is not None else None

    def _links(self, stored: StoredMail) -> list[str]:
        case = self._case(stored.case_ref)
        if case is None or stored.kind == "bounce":
            return []
        staff = self.house.office.council.roster.find_by_address(stored.sender or "") is not None
        named = {party.who.key for party in case.parties} | {case.complainant.key}
        mine = case.mails and case.mails[0].mail == stored.id  # its own case, for whomever a form or a mail names
        return [] if mine or staff or stored.sender in named else [f"it joined {case.ref}, to which its sender is no party"]

    def _letters_to_strangers(self) -> list[str]:
        """No letter about somebody's case goes to anybody who is no party to it."""
        new, self._letters = self.house.transport.sent[self._letters :], len(self.house.transport.sent)
        found = []
        for sent in new:
            message = BytesParser().parsebytes(sent.raw)
            line = self.house.read(partial(outbox.of_message_id, message_id=str(message["Message-ID"]).strip()))
            assert line is not None
            theirs = self._case(line.case_ref)
            if theirs is not None and not line.staff and not theirs.is_party(line.recipient):
                found.append(f"a letter about {theirs.ref} went to somebody who is no party to it")
            if not line.staff and self.case.ref != line.case_ref and self._names(sent.raw):
                found.append("a letter to a stranger names somebody else's case")
        return found

    def _names(self, raw: bytes) -> bool:
        text = " ".join(
            bytes(part.get_payload(decode=True) or b"").decode("utf-8", "replace")
            for part in BytesParser().parsebytes(raw).walk()
            if not part.is_multipart()
        )
        return self.case.ref in find_references(text, self.house.office.council.policy.prefix)


async def put_all_through(
    house: House, found: Iterable[tuple[str, bytes]], *, tempt: bool = False, tell: Callable[[Fate], None] = lambda _: None
) -> Findings:
    """Every mail of *found*, one after another, and once more as a temptation where *tempt* says so. *tell* hears of each."""
    street, findings = Street(house), Findings()
    await street.open_a_case()
    before = _resident()
    for name, raw in found:
        findings.fates.append(await street.put_through(name, raw))
        tell(findings.fates[-1])
        if tempt:
            findings.fates.append(await street.put_through(f"{name} (tempting)", street.tempting(raw)))
    findings.memory = max(0, _resident() - before - sum(fate.size for fate in findings.fates))
    findings.reader = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024
    street.now += timedelta(minutes=1)
    house.arrives("I complain about a pothole in Mill Lane.", sender=NEXT, at=street.now)
    await house.settle(street.now)
    if not any(sent.recipient == NEXT for sent in house.transport.sent):  # of letters the house lists the first thousand
        findings.fates.append(Fate("the next mail", 0, 0, 0, "nothing", None, None, ("the next mail got no receipt",)))
    return findings


async def flood(house: House, count: int, now: datetime = MONDAY) -> dict[str, float]:
    """*count* mails within an hour, from as many people: what was taken, and how long that took."""
    for number in range(count):
        house.arrives(f"I complain about the bins, number {number}.", sender=f"r{number}@flood{number % 97}.example", at=now)
    started = time.monotonic()
    done = 0
    while done < count:
        counts = await intake.run_once(house.office, house.mailbox, now)
        done += counts.dealt
    taken = time.monotonic() - started
    await house.settle(now) if count <= 200 else None
    return {"mails": count, "dealt with": done, "seconds": taken, "a second": count / taken}


def _resident() -> int:
    """Bytes that this process has had at most."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def files_of(paths: Sequence[Path]) -> Iterator[tuple[str, bytes]]:
    """Every file below *paths*, each as a mail."""
    for path in paths:
        for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
            if file.is_file():
                yield str(file.relative_to(path) if path.is_dir() else file), file.read_bytes()


def a_house(folder: Path) -> tuple[House, ParsePool]:
    """A house whose mails are read as the service reads them: in a process of their own, within its limits."""
    path = folder / "townclerk.db"
    migrate(f"sqlite:///{path}")
    database = CrashingDatabase.open(f"sqlite:///{path}", durable=False)
    pool = ParsePool()
    capless = {"letters_per_hour": 10**6, "letters_per_address": 10**6, "letters_of_a_kind": 10**6, "letters_per_case": 10**6}
    office = an_office(database, **capless, spool=folder)
    return House(replace(office, reader=pool), database), pool


def report(findings: Findings) -> None:
    fates = findings.fates
    slow = sorted(fates, key=lambda fate: -fate.waited)[:5]
    print(f"{len(fates)} mails: " + ", ".join(f"{n} {state}" for state, n in sorted(Counter(f.state for f in fates).items())))  # noqa: T201
    print(f"memory: grew by {findings.memory >> 20} MB; the reader had {findings.reader >> 20} MB at most")  # noqa: T201
    for fate in slow:
        print(f"  {fate.waited:5.2f} s ({fate.seconds:.2f} s of ours)  {fate.size:>10} bytes  {fate.name}")  # noqa: T201
    for fate in findings.quarantined:
        print(f"  quarantined: {fate.name}: {fate.reason}")  # noqa: T201
    for what in findings.wrong:
        print(f"WRONG {what}")  # noqa: T201
    print("nothing wrong" if not findings.wrong else f"{len(findings.wrong)} wrong")  # noqa: T201


async def _main(paths: list[Path], tempt: bool, most: int) -> int:
    from hostile.mails import every_hostile_mail  # the heavy ones are made as they are asked for

    with tempfile.TemporaryDirectory() as name:
        house, pool = a_house(Path(name))
        try:
            if most:
                print(await flood(house, most))  # noqa: T201
                return 0
            found = files_of(paths) if paths else every_hostile_mail()
            findings = await put_all_through(house, found, tempt=tempt, tell=_told)
        finally:
            await pool.close()
            house.database.close()
    report(findings)
    return 1 if findings.wrong else 0


def _told(fate: Fate) -> None:
    """Whoever waits sees what takes long, and what is wrong."""
    if fate.wrong or fate.seconds > MOST_SECONDS / 2:
        spent = f"{fate.waited:6.2f} s ({fate.seconds:.2f} s of ours) {fate.size:>10} bytes"
        print(f"{spent}  {fate.name}: {fate.state} {fate.reason} {'; '.join(fate.wrong)}", flush=True)  # noqa: T201


def _silence() -> None:
    structlog.configure(processors=[structlog.processors.KeyValueRenderer()], logger_factory=structlog.ReturnLoggerFactory())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("paths", nargs="*", type=Path)
    parser.add_argument("--tempt", action="store_true")
    parser.add_argument("--flood", type=int, default=0, metavar="N")
    asked = parser.parse_args()
    _silence()
    sys.exit(asyncio.run(_main(asked.paths, asked.tempt, asked.flood)))


if __name__ == "__main__":
    main()
