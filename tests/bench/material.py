"""The mails of the bench: made up, always the same, and of the sizes that a council gets."""

import base64
import random
from email.message import EmailMessage
from email.utils import formatdate

from servers.installation import DOMAIN, HOME, Names

TEXT = """bin street council tenant heating lorry path noise garden light road flat water letter phone week month nobody came
    again told promised broken late missed cold damp neighbour office answer please help children because still never always"""
WORDS = TEXT.split()


def sender(number: int) -> str:
    return f"resident{number}@{HOME}"


def mails(names: Names, count: int, first: int = 0) -> list[bytes]:
    """Complaints of about 300 words; one in five has a photograph of 40 kB."""
    return [_mail(names, number) for number in range(first, first + count)]


def _mail(names: Names, number: int) -> bytes:
    chance = random.Random(number)  # noqa: S311  # the same words in every run
    mail = EmailMessage()
    mail["From"], mail["To"] = f"Resident {number} <{sender(number)}>", f"{names.feedback}@{DOMAIN}"
    mail["Subject"] = f"Complaint: {' '.join(chance.choices(WORDS, k=4))} ({number})"
    mail["Date"], mail["Message-ID"] = formatdate(1_800_000_000 + number), f"<bench.{number}@{HOME}>"
    paragraphs = [" ".join(chance.choices(WORDS, k=50)) for _ in range(6)]
    mail.set_content("I want to complain about my bin.\n\n" + "\n\n".join(paragraphs))
    mail.add_alternative(
        "".join(f"<p>{each}</p>" for each in ["I want to complain about my bin.", *paragraphs]), subtype="html"
    )
    if number % 5 == 0:
        mail.add_attachment(chance.randbytes(40_000), maintype="image", subtype="jpeg", filename="bin.jpg")
    return mail.as_bytes().replace(b"\n", b"\r\n")


def large_mail(names: Names, size: int, number: int) -> bytes:
    """A complaint with one attachment; about *size* bytes on the wire."""
    line = base64.b64encode(bytes(57)) + b"\r\n"
    lines = [
        f"From: Resident {number} <{sender(number)}>",
        f"To: {names.feedback}@{DOMAIN}",
        f"Subject: Complaint with a film ({number})",
        f"Message-ID: <bench.large.{number}@{HOME}>",
        "MIME-Version: 1.0",
        'Content-Type: multipart/mixed; boundary="film"',
        "",
        "--film",
        "Content-Type: text/plain",
        "",
        "I want to complain about my bin. I have filmed it.",
        "--film",
        "Content-Type: video/mp4",
        'Content-Disposition: attachment; filename="bin.mp4"',
        "Content-Transfer-Encoding: base64",
        "",
        "",
    ]
    return "\r\n".join(lines).encode() + line * (size // len(line)) + b"--film--\r\n"
