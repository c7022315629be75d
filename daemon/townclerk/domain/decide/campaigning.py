"""Mails of several people that say nearly the same, as a rule because somebody gave them the words: one case leads, and what is
answered there goes to each of them. Whether it is so, a person decides; each mail stays a case, with dates of its own."""

from dataclasses import replace

from townclerk.domain.campaigns import campaign_line, everybody, listed, others
from townclerk.domain.case import NEED, Campaign, CampaignState, Case, Draft, Joined, OwnWay, Resembles, Said, SaidWhat
from townclerk.domain.commands import Command
from townclerk.domain.deadlines import AGAIN
from townclerk.domain.decide.deliberation import LEAD, Deliberation
from townclerk.domain.decide.handing import RESPONSIBLE, hand_over
from townclerk.domain.decide.refusal import Refusal
from townclerk.domain.decide.weighing import CONCERN
from townclerk.domain.decide.work import OfficerAtWork
from townclerk.domain.events import Alike, CampaignFits, CampaignGrew, CampaignJoined, CaseOpened, LeadSaid, LeadsNow
from townclerk.domain.letters import Done
from townclerk.domain.routing import Signal
from townclerk.domain.telling_of_one import NAMES_ONE, what_tells
from townclerk.domain.timer import Timer
from townclerk.domain.words import DANGER, Category, LetterKind, Priority, Stage, Status

QUESTION = "campaign"
BATCH = 20  # members that hear something at one moment: a case is never kept from others for long
# Words that go to each of them as they go to the resident of the case that leads. A response goes when it leaves.
SHARED = frozenset({"acknowledge", "refuse", "category", "close"})
# What can be answered in one for many. Of a request for information each has its own by law, and a member is answered by name.
_OF_MANY = frozenset({Category.COMPLAINT, Category.COMMENT, Category.SERVICE_REQUEST, Category.COMPLIMENT})
_ANSWERS = frozenset({"refuse", "close", "respond"})


# --- a mail that opens a case


def find_company(d: Deliberation, event: CaseOpened) -> None:
    """The new case joins those that say the same, or goes its own way with a word about them."""
    alike = event.alike
    if alike is None:
        return
    own_way = _why_its_own_way(d.case, event, alike)
    if own_way is not None:
        d.change(resembles=Resembles(alike.lead.ref, own_way))
        d.note("townclerk", "says_the_same", case=alike.lead.ref, apart=own_way)
        if own_way is OwnWay.APART and could_join(d.case, event, alike.lead):  # a late word may make it one all the same
            d.follow(alike.lead.ref, CampaignGrew(d.case.ref, apart=True))
        return
    who, waits = (*alike.who, named(d.case)) if alike.who else (), not _must_not_wait(event, alike.lead)
    if waits:
        d.change(joined=Joined(alike.lead.ref), officer=alike.lead.officer or d.case.officer)
        d.note("townclerk", "joined_campaign", lead=alike.lead.ref)
    d.follow(alike.lead.ref, CampaignGrew(d.case.ref, alike.reached, who, apart=not waits))


def can_lead(case: Case) -> bool:
    """True for a case that others could be answered with."""
    return (
        case.status is Status.OPEN
        and case.category in _OF_MANY
        and not case.restricted
        and (case.pending is None or case.pending.question == CONCERN)  # what it is can be said of all of them at once
        and case.joined is None
        and case.campaign is None
        and not DANGER & set(case.alerts)
    )


def _why_its_own_way(case: Case, event: CaseOpened, alike: Alike) -> OwnWay | None:
    lead = alike.lead
    state = lead.campaign.state if lead.campaign is not None else None
    if alike.same_person:
        return OwnWay.SAME_PERSON
    if alike.adds:
        return OwnWay.ADDS
    if state is CampaignState.APART:
        return OwnWay.APART
    if state is CampaignState.OVER or lead.status is not Status.OPEN:
        return OwnWay.ANSWERED
    return None if could_join(case, event, lead) else OwnWay.DIFFERS


def could_join(case: Case, event: CaseOpened, lead: Case) -> bool:
    """True where the new *case* could be answered with *lead*: there is no more to it than what others say as well, and
    something could go to its sender."""
    return not _differs(case, event, lead)


def _must_not_wait(event: CaseOpened, lead: Case) -> bool:
    """True where nobody has said yet that it is a campaign, and it may tell of danger, by all that the rules know of it: also
    where no alert is raised."""
    decided = lead.campaign is not None and lead.campaign.state is CampaignState.TOGETHER
    return not decided and (event.route.priority is Priority.HIGH or Signal.SERIOUS in event.route.signals)


