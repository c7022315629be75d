"""An officer's word is the word that they meant, whatever their program, their phone or their hurry has made of it."""

import pytest

from domain.samples import council
from domain.story import Story, at
from townclerk.domain.commands import NEED_TEXT, TAKE_NO_TEXT, WORDS, Command, read_commands, word_inside
from townclerk.domain.decide.officers import _WORDS
from townclerk.domain.letters import Done, Refused, Response
from townclerk.domain.nearest import MEANT
from townclerk.domain.words import LetterKind, Outcome
from townclerk.domain.words_explained import EXAMPLES, GROUPS, usage

TEXT = "We are sorry. We have put the road back on the round."


def after(text: str) -> Story:
    """A complaint, and what Wendy wrote about it the day after."""
    return Story(council()).complains().officer(at(1, 12), "wendy", text)


def answer(text: str) -> Done | Refused:
    content = after(text).letters[-1][1].content
    assert isinstance(content, Done | Refused)
    return content


@pytest.mark.parametrize(
    "greeting",
    [
        "Hi,",
        "Hello team",
        "Good morning",
        "Good afternoon Wendy,",
        "Dear all,",
        "Helo,",
        "Bore da",
        "Annwyl bawb,",
        "Hi\n\nGood morning,",
    ],
)
def test_a_line_that_only_greets_may_stand_above_the_word(greeting: str) -> None:
    assert (Command("respond", "upheld", TEXT),) == read_commands(f"{greeting}\n\n#respond upheld\n{TEXT}").commands


@pytest.mark.parametrize(
    "line", ["Hi, please see below", "hi please do", "Thanks", "Hi - we have", "I think", "Hello\nHi\nDear all"]
)
def test_any_other_line_above_the_word_is_a_reason_to_ask(line: str) -> None:
    assert read_commands(f"{line}\n#respond upheld\n{TEXT}").commands == ()


@pytest.mark.parametrize(
    "line",
    [
        "#respond partly-upheld",
        "#Respond Partly Upheld:",
        "#RESPOND PARTLY UPHELD -",
        "#respond partially upheld",
        "#respond: partly upheld.",
        "#respond – partly–upheld",
        "#respond upheld in part",
        "#respond  partly\u2011upheld",
        "#respond “partly upheld”",
        "#respond\u00a0partly\u2003upheld",
        "#respond\tpartly upheld",
        "＃respond partly upheld",
        "# respond partly upheld",
        "*#respond* partly upheld",
        "**#respond partly upheld**",
        "_#respond partly upheld_",
        "• #respond partly upheld",
        "-  #respond partly upheld",
        "1. #respond partly upheld",
        "“#respond partly upheld”",
        "\\#respond partly upheld",
        "\u200b#res\u00adpond partly upheld\u200b",
        "\u202a#respond partly upheld\u202c",
        "\ufeff#respond partly upheld",
    ],
)
def test_an_outcome_is_understood_in_any_dress(line: str) -> None:
    (response,) = after(f"{line}\n{TEXT}").sent(LetterKind.RESPONSE)

    assert isinstance(response.content, Response)
    assert (response.content.outcome, response.content.text) == (Outcome.PARTLY_UPHELD, TEXT)


@pytest.mark.parametrize(
    ("line", "word", "beside"),
    [
        ("#second–stage1", "second-stage1", ""),
        ("#second stage 1", "second-stage1", ""),
        ("#action‑done 1", "action-done", "1"),
        ("#action done 1", "action-done", "1"),
        ("#Action_Done: 1", "action-done", "1"),
        ("#new case", "new-case", ""),
        ("#newcase 3", "new-case", "3"),
        ("#review – accept", "review", "accept"),
        ("#close.", "close", ""),
        ("#Close!", "close", ""),
        ("#action 8 Feb mend the gate", "action", "8 Feb mend the gate"),
    ],
)
def test_a_word_of_two_parts_is_one_however_they_are_joined(line: str, word: str, beside: str) -> None:
    assert (Command(word, beside),) == read_commands(line).commands


