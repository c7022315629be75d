"""Officers' mail: acted on where it is certain who writes and about what; else held and asked back, never sent on."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from datetime import datetime
from functools import partial

from townclerk.domain.answered import beside
from townclerk.domain.authentication import proven
from townclerk.domain.case import Case
from townclerk.domain.commands import Command, read_commands
from townclerk.domain.council import Council
from townclerk.domain.days_written import words_of
from townclerk.domain.decide import Send
from townclerk.domain.decide.deliberation import LEAD, to_officer
from townclerk.domain.decide.refusal import Refusal
from townclerk.domain.decide.showing import told_of_words
from townclerk.domain.events import CaseOpened, Event, MailFacts, OfficerMailHeld, OfficerWrote, OfficerWroteOutside
from townclerk.domain.for_colleagues import FOR_COLLEAGUES, for_colleagues, told_outside
from townclerk.domain.letters import Because, Confirm, Done, Letter, Original, Refused
from townclerk.domain.linking import Link, Signed, signed_for
from townclerk.domain.mail import IncomingMail
from townclerk.domain.misdirected import names_another_case, on_another_case, somebody_elses
from townclerk.domain.plain_reply import ANSWERS_US, asks_officer, greets_by_name, meant_for, press_said
from townclerk.domain.pressing import sure_of
from townclerk.domain.quoting import Doubt, Written
from townclerk.domain.roster import Officer
from townclerk.domain.signing import Side
from townclerk.domain.telling_of_one import NAMES_ONE, tells_who_leads
from townclerk.domain.words import LetterKind
from townclerk.mail.reading import read_own
from townclerk.services import passed_on
from townclerk.services.applying import happen
from townclerk.services.kept_mail import written_in
from townclerk.services.office import Office
from townclerk.services.outside import case_written_to
from townclerk.services.references import new_reference
from townclerk.services.settling import Settle
from townclerk.services.taking_down import Leaves, Taken, TakesUp, take_down
from townclerk.services.telling import letters_to_lead
from townclerk.services.writing import write_letter
from townclerk.store import journal, mails, outbox
from townclerk.store.database import Tx
from townclerk.store.outbox import OutboxRow
from townclerk.store.schema import MailState

_SEALED = frozenset({"application/pkcs7-mime", "application/x-pkcs7-mime"})  # or signed: then its text was found inside
_LOCKED = frozenset({"multipart/encrypted", "application/pgp-encrypted", "application/x-microsoft-rpmsg-message"})
_PGP_MESSAGE = "-----BEGIN PGP MESSAGE-----"
_CANNOT_READ = Refused(
    understood="",
    reason="your mail is encrypted, and we cannot read it: nothing was done",
    instead=(
        "the same mail, sent unencrypted: Outlook has this under Options, Encrypt",
        "another sensitivity label, where the one that you chose encrypts",
    ),
)


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
    council, prefix = office.council.at(now), office.council.policy.prefix
    if officer.has_left(council.roster.day):
        await _leaver(office, officer, facts, link, settle, now)
        return
    letter = await office.db.read(partial(_answered, thread=mail.thread))
    wrote = await _wrote(office, facts.number, letter)
    facts = replace(facts, own_text=wrote.text, files=mail.attachments, most_bytes=office.ways.forward_limit)
    if letter is not None:
        facts = replace(facts, answers_of=letter.created_at, of_held=letter.kind == LetterKind.CONFIRM)
    addresses, day = council.roster.may_answer_for(officer), council.calendar.local(facts.received_at).date()
    signed = signed_for(mail, prefix, office.signer, addresses, day, in_thread=not office.ways.signed_addresses)
    read = read_commands(facts.own_text)
    if signed is None and link.joined is None and (taken := await take_down(office, officer, mail, facts, read, known)):
        await _done_outside(office, officer, facts, taken, settle, now)
        return
    signed = signed if signed is not None and signed.ref in known else None
    ref = signed.ref if signed else (link.joined.ref if link.joined else next(iter(link.possible), None))
    if ref is None and (about := await case_written_to(office, mail, link, known)) is not None:
        known, ref = {**known, about.ref: about}, about.ref
    if ref is not None and signed is None and not _may_know_of(council, officer, known[ref]):
        ref = None
    if _encrypted(mail, facts) and proven(mail, office.ways.trusted_server, office.ways.authentication).state != "fail":
        await answer_outside(office, officer, facts, _CANNOT_READ, settle, now, ref)
        return
    if ref is None:
        await _refuse(office, officer, facts, settle, now)
        return
    named = tuple(other for other, case in known.items() if _may_know_of(council, officer, case))
    facts = replace(facts, outside=_who_has_it(mail, known[ref]))
    others = _others(officer, known, named, ref)
    event = _event(office, officer, mail, wrote, facts, known[ref], named, signed, letter, others)
    if isinstance(event, OfficerWrote) and any(command.word == "new-case" for command in event.commands):
        event = replace(event, spare_ref=await new_reference(office, now))
    await happen(office, ref, event, now, lambda tx: settle(tx, MailState.DONE, None, ref))


def _may_know_of(council: Council, officer: Officer, case: Case) -> bool:
    """Of a restricted case nobody hears by naming its reference, not even that there is one."""
    return not case.restricted or council.plays(officer, LEAD)


async def _done_outside(
    office: Office, officer: Officer, facts: MailFacts, taken: Taken, settle: Settle, now: datetime
) -> None:
    """Carry out what a mail about no case, or about no case yet, comes to."""
    council = office.council.policy.id
    if isinstance(taken, Refused | Confirm):
        await answer_outside(office, officer, facts, taken, settle, now)
        return
    if isinstance(taken, Leaves):
        also = partial(passed_on.settle, council=council, number=taken.of)
        await answer_outside(office, officer, facts, taken.said, settle, now, also=also)
        return

    if isinstance(taken, TakesUp):
        await answer_outside(office, officer, facts, taken.said, settle, now, also=partial(_take_up, number=taken.of))
        return

    opens = isinstance(taken.event, CaseOpened)
    told = None if opens else _filed(office, officer, facts, taken.ref, now)

    def with_it(tx: Tx) -> None:
        settle(tx, MailState.DONE, None, taken.ref)
        if taken.of is not None:
            mails.join_case(tx, taken.of, taken.ref)
            passed_on.settle(tx, council, taken.of)
        if told is not None:
            outbox.put(tx, told)

    await happen(office, None if opens else taken.ref, taken.event, now, with_it)


def _take_up(tx: Tx, number: int) -> None:
    mails.take_up(tx, number)


def _event(
    office: Office,
    officer: Officer,
    mail: IncomingMail,
    wrote: Written,
    facts: MailFacts,
    case: Case,
    known_refs: tuple[str, ...],
    signed: Signed | None,
    letter: OutboxRow | None,
    others: tuple[tuple[str, str], ...],
) -> Event:
    """What an officer's mail about *case* is. `signed`: it was sent to the address made for this officer and this case."""
    had_letter = signed is not None and signed.side is Side.OFFICER and not signed.expired
    held = partial(OfficerMailHeld, officer.key, facts, had_letter=had_letter)
    verdict = proven(mail, office.ways.trusted_server, office.ways.authentication)
    trusts_somebody = office.ways.trusted_server is not None or office.ways.authentication == "m365"
    if verdict.state == "fail" or (trusts_somebody and verdict.state != "pass"):
        return held(why="not_proven")
    if signed is not None and signed.expired:
        return held(why="expired")
    if signed is None:
        if any(case.is_party(address) for address in mail.recipients):
            return OfficerWroteOutside(officer.key, facts)
        return held(why="not_signed")
    read = read_commands(facts.own_text)
    if not read.commands and facts.outside:
        return OfficerWroteOutside(officer.key, facts, had_letter)
    if not read.commands:
        if letter is not None and asks_officer(letter.kind) and not greets_by_name(facts.own_text, case.complainant.name):
            return held(why=ANSWERS_US, press=press_said(facts.own_text, read_own(letter.raw).plain))
        return held(why="no_word", sure=wrote.doubt is None and _for_the_resident(office, officer, mail, case))
    followed = sure_of(read, wrote, officer.name)
    if followed is None:
        return held(why=str(wrote.doubt or Doubt.ADDED))
    if why := _not_for_this_resident(office, officer, mail.subject, followed.commands, case, known_refs):
        return held(why=why)
    return OfficerWrote(
        officer.key,
        facts,
        followed.commands,
        followed.problem,
        known_refs,
        instead=followed.instead,
        informed=signed.side is Side.INFORMED,
        unsigned=followed.commands != read.commands,
        others=others,
    )


