"""The rules that councils share: each file is named by some council, and hears what people say."""

import pytest

from config.mails import read, what_people_say
from townclerk.config.shipped import shipped_files

COUNCILS = ("south-staffordshire", "north-somerset", "stoke-on-trent", "west-lindsey", "south-derbyshire")


def test_every_shared_file_is_named_by_some_council() -> None:
    """And none that is not there: those would not load."""
    assert {path.stem for path in shipped_files("rules", "shared/*.yaml")} == {
        "categories",
        "services",
        "alerts",
        "signals",
        "information",
        "unitary_services",
        "landlord",
        "home_repairs",
        "unwanted",
        "persons",
        "at_risk",
        "despair",
        "hazards",
        "hatred",
        "other_languages",
        "in_few_words",
        "told_sideways",
        "dishonesty",
        "wrongdoing",
        "reads_like",
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
