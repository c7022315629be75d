"""Whoever must say whether there will be a review finds that answer among the ready-made replies, and is not told twice."""

from domain.story import Story, at, extension, person, promise, stage, town
from townclerk.domain.letters import Assignment, Done
from townclerk.domain.words import LetterKind, Stage

PEOPLE = (person("wendy", "service", services=("waste",)), person("dora", "director"), person("cal", "complaints_lead"))


def asked() -> Story:
    """Complained on Monday 11 January, answered on Wednesday 13, asked for a review on Thursday 14."""
    last = stage(Stage.STAGE2, promise(20, "director"), extension(20), assess=promise(5, "complaints_lead"), final=True)
    first = stage(Stage.STAGE1, promise(10, "service"))
    told = (
        Story(town(first, last, people=PEOPLE)).complains().officer(at(1, 13), "wendy", "#respond not-upheld\nIt came at six.")
    )
    return told.resident(at(1, 14), "I ask for a Stage 2 review.")


def offered(told: Story, who: str) -> list[str]:
    content = told.sent(LetterKind.ASSIGNMENT, who)[-1].content
    assert isinstance(content, Assignment)
    return [choice.body.strip() for choice in content.choices]


def test_who_must_decide_is_offered_the_decision_first() -> None:
    assert offered(asked(), "cal")[:2] == ["#review accept", "#review refuse"]


def test_who_answers_once_it_is_decided_is_not() -> None:
    told = asked().officer(at(1, 15), "cal", "#review accept\nYou ask about the lorry.")

    assert not [body for body in offered(told, "dora") if body.startswith("#review")]


def test_who_has_decided_reads_once_that_the_resident_knows() -> None:
    told = asked().officer(at(1, 15), "cal", "#review accept\nYou ask about the lorry.")
    content = told.last(LetterKind.DONE).content

    assert isinstance(content, Done)
    assert [line for line in content.lines if "resident has been told" in line] == ["The resident has been told."]
