"""What residents write between the lines of our letters, or below them, where programs mark all of it as quoted."""

from dataclasses import dataclass, replace

from townclerk.domain.answered import between_the_lines, without_letters
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
_GREETING = 12  # words of "Thank you, please see my comments below in red"


async def with_what_stands_between(
    office: Office, mail: IncomingMail, facts: MailFacts, ref: str
) -> tuple[IncomingMail, MailFacts]:
    """*mail* of a case that there is, and its *facts*, without our letter where it stands in their own text, and with what they
    wrote among the lines that they quote. Where they wrote little more than a greeting elsewhere, and the lines are our
    letter's, that is their own text."""
    known = await office.db.read(lambda tx: _known(tx, ref, facts.sender.key))
    quoted = what_they_quote(mail.text, mail.own_text) if mail.own_text.strip() else mail.text
    mail, facts = _wrote(mail, facts, without_letters(mail.own_text, known.letters))
    if not quoted.strip() or holds_staff_letter(quoted, office.council.policy.prefix):
        return mail, facts
    found = between_the_lines(quoted, (*known.letters, *known.said, mail.subject))
    if found.answers and len(mail.own_text.split()) <= _GREETING:
        mail, facts = _wrote(mail, facts, "\n\n".join(filter(str.strip, (mail.own_text, found.answers))))
        return mail, replace(facts, between=found.beside)
    return mail, replace(facts, between=found.words) if found.words else facts


def _wrote(mail: IncomingMail, facts: MailFacts, own: str) -> tuple[IncomingMail, MailFacts]:
    """Both, with *own* as what the sender themselves wrote."""
    return (mail, facts) if own == mail.own_text else (replace(mail, own_text=own), replace(facts, own_text=own))


def answered_between(routed: Route, facts: MailFacts, mail: IncomingMail, office: Office) -> Route:
    """*routed*, with the alerts of what stands between quoted lines: danger is told wherever somebody writes of it."""
    if not facts.between:
        return routed
    there = route(replace(mail, own_text=facts.between), office.council.routing, opens=False).alerts
    return replace(routed, alerts=tuple(dict.fromkeys((*routed.alerts, *there))))


@dataclass(frozen=True, slots=True)
class _Known:
    """What somebody may quote: our `letters` to them, and what was `said` in the mails of a case."""

    letters: tuple[str, ...]
    said: tuple[str, ...]


def _known(tx: Tx, ref: str, key: str) -> _Known:
    """What the writer of the address *key* may quote: our latest letters to them, and the mails of the case *ref*."""
    theirs = [line.key for line in outbox.of_case(tx, ref) if line.recipient.lower() == key][-_LETTERS:]
    letters = [read_own(row.raw) for each in theirs if (row := outbox.get(tx, each)) is not None]
    case = cases.load(tx, ref)
    said = [text for mail in (case.mails if case is not None else ()) for text in (mail.text, mail.quoted)]
    names = [" ".join(letter.names) for letter in letters]
    return _Known(tuple(text for letter in letters for text in (letter.plain, letter.page)), (*names, *said))
