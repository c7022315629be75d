"""The presses of the sample letters: what townclerk offers in earnest in a letter of that sort, under the policy that is given.

The case is invented. Its clocks run, nobody has written yet, and each of the policy's doubts can be asked about it.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import cycle

from townclerk.domain.calendar import Calendar, Derivation
from townclerk.domain.case import Action, Case, Correspondence, Deadline, LeavingMail
from townclerk.domain.council import Council
from townclerk.domain.decide import choices
from townclerk.domain.decide.ombudsman import ABOUT_ENQUIRY
from townclerk.domain.decide.reminding import ABOUT_ADJUSTMENTS, about_action
from townclerk.domain.letters import Choice, Original
from townclerk.domain.mail import Address
from townclerk.domain.policy import Policy
from townclerk.domain.reference import Reference
from townclerk.domain.roster import Roster
from townclerk.domain.routing import Routing
from townclerk.domain.words import Category, Stage, Status

_OPENED, _DUE, _ANSWERED = date(2026, 12, 18), date(2027, 1, 6), datetime(2027, 1, 6, 12, tzinfo=UTC)
_RECEIVED = datetime(2026, 12, 18, 23, 59, 30, tzinfo=UTC)
_FIRST, _LAST = date(2026, 1, 1), date(2027, 12, 31)  # of a calendar without bank holidays, which no press shows
_MAIL = 1  # the number of the mail that the case began with
_HELD, _PASSED_ON = 7, 8  # mails of an officer's
_TEXT = "We have looked at the crew's records."
_WHO_WRITE_THE_SAME = ("Asha Patel", "Ben Hale", "Cora Finch", "Dan Oakes", "Edie Marsh", "Fred Lowe", "Gita Rao")
_NOBODY_IS_ASKED_BY_PRESS = frozenset(
    {"unclear_mail", "returned", "brake", "held_back", "timer", "nobody", "leaver", "leavers_cases"}
)


class Presses:
    """What each letter to staff offers, by the functions of the domain that offer it."""

    def __init__(self, policy: Policy) -> None:
        known = policy.calendar
        calendar = Calendar(known.timezone, known.weekend, {}, _FIRST, _LAST, policy.version)
        self._council = Council(policy, calendar, Roster(()), Routing())
        self._case = _case(policy)

    @property
    def ref(self) -> str:
        """Of the case that the presses are about."""
        return self._case.ref

    @property
    def other_ref(self) -> str:
        """Of another case."""
        return f"{self._council.policy.prefix}-26-0007-B"

    @property
    def a_campaign(self) -> tuple[tuple[str, str], ...]:
        """As many people as this council's campaign takes, each with the reference of their case; the first leads it."""
        policy = self._council.policy
        refs = (str(Reference(policy.prefix, 26, number)) for number in range(6, 5 + policy.provisions.campaigns.at_least))
        return tuple(zip((self.ref, *refs), cycle(_WHO_WRITE_THE_SAME), strict=False))

    @property
    def council_name(self) -> str:
        return self._council.policy.contact.council

    def to_work(self, category: Category = Category.COMPLAINT, stage: Stage = Stage.STAGE1) -> tuple[Choice, ...]:
        """To whoever has a case of that *category*; of a complaint, at that *stage*."""
        requested = _MAIL if stage is Stage.STAGE2 else None
        case = replace(self._case, category=category, stage=stage, requested_mail=requested)
        return _once(choices.to_work(case, self._council))

    def to_answer(self, stage: Stage = Stage.STAGE1) -> tuple[Choice, ...]:
        """To whoever has a complaint that has been acknowledged."""
        return tuple(choice for choice in self.to_work(stage=stage) if not choice.body.startswith("#acknowledge"))

    def without_more_time(self) -> tuple[Choice, ...]:
        """Where the policy allows no later date."""
        return tuple(choice for choice in self.to_answer() if not choice.body.startswith("#extend"))

    def forwarded(self, reason: str, original: Original) -> tuple[Choice, ...]:
        """With a mail that is passed on, for that *reason*."""
        if reason in {"member", "told"}:
            return (choices.NOTE,)
        if reason in {"notice", "withheld"}:
            return (choices.MESSAGE, choices.NOTE)
        if reason == "withdraws":
            return (choices.WITHDRAWN, choices.MESSAGE)
        if reason == "no_notice":
            return self.without_more_time()
        if reason in {"excluded", "survey"}:  # of a case that is closed
            return (choices.MESSAGE, choices.ASSIGN, choices.NOTE)
        if reason == "statutory":  # no stage of ours has begun
            return _once(choices.to_work(replace(self._case, stage=None), self._council))
        first = choices.about_copies(reason, original)
        new = choices.about_new_issue(reason, self._case, self._council, _MAIL)
        kind = Category(reason) if reason in set(Category) else Category.COMPLAINT
        return (*first, *new, *(self.to_answer() if kind is Category.COMPLAINT else self.to_work(kind)))

    def reminder(self, what: str) -> tuple[Choice, ...]:
        """Before the day on which that is due, and after it."""
        action = Action(1, "Put a new lid on your bin", _DUE, "waste")
        own = {
            "assess": self.about_the_request(),
            "restriction": choices.RESTRICTION,
            "update": (choices.MESSAGE, *choices.RESPOND, choices.NOTE),
            "action": about_action(action),
            "enquiry": ABOUT_ENQUIRY,
            "assessment": (Choice("Record what was learned", "#learning "), choices.NOTE),
            "adjustments": ABOUT_ADJUSTMENTS,
        }
        return own.get(what) or self.to_work()

    def about_the_request(self) -> tuple[Choice, ...]:
        """Where a request for a review has been acknowledged, and is to be decided about."""
        return self.to_answer(Stage.STAGE2)

    def question(self, question: str, refs: Iterable[str] = ()) -> tuple[Choice, ...]:
        """Below that *question*."""
        if question in _NOBODY_IS_ASKED_BY_PRESS:
            return ()
        if question in {"post", "unreachable"}:
            return (choices.HAD_IT,)
        if question == "approval":
            return choices.about_draft(_HELD)
        if question == "not_approved":
            return _once((*choices.RESPOND, *choices.MORE_TIME, choices.NOTE))
        asked = replace(self._case, stage=Stage.STAGE2, requested_mail=_MAIL) if question == "triage" else self._case
        if question in {"review_wanted", "late_review"}:
            asked = replace(self._case, responded_at=((Stage.STAGE1, _ANSWERED),), requested_mail=_MAIL)
        about = _HELD if question == choices.WAS_THIS_THE_RESPONSE else _MAIL
        return choices.about_question(question, asked, self._council, about, refs)

    def suspected(self) -> str:
        """What the policy may leave out of the complaint, as the question says it."""
        exclusions = self._council.policy.exclusions
        return "; ".join(exclusions[code].title for code in self._case.exclusions) or "Insurance claims; Legal action"

    def held(self, text: str = _TEXT, number: int = _HELD) -> tuple[Choice, ...]:
        """For a mail of an officer's with that *text*; if none is given, one in which no word stands."""
        ways = choices.for_held(number, text, self._case)
        return (*(choice for way in ways for choice in way.choices), self.not_sent(number))

    def not_sent(self, number: int = _HELD) -> Choice:
        return choices.instead_of_sending(number)

    def leaving(self) -> tuple[Choice, ...]:
        """While words can still be stopped."""
        return choices.about_leaving(LeavingMail(_HELD, "waste", (), _ANSWERED, _ANSWERED, None))

    def alert(self) -> tuple[Choice, ...]:
        return (choices.MESSAGE, choices.NOTE)

    def undelivered(self) -> tuple[Choice, ...]:
        return (choices.HAD_IT, choices.NOTE)

    def passed_on(self, sender: Address, ref: str) -> tuple[Choice, ...]:
        """For somebody else's mail that an officer has passed on."""
        lines = (f"Name: {sender.name}", f"Email: {sender.address}", f"Date: {_OPENED}")
        return (
            Choice(f"Open a case for {sender.name}", "\n".join((f"#log {_PASSED_ON}", *lines)) + "\n"),
            Choice(f"It belongs to {ref}", f"#log {_PASSED_ON} {ref}\n"),
            Choice("Do nothing", f"#discard {_PASSED_ON}\n"),
        )


