"""A council's office that exists for the length of one story."""

import asyncio
import email
import email.policy
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import cache, partial
from pathlib import Path
from typing import TypeVar

from townclerk.config.council_folder import load_council
from townclerk.config.scenario_file import Scenario
from townclerk.config.shipped import shipped_folders
from townclerk.config.templates import TemplateSet
from townclerk.domain.case import Case
from townclerk.domain.council import Council
from townclerk.domain.mail import File
from townclerk.domain.quoting import Written
from townclerk.domain.signature import Signature
from townclerk.domain.signing import Signer, SigningKey
from townclerk.mail.mailbox import Mailbox
from townclerk.mail.reading import Reading, read, read_files, read_signature, read_written
from townclerk.mail.transport import Transport
from townclerk.services import delivery, intake, reporting, timekeeper
from townclerk.services.office import Office, Ways
from townclerk.store import cases, mails, outbox
from townclerk.store.database import Database, Tx
from townclerk.store.migration import migrate

TRUSTED_SERVER = "mx.simulated.invalid"
SENT = "Sent Items"  # in which a story's mails lie that somebody has sent as the mailbox
T = TypeVar("T")
_KEY = SigningKey("0", b"a story has no secrets")


@dataclass(frozen=True, slots=True)
class LetterOut:
    """A letter that has left. `letter_key` is shared by the copies of one letter."""

    at: datetime
    kind: str
    to: str
    case: str | None
    subject: str
    message_id: str
    letter_key: str
    event: str
    promise: str | None
    clause: str | None
    raw: bytes

    @property
    def text(self) -> str:
        """The subject and the plain text, white space folded, and the marks with which a quotation's lines begin."""
        lines = (line.removeprefix(">") for line in self.plain.splitlines())
        return " ".join("\n".join((self.subject, *lines)).split())

    @property
    def plain(self) -> str:
        """The plain text as it is laid out."""
        body = email.message_from_bytes(self.raw, policy=email.policy.default).get_body(("plain",))
        return str(body.get_content()) if body else ""


class ReadHere:
    """Reads mail in this process: a story's mails are the admin's own."""

    async def get_ready(self) -> None:
        """It always is."""

    async def parse(self, source: bytes | Path) -> Reading:
        return read(source)

    async def written(self, source: bytes | Path) -> Written:
        return read_written(source)

    async def files(self, source: bytes | Path, limit_bytes: int) -> tuple[File, ...]:
        return read_files(source, limit_bytes)

    async def signature(self, source: bytes | Path, received_at: datetime, trusted: tuple[bytes, ...]) -> Signature:
        return read_signature(source, received_at, trusted)


class KeptHere(Database):
    """Works in this thread: nobody else is there to wait, and the way to another took a quarter of a story's time."""

    async def run(self, work: Callable[[Tx], T]) -> T:
        return self.run_now(work)

    async def read(self, work: Callable[[Tx], T]) -> T:
        return self.read_now(work)


