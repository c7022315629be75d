"""Words that say what a case is and whose: `#note`, `#assign`, `#service`, `#category`, `#link`, `#flag`, `#unflag`."""

from townclerk.domain.case import Deadline
from townclerk.domain.commands import Command
from townclerk.domain.decide.decision import JoinOther
from townclerk.domain.decide.deliberation import Deliberation
from townclerk.domain.decide.handing import RESPONSIBLE, hand_over
from townclerk.domain.decide.opening import begin, category_policy
from townclerk.domain.decide.refusal import Refusal
from townclerk.domain.decide.work import OfficerAtWork, joined
from townclerk.domain.letters import (
    Message,
)
from townclerk.domain.reference import find_references
from townclerk.domain.words import Category, LetterKind, Status


def note(work: OfficerAtWork, command: Command) -> None:
    text = work.body(command, "the note")
    work.d.note(work.officer.key, "note", text=text)
    if work.d.case.possible_links:
        work.d.change(possible_links=())
    work.done("Your note is kept. Nobody outside sees it.")


def assign(work: OfficerAtWork, command: Command) -> None:
    d = work.d
    colleague = d.council.roster.find_named(command.argument)
    if colleague is None:
        known = ", ".join(officer.key for officer in d.council.roster.officers)
        raise Refusal(
            f"“{command.argument}” is nobody on the roster" if command.argument else "the name is missing",
            f"#assign and one of: {known}",
        )
    d.change(officer=colleague.key)
    hand_over(
        d, LetterKind.ASSIGNMENT, f"officer:{colleague.key}", f"Given to you by {work.officer.name}. {command.body}".strip()
    )
    work.done(f"The case is now with {colleague.name}, who has been told.")


def service(work: OfficerAtWork, command: Command) -> None:
    d = work.d
    service = command.argument.strip().lower().replace(" ", "_")
    known = sorted({service for officer in d.council.roster.officers for service in officer.services})
    if service not in known:
        raise Refusal(f"nobody on the roster deals with “{command.argument}”", f"#service and one of: {', '.join(known)}")
    d.change(service=service, officer=None)
    complaint = d.case.category is Category.COMPLAINT
    kind, about = (
        (LetterKind.ASSIGNMENT, f"From {work.officer.name}.") if complaint else (LetterKind.FORWARDED, d.case.category.value)
    )
    hand_over(d, kind, RESPONSIBLE + ":", about, mail=_latest_mail(d))
    work.done(f"The case is now with {service.replace('_', ' ')}.")


def _latest_mail(d: Deliberation) -> int | None:
    return d.case.mails[-1].mail if d.case.mails else None


def category(work: OfficerAtWork, command: Command) -> None:
    d = work.d
    wanted = command.argument.strip().lower().replace(" ", "_").replace("-", "_")
    if wanted not in set(Category):
        raise Refusal(f"“{command.argument}” is no category", f"#category and one of: {', '.join(Category)}")
    category = Category(wanted)
    if category is Category.COMPLAINT:
        _becomes_complaint(work)
    elif category is d.case.category:
        raise Refusal(f"it is a {category.replace('_', ' ')} already", "#service, if it belongs to somebody else")
    elif any(d_.open for d_ in d.case.deadlines):
        _stops_being_complaint(work, category, command.body)
    else:
        _becomes(work, category)


def _becomes_complaint(work: OfficerAtWork) -> None:
    d = work.d
    suspected = bool(d.case.exclusions) or d.case.restricted
    if d.case.category is Category.COMPLAINT and d.case.status is Status.OPEN:
        if not suspected:
            raise Refusal("it is a complaint already", "#service, if it belongs to somebody else")
        d.change(exclusions=(), restricted=False)
        hand_over(d, LetterKind.ASSIGNMENT, f"{RESPONSIBLE}:{d.first_to_act()}", mail=_latest_mail(d))
        work.done("It is taken as a complaint, and whoever must act first has been told.")
        return
    began = d.case.mail(d.case.requested_mail) or d.case.first_mail
    d.drop_deadlines()
    d.change(
        category=Category.COMPLAINT,
        status=Status.OPEN,
        exclusions=(),
        restricted=False,
        requested_mail=None,
        closed_at=None,
        deadlines=_others(d),
    )
    if began is not None:
        begin(d, category_policy(Category.COMPLAINT, d.council), began.mail, variety="converted")
    work.done("It is a complaint now. The resident has a receipt with the dates, and whoever must act first has been told.")


def _others(d: Deliberation) -> tuple[Deadline, ...]:
    """Deadlines that a complaint begun now does not make again."""
    return tuple(deadline for deadline in d.case.deadlines if deadline.stage is None)


def _stops_being_complaint(work: OfficerAtWork, category: Category, text: str) -> None:
    """The resident holds a date: they are told, in the officer's words, that it is dealt with in another way."""
    d = work.d
    if not text:
        raise Refusal(
            "the resident has been told dates, so they must be told why this is not dealt with as a complaint",
            f"#category {category} and, on the next line, what the resident is to be told",
        )
    d.drop_deadlines()
    d.to_resident(Message(text, work.officer.name), automatic=False)
    _becomes(work, category)


def _becomes(work: OfficerAtWork, category: Category) -> None:
    d = work.d
    d.change(category=category, stage=None, exclusions=(), restricted=False)
    policy = category_policy(category, d.council)
    for role in policy.forward_to:
        hand_over(d, LetterKind.FORWARDED, f"role:{role}", category.value, mail=_latest_mail(d), clause=policy.clause)
    work.done(f"It is now: {category.replace('_', ' ')}.")


def link(work: OfficerAtWork, command: Command) -> None:
    d = work.d
    found = find_references(command.argument, d.council.policy.prefix)
    if len(found) != 1 or found[0] == d.case.ref:
        raise Refusal(
            "the reference is missing or not right", "#link and one reference, for instance the one that the letter named"
        )
    d.drop_deadlines()
    d.change(status=Status.CLOSED, closed_at=d.now, linked=(*d.case.linked, found[0]), possible_links=())
    d.join(JoinOther(found[0], work.officer.key, d.case.complainant, d.case.mails))
    work.done(f"This mail now belongs to {found[0]}, its sender may write to it, and {d.case.ref} is closed.")


def flag(work: OfficerAtWork, command: Command) -> None:
    name, _, text = command.argument.partition(" ")
    if not name:
        raise Refusal("the flag's name is missing", "#flag NAME and a few words")
    kept = tuple(flag for flag in work.d.case.flags if flag[0] != name.lower())
    work.d.change(flags=(*kept, (name.lower(), joined(text, command.body))))
    work.done(f"The flag “{name.lower()}” is set.")


def unflag(work: OfficerAtWork, command: Command) -> None:
    name = command.argument.strip().lower()
    if name not in dict(work.d.case.flags):
        flags = ", ".join(dict(work.d.case.flags)) or "none is set"
        raise Refusal(f"there is no flag “{name}”", f"#unflag and one of: {flags}")
    work.d.change(flags=tuple(flag for flag in work.d.case.flags if flag[0] != name))
    work.done(f"The flag “{name}” is taken away.")
