"""The daemon as a process of its own: what monitoring hears of it, and a backup and a restore while mail flows."""

import json
import signal
import smtplib
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest

from servers.installation import COUNCIL, DOMAIN, eventually
from servers.ports import free_ports
from servers.postgres import running_postgres
from servers.town import Town
from townclerk.app.cli import main
from townclerk.store import cases, outbox
from townclerk.store.schema import OutboxState

pytestmark = pytest.mark.faults
MANY = 30


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> Iterator[str | None]:
    """The URL of a database of PostgreSQL; None: a file of SQLite."""
    if request.param == "sqlite":
        yield None
        return
    with running_postgres() as server:
        yield server.url(server.create())


@dataclass(frozen=True)
class Port:
    number: int

    def ask(self, path: str, seconds: float = 10) -> tuple[int, str]:
        """(status, body); 0 where no answer comes."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.number}{path}", timeout=seconds) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as refused:
            with refused:
                return refused.code, refused.read().decode()
        except OSError as error:
            return 0, str(error)

    def is_ready(self) -> bool:
        return self.ask("/readyz")[0] == 200


def opened(town: Town) -> Port:
    (number,) = free_ports(1)
    settings = json.loads(town.settings.read_text())
    settings["health"] = {"port": number, "canary_minutes": 5}
    town.settings.write_text(json.dumps(settings))
    return Port(number)


def write(town: Town, first: int, last: int) -> None:
    """Residents write, one complaint each."""
    with smtplib.SMTP("127.0.0.1", town.postfix.smtp_port) as connection:
        for n in range(first, last):
            sender = f"r{n}@elsewhere.example"
            mail = f"From: {sender}\r\nTo: {town.feedback}\r\nSubject: Complaint {n}\r\nMessage-ID: <{n}@elsewhere.example>\r\n"
            connection.sendmail(sender, [town.feedback], f"{mail}\r\nI want to complain of bin {n}.\r\n")


def senders_with_one_case(town: Town) -> int:
    of_party = [partial(cases.of_party, council=COUNCIL, address=f"r{n}@elsewhere.example") for n in range(MANY)]
    return town.books.ask(lambda tx: sum(len(each(tx)) == 1 for each in of_party))


def test_monitoring_hears_what_is_so(make: Callable[..., Town]) -> None:
    town = make()
    port = opened(town)
    with town.daemon() as daemon:
        eventually(port.is_ready, lambda: port.ask("/readyz"))
        daemon.wait_for("canary back")
        eventually(lambda: "townclerk_canary_round_trip_seconds" in port.ask("/metrics")[1], "the canary is measured")
        assert DOMAIN not in port.ask("/metrics")[1]
        assert town.books.ask(partial(cases.list_cases, council=COUNCIL)) == ()

        daemon.process.send_signal(signal.SIGSTOP)
        assert port.ask("/healthz", seconds=1)[0] == 0
        daemon.process.send_signal(signal.SIGCONT)
        eventually(port.is_ready, lambda: port.ask("/readyz"))

        town.dovecot.stop()
        try:
            eventually(lambda: port.ask("/readyz") == (503, '{"ready": false, "because": ["mailbox"]}\n'), "not ready", 120)
            assert port.ask("/healthz")[0] == 200
        finally:
            town.dovecot.start()
        eventually(port.is_ready, lambda: port.ask("/readyz"), 120)


def test_a_backup_of_a_daemon_at_work_is_restored_and_no_mail_is_lost_or_doubled(
    make: Callable[..., Town], database: str | None, tmp_path: Path
) -> None:
    town = make(database)
    port, backup = opened(town), tmp_path / "town.backup"
    with town.daemon() as daemon:
        eventually(port.is_ready, lambda: port.ask("/readyz"))
        writing = threading.Thread(target=write, args=(town, 0, MANY // 2))
        writing.start()
        daemon.wait_for("letter sent")
        assert main(["backup", "--to", str(backup), "--config", str(town.settings)]) == 0
        writing.join()
        write(town, MANY // 2, MANY)
        eventually(lambda: senders_with_one_case(town) == MANY, lambda: senders_with_one_case(town), 120)
        assert main(["restore", str(backup), "--replace", "--config", str(town.settings)]) == 1  # somebody is at work
        assert main(["restore", "--check", str(backup), "--config", str(town.settings)]) == 0
        daemon.terminate()

    assert main(["restore", str(backup), "--replace", "--config", str(town.settings)]) == 0
    with town.daemon():
        eventually(lambda: senders_with_one_case(town) == MANY, lambda: senders_with_one_case(town), 120)
        waiting = town.books.ask(partial(outbox.depth, council=COUNCIL))
        assert waiting[OutboxState.WAITING] > 0
        assert main(["outbox", "release", "--config", str(town.settings)]) == 0
        depth = partial(outbox.depth, council=COUNCIL)
        eventually(lambda: town.books.ask(depth)[OutboxState.WAITING] == 0, lambda: town.books.ask(depth), 120)
    assert main(["audit", "verify", "--config", str(town.settings)]) == 0
