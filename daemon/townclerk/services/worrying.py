"""What is wrong with the service itself is told to whoever looks after it: by mail, as long as mail works."""

import json
from datetime import datetime
from functools import partial

import structlog

from townclerk.domain.decide import Send
from townclerk.domain.letters import Because, Letter, Unwell
from townclerk.domain.roster import ADMIN
from townclerk.mail.errors import without_addresses
from townclerk.services.aside import setting_aside
from townclerk.services.health import Health, Worry
from townclerk.services.office import Office
from townclerk.services.telling import readers
from townclerk.services.writing import write_letter
from townclerk.store import facts, outbox
from townclerk.store.database import Tx

log = structlog.get_logger()


async def tell(office: Office, found: Health, worries: tuple[Worry, ...], now: datetime) -> bool:
    """Write an `alert` to the admin (without one, to the complaints lead) about each of *worries* that is new, and that nobody
    has had a letter about. True where one was written.

    While letters do not go out none is written: systemd, the health port and `townclerk health` say it. What is over is
    forgotten, and told again when it comes back.
    """
    key = f"{office.council.policy.id}:worries"
    kept = await office.db.read(partial(facts.get, key=key))
    known = set(json.loads(kept)) if kept else set()
    lasting = [worry for worry in worries if worry.wants_letter]
    new = [worry for worry in lasting if worry.about not in known]
    works = found.loops["delivery"].trouble is None
    told = {worry.about for worry in lasting if works or worry.about in known}
    if told == known:
        return False
    rows = []
    if new and works:
        async with setting_aside(log, "nobody told of a worry", key=key):
            rows = _letters(office, new, now)

    def write(tx: Tx) -> None:
        for row in rows:
            outbox.put(tx, row)
        facts.put(tx, key, json.dumps(sorted(told)))

    await office.db.run(write)
    return bool(rows)


def _letters(office: Office, new: list[Worry], now: datetime) -> list[outbox.OutboxRow]:
    key = f"{office.council.policy.id}:unwell:{now:%Y-%m-%dT%H%M%S}"
    content = Unwell(tuple(without_addresses(worry.said) for worry in new))
    return [
        write_letter(office, Send(f"{key}:{person.address}", key, Letter(person, content, Because("health"), None, True)), now)
        for person in readers(office, (ADMIN,))
    ]
