"""Tokens for a mailbox at Google Workspace, by a service account to which the domain has delegated its mail."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from townclerk.app.tokens.errors import TokenNotUnderstood, TokenRefused, TokenServerAway, TokenTrouble, refusal, revealed
from townclerk.app.tokens.keeping import Token, token_of
from townclerk.app.tokens.wire import TokenWire, fields_of, server_of
from townclerk.config.secrets import Secret

SCOPE = "https://mail.google.com/"


@dataclass(frozen=True, slots=True)
class _Response:
    """An answer as google-auth reads it."""

    status: int
    headers: Mapping[str, str]
    data: bytes


@dataclass(frozen=True, slots=True)
class GoogleTokens:
    """`key` is where the service account's key file (JSON) is; `user` the mailbox in whose name it acts."""

    key: Secret
    user: str
    wire: TokenWire

    def fetch(self) -> Token:
        """A token. Blocks. Raises CredentialUnavailable."""
        try:
            from google.auth.exceptions import GoogleAuthError
            from google.oauth2 import service_account
        except ImportError:
            raise TokenRefused("a service account of Google needs google-auth: pip install 'townclerk[google]'") from None
        key = self._read()
        where = server_of(str(key.get("token_uri", "")))
        try:
            kind: Any = service_account.Credentials
            account = kind.from_service_account_info(key, scopes=[SCOPE], subject=self.user)
        except (GoogleAuthError, ValueError, TypeError, KeyError) as exc:
            raise self._no_key(type(exc).__name__) from None
        try:
            account.refresh(self._request)
        except GoogleAuthError as exc:
            raise _trouble(where, exc, key) from None
        left = (account.expiry.replace(tzinfo=UTC) - datetime.now(UTC)).total_seconds() if account.expiry else 0
        return token_of({"access_token": account.token, "expires_in": left}, where)

    def _read(self) -> dict[str, Any]:
        try:
            found = json.loads(revealed(self.key))
        except (ValueError, RecursionError):
            raise self._no_key("not JSON") from None
        if not isinstance(found, dict) or found.get("type") != "service_account":
            raise self._no_key("its type is not service_account")
        return found

    def _no_key(self, why: str) -> TokenRefused:
        return TokenRefused(
            f"the key of the service account, {self.key}, is none ({why}): put the JSON file there that Google made"
        )

    def _request(self, url: str, method: str = "GET", body: Any = None, headers: Any = None, **_: object) -> _Response:
        answer = self.wire.ask(method, url, body, headers)
        fields_of(answer, server_of(url))  # what is none, the library takes for its own fault
        return _Response(answer.status_code, answer.headers, answer.text.encode())


def _trouble(where: str, exc: Exception, key: Mapping[str, Any]) -> TokenTrouble:
    """What google-auth says is a text with the server's answer in it; the answer itself stands beside it."""
    if getattr(exc, "retryable", False):
        return TokenServerAway(f"the token server {where} is in trouble")
    said = exc.args[1] if len(exc.args) > 1 else None
    if isinstance(said, Mapping) and "error" in said:
        return refusal(where, said.get("error"), None, [str(key.get("private_key"))])
    return TokenNotUnderstood(f"what the token server {where} answered is no token: see token_uri in the service account's key")
