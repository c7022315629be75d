"""What people say beside the matter itself: found where it is meant, and not where the same words mean something else."""

import pytest

from config.mails import read, what_people_say
from townclerk.domain.routing import Signal

SAID = what_people_say("said")
NOT_SAID = what_people_say("not_said")


def signals(text: str) -> frozenset[str]:
    """Of an answer to one of our letters."""
    return read("south-staffordshire", "Re: [SS-26-0042-K] Your complaint", text).signals


@pytest.mark.parametrize(("signal", "text"), SAID)
def test_what_is_said_is_heard(signal: str, text: str) -> None:
    assert signal in signals(text)


@pytest.mark.parametrize(("signal", "text"), NOT_SAID)
def test_what_is_not_said_is_not_heard(signal: str, text: str) -> None:
    """The same words in another sense, or the other way round."""
    assert signal not in signals(text)


def test_nobody_agrees_and_disagrees_at_once() -> None:
    """An answer to a proposed date goes one way, or to a person."""
    everything = {text for _, text in (*SAID, *NOT_SAID)}

    assert [text for text in everything if {Signal.AGREES, Signal.DISAGREES} <= signals(text)] == []
    assert [text for text in everything if {Signal.COPY_WANTED, Signal.STOP_COPYING} <= signals(text)] == []
