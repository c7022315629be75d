"""A colleague passes on what came to them: a case is opened for whoever wrote it, once the colleague has said so."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTP
from functools import partial

import pytest

from hostile import mails as hostile
from hostile import outlook
from services.office import MONDAY, SERVER, House, council
from townclerk.domain.roster import Leave
from townclerk.mail.reading import read_files
from townclerk.services import timekeeper
from townclerk.store import mails, outbox
from townclerk.store.outbox import OutboxLine

WENDY = "wendy.ash@council.example"
LATER = MONDAY + timedelta(hours=1)
WORDS = "I complain about the bins in Mill Lane.\nNobody has come for three weeks."
OUTLOOK = f"""From: Asha Patel <asha.patel@example.org>
Sent: 08 January 2027 09:14
To: Wendy Ash <wendy.ash@council.example>
Subject: Bins in Mill Lane

{WORDS}"""
SHAPES = {
    "Outlook": OUTLOOK,
    "Outlook with links and a mark below": f"""Please log this.

________________________________
From: "Patel, Asha" <asha.patel@example.org<mailto:asha.patel@example.org>>
Sent: Friday, January 8, 2027 9:14 AM
To: Wendy Ash <wendy.ash@council.example>; Cal Lane <cal.lane@council.example>;
 Petra Vane <petra.vane@council.example>
Cc: somebody@example.org
Subject: Bins in Mill Lane

{WORDS}""",
    "Outlook in Welsh": f"""Oddi wrth: Asha Patel <asha.patel@example.org>
Anfonwyd: 08 Ionawr 2027 09:14
At: Wendy Ash <wendy.ash@council.example>
Pwnc: Bins in Mill Lane

{WORDS}""",
    "Gmail": f"""---------- Forwarded message ---------
From: Asha Patel <asha.patel@example.org>
Date: Fri, 8 Jan 2027 at 09:14
Subject: Bins in Mill Lane
To: <wendy.ash@council.example>


{WORDS}""",
    "Apple Mail": """Begin forwarded message:

> From: Asha Patel <asha.patel@example.org>
> Subject: Bins in Mill Lane
> Date: 8 January 2027 at 09:14:22 GMT
> To: Wendy Ash <wendy.ash@council.example>
>
> I complain about the bins in Mill Lane.
> Nobody has come for three weeks.""",
    "Outlook for phones, with bold labels": f"""Get Outlook for iOS<https://aka.ms/o0ukef>
________________________________
*From:* Asha Patel <asha.patel@example.org>
*Sent:* Friday, 8 January 2027 09:14
*To:* Wendy Ash <wendy.ash@council.example>
*Subject:* Bins in Mill Lane

{WORDS}""",
    "a colleague passed it to her": f"""From: Cal Lane <cal.lane@council.example>
Sent: 11 January 2027 08:00
To: Wendy Ash <wendy.ash@council.example>
Subject: FW: Bins in Mill Lane

Is this yours?

From: Asha Patel <asha.patel@example.org>
Sent: 08 January 2027 09:14
To: Cal Lane <cal.lane@council.example>
Subject: Bins in Mill Lane

