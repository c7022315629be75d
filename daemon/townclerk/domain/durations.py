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

    def __str__(self) -> str:
        name = self.unit.value.replace("_", " ")
        return f"{self.n} {name}{'' if self.n == 1 else 's'}"
