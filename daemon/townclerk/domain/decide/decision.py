"""What comes of a decision: the case as it then is, the letters that go, and what the journal says. All of it is data."""

from dataclasses import dataclass

from townclerk.domain.case import Case, Correspondence, Restriction
from townclerk.domain.events import CaseOpened, Event
from townclerk.domain.letters import Letter
from townclerk.domain.mail import Address


@dataclass(frozen=True, slots=True)
class Send:
    """A letter for the outbox. `key` names the effect for ever: deciding twice sends once. `letter_key` is shared by the
    copies of one letter to several people. `files_of` is the number of the mail whose files go with it: those whose SHA-256
    stands in `only`, or all of them. `capped`: a person wrote it, and it goes to many, so the brake counts it."""

    key: str
    letter_key: str
    letter: Letter
    files_of: int | None = None
    only: tuple[str, ...] | None = None
    capped: bool = False


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the journal. `actor` is an officer's key, `resident`, `townclerk` or `mail system`."""

    actor: str
    event: str
    detail: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class JoinOther:
    """This case's mails belong to the case *ref*: it learns of them, and their sender becomes a party to it, who is `told` so
    where they held dates."""

    ref: str
    officer: str
    party: Address
    mails: tuple[Correspondence, ...]
    told: bool = False


@dataclass(frozen=True, slots=True)
class TellOthers:
    """The other cases of the person *who* learn of a restriction of contact, or (None) that it has ended."""

    who: str
    restriction: Restriction | None


@dataclass(frozen=True, slots=True)
class Follow:
    """What happens to the case *ref* in consequence, at the same moment."""

    ref: str
    event: Event


@dataclass(frozen=True, slots=True)
class Decision:
    case: Case
    sends: tuple[Send, ...] = ()
    journal: tuple[Entry, ...] = ()
    joins: tuple[JoinOther, ...] = ()
    others: tuple[TellOthers, ...] = ()
    openings: tuple[CaseOpened, ...] = ()  # cases that are made of this one's mails
    follows: tuple[Follow, ...] = ()
