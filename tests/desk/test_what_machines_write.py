"""Where a plain reply goes out as it is, it is a letter to the resident and nothing else: what machines write, and what is
said to a colleague, is held."""

from email.message import EmailMessage
from email.policy import SMTP

import pytest

from desk.at_the_desk import ANSWER, LATER, a_complaint, answer, at_a_desk, folded, raw_of, text_of
from services.office import SERVER, House
from townclerk.store.outbox import OutboxLine


async def writes(house: House, text: str, subject: str = "Re: Complaint", calendar: str = "", **headers: str) -> None:
    letter = await a_complaint(house)
    message = EmailMessage(policy=SMTP)
    message["From"], message["Message-ID"] = letter.recipient, "<machine@council.example>"
    message["To"], message["In-Reply-To"] = str(raw_of(house, letter)["Reply-To"]), letter.message_id
    message["Subject"] = subject
    message["Authentication-Results"] = f"{SERVER}; dmarc=pass header.from=council.example"
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    message.set_content(text + "\n")
    if calendar:
        message.add_alternative(f"BEGIN:VCALENDAR\nMETHOD:{calendar}\nEND:VCALENDAR\n", subtype="calendar")
    house.mailbox.deliver(message.as_bytes(), LATER)
    await house.settle(LATER)


@pytest.mark.parametrize(
    ("text", "how"),
    [
        ("Dear sender,\n\nI am out of the office until 25 January. Please contact Jim Hall.", {}),
        ("Hello,\n\nI am on leave until Monday.", {}),
        ("Hello,\n\nThank you for your email.", {"X_Auto_Response_Suppress": "All"}),
        ("Hello,\n\nWendy Ash reacted to your message.", {"subject": "Reaction: Complaint"}),
        ("Hello,\n\nWendy Ash would like to recall the message.", {"subject": "Recall: Re: Complaint"}),
        ("Hello,\n\nYour message was read on 11 January 2027 10:05.", {"subject": "Read: Complaint"}),
        ("Hello,\n\nI can do Thursday.", {"subject": "Accepted: Site visit", "calendar": "REPLY"}),
        ("Hello,\n\nSite visit with the depot.", {"calendar": "REQUEST"}),
        ("Cal, can you take this one? She is a pain.\n\nW", {}),
        ("Hi Cal,\n\ncan you take this one? She is a pain.", {}),
        ("Please ring her. She is a pain.", {}),
    ],
)
async def test_what_is_no_letter_to_the_resident_does_not_reach_them(house: House, text: str, how: dict[str, str]) -> None:
    await writes(at_a_desk(house, "send"), text, **how)

    assert [letter.kind for letter in house.sent() if not letter.staff] == ["receipt"]


@pytest.mark.parametrize(
    "below",
    [
        "T: 01902 555 0147",
        "Email: bins@council.example",
        "Please think before you print this email.",
        "This email is intended only for the person it is addressed to.",
        "If you have received this email in error, please tell us.",
        "Disclaimer: we are not liable.",
        "Sent from the council offices",
    ],
)
async def test_a_letter_below_which_a_program_may_have_written_is_looked_at(house: House, below: str) -> None:
    await writes(at_a_desk(house, "send"), f"{ANSWER}\n\n{below}")

    assert house.sent("message") == []
    assert len(house.sent("confirm")) == 1


@pytest.mark.parametrize(
    "text",
    [
        ANSWER,
        "Asha, the crew comes on Friday.\n\nWendy Ash",
        "Good morning Ms Patel,\n\nWe come on Friday.",
        "Dear Ms Patel,\n\nOur contract with the crew says that it must come. Please tell us if it does not.",
    ],
)
async def test_a_letter_to_the_resident_still_goes(house: House, text: str) -> None:
    await writes(at_a_desk(house, "send"), text, X_Auto_Response_Suppress="OOF, AutoReply")

    assert len(house.sent("message")) == 1


@pytest.mark.parametrize("marks", [{"Precedence": "bulk"}, {"List_Id": "<staff.council.example>", "Precedence": "list"}])
async def test_a_word_in_a_mail_that_is_marked_as_a_lists_is_not_followed_and_its_writer_is_told(
    house: House, marks: dict[str, str]
) -> None:
    await writes(house, f"#respond upheld\n{ANSWER}", **marks)

    assert house.sent("response") == []
    assert "is marked as one that no person wrote" in folded(text_of(house, house.sent("refused")[-1]))


async def test_a_robot_is_not_answered_and_a_word_in_it_does_not_mean_that_somebody_is_away(house: House) -> None:
    await writes(house, f"#respond upheld\n{ANSWER}", Auto_Submitted="auto-generated")

    assert sorted(letter.kind for letter in house.sent()) == ["assignment", "receipt"]


ENVELOPED = (
    'application/pkcs7-mime; smime-type=enveloped-data; name="smime.p7m"\r\nContent-Transfer-Encoding: base64\r\n\r\n'
    "MIAGCSqGSIb3DQEHA6CA\r\n"
)
PGP = "-----BEGIN PGP MESSAGE-----\r\n\r\nhQEMA7/x\r\n=a1b2\r\n-----END PGP MESSAGE-----\r\n"