def _differs(case: Case, event: CaseOpened, lead: Case) -> bool:
    return (
        case.category is not lead.category
        or case.restricted
        or _asked_first(case) != _asked_first(lead)
        or (case.pending is not None and not can_wait_together(case))
        or bool(case.conflicts or case.named or (case.logged and case.logged.by))
        or bool(event.possible_links or event.secret_links)
        or case.restriction is not None
        or not case.receipts
        or (Signal.MENTIONS_NEED in event.route.signals and not lead.flagged(NEED))
        or bool(DANGER & set(case.alerts))
        or not set(case.alerts) <= set(lead.alerts)
        or not set(case.exclusions) <= set(lead.exclusions)
        or not set(case.doubts) <= set(lead.doubts)
    )


def _asked_first(case: Case) -> str:
    """What must be decided before anything begins; empty: nothing."""
    return case.pending.question if case.pending is not None else ""


def can_wait_together(case: Case) -> bool:
    """True where what must be decided before anything begins can be decided of all at once: whether those words are a
    complaint."""
    return _asked_first(case) == CONCERN


def named(case: Case) -> str:
    """ "SS-27-0004-H (Ken Ashby)": to whoever is asked whether they are one."""
    return f"{case.ref} ({case.complainant.name or case.complainant.address})"


def join_after_all(d: Deliberation, before: Case | None) -> None:
    """What had to be decided first has been: a case that says what others say as well may be answered with them now."""
    found = d.case.resembles
    decided = before is not None and before.pending is not None and d.case.pending is None
    if decided and found is not None and found.why is OwnWay.DIFFERS and d.case.status is Status.OPEN and not d.case.led:
        d.follow(found.ref, CampaignFits(d.case.ref, d.case.category, d.case.alerts))


# --- the case that leads


def grew(d: Deliberation, event: CampaignGrew) -> None:
    """One more says the same. Where so many do that a person is to decide, they are asked, once."""
    if d.case.campaign is None:
        alike, members = ((*event.reached, event.ref), ()) if event.apart else (event.reached, (event.ref,))
        d.change(campaign=Campaign(CampaignState.ASKED, d.now, alike, members))
        d.note("townclerk", "campaign_found", cases=" ".join((*event.reached, event.ref)))
        _ask(d, f"The first and the others are: {listed(event.who)}." if event.who else "")
        return
    if event.apart:
        d.change(campaign=replace(d.case.campaign, alike=(*d.case.campaign.alike, event.ref)))
        return
    d.change(campaign=replace(d.case.campaign, members=(*d.case.campaign.members, event.ref)))


def _ask(d: Deliberation, detail: str = "") -> None:
    hand_over(d, LetterKind.DECISION, f"role:{LEAD}", QUESTION, *([detail] if detail else []), mail=d.case.began_mail)


def fits(d: Deliberation, event: CampaignFits) -> None:
    """One that says the same joins late, where this case leads still and there is no more to it than to this one."""
    case, campaign = d.case, d.case.campaign
    if campaign is not None and campaign.passed_to:
        d.follow(campaign.passed_to, event)
        return
    fitting = event.category is case.category and case.pending is None and set(event.alerts) <= set(case.alerts)
    if campaign is None or campaign.state is not CampaignState.TOGETHER or event.ref in campaign.members or not fitting:
        return
    d.change(campaign=replace(campaign, members=(*campaign.members, event.ref)))
    d.follow(event.ref, _joining(d))
    keeper = d.responsible()
    if keeper is not None:
        d.to_staff(
            keeper, Done((f"{event.ref} says the same as {case.ref} and is answered with it: you need do nothing about it.",))
        )


def _joining(d: Deliberation) -> CampaignJoined:
    keeper, said = d.responsible(), len(d.case.campaign.said) if d.case.campaign is not None else 0
    return CampaignJoined(d.case.ref, d.case.officer, keeper.key if keeper is not None else None, _asked_first(d.case), said)


def undecided(d: Deliberation, timer: Timer) -> None:
    """Nobody has said whether it is a campaign: it is asked once more. Then each is a case like any other, because those who
    wrote wait."""
    if d.case.campaign is None or d.case.campaign.state is not CampaignState.ASKED:
        return
    if timer.step == AGAIN:
        _ask(d, "Nobody has decided yet.")
        return
    number = len(everybody(d.case))
    go_apart(d, "nobody has decided")
    line = (
        f"Nobody has said whether {d.case.ref} leads a campaign: {others(number)} the same, and each is now a case like any "
        f"other. To make them one after all: #campaign yes on {d.case.ref}."
    )
    d.to_staff(d.lead(), Done((line,)))


