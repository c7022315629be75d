"""`#log`: an officer writes down what came by telephone, by post or over the counter, and it opens a case like a mail."""

from dataclasses import replace
from datetime import time
from functools import partial

from townclerk.domain.case import LoggedContact
from townclerk.domain.commands import Reading
from townclerk.domain.events import CaseOpened, MailFacts
from townclerk.domain.letters import Refused
from townclerk.domain.logged_contact import AWAITS_PERMISSION, ContactRead, read_contact
from townclerk.domain.mail import Address, IncomingMail
from townclerk.domain.roster import Officer
from townclerk.domain.routing import Route, route
from townclerk.services.office import Office
from townclerk.services.references import new_reference
from townclerk.services.restrictions import restricted_case

NOON = time(12, 0)  # of the day on which they got in touch: nobody has written down the minute


async def opening_of(office: Office, officer: Officer, facts: MailFacts, read: Reading, certain: bool) -> CaseOpened | Refused:
    """The case that *officer* describes, or all that is wrong with the description. *certain*: the mail is proven theirs."""
    calendar = office.council.calendar
    if not certain:
        return _refused(facts, *_not_proven(office))
    if read.problem is not None or len(read.commands) != 1:
        return _refused(
            facts, read.problem or "#log stands alone in its mail", ("#log, the lines, and the text", *read.instead)
        )
    services = tuple(sorted({*office.council.routing.service_names, *_services(office)}))
    contact = read_contact(read.commands[0].text, calendar.local(facts.received_at).date(), services)
    if contact.problems:
        return _refused(facts, "the description is not complete", contact.problems)
    received_at = facts.received_at if contact.day is None else min(calendar.at(contact.day, NOON), facts.received_at)
    held = None
    if contact.email:
        held = await office.db.read(partial(restricted_case, office=office, address=contact.email, at=facts.received_at))
    return CaseOpened(
        ref=await new_reference(office, facts.received_at),
        mail=replace(
            facts,
            sender=Address(contact.name, contact.email),
            subject=_subject(contact),
            message_id=None,  # it is the officer's own, and no part of the conversation with the resident
            references=(),
            received_at=received_at,
            own_text=contact.text,
            text=contact.text,
            answerable=bool(contact.email) and contact.channel != AWAITS_PERMISSION,
        ),
        route=_route(office, contact),
        logged=LoggedContact(contact.channel, officer.key, _ways(officer, contact)),
        restriction=held[1] if held else None,
    )


def _not_proven(office: Office) -> tuple[str, tuple[str, ...]]:
    """(why, what to do instead). Where no mail server vouches for anybody, sending it again would not help."""
    ways = office.ways
    if ways.authentication == "none" or (ways.authentication == "rfc8601" and not ways.trusted_server):
        reason = "no mail server proves here whose a mail is (authentication.profile), and #log wants that"
        return reason, (
            "whoever runs townclerk can name one: authentication.profile and authentication.trusted_server",
            "until then, ask them to write to the mailbox",
        )
    return "this mail could not be proven to be yours", ("send it again from your own mail account",)


def _services(office: Office) -> set[str]:
    return {service for officer in office.council.roster.officers for service in officer.services}


def _refused(facts: MailFacts, reason: str, instead: tuple[str, ...]) -> Refused:
    return Refused(understood="#log", reason=reason, instead=instead, text=facts.own_text)


def _subject(contact: ContactRead) -> str:
    """The beginning of what they said."""
    first = " ".join(contact.text.split())
    return first if len(first) <= 60 else first[:60].rsplit(" ", 1)[0] + " …"


def _route(office: Office, contact: ContactRead) -> Route:
    mail = IncomingMail(sender=Address(contact.name, contact.email), subject="", text=contact.text, own_text=contact.text)
    found = route(mail, office.council.routing)
    return replace(found, service=contact.service or found.service)


def _ways(officer: Officer, contact: ContactRead) -> tuple[tuple[str, str], ...]:
    given = (
        ("Channel", contact.channel),
        ("Taken down by", officer.name),
        ("Telephone", contact.phone),
        ("Post", contact.address),
        ("Written down later, because", contact.reason),
    )
    return tuple((label, words) for label, words in given if words)
