"""How people sign off: the writer's own name in the shapes that it takes, the words with which letters close, office hours."""

import re

PRONOUNS = re.compile(r"[(\[][a-z]{1,6}(?:/[a-z]{1,6}){1,3}[)\]]", re.IGNORECASE)
_ADDRESS = re.compile(r"[<(\[]?(?:mailto:)?(?P<local>[\w.+'-]{1,64})@[\w-]{1,63}(?:\.[\w-]{1,63}){1,6}[>)\]]?")
_BEFORE_A_NAME = frozenset(("mr", "mrs", "ms", "miss", "mx", "dr", "prof", "professor", "cllr", "councillor", "rev", "revd"))
_DEGREE = re.compile(r"\(?(?:[A-Z]{2,6}|[A-Z][A-Za-z]{0,2}[A-Z][a-z]{0,3}|Hons|Dip[A-Z]\w{0,4})\)?")
_LONGEST_NAME = 5  # words
_INITIALS = 3  # letters
_BARE_NAME = 3  # words of a name that nobody has told us
_PARTS = re.compile(r"\s?[|•·/,]\s?|\s[-–—]\s")
_FLOURISH = " -–—~*/.,:;()!"  # what people put around their name
_KISSES = re.compile(r"(?:\s+x{1,3})+$", re.IGNORECASE)
_BESIDE = re.compile(r"(?P<name>[^()\[\]]{2,60}?)\s*[(\[](?P<remark>[^()\[\]]{2,80})[)\]]")

_LETTERS = re.compile(r"[^\W\d_]+")
_LONGEST_CLOSING = 8  # words
# One of these closes a letter, together with any of the others: "Many thanks in advance", "Have a good day".
_CLOSING = re.compile(
    r"yours|regards|rgds|rgrds|rgd|regs|kr|kindest|br|bw|bws|wishes|thanks|thank|thankyou|thx|tnx|tks|ta|cheers"
    r"|sincerely|faithfully|truly|respectfully|cordially|best|day|weekend|evening|week|cofion|diolch|hwyl"
    r"|dymuniadau|gywir|ffyddlon|bye"
)
_BESIDE_CLOSING = re.compile(
    r"kind|warm|warmest|many|with|my|our|very|in|advance|again|have|a|an|good|great|nice|lovely|pleasant|and"
    r"|for|now|you|so|much|all|the|take|care|rest|of|your|enjoy|once|ever|as|always|gorau|cynnes|caredig|yn"
    r"|fawr|iawn|gyda|yr|eiddoch|to"
)

_DAY = r"(?:mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:days?)?"
_TO = r" ?(?:-|–|to|and|&|,|/) ?"
_TIME = r"\d{1,2}(?:[.:]\d{2})? ?(?:am|pm)?"
_HOURS = re.compile(
    rf"(?:(?:office|opening) hours ?[:–-]? ?)?(?:{_DAY}(?:{_TO}{_DAY}){{0,6}}[:,]? ?)?{_TIME} ?(?:-|–|to) ?{_TIME}",
    re.IGNORECASE,
)


def words_of_name(line: str, person: frozenset[str]) -> int:
    """How many words of the writer's name *line* holds, where it holds nothing but that: with "Ms" before it, letters after it,
    an initial for a first name, their address beside it; else 0. *person*: the words of their name, lower case."""
    said = PRONOUNS.sub("", _without_own_address(line, person))
    words = [word.strip(".,") for word in said.split() if word.strip(".,")]
    if len(words) > 1 and words[0].lower() in _BEFORE_A_NAME:
        words = words[1:]
    named = _without_degrees(words, person) if not said.isupper() else words
    if not 0 < len(named) <= _LONGEST_NAME:
        return 0
    theirs = {word.lower() for word in named if word.lower() in person}
    rest = [word for word in named if word.lower() not in person]
    if (rest or named != words) and not theirs:
        return 0
    if rest and not _are_initials(rest, person - theirs):
        return 0
    found = len(theirs) + bool(rest)
    return found if found > 1 or named == words else 0


def _are_initials(words: list[str], names: frozenset[str]) -> bool:
    """True for "W." before "Ash", and for the letters of names between that nobody has told us."""
    letters = [letter for word in words for letter in word.split(".") if letter]
    known = {name[0] for name in names}
    return all(len(letter) == 1 and letter.isupper() for letter in letters) and letters[0].lower() in known


def _without_degrees(words: list[str], person: frozenset[str]) -> list[str]:
    end = len(words)
    while end > 1 and words[end - 1].lower() not in person and _DEGREE.fullmatch(words[end - 1]):
        end -= 1
    return words[:end]


def _without_own_address(line: str, person: frozenset[str]) -> str:
    found = _ADDRESS.search(line)
    return line[: found.start()] + line[found.end() :] if found is not None and _is_theirs(found["local"], person) else line


def _is_theirs(local: str, person: frozenset[str]) -> bool:
    words = [word.lower() for word in _LETTERS.findall(local)]
    return bool(words) and any(word in person for word in words) and all(word in person or len(word) == 1 for word in words)


