"""Who gets a stage's work: those who take part in it, when it is theirs, and nobody who should keep away."""

from dataclasses import replace

from domain.story import RESIDENT, Story, at, extension, person, promise, stage, town
from townclerk.domain.letters import Acknowledgement, Assignment, Refused
from townclerk.domain.policy import ClockStart, EscalationStep, Fallback
from townclerk.domain.roster import Officer
from townclerk.domain.words import LetterKind, Stage

LATER = ClockStart.ACKNOWLEDGEMENT
PEOPLE = (
    person("emma", "experience"),
    person("harry", "head", services=("waste",)),
    person("olga", "head", services=("parks",)),
    person("ada", "chief_executive"),
    person("cal", "complaints_lead"),
)


def from_acknowledgement(name: str | None = None) -> Story:
    """The clock for the answer runs from the acknowledgement; the head of service takes part in the answer."""
    first = stage(
        Stage.STAGE1,
        promise(10, "experience", LATER, together_with=("head",)),
        acknowledge=promise(5, "experience", fallback=Fallback.AT_DUE, on_behalf_of=name),
    )
    return Story(town(first, people=PEOPLE))


def assigned(story: Story) -> list[str | None]:
    return [letter.to.officer for letter in story.sent(LetterKind.ASSIGNMENT)]


# --- when whoever answers hears of it


def test_whoever_takes_part_in_the_answer_hears_when_its_clock_starts_and_whoever_acknowledged_does_not_hear_twice() -> None:
    story = from_acknowledgement().complains()
    assert assigned(story) == ["emma"]

    story.officer(at(1, 13), "emma", "#acknowledge\nWe understand that it was missed.")

    assert assigned(story) == ["emma", "harry"]
    assert [date.day for date in story.last(LetterKind.ASSIGNMENT).content.dates] == [story.target("stage1.respond")]  # type: ignore[union-attr]


def test_they_hear_too_when_the_acknowledgement_goes_by_itself() -> None:
    story = from_acknowledgement().complains().until(at(1, 18, 15))

    assert assigned(story) == ["emma", "harry"]


def test_reminders_go_to_the_one_who_must_answer() -> None:
    story = from_acknowledgement().complains().officer(at(1, 13), "emma", "#acknowledge\nWe understand.").until(at(1, 27, 12))

    assert [letter.to.officer for letter in story.sent(LetterKind.REMINDER)] == ["emma", "emma"]


def test_whoever_only_takes_complaints_in_does_so_for_services_that_are_not_theirs_to_answer() -> None:
    first = stage(Stage.STAGE1, promise(10, "head"), acknowledge=promise(5, "experience"))
    both = person("emma", "experience", "head", services=("parks",))

    assert assigned(Story(town(first, people=(both, person("cal", "complaints_lead")))).complains()) == ["emma", "cal"]


def test_where_the_clock_runs_from_receipt_whoever_answers_hears_at_once() -> None:
    first = stage(Stage.STAGE1, promise(10, "head"), acknowledge=promise(5, "experience"))
    story = Story(town(first, people=PEOPLE)).complains()

    assert assigned(story) == ["emma", "harry"]


def test_one_officer_in_both_parts_hears_once() -> None:
    first = stage(Stage.STAGE1, promise(10, "experience"), acknowledge=promise(5, "experience"))

    assert assigned(Story(town(first, people=PEOPLE)).complains()) == ["emma"]


def test_what_waits_for_the_morning_goes_to_each_once() -> None:
    first = stage(Stage.STAGE1, promise(10, "experience"), acknowledge=promise(5, "experience"))

    assert assigned(Story(town(first, people=PEOPLE)).complains(at(1, 9, 22)).until(at(1, 11, 12))) == ["emma"]


# --- in whose name


def test_an_acknowledgement_says_in_whose_name_it_is_written() -> None:
    story = from_acknowledgement("chief_executive").complains()
    story.officer(at(1, 13), "emma", "#acknowledge\nWe understand that it was missed.")
    content = story.last(LetterKind.ACKNOWLEDGEMENT).content

    assert isinstance(content, Acknowledgement)
    assert content.on_behalf_of == "the Chief Executive, Ada Person"


def test_so_does_one_that_goes_by_itself() -> None:
    story = from_acknowledgement("chief_executive").complains().until(at(1, 18, 15))
    content = story.last(LetterKind.ACKNOWLEDGEMENT).content

    assert isinstance(content, Acknowledgement)
    assert content.on_behalf_of == "the Chief Executive, Ada Person"


# --- somebody else


def two_stages(*people: str) -> Story:
    first = stage(Stage.STAGE1, promise(10, "handler"))
    second = stage(
        Stage.STAGE2,
        promise(20, "handler", together_with=("experience",)),
        extension(20),
        different_person_from=(Stage.STAGE1,),
        final=True,
    )
    handlers = tuple(person(key, "handler", services=("waste",)) for key in people)
    return Story(town(first, second, people=(*PEOPLE, *handlers)))


