"""What people's corrections say of the rules."""

from townclerk.config.routing_file import read_routing
from townclerk.config.yaml import parse_yaml
from townclerk.domain.suggesting import OTHERWISE, Habit, RoutedCase, habits, mistaken

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


def test_a_sender_who_is_always_moved_to_the_same_place_is_a_habit_and_one_exception_ends_it() -> None:
    always = [case(n, "Rats", "pests@firm.example", service="parks") for n in range(3)]

    assert habits(always, least=3) == (Habit("pests@firm.example", "service", "parks", ("T-0", "T-1", "T-2")),)
    assert habits([*always, case(7, "Rats", "pests@firm.example")], least=3) == ()
    assert habits([*always, case(7, "Rats", "pests@firm.example", service="waste")], least=3) == ()


def test_a_domain_is_a_habit_where_several_people_there_are() -> None:
    cases = [case(n, "Rats", f"someone{n}@firm.example", service="parks") for n in range(3)]

    assert [each.sender for each in habits(cases, least=3)] == ["@firm.example"]
