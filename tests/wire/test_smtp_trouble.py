"""A mail server that misbehaves: what is known about the mail is told, and nothing more."""

import asyncio
import base64
import contextlib
import os
import re
import socket
import ssl
import threading
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from needs import A_PAUSE, needs
from servers.certificate import make_certificate
from servers.scripted import Line, Script, Scripted
from townclerk.mail.errors import Refused, TransportDown, TransportLoginRefused, TryLater, Unknown
from townclerk.mail.transport import SmtpSettings, SmtpTransport

SENDER, ASHA = "feedback@council.example", "asha@example.org"
RAW = b"Subject: x\r\n\r\nThank you.\r\n"


class _HangUp(Exception):
    """The server hangs up."""


Answer = str | Callable[[Line], None]


def smtp(special: Mapping[str, Answer] | None = None, features: str = "HELP", greeting: str = "220 hello") -> Script:
    """A server. *special* answers a step otherwise: ehlo, auth, mail, rcpt, data, dot, rset, noop."""
    answers = dict(special or {})

    def say(line: Line, step: str, usual: str) -> None:
        answer = answers.get(step, usual)
        if isinstance(answer, str):
            line.say(answer)
        else:
            answer(line)

    def script(line: Line) -> None:
        line.say(greeting)
        try:
            while heard := line.hear():
                step = heard.partition(" ")[0].partition(":")[0].lower()
                if step == "data":
                    say(line, "data", "354 go on")
                    if "data" not in answers:
                        line.hear_until(".")
                        say(line, "dot", "250 2.0.0 taken")
                else:
                    say(line, step, f"250-me\r\n250 {features}" if step == "ehlo" else "250 2.0.0 OK")
        except _HangUp:
            line.hang_up()

    return script


def cut(line: Line) -> None:
    raise _HangUp


def silent(line: Line) -> None:
    line.hear()


def to(server: Scripted, **changes: object) -> SmtpTransport:
    settings = SmtpSettings(
        server.host,
        server.port,
        "none",
        hello="me.example",
        connect_timeout=A_PAUSE,
        read_timeout=A_PAUSE,
        accept_timeout=A_PAUSE,
    )
    return SmtpTransport(replace(settings, **changes))  # type: ignore[arg-type]  # the names are checked by replace itself


async def outcome(script: Script, **changes: object) -> tuple[object, int]:
    """What the first send comes to, and with how many connections a second one succeeded after it."""
    with Scripted(script, smtp()) as server:
        transport = to(server, **changes)
        (first,) = await asyncio.gather(transport.send(SENDER, ASHA, RAW), return_exceptions=True)
        assert await transport.send(SENDER, ASHA, RAW) == "250 2.0.0 taken"
        met = server.met
        await transport.close()
    return first, met


@pytest.mark.parametrize("what", [cut, "nonsense", "299 never promised"], ids=["cut", "garbage", "another answer"])
@pytest.mark.parametrize("step", ["mail", "rcpt", "data"])
async def test_a_connection_that_fails_before_the_dot_is_the_connections_fault(step: str, what: Answer) -> None:
    first, met = await outcome(smtp({step: what}))

    assert isinstance(first, TransportDown)
    assert met == 2


async def test_silence_before_the_dot_is_the_connections_fault() -> None:
    first, met = await outcome(smtp({"rcpt": silent}), read_timeout=0.3)

    assert isinstance(first, TransportDown)
    assert met == 2


@pytest.mark.parametrize("what", [cut, "nonsense"], ids=["cut", "garbage"])
async def test_a_connection_that_fails_after_the_dot_may_have_taken_the_mail(what: Answer) -> None:
    first, met = await outcome(smtp({"dot": what}))

    assert isinstance(first, Unknown)
    assert met == 2


async def test_silence_after_the_dot_may_mean_that_the_mail_was_taken() -> None:
    first, met = await outcome(smtp({"dot": silent}), accept_timeout=0.3)

    assert isinstance(first, Unknown)
    assert met == 2


@pytest.mark.parametrize("code", [421, 432, 503, 530, 535])
@pytest.mark.parametrize("step", ["mail", "rcpt", "data", "dot"])
async def test_a_server_that_goes_away_or_wants_a_login_says_nothing_about_the_mail(step: str, code: int) -> None:
    first, met = await outcome(smtp({step: f"{code} 5.5.1 not so"}))

    assert isinstance(first, TransportDown)
    assert first.code == code
    assert met == 2


