"""Mail of the council to a resident that did not come from us: written by an officer with the mailbox in copy, or by whoever
works in the mailbox itself. The case that it is about is found, and asked about; nothing of it acts."""

from collections.abc import Mapping
from datetime import datetime
from functools import partial

from townclerk.domain.authentication import proven
from townclerk.domain.case import Case
from townclerk.domain.events import MailFacts, OfficerWroteOutside
from townclerk.domain.linking import Link
from townclerk.domain.mail import IncomingMail, MailKind
from townclerk.domain.screening import screen
from townclerk.domain.words import Status
from townclerk.services.applying import happen
from townclerk.services.office import Office
from townclerk.services.settling import Settle
from townclerk.store import cases
from townclerk.store.database import Tx
from townclerk.store.schema import MailState

MOST_RECIPIENTS = 50  # of one mail, whose cases are looked for: what goes to more is about nobody's


async def case_written_to(office: Office, mail: IncomingMail, link: Link, known: Mapping[str, Case]) -> Case | None:
    """The case that a mail to a resident is about: one that it names and to which they are a party, else their one open case;
    None where there is none, or several."""
    joined = (link.joined.ref,) if link.joined is not None else ()
    for ref in (*joined, *link.possible):
        if any(known[ref].is_party(address) for address in mail.recipients):
            return known[ref]
    theirs = await office.db.read(partial(_open_cases_of, council=office.council.policy.id, addresses=mail.recipients))
    return theirs[0] if len(theirs) == 1 else None


def _open_cases_of(tx: Tx, council: str, addresses: tuple[str, ...]) -> tuple[Case, ...]:
    wanted = partial(cases.of_party, tx, council, most=2, status=(Status.OPEN,))
    refs = dict.fromkeys(ref for address in addresses[:MOST_RECIPIENTS] for ref in wanted(address))
    found = (cases.load(tx, ref) for ref in refs)
    return tuple(case for case in found if case is not None)


def written_by_hand(office: Office, mail: IncomingMail) -> bool:
    """True for a mail from the mailbox's own address that a person wrote there. (What we sent ourselves has our mark, and was
    told apart before.) One that the receiving server says is forged is none."""
    if screen(mail, frozenset(), lambda _: False).kind is not MailKind.PERSON:
        return False
    return proven(mail, office.ways.trusted_server, office.ways.authentication).state != "fail"


async def mailbox_wrote(
    office: Office, mail: IncomingMail, facts: MailFacts, link: Link, known: Mapping[str, Case], settle: Settle, now: datetime
) -> bool:
    """Ask about a mail that somebody wrote from the mailbox itself: found in copy, or in the folder of what was sent. False
    where it is about no case: nothing has been settled then."""
    case = await case_written_to(office, mail, link, known) if written_by_hand(office, mail) else None
    if case is None:
        return False
    ref = case.ref
    await happen(office, ref, OfficerWroteOutside(None, facts), now, lambda tx: settle(tx, MailState.DONE, None, ref))
    return True
