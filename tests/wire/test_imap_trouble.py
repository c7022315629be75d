"""A mailbox server that misbehaves costs time, never a mail, a hang or a busy loop; and what we say of it names nobody."""

import asyncio
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from needs import A_PAUSE
from servers.scripted import Line, Script, Scripted
from townclerk.domain.mail import Arrival
from townclerk.mail.errors import MailboxDown, MailboxLoginRefused, MailboxTrouble
from townclerk.mail.imap import ImapMailbox
from townclerk.mail.mailbox import Batch, ImapSettings, backoff
from townclerk.mail.spool import PIECE

EVER = datetime(1990, 1, 1, tzinfo=UTC)
HEADER = (
    "Message-ID: <1@example.org>\r\nContent-Type: multipart/mixed;\r\n boundary=B\r\nSubject: Bin\r\nMIME-Version: 1.0\r\n\r\n"
)
BODY = HEADER + "--B\r\n\r\nNot emptied.\r\n--B--\r\n"

Answers = dict[str, Callable[[Line, str], None]]


def literal(text: str) -> str:
    return f"{{{len(text.encode())}}}\r\n{text}"


def imap(**special: Callable[[Line, str], None]) -> Script:
    """A server with one mail. *special* answers a command otherwise, by a word of it; it may raise EOFError to hang up."""

    def script(line: Line) -> None:
        line.say("* OK [CAPABILITY IMAP4rev1 IDLE] hello")
        while heard := line.hear():
            tag, _, command = heard.partition(" ")
            answer(line, tag, command)

    def answer(line: Line, tag: str, command: str) -> None:
        for word, act in special.items():
            if word.upper() in command.upper():
                try:
                    act(line, tag)
                except EOFError:
                    line.hang_up()
                return
        usual(line, tag, command)

    return script


def usual(line: Line, tag: str, command: str) -> None:
    words = command.upper()
    if words.startswith("CAPABILITY"):
        line.say("* CAPABILITY IMAP4rev1 IDLE")
    elif words.startswith("EXAMINE"):
        line.say("* 1 EXISTS\r\n* OK [UIDVALIDITY 7] ok\r\n* OK [UIDNEXT 2] ok")
    elif words.startswith("UID SEARCH"):
        line.say("* SEARCH 1")
    elif "RFC822.SIZE" in words:
        header = "Message-ID: <1@example.org>\r\n\r\n"
        line.say(
            f'* 1 FETCH (UID 1 RFC822.SIZE {len(BODY)} INTERNALDATE "02-Nov-2026 09:30:00 +0000"'
            f" BODY[HEADER.FIELDS (MESSAGE-ID)] {literal(header)})"
        )
    elif "BODY.PEEK[HEADER]" in words:
        line.say(f"* 1 FETCH (UID 1 BODY[HEADER] {literal(HEADER)})")
    elif "BODY.PEEK[]" in words:
        line.say(f"* 1 FETCH (UID 1 BODY[] {literal(BODY)})")
    line.say(f"{tag} OK [READ-ONLY] done" if words.startswith("EXAMINE") else f"{tag} OK done")


def silent(line: Line, _tag: str) -> None:
    line.hear()


def gone(_line: Line, _tag: str) -> None:
    raise EOFError


def garbage(line: Line, _tag: str) -> None:
    line.say("%%% asha@example.org {{{ ((( hunter2")


def odd_fetch(line: Line, tag: str) -> None:
    line.say("* 1 FETCH (UID one asha@example.org INTERNALDATE)")
    line.say(f"{tag} OK done")


def refuses(line: Line, tag: str) -> None:
    line.say(f"{tag} NO the mail of asha@example.org could not be read, hunter2")


def settings_of(server: Scripted, seconds: float = 10) -> ImapSettings:
    user = "cases@council.example"
    return ImapSettings(
        server.host, server.port, user, lambda: "hunter2", "none", connect_timeout=seconds, read_timeout=seconds
    )


