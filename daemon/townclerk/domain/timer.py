"""A moment at which a case is to be looked at again."""

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class Timer:
    """A moment at which the case is to be decided again. `act` names what is then looked at: see `decide.waking`."""

    key: str
    at: datetime
    act: str
    deadline: str | None = None
    step: int = 0
    day: date | None = None  # of an overdue notice: the date that was missed
