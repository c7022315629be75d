"""A mail address as the wire wants it, and whose mailbox it is."""

import re
from dataclasses import dataclass

_UNQUOTED = r"[^\s<>()\[\]\\,;:\"@\x00-\x20\x7f]+"
_QUOTED = r"\"(?:[^\"\\\x00-\x1f\x7f]|\\[^\x00-\x1f\x7f])+\""
_MAILBOX = re.compile(rf"(?P<local>{_UNQUOTED}|{_QUOTED})@(?P<domain>{_UNQUOTED}|\[[0-9A-Za-z.:]+\])")
# IDNA makes ASCII of look-alikes: a full-width ">" would end the address on the wire, and begin what stands behind it.
_IN_ASCII = re.compile(r"[A-Za-z0-9._-]+")
_LONGEST = 320  # characters: 64 @ 255


class NotAnAddress(ValueError):
    """The text is no mail address."""


@dataclass(frozen=True, slots=True)
class WireAddress:
    """`local` as written; `domain` in ASCII (IDNA)."""

    local: str
    domain: str

    @property
    def needs_utf8(self) -> bool:
        """Whether only a server with SMTPUTF8 can take it."""
        return not self.local.isascii()

    def __str__(self) -> str:
        return f"{self.local}@{self.domain}"


def wire_address(address: str) -> WireAddress:
    """*address* as an envelope can carry it. Raises NotAnAddress where there is no such way."""
    found = _MAILBOX.fullmatch(address) if len(address) <= _LONGEST else None
    if found is None or any("\ud800" <= char <= "\udfff" for char in address):
        raise NotAnAddress("this is not a mail address")
    try:
        domain = found["domain"] if found["domain"].isascii() else found["domain"].encode("idna").decode("ascii")
    except UnicodeError as exc:
        raise NotAnAddress("the domain of this address cannot be written in IDNA") from exc
    if not found["domain"].isascii() and not _IN_ASCII.fullmatch(domain):
        raise NotAnAddress("the domain of this address is none in ASCII")
    return WireAddress(found["local"], domain)


def untagged(address: str) -> str:
    """The mailbox itself, where the address is a tagged one: feedback+case-7@… is feedback@…"""
    local, _, domain = address.rpartition("@")
    return f"{local.partition('+')[0]}@{domain}"
