"""Patterns of the linear-time engine, behind types. An admin's pattern can be wrong; it can never be slow."""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

import re2

from townclerk.config.reading import Refused
from townclerk.domain.phrases import APOSTROPHES, PARSED, WrongBrackets, check_choices, tokens_of

MAX_MEMORY = 8 << 20  # bytes, for one pattern and its tables
LONGEST = 1000
KEPT = 4096  # compiled patterns
AT_ONCE = 500  # patterns that share one filter
_SURROGATE = re.compile("[\ud800-\udfff]")
_BRACKETS = re.compile(r"[()|]|\.\.")


class LinearPatterns:
    """All the patterns of a council, which ignore case. Each runs only where what it cannot do without stands in the text."""

    def __init__(self, written: Iterable[str]) -> None:
        self._written = tuple(dict.fromkeys(written))
        self._filters = tuple(self._filter(self._written[n : n + AT_ONCE]) for n in range(0, len(self._written), AT_ONCE))

    def _filter(self, written: tuple[str, ...]) -> tuple[tuple[str, ...], object]:
        found = re2.Filter()
        for each in written:
            found.Add(each, _options())
        found.Compile()
        return written, found

    def found(self, text: str) -> frozenset[str]:
        # A lone surrogate, as broken mails have, cannot be encoded for the engine.
        whole = _SURROGATE.sub("\ufffd", text)
        return frozenset(
            written[n]
            for written, each in self._filters
            for n in each.Match(whole) or ()  # type: ignore[attr-defined]  # re2 has no types
        )

    def places(self, pattern: str, text: str) -> Iterator[tuple[int, int]]:
        for match in _compile(pattern).finditer(_SURROGATE.sub("\ufffd", text)):  # type: ignore[attr-defined]  # as above
            if match.start() < match.end():
                yield match.span()


def check_pattern(written: str) -> str:
    """*written*, where it is a regular expression that the engine takes and that is not found in every mail. Raises Refused."""
    if not written or len(written) > LONGEST:
        raise Refused(f"a pattern has between 1 and {LONGEST} characters", "divide it into several")
    compiled = _compile(written)
    if compiled.search("") is not None:  # type: ignore[attr-defined]  # as above
        raise Refused(f'the pattern "{written}" is found in every mail', "write what must stand there")
    return written


@lru_cache(maxsize=PARSED)
def check_phrase(written: str) -> str:
    """*written*, where it is a phrase. Raises Refused."""
    if len(written) > LONGEST or not any(tokens_of(written)):
        raise Refused(f'"{written}" is no phrase', 'write words, for instance "missed bin" or "bin* not collected"')
    _check_brackets(written)
    parts = _BRACKETS.sub(" ", written).split()
    if any("*" in part.rstrip("*") or part.strip("*") == "" for part in parts):
        raise Refused(f'"{written}" has a * in the wrong place', 'it stands at the end of a word: "collect*"')
    if not ((written[0].isalnum() or written[0] == "(") and (written[-1].isalnum() or written[-1] in f"*){APOSTROPHES}")):
        raise Refused(f'"{written}" begins or ends with a sign', "leave it out, or write it as a pattern")
    if _SURROGATE.search(written):
        raise Refused("the phrase holds half a character", "write it anew")
    return written


def _check_brackets(written: str) -> None:
    """Raises Refused where what stands in brackets is no choice, or what is left out stands at an end."""
    try:
        check_choices(written)
    except WrongBrackets as wrong:
        what, instead = wrong.args
        raise Refused(f'"{written}" {what}', instead) from None


def _options() -> object:
    options = re2.Options()
    options.case_sensitive = False
    options.max_mem = MAX_MEMORY
    options.log_errors = False
    return options


@lru_cache(maxsize=KEPT)
def _compile(written: str) -> object:
    """The engine's own: councils that share rules share its tables too."""
    try:
        return re2.compile(written, _options())
    except re2.error as error:
        reason = error.args[0].decode() if isinstance(error.args[0], bytes) else str(error.args[0])
        raise Refused(f'the pattern "{written}" is refused: {reason}', _advice(written, reason)) from None
    except UnicodeEncodeError:
        raise Refused("the pattern holds half a character", "write it anew") from None


def _advice(written: str, reason: str) -> str:
    if any(sign in written for sign in ("(?=", "(?!", "(?<=", "(?<!", "(?>")):
        return "looking ahead or behind is not possible; use not: for what must not stand there"
    if re.search(r"\\[1-9]", written):
        return "repeating what was found before (\\1) is not possible"
    if reason.startswith("invalid repetition size"):
        return "write smaller numbers in { }, or + in their place: nothing may be repeated more than 1000 times, all told"
    return "look for an unmatched bracket, or write plain words"
