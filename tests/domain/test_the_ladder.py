"""Who is told, and when, of a date that was missed: the steps of the policy's ladder."""

from dataclasses import replace
from datetime import date

from domain.story import MONDAY, Story, at, extension, person, promise, stage, town
from townclerk.domain.policy import EscalationStep
from townclerk.domain.roster import Leave, Officer
from townclerk.domain.words import LetterKind, Stage

LATE = {LetterKind.OVERDUE, LetterKind.ESCALATION}
LADDER = (EscalationStep(1, ("officer",)), EscalationStep(3, ("deputy",)), EscalationStep(5, ("officer", "head")))


def told(*people: Officer) -> list[tuple[str, str | None]]:
    """(the day, who) of every escalation about a complaint that nobody answers."""
    council = town(stage(Stage.STAGE1, promise(5, "service"), extension()), people=people)
    story = Story(replace(council, policy=replace(council.policy, escalation=LADDER)))
    story.complains(MONDAY).until(at(1, 29))
    return [(f"{when:%d %b}", letter.to.officer) for when, letter in story.letters if letter.kind is LetterKind.ESCALATION]


WENDY = replace(person("wendy", "service"), deputies=("dan", "ros"))
DAN, ROS, HEAD, CAL = person("dan"), person("ros"), person("hana", "head"), person("cal", "complaints_lead")


def test_each_step_tells_whom_it_names_and_one_letter_goes_to_each_person() -> None:
    assert told(WENDY, DAN, ROS, HEAD, CAL) == [("19 Jan", "wendy"), ("21 Jan", "dan"), ("25 Jan", "wendy"), ("25 Jan", "hana")]


def test_the_deputy_on_a_step_is_the_first_who_is_here() -> None:
    away = replace(DAN, leave=(Leave(date(2027, 1, 20), date(2027, 1, 22)),))
    assert ("21 Jan", "ros") in told(WENDY, away, ROS, HEAD, CAL)


def test_an_officer_without_a_deputy_has_nobody_on_that_step() -> None:
    assert [day for day, _ in told(replace(WENDY, deputies=()), DAN, ROS, HEAD, CAL)] == ["19 Jan", "25 Jan", "25 Jan"]


def test_after_an_outage_only_the_highest_step_goes_to_one_person() -> None:
    """We were down from before the date until four weeks after it, and everything comes due in the same minute."""
    ladder = (EscalationStep(3, ("head",)), EscalationStep(5, ("officer", "head")), EscalationStep(8, ("complaints_lead",)))
    council = town(stage(Stage.STAGE1, promise(5, "service"), extension()), people=(WENDY, HEAD, CAL))
    story = Story(replace(council, policy=replace(council.policy, escalation=ladder)))
    story.complains(MONDAY)
    story.down_until(at(2, 15))
    late = [(letter.kind, letter.to.officer) for _, letter in story.letters if letter.kind in LATE]

    assert sorted(late) == [
        (LetterKind.ESCALATION, "cal"),
        (LetterKind.ESCALATION, "hana"),
        (LetterKind.ESCALATION, "wendy"),
    ]
