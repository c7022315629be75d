"""Letters as values: what each must carry before it can exist.

A delay notice without the Ombudsman, or a response without the way on, cannot be built, so it cannot be sent. The words
stand in templates; a template sees the `Letter` and nothing else.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from townclerk.domain.mail import Address
from townclerk.domain.policy import Ombudsman
from townclerk.domain.provisions import TimescaleOverride
from townclerk.domain.returned import Cause, cause_of
from townclerk.domain.words import Alert, Category, LetterKind, Outcome, Priority, Stage

# --- parts of letters ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Because:
    """Why a letter is sent: event -> promise -> clause of the published policy. Codes and clauses, never people."""

    event: str
    promise: str | None = None
    clause: str | None = None


@dataclass(frozen=True, slots=True)
class DatedPromise:
    """What will have happened by the end of `day`. `what` is acknowledge, respond, request or assess; `clause` is of the
    policy, or `by_law` of an Act."""

    what: str
    day: date
    stage: Stage | None = None
    clause: str = ""
    by_law: bool = False


@dataclass(frozen=True, slots=True)
class Ombudsmen:
    """One or two of them, never none."""

    first: Ombudsman
    others: tuple[Ombudsman, ...] = ()

    @property
    def all(self) -> tuple[Ombudsman, ...]:
        return (self.first, *self.others)


@dataclass(frozen=True, slots=True)
class ReviewRight:
    """The way to the next stage; `last_day` is None where the policy sets no limit. `ended` is the date for it that they
    held while the matter was sent back: this answer ends it."""

    stage_title: str
    last_day: date | None
    ended: date | None = None


@dataclass(frozen=True, slots=True)
class FinalWord:
    """After the last stage: the Ombudsman."""

    ombudsmen: Ombudsmen


@dataclass(frozen=True, slots=True)
class Choice:
    """A ready-made reply: the words that the mail begins with. `likely`: one of those that most readers will want. `text` is
    what its reader has written already: it comes whole or, where a link cannot hold it, not at all."""

    label: str
    body: str
    likely: bool = True
    text: str = ""


@dataclass(frozen=True, slots=True)
class ShownAction:
    """Something that the council has said it will do by the end of `day`."""

    number: int
    what: str
    day: date


@dataclass(frozen=True, slots=True)
class MovedAction:
    """It will be done later than the resident was told."""

    what: str
    was_due: date
    day: date


@dataclass(frozen=True, slots=True)
class FailedAction:
    """It cannot be done: the resident may go to the Ombudsman about that."""

    what: str
    ombudsmen: Ombudsmen


@dataclass(frozen=True, slots=True)
class Original:
    """The mail that a letter to staff is about. `mail` is its number in the store, by which its files are attached. `quoted` is
    what its sender quotes: often the promise that they complain of. `danger`: it is a further mail, and may tell of somebody in
    danger; `danger_told`: somebody has been told of such danger in this case."""

    sender: Address
    subject: str
    received_at: datetime
    text: str
    mail: int | None = None
    attachments: tuple[str, ...] = ()
    quoted: str = ""
    danger: bool = False
    danger_told: bool = False


@dataclass(frozen=True, slots=True)
class PastAnswer:
    """A response that the resident has had."""

    stage_title: str
    day: date
    officer: str
    outcome: Outcome
    text: str


# --- to the resident -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Receipt:
    """`variety`: new, further (a mail on an open case), review, late_review (a person decides), too_early (a
    review before there is a response), agreed (to a later date), neutral (says nothing of
    the matter), converted (a request is now a complaint). `text` is never shown where the variety is neutral."""

    category: Category
    variety: str
    dates: tuple[DatedPromise, ...]
    stage_title: str | None = None
    ombudsmen: Ombudsmen | None = None
    doubtful: bool = False  # no rule says what it is: it is taken as a complaint until somebody has read it
    danger: bool = False  # somebody may need help now: where it is to be had is said
    statute: str = ""  # the signal of the request for which the law sets a time limit; "mixed": their own data, and another
    kind = LetterKind.RECEIPT


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """Either an officer's words, or (`text` empty) the resident's own, quoted, as our understanding so far; of whom wrote none,
    which files we have had: `received`."""

    stage: Stage
    text: str
    quoted: str
    respond_by: date | None
    officer: str | None = None
    service: str | None = None
    on_behalf_of: str = ""  # "the Chief Executive, Ada Low"
    enclosed: tuple[str, ...] = ()  # names of the files that go with it
    received: tuple[str, ...] = ()
    kind = LetterKind.ACKNOWLEDGEMENT


@dataclass(frozen=True, slots=True)
class Clarification:
    text: str
    officer: str
    dates: tuple[DatedPromise, ...] = ()
    kind = LetterKind.CLARIFICATION


@dataclass(frozen=True, slots=True)
class DelayNotice:
    stage: Stage
    was_due: date
    promised: date
    reason: str  # the officer's words; empty on an automatic notice
    ombudsmen: Ombudsmen
    automatic: bool
    name: str = "delay notice"  # what the policy calls it: "progress report"
    kind = LetterKind.DELAY_NOTICE


@dataclass(frozen=True, slots=True)
class ExtensionProposal:
    stage: Stage
    was_due: date
    proposed: date
    reason: str
    ombudsmen: Ombudsmen
    kind = LetterKind.EXTENSION_PROPOSAL


@dataclass(frozen=True, slots=True)
class ExtensionNotAgreed:
    stage: Stage
    stands: date
    ombudsmen: Ombudsmen
    kind = LetterKind.EXTENSION_NOT_AGREED


@dataclass(frozen=True, slots=True)
class Response:
    stage: Stage
    stage_title: str
    outcome: Outcome
    text: str
    officer: str
    onward: ReviewRight | FinalWord
    names_stage: bool = False  # the stage is said at the beginning
    understanding: str = ""  # what the complaint is, where the policy wants it said
    ombudsmen: Ombudsmen | None = None  # where the policy wants them named before the last stage too
    enclosed: tuple[str, ...] = ()
    kind = LetterKind.RESPONSE


@dataclass(frozen=True, slots=True)
class ReviewInvitation:
    right: ReviewRight
    kind = LetterKind.REVIEW_INVITATION


@dataclass(frozen=True, slots=True)
class ReviewDecision:
    accepted: bool
    text: str
    officer: str
    respond_by: date | None
    ombudsmen: Ombudsmen
    stage_title: str
    stays_open: str = ""  # the title of the stage for which the resident can still ask, where it is not the one they get
    sent_back: bool = False  # they have asked for that stage
    stands: date | None = None  # the date for it that they hold until they have been answered
    bypassed: bool = False  # nobody asked: the stages before this one are left out
    acknowledge_by: date | None = None  # where an acknowledgement comes before the clock of the answer runs
    kind = LetterKind.REVIEW_DECISION


@dataclass(frozen=True, slots=True)
class NotAccepted:
    """Reasons, another route, the Ombudsman."""

    title: str
    clause: str
    text: str
    explanation: str
    signpost: str
    officer: str
    ombudsmen: Ombudsmen
    kind = LetterKind.NOT_ACCEPTED


@dataclass(frozen=True, slots=True)
class ConsentRequest:
    """Whoever acts for somebody is asked for that person's consent. `dates` are those that stand meanwhile."""

    text: str  # the officer's words, if any
    officer: str
    written: bool
    dates: tuple[DatedPromise, ...] = ()
    kind = LetterKind.CONSENT_REQUEST


