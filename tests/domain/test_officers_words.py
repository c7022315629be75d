"""The words at the top of an officer's mail, however a phone or a hurry writes them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from townclerk.domain.commands import WORDS, Command, read_commands, word_inside
from townclerk.domain.quoting import REPLY_ABOVE


@pytest.mark.parametrize(
    "text",
    [
        "#respond upheld\nDear Ms Patel",
        "#Respond upheld\nDear Ms Patel",  # a phone's capital
        "#RESPOND upheld  \nDear Ms Patel",
        "＃respond upheld\nDear Ms Patel",  # a full-width #
        "# respond upheld\nDear Ms Patel",
        "#respond: upheld\nDear Ms Patel",
        "\n\n  #respond upheld\n\n\nDear Ms Patel\n\n",
        "#respond\u00a0upheld\r\nDear Ms Patel\r\n",
        "*#respond upheld*\nDear Ms Patel",  # bold, as some programs write it in plain text
    ],
)
def test_a_word_is_read_however_it_is_typed(text: str) -> None:
    reading = read_commands(text)

    assert (Command("respond", "upheld", "Dear Ms Patel"),) == reading.commands
    assert reading.problem is None


def test_several_words_are_done_in_order_and_the_text_belongs_to_the_last() -> None:
    reading = read_commands("#service parks\n#assign lucy\n#message\nDear Ms Patel,\n\nwe will look.")

    assert [(command.word, command.argument, command.body) for command in reading.commands] == [
        ("service", "parks", ""),
        ("assign", "lucy", ""),
        ("message", "", "Dear Ms Patel,\n\nwe will look."),
    ]


@pytest.mark.parametrize("word", ["respond upheld", "message", "ask", "acknowledge"])
@pytest.mark.parametrize(
    "action", ["29 Jan deliver a new bin", "by Friday: bring a bin", "2027-01-29 - mend it\n#action 8 Feb mend that"]
)
def test_actions_stand_above_or_below_the_word_to_which_the_text_belongs(word: str, action: str) -> None:
    below = read_commands(f"#{word}\n#action {action}\n\nDear Ms Patel")

    assert below == read_commands(f"#action {action}\n#{word}\n\nDear Ms Patel")
    assert below.problem is None
    assert below.commands[-1].body == "Dear Ms Patel"


@pytest.mark.parametrize(
    "text", ["#respond upheld\n#action 29 Jan", "#note\n#action 29 Jan bring a bin", "#message\n#assign tom"]
)
def test_a_text_that_may_be_of_either_word_is_nobodys(text: str) -> None:
    assert "both take a text" in (read_commands(f"{text}\n\nDear Ms Patel").problem or "")


@pytest.mark.parametrize(
    "text", ["Dear Ms Patel", "", "\n", "No. #1 is wrong", "Please see #respond below", "#", "# ", "#1 bin"]
)
def test_a_mail_without_a_word_at_the_top_has_none(text: str) -> None:
    reading = read_commands(text)

    assert reading.commands == ()
    assert reading.problem is None


@pytest.mark.parametrize(
    "text", ["#respnd upheld\nHello", "#message\nHello\n#close", "#note a\n#message\nx\n  #Respond upheld"]
)
def test_a_mistyped_word_or_one_in_the_middle_is_a_problem_and_not_a_guess(text: str) -> None:
    assert read_commands(text).problem is not None


@pytest.mark.parametrize("body", ["We are number #1", "#recycling is our motto", "see ticket #42", "a # b"])
def test_a_hash_in_the_text_that_is_no_word_of_ours_goes_out_as_it_is(body: str) -> None:
    reading = read_commands(f"#message\nDear all,\n{body}")

    assert reading.problem is None
    assert body in reading.commands[0].body


@pytest.mark.parametrize(
    "quoted",
    [f"--- {REPLY_ABOVE} ---", "Please reply\nabove this line", "feedback+ss270001k-o0abcdefghijklmn@council.example"],
)
def test_text_that_holds_a_letter_of_ours_is_not_for_the_resident(quoted: str) -> None:
    assert read_commands(f"#message\nHello\n{quoted}").problem is not None


@given(st.text(max_size=400))
def test_any_text_is_read_without_error(text: str) -> None:
    reading = read_commands(text)

    assert all(command.word == command.word.lower() for command in reading.commands)
    assert reading.commands or reading.problem is None


@given(st.sampled_from(sorted(WORDS)), st.sampled_from(["", "  ", "> ", "*"]))
def test_a_word_that_begins_a_line_is_always_noticed(word: str, before: str) -> None:
    assert word == word_inside(f"Dear Ms Patel\n{before}#{word} x\nYours")
