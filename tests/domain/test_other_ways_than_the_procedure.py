"""A complaint may be dealt with in another way, by whoever may decide so; the resident is told."""

from dataclasses import replace
from functools import cache

import pytest

from domain import samples
from domain.samples import facts
from domain.test_who_may_be_written_to import officer
from townclerk.domain.case import Case
from townclerk.domain.council import Council
from townclerk.domain.decide import Decision, decide
from townclerk.domain.events import CaseOpened
from townclerk.domain.letters import Decision as ToDecide
from townclerk.domain.letters import Message
from townclerk.domain.provisions import Alternatives, Code, Published
from townclerk.domain.words import LetterKind


@cache
def council(consult: tuple[str, ...] = ("service",)) -> Council:
    plain = samples.council()
    ways = {"mediation": Code("mediation", "Mediation")}
    alternatives = Alternatives("complaints_lead", ways, consult, Published("2"))
    provisions = replace(plain.policy.provisions, alternatives=alternatives)
    return replace(plain, policy=replace(plain.policy, provisions=provisions))


def opened() -> Case:
    event = CaseOpened(samples.REF, facts(1, "My neighbour and you."), samples.COMPLAINT)
    return decide(None, event, council(), samples.MONDAY).case


def says(text: str, key: str = "cal", where: Council | None = None) -> Decision:
    return officer(opened(), text, key, where=where or council())


def kinds(decision: Decision) -> list[LetterKind]:
    return [send.letter.kind for send in decision.sends]


def test_the_resident_is_told_of_the_other_way_and_keeps_the_dates() -> None:
    before = opened().deadlines
    decision = says("#alternative mediation\nWe would like to offer you mediation.")

    assert [send.letter.content.text for send in decision.sends if isinstance(send.letter.content, Message)] == [
        "We would like to offer you mediation."
    ]
    assert decision.case.deadlines == before
    assert ("alternative", "Mediation") in decision.case.flags


def test_without_a_text_those_are_asked_whom_the_policy_names_and_nobody_else_hears() -> None:
    decision = says("#alternative mediation")

    asked = [send.letter for send in decision.sends if isinstance(send.letter.content, ToDecide)]
    assert [letter.to.officer for letter in asked] == ["wendy"]
    assert "Mediation" in asked[0].content.detail  # type: ignore[union-attr]
    assert LetterKind.MESSAGE not in kinds(decision)
    assert decision.case.flags == ()


@pytest.mark.parametrize(
    ("key", "text"),
    [("wendy", "#alternative mediation\nPeace."), ("cal", "#alternative duel\nPistols."), ("cal", "#alternative")],
)
def test_only_who_may_decides_and_only_on_a_way_that_the_policy_names(key: str, text: str) -> None:
    decision = says(text, key)

    assert kinds(decision) == [LetterKind.REFUSED]
    assert decision.case.flags == ()


def test_where_nobody_is_to_be_asked_a_text_is_wanted() -> None:
    assert kinds(says("#alternative mediation", where=council(()))) == [LetterKind.REFUSED]


def test_a_policy_that_names_no_other_way_has_none() -> None:
    assert kinds(says("#alternative mediation\nPeace.", where=samples.council())) == [LetterKind.REFUSED]
