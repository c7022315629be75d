"""Sending: one mail to one recipient, and an honest answer to "was it accepted?".

The dialogue is spoken command by command, because the library's own `sendmail` cannot say whether a connection broke
before the final dot (try again) or after it (it may have been accepted).
"""

import asyncio
import contextlib
import re
import ssl
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

import aiosmtplib
from aiosmtplib.protocol import normalize_message_line_endings

from townclerk.domain.addressing import NotAnAddress, WireAddress, wire_address
from townclerk.mail.credentials import bearer, secret_of, without_secret
from townclerk.mail.errors import CredentialUnavailable, Refused, TransportDown, TransportLoginRefused, TryLater, Unknown
from townclerk.mail.tls import tls_fault, trusting

_DOT_AT_LINE_START = re.compile(rb"(?m)^\.")
_STATUS = re.compile(r"(?:^|\s)([245]\.\d{1,3}\.\d{1,3})(?:\s|$)")
# Out of step, going away, too fast (432, as Exchange says it), or we must log in first or in another way: the connection's
# fault, and true of every mail.
_NOT_THE_MAILS_FAULT = frozenset({421, 432, 503, 530, 534, 535, 538})
_NO_STARTTLS = (
    "the mail server offers no STARTTLS, and nothing goes to it unprotected: it lacks it, or somebody on the way takes it out; "
    "see smtp.security (tls on port 465)"
)


class Transport(Protocol):
    """The way out."""

    async def send(self, envelope_from: str, recipient: str, raw: bytes) -> str:
        """Hand over one mail and return the server's answer. `envelope_from` "" is the null sender.

        Raises TryLater, TransportDown (a TryLater that says nothing about this mail), Refused or Unknown.
        """
        ...

    async def check(self) -> None:
        """Connect, log in and say NOOP. Raises TransportDown."""
        ...

    async def close(self) -> None:
        """Say goodbye once a mail that is being sent is done. May be called again."""
        ...


@dataclass(frozen=True, slots=True)
class SmtpSettings:
    """Where and how to send. `user` None: the server wants no login. `secret` is asked before each connection for the
    password or the token, outside the event loop, and may raise CredentialUnavailable; `refused` is told where the server
    does not accept what it gave. `quota_words`: a refusal (5xx) with one of them speaks of what we have sent in all, not of
    this mail. Times are in seconds; `accept_timeout` runs from the beginning of the mail to the server's word on it, and is
    long because giving up there means not knowing.
    """

    host: str
    port: int
    security: Literal["tls", "starttls", "none"] = "starttls"
    user: str | None = None
    secret: Callable[[], str] | None = None
    auth: Literal["password", "xoauth2", "oauthbearer"] = "password"
    ca_file: Path | None = None
    hello: str | None = None  # the name we give in EHLO; None: this machine's full name
    connect_timeout: float = 20
    read_timeout: float = 60
    accept_timeout: float = 600
    refused: Callable[[], None] | None = None
    quota_words: tuple[str, ...] = ()


