"""The heart: what follows from something that happened. Pure: the same case and event always come to the same decision."""

from dataclasses import replace
from datetime import datetime
from typing import assert_never

from townclerk.domain.case import Case
from townclerk.domain.council import Council
from townclerk.domain.decide.absence import officer_away, officer_left, reassigned
from townclerk.domain.decide.afterwards import keep_up
from townclerk.domain.decide.campaign_members import joined, lead_said
from townclerk.domain.decide.campaigning import fits, grew, join_after_all, keep_together, leads_now
from townclerk.domain.decide.conversation import member_wrote, resident_wrote, robot_wrote
from townclerk.domain.decide.decision import Decision, Entry, JoinOther, Send
from townclerk.domain.decide.deliberation import Deliberation, mark
from townclerk.domain.decide.offering import offered
from townclerk.domain.decide.officers import officer_mail_held, officer_wrote, officer_wrote_outside
from townclerk.domain.decide.opening import new_case, opened
from townclerk.domain.decide.restricting import ask_for_what_is_kept_back, person_restricted
from townclerk.domain.decide.trouble import case_joined, letter_bounced, stranger_used_address
from townclerk.domain.decide.waking import woke
from townclerk.domain.decide.weighing import ask_about_doubts
from townclerk.domain.events import (
    CampaignFits,
    CampaignGrew,
    CampaignJoined,
    CaseJoined,
    CaseOpened,
    Event,
    LeadSaid,
    LeadsNow,
    LetterBounced,
    MemberWrote,
    OfficerAway,
    OfficerLeft,
    OfficerMailHeld,
    OfficerWrote,
    OfficerWroteOutside,
    PersonRestricted,
    Reassigned,
    ResidentWrote,
    RobotWrote,
    StrangerUsedAddress,
    TimerDue,
)

__all__ = ["Decision", "Entry", "JoinOther", "Send", "decide"]


def decide(case: Case | None, event: Event, council: Council, now: datetime) -> Decision:
    """What becomes of *case* by *event* at the aware moment *now*. `case` is None for CaseOpened alone."""
    council = council.at(now)
    if isinstance(event, CaseOpened):
        case = new_case(event, council)
    if case is None:
        raise ValueError(f"{type(event).__name__} needs a case")
    source, name = _source(event, now)
    d = Deliberation(case, council, now, source, name)
    before = None if isinstance(event, CaseOpened) else case
    _act(d, event)
    keep_together(d, before)
    join_after_all(d, before)
    keep_up(d, before)
    ask_for_what_is_kept_back(d)
    decision = d.decision()
    return replace(decision, sends=tuple(offered(send, decision.case, council, now) for send in decision.sends))


def _act(d: Deliberation, event: Event) -> None:  # noqa: C901  # one line an event: a table that mypy checks for gaps
    match event:
        case CaseOpened():
            opened(d, event)
            if not d.case.led:
                ask_about_doubts(d, event)
        case ResidentWrote():
            resident_wrote(d, event)
        case MemberWrote():
            member_wrote(d, event)
        case RobotWrote():
            robot_wrote(d, event)
        case OfficerWrote():
            officer_wrote(d, event)
        case OfficerMailHeld():
            officer_mail_held(d, event)
        case OfficerWroteOutside():
            officer_wrote_outside(d, event)
        case OfficerAway():
            officer_away(d, event)
        case OfficerLeft():
            officer_left(d, event)
        case Reassigned():
            reassigned(d, event)
        case StrangerUsedAddress():
            stranger_used_address(d, event)
        case TimerDue():
            woke(d, event)
        case LetterBounced():
            letter_bounced(d, event)
        case CaseJoined():
            case_joined(d, event)
        case PersonRestricted():
            person_restricted(d, event)
        case CampaignGrew():
            grew(d, event)
        case CampaignFits():
            fits(d, event)
        case CampaignJoined():
            joined(d, event)
        case LeadSaid():
            lead_said(d, event)
        case LeadsNow():
            leads_now(d, event)
        case _:
            assert_never(event)


def _source(event: Event, now: datetime) -> tuple[str, str]:
    """(what begins the keys of this event's effects, what letters give as the reason)."""
    match event:
        case TimerDue(key=key):
            return key, f"timer:{key}"
        case OfficerLeft(officer=officer):
            return f"left:{officer}", "officer_left"
        case Reassigned(to=to):
            return f"reassigned:{to}:{mark(now.isoformat())}", "reassigned"
        case LetterBounced(letter_key=key, recipient=recipient):
            return f"bounce:{key}:{mark(recipient.lower())}", "undelivered"
        case CaseJoined(other=other):
            return f"joined:{other}", "joined"
        case PersonRestricted(who=who, mail=mail_number):
            return f"restricted:{mail_number}:{mark(who)}", "restricted"
        case CampaignGrew() | CampaignFits() | CampaignJoined() | LeadSaid() | LeadsNow():
            return _source_of_campaign(event)
        case OfficerWrote(mail=mail, commands=commands):
            return f"mail{mail.number}", "officer:" + "+".join(command.word for command in commands)
        case _:
            return f"mail{event.mail.number}", _NAMES[type(event)]


def _source_of_campaign(event: CampaignGrew | CampaignFits | CampaignJoined | LeadSaid | LeadsNow) -> tuple[str, str]:
    match event:
        case CampaignGrew(ref=ref):
            return f"campaign:{ref}", "campaign"
        case CampaignFits(ref=ref):
            return f"fits:{ref}", "campaign"
        case CampaignJoined(lead=lead, said=said):
            return f"campaign:{lead}" + (f":joins:{said}" if said else ""), "campaign"
        case LeadSaid(lead=lead, said=said):
            word = "respond" if said.response is not None else said.command.word if said.command is not None else ""
            return f"campaign:{lead}:{said.number}", f"officer:{word}" if word else "campaign"
        case LeadsNow(before=before):
            return f"leads:{before}", "campaign"


_NAMES: dict[type, str] = {
    CaseOpened: "mail:opened",
    ResidentWrote: "mail:resident",
    MemberWrote: "mail:member",
    RobotWrote: "mail:robot",
    OfficerMailHeld: "mail:held",
    OfficerWroteOutside: "mail:outside",
    StrangerUsedAddress: "mail:stranger",
    OfficerAway: "mail:away",
}
