"""What the rules of Stoke-on-Trent make of mails as residents write them."""

from functools import partial

import pytest

from config import mails
from config.mails import Mail, officers_of, routing_of, table

COUNCIL = "stoke-on-trent"
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

    for role in ("complaint_handler", "senior_manager"):
        alone = any(role in officer.roles and not officer.services for officer in roster.officers)
        assert all(alone or any(s in o.services for o in roster.officers if role in o.roles) for s in services)


def test_an_expression_of_concern_alone_leaves_the_category_to_a_person() -> None:
    """It is taken for a complaint meanwhile, and said to be a concern."""
    concern = read("Underpass", "I am concerned about the underpass in Etruria.")
    complaint = read("Underpass", "I am concerned about the underpass in Etruria, and this is a complaint.")

    assert (concern.doubtful, complaint.doubtful) == (True, False)
    assert "concern" in concern.signals
