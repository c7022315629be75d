"""The whole life of a few cases: real mail over real IMAP and SMTP, on servers inside this process, working days in seconds."""

import asyncio
import sys
import tempfile
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email import message_from_bytes
from pathlib import Path
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn
from rich.text import Text

from townclerk.app.logs import silence
from townclerk.app.simulate.keeping import keep_letters
from townclerk.app.simulate.mails import Written
from townclerk.app.simulate.playing import Played, Story, first_connection
from townclerk.app.simulate.world import LetterOut, World, load_world_council, office_of
from townclerk.config.scenario_file import BounceStep, DownStep, Scenario, Step, load_scenario
from townclerk.config.shipped import find_shipped
from townclerk.domain.council import Council
from townclerk.domain.days_written import words_of
from townclerk.domain.deadlines import is_overdue
from townclerk.mail.embedded import EmbeddedServers
from townclerk.mail.imap import ImapMailbox
from townclerk.mail.mailbox import ImapSettings
from townclerk.mail.parsing import ParsePool
from townclerk.mail.transport import SmtpSettings, SmtpTransport

STORY = "demo.yaml"
PASSWORD = "only for the demo"  # noqa: S105  # of a server that lives for this minute, on the loopback
READING_PAUSE = 0.35  # seconds between two lines, where a person watches


class StoryMissing(LookupError):
    """The demo's story is not where the shipped rules are."""


async def demo(*, quick: bool = False, folder: Path | None = None) -> int:
    """Play the demo and print it as it happens. *quick* leaves out the pauses; *folder* takes the letters (None: a new one).

    Returns the exit status. Raises DemoNotInstalled, StoryMissing, FilesRefused.
    """
    silence()
    path = find_shipped("rules", STORY)
    if path is None:
        raise StoryMissing(STORY)
    scenario = load_scenario(path)
    council = load_world_council(scenario, scenario.until.written)
    console = Console(highlight=False, soft_wrap=True)
    pause = 0 if quick or not console.is_terminal else READING_PAUSE
    _say_hello(console, council)
    with Progress(
        TextColumn("{task.description}"), BarColumn(), console=console, transient=True, disable=not console.is_terminal
    ) as progress:
        narrator = Narrator(console, council, scenario, progress, pause)
        played = await _play(scenario, council, narrator)
    kept = keep_letters(played.letters, folder or Path(tempfile.mkdtemp(prefix="townclerk-demo-")), played.zone)
    _say_goodbye(console, played, kept)
    return 0


async def _play(scenario: Scenario, council: Council, narrator: "Narrator") -> Played:
    zone = ZoneInfo(council.policy.calendar.timezone)
    mailbox_address = council.policy.contact.mailbox
    login, _, domain = mailbox_address.partition("@")
    clock = StoryClock(first_connection(scenario, zone).astimezone(UTC))
    async with (
        office_of(council, clock.now) as plain_office,
        EmbeddedServers({login: PASSWORD}, domain, clock=lambda: clock.now) as servers,
    ):
        reader = ParsePool()
        # In the demo no receiving server vouches for anybody: an officer is known by the signed address alone.
        ways = replace(plain_office.ways, trusted_server=None, authentication="none")
        office = replace(plain_office, reader=reader, ways=ways)
        mailbox = ImapMailbox(ImapSettings(servers.host, servers.imap_port, login, lambda: PASSWORD, security="none"))
        ours, theirs = (SmtpTransport(SmtpSettings(servers.host, servers.smtp_port, security="none")) for _ in range(2))

        async def deliver(raw: bytes, at: datetime, _folder: str) -> None:
            """Everybody's mail goes by SMTP, as it would."""
            clock.now = at
            message = message_from_bytes(raw)
            await theirs.send(_address(str(message["From"])), _address(str(message["To"])), raw)

        try:
            return await Story(scenario, World(office, mailbox, ours), zone, deliver, narrator).run()
        finally:
            await mailbox.close()
            await ours.close()
            await theirs.close()
            await reader.close()


