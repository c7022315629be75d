"""What people's corrections say of the rules."""

from dataclasses import replace
from datetime import date

import pytest

from townclerk.config.council_folder import load_council
from townclerk.config.routing_file import read_routing
from townclerk.config.yaml import parse_yaml
from townclerk.domain.council import Council
from townclerk.domain.routing import Routing, try_rules
from townclerk.domain.suggesting import (
    OTHERWISE,
    Habit,
    Mistaken,
    RoutedCase,
    habits,
    in_lines,
    mistaken,
    proposal_of,
)

ROUTING = read_routing(
    parse_yaml(
        b"services: [waste, parks, other]\nrules:\n"
        b"  - {id: bins, why: x, when: [bin], then: {service: waste}}\n"
        b"  - {id: cross, why: x, when: [cross], then: {category: complaint}}\n",
        "routing.yaml",
    )
)


def case(number: int, text: str, sender: str = "", **corrected: str) -> RoutedCase:
    rules = tuple(rule.id for rule in ROUTING.rules if rule.id == "bins" and "bin" in text)
    given = {"category": "complaint", "service": "waste" if rules else "other"}
    return RoutedCase(f"T-{number}", sender or f"a{number}@home.example", "", text, rules, given, corrected)


PARK_BINS = [case(n, f"The bin in the park by the swings overflows {n}", service="parks") for n in range(3)]
STREET_BINS = [case(10 + n, f"My bin was not emptied in the street {n}") for n in range(4)]


def test_the_rule_that_was_wrong_is_named_with_the_words_that_would_have_told_the_mails_apart() -> None:
    (found,) = mistaken([*PARK_BINS, *STREET_BINS], ROUTING, least=3)

    assert (found.rule, found.what, found.was, found.now, found.routed) == ("bins", "service", "waste", "parks", 7)
    assert found.refs == ("T-0", "T-1", "T-2")
    assert set(found.words) == {"overflows", "park", "swings"}


def test_what_has_been_seen_less_often_is_not_told_and_what_was_put_back_is_no_mistake() -> None:
    assert mistaken([*PARK_BINS, *STREET_BINS], ROUTING, least=4) == ()
    assert mistaken([case(n, "My bin", service="waste") for n in range(5)], ROUTING, least=2) == ()


def test_where_no_rule_held_that_is_said() -> None:
    (found,) = mistaken([case(n, "The swings are broken", service="parks") for n in range(2)], ROUTING, least=2)

    assert (found.rule, found.was, found.now) == (OTHERWISE, "other", "parks")


def test_words_that_stand_everywhere_tell_nothing_apart() -> None:
    cases = [case(n, "The bin again", service="parks") for n in range(3)] + [case(9 + n, "The bin again") for n in range(3)]

    assert mistaken(cases, ROUTING, least=3)[0].words == ()


def test_what_stands_in_any_letter_tells_nothing_apart() -> None:
    """Neither how a letter begins and ends, nor what the rest of the mailbox is full of."""
    of_trees = [
        case(n, f"Dear council, could you please let me know about the fallen {what}", service="parks")
        for n, what in enumerate(("oak", "beech", "oak"))
    ]
    others = [case(10 + n, f"A branch has fallen on my fence {n}") for n in range(9)]

    assert mistaken(of_trees, ROUTING, least=3)[0].words == ("fallen", "oak")
    assert mistaken([*of_trees, *others], ROUTING, least=3)[0].words == ("oak",)


WEIGHED = read_routing(
    parse_yaml(
        b"services: [waste, parks, other]\nrules:\n"
        b"  - {id: a-little, why: x, when: [bin], then: {service: waste, weighs: 2}}\n"
        b"  - {id: much, why: x, when: [lorry], then: {service: waste, weighs: {each: 4, at_most: 8}}}\n"
        b"  - {id: against, why: x, when: [swings], then: {service: waste, weighs: -9}}\n",
        "routing.yaml",
    )
)


