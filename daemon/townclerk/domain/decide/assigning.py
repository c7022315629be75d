"""Who gets the work of a stage: whoever must act first, and whoever must answer, once the clock for the answer runs."""

from townclerk.domain.decide.deliberation import Deliberation
from townclerk.domain.decide.handing import UNASSIGNED, hand_over
from townclerk.domain.policy import Promise, StagePolicy
from townclerk.domain.words import LetterKind


def assign(d: Deliberation, stage: StagePolicy, *note: str, mail: int | None) -> None:
    """*stage* has begun with *mail*. Where somebody first decides whether it is taken, whoever answers waits for that."""
    first = stage.assess or stage.acknowledge or stage.respond
    promises = (*first.promises, *stage.respond.promises) if first is not stage.respond else first.promises
    hand_over(d, LetterKind.ASSIGNMENT, f"{UNASSIGNED}:{first.by}", *note, mail=mail, promises=promises, clause=first.clause)
    if stage.assess is None:
        assign_answer(d, stage, *note, mail=mail, told=first.by)


def assign_answer(d: Deliberation, stage: StagePolicy, *note: str, mail: int | None = None, told: str = "") -> None:
    """Everybody who takes part in the answer and has not had this stage's assignment gets it, if the clock for it runs. *told*
    is a role that has just been."""
    running = d.case.deadline(f"{stage.stage}.respond")
    if running is None or not running.open:
        return
    promise = stage.respond
    for role in (promise.by, *promise.together_with):
        if role == told:
            continue
        to = f"{UNASSIGNED}:{role}"
        hand_over(d, LetterKind.ASSIGNMENT, to, *note, mail=mail, promises=promise.promises, clause=promise.clause)


def in_whose_name(d: Deliberation, promise: Promise | None) -> str:
    """Whoever a letter is written for, as it says so ("the Chief Executive, Ada Low"), or nothing: it is the writer's own."""
    if promise is None or promise.on_behalf_of is None:
        return ""
    people = d.council.playing(promise.on_behalf_of, d.case.service)
    title = titled(promise.on_behalf_of)
    return f"the {title}, {people[0].name}" if people else f"the {title}"


def titled(role: str) -> str:
    """What the policy calls a *role*, as a letter calls it: Executive Director."""
    return role.replace("_", " ").title().replace(" Of ", " of ").replace(" And ", " and ")
