"""What officers do by hand, always alike, is offered to whoever looks after the rules: on the first working morning of a month,
each habit once. A person puts it into the rules, or leaves it."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from functools import partial

from townclerk.domain.case import Case
from townclerk.domain.council import Council
from townclerk.domain.decide import Send
from townclerk.domain.letters import Because, Letter, Report, Row, Section
from townclerk.domain.roster import ADMIN
from townclerk.domain.suggesting import LEAST, Habit, RoutedCase, habits, in_lines, proposal_of
from townclerk.services.office import Office
from townclerk.services.telling import readers
from townclerk.services.writing import write_letter
from townclerk.store import cases, facts, journal, outbox
from townclerk.store.database import Tx
from townclerk.store.journal import Entry

TITLE = "What the routing rules could learn"
_NOTE = (
    "To have a rule, copy its lines under rules: at the top of routing.yaml, blanks at their beginning and all; replay it "
    "(townclerk rules replay), and save. To leave it, do nothing: it is not told again. Nothing has been changed."
)


def routed_cases(tx: Tx, council: str, wanted: Callable[[Case], bool] | None = None) -> list[RoutedCase]:
    """What rules made of each case that is *wanted*, and people since; restricted ones are nobody's to learn from."""
    return [
        routed
        for case in cases.every(tx, council)
        if not case.restricted
        and (wanted is None or wanted(case))
        and (routed := routed_case(case, journal.entries(tx, case.ref))) is not None
    ]


def routed_case(case: Case, entries: tuple[Entry, ...]) -> RoutedCase | None:
    """What the rules made of *case*, by its journal, and what people have made of it; None: no rules opened it."""
    opened = next((entry.detail for entry in entries if entry.event == "opened" and entry.detail), None)
    first = case.first_mail
    if opened is None or not opened.get("rules_version") or first is None:
        return None
    corrected = {
        str(entry.detail["what"]): str(entry.detail["now"]) for entry in entries if entry.event == "corrected" and entry.detail
    }
    return RoutedCase(
        ref=case.ref,
        sender=case.complainant.key,
        subject=first.subject,
        text=first.text,
        rules=tuple(str(opened.get("rules") or "").split()),
        given={"category": str(opened["category"]), "service": str(opened["service"])},
        corrected=corrected,
    )


async def run_once(office: Office, now: datetime) -> int:
    """Tell of the habits that are new this month. Returns how many."""
    calendar, council = office.council.calendar, office.council.policy.id
    today = calendar.local(now).date()
    if not calendar.is_working(today) or now < calendar.at(today, office.council.policy.hours.reminders_at):
        return 0
    key, month = f"habits:{council}", f"{today:%Y-%m}"
    stored: str | None = await office.db.read(partial(facts.get, key=key))
    kept = json.loads(stored or "{}")
    told: list[str] = kept.get("told", [])
    if kept.get("month") == month:
        return 0
    known = "month" in kept  # the first month is for learning
    found = await office.db.read(partial(_new_habits, office=office, told=frozenset(told))) if known else ()
    rows = _letters(office, found, now) if found else []
    value = json.dumps({"month": month, "told": [*told, *map(_name, found)]})

    def write(tx: Tx) -> None:
        outbox.put_all(tx, rows)
        facts.put(tx, key, value)

    await office.db.run(write)
    return len(found)


def _new_habits(tx: Tx, office: Office, told: frozenset[str]) -> tuple[Habit, ...]:
    council = office.council.policy.id
    found = habits(routed_cases(tx, council), LEAST)
    return tuple(each for each in found if _name(each) not in told and proposal_of(each, office.council) is not None)


def _name(habit: Habit) -> str:
    return f"{habit.sender} {habit.what} {habit.now}"


def habits_in_words(found: tuple[Habit, ...], council: Council, today: date) -> Report:
    """Each with the cases in which it was seen, and the rule to copy."""
    rules = [(each, rule) for each in found if (rule := proposal_of(each, council)) is not None]
    sections = [
        Section(
            f"{each.sender}: always {each.what} {each.now}",
            (Row(f"Put right by hand in {len(each.refs)} cases", ", ".join(each.refs)),),
            listing="\n".join(in_lines(rule)),
        )
        for each, rule in rules
    ]
    return Report(TITLE, today, today, (*sections[:-1], *(replace(last, note=_NOTE) for last in sections[-1:])), counted=False)


def _letters(office: Office, found: tuple[Habit, ...], now: datetime) -> list[outbox.OutboxRow]:
    today = office.council.calendar.local(now).date()
    content = habits_in_words(found, office.council, today)
    key = f"{office.council.policy.id}:habits:{today.isoformat()}"
    return [
        write_letter(
            office, Send(f"{key}:{to.address}", key, Letter(to, content, Because("habits"), None, automatic=True)), now
        )
        for to in readers(office, (ADMIN,))
    ]
