"""Whom an officer means by a name: a roster key, an address, a whole name, or a first or last name that only one has."""

from townclerk.domain.decide.refusal import Refusal
from townclerk.domain.nearest import nearest
from townclerk.domain.roster import Officer, Roster
from townclerk.domain.typed import name


def colleague_named(roster: Roster, written: str) -> tuple[Officer, str]:
    """(the colleague that begins *written*, what else stands there). Refuses nobody, and several."""
    words = written.split()
    for end in range(len(words), 0, -1):
        found = _meant(roster, " ".join(words[:end]))
        if len(found) == 1:
            return found[0], " ".join(words[end:])
        if found:
            named = " and ".join(f"{officer.name} ({officer.key})" for officer in found)
            keys = tuple(f"#assign {officer.key} {' '.join(words[end:])}".strip() for officer in found)
            raise Refusal(f"“{' '.join(words[:end])}” can be {named}", corrected=keys)
    known = ", ".join(officer.key for officer in _here(roster))
    raise Refusal(
        f"“{written}” is nobody on the roster" if written else "the name is missing",
        f"#assign and one of: {known}",
        corrected=tuple(f"#assign {key} {rest}".strip() for key, rest in _nearest(roster, words)),
    )


def _meant(roster: Roster, written: str) -> tuple[Officer, ...]:
    wanted = name(written)
    exact = roster.find_named(wanted)
    if exact is not None:
        return (exact,)
    return tuple(
        officer for officer in roster.officers if wanted in {name(part) for part in officer.name.split()} | {name(officer.name)}
    )


def _nearest(roster: Roster, words: list[str]) -> tuple[tuple[str, str], ...]:
    """(the key of somebody whose key or name is most like the first one or two of *words*; the words behind it)."""
    spelled = {spelling: officer.key for officer in _here(roster) for spelling in _spellings(officer)}
    found = {spelled[each]: " ".join(words[n:]) for n in (2, 1) for each in nearest(" ".join(words[:n]), spelled)}
    return tuple(found.items())


def _here(roster: Roster) -> tuple[Officer, ...]:
    """Those who have not left: whoever has is only found by their whole name, to be told of."""
    return tuple(officer for officer in roster.officers if not officer.has_left(roster.day))


def _spellings(officer: Officer) -> tuple[str, ...]:
    return (officer.key, officer.name.lower(), *officer.name.lower().split())