def name_begins(line: str, person: frozenset[str]) -> tuple[int, list[str]]:
    """(how many words of the writer's name *line* begins with, what stands beside it): "Wendy Ash | Waste Officer"."""
    whole = words_of_name(line, person)
    if whole:
        return whole, []
    parts = [part for part in _PARTS.split(line) if part.strip()] if _PARTS.search(line) else [line]
    return (words_of_name(parts[0], person), parts[1:]) if parts else (0, [])  # a comma alone is nobody


def is_writer(line: str, person: frozenset[str]) -> bool:
    """True for the writer's name, their initials or their address, and nothing else."""
    said = _KISSES.sub("", line).strip(_FLOURISH)
    letters = [letter.lower() for letter in re.sub(r"[\s.]", "", said)]
    initials = [name[0] for name in person]
    if 0 < len(letters) <= _INITIALS and len(letters) <= len(initials) and all(letter in initials for letter in letters):
        return len(set(letters)) == len(letters) or len(set(initials)) < len(initials)
    own = _ADDRESS.fullmatch(line.strip())
    return words_of_name(said, person) > 0 or (own is not None and _is_theirs(own["local"], person))


def only_closes(line: str, person: frozenset[str] = frozenset()) -> bool:
    """True for a line with which a letter closes, however it is spelt, and with the writer's name behind it: "Rgds, Wendy"."""
    words = [word.lower() for word in _LETTERS.findall(line)]
    if any(letter.isdigit() or letter in "?#@" for letter in line):
        return False
    initials = {name[0] for name in person}
    while len(words) > 1 and (words[-1] in person or words[-1] in initials):
        words.pop()
    closes = any(_CLOSING.fullmatch(word) for word in words)
    return (
        closes and len(words) <= _LONGEST_CLOSING and all(_CLOSING.fullmatch(w) or _BESIDE_CLOSING.fullmatch(w) for w in words)
    )


def is_hours(line: str) -> bool:
    """True for the hours at which somebody is to be reached: "Mon-Thu 8-4", "Office hours 9-5"."""
    return _HOURS.fullmatch(line) is not None


def remark_beside_name(line: str, person: frozenset[str]) -> str:
    """What the writer's name has in brackets beside it: "Wendy Ash (working from home)"; empty: nothing, or no such name."""
    found = _BESIDE.fullmatch(PRONOUNS.sub("", line).strip())
    if found is None or words_of_name(found["name"], person) < 1 or _DEGREE.fullmatch(found["remark"]):
        return ""
    return found["remark"]


_STANDS_THERE = re.compile(r"[^\W\d_][\w'’.-]*|\d{1,5}[a-z]?", re.IGNORECASE)
_POSTCODE = re.compile(r"[a-z]{1,2}\d[a-z\d]?\s?\d[a-z]{2}", re.IGNORECASE)
_SMALL = frozenset(("the", "of", "and", "on", "in", "upon", "le", "y", "yr"))  # "Stow on the Wold"
_SAYS_WHO = re.compile(r"\b(?:cllr|councillors?|mps?|mayor|warden|head|teacher|chair|clerk|secretary)\b", re.IGNORECASE)
_LONGEST_OF_ADDRESS = 7  # words of a line
_LINES_OF_ADDRESS = 7
_LONGEST_LINE = 120  # characters of a name, or of a line of an address


def without_own_address(text: str, name: str, address: str = "") -> str:
    """*text* with blanks, as many as there were letters, in the place of the name with which whoever wrote it signs, and of
    their address below it: they say nothing of the matter, and "Fay Lake" writes of no lake. Whatever else stands there stays,
    and so does all that follows it: a postscript, what they are. *name* and *address*: those from which it came."""
    lines = text.split("\n")
    person = frozenset(word.lower() for word in _LETTERS.findall(name) or _LETTERS.findall(address.partition("@")[0]))
    last = [n for n, line in enumerate(lines) if line.strip()][1:][-_LINES_OF_ADDRESS:]
    signs = next((place for place, n in enumerate(last) if _signs(lines, last, place, person)), None)
    if signs is None:
        return text
    for n in last[signs:]:
        if n != last[signs] and not _is_of_an_address(lines[n].strip()):
            break
        lines[n] = " " * len(lines[n])
    return "\n".join(lines)


def _signs(lines: list[str], last: list[int], place: int, person: frozenset[str]) -> bool:
    """True where that line is the name from which the mail came; below a closing, also what has some word of it and is written
    like a name."""
    line = lines[last[place]].strip()
    if len(line) > _LONGEST_LINE:
        return False
    words = _LETTERS.findall(line)
    if _SAYS_WHO.search(line) or not words:
        return False
    if is_writer(line, person):
        return True
    written_so = len(words) <= _BARE_NAME and all(word.istitle() for word in words)
    return place > 0 and written_so and not person.isdisjoint(map(str.lower, words)) and only_closes(lines[last[place - 1]])


def _is_of_an_address(line: str) -> bool:
    """True for "12 Lake View", "Stow on the Wold", "WS11 1AB": words with capitals, numbers, and nothing that is said."""
    if len(line) > _LONGEST_LINE or _SAYS_WHO.search(line) or line[-1:] in "?!:":
        return False
    words = _STANDS_THERE.findall(_POSTCODE.sub("", line))
    capitals = all(word[0].isupper() or word[0].isdigit() or word in _SMALL for word in words)
    return len(words) <= _LONGEST_OF_ADDRESS and capitals and (not line.isupper() or any(c.isdigit() for c in line))