def _others(officer: Officer, known: Mapping[str, Case], named: Collection[str], ref: str) -> tuple[tuple[str, str], ...]:
    """Of the cases *named* those that are somebody else's than case *ref*, each with whose; of what speaks of the officer they
    do not hear whose it is."""
    whose = {other: somebody_elses(known[other], known[ref]) for other in named}
    kept = {other for other in named if officer.key in {*known[other].conflicts, *known[other].named}}
    return tuple((other, "somebody else" if other in kept else who) for other, who in whose.items() if who)


def _not_for_this_resident(
    office: Office, officer: Officer, subject: str, commands: Collection[Command], case: Case, known: Collection[str]
) -> str:
    """Why it is to be asked whether what *commands* would send is for the resident; empty: nothing says that it is not."""
    if why := on_another_case(subject, commands, case, office.council.policy.prefix, known):
        return why
    if for_colleagues(told_outside(commands), case, officer, office.council.roster):
        return FOR_COLLEAGUES
    return NAMES_ONE if tells_who_leads(case, commands, (each.name for each in office.council.roster.officers)) else ""


def _for_the_resident(office: Office, officer: Officer, mail: IncomingMail, case: Case) -> bool:
    roster = office.council.roster
    if for_colleagues(mail.own_text, case, officer, roster) or names_another_case(
        mail.own_text, case, office.council.policy.prefix
    ):
        return False
    return meant_for(case.complainant.name, (each.name for each in roster.officers), mail)


