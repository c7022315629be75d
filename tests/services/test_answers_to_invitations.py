"""The calendar of whoever accepts or declines a visit says so, which is no complaint; what they write to it may be one."""

from datetime import timedelta
from email.message import EmailMessage
from email.policy import SMTP
from functools import partial

import pytest

from services.office import ASHA, MONDAY, House
from townclerk.store import journal

LATER = MONDAY + timedelta(days=1)
GOOGLE = """Asha Patel has accepted this invitation.

Site visit
Tuesday 12 Jan 2027 10am - 11am

Guests
asha@me.example

Invitation from Google Calendar: https://calendar.google.com/calendar/
"""
EXCHANGE = "When: 12 January 2027 10:00-11:00\nWhere: Mill Lane\n\n*~*~*~*~*~*~*~*~*~*\n"
STILL = "I cannot come, and my bin is still not emptied."


def answers(
    house: House,
    text: str = "",
    subject: str = "Accepted: Site visit",
    *entry: str,
    parameter: str = "REPLY",
    kind: str = "alternative",
    named: str = "Site visit",
    photo: bool = False,
    **headers: str,
) -> None:
    message = EmailMessage(policy=SMTP)
    message["From"], message["To"] = headers.pop("sender", ASHA), "feedback@council.example"
    message["Subject"], message["Message-ID"] = subject, "<answer@example.org>"
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    message.set_content(text + "\n")
    lines = ("BEGIN:VCALENDAR", "METHOD:REPLY", "BEGIN:VEVENT", f"SUMMARY:{named}", *entry, "END:VEVENT", "END:VCALENDAR", "")
    written = {"method": parameter} if parameter else {}
    if kind == "alternative":
        message.add_alternative("\r\n".join(lines), subtype="calendar", params=written)
    else:
        message.add_attachment("\r\n".join(lines), subtype="calendar", filename="invite.ics", params=written)
    if photo:
        message.add_attachment(b"\xff\xd8\xff\xe0", maintype="image", subtype="jpeg", filename="bin.jpg")
    house.mailbox.deliver(message.as_bytes(), LATER)


@pytest.mark.parametrize(
    ("subject", "named"),
    [
        ("Accepted: Site visit", "Site visit"),
        ("Tentatively Accepted: Site visit about your complaint", "Site visit about your complaint"),
        ("Accepted: Site visit about your…", "Site visit about your complaint"),
        ("Accepted: Site visit @ Tue 12 Jan 2027 10am (GMT) (Asha Patel)", "Site visit"),
        ("Derbyniwyd: Site visit", "Site visit"),
        ("Zugesagt: Ortstermin", "Ortstermin"),
        ("Zugesagt: Ortstermin", ""),
        ("Accepté : Visite", "Visite"),
        ("Zaakceptowano: Spotkanie", "Spotkanie"),
        ("Hyväksytty: Site visit", "Site visit"),
        ("Asha Patel accepted your invitation: Site visit", "Site visit"),
        ("", "Site visit"),
    ],
)
async def test_a_strangers_answer_to_an_invitation_is_filed_in_any_language_and_opens_no_case(
    house: House, subject: str, named: str
) -> None:
    answers(house, subject=subject, named=named)
    await house.settle(LATER)

    assert house.cases == []
    assert house.letters() == []


@pytest.mark.parametrize("text", ["", GOOGLE, EXCHANGE, "Asha Patel has declined your invitation."])
@pytest.mark.parametrize("parameter", ["REPLY", "reply", "COUNTER", ""])
async def test_what_a_calendar_writes_by_itself_is_nobodys_words(house: House, text: str, parameter: str) -> None:
    answers(house, text, parameter=parameter)
    await house.settle(LATER)

    assert house.cases == []
    assert house.letters() == []


