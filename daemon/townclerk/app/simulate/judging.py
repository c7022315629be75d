"""Whether a story came out as it should: what was wanted, against what happened."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from fnmatch import fnmatchcase

from townclerk.app.simulate.playing import Played
from townclerk.app.simulate.world import LetterOut
from townclerk.config.scenario_file import CaseWanted, Expectations, LetterWanted, Moment
from townclerk.domain.case import Case
from townclerk.domain.deadlines import is_overdue

ONE_MINUTE = timedelta(minutes=1)


def judge(expect: Expectations, played: Played) -> tuple[str, ...]:
    """What did not come out as expected, in words; nothing: all of it did."""
    matched = _match(expect.letters, played)
    return (
        *_missing(expect, matched, played),
        *_surplus(expect, matched, played),
        *_forbidden(expect, played),
        *_cases(expect, played),
    )


# --- letters ---------------------------------------------------------------------------------------------------------


def _fits(wanted: LetterWanted, letter: LetterOut, played: Played) -> bool:
    if wanted.letter is not None and letter.kind != wanted.letter:
        return False
    if wanted.to is not None and not _is_to(wanted.to, letter.to, played):
        return False
    return _in_time(wanted, letter.at, played) and not _wrong_words(wanted, letter)


def _is_to(wanted: str, address: str, played: Played) -> bool:
    officer = played.council.roster.find(wanted)
    if officer is not None:
        return address.lower() in officer.addresses
    return fnmatchcase(address.lower(), wanted.lower())


def _in_time(wanted: LetterWanted, at: datetime, played: Played) -> bool:
    def moment(written: Moment) -> datetime:
        return written.at(played.zone)

    if wanted.at is not None and abs(_minute(at) - _minute(moment(wanted.at))) > ONE_MINUTE:
        return False
    if wanted.before is not None and not at < moment(wanted.before):
        return False
    return wanted.after is None or at > moment(wanted.after)


def _minute(moment: datetime) -> datetime:
    return moment.replace(second=0, microsecond=0)


def _wrong_words(wanted: LetterWanted, letter: LetterOut) -> tuple[str, ...]:
    text = letter.text
    lacking = (f"lacks “{words}”" for words in wanted.contains if " ".join(words.split()) not in text)
    holding = (f"contains “{words}”" for words in wanted.lacks if " ".join(words.split()) in text)
    return (*lacking, *holding)


def _match(wanted: Sequence[LetterWanted], played: Played) -> dict[int, int]:
    """Which wanted letter is which of those that went out: as many pairs as there can be (augmenting paths)."""
    fitting = [[index for index, letter in enumerate(played.letters) if _fits(want, letter, played)] for want in wanted]
    taken: dict[int, int] = {}  # letter -> wanted

    def place(want: int, seen: set[int]) -> bool:
        for letter in fitting[want]:
            if letter in seen:
                continue
            seen.add(letter)
            if letter not in taken or place(taken[letter], seen):
                taken[letter] = want
                return True
        return False

    for want in range(len(wanted)):
        place(want, set())
    return {want: letter for letter, want in taken.items()}


def _missing(expect: Expectations, matched: dict[int, int], played: Played) -> list[str]:
    return [
        f"expected {{{wanted.written}}}: {_instead(wanted, set(matched.values()), played)}"
        for number, wanted in enumerate(expect.letters)
        if number not in matched
    ]


def _instead(wanted: LetterWanted, used: set[int], played: Played) -> str:
    """The nearest things that happened."""
    of_kind = [letter for index, letter in enumerate(played.letters) if letter.kind == wanted.letter and index not in used]
    if not of_kind:
        return "no such letter went out"
    told = []
    for letter in of_kind[:4]:
        words = "; ".join(_wrong_words(wanted, letter))
        told.append(f"one went to {letter.to} at {_local(letter.at, played)}" + (f", which {words}" if words else ""))
    return "; ".join(told)


def _local(moment: datetime, played: Played) -> str:
    return f"{moment.astimezone(played.zone):%Y-%m-%d %H:%M}"


def _surplus(expect: Expectations, matched: dict[int, int], played: Played) -> list[str]:
    """A letter with several recipients counts once: where one copy was expected, the others are not surplus."""
    expected = {played.letters[index].letter_key for index in matched.values()}
    further = {
        letter.letter_key: letter
        for letter in played.letters
        if letter.kind in expect.complete and letter.letter_key not in expected
    }
    return [
        f"complete: a further {letter.kind} went to {letter.to} at {_local(letter.at, played)} ({letter.subject})"
        for letter in further.values()
    ]


def _forbidden(expect: Expectations, played: Played) -> list[str]:
    return [
        f"never {{{wanted.written}}}: a {letter.kind} went to {letter.to} at {_local(letter.at, played)}"
        for wanted in expect.never
        for letter in played.letters
        if _fits(wanted, letter, played)
    ]


# --- cases -----------------------------------------------------------------------------------------------------------


def _cases(expect: Expectations, played: Played) -> list[str]:
    if expect.cases is None:
        return []
    failures = []
    if len(expect.cases) != len(played.cases):
        opened = ", ".join(f"{case.ref} ({case.category}: {case.subject})" for case in played.cases) or "none"
        failures.append(f"cases: expected {len(expect.cases)}, and {len(played.cases)} were opened: {opened}")
    for number, (wanted, case) in enumerate(zip(expect.cases, played.cases, strict=False), 1):
        failures += [f"case {number} ({case.ref}): {difference}" for difference in _differences(wanted, case, played)]
    return failures


def _differences(wanted: CaseWanted, case: Case, played: Played) -> list[str]:
    found = []
    for name in ("category", "service", "stage", "status"):
        want, have = getattr(wanted, name), getattr(case, name)
        if want is not None and want != have:
            found.append(f"{name} is {have}, expected {want}")
    overdue = is_overdue(case, played.until, played.council.calendar)
    if wanted.overdue is not None and wanted.overdue != overdue:
        found.append(f"overdue is {str(overdue).lower()}, expected {str(wanted.overdue).lower()}")
    return found + _date_differences(wanted, case)


def _date_differences(wanted: CaseWanted, case: Case) -> list[str]:
    found = []
    for heading, dates, field in (("deadlines", wanted.deadlines, "target"), ("promised", wanted.promised, "promised")):
        for name, day in dates.items():
            deadline = case.deadline(name)
            have = None if deadline is None else getattr(deadline, field)
            if have != day:
                found.append(f"{heading}.{name} is {have or 'not there'}, expected {day}")
    return found
