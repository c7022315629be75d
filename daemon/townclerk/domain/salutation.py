"""Where a letter to the resident begins in what an officer wrote: with its own "Dear Ms Patel", and how far that goes."""

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

_OPENS = re.compile(
    r"\s*(?:dear|annwyl|hello|hi|hiya|hey|good\s+(?:morning|afternoon|evening|day)|helo|shwmae|bore\s+da|prynhawn\s+da"
    r"|noswaith\s+dda|to\s+whom\s+it\s+may\s+concern)(?![\w'’-])",
    re.IGNORECASE,
)
_WORD = re.compile(r"(?:[ \t]+|[ \t]*[,&/][ \t]*)([^\W\d_][\w'’-]*)")
_ENDS = re.compile(r"[ \t]*(?:[,:;!.](?=\s|$)|[–—-](?=\s|$)|(?=\n|$))")
# fmt: off
_TITLES = frozenset(
    ["mr", "mrs", "ms", "miss", "mx", "dr", "prof", "professor", "rev", "revd", "cllr", "councillor", "sir", "lady", "lord",
     "dame", "syr"]
)
_BEHIND = frozenset(["phd", "md", "mbe", "obe", "cbe", "kc", "jp"])  # as they stand behind a name
_ANYBODY = frozenset(
    ["madam", "sirs", "madams", "all", "both", "there", "everyone", "everybody", "again", "and", "or", "resident", "residents",
     "tenant", "tenants", "customer", "customers", "complainant", "neighbour", "neighbours", "householder", "occupier",
     "family", "friend", "friends", "parent", "parents", "member", "members", "colleague", "colleagues", "team", "pawb",
     "bawb", "breswylydd"]
)
# fmt: on
_MOST_ON_A_LINE = 6  # words of a line that is nothing but a salutation
_MOST_CALLED = 8


def own_salutation(text: str, resident: str = "") -> str:
    """The salutation with which *text* begins, where it is certain how far it goes: a word that greets, titles, the words of
    the *resident*'s name, and nothing else before its comma or the end of its line. Empty where there is none."""
    opens = _OPENS.match(text)
    if opens is None:
        return ""
    end = _end_of_line(text, opens.end()) or _end_of_names(text, opens.end(), resident)
    return text[:end].strip() if end is not None and text[end:].strip() else ""


def _end_of_line(text: str, begin: int) -> int | None:
    """Where the first line ends, if it calls somebody by a name, known or not, and says no more."""
    end = text.find("\n", begin)
    if end < 0:
        return None
    said = text[begin:end].strip()
    called = re.findall(r"[^\W\d_][\w'’-]*", said)
    if len(called) > _MOST_ON_A_LINE or (said and said[-1] in ".?" and len(called) > 1):
        return None
    names = all(word[0].isupper() or word.lower() in _ANYBODY | _TITLES | _BEHIND for word in called)
    return end if names or (len(called) == 1 and said.endswith(",")) else None


def _end_of_names(text: str, begin: int, resident: str) -> int | None:
    """Where the names below a greeting end with a comma or the like, and a sentence goes on from there."""
    theirs = {word.lower() for word in _NAMES.findall(resident)}
    ended = _ENDS.match(text, begin)
    found, at, titled = ended.end() if ended else None, begin, False
    for _ in range(_MOST_CALLED):
        word = _WORD.match(text, at)
        if word is None:
            break
        said = word[1].lower()
        if not (said in theirs | _TITLES | _BEHIND | _ANYBODY or (titled and word[1][0].isupper())):
            break
        titled, at = said in _TITLES, word.end()
        if titled and text.startswith(".", at):
            at += 1
        found = ended.end() if (ended := _ENDS.match(text, at)) else found
    return found


def calls_somebody(text: str, resident: str = "") -> bool:
    """True where *text* begins as a letter does, also where it is not certain how far its salutation goes."""
    if own_salutation(text, resident):
        return True
    opens = _OPENS.match(text)
    word = _WORD.match(text, opens.end()) if opens else None
    if opens is None or word is None:
        return False
    theirs = {name.lower() for name in _NAMES.findall(resident)}
    dear = opens[0].strip().lower() in {"dear", "annwyl"}
    return word[1].lower() in theirs | _TITLES or (dear and word[1][0].isupper())


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
