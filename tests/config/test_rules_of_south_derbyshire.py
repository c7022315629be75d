"""What the rules of South Derbyshire make of mails as residents write them."""

from functools import partial

import pytest

from config import mails
from config.mails import Mail, officers_of, routing_of, table

COUNCIL = "south-derbyshire"
MAILS = table(COUNCIL)
read = partial(mails.read, COUNCIL)


@pytest.mark.parametrize("each", MAILS, ids=lambda each: f"{each.kind}: {each.subject}"[:50])
def test_a_mail_gets_the_category_the_service_and_the_marks_that_a_clerk_would_give(each: Mail) -> None:
    """Category, service, alerts and suspected exclusions, each mail as a whole."""
    found = read(each.subject, each.text, each.sender)

    assert each.kind == f"{found.category}/{found.service}", found.because
    assert (sorted(each.alerts), sorted(each.exclusions)) == (sorted(found.alerts), sorted(found.exclusions))


def test_every_rule_of_this_council_has_been_seen_to_hold() -> None:
    """Its own ones: the shared rules are tried with the mails of all councils."""
    tried = {name for each in MAILS for name in read(each.subject, each.text, each.sender).because}

    assert mails.own_rules(COUNCIL) - tried == set()
    assert {each.gives for each in routing_of(COUNCIL).exclusions} == {code for each in MAILS for code in each.exclusions}


def test_somebody_of_the_example_roster_answers_for_every_service() -> None:
    roster, services = officers_of(COUNCIL), routing_of(COUNCIL).service_names

    for role in ("head_of_service", "executive_director"):
        alone = any(role in officer.roles and not officer.services for officer in roster.officers)
        assert all(alone or any(s in o.services for o in roster.officers if role in o.roles) for s in services)


def test_who_stays_anonymous_and_what_is_serious_are_heard() -> None:
    serious = read("anonymous", "I won't give my name. The gate at the depot will fall on somebody.").signals
    harmless = read("anonymous", "I won't give my name. The grass is too long.").signals

    assert {"anonymous", "serious"} <= serious
    assert {"anonymous", "serious"} & harmless == {"anonymous"}
