"""A mail that belongs to no case opens one."""

from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import datetime

from townclerk.domain.campaigns import why_its_own_way
from townclerk.domain.case import LANGUAGE, NEED, NO_SUBJECT, PRIORITY, Case, OpenQuestion, Pending
from townclerk.domain.council import Council
from townclerk.domain.days_written import words_of
from townclerk.domain.deadlines import make
from townclerk.domain.decide import choices, two_matters, weighing
from townclerk.domain.decide.assigning import assign
from townclerk.domain.decide.campaigning import find_company
from townclerk.domain.decide.deliberation import LEAD, Deliberation
from townclerk.domain.decide.handing import ONLY, UNASSIGNED, hand_over
from townclerk.domain.events import CaseOpened
from townclerk.domain.letters import AlertRaised, Done, Original, Receipt
from townclerk.domain.logged_contact import AWAITS_PERMISSION
from townclerk.domain.mail import Address
from townclerk.domain.named_officers import mentions, names
from townclerk.domain.policy import SERVICE, CategoryPolicy, InReceipt, StagePolicy
from townclerk.domain.roster import Officer
from townclerk.domain.routing import Route, Signal, Suggested
from townclerk.domain.statutes import Statute, due_first, named_beside, statutes_of
from townclerk.domain.words import DANGER, NOBODYS, Alert, Category, LetterKind, Priority, Status

# A mail that raises one of these may complain of whom it names.
OF_SOMEBODY = frozenset({Alert.STAFF_CONDUCT, Alert.FRAUD, Alert.CRIMINAL_ALLEGATION, Alert.HATE_CRIME, Alert.SAFEGUARDING})
MIXED = "mixed"  # of a receipt for somebody who asks for their own data and for other information
# To these a cheerful receipt would be wrong: it says nothing of the matter; in danger, where help is to be had at once.
DELICATE = DANGER | {Alert.FRAUD, Alert.CRIMINAL_ALLEGATION}


def new_case(event: CaseOpened, council: Council) -> Case:
    """The case as it is before anything is decided about it."""
    mail, policy = event.mail, council.policy
    suspected = tuple(code for code in event.route.exclusions if code in policy.exclusions)
    conflicts = _named_officers(event, council)
    said = said_category(event.route, council)
    category = category_of(said, event.route.alerts, event.member, suspected, council)
    pending = weighing.to_decide_first(event, council, category)
    anonymous = pending is not None and pending.question == weighing.ANONYMOUS
    delicate = tuple(alert for alert in event.route.alerts if alert in policy.restricted_alerts - event.route.open_alerts)
    return Case(
        ref=event.ref,
        council=policy.id,
        policy_version=policy.version,
        category=category,
        service=event.route.service,
        status=Status.OPEN,
        complainant=mail.sender,
        subject=mail.subject.strip() or NO_SUBJECT,
        opened_at=mail.received_at,
        alerts=event.route.alerts,
        exclusions=suspected,
        suggested=_suggested(event, said, category, council),
        restricted=event.restricted
        or anonymous
        or bool(delicate)
        or bool(event.route.restricted_by)
        or any(policy.exclusions[code].restricted for code in suspected)
        or any(officer in conflicts for officer in _readers(event.route.service, council)),
        conflicts=tuple(dict.fromkeys((*event.conflicts, *(officer.key for officer in conflicts)))),
        possible_links=tuple(dict.fromkeys((*event.possible_links, *event.others))),
        receipts=mail.answerable,
        earlier=event.earlier or event.others,
        restriction=event.restriction,
        pending=pending,
        confidants=(
            *event.confidants,
            *(_confidants(pending, council) if anonymous and pending is not None else ()),
            *(policy.alerts[alert] for alert in delicate),
            *_judges(event, conflicts, council),
        ),
        doubts=weighing.doubts_about(event, council, category),
        logged=event.logged,
        related=event.related,
    )


def _confidants(pending: Pending, council: Council) -> tuple[str, ...]:
    """Whoever decides about an anonymous complaint may know of it, and whom they may consult."""
    anonymous = council.policy.provisions.anonymous
    return tuple(dict.fromkeys((pending.role, anonymous.decided_by))) if anonymous is not None else (pending.role,)


