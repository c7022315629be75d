"""What residents write between the lines of our letters, or below them, where programs mark all of it as quoted."""

from dataclasses import replace

from townclerk.domain.answered import between_the_lines
from townclerk.domain.commands import holds_staff_letter
from townclerk.domain.events import MailFacts
from townclerk.domain.mail import IncomingMail
from townclerk.domain.quoting import what_they_quote
from townclerk.domain.routing import Route, route
from townclerk.mail.reading import read_own
from townclerk.services.office import Office
from townclerk.store import cases, outbox
from townclerk.store.database import Tx

_LETTERS = 30  # the latest to a person, of which a reply may quote pieces: each is read whole


async def with_what_stands_between(
    office: Office, mail: IncomingMail, facts: MailFacts, ref: str
) -> tuple[IncomingMail, MailFacts]:
    """*mail* of a case that there is, and its *facts*, with what its sender wrote among the lines that they quote. Where they
    wrote nowhere else, and the lines are our letter's, that is their own text."""
    quoted = what_they_quote(mail.text, mail.own_text) if mail.own_text.strip() else mail.text
    if not quoted.strip() or holds_staff_letter(quoted, office.council.policy.prefix):
        return mail, facts
    known = await office.db.read(lambda tx: _known(tx, ref, facts.sender.key))
    found = between_the_lines(quoted, (*known, mail.subject))
    if not found.words:
        return mail, facts
    if not mail.own_text.strip() and found.answers:
        return replace(mail, own_text=found.answers), replace(facts, own_text=found.answers, between=found.beside)
    return mail, replace(facts, between=found.words)


def answered_between(routed: Route, facts: MailFacts, mail: IncomingMail, office: Office) -> Route:
    """*routed*, with the alerts of what stands between quoted lines: danger is told wherever somebody writes of it."""
    if not facts.between:
        return routed
    there = route(replace(mail, own_text=facts.between), office.council.routing, opens=False).alerts
    return replace(routed, alerts=tuple(dict.fromkeys((*routed.alerts, *there))))


def _known(tx: Tx, ref: str, key: str) -> list[str]:
    """What the writer of the address *key* may quote: our latest letters to them, and the mails of the case *ref*."""
    theirs = [line.key for line in outbox.of_case(tx, ref) if line.recipient.lower() == key][-_LETTERS:]
    letters = [read_own(row.raw) for each in theirs if (row := outbox.get(tx, each)) is not None]
    case = cases.load(tx, ref)
    said = [text for mail in (case.mails if case is not None else ()) for text in (mail.text, mail.quoted)]
    return [*(text for letter in letters for text in (letter.plain, letter.page, " ".join(letter.names))), *said]
