"""What a response must contain by the policy. Much of it the letter adds, so that nobody can forget it; some can be looked
for in the officer's words, and is, leniently; the rest only a person can judge, and is asked of whoever wrote it."""

import re

from townclerk.domain.case import Case
from townclerk.domain.decide.refusal import Refusal
from townclerk.domain.policy import ResponseItem, StagePolicy
from townclerk.domain.words import Outcome

MOST_QUOTED = 2000  # characters of the resident's own words, where nobody has written down how we understand them
FEWEST_WORDS = 3  # with which somebody can have given a reason
_GREETING = re.compile(r"^\s*(?:dear|hello|hi|good (?:morning|afternoon|evening))\b[^\n,]{0,60}[,\n]", re.IGNORECASE)
_CLOSING = re.compile(r"\b(?:yours (?:sincerely|faithfully|truly)|(?:kind|best|warm)(?:est)? regards|regards)\b", re.IGNORECASE)
_APOLOGY = re.compile(r"\b(?:sorry|apolog\w*|regret\w*|ymddiheur\w*)", re.IGNORECASE)
_DONE_OR_TO_DO = re.compile(
    r"\b(?:will|shall|going to|(?:we|i)['’]ll|have|has|(?:we|i)['’]ve|nothing is left)\b"
    r"|\b(?:was|were|is|are|been|be|being)\s+(?:\w+\s+)?\w+(?:ed|en|nt|id)\b"
    r"|\b(?:fix|fitt|repair|replac|refund|compens|pay|paid|mend|clear|clean|collect|deliver|book|order|train|remind|correct)\w*"
    r"|\b(?:offer|waiv|credit|cancel|install|chang|updat|remov|restor|reinstat|resolv|arrang|agree)\w*",
    re.IGNORECASE,
)

# What an officer is told of each item that is theirs to supply.
_WORDS = {
    ResponseItem.REASONS: "the reasons for the decision",
    ResponseItem.APOLOGY: "an apology",
    ResponseItem.REMEDY: "what has been or will be done to put it right",
    ResponseItem.ACTIONS: "what has been or will be done",
    ResponseItem.EVIDENCE: "the evidence that it rests on",
    ResponseItem.REFERENCES: "the policies or law that it refers to",
    ResponseItem.RESPONSIBILITY: "what the council is responsible for, and what it is not",
    ResponseItem.ALL_POINTS: "an answer to every point",
    ResponseItem.CAN_DO: "what the council can do",
    ResponseItem.CANNOT_DO: "what it cannot do, and why",
}
_WHERE_UPHELD = frozenset({ResponseItem.APOLOGY, ResponseItem.REMEDY, ResponseItem.ACTIONS})
_LOOKED_FOR = frozenset({ResponseItem.REASONS}) | _WHERE_UPHELD


def items(stage: StagePolicy, outcome: Outcome) -> tuple[ResponseItem, ...]:
    """What the policy wants in a response of *stage* with this outcome."""
    beside = stage.not_upheld_must_contain if outcome is Outcome.NOT_UPHELD else stage.upheld_must_contain
    return tuple(dict.fromkeys((*stage.response_must_contain, *beside)))


def check(stage: StagePolicy, case: Case, outcome: Outcome, text: str, officer: str) -> None:
    """Refuses a response that clearly lacks something which the policy promises and only its writer can give."""
    lacking = missing(stage, case, outcome, text, officer)
    if lacking:
        named = " and ".join(_WORDS[item] for item in lacking)
        when = "in every response" if ResponseItem.REASONS in lacking else f"where a complaint is {outcome.words}"
        raise Refusal(
            f"the response lacks {named}: the policy promises that {when} ({stage.respond.clause})",
            f"#respond {outcome} and your text again, with {named}",
        )


def missing(stage: StagePolicy, case: Case, outcome: Outcome, text: str, officer: str) -> tuple[ResponseItem, ...]:
    """Of what can be looked for, what is not there. Short and honest is enough."""
    wanted = [item for item in items(stage, outcome) if item in _LOOKED_FOR]
    if outcome is Outcome.NOT_UPHELD:
        wanted = [item for item in wanted if item not in _WHERE_UPHELD]
    return tuple(item for item in wanted if not _is_there(item, case, text, officer))


def _is_there(item: ResponseItem, case: Case, text: str, officer: str) -> bool:
    if item is ResponseItem.REASONS:
        return len(_own_words(text, officer)) >= FEWEST_WORDS
    if item is ResponseItem.APOLOGY:
        return _APOLOGY.search(text) is not None
    done = _DONE_OR_TO_DO.search(text) or _APOLOGY.search(text)  # an apology is a remedy too
    return done is not None or bool(case.open_actions) or bool(case.remedies)


def _own_words(text: str, officer: str) -> list[str]:
    """The words between the greeting and the name at the end."""
    body = _CLOSING.split(_GREETING.sub("", text, count=1))[0]
    name = {word.lower() for word in officer.split()}
    return [word for word in re.findall(r"[^\W_]+(?:['’][^\W_]+)?", body) if word.lower() not in name]


def to_judge(stage: StagePolicy, outcome: Outcome) -> str:
    """What only whoever wrote the response can say is there, as a line for them; empty where that is nothing."""
    asked = [_WORDS[item] for item in items(stage, outcome) if item in _WORDS and item not in _LOOKED_FOR]
    return f"Please check that your response gives {_listed(asked)}. If it does not, write again: #message." if asked else ""


def told_before(stage: StagePolicy) -> tuple[str, ...]:
    """What whoever answers is told from the start that a response must contain."""
    always = [item for item in stage.response_must_contain if item in _WORDS]
    upheld = [item for item in (*always, *stage.upheld_must_contain) if item in _WORDS]
    said = [_WORDS[item] for item in dict.fromkeys(always) if item not in _WHERE_UPHELD]
    where_upheld = [item for item in dict.fromkeys(upheld) if item in _WHERE_UPHELD or item not in always]
    where_not = [item for item in stage.not_upheld_must_contain if item in _WORDS and item not in (*always, *_WHERE_UPHELD)]
    return (
        *said,
        *(f"where it is upheld, also in part: {_WORDS[item]}" for item in where_upheld),
        *(f"where it is not upheld: {_WORDS[item]}" for item in dict.fromkeys(where_not)),
    )


def _listed(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def understanding(case: Case) -> str:
    """How the complaint is understood: as it was acknowledged, or else in the resident's own words."""
    mail = case.mail(case.began_mail) or case.first_mail
    return case.understanding or (mail.text[:MOST_QUOTED].strip() if mail is not None else "")
