"""A story, played step by step: what the world does between two steps happens at its own time."""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from typing import Protocol
from zoneinfo import ZoneInfo

from townclerk.app.simulate.mails import Replied, Written, write_bounce, write_mail
from townclerk.app.simulate.world import SENT, TRUSTED_SERVER, KeptHere, LetterOut, World, load_world_council, office_of
from townclerk.config.errors import Fault, FilesRefused
from townclerk.config.reading import suggest
from townclerk.config.scenario_file import BounceStep, DownStep, MailStep, Scenario, Step, split_address
from townclerk.config.templates import TemplateSet
from townclerk.config.yaml import Place
from townclerk.domain.case import Case
from townclerk.domain.council import Council
from townclerk.domain.mail import Address
from townclerk.mail.memory import MemoryMailbox, MemoryTransport
from townclerk.mail.reading import read_inline

_REFERENCE = re.compile(r"\{reference(?::([^{}]+))?\}")


@dataclass(frozen=True, slots=True)
class Played:
    """What came of a story."""

    council: Council
    zone: ZoneInfo
    until: datetime
    letters: tuple[LetterOut, ...]
    cases: tuple[Case, ...]


Deliver = Callable[[bytes, datetime, str], Awaitable[None]]  # a raw mail, when it arrives, the folder


class Watcher(Protocol):
    """Somebody who looks on while a story is played."""

    async def wrote(self, at: datetime, step: Step, written: Written | None) -> None: ...

    async def left(self, letter: LetterOut) -> None: ...


async def play(
    scenario: Scenario,
    templates: TemplateSet | None = None,
    council: Council | None = None,
    watcher: Watcher | None = None,
    world: type[World] = World,
) -> Played:
    """Play *scenario* to its end. Raises FilesRefused where the story cannot be played as it is written."""
    council = council or load_world_council(scenario, scenario.until.written)
    check_names(scenario, council)
    zone = ZoneInfo(council.policy.calendar.timezone)
    async with office_of(council, first_connection(scenario, zone), templates, KeptHere) as plain:
        folders = tuple(
            dict.fromkeys(("INBOX", *(step.what.folder for step in scenario.story if isinstance(step.what, MailStep))))
        )
        mailbox = MemoryMailbox(folders)
        watched = tuple(folder for folder in folders if folder != SENT)
        sent = SENT if SENT in folders else None
        office = replace(plain, ways=replace(plain.ways, folders=watched, sent_folder=sent))

        async def deliver(raw: bytes, at: datetime, folder: str) -> None:
            mailbox.deliver(raw, at, folder)

        return await Story(scenario, world(office, mailbox, MemoryTransport()), zone, deliver, watcher).run()


def check_names(scenario: Scenario, council: Council) -> None:
    """Raises FilesRefused where an expectation names nobody: a `never` about nobody would always hold."""
    known = [officer.key for officer in council.roster.officers]
    faults = []
    for wanted in (*scenario.expect.letters, *scenario.expect.never):
        if wanted.to is not None and not set("@*?") & set(wanted.to) and wanted.to not in known:
            place = wanted.place or Place(str(scenario.path))
            message = f'"{wanted.to}" is nobody on the roster'
            faults.append(Fault(place.file, place.line, place.column, "expect", message, suggest(wanted.to, known)))
    if faults:
        raise FilesRefused(faults)


def first_connection(scenario: Scenario, zone: ZoneInfo) -> datetime:
    """When the daemon first looks at the mailbox: as the scenario says, or just before the story."""
    if scenario.first_connection is not None:
        return scenario.first_connection.at(zone)
    first = min((step.at.at(zone) for step in scenario.story), default=scenario.until.at(zone))
    return first - timedelta(minutes=1)