def test_of_rules_that_are_weighed_the_one_that_weighs_most_is_named() -> None:
    rules = tuple(rule.id for rule in WEIGHED.rules)
    cases = [replace(one, rules=rules, given={"service": "waste"}) for one in PARK_BINS]

    assert [each.rule for each in mistaken(cases, WEIGHED, least=3)] == ["much"]


def test_two_customers_of_one_provider_are_no_habit() -> None:
    cases = [
        case(n, "Hedge", f"someone{n}@{host}", service="parks")
        for n, host in enumerate(["gmail.com", "gmail.com", "gmail.com"])
    ]

    assert habits(cases, least=3) == ()


def test_a_sender_who_is_always_moved_to_the_same_place_is_a_habit_and_one_exception_ends_it() -> None:
    always = [case(n, "Rats", "pests@firm.example", service="parks") for n in range(3)]

    assert habits(always, least=3) == (Habit("pests@firm.example", "service", "parks", ("T-0", "T-1", "T-2")),)
    assert habits([*always, case(7, "Rats", "pests@firm.example")], least=3) == ()
    assert habits([*always, case(7, "Rats", "pests@firm.example", service="waste")], least=3) == ()


def test_a_domain_is_a_habit_where_several_people_there_are() -> None:
    cases = [case(n, "Rats", f"someone{n}@firm.example", service="parks") for n in range(3)]

    assert [each.sender for each in habits(cases, least=3)] == ["@firm.example"]


# --- a rule to copy ------------------------------------------------------------------------------------------------------


def council_with(*rules: str) -> Council:
    known = load_council("south-staffordshire", today=date(2027, 1, 1))
    return replace(known, routing=as_rules(*rules))


def as_rules(*rules: str) -> Routing:
    head = "services: [waste, parks, environmental_health, other]\nrules:\n"
    return read_routing(parse_yaml((head + "\n".join(rules) + "\n").encode(), "routing.yaml"), officers=["wendy"])


SUGGESTED = [
    Habit("pests@firm.example", "service", "environmental_health", ("T-0", "T-1", "T-2")),
    Habit("@firm.example", "category", "service_request", ("T-0", "T-1", "T-2")),
    Habit("o'neil+yes@firm.example", "officer", "wendy", ("T-0", "T-1", "T-2")),
    Mistaken("bins", "service", "waste", "parks", ("T-0", "T-1"), 7, ("swings", "no", "12th", "don't", "caf\u00e9")),
    Mistaken(OTHERWISE, "category", "complaint", "comment", ("T-0", "T-1"), 7, ("nice",)),
]


@pytest.mark.parametrize("each", SUGGESTED)
def test_a_rule_that_is_offered_loads_passes_its_tests_and_does_what_people_did(each: Mistaken | Habit) -> None:
    rule = proposal_of(each, council_with("  - {id: bins, why: x, when: [bin], then: {service: waste}, tests: {finds: [bin]}}"))
    assert rule is not None

    written = "\n".join(in_lines(rule))
    trial = try_rules(as_rules(written))
    assert (trial.failed, trial.unreached) == ((), ())
    (made,) = as_rules(written).rules
    assert each.now in dict(made.then.said()).values()


def test_a_rule_that_is_offered_has_an_id_that_no_rule_has() -> None:
    taken = "  - {id: from-firm-example-parks, why: x, when: [bin], then: {service: waste}}"
    rule = proposal_of(Habit("@firm.example", "service", "parks", ("T-0",)), council_with(taken))

    assert rule is not None
    assert rule.id == "from-firm-example-parks-2"


@pytest.mark.parametrize(
    "gone",
    [Habit("a@firm.example", "officer", "somebody", ("T-0",)), Habit("a@firm.example", "service", "lifts", ("T-0",))],
)
def test_nothing_is_offered_that_no_rule_can_give(gone: Habit) -> None:
    assert proposal_of(gone, council_with("  - {id: bins, why: x, when: [bin], then: {service: waste}}")) is None