def _named_officers(event: CaseOpened, council: Council) -> tuple[Officer, ...]:
    """The officers whom a mail names that may be about what they have done: it must not be theirs to deal with."""
    if not OF_SOMEBODY & set(event.route.alerts):
        return ()
    text, readers = f"{event.mail.subject}. {event.mail.own_text or event.mail.text}", _readers(event.route.service, council)
    return tuple(
        officer
        for officer in council.roster.officers
        if names(officer, text) or (officer in readers and mentions(officer, text, event.mail.sender))
    )


def _judges(event: CaseOpened, named: tuple[Officer, ...], council: Council) -> tuple[str, ...]:
    """Whoever is told of what an officer is said to have done hears of it, unless it names them."""
    told = council.policy.alerts
    roles = dict.fromkeys(told[alert] for alert in event.route.alerts if alert in OF_SOMEBODY and alert in told)
    return tuple(role for role in roles if named and not set(council.playing(role)) & set(named))


def _readers(service: str, council: Council) -> tuple[Officer, ...]:
    """Those who would get a case of *service*, or could be given it as a matter of course."""
    return tuple(officer for officer in council.playing(SERVICE, service) if service in officer.services)


def said_category(routed: Route, council: Council) -> Category:
    """What the rules say; but where a policy asks what a concern is, it is not decided by what the mail is like."""
    asks = council.policy.provisions.concerns is not None and Signal.CONCERN in routed.signals
    return council.routing.otherwise_category if asks and routed.doubtful else routed.category


def category_of(
    said: Category, alerts: Collection[Alert], member: bool, suspected: tuple[str, ...], council: Council
) -> Category:
    """Of the case that a mail opens: what the rules say, *said*. But what may be an exclusion, one that the policy has, is a
    complaint until somebody has looked at it; and what raises an alert of danger is what the council takes a mail for in doubt,
    where it would be something light."""
    if member:
        return Category.MEMBER_ENQUIRY
    harmless = {Category.SERVICE_REQUEST, Category.COMMENT, Category.COMPLIMENT}
    if suspected and said in harmless:
        return Category.COMPLAINT
    return council.routing.otherwise_category if _is_too_light(said, alerts, council) else said


def _is_too_light(said: Category, alerts: Collection[Alert], council: Council) -> bool:
    """True where somebody may be in danger, and nobody would be asked about the mail, or no letter would go to its sender."""
    if not DANGER.intersection(alerts):
        return False
    light = {Category.COMMENT, Category.COMPLIMENT, Category.NOT_OURS}
    return said in NOBODYS or (said in light and not category_policy(said, council).decide)


def _suggested(event: CaseOpened, said: Category, category: Category, council: Council) -> Suggested | None:
    """What a rule suggests beside *category*, or what it would be without its alert: an officer's press makes it that."""
    suggested = event.route.suggested
    if suggested is not None and suggested.category is not category:
        return suggested
    if said is category or event.member or not _is_too_light(said, event.route.alerts, council):
        return None
    return Suggested(said, "it reads so, but it raises an alert: a person says what it is")


