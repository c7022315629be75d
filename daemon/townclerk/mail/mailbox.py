"""Reading a mailbox: what arrived after a place in a folder, and a hint when to look again."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal, Protocol

from townclerk.domain.mail import Arrival

_FIRST_BACKOFF, _LONGEST_BACKOFF = 1.0, 300.0  # seconds


@dataclass(frozen=True, slots=True)
class Batch:
    """What stands in `folder` after the place that was asked for, in UID order.

    `highest_uid` is the place to move to once the batch is safe: it may lie above the last arrival, where mails were
    deleted in between. `uidvalidity` differs from the one asked with where the server has numbered the folder anew; the
    batch then begins with the first mail. `more`: ask again at once.
    """

    folder: str
    uidvalidity: int
    arrivals: tuple[Arrival, ...]
    highest_uid: int
    more: bool = False


class Mailbox(Protocol):
    """The way in. Every method may raise MailboxTrouble; the call after that begins with a new connection."""

    async def arrivals(self, folder: str, uidvalidity: int | None, last_uid: int, since: datetime, limit: int) -> Batch:
        """The mails above *last_uid*, at most *limit* of them with their bytes; fewer where they are large.

        A mail received before *since* (aware) comes without its bytes and does not count towards *limit*. *uidvalidity*
        None: nothing is known of the folder yet. Whoever takes a batch discards each `raw` of it when done.
        Raises MailboxFolderMissing.
        """
        ...

    async def folders(self, wanted: Iterable[str]) -> tuple[str, ...]:
        """Those of *wanted* that the mailbox does not have."""
        ...

    async def wait(self, folder: str, seconds: float) -> bool:
        """Wait until something may have arrived in *folder*, for at most *seconds*. Only a hint: look, whatever it says.

        True: the server spoke of a new mail. It may return early. Ends at once when it is cancelled, or when another
        method of the same mailbox is called. Raises MailboxFolderMissing.
        """
        ...

    async def capabilities(self) -> frozenset[str]:
        """What the server says it can do, in capitals."""
        ...

    async def close(self) -> None:
        """Say goodbye. May be called again; no other method may be called after it."""
        ...


@dataclass(frozen=True, slots=True)
class ImapSettings:
    """Where the mailbox is. `secret` is asked before each connection for the password or the token, in the connection's own
    thread, and may raise CredentialUnavailable; `refused` is told where the server does not accept what it gave. Times are in
    seconds. `ca_file` None: the certificates that this machine trusts."""

    host: str
    port: int
    user: str
    secret: Callable[[], str]
    security: Literal["tls", "starttls", "none"] = "tls"
    auth: Literal["password", "xoauth2", "oauthbearer"] = "password"
    ca_file: Path | None = None
    connect_timeout: float = 20
    read_timeout: float = 60
    refused: Callable[[], None] | None = None


def backoff(failures: int, random: Callable[[], float]) -> float:
    """Seconds to wait after *failures* troubles in a row (from 1 on): doubling, up to five minutes, and never the same for
    two daemons. *random* gives a number from 0 to 1."""
    longest = min(_LONGEST_BACKOFF, _FIRST_BACKOFF * 2.0 ** min(max(failures, 1) - 1, 30))
    return longest * (0.5 + 0.5 * random())
