"""A mail that complains and asks for information: two cases, or a question to a person; no promise is lost."""

from dataclasses import replace

from domain.samples import council, facts
from domain.story import MONDAY
from townclerk.domain.commands import read_commands
from townclerk.domain.decide import Decision, decide
from townclerk.domain.decide.two_matters import divided, says_both
from townclerk.domain.events import CaseOpened, OfficerWrote
from townclerk.domain.letters import Decision as Asked
from townclerk.domain.mail import Address
from townclerk.domain.routing import Route, Signal
from townclerk.domain.words import Alert, Category

BOTH = Route(
    Category.INFORMATION_REQUEST,
    "waste",
    signals=frozenset({Signal.FREEDOM_OF_INFORMATION, Signal.COMPLAINS_TOO}),
    because=("test",),
)
SEEMS = replace(BOTH, signals=frozenset({Signal.FREEDOM_OF_INFORMATION, Signal.SEEMS_TO_COMPLAIN}))
FIRST, SECOND = "SS-27-0001-K", "SS-27-0002-M"
TEXT = "I want to complain about my bin. Under FOI, how many bins are there?"


def opened(route: Route) -> CaseOpened:
    return CaseOpened(FIRST, facts(1, TEXT, MONDAY), route)


def happens(event: CaseOpened) -> Decision:
    return decide(None, event, council(), MONDAY)


def owed(decision: Decision) -> set[str]:
    return {deadline.name for deadline in decision.case.deadlines}


def asked(decision: Decision) -> list[Asked]:
    return [send.letter.content for send in decision.sends if isinstance(send.letter.content, Asked)]


def test_the_complaint_has_its_dates_and_the_request_that_of_the_law() -> None:
    decision = happens(divided(opened(BOTH), SECOND))
    (beside,) = decision.openings
    request = happens(beside)

    assert says_both(BOTH)
    assert (decision.case.category, request.case.category) == (Category.COMPLAINT, Category.INFORMATION_REQUEST)
    assert {"stage1.acknowledge", "information_request.respond"} - owed(decision) == {"information_request.respond"}
    assert owed(request) == {"information_request.respond"}
    assert (decision.case.related, request.case.related) == ((SECOND,), (FIRST,))
    assert (asked(decision), asked(request)) == ([], [])


def test_where_words_do_not_settle_it_the_date_runs_and_a_person_is_asked() -> None:
    decision = happens(opened(SEEMS))
    (question,) = asked(decision)

    assert not says_both(SEEMS)
    assert owed(decision) == {"information_request.respond"}
    assert question.question == "two_matters"
    assert question.choices[0].body == "#new-case complaint 1\n"


def test_nothing_of_what_few_may_know_goes_to_others_by_itself() -> None:
    delicate = replace(BOTH, alerts=(Alert.STAFF_CONDUCT,), restricted_by="test")
    decision = happens(divided(opened(delicate), SECOND))

    assert decision.case.restricted
    assert decision.openings == ()
    assert [each.choices[0].body for each in asked(decision) if each.question == "two_matters"] == [
        "#new-case information-request 1\n"
    ]


def test_a_person_makes_a_request_of_a_complaint_that_holds_one() -> None:
    case = happens(opened(replace(SEEMS, category=Category.COMPLAINT))).case
    words = "#new-case information-request 1"
    mail = facts(2, words, MONDAY, Address("Wendy Ash", "wendy.ash@council.example"))
    decision = decide(case, OfficerWrote("wendy", mail, read_commands(words).commands, spare_ref=SECOND), council(), MONDAY)
    (beside,) = decision.openings

    assert owed(happens(beside)) == {"information_request.respond"}
    assert decision.case.category is Category.COMPLAINT


def test_a_request_alone_is_one_case() -> None:
    decision = happens(opened(replace(BOTH, signals=frozenset({Signal.FREEDOM_OF_INFORMATION}))))

    assert (decision.openings, asked(decision)) == ((), [])
