"""What a policy provides for beside its stages: who may act for somebody, what is kept and for how long, what is reported.

Each is a value of the policy file, None or empty where the published policy says nothing of it.
"""

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from townclerk.domain.durations import Duration, Unit
from townclerk.domain.words import Category, Stage


@dataclass(frozen=True, slots=True)
class Published:
    """Where the policy says something, in its own words, and under which numbers that stands in the register."""

    clause: str
    quote: str = ""
    promises: tuple[str, ...] = ()


NOT_PUBLISHED = Published("")


@dataclass(frozen=True, slots=True)
class Code:
    """A word under which something is recorded: a reason, a remedy. `told` are roles that hear of each."""

    code: str
    title: str
    told: tuple[str, ...] = ()
    said: Published = NOT_PUBLISHED


class LimitFrom(StrEnum):
    """From when a complaint must come in time."""

    INCIDENT = "incident"  # when the matter occurred
    KNOWN = "known"  # when the resident came to know of it
    LATER_OF_BOTH = "later_of_both"


@dataclass(frozen=True, slots=True)
class TimeLimit:
    """How late a complaint may come. Nobody is refused by it: `decided_by` is asked, and may use discretion."""

    within: Duration
    counted_from: LimitFrom
    decided_by: str
    said: Published = NOT_PUBLISHED


class Consent(StrEnum):
    """What somebody who acts for another must bring before anything personal goes to them."""

    WRITTEN = "written"  # it must be on the case before a response goes to them
    ASKED = "asked"  # the officer is reminded to see to it


@dataclass(frozen=True, slots=True)
class Representation:
    consent: Consent
    said: Published = NOT_PUBLISHED


@dataclass(frozen=True, slots=True)
class AdditionalIssues:
    """What the policy says of new issues in an open complaint: joined while `until` has not been answered, else a case of
    their own."""

    until: Stage
    said: Published = NOT_PUBLISHED


@dataclass(frozen=True, slots=True)
class Adjustments:
    """Reasonable adjustments are kept on the case, shown to whoever deals with it, and reviewed."""

    review_every: Duration | None = None
    said: Published = NOT_PUBLISHED


@dataclass(frozen=True, slots=True)
class Restrictions:
    """Contact arrangements. `by` decides on them and is asked about every mail under one; `must_record` are the labels
    under which the decision must say something ("measures tried: …"); `letter_must_say` what the decision letter must;
    `behaviours` what the policy calls unreasonable, by the code under which it is recorded."""

    by: str
    only_they_write: bool = False
    must_record: tuple[str, ...] = ()
    letter_must_say: tuple[str, ...] = ()
    policy_url: str = ""
    behaviours: dict[str, Code] = field(default_factory=dict)
    said: Published = NOT_PUBLISHED


@dataclass(frozen=True, slots=True)
class Alternatives:
    """Other ways than the procedure in which a complaint may be dealt with. `by` decides so, having asked `consult` (roles);
    the resident is told which, and why."""

    by: str
    ways: dict[str, Code]
    consult: tuple[str, ...] = ()
    said: Published = NOT_PUBLISHED


@dataclass(frozen=True, slots=True)
class Anonymous:
    """A complaint without a name: `decided_by` says what becomes of it, or `serious_to` where it is serious."""

    decided_by: str
    serious_to: str
    said: Published = NOT_PUBLISHED


@dataclass(frozen=True, slots=True)
class Concerns:
    """What is a worry rather than a complaint: `decided_by` says what it is. With `clocks_run` it is dealt with as a complaint
    meanwhile, and its dates run; else it starts nothing before they have said so."""

    decided_by: str
    clocks_run: bool = False
    said: Published = NOT_PUBLISHED


@dataclass(frozen=True, slots=True)
class Permission:
    """What an officer wrote down of one of `channels` was not sent to the council: `decided_by` asks the person whether it is
    to be logged as a complaint, and says what they answered. No clock runs before they have agreed."""

    channels: tuple[str, ...]
    decided_by: str
    said: Published = NOT_PUBLISHED


@dataclass(frozen=True, slots=True)
class Copies:
    """Somebody, a councillor for instance, gets the letters of each stage where the resident asks for it in writing."""

    said: Published


