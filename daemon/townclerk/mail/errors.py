"""What can go wrong on the wire.

    WireTrouble
    ├── MailboxTrouble            nothing is lost: try again after a back-off
    │   ├── MailboxDown           no connection, or it was lost
    │   ├── MailboxLoginRefused   the server is there and does not let us in: a person must look
    │   └── MailboxFolderMissing  the connection is sound, the folder is not there
    ├── SendTrouble
    │   ├── TryLater              this mail was not accepted now
    │   │   └── TransportDown     no mail can be sent now; says nothing about this one
    │   │       └── TransportLoginRefused
    │   ├── Refused               this mail will never be accepted as it is
    │   └── Unknown               it may have been accepted: the same Message-ID must be used again
    ├── CredentialUnavailable     no password or token could be had to log in with
    ├── MailUnreadable            what somebody wrote cannot be made out of their mail: a person must look at it
    ├── NotComposable             a mail of ours cannot be written down
    └── DemoNotInstalled          the embedded servers are not installed

`str()` of any of them carries no address and no secret, so it may be logged.
"""

import re

_ADDRESS = re.compile(r"[^\s<>()\[\]\"',;:]+@[^\s<>()\[\]\"',;:]+")
_LONGEST = 300


def without_addresses(text: str) -> str:
    """*text* on one line, short, and with every mail address in it left out."""
    return _ADDRESS.sub("(address)", " ".join(text.split()))[:_LONGEST]


class WireTrouble(Exception):
    """Everything below. The message holds no address and no secret."""


class CredentialUnavailable(WireTrouble):
    """No password or token could be had: no server has been asked to let us in. The message says why, where and what to do."""


class MailUnreadable(WireTrouble):
    """A mail cannot be read as it must be to act on it. The message says why, without a word of the mail itself."""


class MailboxTrouble(WireTrouble):
    """The mailbox could not be read now. The next call connects anew."""


class MailboxDown(MailboxTrouble):
    """There is no connection, or it was lost."""


class MailboxLoginRefused(MailboxTrouble):
    """The server does not accept the user, the password or the token."""


class MailboxFolderMissing(MailboxTrouble):
    """The server has no such folder. The connection is kept."""

    def __init__(self, folder: str) -> None:
        super().__init__(f"the mailbox has no folder {folder!r}")
        self.folder = folder


class SendTrouble(WireTrouble):
    """A mail was not accepted, or nobody knows. `text` is the server's own answer and may hold addresses."""

    def __init__(self, text: str) -> None:
        super().__init__(without_addresses(text))
        self.text = text


class TryLater(SendTrouble):
    """Not accepted now (4xx). `code` is 0 where there was no answer at all."""

    def __init__(self, code: int, text: str) -> None:
        super().__init__(text)
        self.code = code

    def __str__(self) -> str:
        return f"{self.code} {without_addresses(self.text)}" if self.code else without_addresses(self.text)


class TransportDown(TryLater):
    """The server cannot be used now: the trouble is the connection's, not the mail's."""


class TransportLoginRefused(TransportDown):
    """The server does not accept the user, the password or the token."""


class Refused(SendTrouble):
    """This mail will not be accepted (5xx). `status` is the enhanced status code ("5.1.1"), or "" where none was given."""

    def __init__(self, code: int, status: str, text: str) -> None:
        super().__init__(text)
        self.code = code
        self.status = status

    def __str__(self) -> str:
        return f"{self.code} {without_addresses(self.text)}"


class Unknown(SendTrouble):
    """The connection failed after the whole mail was handed over: it may have been accepted."""


class NotComposable(WireTrouble):
    """A mail of ours cannot be written down: an address or a header name is not one."""


class DemoNotInstalled(WireTrouble):
    """The packages of the embedded servers are missing."""
