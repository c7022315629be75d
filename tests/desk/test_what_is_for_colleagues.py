"""A line in a letter that is plainly for colleagues, or left over from a template or a draft, is shown before it leaves."""

import pytest

from desk.at_the_desk import LATER, a_complaint, answer, at_a_desk, folded, text_of
from services.office import House

LETTER = "Dear Ms Patel,\n\nwe are sorry that the crew was short. We come on Friday."


def told(house: House) -> list[str]:
    return [letter.kind for letter in house.sent() if not letter.staff and letter.kind not in {"receipt", "review_invitation"}]


@pytest.mark.parametrize(
    "line",
    [
        # to a colleague
        "PS Tom, she rings every day",
        "P.S. Cal: she has been told by phone not to ring again",
        "Tom - cc you for info, do not worry about her.",
        "Dear Tom, is that ok?",
        "Hi Tom,",
        "Tom, please read this before it goes",
        "Tom Birch: just uphold it",
        "Wendy, please send this to Ms Patel",
        # a chat, pasted
        "[11/01/2027 10:21] Tom Birch: just uphold it",
        "[10:21] Tom Birch",
        "Tom Birch  10:21",
        "[10:21 AM] somebody else: fine",
        # comments of Word, pasted
        "Commented [TB1]: do not admit this",
        "Comment [AB12]: do not admit this",
        "TB: do not say this",
        # placeholders
        "<<internal: look at this with legal>>",
        "[NB check with legal before sending]",
        "[Insert the date here]",
        "We come on [DATE].",
        "We come on [date].",
        "Dear [NAME],",
        "Dear «FirstName» of «NAME»,",
        "XX INSERT DATE XX",
        "We come on XX/XX/2027.",
        # drafts
        "DRAFT",
        "DRAFT - not yet approved by Cal",
        "Not yet approved",
        "Do not send!",
        "Please do not send this yet",
    ],
)
async def test_what_is_plainly_not_for_the_resident_is_shown_first(house: House, line: str) -> None:
    await answer(house, await a_complaint(house), f"#respond upheld\n{LETTER}\n\n{line}\n\nAnd so on.\n\nWendy")

    assert told(house) == []
    assert f"“{line}” stands in it." in folded(text_of(house, house.sent("confirm")[0])).replace(folded(line), line)

    await answer(house, house.sent("confirm")[0], f"#send {house.cases[0].held[0].number}")
    assert told(house) == ["response"]


@pytest.mark.parametrize(
    "line",
    [
        "PS We come on Friday",
        "PS: Tom Birch comes on Friday.",
        "Tom Birch, our engineer, comes on Friday.",
        "Tom, who was at your house, has told me.",
        "Tom Birch will ring you on Friday.",
        "Tom will ring you on Friday at 10.30.",
        "Cal Lane: 01902 696001",
        "Tomorrow, the crew comes again.",
        "Our crew comes at 10:21 and at 12:30.",
        "We do not send letters by post.",
        "Do not send cash by post.",
        "The draft plan is on our pages.",
        "The plan is not yet approved.",
        "Please bring the form [page 2] with you.",
        "You wrote [sic] that the crew was late.",
        "The address is [REDACTED].",
        "NB: the depot is closed on Friday.",
        "Nobody was told, by name or by date.",
        "Asha, I am sorry.",
    ],
)
async def test_a_letter_that_speaks_of_colleagues_goes_out(house: House, line: str) -> None:
    await answer(house, await a_complaint(house), f"#respond upheld\n{LETTER}\n\n{line}\n\nWendy")

    assert told(house) == ["response"]


async def test_a_resident_with_the_first_name_of_a_colleague_is_none(house: House) -> None:
    letter = await a_complaint(house, "I complain about the bins.\n\nTom Hill", sender="Tom Hill <tom.hill@example.org>")
    await answer(house, letter, "#message\nDear Tom,\n\nwe come on Friday.\n\nTom, I am sorry that it takes so long.\n\nWendy")

    assert told(house) == ["message"]


@pytest.mark.parametrize("word", ["#note ", "#learning "])
async def test_what_stays_in_the_house_may_be_for_colleagues(house: House, word: str) -> None:
    await answer(house, await a_complaint(house), f"{word}Tom, please ring her. [DATE]")

    assert house.sent("confirm") == []


@pytest.mark.parametrize("line", ["[insert dates]", "DRAFT do not send yet", "Tom, please check"])
async def test_a_plain_reply_with_such_a_line_is_not_sent_by_itself(house: House, line: str) -> None:
    at_a_desk(house, "send")
    await answer(house, await a_complaint(house), f"{LETTER}\n\n{line}\n\nWendy", LATER)

    assert told(house) == []
    assert len(house.sent("confirm")) == 1
