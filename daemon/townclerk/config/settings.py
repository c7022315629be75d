"""townclerk.yaml: what one installation needs to know. A commented example is deploy/townclerk.yaml."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from ipaddress import ip_address
from pathlib import Path
from typing import get_args
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from townclerk.config.logins import NO_SECRET, Login, PasswordLogin, login
from townclerk.config.providers import PROFILES, Provider, ProviderProfile
from townclerk.config.reading import Faults, Fields, Refused, Value, read_root, refuse_word, text, whole_number, word_of
from townclerk.config.secrets import Secret, beside, secret
from townclerk.config.yaml import Node, load_yaml
from townclerk.domain.authentication import Profile
from townclerk.domain.wires import goes_elsewhere, is_this_machine, weaker_than_verified


class Security(StrEnum):
    """How a connection is protected: TLS from its first byte, STARTTLS, or not at all (this machine's own servers)."""

    TLS = "tls"
    STARTTLS = "starttls"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class MailboxSettings:
    """`start_from`, aware: older mail is recorded and never answered; None: the moment of the first connection. `sent_folder`
    is where mail lies that people send as the mailbox; None: nobody looks there."""

    host: str
    port: int
    security: Security
    user: str
    login: Login
    folders: tuple[str, ...] = ("INBOX",)
    idle_seconds: int = 300
    poll_seconds: int = 60
    start_from: datetime | None = None
    ca_file: Path | None = None
    sent_folder: str | None = None


@dataclass(frozen=True, slots=True)
class OutgoingSettings:
    """The server that letters are handed to. `user` None: it wants no login. `rate_per_day` None: as many as there are."""

    host: str
    port: int
    security: Security
    from_name: str
    user: str | None = None
    login: Login | None = None
    rate_per_minute: int = 25  # Microsoft 365 allows 30
    rate_per_day: int | None = None
    ca_file: Path | None = None


@dataclass(frozen=True, slots=True)
class DatabaseSettings:
    """`url` without a password; `secret` is the password, None where none is needed."""

    url: str
    secret: Secret | None = None


class ReplyMode(StrEnum):
    """Whether replies come back to a signed address of their own (feedback+…@) or to the mailbox as it is."""

    SIGNED = "signed"
    PLAIN = "plain"


@dataclass(frozen=True, slots=True)
class ReplyKey:
    """`id` is one character and stands in each address that this key signs."""

    id: str
    secret: Secret


@dataclass(frozen=True, slots=True)
class ReplySettings:
    """The first key signs; all of them verify. Signatures are in Message-IDs too, so a plain address needs a key as well."""

    mode: ReplyMode
    keys: tuple[ReplyKey, ...]


@dataclass(frozen=True, slots=True)
class AuthenticationSettings:
    """Whose Authentication-Results prove a sender; the profiles are those of `domain.authentication`."""

    profile: Profile = "none"
    trusted_server: str | None = None


@dataclass(frozen=True, slots=True)
class Limits:
    """Past `letters_per_hour` in all (the brake), automatic letters wait and a person is told. Attachments are forwarded to
    officers up to so many megabytes a mail."""

    letters_per_hour: int = 200
    letters_per_address_per_day: int = 12
    letters_of_a_kind_per_day: int = 8
    letters_per_case_per_day: int = 20
    attachment_forward_mb: int = 15


class Reason(StrEnum):
    """Whether who looks at a case must say why: people at a terminal are asked; or every command wants --why, programs' too."""

    ASKED = "asked"
    REQUIRED = "required"


@dataclass(frozen=True, slots=True)
class JournalSettings:
    """`reason`: see Reason. From entry `sealed_from` on each one has a seal; None: from the first that has."""

    reason: Reason = Reason.ASKED
    sealed_from: int | None = None


@dataclass(frozen=True, slots=True)
class HealthSettings:
    """A mail that has waited `oldest_mail_minutes`, or a letter that was due so long ago (`oldest_letter_minutes`), makes the
    service unwell. `port` is where it may be asked, None: nowhere; `host`, at which of this machine's addresses. Each
    `canary_minutes` the mailbox sends a mail to itself, None: never."""

    oldest_mail_minutes: int = 15
    oldest_letter_minutes: int = 60
    host: str = "127.0.0.1"
    port: int | None = None
    canary_minutes: int | None = None


@dataclass(frozen=True, slots=True)
class ScannerSettings:
    """`socket` of clamd, a path or host:port; None: nobody looks for viruses in what is passed on."""

    socket: str | None = None


@dataclass(frozen=True, slots=True)
class SignatureSettings:
    """The folder of `certificates` that signatures of mails are held against; None: that they are signed is said, no more."""

    certificates: Path | None = None


@dataclass(frozen=True, slots=True)
class Settings:
    """One installation. Folders and files are absolute, or counted from the folder of the settings file."""

    council: str
    mailbox: MailboxSettings
    smtp: OutgoingSettings
    database: DatabaseSettings
    reply_address: ReplySettings
    rules: Path | None = None
    templates: Path | None = None
    staff: Path | None = None
    authentication: AuthenticationSettings = AuthenticationSettings()
    health: HealthSettings = HealthSettings()
    limits: Limits = Limits()
    scanner: ScannerSettings = ScannerSettings()
    signatures: SignatureSettings = SignatureSettings()
    journal: JournalSettings = JournalSettings()
    provider: Provider = Provider.GENERIC

    @property
    def profile(self) -> ProviderProfile:
        return PROFILES[self.provider]


_DATABASE_EXAMPLE = (
    'write for instance "sqlite:////var/lib/townclerk/townclerk.db" or "postgresql://townclerk@localhost/townclerk"'
)
_SMTP_PORTS = {Security.TLS: 465, Security.STARTTLS: 587, Security.NONE: 25}
# Stand-ins, see config.reading.
LATEST_START = timedelta(days=90)  # how far ahead a service may be announced that answers nobody yet
NO_HOST = "-"
_NO_MAILBOX = MailboxSettings(NO_HOST, 993, Security.TLS, "-", PasswordLogin(NO_SECRET))
_NO_SMTP = OutgoingSettings(NO_HOST, 587, Security.STARTTLS, "-")


def load_settings(path: Path) -> Settings:
    """The settings in the file at *path*. Raises FilesRefused with all that is wrong in it. No secret is fetched."""
    return read_settings(load_yaml(path), path.resolve().parent)


def read_settings(tree: Node, base: Path) -> Settings:
    """The settings of a tree; paths are counted from *base*. Raises FilesRefused."""
    return read_root(tree, Faults(), lambda root: _settings(root, base))


def _settings(root: Value, base: Path) -> Settings:
    def folder(value: Value) -> Path:
        found = base / text(value)
        if not found.is_dir():
            raise Refused(f"there is no folder {found}", "make it, correct the path, or take the line out")
        return found

    def file(value: Value) -> Path:
        return _there(base / text(value))

    with root.fields() as f:
        provider = f.optional("provider", word_of(Provider), Provider.GENERIC)
        profile = PROFILES[provider]
        return Settings(
            provider=provider,
            council=f.required("council", _council, "-"),
            rules=f.optional("rules", folder, None),
            templates=f.optional("templates", folder, None),
            staff=f.optional("staff", file, None),
            mailbox=f.required("mailbox", lambda value: _mailbox(value, base, profile), _NO_MAILBOX),
            smtp=f.required("smtp", lambda value: _outgoing(value, base, profile), _NO_SMTP),
            database=f.required("database", _database, DatabaseSettings("-")),
            reply_address=f.required("reply_address", _reply_address, ReplySettings(ReplyMode.PLAIN, ())),
            authentication=f.optional(
                "authentication", _authentication, AuthenticationSettings(profile.proof, profile.proving_server)
            ),
            health=f.optional("health", _health, HealthSettings()),
            scanner=f.optional("scanner", _scanner, ScannerSettings()),
            signatures=f.optional("signatures", lambda value: _signatures(value, folder), SignatureSettings()),
            limits=f.optional("limits", _limits, Limits()),
            journal=f.optional("journal", _journal, JournalSettings()),
        )


# --- the wire --------------------------------------------------------------------------------------------------------


def _council(value: Value) -> str:
    written = text(value)
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]*", written):
        raise Refused(f'"{written}" cannot name a council', "write the name of its folder: small letters, digits and dashes")
    return written


