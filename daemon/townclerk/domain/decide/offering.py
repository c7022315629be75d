"""What a letter to an officer offers can be done, with this case, by this officer: each ready-made reply is tried before."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from functools import lru_cache

from townclerk.domain.calendar import CalendarTooShort
from townclerk.domain.case import Case
from townclerk.domain.commands import NEED_TEXT, TAKE_NO_TEXT, read_commands
from townclerk.domain.council import Council
from townclerk.domain.decide.choices import WAS_THIS_THE_RESPONSE
from townclerk.domain.decide.decision import Send
from townclerk.domain.decide.deliberation import Deliberation
from townclerk.domain.decide.officers import officer_wrote
from townclerk.domain.events import MailFacts, OfficerWrote
from townclerk.domain.letters import Choice
from townclerk.domain.mail import Address
from townclerk.domain.reference import find_references
from townclerk.domain.roster import Officer
from townclerk.domain.words import LetterKind

# What an officer could plausibly write below a word: whether it can be done must not depend on how they say it.
TEXT = (
    "We are sorry. We have looked into it: the records show what happened and why, because each visit is written down. "
    "We will put it right."
)
# Their replies are about a text that is there already: whether that will do is said when it is pressed, with the reason.
_NOT_TRIED = frozenset({LetterKind.CONFIRM})


def offered(send: Send, case: Case, council: Council, now: datetime) -> Send:
    """*send* with those of its ready-made replies that its reader could send now and have followed. Of several of one name the
    first that works is left."""
    choices: tuple[Choice, ...] = getattr(send.letter.content, "choices", ())
    if not choices or send.letter.kind in _NOT_TRIED or getattr(send.letter.content, "question", "") == WAS_THIS_THE_RESPONSE:
        return send
    reader = council.roster.find(send.letter.to.officer) if send.letter.to.officer is not None else None
    if reader is None:
        return send
    kept: dict[str, Choice] = {}
    for choice in choices:
        if choice.label not in kept and works(choice, case, reader, council, now):
            kept[choice.label] = choice
    content = replace(send.letter.content, choices=tuple(kept.values()))  # type: ignore[arg-type]  # it has choices: see above
    return replace(send, letter=replace(send.letter, content=content))


def works(choice: Choice, case: Case, officer: Officer, council: Council, now: datetime) -> bool:
    """True where *officer* could press it, complete it, send it, and it would be done."""
    return any(would_be_done(text, case, officer, council, now) for text in completed(choice, case, officer, council, now))


def would_be_done(text: str, case: Case, officer: Officer, council: Council, now: datetime) -> bool:
    """True where a mail of *officer* with this *text* would be followed, with *case* as it is."""
    read = _read(text)
    mail = MailFacts(0, Address(officer.name, officer.email), case.ref, None, (), now, text, text)
    known = tuple(find_references(text, council.policy.prefix))
    d = Deliberation(case, council, now, "trial", "officer:trial")
    try:
        officer_wrote(d, OfficerWrote(officer.key, mail, read.commands, read.problem, known, case.ref, read.instead))
    except CalendarTooShort:  # what counts so far ahead cannot be offered
        return False
    kinds = [send.letter.kind for send in d.decision().sends]
    return LetterKind.REFUSED not in kinds and LetterKind.DONE in kinds


_read = lru_cache(maxsize=512)(read_commands)  # the same few words stand in many letters


def completed(choice: Choice, case: Case, officer: Officer, council: Council, now: datetime) -> Iterator[str]:
    """The ways in which somebody may complete it, where the words themselves leave something open."""
    if choice.text:
        yield choice.body + choice.text
        return
    word, _, said = choice.body.strip().removeprefix("#").partition(" ")
    if choice.body.endswith("\n"):
        has_text = "\n" in choice.body.strip()
        yield choice.body if has_text or word in TAKE_NO_TEXT else choice.body + TEXT
        return
    for argument in _arguments(word, said, case, officer, council, now):
        below = "\n".join(f"{label}: none" for label in _must_record(word, council))
        yield f"{choice.body}{argument}" + (f"\n{below}" if below else "")


def _arguments(word: str, said: str, case: Case, officer: Officer, council: Council, now: datetime) -> Iterator[str]:
    day = council.calendar.local(now).date() + timedelta(days=28)
    if said or word in NEED_TEXT:  # what is left open is the reason, or the text
        yield TEXT
    match word:
        case "assign":
            yield from (colleague.key for colleague in council.roster.officers if colleague.key != officer.key)
        case "service":
            yield from sorted({service for colleague in council.roster.officers for service in colleague.services})
        case "refuse":
            yield from (f"{code} {TEXT}" for code in council.policy.exclusions)
        case "copy":
            yield "clerk@members.example letter of today"
        case "uncopy":
            yield from (party.who.key for party in case.parties)
        case _:
            yield f"{day} {TEXT}"
            yield TEXT


def _must_record(word: str, council: Council) -> tuple[str, ...]:
    restrictions = council.policy.provisions.restrictions
    return restrictions.must_record if word == "restrict" and restrictions is not None else ()
