"""What stands in a digest and in the tracker, and whose it is."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from domain.samples import MONDAY
from domain.story import Story, at, extension, person, promise, stage, town
from townclerk.domain.case import HeldMail
from townclerk.domain.digest import Heading, for_everybody, for_officer, is_trackers_day, standing
from townclerk.domain.letters import Section
from townclerk.domain.provisions import Digest
from townclerk.domain.words import Stage


def complaint() -> Story:
    people = (person("wendy", "service"), person("cal", "complaints_lead"))
    first = stage(Stage.STAGE1, promise(10, "service"), extension(), acknowledge=promise(5, "service"))
    return Story(town(first, people=people)).complains()


def everything(story: Story, days: int) -> dict[str, list[str]]:
    """What the tracker says, so many days after the complaint."""
    items = standing([story.case], story.council, MONDAY + timedelta(days=days))
    return said(for_everybody(items, headings=tuple(Heading)))


def own(story: Story, officer: str, days: int, told: tuple[str, ...] = ()) -> dict[str, list[str]]:
    return said(for_officer(standing([story.case], story.council, MONDAY + timedelta(days=days)), frozenset({officer}), told))


def said(sections: tuple[Section, ...]) -> dict[str, list[str]]:
    return {section.heading: [f"{row.label}: {row.value}" for row in section.rows] for section in sections}


def test_a_complaint_is_due_within_the_week_from_five_working_days_before_its_date() -> None:
    story = complaint().officer(MONDAY + timedelta(days=1), "wendy", "#acknowledge\nYou write about your bin.")
    assert everything(story, 6) == {}
    assert list(everything(story, 7)) == ["Due within the week"]
    assert list(everything(story, 14)) == ["Due within the week"]
    assert list(everything(story, 15)) == ["Overdue"]


def test_a_line_says_which_service_what_by_when_and_about_what() -> None:
    (line,) = everything(complaint(), 14)["Not acknowledged yet"]
    assert line == "SS-27-0001-K: waste, to be acknowledged by Monday 18 January 2027, “Bins”"


def test_an_officer_reads_only_what_is_theirs_and_not_what_they_hear_of_today_already() -> None:
    story = complaint()
    assert list(own(story, "wendy", 7)) == ["Due within the week"]
    assert own(story, "cal", 7) == {}
    assert own(story, "wendy", 7, told=(story.case.ref,)) == {}


def test_a_case_that_has_ended_stands_nowhere_but_with_what_outlives_it() -> None:
    story = complaint().officer(MONDAY + timedelta(days=1), "wendy", "#respond upheld\nWe are sorry. We have emptied it.")
    assert everything(story, 20) == {}
    story.officer(MONDAY + timedelta(days=2), "wendy", "#action 2027-02-08 a new lid")
    assert everything(story, 20) == {}
    assert list(everything(story, 24)) == ["Actions due"]


def test_mail_that_is_held_is_whose_it_is() -> None:
    story = complaint()
    held = HeldMail(7, "wendy", 7, "no_word", "Thanks", None, MONDAY)
    story.held = replace(story.case, held=(held,))
    assert "Held mail of officers" in own(story, "wendy", 1)
    assert own(story, "cal", 1) == {}


def test_what_is_to_be_settled_after_the_answer_stands_there_until_it_is() -> None:
    story = complaint().officer(MONDAY + timedelta(days=1), "wendy", "#respond upheld\nWe are sorry. We have emptied it.")
    story.resident(MONDAY + timedelta(days=1, hours=2), "I am not happy with this at all.")
    story.held = replace(story.case, requested_mail=story.case.mails[-1].mail)
    assert list(everything(story, 12)) == ["Waiting for a decision"]
    assert list(own(story, "cal", 12)) == ["Waiting for a decision"]

    story.held = replace(story.case, held=(HeldMail(7, "wendy", 7, "no_word", "Thanks", None, MONDAY),))
    assert "Held mail of officers" in own(story, "wendy", 12)
    story.officer(MONDAY + timedelta(days=13), "cal", "#close")
    assert everything(story, 14) == {}


def test_a_case_of_a_service_that_nobody_has_is_nobodys_and_told_to_the_lead() -> None:
    story = complaint()
    story.council = replace(story.council, roster=replace(story.council.roster, officers=(person("cal", "complaints_lead"),)))
    assert "With nobody" in own(story, "cal", 1)


def test_a_restricted_case_is_named_to_whoever_has_it_and_only_counted_for_others() -> None:
    story = complaint()
    story.held = replace(story.case, restricted=True)
    assert everything(story, 14)["Overdue"] == ["1 restricted case: "]
    (line,) = own(story, "cal", 14)["Overdue"]
    assert "Bins" not in line


def test_with_the_ombudsman_it_stands_in_the_tracker_until_they_have_decided() -> None:
    story = complaint().officer(MONDAY + timedelta(days=1), "wendy", "#respond upheld\nWe are sorry. We have emptied it.")
    story.officer(at(4, 12), "wendy", "#ombudsman enquiry 26 April 2027\nThe log.")
    assert list(everything(story, 100)) == ["With the Ombudsman"]
    story.officer(at(4, 20), "wendy", "#ombudsman answered")
    assert "they have not decided yet" in everything(story, 110)["With the Ombudsman"][0]
    story.officer(at(5, 3), "wendy", "#ombudsman decision closed")
    assert everything(story, 120) == {}


@pytest.mark.parametrize(
    ("day", "weekday", "is_one"),
    [
        (date(2027, 1, 11), 0, True),
        (date(2027, 1, 12), 0, False),
        (date(2027, 1, 13), 2, True),
        (date(2027, 3, 29), 0, False),  # Easter Monday
        (date(2027, 3, 30), 0, True),
        (date(2027, 3, 31), 0, False),
        (date(2027, 3, 30), 4, True),  # Good Friday's comes after Easter
    ],
)
def test_the_tracker_comes_on_its_weekday_or_the_next_working_day(day: date, weekday: int, is_one: bool) -> None:
    digest = Digest(weekly=("complaints_lead",), weekday=weekday)
    assert is_trackers_day(digest, day, complaint().council.calendar) is is_one


def test_without_readers_there_is_no_trackers_day() -> None:
    assert not is_trackers_day(Digest(officers=True), date(2027, 1, 11), complaint().council.calendar)
