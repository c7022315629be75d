"""What residents write, and members and strangers: to the case that it belongs to, to one of its own, or to the file."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from townclerk.domain.case import Case, LoggedContact, PartyRole
from townclerk.domain.decide.surveying import complains
from townclerk.domain.decide.two_matters import divided, says_both
from townclerk.domain.events import CaseOpened, Earlier, MailFacts, MemberWrote, ResidentWrote, StrangerUsedAddress
from townclerk.domain.forms import FormRead
from townclerk.domain.linking import Link, whose_address
from townclerk.domain.mail import Address, IncomingMail
from townclerk.domain.mail_context import context_of
from townclerk.domain.routing import Context, Route, Signal, as_a_persons, is_only_filed, route
from townclerk.domain.screening import Screening
from townclerk.domain.signing import find_tokens
from townclerk.domain.words import LetterKind, Status
from townclerk.services.applying import happen
from townclerk.services.campaigns import Company, find_company, remember
from townclerk.services.inline_answers import answered_between, with_what_stands_between
from townclerk.services.office import Office
from townclerk.services.references import new_reference
from townclerk.services.restrictions import restricted_case
from townclerk.services.settling import Settle
from townclerk.store import cases, journal, mails, outbox
from townclerk.store.database import Tx
from townclerk.store.schema import MailState

LIVE = frozenset({Status.OPEN, Status.ANSWERED})
MOST_SHOWN = 3  # of the sender's open cases, to which a new mail may belong
MOST_EARLIER_COUNTED = 1_000  # of those, where a rule asks how many there were
MOST_LOOKED_AT = 50  # of all their cases: a loop or a flood from one address opens thousands
MOST_EARLIER = 12  # of all their cases, which whoever reviews is told of


@dataclass(frozen=True, slots=True)
class ResidentMail:
    """A mail of somebody who does not work here. `link`: to which case it belongs or may belong; `known`: every case that it
    names; `form`: the form that it is, where it is one."""

    mail: IncomingMail
    facts: MailFacts
    link: Link
    known: Mapping[str, Case]
    screening: Screening
    form: FormRead | None = None


@dataclass(frozen=True, slots=True)
class _Standing:
    """As what somebody writes. `ref`: the case that their mail belongs to, if any; `member`: they are a member of Parliament or
    a councillor; `copied`: they get copies of the letters of that case, and no more."""

    ref: str | None
    member: bool
    copied: bool

    @property
    def own(self) -> bool:
        """What they complain of would be a matter of their own."""
        return not (self.member or self.copied)


async def resident_mail(office: Office, theirs: ResidentMail, settle: Settle, now: datetime) -> None:
    """Tell a case of it, open one, or file it as a rule says, and settle it in the same transaction."""
    restricting = await _restricting(office, theirs)
    if restricting is not None:
        await _restricted(office, theirs, restricting, settle, now)
        return
    standing = _standing(office, theirs)
    theirs = await _read_between(office, theirs, standing.ref)
    routed = await _routed(office, theirs, opens=standing.ref is None)
    if standing.ref is not None and standing.own and _is_a_new_matter(routed, theirs.known[standing.ref]):
        standing = replace(standing, ref=None)  # the officer is shown the other case
    await _tell_whose_address(office, theirs, now)
    wrote = await _wrote(office, theirs, routed, standing)
    if wrote is not None:
        ref, event = wrote
        await happen(office, ref, event, now, lambda tx: settle(tx, MailState.DONE, None, ref))
    elif is_only_filed(routed, standing.member) and not await _may_belong_to_a_case(office, theirs):
        await _file(office, theirs.facts, routed, settle, now)
    else:
        await _open(office, theirs, routed, standing, settle, now)


async def _restricting(office: Office, theirs: ResidentMail) -> str | None:
    """The case with which a restriction of contact files whatever its sender writes."""
    address, at, named = theirs.facts.sender.address, theirs.facts.received_at, tuple(theirs.known)
    found = await office.db.read(partial(restricted_case, office=office, address=address, at=at, named=named))
    return found[0] if found is not None else None


async def _restricted(office: Office, theirs: ResidentMail, ref: str, settle: Settle, now: datetime) -> None:
    theirs = await _read_between(office, theirs, ref)
    routed = answered_between(route(theirs.mail, office.council.routing, opens=False), theirs.facts, theirs.mail, office)
    wrote = ResidentWrote(theirs.facts, routed, "a restriction of contact")
    await happen(office, ref, wrote, now, lambda tx: settle(tx, MailState.DONE, None, ref))


def _standing(office: Office, theirs: ResidentMail) -> _Standing:
    joined, sender = theirs.link.joined, theirs.facts.sender
    copied = joined is not None and _is_copied(theirs.known[joined.ref], sender)
    member = office.council.policy.is_member(sender.address) and not copied
    named = theirs.link.possible[0] if member and theirs.link.possible else None
    return _Standing(joined.ref if joined else named, member, copied)


async def _read_between(office: Office, theirs: ResidentMail, ref: str | None) -> ResidentMail:
    """*theirs*, with what stands between the lines of a letter of the case *ref* that they quote."""
    if ref is None:
        return theirs
    mail, facts = await with_what_stands_between(office, theirs.mail, theirs.facts, ref)
    return replace(theirs, mail=mail, facts=facts)


async def _routed(office: Office, theirs: ResidentMail, opens: bool) -> Route:
    """What the rules say of it; before them, the service that its form names, and an officer's word that a person wrote it."""
    context = await _context(office, theirs)
    routed = route(theirs.mail, office.council.routing, opens=opens, context=context)
    routed = answered_between(routed, theirs.facts, theirs.mail, office)
    if theirs.form is not None and theirs.form.service:
        routed = replace(routed, service=theirs.form.service)
    return as_a_persons(routed, office.council.routing) if theirs.screening.because == mails.TAKEN_UP else routed