def _there(path: Path) -> Path:
    if not path.is_file():
        said = f"{path} is a folder" if path.is_dir() else f"there is no file {path}"
        raise Refused(said, "write it, correct the path, or take the line out")
    return path


def _mailbox(value: Value, base: Path, profile: ProviderProfile) -> MailboxSettings:
    with value.fields() as f:
        security = f.optional("security", word_of(Security), Security.TLS)
        folders, sent = f.optional("folders", _folders, profile.folders), f.optional("sent_folder", text, None)
        if sent in folders:
            f.fault(
                "sent_folder", f"{sent} stands under folders too", "take it out there: what lies in it is nobody's complaint"
            )
        host, auth = _host(f, profile.imap_host), f.required("auth", login, PasswordLogin(NO_SECRET))
        _refuse_clear_text(f, security, host)
        if isinstance(auth, PasswordLogin) and host == profile.imap_host and not profile.passwords:
            f.fault(
                "auth", f"{profile.name} lets nobody into a mailbox by password", "write kind: microsoft, and what it needs"
            )
        return MailboxSettings(
            host=host,
            port=f.number("port", 993 if security is Security.TLS else 143, 1, 65535),
            security=security,
            user=f.text("user"),
            login=auth,
            folders=folders,
            idle_seconds=f.number("idle_seconds", 300, 10, 1740),
            poll_seconds=f.number("poll_seconds", 60, 5, 3600),
            start_from=f.optional("start_from", _start, None),
            ca_file=f.optional("ca_file", lambda each: _there(base / text(each)), None),
            sent_folder=sent,
        )