def asked_for_review(story: Story, answered_by: str = "hana") -> Story:
    story.complains(earlier=("SS-26-0009-A",)).officer(at(1, 13), answered_by, "#respond not-upheld\nThe lorry came at six.")
    return story.resident(at(1, 14), "I ask for a review.")


def test_whoever_answered_before_is_passed_over_for_the_next_in_the_role() -> None:
    story = asked_for_review(two_stages("hana", "ivan"))

    assert assigned(story)[1:] == ["ivan", "emma"]


def test_where_nobody_else_is_in_the_role_it_is_the_complaints_leads() -> None:
    assert assigned(asked_for_review(two_stages("hana")))[1:] == ["cal", "emma"]


def test_nobody_answers_twice_and_they_are_told_why() -> None:
    story = asked_for_review(two_stages("hana", "ivan")).officer(at(1, 15), "hana", "#respond not-upheld\nAs I said.")
    content = story.last(LetterKind.REFUSED).content

    assert isinstance(content, Refused)
    assert "you answered Stage1" in content.reason
    assert len(story.sent(LetterKind.RESPONSE)) == 1


def test_nor_are_they_given_it_by_a_colleague() -> None:
    story = asked_for_review(two_stages("hana", "ivan")).officer(at(1, 15), "cal", "#assign hana")

    assert story.kinds(at(1, 15)) == ["refused"]


def test_a_colleague_may_answer_the_review() -> None:
    story = asked_for_review(two_stages("hana", "ivan")).officer(at(1, 15), "ivan", "#respond upheld\nWe are sorry.")

    assert len(story.sent(LetterKind.RESPONSE)) == 2


def unsaid(*people: Officer, role: str = "handler") -> Story:
    """A policy of two stages that does not say that somebody else answers the second."""
    first, second = (stage(each, promise(10, role)) for each in (Stage.STAGE1, Stage.STAGE2))
    return Story(town(first, second, people=(*PEOPLE, *people)))


def test_stage_2_goes_to_somebody_else_also_where_the_policy_does_not_say_so() -> None:
    hana, ivan = (person(key, "handler", services=("waste",)) for key in ("hana", "ivan"))

    assert assigned(asked_for_review(unsaid(hana, ivan))) == ["hana", "ivan"]
    assert assigned(asked_for_review(unsaid(hana))) == ["hana", "cal"]


def test_where_the_policy_is_silent_an_answer_of_theirs_still_counts_and_whoever_has_the_case_is_told() -> None:
    story = asked_for_review(unsaid(person("hana", "handler", services=("waste",))))
    story.officer(at(1, 15), "hana", "#respond not-upheld\nAs I said.")

    assert len(story.sent(LetterKind.RESPONSE)) == 2
    assert [letter.to.officer for letter in story.sent(LetterKind.DONE)][-2:] == ["hana", "cal"]


def test_another_service_does_not_get_stage_2_because_its_own_answered_before() -> None:
    olga, petra = person("olga", "service", services=("waste",)), person("petra", "service", services=("planning",))
    story = asked_for_review(unsaid(olga, petra, role="service"), "olga")

    assert assigned(story)[-1] == "cal"


def test_where_the_complaints_lead_answered_stage_1_it_goes_to_whoever_is_above_them() -> None:
    first, second = stage(Stage.STAGE1, promise(10, "complaints_lead")), stage(Stage.STAGE2, promise(20, "complaints_lead"))
    where = town(first, second, people=PEOPLE)
    story = Story(replace(where, policy=replace(where.policy, escalation=(EscalationStep(1, ("chief_executive",)),))))

    assert assigned(asked_for_review(story, "cal")) == ["cal", "ada"]


def test_to_whom_a_case_was_given_is_not_who_answers_the_next_stage_where_another_role_does() -> None:
    first, second = stage(Stage.STAGE1, promise(10, "head")), stage(Stage.STAGE2, promise(20, "chief_executive"))
    story = Story(town(first, second, people=PEOPLE)).complains().officer(at(1, 12), "cal", "#assign olga")
    story.officer(at(1, 13), "olga", "#respond not-upheld\nThe lorry came at six.").resident(at(1, 14), "I ask for a review.")

    assert assigned(story) == ["harry", "olga", "ada"]


# --- what they have before them


def test_whoever_reviews_has_the_complaint_the_answer_and_the_earlier_cases_before_them() -> None:
    content = asked_for_review(two_stages("hana", "ivan")).last(LetterKind.ASSIGNMENT).content

    assert isinstance(content, Assignment)
    assert content.original.text == "I ask for a review."
    assert [mail.text for mail in content.file] == ["I complain about my bin."]
    assert [(answer.officer, answer.text) for answer in content.answers] == [("Hana Person", "The lorry came at six.")]
    assert content.earlier == ("SS-26-0009-A",)
    assert content.file[0].sender == RESIDENT


def test_the_first_assignment_has_no_file() -> None:
    content = two_stages("hana").complains().last(LetterKind.ASSIGNMENT).content

    assert isinstance(content, Assignment)
    assert (content.file, content.answers) == ((), ())