def _once(offered: Iterable[Choice]) -> tuple[Choice, ...]:
    """*offered*, of several of one name the first, as a letter shows them."""
    kept: dict[str, Choice] = {}
    for choice in offered:
        kept.setdefault(choice.label, choice)
    return tuple(kept.values())


def _case(policy: Policy) -> Case:
    sender = Address("Asha Patel", "asha.patel@example.org")
    first = Correspondence(_MAIL, sender, "Bin not emptied for six weeks", None, _RECEIVED, "I want to complain.")
    derived = Derivation(_OPENED, "10 working days", (), _DUE, "")
    owed = tuple(
        Deadline(f"{stage}.{what}", _DUE, _DUE, _DUE, derived, "", "service", _RECEIVED)
        for stage in (Stage.STAGE1, Stage.STAGE2)
        for what in ("acknowledge", "assess", "respond")
        if stage is Stage.STAGE2 or what != "assess"
    )
    return Case(
        f"{policy.prefix}-26-0042-K",
        policy.id,
        policy.version,
        Category.COMPLAINT,
        "waste",
        Status.OPEN,
        sender,
        first.subject,
        _RECEIVED,
        stage=Stage.STAGE1,
        exclusions=tuple(policy.exclusions)[:2],
        mails=(first,),
        deadlines=owed,
        began_mail=_MAIL,
    )
