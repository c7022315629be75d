"""Requests for information in many voices: which law is heard in them, and what takes no date away."""

import pytest

from config.mails import read
from townclerk.config.shipped import shipped_councils
from townclerk.domain.routing import Route, Signal
from townclerk.domain.statutes import asks_under_a_law, statutes_of
from townclerk.domain.words import Category

FOI, EIR, OWN = Signal.FREEDOM_OF_INFORMATION, Signal.ENVIRONMENTAL_INFORMATION, Signal.PERSONAL_DATA
NONE = ""  # it names no law

ASKED = [
    (FOI, "Under the 2000 Act please tell me how many dogs your warden has taken in since April."),
    (NONE, "How much did the council spend on agency surveyors in 2025/26? I'd like the invoices as well."),
    (EIR, "Could you let me have the raw nitrogen dioxide figures from the tube outside the Co-op, and your letters about it?"),
    (OWN, "Please supply what was recorded about me in the benefits interview of 9 June, and who has read it since."),
    (OWN, "Your file says that I still owe for 2012. It is wrong. I require you to rectify it under article 16."),
    (NONE, "hiya can u tell me how much u spent on the xmas lights last year and who got paid ta"),
    (NONE, "Dear Sirs, I should be grateful for sight of the contract between the council and the operator of the baths."),
    (NONE, "Can you give me a list of all the empty shops you own, with the rent for each."),
    (NONE, "How many people were prosecuted for fly tipping in 2025, and what fines did they get?"),
    (NONE, "As a journalist I request the expenses of each councillor for 2025, as a spreadsheet."),
    (OWN, "plz send evrything u got wrote down about me and my kids"),
    (OWN, "I would like to know what information you keep on me."),
    (OWN, "What do you hold about me, and who have you given it to?"),
    (OWN, "Please wipe everything you have about me, and stop using my data for leaflets."),
    (OWN, "I'd like a transcript of my call with your benefits line, and any notes the adviser made on me."),
    (OWN, "I need my housing file for a complaint to the Ombudsman. Please send me a copy of it."),
    (OWN, "Could I have the footage of me falling over on the Market Place on the 9th?"),
    (EIR, "Could I see the noise survey for the new pub garden before the meeting?"),
    (EIR, "Send me the flood risk assessment for the Meadows please, and any letters about it."),
    (EIR, "I complained about the quarry in May. I now make a request under the EIR for your dust readings."),
    (FOI, "Hoffwn gael gwybod faint wariwyd ar y ffordd newydd o dan y Ddeddf Rhyddid Gwybodaeth."),
    (FOI, "F.O.I. please: number of complaints upheld, ignored and overdue, by service."),
    (FOI, "FOI request: every complaint about taxis received in 2025, with what came of it."),
    (FOI, "Under FOI, how many FOI requests did you refuse last year, and how many complaints about that were upheld?"),
    (FOI, "Under FOIA, what does the fountain cost? I shall complain to the ICO if this is ignored or overdue."),
    (FOI, "My FOI request of May was ignored. So here it is again: how many elms were felled?"),
]

WENT_WRONG = [
    "You refused my FOI request last month. That is wrong, and I want a review of it.",
    "My request for information of 3 March is overdue. Please deal with it.",
    "I have had no reply to the freedom of information request that I sent in April.",
    "I am disappointed with the way in which you handled my FOI request.",
    "I ask for an internal review of your answer about the pier.",
]

BOTH = [
    "I want to complain that my brown bin was missed three times. Under FOI, please tell me how many bins were missed.",
    "I formally complain about the state of the subway. Under FOIA I also want its inspection reports since 2022.",
    "This is a complaint about my rent account. It is also a subject access request: a copy of all you hold, please.",
]


def asked(text: str, council: str = "south-staffordshire") -> Route:
    return read(council, "A request", text)


@pytest.mark.parametrize(("law", "text"), ASKED)
def test_a_request_has_the_date_of_its_law_whatever_words_stand_beside_it(law: str, text: str) -> None:
    found = asked(text)

    assert found.category is Category.INFORMATION_REQUEST
    assert law in {statute.signal for statute in statutes_of(found.signals)}
    assert not found.exclusions


@pytest.mark.parametrize("council", shipped_councils())
def test_every_council_hears_the_law(council: str) -> None:
    missed = [text for law, text in ASKED if law and law not in asked(text, council).signals]

    assert missed == []


@pytest.mark.parametrize("text", WENT_WRONG)
def test_a_complaint_about_how_a_request_was_answered_is_no_request(text: str) -> None:
    assert statutes_of(asked(text).signals) == ()


@pytest.mark.parametrize("text", BOTH)
def test_a_complaint_beside_a_request_is_heard_as_well(text: str) -> None:
    found = asked(text)

    assert asks_under_a_law(found.signals)
    assert Signal.COMPLAINS_TOO in found.signals
