"""A case: one matter, and its state now. What happened to it stands in its journal."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum

from townclerk.domain.calendar import Derivation
from townclerk.domain.commands import Command
from townclerk.domain.mail import Address, Attachment
from townclerk.domain.routing import Suggested
from townclerk.domain.words import Alert, Category, Landlord, LetterKind, Outcome, Stage, Status


class PartyRole(StrEnum):
    COMPLAINANT = "complainant"
    REPRESENTATIVE = "representative"
    COPIED = "copied"
    MEMBER = "member"


@dataclass(frozen=True, slots=True)
class Party:
    """Somebody outside the council who may write to this case and be written to."""

    who: Address
    role: PartyRole


# Deadlines that are ours whatever becomes of the case: they end on a day of their own, and no letter names them as its dates.
OUTLIVING = frozenset({"action", "adjustments", "assessment", "ombudsman", "restriction", "retention", "survey"})


class PromisedBy(StrEnum):
    POLICY = "policy"
    OFFICER = "officer"
    AUTOMATIC = "automatic"


@dataclass(frozen=True, slots=True)
class Deadline:
    """A promise applied to a case. `target` is the promise as first made (the reporting target) and never moves;
    `promised` is the date that the resident was last told; `person_promised` the last that a person told."""

    name: str  # stage1.respond
    target: date
    promised: date
    person_promised: date
    derivation: Derivation
    clause: str
    by: str  # role
    told_at: datetime  # when `promised` was set
    promises: tuple[str, ...] = ()
    promised_by: PromisedBy = PromisedBy.POLICY
    met_at: datetime | None = None
    dropped: bool = False  # no longer owed: the case took another way
    run: int = 1  # raised where a stage begins again: its timers wake anew
    late_promised: date | None = None  # the last date that a person told after `person_promised` had been missed

    @property
    def open(self) -> bool:
        return self.met_at is None and not self.dropped

    @property
    def outlives(self) -> bool:
        """True where it stands when the case has ended: a survey, an action that was promised, the end of a restriction."""
        return self.name.partition(".")[0] in OUTLIVING

    @property
    def what(self) -> str:
        """The last word of the name: acknowledge, respond, request, assess."""
        return self.name.rpartition(".")[2]

    @property
    def stage(self) -> Stage | None:
        head = self.name.partition(".")[0]
        return Stage(head) if head in set(Stage) else None


@dataclass(frozen=True, slots=True)
class Correspondence:
    """A mail on this case, as far as later letters need it. `mail` is its number in the store."""

    mail: int
    sender: Address
    subject: str
    message_id: str | None
    received_at: datetime
    text: str  # the sender's own words
    attachments: tuple[str, ...] = ()
    quoted: str = ""  # what they quoted in the mail that opened the case; in a later one, what they wrote among what they quote
    danger: bool = False  # a later one that tells of danger


@dataclass(frozen=True, slots=True)
class Waiting:
    """A staff letter that waits for working hours. It is decided again when they begin: `kind` and `about` say which."""

    key: str
    at: datetime
    kind: LetterKind
    to: str  # officer:KEY, role:NAME, or responsible:ROLE (whoever is, when it leaves)
    about: tuple[str, ...] = ()  # what the composer of this kind needs to know: a reason, a question
    mail: int | None = None  # the mail that it is about
    event: str = ""
    promises: tuple[str, ...] = ()
    clause: str = ""


@dataclass(frozen=True, slots=True)
class HeldMail:
    """An officer's mail that is not certain enough to act on. `officer` is empty where nobody knows who wrote it; `at` is
    when it was received."""

    number: int
    officer: str
    mail: int
    why: str
    text: str
    message_id: str | None
    at: datetime
    files: tuple[Attachment, ...] = ()
    most_bytes: int | None = None  # of files, that a letter can carry
    outside: str = ""  # who of its parties has the mail already, because it was sent to them too
    not_theirs: bool = False  # whoever wrote it has no part in the case, so whoever has it is asked


@dataclass(frozen=True, slots=True)
class LeavingMail:
    """An officer's words that are done at the moment `at`, and can be stopped until then. `files` are those of the mail."""

    number: int
    officer: str
    commands: tuple[Command, ...]
    at: datetime
    written_at: datetime
    message_id: str | None
    files: tuple[Attachment, ...] = ()
    most_bytes: int | None = None

    @property
    def text(self) -> str:
        """The whole mail, its words with what stands beside each, and the text below them."""
        body = next((command.body for command in self.commands if command.body), "")
        return "\n".join([*(command.line for command in self.commands), *([body] if body else [])])

    @property
    def answers(self) -> bool:
        """True where it is the response."""
        return any(command.word == "respond" for command in self.commands)


