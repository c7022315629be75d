"""A letter decided becomes a mail ready for the outbox: rendered, addressed, signed."""

import hashlib
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime
from difflib import SequenceMatcher
from functools import partial

from townclerk.config.templates import Rendered
from townclerk.domain.decide import Send
from townclerk.domain.decide.deliberation import next_opening
from townclerk.domain.letters import Confirm, Decision, Difference, Done, Forwarded, Letter, Proof
from townclerk.domain.mail import Address, File, OutgoingMail
from townclerk.domain.reference import compacted
from townclerk.domain.signing import Side
from townclerk.mail.composing import compose
from townclerk.services.kept_mail import source_of
from townclerk.services.office import Office
from townclerk.services.scanning import cleared, refuse_infected
from townclerk.store import mails
from townclerk.store.outbox import OutboxRow


class FilesMissing(LookupError):
    """A letter names files that its mail does not hold."""


async def write_letters(
    office: Office, sends: Iterable[Send], now: datetime, bare: frozenset[int] = frozenset()
) -> tuple[OutboxRow, ...]:
    """The outbox rows of *sends*. Done before the transaction that queues them: a template that is broken shows now.

    *bare* are mails known to have no files: they need not be read again for them. Raises Infected where a file of an officer's
    must not go out."""
    rows: list[OutboxRow] = []
    files: dict[int, tuple[File, ...]] = {}
    for send in sends:
        forwarded = send.files_of is not None and send.only is None and send.files_of not in bare
        if forwarded and send.files_of is not None and send.files_of not in files:
            files[send.files_of] = await cleared(office, await _files(office, send.files_of), now)
        attached = files.get(send.files_of, ()) if send.files_of is not None else ()
        if send.only is not None and send.files_of is not None:
            attached = await _only(office, send.files_of, send.only)
            await refuse_infected(office, attached, now)
        rows.append(write_letter(office, send, now, attached, _not_before(office, send, now)))
    return tuple(rows)


def write_letter(
    office: Office, send: Send, now: datetime, files: tuple[File, ...] = (), not_before: datetime | None = None
) -> OutboxRow:
    letter, person = _with_what_would_leave(office, _with_what_is_enclosed(office, send.letter)), send.letter.to.address
    side, until = _side(letter), _until(office, letter, now)
    compact = compacted(letter.case.ref) if letter.case else f"{office.council.policy.prefix.lower()}000000x"
    message_id = office.signer.message_id(compact, side, person, send.key, until)
    reply_to = _reply_address(office, letter, compact, side, until)
    rendered = office.templates.render(letter, office.council.policy, reply_to)
    mailbox = office.council.policy.contact.mailbox
    mail = OutgoingMail(
        sender=Address(office.ways.from_name, mailbox),
        to=Address(letter.to.name, person),
        subject=rendered.subject,
        text=rendered.text,
        html=rendered.html,
        message_id=message_id,
        date=now,
        reply_to=Address(office.ways.from_name, reply_to),
        in_reply_to=_answered(letter, side),
        references=_references(office, letter, compact, side),
        automatic=_automatic(letter),
        files=files,
    )
    return OutboxRow(
        key=send.key,
        letter_key=send.letter_key,
        council=office.council.policy.id,
        case_ref=letter.case.ref if letter.case else None,
        kind=letter.kind.value,
        staff=letter.to.staff,
        automatic=letter.automatic or send.capped,
        envelope_from=mailbox,
        recipient=person,
        message_id=message_id,
        subject=rendered.subject,
        raw=compose(mail),
        created_at=now,
        not_before=not_before or now,
        because_event=letter.because.event,
        because_promise=letter.because.promise,
        because_clause=letter.because.clause,
    )


def _not_before(office: Office, send: Send, now: datetime) -> datetime | None:
    """A letter that somebody must print waits for working hours, as it would if it were decided later; None: it goes now."""
    content = send.letter.content
    prints = isinstance(content, Decision) and content.enclosed is not None
    return next_opening(office.council, now) if prints else None


def _with_what_is_enclosed(office: Office, letter: Letter) -> Letter:
    """*letter* with the words of the letter that it encloses: an officer prints it, or reads it out."""
    if not isinstance(letter.content, Decision) or letter.content.enclosed is None:
        return letter
    enclosed = letter.content.enclosed
    words = office.templates.render(enclosed, office.council.policy, office.council.policy.contact.mailbox)
    how = f"How to reach them: {letter.content.detail}" if letter.content.detail else ""
    said = (how, f"To: {enclosed.to.name or enclosed.to.address}", words.subject, words.text)
    return replace(letter, content=replace(letter.content, detail="\n\n".join(part for part in said if part), enclosed=None))


