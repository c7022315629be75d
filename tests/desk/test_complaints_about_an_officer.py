"""What a resident writes about an officer does not go to that officer, whatever the words; and nobody waits longer for it."""

from dataclasses import replace

import pytest

from domain.samples import MONDAY, RESIDENT, council, facts, incoming, kinds
from domain.test_who_stands_in import CAL, LATER, gets, person, writes
from townclerk.domain.case import Case
from townclerk.domain.conduct import complains_of
from townclerk.domain.council import Council
from townclerk.domain.decide import Decision, decide
from townclerk.domain.events import CaseOpened, ResidentWrote
from townclerk.domain.letters import Assignment
from townclerk.domain.mail import Address
from townclerk.domain.named_officers import names, speaks_of
from townclerk.domain.roster import Roster
from townclerk.domain.routing import route
from townclerk.domain.words import Category, LetterKind

TOM = replace(person("tom", "other"), name="Tom Birch")
WENDY = person("wendy", "service", deputies=("tom",))
MAX = person("max", "service")
ALONE = replace(council(), roster=Roster((WENDY, TOM, CAL)))

SPEAKS_OF_WENDY = (
    "I complain about Wendy Ash, she was useless.",
    "wendy ash has lost my letter",
    "Mrs Ash of the waste team left my bin",
    "Ms W. Ash left my bin again",
    "W Ash signed it",
    "Ash, Wendy (waste) did nothing",
    "your officer Ash did nothing",
    "the bin officer Wendy-Ash did nothing",
    "WENDY ASH. BIN.",
    "Wendy \n Ash did nothing about the bin",
    "Wéndy Ash did nothing",
    "Wendy A., of the bin team, did nothing",
    "wendy@council.example never answers",
    "Wendy from the waste team told me lies",
    "the attitude of your bin manager Wendy",
    "your bin manager wendy is slow",
    "Wendy who answered me was no help",
    "I spoke with Wendy, and nothing came of it",
    "Wendy, your bin lady, hung up",
    "Dear Wendy, you never called me back",
    "Wendy told me to write to you",
)
SPEAKS_OF_NOBODY = (
    "The ash from the fire is still there",
    "Wendy Ashton next door has no bin either",
    "I complain for my daughter Wendy whose bin was left by your crew",
    "My bin was left. Wendy Smith",
    "My bin was left in Ash Lane",
)
FURTHER_AGAINST_WENDY = (
    "On top of the bin I wish to complain about Wendy Ash: nobody ever spoke to me like that.",
    "Ms. Ash phoned.\n\nShe says that I am lying.",
    "When I asked for a day Wendy\nhung up on me.",
    "I do not want Ms Ash to deal with this any longer.",
    "Could somebody other than Ms Ash have a look, please?",
    "Ms Ash came round yesterday. It took a minute. I do not trust her.",
    "Wendy Ash is a liar.",
    "Wendy rang. I want to talk to her manager.",
    "The officer who has my case was very rude when I rang.",
    "I have no faith in the person dealing with my complaint.",
    "My case officer shouted down the telephone.",
    "Please give it to someone else, Wendy does not listen.",
    "I have a complaint against your officer Ash.",
)
FURTHER_NOT_AGAINST_WENDY = (
    "Dear Wendy, thank you for the call. It was left again.",
    "Please thank Wendy Ash for her call.",
    "Dear Wendy,\n\nThe crew has an attitude, and they lied to me.",
    "I complain about my bin, which Wendy Ash said would be emptied.",
    "Thank you, Wendy. My neighbours have the same trouble, and the street is a disgrace.",
    "Wendy Ash promised me Monday. It is Wednesday.",
)


def complains(text: str, where: Council = ALONE, sender: Address = RESIDENT) -> Decision:
    """As it comes: the rules say what it is, and it is a complaint about waste."""
    found = replace(
        route(incoming(text), where.routing), category=Category.COMPLAINT, service="waste", exclusions=(), alerts=()
    )
    return decide(None, CaseOpened("SS-27-0001-K", facts(1, text, sender=sender), found), where, MONDAY)


def further(case: Case, text: str, where: Council) -> Decision:
    return decide(
        case, ResidentWrote(facts(2, text, LATER), route(incoming(text), where.routing, opens=False), "test"), where, LATER
    )


def staff_told(decision: Decision) -> set[str | None]:
    return {send.letter.to.officer for send in decision.sends if send.letter.to.staff}


@pytest.mark.parametrize("text", SPEAKS_OF_WENDY)
def test_whoever_is_spoken_of_hears_nothing_and_their_deputy_has_it_at_once(text: str) -> None:
    decision = complains(text)

    assert decision.case.named == ("wendy",)
    assert gets(decision) == ["tom"]
    assert "wendy" not in staff_told(decision)


@pytest.mark.parametrize("text", SPEAKS_OF_NOBODY)
def test_another_word_another_name_and_somebody_elses_wendy_are_not_the_officer(text: str) -> None:
    assert gets(complains(text)) == ["wendy"]


def test_a_resident_of_the_same_first_name_is_themselves() -> None:
    text = "Dear Sirs, my bin was left by your crew, Wendy"

    assert gets(complains(text, sender=Address("Wendy Smith", "w@example.org"))) == ["wendy"]
    assert speaks_of(WENDY, text, Address("", "w@example.org"))


