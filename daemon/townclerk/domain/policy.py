"""A published policy as a value: promises, each with the clause that it was published in."""

from dataclasses import dataclass, field
from datetime import date, time
from enum import StrEnum

from townclerk.domain.durations import Duration, Unit
from townclerk.domain.provisions import Provisions, Published
from townclerk.domain.words import Alert, Category, Stage

SERVICE = "service"  # the part of the officers whose work a matter is about
TWENTY_DAYS = Duration(20, Unit.WORKING_DAY)


class ClockStart(StrEnum):
    """The event of which day 0 is the local date."""

    RECEIPT = "receipt"  # of the mail that the stage began with: the complaint, the request for a review
    ACKNOWLEDGEMENT = "acknowledgement"  # of this stage, when it left
    RESPONSE = "response"  # of the stage before, when it left


class Fallback(StrEnum):
    """What happens at `fallback_at` on the due day of an acknowledgement that no officer wrote."""

    AT_DUE = "at_due"  # it is sent, quoting the resident's own words
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Promise:
    """Something published, with a time limit. `within` counts from the local date of `start`, day 0."""

    within: Duration
    start: ClockStart
    by: str  # the role that must keep it
    clause: str  # where the published policy says so
    promises: tuple[str, ...] = ()  # ids in the register: SS-050
    fallback: Fallback = Fallback.NONE
    quote: str = ""  # the published words
    together_with: tuple[str, ...] = ()  # roles that take part, and are told when it is to be kept
    on_behalf_of: str | None = None  # the role in whose name it is kept


@dataclass(frozen=True, slots=True)
class Extension:
    """How the date of a response may move. A cap is counted from the clock's own start: "at most 20 working days in all"."""

    clause: str
    default: Duration  # of the automatic delay notice
    cap: Duration | None = None
    reason_required: bool = False
    agreement: bool = False  # the resident is asked, not told
    updates_every: Duration | None = None  # while a date that was moved is awaited, the officer is asked to write
    name: str = "delay notice"
    promises: tuple[str, ...] = ()
    quote: str = ""  # the published words


class ResponseItem(StrEnum):
    """What a response must contain. Some of it townclerk adds, some the officer is asked for; see `decide.contents`."""

    STAGE = "stage"
    DEFINITION = "definition"  # our understanding of the complaint
    OUTCOME = "outcome"
    REASONS = "reasons"
    APOLOGY = "apology"
    REMEDY = "remedy"
    ACTIONS = "actions"
    OUTSTANDING_ACTIONS = "outstanding_actions"
    EVIDENCE = "evidence"
    REFERENCES = "references"  # to policies and law
    RESPONSIBILITY = "responsibility"  # what is ours to answer for, and whose the rest is
    ALL_POINTS = "all_points"
    CAN_DO = "can_do"
    CANNOT_DO = "cannot_do"
    REVIEW_RIGHT = "review_right"
    REVIEW_LAST_DATE = "review_last_date"
    OMBUDSMAN = "ombudsman"


@dataclass(frozen=True, slots=True)
class Approval:
    """Somebody must agree before a response leaves. `when` are outcomes and flags; `by` roles, or `board` for its members."""

    by: tuple[str, ...]
    when: tuple[str, ...]
    said: Published


@dataclass(frozen=True, slots=True)
class Triage:
    """A request for this stage is first looked at by `by`, who may send it back to the stage `back_to`."""

    by: str
    back_to: Stage | None
    said: Published