class Recorder:
    """A transport that remembers what passed through it."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
        self.raw: list[bytes] = []

    async def send(self, envelope_from: str, recipient: str, raw: bytes) -> str:
        answer = await self._transport.send(envelope_from, recipient, raw)
        self.raw.append(raw)
        return answer

    async def check(self) -> None:
        await self._transport.check()

    async def close(self) -> None:
        await self._transport.close()


class World:
    """The office, its mailbox, and every letter that has left it."""

    def __init__(self, office: Office, mailbox: Mailbox, transport: Transport) -> None:
        self.office = office
        self.mailbox = mailbox
        self.transport = Recorder(transport)
        self.letters: list[LetterOut] = []

    async def settle(self, now: datetime) -> None:
        """Let every service work until there is nothing left to do at *now*."""
        working = True
        while working:
            await asyncio.sleep(0)  # nothing below waits, and whoever presses Ctrl+C is to be heard
            taken = await intake.run_once(self.office, self.mailbox, now)
            woken = await timekeeper.run_once(self.office, now)
            reported = await reporting.run_once(self.office, now)
            sent = await delivery.run_once(self.office, self.transport, now)
            await self._collect(now)
            working = bool(taken.taken or taken.dealt or woken.woken or reported.reports or sent.sent or sent.dead)

    async def next_moment(self, now: datetime) -> datetime | None:
        """When there is something to do again, after *now*."""
        letters = await self.office.db.read(partial(outbox.next_at, council=self.office.council.policy.id))
        timers = await timekeeper.next_moment(self.office, now)
        reports = await reporting.next_moment(self.office, now)
        return min((moment for moment in (letters, timers, reports) if moment is not None and moment > now), default=None)

    async def _collect(self, now: datetime) -> None:
        for raw in self.transport.raw[len(self.letters) :]:
            message_id = str(email.message_from_bytes(raw)["Message-ID"])
            line = await self.office.db.read(partial(outbox.of_message_id, message_id=message_id))
            if line is None:
                raise LookupError("a letter left that the outbox does not know")
            self.letters.append(
                LetterOut(
                    at=now,
                    kind=line.kind,
                    to=line.recipient,
                    case=line.case_ref,
                    subject=line.subject,
                    message_id=message_id,
                    letter_key=line.letter_key,
                    event=line.because_event,
                    promise=line.because_promise,
                    clause=line.because_clause,
                    raw=raw,
                )
            )

    async def cases(self) -> tuple[Case, ...]:
        """Every case, in the order in which they were opened."""

        def load(tx: Tx) -> tuple[Case, ...]:
            rows = cases.list_cases(tx, self.office.council.policy.id, limit=10_000)
            found = (cases.load(tx, row.ref) for row in rows)
            return tuple(sorted((case for case in found if case is not None), key=lambda case: (case.mails[0].mail, case.ref)))

        return await self.office.db.read(load)

    def case_of(self, message_id: str) -> str | None:
        """The case that the mail with this Message-ID belongs to."""
        return self.office.db.read_now(partial(mails.answered_ids, ids=[message_id])).get(message_id)


def load_world_council(scenario: Scenario, today: datetime, rules: Path | None = None) -> Council:
    """The council of a scenario, with the values and the roster that it replaces. Raises FilesRefused."""
    return load_council(
        scenario.policy, rules=rules, today=today.date(), replaced=scenario.settings, staff_override=scenario.staff
    )


@asynccontextmanager
async def office_of(
    council: Council, start_from: datetime, templates: TemplateSet | None = None, kept: type[Database] = Database
) -> AsyncIterator[Office]:
    """An office of *council* with a database of its own, whose mailbox is first connected to at *start_from*."""
    with tempfile.TemporaryDirectory(prefix="townclerk-") as folder:
        path = Path(folder) / "story.db"
        path.write_bytes(_empty_database())
        db = kept.open(f"sqlite:///{path}", durable=False)
        try:
            yield _office(council, db, start_from, templates)
        finally:
            db.close()


@cache
def _empty_database() -> bytes:
    """A database in which nothing has happened yet: made once, and copied for each story."""
    with tempfile.TemporaryDirectory(prefix="townclerk-") as folder:
        path = Path(folder) / "empty.db"
        migrate(f"sqlite:///{path}")
        return path.read_bytes()


def _office(council: Council, db: Database, start_from: datetime, templates: TemplateSet | None) -> Office:
    mailbox = council.policy.contact.mailbox
    ways = Ways(
        mailbox=mailbox,
        from_name=council.policy.contact.council,
        start_from=start_from,
        trusted_server=TRUSTED_SERVER,
        authentication="rfc8601",
        own_addresses=frozenset({mailbox.lower()}),
    )
    letters = templates or TemplateSet.load(shipped_folders("templates"), council.policy.id)
    return Office(council, letters, db, ReadHere(), Signer(mailbox, (_KEY,)), ways)