def _side(letter: Letter) -> Side:
    """What the letter is for. One that offers nothing but a note only informs, and no more can be done in answer to it."""
    if not letter.to.staff:
        return Side.RESIDENT
    content = letter.content
    informs = isinstance(content, Forwarded) and all(choice.body.startswith("#note") for choice in content.choices)
    return Side.INFORMED if informs else Side.OFFICER


def _until(office: Office, letter: Letter, now: datetime) -> date | None:
    """The last day on which an officer's answer acts; None: a resident's always does."""
    return last_day_to_answer(office, now) if letter.to.staff else None


def last_day_to_answer(office: Office, now: datetime) -> date:
    """How long the address acts that an officer is given now."""
    calendar = office.council.calendar
    return calendar.count(calendar.local(now).date(), office.council.policy.provisions.desk.address_lasts).due


def _with_what_would_leave(office: Office, letter: Letter) -> Letter:
    """*letter* with the words of the letters that it sends, or that a press would send, as they would be written now."""
    if isinstance(letter.content, Done):
        return replace(letter, content=replace(letter.content, sent=tuple(_shown(office, one) for one in letter.content.sent)))
    if not isinstance(letter.content, Confirm):
        return letter
    proofs = tuple(_shown(office, proof) for proof in letter.content.proofs)
    return replace(letter, content=replace(letter.content, proofs=proofs))


def _shown(office: Office, proof: Proof) -> Proof:
    if proof.letter is None:
        return proof
    words = _words(office, proof.letter)
    variants = tuple(
        replace(each, letter=None, differences=differences(words.text, _words(office, each.letter).text))
        if each.letter
        else each
        for each in proof.variants
    )
    subjects = tuple(_words(office, each).subject for each in proof.also)
    return replace(
        proof, letter=None, variants=variants, also=(), subject=words.subject, text=words.text.strip("\n"), subjects=subjects
    )


def _words(office: Office, letter: Letter) -> Rendered:
    """*letter* as it would be sent. Its words name no reply address, so whose that is does not matter here."""
    return office.templates.render(letter, office.council.policy, office.council.policy.contact.mailbox)


def differences(one: str, other: str) -> tuple[Difference, ...]:
    """Where *other* says something else than *one*, paragraph by paragraph."""
    here, there = one.strip("\n").split("\n\n"), other.strip("\n").split("\n\n")
    changed = SequenceMatcher(None, here, there, autojunk=False).get_opcodes()
    return tuple(Difference("\n\n".join(here[a:b]), "\n\n".join(there[c:d])) for tag, a, b, c, d in changed if tag != "equal")


def _reply_address(office: Office, letter: Letter, compact: str, side: Side, until: date | None) -> str:
    if letter.case is None or not office.ways.signed_addresses:
        return office.council.policy.contact.mailbox
    return office.signer.reply_address(compact, side, letter.to.address, until)


def _answered(letter: Letter, side: Side) -> str | None:
    return letter.answers[-1] if letter.answers and side is Side.RESIDENT else None


def _references(office: Office, letter: Letter, compact: str, side: Side) -> tuple[str, ...]:
    """Residents see one conversation with their own mails; staff one for each case."""
    if side is Side.RESIDENT:
        return letter.answers
    return (f"<{compact}.case@{office.council.policy.contact.mailbox.rpartition('@')[2]}>",) if letter.case else ()


def _automatic(letter: Letter) -> str | None:
    """The value of Auto-Submitted (RFC 3834): an answer to a mail, a letter by the clock, or none where a person wrote it."""
    if not letter.automatic and not letter.to.staff:
        return None
    return "auto-generated" if letter.because.event.startswith("timer") else "auto-replied"


async def _only(office: Office, number: int, wanted: tuple[str, ...]) -> tuple[File, ...]:
    """The files of the mail *number* whose SHA-256 is in *wanted*: each was looked at when the letter was decided, and named in
    it. Raises FilesMissing."""
    found = await _files(office, number, whole=True)
    kept = tuple(file for file in found if hashlib.sha256(file.content).hexdigest() in wanted)
    if {hashlib.sha256(file.content).hexdigest() for file in kept} != set(wanted):
        raise FilesMissing(f"mail {number} does not hold the files that a letter names")
    return kept


async def _files(office: Office, number: int, *, whole: bool = False) -> tuple[File, ...]:
    """What was attached to the mail *number*, up to the limit of this installation, or the *whole* of it."""
    stored = await office.db.read(partial(mails.get, id=number))
    if stored is None:
        return ()
    limit = max(office.ways.forward_limit, stored.size) if whole else office.ways.forward_limit
    async with source_of(office.db, stored, office.ways.spool) as source:
        return await office.reader.files(source, limit)