def _address(written: str) -> str:
    return written.rpartition("<")[2].strip("<> ")


@dataclass(slots=True)
class StoryClock:
    """The time in the story: what the mail server stamps on what it takes."""

    now: datetime


class Narrator:
    """Prints the story as it happens: who wrote, who got what, and why."""

    def __init__(self, console: Console, council: Council, scenario: Scenario, progress: Progress, pause: float) -> None:
        self._console = console
        self._council = council
        self._pause = pause
        self._progress = progress
        self._begin = scenario.story[0].at.at(ZoneInfo(council.policy.calendar.timezone))
        whole = scenario.until.at(ZoneInfo(council.policy.calendar.timezone)) - self._begin
        self._task = progress.add_task("", total=whole.total_seconds())
        self._day = ""
        self._people: dict[str, str] = {}

    async def wrote(self, at: datetime, step: Step, written: Written | None) -> None:
        if written is None:
            await self._say(at, _what_happens(step), "yellow")
            return
        self._people[written.sender.key] = written.sender.name
        first = next((line.strip() for line in written.text.splitlines() if line.strip()), "")
        await self._say(at, f"{written.sender.name} writes: {written.subject}", "bold")
        await self._say(at, f"    “{first[:90]}{'…' if len(first) > 90 else ''}”", "italic")

    async def left(self, letter: LetterOut) -> None:
        staff = self._council.roster.find_by_address(letter.to)
        name = staff.name if staff else self._people.get(letter.to.lower(), letter.to)
        colour = "cyan" if staff else "green"
        reason = " · ".join(part for part in (letter.promise, f"clause {letter.clause}" if letter.clause else None) if part)
        await self._say(letter.at, f"  → {letter.kind.replace('_', ' ')} to {name}: {letter.subject}", colour)
        if reason and not staff:
            await self._say(letter.at, f"      because: {reason}", "dim")

    async def _say(self, at: datetime, line: str, style: str) -> None:
        local = self._council.calendar.local(at)
        day = words_of(local.date())
        if day != self._day:
            self._console.print(Text(f"\n{day}", style="bold underline"))
            self._day = day
        self._progress.update(self._task, completed=(at - self._begin).total_seconds(), description=day)
        self._console.print(Text(f"{local:%H:%M}  {line}", style=style))
        if self._pause:
            await asyncio.sleep(self._pause)


def _what_happens(step: Step) -> str:
    match step.what:
        case DownStep():
            return "the daemon is switched off for a while"
        case BounceStep(letter=letter):
            return f"the {letter.replace('_', ' ')} comes back: it could not be delivered"
        case _:
            return ""


def _say_hello(console: Console, council: Council) -> None:
    console.print(Text(f"townclerk: the feedback mailbox of {council.policy.contact.council}, in a story", style="bold"))
    console.print(f"Policy: {council.policy.title}")
    console.print(
        "Mail goes over IMAP and SMTP, to servers in this process; the days pass in seconds. Nothing leaves this machine."
    )


def _say_goodbye(console: Console, played: Played, kept: Path) -> None:
    console.print(Text("\nHow the cases stand", style="bold underline"))
    for case in played.cases:
        stage = f", {case.stage}" if case.stage else ""
        late = ", overdue" if is_overdue(case, played.until, played.council.calendar) else ""
        console.print(f"  {case.ref}  {case.category.replace('_', ' ')}{stage}, {case.status}{late}: {case.subject}")
    console.print(f"\n{len(played.letters)} letters left. They are in {kept}: open index.html there.")
    console.print("Next: copy deploy/townclerk.yaml, fill in your mailbox, then")
    program = sys.argv[0] if "/" in sys.argv[0] else "townclerk"
    console.print(f"  {program} check     tests every part against the real thing")
    console.print(f"  {program} run       looks after the mailbox until it is told to stop")
    console.print("deploy/OPERATING.md says the rest.")
