"""Nothing goes to a server whose TLS is not as it must be, neither the password nor a mail; and the log says what was wrong."""

import contextlib
import ssl
import warnings
from pathlib import Path
from typing import Literal

import pytest

from needs import A_PAUSE
from servers.certificate import write_certificate
from servers.scripted import Line, Script, Scripted
from townclerk.mail.errors import MailboxDown, TransportDown
from townclerk.mail.imap import ImapMailbox
from townclerk.mail.mailbox import ImapSettings
from townclerk.mail.tls import trusting
from townclerk.mail.transport import SmtpSettings, SmtpTransport

Security = Literal["tls", "starttls"]
PASSWORD = "hunter2"
Said = list[str]


def server_side(certificate: Path, key: Path, newest: ssl.TLSVersion | None = None) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    if newest is not None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            context.minimum_version = context.maximum_version = newest
        context.set_ciphers("ALL:@SECLEVEL=0")
    context.load_cert_chain(certificate, key)
    return context


def behind_tls(context: ssl.SSLContext, said: Said) -> Script:
    """A server that speaks TLS from the first byte, and notes every word that it gets to hear."""

    def script(line: Line) -> None:
        with contextlib.suppress(OSError):
            secure = Line(context.wrap_socket(line.sock, server_side=True))
            while heard := secure.hear():
                said.append(heard)

    return script


def without_starttls(greeting: str, said: Said) -> Script:
    """What is left of a server when somebody on the way takes STARTTLS out."""

    def script(line: Line) -> None:
        line.say(greeting)
        while heard := line.hear():
            said.append(heard)
            tag, _, word = heard.partition(" ")
            if word.startswith("CAPABILITY"):
                line.say(f"* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\n{tag} OK done")
            elif tag == "EHLO":
                line.say("250-hello\r\n250 AUTH PLAIN LOGIN")
            else:
                line.say(f"{tag} OK done")

    return script


async def mailbox_trouble(port: int, security: Security, ca_file: Path | None) -> str:
    mailbox = ImapMailbox(
        ImapSettings("localhost", port, "cases", lambda: PASSWORD, security, ca_file=ca_file, read_timeout=A_PAUSE)
    )
    with pytest.raises(MailboxDown) as caught:
        await mailbox.capabilities()
    await mailbox.close()
    return str(caught.value)


async def transport_trouble(port: int, security: Security, ca_file: Path | None) -> str:
    settings = SmtpSettings("localhost", port, security, "cases", lambda: PASSWORD, ca_file=ca_file, read_timeout=A_PAUSE)
    transport = SmtpTransport(settings)
    with pytest.raises(TransportDown) as caught:
        await transport.check()
    await transport.close()
    return str(caught.value)


TROUBLE = {"imap": mailbox_trouble, "smtp": transport_trouble}
both = pytest.mark.parametrize("wire", TROUBLE)


@both
@pytest.mark.parametrize(
    ("host", "days", "known", "why"),
    [
        ("localhost", 2, False, "self-signed certificate"),
        ("localhost", -1, True, "certificate has expired"),
        ("mail.elsewhere.example", 2, True, "Hostname mismatch"),
    ],
    ids=["by nobody we trust", "expired", "of another name"],
)
async def test_a_certificate_that_is_not_right_ends_it_before_a_word_is_said(
    tmp_path: Path, wire: str, host: str, days: int, known: bool, why: str
) -> None:
    certificate, key = write_certificate(tmp_path, host=host, days=days)
    said: Said = []

    with Scripted(behind_tls(server_side(certificate, key), said)) as server:
        trouble = await TROUBLE[wire](server.port, "tls", certificate if known else None)

    assert "certificate of the mail" in trouble
    assert why in trouble
    assert said == []


@both
async def test_a_server_that_speaks_tls_1_1_alone_is_told_nothing(tmp_path: Path, wire: str) -> None:
    certificate, key = write_certificate(tmp_path)
    said: Said = []

    with Scripted(behind_tls(server_side(certificate, key, ssl.TLSVersion.TLSv1_1), said)) as server:
        trouble = await TROUBLE[wire](server.port, "tls", certificate)

    assert "no TLS 1.2 or newer" in trouble
    assert said == []


def test_what_this_machine_allows_does_not_count() -> None:
    """Distributions have lowered what OpenSSL accepts, and raised it."""
    context = trusting(None)

    assert context.minimum_version is ssl.TLSVersion.TLSv1_2
    assert (context.verify_mode, context.check_hostname) == (ssl.CERT_REQUIRED, True)


@pytest.mark.parametrize(
    ("wire", "greeting"), [("imap", "* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] hello"), ("smtp", "220 hello")]
)
async def test_where_starttls_is_taken_out_on_the_way_no_password_and_no_mail_is_said_in_clear(
    wire: str, greeting: str
) -> None:
    said: Said = []

    with Scripted(without_starttls(greeting, said)) as server:
        trouble = await TROUBLE[wire](server.port, "starttls", None)

    assert "offers no STARTTLS, and nothing goes to it unprotected" in trouble
    assert {line.split()[-1].upper() if wire == "imap" else line.split()[0] for line in said} <= {"CAPABILITY", "EHLO"}


@both
async def test_a_port_that_does_not_speak_tls_is_told_as_such(wire: str) -> None:
    with Scripted(lambda line: line.say("220 hello, in clear, to everybody who listens")) as server:
        assert "does not speak TLS on this port" in await TROUBLE[wire](server.port, "tls", None)
