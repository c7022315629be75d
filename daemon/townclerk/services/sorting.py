"""A mail that has been read goes where it belongs: to its case, to the desk, to a new case, or to the file."""

from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

from townclerk.domain.addressing import NotAnAddress, wire_address
from townclerk.domain.case import Case
from townclerk.domain.events import MailFacts, RobotWrote
from townclerk.domain.forms import FormRead, as_they_wrote, read_form
from townclerk.domain.linking import Clue, Link, find_clues, judge
from townclerk.domain.mail import Address, IncomingMail, MailKind
from townclerk.domain.mail_context import is_to_be_opened, routed_by_its_look, without_a_calendars_answer
from townclerk.domain.routing import form_of, route
from townclerk.domain.screening import (
    AN_INVITATIONS_ANSWER,
    BY_ADDRESS,
    Screening,
    answers_an_invitation,
    may_be_a_persons,
    stands_on_peoples_mails,
    without_the_subject,
)
from townclerk.domain.signature import Signature
from townclerk.domain.words import Status
from townclerk.domain.writer import writer_of
from townclerk.services.applying import happen
from townclerk.services.bounced import bounce
from townclerk.services.canary import came_back
from townclerk.services.desk import officer_mail
from townclerk.services.leave_noticed import officers_robot
from townclerk.services.office import Office
from townclerk.services.outside import mailbox_wrote
from townclerk.services.quarantining import quarantine
from townclerk.services.residents import LIVE, ResidentMail, resident_mail
from townclerk.services.settling import Settle
from townclerk.store import cases, journal, mails
from townclerk.store.database import Tx
from townclerk.store.mails import StoredMail
from townclerk.store.schema import MailState

_MAY_BE_A_PERSONS = frozenset({MailKind.PERSON, MailKind.AUTO_REPLY, MailKind.LIST})
_REPEATED_WITHIN = timedelta(days=3)  # a mail that is delivered twice, or put back by somebody
SIGNATURE_SEEN = "signature_seen"
"""The journal's word for what came of the signature of a mail; the mail's number stands under `mail`."""


async def sort(office: Office, stored: StoredMail, mail: IncomingMail, screening: Screening, now: datetime) -> None:
    """Do with *mail* what must be done, and settle it, in one transaction with what follows."""
    if stored.because == mails.TAKEN_UP and screening.kind in _MAY_BE_A_PERSONS:
        screening = replace(screening, kind=MailKind.PERSON, because=mails.TAKEN_UP)
    elif mail.sender is not None and office.council.roster.find_by_address(mail.sender.address) is None:
        screening = without_a_calendars_answer(mail, without_the_subject(mail, screening), office.council)
    settle = partial(_settle, council=office.council.policy.id, stored=stored, mail=mail, screening=screening, now=now)
    same = await office.db.read(
        partial(
            mails.find_same,
            mailbox=office.ways.mailbox,
            content_hash=mail.content_hash,
            message_id=mail.message_id,
            since=_repeats_since(stored, mail),
        )
    )
    if same is not None and same != stored.id:
        await office.db.run(lambda tx: settle(tx, MailState.REPEAT, f"the same as mail {same}", None))
    elif mail.message_id is not None and (canary := office.signer.canary_in(mail.message_id)) is not None:
        await _canary(office, canary, settle, now)
    elif screening.kind is MailKind.BOUNCE:
        await bounce(office, stored, mail, settle, now)
    elif mail.sender is None:
        await quarantine(office, stored, "it names no sender", mail, now, screening.kind.value)
    elif screening.kind is MailKind.OWN and not _form_from_ourselves(office, mail, screening):
        await _own(office, stored, mail, screening, settle, now)
    else:
        await _conversation(office, stored, mail, mail.sender, screening, settle, now)


def _repeats_since(stored: StoredMail, mail: IncomingMail) -> datetime | None:
    """From when on the same words are the same mail: where it bears neither a Message-ID nor a date, somebody may write them
    again another week. None: whenever they came."""
    return stored.received_at - _REPEATED_WITHIN if mail.message_id is None and mail.date is None else None


async def sort_sent(office: Office, stored: StoredMail, mail: IncomingMail, now: datetime) -> None:
    """As `sort`, for what lies in the Sent folder of the mailbox: nothing of it is a resident's, and none of it is answered.
    Where it went to a party of a case, somebody is asked whether it was the response."""
    screening = Screening(MailKind.OWN, "in the Sent folder", answerable=False)
    settle = partial(_settle, council=office.council.policy.id, stored=stored, mail=mail, screening=screening, now=now)
    ours = mail.headers.get("x-townclerk") or (mail.message_id and office.signer.is_own_message_id(mail.message_id))
    if not ours and mail.sender is not None:
        link, known = await find_link(office, mail)
        if await mailbox_wrote(office, mail, facts_of(stored, mail, mail.sender), link, known, settle, now):
            return
    await office.db.run(lambda tx: settle(tx, MailState.IGNORED, screening.because, None))


