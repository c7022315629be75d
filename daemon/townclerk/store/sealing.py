"""Seals: what only somebody with a key can put beside an entry of the journal. The database holds no key.

A chain of hashes alone shows an edit to whoever kept its end elsewhere; anybody could make a hash for an entry of their own.
"""

import hmac
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from enum import Enum, auto
from hashlib import sha256
from typing import Self

from sqlalchemy import Connection

OPTION = "townclerk_seals"  # of a connection: a function that gives the keys, or None
LABEL = b"townclerk journal"  # what is made of a secret here is made for nothing else
NAME_LENGTH = 8  # hexadecimal digits


class Proof(Enum):
    """Whether a seal proves the entry that it stands beside."""

    GOOD = auto()
    WRONG = auto()  # it names a key of ours, which did not make it
    STRANGE = auto()  # it names a key that is not ours, or is no longer


@dataclass(frozen=True, slots=True)
class SealKey:
    """`name` tells one key from another and says nothing of it: a new key under an old id is another key."""

    name: str
    key: bytes = field(repr=False)

    @classmethod
    def made_of(cls, secret: bytes) -> Self:
        """The key that *secret*, which serves elsewhere too, gives for the journal."""
        key = hmac.digest(secret, LABEL, "sha256")
        return cls(hmac.new(key, b"name", sha256).hexdigest()[:NAME_LENGTH], key)

    def seal(self, number: int, hashed: str) -> str:
        return f"{self.name}:{hmac.new(self.key, f'{number}:{hashed}'.encode(), sha256).hexdigest()}"


@dataclass(frozen=True, slots=True)
class Seals:
    """The first key seals; all of them prove."""

    keys: tuple[SealKey, ...]

    @classmethod
    def made_of(cls, secrets: Iterable[bytes]) -> Self:
        return cls(tuple(map(SealKey.made_of, secrets)))

    def seal(self, number: int, hashed: str) -> str:
        """What stands beside the entry *number* of this hash: `9a3c01ff:…`, the name of the key and what it made."""
        return self.keys[0].seal(number, hashed)

    def proof(self, seal: str, number: int, hashed: str) -> Proof:
        """What *seal* proves of the entry *number*, whose hash this is."""
        key = next((each for each in self.keys if each.name == key_of(seal)), None)
        if key is None:
            return Proof.STRANGE
        same = hmac.compare_digest(key.seal(number, hashed).encode(), seal.encode("utf-8", "replace"))
        return Proof.GOOD if same else Proof.WRONG


def key_of(seal: str) -> str:
    """The name of the key that made *seal*, as it says."""
    return seal.partition(":")[0]


def seals_of(tx: Connection) -> Seals | None:
    """The keys that this transaction has; None: it has none, as in a simulation. Raises what getting them raises."""
    ask: Callable[[], Seals | None] | None = tx.get_execution_options().get(OPTION)
    return ask() if ask is not None else None
