"""Words that end a case, or begin it again: `#refuse`, `#withdraw`, `#close`, `#reopen`."""

from dataclasses import replace

from townclerk.domain.afterwards import missing_from
from townclerk.domain.case import Pending
from townclerk.domain.commands import Command
from townclerk.domain.decide.deliberation import LEAD, Deliberation
from townclerk.domain.decide.handing import hand_over
from townclerk.domain.decide.opening import ask_what_is_pending, category_policy
from townclerk.domain.decide.refusal import Refusal
from townclerk.domain.decide.reminding import still_to_be_recorded
from townclerk.domain.decide.weighing import ANONYMOUS
from townclerk.domain.decide.work import OfficerAtWork, with_nearest
from townclerk.domain.letters import (
    Closure,
    NotAccepted,
)
from townclerk.domain.policy import Exclusion
from townclerk.domain.typed import code as as_code
from townclerk.domain.words import Category, LetterKind, Status


def refuse(work: OfficerAtWork, command: Command) -> None:
    d = work.d
    code, _, rest = command.argument.partition(" ")
    exclusion = d.council.policy.exclusions.get(as_code(code)) or _as_anonymous(work, as_code(code))
    if exclusion is None:
        codes = ", ".join(sorted(d.council.policy.exclusions))
        raise Refusal(
            f"“{code}” is no exclusion of this policy" if code else "the code is missing",
            f"#refuse and one of: {codes}",
            corrected=with_nearest("refuse", code, sorted(d.council.policy.exclusions), rest),
        )
    text = work.one_text(command, rest, f"#refuse {exclusion.code}")
    if not text:
        raise Refusal("reasons are missing: the resident must be told why", f"#refuse {exclusion.code} and your reasons")
    if d.case.status in {Status.CLOSED, Status.WITHDRAWN}:
        raise Refusal(f"the case is {d.case.status}", "#reopen first")
    d.drop_deadlines()
    # What was only suspected is decided now: of another exclusion than the one suspected everybody may hear who must.
    d.change(status=Status.CLOSED, closed_at=d.now, requested_mail=None, restricted=d.case.restricted and exclusion.restricted)
    d.change(refused=exclusion.code)
    letter = NotAccepted(
        exclusion.title, exclusion.clause, text, exclusion.explanation, exclusion.signpost, work.officer.name, d.ombudsmen()
    )
    work.write(letter, exclusion.promises, exclusion.clause)
    if exclusion.forward_to:  # a person has decided that it is theirs: they hear of it, be it restricted or not
        d.change(confidants=tuple(dict.fromkeys((*d.case.confidants, exclusion.forward_to))))
        hand_over(d, LetterKind.FORWARDED, f"role:{exclusion.forward_to}", "excluded", clause=exclusion.clause)
    work.done(f"The policy does not cover this ({exclusion.title}): the case is closed.")


def _as_anonymous(work: OfficerAtWork, code: str) -> Exclusion | None:
    """What an anonymous complaint is refused under that is not taken on, where the policy has no exclusion of that name."""
    anonymous, pending = work.d.council.policy.provisions.anonymous, work.d.case.pending
    if code != ANONYMOUS or anonymous is None or pending is None or pending.question != ANONYMOUS:
        return None
    said = anonymous.said
    return Exclusion(ANONYMOUS, "Anonymous complaints", said.clause, promises=said.promises, quote=said.quote)


def withdraw(work: OfficerAtWork, command: Command) -> None:
    d = work.d
    if d.case.status in {Status.CLOSED, Status.WITHDRAWN}:
        raise Refusal(f"the case is {d.case.status} already", "#note to add something")
    d.drop_deadlines()
    d.change(status=Status.WITHDRAWN, closed_at=d.now, requested_mail=None)
    _remark(work, command)
    work.write(Closure(command.body, work.officer.name, withdrawn=True))
    work.done("The case is withdrawn.")


def _remark(work: OfficerAtWork, command: Command) -> None:
    """What stands on the word's own line is said to us, not to the resident."""
    if command.argument:
        work.d.note(work.officer.key, "note", text=command.argument)
        work.done("What you wrote on the word's own line is kept as a note. Only what stands below it goes to the resident.")


def close(work: OfficerAtWork, command: Command) -> None:
    d = work.d
    if d.case.status in {Status.CLOSED, Status.WITHDRAWN}:
        raise Refusal(f"the case is {d.case.status} already", "#note to add something")
    if d.case.category is Category.COMPLAINT and not d.case.responded_at:
        raise Refusal("the complaint has not been answered", "#respond", "#refuse CODE reason", "#withdraw")
    if d.case.category is Category.COMPLAINT and d.case.status is Status.OPEN:
        raise Refusal("the review has not been answered", "#respond", "#review refuse and the reasons")
    _must_have_answered(work, command)
    d.drop_deadlines()
    d.change(status=Status.CLOSED, closed_at=d.now, requested_mail=None)
    _remark(work, command)
    if command.body:
        work.write(Closure(command.body, work.officer.name))
    work.done("The case is closed.")
    sheet = d.council.policy.provisions.assessment
    missing = still_to_be_recorded(d.case, missing_from(d.case, sheet)) if sheet is not None else ""
    if missing:
        work.done(missing)


def _must_have_answered(work: OfficerAtWork, command: Command) -> None:
    """Of some categories the policy promises that the resident hears what was done."""
    d = work.d
    wanted = category_policy(d.case.category, d.council).answer_before_close
    if wanted and d.case.written_at is None and not command.body:
        raise Refusal(
            "this policy promises the resident to hear what was done, and nobody has written to them",
            "#close and, on the next line, what was done",
            "#message and what was done",
        )


def reopen(work: OfficerAtWork, _command: Command) -> None:
    d = work.d
    if d.case.status is Status.OPEN:
        raise Refusal("the case is open", "#show to see where it stands")
    if d.case.responded_at and d.case.stage is d.case.responded_at[-1][0]:
        raise Refusal(
            "it has been answered; a resident who is not content asks for a review",
            "#review accept, where they have asked",
            "#message to write to the resident",
        )
    # What the case took another way to before it ended (an earlier stage, a complaint that became a comment) stays as it is.
    owed = tuple(
        replace(each, dropped=False) if each.stage is d.case.stage and not each.outlives else each for each in d.case.deadlines
    )
    d.change(status=Status.OPEN, closed_at=None, deadlines=owed, linked=(), last_contact_at=d.now)
    d.change(review_refused=False, refused=None)
    if d.case.category is Category.COMPLAINT and d.case.stage is None:
        _ask_again(d)
        work.done("The case is open again. No date runs yet: whoever decides what becomes of it has been asked again.")
        return
    work.done("The case is open again, with the dates that it had.")


def _ask_again(d: Deliberation) -> None:
    """Of a complaint that ended before any stage began, what was to be decided first is to be decided still."""
    pending = d.case.pending or Pending("category", LEAD)
    d.change(pending=replace(pending, asked_at=d.now), restricted=d.case.restricted or pending.question == ANONYMOUS)
    ask_what_is_pending(d, d.case.began_mail)
