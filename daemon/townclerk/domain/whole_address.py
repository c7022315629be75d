"""Is an address whole, or the end of one that somebody mistyped? A letter to the end of an address reaches somebody else."""

import re

_SCHEME = re.compile(r"(?:<a\s[^<>]{0,200}href=[\"']?)?(?:mailto|smtp):[ ]?\Z", re.IGNORECASE)
_OPENS, _CLOSES = " \t\"'‘“*([<", " \t\"'’”*)]>.,;:"  # what may stand beside an address and is no piece of it
_PARTED = re.compile(r"(?:[:)\]>\"”*]|\s[-–—;])\s+\Z")  # what ends a label, a remark or a name in quotation marks
_TAGS = (
    r"(?:</?(?:a|b|br|dd|div|em|font|i|li|p|span|strong|t[dhr])\b[^<>@]{0,200}>\s*)+"  # of forms that send their page as text
)
_TAGS_ABOVE, _TAGS_BEHIND = re.compile(rf"{_TAGS}\Z", re.IGNORECASE), re.compile(_TAGS, re.IGNORECASE)
_TELEPHONE = re.compile(r"(?:\d[\s()+./-]{0,3}){7,20}\Z")
_NUMBER = re.compile(r"[\d+()./:-]+")
_ANOTHER_FIELD = frozenset({"yes", "or", "and"})  # short, and no end of any address
_WORD_BREAKS = re.compile(r"[\s,.;()_/|\"'-]+")
_LOCAL_BREAKS = re.compile(r"[\d._+-]+")
_TELLING = 3  # letters that tell a word from a piece of an address, or of one in it


def is_whole(written: str, start: int, end: int) -> bool:
    """True where nothing beside the address from *start* to *end* of *written* can be a piece of it: `<mary,jones@m.example>`
    is not Jones's, and neither need a bare `mary jones@m.example` be, which could be a name and an address as well."""
    before = _TAGS_ABOVE.sub("", _SCHEME.sub("", written[:start]))
    after = "" if _TAGS_BEHIND.match(written, end) else written[end:]  # what follows a tag stands apart
    name, opened, within = before.rpartition("<")
    if opened and ">" not in within:
        closed = ">" in after
        return not within.strip(_OPENS) and _ends(after.partition(">")[0]) and not _is_in_one(name, closed=closed)
    if not before.strip(_OPENS + ",;"):
        return _ends(after)
    beside = re.split(r"\s", before)[-1]
    if beside.strip(_OPENS):
        return False
    enclosed = {"(": ")", "[": "]"}.get(beside[:1]) if beside else None
    if enclosed and after.startswith(enclosed):
        return True
    return _ends(after) and (
        bool(beside) or bool(_PARTED.search(before) or _TELEPHONE.search(before)) or _is_named_after(written[start:end], before)
    )


def _is_in_one(name: str, *, closed: bool) -> bool:
    """True where the bracket behind *name* was typed into an address: `<mary<jones@m.example>`, `mary<jones@m.example`."""
    _, opened, within = name.rpartition("<")
    inside_another = bool(opened) and ">" not in within and bool(within.strip(_OPENS))
    return inside_another or (not closed and name[-1:].isalnum())


def _ends(after: str) -> bool:
    """True where *after* an address comes no more of it: nothing, a remark, or another address. A short word could be its last
    letters, and so could one with a full stop, or one in a bracket that touches it."""
    rest = after.lstrip(_CLOSES)
    between = after[: len(after) - len(rest)]
    if not rest or (between[-1:].isspace() and (rest[0] in "([<" or not {",", ";"}.isdisjoint(between))):
        return True
    word = rest.split(maxsplit=1)[0]
    apart = bool(between) or rest[0] in "([<"
    if not between or "@" in rest:
        return apart and "@" in rest
    if _NUMBER.fullmatch(word) or word.endswith(":") or word.lower() in _ANOTHER_FIELD:
        return True
    return not word[0].isalnum() or (len(word) > _TELLING and "." not in word[:-1])


def _is_named_after(address: str, name: str) -> bool:
    """True where *name* is one, and no piece of *address*: ada@… has one of its words, rcarr@… begins or ends with Carr, or its
    last word has letters that *address* could not. A word that is said twice may be a name and a piece of the address."""
    words = [word.lower() for word in _WORD_BREAKS.split(name) if word]
    local = address.lower().rpartition("@")[0]
    if not words or len(set(words)) < len(words):
        return False
    if local.isascii() and not words[-1].isascii():
        return True
    if len(words[-1]) < 2:  # an initial, which may be that of the address
        return False
    if not set(words).isdisjoint(_LOCAL_BREAKS.split(local)):
        return True
    last = words[-1]
    return len(words) > 1 and len(last) >= _TELLING and (local.startswith(last) or local.endswith(last))
