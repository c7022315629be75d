"""Tokens for a mailbox at Microsoft 365, by the client-credentials flow."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import msal

SCOPE = "https://outlook.office365.com/.default"


class TokenRefused(Exception):  # it says what happened
    """Microsoft gives no token. The message is its error code, for instance invalid_client; never a secret."""


@dataclass(slots=True)
class MicrosoftTokens:
    """Asks for a token when a connection needs one; msal keeps it until it is about to expire."""

    tenant: str
    client_id: str
    secret: Callable[[], str]
    _application: Any = field(default=None, repr=False)

    def token(self) -> str:
        """A bearer token. Blocks: to be called from a thread. Raises TokenRefused."""
        if self._application is None:
            authority = f"https://login.microsoftonline.com/{self.tenant}"
            self._application = msal.ConfidentialClientApplication(
                self.client_id, authority=authority, client_credential=self.secret()
            )
        answer = self._application.acquire_token_for_client(scopes=[SCOPE])
        if "access_token" not in answer:
            raise TokenRefused(str(answer.get("error", "no token")))
        return str(answer["access_token"])