def _host(f: Fields, usual: str | None) -> str:
    """The server that is written there, or where none is, the provider's."""
    return f.optional("host", _server_name, usual) if usual is not None else f.required("host", _server_name, NO_HOST)


def _server_name(value: Value) -> str:
    written = text(value)
    if re.fullmatch(r"\[[\da-fA-F:.]+\]", written):  # as it stands in the address of a page
        written = written[1:-1]
    if not re.fullmatch(r"[\w.-]+", written):
        try:
            ip_address(written)
        except ValueError:
            expected = "write its name alone, as in imap.council.example; a port stands beside it, as port: 993"
            shown = f'"{written}"' if "@" not in written else "that"  # what stands before an "@" may be a password
            raise Refused(f"{shown} is not the name of a server", expected) from None
    return written


def _refuse_clear_text(f: Fields, security: Security, host: str) -> None:
    if security is Security.NONE and host != NO_HOST and not is_this_machine(host):
        said = f"{host} is not this machine: passwords and residents' mail would go there for everybody on the way to read"
        f.fault("security", said, "write tls or starttls; none is for servers at localhost, 127.0.0.1 or ::1")


def _outgoing(value: Value, base: Path, profile: ProviderProfile) -> OutgoingSettings:
    with value.fields() as f:
        security = f.optional("security", word_of(Security), Security.STARTTLS)
        user, auth = f.optional("user", text, None), f.optional("auth", login, None)
        if (user is None) != (auth is None):
            missing = "user" if user is None else "auth"
            f.fault(missing, "user and auth go together", "write both, or none where the server wants no login")
        host, rate = _host(f, profile.smtp_host), f.number("rate_per_minute", 25, 1, 10_000)
        _refuse_clear_text(f, security, host)
        most = profile.most_per_minute
        if most is not None and rate > most and host == profile.smtp_host:
            f.fault("rate_per_minute", f"{profile.name} takes {most} letters a minute", "write less, so that others fit in too")
        return OutgoingSettings(
            host=host,
            port=f.number("port", _SMTP_PORTS[security], 1, 65535),
            security=security,
            from_name=f.text("from_name"),
            user=user,
            login=auth,
            rate_per_minute=rate,
            rate_per_day=f.optional("rate_per_day", whole_number(1, 1_000_000), profile.most_per_day),
            ca_file=f.optional("ca_file", lambda each: _there(base / text(each)), None),
        )


