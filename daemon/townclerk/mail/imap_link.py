"""One IMAP connection, as its thread sees it: everything here blocks.

Of the library's two ways to learn of new mail in IDLE, `idle_check` is never used: it spins for ever on a closed
connection, and gives up on a line that comes in two segments. We poll the socket and then end the IDLE, which reads
whole lines within the read timeout.
"""

import contextlib
import imaplib
import logging
import re
import select
import socket
import ssl
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from imapclient import IMAPClient, SocketTimeout
from imapclient.exceptions import LoginError

from townclerk.domain.mail import Arrival, Raw
from townclerk.mail.credentials import secret_of, without_secret
from townclerk.mail.errors import (
    CredentialUnavailable,
    MailboxDown,
    MailboxFolderMissing,
    MailboxLoginRefused,
    MailboxTrouble,
    without_addresses,
)
from townclerk.mail.mailbox import Batch, ImapSettings
from townclerk.mail.spool import PIECE, MemoryRaw, Spool
from townclerk.mail.tls import tls_fault, trusting

# The library logs whole mails at DEBUG.
logging.getLogger("imapclient").setLevel(logging.WARNING)

LARGE = 1_000_000  # bytes: from here on a mail goes through a file
_BATCH_BYTES = 8_000_000  # a batch ends once its mails are larger than this together
_BODIES = 50  # mails whose bodies are asked for at once
_PLACES = 200  # mails whose size, date and id are asked for at once
_LOOKED_AT = 1000  # mails in one batch, old ones included
_FIRST_IDLE = 1.0  # seconds
_PLACE_ITEMS = ("RFC822.SIZE", "INTERNALDATE", "BODY.PEEK[HEADER.FIELDS (MESSAGE-ID)]")
_FOR_NOW = re.compile(r"\[(UNAVAILABLE|INUSE|LIMIT|SERVERBUG)")
_MESSAGE_ID = re.compile(rb"<[^<>\s]+>")
_MESSAGE_ID_LINE = re.compile(rb"(?im)^message-id[ \t]*:[^\n]*\n(?:[ \t][^\n]*\n)*")
_SHAPE_HEADER = re.compile(rb"(?im)^(?:content-[^:\r\n]*|mime-version)\s*:[^\n]*\n(?:[ \t][^\n]*(?:\n|\Z))*")
_NOT_HANDED_OUT = b"The mail server did not hand out the body of this mail. Please read it in the mailbox itself.\r\n"


@dataclass(frozen=True, slots=True)
class _Place:
    uid: int
    size: int
    received_at: datetime
    message_id: str | None
    old: bool


@dataclass(slots=True)
class _Plan:
    """The mails of one batch, chosen by what their places say."""

    last: int
    limit: int
    places: list[_Place] = field(default_factory=list)
    size: int = 0
    fresh: int = 0

    def takes(self, place: _Place) -> bool:
        if len(self.places) >= _LOOKED_AT:
            return False
        if not place.old:
            if self.fresh and (self.fresh >= self.limit or self.size + place.size > _BATCH_BYTES):
                return False
            self.fresh += 1
            self.size += place.size
        self.places.append(place)
        return True


