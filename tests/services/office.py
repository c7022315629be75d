"""An office on a real SQLite file, with a mailbox and a transport in memory, and ways to make it fail."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import SMTP
from functools import cache, partial
from pathlib import Path
from typing import TypeVar

from townclerk.config.council_folder import load_council
from townclerk.config.shipped import shipped_folders
from townclerk.config.templates import TemplateSet
from townclerk.domain.case import Case
from townclerk.domain.council import Council
from townclerk.domain.mail import File
from townclerk.domain.quoting import Written
from townclerk.domain.signature import Signature
from townclerk.domain.signing import Signer, SigningKey
from townclerk.mail.memory import MemoryMailbox, MemoryTransport
from townclerk.mail.reading import Reading, read_files, read_inline, read_signature, read_written
from townclerk.services import delivery, intake, timekeeper
from townclerk.services.office import Office, Ways
from townclerk.store import cases, outbox
from townclerk.store.database import Database, Tx
from townclerk.store.outbox import OutboxLine
from townclerk.store.schema import OutboxState

T = TypeVar("T")
SERVER = "mx.council.example"
MONDAY = datetime(2027, 1, 11, 10, tzinfo=UTC)  # ten in the morning, a working day
ASHA = "Asha Patel <asha.patel@example.org>"
KEY = SigningKey("0", b"a secret of the tests")


@cache
def council() -> Council:
    """The shipped example: South Staffordshire, with its example roster."""
    return load_council("south-staffordshire", today=date(2027, 1, 1))


@cache
def templates() -> TemplateSet:
    return TemplateSet.load(shipped_folders("templates"), "south-staffordshire")


class Crash(BaseException):
    """The process dies: nothing catches this."""


class CrashingDatabase(Database):
    """Real SQLite, until the transaction number `crash_at`: it is lost (or, with `after`, kept), and the process dies."""

    crash_at: int | None = None
    after = False
    count = 0

    async def run(self, work: Callable[[Tx], T]) -> T:
        self.count += 1
        if self.count != self.crash_at:
            return await super().run(work)
        if self.after:
            await super().run(work)
            raise Crash

        def lost(tx: Tx) -> T:
            work(tx)
            raise Crash

        return await super().run(lost)


@dataclass
class ReadHere:
    """Reads in this process; a mail that holds the word `poison` breaks the reader."""

    poison: bytes = b"POISON"

    async def get_ready(self) -> None:
        """It always is."""

    async def parse(self, source: bytes | Path) -> Reading:
        raw = source if isinstance(source, bytes) else await asyncio.to_thread(source.read_bytes)
        if self.poison in raw:
            raise RuntimeError("a bug of ours")
        return read_inline(raw)

    async def written(self, source: bytes | Path) -> Written:
        return read_written(source)

    async def files(self, source: bytes | Path, limit_bytes: int) -> tuple[File, ...]:
        raw = source if isinstance(source, bytes) else await asyncio.to_thread(source.read_bytes)
        return read_files(raw, limit_bytes)

    async def signature(self, source: bytes | Path, received_at: datetime, trusted: tuple[bytes, ...]) -> Signature:
        return read_signature(source, received_at, trusted)


@dataclass
class House:
    """The office and what is around it."""

    office: Office
    database: CrashingDatabase
    mailbox: MemoryMailbox = field(default_factory=MemoryMailbox)
    transport: MemoryTransport = field(default_factory=MemoryTransport)
    count: int = 0

    def arrives(
        self, text: str, subject: str = "Complaint about bins", sender: str = ASHA, at: datetime = MONDAY, **headers: str
    ) -> bytes:
        """A mail comes into the mailbox; `message_id=` and the like are its headers."""
        self.count += 1
        message = EmailMessage(policy=SMTP)
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        fields = {
            "From": sender,
            "To": council().policy.contact.mailbox,
            "Subject": subject,
            "Message-ID": f"<{self.count}@example.org>",
        }
        for name, value in ({name.lower(): value for name, value in fields.items()} | given).items():
            message[name] = value
        message.set_content(text + "\n")
        raw = message.as_bytes()
        self.mailbox.deliver(raw, at)
        return raw

    def replies(self, letter: OutboxLine, text: str, at: datetime = MONDAY, proven: str = "pass") -> None:
        """Whoever had *letter* answers it, by the address that it was signed for."""
        raw = self.read(partial(outbox.get, key=letter.key))
        assert raw is not None
        reply_to = " ".join(str(BytesParser().parsebytes(raw.raw)["Reply-To"]).split())
        verdict = f"{SERVER}; dmarc={proven} header.from={letter.recipient.rpartition('@')[2]}"
        self.arrives(
            text,
            f"Re: {letter.subject}",
            letter.recipient,
            at,
            to=reply_to,
            in_reply_to=letter.message_id,
            authentication_results=verdict,
        )

    async def settle(self, now: datetime = MONDAY) -> None:
        """Let every service work until nothing is left to do at *now*."""
        for _ in range(20):
            taken = await intake.run_once(self.office, self.mailbox, now)
            woken = await timekeeper.run_once(self.office, now)
            sent = await delivery.run_once(self.office, self.transport, now)
            if not (taken.taken or taken.dealt or woken.woken or sent.sent or sent.dead):
                return
        raise AssertionError("the office never comes to rest")

    def read(self, work: Callable[[Tx], T]) -> T:
        return self.database.read_now(work)

    @property
    def cases(self) -> list[Case]:
        def look(tx: Tx) -> list[Case]:
            rows = cases.list_cases(tx, council().policy.id, limit=100)
            return sorted((case for row in rows if (case := cases.load(tx, row.ref))), key=lambda case: case.ref)

        return self.read(look)

    def letters(
        self, kind: str | None = None, to: str | None = None, states: tuple[OutboxState, ...] = tuple(OutboxState)
    ) -> list[OutboxLine]:
        """The letters decided, oldest first; of a kind, to somebody, in a state."""
        found = self.read(partial(outbox.listing, council=council().policy.id, states=states, limit=1000))
        return [line for line in found if kind in (None, line.kind) and to in (None, line.recipient)]

    def sent(self, kind: str | None = None) -> list[OutboxLine]:
        return self.letters(kind, states=(OutboxState.SENT,))

    @property
    def wire(self) -> list[str]:
        """The Message-ID of every mail that was handed over, as often as it was."""
        return [str(BytesParser().parsebytes(sent.raw)["Message-ID"]) for sent in self.transport.sent]


def an_office(db: Database, **ways: object) -> Office:
    mailbox = council().policy.contact.mailbox
    settings: dict[str, object] = {
        "start_from": MONDAY.replace(year=2026),
        "trusted_server": SERVER,
        "own_addresses": frozenset({mailbox.lower()}),
    }
    installed = Ways(mailbox, council().policy.contact.council, **{**settings, **ways})  # type: ignore[arg-type]  # tests name real fields
    return Office(council(), templates(), db, ReadHere(), Signer(mailbox, (KEY,)), installed)
