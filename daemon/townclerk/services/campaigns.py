"""Whether others have written what a mail says: looked up by a few keys, whatever the number of stored cases."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from townclerk.domain.case import CampaignState, Case
from townclerk.domain.decide.campaigning import can_lead
from townclerk.domain.events import Alike, MailFacts
from townclerk.domain.provisions import Campaigns
from townclerk.domain.wording import Wording, wording_of
from townclerk.services.office import Office
from townclerk.store import cases, wordings
from townclerk.store.database import Tx
from townclerk.store.errors import UnreadableCase

MORE = 3  # cases that are compared, beside as many as make a campaign
MOST_STEPS = 50  # from a case that led a campaign to the one that leads it now


@dataclass(frozen=True, slots=True)
class Company:
    """Who says the same as a mail, and the keys under which the mail itself is to be found. None: its case joins theirs, or it
    cannot be compared."""

    alike: Alike | None = None
    keys: tuple[str, ...] = ()


async def find_company(office: Office, facts: MailFacts, theirs: Sequence[Case]) -> Company:
    """Who has written nearly the same of late as the mail that opens a case. *theirs*: other cases of its sender."""
    wanted = office.council.policy.provisions.campaigns
    wording = wording_of(facts.own_text or facts.text, facts.sender.name)
    if not wanted.at_least or not wording.runs or not facts.sender.address:
        return Company()
    keys = wording.keys()
    look = partial(_alike, office=office, facts=facts, wording=wording, keys=keys, theirs=theirs)
    alike = await office.db.read(look)
    joins = alike is not None and not (alike.adds or alike.same_person) and _state(alike.lead) in {*_GOES_ON, None}
    return Company(alike, () if joins or (alike is not None and alike.same_person) else keys)


_GOES_ON = frozenset({CampaignState.ASKED, CampaignState.TOGETHER, CampaignState.APART})


def remember(tx: Tx, office: Office, company: Company, ref: str, at: datetime) -> None:
    """Let the case *ref*, which the mail has opened, be found by what it says; and what it repeats be found for longer."""
    council, wanted = office.council.policy.id, office.council.policy.provisions.campaigns
    if company.keys:
        wordings.forget_before(tx, council, at - timedelta(days=wanted.within_days))
        wordings.keep(tx, council, ref, company.keys, at)
    if company.alike is not None:
        wordings.said_again(tx, company.alike.lead.ref, at)


def _alike(
    tx: Tx, office: Office, facts: MailFacts, wording: Wording, keys: tuple[str, ...], theirs: Sequence[Case]
) -> Alike | None:
    wanted = office.council.policy.provisions.campaigns
    since = facts.received_at - timedelta(days=wanted.within_days)
    refs = wordings.alike(tx, office.council.policy.id, keys, since, wanted.at_least + MORE)
    found = [case for ref in refs if (case := _readable(tx, ref)) is not None and case.first_mail is not None]
    share = wanted.alike / 100
    repeated = [(case, other) for case in found if wording.repeats(other := _wording(case)) >= share]
    same = [case for case, other in repeated if wording.adds_to(other) <= 1 - share]
    if led := _led(tx, same, {CampaignState.ASKED, CampaignState.TOGETHER, CampaignState.APART}):
        return Alike(led, same_person=_is_one_of(theirs, led))
    reached = _reached(same, facts, wanted)
    if reached is not None:
        return reached
    if led := _led(tx, same, {CampaignState.OVER}):
        return Alike(led, same_person=_is_one_of(theirs, led))
    adding = _led(tx, (case for case, _ in repeated), {CampaignState.ASKED, CampaignState.TOGETHER})
    return Alike(adding, adds=True) if adding is not None else None


def _readable(tx: Tx, ref: str) -> Case | None:
    """None also for one that this program cannot read: it is nobody's fault who writes now."""
    try:
        return cases.load(tx, ref)
    except UnreadableCase:
        return None


def _wording(case: Case) -> Wording:
    mail = case.first_mail
    return wording_of(mail.text, mail.sender.name) if mail is not None else Wording(frozenset())


def _state(case: Case) -> CampaignState | None:
    return case.campaign.state if case.campaign is not None else None


def _led(tx: Tx, found: Iterable[Case], states: set[CampaignState]) -> Case | None:
    """The case that leads the campaign of one of *found*, where it stands in one of *states*. One that few may know of leads
    nobody."""
    for case in found:
        lead = _leader(tx, case)
        if lead is not None and not lead.restricted and _state(lead) in states:
            return lead
    return None


def _leader(tx: Tx, case: Case) -> Case | None:
    """The case that leads now whatever *case* leads or has joined."""
    lead = _readable(tx, case.joined.lead) if case.joined is not None else case
    for _ in range(MOST_STEPS):
        if lead is None or lead.campaign is None or not lead.campaign.passed_to:
            return lead
        lead = _readable(tx, lead.campaign.passed_to)
    return lead


def _is_one_of(theirs: Sequence[Case], lead: Case) -> bool:
    return any(case.ref == lead.ref or (case.joined is not None and case.joined.lead == lead.ref) for case in theirs)


def _reached(same: Sequence[Case], facts: MailFacts, wanted: Campaigns) -> Alike | None:
    """The earliest of those that could lead, where so many people have written the same that it may be a campaign."""
    unattached = [case for case in same if case.joined is None and case.campaign is None]
    first_of = {case.complainant.key: case for case in sorted(unattached, key=_since, reverse=True)}
    others = sorted((case for key, case in first_of.items() if key != facts.sender.key), key=_since)
    leads = [case for case in others if can_lead(case)]
    if len(others) + 1 < wanted.at_least or not leads or facts.sender.key in first_of:
        return None
    return Alike(leads[0], tuple(case.ref for case in others if case.ref != leads[0].ref))


def _since(case: Case) -> tuple[datetime, str]:
    return case.opened_at, case.ref
