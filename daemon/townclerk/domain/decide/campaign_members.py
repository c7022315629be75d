"""A case that is answered with the one that leads its campaign; and the word with which a person says whether it is one."""

from dataclasses import replace

from townclerk.domain.campaigns import everybody, listed, others
from townclerk.domain.case import CampaignState, Case, Joined, OwnWay, Resembles, Said, SaidWhat
from townclerk.domain.commands import Command
from townclerk.domain.days_written import read_when
from townclerk.domain.decide import answering, ending, filing
from townclerk.domain.decide.campaigning import begin_together, can_lead, go_apart
from townclerk.domain.decide.deliberation import Deliberation
from townclerk.domain.decide.opening import ask_what_is_pending, category_policy, tell_staff
from townclerk.domain.decide.refusal import Refusal
from townclerk.domain.decide.responding import leave as respond
from townclerk.domain.decide.work import OfficerAtWork, with_nearest
from townclerk.domain.events import CampaignJoined, LeadSaid, MailFacts
from townclerk.domain.letters import Done, Refused
from townclerk.domain.mail import Address
from townclerk.domain.roster import Officer
from townclerk.domain.typed import code
from townclerk.domain.words import Status

_YES, _NO, _APART = (
    frozenset({"yes", "y", "one", "together"}),
    frozenset({"no", "n", "not"}),
    frozenset({"apart", "leave", "no"}),
)
# Whoever does one of these on a member deals with it by itself.
LEAVES = frozenset({"assign", "service", "category", "alternative", "conflict"})


def campaign(work: OfficerAtWork, command: Command) -> None:
    """`#campaign yes` or `#campaign no` on the case that leads; `#campaign apart` on a member."""
    d, said = work.d, code(command.argument)
    if d.case.led:
        if said not in _APART:
            raise Refusal(
                f"{d.case.ref} is answered with {d.case.joined.lead if d.case.joined else ''}",
                corrected=("#campaign apart",),
            )
        deal_with_by_itself(work)
        return
    found = d.case.campaign
    if found is None or found.state is CampaignState.OVER:
        state = "has been answered, or is led by another case" if found else "is none"
        raise Refusal(f"this is no campaign that waits for an answer: it {state}", "#show to see where the case stands")
    if found.state is CampaignState.APART:
        _say_late(work, said)
        return
    if said in _NO:
        number = len(everybody(d.case))
        go_apart(d, f"{work.officer.name} says that it is none")
        work.done(f"It is no campaign: {others(number)} the same, and each is a case like any other now.")
    elif said not in _YES:
        near = with_nearest("campaign", command.argument, ("yes", "no"))
        raise Refusal(
            f"“{command.argument}” is neither yes nor no" if command.argument else "say whether it is one",
            "#campaign yes",
            "#campaign no",
            corrected=near,
        )
    elif found.state is CampaignState.TOGETHER:
        raise Refusal("it is a campaign already", "#campaign no, if each should be a case like any other")
    else:
        begin_together(work)


def _say_late(work: OfficerAtWork, said: str) -> None:
    """Each has been dealt with by itself, because somebody said so or nobody said anything: that can be taken back while the
    case is open."""
    case = work.d.case
    refs = listed(everybody(case))
    if said not in _YES:
        raise Refusal("each is a case like any other already", "#campaign yes, to answer them as one after all")
    if case.status is not Status.OPEN:
        raise Refusal(
            f"{case.ref} is {case.status}, so the others can no longer be answered with it",
            f"#respond, with the same text, in answer to a letter about each of the others: {refs}",
        )
    begin_together(work)


def deal_with_by_itself(work: OfficerAtWork) -> None:
    """A person takes one out of its campaign."""
    d = work.d
    lead = d.case.joined.lead if d.case.joined is not None else ""
    _go_own_way(d, "an officer deals with it by itself", actor=work.officer.key)
    work.done(f"{d.case.ref} is not answered with {lead} any more. Whoever works on such cases has its assignment.")


def leave_quietly(work: OfficerAtWork) -> None:
    """What an officer does with this one takes it out of its campaign."""
    d = work.d
    lead = d.case.joined.lead if d.case.joined is not None else ""
    d.change(joined=None)
    d.note(work.officer.key, "left_campaign", lead=lead, reason="an officer deals with it by itself")
    work.done(f"{d.case.ref} is not answered with {lead} any more.")


def _go_own_way(d: Deliberation, why: str, actor: str = "townclerk") -> None:
    """From now on it is a case like any other: whoever works on such cases hears of it."""
    lead = d.case.joined.lead if d.case.joined is not None else ""
    d.change(joined=None)
    d.note(actor, "left_campaign", lead=lead, reason=why)
    if d.case.status is not Status.OPEN:
        return
    if d.case.pending is not None:
        ask_what_is_pending(d, d.case.began_mail)
    elif d.case.began_mail is not None:
        tell_staff(d, category_policy(d.case.category, d.council), d.stage_policy, d.case.began_mail)


