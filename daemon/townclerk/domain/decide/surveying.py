"""What a resident answers to the survey: recorded, and never a complaint by itself."""

import re

from townclerk.domain.decide.deliberation import LEAD, Deliberation
from townclerk.domain.decide.handing import hand_over
from townclerk.domain.events import ResidentWrote
from townclerk.domain.routing import Signal
from townclerk.domain.words import LetterKind

# The mark stands at the top, as the ready-made answers put it, or as people write it themselves: "4", "4/5", "4 out of 5".
_MARK = re.compile(
    r"^\W{0,4}(?:(?:my\s+)?(?:survey|mark|answer|score|overall)\W{0,4})?([1-5])\b(?!\s*(?:working\s+)?(?:days?|weeks?|months?|years?))",
    re.I,
)
_LINES = 3  # of the mail, in which the mark is looked for
LOWEST = 2  # a mark up to this one says that they are not content


def survey_answered(d: Deliberation, event: ResidentWrote) -> None:
    """No receipt, no reopening. Who is not content may be offered to complain: a person decides."""
    mail, mark = event.mail, mark_of(event.mail.own_text)
    said = mail.own_text.strip()
    d.note("resident", "survey_answered", mark=mark or "", mail=mail.number)
    if mark is not None:
        d.change(survey_marks=(*d.case.survey_marks, mark))
    signals = event.route.signals & {Signal.DISSATISFIED, Signal.REVIEW_REQUEST}
    if signals or (mark is not None and mark <= LOWEST) or (mark is None and said and Signal.THANKS not in event.route.signals):
        survey = d.council.policy.provisions.survey
        clause = survey.said.clause if survey else ""
        hand_over(d, LetterKind.DECISION, f"role:{LEAD}", "survey_reply", mail=mail.number, clause=clause)


def mark_of(text: str) -> int | None:
    """The mark from 1 to 5 that begins *text*, or None: there is none."""
    lines = [line for line in text.splitlines() if line.strip()][:_LINES]
    found = next((match for line in lines if (match := _MARK.match(line.strip()))), None)
    return int(found[1]) if found else None
