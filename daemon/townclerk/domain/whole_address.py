"""Is an address whole, or the end of one that somebody mistyped? A letter to the end of an address reaches somebody else."""

import re

_SCHEME = re.compile(r"(?:mailto|smtp):[ ]?\Z", re.IGNORECASE)
_OPENS, _CLOSES = " \t\"'‘“*([<", " \t\"'’”*)]>.,;:"  # what may stand beside an address and is no piece of it
_WORD_BREAKS = re.compile(r"[\s,.;()_/|\"'-]+")
_LOCAL_BREAKS = re.compile(r"[\d._+-]+")
_TELLING = 3  # letters that tell a word from a piece of an address, or of one in it


def is_whole(written: str, start: int, end: int) -> bool:
    """True where nothing beside the address from *start* to *end* of *written* can be a piece of it: `<mary,jones@m.example>`
    is not Jones's, and neither need a bare `mary jones@m.example` be, which could be a name and an address as well."""
    before, after = _SCHEME.sub("", written[:start]), written[end:]
    _, opened, within = before.rpartition("<")
    if opened and ">" not in within:
        return not within.strip(_OPENS) and _ends(after.partition(">")[0])
    beside = re.split(r"\s", before)[-1]
    if beside.strip(_OPENS) or not _ends(after):
        return False
    labelled = before[-1:].isspace() and before.rstrip().endswith(":")
    return not before.strip(_OPENS) or bool(beside) or labelled or _is_named_after(written[start:end], before)


def _ends(after: str) -> bool:
    """True where *after* an address comes no more of it: nothing, a remark, or another address. A short word could be its last
    letters, and so could one with a full stop."""
    rest = after.lstrip(_CLOSES)
    between = after[: len(after) - len(rest)]
    if not rest or rest[0] in "([<" or (between[-1:].isspace() and not {",", ";"}.isdisjoint(between)):
        return True
    word = rest.split(maxsplit=1)[0]
    return bool(between) and ("@" in rest or not word[0].isalnum() or (len(word) > _TELLING and "." not in word[:-1]))


def _is_named_after(address: str, name: str) -> bool:
    """True where *name* is one, and no piece of *address*: ada@… has Ada's last word, rcarr@… has Bob Carr's. Two words or
    more, the last with a capital that *address* has not, are a name as well."""
    words = [word for word in _WORD_BREAKS.split(name) if word]
    if not words:
        return False
    last, local = words[-1].lower(), address.lower().rpartition("@")[0]
    if len(words) == 1:
        return last in _LOCAL_BREAKS.split(local)
    return (len(last) >= _TELLING and last in local) or (words[-1][0].isupper() and address[0].islower())