class SmtpTransport:
    """One connection, used again for each mail, and given up as soon as it may be out of step."""

    def __init__(self, settings: SmtpSettings) -> None:
        self._settings = settings
        self._smtp: aiosmtplib.SMTP | None = None
        self._turn = asyncio.Lock()

    async def send(self, envelope_from: str, recipient: str, raw: bytes) -> str:
        """See `Transport.send`. Calls made at the same time wait for one another. After a cancel the connection is dropped."""
        sender = None if envelope_from == "" else _checked(envelope_from, "5.1.7", "the sender")
        to = _checked(recipient, "5.1.3", "the recipient")
        async with self._turn:
            smtp = await self._ready()
            try:
                with _translated(self._settings.quota_words):
                    return await self._hand_over(smtp, sender, to, raw)
            except (TransportDown, Unknown, asyncio.CancelledError):
                self._drop()
                raise

    async def check(self) -> None:
        """Connect, log in and say NOOP. Raises TransportDown."""
        async with self._turn:
            smtp = await self._ready()
            try:
                with _translated():
                    await smtp.noop()
            except (TryLater, Refused, Unknown) as exc:
                self._drop()
                raise TransportDown(getattr(exc, "code", 0), exc.text) from exc
            except asyncio.CancelledError:
                self._drop()
                raise

    async def close(self) -> None:
        """Say goodbye once a mail that is being sent is done. May be called again."""
        async with self._turn:
            if self._smtp is not None and self._smtp.is_connected:
                connection = self._smtp.transport
                with contextlib.suppress(aiosmtplib.SMTPException, OSError):
                    await self._smtp.quit(timeout=min(5, self._settings.read_timeout))
                _abort(connection)
            self._drop()

    async def _ready(self) -> aiosmtplib.SMTP:
        """A connection between two mails: the one we have, if it answers RSET, or a new one."""
        if self._smtp is not None:
            try:
                await self._smtp.rset()
            except (aiosmtplib.SMTPException, OSError):
                self._drop()  # closed by the server while idle: usual, and no news
            except asyncio.CancelledError:
                self._drop()
                raise
        if self._smtp is None:
            self._smtp = await _connected(self._settings)
        return self._smtp

    async def _hand_over(self, smtp: aiosmtplib.SMTP, sender: WireAddress | None, to: WireAddress, raw: bytes) -> str:
        utf8 = to.needs_utf8 or (sender is not None and sender.needs_utf8)
        if utf8 and not smtp.supports_extension("smtputf8"):
            raise Refused(550, "5.6.7", "the address is not in ASCII, and the mail server takes no such address (SMTPUTF8)")
        wire = normalize_message_line_endings(raw)
        options = [f"SIZE={len(wire)}"] if smtp.supports_extension("size") else []
        encoding = "utf-8" if utf8 else "ascii"
        await smtp.mail(str(sender or ""), options=[*options, "SMTPUTF8"] if utf8 else options, encoding=encoding)
        await smtp.rcpt(str(to), encoding=encoding)
        begin = await smtp.execute_command(b"DATA")
        if begin.code != aiosmtplib.SMTPStatus.start_input or smtp.protocol is None:
            raise aiosmtplib.SMTPDataError(begin.code, begin.message)
        return await self._after_the_dot(smtp.protocol, _DOT_AT_LINE_START.sub(b"..", wire) + b".\r\n")

    async def _after_the_dot(self, protocol: aiosmtplib.protocol.SMTPProtocol, wire: bytes) -> str:
        """From the first byte of *wire* on, only the server's own word can say that it was not accepted."""
        protocol.write(wire)
        try:
            answer = await protocol.read_response(timeout=self._settings.accept_timeout)
        except (aiosmtplib.SMTPException, OSError) as exc:
            raise Unknown("the connection failed after the mail was handed over; it may have been accepted") from exc
        if 200 <= answer.code < 300:
            return f"{answer.code} {answer.message}"
        if not 400 <= answer.code < 600:
            raise Unknown("the answer to the mail was not understood; it may have been accepted")
        raise aiosmtplib.SMTPDataError(answer.code, answer.message)

    def _drop(self) -> None:
        if self._smtp is not None:
            _abort(self._smtp.transport)
            self._smtp.close()
            self._smtp = None


def _abort(connection: asyncio.BaseTransport | None) -> None:
    """Close *connection* now. A polite end in TLS would wait for the server's, for up to half a minute."""
    if isinstance(connection, asyncio.WriteTransport):
        connection.abort()


def _checked(address: str, status: str, whose: str) -> WireAddress:
    try:
        return wire_address(address)
    except NotAnAddress as exc:
        raise Refused(553, status, f"the address of {whose} is not a mail address") from exc


async def _connected(settings: SmtpSettings) -> aiosmtplib.SMTP:
    """A connection that has been greeted, secured and logged in. Raises TransportDown, TransportLoginRefused."""
    secret = await _secret_of(settings)
    smtp = aiosmtplib.SMTP(
        hostname=settings.host,
        port=settings.port,
        local_hostname=settings.hello,
        timeout=settings.read_timeout,
        use_tls=settings.security == "tls",
        start_tls=settings.security == "starttls",
        tls_context=None if settings.security == "none" else await _trusting(settings.ca_file),
    )
    try:
        await smtp.connect(timeout=settings.connect_timeout)
        if smtp.is_ehlo_or_helo_needed:
            await smtp.ehlo()
        if settings.user is not None:
            await _log_in(smtp, settings, settings.user, secret)
    except (aiosmtplib.SMTPException, OSError, ValueError) as exc:
        smtp.close()
        trouble = _connection_trouble(exc, secret)
        if isinstance(trouble, TransportLoginRefused) and settings.refused is not None:
            settings.refused()
        raise trouble from exc
    except (TransportDown, asyncio.CancelledError):
        smtp.close()
        raise
    return smtp