def begin_together(work: OfficerAtWork) -> None:
    """A person has said that it is one campaign: those that had come before join it, and where that is said late, those that
    were dealt with one by one meanwhile."""
    d, campaign = work.d, work.d.case.campaign
    if campaign is None:
        return
    keeper = d.responsible()
    members, late = everybody(d.case), campaign.state is CampaignState.APART
    heard = tuple(replace(said, told=len(members)) if late else said for said in campaign.said)
    d.change(campaign=replace(campaign, state=CampaignState.TOGETHER, members=members, said=heard))
    for ref in members if late else campaign.alike:
        d.follow(ref, _joining(d))
    d.note(work.officer.key, "campaign", decided="together", cases=str(len(members)))
    if keeper is not None and keeper.key != work.officer.key:
        d.to_staff(keeper, Done((f"{work.officer.name} says that this case leads a campaign: {campaign_line(d.case)}.",)))
    who = f", which {keeper.name} has," if keeper is not None and keeper.key != work.officer.key else ""
    work.done(
        f"It is one campaign: {others(len(members))} the same. What is answered on {d.case.ref}{who} goes to "
        "each of them, and whoever writes the same from now on joins them."
    )


def go_apart(d: Deliberation, why: str) -> int:
    """Each is a case like any other from now on. Returns how many they are."""
    campaign = d.case.campaign
    if campaign is None:
        return 0
    d.note("townclerk", "campaign_apart", reason=why)
    _tell(d, SaidWhat.APART)
    d.change(campaign=replace(d.case.campaign or campaign, state=CampaignState.APART))
    return len(campaign.members)


def share(work: OfficerAtWork, command: Command, stage: Stage | None) -> None:
    """*command* has been followed on the case that leads a campaign, which was in *stage*, and is to be followed for each
    member as well."""
    d, campaign = work.d, work.d.case.campaign
    if campaign is None or campaign.state is not CampaignState.TOGETHER:
        return
    speaks_of_nobody(work, command.text)
    _tell(d, SaidWhat.WORD, stage, officer=work.officer.key, mail=work.mail.number, command=command, files=work.mail.files)
    _say_that_it_is_shared(work, campaign)
    if command.word in _ANSWERS:
        _end(d)


def share_response(work: OfficerAtWork, response: Draft) -> None:
    """*response* leaves for the resident of the case that leads a campaign, and for each member."""
    d, campaign = work.d, work.d.case.campaign
    if campaign is None or campaign.state is not CampaignState.TOGETHER:
        return
    speaks_of_nobody(work, response.text)
    _tell(
        d,
        SaidWhat.RESPONSE,
        d.case.stage,
        officer=response.officer,
        mail=response.mail,
        response=response,
        files=response.files,
    )
    _say_that_it_is_shared(work, campaign)
    _end(d)


def speaks_of_nobody(work: OfficerAtWork, text: str) -> None:
    """Refuses a text for everybody that tells who one of them is. Whoever wrote it is asked before, and may let it go; here it
    is one that has become everybody's since then."""
    case = work.d.case
    if case.campaign is None or case.campaign.state is not CampaignState.TOGETHER or work.may_name_one:
        return
    found = what_tells(case, text, (officer.name for officer in work.d.council.roster.officers))
    if found:
        number = len(case.campaign.members)
        raise Refusal(
            f"“{found}” stands in your text, and it goes to {number} other {'person' if number == 1 else 'people'} as well",
            "the same words without it: each letter greets its reader by name",
            "#message for what is for this resident alone",
        )


def _say_that_it_is_shared(work: OfficerAtWork, campaign: Campaign) -> None:
    number = len(campaign.members)
    work.done(
        f"The same goes to each of the {number} others who have written the same."
        if number > 1
        else "The same goes to 1 other."
    )
    _settle_what_named_one(work)


def _settle_what_named_one(work: OfficerAtWork) -> None:
    """A mail of theirs that was held because it tells who the first resident is has been written anew."""
    for held in work.d.case.held:
        if held.why == NAMES_ONE and held.officer == work.officer.key and held.mail != work.mail.number:
            work.d.settle_held(held, work.officer.key, "it was kept as a note, because you wrote again")
            work.d.note(work.officer.key, "note", text=held.text)
            work.done(f"Your mail that was held as number {held.number} is kept as a note. It is not sent.")