@dataclass(frozen=True, slots=True)
class Closure:
    text: str
    officer: str
    withdrawn: bool = False
    kind = LetterKind.CLOSURE


@dataclass(frozen=True, slots=True)
class Message:
    """`until` and `policy_url` belong to the letter that tells somebody of a restriction of contact."""

    text: str
    officer: str
    until: date | None = None
    policy_url: str = ""
    enclosed: tuple[str, ...] = ()
    kind = LetterKind.MESSAGE


@dataclass(frozen=True, slots=True)
class ActionUpdate:
    """How it stands with what was promised: `still_open`, and what this letter is about. `text` is the officer's; on the
    regular one there is none."""

    still_open: tuple[ShownAction, ...]
    text: str
    officer: str
    done: tuple[str, ...] = ()
    moved: MovedAction | None = None
    failed: FailedAction | None = None
    kind = LetterKind.ACTION_UPDATE


@dataclass(frozen=True, slots=True)
class Survey:
    """How the resident found it, some days after the answer."""

    answered_on: date
    kind = LetterKind.SURVEY


# --- to staff --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Assignment:
    """What the officer must do by when, and the mail itself. `note` says why it comes (again). Where the matter has been
    answered before: the `file` of all that was written, the `answers`, and the `earlier` cases of the same person."""

    dates: tuple[DatedPromise, ...]
    original: Original
    choices: tuple[Choice, ...]
    possible_links: tuple[str, ...] = ()
    note: str = ""
    file: tuple[Original, ...] = ()
    answers: tuple[PastAnswer, ...] = ()
    earlier: tuple[str, ...] = ()
    must_contain: tuple[str, ...] = ()  # what whoever answers must put into the response
    kind = LetterKind.ASSIGNMENT


