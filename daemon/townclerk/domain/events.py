"""What can happen to a case. `decide` takes one of these; nothing else changes a case."""

from dataclasses import dataclass
from datetime import datetime

from townclerk.domain.case import Campaign, Case, Correspondence, LoggedContact, Restriction, Said
from townclerk.domain.commands import Command
from townclerk.domain.mail import Address, Attachment
from townclerk.domain.routing import Route
from townclerk.domain.words import Alert, Category, LetterKind


@dataclass(frozen=True, slots=True)
class MailFacts:
    """A mail as a case sees it. `number` is its place in the store; `received_at` the server's time of receipt.
    `answerable` is False for a robot, a list, or an address that nobody reads. Of an officer's mail, `files` are what hangs on
    it, and `most_bytes` is how much of that a letter can carry; None: nothing is said of it. `outside` says who of the
    case's own parties stood among its recipients too, and so has it; empty: nobody. `answers_of` is when the letter of ours
    was written that it answers; None: it answers none that we know. `of_held`: that letter asked what is to become of a mail
    that is held. `between` is what its sender wrote among the lines that they quote, where they wrote elsewhere, too."""

    number: int
    sender: Address
    subject: str
    message_id: str | None
    references: tuple[str, ...]
    received_at: datetime
    own_text: str
    text: str
    attachments: tuple[str, ...] = ()
    answerable: bool = True
    files: tuple[Attachment, ...] = ()
    most_bytes: int | None = None
    outside: str = ""
    answers_of: datetime | None = None
    of_held: bool = False
    between: str = ""


@dataclass(frozen=True, slots=True)
class Earlier:
    """Another case of the same sender."""

    ref: str
    category: Category
    opened_at: datetime


@dataclass(frozen=True, slots=True)
class Alike:
    """What others have written says nearly the same. `lead`: the case that leads them, or would; `reached`: where their number
    makes them a campaign with this mail, the others of them; `who`: each of these and the lead, as a person is told of them.
    `adds`: this mail has words of its own as well. `same_person`: its sender is one of them already."""

    lead: Case
    reached: tuple[str, ...] = ()
    who: tuple[str, ...] = ()
    adds: bool = False
    same_person: bool = False


@dataclass(frozen=True, slots=True)
class CaseOpened:
    """A mail that belongs to no case. `ref` is its new reference; `possible_links` are cases that it names without being a
    party to them; `others` are open cases of the same sender, which it does not name; `earlier` all cases of theirs."""

    ref: str
    mail: MailFacts
    route: Route
    possible_links: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    secret_links: tuple[str, ...] = ()  # possible links to restricted cases: for the complaints lead alone
    member: bool = False  # from an MP or a councillor
    earlier: tuple[str, ...] = ()
    history: tuple[Earlier, ...] = ()  # cases of the same sender, the newest first
    logged: LoggedContact | None = None  # an officer wrote down what came by another way than mail
    restriction: Restriction | None = None  # of contact, that is in force for the sender
    related: tuple[str, ...] = ()
    settled: bool = False  # an officer says that it is a matter of its own, and what it is: nobody is asked
    # What the case that it was part of is kept from, and by whom it may be known: it is no less delicate for standing alone.
    restricted: bool = False
    conflicts: tuple[str, ...] = ()
    confidants: tuple[str, ...] = ()
    alike: Alike | None = None
    beside: "CaseOpened | None" = None  # the other matter of the same mail, which has a case of its own


@dataclass(frozen=True, slots=True)
class ResidentWrote:
    """A party's further mail. `how` names what linked it; `answers` is the letter of ours that it answers, where it names one:
    a "yes" means something else under a proposal than under a survey. `spare_ref`: for the case that an answer to a survey
    opens which says that somebody complains."""

    mail: MailFacts
    route: Route
    how: str
    answers: LetterKind | None = None
    spare_ref: str | None = None


@dataclass(frozen=True, slots=True)
class MemberWrote:
    """An MP or a councillor writes about this case."""

    mail: MailFacts
    how: str


@dataclass(frozen=True, slots=True)
class RobotWrote:
    """An automatic reply or a list mail that belongs to this case: filed, never answered. `speaks`: it says what no program
    writes by itself, so somebody must read it; `alerts` are those that it raises."""

    mail: MailFacts
    what: str
    speaks: bool = False
    alerts: tuple[Alert, ...] = ()


