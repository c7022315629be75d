"""What must be true in the end of what went in and what came out."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import combinations

from sqlalchemy import select

from faults.laboratory.ledger import Accepted, Kind, Ledger, Sent, copies
from servers.sink import Taken
from townclerk.domain.words import LetterKind
from townclerk.store import journal
from townclerk.store.database import Tx
from townclerk.store.schema import MailState, OutboxState, cases, mails, outbox, timers
from townclerk.store.schema import journal as journal_table

LATE = timedelta(seconds=90)  # a timer that ripened this moment may still be waiting for its turn
SETTLED = (MailState.DONE, MailState.QUARANTINED)


@dataclass(frozen=True, slots=True)
class Entry:
    """A mail as it stands in the books."""

    number: int
    message_id: str | None
    state: str
    case_ref: str | None
    reason: str | None  # why it is in quarantine
    received_at: datetime  # by the mailbox, in whole seconds


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter as it stands in the books."""

    key: str
    message_id: str
    recipient: str
    kind: str
    state: str
    case_ref: str | None


@dataclass(frozen=True, slots=True)
class Books:
    """What the daemon's database says, read in one moment."""

    mails: list[Entry]
    letters: list[Letter]
    complainants: list[tuple[str, str]]  # address, case
    overdue: list[tuple[str, str]]  # case, timer: should have been acted on
    aside: list[tuple[str, str]]
    order: dict[str, list[int]]  # case: the mails that its journal names, in the order in which they were dealt with
    broken: str | None

    @classmethod
    def read(cls, tx: Tx, now: datetime) -> "Books":
        order: dict[str, list[int]] = defaultdict(list)
        for entry in tx.execute(select(journal_table.c.case_ref).where(journal_table.c.case_ref.is_not(None)).distinct()):
            order[entry.case_ref] = [
                int(each.detail["mail"])
                for each in journal.entries(tx, entry.case_ref)
                if each.detail and str(each.detail.get("mail", "")).isdecimal()
            ]
        late = select(timers.c.case_ref, timers.c.key).where(timers.c.next_at < now - LATE, timers.c.aside_reason.is_(None))
        broken = journal.verify(tx)
        return cls(
            [
                Entry(row.id, row.message_id, row.state, row.case_ref, row.reason, row.received_at)
                for row in tx.execute(
                    select(mails.c.id, mails.c.message_id, mails.c.state, mails.c.case_ref, mails.c.reason, mails.c.received_at)
                )
            ],
            [
                Letter(row.key, row.message_id, row.recipient, row.kind, row.state, row.case_ref)
                for row in tx.execute(
                    select(
                        outbox.c.key, outbox.c.message_id, outbox.c.recipient, outbox.c.kind, outbox.c.state, outbox.c.case_ref
                    )
                )
            ],
            [(row.complainant, row.ref) for row in tx.execute(select(cases.c.complainant, cases.c.ref))],
            [(row.case_ref, row.key) for row in tx.execute(late)],
            [
                (row.case_ref, row.key)
                for row in tx.execute(select(timers.c.case_ref, timers.c.key).where(timers.c.aside_reason.is_not(None)))
            ],
            {ref: list(dict.fromkeys(seen)) for ref, seen in order.items()},
            str(broken) if broken else None,
        )


@dataclass
class Verdict:
    """`lost` and `doubled` name the mails. `repeats` are copies in the window that no sender can close."""

    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    other: list[str] = field(default_factory=list)
    repeats: int = 0
    cases: int = 0
    letters: int = 0
    quarantined: Counter[str] = field(default_factory=Counter)  # by the reason

    @property
    def kept(self) -> bool:
        return not (self.lost or self.doubled or self.other)


def judge(books: Books, ledger: Ledger, letters: list[Accepted], outside: list[Taken]) -> Verdict:
    """Hold the books against the ledger, *letters* that Postfix took, and what arrived *outside*."""
    verdict = Verdict(cases=len(books.complainants), letters=len(copies(letters)))
    verdict.quarantined.update(entry.reason or "" for entry in books.mails if entry.state == MailState.QUARANTINED)
    _every_mail_once(verdict, books, ledger)
    _every_complaint_one_case(verdict, books, ledger)
    _every_letter_went(verdict, books, letters)
    _every_promise(verdict, books, ledger, outside)
    _none_twice(verdict, ledger, letters)
    verdict.other += [f"timer not acted on: {ref} {key}" for ref, key in books.overdue]
    verdict.other += [f"timer set aside: {ref} {key}" for ref, key in books.aside]
    _in_order(verdict, books)
    if books.broken:
        verdict.other.append(f"the journal does not verify: {books.broken}")
    return verdict


def _in_order(verdict: Verdict, books: Books) -> None:
    """Of two mails of a case, the one that was dealt with first was taken first, or had arrived first.

    The two differ where a mailbox came back from a backup: its mails then stand in another order, and are taken in that one.
    """
    arrived = {entry.number: entry.received_at for entry in books.mails}
    for ref, seen in books.order.items():
        for before, after in combinations(seen, 2):
            if before > after and arrived[before] >= arrived[after]:
                said = f"{before} of {arrived[before]:%H:%M:%S} before {after} of {arrived[after]:%H:%M:%S}"
                verdict.other.append(f"order of {ref}: mails {seen}, {said}")