def opened(d: Deliberation, event: CaseOpened) -> None:
    mail, category = event.mail, _category_policy_of(d, event)
    d.record(mail)
    d.note(
        "resident",
        "opened",
        category=d.case.category,
        service=d.case.service,
        because="; ".join(event.route.because),
        rules=" ".join(event.route.rules),
        rules_version=event.route.version,
        mail=mail.number,
        **({"suggested": d.case.suggested.category.value} if d.case.suggested is not None else {}),
    )
    if event.route.restricted_by:
        d.note("townclerk", "restricted", reason=f"the rule {event.route.restricted_by} says so")
    _give_to_whom_a_rule_names(d, event.route.officer)
    _flag_as_rules_say(d, event)
    if Signal.MENTIONS_NEED in event.route.signals:
        d.change(flags=(*d.case.flags, (NEED, "")))
    if category.first_stage is not None:
        suspected = event.route.signals & d.council.policy.provisions.matters.keys()
        d.change(flags=(*d.case.flags, *((name, "") for name in sorted(suspected))))
    find_company(d, event)
    _open_what_stands_beside(d, event)
    if d.case.led:  # whoever has the case that leads works on it
        _begin_with_its_campaign(d, event, category)
        return
    _say_that_it_is_logged(d)
    raise_alerts(d, d.case.alerts, mail.number)
    _tell_whom_rules_name(d, event.route.tells, mail.number)
    for asked in event.route.questions:
        d.change(questions=(*d.case.questions, OpenQuestion(asked, mail.number, d.now)))
        hand_over(d, LetterKind.DECISION, f"role:{LEAD}", "asked", asked, mail=mail.number)
    _ask_about_another_matter(d, event)
    if d.case.pending is not None:
        _wait_for_a_decision(d, event, category, d.case.pending)
        return
    begin(d, category, mail.number, variety=_variety(d, event), signals=event.route.signals)
    if event.route.restricted_by and category.first_stage is None and not category.decide:  # else nobody would hear of it
        hand_over(d, LetterKind.FORWARDED, f"role:{LEAD}", category.category, mail=mail.number, clause=category.clause)
    if d.case.exclusions and d.case.category is Category.COMPLAINT:
        hand_over(d, LetterKind.DECISION, f"role:{LEAD}", "exclusion", *_titles(d), mail=mail.number, clause=_clauses(d))
    if links := (*event.possible_links, *event.secret_links):
        hand_over(d, LetterKind.DECISION, f"role:{LEAD}", "possible_link", *links, mail=mail.number)


def _begin_with_its_campaign(d: Deliberation, event: CaseOpened, category: CategoryPolicy) -> None:
    """Its dates run; where it must be decided first what it is, that is decided of the case that leads."""
    if d.case.pending is None:
        begin(d, category, event.mail.number, variety=_variety(d, event))
        return
    d.change(began_mail=event.mail.number)
    if category.receipt:
        send_receipt(d, _variety(d, event), category)


def _open_what_stands_beside(d: Deliberation, event: CaseOpened) -> None:
    """A request for information that the same mail makes; of a matter that few may know of, a person is asked about it."""
    if event.beside is not None and not d.case.restricted:
        d.open_another(event.beside)
        d.change(related=(*d.case.related, event.beside.ref))
        d.note("townclerk", "two_matters", other=event.beside.ref, mail=event.mail.number)


def _ask_about_another_matter(d: Deliberation, event: CaseOpened) -> None:
    """Whether a mail complains and asks for information, where its words do not settle it: neither promise must be lost."""
    kept_back = event.beside is not None and d.case.restricted
    other = Category.INFORMATION_REQUEST if kept_back else two_matters.other_matter(d.case.category, event.route)
    unnamed = d.case.pending is not None and d.case.pending.question == weighing.ANONYMOUS  # nobody else may hear of it yet
    if other is not None and not event.settled and not unnamed:
        hand_over(d, LetterKind.DECISION, f"role:{LEAD}", two_matters.QUESTION, other, mail=event.mail.number)


def _give_to_whom_a_rule_names(d: Deliberation, key: str | None) -> None:
    """The case is theirs as if a colleague had given it to them; not where it complains of them, or is not theirs to know."""
    officer = d.council.roster.find_here(key)
    if key is None:
        return
    if officer is not None:
        _keep_from_whom_it_complains_of(d, officer)
    if officer is None or not d.may_act(officer):
        d.note("townclerk", "not_assigned", officer=key, reason="a rule gives it to them, and they may not have it")
        return
    d.change(officer=officer.key)
    d.note("townclerk", "assigned", officer=officer.key, reason="a rule gives it to them")


def _keep_from_whom_it_complains_of(d: Deliberation, officer: Officer) -> None:
    """*officer* or, of an address that several share, those who read it."""
    if d.case.category is Category.COMPLAINT:
        readers = (found for key in officer.mailbox_of if (found := d.council.roster.find_here(key)) is not None)
        d.keep_from_whom_it_speaks_of((officer, *readers))