@dataclass(slots=True)
class Story:
    scenario: Scenario
    world: World
    zone: ZoneInfo
    deliver: Deliver
    watcher: Watcher | None = None
    written: dict[str, Written] = field(default_factory=dict)
    down_until: datetime | None = None
    count: int = 0
    seen: int = 0  # letters that the watcher has been told of

    async def run(self) -> Played:
        connection = first_connection(self.scenario, self.zone)
        steps = sorted(self.scenario.story, key=lambda step: step.at.at(self.zone))
        early = [step for step in steps if step.at.at(self.zone) < connection]
        for step in early:
            await self._happen(step)
        now = connection.astimezone(UTC)
        await self._settle(now)
        for step in steps[len(early) :]:
            now = await self._pass_time(now, step.at.at(self.zone))
            await self._happen(step)
            if self.down_until is None:
                await self._settle(now)
        until = self.scenario.until.at(self.zone)
        await self._pass_time(now, until)
        return Played(self.world.office.council, self.zone, until, tuple(self.world.letters), await self.world.cases())

    async def _settle(self, now: datetime) -> None:
        await self.world.settle(now)
        if self.watcher is not None:
            for letter in self.world.letters[self.seen :]:
                await self.watcher.left(letter)
        self.seen = len(self.world.letters)

    async def _pass_time(self, now: datetime, until: datetime) -> datetime:
        """Let everything happen that falls due up to *until*."""
        now, until = now.astimezone(UTC), until.astimezone(UTC)
        if self.down_until is not None:
            if until < self.down_until:
                return until
            now, self.down_until = self.down_until.astimezone(UTC), None
            await self._settle(now)
        while (following := await self.world.next_moment(now)) is not None and following <= until:
            now = following
            await self._settle(now)
        await self._settle(until)
        return until

    async def _happen(self, step: Step) -> None:
        at = step.at.at(self.zone).astimezone(UTC)
        written: Written | None = None
        match step.what:
            case DownStep(until=until):
                self.down_until = until.at(self.zone)
            case BounceStep():
                await self.deliver(self._bounce(step, step.what, at), at, "INBOX")
            case MailStep():
                written = await self._mail(step, step.what, at)
                await self.deliver(written.raw, at, step.what.folder)
        if self.watcher is not None:
            await self.watcher.wrote(at, step, written)

    def _refuse(self, step: Step, message: str, expected: str) -> FilesRefused:
        place = step.place
        return FilesRefused([Fault(place.file, place.line, place.column, "story", message, expected)])

    # --- mails

    async def _mail(self, step: Step, mail: MailStep, at: datetime) -> Written:
        if mail.again is not None:
            return self._known(step, mail.again)
        self.count += 1
        if mail.file is not None:
            return self._from_file(step, mail)
        sender, staff = self._sender(step, mail)
        answered = self._answered(step, mail, sender)
        mailbox = self.world.office.council.policy.contact.mailbox
        to = mail.to or (answered.reply_to if answered else mailbox)
        subject = await self._filled(step, mail.subject) if mail.subject is not None else None
        text = await self._filled(step, mail.text)
        try:
            written = write_mail(mail, sender, to, subject, text, answered, at, self.count, TRUSTED_SERVER, staff=staff)
        except ValueError as error:  # a line break in a header, half a character
            raise self._refuse(step, f"this cannot be written as a mail: {error}", "keep each header on one line") from error
        if mail.id is not None:
            self.written[mail.id] = written
        return written

    def _known(self, step: Step, name: str) -> Written:
        if name not in self.written:
            raise self._refuse(
                step, f'no mail before this one has the id "{name}"', f"known here: {', '.join(self.written) or 'none'}"
            )
        return self.written[name]

    def _from_file(self, step: Step, mail: MailStep) -> Written:
        if mail.file is None or not mail.file.is_file():
            raise self._refuse(step, f'there is no file "{mail.file}"', "write its path, seen from this scenario's folder")
        raw = mail.file.read_bytes()
        read = read_inline(raw).mail
        sender = read.sender if read and read.sender else Address("", "unknown")
        written = Written(raw, (read and read.message_id) or "", read.subject if read else "", sender, "")
        if mail.id is not None:
            self.written[mail.id] = written
        return written

    def _sender(self, step: Step, mail: MailStep) -> tuple[Address, bool]:
        roster = self.world.office.council.roster
        written = mail.sender or ""
        officer = roster.find(written) or roster.find_by_address(split_address(written)[1])
        if officer is not None:
            return Address(officer.name, officer.email), True
        if "@" not in written:
            known = ", ".join(each.key for each in roster.officers)
            raise self._refuse(step, f'"{written}" is nobody on the roster', f"write an address, or one of: {known}")
        return Address(*split_address(written)), False

    def _answered(self, step: Step, mail: MailStep, sender: Address) -> Replied | None:
        if mail.answers is None:
            return None
        if mail.answers.mail is not None:
            other = self._known(step, mail.answers.mail)
            return Replied(
                other.sender.address, other.subject, other.message_id, other.references, other.text, other.sender.name
            )
        letter = self._latest(step, mail, sender)
        message = message_from_bytes(letter.raw)
        reply_to = str(message.get("Reply-To") or message["From"])
        references = tuple(str(message.get("References", "")).split())
        return Replied(split_address(reply_to)[1], letter.subject, letter.message_id, references, letter.plain, "the council")

    def _latest(self, step: Step, mail: MailStep, sender: Address) -> LetterOut:
        wanted = mail.answers
        if wanted is None or wanted.letter is None:
            raise self._refuse(step, "it answers nothing", "write {letter: receipt}")
        case = self._case_opened_by(step, wanted.case) if wanted.case else None
        found = [
            letter
            for letter in self.world.letters
            if letter.kind == wanted.letter and letter.to.lower() == sender.key and (case is None or letter.case == case)
        ]
        if not found:
            kinds = sorted({letter.kind for letter in self.world.letters if letter.to.lower() == sender.key})
            raise self._refuse(
                step, f"no {wanted.letter} has gone to this sender by then", f"they had: {', '.join(kinds) or 'nothing'}"
            )
        return found[-1]

    def _case_opened_by(self, step: Step, mail: str) -> str:
        message_id = self._known(step, mail).message_id
        ref = self.world.case_of(message_id)
        if ref is None:
            raise self._refuse(step, f'the mail "{mail}" belongs to no case yet', "name a mail that opened one")
        return ref

    async def _filled(self, step: Step, text: str) -> str:
        """*text* with each {reference} replaced by the case's own."""
        for match in list(_REFERENCE.finditer(text)):
            ref = self._case_opened_by(step, match[1]) if match[1] else await self._first_case(step)
            text = text.replace(match[0], ref)
        return text

    async def _first_case(self, step: Step) -> str:
        opened = await self.world.cases()
        if not opened:
            raise self._refuse(step, "there is no case yet whose reference could stand here", "let a mail open one first")
        return opened[0].ref

    # --- bounces

    def _bounce(self, step: Step, bounce: BounceStep, at: datetime) -> bytes:
        found = [
            letter for letter in self.world.letters if letter.kind == bounce.letter and letter.to.lower() == bounce.to.lower()
        ]
        if not found:
            raise self._refuse(
                step, f"no {bounce.letter} has gone to {bounce.to} by then", "name a letter that the story has sent"
            )
        letter = found[-1]
        mailbox = self.world.office.council.policy.contact.mailbox
        return write_bounce(mailbox, letter.to, bounce.status, letter.message_id, letter.subject, at)
