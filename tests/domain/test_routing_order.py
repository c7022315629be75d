"""What rules make of a mail: the first category and service, every alert, and only of the sender's own words."""

import re
from dataclasses import replace

import pytest

from domain.samples import council, incoming
from townclerk.domain.routing import Condition, Pattern, Routing, Rule, route
from townclerk.domain.words import Alert, Category


def words(*found: str) -> tuple[Pattern, ...]:
    return tuple(re.compile(word, re.I) for word in found)


ROUTING = Routing(
    categories=(
        Rule("thanks", "compliment", Condition(anywhere=words("thank"), unless=words("no thank"))),
        Rule("idea", "comment", Condition(anywhere=words("idea"))),
        Rule("from the office", "not_ours", Condition(sender=words("@office"))),
    ),
    services=(
        Rule("bins", "waste", Condition(anywhere=words("bin"))),
        Rule("trees", "parks", Condition(subject=words("tree"))),
    ),
    alerts=(
        Rule("gas", "emergency_hazard", Condition(text=words("gas"))),
        Rule("gas again", "emergency_hazard", Condition(text=words("gas"))),
        Rule("abuse", "hate_crime", Condition(text=words("racist"))),
    ),
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
