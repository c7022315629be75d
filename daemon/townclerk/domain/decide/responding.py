"""A response leaves: what it ends, what it opens, and the letters."""

from datetime import date

from townclerk.domain.case import Answer, Draft
from townclerk.domain.days_written import words_of
from townclerk.domain.decide.campaigning import share_response
from townclerk.domain.decide.contents import items, understanding
from townclerk.domain.decide.conversation import open_window
from townclerk.domain.decide.work import OfficerAtWork
from townclerk.domain.letters import FinalWord, Response, ReviewInvitation, ReviewRight
from townclerk.domain.policy import ResponseItem, StagePolicy
from townclerk.domain.words import Status


def leave(work: OfficerAtWork, stage: StagePolicy, response: Draft) -> None:
    """*response* answers *stage*, signed by whoever wrote it: now, or when it was sent without us. What the resident may do
    next they are told now, so that is counted from now."""
    d, following = work.d, work.d.council.policy.stage_after(stage.stage)
    at = work.sent_at or d.now
    d.meet(f"{stage.stage}.respond", at)
    d.drop_deadlines(stage.stage)
    ended = _end_what_stood(work, following) if following is not None else None
    d.change(
        status=Status.CLOSED if stage.closes_case else Status.ANSWERED,
        outcome=response.outcome,
        responded_at=(*d.case.responded_at, (stage.stage, at)),
        answers=(*d.case.answers, Answer(stage.stage, at, response.officer, response.outcome, response.text)),
        requested_mail=None,
        acknowledgement_owed=False,
        proposal=None,
        questions=(),  # of the opening: whoever has answered it knew what it is
        draft=None,
        closed_at=d.now if stage.closes_case else None,
    )
    if following is None:
        _send(work, stage, response, FinalWord(d.ombudsmen()))
    else:
        open_window(d, following)
        window = d.case.deadline(f"{following.stage}.request")
        right = ReviewRight(following.title, window.promised if window else None, ended)
        _send(work, stage, response, right)
        request = following.request
        d.to_resident(
            ReviewInvitation(right),
            automatic=True,
            promises=request.promises if request else (),
            clause=request.clause if request else "",
        )
    share_response(work, response)
    work.done(f"The complaint is answered: {response.outcome.words}.")
    _ask_for_the_reason(work)


def _end_what_stood(work: OfficerAtWork, following: StagePolicy) -> date | None:
    """The date for *following* that the resident holds, if they were sent back: it stood until this answer, which must say that
    it ends. They may ask again."""
    d = work.d
    standing = d.case.deadline(f"{following.stage}.respond")
    d.drop_deadlines(following.stage)
    if standing is None or not standing.open:
        return None
    d.note(work.officer.key, "date_ended", name=standing.name, promised=standing.promised, reason="the matter was answered")
    work.done(
        f"The date of {following.title}, {words_of(standing.promised)}, ends with this answer. The resident is told so, and "
        "that they may ask again."
    )
    return standing.promised


def _ask_for_the_reason(work: OfficerAtWork) -> None:
    """Where the policy counts complaints by their reasons, whoever answers is told that this one has none yet."""
    provisions, recorded = work.d.council.policy.provisions, work.d.case.reasons
    if provisions.reasons and not recorded and provisions.assessment is None:  # an assessment is asked for by itself
        codes = ", ".join(f"{code.code} ({code.title})" for code in provisions.reasons.values())
        work.done(f"Why it came to this is not recorded yet. Please reply with #reason and one of: {codes}.")


def _send(work: OfficerAtWork, stage: StagePolicy, response: Draft, onward: ReviewRight | FinalWord) -> None:
    if work.sent_already:
        return
    author = work.d.council.roster.find(response.officer)
    wanted = items(stage, response.outcome)
    letter = Response(
        stage.stage,
        stage.title,
        response.outcome,
        response.text,
        author.name if author else "",
        onward,
        names_stage=ResponseItem.STAGE in wanted,
        understanding=understanding(work.d.case) if ResponseItem.DEFINITION in wanted else "",
        ombudsmen=work.d.ombudsmen() if ResponseItem.OMBUDSMAN in wanted else None,
    )
    work.write(letter, stage.respond.promises, stage.respond.clause)
