"""A complaint is answered, refused or withdrawn by a person, and by no clock; and where a letter that was promised cannot go,
somebody hears of it who can do something."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import cache

import pytest

from domain.samples import MONDAY, RESIDENT, facts, incoming
from domain.story import Story, at, extension, person, promise, stage, town
from townclerk.config.council_folder import load_council
from townclerk.domain.case import Case
from townclerk.domain.commands import read_commands
from townclerk.domain.council import Council
from townclerk.domain.deadlines import timers
from townclerk.domain.decide import Decision, decide
from townclerk.domain.decide.deliberation import next_opening
from townclerk.domain.durations import Duration, Unit
from townclerk.domain.events import CaseOpened, LetterBounced, OfficerWrote, TimerDue
from townclerk.domain.letters import Forwarded, Overdue, Refused, Reminder
from townclerk.domain.provisions import Published, Restrictions
from townclerk.domain.routing import route
from townclerk.domain.words import Category, LetterKind, Stage, Status

CARERS = "I want to complain about adult social care. The carers whom you send to my mother come two hours late."


@cache
def council(name: str) -> Council:
    return load_council(name, today=date(2027, 1, 1))


def opens(known: Council, text: str, when: datetime = MONDAY) -> Decision:
    found = route(incoming(text), known.routing)
    return decide(None, CaseOpened(f"{known.policy.prefix}-27-0001-K", facts(1, text, when), found), known, when)


def says(case: Case, known: Council, key: str, text: str, when: datetime, number: int) -> Decision:
    read = read_commands(text)
    return decide(case, OfficerWrote(key, facts(number, text, when), read.commands, read.problem), known, when)


def waits(case: Case, known: Council, until: datetime) -> tuple[Case, list[Decision]]:
    """What falls due by itself, up to *until*."""
    made = []
    while due := sorted((t.at, t.key) for t in timers(case, known) if (next_opening(known, t.at) or t.at) <= until):
        moment, key = due[0]
        made.append(decide(case, TimerDue(key, moment), known, next_opening(known, moment) or moment))
        case = made[-1].case
    return case, made


def told(made: list[Decision], kind: LetterKind) -> list[str | None]:
    return [send.letter.to.officer for decision in made for send in decision.sends if send.letter.kind is kind]


# --- opened again before it ever began


def refused_and_opened_again() -> tuple[Council, Decision]:
    known = council("north-somerset")
    case = opens(known, CARERS).case
    assert case.stage is None
    case = says(case, known, "judith", "#refuse adult_social_care It is theirs.", MONDAY + timedelta(days=1), 2).case
    return known, says(case, known, "judith", "#reopen", MONDAY + timedelta(days=30), 3)


def test_what_was_to_be_decided_is_asked_again_when_a_case_is_opened_again() -> None:
    known, again = refused_and_opened_again()
    assert told([again], LetterKind.DECISION) == ["judith"]

    case, made = waits(again.case, known, MONDAY + timedelta(days=300))

    assert case.status is Status.OPEN, "it never times out"
    assert told(made, LetterKind.DECISION) == ["judith", "judith"], "two and four days later"


def test_then_it_can_be_taken_as_a_complaint_and_has_its_dates() -> None:
    known, again = refused_and_opened_again()
    taken = says(again.case, known, "judith", "#category complaint", MONDAY + timedelta(days=30), 4).case

    assert taken.stage is Stage.STAGE1
    assert [each.name for each in taken.deadlines if each.open] == ["stage1.respond"]


def test_a_case_that_lost_its_question_before_is_healed_by_the_same_words() -> None:
    """As they were kept until now: open, no stage, and nobody asked."""
    known, again = refused_and_opened_again()
    lost = replace(again.case, pending=None)
    assert not [timer for timer in timers(lost, known) if timer.act == "close"]

    assert says(lost, known, "judith", "#category complaint", MONDAY + timedelta(days=31), 4).case.stage is Stage.STAGE1

    closed = replace(lost, status=Status.CLOSED, closed_at=MONDAY)
    assert told([says(closed, known, "judith", "#reopen", MONDAY + timedelta(days=31), 4)], LetterKind.DECISION) == ["judith"]


# --- a notice of a delay that cannot go


def capped() -> Council:
    one = stage(Stage.STAGE1, promise(5, "service"), extension(5, cap=Duration(10, Unit.WORKING_DAY)))
    return town(one, people=(person("wendy", "service", services=("waste",)), person("cal", "complaints_lead")))


def test_at_the_cap_a_person_hears_that_no_notice_goes() -> None:
    story = Story(capped()).complains().until(at(1, 25, 20))
    (first, second) = (letter for letter in story.sent(LetterKind.FORWARDED) if isinstance(letter.content, Forwarded))

    assert {first.to.officer, second.to.officer} == {"wendy", "cal"}
    assert isinstance(first.content, Forwarded)
    assert [promised.day for promised in first.content.dates][-1] == date(2027, 1, 25)
    assert first.content.choices, "it says what can be done"
    assert len(story.sent(LetterKind.DELAY_NOTICE)) == 1


def test_where_there_is_no_address_somebody_hears_that_too() -> None:
    known = council("south-staffordshire")
    mail = facts(1, "My bin.", MONDAY, answerable=False)
    case = decide(None, CaseOpened("SS-27-0001-K", mail, route(incoming("I complain."), known.routing)), known, MONDAY).case
    _, made = waits(case, known, datetime(2027, 1, 25, 16, tzinfo=UTC))

    assert "cal" in told(made, LetterKind.FORWARDED)


# --- a letter that came back


def test_whoever_owes_the_acknowledgement_hears_that_it_came_back() -> None:
    known = council("stoke-on-trent")
    case = opens(known, "I want to complain. My bin has not been emptied for three weeks.").case
    case = says(case, known, "meera", "#acknowledge\nWe understand that the bin was missed.", MONDAY, 2).case
    bounce = LetterBounced(LetterKind.ACKNOWLEDGEMENT, "k", RESIDENT.address, "5.2.2", "")

    assert sorted(map(str, told([decide(case, bounce, known, MONDAY)], LetterKind.UNDELIVERED))) == ["gwyn", "meera", "priya"]


# --- roles by any name


@pytest.mark.parametrize("role", ["service", "complaint_handler", "head_of_works"])
def test_of_several_officers_of_a_service_the_first_is_responsible_whatever_the_role_is_called(role: str) -> None:
    people = (
        person("one", role, services=("waste",)),
        person("two", role, services=("waste",)),
        person("cal", "complaints_lead"),
    )
    known = town(stage(Stage.STAGE1, promise(5, role)), people=people)
    asks = replace(known.policy.categories[Category.SERVICE_REQUEST], forward_to=(role,))
    known = replace(known, policy=replace(known.policy, categories={**known.policy.categories, Category.SERVICE_REQUEST: asks}))
    mail = facts(1, "Please collect our brown bin, it was missed this morning.")
    found = replace(route(incoming(mail.text), known.routing), category=Category.SERVICE_REQUEST, service="waste")
    decision = decide(None, CaseOpened("SS-27-0001-K", mail, found), known, MONDAY)

    assert told([decision], LetterKind.FORWARDED) == ["one"]


@pytest.mark.parametrize(
    ("name", "officer"),
    [
        ("stoke-on-trent", "Priya Lovatt"),
        ("west-lindsey", "Nuno Padley"),
        ("south-derbyshire", "Bashir Fell"),
        ("north-somerset", "Ayo Brand"),
    ],
)
@pytest.mark.parametrize(
    "text",
    [
        "I complain. {} of the bin crew swore at me and called me names.",
        "{} takes money from the pub to empty its bins. It is fraud.",
        "The man who runs your refuse depot takes bribes from builders.",
        "I complain that my wheelie bin was stolen by one of your crew.",
    ],
)
def test_what_somebody_of_a_service_is_said_to_have_done_is_not_put_to_that_service(name: str, officer: str, text: str) -> None:
    known = council(name)
    decision = opens(known, text.format(officer))
    accused = next(each for each in known.roster.officers if each.name == officer)

    assert decision.case.restricted
    assert [*told([decision], LetterKind.ALERT), *told([decision], LetterKind.ASSIGNMENT)], "somebody else hears of it"
    assert accused.key not in {send.letter.to.officer for send in decision.sends}
    _, made = waits(decision.case, known, MONDAY + timedelta(days=60))
    assert accused.key not in {send.letter.to.officer for each in made for send in each.sends}


@pytest.mark.parametrize("name", ["stoke-on-trent", "west-lindsey", "south-derbyshire", "north-somerset"])
def test_a_neighbours_fraud_is_told_at_once_and_kept_from_nobody(name: str) -> None:
    decision = opens(council(name), "My neighbour claims housing benefit and works at night. That is fraud.")

    assert told([decision], LetterKind.ALERT)
    assert not decision.case.restricted


# --- while one team alone may write


def test_under_a_restriction_whoever_may_write_is_reminded() -> None:
    people = (person("wendy", "service", services=("waste",)), person("judith", "front_desk"), person("cal", "complaints_lead"))
    known = town(stage(Stage.STAGE1, promise(5, "service")), people=people)
    provided = replace(
        known.policy.provisions, restrictions=Restrictions(by="front_desk", only_they_write=True, said=Published("9"))
    )
    story = Story(replace(known, policy=replace(known.policy, provisions=provided))).complains()
    story.officer(at(1, 12), "judith", "#restrict 2027-06-01 sixty calls a week")
    assert story.case.restriction is not None
    story.until(at(1, 20))

    late = (*story.sent(LetterKind.REMINDER), *story.sent(LetterKind.OVERDUE))
    assert {letter.to.officer for letter in late} == {"judith", "cal"}
    assert all(isinstance(letter.content, Reminder | Overdue) for letter in late)
    story.officer(at(1, 20), "wendy", "#respond upheld\nWe are sorry: the crew was ill, and has come since.")
    assert isinstance(story.letters[-1][1].content, Refused)