async def test_the_answer_of_somebody_with_one_open_case_is_noted_to_it_and_nobody_is_troubled(house: House) -> None:
    house.arrives("I complain about the bins.")
    await house.settle()
    (case,), letters = house.cases, len(house.letters())
    answers(house)
    await house.settle(LATER)

    assert [each.ref for each in house.cases] == [case.ref]
    assert len(house.letters()) == letters
    assert house.cases[0].last_contact_at == case.last_contact_at
    assert "mail system" in [entry.actor for entry in house.read(partial(journal.entries, case_ref=case.ref))]


async def test_of_several_open_cases_none_is_guessed(house: House) -> None:
    house.arrives("I complain about the bins.")
    house.arrives("I complain about the noise of the pub in Xylograph Lane.", "Noise")
    await house.settle()
    before = len(house.cases), len(house.letters())
    answers(house)
    await house.settle(LATER)

    assert (len(house.cases), len(house.letters())) == before


@pytest.mark.parametrize(
    "how",
    [
        {"text": STILL},
        {"text": f"{EXCHANGE}\n{STILL}"},
        {"text": GOOGLE.replace("invitation.", f"invitation with this note:\n\n“{STILL}”", 1)},
        {"text": f"{GOOGLE}\n{STILL}"},
        {"subject": "Declined: my bin is still not emptied"},
        {"subject": "My bin is still not emptied"},
        {"subject": "Declined: Site visit, my bin is still not emptied"},
        {"photo": True},
        {"kind": "mixed", "text": "", "subject": "Site visit about the bins"},
        {"parameter": "REQUEST"},
    ],
    ids=str,
)
async def test_what_somebody_adds_to_the_answer_is_a_persons_mail(house: House, how: dict[str, str]) -> None:
    answers(house, **how)  # type: ignore[arg-type]  # one of them is a bool
    await house.settle(LATER)

    assert len(house.cases) == 1
    assert house.letters()


async def test_what_somebody_writes_in_their_calendar_alone_is_read(house: House) -> None:
    answers(house, "", "Declined: Site visit", "COMMENT;LANGUAGE=en:I cannot come\\, and my bin is", "  still not emptied.")
    await house.settle(LATER)

    assert len(house.cases) == 1
    assert STILL.encode() in b" ".join(sent.raw for sent in house.transport.sent).replace(b"\r\n> ", b" ")


@pytest.mark.parametrize("thread", [{}, {"in_reply_to": "<invitation@elsewhere.example>"}])
async def test_danger_in_an_answer_to_an_invitation_is_never_only_kept(house: House, thread: dict[str, str]) -> None:
    answers(house, "", "Declined: visit, they are going to kill themselves tonight", **thread)  # type: ignore[arg-type]  # as above
    await house.settle(LATER)

    assert len(house.cases) == 1
    assert house.sent("alert")


@pytest.mark.parametrize(
    "subject",
    [
        "Declined: bins still overflowing, rats everywhere, nobody came",
        "Nobody ever came to empty: Site visit",
        "The bin is still not emptied!: Site visit",
    ],
)
async def test_what_somebody_writes_in_the_place_of_the_meetings_name_is_theirs(house: House, subject: str) -> None:
    answers(house, subject=subject)
    await house.settle(LATER)

    assert len(house.cases) == 1


async def test_what_stands_above_place_and_time_in_the_words_of_a_person_is_theirs(house: House) -> None:
    answers(house, "Sorry: cannot come, bins still overflowing, rats.\nWhen: Tuesday\n*~*~*~*~*~*~*~*\n")
    await house.settle(LATER)

    assert len(house.cases) == 1


@pytest.mark.parametrize(
    "entry",
    ['ATTENDEE;X-RESPONSE-COMMENT="The bin is full, and nobody came.":mailto:a@b.example', "X-COMMENT:The bin is full."],
)
async def test_a_comment_that_a_calendar_keeps_elsewhere_is_heard(house: House, entry: str) -> None:
    answers(house, "", "Declined: Site visit", entry)
    await house.settle(LATER)

    (case,) = house.cases
    assert "The bin is full" in case.mails[0].text