def test_what_stands_beside_the_outcome_is_not_lost() -> None:
    (response,) = after("#respond upheld We are sorry for that.\n\nWe will put it right.\n\nWendy").sent(LetterKind.RESPONSE)

    assert isinstance(response.content, Response)
    assert response.content.text == "We are sorry for that.\nWe will put it right.\n\nWendy"


def test_a_word_or_two_beside_what_goes_out_are_asked_about() -> None:
    refused = answer("#message to her\nWe will come on Friday.")

    assert isinstance(refused, Refused)
    assert "to her" in refused.reason


def test_beside_the_outcome_they_are_asked_about_too() -> None:
    story = after(f"#respond upheld - see below\n{TEXT}")

    refused = story.last(LetterKind.REFUSED).content
    assert isinstance(refused, Refused)
    assert "#respond upheld" in refused.instead
    assert not story.sent(LetterKind.RESPONSE)


def test_a_mark_that_nobody_sees_does_not_begin_what_goes_out() -> None:
    assert read_commands("#message\n\u200b\ufeff\nHello\u200b there").commands[0].body == "Hello\u200b there"


def test_blank_lines_between_words_are_those_of_a_program() -> None:
    read = read_commands("#service parks\n\n\n#message\n\nDear Ms Patel")

    assert (Command("service", "parks"), Command("message", "", "Dear Ms Patel")) == read.commands


def test_a_quoted_word_does_nothing() -> None:
    assert read_commands("> #close").commands == ()
    assert word_inside("> #close") == "close"


def test_the_text_belongs_to_the_last_word_that_can_take_it() -> None:
    read = read_commands(f"#respond upheld\n#landlord no\n{TEXT}")

    assert read.problem is None
    assert [command.body for command in read.commands] == [TEXT, ""]


@pytest.mark.parametrize(
    "text",
    [f"#respond upheld\n#message\n{TEXT}", f"#ask\n#note\n{TEXT}", f"#message\n#assign lucy\n{TEXT}", f"#note\n#close\n{TEXT}"],
)
def test_two_words_that_want_one_text_are_refused(text: str) -> None:
    story = after(text)

    refused = story.letters[-1][1].content
    assert isinstance(refused, Refused)
    assert "both take a text" in refused.reason
    assert not [letter for _, letter in story.letters[2:] if not letter.to.staff]


def test_text_below_a_word_that_takes_none_is_kept_and_not_sent() -> None:
    story = after("#landlord no\nI have asked the housing team.")

    assert "kept as a note" in " ".join(story.last(LetterKind.DONE).content.lines)  # type: ignore[union-attr]
    assert not [letter for _, letter in story.letters[2:] if not letter.to.staff]


@pytest.mark.parametrize(
    ("line", "meant"),
    [
        ("#accknowledge", "#acknowledge"),
        ("#upheld", "#respond upheld"),
        ("#not-upheld", "#respond not-upheld"),
        ("#respond-upheld", "#respond upheld"),
        ("#reply", "#message"),
        ("#delay", "#extend"),
        ("#internal", "#note"),
        ("#comment", "#note"),
        ("#reassign", "#assign"),
        ("#done", "#close"),
        ("#closed", "#close"),
        ("#resolved", "#close"),
        ("#stage2", "#review accept"),
        ("#ymestyn", "#extend"),
        ("#respnd", "#respond"),
        ("#messgae", "#message"),
    ],
)
def test_an_unknown_word_is_refused_with_the_nearest_right_one(line: str, meant: str) -> None:
    refused = answer(f"{line}\n{TEXT}")

    assert isinstance(refused, Refused)
    assert any(each == meant for each in refused.instead), refused.instead


@pytest.mark.parametrize(("line", "meant"), [("#extned 10", "#extend"), ("#ohld", "#hold"), ("#colse", "#close")])
def test_of_a_word_with_two_letters_swapped_no_other_is_offered(line: str, meant: str) -> None:
    refused = answer(f"{line}\n{TEXT}")

    assert isinstance(refused, Refused)
    assert [each.partition(" ")[0] for each in refused.instead] == [meant, "#help"], refused.instead


