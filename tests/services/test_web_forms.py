"""Web forms are whoever's who filled them in, as the rules of the council say how to read each."""

from dataclasses import replace

import pytest

from services.office import House, council
from townclerk.domain.case import Case
from townclerk.domain.conditions import SenderIs
from townclerk.domain.words import Category

FORM = "Website <forms@council.example>"
PLAIN = """Your name: Asha Patel
Email address: asha.patel@example.org
Telephone number: 01632 960123
Service: Waste
Details: I complain that my bin has been missed.

It has been three weeks.
Submitted on: 11/01/2027 09:00"""
SHAPES = {
    "labels with a colon": PLAIN,
    "the value below its label": """Your name
Asha Patel

Email address
asha.patel@example.org

Telephone number
01632 960123

Service
Waste

What your feedback is about
I complain that my bin has been missed.

It has been three weeks.

Submitted on
11/01/2027""",
    "the cells of a table, and a link": """Your name Asha Patel
Email address asha.patel@example.org<mailto:asha.patel@example.org>
Telephone number 01632 960123
Service Waste
Details I complain that my bin has been missed.

It has been three weeks.
Submitted on 11/01/2027""",
    "bold labels": """*Your name:* Asha Patel
*Email address:* asha.patel@example.org
*Telephone number:* 01632 960123
*Service:* Waste
*Details:* I complain that my bin has been missed.

It has been three weeks.
*Submitted on:* today""",
}


async def filled_in(house: House, text: str) -> Case:
    house.arrives(text, "Feedback form", FORM, auto_submitted="auto-generated")
    await house.settle()
    (case,) = house.cases
    return case


@pytest.mark.parametrize("text", SHAPES.values(), ids=SHAPES.keys())
async def test_whoever_filled_it_in_is_the_complainant(house: House, text: str) -> None:
    case = await filled_in(house, text)

    assert (case.complainant.name, case.complainant.address) == ("Asha Patel", "asha.patel@example.org")
    assert (case.category, case.service) == (Category.COMPLAINT, "waste")
    assert case.mails[0].text == "I complain that my bin has been missed.\n\nIt has been three weeks."
    assert ("Telephone", "01632 960123") in (case.logged.ways if case.logged else ())
    assert [line.recipient for line in house.sent("receipt")] == ["asha.patel@example.org"]


async def test_without_an_address_the_case_opens_and_its_officer_is_told_how_to_reach_them(house: House) -> None:
    case = await filled_in(house, PLAIN.replace("asha.patel@example.org", ""))

    assert (case.complainant.name, case.complainant.address, case.receipts) == ("Asha Patel", "", False)
    assert house.sent("receipt") == []
    assert len(house.sent("assignment")) == 1
    assert ("Telephone", "01632 960123") in (case.logged.ways if case.logged else ())


@pytest.mark.parametrize("text", ["Your name: Asha Patel\nEmail address: a@example.org", "Details: I complain.", "Hello?"])
async def test_what_cannot_be_read_as_the_rules_say_goes_to_a_person_and_is_kept(house: House, text: str) -> None:
    house.arrives(text, "Feedback form", FORM)
    await house.settle()

    assert house.cases == []
    assert len(house.sent("decision")) == 1
    assert house.letters(to="forms@council.example") == []


async def test_a_form_that_sends_from_the_mailbox_itself_is_read_and_our_own_letters_are_not(house: House) -> None:
    mailbox = council().policy.contact.mailbox
    routing = council().routing
    (form,) = (rule for rule in routing.rules if rule.then.form is not None)
    own = replace(form, when=SenderIs((mailbox,)))
    house.office = replace(house.office, council=replace(council(), routing=replace(routing, rules=(own, *routing.rules))))
    house.arrives(PLAIN, "Feedback form", mailbox)
    house.arrives(PLAIN + " again", "Feedback form", mailbox, x_townclerk="1")
    await house.settle()

    assert [case.complainant.address for case in house.cases] == ["asha.patel@example.org"]


async def test_a_further_form_about_an_open_case_joins_it_by_its_reference(house: House) -> None:
    case = await filled_in(house, PLAIN)
    house.arrives(PLAIN.replace("Service: Waste", f"Reference number: {case.ref}"), "Feedback form", FORM)
    await house.settle()

    assert len(house.cases) == 1
    assert len(house.cases[0].mails) == 2


@pytest.mark.parametrize(
    "address",
    ["customerfeedback@sstaffs.gov.uk", "CustomerFeedback@sstaffs.gov.uk", "wendy.ash@council.example"],
)
@pytest.mark.parametrize("sender", [FORM, "noreply@elsewhere.example"], ids=["a form of the rules", "any other form"])
async def test_neither_the_mailbox_nor_an_officer_is_whoever_filled_it_in(house: House, sender: str, address: str) -> None:
    """Somebody typed it, and we would write to ourselves: a person reads it."""
    text = PLAIN.replace("asha.patel@example.org", address)
    house.arrives(text, "Feedback form", sender, auto_submitted="auto-generated")
    await house.settle()

    assert house.cases == []
    assert [(line.kind, line.recipient) for line in house.letters()] == [("decision", "cal.lane@council.example")]