@dataclass(frozen=True, slots=True)
class Forwarded:
    """A mail that the officer should see; `dates` where something is due of it. `detail` says what happened, of a notice, and
    which letter was not sent, of one that was withheld; and why no notice of a delay goes."""

    reason: str  # comment, compliment, service_request, further, information_request, member, excluded, notice, withheld,
    # survey, no_notice, told
    original: Original
    choices: tuple[Choice, ...] = ()
    dates: tuple[DatedPromise, ...] = ()
    possible_links: tuple[str, ...] = ()
    detail: str = ""
    note: str = ""  # what else whoever gets it should know
    title: str = ""  # of a request that a law knows: which it is
    kind = LetterKind.FORWARDED


@dataclass(frozen=True, slots=True)
class Reminder:
    """`still_owed`: the automatic acknowledgement went in the officer's place; their own is still owed. `detail`: which
    action, what is missing from the record, what is done differently, why contact is restricted."""

    what: str
    day: date
    stage: Stage | None
    clause: str
    choices: tuple[Choice, ...]
    still_owed: bool = False
    detail: str = ""
    kind = LetterKind.REMINDER


@dataclass(frozen=True, slots=True)
class Overdue:
    what: str
    day: date  # the date last promised by a person
    told: date | None  # what an automatic delay notice has told the resident since
    stage: Stage | None
    clause: str
    officer: str | None
    choices: tuple[Choice, ...]
    detail: str = ""  # which action
    kind = LetterKind.OVERDUE


@dataclass(frozen=True, slots=True)
class Escalation:
    """Where `what` is elapsed, the whole case has taken `detail` since `day`."""

    what: str
    day: date
    working_days: int
    officer: str | None
    choices: tuple[Choice, ...] = ()
    detail: str = ""
    kind = LetterKind.ESCALATION


@dataclass(frozen=True, slots=True)
class Decision:
    """A person must choose. `question`: exclusion, alert, late_review, review_wanted, triage, dissatisfied, final,
    possible_link, category, was_this_the_response, unclear_mail, returned, brake, held_back, timer, restricted,
    survey_reply, approval, not_approved, campaign, anonymous, statutory, concern, out_of_time, repeats, capacity,
    permission, asked (by a rule, in the words of `detail`), nobody, leaver, leavers_cases, post, unreachable. `enclosed`,
    of the last two, is the letter that must reach the resident in another way; its text becomes the `detail`."""

    question: str
    detail: str
    original: Original | None
    choices: tuple[Choice, ...]
    by: date | None = None
    enclosed: "Letter | None" = None
    draft: str = ""  # the response that waits for approval
    files: tuple[str, ...] = ()  # those that go with it
    kind = LetterKind.DECISION


@dataclass(frozen=True, slots=True)
class AlertRaised:
    """Somebody must know of it at once. `away`: the name of a colleague whose mailbox answers by itself, so that what is owed
    (`dates`) may be seen by nobody."""

    alerts: tuple[Alert, ...]
    original: Original
    choices: tuple[Choice, ...] = ()
    away: str = ""
    dates: tuple[DatedPromise, ...] = ()
    kind = LetterKind.ALERT


