"""Whoever mistypes the URL of a PostgreSQL database is told what is wrong with it, and nothing of the URL is repeated."""

import socket
from collections.abc import Iterator

import psycopg
import pytest

from servers.postgres import PORT, Postgres, running_postgres
from townclerk.store.database import schema_revision
from townclerk.store.errors import BadUrl, StoreUnavailable
from townclerk.store.reaching import why_not_reached


@pytest.fixture(scope="module")
def guarded() -> Iterator[Postgres]:
    """A server that lets `clerk` in with a password, `guest` by the account of the system, and its owner as he is."""
    with running_postgres() as server:
        with psycopg.connect(server.url("postgres"), autocommit=True) as owner:
            owner.execute("CREATE ROLE clerk LOGIN PASSWORD 'right'")
            owner.execute("CREATE ROLE nologin")
            lines = ("local all clerk,nobody,nologin scram-sha-256", "local all guest peer", "local all postgres trust")
            (server.folder / "data" / "pg_hba.conf").write_text("\n".join(lines) + "\n")
            owner.execute("SELECT pg_reload_conf()")
        yield server


@pytest.mark.parametrize(
    ("user", "database", "said"),
    [
        ("clerk:wrong", "postgres", "it refuses the user or the password"),
        ("clerk", "postgres", "it wants a password"),
        ("clerk:right", "townhall", "it has no database of that name"),
        ("nobody:right", "postgres", "it refuses the user or the password"),
        ("stranger", "postgres", "it lets nobody in from here as that user"),
        ("guest", "postgres", "it knows this user by another account of the system"),
    ],
)
def test_a_server_that_lets_us_not_in_says_why(
    guarded: Postgres, user: str, database: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PGPASSWORD", raising=False)

    with pytest.raises(StoreUnavailable, match=said) as refused:
        schema_revision(f"postgresql://{user}@/{database}?host={guarded.folder}&port={PORT}")

    assert not any(piece in str(refused.value) for piece in ("wrong", "right", "townhall", "stranger", str(guarded.folder)))


@pytest.mark.parametrize(
    ("where", "said"),
    [
        ("no-such-host.invalid", "there is no host of that name"),
        ("localhost:99999", "the port is none"),
        ("127.0.0.1:1", "no server listens on that host and port"),
    ],
)
def test_a_server_that_is_not_where_the_url_says_is_told_with_the_reason(where: str, said: str) -> None:
    with pytest.raises(StoreUnavailable, match=said):
        schema_revision(f"postgresql://townclerk@{where}/townclerk?sslmode=verify-full")


def test_a_folder_without_a_socket_is_told() -> None:
    with pytest.raises(StoreUnavailable, match="no server listens on that socket"):
        schema_revision("postgresql://townclerk@/townclerk?host=/no/such/folder")


def test_a_server_that_takes_the_call_and_says_nothing_is_told() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listens:
        port = listens.getsockname()[1]
        with pytest.raises(StoreUnavailable, match="it took too long"):
            schema_revision(f"postgresql://townclerk@127.0.0.1:{port}/townclerk?connect_timeout=2")


@pytest.mark.parametrize(
    ("option", "named"),
    [
        ("sslmod=require", "sslmod"),
        ("connect_timeout=soon", "connect_timeout"),
        ("target_session_attrs=best", "target_session_attrs"),
        ("keepalives_idle=long", "keepalives_idle"),
        ("ssl_min_protocol_version=7", "ssl_min_protocol_version"),
    ],
)
def test_an_option_of_the_url_that_is_none_is_named(option: str, named: str) -> None:
    with pytest.raises(BadUrl, match=f"'{named}' in the database URL"):
        schema_revision(f"postgresql://townclerk@127.0.0.1:1/townclerk?{option}")


def test_words_that_are_not_known_give_no_reason() -> None:
    assert why_not_reached("connection failed: etwas ist schiefgegangen") is None
