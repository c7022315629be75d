"""A council, its people, and mails to it, for tests of decisions."""

from datetime import UTC, date, datetime
from functools import cache

from townclerk.config.council_folder import load_council
from townclerk.domain.case import Case
from townclerk.domain.commands import read_commands
from townclerk.domain.council import Council
from townclerk.domain.decide import Decision, decide
from townclerk.domain.events import CaseOpened, MailFacts, OfficerWrote, ResidentWrote, TimerDue
from townclerk.domain.mail import Address, IncomingMail
from townclerk.domain.routing import Route, route
from townclerk.domain.words import Category

RESIDENT = Address("Asha Patel", "asha.patel@example.org")
REF = "SS-27-0001-K"
MONDAY = datetime(2027, 1, 11, 10, tzinfo=UTC)  # ten in the morning, a working day
COMPLAINT = Route(Category.COMPLAINT, "waste", because=("test",))


@cache
def council() -> Council:
    """The shipped example: South Staffordshire, with its example roster."""
    return load_council("south-staffordshire", today=date(2027, 1, 1))


def incoming(text: str, subject: str = "", sender: str = RESIDENT.address, **more: object) -> IncomingMail:
    """A mail as the parser gives it."""
    return IncomingMail(sender=Address("", sender), subject=subject, text=text, own_text=text, **more)  # type: ignore[arg-type]  # tests name real fields


def facts(
    number: int,
    text: str = "My bin.",
    at: datetime = MONDAY,
    sender: Address = RESIDENT,
    subject: str = "Bins",
    answerable: bool = True,
) -> MailFacts:
    return MailFacts(number, sender, subject, f"<{number}@example.org>", (), at, text, text, (), answerable)


def opened(
    what: Route = COMPLAINT, at: datetime = MONDAY, text: str = "My bin.", answerable: bool = True, **more: object
) -> Decision:
    """A case just opened."""
    event = CaseOpened(REF, facts(1, text, at, answerable=answerable), what, **more)  # type: ignore[arg-type]  # tests name real fields
    return decide(None, event, council(), at)


def resident(case: Case, text: str, number: int, at: datetime) -> Decision:
    """The resident writes again."""
    event = ResidentWrote(facts(number, text, at), route(incoming(text), council().routing), "test")
    return decide(case, event, council(), at)


def officer(case: Case, text: str, number: int, at: datetime, key: str = "wendy") -> Decision:
    """An officer writes, proven to be themselves."""
    who = council().roster.find(key)
    assert who is not None
    read = read_commands(text)
    sender = Address(who.name, who.email)
    return decide(case, OfficerWrote(key, facts(number, text, at, sender), read.commands, read.problem), council(), at)


def wake(case: Case, key: str, at: datetime, now: datetime | None = None) -> Decision:
    return decide(case, TimerDue(key, at), council(), now or at)


def kinds(decision: Decision, staff: bool | None = None) -> list[str]:
    """The letters of a decision, in order."""
    return [s.letter.kind.value for s in decision.sends if staff is None or s.letter.to.staff == staff]
