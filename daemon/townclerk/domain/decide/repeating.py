"""Stage 1 once more: because somebody chooses it, or because a request for Stage 2 is sent back to it."""

from datetime import datetime

from townclerk.domain.case import Correspondence
from townclerk.domain.commands import Command
from townclerk.domain.decide.assigning import assign
from townclerk.domain.decide.deliberation import Deliberation
from townclerk.domain.decide.refusal import Refusal
from townclerk.domain.decide.work import OfficerAtWork
from townclerk.domain.letters import ReviewDecision
from townclerk.domain.policy import StagePolicy
from townclerk.domain.words import Category, Stage, Status


def second_stage1(work: OfficerAtWork, command: Command) -> None:
    """`#second-stage1`: only whoever the policy names may choose it, and only as often as it says."""
    d = work.d
    stage = d.council.policy.stages.get(Stage.STAGE1_AGAIN)
    if stage is None:
        raise Refusal("this policy has no second Stage 1", "#review accept", "#message to write to the resident")
    check_person(work, stage.decided_by)
    _check_moment(d)
    _check_times(d, stage, stage.max_times)
    asked_for_more = d.case.status is Status.OPEN
    text = work.text_of(command)
    if asked_for_more and not text:
        raise Refusal(
            "the resident has asked for the next stage, so they must be told why they get another",
            "#second-stage1 and, on the next line, what the resident is to be told",
        )
    _begin(work, stage, text)


def back(work: OfficerAtWork, text: str) -> None:
    """`#review back`: the request for a stage is not taken now, and the matter goes to the service again."""
    d = work.d
    triage = d.stage_policy.triage if d.stage_policy and d.case.status is Status.OPEN else None
    stage = d.council.policy.stages.get(triage.back_to) if triage and triage.back_to else None
    if triage is None or stage is None or not d.case.responded_at:
        raise Refusal("there is no request that this policy would let you send back", "#review accept", "#review refuse")
    check_person(work, triage.by)
    _check_times(d, stage, stage.max_times or 1)
    if not text:
        raise Refusal("reasons are missing: the resident must be told why", "#review back and, on the next line, the reasons")
    _begin(work, stage, text)


def check_person(work: OfficerAtWork, role: str, *others: str) -> None:
    """Refuses what only *role* decides (or one of *others*) to anybody else."""
    d = work.d
    if not any(work.officer in d.everybody(each) for each in (role, *others)):
        names = ", ".join(officer.name for officer in d.council.playing(role)) or "the complaints lead"
        raise Refusal(f"only {role.replace('_', ' ')} decides that", f"a word with {names}")


def _check_moment(d: Deliberation) -> None:
    case = d.case
    if case.category is not Category.COMPLAINT or not case.responded_at:
        raise Refusal("Stage 1 has not been answered yet", "#respond", "#extend DATE and the reason")
    if case.status is Status.WITHDRAWN:
        raise Refusal("the case is withdrawn", "#reopen first")
    if case.stage is not Stage.STAGE2:
        if case.status is Status.OPEN:
            raise Refusal("it is being looked at again already", "#respond", "#message to write to the resident")
        return
    triage = d.stage_policy.triage if d.stage_policy else None
    if case.status is not Status.OPEN or triage is None:
        raise Refusal("the next stage has begun: it cannot be taken back", "#respond", "#message to write to the resident")


def _check_times(d: Deliberation, stage: StagePolicy, most: int | None) -> None:
    if not d.case.may_repeat(stage.stage, most):
        again = "#review accept" if d.case.requested_mail is not None else "#message to write to the resident"
        times = "once" if most == 1 else f"{most} times"
        raise Refusal(f"this policy allows {stage.title} {times}, and this case has had it", again)


def _begin(work: OfficerAtWork, stage: StagePolicy, text: str) -> None:
    """The stage begins with the mail in which the resident was not content. A date for Stage 2 that they hold stands."""
    d = work.d
    mail, since, why = _counts_from(d)
    sent_back, held = d.case.status is Status.OPEN, d.case.deadline(f"{d.case.stage}.respond")
    onward = d.council.policy.stage_after(stage.stage)
    for each in d.case.deadlines:
        if each.open and each.what in {"acknowledge", "assess"}:
            d.drop(each.name)
    d.change(
        status=Status.OPEN, requested_mail=None, outcome=None, acknowledgement_owed=False, closed_at=None, review_refused=False
    )
    d.start(stage, mail, since, why)
    assign(d, stage, mail=mail)
    respond = d.case.deadline(f"{stage.stage}.respond")
    letter = ReviewDecision(
        accepted=True,
        text=text,
        officer=work.officer.name,
        respond_by=respond.promised if respond else None,
        ombudsmen=d.ombudsmen(),
        stage_title=stage.title,
        stays_open=onward.title if onward else "",
        sent_back=sent_back,
        stands=held.promised if sent_back and held is not None and held.open else None,
    )
    work.write(letter, stage.respond.promises, stage.respond.clause)
    work.done(f"It is looked at again ({stage.title}). The resident has the new date, and whoever answers has been told.")


def _counts_from(d: Deliberation) -> tuple[int, datetime, str]:
    """(the mail with which it begins, the moment from which it counts, why that is not the usual one)."""
    asked = d.case.mail(d.case.requested_mail) or _written_since(d)
    if asked is not None:
        return asked.mail, asked.received_at, ""
    began = d.case.began_mail if d.case.began_mail is not None else d.case.mails[0].mail
    return began, d.now, "counted from the day on which it was decided: nobody wrote"


def _written_since(d: Deliberation) -> Correspondence | None:
    """The resident's last mail after the last response."""
    since = d.case.responded_at[-1][1]
    theirs = [m for m in d.case.mails if m.received_at > since and m.sender.key == d.case.complainant.key]
    return theirs[-1] if theirs else None
