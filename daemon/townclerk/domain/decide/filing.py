"""Words that say what a case is and whose: `#note`, `#assign`, `#service`, `#category`, `#link`, `#flag`, `#unflag`."""

import re
from datetime import datetime
from difflib import get_close_matches

from townclerk.domain.case import ADJUSTMENT, FLAGS, LANGUAGE, MARKED, Correspondence
from townclerk.domain.commands import Command
from townclerk.domain.days_written import words_of
from townclerk.domain.deadlines import stage_deadlines
from townclerk.domain.decide.colleagues import colleague_named
from townclerk.domain.decide.decision import JoinOther
from townclerk.domain.decide.deliberation import LEAD, Deliberation
from townclerk.domain.decide.handing import RESPONSIBLE, hand_over
from townclerk.domain.decide.opening import begin, category_policy, owe_by_law
from townclerk.domain.decide.refusal import Refusal
from townclerk.domain.decide.weighing import CONCERN, OUT_OF_TIME, PERMISSION
from townclerk.domain.decide.work import OfficerAtWork, joined, with_nearest
from townclerk.domain.letters import (
    Message,
)
from townclerk.domain.mail import IncomingMail
from townclerk.domain.policy import CategoryPolicy
from townclerk.domain.reference import find_references
from townclerk.domain.roster import Officer
from townclerk.domain.routing import Signal, route
from townclerk.domain.statutes import by_law, what_the_law_wants
from townclerk.domain.typed import code
from townclerk.domain.words import NOBODYS, Category, LetterKind, Status

_PARTY = "party"  # behind `#link`: whoever complains here is to have a part in somebody else's case
_QUOTES = "\"'\u201c\u201d\u2018\u2019"
_CODE = re.compile(r"[a-z]{2,3}")
_LONGEST = 60  # characters of a flag's name that are compared
_A_SLIP = 0.8  # so near that it hardly is a name of its own


def note(work: OfficerAtWork, command: Command) -> None:
    text = work.body(command, "the note")
    work.d.note(work.officer.key, "note", text=text)
    if work.d.case.possible_links:
        work.d.change(possible_links=())
    work.done(work.unseen("Your note is kept."))


def assign(work: OfficerAtWork, command: Command) -> None:
    d = work.d
    colleague, said = colleague_named(d.council.roster, command.argument)
    if colleague.has_left(d.council.roster.day):
        raise Refusal(f"{colleague.name} does not work here any more", "#assign and another colleague")
    if colleague.key in d.case.named:
        _give_back(work, colleague)
    if colleague.key in d.kept_from():
        raise Refusal(
            f"{colleague.name} cannot deal with it: the complaint names them, or they have a conflict of interest",
            "#assign and somebody else",
        )
    if colleague.key in d.barred():
        raise Refusal(f"{colleague.name} answered before, and this stage is somebody else's", "#assign and another colleague")
    if d.case.restricted and not d.council.plays(work.officer, LEAD) and not d.is_confidant(work.officer):
        raise Refusal("only the complaints lead hands on a restricted case", "#note to write something down")
    _corrected(work, "officer", d.case.officer or "", colleague.key)
    d.change(officer=colleague.key)
    note = f"Given to you by {work.officer.name}. {joined(said, command.body)}".strip()
    hand_over(d, LetterKind.ASSIGNMENT, f"officer:{colleague.key}", note, mail=_matter(d))
    work.done(f"The case is now with {colleague.name}, {_told(d, colleague)}")


def _give_back(work: OfficerAtWork, colleague: Officer) -> None:
    """Somebody who may has looked: what the resident wrote names *colleague*, and is not about them."""
    d, lead = work.d, work.d.lead()
    above = lead is not None and lead.key in d.council.roster.acts_for(work.officer)
    if not above and not d.council.plays(work.officer, LEAD) and not d.is_confidant(work.officer):
        instead = (f"#assign {lead.key}, who can",) if lead is not None else ()
        raise Refusal(
            f"what the resident wrote speaks of {colleague.name}: the complaints lead says whether it is about them", *instead
        )
    named = tuple(key for key in d.case.named if key != colleague.key)
    d.change(named=named, given_back=(*d.case.given_back, colleague.key))
    d.note(work.officer.key, "given_back", to=colleague.key)


def _told(d: Deliberation, colleague: Officer) -> str:
    """Who hears of it: they themselves, or whoever stands in for them."""
    reader, until = d.reader(colleague), colleague.away_until(d.council.roster.day)
    if until is None:
        return "who has been told."
    instead = (
        f"{reader.name} has been told in their place" if reader and reader.key != colleague.key else "and nobody stands in"
    )
    return f"who is away until {words_of(until)}: {instead}."


