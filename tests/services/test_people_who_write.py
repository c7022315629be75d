"""Restrictions, new cases and calls that are written down, through the real services."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest

from services.office import ASHA, MONDAY, SERVER, House, council
from townclerk.domain.case import Party, PartyRole
from townclerk.domain.mail import Address
from townclerk.domain.provisions import Copies, Published, Restrictions
from townclerk.domain.words import Category
from townclerk.store import cases, outbox

LATER = MONDAY + timedelta(hours=2)
LOG = """#log
Name: Ben Hill
Email: ben.hill@example.org
Channel: phone
Date: 2027-01-08 I was ill
I want to complain. My bin has not been emptied for weeks."""


def an_officer() -> tuple[str, str]:
    officer = next(officer for officer in council().roster.officers if "service" in officer.roles)
    return officer.key, officer.email


def logs(house: House, text: str, proven: str = "pass") -> None:
    _, email = an_officer()
    verdict = f"{SERVER}; dmarc={proven} header.from={email.rpartition('@')[2]}"
    house.arrives(text, "A call", email, authentication_results=verdict)


async def test_a_call_that_is_written_down_opens_a_case_counted_from_its_day(house: House) -> None:
    logs(house, LOG)
    await house.settle()
    (case,) = house.cases
    (done,) = house.sent("done")
    respond = case.deadline("stage1.respond")

    assert respond is not None
    assert respond.derivation.day0.isoformat() == "2027-01-08"
    assert [line.recipient for line in house.sent("receipt")] == ["ben.hill@example.org"]
    assert (done.recipient, case.complainant.name, case.category) == (an_officer()[1], "Ben Hill", Category.COMPLAINT)
    assert case.ref in done.subject


async def test_nothing_is_opened_where_something_is_missing_or_the_mail_is_not_proven(house: House) -> None:
    logs(house, "#log\nName: Ben Hill")
    logs(house, LOG, "fail")
    await house.settle()

    assert house.cases == []
    assert len(house.sent("refused")) == 2


async def test_what_is_missing_comes_back_as_one_question_whose_answer_needs_nothing_written_twice(house: House) -> None:
    logs(house, LOG.replace("Name: Ben Hill\n", "").replace("Channel: phone\n", ""))
    await house.settle()
    (asked,) = house.sent("refused")
    raw = house.read(lambda tx: outbox.get(tx, asked.key))
    assert raw is not None
    ((number, *_), *_) = re.findall(r"#log (\d+)()", raw.raw.decode().replace("=\r\n", ""))
    logs(house, f"#log {number}\nName: Ben Hill\nChannel: phone\n")
    await house.settle()
    (case,) = house.cases

    assert (case.complainant.name, case.complainant.address) == ("Ben Hill", "ben.hill@example.org")
    assert case.opened_at.date().isoformat() == "2027-01-08"


async def test_where_nothing_proves_whose_a_mail_is_a_call_cannot_be_written_down_and_that_is_said(house: House) -> None:
    house.office = replace(house.office, ways=replace(house.office.ways, authentication="none", trusted_server=None))
    logs(house, LOG)
    await house.settle()
    (refused,) = house.sent("refused")
    raw = house.read(lambda tx: outbox.get(tx, refused.key))

    assert house.cases == []
    assert raw is not None
    assert b"authentication.profile" in raw.raw
    assert b"send it again" not in raw.raw


async def test_nobody_is_written_to_who_has_not_agreed_to_it(house: House) -> None:
    logs(house, LOG.replace("phone", "social media"))
    await house.settle()

    assert len(house.cases) == 1
    assert house.sent("receipt") == []


async def test_a_matter_of_its_own_is_a_case_of_its_own_in_the_same_moment(house: House) -> None:
    house.arrives("I complain about the bins.")
    await house.settle()
    (receipt,) = house.sent("receipt")
    house.replies(receipt, "Also, I complain about my rent, which is wrong.", LATER)
    await house.settle(LATER)
    house.replies(house.sent("forwarded")[0], "#new-case", LATER)
    await house.settle(LATER)
    old, new = house.cases

    assert (old.related, new.related) == ((new.ref,), (old.ref,))
    assert [line.recipient for line in house.sent("receipt")][-1] == ASHA.partition("<")[2].rstrip(">")
    assert any(new.ref in line.subject for line in house.sent("receipt"))
    assert house.read(lambda tx: cases.of_party(tx, council().policy.id, "asha.patel@example.org")) == (new.ref, old.ref)


def with_provisions(house: House) -> None:
    """The policy restricts contact and copies letters; the service itself decides about contact."""
    policy = council().policy
    said = Published("7.1")
    provisions = replace(policy.provisions, restrictions=Restrictions("service", said=said), copies=Copies(said))
    house.office = replace(house.office, council=replace(council(), policy=replace(policy, provisions=provisions)))


async def test_a_restriction_is_of_the_person_on_each_of_their_cases_and_for_new_mail(house: House) -> None:
    with_provisions(house)
    house.arrives("I complain about the bins.")
    house.arrives("I complain about the crew of the bins.", "Another complaint about bins")
    await house.settle()
    house.replies(house.sent("assignment")[0], "#restrict 2027-06-01 Forty mails in a week.", LATER)
    await house.settle(LATER)
    letters = len(house.letters(to="asha.patel@example.org"))
    house.arrives("I complain about bins for the tenth time.", "Tenth complaint", at=LATER)
    await house.settle(LATER)
    first, second = house.cases

    assert [case.restriction is not None for case in (first, second)] == [True, True]
    assert (len(first.mails), len(second.mails)) == (2, 1), "filed on the case on which it was decided"
    assert len(house.letters(to="asha.patel@example.org")) == letters
    assert [case.deadline("restriction") is not None for case in (first, second)] == [True, False]

    house.replies(house.sent("assignment")[0], "#unrestrict They have kept to it.", LATER)
    house.arrives("I complain about the new bins.", "Eleventh complaint", at=LATER)
    await house.settle(LATER)
    assert [case.restriction for case in house.cases] == [None, None, None]


async def test_a_councillor_who_is_copied_is_heard_on_that_case(house: House) -> None:
    """Also where they would otherwise be a member, whose mail opens an enquiry."""
    with_provisions(house)
    house.arrives("I complain about the bins. Please copy my MP: jo.bloggs@parliament.uk")
    await house.settle()
    house.replies(house.sent("assignment")[0], "#copy jo.bloggs@parliament.uk", LATER)
    await house.settle(LATER)
    house.replies(house.sent("assignment")[0], "#acknowledge\nWe understand that the bins are full.", LATER)
    await house.settle(LATER)
    (copy,) = house.letters("acknowledgement", to="jo.bloggs@parliament.uk")
    house.replies(copy, "Thank you for this.", LATER)
    await house.settle(LATER)
    (case,) = house.cases

    assert case.parties == (Party(Address("", "jo.bloggs@parliament.uk"), PartyRole.COPIED),)
    assert len(case.mails) == 2
    assert [line.kind for line in house.letters(to="jo.bloggs@parliament.uk")] == ["acknowledgement"]

    house.replies(house.sent("assignment")[0], "#respond upheld\nWe are sorry. The bins are emptied.", LATER)
    await house.settle(LATER)
    (response,) = house.letters("response", to="jo.bloggs@parliament.uk")
    house.replies(response, "I would like to raise a separate complaint about parking.", LATER)
    await house.settle(LATER)
    (case,) = house.cases

    assert len(case.mails) == 3, "after the response, too, whoever is copied becomes no complainant"


@pytest.mark.parametrize("signed", ["\n\nKind regards\nWendy Ash\nWaste Officer\nTel 01632 960001\n", "\n\nWendy\n"])
async def test_whoever_takes_a_call_down_and_signs_it_keeps_it_and_the_record_is_what_was_said(
    house: House, signed: str
) -> None:
    logs(house, "#log\nName: Ben Hill\nChannel: phone\n\nComplains that the bin was missed" + signed)
    await house.settle()
    (case,) = house.cases

    assert case.named == ()
    assert case.mails[0].text == "Complains that the bin was missed"
    assert [line.recipient for line in house.sent("assignment")] == ["wendy.ash@council.example"]