async def read(mailbox: ImapMailbox) -> Batch:
    return await mailbox.arrivals("INBOX", None, 0, EVER, 10)


def content(arrival: Arrival) -> str:
    assert arrival.raw is not None
    return b"".join(arrival.raw.chunks()).decode()


@pytest.mark.parametrize("word", ["capability", "login", "examine", "search", "rfc822", "peek"])
@pytest.mark.parametrize("what", [silent, gone, garbage], ids=["silence", "a lost connection", "garbage"])
async def test_trouble_at_any_step_is_told_without_names_and_the_next_call_succeeds(
    word: str, what: Callable[[Line, str], None]
) -> None:
    with Scripted(imap(**{word: what}), imap()) as server:
        mailbox = ImapMailbox(settings_of(server, 0.5 if what is silent else 10))
        with pytest.raises(MailboxTrouble) as caught:
            await asyncio.wait_for(read(mailbox), A_PAUSE)
        batch = await asyncio.wait_for(read(mailbox), A_PAUSE)
        await mailbox.close()

    assert not isinstance(caught.value, MailboxLoginRefused)
    assert "@" not in str(caught.value)
    assert "hunter2" not in str(caught.value)
    assert [content(arrival) for arrival in batch.arrivals] == [BODY]


async def test_an_answer_that_cannot_be_understood_drops_the_connection() -> None:
    with Scripted(imap(rfc822=odd_fetch), imap()) as server:
        mailbox = ImapMailbox(settings_of(server))
        with pytest.raises(MailboxTrouble, match="not understood"):
            await read(mailbox)
        assert len((await read(mailbox)).arrivals) == 1
        await mailbox.close()

        assert server.met == 2


async def test_a_refused_login_is_told_as_such_without_the_password() -> None:
    with Scripted(imap(login=refuses)) as server:
        mailbox = ImapMailbox(settings_of(server))
        with pytest.raises(MailboxLoginRefused) as caught:
            await read(mailbox)
        await mailbox.close()

    assert "hunter2" not in str(caught.value)
    assert "@" not in str(caught.value)


async def test_a_server_that_takes_no_password_is_not_told_one() -> None:
    """Microsoft 365 says so beforehand (LOGINDISABLED)."""
    heard: list[str] = []

    def script(line: Line) -> None:
        line.say("* OK [CAPABILITY IMAP4rev1 AUTH=XOAUTH2 LOGINDISABLED] hello")
        while said := line.hear():
            heard.append(said)
            line.say(f"* CAPABILITY IMAP4rev1 AUTH=XOAUTH2 LOGINDISABLED\r\n{said.split()[0]} OK done")

    with Scripted(script) as server:
        by_password = ImapMailbox(replace(settings_of(server), secret=lambda: "hunter2"))
        by_bearer = ImapMailbox(replace(settings_of(server), secret=lambda: "a-token", auth="oauthbearer"))
        for mailbox, why in (
            (by_password, "takes no password"),
            (by_bearer, "takes no token by OAUTHBEARER; it takes XOAUTH2"),
        ):
            with pytest.raises(MailboxLoginRefused, match=why):
                await read(mailbox)
            await mailbox.close()

    assert not [said for said in heard if "LOGIN" in said or "AUTHENTICATE" in said]


async def test_a_server_that_cannot_log_us_in_for_now_is_not_a_wrong_password() -> None:
    def busy(line: Line, tag: str) -> None:
        line.say(f"{tag} NO [UNAVAILABLE] the directory is down")

    with Scripted(imap(login=busy)) as server:
        mailbox = ImapMailbox(settings_of(server))
        with pytest.raises(MailboxTrouble, match="for now") as caught:
            await read(mailbox)
        await mailbox.close()

    assert not isinstance(caught.value, MailboxLoginRefused)


async def test_no_server_at_all_is_told_at_once() -> None:
    with Scripted(imap()) as server:
        settings = settings_of(server)
    mailbox = ImapMailbox(settings)
    with pytest.raises(MailboxDown, match="refused"):
        await read(mailbox)
    await mailbox.close()


