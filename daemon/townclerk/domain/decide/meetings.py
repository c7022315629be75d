"""What officers are told of approvals: who must agree to which responses, and when a board meets."""

from datetime import date

from townclerk.domain.board import last_meeting, next_meeting
from townclerk.domain.days_written import words_of
from townclerk.domain.decide.deliberation import Deliberation
from townclerk.domain.policy import Approval, StagePolicy

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
        names = " or ".join(_the(title_of(d, role)) for role in approval.by)
        notes.append(f"A response {_which(d, approval)} leaves only when {names} has approved it.")
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
        return (
            f"When the {board.title} meets is not known here: please ask them. (It can stand in policy.yaml, as board.anchor.)"
        )
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
        return "When the board meets is not known here. (It can stand in policy.yaml, as board.anchor.)"
    return f"The {board.title} next meets on {words_of(meeting)}; a member may approve it sooner."


def _which(d: Deliberation, approval: Approval) -> str:
    """Which responses need *approval*: by what they decide or a flag of the case, or by what they offer."""
    titles = {word.replace("_", "-"): code.title for word, code in d.council.policy.provisions.remedies.items()}
    wanted = [word.replace("_", "-") for word in approval.when]
    decided = _listed([word.replace("-", " ") for word in wanted if word not in titles])
    offered = _listed([f"“{titles[word]}”" for word in wanted if word in titles])
    return " or ".join([*([f"that is {decided}"] if decided else []), *([f"with the remedy {offered}"] if offered else [])])


def _the(title: str) -> str:
    return title if title.startswith("the ") else f"the {title}"


def _listed(words: list[str]) -> str:
    return "".join(words) if len(words) < 2 else f"{', '.join(words[:-1])} or {words[-1]}"
