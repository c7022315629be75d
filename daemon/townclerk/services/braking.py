"""The brake: automatic letters to residents are capped in an hour, and to one address in a day; automatic answers to one member
of staff, in an hour. A person is told."""

import re
from datetime import datetime, timedelta
from functools import partial

from townclerk.domain.decide.deliberation import mark
from townclerk.domain.words import LetterKind
from townclerk.services.office import Office
from townclerk.services.telling import letters_to_lead
from townclerk.store import facts, outbox
from townclerk.store.database import Tx
from townclerk.store.outbox import OutboxLine, OutboxRow

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
LOOK_AGAIN = timedelta(minutes=5)
MOMENT = timedelta(microseconds=1)  # what was sent in this very pass, at the same `now`, counts as well
# What an officer's mail is answered with. A mail client that answers each of them by itself would go on for ever.
ANSWERS = frozenset({LetterKind.CONFIRM, LetterKind.REFUSED, LetterKind.DONE, LetterKind.UNDELIVERED})
NEARLY = 0.8  # of the provider's limit in a day: while something can still be done
TAGS = 4  # times the letters to one address may go to its mailbox under all tags: some sites give each person a tag
ANSWERS_PER_HOUR = 30  # more than anybody reads
TOLD_ONE_BY_ONE = 3  # of the letters to one address that are held back in a day; of the next it is told how many there are


class Braked(Exception):  # a state of things, not an error
    """The letter waits until `until`."""

    def __init__(self, until: datetime, why: str) -> None:
        super().__init__(why)
        self.until = until
        self.why = why


async def brake_on(office: Office, row: OutboxLine, now: datetime) -> None:
    """Raise Braked where too many automatic letters have gone within the hour, to residents or to this member of staff; the
    complaints lead is told when that begins, and once a day while it lasts."""
    if row.staff:
        await _brake_answers(office, row, now)
    elif row.automatic:
        await _brake_letters(office, now)


async def day_full(office: Office, now: datetime) -> None:
    """Raise Braked where the provider takes no more letters of any kind within 24 hours: past its limit it would shut us out.
    The complaints lead is told while a fifth of it is left, once a day."""
    most = office.ways.letters_per_day
    if most is None:
        return
    council = office.council.policy.id
    sent = await office.db.read(partial(outbox.sent_between, council=council, start=now - DAY, end=now + MOMENT))
    if sent >= most * NEARLY:
        detail = f"{sent} letters have gone within 24 hours, and the mail provider takes {most}: past that all letters wait."
        await _tell(office, f"day:{now:%Y-%m-%d}", detail, now)
    if sent >= most:
        raise Braked(now + LOOK_AGAIN, "the limit of letters in 24 hours (smtp.rate_per_day)")


async def _brake_letters(office: Office, now: datetime) -> None:
    council = office.council.policy.id
    sent = await office.db.read(
        partial(outbox.sent_between, council=council, start=now - HOUR, end=now + MOMENT, automatic_to_residents=True)
    )
    if sent >= office.ways.letters_per_hour:
        detail = (
            f"{sent} automatic letters have gone to residents within an hour, so further ones wait (townclerk outbox list)."
        )
        since = await _on_since(office, now)
        await _tell(office, f"{since:%Y-%m-%dT%H%M}:{now:%Y-%m-%d}", detail, now)
        raise Braked(now + LOOK_AGAIN, "the brake is on: too many automatic letters within the hour")


async def _on_since(office: Office, now: datetime) -> datetime:
    """When the brake came on. Where it has held nothing for two hours it was off, and comes on now."""
    key = f"brake:{office.council.policy.id}"
    kept = await office.db.read(partial(facts.get, key=key))
    since, last = (datetime.fromisoformat(each) for each in kept.split()) if kept else (now, now)
    since = now if now - last > 2 * HOUR else since
    if not kept or now - last >= LOOK_AGAIN:
        await office.db.run(partial(facts.put, key=key, value=f"{since.isoformat()} {now.isoformat()}"))
    return since


async def _brake_answers(office: Office, row: OutboxLine, now: datetime) -> None:
    if row.kind not in ANSWERS:
        return
    sent_to = partial(outbox.sent_between, council=office.council.policy.id, recipient=row.recipient, kinds=ANSWERS)
    sent = await office.db.read(partial(sent_to, start=now - HOUR, end=now + MOMENT))
    if sent >= ANSWERS_PER_HOUR:
        officer = office.council.roster.find_by_address(row.recipient)
        who = officer.name if officer else "a member of staff"
        waits = "so further ones wait. Does a program answer each of them?"
        detail = f"{sent} automatic answers have gone to {who} within an hour, {waits}"
        await _tell(office, f"{mark(row.recipient.lower())}:{now:%Y-%m-%d}", detail, now)
        raise Braked(now + LOOK_AGAIN, "the brake is on: too many automatic answers to one member of staff within the hour")


async def too_many(office: Office, row: OutboxLine, now: datetime) -> str:
    """Why this automatic letter may not go: what it is one of has had all that there may be in a day. Empty: it may."""
    if row.staff or not row.automatic:
        return ""
    ways, council = office.ways, office.council.policy.id
    today = partial(outbox.sent_between, council=council, start=now - DAY, end=now + MOMENT, automatic_to_residents=True)
    to_them = partial(today, recipient=row.recipient)
    caps = [
        (to_them, ways.letters_per_address, "to this address"),
        (partial(to_them, kinds=(row.kind,)), ways.letters_of_a_kind, f"of this kind ({row.kind}) to this address"),
        (partial(to_them, any_tag=True), TAGS * ways.letters_per_address, "to this mailbox under its tags"),
    ]
    if row.case_ref is not None:
        caps.append((partial(today, case_ref=row.case_ref), ways.letters_per_case, "about this case"))
    for count, most, what in caps:
        if await office.db.read(count) >= most:
            return f"too many automatic letters {what} today"
    return ""


async def how_many(office: Office, row: OutboxLine, now: datetime) -> tuple[bool, tuple[OutboxRow, ...]]:
    """(whether *row*, which may not go, is one of so many that nobody is told of it alone, what the complaints lead is told of
    their number). They hear of the first that is counted, and of the tenth, the hundredth and so on. Receipts alone are
    counted, which come as mails come; any other letter is owed by a date, and somebody must see to it in its case."""
    if row.kind != LetterKind.RECEIPT:
        return False, ()
    council = office.council.policy.id
    before = partial(outbox.held_back_to, council=council, recipient=row.recipient, start=now - DAY)
    count = await office.db.read(before) + 1
    if count <= TOLD_ONE_BY_ONE:
        return False, ()
    if count != TOLD_ONE_BY_ONE + 1 and not re.fullmatch("10+", str(count)):
        return True, ()
    detail = (
        f"{count} automatic letters to {row.recipient} were not sent within 24 hours: there had been too many to that address. "
        f"From now on nobody is told of each, but you of how many there are, next at {_next_told(count)}."
    )
    about = f"brake:held:{mark(row.recipient.lower())}:{now:%Y-%m-%d}:{count}"
    return True, await letters_to_lead(office, about, "held_back", detail, "brake", now)


def _next_told(count: int) -> int:
    """The next number at which it is told how many there are."""
    return int("1" + "0" * len(str(count)))


async def _tell(office: Office, about: str, detail: str, now: datetime) -> None:
    rows = await letters_to_lead(office, f"brake:{about}", "brake", detail, "brake", now)

    def write(tx: Tx) -> None:
        for written in rows:
            outbox.put(tx, written)

    await office.db.run(write)