def _flag_as_rules_say(d: Deliberation, event: CaseOpened) -> None:
    if event.route.letters_in:
        d.note("townclerk", "letters_in", language=event.route.letters_in)
        d.change(flags=(*d.case.flags, (LANGUAGE, event.route.letters_in)))
    high = (PRIORITY,) if event.route.priority is Priority.HIGH else ()
    d.change(flags=(*d.case.flags, *((name, "") for name in (*high, *event.route.flags) if not d.case.flagged(name))))


def _tell_whom_rules_name(d: Deliberation, told: Iterable[str], mail: int) -> None:
    """For information only; of a restricted case, those alone who may know of it. *told*: roles, and keys of the roster."""
    may_know = {LEAD, *d.case.confidants}
    for role in told:
        if (officer := d.council.roster.find(role)) is not None:
            _keep_from_whom_it_complains_of(d, officer)
            hand_over(d, LetterKind.FORWARDED, f"{ONLY}:{officer.key}", "told", mail=mail)
        elif not d.case.restricted or role in may_know or d.council.policy.own_role(role) in may_know:
            hand_over(d, LetterKind.FORWARDED, f"role:{role}", "told", mail=mail)
        else:
            d.note("townclerk", "letter_not_sent", letter=LetterKind.FORWARDED, reason="the case is restricted")


def _say_that_it_is_logged(d: Deliberation) -> None:
    logged = d.case.logged
    officer = d.council.roster.find(logged.by) if logged is not None else None
    if logged is None or officer is None:
        return
    to_them = "They have a receipt." if d.case.receipts else "Nothing goes to them by mail: please tell them the reference."
    if logged.channel == AWAITS_PERMISSION:
        to_them = "Nothing goes to them before they have agreed to be written to: please ask them."
    day = words_of(d.council.calendar.local(d.case.opened_at).date())
    d.note(officer.key, "logged", channel=logged.channel, since=day)
    counted = f"It is {d.case.ref} now, counted from {day}."
    if (pending := d.case.pending) is not None and pending.question == weighing.PERMISSION:
        who = pending.role.replace("_", " ")
        counted = (
            f"It is {d.case.ref} now. No date runs before they agree to a complaint: the {who} has been asked to ask them."
        )
        to_them = "Nothing goes to them before they have agreed."
    d.to_staff(officer, Done((f"{counted} {to_them}",)))


def _wait_for_a_decision(d: Deliberation, event: CaseOpened, category: CategoryPolicy, pending: Pending) -> None:
    """No clock of ours starts before a person has decided; another procedure's may run already, so its people hear now."""
    mail = event.mail.number
    d.change(began_mail=mail)
    if category.receipt and pending.question != weighing.PERMISSION:  # who has not agreed to anything yet gets no letter
        send_receipt(d, _variety(d, event), category)
    if pending.question == weighing.STATUTORY:
        for code in d.case.exclusions:
            exclusion = d.council.policy.exclusions[code]
            if exclusion.statutory and exclusion.forward_to and not d.case.restricted:
                to = f"role:{exclusion.forward_to}"
                hand_over(
                    d,
                    LetterKind.FORWARDED,
                    to,
                    "statutory",
                    mail=mail,
                    promises=exclusion.promises,
                    clause=exclusion.clause,
                )
    ask_what_is_pending(d, mail)


def ask_what_is_pending(d: Deliberation, mail: int | None, instead: str | None = None) -> None:
    """The question is put, or put again, to whoever decides; or to the role *instead*."""
    pending = d.case.pending
    if pending is not None:
        detail = (pending.detail,) if pending.detail else ()
        hand_over(d, LetterKind.DECISION, f"role:{instead or pending.role}", pending.question, *detail, mail=mail)


def _variety(d: Deliberation, event: CaseOpened) -> str:
    if d.reticent() or DELICATE & set(d.case.alerts):
        return "neutral"
    return "doubtful" if event.route.doubtful and d.case.category is Category.COMPLAINT else "new"


def _category_policy_of(d: Deliberation, event: CaseOpened) -> CategoryPolicy:
    """What the policy says of the case that a mail opens; where a rule says so, without a receipt."""
    said = category_policy(d.case.category, d.council)
    return replace(said, receipt=False) if event.route.unanswered_by else said


