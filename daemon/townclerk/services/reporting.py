"""Reports after each period, a board's papers before it meets, and word that the policy itself is due for review: each just
once, also after an outage. The digests go with them."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import partial

from townclerk.domain.days_written import words_of
from townclerk.domain.decide import Send
from townclerk.domain.decide.deliberation import mark, next_opening
from townclerk.domain.figures import Material, sections
from townclerk.domain.letters import Because, Letter, Report, Row, Section
from townclerk.domain.periods import ONE_DAY, Span, before, review_due, spans_from
from townclerk.domain.provisions import Figure
from townclerk.domain.provisions import Report as ReportPolicy
from townclerk.services import digests, learning
from townclerk.services.office import Office
from townclerk.services.telling import readers
from townclerk.services.writing import write_letter
from townclerk.store import cases, facts, outbox
from townclerk.store.database import Tx

MOST_AT_ONCE = 50  # spans of one report that a very long downtime has left unsent


@dataclass(frozen=True, slots=True)
class Counts:
    reports: int = 0
    digests: int = 0


async def run_once(office: Office, now: datetime) -> Counts:
    """Send the reports and the digest whose time has come. Nothing that ended before this mailbox was first looked after is
    reported on: there would be nothing to count."""
    office = replace(office, council=office.council.at(now))
    kept = {_key(office, report): report for report in office.council.policy.provisions.reports.values()}
    left = await office.db.read(partial(facts.those, keys=kept.keys())) if kept else {}
    reports = 0
    for key, report in kept.items():
        for span in await _due(office, report, left.get(key), now):
            await _report(office, report, span, now)
            reports += 1
    await learning.run_once(office, now)
    return Counts(reports + await _review_of_the_policy(office, now), await digests.run_once(office, now))


async def next_moment(office: Office, now: datetime) -> datetime | None:
    """When a report or a digest leaves next, or the policy is due for review, or None: the policy knows none."""
    moments = [
        _leaves(office, span)
        for report in office.council.policy.provisions.reports.values()
        for span in _from(office, report, now)
    ]
    if office.council.policy.provisions.digest is not None:
        moments.append(digests.next_morning(office, now))
    if (due := _edition_due(office)) is not None:
        moments.append(_told_at(office, due))
    return min((moment for moment in moments if moment > now), default=None)


# --- reports ---------------------------------------------------------------------------------------------------------


def _from(office: Office, report: ReportPolicy, now: datetime) -> Iterator[Span]:
    """The next two spans: the one that leaves today may have left already."""
    today = office.council.calendar.local(now).date()
    board = office.council.policy.provisions.board
    for number, span in enumerate(spans_from(report.every, today, office.council.calendar, board)):
        if number == 2:
            return
        yield span


def _leaves(office: Office, span: Span) -> datetime:
    return office.council.calendar.at(span.leaves, office.council.policy.hours.reminders_at)


def _key(office: Office, report: ReportPolicy) -> str:
    """Under what the day is kept on which *report* left last."""
    return f"report:{office.council.policy.id}:{report.id}"


async def _due(office: Office, report: ReportPolicy, since: str | None, now: datetime) -> tuple[Span, ...]:
    """The spans whose report should have left and has not: those after the last that did, *since*. Of those that had ended the
    first time that we looked, none: they are not ours."""
    board = office.council.policy.provisions.board
    if since is None:
        start = office.council.calendar.local(now).date()
        ours = (span for span in spans_from(report.every, start, office.council.calendar, board) if span.last >= start)
        first = next(ours, None)
        since = ((first.leaves if first is not None else start) - ONE_DAY).isoformat()
        await office.db.run(partial(facts.put, key=_key(office, report), value=since))
    day = date.fromisoformat(since) + ONE_DAY
    found: list[Span] = []
    for span in spans_from(report.every, day, office.council.calendar, board):
        if _leaves(office, span) > now or len(found) == MOST_AT_ONCE:
            break
        found.append(span)
    return tuple(found)


async def _report(office: Office, report: ReportPolicy, span: Span, now: datetime) -> None:
    content = await office.db.read(partial(_count, office=office, report=report, span=span, now=now))
    council = office.council.policy.id
    key = f"{council}:report:{report.id}:{span.last.isoformat()}"
    because = Because(f"report:{report.id}", next(iter(report.said.promises), None), report.said.clause or None)
    rows = [
        write_letter(
            office,
            Send(f"{key}:{mark(to.address.lower())}", key, Letter(to, content, because, None, automatic=True)),
            now,
            not_before=next_opening(office.council, now),
        )
        for to in readers(office, report.to)
    ]

    def write(tx: Tx) -> None:
        outbox.put_all(tx, rows)
        facts.put(tx, _key(office, report), span.leaves.isoformat())

    await office.db.run(write)


def _count(tx: Tx, office: Office, report: ReportPolicy, span: Span, now: datetime) -> Report:
    council = office.council
    material = Material(council, span, now).take(cases.every(tx, council.policy.id))
    earlier = None
    if Figure.TRENDS in report.contains:
        earlier = Material(council, before(span, report.every), now).take(cases.every(tx, council.policy.id))
    return Report(report.title, span.first, span.last, sections(report, material, earlier), span.meeting)


# --- the policy itself -----------------------------------------------------------------------------------------------


def _edition_due(office: Office) -> date | None:
    return review_due(office.council.policy.provisions.edition, office.council.calendar)


def _told_at(office: Office, due: date) -> datetime:
    day = office.council.calendar.working_on_or_before(due)
    return office.council.calendar.at(day, office.council.policy.hours.reminders_at)


async def _review_of_the_policy(office: Office, now: datetime) -> int:
    """1 where whoever reviews the policy has now been told that it is due, 0 else. Each due date is told just once."""
    edition, due = office.council.policy.provisions.edition, _edition_due(office)
    if edition.day is None or due is None or _told_at(office, due) > now:
        return 0
    key = f"edition:{office.council.policy.id}"
    if await office.db.read(partial(facts.get, key=key)) == due.isoformat():
        return 0
    section = Section("Due for review", (Row("Published", words_of(edition.day)), Row("Review due", words_of(due))), REVIEWED)
    content = Report(f"Review of the policy {edition.version}".rstrip(), edition.day, due, (section,))
    because = Because("edition", next(iter(edition.said.promises), None), edition.said.clause or None)
    letter_key = f"{key}:{due.isoformat()}"
    rows = [
        write_letter(
            office,
            Send(f"{letter_key}:{mark(to.address.lower())}", letter_key, Letter(to, content, because, None, automatic=True)),
            now,
            not_before=next_opening(office.council, now),
        )
        for to in readers(office, (edition.review_by,))
    ]

    def write(tx: Tx) -> None:
        outbox.put_all(tx, rows)
        facts.put(tx, key, due.isoformat())

    await office.db.run(write)
    return 1


REVIEWED = (
    "Once it has been reviewed, write the new version and date under edition in policy.yaml. The cases go on as they are."
)
