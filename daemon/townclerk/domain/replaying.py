"""What the rules come to for a mail that came before: sorted as the daemon sorts it, with nothing done about it."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from townclerk.domain.council import Council
from townclerk.domain.decide.opening import category_of, said_category
from townclerk.domain.forms import Form, FormRead, as_they_wrote, read_form
from townclerk.domain.linking import find_clues
from townclerk.domain.mail import Address, IncomingMail, MailKind
from townclerk.domain.mail_context import context_of, is_to_be_opened, without_a_calendars_answer
from townclerk.domain.routing import ONE_WINS, Outcome, Route, Routing, form_of, is_only_filed, route
from townclerk.domain.screening import BY_ADDRESS, Screening, screen, without_the_subject
from townclerk.domain.signing import Signer
from townclerk.domain.words import Category, Priority
from townclerk.domain.writer import writer_of


class Becomes(StrEnum):
    """What becomes of a mail. Nothing: a robot's, an officer's, our own, or a rule has it filed. Held: a form that does not
    say what it must, or names one of us."""

    NEW_CASE = "a new case"
    FURTHER = "a further mail"
    HELD = "held"
    NOTHING = "no case"


@dataclass(frozen=True, slots=True)
class Past:
    """A mail that came before. `further`: it went to a case that there was. `earlier` says when the cases had been opened that
    an address had by then. `received_at` None: nobody knows."""

    mail: IncomingMail
    received_at: datetime | None = None
    further: bool = False
    earlier: Callable[[str], tuple[datetime, ...]] = lambda _address: ()


@dataclass(frozen=True, slots=True)
class Household:
    """By what our own mail is known: addresses in lower case."""

    addresses: frozenset[str]
    signer: Signer

    def is_own_address(self, who: Address) -> bool:
        return who.key in self.addresses or bool(self.signer.tokens_in_address(who.key))


@dataclass(frozen=True, slots=True)
class Replayed:
    """What the rules give one mail: the words of `given` by what they are. `certain`: a rule gives the category; `opens_as` is
    that of the case at its opening. `rules` are those that gave anything. `by_officer`: an officer sent it, so whatever case
    it opened the rules did not make."""

    becomes: Becomes
    given: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    certain: bool = True
    opens_as: Category | None = None
    rules: tuple[str, ...] = ()
    by_officer: bool = False

    def word(self, name: str) -> str:
        """The one word of what only one rule can give, "" where there is none."""
        return next(iter(self.given.get(name, ())), "")


def replay(past: Past, council: Council, household: Household) -> Replayed:
    """What *past* would come to if it came under the rules of *council*."""
    mail, routing = past.mail, council.routing
    screening = screen(mail, household.addresses, household.signer.is_own_message_id)
    if mail.sender is None or screening.kind is MailKind.BOUNCE:
        return Replayed(Becomes.NOTHING)
    form = form_of(mail, routing) if screening.kind is not MailKind.OWN or screening.because == BY_ADDRESS else None
    if form is not None:
        return _filled_in(past, form, council, household, screening)
    if screening.kind is MailKind.OWN:
        return Replayed(Becomes.NOTHING)
    ours = council.roster.find_by_address(mail.sender.address) is not None
    if not ours:
        screening = without_a_calendars_answer(mail, without_the_subject(mail, screening), council)
    writer = writer_of(mail, mail.sender, screening.kind, of_the_council=ours)
    if writer != mail.sender and _is_one_of_us(writer, council, household):
        return Replayed(Becomes.HELD)
    if ours:
        return Replayed(Becomes.NOTHING, by_officer=True)
    theirs = replace(past, mail=replace(mail, sender=writer))
    if screening.kind is not MailKind.PERSON:
        names_a_case = bool(find_clues(theirs.mail, council.policy.prefix, household.signer, {}))
        if past.further or not is_to_be_opened(theirs.mail, screening, council, names_a_case=names_a_case):
            return Replayed(Becomes.NOTHING)
    return _routed(theirs, council, screening)


def _is_one_of_us(who: Address, council: Council, household: Household) -> bool:
    return bool(who.address) and (household.is_own_address(who) or council.roster.find_by_address(who.address) is not None)


def _filled_in(past: Past, form: Form, council: Council, household: Household, screening: Screening) -> Replayed:
    read = read_form(form, past.mail, council.routing.services)
    if read.missing or _is_one_of_us(read.who, council, household):
        return Replayed(Becomes.HELD, {"form": (form.called,)})
    return _routed(replace(past, mail=as_they_wrote(past.mail, read)), council, screening, read)


def _routed(past: Past, council: Council, screening: Screening, form: FormRead | None = None) -> Replayed:
    address = past.mail.sender.address if past.mail.sender is not None else ""
    earlier = past.earlier(address) if address and council.routing.asks_for_earlier_cases else ()
    context = context_of(past.mail, screening, council, past.received_at, earlier)
    routed = route(past.mail, council.routing, opens=not past.further, context=context)
    if form is not None and form.service:
        routed = replace(routed, service=form.service)
    given = {
        "form": (form.form,) if form is not None else (),
        "alert": tuple(alert.value for alert in routed.alerts),
        "signal": tuple(sorted(routed.signals)),
    }
    if past.further:
        return Replayed(Becomes.FURTHER, {"category": _called(routed), **given}, rules=routed.rules)
    whole = {"category": (routed.category.value,), "service": (routed.service,), **_of_an_opening(routed), **given}
    if is_only_filed(routed, council.policy.is_member(address)):
        return Replayed(Becomes.NOTHING, rules=routed.rules)
    suspected = tuple(code for code in routed.exclusions if code in council.policy.exclusions)
    member = council.policy.is_member(address)
    opens_as = category_of(said_category(routed, council), routed.alerts, member, suspected, council)
    return Replayed(Becomes.NEW_CASE, whole, not routed.doubtful, opens_as, routed.rules)


def _of_an_opening(routed: Route) -> dict[str, tuple[str, ...]]:
    """What counts only of a mail that opens a case, beside category and service."""
    return {
        "suggest": (routed.suggested.category.value,) if routed.suggested is not None else (),
        "assign": (routed.officer,) if routed.officer is not None else (),
        "suspect": routed.exclusions,
        "tell": routed.tells,
        "letters_in": (routed.letters_in,) if routed.letters_in else (),
        "priority": (routed.priority.value,) if routed.priority is Priority.HIGH else (),
        "flag": routed.flags,
        "decide": routed.questions,
        "restrict": (*(("true",) if routed.restricted_by else ()), *(("false",) if routed.open_alerts else ())),
        "receipt": ("false",) if routed.unanswered_by else (),
    }


def _called(routed: Route) -> tuple[str, ...]:
    """All that counts of the category of a further mail: whether it speaks of a complaint."""
    return (routed.category.value,) if routed.category is Category.COMPLAINT and not routed.doubtful else ()


def opening_of(found: Replayed) -> Replayed:
    """*found* as far as the journal tells of the opening of a case: its category and its service."""
    given = {"category": (found.opens_as.value,), "service": found.given["service"]} if found.opens_as is not None else {}
    return replace(found, given=given, certain=True)


# --- what differs --------------------------------------------------------------------------------------------------------

CASE, CERTAIN = "case", "certain"  # what changes beside that which rules give by its name
NOTHING = ""  # given before, or after
# Of what rules can give: what is filed becomes no case, which is told; and of what is weighed counts what it comes to.
_GIVEN = tuple(name for name in Outcome().words() if name not in ("file", "weighs"))
_ONE = tuple(name for name in _GIVEN if name in ONE_WINS)  # of each, one rule gives one
_SEVERAL = tuple(name for name in _GIVEN if name not in ONE_WINS)
COMPARED = (CASE, "category", CERTAIN, *_ONE[1:], *_SEVERAL)  # everything that can differ, in the order in which it is told


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that a mail would be given instead of another, and the rules that give each."""

    what: str
    before: str
    after: str
    by_before: tuple[str, ...] = ()
    by_after: tuple[str, ...] = ()


