"""What happens seldom and takes long to play, and is not drawn in the laboratory: run by `make faults`."""

import random
import subprocess
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial

import pytest

from servers.installation import COUNCIL, Running, eventually
from servers.post import IN_BRIEF, letter, send
from servers.town import Town
from townclerk.store import cases, journal, leases, mails, outbox
from townclerk.store.database import Tx
from townclerk.store.schema import MailState, OutboxState

pytestmark = pytest.mark.faults


def complain(town: Town, which: int) -> None:
    send(town.postfix.smtp_port, letter(f"Resident {which} <{town.resident(which)}>", town.feedback, f"Bin {which}", IN_BRIEF))


def live_for(daemon: Running, seconds: float) -> None:
    with suppress(subprocess.TimeoutExpired):
        daemon.process.wait(seconds)


def all_is_done(town: Town, residents: int) -> None:
    """One case and one receipt for each, not counting copies under the same Message-ID; and the books are whole."""

    def done(tx: Tx) -> bool:
        depth = outbox.depth(tx, COUNCIL)
        waiting = depth[OutboxState.WAITING] + depth[OutboxState.SENDING]
        return mails.counts(tx, town.feedback)[MailState.DONE] == residents and waiting == 0

    eventually(lambda: town.books.ask(done), "an empty outbox", 90)
    eventually(lambda: all(town.letters(town.names.resident(n)) for n in range(residents)), "a receipt for everybody")
    opened = town.books.ask(partial(cases.list_cases, council=COUNCIL))
    assert sorted(case.complainant for case in opened) == sorted(town.resident(n) for n in range(residents))
    for which in range(residents):
        assert len({str(mail["Message-ID"]) for mail in town.letters(town.names.resident(which))}) == 1
    assert town.books.ask(journal.verify) is None


def test_asked_to_stop_again_and_again_it_sends_no_copy(town: Town) -> None:
    """Ten times SIGTERM at any moment of its work: each time exit status 0, and no letter went twice."""
    chance = random.Random(seed := random.randrange(10**6))  # noqa: S311  # moments, not secrets
    print(f"seed {seed}")  # noqa: T201  # shown where the test fails
    for number in range(10):
        with town.daemon() as daemon:
            daemon.wait_for("ready")
            complain(town, number)
            live_for(daemon, chance.uniform(0.3, 0.9))
            assert daemon.terminate() == 0
    with town.daemon() as daemon:
        daemon.wait_for("ready")
        all_is_done(town, 10)
        assert daemon.terminate() == 0
    for which in range(10):
        assert len(town.letters(town.names.resident(which))) == 1


def test_a_mailbox_that_a_vanished_machine_has_waits_a_minute_and_no_longer(town: Town) -> None:
    """Nobody here can know of a process elsewhere that it is gone. The next says that it waits, and takes over by itself, even
    where the clock by which the lease was made went wrong."""
    lost = partial(leases.take, name=town.feedback, holder="cathedral:7:elsewhere", now=datetime.now(UTC), seconds=36000)
    town.books.ask(lost)
    complain(town, 0)
    with town.daemon() as daemon:
        daemon.wait_for("another daemon has this mailbox")
        daemon.wait_for("ready", 80)
        all_is_done(town, 1)
        assert daemon.terminate() == 0


def test_letters_that_wait_for_the_outgoing_server_go_by_themselves_when_it_is_back(town: Town) -> None:
    """Nobody does anything but start the server again."""
    with town.daemon() as daemon:
        daemon.wait_for("ready")
        town.postfix.stop()
        for which in range(3):
            raw = letter(town.resident(which), town.feedback, "My bin", IN_BRIEF).as_bytes()
            town.dovecot.deliver(town.feedback, raw, town.resident(which))
        daemon.wait_for("loop interrupted")
        town.postfix.start()
        all_is_done(town, 3)
        assert not daemon.said("letter set aside")
        assert daemon.terminate() == 0
