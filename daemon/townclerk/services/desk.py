"""Officers' mail: acted on where it is certain who writes and about what; else held and asked back, never sent on."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from townclerk.domain.authentication import proven
from townclerk.domain.case import Case
from townclerk.domain.commands import read_commands
from townclerk.domain.decide import Send
from townclerk.domain.decide.deliberation import LEAD, to_officer
from townclerk.domain.events import Event, MailFacts, OfficerMailHeld, OfficerWrote, OfficerWroteOutside
from townclerk.domain.letters import Because, Letter, Refused
from townclerk.domain.linking import Link, case_signed_for
from townclerk.domain.mail import IncomingMail
from townclerk.domain.roster import Officer
from townclerk.services.applying import happen
from townclerk.services.office import Office
from townclerk.services.references import new_reference
from townclerk.services.taking_down import opening_of
from townclerk.services.writing import write_letter
from townclerk.store import outbox
from townclerk.store.database import Tx
from townclerk.store.schema import MailState

Settle = Callable[[Tx, MailState, str | None, str | None], None]


async def officer_mail(
    office: Office,
    officer: Officer,
    mail: IncomingMail,
    facts: MailFacts,
    link: Link,
    known: dict[str, Case],
    settle: Settle,
    now: datetime,
) -> None:
    ways, prefix = office.ways, office.council.policy.prefix
    signed = case_signed_for(mail, prefix, office.signer, officer.addresses, in_thread=not ways.signed_addresses)
    read = read_commands(mail.own_text)
    if signed is None and link.joined is None and read.commands and read.commands[0].word == "log":
        certain = proven(mail, office.ways.trusted_server, office.ways.authentication).state == "pass"
        opening = await opening_of(office, officer, facts, read, certain)
        if isinstance(opening, Refused):
            await refuse_outside(office, officer, facts, opening, settle, now)
        else:
            await happen(office, None, opening, now, lambda tx: settle(tx, MailState.DONE, None, opening.ref))
        return
    ref = signed if signed in known else (link.joined.ref if link.joined else next(iter(link.possible), None))
    if ref is None or not (signed == ref or _may_know_of(office, officer, known[ref])):
        await _refuse(office, officer, facts, settle, now)
        return
    named = tuple(other for other, case in known.items() if _may_know_of(office, officer, case))
    event = _event(office, officer, mail, facts, known[ref], named, certain=signed == ref)
    if isinstance(event, OfficerWrote) and any(command.word == "new-case" for command in event.commands):
        event = replace(event, spare_ref=await new_reference(office, now))
    await happen(office, ref, event, now, lambda tx: settle(tx, MailState.DONE, None, ref))


def _may_know_of(office: Office, officer: Officer, case: Case) -> bool:
    """Of a restricted case nobody hears by naming its reference, not even that there is one."""
    return not case.restricted or officer in office.council.playing(LEAD)


def _event(
    office: Office,
    officer: Officer,
    mail: IncomingMail,
    facts: MailFacts,
    case: Case,
    known_refs: tuple[str, ...],
    certain: bool,
) -> Event:
    """What an officer's mail about *case* is. `certain`: it was sent to the address made for this officer and this case."""
    verdict = proven(mail, office.ways.trusted_server, office.ways.authentication)
    trusts_somebody = office.ways.trusted_server is not None or office.ways.authentication == "m365"
    if verdict.state == "fail" or (trusts_somebody and verdict.state != "pass"):
        return OfficerMailHeld(officer.key, facts, "not_proven")
    if not certain:
        if any(case.is_party(address) for address in mail.recipients):
            return OfficerWroteOutside(officer.key, facts)
        return OfficerMailHeld(officer.key, facts, "not_signed")
    read = read_commands(mail.own_text)
    if not read.commands:
        return OfficerMailHeld(officer.key, facts, "no_word")
    return OfficerWrote(officer.key, facts, read.commands, read.problem, known_refs, instead=read.instead)


async def _refuse(office: Office, officer: Officer, facts: MailFacts, settle: Settle, now: datetime) -> None:
    """A mail that names no case: we cannot know what it is about, so nothing is done, and the officer is told."""
    content = Refused(
        understood=facts.subject,
        reason="this mail names no case",
        instead=("answer a letter that you had about the case", "write its reference into the subject"),
        text=facts.own_text,
    )
    await refuse_outside(office, officer, facts, content, settle, now)


async def refuse_outside(
    office: Office, officer: Officer, facts: MailFacts, content: Refused, settle: Settle, now: datetime
) -> None:
    """Tell *officer* that nothing was done with a mail of theirs that belongs to no case."""
    letter = Letter(to_officer(officer), content, Because("mail:no_case"), None, automatic=True)
    key = f"{office.council.policy.id}:mail{facts.number}:refused"
    row = write_letter(office, Send(f"{key}:{officer.key}", key, letter), now)

    def write(tx: Tx) -> None:
        outbox.put(tx, row)
        settle(tx, MailState.DONE, "an officer's mail that names no case", None)

    await office.db.run(write)
