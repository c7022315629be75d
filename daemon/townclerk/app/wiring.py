"""Files and secrets become a working installation: the only place where the parts are put together."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache, partial
from pathlib import Path
from typing import Literal
from urllib.parse import quote, urlsplit, urlunsplit

from townclerk.app.files_watched import Stand, stand_of
from townclerk.app.tokens.errors import revealed
from townclerk.app.tokens.google import GoogleTokens
from townclerk.app.tokens.keeping import TokenKeeper
from townclerk.app.tokens.microsoft import MicrosoftTokens
from townclerk.app.tokens.oidc import OidcTokens
from townclerk.app.tokens.wire import TokenWire
from townclerk.config.certificates import TrustedCertificate, load_certificates
from townclerk.config.council_folder import load_council
from townclerk.config.errors import Fault, FilesRefused
from townclerk.config.logins import GoogleLogin, Login, MicrosoftLogin, OidcLogin, PasswordLogin, TokenLogin
from townclerk.config.settings import HealthSettings, ReplyMode, Settings, load_settings
from townclerk.config.shipped import shipped_folders
from townclerk.config.templates import TemplateSet
from townclerk.domain.council import Council
from townclerk.domain.signing import Signer, SigningKey
from townclerk.mail.imap import ImapMailbox
from townclerk.mail.mailbox import ImapSettings
from townclerk.mail.scanning import ClamdScanner
from townclerk.mail.transport import SmtpSettings, SmtpTransport
from townclerk.services.health import Patience
from townclerk.services.office import Office, Reader, Ways
from townclerk.store.database import Database
from townclerk.store.sealing import Seals

MEGABYTE = 1_000_000


@dataclass(frozen=True, slots=True)
class Files:
    """Everything that an installation's files say, read and found right; and how they stood before they were read: what is
    saved meanwhile is another."""

    settings: Settings
    council: Council
    templates: TemplateSet
    stand: Stand
    certificates: tuple[TrustedCertificate, ...] = ()


def load_files(path: Path) -> Files:
    """The settings at *path* and all that they name. Raises FilesRefused with every fault of every file."""
    stand = stand_of(load_settings(path), path)
    settings = load_settings(path)
    found: list[Fault] = []
    try:
        council = load_council(settings.council, rules=settings.rules, staff=settings.staff, today=datetime.now(UTC).date())
    except FilesRefused as refused:
        found.extend(refused.faults)
    try:
        templates = TemplateSet.load(shipped_folders("templates", settings.templates), settings.council)
        if not found:
            templates.try_out(council.policy)
    except FilesRefused as refused:
        found.extend(refused.faults)
    try:
        certificates = load_certificates(settings.signatures.certificates)
    except FilesRefused as refused:
        found.extend(refused.faults)
    if found:
        raise FilesRefused(found)
    return Files(settings, council, templates, stand, certificates)


def open_office(files: Files, db: Database, reader: Reader) -> Office:
    """From here on the journal is sealed with the keys of *files*. Raises SecretUnavailable where one cannot be had."""
    settings, mailbox = files.settings, files.council.policy.contact.mailbox
    keys = tuple(SigningKey(key.id, key.secret.reveal().encode()) for key in settings.reply_address.keys)
    seals = Seals.made_of(key.secret for key in keys)
    db.seal_with(lambda: seals)
    ways = Ways(
        mailbox=mailbox,
        from_name=settings.smtp.from_name,
        folders=settings.mailbox.folders,
        sent_folder=settings.mailbox.sent_folder,
        start_from=settings.mailbox.start_from,
        signed_addresses=settings.reply_address.mode is ReplyMode.SIGNED,
        trusted_server=settings.authentication.trusted_server,
        authentication=settings.authentication.profile,
        forward_limit=settings.limits.attachment_forward_mb * MEGABYTE,
        letters_per_hour=settings.limits.letters_per_hour,
        letters_per_address=settings.limits.letters_per_address_per_day,
        letters_of_a_kind=settings.limits.letters_of_a_kind_per_day,
        letters_per_case=settings.limits.letters_per_case_per_day,
        letters_per_day=settings.smtp.rate_per_day,
        own_addresses=frozenset({mailbox.lower(), settings.mailbox.user.lower()}),
    )
    scanner = ClamdScanner(settings.scanner.socket) if settings.scanner.socket is not None else None
    trusted = tuple(each.der for each in files.certificates)
    return Office(files.council, files.templates, db, reader, Signer(mailbox, keys), ways, scanner, trusted)


def patience_of(settings: HealthSettings) -> Patience:
    """How long mails and letters may wait before a person should look."""
    return Patience(timedelta(minutes=settings.oldest_mail_minutes), timedelta(minutes=settings.oldest_letter_minutes))


def open_database(settings: Settings, url: str | None = None) -> Database:
    """The database of *settings*, or another at *url*. Its journal is sealed with the keys of *settings*: they are fetched when
    there is an entry to seal or to prove, which raises SecretUnavailable."""
    db = Database.open(url or url_of_database(settings))
    db.seal_with(cache(partial(seals_of, settings)))
    return db


def seals_of(settings: Settings) -> Seals:
    """What the journal is sealed with, and proven by. Raises SecretUnavailable."""
    return Seals.made_of(key.secret.reveal().encode() for key in settings.reply_address.keys)


def url_of_database(settings: Settings) -> str:
    """The address with its password, which is never written down or logged. Raises SecretUnavailable."""
    if settings.database.secret is None:
        return settings.database.url
    parts = urlsplit(settings.database.url)
    user, _, host = parts.netloc.rpartition("@")
    password = quote(settings.database.secret.reveal(), safe="")
    return urlunsplit(parts._replace(netloc=f"{user}:{password}@{host}"))


@dataclass(frozen=True, slots=True)
class Tokens:
    """The tokens of one process, by what they let us into. Mailbox and outgoing server share one where they log in alike."""

    keepers: dict[str, TokenKeeper]

    @classmethod
    def of(cls, settings: Settings) -> "Tokens":
        box, smtp = settings.mailbox, settings.smtp
        found: dict[str, TokenKeeper] = {}
        if not isinstance(box.login, PasswordLogin):
            found["mailbox"] = _keeper(box.login, box.user)
        if smtp.user is not None and smtp.login is not None and not isinstance(smtp.login, PasswordLogin):
            same = "mailbox" in found and (smtp.login, smtp.user) == (box.login, box.user)
            found["smtp"] = found["mailbox"] if same else _keeper(smtp.login, smtp.user)
        return cls(found)


def open_mailbox(settings: Settings, tokens: Tokens | None = None) -> ImapMailbox:
    """*tokens* None: of its own."""
    box = settings.mailbox
    keeper = (tokens or Tokens.of(settings)).keepers.get("mailbox")
    return ImapMailbox(
        ImapSettings(
            host=box.host,
            port=box.port,
            user=box.user,
            secret=_secret_of(box.login, keeper),
            refused=keeper.refused if keeper else None,
            security=box.security.value,
            auth=_auth_of(box.login),
            ca_file=box.ca_file,
        )
    )


def open_transport(settings: Settings, tokens: Tokens | None = None) -> SmtpTransport:
    """*tokens* None: of its own."""
    smtp = settings.smtp
    keeper = (tokens or Tokens.of(settings)).keepers.get("smtp")
    return SmtpTransport(
        SmtpSettings(
            host=smtp.host,
            port=smtp.port,
            security=smtp.security.value,
            user=smtp.user,
            secret=_secret_of(smtp.login, keeper) if smtp.login else None,
            refused=keeper.refused if keeper else None,
            auth=_auth_of(smtp.login) if smtp.login else "password",
            ca_file=smtp.ca_file,
            quota_words=settings.profile.quota_words,
        )
    )


def _secret_of(login: Login, keeper: TokenKeeper | None) -> Callable[[], str]:
    return keeper.current if keeper is not None else partial(revealed, login.secrets[0])


def _auth_of(login: Login) -> Literal["password", "xoauth2", "oauthbearer"]:
    match login:
        case PasswordLogin():
            return "password"
        case OidcLogin():
            return login.mechanism.value
        case MicrosoftLogin() | GoogleLogin():
            return "xoauth2"


def _keeper(login: TokenLogin, user: str) -> TokenKeeper:
    wire = TokenWire(login.ca_file)
    match login:
        case MicrosoftLogin():
            return TokenKeeper(MicrosoftTokens(login.authority, login.tenant, login.client_id, login.secret, wire).fetch)
        case GoogleLogin():
            return TokenKeeper(GoogleTokens(login.service_account, user, wire).fetch)
        case OidcLogin():
            oidc = OidcTokens(login.token_url, login.client_id, login.secret, login.refresh_token, login.scope, wire)
            return TokenKeeper(oidc.fetch)