class ImapLink:
    """A connection that is logged in. After any exception but MailboxFolderMissing it must be hung up."""

    def __init__(self, client: Any, read_timeout: float, spool_folder: Path | None) -> None:
        self._client = client
        self._read_timeout = read_timeout
        self._spool_folder = spool_folder
        self._selected: str | None = None
        self._uidvalidity = 0
        self._next: dict[str, tuple[int, int]] = {}  # folder -> UIDVALIDITY, the UID that a new mail will have or exceed

    @classmethod
    def open(cls, settings: ImapSettings, spool_folder: Path | None = None) -> "ImapLink":
        """Connect and log in. Raises MailboxLoginRefused, CredentialUnavailable, and whatever the library raises."""
        secret = secret_of(settings.secret)  # before anything else: a server waits for no slow source of tokens
        context = None if settings.security == "none" else trusting(settings.ca_file)
        client = IMAPClient(
            settings.host,
            settings.port,
            ssl=settings.security == "tls",
            ssl_context=context,
            timeout=SocketTimeout(settings.connect_timeout, settings.read_timeout),
        )
        try:
            # The library sends SEARCH in two small writes, which without this cost 44 ms each.
            client.socket().setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            client.normalise_times = False
            if settings.security == "starttls":
                _secure(client, context)
            _log_in(client, settings, secret)
        except BaseException:
            _shut(client)
            raise
        return cls(client, settings.read_timeout, spool_folder)

    # --- reading -----------------------------------------------------------------------------------------------------

    def arrivals(self, folder: str, uidvalidity: int | None, last_uid: int, since: datetime, limit: int) -> Batch:
        """See `Mailbox.arrivals`."""
        if self._selected == folder:
            self._client.noop()  # a SEARCH finds what the session knows of; it hears of new mail at the end of a command
        self._select(folder)
        last = last_uid if uidvalidity == self._uidvalidity else 0
        self._announced()  # what was announced before the search, the search finds
        # n:* names the last mail even where it lies below n
        uids = sorted(uid for uid in self._client.search(["UID", f"{last + 1}:*"]) if uid > last)
        if uids:
            self._next[folder] = (self._uidvalidity, max(uids[-1] + 1, self._next[folder][1]))
        plan = self._planned(uids, last, since, limit)
        bodies = self._bodies([place for place in plan.places if not place.old])
        arrivals = tuple(
            Arrival(folder, self._uidvalidity, place.uid, place.received_at, place.message_id, bodies.get(place.uid))
            for place in plan.places
            if place.old or place.uid in bodies
        )
        return Batch(folder, self._uidvalidity, arrivals, plan.last, bool(uids) and plan.last < uids[-1])

    def missing(self, wanted: Iterable[str]) -> tuple[str, ...]:
        """Those of *wanted* that the server does not list as folders that can be opened."""
        there = {
            name for flags, _, name in self._client.list_folders() if b"\\noselect" not in {flag.lower() for flag in flags}
        }
        return tuple(name for name in wanted if name not in there and name.upper() != "INBOX")

    def capabilities(self) -> frozenset[str]:
        return frozenset(name.decode("ascii", "replace").upper() for name in self._client.capabilities())

    def _select(self, folder: str) -> bool:
        """Open *folder* for reading only; whether it has grown since it was last looked at."""
        if self._selected == folder:
            return False
        self._selected = None
        try:
            opened = self._client.select_folder(folder, readonly=True)
        except imaplib.IMAP4.abort:
            raise
        except imaplib.IMAP4.error as exc:
            if self.missing([folder]):
                raise MailboxFolderMissing(folder) from exc
            raise
        self._selected, self._uidvalidity = folder, opened[b"UIDVALIDITY"]
        now = (self._uidvalidity, opened.get(b"UIDNEXT", 0))
        before = self._next.get(folder, now)
        self._next[folder] = now if now[0] != before[0] else max(now, before)
        self._announced()  # SELECT itself says how many there are
        return now > before if now[0] == before[0] else True

    def _planned(self, uids: Sequence[int], last: int, since: datetime, limit: int) -> _Plan:
        plan = _Plan(last, limit)
        received_at = since  # for a mail whose INTERNALDATE cannot be read: the date of the mail before it
        for some in _lists(uids, _PLACES):
            found = self._fetch(some, _PLACE_ITEMS)
            for uid in some:
                if uid in found:  # else: deleted in between
                    place = _place_of(uid, found[uid], received_at, since)
                    if not plan.takes(place):
                        return plan
                    received_at = place.received_at
                plan.last = uid
        return plan

    def _bodies(self, places: Sequence[_Place]) -> dict[int, Raw]:
        """The bytes of each that is still there. A file is left behind by none that fails."""
        bodies: dict[int, Raw] = {}
        try:
            for some in _lists([place.uid for place in places if place.size < LARGE], _BODIES):
                for uid, data in self._fetch(some, ["BODY.PEEK[]"]).items():
                    body = _body_of(data)
                    bodies[uid] = MemoryRaw(self._stand_in(uid) if body is None else body)
            for place in places:
                if place.size >= LARGE and (raw := self._streamed(place)) is not None:
                    bodies[place.uid] = raw
        except BaseException:
            for raw in bodies.values():
                raw.discard()
            raise
        return bodies

    def _streamed(self, place: _Place) -> Raw | None:
        """A large mail, piece by piece into a file; None where it is gone."""
        with Spool(self._spool_folder) as spool:
            while True:
                found = self._fetch([place.uid], [f"BODY.PEEK[]<{spool.size}.{PIECE}>"])
                if place.uid not in found:
                    spool.discard()
                    return None
                piece = _body_of(found[place.uid])
                if piece is None and spool.size == 0:
                    spool.discard()
                    return MemoryRaw(self._stand_in(place.uid))
                spool.write(piece or b"")
                # RFC822.SIZE is a guess on some servers, so a short piece within it is asked on until one comes empty.
                if not piece or (len(piece) < PIECE and spool.size >= place.size):
                    return spool.finish()

    def _fetch(self, uids: Sequence[int], items: Sequence[str]) -> dict[int, dict[bytes, Any]]:
        """What the server hands out. A mail that is gone is missing; one that the server refuses to hand out is empty.

        A single such mail makes some servers refuse the whole list, so that it is then asked for one by one.
        """
        try:
            return dict(self._client.fetch(list(uids), list(items)))
        except imaplib.IMAP4.error as exc:
            if not _is_no(exc):
                raise
        self._client.noop()  # lets a deletion by somebody else take effect
        if len(uids) > 1:
            return {uid: data for one in uids for uid, data in self._fetch([one], items).items()}
        try:
            return dict(self._client.fetch(list(uids), list(items)))
        except imaplib.IMAP4.error as exc:
            if not _is_no(exc):
                raise
            return {uids[0]: {}}

    def _stand_in(self, uid: int) -> bytes:
        """For a mail whose body the server refuses: its headers, if they can be had, and a line that says so."""
        headers = _body_of(self._fetch([uid], ["BODY.PEEK[HEADER]"]).get(uid, {})) or b""
        return _SHAPE_HEADER.sub(b"", headers).rstrip(b"\r\n") + b"\r\n\r\n" + _NOT_HANDED_OUT

    # --- waiting -----------------------------------------------------------------------------------------------------

    def wait(self, folder: str, seconds: float, wake: socket.socket) -> bool:
        """See `Mailbox.wait`. Anything that can be read from *wake* ends it."""
        try:
            if self._select(folder):
                return True
            if not self._client.has_capability("IDLE"):
                select.select([wake], [], [], seconds)
                self._client.noop()
                return self._announced()
            return self._hears(seconds, wake)
        finally:
            with contextlib.suppress(BlockingIOError):
                wake.recv(4096)

    def _hears(self, seconds: float, wake: socket.socket) -> bool:
        """Whether the server tells of a mail. Some tell in IDLE nothing of what came just before it, so the first is short."""
        for part in (min(seconds, _FIRST_IDLE), seconds - _FIRST_IDLE):
            self._client.noop()
            if self._announced():
                return True
            if part <= 0:
                return False
            ended = self._idle(part, wake)
            if self._announced():
                return True
            if ended:
                return False
        return False

    def _idle(self, seconds: float, wake: socket.socket) -> bool:
        """IDLE until the server speaks, *seconds* are over, or *wake* can be read: only the last is True."""
        self._client.idle()
        poll = select.poll()
        poll.register(self._client.socket().fileno(), select.POLLIN | select.POLLHUP | select.POLLERR)
        poll.register(wake.fileno(), select.POLLIN)
        ready = [] if self._has_read_ahead() else poll.poll(int(seconds * 1000))
        self._client.idle_done()
        return any(number == wake.fileno() for number, _ in ready)

    def _announced(self) -> bool:
        """Whether the server has told the number of mails since this was last asked: it may do so within any command."""
        _, numbers = self._client._imap.response("EXISTS")
        return any(number is not None for number in numbers)

    def _has_read_ahead(self) -> bool:
        """Whether something has been read from the socket and not yet been looked at, so that poll() would not see it."""
        sock = self._client.socket()
        sock.settimeout(0)
        try:
            return bool(self._client._imap.file.peek(1))
        except (BlockingIOError, ssl.SSLWantReadError):
            return False
        finally:
            sock.settimeout(self._read_timeout)

    # --- the end -----------------------------------------------------------------------------------------------------

    def log_out(self) -> None:
        """Say goodbye; whether it is heard does not matter any more."""
        with contextlib.suppress(imaplib.IMAP4.error, OSError, ValueError, AttributeError):
            self._client.socket().settimeout(min(1.0, self._read_timeout))
            self._client.logout()

    def hang_up(self) -> None:
        """Close the connection without a word. May be called again."""
        _shut(self._client)

    def cut(self) -> None:
        """From another thread: make whatever waits for the server fail now."""
        with contextlib.suppress(OSError, ValueError):
            socket.socket.shutdown(self._client.socket(), socket.SHUT_RDWR)


