"""An officer's answer to us that went to the resident as well: they have it, and every answer of ours says so."""

from email.message import EmailMessage
from email.policy import SMTP

import pytest

from desk.at_the_desk import LATER, a_complaint, at_a_desk, folded, raw_of, text_of
from desk.clients.letters import Letter
from desk.clients.shapes import gmail_wrote
from services.office import ASHA, SERVER, House

SAID = "Asha Patel stood in Cc and has your mail, with the letter quoted below it."


async def in_copy(house: House, text: str, where: str = "Cc", proven: str = "pass") -> None:
    letter = await a_complaint(house)
    message = EmailMessage(policy=SMTP)
    message["From"], message["Message-ID"] = letter.recipient, "<copied@council.example>"
    ours = str(raw_of(house, letter)["Reply-To"])
    message["To"] = ours if where == "Cc" else f"{ours}, {ASHA}"
    if where == "Cc":
        message["Cc"] = ASHA
    message["Subject"], message["In-Reply-To"] = f"Re: {letter.subject}", letter.message_id
    message["Authentication-Results"] = f"{SERVER}; dmarc={proven} header.from=council.example"
    answered = Letter.of(raw_of(house, letter).as_bytes())
    message.set_content(f"{text}\n\n{gmail_wrote(answered)}\n\n{answered.quoted}\n")
    house.mailbox.deliver(message.as_bytes(), LATER)
    await house.settle(LATER)


@pytest.mark.parametrize("text", ["#note She is lying.", "#learning She is lying.", "#service waste\nShe is lying."])
async def test_nobody_is_told_that_nobody_outside_sees_what_the_resident_was_sent(house: House, text: str) -> None:
    await in_copy(house, text)
    done = folded(text_of(house, house.sent("done")[-1]))

    assert SAID in done
    assert "Nobody outside" not in done


async def test_whether_it_was_the_response_is_asked_as_of_any_mail_that_the_resident_has(house: House) -> None:
    await in_copy(house, "#note She is lying.")
    (asked,) = house.sent("decision")

    assert SAID in folded(text_of(house, asked))
    assert "#send" in text_of(house, asked)


async def test_a_response_in_copy_is_the_response_and_nothing_is_asked(house: House) -> None:
    await in_copy(house, "#respond upheld\nDear Ms Patel,\nWe are sorry, and come on Friday.\n\nWendy Ash")

    assert SAID in folded(text_of(house, house.sent("done")[-1]))
    assert house.sent("decision") == []


@pytest.mark.parametrize("plain_reply", ["confirm", "send", "note"])
@pytest.mark.parametrize("where", ["To", "Cc"])
async def test_a_plain_reply_that_they_have_is_not_offered_to_be_sent_again(house: House, plain_reply: str, where: str) -> None:
    at_a_desk(house, plain_reply)
    await in_copy(house, "Dear Ms Patel,\n\nWe come on Friday.", where)

    assert house.sent("confirm") == []
    assert house.sent("message") == []
    assert SAID.replace("Cc", where) in folded(text_of(house, house.sent("decision")[-1]))


async def test_a_mail_that_is_held_says_that_they_have_it(house: House) -> None:
    await in_copy(house, "#note She is lying.", proven="fail")
    confirm = folded(text_of(house, house.sent("confirm")[-1]))

    assert SAID in confirm
    assert "Nothing has been sent" not in confirm


async def test_a_refusal_says_that_they_have_it(house: House) -> None:
    await in_copy(house, "#nte She is lying.")

    assert SAID in folded(text_of(house, house.sent("refused")[-1]))
