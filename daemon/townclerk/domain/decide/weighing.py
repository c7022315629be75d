"""What a person should look into when a matter arrives: is it a complaint at all, is it in time, who writes, on whose behalf?

Nothing here refuses or closes anything. Some questions must be answered before a clock starts (`pending`); the others are put
to somebody while the clocks run (`doubts`).
"""

from collections.abc import Callable, Collection, Iterator
from datetime import date, timedelta

from townclerk.domain.case import Pending
from townclerk.domain.council import Council
from townclerk.domain.dates_told import latest_day_told
from townclerk.domain.days_written import words_of
from townclerk.domain.decide.deliberation import LEAD, Deliberation
from townclerk.domain.decide.handing import hand_over
from townclerk.domain.durations import Duration, Unit
from townclerk.domain.events import CaseOpened
from townclerk.domain.logged_contact import BY_MAIL
from townclerk.domain.routing import Signal
from townclerk.domain.words import DANGER, Category, LetterKind

ANONYMOUS, STATUTORY, PERMISSION = "anonymous", "statutory", "permission"
OUT_OF_TIME, REPRESENTATIVE, CONCERN, REPEATS, CAPACITY = "out_of_time", "representative", "concern", "repeats", "capacity"
_MORE_THAN_A_YEAR = timedelta(days=367)  # what "long ago" says at least


def to_decide_first(event: CaseOpened, council: Council, category: Category) -> Pending | None:
    """What must be decided before anything begins, if something must."""
    policy = council.policy
    if event.settled or category is not Category.COMPLAINT:
        return None
    anonymous = policy.provisions.anonymous
    if anonymous is not None and Signal.ANONYMOUS in event.route.signals:
        serious = Signal.SERIOUS in event.route.signals or bool(DANGER & set(event.route.alerts))
        return Pending(ANONYMOUS, anonymous.serious_to if serious else anonymous.decided_by)
    statutory = [policy.exclusions[code] for code in event.route.exclusions if code in policy.exclusions]
    titles = [exclusion.title for exclusion in statutory if exclusion.statutory]
    if titles:
        return Pending(STATUTORY, LEAD, "; ".join(titles))
    permission = policy.provisions.permission
    if permission is not None and event.logged is not None and event.logged.channel in permission.channels:
        return Pending(PERMISSION, permission.decided_by)
    concerns = policy.provisions.concerns
    if concerns is not None and not concerns.clocks_run and _is_called_nothing_else(event, council):
        return Pending(CONCERN, concerns.decided_by, "No date runs before you have said what it is.")
    return None


def doubts_about(event: CaseOpened, council: Council, category: Category) -> tuple[str, ...]:
    """What somebody should look into, while the clocks run."""
    return tuple(doubt for doubt, holds in _DOUBTS.items() if holds(event, council, category) and not _settled(event, doubt))


def _settled(event: CaseOpened, doubt: str) -> bool:
    return event.settled and doubt in {CONCERN, CAPACITY}


def may_mean_a_complaint(d: Deliberation, signals: Collection[str], calls_it_one: bool) -> bool:
    """True where somebody whose concern, or whose permission, waits for a decision says yes, or that they complain."""
    waits = d.case.pending is not None and d.case.pending.question in {CONCERN, PERMISSION}
    return waits and (calls_it_one or Signal.AGREES in signals or Signal.DISSATISFIED in signals)


def _out_of_time(event: CaseOpened, council: Council, category: Category) -> bool:
    limit = council.policy.provisions.time_limit
    if limit is None or category is not Category.COMPLAINT:
        return False
    received = council.calendar.local(event.mail.received_at).date()
    told = latest_day_told(event.mail.own_text or event.mail.text, received)
    if told is not None:
        return is_longer(told, received, limit.within)
    return Signal.LONG_AGO in event.route.signals and is_longer(received - _MORE_THAN_A_YEAR, received, limit.within)


def is_longer(first: date, last: date, than: Duration) -> bool:
    """True where more than *than* lies between the two days."""
    if than.unit in {Unit.CALENDAR_DAY, Unit.WORKING_DAY}:
        return (last - first).days > than.n
    months = than.n * (12 if than.unit is Unit.YEAR else 1)
    between = (last.year - first.year) * 12 + last.month - first.month
    return between > months or (between == months and last.day > first.day)


def _representative(event: CaseOpened, council: Council, category: Category) -> bool:
    provided = council.policy.provisions.representation is not None
    return provided and category is Category.COMPLAINT and Signal.REPRESENTATIVE in event.route.signals


def _speaks_of_concern(event: CaseOpened, council: Council) -> bool:
    return council.policy.provisions.concerns is not None and Signal.CONCERN in event.route.signals


