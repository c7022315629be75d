"""What needs somebody's eye: an officer's own cases each morning, everybody's for whoever watches over them, and once a week
the tracker of all that is open, promised, waiting or to be looked at again."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from townclerk.domain.afterwards import ENDED, ENQUIRY, working_day_after
from townclerk.domain.calendar import Calendar
from townclerk.domain.campaigns import everybody, others
from townclerk.domain.case import PRIORITY, CampaignState, Case, Deadline
from townclerk.domain.council import Council
from townclerk.domain.days_written import words_of
from townclerk.domain.decide.deliberation import LEAD, Deliberation
from townclerk.domain.letters import Row, Section
from townclerk.domain.provisions import Digest
from townclerk.domain.words import Status

SOON = 5  # working days
FILED = "Filed without a case"
MOST_FILED = 20  # mails that are named
_LONGEST_SUBJECT = 60  # characters of it that a line shows


class Heading(StrEnum):
    """What is said of a case, in the order in which it is read."""

    OVERDUE = "Overdue"
    DUE = "Due within the week"
    NOBODYS = "With nobody"
    NOT_ACKNOWLEDGED = "Not acknowledged yet"
    UNDECIDED = "Waiting for a decision"
    APPROVAL = "Waiting for approval"
    HELD = "Held mail of officers"
    OMBUDSMAN = "With the Ombudsman"
    ACTIONS = "Actions due"
    ADJUSTMENTS = "Adjustments to look at again"
    RESTRICTIONS = "Restrictions to look at again"


EACH_MORNING = frozenset({Heading.OVERDUE, Heading.DUE, Heading.NOBODYS, Heading.HELD, Heading.APPROVAL, Heading.UNDECIDED})


@dataclass(frozen=True, slots=True)
class Item:
    """One thing about one case. `whose`: the roster keys of those who must see to it; `day`: by when."""

    heading: Heading
    case: Case
    whose: frozenset[str]
    what: str = ""
    day: date | None = None


def standing(cases: Iterable[Case], council: Council, now: datetime) -> tuple[Item, ...]:
    """Everything that is to be said of *cases*: those of high priority, then the others, those first that are due first."""
    found = [item for case in cases for item in _of(case, council, now)]
    return tuple(sorted(found, key=lambda item: (not item.case.flagged(PRIORITY), item.day or date.max, item.case.ref)))


def for_everybody(
    items: Iterable[Item], told: Collection[str] = (), headings: Collection[Heading] = EACH_MORNING
) -> tuple[Section, ...]:
    """For whoever watches over all cases: restricted ones are counted and not named. *told* are the references of cases of
    which they hear today already."""
    return _sections([item for item in items if item.case.ref not in told], headings, named=False)


def for_officer(items: Iterable[Item], keys: frozenset[str], told: Collection[str] = ()) -> tuple[Section, ...]:
    """What is one officer's own to see to; *keys* are theirs, and those of whoever they stand in for."""
    mine = [item for item in items if item.whose & keys and item.case.ref not in told]
    return _sections(mine, EACH_MORNING | {Heading.ACTIONS}, named=True)


@dataclass(frozen=True, slots=True)
class Filed:
    """A mail that was kept without a case: its number, who wrote it and of what, and the id of the rule, or the sign, that had
    it kept so."""

    number: int
    sender: str
    subject: str
    rule: str


def filed_by_rules(found: Iterable[Filed], mailbox: str) -> tuple[Section, ...]:
    """What was filed without a case, for whoever can say that one of them is a person's. *mailbox*: where they write so."""
    rows = [
        Row(
            f"Mail {each.number}",
            ", ".join(part for part in (each.sender, _shortened(each.subject), each.rule) if part),
            address=mailbox,
            press=f"#log {each.number}",
        )
        for each in found
    ]
    if not rows:
        return ()
    more = (Row(f"and {len(rows) - MOST_FILED} more", "townclerk quarantine list --filed"),) if len(rows) > MOST_FILED else ()
    note = (
        f"These are kept without a case, as the rules say, and nobody has been answered. If one of them is a resident's, write "
        f"#log and its number to {mailbox}: a case is opened, counted from the day on which it came."
    )
    return (Section(FILED, (*rows[:MOST_FILED], *more), note),)


def is_trackers_day(digest: Digest, day: date, calendar: Calendar) -> bool:
    """True on the weekday of the tracker, or on the first working day after it where that is none."""
    begins = day - timedelta(days=(day.weekday() - digest.weekday) % 7)
    return bool(digest.weekly) and calendar.add_working_days(begins, 0) == day


def _sections(items: list[Item], headings: Collection[Heading], *, named: bool) -> tuple[Section, ...]:
    found = []
    for heading in Heading:
        under = [item for item in items if item.heading is heading] if heading in headings else []
        if under:
            shown = [_row(item) for item in under if named or not item.case.restricted]
            found.append(Section(heading, (*shown, *restricted_cases(len(under) - len(shown)))))
    return tuple(found)


def restricted_cases(number: int) -> tuple[Row, ...]:
    """How many there are of which only few may know more than that."""
    return (Row(f"{number} restricted case{'' if number == 1 else 's'}", ""),) if number else ()


def _row(item: Item) -> Row:
    case = item.case
    by = f"{item.what} by {words_of(item.day)}" if item.day else item.what
    first = "high priority" if case.flagged(PRIORITY) else ""
    together = case.campaign is not None and case.campaign.state is CampaignState.TOGETHER
    many = others(len(case.campaign.members)) + " the same" if together and case.campaign is not None else ""
    about = "" if case.restricted else _shortened(case.subject)
    return Row(case.ref, ", ".join(part for part in (first, case.service.replace("_", " "), by, many, about) if part), case.ref)


