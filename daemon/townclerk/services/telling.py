"""Whom a letter of no case goes to. The complaints lead is told of a mail, a timer or a flood that a person must look at."""

from collections.abc import Iterator
from datetime import datetime

import structlog

from townclerk.domain.decide import Send
from townclerk.domain.decide.deliberation import LEAD, next_opening, to_officer
from townclerk.domain.letters import Because, Decision, InPlaceOf, Letter, Original, Recipient
from townclerk.services.aside import setting_aside
from townclerk.services.office import Office
from townclerk.services.writing import write_letter
from townclerk.store.outbox import OutboxRow

log = structlog.get_logger()


async def letters_to_lead(
    office: Office, key: str, question: str, detail: str, because: str, now: datetime, original: Original | None = None
) -> tuple[OutboxRow, ...]:
    """The `decision` that puts *question* before the complaints lead, in working hours. One letter of a *key* is ever sent.
    Empty where nobody has that role, or where the letter itself breaks us: the matter then stands in health alone."""
    rows: list[OutboxRow] = []
    content = Decision(question, detail, original, ())
    async with setting_aside(log, "nobody told", key=key):
        rows.extend(_letters(office, f"{office.council.policy.id}:{key}", content, because, now))
    return tuple(rows)


def _letters(office: Office, key: str, content: Decision, because: str, now: datetime) -> Iterator[OutboxRow]:
    council = office.council.at(now)
    for officer in council.playing(LEAD)[:1]:
        reader = council.roster.reader(officer)
        until = officer.away_until(council.roster.day)
        instead = None if reader.key == officer.key else InPlaceOf(officer.name, until)
        letter = Letter(to_officer(reader), content, Because(because), None, automatic=True, in_place_of=instead)
        yield write_letter(office, Send(f"{key}:{officer.key}", key, letter), now, not_before=next_opening(council, now))


def readers(office: Office, roles: tuple[str, ...]) -> tuple[Recipient, ...]:
    """Everybody in one of *roles*; the address that the policy prints for it. Where there is neither, the complaints lead."""
    found = _playing(office, roles) or _playing(office, (LEAD,))
    return tuple(found.values())


def _playing(office: Office, roles: tuple[str, ...]) -> dict[str, Recipient]:
    """By address."""
    found: dict[str, Recipient] = {}
    for role in roles:
        for officer in office.council.playing(role):
            reader = office.council.roster.reader(officer)
            found.setdefault(reader.email.lower(), to_officer(reader))
        address = office.council.policy.role_addresses.get(office.council.policy.own_role(role))
        if address and not office.council.playing(role):
            found.setdefault(address.lower(), Recipient(role.replace("_", " "), address, None, staff=True))
    return found
