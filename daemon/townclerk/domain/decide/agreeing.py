"""A later date to which the resident is asked to agree: proposed, agreed, not agreed."""

from townclerk.domain.case import Deadline, PromisedBy, Proposal
from townclerk.domain.commands import Command
from townclerk.domain.days_written import words_of
from townclerk.domain.deadlines import move
from townclerk.domain.decide.deliberation import Deliberation
from townclerk.domain.decide.handing import RESPONSIBLE, hand_over
from townclerk.domain.decide.opening import category_policy, send_receipt
from townclerk.domain.decide.refusal import Refusal
from townclerk.domain.decide.work import OfficerAtWork
from townclerk.domain.events import ResidentWrote
from townclerk.domain.letters import ExtensionNotAgreed, ExtensionProposal
from townclerk.domain.policy import StagePolicy
from townclerk.domain.routing import Signal
from townclerk.domain.typed import code
from townclerk.domain.words import LetterKind, Status

_BY_PHONE = {"agreed": True, "agree": True, "not_agreed": False, "not_agree": False, "disagreed": False}


def propose(work: OfficerAtWork, stage: StagePolicy, deadline: Deadline, proposal: Proposal) -> None:
    """The resident is asked. Nothing moves until they agree; a proposal that is pending is replaced."""
    d = work.d
    d.change(proposal=proposal)
    letter = ExtensionProposal(stage.stage, deadline.promised, proposal.day, proposal.reason, d.ombudsmen())
    work.write(letter, stage.extension.promises, stage.extension.clause)
    stands = words_of(deadline.promised)
    work.done(f"The resident is asked to agree to {words_of(proposal.day)}. Until they do, {stands} stands.")


def by_phone(command: Command) -> bool | None:
    """Whether `#extend agreed` or `#extend not-agreed` records an answer; None: it is no answer, but a new date."""
    return _BY_PHONE.get(code(command.argument))


def record(work: OfficerAtWork, agreed: bool) -> None:
    """The answer came by phone: the resident has it in writing too."""
    d = work.d
    if d.case.proposal is None or d.case.status is not Status.OPEN:
        raise Refusal("no proposal of a later date waits for an answer", "#extend DATE and the reason")
    if agreed:
        day = d.case.proposal.day
        if day < d.council.calendar.local(d.now).date():
            raise Refusal(f"{words_of(day)}, which was proposed, has passed", "#extend and a date to come")
        _agreed(d, d.case.proposal)
        work.done(f"The resident has agreed: the response is now promised for {words_of(day)}.")
    else:
        _not_agreed(d, d.case.proposal)
        work.done("The resident has not agreed: the date that they hold stands.")


def answered_proposal(d: Deliberation, event: ResidentWrote) -> bool:
    """True where this mail is the resident's plain answer to a proposal, and what follows from it has been decided. What is not
    plain goes to the officer, who records it."""
    proposal, signals = d.case.proposal, event.route.signals
    agrees, disagrees = Signal.AGREES in signals, Signal.DISAGREES in signals
    about_it = event.answers in {LetterKind.EXTENSION_PROPOSAL, None}
    if proposal is None or d.case.status is not Status.OPEN or not about_it or agrees == disagrees:
        return False
    if agrees and proposal.day < d.council.calendar.local(d.now).date():
        return False
    if agrees:
        _agreed(d, proposal)
    else:
        _not_agreed(d, proposal)
    stage = d.council.policy.stages[proposal.stage]
    reason = "agreed" if agrees else "not_agreed"
    hand_over(d, LetterKind.FORWARDED, f"{RESPONSIBLE}:{stage.respond.by}", reason, mail=event.mail.number)
    return True


def _agreed(d: Deliberation, proposal: Proposal) -> None:
    deadline = d.case.deadline(f"{proposal.stage}.respond")
    if deadline is not None and deadline.open:
        d.case = d.case.with_deadline(move(deadline, proposal.day, PromisedBy.OFFICER, d.now, proposal.in_time))
    d.change(proposal=None)
    d.note("resident", "agreed", day=proposal.day)
    send_receipt(d, "agreed", category_policy(d.case.category, d.council))


def _not_agreed(d: Deliberation, proposal: Proposal) -> None:
    deadline, stage = d.case.deadline(f"{proposal.stage}.respond"), d.council.policy.stages[proposal.stage]
    d.change(proposal=None)
    d.note("resident", "not_agreed", day=proposal.day)
    if deadline is not None:
        letter = ExtensionNotAgreed(proposal.stage, deadline.promised, d.ombudsmen())
        d.to_resident(letter, automatic=True, promises=stage.extension.promises, clause=stage.extension.clause)