def _encrypted(mail: IncomingMail, facts: MailFacts) -> bool:
    """True where what they wrote is locked: S/MIME or PGP that only its recipients open, or Microsoft's protected mail."""
    if any(line.strip() == _PGP_MESSAGE for line in facts.own_text.split("\n")):
        return True
    if read_commands(facts.own_text).commands:
        return False
    inside = {file.content_type.lower() for file in mail.attachments}
    kinds = {mail.content_type.lower(), *inside}
    if not kinds.isdisjoint(_LOCKED) or not inside.isdisjoint(_SEALED):
        return True
    if any(file.filename.lower().endswith((".rpmsg", ".p7m")) for file in mail.attachments):
        return True
    return not facts.own_text.strip() and not kinds.isdisjoint(_SEALED)


def _who_has_it(mail: IncomingMail, case: Case) -> str:
    """Who of the parties of *case* stands among the recipients of *mail*, said to whoever wrote it; empty: none of them."""
    parties = (case.complainant, *(party.who for party in case.parties))
    names = {party.key: party.name or party.address for party in parties}
    found = [(names[each.key], "To") for each in mail.to if each.key in names]
    found += [(names[each.key], "Cc") for each in mail.cc if each.key in names]
    quoted = ", with the letter quoted below it" if len(mail.text.split()) > len(mail.own_text.split()) else ""
    return " ".join(f"{name} stood in {where} and has your mail{quoted}." for name, where in dict.fromkeys(found))