async def test_a_password_that_cannot_be_had_is_trouble_and_not_a_crash() -> None:
    def broken() -> str:
        raise KeyError("hunter2")

    with Scripted(imap()) as server:
        mailbox = ImapMailbox(replace(settings_of(server), secret=broken))
        with pytest.raises(MailboxTrouble) as caught:
            await read(mailbox)
        await mailbox.close()

    assert "hunter2" not in str(caught.value)


def left_in(folder: Path) -> list[Path]:
    return list(folder.iterdir())


def idles_then(*lines: str, hang_up: bool = False) -> Callable[[Line, str], None]:
    def idle(line: Line, tag: str) -> None:
        line.sock.sendall("\r\n".join(["+ idling", *lines, ""]).encode())
        if hang_up:
            raise EOFError
        if line.hear() == "DONE":
            line.say(f"{tag} OK done")

    return idle


async def waited(script: Script, seconds: float = 10 * A_PAUSE, read_timeout: float = A_PAUSE) -> tuple[object, float]:
    with Scripted(script) as server:
        mailbox = ImapMailbox(settings_of(server, read_timeout))
        await read(mailbox)
        began = time.monotonic()
        (outcome,) = await asyncio.gather(mailbox.wait("INBOX", seconds), return_exceptions=True)
        took = time.monotonic() - began
        await mailbox.close()
    return outcome, took


async def test_a_new_mail_told_in_the_same_breath_as_the_beginning_of_idle_is_heard() -> None:
    outcome, took = await waited(imap(idle=idles_then("* 2 EXISTS")))

    assert outcome is True
    assert took < A_PAUSE


async def test_a_mail_of_which_the_server_says_nothing_in_idle_is_heard_of_a_second_later() -> None:
    noops = 0

    def noop(line: Line, tag: str) -> None:
        nonlocal noops
        noops += 1
        line.say(f"* 2 EXISTS\r\n{tag} OK done" if noops > 1 else f"{tag} OK done")

    outcome, took = await waited(imap(idle=idles_then(), noop=noop))

    assert outcome is True
    assert took < A_PAUSE


@pytest.mark.parametrize("lines", [(), ("* BYE shutting down",)], ids=["without a word", "after BYE"])
async def test_a_connection_that_ends_in_idle_is_trouble_at_once(lines: tuple[str, ...]) -> None:
    outcome, took = await waited(imap(idle=idles_then(*lines, hang_up=True)))

    assert isinstance(outcome, MailboxDown)
    assert took < A_PAUSE


async def test_a_line_that_comes_in_two_pieces_is_read_whole() -> None:
    def halves(line: Line, tag: str) -> None:
        line.sock.sendall(b"+ idling\r\n* 2 EXI")
        done = line.hear()
        line.say("STS")
        line.say(f"{tag} OK done" if done == "DONE" else f"{tag} BAD")

    outcome, _ = await waited(imap(idle=halves))

    assert outcome is True


async def test_a_link_that_died_in_idle_is_found_within_the_read_timeout() -> None:
    def dead(line: Line, _tag: str) -> None:
        line.say("+ idling")
        line.hear()
        line.hear()

    outcome, took = await waited(imap(idle=dead), seconds=0.1, read_timeout=0.5)

    assert isinstance(outcome, MailboxDown)
    assert took < A_PAUSE


async def test_talk_about_other_things_is_not_a_new_mail() -> None:
    outcome, _ = await waited(imap(idle=idles_then("* OK still here")), seconds=0.1)

    assert outcome is False