@dataclass(frozen=True, slots=True)
class FileFault:
    """One thing that is wrong in a file: where, what, and what to write instead."""

    where: str
    what: str
    instead: str


@dataclass(frozen=True, slots=True)
class FilesNotTakenUp:
    """Files were changed and are not in force, for what is wrong in them. `more`: faults beside those that are told."""

    faults: tuple[FileFault, ...]
    more: int = 0
    kind = LetterKind.ALERT


@dataclass(frozen=True, slots=True)
class RulesUntested:
    """Changed files are in force, with rules in them that no test reaches."""

    untested: tuple[FileFault, ...]
    kind = LetterKind.ALERT


@dataclass(frozen=True, slots=True)
class Unwell:
    """Something is wrong with the service itself, each in words."""

    worries: tuple[str, ...]
    kind = LetterKind.ALERT


@dataclass(frozen=True, slots=True)
class Difference:
    """Where one letter says `here`, another says `there`."""

    here: str
    there: str


@dataclass(frozen=True, slots=True)
class Variant:
    """The letter of a proof with another word, of which only what is different is shown; `problem`: it cannot leave so."""

    title: str
    letter: "Letter | None" = None
    differences: tuple[Difference, ...] = ()
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Proof:
    """What would leave by one press. `letter` becomes `subject` and `text`, its words, when this is written down; `also` are
    letters that go with it, which become `subjects`. `problem`: nothing would, and why."""

    title: str
    letter: "Letter | None" = None
    to: tuple[str, ...] = ()
    enclosed: tuple[str, ...] = ()
    variants: tuple[Variant, ...] = ()
    also: tuple["Letter", ...] = ()
    subject: str = ""
    text: str = ""
    subjects: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()  # what else would be done
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Confirm:
    """An officer's mail is held. `why`: no_word, answers_us (a letter that asked them something), not_proven, not_signed,
    expired, or a `Doubt` about its text; forwarded: it passes on somebody else's, of which `detail` says what it seems to be,
    and `text` is theirs; for_colleagues: `detail` is a line of it that is plainly not for a resident; names_one: it goes
    to everybody in a campaign, and `detail` tells who one of them is; not_theirs: whoever wrote
    it has no part in the case. `proofs` show what would leave by each press; `since` is the day on which they were asked first,
    where this asks again. `case_with`: who has the case, said to somebody who has no part in it, and hears no more of it."""

    number: int
    why: str
    text: str
    choices: tuple[Choice, ...]
    detail: str = ""
    proofs: tuple[Proof, ...] = ()
    left: tuple[str, ...] = ()  # what is said of files that do not go along
    since: date | None = None
    officer: str = ""  # who wrote it, where this goes to somebody else
    outside: str = ""  # who has the mail already
    others: tuple["AlsoHeld", ...] = ()  # of the same writer, asked about again at the same time
    case_with: str = ""
    kind = LetterKind.CONFIRM


@dataclass(frozen=True, slots=True)
class AlsoHeld:
    """Another mail that is held, and what can be pressed about it."""

    number: int
    since: date
    text: str
    choices: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class Done:
    """`leaves_at`: what `lines` say is done at that moment, unless it is stopped before. `sent` shows what goes to the resident
    by it, so that whoever wrote it can notice what is missing."""

    lines: tuple[str, ...]
    shown: str = ""  # what #show and #help print
    sections: tuple["Section", ...] = ()  # the same, with headings
    leaves_at: datetime | None = None
    choices: tuple[Choice, ...] = ()
    sent: tuple[Proof, ...] = ()
    kind = LetterKind.DONE


@dataclass(frozen=True, slots=True)
class Refused:
    """Nothing was done. `understood` is what we took the mail for; `instead`, what would work."""

    understood: str
    reason: str
    instead: tuple[str, ...]
    text: str = ""  # what they wrote, given back, so that nothing is lost
    choices: tuple[Choice, ...] = ()  # their mail put right, or with what is missing left to be filled in
    outside: str = ""  # who has the mail already
    kind = LetterKind.REFUSED