def _end(d: Deliberation) -> None:
    if d.case.campaign is not None:
        d.change(campaign=replace(d.case.campaign, state=CampaignState.OVER))


def _tell(d: Deliberation, what: SaidWhat, stage: Stage | None = None, **said: object) -> None:
    campaign = d.case.campaign
    if campaign is None:
        return
    new = Said(len(campaign.said) + 1, what, d.now, stage=stage, **said)  # type: ignore[arg-type]  # fields of Said
    d.change(campaign=replace(campaign, said=(*campaign.said, new)))


def tell_members(d: Deliberation, _timer: Timer) -> None:
    """The next few members hear the first thing that not all of them have."""
    campaign = d.case.campaign
    said = campaign.to_tell if campaign is not None else None
    if campaign is None or said is None:
        return
    those = campaign.members[said.told : said.told + BATCH]
    for ref in those:
        d.follow(ref, LeadSaid(d.case.ref, said))
    heard = replace(said, told=said.told + len(those))
    kept = tuple(heard if each.number == said.number else each for each in campaign.said)
    d.change(campaign=replace(campaign, said=kept))


def keep_together(d: Deliberation, before: Case | None) -> None:
    """What becomes of the case that leads becomes of its members; where it has ended without an answer, another leads."""
    case, campaign = d.case, d.case.campaign
    if case.joined is not None and case.led and case.status is not Status.OPEN:
        d.change(joined=replace(case.joined, together=False))
    if campaign is None or before is None or campaign.state in {CampaignState.APART, CampaignState.OVER}:
        return
    if case.status is Status.OPEN:
        if (case.officer, case.service, case.conflicts) != (before.officer, before.service, before.conflicts):
            _tell(d, SaidWhat.KEEPER, officer=case.officer or "", service=case.service, conflicts=case.conflicts)
    elif campaign.state is CampaignState.ASKED:
        go_apart(d, "the case that would lead it has ended")
        d.to_staff(d.lead(), Done((_no_longer_asked(case),)))
    else:
        pass_on(d, d.case.ref, campaign)


def _no_longer_asked(case: Case) -> str:
    """What whoever was asked hears when somebody has dealt with the first of them by itself."""
    how = "has been answered by itself" if case.status is Status.ANSWERED else "has ended"
    refs = everybody(case)
    return (
        f"Whether {case.ref} leads a campaign is asked no more, because it {how}. {others(len(refs))[:1].upper()}"
        f"{others(len(refs))[1:]} the same, and each is a case like any other now: {listed(refs)}. {LIKEWISE}"
    )


LIKEWISE = "Each of them can be answered likewise, by #respond and the same text in answer to a letter about it."


def pass_on(d: Deliberation, before: str, campaign: Campaign) -> None:
    """The next of the members leads, since the case *before* has ended without an answer."""
    mine = d.case.ref == before
    if not campaign.members:
        if mine:
            _end(d)
        return
    first, *rest = campaign.members
    d.follow(first, LeadsNow(before, Campaign(CampaignState.TOGETHER, campaign.since, (), tuple(rest))))
    if mine and d.case.campaign is not None:
        d.change(campaign=replace(d.case.campaign, state=CampaignState.OVER, passed_to=first))
        d.note("townclerk", "campaign_passed_on", to=first)


def leads_now(d: Deliberation, event: LeadsNow) -> None:
    """This member leads the campaign on, where it still is one; else the next does."""
    if not d.case.led or d.case.status is not Status.OPEN:
        if d.case.campaign is None:
            d.change(campaign=Campaign(CampaignState.OVER, d.now, passed_to=next(iter(event.campaign.members), "")))
        pass_on(d, event.before, event.campaign)
        return
    d.change(joined=None, campaign=event.campaign)
    d.note("townclerk", "leads_campaign", after=event.before)
    _tell(d, SaidWhat.LEAD, lead=d.case.ref)
    note = f"It leads a campaign now, because {event.before} has ended."
    if d.case.category is Category.COMPLAINT:
        hand_over(d, LetterKind.ASSIGNMENT, f"{RESPONSIBLE}:{d.first_to_act()}", note, mail=d.case.began_mail)
    else:
        hand_over(d, LetterKind.FORWARDED, f"{RESPONSIBLE}:", d.case.category.value, mail=d.case.began_mail)
