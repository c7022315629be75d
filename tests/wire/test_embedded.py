"""The servers of the demo: what goes in by SMTP can be read by IMAP, and every letter can be shown."""

import sys
from datetime import UTC, datetime

import pytest

from townclerk.domain.mail import Arrival
from townclerk.mail.embedded import EmbeddedServers
from townclerk.mail.errors import DemoNotInstalled, Refused, TransportLoginRefused
from townclerk.mail.imap import ImapMailbox
from townclerk.mail.mailbox import ImapSettings
from townclerk.mail.transport import SmtpSettings, SmtpTransport

EVER = datetime(1990, 1, 1, tzinfo=UTC)
RAW = b"Subject: x\r\n\r\nThank you.\r\n"
USERS = {"feedback": "secret"}


def smtp_of(servers: EmbeddedServers, password: str | None = None) -> SmtpTransport:
    user = "feedback" if password else None
    settings = SmtpSettings(servers.host, servers.smtp_port, "none", user, lambda: password or "", hello="me.example")
    return SmtpTransport(settings)


async def arrivals(servers: EmbeddedServers, user: str) -> tuple[Arrival, ...]:
    mailbox = ImapMailbox(ImapSettings(servers.host, servers.imap_port, user, lambda: "secret", "none"))
    try:
        return (await mailbox.arrivals("INBOX", None, 0, EVER, 100)).arrivals
    finally:
        await mailbox.close()


def content(arrival: Arrival) -> bytes:
    assert arrival.raw is not None
    return b"".join(arrival.raw.chunks())


async def test_a_mail_to_a_tagged_address_reaches_the_login_and_says_where_it_was_sent() -> None:
    async with EmbeddedServers(USERS, "council.example") as servers:
        transport = smtp_of(servers)
        await transport.send("asha@example.org", "Feedback+SS-1@council.example", RAW)
        await transport.close()

        (arrival,) = await arrivals(servers, "feedback")
    assert content(arrival).endswith(RAW)
    assert b"Return-Path: <asha@example.org>\r\n" in content(arrival)
    assert b"Delivered-To: Feedback+SS-1@council.example\r\n" in content(arrival)


async def test_letters_to_the_world_outside_are_kept_to_be_shown() -> None:
    async with EmbeddedServers(USERS, "council.example") as servers:
        transport = smtp_of(servers)
        await transport.send("", "Asha@example.org", RAW)
        await transport.close()

        assert servers.inbox("asha@example.org") == [RAW]
        assert servers.inbox("nobody@example.org") == []
        assert [(each.envelope_from, each.recipients) for each in servers.accepted] == [("", ("Asha@example.org",))]
        assert await arrivals(servers, "feedback") == ()


@pytest.mark.parametrize(
    ("address", "outside"), [("nobody@council.example", True), ("asha@example.org", False), ("feedback@example.org", False)]
)
async def test_mail_for_nobody_is_refused(address: str, outside: bool) -> None:
    async with EmbeddedServers(USERS, "council.example", outside=outside) as servers:
        transport = smtp_of(servers)
        with pytest.raises(Refused):
            await transport.send("", address, RAW)
        await transport.close()


async def test_a_mail_can_be_put_there_with_a_date_of_the_past() -> None:
    async with EmbeddedServers(USERS) as servers:
        await servers.deliver("feedback", RAW, datetime(2026, 3, 1, 8, tzinfo=UTC))

        (arrival,) = await arrivals(servers, "feedback")
    assert (content(arrival), arrival.received_at) == (RAW, datetime(2026, 3, 1, 8, tzinfo=UTC))


async def test_a_user_may_have_more_folders() -> None:
    async with EmbeddedServers(USERS) as servers:
        await servers.make_folder("feedback", "Junk")
        mailbox = ImapMailbox(ImapSettings(servers.host, servers.imap_port, "feedback", lambda: "secret", "none"))

        assert await mailbox.folders(["Junk", "Spam"]) == ("Spam",)
        await mailbox.close()


async def test_a_client_may_log_in_to_send_but_not_with_a_wrong_password() -> None:
    async with EmbeddedServers(USERS) as servers:
        for password in ("secret", "hunter2"):
            transport = smtp_of(servers, password)
            if password == "secret":
                await transport.check()
            else:
                with pytest.raises(TransportLoginRefused):
                    await transport.check()
            await transport.close()


async def test_two_councils_can_run_side_by_side_on_ports_of_their_own() -> None:
    async with EmbeddedServers(USERS) as one, EmbeddedServers({"other": "secret"}) as two:
        await one.deliver("feedback", RAW)

        assert len({one.imap_port, one.smtp_port, two.imap_port, two.smtp_port}) == 4
        assert len(await arrivals(one, "feedback")) == 1
        assert await arrivals(two, "other") == ()


def test_without_the_packages_it_is_told_how_to_get_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pymap.imap", None)

    with pytest.raises(DemoNotInstalled, match=r"pip install 'townclerk\[demo\]'"):
        EmbeddedServers(USERS)