def _shortened(subject: str) -> str:
    words = " ".join(subject.split())
    return (
        f"“{words if len(words) <= _LONGEST_SUBJECT else words[:_LONGEST_SUBJECT].rsplit(' ', 1)[0] + ' …'}”" if words else ""
    )


# --- what is said of one case ----------------------------------------------------------------------------------------


def _of(case: Case, council: Council, now: datetime) -> Iterator[Item]:
    seen = Deliberation(case, council, now, "digest", "digest")
    today = council.calendar.local(now).date()
    soon = council.calendar.add_working_days(today, SOON)
    if case.status is Status.OPEN and not case.seen_to_with_lead:  # it is seen to with the case that leads its campaign
        yield from _owed(case, seen, today, soon)
    if case.campaign is not None and case.campaign.state is CampaignState.ASKED and case.status is Status.OPEN:
        yield Item(Heading.UNDECIDED, case, _leads(seen), f"{others(len(everybody(case)))} the same: is it a campaign?")
    yield from _waiting(case, seen)
    yield from _outliving(case, seen, soon)


def _owed(case: Case, seen: Deliberation, today: date, soon: date) -> Iterator[Item]:
    owed = sorted((d for d in case.deadlines if d.open and d.what != "request" and not d.outlives), key=_last_told)
    for deadline in owed:
        whose = _officer(seen, deadline.by)
        if deadline.what == "acknowledge":
            yield Item(Heading.NOT_ACKNOWLEDGED, case, whose, _DO["acknowledge"], deadline.promised)
    if case.acknowledgement_owed:
        yield Item(Heading.NOT_ACKNOWLEDGED, case, _officer(seen, _acknowledges(seen)), "your own acknowledgement")
    first = owed[0] if owed else None
    if first is not None and _last_told(first) <= soon:
        heading = Heading.OVERDUE if _last_told(first) < today else Heading.DUE
        yield Item(heading, case, _officer(seen, first.by), _DO.get(first.what, first.what), _last_told(first))
    if case.stage is not None and not _somebody(case, seen):
        yield Item(
            Heading.NOBODYS, case, _leads(seen), _DO.get(first.what, "") if first else "", first.promised if first else None
        )


def _last_told(deadline: Deadline) -> date:
    """The date by which whoever owes it is judged: an automatic notice puts nothing off."""
    return deadline.person_promised


def _acknowledges(seen: Deliberation) -> str | None:
    stage = seen.stage_policy
    return stage.acknowledge.by if stage is not None and stage.acknowledge is not None else None


_DO = {"acknowledge": "to be acknowledged", "respond": "to be answered", "assess": "to be decided about"}


def _waiting(case: Case, seen: Deliberation) -> Iterator[Item]:
    """What somebody has to settle. Most of what a resident writes that is for a person to decide comes after the answer."""
    is_open, asked = case.status is Status.OPEN, case.undecided
    if is_open and case.pending is not None:
        yield Item(Heading.UNDECIDED, case, _people(seen, case.pending.role), "what it is")
    elif asked is not None and (case.closed_at is None or asked.received_at > case.closed_at):
        yield Item(Heading.UNDECIDED, case, _leads(seen), "what the resident wrote")
    if is_open and case.questions and case.pending is None and asked is None:
        yield Item(Heading.UNDECIDED, case, _leads(seen), "what a rule asks")
    if is_open and case.draft is not None:
        yield Item(Heading.APPROVAL, case, frozenset({case.draft.officer}), f"a response: {case.draft.outcome.words}")
    for held in case.held if case.status in {Status.OPEN, Status.ANSWERED} else ():
        yield Item(Heading.HELD, case, frozenset({held.officer}), f"mail {held.number}")


def _outliving(case: Case, seen: Deliberation, soon: date) -> Iterator[Item]:
    for action in case.open_actions:
        if action.due <= soon:
            yield Item(Heading.ACTIONS, case, frozenset({action.officer}), action.what, action.due)
    enquiry = case.deadline(ENQUIRY)
    if enquiry is not None and enquiry.open:
        yield Item(Heading.OMBUDSMAN, case, _officer(seen, None), "to be answered", enquiry.promised)
    elif case.hold is not None and case.hold.until_decided:
        yield Item(Heading.OMBUDSMAN, case, _officer(seen, None), "they have not decided yet")
    restriction = case.deadline("restriction")
    if restriction is not None and restriction.open and restriction.promised <= soon:
        yield Item(Heading.RESTRICTIONS, case, _leads(seen), "it ends", restriction.promised)
    kept = seen.council.policy.provisions.adjustments
    if kept is not None and kept.review_every is not None and case.adjustments and case.status not in ENDED:
        seen_at = case.adjustments_seen_at
        day = working_day_after(seen_at, kept.review_every, seen.council) if seen_at is not None else None
        if day is not None and day <= soon:
            yield Item(Heading.ADJUSTMENTS, case, _officer(seen, None), "to be looked at", day)


def _somebody(case: Case, seen: Deliberation) -> bool:
    stage = seen.stage_policy
    return case.officer is not None or stage is None or bool(seen.council.playing(stage.respond.by, case.service))


def _officer(seen: Deliberation, role: str | None) -> frozenset[str]:
    officer = seen.responsible(role)
    return frozenset({officer.key}) if officer is not None else frozenset()


def _people(seen: Deliberation, role: str) -> frozenset[str]:
    return frozenset(person.officer for person in seen.people(role) if person.officer is not None)


def _leads(seen: Deliberation) -> frozenset[str]:
    return _people(seen, LEAD)
