"""A calendar that has changed, for instance by a late bank holiday: what it would move is told, and nothing moves."""

from datetime import datetime
from functools import partial

from townclerk.domain.days_written import words_of
from townclerk.domain.decide import Send
from townclerk.domain.decide.deliberation import LEAD, mark, next_opening, to_officer
from townclerk.domain.letters import Because, Letter, Report, Row, Section
from townclerk.domain.recount import Recounted, recounted
from townclerk.services.office import Office
from townclerk.services.writing import write_letter
from townclerk.store import cases, facts, journal, outbox
from townclerk.store.database import Tx


async def run_once(office: Office, now: datetime) -> int:
    """How many open dates a calendar new to us would count otherwise. The complaints lead gets the list."""
    council, version = office.council.policy.id, office.council.calendar.version
    key = f"calendar:{council}"
    known = await office.db.read(partial(facts.get, key=key))
    if known == version:
        return 0
    moved = () if known is None else await office.db.read(partial(would_move, office=office))
    rows = _letters(office, moved, version, now) if moved else []

    def write(tx: Tx) -> None:
        for row in rows:
            outbox.put(tx, row)
        facts.put(tx, key, version)
        detail = {"version": version, "dates": str(len(moved))}
        journal.append_all(tx, council, None, now, [("townclerk", "calendar_changed", detail)])

    await office.db.run(write)
    return len(moved)


def would_move(tx: Tx, office: Office) -> tuple[Recounted, ...]:
    """Every open date that was counted with another calendar, and would be another day now."""
    return tuple(recounted(cases.every(tx, office.council.policy.id, cases.UNANSWERED), office.council.calendar))


def _letters(office: Office, moved: tuple[Recounted, ...], version: str, now: datetime) -> list[outbox.OutboxRow]:
    council, today = office.council.at(now), office.council.calendar.local(now).date()
    named = (
        ("Would be later", [one for one in moved if one.later]),
        ("Would be earlier", [one for one in moved if not one.later]),
    )
    sections = tuple(Section(heading, tuple(_row(one) for one in found), NOTE) for heading, found in named if found)
    content = Report("The calendar has changed", today, today, sections)
    key = f"{office.council.policy.id}:calendar:{mark(version)}"
    return [
        write_letter(
            office,
            Send(f"{key}:{officer.key}", key, Letter(to_officer(officer), content, Because("calendar"), None, automatic=True)),
            now,
            not_before=next_opening(office.council, now),
        )
        for officer in map(council.roster.reader, council.playing(LEAD)[:1])
    ]


NOTE = "No date has moved: residents hold them. An officer can give a later one with #extend, which tells the resident why."


def _row(one: Recounted) -> Row:
    return Row(one.ref, f"{one.deadline}: {words_of(one.stands)} stands, {words_of(one.would_be)} by the calendar now")
