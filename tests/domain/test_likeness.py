"""What a mail reads like is the sum of its words, and the words that decided can be named."""

from hypothesis import given
from hypothesis import strategies as st

from townclerk.domain.likeness import Group, Learned, places, sentences_of, signs_of, windows

ALERTS = Group(
    ("safeguarding", "fraud"),
    one_of=False,
    start=(-2.0, -2.0),
    weights={"pyjamas": (4.0, 0.0), "bank card": (6.0, 2.0), "fridge": (5.0, 0.0), "sublet": (0.0, 9.0), "bins": (-1.0, -1.0)},
)
SORTS = Group(
    ("complaint", "compliment"), one_of=True, start=(0.5, 0.0), weights={"thank you": (0.0, 6.0), "still": (4.0, -1.0)}
)
LEARNED = Learned((ALERTS, SORTS))
NEGLECT = "He was in the same pyjamas. There was nothing in the fridge. His nephew has his bank card."


def test_words_add_up_where_no_one_of_them_decides() -> None:
    one, all_three = LEARNED.judge("", "He wore pyjamas."), LEARNED.judge("", NEGLECT)

    assert not one["safeguarding"].plain
    assert all_three["safeguarding"].plain
    assert not all_three["fraud"].plain


def test_what_is_said_in_passing_does_not_drown_in_the_rest() -> None:
    rest = "The bins are fine and the lorry came on time as it has done. " * 40

    assert LEARNED.judge("Assisted collection", f"{rest}{NEGLECT} {rest}")["safeguarding"].plain
    assert not LEARNED.judge("Assisted collection", rest)["safeguarding"].plain


def test_a_mail_is_one_of_a_group_that_has_one_and_the_shares_are_a_whole() -> None:
    found = LEARNED.judge("Bins", "Thank you for coming.")

    assert found["compliment"].plain
    assert not found["complaint"].plain
    assert abs(found["complaint"].share + found["compliment"].share - 1) < 1e-9


def test_a_mail_without_a_known_word_is_what_most_are() -> None:
    found = LEARNED.judge("", "")

    assert found["complaint"].plain
    assert not found["safeguarding"].plain


def test_the_words_that_decided_are_named_and_found_in_the_text() -> None:
    likeness = LEARNED.judge("", NEGLECT)["safeguarding"]
    signs = LEARNED.signs_of("safeguarding", likeness, "", NEGLECT)

    assert signs == ("bank card", "fridge", "pyjamas")
    assert sorted(NEGLECT[start:end] for start, end in places(signs, NEGLECT)) == ["bank card", "fridge", "pyjamas"]


def test_words_count_as_people_write_them() -> None:
    assert signs_of("Don't, CAFÉ 84!") == {"dont", "cafe", "0", "dont cafe", "cafe 0", "!"}


def test_the_subject_is_read_with_every_part_of_the_text() -> None:
    subject, *text = sentences_of("Our Nan", "One. Two?\nThree")

    assert subject == {"our", "nan", "our nan"}
    assert text == [{"one"}, {"two", "?"}, {"three"}]


def test_a_long_mail_is_judged_whole_and_three_sentences_at_a_time() -> None:
    assert list(windows(6)) == [range(1, 6), range(1, 4), range(2, 5), range(3, 6)]
    assert list(windows(4)) == [range(1, 4)]
    assert list(windows(1)) == [range(1, 1)]


@given(st.text(max_size=400), st.text(max_size=60))
def test_any_text_can_be_judged(text: str, subject: str) -> None:
    found = LEARNED.judge(subject, text)

    assert all(0 <= each.share <= 1 for each in found.values())
    for label in LEARNED.labels:
        LEARNED.signs_of(label, found[label], subject, text)