def category_policy(category: Category, council: Council) -> CategoryPolicy:
    """What the policy says of *category*; where it says nothing, a person decides, and a receipt goes to whoever may be one."""
    silent = CategoryPolicy(category, clause="", receipt=category not in NOBODYS, decide=True)
    return council.policy.categories.get(category, silent)


def begin(
    d: Deliberation,
    category: CategoryPolicy,
    mail: int,
    variety: str,
    since: datetime | None = None,
    why: str = "",
    signals: Collection[str] = (),
) -> None:
    """What this category sets going: clocks, the receipt, and whoever must know. The clocks count from the receipt of *mail*,
    or from *since*; *why* says so. *signals* are what the mail says: of a request for information, under which law."""
    received_at = since or next(kept.received_at for kept in d.case.mails if kept.mail == mail)
    d.change(began_mail=mail)
    stage = d.council.policy.stages.get(category.first_stage) if category.first_stage else None
    if stage is not None:
        d.start(stage, mail, received_at, why)
    for name, promise in (("respond", category.respond), ("acknowledge", category.acknowledge)):
        if promise is not None:
            deadline = make(f"{category.category}.{name}", promise, received_at, d.now, d.council.calendar)
            d.owe(deadline)
    asked = _asked_by_law(d, category, signals)
    statute = owe_by_law(d, category, signals, received_at)
    if category.receipt:
        mixed = len(asked) > 1 and any(each.signal == Signal.PERSONAL_DATA for each in asked)
        send_receipt(d, variety, category, statute=MIXED if mixed else statute.signal if statute is not None else "")
        if statute is None or d.case.receipts:  # what the law wants said has been said only where they can read it
            d.meet(f"{category.category}.acknowledge")
    if not d.case.led:
        beside = named_beside(statute, signals, received_at, d.council.law) if statute and d.council.law else ""
        tell_staff(d, category, stage, mail, beside)


def _asked_by_law(d: Deliberation, category: CategoryPolicy, signals: Collection[str]) -> tuple[Statute, ...]:
    """What the law sets a time limit for; nothing, where it is no request for information or no law is known."""
    return statutes_of(signals) if category.category is Category.INFORMATION_REQUEST and d.council.law is not None else ()


def owe_by_law(d: Deliberation, category: CategoryPolicy, signals: Collection[str], received_at: datetime) -> Statute | None:
    """Of a request for information, what the law wants by when, whatever the policy says; None where no law has a date."""
    asked = _asked_by_law(d, category, signals)
    if d.council.law is None or (statute := due_first(asked, received_at, d.council.law)) is None:
        return None
    by = next(iter(category.forward_to), LEAD)
    deadline = statute.deadline(category.category, by, received_at, d.now, d.council.law)
    d.owe(deadline)
    d.note("townclerk", "deadline", name=deadline.name, due=deadline.target, clause=deadline.clause)
    return statute


def tell_staff(d: Deliberation, category: CategoryPolicy, stage: StagePolicy | None, mail: int, said: str = "") -> None:
    """Whoever works on such a case gets it, and whoever is shown such cases sees it, with what else is to be *said*."""
    if stage is not None and not (d.case.restricted and d.case.exclusions):  # of those the complaints lead has to decide
        assign(d, stage, *_warning(d), mail=mail)
    if category.respond is not None and category.respond.by not in category.forward_to and not d.case.restricted:
        promise = category.respond  # whoever must answer what others are only shown
        hand_over(
            d, LetterKind.ASSIGNMENT, f"{UNASSIGNED}:{promise.by}", mail=mail, promises=promise.promises, clause=promise.clause
        )
    for to in () if d.case.restricted else _shown_to(d, category):
        hand_over(
            d,
            LetterKind.FORWARDED,
            to,
            category.category,
            *((said,) if said else ()),
            mail=mail,
            promises=category.promises,
            clause=category.clause,
        )
    if category.decide:
        hand_over(d, LetterKind.DECISION, f"role:{LEAD}", "category", mail=mail, clause=category.clause)


