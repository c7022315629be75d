"""A resident who answers between the lines of our letter, or below them, is heard."""

from collections.abc import Callable
from functools import partial

import pytest

from services.office import House
from townclerk.domain.words import Alert
from townclerk.mail.reading import read_own
from townclerk.store import outbox
from townclerk.store.outbox import OutboxLine

ANSWER = "The men came on Tuesday and left half the rubbish on the pavement."
ELSEWHERE = "Among what they quote stands:"


@pytest.fixture
async def written_to(house: House) -> House:
    """Asha has a case, and our receipt for it."""
    house.arrives("I want to complain. My bin has not been emptied for weeks.")
    await house.settle()
    return house


def text_of(house: House, letter: OutboxLine) -> str:
    row = house.read(partial(outbox.get, key=letter.key))
    assert row is not None
    return read_own(row.raw).plain


def receipt(house: House) -> tuple[OutboxLine, list[str]]:
    """The receipt, and its lines as a reply quotes them."""
    (letter,) = house.sent("receipt")
    return letter, text_of(house, letter).split("\n")


def told(house: House) -> str:
    """The letter in which the officer learnt what was answered, in one line."""
    (letter,) = house.sent("forwarded")
    return " ".join(text_of(house, letter).split())


def marked(lines: list[str]) -> str:
    middle = next(index for index, line in enumerate(lines) if not line and index > len(lines) // 2)
    quoted = [f"> {line}".rstrip() for line in [*lines[:middle], "", ANSWER, "", *lines[middle:]]]
    return "\n".join(["On Mon, 4 Jan 2027 at 10:00, the council <feedback@council.example> wrote:", "", *quoted])


def below(lines: list[str]) -> str:
    head = [
        "-----Original Message-----",
        "From: The council",
        "Sent: 4 January 2027 10:00",
        "To: Asha",
        "Subject: Your complaint",
    ]
    return "\n".join([*head, "", *lines, "", ANSWER])


@pytest.mark.parametrize("written", [marked, below])
async def test_an_answer_that_a_program_marks_as_quoted_is_their_own_words(
    written_to: House, written: Callable[[list[str]], str]
) -> None:
    letter, lines = receipt(written_to)
    written_to.replies(letter, written(lines))
    await written_to.settle()

    (case,) = written_to.cases
    assert " ".join(case.mails[-1].text.split()) == ANSWER
    assert ANSWER in told(written_to)
    assert ELSEWHERE not in told(written_to)


async def test_words_below_a_greeting_and_our_letter_are_one_answer(written_to: House) -> None:
    letter, lines = receipt(written_to)
    written_to.replies(letter, f"Hi\n\n{below(lines)}")
    await written_to.settle()

    assert f"> Hi > > {ANSWER[:40]}" in told(written_to)
    assert ELSEWHERE not in told(written_to)


async def test_words_below_our_letter_are_shown_with_those_above_it(written_to: House) -> None:
    letter, lines = receipt(written_to)
    above = "I have looked at what you wrote, and it says nothing of the second bin, nor of the crew."
    written_to.replies(letter, f"{above}\n\n{below(lines)}")
    await written_to.settle()

    assert f"{ELSEWHERE} > {ANSWER[:40]}" in told(written_to)


async def answered(house: House) -> tuple[OutboxLine, list[str]]:
    """The response, and its lines as a reply quotes them."""
    (assignment,) = house.sent("assignment")
    house.replies(
        assignment,
        "#respond upheld\n\nDear Asha,\n\nThe crew has emptied your bin today, and we are sorry.\n\nKind regards\nLee",
    )
    await house.settle()
    (letter,) = house.sent("response")
    return letter, text_of(house, letter).split("\n")


@pytest.mark.parametrize("head", [[], ["South Staffordshire Council, 11 Jan 2027 10:00"], ["*****"], ["Sent from my Galaxy"]])
@pytest.mark.parametrize("above", ["Thank you, all is fine now.", ""])
async def test_a_response_that_comes_back_without_a_sign_asks_for_no_review(
    written_to: House, above: str, head: list[str]
) -> None:
    """It tells of the next stage: those are not the resident's words."""
    letter, lines = await answered(written_to)
    before = written_to.cases[0].stage
    written_to.replies(letter, "\n".join([above, "", *head, "", *lines]))
    await written_to.settle()

    (case,) = written_to.cases
    assert case.stage == before
    assert "review" not in case.mails[-1].text
    assert case.mails[-1].text.startswith(above)


async def test_a_review_asked_for_below_a_word_of_thanks_is_a_review(written_to: House) -> None:
    letter, lines = await answered(written_to)
    before = written_to.cases[0].stage
    asked = "I ask for a review at stage 2: the second bin stands there full."
    written_to.replies(letter, f"Thanks\n\n{below(lines).removesuffix(ANSWER)}{asked}")
    await written_to.settle()

    (case,) = written_to.cases
    assert case.stage != before


async def test_an_answer_above_our_letter_is_shown_without_it(written_to: House) -> None:
    letter, lines = receipt(written_to)
    written_to.replies(letter, "\n".join([ANSWER, "", *below(lines).split("\n")[:-2]]))
    await written_to.settle()

    (case,) = written_to.cases
    assert (" ".join(case.mails[-1].text.split()), case.mails[-1].quoted) == (ANSWER, "")
    assert ELSEWHERE not in told(written_to)


async def test_a_letter_of_ours_that_comes_back_without_a_word_asks_for_nothing(written_to: House) -> None:
    """It tells of reviews and of the Ombudsman: those are not the resident's words."""
    letter, lines = receipt(written_to)
    before = written_to.cases[0].stage
    written_to.replies(letter, below(lines).removesuffix(ANSWER))
    await written_to.settle()

    (case,) = written_to.cases
    assert (case.mails[-1].text, case.mails[-1].quoted, case.stage) == ("", "", before)
    assert "There are no new words in this mail." in told(written_to)


def quoted_below(head: list[str], lines: list[str]) -> str:
    return "\n".join([*head, "", *(f"> {line}".rstrip() for line in lines)])


@pytest.mark.parametrize(
    "head",
    [
        ["On Mon, 4 Jan 2027 at 10:00, South Staffordshire Council <", "feedback@council.example> wrote:"],
        ["> On Mon, 4 Jan 2027 at 10:00, South Staffordshire Council <", "> feedback@council.example> wrote:"],
        ["> Am Mo., 4. Jan. 2027 um 10:00 Uhr schrieb South Staffordshire Council <", "> feedback@council.example>:"],
        ["> On Mon, 4 Jan 2027 at 10:00, South Staffordshire Council", "> <feedback@council.example> wrote:"],
        [
            *("> From: The council <feedback@council.example>", "> Sent: 4 January 2027 10:00", "> To: Asha;"),
            *("> <ravi.patel@example.org>; Mrs Jones", "> Subject: Your complaint"),
        ],
        [
            *(
                "> CAUTION: This email originated from outside of Acme Ltd. Do not click links unless you know",
                "",
            ),
            *("> On 4 Jan 2027, at 10:00, The council <feedback@council.example> wrote:",),
        ],
        ["> You don't often get email from feedback@council.example. Learn why this is important"],
    ],
)
@pytest.mark.parametrize("above", ["", "Thank you, noted.\n\n"])
async def test_what_programs_write_above_our_letter_is_nobodys_word(written_to: House, head: list[str], above: str) -> None:
    letter, lines = receipt(written_to)
    written_to.replies(letter, above + quoted_below(head, lines))
    await written_to.settle()

    (case,) = written_to.cases
    assert (case.mails[-1].text.strip(), case.mails[-1].quoted) == (above.strip(), "")


async def test_what_stands_above_our_letter_in_a_quote_is_shown_and_is_not_their_answer(written_to: House) -> None:
    """Nobody can tell a filter's mark from somebody's words."""
    letter, lines = receipt(written_to)
    written_to.replies(letter, quoted_below(["> [SUSPECTED SPAM]"], lines))
    await written_to.settle()

    (case,) = written_to.cases
    assert (case.mails[-1].text, case.mails[-1].quoted) == ("", "[SUSPECTED SPAM]")


async def test_an_old_letter_of_ours_in_the_quote_is_ours(written_to: House) -> None:
    (assignment,) = written_to.sent("assignment")
    for number in range(10):
        written_to.replies(
            assignment, f"#message\nDear Asha,\n\nThis is the {number}th thing that your neighbour told us of you."
        )
        await written_to.settle()
    first, *_, last = written_to.sent("message")
    quoted = [*text_of(written_to, last).split("\n"), *text_of(written_to, first).split("\n")]
    written_to.replies(last, f"That is not so.\n\n{below(quoted).removesuffix(ANSWER)}")
    await written_to.settle()

    (case,) = written_to.cases
    assert (case.mails[-1].text, case.mails[-1].quoted) == ("That is not so.", "")


@pytest.mark.parametrize("above", ["", "Hi\n\n"])
async def test_danger_that_stands_between_the_lines_is_told(written_to: House, above: str) -> None:
    letter, lines = receipt(written_to)
    written_to.replies(letter, above + below(lines).replace(ANSWER, "I cannot go on and I want to kill myself."))
    await written_to.settle()

    (case,) = written_to.cases
    assert Alert.SELF_HARM in case.alerts


async def test_words_in_a_quote_of_nothing_that_we_know_are_shown_as_such(written_to: House) -> None:
    (letter,) = written_to.sent("receipt")
    written_to.replies(letter, f"> {ANSWER}")
    await written_to.settle()

    assert f"They wrote nothing above what they quote. {ELSEWHERE} > {ANSWER[:40]}" in told(written_to)


async def test_a_complaint_below_the_marker_of_another_desk_reaches_its_officer(house: House) -> None:
    house.arrives(f"--- Please reply above this line ---\n\nI want to complain. {ANSWER}", "Bins")
    await house.settle()

    (assignment,) = house.sent("assignment")
    assert ANSWER[:40] in " ".join(text_of(house, assignment).split())


async def test_a_letter_to_staff_that_a_resident_quotes_is_not_told_on(written_to: House) -> None:
    (assignment,) = written_to.sent("assignment")
    (letter,) = written_to.sent("receipt")
    written_to.replies(letter, "\n".join(f"> {line}" for line in text_of(written_to, assignment).split("\n")))
    await written_to.settle()

    (case,) = written_to.cases
    assert (case.mails[-1].sender.address, case.mails[-1].text, case.mails[-1].quoted) == (letter.recipient, "", "")
