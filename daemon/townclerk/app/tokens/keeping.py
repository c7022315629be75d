"""One token, kept as long as it is good, and renewed before it runs out."""

import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from townclerk.app.tokens.errors import TokenNotUnderstood
from townclerk.mail.errors import CredentialUnavailable
from townclerk.services.health import TokenHealth

AHEAD = 600.0  # seconds before its end in which a token is renewed; a quarter of its life where that is less
LONGEST_LIFE = 7 * 86_400.0  # seconds: nobody's token is believed to live longer
USUAL_LIFE = 3600.0  # seconds: of a token that comes without a word about it
_TOKEN = re.compile(r"[\x21-\x7e]{8,20000}")


@dataclass(frozen=True, slots=True)
class Token:
    """A bearer token that is good for `lifetime` seconds from the moment that it was asked for."""

    text: str = field(repr=False)
    lifetime: float


@dataclass(slots=True)
class TokenKeeper:
    """Asks *fetch* for a token when one is needed. May be asked from several threads, of which one asks the server.

    Time is the machine's own counter, not its clock: a clock that jumps ends no token, and prolongs none.
    """

    fetch: Callable[[], Token]
    clock: Callable[[], float] = time.monotonic
    _token: Token | None = None
    _since: float = 0
    _trouble: str | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def current(self) -> str:
        """A token to log in with. One that will soon run out is renewed; where that fails, it is good to its end. Blocks.
        Raises CredentialUnavailable."""
        with self._lock:
            if self._due():
                self._renew()
            if self._token is None:  # _renew has raised otherwise
                raise TokenNotUnderstood("there is no token")
            return self._token.text

    def renew(self) -> bool:
        """Fetch a new token where the time has come; whether there is a good one now. Blocks. Raises nothing of the wire's."""
        with self._lock:
            try:
                if self._due():
                    self._renew()
            except CredentialUnavailable:
                return False
            return self._trouble is None

    def refused(self) -> None:
        """A server did not accept the token: it is not shown again."""
        with self._lock:
            self._token = None

    def due_in(self) -> float:
        """Seconds until it should be renewed."""
        return 0 if self._token is None else max(0.0, self._since + _renewed_after(self._token) - self.clock())

    def standing(self, now: datetime) -> TokenHealth:
        """How it stands, in terms of the clock."""
        if self._token is None:
            return TokenHealth(None, None, self._trouble)
        since = now - timedelta(seconds=self.clock() - self._since)
        return TokenHealth(since, since + timedelta(seconds=self._token.lifetime), self._trouble)

    def _due(self) -> bool:
        return self._token is None or self.due_in() <= 0

    def _renew(self) -> None:
        """Raises CredentialUnavailable where there is no token that is still good."""
        asked = self.clock()
        try:
            token = self.fetch()
        except CredentialUnavailable as trouble:
            self._trouble = str(trouble)
            if self._token is None or self.clock() >= self._since + self._token.lifetime:
                self._token = None
                raise
            return
        self._token, self._since, self._trouble = token, asked, None


def _renewed_after(token: Token) -> float:
    return token.lifetime - min(AHEAD, token.lifetime / 4)


def token_of(fields: dict[str, object], server: str) -> Token:
    """The token in the answer of *server*. Raises TokenNotUnderstood: what is no token must not reach a mail server."""
    text, kind = fields.get("access_token"), fields.get("token_type", "bearer")
    if not isinstance(text, str) or not _TOKEN.fullmatch(text):
        raise TokenNotUnderstood(f"what the token server {server} answered holds no token (access_token)")
    if not isinstance(kind, str) or kind.lower() != "bearer":
        raise TokenNotUnderstood(f"the token of the token server {server} is none that a bearer may show (token_type)")
    return Token(text, _lifetime(fields.get("expires_in", USUAL_LIFE), server))


def _lifetime(said: object, server: str) -> float:
    try:
        seconds = float(said) if isinstance(said, int | float | str) and not isinstance(said, bool) else 0.0
    except ValueError:
        seconds = 0.0
    if not seconds > 0:
        raise TokenNotUnderstood(f"the token server {server} does not say how long its token is good (expires_in)")
    return min(seconds, LONGEST_LIFE)
