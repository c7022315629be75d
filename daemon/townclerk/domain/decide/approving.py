"""Responses that somebody must approve: held, put to them, and released in the minute of their word."""

from dataclasses import replace

from townclerk.domain.case import Draft
from townclerk.domain.commands import Command
from townclerk.domain.days_written import words_of
from townclerk.domain.decide.deliberation import LEAD, Deliberation
from townclerk.domain.decide.handing import FOR_THE_LEAD, hand_over
from townclerk.domain.decide.meetings import BOARD, next_words, title_of
from townclerk.domain.decide.refusal import Refusal
from townclerk.domain.decide.responding import leave
from townclerk.domain.decide.work import OfficerAtWork
from townclerk.domain.letters import Recipient
from townclerk.domain.policy import Approval, StagePolicy
from townclerk.domain.roster import Officer
from townclerk.domain.typed import code
from townclerk.domain.words import LetterKind, Status


class Replaced(Refusal):  # a refusal is an answer, not an error
    """The response that they decide about is not the one that waits now."""


def hold(work: OfficerAtWork, stage: StagePolicy, response: Draft) -> bool:
    """True where the policy wants *response* approved: it is held, and put to those who may."""
    d = work.d
    asked = _wanted(d, stage, response)
    if not asked:
        return False
    work.check(response.text)
    work.check_files()
    work.carries = bool(response.files)
    d.change(draft=response)
    d.note(work.officer.key, "held_for_approval", outcome=response.outcome, mail=work.mail.number)
    _ask(d, asked, response)
    work.done(f"Your response is held: {_names(d, asked)} must approve it before it leaves. Until then it counts as none.")
    if any(BOARD in approval.by for approval in asked):
        work.done(next_words(d))
    return True


def ask_again_for_approval(d: Deliberation) -> None:
    """The response that waits is put again to those who have not said whether they approve it."""
    if (waits := _waits(d)) is not None:
        draft, missing = waits
        _ask(d, missing, draft, f"It has waited since {_since(d, draft)}.")


def tell_lead_what_waits(d: Deliberation) -> None:
    """Nobody has said anything: the complaints lead hears of it, who may approve it only where the policy says so."""
    waits = _waits(d)
    if waits is None:
        return
    draft, missing = waits
    detail = f"It has waited since {_since(d, draft)} for {_names(d, missing)}, who have been asked twice."
    for lead in d.people(LEAD):
        may = any(_may_approve(d, approval, draft, lead.officer or "") for approval in missing)
        about = ("approval", detail) if may else ("approval", f"{detail} Please see that they decide.", FOR_THE_LEAD)
        said = missing[0].said
        to = _address(LEAD, lead)
        hand_over(d, LetterKind.DECISION, to, *about, mail=d.case.began_mail, promises=said.promises, clause=said.clause)


def _waits(d: Deliberation) -> tuple[Draft, tuple[Approval, ...]] | None:
    """The response that waits, and the approvals that it still needs; None: nothing waits."""
    draft, stage = d.case.draft, d.stage_policy
    missing = _missing(d, _wanted(d, stage, draft), draft) if draft is not None and stage is not None else ()
    return (draft, missing) if draft is not None and missing else None


def _since(d: Deliberation, draft: Draft) -> str:
    return words_of(d.council.calendar.local(draft.at).date())


def _ask(d: Deliberation, approvals: tuple[Approval, ...], response: Draft, *detail: str) -> None:
    """Put *response* to all who may give one of *approvals*."""
    for approval in approvals:
        said = approval.said
        for to in dict.fromkeys(_address(role, person) for role, person in _people(d, approval, response.officer)):
            about = ("approval", *detail)
            hand_over(d, LetterKind.DECISION, to, *about, mail=d.case.began_mail, promises=said.promises, clause=said.clause)


def show_what_waits(d: Deliberation, officer: Officer) -> None:
    """Put the response that waits now to *officer*, who has decided about another."""
    waits = _waits(d)
    asked = [approval for approval in waits[1] if _may_approve(d, approval, waits[0], officer.key)] if waits else []
    for approval in asked[:1]:
        said, about = approval.said, ("approval", "This is the response as it is now.")
        to = f"officer:{officer.key}"
        hand_over(d, LetterKind.DECISION, to, *about, mail=d.case.began_mail, promises=said.promises, clause=said.clause)


def approve(work: OfficerAtWork, command: Command) -> None:
    """`#approve`, or `#approve no` and the reason; with the number of the response that they were shown, before either."""
    d, draft = work.d, work.d.case.draft
    stage = d.stage_policy
    if draft is None or stage is None or d.case.status is not Status.OPEN or draft.stage is not stage.stage:
        raise Refusal("no response waits for approval", "#show to see where the case stands")
    asked = _wanted(d, stage, draft)
    mine = tuple(approval for approval in asked if _may_approve(d, approval, draft, work.officer.key))
    if asked and not mine:
        raise Refusal(f"only {_names(d, asked)} may approve it, and not whoever wrote it", "#note to write something down")
    shown, said = _shown(command.argument)
    if _is_another(work, draft, shown):
        raise Replaced(
            "another response has taken the place of the one that you were shown: nothing was done, and you get the new one",
            f"#approve {draft.mail}, when you have read it",
        )
    verdict, _, rest = said.partition(" ")
    reason = "\n".join(part for part in (rest.strip(" ,:;"), command.body) if part)
    match code(verdict):
        case "" | "yes" | "approved":
            _approved(work, stage, replace(draft, approved=(*draft.approved, work.officer.key)), asked)
        case "no" | "not":
            _not_approved(work, draft, reason)
        case _:
            raise Refusal("say whether it is approved", "#approve", "#approve no and the reason")