{WORDS}""",
}


def verdict(result: str = "pass") -> str:
    return f"{SERVER}; dmarc={result} header.from=council.example"


def passes_on(house: House, text: str, subject: str = "FW: Bins in Mill Lane", result: str = "pass") -> None:
    house.arrives(text, subject, f"Wendy Ash <{WENDY}>", authentication_results=verdict(result))


def presses(house: House, text: str, sender: str = WENDY, result: str = "pass") -> None:
    house.arrives(text, "Re: Is this a mail to open a case for?", sender, LATER, authentication_results=verdict(result))


def number_of(house: House) -> int:
    """Of the newest mail that is held."""
    (held,) = house.sent("confirm")[-1:]
    return int(text_of(house, held).split("kept as number ")[1].split(".")[0])


def text_of(house: House, letter: OutboxLine) -> str:
    row = house.read(lambda tx: outbox.get(tx, letter.key))
    assert row is not None
    return " ".join(row.raw.decode().replace("=\r\n", "").replace("=20", " ").split())


@pytest.mark.parametrize("text", SHAPES.values(), ids=SHAPES.keys())
async def test_whoever_wrote_it_has_a_case_of_the_day_on_which_it_came_once_the_officer_says_so(
    house: House, text: str
) -> None:
    passes_on(house, text)
    await house.settle()

    assert house.cases == []
    assert "asha.patel@example.org" in text_of(house, house.sent("confirm")[0])
    presses(house, f"#log {number_of(house)}\nName: Asha Patel\nEmail: asha.patel@example.org\nDate: 2027-01-08\n")
    await house.settle(LATER)
    (case,) = house.cases
    respond = case.deadline("stage1.respond")

    assert (case.complainant.name, case.complainant.address) == ("Asha Patel", "asha.patel@example.org")
    assert case.subject == "Bins in Mill Lane"
    assert respond is not None
    assert respond.derivation.day0.isoformat() == "2027-01-08"
    assert [line.recipient for line in house.sent("receipt")] == ["asha.patel@example.org"]
    assert "the day that stands in the email" in dict(case.logged.ways if case.logged else ())["Counted from"]


async def test_a_mail_that_hangs_on_the_officers_is_read_as_well(house: House) -> None:
    inner = EmailMessage(policy=SMTP)
    inner["From"], inner["Subject"], inner["Date"] = (
        "Asha Patel <asha.patel@example.org>",
        "Bins",
        "Fri, 08 Jan 2027 09:14:00 +0000",
    )
    inner.set_content(WORDS)
    outer = EmailMessage(policy=SMTP)
    outer["Authentication-Results"], outer["From"], outer["To"] = verdict(), WENDY, council().policy.contact.mailbox
    outer["Subject"], outer["Message-ID"] = "for you", "<hangs@council.example>"
    outer.set_content("please log this\n")
    outer.add_attachment(inner)
    house.mailbox.deliver(outer.as_bytes(), MONDAY)
    await house.settle()
    presses(house, f"#log {number_of(house)}")
    await house.settle(LATER)
    (case,) = house.cases

    assert (case.complainant.address, case.subject) == ("asha.patel@example.org", "Bins")


def hangs_on_it(house: House, name: str, raw: bytes, kind: str = "vnd.ms-outlook") -> None:
    """Wendy sends on a file, with hardly a word."""
    outer = EmailMessage(policy=SMTP)
    outer["Authentication-Results"], outer["From"], outer["To"] = verdict(), WENDY, council().policy.contact.mailbox
    outer["Subject"], outer["Message-ID"] = "for you", "<hangs@council.example>"
    outer.set_content("please log this\n")
    outer.add_attachment(raw, "application", kind, filename=name)
    house.mailbox.deliver(outer.as_bytes(), MONDAY)


@pytest.mark.parametrize(
    ("name", "kind"), [("Bins.msg", "vnd.ms-outlook"), ("Bins.MSG", "octet-stream"), ("Bins", "vnd.ms-outlook")]
)
async def test_a_mail_that_outlook_saved_and_that_hangs_on_the_officers_is_read_as_well(
    house: House, name: str, kind: str
) -> None:
    hangs_on_it(house, name, outlook.msg(outlook.from_asha()), kind)
    await house.settle()
    (asked,) = house.sent("confirm")
    presses(house, f"#log {number_of(house)}")
    await house.settle(LATER)
    (case,) = house.cases

    assert "an email from Asha Patel <asha.patel@example.org> of Friday 8 January 2027" in text_of(house, asked)
    assert "Nobody has come for three weeks." in text_of(house, asked)
    assert (case.complainant.address, case.subject) == ("asha.patel@example.org", "Bins")
    assert [line.recipient for line in house.sent("receipt")] == ["asha.patel@example.org"]


async def test_a_mail_with_photographs_is_opened_however_large_they_are(house: House) -> None:
    photos = tuple((f"{number}.jpg", bytes([number]) * 3_000_000) for number in range(3))
    hangs_on_it(house, "Bins.msg", outlook.msg(outlook.from_asha(files=photos)))
    await house.settle()

    assert len(house.sent("confirm")) == 1


def enclosed(said: str, sender: str = "Asha Patel <asha.patel@example.org>") -> bytes:
    return f"From: {sender}\nDate: Fri, 08 Jan 2027 09:14:00 +0000\nSubject: Bins\n\n{said}\n".encode()


@pytest.mark.parametrize(
    "part",
    [
        hostile.part(enclosed(WORDS), "message/rfc822", "Content-Disposition: attachment; filename=Bins.eml"),
        hostile.file("Bins.eml", enclosed(WORDS)),
        hostile.file("Bins.msg", outlook.msg(outlook.from_asha()), "application/vnd.ms-outlook"),
    ],
    ids=["as a part", "as a file", "saved by Outlook"],
)
async def test_a_resident_who_writes_nothing_and_attaches_a_mail_means_what_stands_in_it(house: House, part: bytes) -> None:
    """The rules and the officer read it as one that was passed on in the text."""
    house.mailbox.deliver(hostile.multipart(hostile.part(""), part), MONDAY)
    await house.settle()
    (case,) = house.cases
    (assignment,) = house.sent("assignment")

    assert "Nobody has come for three weeks." in case.mails[0].text
    assert "From: Asha Patel <asha.patel@example.org> Date: 08 January 2027 09:14 Subject: Bins" in " ".join(
        case.mails[0].text.split()
    )
    assert "Nobody has come for three weeks." in text_of(house, assignment)
    assert [line.recipient for line in house.sent("receipt")] == ["eve@elsewhere.example"]


async def test_an_officer_who_writes_nothing_and_attaches_a_mail_is_asked_whose_it_is(house: House) -> None:
    head = f"Authentication-Results: {verdict()}\r\nMessage-ID: <hangs@council.example>\r\n".encode()
    raw = hostile.multipart(hostile.part(""), hostile.file("Bins.eml", enclosed(WORDS)))
    house.mailbox.deliver(head + raw.replace(hostile.EVE.encode(), WENDY.encode()), MONDAY)
    await house.settle()
    (asked,) = house.sent("confirm")

    assert "an email from Asha Patel <asha.patel@example.org> of Friday 8 January 2027" in text_of(house, asked)


@pytest.mark.parametrize("typed", ["asha patel@example.org", "asha,patel@example.org", "asha.patel@exam ple.org"])
async def test_of_one_with_a_mistyped_sender_the_officer_is_asked_who_that_is(house: House, typed: str) -> None:
    passes_on(house, OUTLOOK.replace("asha.patel@example.org", typed))
    await house.settle()
    (asked,) = house.sent("confirm")

    assert "It is not certain who wrote it" in text_of(house, asked)


async def test_of_one_that_names_its_sender_by_no_address_the_officer_is_asked_who_that_is(house: House) -> None:
    texts = {outlook.NAME: "Asha Patel", outlook.ADDRESS: "/O=COUNCIL/CN=ASHA", outlook.SUBJECT: "Bins", outlook.TEXT: WORDS}
    hangs_on_it(house, "Bins.msg", outlook.msg(outlook.Said(texts)))
    await house.settle()
    (asked,) = house.sent("confirm")

    assert "It is not certain who wrote it" in text_of(house, asked)
    assert "Nobody has come for three weeks." in text_of(house, asked)


@pytest.mark.parametrize(
    "raw",
    [
        outlook.msg(outlook.from_asha())[:2_000],
        outlook.msg(outlook.from_asha(kind="IPM.Appointment")),
        b"no mail at all",
    ],
    ids=["damaged", "an appointment", "any bytes"],
)
async def test_what_no_mail_can_be_made_of_is_asked_about_nowhere_and_kept_as_it_came(house: House, raw: bytes) -> None:
    hangs_on_it(house, "Bins.msg", raw)
    await house.settle()

    assert not house.sent("confirm")
    assert not house.cases
    (file,) = read_files(house.read(partial(mails.raw_bytes, id=1)), 100_000)
    assert (file.filename, file.content) == ("Bins.msg", raw)


async def test_nobody_else_can_press_and_nobody_twice(house: House) -> None:
    passes_on(house, OUTLOOK)
    await house.settle()
    number = number_of(house)
    presses(house, f"#log {number}", result="fail")
    presses(house, f"#log {number}", sender="cal.lane@council.example")
    presses(house, f"#log {number + 40}")
    await house.settle(LATER)

    assert house.cases == []
    assert len(house.sent("refused")) == 3
    presses(house, f"#log {number}")
    presses(house, f"#log {number}\n")
    await house.settle(LATER)

    assert len(house.cases) == 1
    assert house.cases[0].ref in text_of(house, house.sent("refused")[-1])


async def test_a_forged_mail_that_passes_something_on_is_asked_about_nowhere(house: House) -> None:
    passes_on(house, OUTLOOK, result="fail")
    await house.settle()

    assert house.sent("confirm") == []
    assert [line.recipient for line in house.sent("refused")] == [WENDY]


async def test_it_can_be_filed_with_the_case_that_its_writer_has(house: House) -> None:
    house.arrives("I complain about the bins.", sender="Asha Patel <asha.patel@example.org>")
    await house.settle()
    (case,) = house.cases
    passes_on(house, OUTLOOK)
    await house.settle()

    assert f"It belongs to {case.ref}" in text_of(house, house.sent("confirm")[0])
    number = number_of(house)
    presses(house, f"#log {number} {case.ref}")
    await house.settle(LATER)
    (after,) = house.cases

    assert [kept.mail for kept in after.mails] == [case.mails[0].mail, number]
    assert after.ref in text_of(house, house.sent("done")[-1])


async def test_a_stranger_to_the_case_is_not_made_a_party_by_a_press(house: House) -> None:
    house.arrives("I complain about the bins.", sender="Ben Hill <ben.hill@example.org>")
    passes_on(house, OUTLOOK)
    await house.settle()
    presses(house, f"#log {number_of(house)} {house.cases[0].ref}")
    await house.settle(LATER)

    assert len(house.cases) == 1
    assert len(house.cases[0].mails) == 1
    assert "no party" in text_of(house, house.sent("refused")[-1])


async def test_where_nobody_can_tell_who_wrote_it_the_officer_is_asked(house: House) -> None:
    passes_on(house, OUTLOOK.replace(" <asha.patel@example.org>", ""))
    await house.settle()

    assert "It is not certain who wrote it" in text_of(house, house.sent("confirm")[0])
    assert "Name%3A%20Asha%20Patel" in text_of(house, house.sent("confirm")[0]), "as the header says"
    assert "mailto" in text_of(house, house.sent("confirm")[0])
    assert "subject=" in text_of(house, house.sent("confirm")[0]), "some programs ask before they send without one"
    presses(house, f"#log {number_of(house)}\nName: \nEmail: \n")
    await house.settle(LATER)
    assert house.cases == []
    presses(house, f"#log {number_of(house)}\nName: Asha Patel\nEmail: \nPhone: 01632 960123\n")
    await house.settle(LATER)
    (case,) = house.cases

    assert (case.complainant.name, case.receipts) == ("Asha Patel", False)
    assert ("Telephone", "01632 960123") in (case.logged.ways if case.logged else ())


async def test_what_the_officer_adds_is_a_remark_and_never_the_residents(house: House) -> None:
    passes_on(house, OUTLOOK)
    await house.settle()
    presses(house, f"#log {number_of(house)}\nEmail: asha.patel@example.org\n\nShe rings me every day.")
    await house.settle(LATER)
    (case,) = house.cases

    assert ("Remark", "She rings me every day.") in (case.logged.ways if case.logged else ())
    assert all("every day" not in text_of(house, line) for line in house.sent("receipt"))


async def test_do_nothing_is_answered_and_opens_nothing(house: House) -> None:
    passes_on(house, OUTLOOK)
    await house.settle()
    presses(house, f"#discard {number_of(house)}")
    await house.settle(LATER)

    assert house.cases == []
    assert len(house.sent("done")) == 1


async def test_an_answer_that_quotes_a_mail_is_not_taken_for_one_that_passes_it_on(house: House) -> None:
    passes_on(house, f"Thank you.\n\n{OUTLOOK}", subject="Re: Bins in Mill Lane")
    await house.settle()

    assert house.sent("confirm") == []
    assert len(house.sent("refused")) == 1


async def test_a_date_that_cannot_be_right_is_not_counted_from(house: House) -> None:
    passes_on(house, OUTLOOK.replace("2027", "2031"))
    await house.settle()

    assert "would count from today" in text_of(house, house.sent("confirm")[0])
    presses(house, f"#log {number_of(house)}")
    await house.settle(LATER)
    respond = house.cases[0].deadline("stage1.respond")

    assert respond is not None
    assert respond.derivation.day0 == datetime(2027, 1, 11, tzinfo=UTC).date()


async def test_the_mail_that_was_passed_on_is_the_cases_with_its_files(house: House) -> None:
    passes_on(house, OUTLOOK)
    await house.settle()
    number = number_of(house)
    presses(house, f"#log {number}")
    await house.settle(LATER)
    (case,) = house.cases
    stored = house.read(lambda tx: mails.get(tx, number))

    assert case.mails[0].mail == number
    assert stored is not None
    assert stored.case_ref == case.ref


# --- nobody has pressed

NEXT_MORNING, FOURTH = datetime(2027, 1, 12, 9, 30, tzinfo=UTC), datetime(2027, 1, 15, 9, 30, tzinfo=UTC)


async def test_who_says_nothing_is_asked_again_the_next_working_morning_and_then_the_lead_hears(house: House) -> None:
    passes_on(house, OUTLOOK)
    await house.settle()
    await house.settle(MONDAY + timedelta(hours=3))
    assert len(house.sent("confirm")) == 1

    assert await timekeeper.next_moment(house.office, LATER) == datetime(2027, 1, 12, 9, tzinfo=UTC)
    await house.settle(NEXT_MORNING)
    await house.settle(NEXT_MORNING + timedelta(hours=1))
    assert [line.recipient for line in house.sent("confirm")] == [WENDY, WENDY]
    assert house.sent("decision") == []
    again = text_of(house, house.sent("confirm")[-1])
    assert "You were asked on Monday 11 January 2027, and have not said yet." in again
    assert "asha.patel@example.org" in again

    await house.settle(FOURTH)
    (told,) = house.sent("decision")
    assert told.recipient == "cal.lane@council.example"
    assert f"It is kept as number {number_of(house)}" in text_of(house, told)
    assert len(house.sent("confirm")) == 3
    await house.settle(FOURTH + timedelta(days=30))
    assert len(house.sent("confirm")) == 3

    presses(house, f"#log {number_of(house)}")
    await house.settle(FOURTH + timedelta(days=30))
    assert len(house.cases) == 1


@pytest.mark.parametrize("said", ["#log {}", "#discard {}"])
async def test_who_has_said_what_it_is_is_not_asked_again(house: House, said: str) -> None:
    passes_on(house, OUTLOOK)
    await house.settle()
    presses(house, said.format(number_of(house)))
    await house.settle(LATER)
    await house.settle(NEXT_MORNING)
    await house.settle(FOURTH)

    assert len(house.sent("confirm")) == 1
    assert [line for line in house.sent("decision") if "passed on" in text_of(house, line)] == []


async def test_while_they_are_away_the_lead_hears_at_once(house: House) -> None:
    passes_on(house, OUTLOOK)
    await house.settle()
    roster = house.office.council.roster
    away = tuple(
        replace(each, deputies=("tom",), leave=(Leave(NEXT_MORNING.date(), FOURTH.date()),)) if each.key == "wendy" else each
        for each in roster.officers
    )
    house.office = replace(house.office, council=replace(house.office.council, roster=replace(roster, officers=away)))
    await house.settle(NEXT_MORNING)

    assert len(house.sent("confirm")) == 1
    assert [line.recipient for line in house.sent("decision")] == ["cal.lane@council.example"]


async def test_a_call_about_an_open_case_is_told_where_to_go(house: House) -> None:
    presses(house, "#log SS-27-0001-K\nName: Asha Patel\nChannel: phone\nShe rang about it.")
    await house.settle(LATER)
    said = " ".join(text_of(house, house.sent("refused")[0]).split())

    assert "#log opens a case of its own" in said
    assert "#note and what they said" in said
    assert "is missing" not in said
    assert house.cases == []