@dataclass(frozen=True, slots=True)
class Survey:
    """`after` the response, in the morning of a working day, to those who wrote in one of `categories`."""

    after: Duration
    categories: tuple[Category, ...] = (Category.COMPLAINT,)
    said: Published = NOT_PUBLISHED


@dataclass(frozen=True, slots=True)
class Actions:
    """What was promised with a response and is still to be done: told to the resident at `updates_every` until it is."""

    updates_every: Duration = field(default_factory=lambda: Duration(10, Unit.WORKING_DAY))
    said: Published = NOT_PUBLISHED


@dataclass(frozen=True, slots=True)
class Assessment:
    """A sheet that `by` fills in when a complaint has been answered (why, what was learned): asked for, and chased."""

    by: str
    asks: tuple[str, ...]  # reason, remedy, learning
    chase_every: Duration | None = None
    said: Published = NOT_PUBLISHED


class WhenKept(StrEnum):
    """What becomes of a case when its time is over."""

    MARK = "mark"  # it is marked, and a person confirms its destruction
    DESTROY = "destroy"


@dataclass(frozen=True, slots=True)
class Retention:
    """How long a case is kept after it closed or was last written about, whichever is later. `classes` are words that a case
    can have: a flag, an exclusion, a stage, a category, `ombudsman`; `otherwise` for what is in none of them."""

    classes: dict[str, Duration] = field(default_factory=dict)
    otherwise: Duration | None = None
    then: WhenKept = WhenKept.MARK
    by: str = "complaints_lead"
    said: Published = NOT_PUBLISHED


@dataclass(frozen=True, slots=True)
class Board:
    """Officers who meet regularly and look at cases. `anchor` is the day of any one meeting, None: not yet given."""

    title: str
    members: tuple[str, ...]  # roles
    every: Duration
    anchor: date | None = None
    pack_before: int = 2  # working days before a meeting, at which its members get the papers
    said: Published = NOT_PUBLISHED


class Period(StrEnum):
    """What a report covers. A quarter and a year are those of the financial year, from April."""

    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"
    MEETING = "meeting"  # of the board: sent as its papers


class Figure(StrEnum):
    """What a report may contain. `figures` says how each is counted."""

    RECEIVED = "received"
    BY_SERVICE = "by_service"
    BY_CHANNEL = "by_channel"
    ACKNOWLEDGED = "acknowledged"  # in time
    RESPONDED = "responded"  # in time, at each stage
    OUTCOMES = "outcomes"
    ESCALATED = "escalated"  # from one stage to the next
    REFUSED = "refused"
    OVERDUE = "overdue"
    REASONS = "reasons"
    REMEDIES = "remedies"
    LEARNING = "learning"
    OMBUDSMAN = "ombudsman"
    SERVICE_REQUESTS = "service_requests"
    TRENDS = "trends"  # against the period before
    SURVEYS = "surveys"
    ACTIONS = "actions"
    ASSESSMENTS = "assessments"
    SELF_ASSESSMENT = "self_assessment"  # what the Codes ask a council to assess itself by
    INVESTIGATIONS = "investigations"  # complaints that are being looked into
    APPROVALS = "approvals"  # responses that wait for somebody's agreement


@dataclass(frozen=True, slots=True)
class Report:
    """Figures that go to `to` (roles) after each period, in the morning of the first working day."""

    id: str
    title: str
    every: Period
    to: tuple[str, ...]
    contains: tuple[Figure, ...] = ()
    personal: bool = False  # names of residents may stand in it
    said: Published = NOT_PUBLISHED


@dataclass(frozen=True, slots=True)
class Digest:
    """What is due, overdue and nobody's, every working morning, where there is anything to say: of every case to the roles in
    `to`, of their own to each of the officers. Once a week, on `weekday` (0: Monday), the tracker to the roles in `weekly`."""

    to: tuple[str, ...] = ()
    officers: bool = False
    weekly: tuple[str, ...] = ()
    weekday: int = 0
    said: Published = NOT_PUBLISHED