def _folders(value: Value) -> tuple[str, ...]:
    found = tuple(dict.fromkeys(value.each(text)))
    if not found:
        raise Refused("no folder is watched", "write for instance [INBOX, Junk]")
    return found


def _start(value: Value) -> datetime:
    """From when on mail is answered. A slip of years would leave every complaint without an answer, and without a word."""
    found = _moment(value)
    if found > datetime.now(UTC) + LATEST_START:
        latest = f"write a moment within the next {LATEST_START.days} days"
        raise Refused(f"{found.date()} lies far ahead, and no mail would be answered until then", latest)
    return found


def _moment(value: Value) -> datetime:
    written = text(value)
    try:
        found = datetime.fromisoformat(written)
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        raise Refused(f'"{written}" is not a moment with a time zone', "write for instance 2027-01-11T08:00:00Z")
    return found


# --- the rest --------------------------------------------------------------------------------------------------------


# Before the "@", also where the password holds a "/" or a "#" that ends the name of the host for whoever reads it strictly.
_PASSWORD = re.compile(r"postgresql(?:\+psycopg)?://[^@:/?#]*:(?!\d{1,5}(?:[/?#]|$))[^@]*@", re.IGNORECASE)
_NAMED_PASSWORD = re.compile(r"(?:password|passwd|pass|pwd)\s*=", re.IGNORECASE)  # of a client, wherever it stands


def _database(value: Value) -> DatabaseSettings:
    with value.fields() as f:
        url = f.required("url", _database_url, "-")
        return DatabaseSettings(url, f.optional("secret", secret, None))


def _database_url(value: Value) -> str:
    written = text(value)
    try:
        parts = urlsplit(written)
        password, host = parts.password, parts.hostname or ""
    except ValueError:
        raise Refused("this is not the address of a database", _DATABASE_EXAMPLE) from None
    pairs = parse_qsl(parts.query, keep_blank_values=True)
    options = dict(pairs)
    if password is not None or _PASSWORD.match(written) or _NAMED_PASSWORD.search(unquote(written)):
        raise Refused(
            "a password must not stand in this file", "take it out of the address, and write secret: {env: NAME} below it"
        )
    if parts.scheme not in ("sqlite", "postgresql", "postgresql+psycopg"):
        raise Refused("this is not the address of a database that townclerk knows", _DATABASE_EXAMPLE)
    if parts.scheme != "sqlite":
        _check_server(written, parts)
    if not written.startswith(parts.scheme):
        raise Refused(f'"{written.partition(":")[0]}" is written in small letters here', _DATABASE_EXAMPLE)
    if parts.scheme == "sqlite" and not re.match(r"sqlite:///.", written):
        raise Refused(
            "names no file: four slashes stand before one from the root, three before one beside this file", _DATABASE_EXAMPLE
        )
    hosts = (options["hostaddr"],) if "hostaddr" in options else (host, *(named for option, named in pairs if option == "host"))
    weaker = weaker_than_verified(options) if parts.scheme != "sqlite" and goes_elsewhere(hosts) else None
    if weaker is not None:
        raise Refused(*weaker)
    relative = re.fullmatch(r"sqlite:///([^/].*)", written)
    return f"sqlite:///{beside(value, relative[1])}" if relative else written


def _check_server(written: str, parts: SplitResult) -> None:
    """Raises Refused where whoever connects could not read them, or would take the end for a part of the database's name."""
    if parts.fragment or "://" not in written:
        raise Refused("this is not the address of a database", _DATABASE_EXAMPLE)
    try:
        port = parts.port
    except ValueError:
        port = 0
    if port == 0:
        raise Refused("the port in the address is no number from 1 to 65535", _DATABASE_EXAMPLE)


