"""Lengths of time as a policy counts them."""

from dataclasses import dataclass
from enum import StrEnum


class Unit(StrEnum):
    WORKING_DAY = "working_day"
    CALENDAR_DAY = "calendar_day"
    MONTH = "month"
    YEAR = "year"


@dataclass(frozen=True, slots=True)
class Duration:
    n: int
    unit: Unit

    @classmethod
    def read(cls, words: str) -> "Duration | None":
        """What `str` of a duration says, or None: it says something else."""
        number, _, unit = words.partition(" ")
        known = {each.value.replace("_", " "): each for each in Unit}
        found = known.get(unit.removesuffix("s"))
        return cls(int(number), found) if number.isdigit() and found is not None else None

    def __str__(self) -> str:
        name = self.unit.value.replace("_", " ")
        return f"{self.n} {name}{'' if self.n == 1 else 's'}"
