"""`#conflict`: an officer who should not deal with a matter says so, hands it on, and hears no more of it."""

from collections.abc import Iterator

from townclerk.domain.commands import Command
from townclerk.domain.decide.deliberation import LEAD, Deliberation
from townclerk.domain.decide.handing import RESPONSIBLE, hand_over
from townclerk.domain.decide.refusal import Refusal
from townclerk.domain.decide.work import OfficerAtWork, joined
from townclerk.domain.policy import SERVICE
from townclerk.domain.words import LetterKind


def conflict(work: OfficerAtWork, command: Command) -> None:
    d, officer = work.d, work.officer
    why = joined(command.argument, command.body)
    if not why:
        raise Refusal("the reason is missing; nobody outside sees it", "#conflict and why this should not be yours")
    if officer in d.council.playing(LEAD):
        raise Refusal("the complaints lead finds somebody else for it", "#assign and a colleague")
    theirs = tuple(role for role in roles_at_work(d) if _has(d, role, officer.key))
    d.change(
        conflicts=tuple(dict.fromkeys((*d.case.conflicts, officer.key))),
        officer=None if d.case.officer == officer.key else d.case.officer,
    )
    d.note(officer.key, "conflict", reason=why)
    began = d.case.mail(d.case.began_mail) or d.case.first_mail
    for role in theirs:
        note = f"{officer.name} has a conflict of interest, and has handed it on."
        hand_over(d, LetterKind.ASSIGNMENT, f"{RESPONSIBLE}:{role}", note, mail=began.mail if began else None)
    work.done("Your conflict of interest is recorded. A colleague has it now, and you hear no more of it.")


def roles_at_work(d: Deliberation) -> Iterator[str]:
    """The roles that have something to do with the case as it stands."""
    stage = d.stage_policy
    if stage is None:
        yield SERVICE
        return
    yield from stage.roles


def _has(d: Deliberation, role: str, key: str) -> bool:
    officer = d.responsible(role)
    reader = d.reader(officer) if officer is not None else None
    return officer is not None and (officer.key == key or (reader is not None and reader.key == key))
