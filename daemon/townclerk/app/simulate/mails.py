"""The mails of a story, written down as a mail client would write them."""

from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, formataddr
from html import escape

from townclerk.config.scenario_file import MailStep
from townclerk.domain.mail import Address


@dataclass(frozen=True, slots=True)
class Replied:
    """The mail that is answered: where the answer goes, and what it quotes."""

    reply_to: str
    subject: str
    message_id: str
    references: tuple[str, ...]
    quoted: str
    sender: str


@dataclass(frozen=True, slots=True)
class Written:
    """A mail of the story as it went into the mailbox."""

    raw: bytes
    message_id: str
    subject: str
    sender: Address
    text: str
    references: tuple[str, ...] = ()


def write_mail(
    step: MailStep,
    sender: Address,
    to: str,
    subject: str | None,
    text: str,
    answered: Replied | None,
    at: datetime,
    number: int,
    server: str,
    *,
    staff: bool,
) -> Written:
    """The bytes of a mail step, as they lie in the mailbox: a staff mail bears the receiving server's verdict."""
    message = EmailMessage(policy=SMTP)
    message_id = step.message_id or f"<story-{number}@{sender.domain}>"
    heading = subject if subject is not None else _answering(answered.subject) if answered else ""
    references = (*answered.references, answered.message_id) if answered else ()
    if staff:
        verdict = "pass" if step.authenticated else "fail"
        message["Authentication-Results"] = f"{server}; dmarc={verdict} header.from={sender.domain}"
    message["From"] = formataddr((sender.name, sender.address))
    message["To"] = to
    if step.cc:
        message["Cc"] = step.cc
    message["Subject"] = heading
    message["Message-ID"] = message_id
    if answered is not None:
        message["In-Reply-To"] = answered.message_id
        message["References"] = " ".join(references)
    for name, value in step.headers.items():
        message[name] = value
    quoted = _quoted(answered) if answered and step.quote else ""
    if step.html is not None and not text.strip():  # a client that writes HTML alone quotes in HTML as well
        below = f"<blockquote type=cite>{escape(quoted)}</blockquote>".replace("\n", "<br>") if quoted else ""
        message.set_content(step.html + below, subtype="html", cte="8bit")
    else:
        message.set_content(text.rstrip("\n") + quoted + "\n", cte="8bit")
        if step.html is not None:
            message.add_alternative(step.html, subtype="html")
    for attached in step.attachments:
        main, _, sub = attached.content_type.partition("/")
        message.add_attachment(attached.content, maintype=main, subtype=sub or "octet-stream", filename=attached.name)
    raw = message.as_bytes()
    raw = f"Date: {step.date or format_datetime(at)}\r\n".encode() + raw
    return Written(raw, message_id, heading, sender, text, references)


def _answering(subject: str) -> str:
    return subject if subject.lower().startswith("re:") else f"Re: {subject}"


def _quoted(answered: Replied) -> str:
    lines = "\n".join(f"> {line}" for line in answered.quoted.splitlines())
    return f"\n\nOn the day before, {answered.sender} wrote:\n{lines}"


def write_bounce(mailbox: str, recipient: str, status: str, message_id: str, subject: str, at: datetime) -> bytes:
    """A delivery report (RFC 3464) for one letter, as a mail server writes it."""
    boundary = "=_report"
    lines = [
        "Return-Path: <>",
        f"Date: {format_datetime(at)}",
        f"From: Mail Delivery System <mailer-daemon@{mailbox.rpartition('@')[2]}>",
        f"To: {mailbox}",
        "Subject: Undelivered Mail Returned to Sender",
        f"Message-ID: <bounce-{abs(hash((message_id, recipient, at.isoformat())))}@mx.simulated.invalid>",
        "Auto-Submitted: auto-replied",
        "MIME-Version: 1.0",
        f'Content-Type: multipart/report; report-type=delivery-status; boundary="{boundary}"',
        "",
        f"--{boundary}",
        "Content-Type: text/plain; charset=us-ascii",
        "",
        "I could not deliver your message to one of its recipients.",
        "",
        f"--{boundary}",
        "Content-Type: message/delivery-status",
        "",
        "Reporting-MTA: dns; mx.simulated.invalid",
        "",
        f"Final-Recipient: rfc822; {recipient}",
        "Action: failed" if status.startswith("5") else "Action: delayed",
        f"Status: {status}",
        "Diagnostic-Code: smtp; 550 no such user",
        "",
        f"--{boundary}",
        "Content-Type: text/rfc822-headers",
        "",
        f"Message-ID: {message_id}",
        f"To: {recipient}",
        f"Subject: {subject.encode('ascii', 'replace').decode()}",
        "",
        f"--{boundary}--",
        "",
    ]
    return "\r\n".join(lines).encode()
