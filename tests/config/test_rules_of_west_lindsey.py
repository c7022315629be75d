"""What the rules of West Lindsey make of mails as residents write them."""

from functools import partial

from config import mails

read = partial(mails.read, "west-lindsey")


def test_an_expression_of_concern_is_a_complaint() -> None:
    """The policy defines a complaint as any expression of dissatisfaction or concern."""
    found = read("Underpass", "I am concerned about the underpass at Marshall's Yard.")

    assert found.category == "complaint"
    assert not found.doubtful


def test_how_well_an_officer_speaks_english_is_heard_and_an_accent_is_not() -> None:
    assert "fluency" in read("Complaint", "The man on the phone could not speak English.").signals
    assert "fluency" not in read("Complaint", "The man on the phone has a strong accent.").signals
