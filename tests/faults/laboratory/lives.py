"""The lives of the daemon, drawn from a seed: how long each lasts, what is written in it, what befalls it and how it ends."""

import random
import signal
from collections.abc import Sequence
from dataclasses import dataclass

FROM_COLD = 0.004  # of lives: the rest are forks of a program that has been read
ASKED_TO_STOP = 0.03
TROUBLED = 0.25
# How long lives last, in seconds, and how many of them: most are over before they have well begun, some get on with work, and a
# few get through what waits, letter by letter, with faults on every wire.
SPANS, SHARES = ((0.02, 0.6), (0.6, 2.0), (2.0, 5.0), (20.0, 40.0)), (60, 12, 26, 2)


@dataclass(frozen=True, slots=True)
class Plan:
    """One life. `writes`: when somebody complains, in seconds from its beginning. `trouble` comes at `comes` and lasts `lasts`
    seconds, into a later life if need be."""

    number: int
    seconds: float
    writes: tuple[float, ...]
    tls: bool
    cold: bool
    end: signal.Signals
    trouble: str | None
    comes: float
    lasts: float


def plan(seed: object, number: int, troubles: Sequence[str]) -> Plan:
    """The life of this number. *troubles* are the names of those that can be made here."""
    chance = random.Random(f"{seed}/life {number}")  # noqa: S311  # moments, not secrets
    cold = chance.random() < FROM_COLD
    seconds = chance.uniform(*chance.choices(SPANS, SHARES)[0]) + (6 if cold else 0)
    writes = tuple(sorted(chance.uniform(0, seconds) for _ in range(chance.choice((0, 0, 1, 1, 2)))))
    end = signal.SIGTERM if chance.random() < ASKED_TO_STOP else signal.SIGKILL
    trouble = chance.choice(troubles) if troubles and chance.random() < TROUBLED else None
    comes, lasts = chance.uniform(0, seconds), chance.uniform(0.3, 2.5)
    return Plan(number, seconds, writes, chance.random() < 0.5, cold, end, trouble, comes, lasts)