def _is_called_nothing_else(event: CaseOpened, council: Council) -> bool:
    """A concern, with no word of a complaint."""
    return _speaks_of_concern(event, council) and event.route.doubtful


def _concern(event: CaseOpened, council: Council, category: Category) -> bool:
    """Of what is dealt with as something else meanwhile, or as a complaint."""
    if category is Category.COMPLAINT:
        return _is_called_nothing_else(event, council) and to_decide_first(event, council, category) is None
    other = category in {Category.COMMENT, Category.SERVICE_REQUEST, Category.NOT_OURS}
    return other and _speaks_of_concern(event, council)


def _repeats(event: CaseOpened, council: Council, category: Category) -> bool:
    repeats = council.policy.provisions.repeats
    if repeats is None or category is not Category.SERVICE_REQUEST:
        return False
    return len(tuple(_requests_before(event, council))) + 1 >= repeats.times


def _requests_before(event: CaseOpened, council: Council) -> Iterator[str]:
    """Their requests for service within the time that the policy names, by reference."""
    repeats, calendar = council.policy.provisions.repeats, council.calendar
    now = calendar.local(event.mail.received_at).date()
    for earlier in event.history:
        recent = repeats is not None and not is_longer(calendar.local(earlier.opened_at).date(), now, repeats.within)
        if recent and earlier.category is Category.SERVICE_REQUEST:
            yield earlier.ref


def _capacity(event: CaseOpened, council: Council, _category: Category) -> bool:
    complains = event.route.category is Category.COMPLAINT and not event.route.doubtful
    return council.policy.ask_members_capacity and event.member and complains


_DOUBTS: dict[str, Callable[[CaseOpened, Council, Category], bool]] = {
    OUT_OF_TIME: _out_of_time,
    REPRESENTATIVE: _representative,
    CONCERN: _concern,
    REPEATS: _repeats,
    CAPACITY: _capacity,
}


# --- what is said of it ----------------------------------------------------------------------------------------------


def notes_for_the_officer(d: Deliberation) -> Iterator[str]:
    """What the assignment says of the doubts that its officer should know of."""
    provisions = d.council.policy.provisions
    if OUT_OF_TIME in d.case.doubts and provisions.time_limit is not None:
        yield f"It may be about something longer ago than {provisions.time_limit.within}. It is not refused by itself."
    if REPRESENTATIVE in d.case.doubts:
        yield "The sender seems to write for somebody else. #representative pending asks for that person's consent."
    if d.case.logged is not None:
        ways = "; ".join(f"{label}: {words}" for label, words in d.case.logged.ways)
        yield f"{ways}." if d.case.logged.channel in BY_MAIL else f"It did not come by mail. {ways}."


def ask_about_doubts(d: Deliberation, event: CaseOpened) -> None:
    """Each doubt is put to whoever decides about it."""
    for doubt in d.case.doubts:
        if doubt in _ASKED:
            role, detail = _ASKED[doubt](d, event)
            hand_over(d, LetterKind.DECISION, f"role:{role}", doubt, *detail, mail=event.mail.number)


def _ask_about_time(d: Deliberation, event: CaseOpened) -> tuple[str, tuple[str, ...]]:
    limit = d.council.policy.provisions.time_limit
    role = limit.decided_by if limit is not None else LEAD
    received = d.council.calendar.local(event.mail.received_at).date()
    told = latest_day_told(event.mail.own_text or event.mail.text, received)
    return role, ((f"The latest day named in it is {words_of(told)}.",) if told is not None else ())


def _ask_about_concern(d: Deliberation, _event: CaseOpened) -> tuple[str, tuple[str, ...]]:
    concerns = d.council.policy.provisions.concerns
    runs = ("It is dealt with as a complaint meanwhile, and its dates run.",) if d.case.category is Category.COMPLAINT else ()
    return (concerns.decided_by if concerns is not None else LEAD), runs


def _ask_about_repeats(d: Deliberation, event: CaseOpened) -> tuple[str, tuple[str, ...]]:
    refs = ", ".join(reversed(tuple(_requests_before(event, d.council))))
    return LEAD, (f"There were requests before: {refs}.",)


def _ask_about_capacity(_d: Deliberation, _event: CaseOpened) -> tuple[str, tuple[str, ...]]:
    return LEAD, ()


_ASKED: dict[str, Callable[[Deliberation, CaseOpened], tuple[str, tuple[str, ...]]]] = {
    OUT_OF_TIME: _ask_about_time,
    CONCERN: _ask_about_concern,
    REPEATS: _ask_about_repeats,
    CAPACITY: _ask_about_capacity,
}
