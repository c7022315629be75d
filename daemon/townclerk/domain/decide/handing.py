"""Letters to staff that wait for working hours. They are decided again when they leave, as things then are."""

from collections.abc import Callable, Sequence
from datetime import date

from townclerk.domain.campaigns import how_many_alike
from townclerk.domain.case import FLAGS, CampaignState, Waiting
from townclerk.domain.deadlines import campaign_question_ends
from townclerk.domain.decide import choices
from townclerk.domain.decide.contents import told_before
from townclerk.domain.decide.deliberation import Deliberation, mark, to_officer
from townclerk.domain.decide.dossier import answers_so_far, file_for_review
from townclerk.domain.decide.meetings import approval_note
from townclerk.domain.decide.reminding import reminder
from townclerk.domain.enclosing import Enclosed, named
from townclerk.domain.letters import AlertRaised, Assignment, Decision, Forwarded, Recipient, StaffContent, Undelivered
from townclerk.domain.statutes import NO_DATE, by_law, title_of, what_the_law_wants
from townclerk.domain.words import Category, LetterKind, Status

RESPONSIBLE = "responsible"
FOR_THE_LEAD = "for the lead"  # of an approval that nobody gives: it is told to whoever may not give it themselves
ONLY = "only"  # this officer, or nobody: they need do nothing
_OF_THE_LEAD = frozenset({"notice", "no_notice", "agreed"})  # of a campaign: said of the case that leads it
UNASSIGNED = "unassigned"  # whoever is responsible, unless they have had the assignment of this stage


def hand_over(
    d: Deliberation,
    kind: LetterKind,
    to: str,
    *about: str,
    mail: int | None = None,
    promises: Sequence[str] = (),
    clause: str = "",
) -> None:
    """Send a letter to *to* (officer:KEY, only:KEY, role:NAME, responsible:ROLE or unassigned:ROLE): now, or when working
    hours begin."""
    if d.case.led and (kind is LetterKind.ASSIGNMENT or (kind is LetterKind.FORWARDED and about[0] in _OF_THE_LEAD)):
        d.note("townclerk", "letter_not_sent", letter=kind, reason="it is answered with its campaign")
        return
    opens = d.opening_hour()
    key = ":".join((d.source, kind.value, to, mark("\n".join(about))))
    letter = Waiting(key, opens or d.now, kind, to, about, mail, d.event, tuple(promises), clause)
    if opens is None:
        release(d, letter)
    else:
        d.wait(letter)


def release(d: Deliberation, letter: Waiting) -> None:
    """Send *letter* to whoever is right now, if it is still wanted."""
    if not _still_wanted(d, letter):
        d.note("townclerk", "letter_not_sent", letter=letter.kind, reason="no longer wanted")
        return
    content = _COMPOSE[letter.kind](d, letter)
    apart = _apart(d, letter)
    recipients = _recipients(d, letter.to)
    if recipients is None:
        d.tell_that_nobody_may(letter.kind)
    for recipient in recipients or ():
        reader, _ = d.in_place(recipient, apart)
        failed = letter.about[1].lower() if letter.kind is LetterKind.UNDELIVERED else None
        if reader is not None and reader.address.lower() == failed:
            d.note("townclerk", "letter_not_sent", letter=letter.kind, reason="it would go to the address that failed")
            continue
        d.to_staff(
            recipient,
            content,
            letter.promises,
            letter.clause,
            files_of=letter.mail,
            event=letter.event,
            apart=apart,
            enclosed=_files_to_approve(d, letter),
        )
        if letter.kind is LetterKind.ASSIGNMENT and recipient.officer is not None:
            d.change(assigned=tuple(dict.fromkeys((*d.case.assigned, recipient.officer))))


def _apart(d: Deliberation, letter: Waiting) -> frozenset[str]:
    """Whoever wrote a response does not approve it in the place of somebody who is away."""
    asks_to_approve = letter.kind is LetterKind.DECISION and letter.about[0] == "approval" and d.case.draft is not None
    return d.council.roster.who_read({d.case.draft.officer}) if asks_to_approve and d.case.draft is not None else frozenset()


def _recipients(d: Deliberation, to: str) -> tuple[Recipient, ...] | None:
    """None: there is nobody who may have it."""
    sort, _, name = to.partition(":")
    if sort == "role":
        return d.people(name) or None
    if sort == ONLY:
        return _if_they_may(d, name)
    officer = d.council.roster.find(name) if sort == "officer" else d.responsible(name or None)
    if sort == UNASSIGNED and officer is not None and officer.key in d.case.assigned:
        return ()
    officer = officer if officer is not None and d.may_act(officer) else d.lead()
    return (to_officer(officer),) if officer else None


