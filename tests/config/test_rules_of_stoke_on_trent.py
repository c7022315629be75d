"""What the rules of Stoke-on-Trent make of mails as residents write them."""

from functools import partial

from config import mails

read = partial(mails.read, "stoke-on-trent")


def test_an_expression_of_concern_alone_leaves_the_category_to_a_person() -> None:
    """It is taken for a complaint meanwhile, and said to be a concern."""
    concern = read("Underpass", "I am concerned about the underpass in Etruria.")
    complaint = read("Underpass", "I am concerned about the underpass in Etruria, and this is a complaint.")

    assert (concern.doubtful, complaint.doubtful) == (True, False)
    assert "concern" in concern.signals
