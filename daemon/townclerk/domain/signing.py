"""Signed reply addresses and Message-IDs: proof that a mail answers a letter that we sent to that person about that case.

`feedback+ss260042k-r1k7q…@council.example`: the case, what the letter was for (r: somebody outside answers, o: an officer
works on the case, i: an officer was only told), the number of the key, for staff the last day on which it acts, and an
HMAC-SHA256 over all of these, the person's own address included. The first key signs; every key verifies, so a key can be
changed without breaking the addresses that people hold.
"""

import base64
import hashlib
import hmac
import re
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

_TAG_LENGTH = 14  # characters of base32: 70 bits
_DAY_ONE = date(2020, 1, 1)  # the days of which three characters of base32 tell: into 2109
_DAYS = "abcdefghijklmnopqrstuvwxyz234567"
_TOKEN = re.compile(
    rf"(?<![a-z0-9])([a-z]{{1,6}}[0-9]{{6,9}}[a-z])-([roi])([0-9a-z])([a-z2-7]{{3}})?([a-z2-7]{{{_TAG_LENGTH}}})(?![a-z0-9])"
)


_CANARY = "townclerk-canary"
_CANARY_ID = re.compile(rf"<{_CANARY}\.([0-9a-f]{{16}})\.([0-9a-f]{{32}})@[^<>@\s]{{1,255}}>")


class Side(StrEnum):
    """What a letter was for, and so what its reply address lets somebody do."""

    RESIDENT = "r"
    OFFICER = "o"
    INFORMED = "i"


@dataclass(frozen=True, slots=True)
class SigningKey:
    id: str  # one character: 0-9, a-z
    secret: bytes

    def __repr__(self) -> str:
        return f"SigningKey(id={self.id!r})"


@dataclass(frozen=True, slots=True)
class Token:
    """A token as it was read, not yet verified. `compact` is the reference without dashes, lower case. `until` is the last day
    on which it acts; None: it does not say."""

    compact: str
    side: Side
    key_id: str
    tag: str
    until: date | None = None

    def acts_on(self, day: date) -> bool:
        """True where it still acts on *day*. What a resident holds acts for ever, an officer's that names no day not at all."""
        return self.side is Side.RESIDENT or (self.until is not None and day <= self.until)


@dataclass(frozen=True, slots=True)
class Signer:
    """Makes and verifies tokens. `mailbox` is the council's address, to which they are added."""

    mailbox: str
    keys: tuple[SigningKey, ...]

    def token(self, compact: str, side: Side, person: str, until: date | None = None) -> str:
        key = self.keys[0]
        return f"{compact}-{side}{key.id}{_written(until)}{_tag(key, compact, side, person, until)}"

    def reply_address(self, compact: str, side: Side, person: str, until: date | None = None) -> str:
        local, _, domain = self.mailbox.rpartition("@")
        return f"{local}+{self.token(compact, side, person, until)}@{domain}"

    def message_id(self, compact: str, side: Side, person: str, letter_key: str, until: date | None = None) -> str:
        """The Message-ID of one letter, always the same for the same letter."""
        unique = hashlib.sha256(letter_key.encode()).hexdigest()[:16]
        return f"<{self.token(compact, side, person, until)}.{unique}@{self.mailbox.rpartition('@')[2]}>"

    def verifies(self, token: Token, person: str) -> bool:
        """True where *token* was made for *person*, with any of the keys."""
        tags = (_tag(key, token.compact, token.side, person, token.until) for key in self.keys if key.id == token.key_id)
        return any(hmac.compare_digest(tag, token.tag) for tag in tags)

    def tokens_in_address(self, address: str) -> tuple[Token, ...]:
        local, _, domain = address.lower().rpartition("@")
        own, _, own_domain = self.mailbox.lower().rpartition("@")
        if domain != own_domain or not local.startswith(own + "+"):
            return ()
        found = _TOKEN.fullmatch(local[len(own) + 1 :])
        return (_token(found),) if found else ()

    def canary_id(self, name: str) -> str:
        """The Message-ID of a mail that we send to ourselves. *name* is sixteen hexadecimal digits."""
        return f"<{_CANARY}.{name}.{self._canary_tag(self.keys[0], name)}@{self.mailbox.rpartition('@')[2]}>"

    def canary_in(self, message_id: str) -> str | None:
        """The name of the canary whose Message-ID this is, or None: it is none, or we did not sign it."""
        found = _CANARY_ID.fullmatch(message_id)
        if found is None:
            return None
        tags = (self._canary_tag(key, found[1]) for key in self.keys)
        return found[1] if any(hmac.compare_digest(tag, found[2]) for tag in tags) else None

    def _canary_tag(self, key: SigningKey, name: str) -> str:
        return hmac.new(key.secret, "\0".join((_CANARY, name, self.mailbox.lower())).encode(), hashlib.sha256).hexdigest()[:32]

    def is_own_message_id(self, message_id: str) -> bool:
        return message_id.lower().endswith(f"@{self.mailbox.lower().rpartition('@')[2]}>") and bool(find_tokens(message_id))


def find_tokens(text: str) -> tuple[Token, ...]:
    return tuple(_token(found) for found in _TOKEN.finditer(text.lower()))


def _token(found: re.Match[str]) -> Token:
    return Token(found[1], Side(found[2]), found[3], found[5], _read(found[4]))


def _written(until: date | None) -> str:
    """*until* as three characters, or none. What cannot be told of so is told as the last day that can."""
    if until is None:
        return ""
    days = min(max((until - _DAY_ONE).days, 0), len(_DAYS) ** 3 - 1)
    return _DAYS[days >> 10] + _DAYS[days >> 5 & 31] + _DAYS[days & 31]


def _read(written: str | None) -> date | None:
    if not written:
        return None
    first, second, third = (_DAYS.index(each) for each in written)
    return _DAY_ONE + timedelta(days=(first << 10) + (second << 5) + third)


def _tag(key: SigningKey, compact: str, side: Side, person: str, until: date | None) -> str:
    message = "\0".join((compact.lower(), side.value, *((_written(until),) if until else ()), person.lower())).encode()
    digest = hmac.new(key.secret, message, hashlib.sha256).digest()
    return base64.b32encode(digest).decode().lower()[:_TAG_LENGTH]
