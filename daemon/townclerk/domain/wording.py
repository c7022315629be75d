"""What a mail says in its own words, without greeting, name and address, and how much of that two mails have in common.

Mails are compared by runs of three words. To find those worth comparing among any number, each has a few keys: mails that
say nearly the same have at least one of them in common, and mails that do not hardly ever have (MinHash, with banding).
"""

import re
from dataclasses import dataclass
from functools import cache
from hashlib import blake2b

from townclerk.domain.phrases import folded, tokens_of
from townclerk.domain.salutation import greets, own_salutation
from townclerk.domain.signing_off import only_closes

RUN = 3  # words
FEWEST_WORDS = 12  # what says less may be the same by chance: "My bin was missed again"
_LONGEST = 40_000  # characters that are compared
_SAMPLE = 256  # runs of a long mail that stand for all of it, those of the smallest hash
_BANDS, _ROWS = 16, 3  # mails that share 7 of 10 runs have a key in common in 99.8 % of cases; 1 of 20, in 0.2 %
_CLOSING_LINES = 12  # from the end, in which a letter closes
_MASK = (1 << 64) - 1
_OF_ONE_PERSON = re.compile(
    r"[\w.+'-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+"  # an address
    r"|\b[a-z]{1,2}\d[a-z\d]?\s?\d[a-z]{2}\b"  # a postcode
    r"|\+?\d[\d\s().-]{6,}\d",  # a telephone number
    re.IGNORECASE,
)
_DIGIT = re.compile(r"\d")
_WORD = re.compile(r"\S+")


@dataclass(frozen=True, slots=True)
class Wording:
    """The runs of words of one mail; none where it says too little to be compared."""

    runs: frozenset[int]

    def repeats(self, other: "Wording") -> float:
        """How much of *other* it says as well, from 0 to 1."""
        return len(self.runs & other.runs) / len(other.runs) if other.runs else 0.0

    def adds_to(self, other: "Wording") -> float:
        """How much of it *other* does not say, from 0 to 1."""
        return 1 - other.repeats(self) if self.runs else 0.0

    def keys(self) -> tuple[str, ...]:
        """What it is found by: two mails are worth comparing where one of these is the same. The same text has the same keys in
        every version of this program, and no key tells anything of the text."""
        if not self.runs:
            return ()
        sample = sorted(self.runs)[:_SAMPLE]
        least = [min((a * run + b) & _MASK for run in sample) for a, b in _permutations()]
        bands = (least[n * _ROWS : (n + 1) * _ROWS] for n in range(_BANDS))
        return tuple(f"{n:02d}{_hash(' '.join(map(str, band))):016x}" for n, band in enumerate(bands))


def wording_of(text: str, writer: str = "") -> Wording:
    """What somebody called *writer* says in *text*, their own words: without how it begins and closes, what stands below that,
    their name, and what else is of one person alone: house numbers, postcodes, telephone numbers."""
    said = _OF_ONE_PERSON.sub(" ", between_greeting_and_closing(text[:_LONGEST]))
    # Each word is looked at once: a pattern for words with a digit in them would begin anew at every letter of a long one.
    said = _WORD.sub(lambda word: " " if _DIGIT.search(word[0]) else word[0], said)
    theirs = {folded(word) for word in tokens_of(writer)}
    words = [word for word in (folded(token) for token in tokens_of(said)) if word and word not in theirs]
    if len(words) < FEWEST_WORDS:
        return Wording(frozenset())
    return Wording(frozenset(_hash(" ".join(words[n : n + RUN])) for n in range(len(words) - RUN + 1)))


def between_greeting_and_closing(text: str) -> str:
    """What somebody says in *text*, without how it begins, how it closes and what stands below that."""
    lines = [line for line in text.split("\n") if line.strip()]
    greeting = own_salutation("\n".join(lines[:2]))
    if len(lines) > 1 and (greeting or greets(lines[0])) and len(lines[0].split()) <= FEWEST_WORDS:
        lines = lines[1:]
    elif lines:
        lines[0] = lines[0].removeprefix(greeting)
    for n in range(max(1, len(lines) - _CLOSING_LINES), len(lines)):
        if only_closes(lines[n]):
            return "\n".join(lines[:n])
    return "\n".join(lines)


def _hash(said: str) -> int:
    return int.from_bytes(blake2b(said.encode("utf-8", "backslashreplace"), digest_size=8).digest())


@cache
def _permutations() -> tuple[tuple[int, int], ...]:
    return tuple((_hash(f"a{n}") | 1, _hash(f"b{n}")) for n in range(_BANDS * _ROWS))
