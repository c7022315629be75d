"""A sign-off, the writer's own name and what they are: that is no text, below whatever word it stands, and goes to nobody."""

from collections.abc import Callable

import pytest

from desk.at_the_desk import LATER, a_complaint, answer, folded, text_of
from services.office import House
from townclerk.domain.additions import may_sign_and_say_no_more, signs_and_says_no_more
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
SIGNATURES = (
    "Regards\nWendy",
    "Kind regards,\n\nWendy Ash (she/her)\nWaste Officer | Exton District Council",
    "Rgds\nWendy",
    "Wendy Ash <wendy.ash@council.example>",
    "WA",
    "Ms Wendy Ash MCIWM",
)


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


@pytest.mark.parametrize(("word", "signature"), [(word, SIGNATURES[n % len(SIGNATURES)]) for n, word in enumerate(WORDS)])
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
        "W. Ash",
        "W",
        "Thanks,\nW.A.",
        "- Wendy",
        "wendy ash",
        "Regards,\nMs W Ash\nInterim Head of Waste and Street Scene",
        "wendy.ash@council.example",
        "KR\nWendy",
        "KR, W",
        "Ta\nWendy",
        "Kind rgds Wendy",
        "Many thanks in advance\nWendy",
        "Have a good day\n\nWendy",
        "Best,\n\nWendy x",
        "Hwyl\nWendy",
        "Yours\nWendy Ash\nfor Director of Operations",
        "All the best\nWendy Ash\nWaste Officer\n01902 555 0147",
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
        "OK",
        "Tom",
        "T. Ash",
        "tom.birch@council.example",
        "Thanks for all your letters\nWendy",
        "Have a good day on Friday 15\nWendy",
        "Bin emptied today\nWendy",
    ],
)
def test_what_says_anything_is_a_text(lines: str) -> None:
    assert not signs_and_says_no_more(lines.split("\n"), PERSON)


@pytest.mark.parametrize("lines", ["MfG\nWendy", "Yn bur\nWendy Ash\nWaste Officer", "Done\nWendy", "All good\nWA"])
def test_a_word_or_two_above_the_name_may_be_a_closing_that_we_do_not_know(lines: str) -> None:
    assert may_sign_and_say_no_more(lines.split("\n"), PERSON) != signs_and_says_no_more(lines.split("\n"), PERSON)


@pytest.mark.parametrize(
    "lines", ["", "Sorry.\nWendy", "We come on Friday\nWendy", "MfG", "Day 5\nWendy", "Done\nWendy\nPS late"]
)
def test_but_not_what_says_something_or_is_not_signed(lines: str) -> None:
    assert not may_sign_and_say_no_more(lines.split("\n"), PERSON)


@pytest.mark.parametrize("word", ["#message", "#acknowledge", "#ask", "#extend 5", "#refuse appeal_or_legal_remedy"])
async def test_such_a_word_is_asked_about_before_it_goes_to_anybody(word: str, house: House) -> None:
    theirs, ours = await told(house, f"{word}\n\nMfG\nWendy", answered=False)

    assert (theirs, ours) == ([], ["confirm"])


async def test_of_what_tells_nobody_outside_nothing_is_asked(house: House) -> None:
    assert await told(house, "#note\n\nDone\nWendy", answered=False) == ([], ["done"])


async def test_a_signature_is_no_reason_and_no_understanding(house: House) -> None:
    letter = await a_complaint(house)
    await answer(house, letter, "#respond upheld\n\nKind regards\nWendy Ash")
    await answer(house, letter, "#acknowledge\n\nKind regards\nWendy Ash", LATER.replace(minute=30))

    assert house.sent("response") == []
    assert house.sent("acknowledgement") == []
    assert len(house.sent("refused")) == 2
