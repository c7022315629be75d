"""What officers are told of approvals: who must agree to which responses, and when a board meets."""

from datetime import date

from townclerk.domain.board import last_meeting, next_meeting
from townclerk.domain.decide.deliberation import Deliberation
from townclerk.domain.decide.work import words_of
from townclerk.domain.policy import StagePolicy

BOARD = "board"  # in the place of a role: its members


def title_of(d: Deliberation, role: str) -> str:
    """What officers call *role*, or the board."""
    board = d.council.policy.provisions.board
    return f"the {board.title}" if role == BOARD and board is not None else role.replace("_", " ")


def approval_note(d: Deliberation) -> str:
    """What whoever answers should know from the start: which responses must be approved, and by which meeting."""
    stage = d.stage_policy
    notes = []
    for approval in stage.approvals if stage is not None else ():
        when = _listed([word.replace("-", " ").replace("_", " ") for word in approval.when])
        names = " or ".join(title_of(d, role) for role in approval.by)
        notes.append(f"A response that is {when} leaves only when {names} has approved it.")
    respond = d.case.deadline(f"{stage.stage}.respond") if stage is not None else None
    if stage is not None and respond is not None and respond.open and (meeting := meeting_before(d, stage, respond.promised)):
        notes.append(meeting)
    return " ".join(notes)


def meeting_before(d: Deliberation, stage: StagePolicy, due: date) -> str:
    """Which meeting can still approve a response by *due*; empty where no board has to."""
    board = d.council.policy.provisions.board
    if board is None or not any(BOARD in approval.by for approval in stage.approvals):
        return ""
    if board.anchor is None:
        return f"When the {board.title} meets is not given in the policy file (board.anchor), so no meeting can be named."
    today = d.council.calendar.local(d.now).date()
    last, following = last_meeting(board, due), next_meeting(board, today)
    if last is not None and last >= today:
        return f"The last meeting of the {board.title} on or before {words_of(due)} is on {words_of(last)}."
    after = f": the next is on {words_of(following)}" if following is not None else ""
    return f"The {board.title} does not meet again on or before {words_of(due)}{after}."


def next_words(d: Deliberation) -> str:
    """When the board meets next, for whoever waits for it."""
    board = d.council.policy.provisions.board
    meeting = next_meeting(board, d.council.calendar.local(d.now).date()) if board is not None else None
    if board is None or meeting is None:
        return "When the board meets is not given in the policy file (board.anchor)."
    return f"The {board.title} next meets on {words_of(meeting)}; a member may approve it sooner."


def _listed(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"