@dataclass(frozen=True, slots=True)
class SettledMail:
    """What became of a mail that was held, or that could be stopped: a second press of the same link finds it here."""

    number: int
    officer: str
    how: str  # "it was sent to the resident"
    at: datetime


@dataclass(frozen=True, slots=True)
class Answer:
    """A response that went out: what whoever reviews it must see. `officer` is the roster key of whoever answered."""

    stage: Stage
    at: datetime
    officer: str
    outcome: Outcome
    text: str


@dataclass(frozen=True, slots=True)
class Proposal:
    """A later date to which the resident has been asked to agree; until they do, the one that they hold stands."""

    stage: Stage
    day: date
    reason: str
    at: datetime
    in_time: bool  # it was proposed before the date last promised by a person had passed


@dataclass(frozen=True, slots=True)
class Draft:
    """A response that waits until somebody approves it. To the resident it is none: every clock runs on."""

    stage: Stage
    outcome: Outcome
    text: str
    officer: str  # roster key of whoever wrote it
    mail: int
    at: datetime
    approved: tuple[str, ...] = ()  # officers who have approved it so far
    files: tuple[Attachment, ...] = ()  # those of the mail that go along
    may_name_one: bool = False  # of a campaign: who wrote it has let it go although it tells who the first resident is


class CampaignState(StrEnum):
    """Where it stands with a number of mails that say the same."""

    ASKED = "asked"  # a person is to say whether they are answered as one
    TOGETHER = "together"
    APART = "apart"  # a person has said no, or nobody has said anything
    OVER = "over"  # they have been answered, or another case leads them now


class SaidWhat(StrEnum):
    """What passes from the case that leads a campaign to its members."""

    WORD = "word"  # an officer's word, as if it had been written to each
    RESPONSE = "response"
    APART = "apart"  # each goes its own way
    KEEPER = "keeper"  # who has it, which service, and from whom it is kept
    LEAD = "lead"  # another case leads them


@dataclass(frozen=True, slots=True)
class Said:
    """Something that each member of a campaign is to hear. `told`: how many of them have, in their order. Whoever joins later
    hears it as well."""

    number: int
    what: SaidWhat
    at: datetime
    officer: str = ""  # roster key of whoever said it; of KEEPER, who has it
    mail: int = 0
    command: Command | None = None
    response: Draft | None = None
    files: tuple[Attachment, ...] = ()  # those of the mail that go along
    stage: Stage | None = None  # in which it was said
    service: str = ""
    conflicts: tuple[str, ...] = ()
    lead: str = ""
    told: int = 0


@dataclass(frozen=True, slots=True)
class Campaign:
    """Of the case that leads it: mails of several people that say nearly the same. `alike`: those that had come when a person
    was asked, cases in work; `members`: all that have joined, in their order."""

    state: CampaignState
    since: datetime
    alike: tuple[str, ...] = ()
    members: tuple[str, ...] = ()
    said: tuple[Said, ...] = ()
    passed_to: str = ""

    @property
    def to_tell(self) -> Said | None:
        """The first thing that some member has not heard."""
        return next((said for said in self.said if said.told < len(self.members)), None)


@dataclass(frozen=True, slots=True)
class Joined:
    """Of a member: the case that leads its campaign. While they are `together`, nobody is asked to work on this one. `until`:
    the later date that an officer wants for all of them."""

    lead: str
    together: bool = True
    until: date | None = None