@pytest.mark.parametrize(
    ("line", "meant"),
    [
        ("#respond uphled", "#respond upheld"),
        ("#service waist", "#service waste"),
        ("#category complient", "#category compliment"),
        ("#assign wedny please look", "#assign wendy please look"),
        ("#refuse apeal because of it", "#refuse appeal_or_legal_remedy because of it"),
        ("#landlord yess", "#landlord yes"),
        ("#review acept", "#review accept"),
        ("#help extnd", "#help extend"),
    ],
)
def test_a_mistyped_argument_is_refused_with_the_nearest_right_one(line: str, meant: str) -> None:
    refused = answer(line)

    assert isinstance(refused, Refused)
    assert meant in refused.instead


@pytest.mark.parametrize(
    "named", ["wendy", "Wendy", "wendy ash", "Ash", "“Wendy”", "wendy.ash@council.example.", "<wendy.ash@council.example>"]
)
def test_a_colleague_is_known_by_any_name_that_is_theirs_alone(named: str) -> None:
    story = Story(council()).complains().officer(at(1, 12), "cal", f"#assign {named} please take it")

    assert story.case.officer == "wendy"
    assert "please take it" in story.last(LetterKind.ASSIGNMENT).content.note  # type: ignore[union-attr]


def test_of_two_with_one_name_both_are_named() -> None:
    from dataclasses import replace

    from townclerk.domain.roster import Officer, Roster

    like = council()
    wendys = (*like.roster.officers, Officer("wendy2", "Wendy Oak", "wendy.oak@council.example", frozenset({"service"})))
    story = Story(replace(like, roster=Roster(wendys))).complains().officer(at(1, 12), "cal", "#assign Wendy please")
    assert story.case.officer == "wendy"  # the key is hers alone

    story.officer(at(1, 12, 12), "cal", "#assign Wendy Oak")
    assert story.case.officer == "wendy2"

    oaks = (*wendys, Officer("ann", "Ann Oak", "ann.oak@council.example", frozenset({"service"})))
    story = Story(replace(like, roster=Roster(oaks))).complains().officer(at(1, 12), "cal", "#assign Oak please")
    refused = story.last(LetterKind.REFUSED).content
    assert isinstance(refused, Refused)
    assert refused.instead == ("#assign wendy2 please", "#assign ann please")


# --- the words and what is said of them


def test_every_word_is_known_to_all_that_speak_of_words() -> None:
    grouped = [word for _, group in GROUPS for word in group]

    assert set(WORDS) == set(_WORDS) == set(EXAMPLES) == set(grouped)
    assert len(grouped) == len(set(grouped))
    assert set(WORDS) >= TAKE_NO_TEXT | NEED_TEXT
    assert {meant.split(" ")[0] for each in MEANT.values() for meant in each} <= set(WORDS)
    assert not set(MEANT) & {word.replace("-", "_") for word in WORDS}


@pytest.mark.parametrize("word", sorted(WORDS))
def test_every_example_is_a_mail_that_is_read(word: str) -> None:
    read = read_commands(EXAMPLES[word])

    assert read.problem is None
    assert [word] == [command.word for command in read.commands]


@pytest.mark.parametrize("word", sorted(WORDS))
@pytest.mark.parametrize("written", ["#{}", "#{} x", "\n# {}:", "Hi,\n*#{}*", "＃{}\n\ntext"])
def test_every_word_is_read_in_capitals_and_small_letters(word: str, written: str) -> None:
    for spelled in (word, word.upper(), word.title(), word.replace("-", "–")):
        assert [word] == [command.word for command in read_commands(written.format(spelled)).commands]


def test_help_names_every_word_and_help_with_a_word_that_one() -> None:
    everything, one = answer("#help"), answer("#help respond")

    assert isinstance(everything, Done)
    assert isinstance(one, Done)
    assert {usage(word) for word in WORDS} == {row.label for section in everything.sections for row in section.rows}
    assert usage("respond") in one.shown
