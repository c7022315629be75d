"""What a resident answers to the survey: recorded. It is no complaint by itself; who says that they complain has a case."""

import re
from dataclasses import replace

from townclerk.domain.decide.deliberation import LEAD, Deliberation
from townclerk.domain.decide.handing import RESPONSIBLE, hand_over
from townclerk.domain.events import CaseOpened, ResidentWrote
from townclerk.domain.routing import Signal
from townclerk.domain.words import Category, LetterKind

# The mark stands at the top, as the ready-made answers put it, or as people write it themselves: "4", "4/5", "4 out of 5".
_MARK = re.compile(
    r"^\W{0,4}(?:(?:my\s+)?(?:survey|mark|answer|score|overall)\W{0,4})?([1-5])\b(?!\s*(?:working\s+)?(?:days?|weeks?|months?|years?))"
    r"(?![.,]\d|\s*/\s*(?!5\b)\d|\s*(?:[-–—,&+]|or|and|to)\s*[1-5]\b)",  # between two marks a person must choose
    re.I,
)
_WORDS = {word: n for n, word in enumerate(("one", "two", "three", "four", "five"), 1)}
# Further on in a line only with what it is out of; a word also by itself: "Very happy, 5/5", "four out of five", "Five."
_OUT_OF = re.compile(
    rf"(?<![\w/.,–-])([1-5]|{'|'.join(_WORDS)})\s*(?:/|out\s+of)\s*(?:5|five)\b(?!\s+(?!stars?\b|overall\b|thank)\w)", re.I
)
_ALONE = re.compile(rf"^\W*({'|'.join(_WORDS)})\W*$", re.I)
_LINES = 3  # of the mail, in which the mark is looked for
# The lines of the ready-made answers, however the mail was folded, with the mark that stands behind a question.
_FORM = re.compile(
    r"(?:was it easy to reach us|was our answer clear|did we keep to the dates that we gave you)\?"
    r"\s*(?:\(1 to 5\))?[\s:]*(?:[1-5]\b)?"
    r"|what should we do better\?:?".replace(" ", r"\s+"),
    re.I,
)
_BESIDE_THE_MARK = re.compile(r"^\W*(?:(?:/|out\s+of)\s*5\b)?\W*(?:very\s+well|well|neither\s+well\s+nor\s+badly)?\b", re.I)
_CIVILITY = re.compile(  # a whole line that greets, thanks or ends a letter
    r"^\W*(?:hi|hello|dear|good\s+(?:morning|afternoon|evening)|(?:many\s+)?thanks|thank\s+you|cheers|(?:kind|best|warm)?\s*(?:regards|wishes)"
    r"|yours\s+\w+|diolch)\b(?:\W+\w+){0,6}\W*$",
    re.I,
)
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_FEWEST = 3  # words that say something: fewer are a name
# Whole answers that say that there will be none; and that somebody is content, without a mark.
_DECLINES = re.compile(r"^\W*(?:no,?\s+thank(?:s|\s+you)|unsubscribe|(?:please\s+)?stop|not\s+interested)\W*$", re.I)
_CONTENT = re.compile(
    r"^(?:[\W_]*(?:all|very|really|quite|so|it\s+was)?\s*\b(?:good|well|great|excellent|brilliant|fine|ok(?:ay)?|happy|satisfied)\b[\W_]*"
    r"|\W*[👍😀😃😄🙂😊👌]\W*)$",
    re.I,
)
_WISHES = r"(?:wish|want|would\s+like|need|intend|am\s+writing|are\s+writing|write)"
_COMPLAINS = re.compile(
    rf"\b(?:i|we)(?:['’]d\s+like|\s+(?:(?:now|also|still|therefore|hereby|do)\s+)?{_WISHES})\s+to\s+(?:formally\s+)?"
    r"(?:complain\b|(?:make|raise|lodge|submit|register|file|log|put\s+in|start)\s+(?:an?|another|my)\s+(?:\w+\s+)?complaint\b)"
    r"|^[^\w\n]*(?:i|we)\s+(?:hereby\s+)?complain\b|\b(?:treat|take|log|register)\s+(?:this|it)\s+as\s+(?:an?|my)\s+(?:\w+\s+)?complaint\b"
    r"|\bthis\s+is\s+(?:an?|my)\s+(?:\w+\s+)?complaint\b|\b(?:hoffwn|dymunaf|rwyf\s+am|dw\s+i\s+eisiau)\s+(?:g?wyno|wneud\s+cwyn)\b",
    re.I | re.M,
)
LOWEST = 2  # a mark up to this one says that they are not content


