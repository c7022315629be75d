"""Whoever should not deal with a matter says so, and hears no more of it."""

import pytest

from domain import samples
from domain.samples import facts
from domain.test_who_may_be_written_to import officer
from townclerk.domain.case import Case
from townclerk.domain.decide import Decision, decide
from townclerk.domain.events import CaseOpened
from townclerk.domain.letters import Assignment, Done, Refused
from townclerk.domain.words import LetterKind


def opened() -> Case:
    event = CaseOpened(samples.REF, facts(1, "My bin has been left again."), samples.COMPLAINT)
    return decide(None, event, samples.council(), samples.MONDAY).case


def to_whom(decision: Decision, kind: LetterKind) -> list[str | None]:
    return [send.letter.to.officer for send in decision.sends if send.letter.kind is kind]


def test_who_declares_a_conflict_hands_the_case_on() -> None:
    """Here nobody else deals with waste, so it is the complaints lead's."""
    decision = officer(opened(), "#conflict The complaint is my brother's.", "wendy")

    assert decision.case.conflicts == ("wendy",)
    assert to_whom(decision, LetterKind.ASSIGNMENT) == ["cal"]
    assert [send.letter.content.note for send in decision.sends if isinstance(send.letter.content, Assignment)] == [
        "Wendy Ash has a conflict of interest, and has handed it on."
    ]
    assert any(isinstance(send.letter.content, Done) for send in decision.sends)


def test_whoever_declared_a_conflict_is_turned_away_afterwards() -> None:
    case = officer(opened(), "#conflict It is my brother's.", "wendy").case
    decision = officer(case, "#show", "wendy", number=3)

    (letter,) = (send.letter for send in decision.sends)
    assert isinstance(letter.content, Refused)
    assert letter.case is None


def test_a_case_cannot_be_given_back_to_whoever_declared_a_conflict() -> None:
    case = officer(opened(), "#conflict It is my brother's.", "wendy").case
    decision = officer(case, "#assign wendy", "cal", number=3)

    assert to_whom(decision, LetterKind.REFUSED) == ["cal"]
    assert decision.case.officer is None


@pytest.mark.parametrize(("key", "text"), [("wendy", "#conflict"), ("cal", "#conflict I know them.")])
def test_a_conflict_has_a_reason_and_somebody_to_hand_on_to(key: str, text: str) -> None:
    decision = officer(opened(), text, key)

    assert to_whom(decision, LetterKind.REFUSED) == [key]
    assert decision.case.conflicts == ()
