"""A mail that the mailbox sends to itself now and then: how long it takes to come back is how long a resident's would take.

It opens no case and is answered by nobody. It counts by its signature alone, and once.
"""

import json
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from secrets import token_hex

import structlog

from townclerk.domain.mail import Address, OutgoingMail
from townclerk.mail.composing import compose
from townclerk.mail.transport import Transport
from townclerk.services.office import Office
from townclerk.store import facts
from townclerk.store.database import Tx

MOST_OUT = 20  # of those that are not back; older ones are lost
SUBJECT = "townclerk canary"
TEXT = "townclerk has sent this mail to itself, to measure how long mail takes. Nobody need read it, and it may be deleted.\n"

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Canaries:
    """`out`: when each was sent that is not back, by its name; `seconds`: how long the last one took that came back, `back_at`;
    `lost`: how many never came back, though a later one did."""

    out: dict[str, datetime] = field(default_factory=dict)
    back_at: datetime | None = None
    seconds: float | None = None
    lost: int = 0

    @property
    def oldest_out(self) -> datetime | None:
        return min(self.out.values(), default=None)


async def send(office: Office, transport: Transport, now: datetime) -> None:
    """Send one. It is noted before it goes: where it cannot even go, it is one that does not come back. Raises SendTrouble."""
    name, mailbox = token_hex(8), office.ways.mailbox

    def note(tx: Tx) -> None:
        known = look_up(tx, office.council.policy.id)
        recent = dict(sorted(known.out.items(), key=lambda each: each[1])[-MOST_OUT + 1 :])
        out, lost = {**recent, name: now}, known.lost + len(known.out) - len(recent)
        _keep(tx, office, Canaries(out, known.back_at, known.seconds, lost))

    await office.db.run(note)
    own = Address(office.ways.from_name, mailbox)
    mail = OutgoingMail(
        sender=own,
        to=own,
        subject=SUBJECT,
        text=TEXT,
        html="",
        message_id=office.signer.canary_id(name),
        date=now,
        automatic="auto-generated",
    )
    await transport.send(mailbox, mailbox, compose(mail))


def came_back(tx: Tx, office: Office, name: str, now: datetime) -> None:
    """The canary *name* is in the mailbox. One that is not out (it came before, or in two folders) says nothing new."""
    known = look_up(tx, office.council.policy.id)
    sent = known.out.get(name)
    if sent is None:
        return
    still = {each: moment for each, moment in known.out.items() if moment > sent}
    seconds = max(0.0, (now - sent).total_seconds())
    _keep(tx, office, Canaries(still, now, seconds, known.lost + len(known.out) - len(still) - 1))
    log.info("canary back", seconds=round(seconds, 1))


def look_up(tx: Tx, council: str) -> Canaries:
    """How the canaries of *council* fare."""
    kept = facts.get(tx, f"{council}:canary")
    if kept is None:
        return Canaries()
    told = json.loads(kept)
    out = {name: datetime.fromisoformat(moment) for name, moment in told["out"].items()}
    back_at = datetime.fromisoformat(told["back_at"]) if told["back_at"] else None
    return Canaries(out, back_at, told["seconds"], told["lost"])


def _keep(tx: Tx, office: Office, now: Canaries) -> None:
    told = {
        "out": {name: moment.isoformat() for name, moment in now.out.items()},
        "back_at": now.back_at.isoformat() if now.back_at else None,
        "seconds": now.seconds,
        "lost": now.lost,
    }
    facts.put(tx, f"{office.council.policy.id}:canary", json.dumps(told))


async def give_up(office: Office) -> None:
    """Forget those that are out: none is sent any more."""
    council = office.council.policy.id
    known = await office.db.read(partial(look_up, council=council))
    if known.out:
        await office.db.run(lambda tx: _keep(tx, office, Canaries({}, known.back_at, known.seconds, known.lost)))
