"""Where a letter to the resident begins in what an officer wrote: with its own "Dear Ms Patel"."""

import re

from townclerk.domain.typed import plain

_TITLE = r"(?:mr|mrs|ms|miss|mx|dr|cllr|councillor|sir|madam|syr|mrs?\s*(?:&|and)\s*mrs?)\b\.?"
# "Dear Ms Patel sorry that …" is one without a comma, too.
_DEAR = re.compile(rf"\s*(?i:dear|annwyl)\s+(?:(?i:{_TITLE})|(?i:all|resident|customer|complainant)\b|[A-Z])")
_HELLO = re.compile(
    r"\s*(?:hello|hi|hiya|hey|good\s+(?:morning|afternoon|evening|day)|helo|shwmae|bore\s+da|prynhawn\s+da)"
    r"(?:\s+[^\n.?!,:;]{1,40})?\s*(?:[,!.:;]|-(?!\w)|$)",
    re.IGNORECASE,
)
_NAMES = re.compile(r"[^\W\d_]{2,}")
_MOST_IN_A_LINE = 5  # words of a line that is nothing but a name, "Ms Patel,"
_LONGEST = 200  # characters of a line, what is enough to tell how it begins


def greets(line: str, resident: str = "") -> bool:
    """True where *line* begins a letter: with a salutation, or with nothing but the name of the *resident* and a comma."""
    said = plain(line[:_LONGEST])
    return bool(_DEAR.match(said) or _HELLO.match(said)) or _only_names(said, resident)


def _only_names(said: str, resident: str) -> bool:
    words = [word.lower() for word in _NAMES.findall(said)]
    theirs = {word.lower() for word in _NAMES.findall(resident)}
    if not said.rstrip().endswith(",") or not 0 < len(words) <= _MOST_IN_A_LINE or theirs.isdisjoint(words):
        return False
    return all(word in theirs or re.fullmatch(_TITLE, word, re.IGNORECASE) for word in words)


def above_salutation(text: str, resident: str = "") -> tuple[str, str]:
    """(what stands in *text* above the first line that begins a letter, that line); nothing where the text begins with it, or
    has none."""
    lines = text.split("\n")
    first = next((n for n, line in enumerate(lines) if greets(line, resident)), 0)
    above = "\n".join(lines[:first]).strip()
    return (above, lines[first].strip()) if above else ("", "")