async def _context(office: Office, theirs: ResidentMail) -> Context:
    """What is known of it beside what it says. The sender's earlier cases are looked up where a rule asks for them."""
    earlier: tuple[datetime, ...] = ()
    facts = theirs.facts
    if office.council.routing.asks_for_earlier_cases and facts.sender.address:
        council, address = office.council.policy.id, facts.sender.address
        earlier = await office.db.read(partial(cases.opened_by, council=council, address=address, most=MOST_EARLIER_COUNTED))
    return context_of(theirs.mail, theirs.screening, office.council, facts.received_at, earlier)


def _is_a_new_matter(routed: Route, case: Case) -> bool:
    """A new matter after the response has a case and a clock of its own."""
    return Signal.NEW_MATTER in routed.signals and bool(case.responded_at)


async def _wrote(
    office: Office, theirs: ResidentMail, routed: Route, standing: _Standing
) -> tuple[str, ResidentWrote | MemberWrote] | None:
    """The case that it belongs to, and what has happened there; None: it belongs to none."""
    facts = theirs.facts
    ref = standing.ref
    if ref is None:
        ref = await _survey_from_elsewhere(office, theirs, routed)
        how = "answers our survey from another address"
        return (ref, ResidentWrote(facts, routed, how, LetterKind.SURVEY)) if ref is not None else None
    how = theirs.link.joined.how if theirs.link.joined else "named by a member"
    if standing.member:
        return ref, MemberWrote(facts, how)
    answers = await office.db.read(partial(_answered_letter, ref=ref, thread=theirs.mail.thread))
    to_be_opened = answers is LetterKind.SURVEY and complains(theirs.mail.own_text) and standing.own
    spare = await new_reference(office, facts.received_at) if to_be_opened else None
    return ref, ResidentWrote(facts, routed, how, answers, spare)


async def _open(
    office: Office, theirs: ResidentMail, routed: Route, standing: _Standing, settle: Settle, now: datetime
) -> None:
    """A new case; with those that say the same, if there are any."""
    facts = theirs.facts
    new = await new_reference(office, facts.received_at)
    had = await office.db.read(partial(_cases_of, council=office.council.policy.id, address=facts.sender.address))
    opened = _opened(new, theirs, routed, standing, had)
    if says_both(routed) and not standing.member:
        opened = divided(opened, await new_reference(office, facts.received_at))
    company = Company() if standing.member else await find_company(office, opened, had)
    opened = replace(opened, alike=company.alike)

    def write(tx: Tx) -> None:
        settle(tx, MailState.DONE, None, new)
        remember(tx, office, company, new, facts.received_at)

    await happen(office, None, opened, now, write)


