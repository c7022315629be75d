"""What a report says of a period: counted by fixed rules, the same every time."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from domain.samples import COMPLAINT, MONDAY, council, officer, opened, resident
from townclerk.domain.case import Case, Remedy
from townclerk.domain.digest import Heading, for_everybody, standing
from townclerk.domain.figures import Material, sections
from townclerk.domain.letters import Section
from townclerk.domain.periods import Span
from townclerk.domain.provisions import Code, Figure, Period, Provisions, Report
from townclerk.domain.words import Category

JANUARY = Span(date(2027, 1, 1), date(2027, 1, 31), date(2027, 2, 1))
FEBRUARY = Span(date(2027, 2, 1), date(2027, 2, 28), date(2027, 3, 1))


def answered(days: int, words: str = "upheld", acknowledged_after: int = 1) -> Case:
    case = opened(at=MONDAY).case
    case = officer(case, "#acknowledge\nWe understand.", 2, MONDAY + timedelta(days=acknowledged_after)).case
    text = f"#respond {words}\nWe are sorry. The crew missed your road, and we have put it back on the round."
    return officer(case, text, 3, MONDAY + timedelta(days=days)).case


def told(figure: Figure, *cases: Case, span: Span = JANUARY, now: datetime = MONDAY + timedelta(days=30)) -> Section:
    report = Report("r", "R", Period.MONTH, ("complaints_lead",), (figure,))
    (section,) = sections(report, Material(council(), span, now).take(cases), Material(council(), span, now))
    return section


def rows(section: Section) -> dict[str, str]:
    return {row.label: row.value for row in section.rows}


def test_every_figure_that_a_policy_can_name_is_counted() -> None:
    for figure in set(Figure) - {Figure.SELF_ASSESSMENT}:  # which is several
        assert told(figure, opened(COMPLAINT).case, answered(3)).rows, figure
        assert told(figure).rows, figure


@pytest.mark.parametrize(("days", "kept"), [(14, "1 of 1 (100%)"), (15, "0 of 1 (0%)")])
def test_a_response_is_in_time_up_to_the_date_first_promised(days: int, kept: str) -> None:
    assert rows(told(Figure.RESPONDED, answered(days)))["Stage 1 - Complaint: answered in time"] == kept


@pytest.mark.parametrize(("days", "kept"), [(7, "1 of 1 (100%)"), (8, "0 of 1 (0%)")])
def test_an_acknowledgement_is_in_time_up_to_its_date(days: int, kept: str) -> None:
    assert rows(told(Figure.ACKNOWLEDGED, answered(10, acknowledged_after=days)))["Of those received"] == kept


def test_an_agreed_extension_does_not_move_the_target_that_is_reported() -> None:
    case = officer(opened(at=MONDAY).case, "#extend 2027-01-29 the report is late", 2, MONDAY + timedelta(days=2)).case
    text = "#respond upheld\nWe are sorry. The crew missed your road, and we have put it back on the round."
    case = officer(case, text, 3, MONDAY + timedelta(days=17)).case
    found = rows(told(Figure.RESPONDED, case))
    assert found["Stage 1 - Complaint: answered in time"] == "0 of 1 (0%)"
    assert found["Stage 1 - Complaint: with more time"] == "1"
    assert found["Stage 1 - Complaint: working days, on average"] == "13.0"


def test_a_case_is_counted_in_the_period_in_which_it_came_and_its_answer_in_which_it_left() -> None:
    case = answered(23)
    assert rows(told(Figure.RECEIVED, case))["Complaints"] == "1"
    assert rows(told(Figure.RECEIVED, case, span=FEBRUARY))["Complaints"] == "0"
    assert rows(told(Figure.OUTCOMES, case))["Upheld"] == "none"
    assert rows(told(Figure.OUTCOMES, case, span=FEBRUARY))["Upheld"] == "1 of 1 (100%)"


def test_codes_are_counted_by_their_titles() -> None:
    known = council()
    remedies = {"apology": Code("apology", "An apology")}
    policy = replace(known.policy, provisions=Provisions(remedies=remedies))
    case = replace(answered(3), remedies=(Remedy("apology"), Remedy("apology", "for the other one")))
    report = Report("r", "R", Period.MONTH, ("complaints_lead",), (Figure.REMEDIES,))
    (section,) = sections(report, Material(replace(known, policy=policy), JANUARY, MONDAY).take([case]))
    assert rows(section) == {"An apology": "2"}


def test_no_category_of_people_s_mail_is_left_out() -> None:
    case = replace(opened(COMPLAINT).case, category=Category.MEMBER_ENQUIRY)
    assert rows(told(Figure.RECEIVED, case))["Member enquiries"] == "1"


def test_each_response_counts_with_its_own_outcome_whatever_the_review_decides() -> None:
    asked = resident(answered(3), "I ask for a stage 2 review.", 4, MONDAY + timedelta(days=4)).case
    found = rows(told(Figure.OUTCOMES, asked))
    assert (found["Upheld"], found["Not upheld"]) == ("1 of 1 (100%)", "0 of 1 (0%)")

    text = "#respond not-upheld\nThe crew did come: the tracker of the lorry shows it at your door at seven."
    reviewed = officer(asked, text, 5, MONDAY + timedelta(days=24), "cal").case
    assert rows(told(Figure.OUTCOMES, reviewed))["Upheld"] == "1 of 1 (100%)"
    assert rows(told(Figure.OUTCOMES, reviewed, span=FEBRUARY))["Not upheld"] == "1 of 1 (100%)"


@pytest.mark.parametrize("words", ["#reopen", "#category complaint"])
def test_a_complaint_that_was_taken_on_after_all_does_not_count_as_refused(words: str) -> None:
    refused = officer(opened().case, "#refuse insurance\nIt is a claim.", 2, MONDAY + timedelta(days=1)).case
    assert "Nothing" not in rows(told(Figure.REFUSED, refused))

    taken = officer(refused, words, 3, MONDAY + timedelta(days=2), "cal").case
    ended = officer(taken, "#withdraw", 4, MONDAY + timedelta(days=3), "cal").case
    assert rows(told(Figure.REFUSED, ended)) == {"Nothing": ""}


def test_the_list_of_the_morning_says_in_words_what_is_owed() -> None:
    case = opened().case
    known, unknown = (replace(case, service=service) for service in ("council_tax", ""))

    assert first_line(known).startswith("council tax, to be acknowledged by ")
    assert first_line(unknown).startswith("to be acknowledged by ")


def first_line(case: Case) -> str:
    return for_everybody(standing([case], council(), MONDAY + timedelta(days=40)))[0].rows[0].value


def test_a_restricted_case_is_counted_and_neither_named_nor_quoted() -> None:
    hidden = replace(opened().case, restricted=True)
    assert rows(told(Figure.INVESTIGATIONS, hidden)) == {"1 restricted case": ""}
    assert rows(told(Figure.LEARNING, replace(answered(3), learning=("Ask twice.",), restricted=True))) == {"Nothing": ""}

    now = MONDAY + timedelta(days=40)
    sections = for_everybody(standing([hidden], council(), now), headings=tuple(Heading))
    assert sections
    assert {row.label for section in sections for row in section.rows} == {"1 restricted case"}


def test_a_self_assessment_has_its_parts_under_their_headings_and_each_once() -> None:
    """Also where the policy lists some of them beside it."""
    january = Material(council(), JANUARY, MONDAY).take([answered(3)])
    both = Report("r", "R", Period.YEAR, ("service",), (Figure.SELF_ASSESSMENT, Figure.RESPONDED, Figure.ESCALATED))
    headings = [section.heading for section in sections(both, january)]

    assert headings == [
        "What came in",
        "Acknowledged in time",
        "Answered in time",
        "What we decided",
        "Not taken as a complaint, by reason",
        "Went on to a review",
    ]
