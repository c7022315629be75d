"""A reference survives a telephone and a thumb; a wrong one is never taken for another's."""

import string

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from townclerk.domain.reference import CHECK_LETTERS, Reference, find_references

references = st.builds(Reference, st.just("SS"), st.integers(0, 99), st.integers(1, 99_999))
RIGHT = Reference("SS", 27, 42)


@given(references)
def test_a_reference_is_found_as_it_is_written(reference: Reference) -> None:
    assert (str(reference),) == find_references(str(reference), "SS")
    assert (str(reference),) == find_references(f"about {reference.compact}.", "SS")


@given(references, st.data())
def test_one_wrong_digit_never_verifies(reference: Reference, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(reference.digits) - 1))
    digit = data.draw(st.sampled_from(string.digits))
    assume(digit != reference.digits[place])
    digits = reference.digits[:place] + digit + reference.digits[place + 1 :]

    assert find_references(f"SS-{digits[:2]}-{digits[2:]}-{reference.check}", "SS") == ()


@given(references, st.data())
def test_two_neighbouring_digits_that_changed_places_never_verify(reference: Reference, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(reference.digits) - 2))
    digits = reference.digits
    assume(digits[place] != digits[place + 1])
    swapped = digits[:place] + digits[place + 1] + digits[place] + digits[place + 2 :]

    assert find_references(f"SS-{swapped[:2]}-{swapped[2:]}-{reference.check}", "SS") == ()


@given(references, st.sampled_from(CHECK_LETTERS))
def test_one_check_letter_alone_is_right(reference: Reference, letter: str) -> None:
    found = find_references(f"SS-{reference.digits[:2]}-{reference.digits[2:]}-{letter}", "SS")

    assert bool(found) == (letter == reference.check)


@pytest.mark.parametrize(
    "typed",
    [
        "{p}-27-0042-{c}",
        "{p}270042{c}",
        "{p} 27 0042 {c}",
        "{p}/27/0042/{c}",
        "{p}.27.0042.{c}",
        "{p}_27_0042_{c}",
        "{p}:27:0042:{c}",
        "{p} - 27 - 0042 - {c}",
        "{p}–27–0042–{c}",  # en dashes, as Outlook makes of hyphens
        "{p}—27—0042—{c}",
        "{p}-27-OO42-{c}",  # letters for zeros
        "[{p}-27-0042-{c}]",
        "Re: ({p}-27-0042-{c}), any news?",
        "S S 27 0042 {c}",
        "\n{p}-27-\n0042-{c}\n",
        "ＳＳ-２７-００４２-{c}",  # full-width
        "{p}\u00a027\u00a00042\u00a0{c}",  # spaces that do not break
    ],
)
@pytest.mark.parametrize("case", [str.lower, str.upper])
def test_a_reference_is_recognised_however_it_is_typed(typed: str, case: object) -> None:
    text = typed.format(p="SS", c=RIGHT.check)

    assert (str(RIGHT),) == find_references(case(text) if callable(case) else text, "SS")


@pytest.mark.parametrize(
    "typed",
    [
        "SS-27-0042",  # no check letter
        "ST-27-0042-{c}",  # another council's
        "XSS-27-0042-{c}",  # the end of a longer word
        "SS-27-0042-{c}x",  # the beginning of one
        "SS-27-0042-A",  # no check letter of ours
        "SS-2-0042-{c}",
        "SS-01-00000-Z",  # SS-00-10000-Z with two digits that changed places
        "SS27 and then, 0042 {c}",
        "the SS in 1942",
        "",
    ],
)
def test_what_is_no_reference_is_not_seen(typed: str) -> None:
    assert find_references(typed.format(c=RIGHT.check), "SS") == ()


def test_several_are_found_in_order_and_once() -> None:
    other = Reference("SS", 26, 7)

    assert (str(other), str(RIGHT)) == find_references(f"{other} and {RIGHT}, I mean {other.compact}", "SS")


@given(st.text(max_size=2000))
def test_any_text_is_searched_without_error(text: str) -> None:
    assert all(find_references(found, "SS") == (found,) for found in find_references(text, "SS"))


def test_no_check_letter_sounds_or_looks_like_a_digit_or_another() -> None:
    assert len(set(CHECK_LETTERS)) == 10
    assert not set(CHECK_LETTERS) & set("OISBGVUNFEACDP")