def _opened(ref: str, theirs: ResidentMail, routed: Route, standing: _Standing, had: tuple[Case, ...]) -> CaseOpened:
    """The case *ref*, with what its officer is shown of those that its sender *had* before, and of those that it may belong to
    all the same."""
    secret = tuple(possible for possible in theirs.link.possible if theirs.known[possible].restricted)
    return CaseOpened(
        ref,
        theirs.facts,
        routed,
        possible_links=tuple(possible for possible in theirs.link.possible if possible not in secret),
        others=tuple(case.ref for case in had if case.status in LIVE)[:MOST_SHOWN],
        secret_links=secret,
        member=standing.member,
        earlier=tuple(case.ref for case in had)[:MOST_EARLIER],
        history=tuple(
            Earlier(case.ref, case.category, case.opened_at) for case in had if case.complainant.key == theirs.facts.sender.key
        ),
        logged=_came_by(theirs.form),
    )


async def _tell_whose_address(office: Office, theirs: ResidentMail, now: datetime) -> None:
    """The officers to whose letters a stranger's mail was sent learn of it."""
    addresses = {officer.key: officer.addresses for officer in office.council.roster.officers}
    for key, ref in whose_address(theirs.mail, office.council.policy.prefix, office.signer, addresses):
        if ref in theirs.known and not theirs.known[ref].is_party(theirs.facts.sender.address):
            await happen(office, ref, StrangerUsedAddress(key, theirs.facts), now)


async def _survey_from_elsewhere(office: Office, theirs: ResidentMail, routed: Route) -> str | None:
    """The case whose survey it answers, from another address than it went to: whoever answers it holds it. Nothing but that
    answer is taken from there; who asks for a review must be known, and who complains has a case of their own."""
    if Signal.REVIEW_REQUEST in routed.signals or complains(theirs.mail.own_text):
        return None
    tokens = [token for message_id in theirs.mail.thread for token in find_tokens(message_id)]
    for ref in theirs.link.possible:
        holder = theirs.known[ref].complainant.address
        answers = await office.db.read(partial(_answered_letter, ref=ref, thread=theirs.mail.thread))
        if answers is LetterKind.SURVEY and any(office.signer.verifies(token, holder) for token in tokens):
            return ref
    return None


def _came_by(form: FormRead | None) -> LoggedContact | None:
    return LoggedContact("web form", "", form.ways) if form is not None else None


def _answered_letter(tx: Tx, ref: str, thread: tuple[str, ...]) -> LetterKind | None:
    """The kind of the nearest letter of ours on the case *ref* that a mail of this *thread* answers, or None."""
    for message_id in thread:
        found = mails.letter_of(tx, message_id)
        letter = outbox.get(tx, found[1]) if found is not None and found[0] == ref else None
        if letter is not None:
            return LetterKind(letter.kind)
    return None


def _is_copied(case: Case, sender: Address) -> bool:
    return any(party.role is PartyRole.COPIED and party.who.key == sender.key for party in case.parties)


async def _file(office: Office, facts: MailFacts, routed: Route, settle: Settle, now: datetime) -> None:
    """Keep a mail as a rule says, without a case and without an answer."""
    detail = {"mail": facts.number, "rule": routed.filed_by, "rules_version": routed.version}

    def keep(tx: Tx) -> None:
        settle(tx, MailState.IGNORED, f"{mails.FILED}{routed.filed_by}", None)
        told = {**detail, "sha256": mails.digests(tx, [facts.number]).get(facts.number)}
        journal.append(tx, office.council.policy.id, None, now, "townclerk", "filed", told)

    await office.db.run(keep)


async def _may_belong_to_a_case(office: Office, theirs: ResidentMail) -> bool:
    """Whether it names a case, or its sender is a party of one that is not closed, also of one that few may know of."""
    address = theirs.facts.sender.address

    def look(tx: Tx) -> bool:
        return bool(cases.of_party(tx, office.council.policy.id, address, most=1, status=tuple(LIVE)))

    return bool(theirs.link.possible) or (bool(address) and await office.db.read(look))


def _cases_of(tx: Tx, council: str, address: str) -> tuple[Case, ...]:
    """The newest first, and no more than anybody looks at; none of them restricted: whoever gets the new mail is shown them."""
    found = (cases.load(tx, ref) for ref in cases.of_party(tx, council, address, most=MOST_LOOKED_AT)) if address else ()
    return tuple(case for case in found if case is not None and not case.restricted)