@pytest.mark.parametrize(("words", "kind"), [((), Refused), (("SubmissionQuotaExceeded",), TransportDown)])
async def test_a_quota_of_ours_that_is_used_up_is_no_fault_of_the_mail(words: tuple[str, ...], kind: type[Exception]) -> None:
    """Exchange refuses for good (554) what it will take tomorrow: which words say so stands with the provider."""
    said = "554 5.2.0 STOREDRV.Submission.Exception:SubmissionQuotaExceededException; Failed to process message"

    with Scripted(smtp({"dot": said})) as server:
        transport = to(server, quota_words=words)
        (first,) = await asyncio.gather(transport.send(SENDER, ASHA, RAW), return_exceptions=True)
        await transport.close()

    assert type(first) is kind


@pytest.mark.parametrize("step", ["mail", "rcpt", "data", "dot"])
async def test_4xx_is_later_and_5xx_is_never_at_every_step(step: str) -> None:
    with Scripted(smtp({step: "451 4.3.0 later"}), smtp({step: "554 5.7.1 never"})) as server:
        transport = to(server)
        with pytest.raises(TryLater, match="451") as later:
            await transport.send(SENDER, ASHA, RAW)
        assert not isinstance(later.value, TransportDown)
        await transport.close()
        with pytest.raises(Refused) as never:
            await transport.send(SENDER, ASHA, RAW)
        await transport.close()

    assert (never.value.code, never.value.status) == (554, "5.7.1")


async def test_one_connection_carries_many_mails() -> None:
    with Scripted(smtp()) as server:
        transport = to(server)
        for _ in range(3):
            await transport.send(SENDER, ASHA, RAW)
        await transport.close()

        assert server.met == 1


async def test_a_connection_that_was_closed_while_idle_is_replaced_without_a_word() -> None:
    def taken_and_gone(line: Line) -> None:
        line.say("250 2.0.0 taken")
        raise _HangUp

    with Scripted(smtp({"dot": taken_and_gone}), smtp()) as server:
        transport = to(server)
        await transport.send(SENDER, ASHA, RAW)
        await transport.send(SENDER, ASHA, RAW)
        await transport.close()

        assert server.met == 2


async def test_a_cancelled_send_leaves_no_connection_out_of_step() -> None:
    with Scripted(smtp({"rcpt": silent}), smtp()) as server:
        transport = to(server)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(transport.send(SENDER, ASHA, RAW), 0.3)
        assert await transport.send(SENDER, ASHA, RAW) == "250 2.0.0 taken"
        await transport.close()

        assert server.met == 2


@pytest.mark.parametrize("greeting", ["554 no service", "421 too busy", "nonsense"])
async def test_a_server_that_does_not_greet_us_is_down(greeting: str) -> None:
    first, _ = await outcome(smtp(greeting=greeting))

    assert isinstance(first, TransportDown)


async def test_no_server_is_down_and_the_check_says_so() -> None:
    with Scripted(smtp()) as server:
        transport = to(server)
    with pytest.raises(TransportDown, match="could not be reached"):
        await transport.check()
    with pytest.raises(TransportDown):
        await transport.send(SENDER, ASHA, RAW)


async def test_a_server_without_tls_is_not_used_where_tls_is_asked_for() -> None:
    with Scripted(smtp()) as server:
        transport = to(server, security="starttls")
        with pytest.raises(TransportDown, match="STARTTLS"):
            await transport.send(SENDER, ASHA, RAW)


async def test_an_international_address_is_refused_where_the_server_does_not_take_it() -> None:
    with Scripted(smtp()) as server:
        transport = to(server)
        with pytest.raises(Refused, match="SMTPUTF8") as caught:
            await transport.send(SENDER, "siân@example.org", RAW)
        await transport.send(SENDER, ASHA, RAW)
        await transport.close()

        assert server.met == 1
    assert caught.value.status == "5.6.7"


