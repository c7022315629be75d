"""The rules that councils share: each of them has been seen to hold somewhere."""

import pytest

from config.mails import read, routing_of, table, what_people_say
from townclerk.config.shipped import shipped_files

COUNCILS = ("south-staffordshire", "north-somerset", "stoke-on-trent", "west-lindsey", "south-derbyshire")


@pytest.mark.parametrize("council", ["stoke-on-trent", "north-somerset"])
def test_every_shared_rule_that_only_some_councils_name_has_been_seen_to_hold(council: str) -> None:
    """Those of landlords and of unitary councils; the others are tried with the mails to one that names all of them."""
    everywhere = {rule.id for rule in routing_of("south-staffordshire").rules}
    here = {rule.id for rule in routing_of(council).rules if rule.then.service or rule.then.alerts} - everywhere
    tried = {
        name for each in COUNCILS[1:] for mail in table(each) for name in read(each, mail.subject, mail.text, mail.sender).rules
    }

    assert here - tried == set()


def test_every_shared_file_is_named_by_some_council() -> None:
    """And none that is not there: those would not load."""
    assert {path.stem for path in shipped_files("rules", "shared/*.yaml")} == {
        "categories",
        "services",
        "alerts",
        "signals",
        "unitary_services",
        "landlord",
        "home_repairs",
    }


@pytest.mark.parametrize("council", COUNCILS)
def test_what_people_say_is_heard_by_every_council(council: str) -> None:
    """The rules of one council do not take away what the shared ones hear."""
    unheard = [
        (signal, text)
        for signal, text in what_people_say("said")
        if signal not in read(council, "Re: your letter", text).signals
    ]

    assert unheard == []
