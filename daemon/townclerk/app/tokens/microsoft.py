"""Tokens for a mailbox at Microsoft 365, by the client-credentials flow."""

from dataclasses import dataclass

import msal

from townclerk.app.tokens.errors import TokenNotUnderstood, refusal, revealed
from townclerk.app.tokens.keeping import Token, token_of
from townclerk.app.tokens.wire import TokenWire, server_of
from townclerk.config.secrets import Secret

SCOPE = "https://outlook.office365.com/.default"


@dataclass(frozen=True, slots=True)
class MicrosoftTokens:
    """An application of a tenant. msal knows the dialogue, the wire is ours, and nothing is kept in between: a secret that was
    changed counts at once."""

    authority: str
    tenant: str
    client_id: str
    secret: Secret
    wire: TokenWire

    def fetch(self) -> Token:
        """A token. Blocks. Raises CredentialUnavailable."""
        secret, where = revealed(self.secret), server_of(self.authority)
        try:
            application = msal.ConfidentialClientApplication(
                self.client_id,
                authority=f"{self.authority}/{self.tenant}",
                client_credential=secret,
                http_client=self.wire,
                instance_discovery=False,  # the authority is the admin's word, and needs nobody else's
            )
            answer = application.acquire_token_for_client(scopes=[SCOPE])
        except (ValueError, KeyError) as exc:
            raise TokenNotUnderstood(
                f"the token server {where} knows no such tenant, or did not answer as Microsoft's do ({type(exc).__name__}): "
                "see tenant and authority in auth"
            ) from None
        if "access_token" not in answer and "error" in answer:
            raise refusal(where, answer.get("error"), answer.get("error_description"), [secret])
        return token_of(answer, where)