def service(work: OfficerAtWork, command: Command) -> None:
    d = work.d
    service = code(command.argument)
    known = sorted({service for officer in d.council.roster.officers for service in officer.services})
    if service not in known:
        raise Refusal(
            f"nobody on the roster deals with “{command.argument}”" if service else "the service is missing",
            f"#service and one of: {', '.join(known)}",
            corrected=with_nearest("service", service, known) or _routed(work, command.argument, known),
        )
    _corrected(work, "service", d.case.service, service)
    if d.case.restricted:
        d.change(service=service)
        keeper = d.responsible()
        name = keeper.name if keeper else "the complaints lead"
        work.done(
            f"The service is now {service.replace('_', ' ')}. The case is restricted, so it stays with {name} until "
            "“#category complaint” lifts that; #assign gives it to one colleague."
        )
        return
    d.change(service=service, officer=None)
    complaint = d.case.category is Category.COMPLAINT
    kind, about = (
        (LetterKind.ASSIGNMENT, f"From {work.officer.name}.") if complaint else (LetterKind.FORWARDED, d.case.category.value)
    )
    hand_over(d, kind, RESPONSIBLE + ":", about, mail=_matter(d))
    work.done(f"The case is now with {service.replace('_', ' ')}.")


def _corrected(work: OfficerAtWork, what: str, was: str, now: str) -> None:
    """What the rules, or whoever had it before, made of it was not right: `rules suggest` learns from that."""
    work.d.note(work.officer.key, "corrected", what=what, was=was, now=now)


def _routed(work: OfficerAtWork, said: str, known: list[str]) -> tuple[str, ...]:
    """The service to which the council's own rules would send a mail that says so: of "bins", waste."""
    routing = work.d.council.routing
    mail = IncomingMail(sender=work.mail.sender, subject="", text=said, own_text=said)
    found = route(mail, routing).service
    return (f"#service {found}",) if found in known and found != routing.otherwise_service else ()


def _matter(d: Deliberation) -> int | None:
    """The mail that says what it is about: whoever gets the case anew has seen none."""
    began = _began(d)
    return began.mail if began else None


def _began(d: Deliberation) -> Correspondence | None:
    return d.case.mail(d.case.began_mail) or d.case.first_mail


def category(work: OfficerAtWork, command: Command) -> None:
    d = work.d
    wanted = code(command.argument)
    if wanted not in set(Category):
        raise Refusal(
            f"“{command.argument}” is no category" if wanted else "the category is missing",
            f"#category and one of: {', '.join(Category)}",
            corrected=with_nearest("category", wanted, Category),
        )
    category = Category(wanted)
    suggested = d.case.suggested is not None and d.case.suggested.category is category
    if category is not d.case.category and not suggested:  # whoever does what a rule suggests corrects none
        _corrected(work, "category", d.case.category, category)
    if category is Category.COMPLAINT:
        _becomes_complaint(work)
        d.change(suggested=None)
        _send_words(work, command.body)
    elif category is d.case.category and _has_no_date_yet(work, category):
        _starts_the_date_of_the_law(work)
        _send_words(work, command.body)
    elif category is d.case.category:
        raise Refusal(f"it is a {category.replace('_', ' ')} already", "#service, if it belongs to somebody else")
    else:
        if any(deadline.open and not deadline.outlives for deadline in d.case.deadlines):
            _stops_being_complaint(work, category, command.body)
        d.change(suggested=None)
        _becomes(work, category)
        _send_words(work, command.body)


