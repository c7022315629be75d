"""Mails as people's programs write them, and what people see of those that they get."""

import email
import email.policy
import smtplib
from email.message import EmailMessage
from email.utils import formatdate, make_msgid, parseaddr

COMPLAINT = (
    "I want to complain. My brown bin was not emptied on Tuesday, for the third time since March, and nobody at the depot "
    "answers the telephone. Please tell me what you will do about it."
)
# Too short to be compared with what others write: many who send it are no campaign.
IN_BRIEF = "I want to complain. My brown bin was not emptied."


def letter(sender: str, to: str, subject: str, text: str, answers: EmailMessage | None = None) -> EmailMessage:
    """A mail that somebody writes; *answers* is the one that it answers."""
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = sender, to, subject
    mail["Date"] = formatdate(localtime=False)
    mail["Message-ID"] = make_msgid(domain=parseaddr(sender)[1].rpartition("@")[2])
    if answers is not None:
        mail["In-Reply-To"] = answers["Message-ID"]
        mail["References"] = " ".join(filter(None, [answers["References"], answers["Message-ID"]]))
    mail.set_content(text)
    return mail


def reply(answers: EmailMessage, sender: str, text: str) -> EmailMessage:
    """As a mail program answers: to Reply-To, with the letter quoted below the new text."""
    quoted = "\n".join(f"> {line}" for line in plain(answers).splitlines())
    whole = f"{text}\n\nOn Monday, {answers['From']} wrote:\n{quoted}\n"
    return letter(sender, str(answers["Reply-To"]), f"Re: {answers['Subject']}", whole, answers)


def send(port: int, *mails: EmailMessage) -> None:
    """Hand *mails* to the SMTP server at *port*, over one connection."""
    with smtplib.SMTP("127.0.0.1", port) as smtp:
        for mail in mails:
            smtp.send_message(mail)


def read(raw: bytes) -> EmailMessage:
    message = email.message_from_bytes(raw, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    return message


def plain(mail: EmailMessage) -> str:
    """The text that a person reads."""
    body = mail.get_body(("plain",))
    return str(body.get_content()) if body is not None else ""


def everything(mail: EmailMessage) -> str:
    """All that a curious reader could find in it: its headers, and each of its texts decoded."""
    texts = [str(part.get_content()) for part in mail.walk() if part.get_content_maintype() == "text"]
    return "\n".join([*(f"{name}: {value}" for name, value in mail.items()), *texts])
