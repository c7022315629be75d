"""Requests for which the law itself sets a time limit, whatever a council's own policy says. The rules hear them as signals."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from townclerk.domain.calendar import Calendar, Derivation
from townclerk.domain.case import Deadline
from townclerk.domain.days_written import words_of
from townclerk.domain.durations import Duration, Unit
from townclerk.domain.routing import Signal

LAW = "in law: "  # with this the version of a calendar of the law begins


@dataclass(frozen=True, slots=True)
class CalendarsOfLaw:
    """The days that the law counts; a council's own closure days are working days to it. `anywhere` leaves out what is a bank
    holiday in any part of the United Kingdom, as information law does; `here` those of the council's own part of it."""

    anywhere: Calendar
    here: Calendar


@dataclass(frozen=True, slots=True)
class Statute:
    """A time limit in law. `what` must have happened by then, `respond` or `acknowledge`; where the day is none on which people
    work, the next one on which they do counts."""

    signal: str
    title: str
    clause: str
    what: str
    within: Duration

    def derivation(self, received_at: datetime, calendars: CalendarsOfLaw) -> Derivation:
        """The last day, counted from the day on which it came, of which the law makes no other: also a Sunday."""
        if self.within.unit is Unit.WORKING_DAY:
            return calendars.anywhere.count(calendars.anywhere.local(received_at).date(), self.within, self.title)
        calendar = calendars.here
        counted = calendar.count(calendar.local(received_at).date(), self.within, self.title)
        due = calendar.add_working_days(counted.due, 0)
        if due == counted.due:
            return counted
        off = calendar.reason_off(counted.due) or ""
        return replace(counted, due=due, note=f"{self.title}; moved to the next working day: {off}")

    def deadline(self, category: str, by: str, received_at: datetime, now: datetime, calendars: CalendarsOfLaw) -> Deadline:
        """What the role *by* owes, on a case of that *category*."""
        counted = self.derivation(received_at, calendars)
        return Deadline(
            name=f"{category}.{self.what}",
            target=counted.due,
            promised=counted.due,
            person_promised=counted.due,
            derivation=counted,
            clause=self.clause,
            by=by,
            told_at=now,
        )

    def in_words(self, by: date, *, kept: bool) -> str:
        """For whoever must do it *by* that day. *kept*: it has been done."""
        within = "one month" if self.within == Duration(1, Unit.MONTH) else str(self.within)
        gives = f"{self.clause} gives {within} from the day on which it came"
        if self.what == "acknowledge":
            done = ": the receipt has done so" if kept else f": by {words_of(by)}"
            return (
                f"It reads as {self.title}. {gives} to acknowledge it{done}. It is then to be dealt with without undue delay, "
                "and they are to be told how it stands and what came of it. If it is another kind of request, say #category."
            )
        if not self.signal:
            return (
                f"It names no law, and need not. So it has the date of a request under freedom of information: {gives}. If it "
                "is for environmental information or for somebody's own data, its time may be another."
            )
        return f"It reads as {self.title}: {gives}. If it is a request under another law, its time may be another."


STATUTES = (
    Statute(
        Signal.DATA_PROTECTION_COMPLAINT,
        "a data protection complaint",
        "Data Protection Act 2018, section 164A",  # by the Data (Use and Access) Act 2025, since 19 June 2026
        "acknowledge",
        Duration(30, Unit.CALENDAR_DAY),
    ),
    Statute(
        Signal.PERSONAL_DATA,
        "a request about somebody's own personal data",
        "UK GDPR, article 12(3)",
        "respond",
        Duration(1, Unit.MONTH),
    ),
    Statute(
        Signal.ENVIRONMENTAL_INFORMATION,
        "a request for environmental information",
        "Environmental Information Regulations 2004, regulation 5(2)",
        "respond",
        Duration(20, Unit.WORKING_DAY),
    ),
    Statute(
        Signal.FREEDOM_OF_INFORMATION,
        "a request for information",
        "Freedom of Information Act 2000, section 10(1)",
        "respond",
        Duration(20, Unit.WORKING_DAY),
    ),
)


NO_LAW_NAMED = Statute(  # it need name none: Freedom of Information Act 2000, section 8
    "",
    "a request for information that names no law",
    "Freedom of Information Act 2000, section 10(1)",
    "respond",
    Duration(20, Unit.WORKING_DAY),
)
REPRESENTATIONS = Statute(
    Signal.REQUEST_WENT_WRONG,
    "representations about how a request for environmental information was answered",
    "Environmental Information Regulations 2004, regulation 11(4)",
    "respond",
    Duration(40, Unit.WORKING_DAY),
)


