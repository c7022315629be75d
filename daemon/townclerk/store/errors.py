"""What can go wrong in the store.

    StoreError
    ├── StoreUnavailable    the database does not answer: try again later
    ├── BadUrl              the setting names no database that we can use
    ├── Refused             the database refused a statement: a fault of ours
    ├── Stale               somebody else changed it first: load and decide again
    ├── AlreadyThere        it was to be new, and is not
    ├── NotThere            it was to be there, and is not
    ├── Altered             the bytes of a mail are not those that came
    ├── UnreadableCase      a stored case does not fit this version of the program
    ├── BackupFailed        the database's own program could not copy it, or not load a copy
    └── NaiveTime           a moment without a time zone

No message carries an address, a body or a password.
"""


class StoreError(Exception):
    """The store could not do what was asked."""


class StoreUnavailable(StoreError):
    """The database does not answer, or is too busy. Nothing was changed, as far as can be known: try again later."""


class BadUrl(StoreError):
    """The database URL cannot be used; the message says what to write instead."""


class Refused(StoreError):
    """The database refused a statement."""


class Stale(StoreError):
    """The row was changed by somebody else since it was read; nothing was written."""


class AlreadyThere(StoreError):
    """The row was to be new, and its name is taken; nothing was written."""


class NotThere(StoreError):
    """There is no such row."""


class Altered(StoreError):
    """What is kept of a mail is not what came: somebody has changed it, or the disk has."""


class BackupFailed(StoreError):
    """A copy could not be made or loaded; the message says what the database's own program said."""


class NaiveTime(StoreError, ValueError):
    """A moment was given without a time zone."""


class UnreadableCase(StoreError):
    """The stored state of case `ref` does not fit at `field`: another version of the program wrote it, or a hand."""

    def __init__(self, ref: str, field: str, why: str) -> None:
        super().__init__(f"case {ref}: the stored field {field!r} {why}")
        self.ref = ref
        self.field = field
