"""The labelled mails of tests/corpus, in many voices, and how well the rules of each council tell them."""

from datetime import date
from functools import cache
from pathlib import Path

import pytest

from townclerk.config.council_folder import load_council
from townclerk.config.labelled_mails import load_mails
from townclerk.config.shipped import shipped_councils
from townclerk.domain.labelled_mails import Measure, Routed, measure

CORPUS = Path(__file__).parent.parent / "corpus"
MAILS = load_mails([CORPUS / "mails", CORPUS / "unseen"])
BLIND = load_mails([CORPUS / "blind"])
"""Of people who had not seen the rules, and who tell of danger in no word for it."""
EVERYDAY = load_mails([CORPUS / "everyday"])
"""A mailbox as it comes. What is learned has seen them since: of mails that it had not, fewer are told."""
STRANGER = CORPUS / "stranger"
"""Of somebody who had seen nothing of the rules and meant to fool them: in few words, in other languages, by the way. When they
came, one in five of the dangers was missed; the rules have been mended by them since."""
TOLD_SIDEWAYS = CORPUS / "told_sideways"
"""Of somebody who wrote as residents do, danger in a clause beside bins. When they came, 13 of 68 in danger alerted nobody, and
every eleventh of the others somebody for nothing. The rules have been mended by them since, and these figures flatter."""
HELD_OUT = CORPUS / "held_out"  # written by somebody who had not seen the rules, and never learned from


@cache
def measured(council: str) -> Measure:
    return measure(MAILS, load_council(council, today=date(2027, 1, 4)))


@pytest.mark.parametrize("council", shipped_councils())
def test_nine_of_ten_are_told_and_nobody_in_danger_is_missed(council: str) -> None:
    found = measured(council)

    assert [(each.labelled.id, each.missed_alerts) for each in found.missed] == []
    assert found.percent >= 90, [each.labelled.id for each in found.wrong if not each.category_right]


@pytest.mark.parametrize("council", shipped_councils())
def test_few_are_alerted_of_what_is_no_danger(council: str) -> None:
    """One mail in thirty at most: whoever is called at night for nothing does not come the next time."""
    found = measured(council)

    assert sum(bool(each.false_alerts) for each in found.routed) <= len(found.routed) / 30


def test_most_who_tell_of_danger_in_no_word_for_it_are_noticed() -> None:
    """Every sixth is missed. When that gets better, so must this; it is not to get worse."""
    found = [each for council in shipped_councils() for each in measured_blind(council)]
    wanted = sum(len(each.labelled.alerts) for each in found)
    everyday = [each for each in found if not each.labelled.alerts]

    assert sum(len(each.missed_alerts) for each in found) <= wanted / 6
    assert sum(bool(each.false_alerts) for each in everyday) <= len(everyday) / 10


@pytest.mark.parametrize("council", shipped_councils())
def test_everyday_mails_come_to_what_they_are_and_to_their_service(council: str) -> None:
    found = measure(EVERYDAY, load_council(council, today=date(2027, 1, 4)))
    asked = [each for each in found.routed if each.service]

    assert found.percent >= 95, [each.labelled.id for each in found.wrong if not each.category_right]
    assert sum(each.service_right for each in asked) >= 0.85 * len(asked), [e.labelled.id for e in asked if not e.service_right]


def measured_blind(council: str) -> tuple[Routed, ...]:
    return measure(BLIND, load_council(council, today=date(2027, 1, 4))).routed


def test_there_are_enough_of_them_in_every_kind() -> None:
    kinds = {
        kind: sum(kind in each.category for each in MAILS) for kind in ("complaint", "comment", "compliment", "service_request")
    }

    assert len(MAILS) >= 350
    assert all(many >= 25 for many in kinds.values()), kinds
    assert sum(bool(each.alerts) for each in MAILS) >= 60


def test_mails_that_nobody_has_learned_from_are_told_nearly_as_well() -> None:
    """Each council has its own: what is another body's for a district is a county's own matter."""
    found = [
        routed
        for council in shipped_councils()
        for routed in measure(load_mails([HELD_OUT / f"{council}.yaml"]), load_council(council, today=date(2027, 1, 4))).routed
    ]
    in_danger = [each for each in found if each.alerts]
    everyday = [each for each in found if not each.labelled.alerts]

    assert len(found) == 200
    assert sum(each.category_right for each in found) >= 0.9 * len(found)
    assert sum(bool(each.route.alerts) for each in in_danger) >= 0.9 * len(in_danger)
    assert sum(bool(each.false_alerts) for each in everyday) <= 0.12 * len(everyday)


@pytest.mark.parametrize("council", shipped_councils())
def test_who_meant_to_fool_the_rules_fools_them_no_more(council: str) -> None:
    found = measure(load_mails([STRANGER / f"{council}.yaml"]), load_council(council, today=date(2027, 1, 4)))
    everyday = [each for each in found.routed if not each.labelled.alerts]

    assert [(each.labelled.id, each.missed_alerts) for each in found.missed] == []
    assert found.percent >= 85, [each.labelled.id for each in found.wrong if not each.category_right]
    assert sum(bool(each.false_alerts) for each in everyday) <= 0.1 * len(everyday)


@pytest.mark.parametrize("council", shipped_councils())
def test_danger_in_a_clause_beside_something_else_is_heard(council: str) -> None:
    found = measure(load_mails([TOLD_SIDEWAYS / f"{council}.yaml"]), load_council(council, today=date(2027, 1, 4)))
    everyday = [each for each in found.routed if not each.labelled.alerts]

    assert [(each.labelled.id, each.missed_alerts) for each in found.missed] == []
    assert found.percent >= 90, [each.labelled.id for each in found.wrong if not each.category_right]
    assert sum(bool(each.false_alerts) for each in everyday) <= 0.1 * len(everyday)