def _reply_address(value: Value) -> ReplySettings:
    with value.fields() as f:
        keys = f.required("keys", lambda each: each.each(_reply_key), ())
        if f.has("keys") and not keys:
            f.fault("keys", "there is no key", "write one with id and secret: `openssl rand -base64 32` makes one")
        for twice in sorted({key.id for key in keys if [each.id for each in keys].count(key.id) > 1}):
            f.fault("keys", f'two keys have the id "{twice}"', "give each its own")
        return ReplySettings(f.optional("mode", word_of(ReplyMode), ReplyMode.SIGNED), keys)


def _reply_key(value: Value) -> ReplyKey:
    with value.fields() as f:
        return ReplyKey(f.required("id", _key_id, "0"), f.required("secret", secret, NO_SECRET))


def _key_id(value: Value) -> str:
    written = text(value)
    if not re.fullmatch(r"[0-9a-z]", written):
        raise Refused("that cannot be the id of a key", "write one character of 0-9 or a-z")
    return written


def _authentication(value: Value) -> AuthenticationSettings:
    with value.fields() as f:
        found = AuthenticationSettings(
            profile=f.required("profile", _profile, "none"),
            trusted_server=f.optional("trusted_server", text, None),
        )
        if found.profile == "rfc8601" and found.trusted_server is None:
            f.fault(
                "trusted_server", "is missing: rfc8601 goes by its name", "write the name that begins Authentication-Results"
            )
    return found


def _profile(value: Value) -> Profile:
    known: tuple[Profile, ...] = get_args(Profile)
    written = text(value)
    return next((profile for profile in known if profile == written), None) or refuse_word(written, known)


def _limits(value: Value) -> Limits:
    usual = Limits()
    with value.fields() as f:
        return Limits(
            letters_per_hour=f.number("letters_per_hour", usual.letters_per_hour, 1, 100_000),
            letters_per_address_per_day=f.number("letters_per_address_per_day", usual.letters_per_address_per_day, 1, 1000),
            letters_of_a_kind_per_day=f.number("letters_of_a_kind_per_day", usual.letters_of_a_kind_per_day, 1, 1000),
            letters_per_case_per_day=f.number("letters_per_case_per_day", usual.letters_per_case_per_day, 1, 1000),
            attachment_forward_mb=f.number("attachment_forward_mb", usual.attachment_forward_mb, 0, 100),
        )


def _journal(value: Value) -> JournalSettings:
    with value.fields() as f:
        return JournalSettings(
            reason=f.optional("reason", word_of(Reason), Reason.ASKED),
            sealed_from=f.optional("sealed_from", whole_number(1, 10**15), None),
        )


def _scanner(value: Value) -> ScannerSettings:
    with value.fields() as f:
        return ScannerSettings(f.required("socket", _socket, "-"))


def _signatures(value: Value, folder: Callable[[Value], Path]) -> SignatureSettings:
    with value.fields() as f:
        return SignatureSettings(f.optional("certificates", folder, None))


def _socket(value: Value) -> str:
    written = text(value)
    host, _, port = written.rpartition(":")
    if not (written.startswith("/") or (host and port.isdigit() and 0 < int(port) < 65536)):
        raise Refused(f'"{written}" is no socket of clamd', "write a path such as /run/clamav/clamd.ctl, or host:3310")
    return written


def _health(value: Value) -> HealthSettings:
    with value.fields() as f:
        return HealthSettings(
            oldest_mail_minutes=f.number("oldest_mail_minutes", 15, 1, 24 * 60),
            oldest_letter_minutes=f.number("oldest_letter_minutes", 60, 1, 7 * 24 * 60),
            host=f.optional("host", text, "127.0.0.1"),
            port=f.optional("port", whole_number(1, 65535), None),
            canary_minutes=f.optional("canary_minutes", whole_number(5, 24 * 60), None),
        )