async def test_a_refused_login_is_told_as_such_without_the_password() -> None:
    with Scripted(smtp({"auth": "535 5.7.8 wrong password for cases@council.example"}, "AUTH PLAIN")) as server:
        transport = to(server, user="cases", secret=lambda: "hunter2")
        with pytest.raises(TransportLoginRefused) as caught:
            await transport.check()

    assert caught.value.code == 535
    assert not re.search("hunter2|@", str(caught.value))


async def test_a_server_that_repeats_what_it_was_told_does_not_bring_it_into_the_log() -> None:
    said = base64.b64encode(b"\0cases\0hunter2").decode()
    with Scripted(smtp({"auth": f"535 5.7.8 hunter2 is wrong, and {said} too"}, "AUTH PLAIN")) as server:
        transport = to(server, user="cases", secret=lambda: "hunter2")
        with pytest.raises(TransportLoginRefused) as caught:
            await transport.check()

    assert not re.search(f"hunter2|{re.escape(said.rstrip('='))}", f"{caught.value}{caught.value.text}")


async def test_a_server_that_takes_tokens_alone_is_not_told_a_password() -> None:
    with Scripted(smtp({}, "AUTH XOAUTH2")) as server:
        transport = to(server, user="cases", secret=lambda: "hunter2")
        with pytest.raises(TransportLoginRefused, match="takes no password, but XOAUTH2"):
            await transport.check()


async def test_a_login_that_fails_for_now_is_not_a_wrong_password() -> None:
    with Scripted(smtp({"auth": "454 4.7.0 the directory is down"}, "AUTH PLAIN")) as server:
        transport = to(server, user="cases", secret=lambda: "hunter2")
        with pytest.raises(TransportDown) as caught:
            await transport.check()

    assert not isinstance(caught.value, TransportLoginRefused)


async def test_a_password_that_cannot_be_had_is_the_connections_fault() -> None:
    def broken() -> str:
        raise KeyError("hunter2")

    with Scripted(smtp({}, "AUTH PLAIN")) as server:
        transport = to(server, user="cases", secret=broken)
        with pytest.raises(TransportDown) as caught:
            await transport.send(SENDER, ASHA, RAW)

    assert "hunter2" not in str(caught.value)


async def test_a_token_is_asked_for_anew_at_each_connection() -> None:
    heard: list[str] = []

    def script(line: Line) -> None:
        line.say("220 hello")
        while said := line.hear():
            if said.startswith("EHLO"):
                line.say("250-me\r\n250 AUTH XOAUTH2")
            elif said.startswith("AUTH XOAUTH2 "):
                heard.append(base64.b64decode(said.split()[2]).decode())
                line.say("235 2.7.0 welcome" if "fresh" in heard[-1] else "535 5.7.3 expired")
            else:
                line.say("250 OK")

    tokens = iter(["old", "fresh"])
    with Scripted(script) as server:
        transport = to(server, user="cases", secret=lambda: next(tokens), auth="xoauth2")
        with pytest.raises(TransportLoginRefused):
            await transport.check()
        await transport.check()
        await transport.close()

    assert heard == [f"user=cases\1auth=Bearer {token}\1\1" for token in ("old", "fresh")]


async def test_a_server_that_does_not_hang_up_in_tls_is_not_waited_for(tmp_path: Path) -> None:
    needs("openssl")
    certificate, key = make_certificate(tmp_path)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate, key)
    hung_up = threading.Event()

    def bye(line: Line) -> None:
        """Says goodbye, and answers nothing more in TLS: waits below it for the end of the connection itself."""
        line.say("221 2.0.0 bye")
        with socket.socket(fileno=os.dup(line.sock.fileno())) as below:
            below.settimeout(5)
            with contextlib.suppress(ConnectionResetError):
                while below.recv(100):
                    pass
        hung_up.set()
        raise _HangUp

    def script(line: Line) -> None:
        secure = Line(context.wrap_socket(line.sock, server_side=True))
        try:
            smtp({"quit": bye})(secure)
        finally:
            secure.hang_up()

    with Scripted(script) as server:
        transport = to(server, security="tls", ca_file=certificate, host="localhost")
        await transport.send(SENDER, ASHA, RAW)
        await transport.close()
        await asyncio.sleep(0)

        assert await asyncio.to_thread(hung_up.wait, 5)
