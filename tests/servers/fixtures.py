"""The servers as pytest fixtures, started once for a session. A conftest takes them by importing their names."""

from collections.abc import Iterator

import pytest

from servers.dovecot import Dovecot
from servers.postfix import Postfix
from servers.sink import Sink

DOMAIN = "council.example"
USERS = {"cases": "secret", "alice": "secret", "bulk": "secret", "sian": "cyfrinach-ŵyl"}
BUSY, GONE = f"busy@{DOMAIN}", f"gone@{DOMAIN}"  # Postfix says 450 to one and 550 to the other


@pytest.fixture(scope="session")
def dovecot() -> Iterator[Dovecot]:
    with Dovecot(USERS) as server:
        yield server


@pytest.fixture(scope="session")
def sink() -> Iterator[Sink]:
    with Sink() as server:
        yield server


@pytest.fixture(scope="session")
def postfix(dovecot: Dovecot, sink: Sink) -> Iterator[Postfix]:
    """Delivers to `dovecot`, and what is for outside to `sink`."""
    answers = {BUSY: "450 4.2.0 the mailbox is busy", GONE: "550 5.1.1 no such user"}
    certificate = (dovecot.folder / "cert.pem", dovecot.folder / "key.pem")
    with Postfix(
        dovecot.lmtp_port, [DOMAIN], USERS, outside_port=sink.port, answers=answers, largest=50_000_000, certificate=certificate
    ) as server:
        yield server
