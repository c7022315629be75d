"""What every service works with: the council's files as values, the database, and the means to read and write mail."""

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Protocol

from townclerk.config.templates import TemplateSet
from townclerk.domain.authentication import Profile
from townclerk.domain.council import Council
from townclerk.domain.mail import File
from townclerk.domain.quoting import Written
from townclerk.domain.signature import Signature
from townclerk.domain.signing import Signer
from townclerk.mail.reading import Reading
from townclerk.store.database import Database


class Reader(Protocol):
    """Reads mail without harm: in another process, or, for trusted text, in this one."""

    async def get_ready(self) -> None:
        """So that the next mail is read at once. Raises ReaderUnavailable."""

    async def parse(self, source: bytes | Path) -> Reading: ...

    async def written(self, source: bytes | Path) -> Written: ...

    async def files(self, source: bytes | Path, limit_bytes: int) -> tuple[File, ...]: ...

    async def signature(self, source: bytes | Path, received_at: datetime, trusted: tuple[bytes, ...]) -> Signature: ...


class Scanner(Protocol):
    """Looks for viruses."""

    async def scan(self, content: bytes) -> str | None: ...


@dataclass(frozen=True, slots=True)
class Ways:
    """How this installation works, where that is neither policy nor law. The defaults are those of `deploy/townclerk.yaml`."""

    mailbox: str  # the name under which positions and mails are kept: the address
    from_name: str
    folders: tuple[str, ...] = ("INBOX",)
    sent_folder: str | None = None  # where mail lies that people send as the mailbox; None: it is not watched
    start_from: datetime | None = None  # None: the moment of the first connection
    signed_addresses: bool = True  # False: the host strips +tags, so Message-IDs carry the signature
    trusted_server: str | None = None  # whose Authentication-Results count; None: none is trusted
    authentication: Profile = "rfc8601"
    forward_limit: int = 10_000_000  # bytes of attachments that go with a letter to staff
    letters_per_hour: int = 500  # the brake: automatic letters to residents
    letters_per_address: int = 20  # automatic letters to one address in a day
    letters_of_a_kind: int = 20  # of those, of one kind
    letters_per_case: int = 100  # automatic letters to anybody outside, about one case in a day
    letters_per_day: int | None = None  # of every kind, to anybody: the provider's limit; None: none is known
    spool: Path | None = None  # where large mails lie while they are read
    own_addresses: frozenset[str] = field(default_factory=frozenset)


@dataclass(frozen=True, slots=True)
class Office:
    council: Council
    templates: TemplateSet
    db: Database
    reader: Reader
    signer: Signer
    ways: Ways
    scanner: Scanner | None = None  # None: nobody looks for viruses here
    # Certificates (DER) that signatures of mails are held against; none: they are not looked at.
    trusted: tuple[bytes, ...] = ()