def _if_they_may(d: Deliberation, key: str) -> tuple[Recipient, ...]:
    officer = d.council.roster.find_here(key)
    if officer is not None and d.may_act(officer):
        return (to_officer(officer),)
    d.note("townclerk", "letter_not_sent", letter=LetterKind.FORWARDED, of=key, reason="it is not theirs to know")
    return ()


def _files_to_approve(d: Deliberation, letter: Waiting) -> Enclosed | None:
    """Whoever approves a response sees the files that would go with it, in the place of the resident's."""
    draft = d.case.draft if letter.about[:1] == ("approval",) else None
    return Enclosed(draft.mail, draft.files) if draft is not None and draft.files else None


def _still_wanted(d: Deliberation, letter: Waiting) -> bool:
    finished = d.case.status in {Status.CLOSED, Status.WITHDRAWN}
    if letter.kind is LetterKind.ASSIGNMENT:
        return not finished and not d.case.led
    if letter.kind is LetterKind.FORWARDED and letter.about[0] == "no_notice":
        return d.case.status is Status.OPEN
    return letter.kind is not LetterKind.DECISION or _still_asked(d, letter, finished)


def _still_asked(d: Deliberation, letter: Waiting, finished: bool) -> bool:
    question = letter.about[0]
    if question in {"approval", "not_approved"}:
        return d.case.status is Status.OPEN and (d.case.draft is not None) == (question == "approval")
    if question == "triage":
        return d.case.status is Status.OPEN and d.case.requested_mail is not None
    if question in {"late_review", "review_wanted", "dissatisfied"}:
        return d.case.requested_mail is not None
    if question in {"survey_reply", "final", "restricted"}:
        return True
    if question == "exclusion":
        return not finished and bool(d.case.exclusions)
    if question in {"anonymous", "statutory", "permission"}:
        return not finished and d.case.pending is not None
    if question == "campaign":
        return not finished and d.case.campaign is not None and d.case.campaign.state is CampaignState.ASKED
    if question == choices.WAS_THIS_THE_RESPONSE:
        return any(held.number == letter.mail for held in d.case.held)
    return not finished


def _assignment(d: Deliberation, letter: Waiting) -> StaffContent:
    mail = d.case.mail(letter.mail)
    note = letter.about[0] if letter.about else ""
    offered = (
        *choices.as_suggested(d.case, choices.to_work(d.case, d.council)),
        *choices.about_landlord(d.case, d.council),
        *choices.to_give_back(d.case, d.council),
    )
    began = mail.mail if mail is not None else None
    return Assignment(
        dates=d.dates(),
        original=d.original(mail),
        choices=offered,
        possible_links=d.case.possible_links,
        note=" ".join(part for part in (note, _said_by_rules(d), _note_of_the_named(d), approval_note(d)) if part),
        file=file_for_review(d, began),
        answers=answers_so_far(d),
        earlier=tuple(ref for ref in d.case.earlier if ref not in d.case.possible_links),
        must_contain=told_before(d.stage_policy) if d.stage_policy is not None else (),
    )


def _suggestion(d: Deliberation) -> str:
    """What a rule takes it for, and why."""
    suggested = d.case.suggested
    return f"A rule suggests that it is {suggested.category.words}: {suggested.why}" if suggested is not None else ""


def _said_by_rules(d: Deliberation) -> str:
    """What it may be, and under which names it is found again. What a flag of the policy means is said elsewhere."""
    known = {*FLAGS, *d.council.policy.provisions.matters}
    names = ", ".join(dict.fromkeys(name for name, _ in d.case.flags if name not in known))
    said = f"Letters to them go out in another language ({d.case.language}), where there is one of the kind."
    return " ".join(
        part for part in (_suggestion(d), f"Flagged: {names}." if names else "", said if d.case.language else "") if part
    )


def _note_of_the_named(d: Deliberation) -> str:
    """Why somebody else does not have it, and how they can."""
    found = [officer for key in d.case.named if (officer := d.council.roster.find_here(key)) is not None]
    if not found:
        return ""
    who, keys = " and ".join(officer.name for officer in found), " or ".join(f"#assign {officer.key}" for officer in found)
    return (
        f"What they wrote speaks of {who}, who has no part in it and has not been told. Where it is not about them, "
        f"the complaints lead can give it back: {keys}."
    )


