"""Postfix and Dovecot for a session, and an installation of townclerk for each test: as fixtures."""

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from email.message import EmailMessage
from functools import cached_property
from pathlib import Path

import pytest

from servers.dovecot import Dovecot
from servers.installation import DOMAIN, HOME, Books, Names, Running, Where, install, users
from servers.post import read
from servers.postfix import Postfix

MOST_TOWNS = 20


@dataclass
class Town:
    """One council's installation, its people, and the servers between them."""

    settings: Path
    names: Names
    dovecot: Dovecot
    postfix: Postfix

    def daemon(self) -> Running:
        return Running(self.settings)

    @cached_property
    def books(self) -> Books:
        return Books.of(self.settings)

    @property
    def feedback(self) -> str:
        return f"{self.names.feedback}@{DOMAIN}"

    @property
    def officer(self) -> str:
        return f"{self.names.officer}@{DOMAIN}"

    def resident(self, which: int = 0) -> str:
        return f"{self.names.resident(which)}@{HOME}"

    def letters(self, user: str) -> list[EmailMessage]:
        """What lies in somebody's mailbox."""
        return [read(raw) for raw in self.dovecot.mails(user)]


@pytest.fixture(scope="session")
def dovecot() -> Iterator[Dovecot]:
    with Dovecot(users(range(MOST_TOWNS))) as server:
        yield server


@pytest.fixture(scope="session")
def postfix(dovecot: Dovecot) -> Iterator[Postfix]:
    with Postfix(dovecot.lmtp_port, [DOMAIN, HOME], dovecot.users, proves=DOMAIN) as server:
        yield server


_numbers = itertools.count()


@pytest.fixture
def make(dovecot: Dovecot, postfix: Postfix, tmp_path: Path) -> Callable[..., Town]:
    """A function that makes a town, on an SQLite file or on the database at a URL."""

    def town(database: str | None = None) -> Town:
        names = Names(next(_numbers))
        where = Where(dovecot.imap_port, postfix.smtp_port, postfix.name)
        return Town(install(tmp_path / names.feedback, names, where, database), names, dovecot, postfix)

    return town


@pytest.fixture
def town(make: Callable[..., Town]) -> Town:
    return make()
