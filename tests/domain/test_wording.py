"""What two mails have in common."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from townclerk.domain.wording import FEWEST_WORDS, wording_of

LETTER = """{greeting}

I am writing to object to the closure of the baths in Kiln Lane. They are the only ones that families here can reach by bus,
and the classes there keep my neighbours well. Please publish the figures on which this rests, and wait until people have
been heard.

{closing}
{name}
{below}
"""


def letter(greeting: str = "Dear Council,", closing: str = "Yours faithfully,", name: str = "Ann Lee", below: str = "") -> str:
    return LETTER.format(greeting=greeting, closing=closing, name=name, below=below)


@pytest.mark.parametrize(
    "other",
    [
        letter("To whom it may concern", "Kind regards", "Bob Ray", "12 High Street\nWS11 1AA\n01632 960177"),
        letter("Hi there,", "Thanks", "Cllr Bob Ray"),
        letter().replace(". ", ".\n\n").upper(),
        "\n".join(f"{line}" for line in letter().replace(" ", "  ").split("\n")),
    ],
)
def test_greeting_name_address_and_layout_are_no_difference(other: str) -> None:
    one, two = wording_of(letter(), "Ann Lee"), wording_of(other, "Bob Ray")
    assert one == two
    assert one.keys() == two.keys()


def test_a_paragraph_of_their_own_is_found_and_told_apart() -> None:
    own = (
        "My son learned to swim there in spite of his asthma, and has not been to hospital since. "
        "Who will pay for the taxi to Weston now?"
    )
    one, two = wording_of(letter()), wording_of(letter().replace("Please", f"{own} Please"))
    assert two.repeats(one) > 0.9
    assert two.adds_to(one) > 0.2
    assert set(one.keys()) & set(two.keys())


def test_the_same_matter_in_other_words_has_next_to_nothing_in_common() -> None:
    other = (
        "Do not close the swimming baths in Kiln Lane! Where are our children to learn it, and how should pensioners get to "
        "Weston?"
    )
    assert wording_of(other).repeats(wording_of(letter())) < 0.1


def test_a_mail_of_a_few_words_is_not_compared() -> None:
    assert wording_of("My bin was missed again. " + "word " * (FEWEST_WORDS - 6)).keys() == ()


@given(st.text(max_size=400))
def test_any_text_says_what_it_says_itself(text: str) -> None:
    found = wording_of(text)
    assert found.repeats(found) == (1 if found.runs else 0)
    assert found.adds_to(found) == 0
    assert len(set(found.keys())) == len(found.keys())
