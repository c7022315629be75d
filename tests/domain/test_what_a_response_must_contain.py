"""A response holds what the policy promises: the letter adds what it can, the officer is asked for the rest, by name."""

import pytest

from domain.story import Story, at, person, promise, stage, town
from townclerk.domain.letters import Assignment, Done, Refused, Response
from townclerk.domain.policy import ResponseItem
from townclerk.domain.words import LetterKind, Stage

ALL_OF_IT = tuple(ResponseItem)
PEOPLE = (person("emma", "experience"), person("cal", "complaints_lead"))
ALWAYS = (ResponseItem.OUTCOME, ResponseItem.REASONS, ResponseItem.REVIEW_RIGHT, ResponseItem.ALL_POINTS)
UPHELD = (ResponseItem.APOLOGY, ResponseItem.ACTIONS)
NOT_UPHELD = (ResponseItem.EVIDENCE, ResponseItem.OMBUDSMAN)


def story(
    always: tuple[ResponseItem, ...] = ALWAYS,
    upheld: tuple[ResponseItem, ...] = UPHELD,
    not_upheld: tuple[ResponseItem, ...] = NOT_UPHELD,
) -> Story:
    first = stage(
        Stage.STAGE1,
        promise(10, "experience"),
        acknowledge=promise(5, "experience"),
        response_must_contain=always,
        upheld_must_contain=upheld,
        not_upheld_must_contain=not_upheld,
    )
    second = stage(Stage.STAGE2, promise(20, "experience"), final=True)
    return Story(town(first, second, people=PEOPLE)).complains()


def answered(text: str, told: Story | None = None) -> Story:
    return (told or story()).officer(at(1, 13), "emma", f"#respond {text}")


def lacks(told: Story) -> str:
    """Why nothing was sent."""
    assert told.sent(LetterKind.RESPONSE) == []
    content = told.last(LetterKind.REFUSED).content
    assert isinstance(content, Refused)
    return content.reason


def response(told: Story) -> Response:
    content = told.last(LetterKind.RESPONSE).content
    assert isinstance(content, Response)
    return content


@pytest.mark.parametrize(
    "text",
    [
        "not-upheld\nThe booking was for the day before.",
        "not-upheld\nDear Ms Patel, the tracker shows that the lorry came at six. Emma Person",
        "upheld\nDear Ms Patel, we are sorry. The driver missed the road.",
        "upheld\nWe apologise. We will pay for the gate.",
        "partly-upheld\nIt is regretted. The step is being mended.",
        "upheld\nYn ymddiheuro, the bin has been emptied.",
    ],
)
def test_a_short_and_honest_letter_leaves(text: str) -> None:
    assert answered(text).sent(LetterKind.RESPONSE)


@pytest.mark.parametrize("outcome", ["upheld", "partly-upheld"])
def test_without_an_apology_where_one_is_promised_it_comes_back_and_says_so(outcome: str) -> None:
    reason = lacks(answered(f"{outcome}\nThe driver missed the road. We will come tomorrow."))

    assert "lacks an apology" in reason
    assert outcome.replace("-", " ") in reason
    assert "(5)" in reason  # the clause


@pytest.mark.parametrize(
    "text",
    [
        "not-upheld\nNo.",
        "not-upheld\nDear Ms Patel,\nEmma Person",
        "not-upheld\nDear Ms Patel, no.\nKind regards\nEmma Person, Experience",
    ],
)
def test_without_reasons_it_comes_back(text: str) -> None:
    assert "lacks the reasons for the decision" in lacks(answered(text))


def test_a_refused_response_changes_nothing_and_names_what_would_work() -> None:
    told = answered("upheld\nThe driver missed the road.")
    content = told.last(LetterKind.REFUSED).content

    assert isinstance(content, Refused)
    assert content.instead == ("#respond upheld and your text again, with an apology and what has been or will be done",)
    assert (told.case.outcome, told.case.responded_at) == (None, ())


def test_what_is_wanted_where_a_complaint_is_upheld_is_not_wanted_where_it_is_not() -> None:
    assert answered("not-upheld\nThe tracker shows that the lorry came.").sent(LetterKind.RESPONSE)


def test_a_policy_that_lists_nothing_checks_nothing() -> None:
    assert answered("upheld\nYes.", story((), (), ())).sent(LetterKind.RESPONSE)


def test_what_only_a_person_can_judge_is_asked_of_whoever_wrote_it() -> None:
    content = answered("not-upheld\nThe tracker shows that the lorry came.").last(LetterKind.DONE).content

    assert isinstance(content, Done)
    asked = "Please check that your response gives an answer to every point and the evidence that it rests on."
    assert any(line.startswith(asked) for line in content.lines)


@pytest.mark.parametrize("item", [ResponseItem.STAGE, ResponseItem.DEFINITION, ResponseItem.OMBUDSMAN])
def test_what_the_letter_adds_is_there_only_where_the_policy_lists_it(item: ResponseItem) -> None:
    def added(told: Story) -> tuple[bool, bool, bool]:
        content = response(answered("not-upheld\nThe tracker shows that the lorry came.", told))
        return content.names_stage, bool(content.understanding), content.ombudsmen is not None

    assert any(added(story((item,), (), ())))
    assert sum(added(story((item,), (), ()))) == 1
    assert not any(added(story((), (), ())))


def test_how_the_complaint_is_understood_is_as_it_was_acknowledged_or_else_in_the_residents_words() -> None:
    listed = (ResponseItem.DEFINITION,)
    acknowledged = story(listed, (), ()).officer(at(1, 12), "emma", "#acknowledge\nWe understand that your gate was broken.")

    assert response(answered("upheld\nYes.", acknowledged)).understanding == "We understand that your gate was broken."
    assert response(answered("upheld\nYes.", story(listed, (), ()))).understanding == "I complain about my bin."


def test_whoever_answers_is_told_from_the_start() -> None:
    content = story().last(LetterKind.ASSIGNMENT).content

    assert isinstance(content, Assignment)
    assert content.must_contain == (
        "the reasons for the decision",
        "an answer to every point",
        "where it is upheld, also in part: an apology",
        "where it is upheld, also in part: what has been or will be done",
        "where it is not upheld: the evidence that it rests on",
    )


@pytest.mark.parametrize("outcome", ["upheld", "not-upheld"])
def test_everything_that_a_policy_can_list_can_be_met(outcome: str) -> None:
    told = story(ALL_OF_IT, ALL_OF_IT, ALL_OF_IT)

    assert answered(f"{outcome}\nWe are sorry. The gate has been mended.", told).sent(LetterKind.RESPONSE)
