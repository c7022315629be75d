"""Where a policy names two Ombudsmen, a resident is told of the one who deals with their matter."""

import pytest

from domain.story import Story, at, person, promise, stage, town
from townclerk.domain.letters import Assignment, Ombudsmen, Refused
from townclerk.domain.policy import Covers, Ombudsman
from townclerk.domain.words import Landlord, LetterKind, Stage

HOUSING = Ombudsman("hos", "Housing Ombudsman", phone="0300 1", covers=Covers.LANDLORD_MATTERS)
LOCAL = Ombudsman("lgsco", "Local Ombudsman", phone="0300 2", covers=Covers.OTHER_MATTERS)
PEOPLE = (person("wendy", "service", services=("waste",)), person("cal", "complaints_lead"))


def story(*ombudsmen: Ombudsman) -> Story:
    first = stage(Stage.STAGE1, promise(10, "service"), acknowledge=promise(5, "service"))
    return Story(town(first, people=PEOPLE, ombudsmen=ombudsmen or (HOUSING, LOCAL), ombudsman_in_every_letter=True))


def named(ombudsmen: Ombudsmen | None) -> list[str]:
    return [one.code for one in ombudsmen.all] if ombudsmen else []


@pytest.mark.parametrize(
    ("said", "letters_name"), [("yes", ["hos"]), ("no", ["lgsco"]), ("mixed", ["hos", "lgsco"]), (None, ["hos", "lgsco"])]
)
def test_letters_name_the_ombudsman_who_deals_with_the_matter(said: str | None, letters_name: list[str]) -> None:
    """Every letter: the summary that each carries is what templates print."""
    told = story().complains()
    word = f"#landlord {said}\n" if said else ""
    told.officer(at(1, 12), "wendy", f"{word}#acknowledge\nWe understand that your bin was missed.")
    told.officer(at(1, 13), "wendy", "#extend 2027-02-08 the crew is ill")

    for letter in (told.last(LetterKind.ACKNOWLEDGEMENT), told.last(LetterKind.DELAY_NOTICE)):
        assert letter.case is not None
        assert named(letter.case.ombudsmen) == letters_name


def test_a_receipt_names_all_while_nobody_has_said() -> None:
    receipt = story().complains().last(LetterKind.RECEIPT)

    assert named(receipt.content.ombudsmen) == ["hos", "lgsco"]  # type: ignore[union-attr]  # a receipt has them


def test_an_ombudsman_of_all_matters_is_always_named() -> None:
    told = story(Ombudsman("any", "The Ombudsman", phone="0300"), HOUSING).complains()
    told.officer(at(1, 12), "wendy", "#landlord no")

    assert named(told.last(LetterKind.DONE).case.ombudsmen) == ["any"]  # type: ignore[union-attr]  # it is about the case


def test_the_officer_is_asked_until_somebody_has_said() -> None:
    def offered(letter_of: Story) -> list[str]:
        content = letter_of.last(LetterKind.ASSIGNMENT).content
        assert isinstance(content, Assignment)
        return [choice.body for choice in content.choices if choice.body.startswith("#landlord")]

    told = story().complains()
    assert offered(told) == ["#landlord yes\n", "#landlord no\n", "#landlord mixed\n"]
    assert offered(told.officer(at(1, 12), "wendy", "#landlord no\n#assign cal")) == []
    assert offered(story(Ombudsman("any", "The Ombudsman", phone="0300")).complains()) == []


@pytest.mark.parametrize("argument", ["", "perhaps", "yes and no"])
def test_another_word_is_refused_with_those_that_work(argument: str) -> None:
    told = story().complains().officer(at(1, 12), "wendy", f"#landlord {argument}")
    content = told.last(LetterKind.REFUSED).content

    assert isinstance(content, Refused)
    assert content.instead == ("#landlord yes", "#landlord no", "#landlord mixed")
    assert told.case.landlord is None


def test_it_can_be_said_anew() -> None:
    told = story().complains().officer(at(1, 12), "wendy", "#landlord yes").officer(at(1, 12), "wendy", "#landlord Mixed.")

    assert told.case.landlord is Landlord.MIXED