async def _leaver(office: Office, officer: Officer, facts: MailFacts, link: Link, settle: Settle, now: datetime) -> None:
    """Whoever writes from the address of somebody who has left does nothing by it: it is kept, and the complaints lead told."""
    ref = next(iter(link.possible), None)
    last = f", whose last day here was {words_of(officer.left)}," if officer.left is not None else ""
    about = f" about case {ref}" if ref else ""
    detail = f"{officer.name}{last} wrote{about}."
    original = Original(facts.sender, facts.subject, facts.received_at, facts.own_text, facts.number, facts.attachments)
    rows = await letters_to_lead(office, f"leaver:mail{facts.number}", "leaver", detail, "mail:leaver", now, original)

    def write(tx: Tx) -> None:
        for row in rows:
            outbox.put(tx, row)
        journal.append(tx, office.council.policy.id, ref, now, officer.key, "leaver_wrote", {"mail": facts.number})
        settle(tx, MailState.DONE, "somebody who has left wrote", ref)

    await office.db.run(write)


async def _wrote(office: Office, number: int, letter: OutboxRow | None) -> Written:
    """What the officer wrote in the mail *number*, held beside the *letter* that they answer where we have it."""
    found = await written_in(office, number)
    return beside(found, read_own(letter.raw)) if letter is not None else found


def _answered(tx: Tx, thread: tuple[str, ...]) -> OutboxRow | None:
    for message_id in thread:
        found = mails.letter_of(tx, message_id)
        letter = outbox.get(tx, found[1]) if found is not None else None
        if letter is not None:
            return letter
    return None


async def _refuse(office: Office, officer: Officer, facts: MailFacts, settle: Settle, now: datetime) -> None:
    """A mail that names no case: we cannot know what it is about, so nothing is done, and the officer is told. Only `#help`
    needs no case."""
    instead = (
        "answer a letter that you had about the case",
        "write its reference into the subject",
        "#log, for what came by telephone, by post or over the counter",
        "#help, for all the words",
    )
    content: Refused | Done = Refused(facts.subject, "this mail names no case", instead, facts.own_text)
    commands = read_commands(facts.own_text).commands
    if commands and all(command.word == "help" for command in commands):
        try:
            content = told_of_words(commands[0])
        except Refusal as refusal:
            content = Refused(commands[0].line, refusal.reason, refusal.instead, facts.own_text)
    await answer_outside(office, officer, facts, content, settle, now)


async def answer_outside(
    office: Office,
    officer: Officer,
    facts: MailFacts,
    content: Refused | Confirm | Done,
    settle: Settle,
    now: datetime,
    ref: str | None = None,
    also: Callable[[Tx], None] | None = None,
) -> None:
    """Tell *officer* what became, or did not become, of a mail of theirs that belongs to no case, or of which nothing is said
    to the case *ref* that it names."""
    kind = content.kind.value
    letter = Letter(to_officer(officer), content, Because("mail:no_case"), None, automatic=True)
    key = f"{office.council.policy.id}:mail{facts.number}:{kind}"
    row = write_letter(office, Send(f"{key}:{officer.key}", key, letter), now)
    what = {"refused": "refused", "confirm": "held", "done": "kept"}[kind]
    said = content.reason if isinstance(content, Refused) else content.why if isinstance(content, Confirm) else content.lines[0]

    def write(tx: Tx) -> None:
        outbox.put(tx, row)
        detail = {"reason": said, "mail": facts.number}
        journal.append(tx, office.council.policy.id, ref, now, officer.key, what, detail)
        settle(tx, MailState.DONE, None if ref else "an officer's mail that names no case", ref)
        if isinstance(content, Confirm):
            passed_on.ask(tx, office.council.policy.id, facts.number, officer.key, office.council.calendar.local(now).date())
        if also is not None:
            also(tx)

    await office.db.run(write)


def _filed(office: Office, officer: Officer, facts: MailFacts, ref: str, now: datetime) -> OutboxRow:
    """That their mail was filed with a case: that event by itself tells nobody who passed it on."""
    letter = Letter(to_officer(officer), Done((f"It is filed with {ref}.",)), Because("mail:no_case"), None, automatic=True)
    key = f"{office.council.policy.id}:mail{facts.number}:done"
    return write_letter(office, Send(f"{key}:{officer.key}", key, letter), now)
