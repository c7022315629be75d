"""Kinds of complaint of which a policy says more: what whoever gets one reads, and who is kept informed."""

from dataclasses import replace
from datetime import date, timedelta

from domain.samples import MONDAY, facts
from townclerk.config.council_folder import load_council
from townclerk.domain.case import Case
from townclerk.domain.commands import read_commands
from townclerk.domain.council import Council
from townclerk.domain.decide import Decision, decide
from townclerk.domain.events import CaseOpened, OfficerWrote
from townclerk.domain.letters import Assignment, Forwarded
from townclerk.domain.mail import Address
from townclerk.domain.provisions import Matter
from townclerk.domain.routing import Route, Signal
from townclerk.domain.words import Category

FLUENCY = Matter("fluency", "The duty", "Judge it by the role.", ("team_manager",), "Support them.")


def council() -> Council:
    shipped = load_council("west-lindsey", today=date(2027, 1, 1))
    stages = {name: replace(stage, approvals=()) for name, stage in shipped.policy.stages.items()}
    provided = replace(shipped.policy.provisions, matters={"fluency": FLUENCY})
    return replace(shipped, policy=replace(shipped.policy, stages=stages, provisions=provided))


def came(category: Category = Category.COMPLAINT, *signals: str) -> Decision:
    route = Route(category, "waste", signals=frozenset(signals))
    return decide(None, CaseOpened("WL-27-0001-K", facts(1, "Hard to follow."), route), council(), MONDAY)


def says(case: Case, text: str, number: int) -> Decision:
    edie = Address("Edie Harmston", "edie.harmston@council.example")
    at = MONDAY + timedelta(hours=number)
    mail = OfficerWrote("experience", facts(number, text, at, edie), read_commands(text).commands)
    return decide(case, mail, council(), at)


def told(decision: Decision) -> list[str]:
    return [send.letter.content.detail for send in decision.sends if isinstance(send.letter.content, Forwarded)]


def test_whoever_gets_it_reads_what_to_look_into_and_others_what_to_tell() -> None:
    decision = came(Category.COMPLAINT, Signal.FLUENCY)
    notes = [send.letter.content.note for send in decision.sends if isinstance(send.letter.content, Assignment)]

    assert notes
    assert all("Judge it by the role." in note for note in notes)
    assert told(decision) == ["The duty: a complaint has come. Support them."]


def test_they_hear_how_it_ended() -> None:
    case = came(Category.COMPLAINT, Signal.FLUENCY).case

    assert told(says(case, "#respond not-upheld\nThe standard of the role was met.", 2)) == [
        "The duty: the complaint has been answered."
    ]
    assert told(says(case, "#withdraw", 2)) == ["The duty: the complaint has been closed."]


def test_an_officer_can_say_so_and_is_not_told_twice() -> None:
    flagged = says(came().case, "#flag fluency she could not be understood", 2)

    assert told(flagged) == ["The duty: a complaint has come. Support them."]
    assert told(says(flagged.case, "#note seen", 3)) == []


def test_what_is_no_complaint_is_not_of_that_kind() -> None:
    assert not came(Category.COMPLIMENT, Signal.FLUENCY).case.flagged("fluency")