@dataclass(frozen=True, slots=True)
class Notice:
    """Roles that hear when something happens to a case. Just one of `flag`, `remedy`, `stage` and `alert` is given."""

    to: tuple[str, ...]
    flag: str = ""
    remedy: str = ""
    stage: Stage | None = None
    alert: str = ""
    said: Published = NOT_PUBLISHED


@dataclass(frozen=True, slots=True)
class Matter:
    """A kind of complaint of which the policy says more: found by the signal of its name, or by an officer's flag. Whoever gets
    one reads `look_into`; the roles of `told` hear, with `tell`, that it has come and how each stage of it ends."""

    name: str
    title: str
    look_into: str = ""
    told: tuple[str, ...] = ()
    tell: str = ""
    said: Published = NOT_PUBLISHED


@dataclass(frozen=True, slots=True)
class TimescaleOverride:
    """While it is in force, clocks that start have other lengths, and letters say so. Published at `url`."""

    first: date
    last: date
    stages: dict[Stage, Duration]
    because: str
    url: str
    said: Published = NOT_PUBLISHED


@dataclass(frozen=True, slots=True)
class Edition:
    """Which edition of the published policy this file is of. `review_by` is told when it is to be reviewed."""

    version: str = ""
    day: date | None = None
    review_every: Duration | None = None
    review_by: str = "complaints_lead"
    said: Published = NOT_PUBLISHED


@dataclass(frozen=True, slots=True)
class Repeats:
    """So many requests for service of one person within so long may be a complaint: a person is asked."""

    times: int
    within: Duration
    said: Published = NOT_PUBLISHED


@dataclass(frozen=True, slots=True)
class Campaigns:
    """So many mails of different people, within so many days, of which each says nearly the same: a person is asked whether
    they are one campaign, answered once. `alike`: how much of its words each has in common with the others, in per cent.
    `at_least` 0: nobody is ever asked."""

    at_least: int = 5
    within_days: int = 14
    alike: int = 80
    said: Published = NOT_PUBLISHED


class PlainReply(StrEnum):
    """What becomes of an officer's mail to a case in which none of the words stands."""

    CONFIRM = "confirm"  # it is held, and they are asked what to do with it
    NOTE = "note"  # it is kept as a note
    SEND = "send"  # it goes to the resident as a message, where nothing about it is uncertain; else as `confirm`


@dataclass(frozen=True, slots=True)
class Desk:
    """How officers' mail is worked with. `undo_minutes` is for how long a response or message waits before it leaves, so that
    whoever wrote it can still stop it; 0: it leaves at once. `address_lasts` is for how long the reply address of a letter
    to staff acts, from the day of the letter."""

    plain_reply: PlainReply = PlainReply.CONFIRM
    undo_minutes: int = 0
    address_lasts: Duration = field(default_factory=lambda: Duration(180, Unit.CALENDAR_DAY))


@dataclass(frozen=True, slots=True)
class Provisions:
    """All that a policy provides for beside its stages, categories and exclusions."""

    time_limit: TimeLimit | None = None
    representation: Representation | None = None
    additional_issues: AdditionalIssues | None = None
    adjustments: Adjustments | None = None
    restrictions: Restrictions | None = None
    alternatives: Alternatives | None = None
    anonymous: Anonymous | None = None
    concerns: Concerns | None = None
    permission: Permission | None = None
    copies: Copies | None = None
    survey: Survey | None = None
    actions: Actions = field(default_factory=Actions)
    assessment: Assessment | None = None
    reasons: dict[str, Code] = field(default_factory=dict)
    remedies: dict[str, Code] = field(default_factory=dict)
    retention: Retention | None = None
    board: Board | None = None
    reports: dict[str, Report] = field(default_factory=dict)
    digest: Digest | None = None
    notices: tuple[Notice, ...] = ()
    matters: dict[str, Matter] = field(default_factory=dict)
    flags: dict[str, str] = field(default_factory=dict)  # those of the council's own, and what each means
    timescale_override: TimescaleOverride | None = None
    edition: Edition = field(default_factory=Edition)
    repeats: Repeats | None = None
    desk: Desk = field(default_factory=Desk)
    campaigns: Campaigns = field(default_factory=Campaigns)
    elapsed_alarm: Duration | None = field(default_factory=lambda: Duration(84, Unit.CALENDAR_DAY))
