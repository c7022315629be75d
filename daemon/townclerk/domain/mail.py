"""What a mail is to us, once it has been read, and what we hand to the wire."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from townclerk.domain.spam_marks import HEADERS as SPAM_HEADERS

ADDRESS = re.compile(r"[^\s@<>,;:()]{1,64}@[^\s@<>,;:()]{1,255}\.[^\s@<>,;:().]{2,63}")
"""An address as an officer writes one down."""


@dataclass(frozen=True, slots=True)
class Address:
    """A person as a mail names them. `address` is as written; compare by `key`."""

    name: str
    address: str

    @property
    def key(self) -> str:
        """The address as it is compared: lower case."""
        return self.address.lower()

    @property
    def domain(self) -> str:
        return self.key.rpartition("@")[2]


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that came with a mail. `size` in bytes, decoded; `sha256` of the decoded bytes, hex. `inline`: it stands inside
    the page of the mail, as the logo of a signature does."""

    filename: str
    content_type: str
    size: int
    sha256: str
    inline: bool = False


@dataclass(frozen=True, slots=True)
class DeliveryReport:
    """One recipient of a delivery report (RFC 3464)."""

    recipient: str
    action: str  # failed, delayed, delivered, relayed, expanded
    status: str  # 5.1.1
    diagnostic: str


class MailKind(StrEnum):
    PERSON = "person"
    AUTO_REPLY = "auto_reply"
    BOUNCE = "bounce"
    LIST = "list"
    OWN = "own"


@dataclass(frozen=True, slots=True)
class IncomingMail:
    """A mail as read by the parser: values only, nothing of the library that read it.

    `text` is the whole text (made of the HTML where there is no plain part); `own_text` is what the sender wrote
    this time, without what they quoted, and without a signature such as "Sent from my iPhone".
    `date` is the Date header and counts for nothing; the time of receipt belongs to the mailbox (INTERNALDATE).
    `message_id`, `in_reply_to` and `references` keep their angle brackets.
    """

    sender: Address | None
    subject: str
    text: str
    own_text: str
    to: tuple[Address, ...] = ()
    cc: tuple[Address, ...] = ()
    reply_to: tuple[Address, ...] = ()
    delivered_to: tuple[str, ...] = ()  # Delivered-To, X-Original-To, Envelope-To
    return_path: str | None = None  # "" is the null sender; None: no such header
    message_id: str | None = None
    in_reply_to: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    date: datetime | None = None
    headers: dict[str, tuple[str, ...]] = field(default_factory=dict)  # SIGNAL_HEADERS, lower case -> values, topmost first
    content_type: str = "text/plain"
    report_type: str | None = None  # of a multipart/report
    reports: tuple[DeliveryReport, ...] = ()
    returned_message_ids: tuple[str, ...] = ()  # Message-IDs of the mail that a delivery report returns
    attachments: tuple[Attachment, ...] = ()
    defects: tuple[str, ...] = ()
    size: int = 0  # of the whole mail, in bytes
    content_hash: str = ""  # of what the sender wrote, the same for two deliveries of one mail

    @property
    def thread(self) -> tuple[str, ...]:
        """The mails that this one answers, nearest first, without repeats."""
        return tuple(dict.fromkeys([*self.in_reply_to, *reversed(self.references)]))

    @property
    def recipients(self) -> tuple[str, ...]:
        """Every address that this mail says it was sent to, lower case: the envelope's first."""
        named = [address.key for address in (*self.to, *self.cc)]
        return tuple(dict.fromkeys([*(address.lower() for address in self.delivered_to), *named]))


# Headers that say what sort of mail it is, or whether its sender was proven. The parser keeps these and no others.
SIGNAL_HEADERS = (
    *SPAM_HEADERS,
    "x-priority",
    "auto-submitted",
    "precedence",
    "x-autoreply",
    "x-autorespond",
    "x-auto-response-suppress",
    "x-loop",
    "x-townclerk",
    "list-id",
    "list-unsubscribe",
    "list-post",
    "list-help",
    "feedback-id",
    "authentication-results",
    "x-ms-exchange-organization-authas",
    "x-ms-exchange-inbox-rules-loop",
    "x-failed-recipients",
    "content-language",
    "importance",
)


@dataclass(frozen=True, slots=True)
class File:
    """A file that goes out with a mail."""

    filename: str
    content_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class OutgoingMail:
    """Everything that a mail of ours is made of, before MIME."""

    sender: Address
    to: Address
    subject: str
    text: str
    html: str
    message_id: str
    date: datetime
    reply_to: Address | None = None
    in_reply_to: str | None = None
    references: tuple[str, ...] = ()
    automatic: str | None = None  # the value of Auto-Submitted: auto-replied, auto-generated; None: a person wrote it
    files: tuple[File, ...] = ()
    headers: tuple[tuple[str, str], ...] = ()


class Raw(Protocol):
    """The bytes of a mail, wherever they lie. They are read in pieces: a mail may be larger than memory should hold."""

    @property
    def size(self) -> int: ...

    @property
    def sha256(self) -> str:
        """Of all the bytes, hex."""
        ...

    def chunks(self) -> Iterator[bytes]:
        """The bytes from the beginning, in pieces of at most a megabyte. May be called again."""
        ...

    def discard(self) -> None:
        """Give back whatever holds the bytes. May be called again."""
        ...


@dataclass(frozen=True, slots=True)
class Arrival:
    """A mail in a folder of the mailbox. `received_at` is its INTERNALDATE, aware. `raw` is None where only its place was
    asked for, because it is older than the day from which mail is answered."""

    folder: str
    uidvalidity: int
    uid: int
    received_at: datetime
    message_id: str | None
    raw: Raw | None
