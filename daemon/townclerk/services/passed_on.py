"""A mail that an officer passed on, while they have not said whether it opens a case: asked about again, and then told to the
complaints lead. It belongs to no case, so no case's timers know of it."""

import json
from dataclasses import asdict, dataclass
from datetime import date, datetime
from functools import partial

import structlog

from townclerk.domain.days_written import words_of
from townclerk.domain.decide import Send
from townclerk.domain.decide.deliberation import next_opening, to_officer
from townclerk.domain.letters import Because, Confirm, Letter
from townclerk.domain.roster import Officer
from townclerk.services import taking_down
from townclerk.services.aside import setting_aside
from townclerk.services.office import Office
from townclerk.services.telling import letters_to_lead
from townclerk.services.writing import write_letter
from townclerk.store import facts, mails, outbox
from townclerk.store.database import Tx

ASKED_AGAIN = (1, 4)  # working days after the question; the last time the complaints lead hears of it, too

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Question:
    """Mail *number* was passed on by the officer of that key, who was asked on the day *asked*, and *again* so many times."""

    number: int
    officer: str
    asked: date
    again: int = 0


def ask(tx: Tx, council: str, number: int, officer: str, day: date) -> None:
    """Remember that *officer* was asked about mail *number*."""
    _keep(tx, council, Question(number, officer, day))


def settle(tx: Tx, council: str, number: int) -> None:
    """They have said what becomes of mail *number*."""
    facts.forget(tx, _key(council, number))


async def run_once(office: Office, now: datetime) -> int:
    """Ask again where it is time, in working hours. Returns how many were asked about."""
    if next_opening(office.council, now) is not None:
        return 0
    asked = 0
    for question in await office.db.read(partial(_open, council=office.council.policy.id)):
        if (moment := _next(office, question)) is not None and moment <= now:
            async with setting_aside(log, "mail that was passed on not asked about", mail=question.number):
                await _ask_again(office, question, now)
                asked += 1
    return asked


async def next_moment(office: Office) -> datetime | None:
    """When somebody is to be asked again; None: nobody is."""
    found = await office.db.read(partial(_open, council=office.council.policy.id))
    return min((moment for question in found if (moment := _next(office, question)) is not None), default=None)


async def _ask_again(office: Office, question: Question, now: datetime) -> None:
    council, number = office.council.at(now), question.number
    officer = council.roster.find(question.officer)
    content = await taking_down.asked_again(office, officer, number, question.asked) if officer is not None else None
    stored = await office.db.read(partial(mails.get, id=number))
    if stored is None or stored.case_ref is not None:
        await office.db.run(partial(settle, council=council.policy.id, number=number))
        return
    here = officer is not None and content is not None and council.roster.reader(officer) == officer
    last = question.again + 1 == len(ASKED_AGAIN)
    rows = [_letter(office, officer, content, question, now)] if here and officer and content else []
    if last or not here:
        name = officer.name if officer is not None else question.officer
        about, since = stored.subject or "no subject", words_of(question.asked)
        detail = (
            f"{name} passed on a mail to the mailbox, “{about}”, and has not said since {since} whether it opens a case. "
            f"It is kept as number {number}. Please ask them; or open the case with #log."
        )
        rows += await letters_to_lead(office, f"passed_on:mail{number}", "unclear_mail", detail, "mail:passed_on", now)
    done = Question(number, question.officer, question.asked, question.again + 1)

    def write(tx: Tx) -> None:
        outbox.put_all(tx, rows)
        _keep(tx, council.policy.id, done)

    await office.db.run(write)


def _letter(office: Office, officer: Officer, content: Confirm, question: Question, now: datetime) -> outbox.OutboxRow:
    key = f"{office.council.policy.id}:mail{question.number}:confirm:{question.again + 1}"
    letter = Letter(to_officer(officer), content, Because("mail:passed_on"), None, automatic=True)
    return write_letter(office, Send(f"{key}:{officer.key}", key, letter), now)


def _next(office: Office, question: Question) -> datetime | None:
    """The morning on which it is asked about again; None: it has been asked often enough, and somebody above knows."""
    if question.again >= len(ASKED_AGAIN):
        return None
    calendar = office.council.calendar
    day = calendar.add_working_days(question.asked, ASKED_AGAIN[question.again])
    return calendar.at(day, office.council.policy.hours.reminders_at)


def _open(tx: Tx, council: str) -> tuple[Question, ...]:
    return tuple(_read(value) for value in facts.beginning(tx, _key(council, "")))


def _read(value: str) -> Question:
    found = json.loads(value)
    return Question(found["number"], found["officer"], date.fromisoformat(found["asked"]), found["again"])


def _keep(tx: Tx, council: str, question: Question) -> None:
    facts.put(tx, _key(council, question.number), json.dumps(asdict(question), default=str))


def _key(council: str, number: int | str) -> str:
    return f"passed_on:{council}:{number}"
