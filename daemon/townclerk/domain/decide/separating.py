"""`#new-case`: a further mail is about something else, or a mail holds two matters; what it names becomes a case of its own."""

from townclerk.domain.case import Case, Correspondence, PartyRole
from townclerk.domain.commands import Command
from townclerk.domain.decide.deliberation import Deliberation
from townclerk.domain.decide.refusal import Refusal
from townclerk.domain.decide.two_matters import request_of
from townclerk.domain.decide.work import OfficerAtWork
from townclerk.domain.events import CaseOpened, MailFacts
from townclerk.domain.mail import IncomingMail
from townclerk.domain.routing import Route, route
from townclerk.domain.typed import code
from townclerk.domain.words import Category

_WHY = "an officer says that it is a matter of its own"
_KINDS = (Category.COMPLAINT, Category.INFORMATION_REQUEST)


def new_case(work: OfficerAtWork, command: Command) -> None:
    d = work.d
    if work.spare_ref is None:
        raise Refusal("one mail makes one new case", "#new-case in a mail of its own")
    kind, number = _read(command)
    mail = _which(work, kind, number)
    routed = _route(mail, d, kind or Category.COMPLAINT)
    opening = CaseOpened(
        ref=work.spare_ref,
        mail=_facts(mail, d.case.receipts),
        route=routed,
        restriction=d.restriction,
        related=(d.case.ref,),
        settled=True,
        restricted=_stays_with_few(d, kind) or bool(routed.exclusions),
        conflicts=d.case.conflicts,
        confidants=d.case.confidants,
    )
    d.open_another(opening)
    d.change(related=(*d.case.related, work.spare_ref))
    if d.case.requested_mail == mail.mail:
        d.change(requested_mail=None)
    work.spare_ref = None
    d.note(work.officer.key, "new_case", other=opening.ref, mail=mail.mail)
    work.done(
        f"The mail “{mail.subject}” is a case of its own now: {opening.ref}, with its own dates, counted from that mail. "
        f"{d.case.ref} keeps its dates."
    )
    if opening.restricted and not d.case.restricted:
        work.done("It reads like a matter that few may know of: it is restricted, and put to the complaints lead alone.")


def _stays_with_few(d: Deliberation, kind: Category | None) -> bool:
    """Whoever says that a restricted case holds a request gives it to those who answer requests."""
    return d.case.restricted and kind is not Category.INFORMATION_REQUEST


def _read(command: Command) -> tuple[Category | None, str]:
    """(what the new case is, where the officer says so; the number of the mail, or nothing)"""
    first, _, rest = command.argument.strip().partition(" ")
    kind = next((each for each in _KINDS if code(first) == each), None)
    return (kind, rest.strip()) if kind is not None else (None, command.argument.strip())


def _which(work: OfficerAtWork, kind: Category | None, wanted: str) -> Correspondence:
    """The mail that the officer names by its number, or the latest that did not come from a colleague. That with which the case
    began is the case itself, unless they say that it holds something of another *kind*."""
    case = work.d.case
    began = case.began_mail if kind is None or kind is case.category else None
    later = [mail for mail in case.mails if mail.mail != began and _complains(case, mail.sender.key)]
    found = [mail for mail in later if not wanted or str(mail.mail) == wanted]
    if not found:
        numbers = ", ".join(str(mail.mail) for mail in later)
        raise Refusal(
            "no other mail of theirs is on this case, so there is nothing to make a case of"
            if not later
            else f"“{wanted}” is none of their mails",
            f"#new-case and one of: {numbers}" if later else "#log in a mail of its own, for what came another way",
        )
    return found[-1]


def _complains(case: Case, key: str) -> bool:
    """True for the complainant and whoever acts for them: whoever is only copied, or is a member, decides nothing here."""
    acting = {party.who.key for party in case.parties if party.role not in {PartyRole.COPIED, PartyRole.MEMBER}}
    return key == case.complainant.key or key in acting


def _facts(mail: Correspondence, answerable: bool) -> MailFacts:
    return MailFacts(
        number=mail.mail,
        sender=mail.sender,
        subject=mail.subject,
        message_id=mail.message_id,
        references=(),
        received_at=mail.received_at,
        own_text=mail.text,
        text=mail.text,
        attachments=mail.attachments,
        answerable=answerable,
    )


def _route(mail: Correspondence, d: Deliberation, kind: Category) -> Route:
    """What an officer says that it is, *kind*; where the rules know no service, that of the case it came from. Only those
    exclusions are suspected that few may know of: they say who may read it."""
    routing, policy = d.council.routing, d.council.policy
    found = route(IncomingMail(sender=mail.sender, subject="", text=mail.text, own_text=mail.text), routing)
    if kind is Category.INFORMATION_REQUEST:
        return request_of(found, _WHY)
    known = found.service != routing.otherwise_service
    secret = (each for each in found.exclusions if each in policy.exclusions and policy.exclusions[each].restricted)
    return Route(
        kind,
        found.service if known else d.case.service,
        exclusions=tuple(secret),
        alerts=found.alerts,
        signals=found.signals,
        because=(_WHY,),
    )
