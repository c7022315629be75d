"""A sign-off, the writer's own name and what they are: that is no text, below whatever word it stands, and goes to nobody."""

from collections.abc import Callable

import pytest

from desk.at_the_desk import LATER, a_complaint, answer, folded, text_of
from services.office import House
from townclerk.domain.additions import signs_and_says_no_more
from townclerk.domain.commands import WORDS
from townclerk.store.outbox import OutboxLine

RESIDENT = "asha.patel@example.org"
ANSWERED = "#respond upheld\nDear Ms Patel,\n\nWe are sorry: the lorry did not come. It comes on Friday.\n\nWendy Ash"
PERSON = frozenset({"wendy", "ash"})
# What is typed for each word; those below need a case that has been answered.
TYPED = {
    **{word: f"#{word}" for word in WORDS},
    "respond": "#respond upheld",
    "extend": "#extend 5 the depot has not answered us yet",
    "assign": "#assign tom",
    "category": "#category not-ours",
    "alternative": "#alternative appeal_or_legal_remedy",
    "refuse": "#refuse appeal_or_legal_remedy",
    "action": "#action 2027-02-08 clean the street",
    "restrict": "#restrict 2027-06-01 threats",
    "copy": "#copy bob@example.org",
    "flag": "#flag vulnerable hard of hearing",
    "hold": "#hold the court asks",
    "ombudsman": "#ombudsman enquiry 2027-02-08",
    "reason": "#reason missed bin",
    "remedy": "#remedy apology said sorry",
    "review": "#review accept",
}
AFTER_THE_ANSWER = frozenset({"close", "action", "action-done", "action-failed", "remedy", "review", "second-stage1", "reopen"})
SIGNATURES = ("Regards\nWendy", "Kind regards,\n\nWendy Ash (she/her)\nWaste Officer | Exton District Council")


async def told(house: House, typed: str, answered: bool) -> tuple[list[tuple[str, str]], list[str]]:
    """(the letters that the resident has for it, the kinds of those that the desk has)."""
    letter = await a_complaint(house)
    if answered:
        await answer(house, letter, ANSWERED)
    before = {line.key for line in house.letters()}
    await answer(house, letter, typed, LATER.replace(minute=30))
    new = [line for line in house.letters() if line.key not in before]
    theirs = [(line.kind, _said(house, line)) for line in new if line.recipient == RESIDENT]
    return theirs, [line.kind for line in new if line.recipient != RESIDENT]


def _said(house: House, line: OutboxLine) -> str:
    return folded(text_of(house, line))


@pytest.mark.parametrize(("word", "signature"), [(word, SIGNATURES[n % 2]) for n, word in enumerate(WORDS)])
async def test_below_any_word_a_signature_changes_nothing_of_what_the_resident_is_told(
    word: str, signature: str, build: Callable[..., House]
) -> None:
    answered = word in AFTER_THE_ANSWER
    bare = await told(build(), TYPED[word], answered)

    assert await told(build(), f"{TYPED[word]}\n\n{signature}", answered) == bare


@pytest.mark.parametrize(
    "lines",
    [
        *SIGNATURES,
        "Wendy",
        "Wendy Ash\nWaste Officer",
        "Thanks",
        "Thank you, Wendy",
        "Cofion / Regards\nWendy",
        "Wendy Ash | Waste Officer | Exton District Council",
        "Sent from my iPhone",
        "Regards\nWaste Team",
        "Thanks\nWendy\n\nSent from Outlook for Android",
    ],
)
def test_what_only_signs_is_no_text(lines: str) -> None:
    assert signs_and_says_no_more(lines.split("\n"), PERSON)


@pytest.mark.parametrize(
    "lines",
    [
        "",
        "Sorry.\nWendy",
        "Thank you for your letter",
        "Thanks for waiting.\nWendy",
        "Thanks\nWe come on Friday",
        "Missed Bin",
        "Wendy Ash came on Friday.",
        "Wendy, Ash and the crew",
        "Dear Ms Patel\nRegards\nWendy",
        "Thank you, Ms Patel\nWendy",
        "Yours sincerely\nWendy Ash\nPS we come",
        "Regards\nWendy\n\nWe come on Friday",
        "Wendy\n#message",
    ],
)
def test_what_says_anything_is_a_text(lines: str) -> None:
    assert not signs_and_says_no_more(lines.split("\n"), PERSON)


async def test_a_signature_is_no_reason_and_no_understanding(house: House) -> None:
    letter = await a_complaint(house)
    await answer(house, letter, "#respond upheld\n\nKind regards\nWendy Ash")
    await answer(house, letter, "#acknowledge\n\nKind regards\nWendy Ash", LATER.replace(minute=30))

    assert house.sent("response") == []
    assert house.sent("acknowledgement") == []
    assert len(house.sent("refused")) == 2
