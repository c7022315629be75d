"""Where no rule gives a category or a service at once, those with `weighs` are weighed against each other."""

import pytest

from domain.samples import council, incoming
from townclerk.config.routing_file import read_routing
from townclerk.config.yaml import parse_yaml
from townclerk.domain.decide.opening import category_policy
from townclerk.domain.routing import explain_route, route
from townclerk.domain.words import Category

ROUTING = read_routing(
    parse_yaml(
        b"""
services: [waste, parks, other]
rules:
  - {id: cross, why: cross, when: [fed up, ridiculous, useless], then: {category: complaint, weighs: {each: 2, at_most: 4}}}
  - {id: asks, why: asks, when: [please, could you], then: {category: service_request, weighs: 3}}
  - {id: idea, why: idea, when: [idea], then: {category: comment, weighs: 1}}
  - {id: thanks, why: thanks, when: [thank you], then: {category: compliment, weighs: 4}}
  - {id: but, why: but, when: [but], then: {category: compliment, weighs: -3}}
  - {id: bins, why: bins, when: [bin, lid], then: {service: waste, weighs: {each: 2, at_most: 4}}}
  - {id: trees, why: trees, when: [tree], then: {service: parks, weighs: 3}}
  - {id: trees-named, why: named, when: {subject: [tree]}, then: {service: parks, weighs: 2}}
  - {id: plain, why: plain, when: [plainly a comment], then: {category: comment}}
""",
        "routing.yaml",
    )
)


@pytest.mark.parametrize(
    ("text", "category"),
    [
        ("please", Category.SERVICE_REQUEST),
        ("please, I am fed up", Category.SERVICE_REQUEST),
        ("please, I am fed up, it is ridiculous", Category.COMPLAINT),
        ("thank you, could you", Category.COMPLIMENT),
        ("thank you, but could you", Category.SERVICE_REQUEST),
    ],
)
def test_what_weighs_most_together_wins(text: str, category: Category) -> None:
    found = route(incoming(text), ROUTING)

    assert found.category is category
    assert not found.doubtful


def test_each_different_word_counts_once_and_all_together_no_more_than_at_most() -> None:
    assert route(incoming("fed up, fed up"), ROUTING).weights["category"] == {"complaint": 2}
    assert route(incoming("fed up, ridiculous, useless"), ROUTING).weights["category"] == {"complaint": 4}


def test_a_rule_that_gives_it_at_once_is_not_weighed_wherever_it_stands() -> None:
    found = route(incoming("please, thank you, plainly a comment"), ROUTING)

    assert (found.category, "category" in found.weights) == (Category.COMMENT, False)


def test_a_category_for_which_next_to_nothing_speaks_is_not_given() -> None:
    found = route(incoming("an idea"), ROUTING)

    assert (found.category, found.doubtful) == (Category.COMPLAINT, True)


def test_the_service_that_weighs_most_wins_and_a_little_is_enough() -> None:
    assert route(incoming("my bin under a tree"), ROUTING).service == "parks"
    assert route(incoming("the lid of my bin under a tree"), ROUTING).service == "waste"
    assert route(incoming("the lid of my bin", "the tree"), ROUTING).service == "parks"
    assert route(incoming("my bin"), ROUTING).service == "waste"
    assert route(incoming("anything"), ROUTING).service == "other"


def test_only_the_rules_that_speak_for_it_are_named_as_its_reasons() -> None:
    assert route(incoming("please, I am fed up, my bin"), ROUTING).rules == ("asks", "bins")


def test_one_that_is_weighed_keeps_no_other_from_counting() -> None:
    tried = {each.rule.id: each for each in explain_route(incoming("please, I am fed up, plainly a comment"), ROUTING)}

    assert tried["cross"].overruled == tried["asks"].overruled == tried["plain"].overruled == ()


def test_nobody_who_advertises_and_no_machine_gets_a_receipt_but_a_person_decides() -> None:
    for category in (Category.SPAM, Category.AUTOMATIC):
        assert (category_policy(category, council()).receipt, category_policy(category, council()).decide) == (False, True)
