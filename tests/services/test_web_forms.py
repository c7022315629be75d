"""Web forms are whoever's who filled them in, as the rules of the council say how to read each."""

import time
from dataclasses import replace
from email.message import EmailMessage

import pytest

from services.office import MONDAY, House, council
from townclerk.domain.case import Case
from townclerk.domain.conditions import SenderIs
from townclerk.domain.forms import read_form
from townclerk.domain.mail import IncomingMail
from townclerk.domain.words import Category
from townclerk.mail.reading import read_inline
from townclerk.store import outbox

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


SHAPES |= {
    "headings, and a text that is set in": """# New feedback received

## Your name
Asha Patel

## Email address
asha.patel@example.org

## Telephone number
01632 960123

## Service
Waste

## Details
^ I complain that my bin has been missed.
^
^ It has been three weeks.

---------------------------------------------------------------
Submitted on 11 January 2027""",
    "numbers, and what must be filled in": """1. Your name (required): Asha Patel
2. Email address *: asha.patel@example.org
3. Telephone number (optional): 01632 960123
4. Service: Waste
5. What your feedback is about?: I complain that my bin has been missed.

It has been three weeks.

Submitted on: today""",
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


@pytest.mark.parametrize(
    "theirs",
    ["Email address: I have none that you answer.", "Reference books are what I read.", "Your name: mud.", "Service? None!"],
)
async def test_what_they_wrote_is_whole_where_a_line_of_it_looks_like_a_label(house: House, theirs: str) -> None:
    said = PLAIN.replace("It has been three weeks.", theirs)
    case = await filled_in(house, said)

    assert case.complainant.key == "asha.patel@example.org"
    assert case.mails[0].text == f"I complain that my bin has been missed.\n\n{theirs}"


async def test_without_an_address_the_case_opens_and_its_officer_is_told_how_to_reach_them(house: House) -> None:
    case = await filled_in(house, PLAIN.replace("asha.patel@example.org", ""))

    assert (case.complainant.name, case.complainant.address, case.receipts) == ("Asha Patel", "", False)
    assert house.sent("receipt") == []
    assert len(house.sent("assignment")) == 1
    assert ("Telephone", "01632 960123") in (case.logged.ways if case.logged else ())


@pytest.mark.parametrize(
    "said",
    [
        "{} please",
        "{} - use this one",
        "{}, or telephone",
        "Home: {}",
        "{} or ap@work.example",
        "<{}>",
        "{}.",
        "{}<br />",
        "<b>{}</b>",
        "<td>{}</td><td>Yes</td>",
        "{}\tYes",
        "{} 020 7946 0000",
        "{} IP: 192.0.2.7",
        "07700 900123 {}",
    ],
)
async def test_an_address_with_a_remark_beside_it_is_theirs(house: House, said: str) -> None:
    case = await filled_in(house, PLAIN.replace("asha.patel@example.org", said.format("asha.patel@example.org")))

    assert case.complainant.address == "asha.patel@example.org"
    assert len(house.sent("receipt")) == 1


@pytest.mark.parametrize(
    "typed",
    [
        "asha patel@example.org",
        "asha,patel@example.org",
        "asha.patel@example",
        "patel@example.org x",
        "asha 84 patel@example.org",
    ],
)
async def test_a_mistyped_address_is_nobodys_and_the_officer_sees_what_they_typed(house: House, typed: str) -> None:
    case = await filled_in(house, PLAIN.replace("asha.patel@example.org", typed))

    assert case.complainant.address == ""
    assert house.sent("receipt") == []
    assert ("Email, as they typed it", typed) in (case.logged.ways if case.logged else ())
    (assignment,) = house.sent("assignment")
    row = house.read(lambda tx: outbox.get(tx, assignment.key))
    assert row is not None
    assert typed in " ".join(row.raw.decode().replace("=\r\n", "").split())


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


IN_HTML = {
    "the table of a form builder": """<p>You have a new submission:</p><table border="1"><tr><th>Field</th><th>Answer</th></tr>
<tr><td><b>Your name:</b></td><td>Asha Patel</td></tr><tr><td><b>Email address:</b></td><td>asha@home.example</td></tr>
<tr><td><b>Telephone number:</b></td><td></td></tr>
<tr><td><b>Your address:</b></td><td>12 Mill Lane<br>Somerton<br>SM1 2AB</td></tr>
<tr><td><b>Details:</b></td><td>My bin was missed.<br><br>Name: mud.</td></tr>
<tr><td><b>Reference number:</b></td><td>FB-42</td></tr><tr><td>Submitted on:</td><td>3 March 2027</td></tr></table>""",
    "headings, as a notification service writes them": """<table role="presentation"><tr><td><h2>New feedback</h2>
<h3>Your name</h3><p>Asha Patel</p><h3>Email address</h3><p><a href="mailto:asha@home.example">asha@home.example</a></p>
<h3>Your address</h3><p>12 Mill Lane<br>Somerton<br>SM1 2AB</p><h3>Details</h3><p>My bin was missed.</p><p>Name: mud.</p>
<h3>Reference number</h3><p>FB-42</p><hr><p>Submitted on 3 March 2027. Do not reply.</p></td></tr></table>""",
    "a list of terms": """<dl><dt>Your name</dt><dd>Asha Patel</dd><dt>Email address</dt><dd>asha@home.example</dd>
<dt>Your address</dt><dd>12 Mill Lane<br>Somerton<br>SM1 2AB</dd><dt>Reference number</dt><dd>FB-42</dd>
<dt>Details</dt><dd>My bin was missed.<br><br>Name: mud.</dd></dl>""",
}


@pytest.mark.parametrize("html", IN_HTML.values(), ids=IN_HTML.keys())
def test_a_form_in_html_is_read_field_by_field(html: str) -> None:
    message = EmailMessage()
    message["From"], message["Subject"] = "forms@council.example", "New feedback"
    message.set_content(html, subtype="html")
    mail = read_inline(message.as_bytes()).mail
    form = next(rule.then.form for rule in council().routing.rules if rule.then.form is not None)
    assert mail is not None

    read = read_form(form, mail, ["waste"])

    assert (read.who.name, read.who.address, read.reference) == ("Asha Patel", "asha@home.example", "FB-42")
    assert read.address == "12 Mill Lane, Somerton, SM1 2AB"
    assert read.text == "My bin was missed.\n\nName: mud."


def test_a_form_that_is_made_to_be_slow_is_read_in_a_moment() -> None:
    form = next(rule.then.form for rule in council().routing.rules if rule.then.form is not None)
    lines = ["#" + " " * 200_000 + "x", " " * 200_000, "Your name" + " *" * 50_000, "Details" + " " * 200_000 + "("]
    text = "\n".join(lines)
    started = time.process_time()

    read_form(form, IncomingMail(None, "", text, text), ["waste"])

    assert time.process_time() - started < 5


@pytest.mark.parametrize("reply_to", ["Ann Hale <ann.hale@home.example>", None], ids=["who wrote it", "fields alone"])
async def test_whoever_quotes_a_bounce_in_a_form_complains(house: House, reply_to: str | None) -> None:
    text = (
        "Name: Ann Hale\nEmail: ann.hale@home.example\nMessage: I complain. My mail to your bin crew came back: it could not "
        "be delivered to one or more recipients. My brown bin was missed."
    )
    about = {"sender": "Web form <no-reply@forms.example>", "return_path": "<no-reply@forms.example>"}
    if reply_to:
        about["reply_to"] = reply_to
    house.arrives(text, "Complaint from the website", at=MONDAY, **about)
    await house.settle()

    assert len(house.cases) == 1


@pytest.mark.parametrize("robot", ["online-request@forms.example", "site-owner@forms.example"])
@pytest.mark.parametrize("reply_to", [None, "Ann Hale <ann.hale@home.example>"])
async def test_a_form_that_an_address_of_requests_sends_is_its_residents(
    house: House, robot: str, reply_to: str | None
) -> None:
    about = {"reply_to": reply_to} if reply_to else {}
    text = "Name: Ann Hale\nEmail: ann.hale@home.example\nMessage: I complain. My brown bin was missed."
    house.arrives(text, "From the website", f"Web form <{robot}>", at=MONDAY, **about)
    await house.settle()

    assert [line.recipient for line in house.sent("receipt")] == ["ann.hale@home.example"]


async def test_whoever_has_a_copy_of_their_form_is_who_filled_it_in(house: House) -> None:
    about = {"sender": "Web form <no-reply@forms.example>", "auto_submitted": "auto-generated"}
    ann = "Ann Hale <ann.hale@home.example>"
    house.arrives("I complain that my bin was missed.", "Complaint from the website", at=MONDAY, reply_to=ann, cc=ann, **about)
    await house.settle()

    assert [case.complainant.address for case in house.cases] == ["ann.hale@home.example"]
