"""Patterns of the linear-time engine, behind types. An admin's pattern can be wrong; it can never be slow."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import re2

from townclerk.config.reading import Refused
from townclerk.domain.routing import Pattern

MAX_MEMORY = 8 << 20  # bytes, for one pattern and its tables
LONGEST = 1000
KEPT = 4096  # compiled patterns
APOSTROPHES = "['’‘ʼ`´]"
SPACES = r"[\s\x{00a0}]+"
# re2's \b knows ASCII letters alone; a Welsh or Polish word must end where a reader sees it end.
BEFORE = r"(?:^|[^\p{L}\p{N}_])"
AFTER = r"(?:$|[^\p{L}\p{N}_])"
_SURROGATE = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class LinearPattern:
    """A compiled pattern that ignores case. `written` is what stands in the file."""

    written: str
    _compiled: object

    def search(self, text: str) -> object | None:
        # A lone surrogate, as broken mails have, cannot be encoded for the engine.
        found: object | None = self._compiled.search(_SURROGATE.sub("\ufffd", text))  # type: ignore[attr-defined]  # re2 has no types
        return found


def compile_pattern(written: str) -> Pattern:
    """A regular expression. Raises Refused with plain words where the engine does not take it."""
    if not written or len(written) > LONGEST:
        raise Refused(f"a pattern has between 1 and {LONGEST} characters", "divide it into several")
    pattern = LinearPattern(written, _compile(written))
    if pattern.search("") is not None:
        raise Refused(f'the pattern "{written}" is found in every mail', "write what must stand there")
    return pattern


def compile_phrases(phrases: Sequence[str]) -> Pattern:
    """Plain words, any of *phrases* as `check_phrase` let them through: whole words in any case, white space folded, any
    apostrophe; * at the end of a word is any ending. One pattern for all is read once, however many they are."""
    either = "|".join(SPACES.join(_word(part) for part in phrase.split()) for phrase in phrases)
    return LinearPattern(", ".join(phrases), _compile(f"{BEFORE}(?:{either}){AFTER}"))


def check_phrase(written: str) -> str:
    """*written*, where it is a phrase. Raises Refused."""
    parts = written.split()
    if not parts or len(written) > LONGEST or not any(character.isalnum() for character in written):
        raise Refused(f'"{written}" is no phrase', 'write words, for instance "missed bin" or "bin* not collected"')
    if any("*" in part.rstrip("*") or part.strip("*") == "" for part in parts):
        raise Refused(f'"{written}" has a * in the wrong place', 'it stands at the end of a word: "collect*"')
    if _SURROGATE.search(written):
        raise Refused("the phrase holds half a character", "write it anew")
    return written


def _word(part: str) -> str:
    escaped = str(re2.escape(part.rstrip("*")))
    for apostrophe in ("\\'", "'", "\\’", "’"):
        escaped = escaped.replace(apostrophe, "\0")
    ending = r"[\p{L}\p{N}_]*" if part.endswith("*") else ""
    return escaped.replace("\0", f"{APOSTROPHES}?") + ending


def compile_sender(written: str) -> Pattern:
    """An address, or "@lgo.org.uk" for everybody there and below it."""
    name, at, host = written.strip().rpartition("@")
    if not at or not host or " " in written.strip() or "*" in name:
        raise Refused(f'"{written}" is neither an address nor a domain', 'write "ann@council.example" or "@council.example"')
    before = f"^{re2.escape(name)}@" if name else r"[@.]"
    return LinearPattern(written, _compile(f"{before}{re2.escape(host)}$"))


@lru_cache(maxsize=KEPT)
def _compile(written: str) -> object:
    """The engine's own: councils that share rules share its tables too."""
    options = re2.Options()
    options.case_sensitive = False
    options.max_mem = MAX_MEMORY
    options.log_errors = False
    try:
        return re2.compile(written, options)
    except re2.error as error:
        reason = error.args[0].decode() if isinstance(error.args[0], bytes) else str(error.args[0])
        raise Refused(f'the pattern "{written}" is refused: {reason}', _advice(written)) from None
    except UnicodeEncodeError:
        raise Refused("the pattern holds half a character", "write it anew") from None


def _advice(written: str) -> str:
    if any(sign in written for sign in ("(?=", "(?!", "(?<=", "(?<!", "(?>")):
        return "looking ahead or behind is not possible; use unless: for what must not stand there"
    if re.search(r"\\[1-9]", written):
        return "repeating what was found before (\\1) is not possible"
    return 'look for an unmatched bracket, or write plain words under "words"'
