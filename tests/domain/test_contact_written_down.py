"""What an officer writes down of a call, a letter or a visit: all that is missing is said at once."""

from datetime import date

import pytest

from townclerk.domain.logged_contact import Known, read_contact, unsigned

TODAY = date(2027, 1, 11)
SERVICES = ("housing", "waste")
WHOLE = """Name: Asha Patel
Email: Asha.Patel@example.org
Phone: 01632 960123
Channel: telephone
Date: 2027-01-08 I was ill
Service: waste

My bin has not been emptied.
It smells."""


def test_a_whole_description() -> None:
    read = read_contact(WHOLE, TODAY, SERVICES)

    assert read.problems == ()
    assert (read.name, read.email, read.channel, read.day) == (
        "Asha Patel",
        "asha.patel@example.org",
        "phone",
        date(2027, 1, 8),
    )
    assert read.text == "My bin has not been emptied.\nIt smells."


def test_all_that_is_missing_is_said_at_once() -> None:
    problems = " ".join(read_contact("Email: nobody\nDate: some time\nService: gardens", TODAY, SERVICES).problems)

    for named in ("Name:", "Channel:", "the text", "Date:", "Email: nobody", "Service: gardens"):
        assert named in problems


@pytest.mark.parametrize(
    ("day", "wrong"),
    [("2027-01-12", True), ("2027-01-11", False), ("2027-01-09", False), ("2027-01-08", True), ("2027-01-08 I was ill", False)],
)
def test_a_day_in_the_future_or_long_past_without_a_reason(day: str, wrong: bool) -> None:
    body = f"Name: A\nChannel: post\nDate: {day}\nThe text."

    assert bool(read_contact(body, TODAY, SERVICES).problems) == wrong


def test_how_long_ago_it_was_is_counted_in_working_days() -> None:
    """On a Monday a call of Thursday was two working days ago; without a calendar days are days."""
    body = "Name: A\nChannel: phone\nDate: {}\nThe text."
    thursday = date(2027, 1, 7)

    assert read_contact(body.format("8 Jan"), TODAY, SERVICES, prompt=thursday).problems == ()
    assert read_contact(body.format("7 Jan"), TODAY, SERVICES, prompt=thursday).problems == ()
    assert "working days" in read_contact(body.format("6 Jan"), TODAY, SERVICES, prompt=thursday).problems[0]


@pytest.mark.parametrize(("day", "wrong"), [("1999-01-08", True), ("2025-01-08", True), ("2026-07-12", False)])
def test_a_day_more_than_six_months_back_is_asked_about_whatever_the_reason(day: str, wrong: bool) -> None:
    problems = read_contact(f"Name: A\nChannel: post\nDate: {day} it was mislaid\nThe text.", TODAY, SERVICES).problems

    assert bool(problems) == wrong
    assert all(day in problem and "check" in problem for problem in problems)


@pytest.mark.parametrize(
    "body",
    [
        "phone\nName Asha Patel\nEmail a@b.org\nTelephone 01632 960123\nService waste\nIt smells.",
        "Service: waste\nTel: 01632 960123\nE-mail: a@b.org\nName: Asha Patel\nHow: rang\n\nIt smells.",
        "Name | Asha Patel\nChannel\tcall\nEmail = a@b.org <mailto:a@b.org>\nPhone - 01632 960123\nService: Waste\nIt smells.",
        "Name:\nAsha Patel\nHow:\nphone\nEmail:\na@b.org\nPhone:\n01632 960123\nService:\nwaste\nWhat they said: It smells.",
        "phone\nIt smells.\n\nName: Asha Patel\nEmail: a@b.org\nPhone: 01632 960123\nService: waste",
    ],
)
def test_the_lines_in_any_order_and_as_programs_and_people_write_them(body: str) -> None:
    read = read_contact(body, TODAY, SERVICES)

    assert read.problems == ()
    assert (read.name, read.email, read.channel, read.service) == ("Asha Patel", "a@b.org", "phone", "waste")
    assert (read.phone, read.text) == ("01632 960123", "It smells.")


def test_words_that_begin_like_a_line_are_still_what_they_said() -> None:
    body = "Name: A\nChannel: post\nPhone calls were never answered.\nService is poor, and Name-calling too."

    assert (
        read_contact(body, TODAY, SERVICES).text == "Phone calls were never answered.\nService is poor, and Name-calling too."
    )


def test_the_ready_made_answer_has_all_that_was_given() -> None:
    read = read_contact("Channel: phone\nPhone: 01632 960123\nService: wast\nIt smells.", TODAY, SERVICES)

    assert read.lines == ("Name:", "Channel: phone", "Email:", "Phone: 01632 960123", "Service: wast")


def test_what_is_known_already_holds_where_nothing_else_is_said() -> None:
    known = Known("Asha Patel", "asha@example.org", "phone", date(2027, 1, 8), "I was ill", "It smells.")
    read = read_contact("Name: Asha Patel-Jones", TODAY, SERVICES, known)

    assert (read.name, read.email, read.day, read.reason, read.text, read.problems) == (
        *("Asha Patel-Jones", "asha@example.org", date(2027, 1, 8), "I was ill", "It smells.", ()),
    )


SAID = "Name: Bob Hill\nChannel: phone\n\nComplains that the bin was missed."


@pytest.mark.parametrize(
    "signed",
    [
        "\n\nKind regards\nWendy Ash\nWaste Officer\nTel: 01632 960001",
        "\n\nWendy",
        "\n\nRegards,\n\nWendy Ash",
        " Wendy Ash, 11 Jan",
        "\n(Wendy Ash)",
        " - Wendy Ash on 11/01/2027",
        "\n\nKind regards",
    ],
)
def test_what_whoever_took_it_down_signs_is_no_part_of_what_was_said(signed: str) -> None:
    read = read_contact(unsigned(SAID + signed, "Wendy Ash"), TODAY, SERVICES)

    assert read.text == "Complains that the bin was missed."
    assert read.phone == ""


def test_the_writer_of_a_letter_signs_it_above_whoever_took_it_down() -> None:
    letter = SAID + "\nYours faithfully\nBob Hill"

    assert unsigned(letter + "\n\nRegards\nWendy", "Wendy Ash") == letter


@pytest.mark.parametrize(
    "said",
    [
        SAID,
        SAID + "\nHe spoke to Wendy Ash on 4 January.",
        SAID + "\nYours faithfully\nBob Hill",
        "Channel: phone\nText: He wants the bin emptied.\nName:\nWendy",
        "Wendy",
        "",
    ],
)
def test_what_was_said_stays_whole(said: str) -> None:
    assert unsigned(said, "Wendy Ash") == said