def _becomes_complaint(work: OfficerAtWork) -> None:
    d = work.d
    suspected = bool(d.case.exclusions) or d.case.restricted
    under_way = d.case.stage is not None and d.case.pending is None
    if d.case.category is Category.COMPLAINT and d.case.status is Status.OPEN and under_way:
        if not suspected and OUT_OF_TIME in d.case.doubts:  # it was asked whether to take it, and this says yes
            d.change(doubts=tuple(doubt for doubt in d.case.doubts if doubt != OUT_OF_TIME))
            d.note(work.officer.key, "taken_out_of_time")
            work.done("It is taken, although it may be out of time. Its dates run on, and nothing changes for the resident.")
            return
        if not suspected and CONCERN in d.case.doubts:
            d.change(doubts=tuple(doubt for doubt in d.case.doubts if doubt != CONCERN))
            work.done("It is a complaint, as it has been dealt with so far, and its dates stand.")
            return
        if not suspected and d.case.suggested is not None:
            work.done("It stays a complaint. Its dates run on, and nothing changes for the resident.")
            return
        if not suspected:
            raise Refusal("it is a complaint already", "#service, if it belongs to somebody else")
        d.change(exclusions=(), restricted=False)
        hand_over(d, LetterKind.ASSIGNMENT, f"{RESPONSIBLE}:{d.first_to_act()}", mail=_matter(d))
        work.done("It is taken as a complaint, and whoever must act first has been told.")
        return
    if d.case.category is Category.COMPLAINT and d.case.responded_at:
        raise Refusal("it is a complaint, and has been answered", "#review accept, where the resident asked for a review")
    asked, first = d.case.mail(d.case.requested_mail), d.case.first_mail
    permitted = d.case.pending is not None and d.case.pending.question == PERMISSION
    d.drop_deadlines()
    d.change(
        category=Category.COMPLAINT,
        status=Status.OPEN,
        exclusions=(),
        restricted=False,
        pending=None,
        requested_mail=None,
        review_refused=False,
        refused=None,
        responded_at=(),
        outcome=None,
        closed_at=None,
    )
    began = asked or first
    if began is not None:
        policy = category_policy(Category.COMPLAINT, d.council)
        since, why = (None, "") if asked is not None else _counts_from(d, policy, began.received_at)
        if permitted:
            d.change(receipts=bool(d.case.complainant.address))
            since, why = d.now, "counted from the day on which they agreed that it is logged as a complaint"
        begin(d, policy, began.mail, variety="new" if permitted else "converted", since=since, why=why)
    work.done("It is a complaint now. The resident has a receipt with the dates, and whoever must act first has been told.")


def _counts_from(d: Deliberation, policy: CategoryPolicy, received_at: datetime) -> tuple[datetime | None, str]:
    """(from when a complaint counts that nobody asked for, None: from its mail; why). Where a date would have passed already,
    nobody could keep it: it counts from now."""
    stage = d.council.policy.stages.get(policy.first_stage) if policy.first_stage else None
    calendar = d.council.calendar
    today = calendar.local(d.now).date()
    if stage is None or all(each.target >= today for each in stage_deadlines(stage, received_at, d.now, calendar)):
        return None, ""
    return d.now, "counted from the day on which it was taken as a complaint"


def _send_words(work: OfficerAtWork, text: str) -> None:
    """What stands below #category goes to the resident."""
    if text:
        work.write(Message(text, work.officer.name))
        work.done("What you wrote below the word goes to the resident as a message.")


def _stops_being_complaint(work: OfficerAtWork, category: Category, text: str) -> None:
    """The resident holds a date: they must be told, in the officer's words, that it is dealt with in another way. Spam and
    robots' mail have no resident."""
    d = work.d
    if not text and category not in NOBODYS:
        raise Refusal(
            "the resident has been told dates, so they must be told why this is not dealt with as a complaint",
            f"#category {category} and, on the next line, what the resident is to be told",
        )
    d.drop_deadlines()


def _becomes(work: OfficerAtWork, category: Category) -> None:
    d = work.d
    d.change(category=category, stage=None, exclusions=(), restricted=False, pending=None, requested_mail=None)
    d.change(proposal=None, draft=None)
    policy = category_policy(category, d.council)
    if (began := _began(d)) is not None:
        owe_by_law(d, policy, _signals_of(began, d), began.received_at)
    for role in policy.forward_to:
        hand_over(d, LetterKind.FORWARDED, f"role:{role}", category.value, mail=_matter(d), clause=policy.clause)
    if category in NOBODYS:
        d.change(status=Status.CLOSED, closed_at=d.now)
        work.done(f"It is now {category.words}, and closed. #category complaint opens it again.")
        return
    work.done(f"It is now {category.words}.")


def _signals_of(mail: Correspondence, d: Deliberation) -> frozenset[str]:
    return route(IncomingMail(mail.sender, mail.subject, mail.text, mail.text), d.council.routing).signals


def _has_no_date_yet(work: OfficerAtWork, category: Category) -> bool:
    """True for a request for information that the rules took for a complaint about one."""
    d = work.d
    open_one = category is Category.INFORMATION_REQUEST and d.case.status is Status.OPEN
    return open_one and d.council.law is not None and not any(map(by_law, d.case.deadlines))


def _starts_the_date_of_the_law(work: OfficerAtWork) -> None:
    """An officer says that it does ask for something: counted from the mail, as the law counts."""
    d = work.d
    if (began := _began(d)) is None:
        return
    signals = _signals_of(began, d) - {Signal.REQUEST_WENT_WRONG, Signal.DATA_PROTECTION_COMPLAINT}
    owe_by_law(d, category_policy(d.case.category, d.council), signals, began.received_at)
    work.done(" ".join(what_the_law_wants(each) for each in d.case.deadlines if by_law(each)))