def survey_answered(d: Deliberation, event: ResidentWrote) -> None:
    """No receipt, no reopening. Who is not content may be offered to complain: a person decides. What anybody else adds to
    the mark is read by whoever dealt with the case."""
    mail, mark = event.mail, mark_of(event.mail.own_text)
    said = mail.own_text.strip()
    record_mark(d, event)
    if event.spare_ref is not None and complains(mail.own_text):
        _open_what_they_complain_of(d, event, event.spare_ref)
        return
    if mark is None and _DECLINES.match(said):
        return
    signals = event.route.signals & {Signal.DISSATISFIED, Signal.REVIEW_REQUEST}
    survey = d.council.policy.provisions.survey
    clause = survey.said.clause if survey else ""
    if (
        signals
        or (mark is not None and mark <= LOWEST)
        or (mark is None and said and Signal.THANKS not in event.route.signals and not _CONTENT.match(said))
    ):
        hand_over(d, LetterKind.DECISION, f"role:{LEAD}", "survey_reply", mail=mail.number, clause=clause)
    elif added_to_mark(mail.own_text) or (mark is None and (not said or _CONTENT.match(said))):  # also our own letter alone
        hand_over(d, LetterKind.FORWARDED, f"{RESPONSIBLE}:", "survey", mail=mail.number, clause=clause)


def record_mark(d: Deliberation, event: ResidentWrote) -> None:
    mark = mark_of(event.mail.own_text)
    d.note("resident", "survey_answered", mark=mark or "", mail=event.mail.number)
    if mark is not None:
        d.change(survey_marks=(*d.case.survey_marks, mark))


def complains(text: str) -> bool:
    """True where an answer to the survey says that its writer complains, as the survey tells them to do. That they are not
    content, or did complain, is not that."""
    return bool(_COMPLAINS.search(text))


def _open_what_they_complain_of(d: Deliberation, event: ResidentWrote, ref: str) -> None:
    """A case of its own, as a first mail would open it: the one that they were asked about has had its answer."""
    d.open_another(
        CaseOpened(
            ref,
            event.mail,
            replace(event.route, category=Category.COMPLAINT, doubtful=False),
            restriction=d.restriction,
            related=(d.case.ref,),
            restricted=d.case.restricted,
            conflicts=d.case.conflicts,
            confidants=d.case.confidants,
        )
    )
    d.change(related=(*d.case.related, ref))
    d.note("resident", "complained", other=ref, mail=event.mail.number)


def mark_of(text: str) -> int | None:
    """The mark from 1 to 5 that begins *text*, or None: there is none."""
    top = _top(text)
    for pattern in (_MARK.match, _OUT_OF.search, _ALONE.match):
        found = next((match for line in top if (match := pattern(line))), None)
        if found:
            return _WORDS.get(found[1].lower()) or int(found[1])
    return None


def added_to_mark(text: str) -> str:
    """What *text* says besides the mark, the lines of the form, and civilities; empty where that is nothing."""
    lines = [line.strip() for line in _FORM.sub("\n", text).splitlines()]
    marked = next((line for line in _top(text) if _MARK.match(line)), None)
    if marked in lines:
        lines[lines.index(marked)] = _BESIDE_THE_MARK.sub("", _MARK.sub("", marked)).lstrip(" .,;:-–")
    said = "\n".join(line for line in lines if line and not _CIVILITY.match(line))
    return said if len(_WORD.findall(said)) >= _FEWEST else ""


def _top(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()][:_LINES]
