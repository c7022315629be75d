"""What rules make of a mail: the first category and service, every alert, and only of the sender's own words."""

from dataclasses import replace

import pytest

from domain.samples import council, incoming
from townclerk.config.routing_file import read_routing
from townclerk.config.yaml import parse_yaml
from townclerk.domain.routing import route
from townclerk.domain.words import Alert, Category

ROUTING = read_routing(
    parse_yaml(
        b"""
services: [waste, parks, other]
rules:
  - {id: thanks, why: thanks, when: {anywhere: [thank*], not: [no thanks]}, then: {category: compliment}}
  - {id: idea, why: idea, when: [idea], then: {category: comment}}
  - {id: office, why: from the office, when: {sender: "@office.example"}, then: {category: not_ours}}
  - {id: bins, why: bins, when: [bin], then: {service: waste}}
  - {id: trees, why: trees, when: {subject: [tree]}, then: {service: parks}}
  - {id: gas, why: gas, when: {text: [gas]}, then: {alert: emergency_hazard}}
  - {id: gas-again, why: gas again, when: {text: [gas]}, then: {alert: emergency_hazard}}
  - {id: abuse, why: abuse, when: {text: [racist]}, then: {alert: hate_crime}}
""",
        "routing.yaml",
    )
)


@pytest.mark.parametrize(
    ("text", "category"),
    [
        ("thank you, an idea", Category.COMPLIMENT),
        ("an idea", Category.COMMENT),
        ("no thanks, an idea", Category.COMMENT),
        ("anything", Category.COMPLAINT),
        ("", Category.COMPLAINT),
    ],
)
def test_the_first_rule_that_holds_gives_the_category_and_in_doubt_it_is_a_complaint(text: str, category: Category) -> None:
    assert category is route(incoming(text), ROUTING).category


def test_the_service_is_looked_for_where_the_rule_says() -> None:
    assert route(incoming("my bin under a tree"), ROUTING).service == "waste"
    assert route(incoming("it is down", "a TREE"), ROUTING).service == "parks"
    assert route(incoming("a tree is down"), ROUTING).service == "other"


def test_every_alert_counts_once_and_the_reasons_are_kept() -> None:
    found = route(incoming("gas! and racist words"), ROUTING)

    assert found.alerts == (Alert.EMERGENCY_HAZARD, Alert.HATE_CRIME)
    assert found.because == ("gas", "gas again", "abuse")


def test_what_the_sender_quotes_says_nothing_about_their_mail() -> None:
    mail = replace(incoming("Any news?"), text="Any news?\n> there is a smell of gas, thank you for the bin")

    assert route(mail, ROUTING) == route(incoming("Any news?"), ROUTING)


def test_a_sender_may_decide() -> None:
    assert Category.NOT_OURS is route(incoming("hello", sender="x@office.example"), ROUTING).category


@pytest.mark.parametrize(
    "text", ["I am happy with your answer, thank you.", "I do not want a review.", "No need for a review, thanks."]
)
def test_the_shipped_rules_do_not_take_a_content_resident_for_another(text: str) -> None:
    assert not {"review_request", "dissatisfied"} & route(incoming(text), council().routing).signals
