"""Files and secrets become a working installation: the only place where the parts are put together."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import quote, urlsplit, urlunsplit

from townclerk.app.files_watched import Stand, stand_of
from townclerk.app.microsoft import MicrosoftTokens
from townclerk.config.council_folder import load_council
from townclerk.config.errors import Fault, FilesRefused
from townclerk.config.settings import HealthSettings, Login, MicrosoftLogin, ReplyMode, Settings, load_settings
from townclerk.config.shipped import shipped_folders
from townclerk.config.templates import TemplateSet
from townclerk.domain.council import Council
from townclerk.domain.signing import Signer, SigningKey
from townclerk.mail.imap import ImapMailbox
from townclerk.mail.mailbox import ImapSettings
from townclerk.mail.transport import SmtpSettings, SmtpTransport
from townclerk.services.health import Patience
from townclerk.services.office import Office, Reader, Ways
from townclerk.store.database import Database

MEGABYTE = 1_000_000


@dataclass(frozen=True, slots=True)
class Files:
    """Everything that an installation's files say, read and found right; and how they stood before they were read: what is
    saved meanwhile is another."""

    settings: Settings
    council: Council
    templates: TemplateSet
    stand: Stand


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
    if found:
        raise FilesRefused(found)
    return Files(settings, council, templates, stand)


def open_office(files: Files, db: Database, reader: Reader) -> Office:
    """Raises SecretUnavailable where a signing key cannot be had."""
    settings, mailbox = files.settings, files.council.policy.contact.mailbox
    keys = tuple(SigningKey(key.id, key.secret.reveal().encode()) for key in settings.reply_address.keys)
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
        own_addresses=frozenset({mailbox.lower(), settings.mailbox.user.lower()}),
    )
    return Office(files.council, files.templates, db, reader, Signer(mailbox, keys), ways)


def patience_of(settings: HealthSettings) -> Patience:
    """How long mails and letters may wait before a person should look."""
    return Patience(timedelta(minutes=settings.oldest_mail_minutes), timedelta(minutes=settings.oldest_letter_minutes))


def open_database(settings: Settings) -> Database:
    return Database.open(url_of_database(settings))


def url_of_database(settings: Settings) -> str:
    """The address with its password, which is never written down or logged. Raises SecretUnavailable."""
    if settings.database.secret is None:
        return settings.database.url
    parts = urlsplit(settings.database.url)
    user, _, host = parts.netloc.rpartition("@")
    password = quote(settings.database.secret.reveal(), safe="")
    return urlunsplit(parts._replace(netloc=f"{user}:{password}@{host}"))


def open_mailbox(settings: Settings) -> ImapMailbox:
    box = settings.mailbox
    return ImapMailbox(
        ImapSettings(
            host=box.host,
            port=box.port,
            user=box.user,
            secret=_secret_of(box.login),
            security=box.security.value,
            auth="xoauth2" if isinstance(box.login, MicrosoftLogin) else "password",
            ca_file=box.ca_file,
        )
    )


def open_transport(settings: Settings) -> SmtpTransport:
    smtp = settings.smtp
    return SmtpTransport(
        SmtpSettings(
            host=smtp.host,
            port=smtp.port,
            security=smtp.security.value,
            user=smtp.user,
            secret=_secret_of(smtp.login) if smtp.login else None,
            auth="xoauth2" if isinstance(smtp.login, MicrosoftLogin) else "password",
            ca_file=smtp.ca_file,
        )
    )


def _secret_of(login: Login) -> Callable[[], str]:
    if isinstance(login, MicrosoftLogin):
        return MicrosoftTokens(login.tenant, login.client_id, login.secret.reveal).token
    return login.secret.reveal
