"""What the rules of each council make of mails as residents write them: the tables beside this file."""

import pytest

from config.mails import Mail, officers_of, read, routing_of, table
from townclerk.config.shipped import shipped_councils
from townclerk.domain.routing import try_rules

MAILS = [(council, each) for council in shipped_councils() for each in table(council)]

# Who deals with complaints at each council, and must be there for each of its services
ANSWERING = {
    "north-somerset": ("service", "director"),
    "south-derbyshire": ("head_of_service", "executive_director"),
    "south-staffordshire": ("service",),
    "stoke-on-trent": ("complaint_handler", "senior_manager"),
    "west-lindsey": ("team_manager",),
}


@pytest.mark.parametrize(("council", "each"), MAILS, ids=[f"{c}, {each.kind}: {each.subject}"[:70] for c, each in MAILS])
def test_a_mail_gets_the_category_the_service_and_the_marks_that_a_clerk_would_give(council: str, each: Mail) -> None:
    """Category, service, alerts and suspected exclusions, each mail as a whole."""
    found = read(council, each.subject, each.text, each.sender)

    assert each.kind == f"{found.category}/{found.service}", found.because
    assert (sorted(each.alerts), sorted(each.exclusions)) == (sorted(found.alerts), sorted(found.exclusions))


@pytest.mark.parametrize("council", shipped_councils())
def test_every_exclusion_that_is_suspected_has_been_seen_to_be(council: str) -> None:
    suspected = {code for of, each in MAILS if of == council for code in each.exclusions}

    assert {code for rule in routing_of(council).rules for code in rule.then.suspects} == suspected


@pytest.mark.parametrize("council", shipped_councils())
def test_the_mails_that_stand_with_the_rules_come_out_as_they_say_and_reach_every_rule(council: str) -> None:
    trial = try_rules(routing_of(council))

    assert [(each.rule.id, each.test.mail.text) for each in trial.failed] == []
    assert [rule.id for rule in trial.unreached] == []


@pytest.mark.parametrize("council", shipped_councils())
def test_somebody_of_the_example_roster_answers_for_every_service(council: str) -> None:
    roster, services = officers_of(council), routing_of(council).services

    for role in ANSWERING[council]:
        alone = any(role in officer.roles and not officer.services for officer in roster.officers)
        assert all(alone or any(s in o.services for o in roster.officers if role in o.roles) for s in services)
