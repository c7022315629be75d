"""The brake: automatic letters to residents are capped in an hour, and to one address in a day. A person is told."""

from datetime import datetime, timedelta
from functools import partial

from townclerk.domain.decide import Send
from townclerk.domain.decide.deliberation import LEAD, to_officer
from townclerk.domain.letters import Because, Decision, Letter
from townclerk.services.office import Office
from townclerk.services.writing import write_letter
from townclerk.store import outbox
from townclerk.store.database import Tx
from townclerk.store.outbox import OutboxRow

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
LOOK_AGAIN = timedelta(minutes=5)
MOMENT = timedelta(microseconds=1)  # what was sent in this very pass, at the same `now`, counts as well


class Braked(Exception):  # a state of things, not an error
    """The letter waits until `until`."""

    def __init__(self, until: datetime, why: str) -> None:
        super().__init__(why)
        self.until = until
        self.why = why


async def brake_on(office: Office, row: OutboxRow, now: datetime) -> None:
    """Raise Braked where too many automatic letters have gone within the hour; the complaints lead is told once an hour."""
    if row.staff or not row.automatic:
        return
    council = office.council.policy.id
    sent = await office.db.read(
        partial(outbox.sent_between, council=council, start=now - HOUR, end=now + MOMENT, automatic_to_residents=True)
    )
    if sent >= office.ways.letters_per_hour:
        await _tell(office, sent, now)
        raise Braked(now + LOOK_AGAIN, "the brake is on: too many automatic letters within the hour")


async def too_many_to(office: Office, row: OutboxRow, now: datetime) -> bool:
    """True where this address has had all the automatic letters that one address gets in a day."""
    if row.staff or not row.automatic:
        return False
    council = office.council.policy.id
    sent = await office.db.read(
        partial(
            outbox.sent_between,
            council=council,
            start=now - DAY,
            end=now + MOMENT,
            recipient=row.recipient,
            automatic_to_residents=True,
        )
    )
    return sent >= office.ways.letters_per_address


async def _tell(office: Office, sent: int, now: datetime) -> None:
    hour = f"{now:%Y-%m-%dT%H}"
    detail = f"{sent} automatic letters have gone to residents within an hour; further ones wait (townclerk outbox list)"
    rows = []
    for officer in office.council.playing(LEAD)[:1]:
        letter = Letter(to_officer(officer), Decision("brake", detail, None, ()), Because("brake"), None, automatic=True)
        key = f"{office.council.policy.id}:brake:{hour}"
        rows.append(write_letter(office, Send(f"{key}:{officer.key}", key, letter), now))

    def write(tx: Tx) -> None:
        for written in rows:
            outbox.put(tx, written)

    await office.db.run(write)