@dataclass(frozen=True, slots=True)
class OfficerWrote:
    """An officer's mail to this case, proven to be theirs. `commands` in order. `problem` is what the parser of the words says
    is wrong, if anything; `known_refs` are those of the cases that the mail names which are there and which they may know,
    `others` those of them that are somebody else's, each with whose.
    `unsigned`: what stood below the words was only what their program puts there, and was left out."""

    officer: str
    mail: MailFacts
    commands: tuple[Command, ...]
    problem: str | None = None
    known_refs: tuple[str, ...] = ()
    spare_ref: str | None = None  # for a case that one of the words opens
    instead: tuple[str, ...] = ()  # what would work, where there is a problem
    informed: bool = False  # the letter that it answers was only for their information
    unsigned: bool = False
    others: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class OfficerMailHeld:
    """An officer's mail that is not certain: `why` as in letters.Confirm. `sure`: all that is missing is a word; who wrote it
    is proven, nothing is quoted, and nothing of it is anything but a text. `had_letter`: it answers a letter by which they were
    to work on the case. `press`: it answers a letter that asked them something, and says one of the words that stand ready in
    that."""

    officer: str
    mail: MailFacts
    why: str
    sure: bool = False
    had_letter: bool = False
    press: str = ""


@dataclass(frozen=True, slots=True)
class OfficerWroteOutside:
    """Somebody of the council wrote straight to the resident: an officer with the mailbox in copy, or (`officer` None) whoever
    wrote from the mailbox itself. Was it the response? Asked, never guessed. `had_letter` as in OfficerMailHeld."""

    officer: str | None
    mail: MailFacts
    had_letter: bool = False


@dataclass(frozen=True, slots=True)
class OfficerAway:
    """An officer's mailbox answered a letter about this case by itself: they seem to be away, and staff.yaml says nothing."""

    officer: str
    mail: MailFacts


@dataclass(frozen=True, slots=True)
class OfficerLeft:
    """*officer*, who had this case, does not work here any more."""

    officer: str


@dataclass(frozen=True, slots=True)
class Reassigned:
    """Whoever runs townclerk gave this case to the officer *to*. `by` is their name at the terminal."""

    to: str
    by: str


@dataclass(frozen=True, slots=True)
class StrangerUsedAddress:
    """Somebody who is neither on the roster nor a party to this case wrote to the reply address of a letter to *officer*."""

    officer: str
    mail: MailFacts


@dataclass(frozen=True, slots=True)
class TimerDue:
    """`key` and `at` as they were stored: where the case now says otherwise, nothing happens."""

    key: str
    at: datetime


@dataclass(frozen=True, slots=True)
class LetterBounced:
    """A letter of ours could not be delivered: a permanent refusal or a bounce; or we held it back. `letter_key` is the outbox
    key. `counted`: it is one of many of a day, of which somebody is told how many there are, and not of each."""

    letter: LetterKind
    letter_key: str
    recipient: str
    status: str
    diagnostic: str
    counted: bool = False


@dataclass(frozen=True, slots=True)
class CaseJoined:
    """An officer said that the mails of the case *other* belong to this one. `told`: their sender held dates, and must hear
    which reference counts now."""

    officer: str
    other: str
    party: Address
    mails: tuple[Correspondence, ...]
    told: bool = False


@dataclass(frozen=True, slots=True)
class PersonRestricted:
    """An officer decided about the contact of this case's complainant on another of their cases: mail number *mail* there.
    `restriction` is None where it has ended."""

    who: str
    officer: str
    mail: int
    restriction: Restriction | None


@dataclass(frozen=True, slots=True)
class CampaignGrew:
    """The new case *ref* says the same as this one. `reached`: so many do now that a person is to be asked, and these are the
    others; `who`: all of them, as that person is told of them. `apart`: it is in work,
    and joins when a person says so."""

    ref: str
    reached: tuple[str, ...] = ()
    who: tuple[str, ...] = ()
    apart: bool = False


@dataclass(frozen=True, slots=True)
class CampaignFits:
    """What had to be decided about the case *ref* before anything began has been decided: it is of that *category*, and says
    the same as this one. Where this one leads a campaign, it joins."""

    ref: str
    category: Category
    alerts: tuple[Alert, ...] = ()


@dataclass(frozen=True, slots=True)
class CampaignJoined:
    """A person has said that this case is answered with the case *lead*, which `officer` has (None: whoever has its service);
    `keeper` is who would work on it. `pending`: the question that must be decided there before anything begins; `said`: how
    much its members had been told before, which tells one such word from a later one."""

    lead: str
    officer: str | None
    keeper: str | None
    pending: str = ""
    said: int = 0


@dataclass(frozen=True, slots=True)
class LeadSaid:
    """Something was done on the case that leads this one's campaign which goes for this one, too."""

    lead: str
    said: Said


@dataclass(frozen=True, slots=True)
class LeadsNow:
    """The case *before* has ended without an answer: this one is to lead the campaign on, or else the next of its members."""

    before: str
    campaign: Campaign


Event = (
    CaseOpened
    | ResidentWrote
    | MemberWrote
    | RobotWrote
    | OfficerWrote
    | OfficerMailHeld
    | OfficerWroteOutside
    | StrangerUsedAddress
    | OfficerAway
    | OfficerLeft
    | Reassigned
    | TimerDue
    | LetterBounced
    | CaseJoined
    | PersonRestricted
    | CampaignGrew
    | CampaignFits
    | CampaignJoined
    | LeadSaid
    | LeadsNow
)
