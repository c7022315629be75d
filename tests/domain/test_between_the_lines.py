"""What somebody writes into a quote of our letter is theirs, however few its words are and whatever they resemble."""

import pytest

from townclerk.domain.answered import Between, between_the_lines, without_letters

LETTER = """Dear Asha Patel

Thank you for writing to us. We are sorry that you have had reason to complain about the council.

Your reference is SS-27-0001-K. Please keep it."""
EARLIER = "I want to complain. My bin has not been emptied. He is going to burn rubbish again. My child is ill."


def marked(text: str) -> str:
    return "\n".join(f"> {line}".rstrip() for line in text.split("\n"))


@pytest.mark.parametrize("above", [True, False], ids=["above", "below"])
@pytest.mark.parametrize(
    "words",
    [
        "I want to kill myself.",  # after "I want to complain"
        "He is going to kill me.",
        "My child is not breathing",
        "I want to ask for a review, stage 2 please",
        "Your crew lied. Please escalate this to stage 2.",
        "Date: 3 January, he threatened me\nAt: home",
        "From: 12 August\nTo: 26 August",
        "From: the front door\nTo: the gate\nplease ring me, or mail asha@home.example, he hits me",
        "Caution: do not send anybody outside, my husband threatens to kill me",
        "On Sunday I wanted to kill myself and was taken to\nhospital, this is what the doctor wrote:\nrest",
        "On Tuesday I wrote to you at bins@council.example and heard:\nnothing",
    ],
)
def test_what_somebody_writes_into_our_letter_is_theirs(words: str, above: bool) -> None:
    parts = (words, LETTER) if above else (LETTER, words)

    assert between_the_lines(marked("\n\n".join(parts)), (LETTER, EARLIER)) == Between("", words)


@pytest.mark.parametrize(
    "head",
    [
        "On Mon, 4 Jan 2027 at 10:00, The council <\nfeedback@council.example> wrote:",
        "Am Mo., 4. Jan. 2027 um 10:00 Uhr schrieb The council <\nfeedback@council.example>:",
        "4 Oca 2027 Pzt 10:00 tarihinde The council <feedback@council.example> sunu yazdi:",
        "The council wrote:",
        "From: The council\nSent: 4 January 2027 10:00\nTo: Asha\nSubject: Your complaint",
        "From: The council\nDate: Monday\nTo: Asha\nSubject: Your complaint",
        "CAUTION: This email came from outside of Acme Ltd. Do not click links unless you know the sender.",
    ],
)
def test_what_a_program_writes_above_our_letter_is_nobodys(head: str) -> None:
    assert between_the_lines(marked(f"{head}\n\n{LETTER}"), (LETTER,)) == Between("", "")


def test_a_filters_mark_above_our_letter_is_shown_and_is_nobodys_answer() -> None:
    assert between_the_lines(marked(f"[SUSPECTED SPAM]\n\n{LETTER}"), (LETTER,)) == Between("[SUSPECTED SPAM]", "")


LONG = (
    "We have read what you sent us about your bin, and we have asked the crew of that round why it was left, and what they "
    "saw on the morning of the fourth; they say that the lid was open and that the road was closed by works."
)


@pytest.mark.parametrize(
    ("written", "words"),
    [
        (f"{LONG} He hit me again.", "He hit me again."),
        (f"Not true! {LONG}", "Not true!"),
        (LONG.replace("the crew", "the crew (they threatened my son) the crew"), "they threatened my son)"),
        (f"{LONG} <https://council.example/bins> No, never.", "No, never."),
    ],
)
def test_what_somebody_writes_at_an_end_of_a_paragraph_of_ours_is_theirs(written: str, words: str) -> None:
    assert between_the_lines(marked(written), (LONG,)) == Between("", words)


def test_a_word_that_a_program_spoils_in_a_paragraph_of_ours_is_nobodys() -> None:
    assert between_the_lines(marked(LONG.replace("morning", "morn?ng")), (LONG,)) == Between("", "")


def test_a_review_asked_for_between_stars_is_no_filters_mark() -> None:
    asked = "*I ask for a review of this*"
    assert between_the_lines(marked(f"{asked}\n\n{LETTER}"), (LETTER,)) == Between("", asked)


# --- our letter without a sign before it -----------------------------------------------------------------------------


@pytest.mark.parametrize("above", ["Thank you, all is fine now.", "I want to complain. My bin has not been emptied.", ""])
@pytest.mark.parametrize("below", ["He hit me.", ""])
def test_a_letter_of_ours_in_their_own_words_is_taken_out_of_them(above: str, below: str) -> None:
    """Also what it holds of their own words: above it they may say the same once more."""
    letter = f"{LETTER}\n\n{LONG}\n\nYou wrote:\n\n{EARLIER}"
    own = "\n\n".join(filter(None, (above, letter, below)))

    assert without_letters(own, (letter,)) == "\n\n".join(filter(None, (above, below)))


@pytest.mark.parametrize("piece", [LETTER.split("\n\n")[1], LONG.partition(";")[0]])
def test_a_sentence_of_ours_that_somebody_repeats_is_theirs(piece: str) -> None:
    own = f'You said: "{piece}" That is not so.'
    assert without_letters(own, (f"{LETTER}\n\n{LONG}",)) == own
