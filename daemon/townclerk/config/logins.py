"""How we are let in: `auth` in townclerk.yaml, for the mailbox and for the server that letters are handed to."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from urllib.parse import urlsplit

from townclerk.config.reading import Fields, Refused, Value, suggest, text, word_of
from townclerk.config.secrets import Secret, SecretKind, beside, secret

MICROSOFT_AUTHORITY = "https://login.microsoftonline.com"
GOOGLE_TOKEN_URL = "https://oauth2.googleapis.com/token"  # noqa: S105 - an address
NO_SECRET = Secret(SecretKind.ENV, "-")  # a stand-in, see config.reading


class Mechanism(StrEnum):
    """How a token is shown to a mail server: as Microsoft and Google want it, or as RFC 7628 says."""

    XOAUTH2 = "xoauth2"
    OAUTHBEARER = "oauthbearer"


@dataclass(frozen=True, slots=True)
class PasswordLogin:
    secret: Secret

    @property
    def secrets(self) -> tuple[Secret, ...]:
        return (self.secret,)


@dataclass(frozen=True, slots=True)
class MicrosoftLogin:
    """Microsoft 365 with the client-credentials flow: an application of the tenant, with a secret of its own. `authority` is
    another where the tenant is in a national cloud."""

    tenant: str
    client_id: str
    secret: Secret
    authority: str = MICROSOFT_AUTHORITY
    ca_file: Path | None = None

    @property
    def secrets(self) -> tuple[Secret, ...]:
        return (self.secret,)


@dataclass(frozen=True, slots=True)
class GoogleLogin:
    """Google Workspace with a service account, whose key file is the secret."""

    service_account: Secret
    ca_file: Path | None = None

    @property
    def secrets(self) -> tuple[Secret, ...]:
        return (self.service_account,)


@dataclass(frozen=True, slots=True)
class OidcLogin:
    """Any token endpoint of OAuth2: by the client's own credentials, or by a refresh token that somebody has granted."""

    token_url: str
    client_id: str
    secret: Secret | None = None
    refresh_token: Secret | None = None
    scope: str | None = None
    mechanism: Mechanism = Mechanism.XOAUTH2
    ca_file: Path | None = None

    @property
    def secrets(self) -> tuple[Secret, ...]:
        return tuple(each for each in (self.secret, self.refresh_token) if each is not None)


TokenLogin = MicrosoftLogin | GoogleLogin | OidcLogin
Login = PasswordLogin | TokenLogin


class LoginKind(StrEnum):
    PASSWORD = "password"  # noqa: S105 - the word in the file, not a password
    MICROSOFT = "microsoft"
    GOOGLE = "google"
    OIDC = "oidc"


def login(value: Value) -> Login:
    """One `auth`, of whichever kind."""
    with value.fields() as f:
        match f.required("kind", _kind, LoginKind.PASSWORD):
            case LoginKind.PASSWORD:
                return PasswordLogin(f.required("secret", secret, NO_SECRET))
            case LoginKind.MICROSOFT:
                return MicrosoftLogin(
                    tenant=f.text("tenant"),
                    client_id=f.text("client_id"),
                    secret=f.required("secret", secret, NO_SECRET),
                    authority=f.optional("authority", _https, MICROSOFT_AUTHORITY).rstrip("/"),
                    ca_file=f.optional("ca_file", _file, None),
                )
            case LoginKind.GOOGLE:
                return _google(f)
            case LoginKind.OIDC:
                return _oidc(f)


def _kind(value: Value) -> LoginKind:
    """What stands there in plain text is not repeated: people write the password behind `kind: password` too."""
    written, known = text(value), [kind.value for kind in LoginKind]
    if written not in known:
        raise Refused("that is no way to log in that townclerk knows", suggest(written, known))
    return LoginKind(written)


def _google(f: Fields) -> Login:
    """A service account, or a grant of the mailbox's own account."""
    if not f.has("refresh_token"):
        account = f.required("service_account", secret, NO_SECRET)
        return GoogleLogin(account, f.optional("ca_file", _file, None))
    return OidcLogin(
        token_url=GOOGLE_TOKEN_URL,
        client_id=f.text("client_id"),
        secret=f.required("secret", secret, NO_SECRET),
        refresh_token=f.required("refresh_token", secret, NO_SECRET),
        ca_file=f.optional("ca_file", _file, None),
    )


def _oidc(f: Fields) -> OidcLogin:
    found = OidcLogin(
        token_url=f.required("token_url", _https, "https://-"),
        client_id=f.text("client_id"),
        secret=f.optional("secret", secret, None),
        refresh_token=f.optional("refresh_token", secret, None),
        scope=f.optional("scope", text, None),
        mechanism=f.optional("mechanism", word_of(Mechanism), Mechanism.XOAUTH2),
        ca_file=f.optional("ca_file", _file, None),
    )
    if not (f.has("secret") or f.has("refresh_token")):
        f.fault("secret", "is missing: nothing would prove who asks", "write secret, refresh_token, or both")
    return found


def _https(value: Value) -> str:
    written = text(value)
    try:
        parts = urlsplit(written)
        sound = parts.scheme == "https" and bool(parts.hostname) and "@" not in parts.netloc
    except ValueError:
        sound = False
    if not sound:  # and it is not repeated: a password may stand in it
        raise Refused(
            "is not an address that a secret may be sent to", "write one that begins with https://, without a password"
        )
    return written


def _file(value: Value) -> Path:
    path = beside(value, text(value))
    if not path.is_file():
        raise Refused(f"there is no file {path}", "write it, correct the path, or take the line out")
    return path
