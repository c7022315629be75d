"""What the rules of South Derbyshire make of mails as residents write them."""

from functools import partial

from config import mails

read = partial(mails.read, "south-derbyshire")


def test_who_stays_anonymous_and_what_is_serious_are_heard() -> None:
    serious = read("anonymous", "I won't give my name. The gate at the depot will fall on somebody.").signals
    harmless = read("anonymous", "I won't give my name. The grass is too long.").signals

    assert {"anonymous", "serious"} <= serious
    assert {"anonymous", "serious"} & harmless == {"anonymous"}