def by_law(deadline: Deadline) -> bool:
    """True where the law made *deadline*, and not the council's policy."""
    return deadline.derivation.calendar.startswith(LAW)


def what_the_law_wants(deadline: Deadline) -> str:
    """For whoever must keep *deadline*, which the law made."""
    found = _made_by(deadline)
    return found.in_words(deadline.promised, kept=deadline.met_at is not None) if found is not None else ""


def title_of(deadline: Deadline) -> str:
    """What they ask for whom *deadline*, which the law made, is owed, as the head of a letter; "": no law made it."""
    found = _made_by(deadline)
    if found is None or found is NO_LAW_NAMED:
        return ""
    said = found.title.removeprefix("a ")
    return f"A {said}" if said != found.title else f"{said[:1].upper()}{said[1:]}"


_MORE_TIME = {
    "Freedom of Information Act 2000, section 10(1)": "it allows another only to weigh the public interest (section 10(3)): "
    "they must be told so by then, with the day on which they can expect the decision",
    "Environmental Information Regulations 2004, regulation 5(2)": "where the request is complex and voluminous, regulation 7 "
    "allows 40 working days in all, and they must be told so by then",
    "UK GDPR, article 12(3)": "where requests are complex or many, it allows two further months, and they must be told so by "
    "then, with the reasons",
}


def more_time(deadline: Deadline) -> str:
    """Why no word moves *deadline*, which the law made, and what the law allows."""
    allowed = _MORE_TIME.get(deadline.clause, "it allows no later date")
    return f"the date, {words_of(deadline.promised)}, is that of the {deadline.clause}: {allowed}"


def _made_by(deadline: Deadline) -> Statute | None:
    """One clause may make several: which it was stands first in how the date was counted."""
    title = deadline.derivation.note.partition(";")[0]
    return next((each for each in _ALL if (each.clause, each.title) == (deadline.clause, title)), None)


def asks_under_a_law(signals: Collection[str]) -> bool:
    """True for a request that says under which law; not for a complaint about how one was answered."""
    asked = {Signal.FREEDOM_OF_INFORMATION, Signal.ENVIRONMENTAL_INFORMATION, Signal.PERSONAL_DATA}
    return not asked.isdisjoint(signals) and Signal.REQUEST_WENT_WRONG not in signals


def statutes_of(signals: Collection[str]) -> tuple[Statute, ...]:
    """Those whose time limits run for a request for information with these *signals*: where it names no law, freedom of
    information. A complaint about personal data stands alone: what else it names is mostly what it complains of. None at all:
    it complains of how a request was answered, for which most laws have no date."""
    if Signal.DATA_PROTECTION_COMPLAINT in signals:
        return tuple(each for each in STATUTES if each.signal == Signal.DATA_PROTECTION_COMPLAINT)
    if Signal.REQUEST_WENT_WRONG in signals:
        return (REPRESENTATIONS,) if Signal.ENVIRONMENTAL_INFORMATION in signals else ()
    return tuple(each for each in STATUTES if each.signal in signals) or (NO_LAW_NAMED,)


def due_first(asked: Sequence[Statute], received_at: datetime, calendars: CalendarsOfLaw) -> Statute | None:
    """Of several time limits the one that ends first: whoever keeps it keeps the others."""
    return min(asked, key=lambda each: each.derivation(received_at, calendars).due, default=None)


def named_beside(statute: Statute, signals: Collection[str], received_at: datetime, calendars: CalendarsOfLaw) -> str:
    """For whoever deals with a mail to which *statute* applies: what else it may ask for by its *signals*, and by when."""
    if Signal.REQUEST_WENT_WRONG in signals:
        return ""
    others = (each for each in STATUTES if each is not statute and each.signal in signals)
    return " ".join(
        f"It may be {each.title} as well: {each.clause} gives until {words_of(each.derivation(received_at, calendars).due)}."
        for each in others
    )


_ALL = (*STATUTES, NO_LAW_NAMED, REPRESENTATIONS)
NO_DATE = (
    "It reads as a complaint about how a request for information was answered: no law has a date for that. Where it asks for "
    "something anew, #category information-request starts the date of the law."
)