def of_parts(kind: str, *parts: str) -> str:
    return f'{kind}; boundary="b"\r\n\r\n' + "".join(f"--b\r\nContent-Type: {part}\r\n" for part in parts) + "--b--\r\n"


LOCKED = {
    "S/MIME": ENVELOPED,
    "S/MIME to which a gateway has added its line": of_parts(
        "multipart/mixed", ENVELOPED, "text/plain\r\n\r\nExton Council serves 80,000 people.\r\n"
    ),
    "S/MIME under another type": of_parts(
        "multipart/mixed",
        'application/octet-stream; name="smime.p7m"\r\nContent-Disposition: attachment; filename="smime.p7m"\r\n'
        "Content-Transfer-Encoding: base64\r\n\r\nMIAGCSqGSIb3DQEHA6CA\r\n",
    ),
    "Microsoft's protected mail": of_parts(
        "multipart/mixed",
        of_parts(
            "multipart/alternative",
            "text/plain\r\n\r\nWendy Ash (wendy.ash@council.example) has sent you a protected message.\r\n",
            "text/html\r\n\r\n<p>Wendy Ash (wendy.ash@council.example) has sent you a protected message.</p>\r\n",
        )
        .replace('"b"', '"c"')
        .replace("--b", "--c"),
        'application/x-microsoft-rpmsg-message; name="message.rpmsg"\r\nContent-Transfer-Encoding: base64\r\n'
        'Content-Disposition: attachment; filename="message.rpmsg"\r\n\r\ndugEYLTEYcTwxUg=\r\n',
    ),
    "PGP/MIME": of_parts(
        'multipart/encrypted; protocol="application/pgp-encrypted"',
        "application/pgp-encrypted\r\n\r\nVersion: 1\r\n",
        f'application/octet-stream; name="encrypted.asc"\r\n\r\n{PGP}',
    ),
    "PGP in the text": f"text/plain\r\n\r\n{PGP}",
    "PGP below a word": f"text/plain\r\n\r\n#message\r\n{PGP}",
}


async def locked(house: House, kind: str, letter: OutboxLine, to: str) -> None:
    head = (
        f"From: {letter.recipient}\r\nTo: {to}\r\nSubject: Your message\r\nMessage-ID: <locked@council.example>\r\n"
        f"MIME-Version: 1.0\r\nAuthentication-Results: {SERVER}; dmarc=pass header.from=council.example\r\n"
    )
    house.mailbox.deliver(f"{head}Content-Type: {LOCKED[kind]}".encode(), LATER)
    await house.settle(LATER)


@pytest.mark.parametrize("kind", LOCKED)
async def test_what_is_encrypted_does_nothing_and_its_writer_is_told_what_to_do_instead(house: House, kind: str) -> None:
    letter = await a_complaint(at_a_desk(house, "send"))
    await locked(house, kind, letter, str(raw_of(house, letter)["Reply-To"]))

    told = folded(text_of(house, house.sent("refused")[-1]))
    assert "encrypted, and we cannot read it" in told
    assert "the same mail, sent unencrypted" in told
    assert sorted(line.kind for line in house.sent()) == ["assignment", "receipt", "refused"]
    assert house.cases[0].held == ()


async def test_what_is_encrypted_and_names_no_case_is_told_of_too(house: House) -> None:
    letter = await a_complaint(house)
    await locked(house, "Microsoft's protected mail", letter, str(raw_of(house, letter)["From"].addresses[0].addr_spec))

    assert "encrypted, and we cannot read it" in folded(text_of(house, house.sent("refused")[-1]))


MISPLACED = ("Hi,\nGood morning,\nHope you are well\n\n{}", "\N{THUMBS UP SIGN} {}", "Action: {}", "Cal,\n{}")


@pytest.mark.parametrize("before", MISPLACED)
@pytest.mark.parametrize("plain_reply", ["confirm", "note"])
async def test_a_word_that_does_not_begin_the_mail_is_put_right(house: House, before: str, plain_reply: str) -> None:
    await answer(at_a_desk(house, plain_reply), await a_complaint(house), before.format(f"#respond upheld\n{ANSWER}"))
    (asked,) = house.sent("confirm")
    page = raw_of(house, asked).get_body(("html",))
    assert page is not None
    number = house.cases[0].held[0].number

    assert "We are sorry." in folded(text_of(house, asked))
    assert f"body=%23respond%20upheld%0D%0A%23discard%20{number}%0D%0A" in str(page.get_content())


async def test_a_mail_put_right_leaves_no_second_one_that_is_held(house: House) -> None:
    await answer(house, await a_complaint(house), f"Cal,\n#respond upheld\n{ANSWER}")
    number = house.cases[0].held[0].number
    await answer(house, house.sent("confirm")[-1], f"#respond upheld\n#discard {number}\n\n{ANSWER}")

    assert len(house.sent("response")) == 1
    assert house.cases[0].held == ()


@pytest.mark.parametrize("subject", ["Accepted: Site visit", "Hyväksytty: Site visit"])
async def test_a_word_in_a_calendar_s_answer_comes_back_with_what_it_was_taken_for(house: House, subject: str) -> None:
    await writes(house, "#close", subject, "REPLY")
    said = folded(text_of(house, house.sent("refused")[0]))

    assert "a calendar's answer to an invitation" in said
    assert "no sign of a robot" not in said
