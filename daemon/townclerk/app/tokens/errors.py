"""Why there is no token.

    CredentialUnavailable (mail.errors)
    └── TokenTrouble
        ├── TokenServerAway       no answer, or one that says "later": it is asked again
        ├── TokenNotUnderstood    it answered, and that was no token
        └── TokenRefused          it gives none: a person must look

`str()` of each says what, where and what to do, and holds no secret and no token.
"""

import re
from collections.abc import Iterable

from townclerk.config.errors import SecretUnavailable
from townclerk.config.secrets import Secret
from townclerk.mail.errors import CredentialUnavailable

_CODE = re.compile(r"[a-z_]{3,40}")
_MICROSOFT = re.compile(r"AADSTS(\d{4,8})")
_LATER = frozenset({"temporarily_unavailable", "server_error", "slow_down"})
_ADVICE = {
    "invalid_client": "client_id or secret is wrong, or has expired: make a new one, and put it where auth.secret says",
    "invalid_grant": "what was granted counts no more, or the clock of this machine is wrong: grant access anew",
    "unauthorized_client": "this application may not have such a token: an administrator must allow it",
    "invalid_scope": "see scope in auth",
    "access_denied": "an administrator must allow it",
    # Microsoft's own numbers, which say more.
    "AADSTS7000215": "the client secret is wrong: auth.secret wants its value, not its number",
    "AADSTS7000222": "the client secret has expired: make a new one in Entra, and put it where auth.secret says",
    "AADSTS700016": "the tenant does not know this client_id",
    "AADSTS90002": "there is no such tenant",
    "AADSTS50034": "the tenant does not know this account",
}


class TokenTrouble(CredentialUnavailable):
    """There is no token."""


class TokenServerAway(TokenTrouble):
    """The token server did not answer, or asks for patience."""


class TokenNotUnderstood(TokenTrouble):
    """What came from the token server is no token."""


class TokenRefused(TokenTrouble):
    """The token server gives none. The message is its error code and what to do."""


def refusal(server: str, code: object, description: object, secrets: Iterable[str]) -> TokenTrouble:
    """What the token server at *server* said by an error *code*. Its description is looked at for Microsoft's number alone."""
    known = code if isinstance(code, str) and _CODE.fullmatch(code) and code not in secrets else "an error without a name"
    if known in _LATER:
        return TokenServerAway(f"the token server {server} asks for patience ({known})")
    number = _MICROSOFT.search(description) if isinstance(description, str) else None
    said = f"{known}, {number[0]}" if number else known
    advice = (_ADVICE.get(number[0]) if number else None) or _ADVICE.get(known) or "see auth in the settings"
    return TokenRefused(f"the token server {server} gives no token ({said}): {advice}")


def revealed(secret: Secret) -> str:
    """What *secret* is, for the wire. Raises CredentialUnavailable."""
    try:
        return secret.reveal()
    except SecretUnavailable as missing:
        raise CredentialUnavailable(f"{missing}: put it there, readable for the account of townclerk") from None