def _shown_to(d: Deliberation, category: CategoryPolicy) -> tuple[str, ...]:
    """Who gets what no stage deals with: the roles that the policy names; whoever it was given to, in the place of its
    service."""
    officer = d.case.officer
    owed = category.respond is not None and category.respond.by not in category.forward_to  # they have an assignment
    if officer is None or category.first_stage is not None or owed:
        return tuple(f"role:{role}" for role in category.forward_to)
    service = d.council.policy.own_role(SERVICE)
    others = (f"role:{role}" for role in category.forward_to if d.council.policy.own_role(role) != service)
    return (f"officer:{officer}", *others)


def _warning(d: Deliberation) -> tuple[str, ...]:
    """What whoever gets the case should look out for."""
    warnings = []
    if Alert.STAFF_CONDUCT in d.case.alerts:
        warnings.append("It is about somebody's conduct. If that is you, or somebody close to you, please pass it on: #assign")
    if d.case.flagged(NEED):
        warnings.append(
            "They mention a disability, or something that may make it hard for them to deal with us. Please ask what we should "
            "do differently, and keep it: #flag adjustment and what it is."
        )
    if not d.case.receipts:
        warnings.append("There is no address that can be answered: nothing goes to the resident by mail.")
    warnings.extend(weighing.notes_for_the_officer(d))
    warnings.extend(filter(None, (why_its_own_way(d.case),)))
    matters = d.council.policy.provisions.matters.values()
    warnings.extend(
        f"{matter.title}: {matter.look_into}" for matter in matters if d.case.flagged(matter.name) and matter.look_into
    )
    return (" ".join(warnings),) if warnings else ()


def send_receipt(
    d: Deliberation, variety: str, category: CategoryPolicy, party: Address | None = None, statute: str = ""
) -> None:
    """The automatic receipt, to the complainant or to *party*. It names the dates whose clocks run, none that has passed; of a
    restricted matter, only when it will have been read."""
    today = d.council.calendar.local(d.now).date()
    wanted = d.dates("acknowledge", "assess") if d.reticent() else d.dates()
    dates = tuple(date for date in wanted if date.day >= today)
    title = d.stage_policy.title if d.stage_policy else None
    every_letter = d.council.policy.ombudsman_in_every_letter
    mentioned = d.council.policy.ombudsman_in_receipt is InReceipt.MENTION
    mentions = every_letter or (mentioned and category.first_stage is not None and variety != "neutral")
    danger = d.tells_of_danger or (variety == "neutral" and bool(DANGER & set(d.case.alerts)))
    doubtful = variety == "doubtful"  # the letter is that of a new complaint, but takes nothing for granted
    kind, named = "new" if doubtful else variety, d.ombudsmen() if mentions else None
    dates = () if statute == Signal.DATA_PROTECTION_COMPLAINT else dates  # this letter is what the law wants by that day
    receipt = Receipt(d.case.category, kind, dates, title, named, doubtful, danger, statute)
    published = d.stage_policy.receipt if d.stage_policy and category.first_stage else None
    said = published or category
    d.to_resident(receipt, automatic=True, promises=said.promises, clause=said.clause, party=party)
    if party is None:
        d.change(last_receipt_at=d.now)


def raise_alerts(d: Deliberation, alerts: Iterable[Alert], mail: int, about: Original | None = None) -> None:
    """Whoever is named for each is told, at any hour."""
    raised = tuple(alert for alert in alerts if alert in d.council.policy.alerts)
    original = about or d.original(d.case.mail(mail))
    for role in dict.fromkeys(d.council.policy.alerts[alert] for alert in raised):
        for recipient in d.people(role, danger=bool(DANGER & set(raised))):
            d.to_staff(recipient, AlertRaised(raised, original, (choices.MESSAGE, choices.NOTE)), files_of=mail)


def _titles(d: Deliberation) -> tuple[str, ...]:
    return tuple(d.council.policy.exclusions[code].title for code in d.case.exclusions)


def _clauses(d: Deliberation) -> str:
    return "; ".join(dict.fromkeys(d.council.policy.exclusions[code].clause for code in d.case.exclusions))
