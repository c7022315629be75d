"""The letter that is answered, and the pieces of which mail programs make their answers."""

import base64
import html
import quopri
import re
import textwrap
from dataclasses import dataclass
from email.parser import BytesParser
from email.policy import SMTP

OFFICER = "Wendy Ash"
ADDRESS = "wendy.ash@council.example"


@dataclass(frozen=True)
class Letter:
    """A letter of ours to an officer, as it lies in their mailbox."""

    raw: bytes
    text: str
    html: str
    subject: str
    message_id: str
    reply_to: str
    name: str
    mailbox: str

    @classmethod
    def of(cls, raw: bytes) -> "Letter":
        mail = BytesParser(policy=SMTP).parsebytes(raw)
        plain, rich = mail.get_body(("plain",)), mail.get_body(("html",))
        assert plain is not None
        assert rich is not None
        sender, reply_to = mail["From"].addresses[0], mail["Reply-To"].addresses[0]
        return cls(
            raw,
            plain.get_content().replace("\r\n", "\n"),
            rich.get_content().replace("\r\n", "\n"),
            str(mail["Subject"]),
            str(mail["Message-ID"]),
            reply_to.addr_spec,
            sender.display_name,
            sender.addr_spec,
        )

    @property
    def inside(self) -> str:
        """What stands between the body tags."""
        found = re.search(r"<body[^>]*>(.*)</body>", self.html, re.DOTALL)
        assert found is not None
        return found[1]

    @property
    def renamed(self) -> str:
        """As Outlook on the web quotes it: every class and id with x_ before it."""
        return re.sub(r'(class|id)="', r'\1="x_', self.inside)

    @property
    def stripped(self) -> str:
        """As programs quote it that clean what they quote: no classes, no roles, no styles."""
        return re.sub(r' (?:class|id|style|role|aria-[a-z]+)="[^"]*"', "", self.inside)

    @property
    def quoted(self) -> str:
        """With > before each line."""
        return "\n".join(f"> {line}".rstrip() for line in self.text.split("\n"))


@dataclass(frozen=True)
class Part:
    """A part of a mail, ready to be put into one."""

    kind: str
    body: bytes
    headers: tuple[str, ...] = ()

    def __bytes__(self) -> bytes:
        head = "\r\n".join((f"Content-Type: {self.kind}", *self.headers))
        return head.encode() + b"\r\n\r\n" + self.body


def lines(text: str) -> bytes:
    return text.replace("\n", "\r\n").encode()


def plain(text: str, *, how: str = "8bit", kind: str = "text/plain; charset=utf-8") -> Part:
    return Part(kind, encoded(lines(text), how), (f"Content-Transfer-Encoding: {how}",))


def page(source: str, *, how: str = "quoted-printable") -> Part:
    return Part("text/html; charset=utf-8", encoded(lines(source), how), (f"Content-Transfer-Encoding: {how}",))


def encoded(body: bytes, how: str) -> bytes:
    if how == "base64":
        return base64.encodebytes(body).replace(b"\n", b"\r\n")
    return quopri.encodestring(body.replace(b"\r\n", b"\n")).replace(b"\n", b"\r\n") if how == "quoted-printable" else body


def several(kind: str, *parts: Part, boundary: str = "_000_AM0PR01MB_") -> Part:
    """A multipart; boundaries of parts inside each other must differ."""
    boundary += re.sub(r"\W", "", kind)
    pieces = b"".join(b"--" + boundary.encode() + b"\r\n" + bytes(part) + b"\r\n" for part in parts)
    return Part(f'{kind}; boundary="{boundary}"', pieces + b"--" + boundary.encode() + b"--\r\n")


def both(text: str, source: str) -> Part:
    return several("multipart/alternative", plain(text, how="quoted-printable"), page(source))


def picture(name: str = "image001.png", cid: str = "image001.png@01DB6F2A.3C4D5E60") -> Part:
    body = b"iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==\r\n"
    named = f'Content-Disposition: inline; filename="{name}"'
    return Part(f'image/png; name="{name}"', body, ("Content-Transfer-Encoding: base64", f"Content-ID: <{cid}>", named))


def escaped(text: str) -> str:
    return html.escape(text, quote=False)


def divs(text: str, attributes: str = "") -> str:
    """Each line in a div, as most programs for the web write."""
    return "".join(f"<div{attributes}>{escaped(line) or '<br>'}</div>\r\n" for line in text.split("\n"))


def word(text: str) -> str:
    """Each line as Word's editor in Outlook writes it."""
    return "".join(
        f'<p class="MsoNormal"><span style="mso-fareast-language:EN-US">{escaped(line) or "&nbsp;"}<o:p></o:p></span></p>\r\n'
        for line in text.split("\n")
    )


def breaks(text: str) -> str:
    return "<br>\r\n".join(escaped(line) for line in text.split("\n"))


def wrapped(text: str, width: int = 72) -> str:
    return "\n".join("\n".join(textwrap.wrap(line, width)) if line and line[0] != ">" else line for line in text.split("\n"))


def flowed(text: str, *, delete_space: bool = False) -> str:
    """As format=flowed writes it (RFC 3676)."""
    out = []
    for line in text.split("\n"):
        if line.startswith(">") or len(line) < 72 or line == "-- ":
            out.append(line)
            continue
        pieces = textwrap.wrap(line, 60, drop_whitespace=False) if delete_space else textwrap.wrap(line, 66)
        pieces = [f" {piece}" if piece.startswith(" ") else piece for piece in pieces]  # stuffed: a reader takes one away
        out += [f"{piece} " for piece in pieces[:-1]] + pieces[-1:]
    return "\n".join(out)


def document(body: str, head: str = "") -> str:
    return f"<html><head><meta http-equiv=3D>{head}</head><body>{body}</body></html>".replace(
        " http-equiv=3D", ' charset="utf-8"'
    )
