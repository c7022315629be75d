"""Passwords and tokens on their way to a server: had from whoever knows them, and in no word that we say afterwards."""

import base64
import re
from collections.abc import Callable

from townclerk.mail.errors import CredentialUnavailable

_ENCODED = re.compile(r"(?=[A-Za-z+/=_-]*\d)[A-Za-z0-9+/=_-]{16,}")


def secret_of(source: Callable[[], str]) -> str:
    """What *source* gives. Raises CredentialUnavailable, whatever *source* raises: its own words may hold the secret."""
    try:
        return source()
    except CredentialUnavailable:
        raise
    except Exception as exc:
        raise CredentialUnavailable(f"no password or token could be had ({type(exc).__name__})") from exc


def without_secret(text: str, secret: str) -> str:
    """*text* of a server that may repeat what it was told, in clear or in base64: there every long word may hold it."""
    return _ENCODED.sub("(encoded)", text.replace(secret, "(secret)")) if secret else text


def bearer(user: str, token: str) -> bytes:
    """The first words of OAUTHBEARER (RFC 7628), in base64."""
    identity = user.replace("=", "=3D").replace(",", "=2C")
    return base64.b64encode(f"n,a={identity},\1auth=Bearer {token}\1\1".encode())
