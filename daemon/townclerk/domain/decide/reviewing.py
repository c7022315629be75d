"""`#review`: whether a request for the next stage is taken."""

from townclerk.domain.commands import Command
from townclerk.domain.decide.assigning import assign, assign_answer
from townclerk.domain.decide.conversation import begin_review
from townclerk.domain.decide.deliberation import LEAD
from townclerk.domain.decide.refusal import Refusal
from townclerk.domain.decide.repeating import back, check_person
from townclerk.domain.decide.work import OfficerAtWork, with_nearest
from townclerk.domain.letters import (
    ReviewDecision,
)
from townclerk.domain.policy import StagePolicy
from townclerk.domain.provisions import Published
from townclerk.domain.typed import code
from townclerk.domain.words import Stage, Status


def review(work: OfficerAtWork, command: Command) -> None:
    verdict, _, rest = command.argument.partition(" ")
    verdicts = {"accept": _accept_review, "accepted": _accept_review, "refuse": _refuse_review, "refused": _refuse_review}
    act = {**verdicts, "back": back}.get(code(verdict))
    if act is None:
        raise Refusal(
            "say whether the request is accepted, refused or sent back",
            "#review accept",
            "#review refuse and the reasons below",
            corrected=with_nearest("review", verdict, ("accept", "refuse", "back"), rest),
        )
    act(work, work.one_text(command, rest, f"#review {verdict}"))


def _requested_stage(work: OfficerAtWork) -> StagePolicy:
    """The stage that the resident asks for; refuses where nothing was asked, or it has been decided."""
    d = work.d
    stage = d.stage_policy
    if d.case.requested_mail is not None and stage is not None:
        following = d.council.policy.stage_after(stage.stage)
        if following is not None and d.case.responded_at and d.case.status is not Status.OPEN:
            return following
        if stage.stage is Stage.STAGE2 and (d.case.status is Status.OPEN or d.case.review_refused):
            return stage
    raise Refusal("no request for a review is waiting for a decision", "#message to write to the resident")


def _bypass(work: OfficerAtWork, stage: StagePolicy, published: Published, text: str) -> None:
    """Nobody has asked: the complaint begins at *stage*, the one before it left out. Its clocks count from now."""
    d = work.d
    if not text:
        raise Refusal(
            f"reasons are missing: the resident must be told why the complaint begins at {stage.title}",
            "#review accept and, on the next line, the reasons",
        )
    if d.case.stage is not None:
        d.drop_deadlines(d.case.stage)
    first = d.case.mails[0].mail
    d.change(acknowledgement_owed=False)
    d.start(stage, first, d.now, "counted from the day on which it was decided that the complaint begins here")
    d.note(work.officer.key, "stages_bypassed", stage=stage.stage)
    assign(d, stage, mail=first)
    acknowledge, respond = (d.case.deadline(f"{stage.stage}.{what}") for what in ("acknowledge", "respond"))
    letter = ReviewDecision(
        accepted=True,
        text=text,
        officer=work.officer.name,
        respond_by=respond.promised if respond else None,
        ombudsmen=d.ombudsmen(),
        stage_title=stage.title,
        bypassed=True,
        acknowledge_by=acknowledge.promised if acknowledge else None,
    )
    work.write(letter, published.promises, published.clause)
    work.done(f"The complaint begins at {stage.title}. Whoever deals with it there has been told.")


def _may_be_bypassed(work: OfficerAtWork) -> tuple[StagePolicy, Published] | None:
    """The stage at which this complaint may begin, and what was published of that; None where it may not, or was answered."""
    d = work.d
    stage = d.stage_policy
    unanswered = d.case.status is Status.OPEN and not d.case.responded_at and d.case.requested_mail is None
    following = d.council.policy.stage_after(stage.stage) if stage is not None and unanswered else None
    return (following, following.bypass) if following is not None and following.bypass is not None else None


def _accept_review(work: OfficerAtWork, text: str) -> None:
    if (bypassed := _may_be_bypassed(work)) is not None:
        check_person(work, bypassed[0].decided_by, LEAD)
        _bypass(work, *bypassed, text)
        return
    d, stage = work.d, _requested_stage(work)
    asked = d.case.mail(d.case.requested_mail)
    if asked is not None and d.case.began_mail != asked.mail:
        begin_review(d, stage, asked.mail, asked.received_at)
    d.change(requested_mail=None, review_refused=False, understanding=text or d.case.understanding)
    d.meet(f"{stage.stage}.assess")
    respond = d.case.deadline(f"{stage.stage}.respond")
    letter = ReviewDecision(
        accepted=True,
        text=text,
        officer=work.officer.name,
        respond_by=respond.promised if respond else None,
        ombudsmen=d.ombudsmen(),
        stage_title=stage.title,
    )
    work.write(letter, stage.respond.promises, stage.respond.clause)
    if stage.assess is not None:
        assign_answer(d, stage, mail=d.case.began_mail)
    work.done(f"The review is accepted ({stage.title}).")


def _refuse_review(work: OfficerAtWork, text: str) -> None:
    d, stage = work.d, _requested_stage(work)
    if not text:
        raise Refusal("reasons are missing: the resident must be told why", "#review refuse and, on the next line, the reasons")
    d.drop_deadlines(stage.stage)
    d.change(status=Status.CLOSED, closed_at=d.now, requested_mail=None, review_refused=True, proposal=None, draft=None)
    published = stage.refuse or Published("")
    letter = ReviewDecision(
        accepted=False, text=text, officer=work.officer.name, respond_by=None, ombudsmen=d.ombudsmen(), stage_title=stage.title
    )
    work.write(letter, published.promises, published.clause)
    work.done("There will be no review, and the case is closed.")