async def _canary(office: Office, name: str, settle: Settle, now: datetime) -> None:
    """What we sent to ourselves is back: it is measured, and nothing else."""

    def keep(tx: Tx) -> None:
        settle(tx, MailState.IGNORED, "our own canary", None)
        came_back(tx, office, name, now)

    await office.db.run(keep)


async def _own(
    office: Office, stored: StoredMail, mail: IncomingMail, screening: Screening, settle: Settle, now: datetime
) -> None:
    """A letter of ours that came back is nothing; what somebody wrote by hand from our address to a resident is asked about."""
    if mail.sender is not None and screening.because == BY_ADDRESS:
        link, known = await find_link(office, mail)
        if await mailbox_wrote(office, mail, facts_of(stored, mail, mail.sender), link, known, settle, now):
            return
    await office.db.run(lambda tx: settle(tx, MailState.IGNORED, screening.because, None))


def _settle(
    tx: Tx,
    state: MailState,
    reason: str | None,
    ref: str | None,
    *,
    council: str,
    stored: StoredMail,
    mail: IncomingMail,
    screening: Screening,
    now: datetime,
) -> None:
    mails.settle(
        tx,
        stored.id,
        state,
        kind=screening.kind.value,
        because=screening.because,
        case_ref=ref,
        reason=reason,
        message_id=mail.message_id,
        content_hash=mail.content_hash,
        sender=mail.sender.key if mail.sender else None,
        subject=mail.subject,
        now=now,
    )
    if ref is not None and mail.signature.there:
        journal.append(tx, council, ref, now, "townclerk", SIGNATURE_SEEN, _signature_detail(stored.id, mail.signature))


def _signature_detail(number: int, signature: Signature) -> dict[str, object]:
    detail = {"mail": number, "signature": signature.state.value, "kind": signature.kind, "said": signature.said}
    return detail | ({"by": list(signature.by)} if signature.by else {})


async def _conversation(
    office: Office, stored: StoredMail, mail: IncomingMail, sender: Address, screening: Screening, settle: Settle, now: datetime
) -> None:
    form = form_of(mail, office.council.routing)
    if form is not None:
        read = read_form(form, mail, office.council.routing.services)
        await _filled_in(office, stored, mail, read, screening, settle, now)
        return
    writer = writer_of(
        mail, sender, screening.kind, of_the_council=office.council.roster.find_by_address(sender.address) is not None
    )
    if writer != sender and (why := _of_the_council(office, writer)):
        await quarantine(office, stored, f"it came by a form, and {why}", mail, now, screening.kind.value)
        return
    mail = replace(mail, sender=writer)
    answerable = (screening.answerable or writer != sender) and _can_be_written_to(writer)
    facts = facts_of(stored, mail, writer, answerable=answerable)
    link, known = await find_link(office, mail)
    if screening.because == AN_INVITATIONS_ANSWER and link.joined is None:
        link = await _only_case(office, sender) or link  # calendars name no mail that they answer
    officer = office.council.roster.find_by_address(sender.address)
    if officer is not None and answers_an_invitation(mail) and screening.kind is MailKind.PERSON:
        screening = replace(screening, because=AN_INVITATIONS_ANSWER)
        await officers_robot(office, officer, mail, facts, link, screening, settle, now)
    elif officer is not None and screening.kind is not MailKind.PERSON:
        await officers_robot(office, officer, mail, facts, link, screening, settle, now)
    elif screening.kind is not MailKind.PERSON and not (
        link.joined is None and is_to_be_opened(mail, screening, office.council, names_a_case=bool(link.possible))
    ):
        await _robot(office, mail, facts, link, screening, settle, now)
    elif officer is not None:
        await officer_mail(office, officer, mail, facts, link, known, settle, now)
    else:
        await resident_mail(office, ResidentMail(mail, facts, link, known, screening), settle, now)


def _can_be_written_to(who: Address) -> bool:
    """False for what stands in From and is no address: to write to it would break the letter."""
    try:
        wire_address(who.address)
    except NotAnAddress:
        return False
    return True