@pytest.mark.parametrize(
    ("officers", "has_it"),
    [((WENDY, TOM), "tom"), ((person("wendy", "service"), MAX), "max"), ((person("wendy", "service"),), "cal")],
    ids=["their deputy", "the next of the service", "the complaints lead"],
)
def test_somebody_else_has_it(officers: tuple, has_it: str) -> None:  # type: ignore[type-arg]  # of officers
    where = replace(council(), roster=Roster((*officers, CAL)))

    assert gets(complains("Wendy Ash lost my form.", where)) == [has_it]


def test_the_resident_s_receipt_and_dates_are_those_of_any_complaint() -> None:
    named, other = complains("I complain: Wendy Ash lost my form."), complains("I complain: somebody lost my form.")

    assert [d.target for d in named.case.deadlines] == [d.target for d in other.case.deadlines]
    assert [s.letter.content for s in named.sends if not s.letter.to.staff] == [
        s.letter.content for s in other.sends if not s.letter.to.staff
    ]


def test_whoever_has_it_instead_is_told_why_and_whoever_is_named_can_do_nothing_with_it() -> None:
    case = complains("Wendy Ash lost my form.").case
    (letter,) = (
        s.letter.content for s in complains("Wendy Ash lost my form.").sends if isinstance(s.letter.content, Assignment)
    )

    assert "speaks of Wendy Ash" in letter.note
    assert kinds(writes(ALONE, case, "#show", "wendy")) == ["refused"]
    assert kinds(writes(ALONE, case, "#respond upheld\nDear Asha, we are sorry.", "wendy")) == ["refused"]


def test_the_complaints_lead_gives_it_back_with_one_word_and_a_colleague_cannot() -> None:
    case = complains("Dear Wendy Ash, my bin was left.").case
    refused, given = writes(ALONE, case, "#assign wendy", "tom"), writes(ALONE, case, "#assign wendy", "cal")

    assert kinds(refused) == ["refused"]
    assert refused.case.named == ("wendy",)
    assert gets(given) == ["wendy"]
    assert (given.case.named, given.case.given_back) == ((), ("wendy",))


def test_thanks_an_idea_and_a_request_that_name_an_officer_go_to_them() -> None:
    for category in (Category.COMPLIMENT, Category.COMMENT, Category.SERVICE_REQUEST):
        found = replace(route(incoming("Thank you, Wendy Ash"), ALONE.routing), category=category, service="waste", alerts=())
        assert decide(None, CaseOpened("SS-27-0001-K", facts(1, "Thank you, Wendy Ash"), found), ALONE, MONDAY).case.named == ()


def test_a_further_mail_that_complains_of_whoever_has_the_case_takes_it_from_them() -> None:
    case = complains("My bin was left.").case
    decision = further(case, "Wendy rang me and was very rude to me on the telephone.", ALONE)

    assert decision.case.named == ("wendy",)
    assert staff_told(decision) == {"tom"}
    assert gets(decision) == ["tom"]


@pytest.mark.parametrize("text", FURTHER_AGAINST_WENDY)
def test_in_whatever_words_it_complains_of_them_they_never_read_it(text: str) -> None:
    decision = further(complains("My bin was left.").case, text, ALONE)

    assert decision.case.named == ("wendy",)
    assert staff_told(decision) == {"tom"}
    assert gets(decision) == ["tom"]


@pytest.mark.parametrize("text", FURTHER_NOT_AGAINST_WENDY)
def test_a_further_mail_that_only_names_them_leaves_it_theirs(text: str) -> None:
    decision = further(complains("My bin was left.").case, text, ALONE)

    assert decision.case.named == ()
    assert staff_told(decision) == {"wendy"}


def test_whoever_was_given_it_back_loses_it_when_their_conduct_is_complained_of() -> None:
    back = writes(ALONE, complains("Dear Wendy Ash, my bin was left.").case, "#assign wendy", "cal").case

    assert further(back, "Wendy Ash swore at me today.", ALONE).case.named == ("wendy",)


def test_a_complaint_of_a_team_stays_with_the_team() -> None:
    team = replace(person("team", "service"), name="Recycling Team", mailbox_of=("tom",))
    where = replace(council(), roster=Roster((team, TOM, CAL)))

    assert gets(complains("The Recycling Team left my bin again.", where)) == ["team"]


def test_where_everybody_is_named_somebody_above_has_it() -> None:
    where = replace(council(), roster=Roster((WENDY, TOM, CAL, person("chief", "service"))))
    decision = complains("Wendy Ash and Tom Birch lost it, and Cal Ash laughed.", where)

    assert "wendy" not in staff_told(decision)
    assert "tom" not in staff_told(decision)
    assert decision.case.named == ("wendy", "tom")


@pytest.mark.parametrize(
    "text", ["-" * 5000 + " a" * 5000, "officer " * 3000, "Wendy " * 3000, "She lied. " * 20000, "complain " * 20000]
)
def test_no_text_holds_the_work_up(text: str) -> None:
    names(WENDY, text)
    speaks_of(WENDY, text, RESIDENT, ("waste",))
    complains_of(WENDY, text, RESIDENT, has_it=True)


@pytest.mark.parametrize(
    "text", ["My officer Wendy laughed at me.", "Wendy swore at me about my bins. I complain.", "W. Ash was rude to me"]
)
def test_where_somebody_s_conduct_is_complained_of_the_lead_alone_hears(text: str) -> None:
    found = replace(route(incoming(text), ALONE.routing), service="waste")
    decision = decide(None, CaseOpened("SS-27-0001-K", facts(1, text), found), ALONE, MONDAY)

    assert decision.case.conflicts == ("wendy",)
    assert staff_told(decision) == {"cal"}
    assert LetterKind.ASSIGNMENT in {send.letter.kind for send in decision.sends}