def changes(before: Replayed, after: Replayed, then: Routing | None, now: Routing) -> tuple[Change, ...]:
    """What differs, always in the same order. *then* None: of the rules by which it was as it was, only the names are known."""
    return tuple(_changes(before, after, then, now))


def _changes(before: Replayed, after: Replayed, then: Routing | None, now: Routing) -> Iterator[Change]:
    if before.becomes is not after.becomes:
        yield Change(CASE, before.becomes.value, after.becomes.value)
    for name in _ONE:
        old, new = before.word(name), after.word(name)
        if old != new:
            yield Change(name, old, new, _givers(before, then, name, old), _givers(after, now, name, new))
        elif name == "category" and before.certain is not after.certain:
            by_old, by_new = _givers(before, then, name, old), _givers(after, now, name, new)
            yield Change(CERTAIN, _yes(before.certain), _yes(after.certain), by_old, by_new)
    for name in _SEVERAL:
        had, has = before.given.get(name, ()), after.given.get(name, ())
        for word in sorted(set(had) - set(has)):
            yield Change(name, word, NOTHING, _givers(before, then, name, word))
        for word in sorted(set(has) - set(had)):
            yield Change(name, NOTHING, word, by_after=_givers(after, now, name, word))


def _yes(certain: bool) -> str:
    return "yes" if certain else "no"


def _givers(found: Replayed, routing: Routing | None, name: str, word: str) -> tuple[str, ...]:
    """The ids of the rules that gave it: of what only one can give, the first."""
    if routing is None or not word:
        return found.rules if word else ()
    heard = set(found.rules)
    gave = (rule.id for rule in routing.rules if (name == "form" or rule.id in heard) and (name, word) in rule.then.said())
    ids = tuple(gave)
    return ids[:1] if name in ONE_WINS else ids