async def _filled_in(
    office: Office,
    stored: StoredMail,
    mail: IncomingMail,
    form: FormRead,
    screening: Screening,
    settle: Settle,
    now: datetime,
) -> None:
    """The mail of a web form is whoever's who filled it in. Where it cannot be read as the rules say, a person reads it."""
    if form.missing:
        why = f"it came by the form “{form.form}”, and does not say {' or '.join(form.missing)}"
        await quarantine(office, stored, why, mail, now, screening.kind.value)
        return
    if why := _of_the_council(office, form.who):
        await quarantine(office, stored, f"it came by the form “{form.form}”, and {why}", mail, now, screening.kind.value)
        return
    theirs = as_they_wrote(mail, form)
    facts = facts_of(stored, theirs, form.who, answerable=bool(form.who.address))
    link, known = await find_link(office, theirs) if form.who.address else (Link(), {})
    await resident_mail(office, ResidentMail(theirs, facts, link, known, screening, form), settle, now)


def _of_the_council(office: Office, who: Address) -> str:
    """Why whoever a form names cannot be the complainant; empty: they can. We answer neither ourselves nor a colleague."""
    officer = office.council.roster.find_by_address(who.address)
    if who.address and (who.key in office.ways.own_addresses or office.signer.tokens_in_address(who.key)):
        return "the address of whoever filled it in is this mailbox's own"
    return f"the address of whoever filled it in is that of {officer.name}, who works here" if officer is not None else ""


def _form_from_ourselves(office: Office, mail: IncomingMail, screening: Screening) -> bool:
    """Some forms send from the mailbox's own address. What bears our mark is never one."""
    return screening.because == BY_ADDRESS and form_of(mail, office.council.routing) is not None


def facts_of(stored: StoredMail, mail: IncomingMail, sender: Address, answerable: bool = True) -> MailFacts:
    return MailFacts(
        number=stored.id,
        sender=sender,
        subject=mail.subject,
        message_id=mail.message_id,
        references=mail.thread,
        received_at=stored.received_at,
        own_text=mail.own_text,
        text=mail.text,
        attachments=tuple(attachment.filename for attachment in mail.attachments),
        answerable=answerable,
    )


async def find_link(office: Office, mail: IncomingMail) -> tuple[Link, dict[str, Case]]:
    """What the mail belongs to, and every case that it names."""

    def look(tx: Tx) -> tuple[Link, dict[str, Case]]:
        known = mails.answered_ids(tx, mail.thread)
        clues = find_clues(mail, office.council.policy.prefix, office.signer, known)
        mine: dict[str, Case] = {}
        followed = tuple(Clue(_joined(tx, office.council.policy.id, clue.ref, mine), clue.how) for clue in clues)
        return judge(mail, followed, mine), mine

    return await office.db.read(look)


async def _only_case(office: Office, sender: Address) -> Link | None:
    """The case of *sender* that is not closed, where there is one and no other."""

    def look(tx: Tx) -> tuple[str, ...]:
        return cases.of_party(tx, office.council.policy.id, sender.address, most=2, status=tuple(LIVE))

    found = await office.db.read(look) if sender.address else ()
    return Link(Clue(found[0], "the only case of its sender")) if len(found) == 1 else None


def _joined(tx: Tx, council: str, ref: str, found: dict[str, Case]) -> str:
    """The case to which the mails of *ref* belong now: its own, or that to which an officer joined it. *found* gets each."""
    passed: set[str] = set()
    while ref not in passed and (case := found.get(ref) or cases.load(tx, ref)) is not None and case.council == council:
        found[ref] = case
        passed.add(ref)
        if not case.linked or case.status is not Status.CLOSED:
            break
        ref = case.linked[-1]
    return ref


async def _robot(
    office: Office, mail: IncomingMail, facts: MailFacts, link: Link, screening: Screening, settle: Settle, now: datetime
) -> None:
    """An out-of-office or a circular is filed with the case that it names, and gets no answer. What may be a person's is shown
    to one."""
    ref, speaks = link.joined.ref if link.joined else None, may_be_a_persons(mail, screening)
    if ref is None:
        rule = routed_by_its_look(mail, screening, office.council).filed_by
        why = f"{mails.FILED}{rule}" if rule else f"{mails.IN_DOUBT if speaks else ''}{screening.because}"
        await office.db.run(lambda tx: settle(tx, MailState.IGNORED, why, None))
        return
    may_be = speaks or stands_on_peoples_mails(mail, screening)  # danger in words that look like a note's is told all the same
    alerts = route(mail, office.council.routing, opens=False).alerts if may_be else ()
    wrote = RobotWrote(facts, screening.kind.value, speaks or bool(alerts), alerts)
    await happen(office, ref, wrote, now, lambda tx: settle(tx, MailState.DONE, None, ref))
