"""Tokens of any token endpoint of OAuth2 (RFC 6749): by client credentials, or by a refresh token."""

from dataclasses import dataclass

from townclerk.app.tokens.errors import refusal, revealed
from townclerk.app.tokens.keeping import Token, token_of
from townclerk.app.tokens.wire import TokenWire, fields_of, server_of
from townclerk.config.secrets import Secret


@dataclass(slots=True)
class OidcTokens:
    """`secret` None: a client that has none. `refresh_token` None: the client asks in its own name."""

    token_url: str
    client_id: str
    secret: Secret | None
    refresh_token: Secret | None
    scope: str | None
    wire: TokenWire
    _renewed: tuple[str, str] | None = None  # a refresh token of the settings, and the one that came in its place

    def fetch(self) -> Token:
        """A token. Blocks. Raises CredentialUnavailable."""
        form = {"client_id": self.client_id, "grant_type": "client_credentials"}
        if self.secret is not None:
            form["client_secret"] = revealed(self.secret)
        if self.refresh_token is not None:
            form |= {"grant_type": "refresh_token", "refresh_token": self._newest(revealed(self.refresh_token))}
        if self.scope is not None:
            form["scope"] = self.scope
        where = server_of(self.token_url)
        fields = fields_of(self.wire.post(self.token_url, form), where)
        if "error" in fields:
            raise refusal(where, fields["error"], fields.get("error_description"), form.values())
        token = token_of(fields, where)
        self._keep(fields.get("refresh_token"))
        return token

    def _newest(self, written: str) -> str:
        """What stands in the settings, or what a server that gives a new one each time has put in its place."""
        return self._renewed[1] if self._renewed is not None and self._renewed[0] == written else written

    def _keep(self, given: object) -> None:
        if self.refresh_token is not None and isinstance(given, str) and given:
            self._renewed = (revealed(self.refresh_token), given)