@dataclass(frozen=True, slots=True)
class StagePolicy:
    stage: Stage
    title: str  # "Stage 1 - Complaint"
    respond: Promise
    extension: Extension
    acknowledge: Promise | None = None
    assess: Promise | None = None
    request: Promise | None = None  # the window to ask for this stage; None: no limit was published
    receipt: Published | None = None  # of what the stage begins with; None: nothing was published of it
    refuse: Published | None = None  # that somebody may be refused this stage; None: nobody may
    bypass: Published | None = None  # that a complaint may begin here, the stages before it left out; None: it may not
    decided_by: str = "complaints_lead"  # who decides about a doubtful request for this stage
    max_times: int | None = None  # how often a case may be in this stage; None: no limit
    final: bool = False
    closes_case: bool = False  # the case is closed with this stage's response
    response_must_contain: tuple[ResponseItem, ...] = ()
    upheld_must_contain: tuple[ResponseItem, ...] = ()  # beside these, where it is upheld or partly so
    not_upheld_must_contain: tuple[ResponseItem, ...] = ()
    different_person_from: tuple[Stage, ...] = ()  # who answered in one of these does not deal with this stage
    approvals: tuple[Approval, ...] = ()
    triage: Triage | None = None

    @property
    def apart_from(self) -> frozenset[Stage]:
        """Whoever answered in one of these does not answer in this stage. Stage 2 looks afresh, whatever the policy says."""
        before = frozenset(Stage) - {Stage.STAGE2} if self.stage is Stage.STAGE2 else frozenset()
        return before | frozenset(self.different_person_from)

    def apart_for(self, role: str) -> frozenset[Stage]:
        """As `apart_from`, for what is *role*'s to do: to acknowledge a request is no answer, unless the policy keeps whoever
        answered before out of the whole stage."""
        answers = role in {self.respond.by, *self.respond.together_with}
        return self.apart_from if answers else frozenset(self.different_person_from)

    @property
    def roles(self) -> tuple[str, ...]:
        """Whoever takes part in it, in the order in which they act."""
        promises = (promise for promise in (self.acknowledge, self.assess, self.respond) if promise is not None)
        return tuple(dict.fromkeys(role for promise in promises for role in (promise.by, *promise.together_with)))


@dataclass(frozen=True, slots=True)
class CategoryPolicy:
    """What happens to a mail of this category beside, or instead of, the complaint's stages."""

    category: Category
    clause: str
    receipt: bool = True  # an automatic receipt is sent
    first_stage: Stage | None = None  # the complaint's clock
    forward_to: tuple[str, ...] = ()  # roles
    decide: bool = False  # a person must decide what it is
    respond: Promise | None = None
    acknowledge: Promise | None = None
    promises: tuple[str, ...] = ()
    quote: str = ""  # the published words
    answer_before_close: bool = False  # it is closed only when the resident has been told what was done


@dataclass(frozen=True, slots=True)
class Exclusion:
    """A matter that the policy does not cover. An officer decides; the letter explains and shows the other route."""

    code: str
    title: str
    clause: str
    explanation: str = ""
    signpost: str = ""
    forward_to: str | None = None  # a role, told when an officer has decided
    promises: tuple[str, ...] = ()
    restricted: bool = False  # while only suspected, nobody but the complaints lead is told
    quote: str = ""  # the published words
    statutory: bool = False  # another procedure's clock runs already: passed on at once, and no clock of ours starts


class Covers(StrEnum):
    """Which matters an Ombudsman deals with. Where nobody has said what a matter is, it may be anybody's."""

    ALL = "all"
    LANDLORD_MATTERS = "landlord_matters"  # between the council as landlord and its tenants and leaseholders
    OTHER_MATTERS = "other_matters"


@dataclass(frozen=True, slots=True)
class Ombudsman:
    """What a resident needs to go there: a name and at least one way to reach it, as far as the policy prints them."""

    code: str
    name: str
    address: str = ""
    phone: str = ""
    website: str = ""
    sentences: tuple[str, ...] = ()  # said of it while a stage of ours is left
    always: tuple[str, ...] = ()  # said of it each time that it is named
    covers: Covers = Covers.ALL

    def __post_init__(self) -> None:
        if not self.name.strip() or not any(way.strip() for way in (self.address, self.phone, self.website)):
            raise ValueError("an Ombudsman needs a name, and an address, a telephone number or a website")


class InReceipt(StrEnum):
    """What a receipt says of the Ombudsman."""

    NOTHING = "nothing"
    MENTION = "mention"


@dataclass(frozen=True, slots=True)
class Hours:
    """When letters that are not urgent leave, and when what is owed falls due, in local time."""

    opens: time = time(9, 0)
    closes: time = time(17, 0)  # not included
    reminders_at: time = time(9, 0)
    fallback_at: time = time(15, 0)
    survey_at: time = time(10, 0)
    due_time: time = time(23, 59, 59)


@dataclass(frozen=True, slots=True)
class Reminders:
    """How many working days before the due date the responsible officer is reminded; 0 is the day itself."""

    acknowledge: tuple[int, ...] = (1,)
    respond: tuple[int, ...] = (2, 0)


WHOSE_IT_IS, THEIR_DEPUTY = "officer", "deputy"  # on the ladder, beside roles: whoever has the case, and who stands in for them


