"""What whoever reviews a complaint must have before them: all that was written, and what was answered."""

from townclerk.domain.decide.deliberation import Deliberation
from townclerk.domain.letters import Original, PastAnswer


def file_for_review(d: Deliberation, shown: int | None) -> tuple[Original, ...]:
    """The other mails of a case that has been answered, oldest first: the complaint itself begins them. *shown* is the mail
    that the letter shows anyway."""
    if not d.case.answers:
        return ()
    return tuple(d.original(mail) for mail in d.case.mails if mail.mail != shown)


def answers_so_far(d: Deliberation) -> tuple[PastAnswer, ...]:
    """Every response that went out, oldest first."""
    stages, calendar = d.council.policy.stages, d.council.calendar
    return tuple(
        PastAnswer(
            stages[answer.stage].title if answer.stage in stages else "",
            calendar.local(answer.at).date(),
            officer.name if (officer := d.council.roster.find(answer.officer)) else "",
            answer.outcome,
            answer.text,
        )
        for answer in d.case.answers
    )
