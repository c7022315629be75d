"""What the council knows of a mail that does not stand in it: whose it is, what sort it is, and when it came."""

import re
from collections.abc import Iterable
from datetime import datetime

from townclerk.domain.conditions import Trait
from townclerk.domain.council import Council
from townclerk.domain.mail import IncomingMail, MailKind
from townclerk.domain.routing import Context, Route, is_somebodys, route
from townclerk.domain.screening import (
    AN_INVITATIONS_ANSWER,
    NOT_AWAY,
    Screening,
    may_be_a_persons,
    only_answers_an_invitation,
    only_says_away,
    speaks_for_oneself,
)
from townclerk.domain.words import NOBODYS

_FORWARDED = re.compile(r"\s*(?:(?:re|aw|sv)\s*:\s*)*(?:fwd?|fw|ymlaen|wg|tr)\s*:", re.IGNORECASE)


def context_of(
    mail: IncomingMail, screening: Screening, council: Council, received_at: datetime | None, earlier: Iterable[datetime] = ()
) -> Context:
    """*earlier*: when the cases were opened that the sender has had. *received_at* None: nobody knows."""
    at = council.calendar.local(received_at) if received_at is not None else None
    hours = council.policy.hours
    return Context(
        traits=frozenset(_traits(mail, screening, council)),
        earlier=tuple(earlier),
        received_at=at,
        working_time=at is None or (council.calendar.is_working(at.date()) and hours.opens <= at.time() < hours.closes),
    )


def _traits(mail: IncomingMail, screening: Screening, council: Council) -> Iterable[Trait]:
    if mail.thread:
        yield Trait.REPLY
    if _FORWARDED.match(mail.subject):
        yield Trait.FORWARD
    if screening.kind in (MailKind.AUTO_REPLY, MailKind.BOUNCE):
        yield Trait.AUTOMATIC
    if screening.kind is MailKind.LIST:
        yield Trait.LIST
    if mail.sender is not None and council.roster.find_by_address(mail.sender.address) is not None:
        yield Trait.FROM_STAFF
    if mail.sender is not None and council.policy.is_member(mail.sender.address):
        yield Trait.FROM_MEMBER


def routed_by_its_look(mail: IncomingMail, screening: Screening, council: Council) -> Route:
    """What the rules say of *mail* before it is known to what it belongs."""
    return route(mail, council.routing, opens=True, context=context_of(mail, screening, council, None))


def without_a_calendars_answer(mail: IncomingMail, screening: Screening, council: Council) -> Screening:
    """*screening* of what may be a calendar's answer to an invitation. What speaks of danger is somebody's."""
    if screening.kind is not MailKind.PERSON or not only_answers_an_invitation(mail):
        return screening
    if routed_by_its_look(mail, screening, council).alerts:
        return screening
    return Screening(MailKind.AUTO_REPLY, AN_INVITATIONS_ANSWER, answerable=False)


def is_to_be_opened(mail: IncomingMail, screening: Screening, council: Council, *, names_a_case: bool) -> bool:
    """True for a mail that looks like a robot's, joins no case, and is of a sort that the rules know: forms and some people's
    mail come so. One by a sign that stands on people's mails may also answer what is none of ours, and be of a sort that no
    rule knows, where its writer speaks for themselves; a member's always is to be. A desk that answers our letter from another
    address names its case, in our own words: *names_a_case*. None is answered, unless it names a resident, but none is lost."""
    persons = may_be_a_persons(mail, screening)
    if persons and mail.sender is not None and council.policy.is_member(mail.sender.address):
        return True
    routed = routed_by_its_look(mail, screening, council)
    if (only_says_away(mail) or screening.because in NOT_AWAY) and not routed.alerts:
        return False  # under the subject of a complaint as well: it is the subject of our own letter
    if not persons:
        return not (mail.thread or names_a_case) and is_somebodys(routed)
    unwanted = routed.filed_by or routed.category in NOBODYS
    return is_somebodys(routed) or (not unwanted and speaks_for_oneself(mail))
