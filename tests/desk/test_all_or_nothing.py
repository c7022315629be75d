"""A mail of several words is done whole, or nothing of it is: the case and what would have gone out are as before."""

from dataclasses import replace

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from domain.drawn_policies import Drawn, councils
from domain.samples import MONDAY, council, facts
from domain.story import COMPLAINT, Story, at
from townclerk.domain.case import Case
from townclerk.domain.commands import read_commands
from townclerk.domain.council import Council
from townclerk.domain.decide import Decision, decide
from townclerk.domain.events import CaseOpened, OfficerMailHeld, OfficerWrote
from townclerk.domain.mail import Address
from townclerk.domain.reference import Reference
from townclerk.domain.words import LetterKind

DONE = (
    "#note I have rung them.",
    "#landlord yes",
    "#action 2027-03-15 mend the gate",
    "#flag adjustment large print",
    "#reason delay",
    "#learning The map was wrong.",
    "#new-case",
    "#send",
    "#discard",
    "#message We will come on Friday and look at it.",
    "#acknowledge We understand that your bin was missed twice.",
    "#respond upheld We are sorry, and will mend it this week.",
    "#extend 5 the report is late",
    "#assign cal",
    "#withdraw",
    "#hold the police ask us",
    "#restrict 2027-06-30 forty calls a day",
    "#second-stage1",
)
WRONG = (
    "#nonsense",
    "#extend 2027-02-30 the report is late",
    "#extend next Friday",
    "#respond perhaps",
    "#assign nobody of that name",
    "#service gardens",
    "#refuse NOTHING",
    "#link nothing",
    "#action-done 77",
    "#send 4711",
    "#unflag nothing",
    "#message",
)


def held(case: Case, here: Council, who: str) -> Case:
    """A mail of theirs without a word is held on the case."""
    officer = here.roster.find(who)
    assert officer is not None
    mail = facts(3, "We will look at it.", MONDAY, Address(officer.name, officer.email))
    return decide(case, OfficerMailHeld(who, mail, "no_word"), here, MONDAY).case


def written(case: Case, here: Council, who: str, text: str) -> Decision:
    officer = here.roster.find(who)
    assert officer is not None
    read = read_commands(text)
    mail = facts(9, text, MONDAY.replace(hour=12), Address(officer.name, officer.email))
    event = OfficerWrote(who, mail, read.commands, read.problem, (), "SS-27-0002-T", read.instead)
    return decide(case, event, here, MONDAY.replace(hour=12))


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    councils(),
    st.lists(st.sampled_from(DONE), max_size=4),
    st.sampled_from(WRONG),
    st.lists(st.sampled_from(DONE), max_size=2),
    st.integers(0, 30),
)
def test_where_one_word_is_refused_nothing_of_the_mail_is_done(
    drawn: Drawn, before: list[str], wrong: str, after: list[str], which: int
) -> None:
    here = drawn.council
    opening = CaseOpened(str(Reference(here.policy.prefix, 27, 1)), facts(1), COMPLAINT)
    who = here.roster.officers[which % len(here.roster.officers)].key
    case = held(decide(None, opening, here, MONDAY).case, here, who)
    decision = written(case, here, who, "\n".join([*before, wrong, *after]))
    assume(not case.restricted)

    assert case == decision.case
    assert [send.letter.kind for send in decision.sends] == [LetterKind.REFUSED]
    assert (decision.joins, decision.others, decision.openings) == ((), (), ())
    assert {"refused"} == {entry.event for entry in decision.journal}


def test_a_case_that_a_word_would_have_opened_is_not() -> None:
    story = Story(council()).complains().resident(at(1, 11, 12), "And my other bin, too.")
    decision = written(story.case, council(), "wendy", "#new-case\n#service nowhere")

    assert decision.openings == ()
    assert story.case == decision.case


def test_what_was_held_is_still_held() -> None:
    story = Story(council()).complains()
    kept = held(story.case, council(), "wendy")
    decision = written(kept, council(), "wendy", "#send 3\n#extend soon")

    assert [mail.number for mail in decision.case.held] == [3]
    assert not [send for send in decision.sends if not send.letter.to.staff]
    assert [mail.number for mail in replace(kept).held] == [3]


def test_several_words_that_can_be_done_are_done_in_order() -> None:
    story = Story(council()).complains()
    story.officer(at(1, 12), "wendy", "#landlord no\n#extend 2027-02-08 the report is late\n#note I have rung them.")

    assert story.case.landlord == "no"
    assert str(story.case.deadline("stage1.respond").promised) == "2027-02-08"  # type: ignore[union-attr]
    assert story.sent(LetterKind.DELAY_NOTICE)