async def _log_in(smtp: aiosmtplib.SMTP, settings: SmtpSettings, user: str, secret: str) -> None:
    """Raises TransportLoginRefused where the server offers no such login, and what the library raises."""
    offered = smtp.server_auth_methods
    if settings.auth == "password":
        await _log_in_by_password(smtp, user, secret)
    elif settings.auth not in offered:
        names = ", ".join(sorted(name.upper() for name in offered)) or "no login at all"
        method = settings.auth.upper()
        raise TransportLoginRefused(
            0, f"the mail server takes no token by {method}; it takes {names}: see mechanism in smtp.auth, and security"
        )
    elif settings.auth == "xoauth2":
        await smtp.auth_xoauth2(user, secret)
    else:
        answer = await smtp.execute_command(b"AUTH", b"OAUTHBEARER", bearer(user, secret))
        if answer.code == aiosmtplib.SMTPStatus.auth_continue:  # the reason comes as a challenge, and wants a word (RFC 7628)
            answer = await smtp.execute_command(b"AQ==")
        if answer.code != aiosmtplib.SMTPStatus.auth_successful:
            raise aiosmtplib.SMTPAuthenticationError(answer.code, answer.message)


async def _log_in_by_password(smtp: aiosmtplib.SMTP, user: str, secret: str) -> None:
    if smtp.server_auth_methods and not smtp.supported_auth_methods:
        names = ", ".join(sorted(name.upper() for name in smtp.server_auth_methods))
        raise TransportLoginRefused(0, f"the mail server takes no password, but {names}: see kind in smtp.auth")
    await smtp.login(user, secret)


async def _secret_of(settings: SmtpSettings) -> str:
    if settings.user is None or settings.secret is None:
        return ""
    try:
        return await asyncio.to_thread(secret_of, settings.secret)
    except CredentialUnavailable as exc:
        raise TransportDown(0, str(exc)) from exc


async def _trusting(ca_file: Path | None) -> ssl.SSLContext:
    try:
        return await asyncio.to_thread(trusting, ca_file)
    except OSError as exc:
        raise TransportDown(0, f"the file of trusted certificates cannot be read ({type(exc).__name__})") from exc


def _connection_trouble(exc: Exception, secret: str) -> TransportDown:
    if isinstance(exc, aiosmtplib.SMTPAuthenticationError) and exc.code >= 500:
        return TransportLoginRefused(exc.code, without_secret(exc.message, secret))
    if isinstance(exc, aiosmtplib.SMTPResponseException):
        return TransportDown(max(exc.code, 0), without_secret(exc.message, secret))
    if fault := tls_fault(exc, "the mail server"):
        return TransportDown(0, fault)
    if "STARTTLS" in str(exc):
        return TransportDown(0, _NO_STARTTLS)
    if isinstance(exc, aiosmtplib.SMTPTimeoutError):
        return TransportDown(0, "the mail server did not answer in time")
    return TransportDown(0, f"the mail server could not be reached: {exc}")


@contextlib.contextmanager
def _translated(quota_words: tuple[str, ...] = ()) -> Iterator[None]:
    """What the library raises before the final dot, and what the server says at any time, in our words."""
    try:
        yield
    except aiosmtplib.SMTPResponseException as exc:
        raise _verdict(exc.code, exc.message, quota_words) from exc
    except aiosmtplib.SMTPTimeoutError as exc:
        raise TransportDown(0, "the mail server did not answer in time") from exc
    except (aiosmtplib.SMTPException, OSError, ValueError) as exc:
        raise TransportDown(0, "the connection to the mail server was lost") from exc


def _verdict(code: int, text: str, quota_words: tuple[str, ...]) -> TryLater | Refused:
    if code in _NOT_THE_MAILS_FAULT or not 400 <= code < 600 or any(word in text for word in quota_words):
        return TransportDown(max(code, 0), text)
    if code < 500:
        return TryLater(code, text)
    status = _STATUS.search(text)
    return Refused(code, status[1] if status else "", text)