def _entries(books: Books) -> dict[str, list[Entry]]:
    found: dict[str, list[Entry]] = defaultdict(list)
    for entry in books.mails:
        if entry.message_id is not None and entry.state != MailState.REPEAT:
            found[entry.message_id].append(entry)
    return found


def _every_mail_once(verdict: Verdict, books: Books, ledger: Ledger) -> None:
    entries = _entries(books)
    for sent in ledger.sent:
        found = entries.get(sent.message_id, [])
        if not found and not sent.taken_out:
            verdict.lost.append(f"mail {_name(sent)}: not in the books")
        if len(found) > 1:
            verdict.doubled.append(f"mail {_name(sent)}: taken {len(found)} times")
        for entry in found:
            if entry.state not in SETTLED or (entry.state == MailState.DONE and entry.case_ref is None):
                verdict.lost.append(f"mail {_name(sent)}: mail {entry.number} is {entry.state}, case {entry.case_ref}")


def _every_complaint_one_case(verdict: Verdict, books: Books, ledger: Ledger) -> None:
    opened = Counter(address for address, _ in books.complainants)
    entries = _entries(books)
    refs = {sent.message_id: _case_of(sent, entries) for sent in ledger.sent if sent.kind is Kind.COMPLAINT}
    for sent in ledger.sent:
        ref = _case_of(sent, entries)
        if ref is None:
            continue
        if sent.kind is Kind.COMPLAINT and opened[sent.sender] != 1:
            verdict.doubled.append(f"mail {_name(sent)}: {opened[sent.sender]} cases")
        if sent.kind is not Kind.COMPLAINT and sent.about and ref != refs.get(sent.about):
            verdict.other.append(f"mail {_name(sent)}: in {ref}, belongs to {refs.get(sent.about)}")


def _case_of(sent: Sent, entries: dict[str, list[Entry]]) -> str | None:
    return next((entry.case_ref for entry in entries.get(sent.message_id, [])), None)


def _every_letter_went(verdict: Verdict, books: Books, letters: list[Accepted]) -> None:
    taken = {(letter.message_id, letter.recipient.lower()) for letter in letters}
    decided = {(letter.message_id, letter.recipient.lower()) for letter in books.letters}
    for letter in books.letters:
        went = (letter.message_id, letter.recipient.lower()) in taken
        if letter.state == OutboxState.DROPPED:
            continue
        if letter.state != OutboxState.SENT or not went:
            verdict.lost.append(f"letter {letter.kind} {letter.case_ref} {letter.message_id}: {letter.state}, went: {went}")
    verdict.other += [f"nobody decided the letter {message_id}" for message_id, _ in taken - decided]


def _every_promise(verdict: Verdict, books: Books, ledger: Ledger, outside: list[Taken]) -> None:
    """Of each mail somebody is told, of a complaint its sender by one receipt; and the officer's words reach the resident."""
    entries = _entries(books)
    done = [sent for sent in ledger.sent if _is_done(sent, entries)]
    for sent in done:
        told = Counter(letter.kind for letter in books.letters if f":mail{entries[sent.message_id][0].number}:" in letter.key)
        receipts = told[LetterKind.RECEIPT]
        if not told or (sent.kind is Kind.COMPLAINT and not receipts):
            verdict.lost.append(f"mail {_name(sent)}: told are {dict(told)}")
        if receipts > 1:
            verdict.doubled.append(f"mail {_name(sent)}: {receipts} receipts")
        if sent.kind is not Kind.ANSWER:
            continue
        said = {_message_id(taken) for taken in outside if f"{sent.mark}.".encode() in taken.raw}
        if len(said) != 1:
            (verdict.doubled if said else verdict.lost).append(f"{_name(sent)}: reached the resident in {len(said)} letters")


def _is_done(sent: Sent, entries: dict[str, list[Entry]]) -> bool:
    return any(entry.state == MailState.DONE for entry in entries.get(sent.message_id, []))


def _message_id(taken: Taken) -> bytes:
    head = taken.raw.partition(b"\r\n\r\n")[0].lower()
    return head.partition(b"message-id:")[2].strip().split(b"\r\n")[0].strip()


def _none_twice(verdict: Verdict, ledger: Ledger, letters: list[Accepted]) -> None:
    for (message_id, _), same in copies(letters).items():
        for one in same[:-1]:
            if ledger.in_doubt(one, letters):
                verdict.repeats += 1
            else:
                verdict.doubled.append(f"letter {message_id}: taken as {', '.join(each.queue_id for each in same)}")


def _name(sent: Sent) -> str:
    return f"{sent.kind} {sent.mark} {sent.message_id}"


def breaches(verdict: Verdict) -> Iterator[str]:
    """One line each."""
    yield from (f"lost: {each}" for each in verdict.lost)
    yield from (f"doubled: {each}" for each in verdict.doubled)
    yield from (f"broken: {each}" for each in verdict.other)
