"""What only a real server can show: TLS, sizes, international addresses, delivery into a mailbox."""

from dataclasses import replace

import pytest

from servers.dovecot import Dovecot
from servers.fixtures import DOMAIN
from servers.ports import until
from servers.postfix import Postfix
from townclerk.mail.errors import Refused, TransportDown
from townclerk.mail.transport import SmtpSettings, SmtpTransport

SENDER = f"cases+bounce-1@{DOMAIN}"
RAW = b"Subject: x\r\nMessage-ID: <postfix@council.example>\r\n\r\nThank you.\r\n"


@pytest.fixture
def plain(postfix: Postfix) -> SmtpSettings:
    return SmtpSettings(postfix.host, postfix.smtp_port, "none", hello="daemon.council.example", read_timeout=20)


async def sent(settings: SmtpSettings, recipient: str, raw: bytes = RAW) -> str:
    transport = SmtpTransport(settings)
    try:
        return await transport.send(SENDER, recipient, raw)
    finally:
        await transport.close()


async def test_a_mail_reaches_a_mailbox_behind_the_server_with_its_tag(plain: SmtpSettings, dovecot: Dovecot) -> None:
    await sent(plain, f"alice+SS-1@{DOMAIN}", RAW.replace(b"postfix@", b"tagged@"))

    def found() -> list[bytes]:
        return [raw for raw in dovecot.mails("alice") if b"<tagged@council.example>" in raw]

    until(lambda: bool(found()), 10, "the mail")
    assert f"Delivered-To: alice+SS-1@{DOMAIN}".encode() in found()[0]


async def test_the_connection_is_secured_where_the_certificate_is_trusted(plain: SmtpSettings, dovecot: Dovecot) -> None:
    assert await sent(replace(plain, host="localhost", security="starttls", ca_file=dovecot.certificate), "a@example.org")


async def test_a_certificate_that_is_not_trusted_means_no_transport(plain: SmtpSettings) -> None:
    with pytest.raises(TransportDown, match="certificate"):
        await sent(replace(plain, host="localhost", security="starttls"), "a@example.org")


async def test_a_mail_that_is_too_large_is_refused(plain: SmtpSettings) -> None:
    with pytest.raises(Refused) as caught:
        await sent(plain, "a@example.org", RAW + b"x" * 60_000_000)

    assert caught.value.code == 552


async def test_an_international_address_is_sent_where_the_server_takes_it(plain: SmtpSettings) -> None:
    assert await sent(plain, "siân@example.org")