def _shown(argument: str) -> tuple[int | None, str]:
    """(the number of the response that they were shown, what else they say)."""
    first, _, rest = argument.strip().partition(" ")
    number = first.strip(":,;")
    return (int(number), rest.strip()) if number.isdecimal() and len(number) < 10 else (None, argument)


def _is_another(work: OfficerAtWork, draft: Draft, shown: int | None) -> bool:
    """True where they decide about a response that is not *draft*: by its number, or because the letter that they answer is
    older."""
    if shown is not None:
        return shown != draft.mail
    return work.mail.answers_of is not None and work.mail.answers_of < draft.at


def _approved(work: OfficerAtWork, stage: StagePolicy, draft: Draft, asked: tuple[Approval, ...]) -> None:
    d = work.d
    d.note(work.officer.key, "approved", mail=draft.mail)
    missing = _missing(d, asked, draft)
    if missing:
        d.change(draft=draft)
        work.done(f"You have approved the response. It still waits for {_names(d, missing)}.")
        return
    author = d.council.roster.find(draft.officer) or work.officer
    # It is their letter, with the files that they attached, and what they may not write does not leave.
    theirs = OfficerAtWork(d, author, replace(work.mail, number=draft.mail, files=draft.files, most_bytes=None))
    theirs.may_name_one = draft.may_name_one
    leave(theirs, stage, draft)
    theirs.tell_of_files()
    for line in theirs.lines:
        work.done(line)
    work.done("You have approved the response, and it has left in the name of whoever wrote it.")


def _not_approved(work: OfficerAtWork, draft: Draft, reason: str) -> None:
    d = work.d
    if not reason:
        raise Refusal("the reason is missing: whoever wrote it must know what to change", "#approve no and the reason")
    d.change(draft=None)
    d.note(work.officer.key, "not_approved", mail=draft.mail)
    detail = f"{work.officer.name} has not approved your response: {reason}"
    hand_over(d, LetterKind.DECISION, f"officer:{draft.officer}", "not_approved", detail, draft.text, mail=d.case.began_mail)
    work.done("The response goes back to whoever wrote it, with your reason. Nothing has gone to the resident.")


# --- who, and what for


def _wanted(d: Deliberation, stage: StagePolicy, response: Draft) -> tuple[Approval, ...]:
    """The approvals that this response needs: by its outcome, a flag of the case, or a remedy that was recorded."""
    case = d.case
    words = {response.outcome.value, *(flag for flag, _ in case.flags), *(remedy.code for remedy in case.remedies)}
    said = {word.replace("_", "-") for word in words}
    return tuple(approval for approval in stage.approvals if said & {word.replace("_", "-") for word in approval.when})


def _missing(d: Deliberation, asked: tuple[Approval, ...], draft: Draft) -> tuple[Approval, ...]:
    """Those of *asked* that nobody has given yet."""
    return tuple(each for each in asked if not any(_may_approve(d, each, draft, key) for key in draft.approved))


def _names(d: Deliberation, approvals: tuple[Approval, ...]) -> str:
    """Who may give *approvals*, as officers call them."""
    return " and ".join(dict.fromkeys(title_of(d, role) for approval in approvals for role in approval.by))


def _roles(d: Deliberation, approval: Approval) -> tuple[str, ...]:
    board = d.council.policy.provisions.board
    members = board.members if board is not None else (LEAD,)
    return tuple(role for each in approval.by for role in (members if each == BOARD else (each,)))


def _people(d: Deliberation, approval: Approval, author: str) -> tuple[tuple[str, Recipient], ...]:
    """Those who may approve, each with their role: not whoever wrote it, unless there is nobody else."""
    everyone = [(role, person) for role in _roles(d, approval) for person in d.people(role)]
    theirs = d.council.roster.who_read({author})  # a shared address counts as everybody who reads it
    others = [(role, person) for role, person in everyone if person.officer not in theirs]
    leads = [(LEAD, person) for person in d.people(LEAD)]
    return tuple(others or [each for each in leads if each[1].officer not in theirs] or leads)


def _may_approve(d: Deliberation, approval: Approval, draft: Draft, officer: str) -> bool:
    people = {person.officer for _, person in _people(d, approval, draft.officer)}
    found = d.council.roster.find(officer)
    stands_in = found is not None and officer != draft.officer and not d.council.roster.acts_for(found).isdisjoint(people)
    return officer in people or stands_in


def _address(role: str, person: Recipient) -> str:
    return f"officer:{person.officer}" if person.officer is not None else f"role:{role}"
