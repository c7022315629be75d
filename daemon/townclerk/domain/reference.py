"""A case's reference: short, safe over a telephone, recognised however people type it.

`SS-26-0042-K`: the council's letters, the year, a number counted within the year, and a check letter. The letter is the
Damm check digit of year and number, which finds every single wrong digit and every pair of digits that changed places; it
is written as one of ten letters that nobody mistakes for another, or for a digit, when they hear or read it.
"""

import re
import unicodedata
from dataclasses import dataclass

from stdnum import damm

CHECK_LETTERS = "HKMQRTWXYZ"
_MEANT_AS_DIGIT = str.maketrans("OoIilL", "001111")
_PADDED = 4  # a number is written with at least so many digits
_JOINT = r"[\s\-_./:·–—‐‑]{0,3}"


@dataclass(frozen=True, slots=True)
class Reference:
    prefix: str
    year: int  # the last two digits
    number: int

    @property
    def digits(self) -> str:
        return f"{self.year:02d}{self.number:0{_PADDED}d}"

    @property
    def check(self) -> str:
        return CHECK_LETTERS[int(damm.calc_check_digit(self.digits))]

    def __str__(self) -> str:
        return f"{self.prefix}-{self.digits[:2]}-{self.digits[2:]}-{self.check}"

    @property
    def compact(self) -> str:
        """As it stands in an address: `ss260042k`."""
        return f"{self.prefix}{self.digits}{self.check}".lower()


def compacted(ref: str) -> str:
    """*ref* as signed addresses hold it: small letters and digits, nothing between."""
    return ref.replace("-", "").lower()


def find_references(text: str, prefix: str) -> tuple[str, ...]:
    """Every right reference in *text*, written properly, in order, without repeats. Wrong ones are not seen at all."""
    folded = unicodedata.normalize("NFKC", text)
    found = (_read(match, prefix) for match in _pattern(prefix).finditer(folded))
    return tuple(dict.fromkeys(str(reference) for reference in found if reference is not None))


def _pattern(prefix: str) -> re.Pattern[str]:
    """Every repeat is bounded, so it takes time in proportion to the text."""
    letters = r"\s?".join(re.escape(letter) for letter in prefix)
    digit = "[0-9OoIilL]"
    return re.compile(
        rf"(?<![A-Za-z0-9]){letters}{_JOINT}({digit}{{2}}){_JOINT}({digit}{{1,7}}){_JOINT}([{CHECK_LETTERS}])(?![A-Za-z0-9])",
        re.I,
    )


def _read(match: re.Match[str], prefix: str) -> Reference | None:
    year, number = (match[group].translate(_MEANT_AS_DIGIT) for group in (1, 2))
    if len(number) > _PADDED and number.startswith("0"):  # we never write it so: two digits have changed places
        return None
    reference = Reference(prefix, int(year), int(number))
    return reference if reference.check == match[3].upper() else None