class OwnWay(StrEnum):
    """Why a mail that says what others say as well is a case like any other."""

    ADDS = "adds"  # it has words of its own
    APART = "apart"  # a person has said that those mails are no campaign
    ANSWERED = "answered"  # the campaign is over
    DIFFERS = "differs"  # it raises an alert or a doubt of its own, or is of another category
    SAME_PERSON = "same_person"


@dataclass(frozen=True, slots=True)
class Resembles:
    """A case that says the same, and why this one goes its own way."""

    ref: str
    why: OwnWay


@dataclass(frozen=True, slots=True)
class Sent:
    """A letter to a resident that left the outbox's hands into ours: what a bounce is matched against."""

    kind: LetterKind
    key: str
    at: datetime


class ActionState(StrEnum):
    OPEN = "open"
    DONE = "done"
    FAILED = "failed"  # it cannot be done: the resident is told why


@dataclass(frozen=True, slots=True)
class Action:
    """Something that the council has said it will do. Its date is that of the deadline `action.N`."""

    number: int
    what: str
    due: date  # as the resident was last told
    officer: str  # who promised it, and is reminded of it
    state: ActionState = ActionState.OPEN
    ordered: bool = False  # the Ombudsman wants it: a remedy

    @property
    def open(self) -> bool:
        return self.state is ActionState.OPEN

    @property
    def deadline(self) -> str:
        return f"action.{self.number}"


@dataclass(frozen=True, slots=True)
class Remedy:
    """What was done to put things right, by a code of the policy."""

    code: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class Hold:
    """While it lasts nothing is destroyed, and nothing goes to the resident by itself."""

    reason: str
    officer: str
    at: datetime
    until_decided: bool = False  # it ends by itself with the Ombudsman's decision


class Asked(StrEnum):
    """What passes between the council and the Ombudsman about a case."""

    ENQUIRY = "enquiry"
    ANSWERED = "answered"
    PREMATURE = "premature"  # they send it back: the council's own procedure comes first
    DECISION = "decision"


@dataclass(frozen=True, slots=True)
class OmbudsmanStep:
    """One thing that the Ombudsman asked or decided, or that the council answered. `due`: the day that they set for it;
    `outcome`: what a decision was."""

    what: Asked
    at: datetime
    text: str = ""
    due: date | None = None
    outcome: str = ""


NO_SUBJECT = "(no subject)"  # what stands in the place of one
ADJUSTMENT = "adjustment"  # the flag under which what is done differently for this resident is kept; there may be several
BY_POST = "post"  # the flag of a resident who is reached by post or telephone only
NEED = "mentions-need"  # somebody wrote of a disability, or of what makes it hard for them: an adjustment may be needed
NO_SURVEY = "no-survey"
WITH_OMBUDSMAN = "ombudsman"  # of a case to which the Ombudsman has said something; a policy may keep it longer
MARKED = "marked-for-deletion"  # set when the time to keep the case is over
PRIORITY = "priority"  # of a case that is shown before others
LANGUAGE = "language"  # of the letters to the resident, where there are any in it: the code stands beside it
ALTERNATIVE = "alternative"  # of a case that is dealt with in another way than the procedure
# Those that do something by themselves.
FLAGS = (ADJUSTMENT, BY_POST, NEED, NO_SURVEY, WITH_OMBUDSMAN, MARKED, ALTERNATIVE, PRIORITY, LANGUAGE)


@dataclass(frozen=True, slots=True)
class Restriction:
    """How somebody may be in contact, until the end of the day `until`. It is of the person, so each of their cases knows it;
    `case` is that on which it was decided. `record` is what had to be written down: label and words."""

    who: str  # their address, lower case
    until: date
    reason: str
    by: str  # the officer who decided
    since: datetime
    case: str
    record: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Pending:
    """What `role` must decide before anything begins: no clock runs, and nothing is refused or closed by itself."""

    question: str
    role: str
    detail: str = ""
    asked_at: datetime | None = None  # when it was put again, as the case was opened once more; None: when it was opened first


