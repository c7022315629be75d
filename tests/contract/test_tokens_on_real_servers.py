"""Tokens of a local token server, shown to Dovecot and, by way of Postfix, to the same Dovecot: as the settings say it."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from servers.dovecot import Dovecot
from servers.fixtures import DOMAIN, USERS
from servers.postfix import Postfix
from servers.tokens import TENANT, Mood, TokenServer
from townclerk.app.wiring import Tokens, open_mailbox, open_transport
from townclerk.config.settings import Settings, read_settings
from townclerk.config.yaml import parse_yaml
from townclerk.mail.errors import MailboxDown, MailboxLoginRefused, TransportDown, TransportLoginRefused
from townclerk.mail.imap import ImapMailbox
from townclerk.mail.transport import SmtpTransport

RAW = b"Subject: x\r\n\r\nThank you.\r\n"
SECRET = "the-client's-secret"
OIDC = "kind: oidc, client_id: townclerk, token_url: '{url}'"
LOGINS = {
    "microsoft": "kind: microsoft, tenant: " + TENANT + ", client_id: x, authority: '{authority}', secret: {{file: secret}}",
    "google": "kind: google, service_account: {{file: key.json}}",
    "oidc": OIDC + ", secret: {{file: secret}}",
    "oidc by grant, as RFC 7628 says": OIDC + ", refresh_token: {{file: grant}}, mechanism: oauthbearer",
}


@dataclass
class Servers:
    tokens: TokenServer
    dovecot: Dovecot
    postfix: Postfix
    folder: Path

    def settings(self, login: str) -> Settings:
        auth = LOGINS[login].format(authority=self.tokens.authority, url=self.tokens.token_url)
        wire = f"host: localhost, user: alice, ca_file: '{self.dovecot.certificate}'"
        auth = f"auth: {{{auth}, ca_file: '{self.tokens.certificate}'}}"
        content = f"""
council: south-staffordshire
mailbox: {{{wire}, port: {self.dovecot.imaps_port}, {auth}}}
smtp: {{{wire}, port: {self.postfix.smtp_port}, from_name: Council, {auth}}}
database: {{url: "sqlite:////nowhere/townclerk.db"}}
reply_address: {{keys: [{{id: a, secret: {{env: NONE}}}}]}}
"""
        return read_settings(parse_yaml(content.encode(), str(self.folder / "townclerk.yaml")), self.folder)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    folder = tmp_path_factory.mktemp("tokens")
    with ExitStack() as stack:
        tokens = stack.enter_context(TokenServer(folder, "alice"))
        dovecot = stack.enter_context(Dovecot(USERS, tokens.introspection_url))
        certificate = (dovecot.certificate, dovecot.folder / "key.pem")
        letting_in = dovecot.folder / "run" / "smtp"
        postfix = stack.enter_context(
            Postfix(dovecot.lmtp_port, [DOMAIN], USERS, certificate=certificate, letting_in=letting_in)
        )
        (folder / "secret").write_text(SECRET)
        (folder / "grant").write_text("granted-once")
        (folder / "key.json").write_text(tokens.service_account())
        yield Servers(tokens, dovecot, postfix, folder)


@pytest.fixture
def servers(running: Servers) -> Servers:
    """With a token server that is willing, and has given nothing yet."""
    running.tokens.mood = Mood.WILLING
    running.tokens.asked.clear()
    running.tokens.forget()
    return running


@dataclass
class Opened:
    mailbox: ImapMailbox
    transport: SmtpTransport
    tokens: Tokens

    @classmethod
    def of(cls, settings: Settings) -> "Opened":
        tokens = Tokens.of(settings)
        return cls(open_mailbox(settings, tokens), open_transport(settings, tokens), tokens)

    async def close(self) -> None:
        await self.mailbox.close()
        await self.transport.close()


@pytest.mark.parametrize("login", LOGINS)
async def test_one_token_lets_us_into_the_mailbox_and_the_outgoing_server(servers: Servers, login: str) -> None:
    both = Opened.of(servers.settings(login))

    assert await both.mailbox.folders(["INBOX"]) == ()
    await both.transport.send(f"alice@{DOMAIN}", f"alice@{DOMAIN}", RAW)

    assert len(servers.tokens.asked) == 1
    await both.close()


@pytest.mark.parametrize("login", ["microsoft", "oidc by grant, as RFC 7628 says"])
async def test_a_token_that_has_run_out_is_refused_once_and_another_fetched(servers: Servers, login: str) -> None:
    both = Opened.of(servers.settings(login))
    both.tokens.keepers["mailbox"].renew()
    servers.tokens.forget()

    with pytest.raises(MailboxLoginRefused):
        await both.mailbox.folders(["INBOX"])
    assert await both.mailbox.folders(["INBOX"]) == ()
    servers.tokens.forget()
    with pytest.raises(TransportLoginRefused):
        await both.transport.check()
    await both.transport.check()
    await both.close()


async def test_without_a_token_nobody_is_asked_to_let_us_in_and_the_message_says_what_to_do(servers: Servers) -> None:
    servers.tokens.mood = Mood.REFUSING
    both = Opened.of(servers.settings("oidc"))

    with pytest.raises(MailboxDown) as inward:
        await both.mailbox.folders(["INBOX"])
    with pytest.raises(TransportDown) as outward:
        await both.transport.check()

    for caught in (inward, outward):
        assert f"the token server localhost:{servers.tokens.port} gives no token (invalid_client)" in str(caught.value)
        assert "put it where auth.secret says" in str(caught.value)
        assert SECRET not in str(caught.value)
    await both.close()