def _forwarded(d: Deliberation, letter: Waiting) -> StaffContent:
    reason, original = letter.about[0], d.original(d.case.mail(letter.mail))
    if reason == "told":
        return Forwarded(reason, original, (choices.NOTE,))
    if reason == "member":  # whoever answers members owes the resident nothing, and answers in their own way
        return Forwarded(reason, original, (choices.NOTE,))
    if reason == "no_notice":  # what was promised did not go: a person answers, or writes
        return Forwarded(reason, original, choices.to_work(d.case, d.council), d.dates(), detail=letter.about[1])
    if reason in {"notice", "withheld"}:
        return Forwarded(reason, original, (choices.MESSAGE, choices.NOTE), detail=letter.about[1])
    wanted = choices.to_work(d.case, d.council) if reason != "withdraws" else (choices.WITHDRAWN, choices.MESSAGE)
    first = choices.about_copies(reason, original) + choices.about_new_issue(reason, d.case, d.council, letter.mail)
    offered = choices.as_suggested(d.case, (*first, *wanted))
    note = " ".join(part for part in (_said_by_law(d, reason), _said_by_rules(d), *letter.about[1:]) if part)
    title = _title_by_law(d) if reason == Category.INFORMATION_REQUEST else ""
    return Forwarded(reason, original, offered, d.dates(), d.case.possible_links, note=note, title=title)


def _said_by_law(d: Deliberation, reason: str) -> str:
    """Of a request for which the law sets a time limit, which law it is, to whoever gets it first."""
    if reason != Category.INFORMATION_REQUEST or d.council.law is None:
        return ""
    return next((what_the_law_wants(each) for each in d.case.deadlines if by_law(each) and not each.dropped), NO_DATE)


def _title_by_law(d: Deliberation) -> str:
    return next((title_of(each) for each in d.case.deadlines if by_law(each) and not each.dropped), "")


# What stands between several things that a question is about; else they are sentences.
_BETWEEN = {"exclusion": "; ", "possible_link": " and "}


def _decision(d: Deliberation, letter: Waiting) -> StaffContent:
    question, *detail = letter.about
    if question in {"approval", "not_approved"}:
        return _about_draft(d, letter)
    offered = choices.about_question(question, d.case, d.council, letter.mail, detail)
    if question in {"review_wanted", "dissatisfied", "late_review", "final"}:  # or it is about something else
        offered = (*offered, *choices.about_new_issue("further", d.case, d.council, letter.mail))
    if question == "category":
        offered, detail = choices.as_suggested(d.case, offered), [_suggestion(d)]
    if question == "campaign":
        detail = [how_many_alike(d.case, *detail), *detail]
    by = _to_be_decided_by(d, question)
    said = _BETWEEN.get(question, " ").join(detail)
    return Decision(question, said, d.original(d.case.mail(letter.mail)), offered, by)


def _to_be_decided_by(d: Deliberation, question: str) -> date | None:
    """The day by which an answer to *question* is wanted: the first on which the resident is owed something, or after which it
    is asked no more."""
    if question == "campaign" and d.case.campaign is not None:
        return d.council.calendar.local(campaign_question_ends(d.case.campaign.since, d.council)).date()
    return min((date.day for date in d.dates()), default=None)


def _about_draft(d: Deliberation, letter: Waiting) -> StaffContent:
    """A response that waits for approval, to those who may; or one that was not approved, back to whoever wrote it."""
    by = min((date.day for date in d.dates()), default=None)
    original, draft = d.original(d.case.mail(letter.mail)), d.case.draft
    if draft is None:
        _, detail, text = letter.about
        return Decision("not_approved", detail, original, (*choices.RESPOND, *choices.MORE_TIME, choices.NOTE), by, draft=text)
    author = d.council.roster.find(draft.officer)
    _, *waited = letter.about
    offered = (choices.NOTE,) if FOR_THE_LEAD in waited else choices.about_draft(draft.mail)
    said = (f"{author.name if author else 'The officer'} would answer: {draft.outcome.words}.", *waited[:1])
    files = tuple(named(file) for file in draft.files)
    return Decision("approval", " ".join(said), original, offered, by, draft=draft.text, files=files)


def _away(d: Deliberation, letter: Waiting) -> StaffContent:
    original = d.original(d.case.mail(letter.mail))
    return AlertRaised((), original, choices.to_work(d.case, d.council), away=letter.about[0], dates=d.dates())


def _undelivered(_d: Deliberation, letter: Waiting) -> StaffContent:
    kind, recipient, status, diagnostic = letter.about
    return Undelivered(LetterKind(kind), recipient, status, diagnostic, (choices.HAD_IT, choices.NOTE))


_COMPOSE: dict[LetterKind, Callable[[Deliberation, Waiting], StaffContent]] = {
    LetterKind.ASSIGNMENT: _assignment,
    LetterKind.FORWARDED: _forwarded,
    LetterKind.DECISION: _decision,
    LetterKind.UNDELIVERED: _undelivered,
    LetterKind.ALERT: _away,
    LetterKind.REMINDER: reminder,
}
