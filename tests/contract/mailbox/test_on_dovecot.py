"""What only a real server can show: TLS, tokens, lost sessions, large mail."""

import json
import os
import subprocess
import sys
import threading
import urllib.parse
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Literal

import pytest

from servers.dovecot import Dovecot
from servers.fixtures import USERS
from townclerk.mail.errors import MailboxDown, MailboxLoginRefused, MailboxTrouble
from townclerk.mail.imap import ImapMailbox
from townclerk.mail.mailbox import ImapSettings

EVER = datetime(1990, 1, 1, tzinfo=UTC)


@pytest.fixture
def plain(dovecot: Dovecot) -> ImapSettings:
    return ImapSettings(dovecot.host, dovecot.imap_port, "alice", lambda: USERS["alice"], "none", read_timeout=20)


async def missing(settings: ImapSettings) -> tuple[str, ...]:
    mailbox = ImapMailbox(settings)
    try:
        return await mailbox.folders(["INBOX"])
    finally:
        await mailbox.close()


@pytest.mark.parametrize("security", ["tls", "starttls"])
async def test_a_server_whose_certificate_is_trusted_is_read_over_tls(
    dovecot: Dovecot, plain: ImapSettings, security: Literal["tls", "starttls"]
) -> None:
    port = dovecot.imaps_port if security == "tls" else dovecot.imap_port
    secure = replace(plain, host="localhost", port=port, security=security, ca_file=dovecot.certificate)

    assert await missing(secure) == ()


@pytest.mark.parametrize("security", ["tls", "starttls"])
async def test_a_server_whose_certificate_is_not_trusted_is_not_told_the_password(
    dovecot: Dovecot, plain: ImapSettings, security: Literal["tls", "starttls"]
) -> None:
    port = dovecot.imaps_port if security == "tls" else dovecot.imap_port

    with pytest.raises(MailboxDown, match="certificate"):
        await missing(replace(plain, host="localhost", port=port, security=security))


async def test_a_new_mail_ends_the_waiting_over_tls_too(dovecot: Dovecot, plain: ImapSettings) -> None:
    port = dovecot.imaps_port
    mailbox = ImapMailbox(replace(plain, host="localhost", port=port, security="tls", ca_file=dovecot.certificate))
    batch = await mailbox.arrivals("INBOX", None, 0, EVER, 100)
    dovecot.append("alice", b"Subject: x\r\n\r\nx\r\n")

    assert await mailbox.wait("INBOX", 30)
    assert (await mailbox.arrivals("INBOX", batch.uidvalidity, batch.highest_uid, EVER, 100)).arrivals
    await mailbox.close()


async def test_a_wrong_password_is_told_as_such(plain: ImapSettings) -> None:
    with pytest.raises(MailboxLoginRefused) as caught:
        await missing(replace(plain, secret=lambda: "hunter2"))

    assert "hunter2" not in str(caught.value)


async def test_a_password_beyond_ascii_works(dovecot: Dovecot, plain: ImapSettings) -> None:
    assert await missing(replace(plain, user="sian", secret=lambda: USERS["sian"])) == ()


async def test_after_the_server_has_ended_the_session_the_next_call_but_one_succeeds(
    dovecot: Dovecot, plain: ImapSettings
) -> None:
    mailbox = ImapMailbox(plain)
    before = await mailbox.arrivals("INBOX", None, 0, EVER, 1000)
    dovecot.kill_sessions()

    with pytest.raises(MailboxTrouble):
        await mailbox.arrivals("INBOX", None, 0, EVER, 1000)
    again = await mailbox.arrivals("INBOX", None, 0, EVER, 1000)
    assert [arrival.uid for arrival in again.arrivals] == [arrival.uid for arrival in before.arrivals]
    await mailbox.close()


class Introspection(BaseHTTPRequestHandler):
    """Calls the token `good-NAME` a token of NAME, and every other one expired."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", 0))).decode()
        token = urllib.parse.parse_qs(body).get("token", [""])[0]
        user = token.removeprefix("good-") if token.startswith("good-") else ""
        answer = json.dumps({"active": bool(user), "email": user, "username": user}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the standard library's name
        """Keep quiet."""


@pytest.fixture(scope="module")
def with_tokens() -> Iterator[Dovecot]:
    provider = ThreadingHTTPServer(("127.0.0.1", 0), Introspection)
    thread = threading.Thread(target=provider.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        with Dovecot(USERS, f"http://127.0.0.1:{provider.server_port}/") as dovecot:
            yield dovecot
    finally:
        provider.shutdown()
        provider.server_close()
        thread.join()


@pytest.mark.parametrize("auth", ["xoauth2", "oauthbearer"])
async def test_a_token_is_asked_for_anew_at_each_connection(
    with_tokens: Dovecot, auth: Literal["xoauth2", "oauthbearer"]
) -> None:
    tokens = iter(["expired", "good-alice"])
    settings = ImapSettings(with_tokens.host, with_tokens.imap_port, "alice", lambda: next(tokens), "none", auth)
    mailbox = ImapMailbox(settings)

    with pytest.raises(MailboxLoginRefused):
        await mailbox.folders(["INBOX"])
    assert await mailbox.folders(["INBOX"]) == ()
    await mailbox.close()


READ_ONE = """
import asyncio, resource, sys
from datetime import UTC, datetime
from townclerk.mail.imap import ImapMailbox
from townclerk.mail.mailbox import ImapSettings

def peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024

async def main() -> None:
    mailbox = ImapMailbox(ImapSettings("127.0.0.1", int(sys.argv[1]), "bulk", lambda: sys.argv[2], "none"))
    since = datetime(1990, 1, 1, tzinfo=UTC)
    small = await mailbox.arrivals("INBOX", None, 0, since, 1)
    before = peak()
    batch = await mailbox.arrivals("INBOX", small.uidvalidity, small.highest_uid, since, 1)
    print(peak() - before, batch.arrivals[0].raw.size)
    batch.arrivals[0].raw.discard()
    await mailbox.close()

asyncio.run(main())
"""


def test_a_mail_of_40_megabytes_is_read_in_little_memory(dovecot: Dovecot) -> None:
    large = b"Subject: photos\r\n\r\n" + (b"x" * 998 + b"\r\n") * 40_000
    dovecot.append("bulk", b"Subject: small\r\n\r\nx\r\n")
    dovecot.append("bulk", large)

    command = [sys.executable, "-c", READ_ONE, str(dovecot.imap_port), USERS["bulk"]]
    ours = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    ran = subprocess.run(command, env=ours, capture_output=True, text=True, check=True)
    megabytes, size = (int(word) for word in ran.stdout.split())
    assert size == len(large)
    assert megabytes < 30
