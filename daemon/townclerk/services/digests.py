"""The morning digest, of everybody's cases and of each officer's own, and the weekly tracker: on a working morning, once, where
there is something to say, and never about what the same person hears of today already."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import partial

from townclerk.domain.decide import Send
from townclerk.domain.decide.deliberation import LEAD, mark, to_officer
from townclerk.domain.digest import Filed, Heading, Item, filed_by_rules, for_everybody, for_officer, is_trackers_day, standing
from townclerk.domain.letters import Because, DigestScope, Letter, Recipient, Section
from townclerk.domain.letters import Digest as Content
from townclerk.domain.provisions import Digest
from townclerk.domain.reference import compacted
from townclerk.domain.signing import Side
from townclerk.domain.words import LetterKind, Status
from townclerk.services.office import Office
from townclerk.services.telling import readers
from townclerk.services.writing import last_day_to_answer, write_letter
from townclerk.store import cases, facts, mails, outbox, timers
from townclerk.store.database import Tx

LATEST = timedelta(hours=4)  # what an outage kept back for longer is left out: by then it is no longer the morning
TOLD_BY = frozenset(
    {
        LetterKind.REMINDER,
        LetterKind.OVERDUE,
        LetterKind.ESCALATION,
        LetterKind.ASSIGNMENT,
        LetterKind.DECISION,
        LetterKind.CONFIRM,
    }
)


@dataclass(frozen=True, slots=True)
class Morning:
    """What this morning knows: everything that stands, and who hears of which case today already, by address."""

    day: date
    now: datetime
    items: tuple[Item, ...]
    told: dict[str, frozenset[str]]
    filed: tuple[Filed, ...] = ()

    def of(self, reader: Recipient) -> frozenset[str]:
        return self.told.get(reader.address.lower(), frozenset())


async def run_once(office: Office, now: datetime) -> int:
    """Send this morning's digests, where they have not gone. Returns how many went."""
    digest, calendar = office.council.policy.provisions.digest, office.council.calendar
    today = calendar.local(now).date()
    if digest is None or not calendar.is_working(today):
        return 0
    since = calendar.at(today, office.council.policy.hours.reminders_at)
    key = f"digest:{office.council.policy.id}"
    if not since <= now < since + LATEST or await office.db.read(partial(facts.get, key=key)) == today.isoformat():
        return 0
    council = office.council.policy.id
    if await office.db.read(partial(timers.due, council=council, now=now, limit=1)):
        return 0  # reminders of this morning are still to be decided: a digest must know of them
    found = await office.db.read(partial(_look, office=office, digest=digest, today=today, now=now))
    letter_key = f"{council}:digest:{today.isoformat()}"
    because = Because("digest", next(iter(digest.said.promises), None), digest.said.clause or None)
    rows = [
        write_letter(
            office,
            Send(f"{letter_key}:{mark(to.address.lower())}", letter_key, Letter(to, content, because, None, automatic=True)),
            now,
        )
        for to, content in _contents(office, digest, found)
    ]

    def write(tx: Tx) -> None:
        outbox.put_all(tx, rows)
        facts.put(tx, key, today.isoformat())

    await office.db.run(write)
    return len(rows)


def next_morning(office: Office, now: datetime) -> datetime:
    """When digests are looked at next."""
    calendar, clock = office.council.calendar, office.council.policy.hours.reminders_at
    today = calendar.local(now).date()
    if calendar.is_working(today) and calendar.at(today, clock) > now:
        return calendar.at(today, clock)
    return calendar.at(calendar.add_working_days(today, 1), clock)


def _look(tx: Tx, office: Office, digest: Digest, today: date, now: datetime) -> Morning:
    """Only the tracker asks for what outlives a case; every other morning those that have not ended are all that is read."""
    calendar, council = office.council.calendar, office.council.policy.id
    states = tuple(Status) if is_trackers_day(digest, today, calendar) else cases.UNANSWERED
    items = standing(cases.every(tx, council, states), office.council, now)
    told: dict[str, set[str]] = {}
    for address, ref in outbox.told_since(tx, council, calendar.at(today, time(0)), TOLD_BY):
        told.setdefault(address, set()).add(ref)
    return Morning(today, now, items, {address: frozenset(refs) for address, refs in told.items()}, _filed(tx, office, today))


def _filed(tx: Tx, office: Office, today: date) -> tuple[Filed, ...]:
    """What rules had filed without a case since the last of these mornings."""
    calendar = office.council.calendar
    last = facts.get(tx, f"digest:{office.council.policy.id}")
    day = date.fromisoformat(last) if last is not None else calendar.add_working_days(today, -1)
    since = calendar.at(day, office.council.policy.hours.reminders_at)
    return tuple(
        Filed(mail.id, mail.sender or "", mail.subject or "", (mail.reason or "").removeprefix(mails.FILED))
        for mail in mails.filed_in_doubt(tx, office.ways.mailbox, since)
    )


def _contents(office: Office, digest: Digest, found: Morning) -> Iterator[tuple[Recipient, Content]]:
    """What each reader gets, the one letter that says most."""
    addressed: set[str] = set()
    for to, scope in _readers(office, digest, found):
        sections = (*_sections(office, found, to, scope), *_filed_for(office, digest, found, to, scope))
        if sections and to.address.lower() not in addressed:
            addressed.add(to.address.lower())
            yield to, Content(found.day, tuple(_pressed(office, sections, to, found.now)), scope)


def _readers(office: Office, digest: Digest, found: Morning) -> Iterator[tuple[Recipient, DigestScope]]:
    if is_trackers_day(digest, found.day, office.council.calendar):
        yield from ((to, "tracker") for to in readers(office, digest.weekly))
    if digest.to:
        yield from ((to, "all") for to in readers(office, digest.to))
    if digest.officers:
        roster = office.council.roster
        reading = dict.fromkeys(roster.reader(officer) for officer in roster.officers if not officer.has_left(roster.day))
        yield from ((to_officer(officer), "own") for officer in reading)


def _sections(office: Office, found: Morning, to: Recipient, scope: DigestScope) -> tuple[Section, ...]:
    if scope == "tracker":  # it is the whole list, to go through: what is left out of it would be looked for
        return for_everybody(found.items, headings=tuple(Heading))
    if scope == "all":
        return for_everybody(found.items, found.of(to))
    roster = office.council.roster  # whoever stands in for somebody reads of theirs as well
    theirs = frozenset(each.key for each in roster.officers if roster.reader(each).key == to.officer)
    return for_officer(found.items, theirs, found.of(to))


def _filed_for(office: Office, digest: Digest, found: Morning, to: Recipient, scope: DigestScope) -> tuple[Section, ...]:
    """What was filed is for whoever reads of all cases; where nobody does each morning, for the complaints lead."""
    if scope == "own" and (digest.to or to not in readers(office, (LEAD,))):
        return ()
    return filed_by_rules(found.filed, office.ways.mailbox)


def _pressed(office: Office, sections: Iterable[Section], to: Recipient, now: datetime) -> Iterator[Section]:
    """*sections*, each case in them with the address at which *to* can ask about it."""
    for section in sections:
        yield replace(
            section,
            rows=tuple(replace(row, address=row.address or _address(office, row.case, to, now)) for row in section.rows),
        )


def _address(office: Office, ref: str, to: Recipient, now: datetime) -> str:
    if not ref or not office.ways.signed_addresses:
        return ""
    return office.signer.reply_address(compacted(ref), Side.OFFICER, to.address, last_day_to_answer(office, now))