def joined(d: Deliberation, event: CampaignJoined) -> None:
    """A person has said that this case, in work until now, is answered with another. Whoever worked on it hears that."""
    if d.case.status is not Status.OPEN or not can_lead(d.case) or len(d.case.begun) > 1 or d.case.hold is not None:
        d.note("townclerk", "not_joined", lead=event.lead, reason="it has gone another way meanwhile")
        return
    if d.case.pending is not None and d.case.pending.question != event.pending:
        d.change(resembles=Resembles(event.lead, OwnWay.DIFFERS))  # it may join when that has been decided here, too
        d.note("townclerk", "not_joined", lead=event.lead, reason="something must be decided about it first")
        return
    had = d.responsible()
    d.change(joined=Joined(event.lead), officer=event.officer or d.case.officer, assigned=())
    d.note("townclerk", "joined_campaign", lead=event.lead)
    if had is not None and had.key != event.keeper:
        line = (
            f"This case is answered with {event.lead}, because others have written the same: you need do nothing about it. "
            "To deal with it by itself: #campaign apart."
        )
        d.to_staff(had, Done((line,)))


def lead_said(d: Deliberation, event: LeadSaid) -> None:
    """What was done on the case that leads goes for this one, unless somebody deals with it by itself."""
    said = event.said
    if d.case.joined is None or not d.case.led:
        return
    if said.what is SaidWhat.APART:
        _go_own_way(d, "it is no campaign")
    elif said.what is SaidWhat.LEAD:
        d.change(joined=replace(d.case.joined, lead=said.lead))
        d.note("townclerk", "joined_campaign", lead=said.lead)
    elif said.what is SaidWhat.KEEPER:
        d.change(officer=said.officer or None, service=said.service, conflicts=said.conflicts)
        d.note("townclerk", "assigned", officer=said.officer or "", reason="with its campaign")
    else:
        _as_on_the_lead(d, said)


def _as_on_the_lead(d: Deliberation, said: Said) -> None:
    officer, before = d.council.roster.find(said.officer), d.case
    if officer is None or d.case.hold is not None or d.case.stage is not said.stage:
        _go_own_way(d, "what was said on the case that leads cannot be said here")
        return
    work = OfficerAtWork(d, officer, _as_mail(officer, said))
    d.capped = True
    try:
        if said.response is not None and d.stage_policy is not None:
            respond(work, d.stage_policy, said.response)
        elif said.command is not None:
            _follow(work, said.command)
    except Refusal as refusal:
        _could_not(d, before, officer, said, refusal)
        return
    words = f"respond {said.response.outcome}" if said.response is not None else said.command.word if said.command else ""
    d.note(officer.key, "officer_wrote", words=words, mail=said.mail, lead=before.joined.lead if before.joined else "")


def _follow(work: OfficerAtWork, command: Command) -> None:
    """As on the case that leads; what this one has already, or does not need, it is not given again."""
    stage = work.d.case.stage
    if command.word == "acknowledge" and stage is not None:
        owed = work.d.case.deadline(f"{stage}.acknowledge")
        if owed is not None and not owed.open and not work.d.case.acknowledgement_owed:
            return
    if command.word == "extend" and stage is not None:
        held = work.d.case.deadline(f"{stage}.respond")
        new = read_when(command.argument, work.written_on).day
        if held is not None and new is not None and held.promised >= new:
            return
        if work.d.case.joined is not None:
            work.d.change(joined=replace(work.d.case.joined, until=new))
    _WORDS[command.word](work, command)


_WORDS = {
    "acknowledge": answering.acknowledge,
    "respond": answering.respond,
    "extend": answering.extend,
    "refuse": ending.refuse,
    "category": filing.category,
    "close": ending.close,
}


def _could_not(d: Deliberation, before: Case, officer: Officer, said: Said, refusal: Refusal) -> None:
    """What went to the others cannot go to this one: it is a case like any other, and whoever wrote it hears why."""
    d.start_again(before)
    d.capped = False
    text = said.response.text if said.response is not None else said.command.text if said.command is not None else ""
    understood = said.command.line if said.command is not None else "#respond"
    _go_own_way(d, refusal.reason)
    d.to_staff(officer, Refused(understood, refusal.reason, refusal.instead, text))


def _as_mail(officer: Officer, said: Said) -> MailFacts:
    return MailFacts(
        said.mail, Address(officer.name, officer.email), "", None, (), said.at, "", "", files=said.files, most_bytes=None
    )