async def test_without_idle_the_waiting_is_only_waiting_and_can_still_be_ended() -> None:
    def plain(line: Line, tag: str) -> None:
        line.say(f"* CAPABILITY IMAP4rev1\r\n{tag} OK done")

    def script(line: Line) -> None:
        line.say("* OK hello")
        while heard := line.hear():
            tag, _, command = heard.partition(" ")
            (plain(line, tag) if command == "CAPABILITY" else usual(line, tag, command))

    outcome, _ = await waited(script, seconds=0.1)
    assert outcome is False

    with Scripted(script) as server:
        mailbox = ImapMailbox(settings_of(server))
        waiting = asyncio.create_task(mailbox.wait("INBOX", 10 * A_PAUSE))
        await asyncio.sleep(0)
        assert await asyncio.wait_for(mailbox.folders(["INBOX"]), A_PAUSE) == ()
        await asyncio.wait_for(waiting, A_PAUSE)
        await mailbox.close()


async def test_a_mail_whose_body_the_server_refuses_comes_with_its_headers_and_a_note() -> None:
    def no_body(line: Line, tag: str) -> None:
        line.say(f"{tag} NO it cannot be rendered")

    with Scripted(imap(**{"body.peek[])": no_body})) as server:
        mailbox = ImapMailbox(settings_of(server))
        (arrival,) = (await read(mailbox)).arrivals
        await mailbox.close()

    head, _, text = content(arrival).partition("\r\n\r\n")
    assert head.split("\r\n") == ["Message-ID: <1@example.org>", "Subject: Bin"]
    assert "did not hand out the body" in text


async def test_a_batch_that_nobody_waits_for_any_more_leaves_no_file_behind(tmp_path: Path) -> None:
    asked, go_on = threading.Event(), threading.Event()
    size = PIECE + 5

    def place(line: Line, tag: str) -> None:
        line.say(f'* 1 FETCH (UID 1 RFC822.SIZE {size} INTERNALDATE "02-Nov-2026 09:30:00 +0000")\r\n{tag} OK done')

    def piece(line: Line, tag: str) -> None:
        if not asked.is_set():
            line.say(f"* 1 FETCH (UID 1 BODY[]<0> {literal('x' * PIECE)})\r\n{tag} OK done")
            asked.set()
        else:
            go_on.wait(5)
            line.say(f"* 1 FETCH (UID 1 BODY[]<{PIECE}> {literal('x' * 5)})\r\n{tag} OK done")

    with Scripted(imap(**{"rfc822": place, "body.peek[]<": piece})) as server:
        mailbox = ImapMailbox(settings_of(server), tmp_path)
        reading = asyncio.create_task(read(mailbox))
        assert await asyncio.to_thread(asked.wait, 5)
        reading.cancel()
        await asyncio.wait([reading])
        go_on.set()
        assert await mailbox.folders(["INBOX"]) == ()
        await mailbox.close()

    assert left_in(tmp_path) == []


async def test_a_large_mail_that_breaks_off_leaves_no_file_behind(tmp_path: Path) -> None:
    def place(line: Line, tag: str) -> None:
        line.say(f'* 1 FETCH (UID 1 RFC822.SIZE {3 * PIECE} INTERNALDATE "02-Nov-2026 09:30:00 +0000")\r\n{tag} OK done')

    def breaks_off(line: Line, _tag: str) -> None:
        line.sock.sendall(f"* 1 FETCH (UID 1 BODY[]<0> {{{PIECE}}}\r\nabc".encode())
        raise EOFError

    with Scripted(imap(**{"rfc822": place, "body.peek[]<": breaks_off})) as server:
        mailbox = ImapMailbox(settings_of(server), tmp_path)
        with pytest.raises(MailboxDown):
            await read(mailbox)
        await mailbox.close()

    assert left_in(tmp_path) == []


@pytest.mark.parametrize(("failures", "longest"), [(0, 1), (1, 1), (2, 2), (9, 256), (10, 300), (10_000, 300)])
def test_the_back_off_doubles_up_to_five_minutes_and_is_never_the_same_for_all(failures: int, longest: float) -> None:
    assert backoff(failures, lambda: 0.0) == longest / 2
    assert backoff(failures, lambda: 1.0) == longest