@dataclass(frozen=True, slots=True)
class OpenQuestion:
    """What a rule leaves to the complaints lead, in its words, about the mail of that number; nobody has said anything yet."""

    text: str
    mail: int
    at: datetime


class ConsentState(StrEnum):
    """Where the consent stands of somebody for whom the sender acts."""

    PENDING = "pending"
    GIVEN = "given"


@dataclass(frozen=True, slots=True)
class LoggedContact:
    """How something reached the council that an officer wrote down, and how the person can be reached: label and words."""

    channel: str
    by: str  # officer
    ways: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Case:
    ref: str
    council: str
    policy_version: str
    category: Category
    service: str
    status: Status
    complainant: Address
    subject: str
    opened_at: datetime  # the receipt of the mail that opened it
    stage: Stage | None = None
    parties: tuple[Party, ...] = ()
    officer: str | None = None  # roster key, where somebody was assigned by name
    alerts: tuple[Alert, ...] = ()
    exclusions: tuple[str, ...] = ()  # suspected; an officer decides
    suggested: Suggested | None = None  # what a rule takes it for, until an officer says what it is
    restricted: bool = False  # only the complaints lead is told, and whom the lead gives it to
    conflicts: tuple[str, ...] = ()  # officers whom it names, or who have declared a conflict: never theirs to deal with
    named: tuple[str, ...] = ()  # officers of whom it speaks, who would have it: kept from them until somebody gives it back
    given_back: tuple[str, ...] = ()  # officers whom it may speak of: somebody who may has said that it is not about them
    flags: tuple[tuple[str, str], ...] = ()
    mails: tuple[Correspondence, ...] = ()
    deadlines: tuple[Deadline, ...] = ()
    fired: frozenset[str] = frozenset()  # timers that have been acted on
    waiting: tuple[Waiting, ...] = ()
    held: tuple[HeldMail, ...] = ()
    leaving: tuple[LeavingMail, ...] = ()
    settled: tuple[SettledMail, ...] = ()
    possible_links: tuple[str, ...] = ()
    linked: tuple[str, ...] = ()
    outcome: Outcome | None = None
    responded_at: tuple[tuple[Stage, datetime], ...] = ()
    began_mail: int | None = None  # the mail that the stage began with, or the case where it has none
    requested_mail: int | None = None  # the mail that asked for a review, or for a complaint, while that is undecided
    review_refused: bool = False  # a person refused a review: another request is a person's to decide
    run: int = 1  # raised where a stage that has been begins again
    acknowledgement_owed: bool = False  # the automatic one went; the officer's own is still owed
    last_receipt_at: datetime | None = None
    last_contact_at: datetime | None = None
    closed_at: datetime | None = None
    destroyed_at: datetime | None = None  # when all that it told of people was destroyed
    refused: str | None = None  # the exclusion for which a person has refused it
    actions: tuple[Action, ...] = ()
    actions_told_at: datetime | None = None  # when the resident last heard of what is still to be done
    reasons: tuple[str, ...] = ()  # codes of the policy: why it came to this complaint
    remedies: tuple[Remedy, ...] = ()
    learning: tuple[str, ...] = ()
    survey_marks: tuple[int, ...] = ()  # what the resident answered, 1 to 5
    hold: Hold | None = None
    ombudsman: tuple[OmbudsmanStep, ...] = ()
    adjustments_seen_at: datetime | None = None  # when somebody last looked whether they are still right
    unreachable: bool = False  # a letter to the complainant came back for good, and they have not written since
    written_at: datetime | None = None  # when an officer last wrote to the resident
    landlord: Landlord | None = None  # None: nobody has said yet
    answers: tuple[Answer, ...] = ()
    understanding: str = ""  # what the complaint of this stage is, as the resident was told in the acknowledgement
    proposal: Proposal | None = None
    draft: Draft | None = None
    begun: tuple[Stage, ...] = ()  # every stage that it has been in, as often as it was
    assigned: tuple[str, ...] = ()  # officers who have had the assignment of this stage
    earlier: tuple[str, ...] = ()  # other cases of the same person, when this one was opened
    receipts: bool = True  # the complainant has an address that may be answered
    restriction: Restriction | None = None
    pending: Pending | None = None
    questions: tuple[OpenQuestion, ...] = ()
    confidants: tuple[str, ...] = ()  # roles that have been asked about a restricted case: they may know of it, and act
    doubts: tuple[
        str, ...
    ] = ()  # what whoever gets it should look into: out_of_time, representative, concern, repeats, capacity
    consent: ConsentState | None = None
    logged: LoggedContact | None = None  # None: it came by mail
    related: tuple[str, ...] = ()  # cases that were made of this one's mails, or of whose mails this one was made
    thread: tuple[str, ...] = ()  # Message-IDs of the conversation with the resident, oldest first
    campaign: Campaign | None = None  # that it leads
    joined: Joined | None = None  # the campaign of which it is one
    resembles: Resembles | None = None
    version: int = 0  # of the row: raised by every save

    def deadline(self, name: str) -> Deadline | None:
        return next((deadline for deadline in self.deadlines if deadline.name == name), None)

    def repeats(self, stage: Stage) -> int:
        """How often *stage* has been begun again: a second Stage 1 is that by its name, any other from its second time on."""
        times = self.begun.count(stage)
        return times if stage is Stage.STAGE1_AGAIN else max(0, times - 1)

    def may_repeat(self, stage: Stage, most: int | None) -> bool:
        """True while it may be in *stage* once more, of at most *most* times."""
        return most is None or self.repeats(stage) < most

    @property
    def undecided(self) -> Correspondence | None:
        """The mail about which a person has been asked and has not decided yet."""
        return None if self.requested_mail == self.began_mail else self.mail(self.requested_mail)

    def with_deadline(self, deadline: Deadline) -> "Case":
        """This case with *deadline* added, or put in the place of the one of its name."""
        if self.deadline(deadline.name) is None:
            return replace(self, deadlines=(*self.deadlines, deadline))
        return replace(self, deadlines=tuple(deadline if d.name == deadline.name else d for d in self.deadlines))

    def mail(self, number: int | None) -> Correspondence | None:
        return next((mail for mail in self.mails if mail.mail == number), None)

    @property
    def led(self) -> bool:
        """True while it is answered with the case that leads its campaign, so that nobody need work on it."""
        return self.joined is not None and self.joined.together

    @property
    def seen_to_with_lead(self) -> bool:
        """True while its dates are met by whoever meets those of the case that leads. Where its resident has not agreed to a
        later date, theirs is the earlier one."""
        until = self.joined.until if self.joined is not None else None
        earlier = (each for each in self.deadlines if each.open and each.what == "respond" and not each.outlives)
        return self.led and not any(until is not None and each.person_promised < until for each in earlier)

    @property
    def leads_or_joins(self) -> str | None:
        """The case that leads its campaign, itself perhaps; None: it is of none."""
        if self.joined is not None:
            return self.joined.lead
        return self.ref if self.campaign is not None and self.campaign.state is not CampaignState.APART else None

    @property
    def open_actions(self) -> tuple[Action, ...]:
        return tuple(action for action in self.actions if action.open)

    @property
    def adjustments(self) -> tuple[str, ...]:
        """What is done differently for this resident."""
        return tuple(text for name, text in self.flags if name == ADJUSTMENT and text)

    @property
    def language(self) -> str:
        """That of the letters to the resident, by its code; "": as any other."""
        return dict(self.flags).get(LANGUAGE, "")

    def flagged(self, name: str) -> bool:
        return any(flag == name for flag, _ in self.flags)

    @property
    def can_be_told(self) -> bool:
        """A letter reaches the complainant: by mail, or through an officer who posts it."""
        return self.receipts or self.flagged(BY_POST)

    @property
    def first_mail(self) -> Correspondence | None:
        return self.mails[0] if self.mails else None

    def is_party(self, address: str) -> bool:
        return address.lower() == self.complainant.key or any(p.who.key == address.lower() for p in self.parties)