def trouble_of(exc: Exception) -> MailboxTrouble:
    """*exc* of the library in our words. What may hold a part of a mail is not repeated."""
    match exc:
        case MailboxTrouble():
            return exc
        case CredentialUnavailable():
            return MailboxDown(str(exc))
        case TimeoutError():
            return MailboxDown("the mailbox server did not answer in time")
        case ssl.SSLError():
            return MailboxDown(str(tls_fault(exc, "the mailbox server")))
        case OSError():
            return MailboxDown(f"the mailbox server cannot be reached: {exc.strerror or type(exc).__name__}")
        case imaplib.IMAP4.abort():
            return MailboxDown("the connection to the mailbox server was lost")
        case imaplib.IMAP4.error() if " failed: " in str(exc) or " command error: " in str(exc):
            return MailboxTrouble(f"the mailbox server refused: {without_addresses(str(exc))}")
    return MailboxTrouble(f"the answer of the mailbox server was not understood ({type(exc).__name__})")


def _secure(client: Any, context: ssl.SSLContext | None) -> None:
    """STARTTLS. Raises MailboxDown where the server has none: nothing is then said to it."""
    if not client.has_capability("STARTTLS"):
        raise MailboxDown(
            "the mailbox server offers no STARTTLS, and nothing goes to it unprotected: it lacks it, or somebody on the way "
            "takes it out; see mailbox.security (tls on port 993)"
        )
    client.starttls(context)