def link(work: OfficerAtWork, command: Command) -> None:
    d = work.d
    found = find_references(command.argument, d.council.policy.prefix)
    if len(found) != 1 or found[0] == d.case.ref:
        raise Refusal(
            "the reference is missing or not right", "#link and one reference, for instance the one that the letter named"
        )
    if found[0] not in work.known_refs:
        raise Refusal(f"there is no case {found[0]}", "#link and the reference of a case that is there")
    _is_theirs_too(work, found[0], confirmed=_PARTY in command.argument.lower().split())
    told = d.case.receipts and bool(d.dates())
    d.drop_deadlines()
    d.change(status=Status.CLOSED, closed_at=d.now, linked=(*d.case.linked, found[0]), possible_links=(), requested_mail=None)
    d.join(JoinOther(found[0], work.officer.key, d.case.complainant, d.case.mails, told))
    whose, sender = (f" ({name})" if name else "" for name in (work.others.get(found[0], ""), d.case.complainant.name))
    work.done(f"This mail now belongs to {found[0]}{whose}, its sender{sender} may write to it, and {d.case.ref} is closed.")


def _is_theirs_too(work: OfficerAtWork, ref: str, *, confirmed: bool) -> None:
    """Refuses to give whoever complains here a part in somebody else's case, which they have not named, until it is said."""
    case, whose = work.d.case, work.others.get(ref)
    if whose is None or confirmed or ref in case.possible_links:
        return
    who = case.complainant.name or case.complainant.address or "whoever wrote it"
    so = f"{who} would have a part in {ref}, and be told its reference, and {case.ref} would be closed"
    raise Refusal(
        f"{ref} is the case of {whose}, and {case.ref} that of {who}: {so}",
        "#note and what the two have to do with each other: each goes on with its own reference",
        corrected=(f"#link {ref} {_PARTY}",),
    )


def flag(work: OfficerAtWork, command: Command) -> None:
    name, _, text = command.argument.partition(" ")
    meant = len(name) > len(name.strip(_QUOTES))
    name = name.strip(_QUOTES)
    if not name:
        raise Refusal("the flag's name is missing", "#flag NAME and a few words")
    _is_for_officers(name.lower())
    if not meant:
        _is_no_slip(work, name.lower(), text)
    several = name.lower() == ADJUSTMENT
    if several and not joined(text, command.body):
        raise Refusal("what is done differently is missing", "#flag adjustment and what it is")
    said = _code_of_a_language(text) if name.lower() == LANGUAGE else joined(text, command.body)
    kept = tuple(flag for flag in work.d.case.flags if several or flag[0] != name.lower())
    work.d.change(flags=(*kept, (name.lower(), said)))
    work.done(f"The flag “{name.lower()}” is set.")


def _code_of_a_language(written: str) -> str:
    if not _CODE.fullmatch(written.strip().lower()):
        raise Refusal("the code of the language is missing: two letters", "#flag language cy, for Welsh")
    return written.strip().lower()


def unflag(work: OfficerAtWork, command: Command) -> None:
    name = command.argument.strip().lower()
    _is_for_officers(name)
    if name not in dict(work.d.case.flags):
        flags = ", ".join(dict(work.d.case.flags)) or "none is set"
        near = with_nearest("unflag", name, dict(work.d.case.flags))
        raise Refusal(f"there is no flag “{name}”", f"#unflag and one of: {flags}", corrected=near)
    work.d.change(flags=tuple(flag for flag in work.d.case.flags if flag[0] != name))
    work.done(f"The flag “{name}” is taken away.")


def _is_no_slip(work: OfficerAtWork, name: str, text: str) -> None:
    """Refuses what is nearly one of the flags that do something: a slip would do nothing, and nobody would notice. Written in
    quotation marks it is meant as it stands."""
    provisions = work.d.council.policy.provisions
    noticed = (notice.flag for notice in provisions.notices if notice.flag)
    does = (*FLAGS, *provisions.matters, *provisions.flags, *noticed)
    if name in does or name in dict(work.d.case.flags):
        return
    near = get_close_matches(name[:_LONGEST], [each for each in does if each != MARKED], n=1, cutoff=_A_SLIP)
    if near:
        raise Refusal(
            f"“{name}” is nearly the flag “{near[0]}”, and would do nothing",
            f'#flag "{name}", if that is what you mean',
            corrected=(f"#flag {near[0]} {text}".strip(),),
        )


def _is_for_officers(name: str) -> None:
    """Refuses the mark under which a case may be destroyed: it follows from how long the policy keeps it."""
    if name.replace("_", "-") == MARKED:
        raise Refusal(f"“{MARKED}” is set when the time to keep the case is over, and by nobody", "#hold and why, to keep it")