@dataclass(frozen=True, slots=True)
class EscalationStep:
    """Working days after the date that was missed, and who is told then: roles, `officer` or `deputy`."""

    after: int
    to: tuple[str, ...]


class NonworkingReceipt(StrEnum):
    """What a receipt on a day that is no working day does to day 0."""

    NEXT_WORKING_DAY_IS_DAY_1 = "next_working_day_is_day_1"
    DEEMED_RECEIVED_NEXT_WORKING_DAY = "deemed_received_next_working_day"


@dataclass(frozen=True, slots=True)
class CalendarPolicy:
    """How this council counts days; `config` builds the Calendar of it."""

    country: str = "GB"
    subdivision: str = "ENG"
    timezone: str = "Europe/London"
    weekend: tuple[int, ...] = (5, 6)  # as date.weekday()
    closure_days: tuple[tuple[date, str], ...] = ()
    extra_working_days: tuple[date, ...] = ()
    nonworking_receipt: NonworkingReceipt = NonworkingReceipt.NEXT_WORKING_DAY_IS_DAY_1
    cutoff: time | None = None


@dataclass(frozen=True, slots=True)
class Contact:
    """The block at the foot of every letter."""

    council: str
    mailbox: str
    post: str = ""
    phone: str = ""
    website: str = ""
    lines: tuple[tuple[str, str], ...] = ()  # further ways, label and value
    privacy: str = ""


@dataclass(frozen=True, slots=True)
class Policy:
    """One council's published policy, whole. `version` is a digest of the file that it was read from."""

    id: str
    prefix: str
    title: str
    version: str
    contact: Contact
    calendar: CalendarPolicy
    stages: dict[Stage, StagePolicy]
    categories: dict[Category, CategoryPolicy]
    exclusions: dict[str, Exclusion]
    ombudsmen: tuple[Ombudsman, ...]
    ombudsman_in_every_letter: bool = False
    ombudsman_in_receipt: InReceipt = InReceipt.MENTION
    hours: Hours = field(default_factory=Hours)
    reminders: Reminders = field(default_factory=Reminders)
    escalation: tuple[EscalationStep, ...] = ()
    roles: dict[str, str] = field(default_factory=dict)  # complaints_lead -> the policy's own name for that part
    role_addresses: dict[str, str] = field(default_factory=dict)  # a role that is no person on the roster -> its address
    alerts: dict[Alert, str] = field(default_factory=dict)  # -> role
    restricted_alerts: frozenset[Alert] = frozenset()  # of whose cases that role and the complaints lead alone hear
    member_domains: tuple[str, ...] = ("parliament.uk",)
    member_addresses: tuple[str, ...] = ()
    answered_for: Duration = TWENTY_DAYS  # how long the resident can come back where no window was published
    forwarded_receipt_hours: int = 24  # at most one short receipt a case in so many hours
    statements: dict[str, str] = field(default_factory=dict)  # sentences of the published policy that letters use, by name
    provisions: Provisions = field(default_factory=Provisions)
    ask_members_capacity: bool = False  # a councillor's complaint: is it their own, or for somebody else?
    said: dict[str, Published] = field(default_factory=dict)  # where plain values were published, by their path: alerts.fraud

    def stage_after(self, stage: Stage) -> StagePolicy | None:
        """The stage to which a resident may go from this one, or None: it was the last."""
        if stage in (Stage.STAGE1, Stage.STAGE1_AGAIN):
            return self.stages.get(Stage.STAGE2)
        return None

    def is_member(self, address: str) -> bool:
        """True for the address of an MP or a councillor."""
        sender = address.lower()
        host = sender.rpartition("@")[2]
        domains = tuple(domain.lower() for domain in self.member_domains)
        listed = sender in {each.lower() for each in self.member_addresses}
        return listed or any(host == domain or host.endswith("." + domain) for domain in domains)

    def only_takes_in(self, role: str) -> bool:
        """True where *role* acknowledges or assesses complaints and answers none, whatever service they are about."""
        stages = self.stages.values()
        takes_in = {promise.by for stage in stages for promise in (stage.acknowledge, stage.assess) if promise is not None}
        return role in takes_in - {stage.respond.by for stage in stages}

    def own_role(self, part: str) -> str:
        """The policy's own name for a part such as complaints_lead. Where nobody is said to be the service, it is whoever
        answers first."""
        first = self.stages.get(Stage.STAGE1)
        if part == SERVICE and part not in self.roles and first is not None:
            return first.respond.by
        return self.roles.get(part, part)