@dataclass(frozen=True, slots=True)
class Undelivered:
    """A letter that did not arrive. `status` and `diagnostic` are what the mail server said, or why we held it back."""

    letter: LetterKind
    recipient: str
    status: str
    diagnostic: str
    choices: tuple[Choice, ...] = ()
    kind = LetterKind.UNDELIVERED

    @property
    def cause(self) -> Cause:
        return cause_of(self.status, self.diagnostic)


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a report: what, and how many or which. `case` is the reference of the one that it is about; `address` where a
    mail about that goes, for whoever reads it, and `press` what stands in it: all that is known of the case, where nothing else
    is said."""

    label: str
    value: str
    case: str = ""
    address: str = ""
    press: str = "#show"


@dataclass(frozen=True, slots=True)
class Section:
    """A heading of a report with its lines; `note` says how they were counted, where that needs saying. `listing` is text to
    copy, line by line as it stands."""

    heading: str
    rows: tuple[Row, ...]
    note: str = ""
    listing: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """Figures on the days from `first` to `last`. `meeting` is the day of the board, where these are its papers. Not `counted`:
    it is no account of those days, but what was seen by then."""

    title: str
    first: date
    last: date
    sections: tuple[Section, ...]
    meeting: date | None = None
    counted: bool = True
    kind = LetterKind.REPORT


DigestScope = Literal["own", "all", "tracker"]


@dataclass(frozen=True, slots=True)
class Digest:
    """What is due, overdue and nobody's, on the morning of `day`. `scope`: "own" cases of the reader, "all" that are open, or
    the week's "tracker"."""

    day: date
    sections: tuple[Section, ...]
    scope: DigestScope = "all"
    kind = LetterKind.DIGEST


ResidentContent = (
    Receipt
    | Acknowledgement
    | Clarification
    | DelayNotice
    | ExtensionProposal
    | ExtensionNotAgreed
    | Response
    | ReviewInvitation
    | ReviewDecision
    | NotAccepted
    | ConsentRequest
    | Closure
    | Message
    | ActionUpdate
    | Survey
)
StaffContent = (
    Assignment
    | Forwarded
    | Reminder
    | Overdue
    | Escalation
    | Decision
    | AlertRaised
    | FilesNotTakenUp
    | RulesUntested
    | Unwell
    | Confirm
    | Done
    | Refused
    | Undelivered
    | Report
    | Digest
)
Content = ResidentContent | StaffContent


# --- the letter ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class CaseSummary:
    """What a letter may say of its case. A letter to a resident shows of it the reference and the resident's own subject."""

    ref: str
    category: Category
    subject: str
    service: str
    stage_title: str | None
    opened_on: date
    complainant: str  # their name, or their address where they gave none
    officer: str | None
    dates: tuple[DatedPromise, ...] = ()
    ombudsmen: Ombudsmen | None = None  # those that this matter can go to; None: all that the policy names
    actions: tuple[ShownAction, ...] = ()  # what is still to be done of what was promised
    adjustments: tuple[str, ...] = ()  # what is done differently for this resident
    hold: str = ""  # why the case is on hold
    longer: TimescaleOverride | None = None  # the council has published that it needs more time just now
    priority: Priority = Priority.NORMAL
    campaign: str = ""  # who else wrote the same, and what that means; for staff


@dataclass(frozen=True, slots=True)
class Recipient:
    """`officer` is the roster key, None for a resident or for an address of a role."""

    name: str
    address: str
    officer: str | None = None
    staff: bool = False


@dataclass(frozen=True, slots=True)
class InPlaceOf:
    """For whom a letter is that somebody else gets, because they are away until the end of the day `until`."""

    name: str
    until: date | None


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter decided. `case` is None where it belongs to none (a refusal of a mail that names no case)."""

    to: Recipient
    content: Content
    because: Because
    case: CaseSummary | None
    automatic: bool  # no person wrote or pressed for it
    answers: tuple[str, ...] = ()  # Message-IDs of the thread that it goes on, oldest first
    copy_of: str = ""  # to whom the letter is, where this is a copy of it for somebody else
    in_place_of: InPlaceOf | None = None
    language: str = ""  # the code of that in which it is written, where there is a template; "": the language of all others

    @property
    def kind(self) -> LetterKind:
        return self.content.kind
