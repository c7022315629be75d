"""What needs somebody's eye this morning: overdue, due within the week, and without anybody who deals with it."""

from collections.abc import Iterable
from datetime import datetime

from townclerk.domain.case import Case, Deadline
from townclerk.domain.council import Council
from townclerk.domain.deadlines import is_overdue
from townclerk.domain.letters import Row, Section
from townclerk.domain.words import Status

SOON = 5  # working days
_OWED = {
    "acknowledge": "to be acknowledged",
    "respond": "to be answered",
    "assess": "to be decided about",
    "action": "a promise to be kept",
    "restriction": "the restriction of contact to be looked at",
}


def morning(cases: Iterable[Case], council: Council, now: datetime) -> tuple[Section, ...]:
    """The sections of the digest; nothing, where there is nothing to say. Restricted cases are counted and not named."""
    today = council.calendar.local(now).date()
    soon = council.calendar.add_working_days(today, SOON)
    overdue: list[Row | None] = []
    due: list[tuple[Deadline, Row | None]] = []
    nobody: list[Row | None] = []
    for case in cases:
        if case.status is not Status.OPEN:
            continue
        first = min((d for d in case.deadlines if d.open and d.what != "request"), key=lambda d: d.promised, default=None)
        if is_overdue(case, now, council.calendar):
            overdue.append(_row(case, first))
        elif first is not None and today <= first.promised <= soon:
            due.append((first, _row(case, first)))
        if case.stage is not None and not _somebody(case, council):
            nobody.append(_row(case, first))
    by_date = [row for _, row in sorted(due, key=lambda pair: pair[0].promised)]
    named = (("Overdue", overdue), ("Due within the week", by_date), ("Nobody's", nobody))
    return tuple(Section(heading, _open_to_all(rows)) for heading, rows in named if rows)


def _open_to_all(rows: list[Row | None]) -> tuple[Row, ...]:
    named = tuple(row for row in rows if row is not None)
    return (*named, *restricted_cases(len(rows) - len(named)))


def restricted_cases(number: int) -> tuple[Row, ...]:
    """How many there are of which only few may know more than that."""
    return (Row(f"{number} restricted case{'' if number == 1 else 's'}", ""),) if number else ()


def _somebody(case: Case, council: Council) -> bool:
    stage = council.policy.stages.get(case.stage) if case.stage else None
    return case.officer is not None or stage is None or bool(council.playing(stage.respond.by, case.service))


def _row(case: Case, owed: Deadline | None) -> Row | None:
    """None: it is restricted."""
    if case.restricted:
        return None
    when = f"{_OWED.get(owed.what, 'due')} by {owed.promised:%A} {owed.promised.day} {owed.promised:%B %Y}" if owed else ""
    return Row(case.ref, ", ".join(part for part in (case.service.replace("_", " "), when) if part))
