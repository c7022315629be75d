"""Tokens: got from whoever gives them, renewed ahead of time, and in no message; and what is said where there is none."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from servers.ports import free_ports
from servers.tokens import TENANT, Mood, TokenServer
from townclerk.app.tokens.errors import TokenNotUnderstood, TokenRefused, TokenServerAway, TokenTrouble
from townclerk.app.tokens.google import GoogleTokens
from townclerk.app.tokens.keeping import Token, TokenKeeper
from townclerk.app.tokens.microsoft import MicrosoftTokens
from townclerk.app.tokens.oidc import OidcTokens
from townclerk.app.tokens.wire import TokenWire
from townclerk.config.secrets import Secret, SecretKind
from townclerk.mail.errors import CredentialUnavailable

USER, SECRET, GRANT = "feedback", "hunter2-and-more", "granted-once"
Tokens = GoogleTokens | MicrosoftTokens | OidcTokens
NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[TokenServer]:
    (tmp_path / "secret").write_text(SECRET)
    (tmp_path / "grant").write_text(GRANT)
    with TokenServer(tmp_path, USER) as tokens:
        yield tokens


def kept(server: TokenServer, name: str) -> Secret:
    return Secret(SecretKind.FILE, str(server.folder / name))


def wire(server: TokenServer) -> TokenWire:
    impatient = server.mood in {Mood.SILENT, Mood.DRIPPING, Mood.DRIPPING_HEADERS}
    return TokenWire(server.certificate, whole_timeout=0.5 if impatient else 20)


def oidc(server: TokenServer, *, refresh: bool = False) -> OidcTokens:
    grant = kept(server, "grant") if refresh else None
    return OidcTokens(server.token_url, "townclerk", kept(server, "secret"), grant, "mail", wire(server))


def microsoft(server: TokenServer) -> MicrosoftTokens:
    return MicrosoftTokens(server.authority, TENANT, "an-application", kept(server, "secret"), wire(server))


def google(server: TokenServer) -> GoogleTokens:
    (server.folder / "key.json").write_text(server.service_account())
    return GoogleTokens(kept(server, "key.json"), f"{USER}@{TENANT}", wire(server))


ALL: dict[str, Callable[[TokenServer], Tokens]] = {"oidc": oidc, "microsoft": microsoft, "google": google}
each = pytest.mark.parametrize("kind", ALL)


@each
def test_each_kind_of_login_comes_to_a_token(server: TokenServer, kind: str) -> None:
    token = ALL[kind](server).fetch()

    assert server.is_good(token.text)
    assert token.lifetime == pytest.approx(3600, abs=5)
    assert token.text not in repr(token)


def test_each_asks_in_the_way_that_its_server_knows(server: TokenServer) -> None:
    for kind in ALL.values():
        kind(server).fetch()
    oidc(server, refresh=True).fetch()

    by_client, by_application, by_account, by_grant = server.asked
    assert by_client == {
        "grant_type": "client_credentials",
        "client_id": "townclerk",
        "client_secret": SECRET,
        "scope": "mail",
    }
    assert by_application["scope"] == "https://outlook.office365.com/.default"
    assert by_account["grant_type"] == "urn:ietf:params:oauth:grant-type:jwt-bearer"
    assert (by_grant["grant_type"], by_grant["refresh_token"]) == ("refresh_token", GRANT)


def test_a_refresh_token_that_is_given_anew_takes_the_place_of_the_old_one(server: TokenServer) -> None:
    """And one that an admin puts into the settings takes the place of both."""
    tokens = oidc(server, refresh=True)
    server.mood, server.nonsense = (
        Mood.NONSENSE,
        json.dumps({"access_token": "a-good-token", "refresh_token": "granted-twice"}),
    )
    tokens.fetch()
    tokens.fetch()
    (server.folder / "grant").write_text("granted-by-hand")
    tokens.fetch()

    assert [form["refresh_token"] for form in server.asked] == [GRANT, "granted-twice", "granted-by-hand"]


# --- where there is none


@each
@pytest.mark.parametrize(
    ("mood", "trouble", "says"),
    [
        (Mood.REFUSING, TokenRefused, "gives no token (invalid_client): client_id or secret is wrong, or has expired"),
        (Mood.NONSENSE, TokenTrouble, ""),
        (Mood.SILENT, TokenServerAway, "did not answer within 0.5 seconds"),
        (Mood.DRIPPING, TokenServerAway, "did not answer within 0.5 seconds"),
        (Mood.DRIPPING_HEADERS, TokenServerAway, "did not answer within 0.5 seconds"),
    ],
    ids=["refuses", "talks nonsense", "is silent", "answers in drops", "answers in drops from the first word on"],
)
def test_what_is_wrong_is_said_with_where_and_what_to_do_and_without_a_secret(
    server: TokenServer, kind: str, mood: Mood, trouble: type[TokenTrouble], says: str
) -> None:
    server.mood = mood
    tokens = ALL[kind](server)

    with pytest.raises(trouble) as caught:
        tokens.fetch()

    assert says in str(caught.value)
    assert f"localhost:{server.port}" in str(caught.value)
    assert not any(secret in str(caught.value) for secret in (SECRET, GRANT, "PRIVATE KEY", "token-"))


@pytest.mark.parametrize(
    ("nonsense", "says"),
    [
        ("<html>Sign in</html>", "is no token (HTTP status 200): is its address right?"),
        ("[]", "is no token"),
        ("[" * 50_000, "is no token"),
        ("x" * 200_000, "far too large"),
        ("{}", "holds no token (access_token)"),
        ('{"access_token": 7}', "holds no token"),
        ('{"access_token": "a token\\r\\nA2 LOGOUT"}', "holds no token"),
        ('{"access_token": "a-good-token", "expires_in": "soon"}', "how long"),
        ('{"access_token": "a-good-token", "expires_in": -5}', "how long"),
        ('{"access_token": "a-good-token", "expires_in": NaN}', "how long"),
        ('{"access_token": "a-good-token", "token_type": "mac"}', "none that a bearer may show"),
    ],
)
def test_what_is_no_token_never_reaches_a_mail_server(server: TokenServer, nonsense: str, says: str) -> None:
    server.mood, server.nonsense = Mood.NONSENSE, nonsense

    with pytest.raises(TokenNotUnderstood) as caught:
        oidc(server).fetch()

    assert says in str(caught.value)


@pytest.mark.parametrize(
    ("said", "says"),
    [
        ({"error": "invalid_grant"}, "grant access anew"),
        (
            {"error": "invalid_client", "error_description": "AADSTS7000222: The provided client secret keys are expired."},
            "(invalid_client, AADSTS7000222): the client secret has expired",
        ),
        ({"error": SECRET}, "an error without a name"),
        ({"error": ["x"]}, "an error without a name"),
        ({"error": "server_error"}, "asks for patience"),
    ],
)
def test_a_refusal_says_its_code_and_what_to_do(server: TokenServer, said: dict[str, object], says: str) -> None:
    server.mood, server.refusal = Mood.REFUSING, said

    with pytest.raises(TokenTrouble) as caught:
        oidc(server).fetch()

    assert says in str(caught.value)
    assert SECRET not in str(caught.value)


def test_a_server_that_is_busy_or_not_there_is_asked_again_later(server: TokenServer) -> None:
    server.mood = Mood.BUSY
    with pytest.raises(TokenServerAway, match="HTTP status 503"):
        oidc(server).fetch()

    (closed,) = free_ports(1)
    away = OidcTokens(f"https://localhost:{closed}/token", "townclerk", kept(server, "secret"), None, None, wire(server))
    with pytest.raises(TokenServerAway, match="cannot be reached"):
        away.fetch()


def test_the_secret_goes_to_no_other_address_and_to_nobody_whose_certificate_is_not_trusted(server: TokenServer) -> None:
    """Where it is sent on, it does not follow; and without TLS it is not sent at all."""
    server.mood = Mood.ELSEWHERE
    with pytest.raises(TokenNotUnderstood, match="HTTP status 307"):
        oidc(server).fetch()
    assert len(server.asked) == 1

    stranger = OidcTokens(server.token_url, "townclerk", kept(server, "secret"), None, None, TokenWire())
    with pytest.raises(TokenServerAway, match=r"certificate of the token server .* is not accepted"):
        stranger.fetch()
    in_clear = OidcTokens(server.introspection_url, "townclerk", kept(server, "secret"), None, None, wire(server))
    with pytest.raises(TokenNotUnderstood, match="https://"):
        in_clear.fetch()
    assert len(server.asked) == 1


def test_a_tenant_that_is_not_known_is_told_as_such(server: TokenServer) -> None:
    tokens = MicrosoftTokens(server.authority, "elsewhere.example", "an-application", kept(server, "secret"), wire(server))

    with pytest.raises(TokenNotUnderstood, match="see tenant and authority"):
        tokens.fetch()


@pytest.mark.parametrize("key", ["", "no JSON", '{"type": "authorized_user"}', '{"type": "service_account"}'])
def test_a_service_account_without_a_sound_key_is_told_as_such(server: TokenServer, key: str) -> None:
    (server.folder / "key.json").write_text(key)

    with pytest.raises(CredentialUnavailable, match=r"key\.json"):
        GoogleTokens(kept(server, "key.json"), "feedback@council.example", wire(server)).fetch()


def test_a_secret_that_is_not_there_is_told_by_its_place(server: TokenServer) -> None:
    (server.folder / "secret").unlink()

    with pytest.raises(CredentialUnavailable, match=r"secret.* cannot be read .*put it there"):
        oidc(server).fetch()


# --- keeping one


class Source:
    """Gives token-1, token-2 and so on, unless it has been told not to."""

    def __init__(self, lifetime: float) -> None:
        self.lifetime, self.given, self.away = lifetime, 0, False
        self.time = 1000.0
        self.keeper = TokenKeeper(self.fetch, lambda: self.time)

    def fetch(self) -> Token:
        if self.away:
            raise TokenServerAway("the token server is away")
        self.given += 1
        return Token(f"token-{self.given}", self.lifetime)


@pytest.mark.parametrize(("lifetime", "ahead"), [(3600, 600), (86_400, 600), (60, 15)])
def test_a_token_is_renewed_ahead_of_its_end_and_not_before(lifetime: float, ahead: float) -> None:
    source = Source(lifetime)
    assert source.keeper.current() == "token-1"

    source.time += lifetime - ahead - 1
    assert source.keeper.renew()
    assert source.keeper.current() == "token-1"
    source.time += 1
    assert source.keeper.renew()
    assert source.keeper.current() == "token-2"


def test_while_the_token_server_is_away_a_token_serves_to_its_end_and_the_trouble_is_known() -> None:
    source = Source(3600)
    source.keeper.current()
    source.away, source.time = True, source.time + 3100

    assert not source.keeper.renew()
    assert source.keeper.current() == "token-1"
    standing = source.keeper.standing(NOON)
    assert (standing.since, standing.until) == (NOON - timedelta(seconds=3100), NOON + timedelta(seconds=500))
    assert standing.trouble == "the token server is away"

    source.time += 500
    with pytest.raises(TokenServerAway):
        source.keeper.current()
    assert source.keeper.standing(NOON).until is None
    source.away = False
    assert source.keeper.current() == "token-2"
    assert source.keeper.standing(NOON).trouble is None


def test_a_token_that_a_server_refused_is_not_shown_again() -> None:
    source = Source(3600)
    source.keeper.current()

    source.keeper.refused()

    assert source.keeper.current() == "token-2"
