"""Whether others have written what a mail says: looked up by a few keys, whatever the number of stored cases."""

from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from townclerk.domain.case import CampaignState, Case
from townclerk.domain.decide.campaigning import can_lead, could_join, named
from townclerk.domain.decide.opening import new_case
from townclerk.domain.events import Alike, CaseOpened
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


async def find_company(office: Office, opened: CaseOpened, theirs: Sequence[Case]) -> Company:
    """Who has written nearly the same of late as the mail that opens a case. *theirs*: other cases of its sender."""
    wanted, facts = office.council.policy.provisions.campaigns, opened.mail
    wording = wording_of(facts.own_text or facts.text, facts.sender.name)
    if not wanted.at_least or not wording.runs or not facts.sender.address:
        return Company()
    new = _New(opened, new_case(opened, office.council), wording, wording.keys(), theirs)
    alike = await office.db.read(partial(_alike, wanted=wanted, new=new))
    found = alike is not None and (alike.same_person or (not alike.adds and _goes_with(new, alike.lead)))
    return Company(alike, () if found else new.keys)


@dataclass(frozen=True, slots=True)
class _New:
    """The mail that opens a case, and the case as it would be. *theirs*: other cases of its sender."""

    opened: CaseOpened
    case: Case
    wording: Wording
    keys: tuple[str, ...]
    theirs: Sequence[Case]


_GOES_ON = frozenset({CampaignState.ASKED, CampaignState.TOGETHER, CampaignState.APART})


def _goes_with(new: _New, lead: Case) -> bool:
    """True where it joins the campaign that *lead* leads or would lead, or is known there as one that goes its own way."""
    return _state(lead) in {*_GOES_ON, None} and could_join(new.case, new.opened, lead)


def remember(tx: Tx, office: Office, company: Company, ref: str, at: datetime) -> None:
    """Let the case *ref*, which the mail has opened, be found by what it says; and what it repeats be found for longer."""
    council, wanted = office.council.policy.id, office.council.policy.provisions.campaigns
    if company.keys:
        wordings.forget_before(tx, council, at - timedelta(days=wanted.within_days))
        wordings.keep(tx, council, ref, company.keys, at)
    if company.alike is not None:
        wordings.said_again(tx, company.alike.lead.ref, at)


def _alike(tx: Tx, wanted: Campaigns, new: _New) -> Alike | None:
    """What it joins, or repeats: a campaign that goes on; else those that make one with it; else what has been answered."""
    since = new.opened.mail.received_at - timedelta(days=wanted.within_days)
    refs = wordings.alike(tx, new.case.council, new.keys, since, 2 * wanted.at_least + MORE)
    found = [case for ref in refs if (case := _readable(tx, ref)) is not None and case.first_mail is not None]
    share = wanted.alike / 100
    repeated = [(case, other) for case in found if new.wording.repeats(other := _wording(case)) >= share]
    same = [case for case, other in repeated if new.wording.adds_to(other) <= 1 - share]
    leads = _led(tx, same, _GOES_ON)
    fitting = next((lead for lead in leads if could_join(new.case, new.opened, lead)), None)
    if (theirs := next((lead for lead in leads if _is_one_of(new.theirs, lead)), None)) is not None:
        return Alike(theirs, same_person=True)
    if fitting is not None:
        return Alike(fitting)
    if (reached := _reached(same, new, wanted)) is not None:
        return reached
    if ended := [*leads, *_led(tx, same, {CampaignState.OVER})]:
        return Alike(ended[0], same_person=_is_one_of(new.theirs, ended[0]))
    adding = _led(tx, (case for case, _ in repeated), {CampaignState.ASKED, CampaignState.TOGETHER})
    return Alike(adding[0], adds=True) if adding else None


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


def _led(tx: Tx, found: Iterable[Case], states: Container[CampaignState | None]) -> list[Case]:
    """The cases that lead the campaigns of *found*, where these stand in one of *states*. One that few may know of leads
    nobody."""
    leads = {lead.ref: lead for case in found if (lead := _leader(tx, case)) is not None}
    return [lead for lead in leads.values() if not lead.restricted and _state(lead) in states]


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


def _reached(same: Sequence[Case], new: _New, wanted: Campaigns) -> Alike | None:
    """The earliest that could lead, where so many people have written the same, and nothing else, that it may be a campaign.
    What the rules take for something else, or what has more to it, neither leads nor counts."""
    sender = new.opened.mail.sender.key
    first_of = {case.complainant.key: case for case in sorted(same, key=_since, reverse=True) if _is_in_none(case)}
    others = sorted((case for key, case in first_of.items() if key != sender and _fits(case, new)), key=_since)
    if len(others) + 1 < wanted.at_least or sender in first_of:
        return None
    lead, *rest = others
    return Alike(lead, tuple(case.ref for case in rest), tuple(named(case) for case in others))


def _is_in_none(case: Case) -> bool:
    return case.joined is None and case.campaign is None


def _fits(case: Case, new: _New) -> bool:
    return can_lead(case) and could_join(new.case, new.opened, case)


def _since(case: Case) -> tuple[datetime, str]:
    return case.opened_at, case.ref
