"""How a promise stands: by what keeps it, and by what has been shown."""

import pytest

from townclerk.domain.register import KeptBy, Mode, Reference, Register, Registered, State, standing, standings, tallies


def promise(*kinds: KeptBy, why: str = "", mode: Mode = Mode.AUTO, number: int = 1) -> Registered:
    kept_by = tuple(Reference(kind, "" if kind is KeptBy.NOTHING else "x") for kind in kinds)
    return Registered(f"SM-{number:03}", "We will.", mode, "It does.", kept_by, why=why)


@pytest.mark.parametrize(
    ("kinds", "claims", "passed", "state"),
    [
        ((KeptBy.LETTER,), (), None, State.KEPT),
        ((KeptBy.LETTER,), (), {"story"}, State.KEPT),
        ((KeptBy.LETTER,), ("story",), None, State.KEPT),
        ((KeptBy.LETTER,), ("story",), {"other"}, State.KEPT),
        ((KeptBy.LETTER,), ("story",), {"story"}, State.PROVEN),
        ((KeptBy.LETTER,), ("story", "failed"), {"story"}, State.PROVEN),
        ((KeptBy.LETTER, KeptBy.PERSON), ("story",), {"story"}, State.PROVEN),
        ((KeptBy.PERSON,), (), {"story"}, State.PERSON),
        ((KeptBy.PERSON,), ("story",), {"story"}, State.PERSON),
        ((KeptBy.NOTHING,), ("story",), {"story"}, State.NOT_KEPT),
    ],
)
def test_only_what_something_keeps_and_a_story_has_shown_is_proven(
    kinds: tuple[KeptBy, ...], claims: tuple[str, ...], passed: set[str] | None, state: State
) -> None:
    """A story cannot prove what is left to a person, or to nobody."""
    assert standing(promise(*kinds, why="A reason."), claims, passed).state is state


def test_what_is_not_proven_says_why() -> None:
    assert standing(promise(KeptBy.LETTER), (), set()).why == "no scenario shows it"
    assert standing(promise(KeptBy.LETTER), ("story",), set()).why == "did not come out: story"
    assert standing(promise(KeptBy.LETTER, why="Too slow."), (), set()).why == "Too slow."
    assert standing(promise(KeptBy.LETTER), ("story",), {"story"}).why == ""


def test_a_share_is_never_rounded_up() -> None:
    """Of three, two are 66 %; what must be at least so much is not reached by rounding."""
    modes = (Mode.AUTO, Mode.ENFORCE, Mode.ENFORCE, Mode.PROMPT)
    register = Register("small", tuple(promise(KeptBy.LETTER, mode=mode, number=n) for n, mode in enumerate(modes)))
    found = standings(register, {"SM-000": ("story",), "SM-002": ("story",)}, {"story"})

    assert [str(tally) for tally in tallies(found)] == ["AUTO and ENFORCE: 2 of 3 proven (66 %)", "PROMPT: 0 of 1 proven (0 %)"]
