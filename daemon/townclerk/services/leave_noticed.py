"""What an officer's mailbox says by itself: that they are away is told to whoever can stand in; all else is filed."""

from collections.abc import Callable
from datetime import datetime
from functools import partial

from townclerk.domain.authentication import proven
from townclerk.domain.commands import read_commands
from townclerk.domain.decide.deliberation import mark
from townclerk.domain.events import MailFacts, OfficerAway, RobotWrote
from townclerk.domain.letters import Refused
from townclerk.domain.linking import Link
from townclerk.domain.mail import IncomingMail, MailKind
from townclerk.domain.roster import Officer
from townclerk.domain.screening import NOT_AWAY, Screening
from townclerk.services.applying import happen
from townclerk.services.desk import answer_outside
from townclerk.services.kept_mail import written_in
from townclerk.services.office import Office
from townclerk.services.telling import letters_to_lead
from townclerk.store import facts as remembered
from townclerk.store import outbox
from townclerk.store.database import Tx
from townclerk.store.outbox import OutboxRow
from townclerk.store.schema import MailState

Settle = Callable[[Tx, MailState, str | None, str | None], None]


async def officers_robot(
    office: Office,
    officer: Officer,
    mail: IncomingMail,
    facts: MailFacts,
    link: Link,
    screening: Screening,
    settle: Settle,
    now: datetime,
) -> None:
    """It never acts and reaches no resident. That they are away is told once a day, where staff.yaml does not say so."""
    ref = link.joined.ref if link.joined else next(iter(link.possible), None)
    if ref is None:
        await office.db.run(lambda tx: settle(tx, MailState.IGNORED, f"an officer's robot: {screening.because}", None))
        return
    verdict = proven(mail, office.ways.trusted_server, office.ways.authentication).state
    forged, by_itself = verdict == "fail", "auto-submitted" in mail.headers
    worded = read_commands((await written_in(office, facts.number)).text).commands
    if worded and not by_itself and not forged:
        content = Refused(
            " ".join(command.line for command in worded),
            f"your mail is marked as one that no person wrote ({screening.because}), and such a mail is never followed",
            ("the same words in a mail of your own, in answer to a letter about the case",),
            facts.own_text,
        )
        await answer_outside(office, officer, facts, content, settle, now, ref)
        return
    council = office.council.at(now)
    key, today = f"away:{council.policy.id}:{officer.key}", council.calendar.local(now).date().isoformat()
    told = await office.db.read(partial(remembered.get, key=key)) == today
    away = screening.kind is MailKind.AUTO_REPLY and screening.because not in NOT_AWAY
    if told or not away or worded or forged or not council.roster.is_here(officer):
        filed = RobotWrote(facts, screening.kind.value)
        await happen(office, ref, filed, now, lambda tx: settle(tx, MailState.DONE, None, ref))
        return

    def also(tx: Tx) -> None:
        remembered.put(tx, key, today)
        settle(tx, MailState.DONE, None, ref)

    await happen(office, ref, OfficerAway(officer.key, facts), now, also)


async def staff_letter_returned(office: Office, letter: OutboxRow, settle: Settle, now: datetime) -> None:
    """A report, a digest or an answer that is about no case did not arrive: the complaints lead is told."""
    officer = office.council.roster.find_by_address(letter.recipient)
    who = officer.name if officer is not None else letter.recipient
    detail = f"A letter to {who} ({letter.kind.replace('_', ' ')}) came back undelivered. Is the address in staff.yaml right?"
    key = f"returned:{mark(letter.key)}"
    rows = await letters_to_lead(office, key, "returned", detail, "undelivered", now)

    def write(tx: Tx) -> None:
        for row in rows:
            outbox.put(tx, row)
        settle(tx, MailState.DONE, "a letter to staff that came back", None)

    await office.db.run(write)