def _log_in(client: Any, settings: ImapSettings, secret: str) -> None:
    _refuse_what_is_not_offered(client, settings)
    try:
        if settings.auth == "xoauth2":
            client.oauth2_login(settings.user, secret)
        elif settings.auth == "oauthbearer":
            client.oauthbearer_login(settings.user, secret)
        elif (settings.user + secret).isascii():
            client.login(settings.user, secret)
        else:  # LOGIN can carry ASCII alone
            client.plain_login(settings.user, secret)
    except LoginError as exc:
        text = without_addresses(without_secret(str(exc), secret))
        if isinstance(exc.__context__, imaplib.IMAP4.abort):
            raise MailboxDown("the connection to the mailbox server was lost while logging in") from exc
        if _FOR_NOW.search(text):
            raise MailboxTrouble(f"the mailbox server does not let us in for now: {text}") from exc
        if settings.refused is not None:
            settings.refused()
        raise MailboxLoginRefused(f"the mailbox server refuses the login: {text}") from exc


def _refuse_what_is_not_offered(client: Any, settings: ImapSettings) -> None:
    """A password or token is not sent to a server that says beforehand that it takes none. Raises MailboxLoginRefused."""
    offered = {name.decode("ascii", "replace").upper() for name in client.capabilities()}
    if settings.auth == "password":
        if "LOGINDISABLED" in offered:
            raise MailboxLoginRefused(
                "the mailbox server takes no password (LOGINDISABLED): it wants a token (mailbox.auth, kind microsoft, google "
                "or oidc), or a protected connection (mailbox.security: tls)"
            )
        return
    known = sorted(name.removeprefix("AUTH=") for name in offered if name.startswith("AUTH="))
    if known and settings.auth.upper() not in known:
        raise MailboxLoginRefused(
            f"the mailbox server takes no token by {settings.auth.upper()}; it takes {', '.join(known)}: see mechanism in auth"
        )


def _shut(client: Any) -> None:
    with contextlib.suppress(OSError, ValueError):
        client.shutdown()


def _is_no(exc: imaplib.IMAP4.error) -> bool:
    return str(exc).startswith("fetch failed")


def _lists(uids: Sequence[int], size: int) -> Iterator[Sequence[int]]:
    return (uids[start : start + size] for start in range(0, len(uids), size))


def _place_of(uid: int, data: dict[bytes, Any], before: datetime, since: datetime) -> _Place:
    received_at = data.get(b"INTERNALDATE") or before
    aware = received_at.astimezone(UTC) if received_at.tzinfo else received_at.replace(tzinfo=UTC)
    return _Place(uid, data.get(b"RFC822.SIZE", 0), aware, _message_id_of(data), aware < since)


def _message_id_of(data: dict[bytes, Any]) -> str | None:
    header = next((value for key, value in data.items() if key.startswith(b"BODY[HEADER.FIELDS")), None) or b""
    return message_id_in(header + b"\n")


def message_id_in(header: bytes) -> str | None:
    """The Message-ID of a header block, with its angle brackets."""
    line = _MESSAGE_ID_LINE.search(header.partition(b"\n\n")[0].partition(b"\r\n\r\n")[0] + b"\n")
    found = _MESSAGE_ID.search(line[0]) if line else None
    return found[0].decode("utf-8", "replace") if found else None


def _body_of(data: dict[bytes, Any]) -> bytes | None:
    """The bytes of a body or a piece of it; None where the server gave none at all."""
    return next((value for key, value in data.items() if key.startswith((b"BODY[]", b"BODY[HEADER]"))), None)
