"""The one writer: a decision becomes rows, all of them in one transaction, or none."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Any

from townclerk.domain.case import Case
from townclerk.domain.deadlines import timers
from townclerk.domain.decide import Decision, decide
from townclerk.domain.events import CaseJoined, Event, OfficerWrote, PersonRestricted
from townclerk.services.office import Office
from townclerk.services.writing import write_letters
from townclerk.store import cases, journal, mails, outbox
from townclerk.store import timers as stored_timers
from townclerk.store.database import Tx
from townclerk.store.errors import Stale
from townclerk.store.outbox import OutboxRow

TRIES = 5  # another service may have changed the case while we decided


class CaseMissing(LookupError):
    """An event names a case that is not there."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """A decision with its letters written, ready to be committed. `before` is None for a case that opens."""

    before: Case | None
    decision: Decision
    rows: tuple[OutboxRow, ...]


async def happen(
    office: Office, ref: str | None, event: Event, now: datetime, also: Callable[[Tx], None] | None = None
) -> Decision:
    """Decide *event* on the case *ref* (None: it opens one), and write what follows, and *also*, in one transaction.

    Where the case changed meanwhile, it is loaded and decided again. Raises CaseMissing, and Stale after several tries.
    """
    for _ in range(TRIES - 1):
        try:
            return await _once(office, ref, event, now, also)
        except Stale:
            continue
    return await _once(office, ref, event, now, also)


async def _once(office: Office, ref: str | None, event: Event, now: datetime, also: Callable[[Tx], None] | None) -> Decision:
    prepared = [await _prepare(office, ref, event, now)]
    decision = prepared[0].decision
    for join in decision.joins:
        joined = CaseJoined(join.officer, decision.case.ref, join.party, join.mails, join.told)
        prepared.append(await _prepare(office, join.ref, joined, now))
    prepared += [await _prepare(office, None, opening, now) for opening in decision.openings]
    prepared += await _others_told(office, decision, event, now)
    prepared += await _followed(office, prepared, now)
    await office.db.run(partial(_write, office=office, prepared=prepared, now=now, also=also))
    return decision


async def _others_told(office: Office, decision: Decision, event: Event, now: datetime) -> list[Prepared]:
    """The person's other cases, each with what was decided about their contact."""
    told: list[Prepared] = []
    if not isinstance(event, OfficerWrote):
        return told
    for other in decision.others:
        look = partial(cases.of_party, council=office.council.policy.id, address=other.who)
        for ref in await office.db.read(look):
            if ref != decision.case.ref:
                heard = PersonRestricted(other.who, event.officer, event.mail.number, other.restriction)
                told.append(await _prepare(office, ref, heard, now))
    return told


async def _followed(office: Office, prepared: list[Prepared], now: datetime) -> list[Prepared]:
    """What happens to other cases in consequence, and what that brings about in its turn."""
    found: list[Prepared] = []
    waiting = [follow for one in prepared for follow in one.decision.follows]
    while waiting:
        follow = waiting.pop(0)
        earlier = next((one for one in reversed([*prepared, *found]) if one.decision.case.ref == follow.ref), None)
        found.append(await _prepare(office, follow.ref, follow.event, now, earlier))
        waiting.extend(found[-1].decision.follows)
    return found


def _as_saved(prepared: Prepared) -> Case:
    """The case as it will be once *prepared* has been written."""
    case = prepared.decision.case
    return case if prepared.before is None else replace(case, version=case.version + 1)


async def _prepare(office: Office, ref: str | None, event: Event, now: datetime, earlier: Prepared | None = None) -> Prepared:
    """*earlier*: what is written to the same case in the same transaction before."""
    stored = await _load(office, ref) if ref is not None and earlier is None else None
    before = _as_saved(earlier) if earlier is not None else stored
    decision = decide(before, event, office.council, now)
    bare = frozenset(mail.mail for mail in decision.case.mails if not mail.attachments)
    return Prepared(before, decision, await write_letters(office, decision.sends, now, bare))


async def _load(office: Office, ref: str) -> Case:
    case = await office.db.read(partial(cases.load, ref=ref))
    if case is None:
        raise CaseMissing(ref)
    return case


def _write(tx: Tx, office: Office, prepared: list[Prepared], now: datetime, also: Callable[[Tx], None] | None) -> None:
    for one in prepared:
        _write_case(tx, office, one)
        _write_letters(tx, one)
        _write_journal(tx, office.council.policy.id, one, now)
    if also is not None:
        also(tx)


def _write_case(tx: Tx, office: Office, one: Prepared) -> None:
    case = one.decision.case
    if one.before is None:
        cases.insert(tx, case)
    else:
        cases.save(tx, case)
    stored_timers.replace(
        tx, office.council.policy.id, case.ref, {timer.key: timer.at for timer in timers(case, office.council)}
    )
    known = set() if one.before is None else {mail.mail for mail in one.before.mails}
    for mail in case.mails:
        if mail.message_id and mail.mail not in known:
            mails.remember_id(tx, mail.message_id, case.ref, mail_id=mail.mail)


def _write_letters(tx: Tx, one: Prepared) -> None:
    for row in one.rows:
        if outbox.put(tx, row):
            mails.remember_id(tx, row.message_id, one.decision.case.ref, letter_key=row.key)


def _write_journal(tx: Tx, council: str, one: Prepared, now: datetime) -> None:
    ref = one.decision.case.ref
    known = {mail.mail for mail in one.before.mails} if one.before is not None else set()
    digests = mails.digests(tx, [mail.mail for mail in one.decision.case.mails if mail.mail not in known])
    decided: list[tuple[str, str, dict[str, Any]]] = []
    for entry in one.decision.journal:
        detail = dict(entry.detail)
        number = detail.get("mail", "")
        came = digests.pop(int(number), None) if number.isdecimal() else None
        decided.append((entry.actor, entry.event, {**detail, "sha256": came} if came is not None else detail))
    decided += [("townclerk", "mail_kept", {"mail": number, "sha256": came}) for number, came in digests.items()]
    letters = [("townclerk", "letter_decided", _because(row)) for row in one.rows]
    journal.append_all(tx, council, ref, now, [*decided, *letters])


def _because(row: OutboxRow) -> dict[str, str]:
    return {
        "letter": row.kind,
        "key": row.letter_key,
        "because": row.because_event or "",
        "clause": row.because_clause or "",
    }
