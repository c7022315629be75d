"""A daemon that is killed in the middle of anything, and started again, has lost nothing and done nothing twice."""

import random
import signal
import subprocess
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from functools import partial

import pytest

from servers.installation import COUNCIL, Running, eventually
from servers.post import IN_BRIEF, letter, send
from servers.town import Town
from townclerk.store import cases, journal, mails, outbox
from townclerk.store.database import Tx
from townclerk.store.schema import MailState, OutboxState

RESIDENTS = 10


def at_once(_daemon: Running) -> None:
    """While the mail is still on its way."""


def at_the_first_letter(daemon: Running) -> None:
    daemon.wait_for("letter sent")


def after(seconds: float) -> Callable[[Running], None]:
    def moment(daemon: Running) -> None:
        with suppress(subprocess.TimeoutExpired):
            daemon.process.wait(seconds)

    return moment


def complain(town: Town, residents: Iterable[int]) -> None:
    """Each of *residents* writes once."""
    for which in residents:
        sender = f"Resident {which} <{town.resident(which)}>"
        send(town.postfix.smtp_port, letter(sender, town.feedback, f"Bin of number {which}", IN_BRIEF))


def killed_at(town: Town, moments: Sequence[Callable[[Running], None]]) -> None:
    """At each moment of a life of its own. In each life some more of the residents write."""
    for number, moment in enumerate(moments):
        with town.daemon() as daemon:
            daemon.wait_for("ready")
            complain(town, range(RESIDENTS)[number :: len(moments)])
            moment(daemon)
            daemon.kill()


def test_killed_at_any_moment_it_opens_one_case_for_each_resident_and_sends_one_receipt(
    town: Town, record_property: Callable[[str, object], None]
) -> None:
    """Ten residents, and a SIGKILL right after they wrote, in the first letter, and at a moment that nobody chose; of those
    the fault laboratory tries thousands.

    Each resident has exactly one case, and receipts of exactly one Message-ID. A copy of that receipt may lie beside it only
    for a kill that fell between the server's word and our note of it: so no more copies than kills.
    """
    chance = random.Random(seed := random.randrange(10**6))  # noqa: S311  # moments, not secrets
    # Dovecot tells of new mail half a second after it came; a quarter of a second later all is done.
    moments = [at_once, at_the_first_letter, after(chance.uniform(0.45, 0.8))]
    killed_at(town, moments)
    run_to_the_end(town)

    copies = one_case_and_one_receipt_each(town)
    record_property("copies of a receipt", copies)
    record_property("seed", seed)
    assert copies <= len(moments), f"seed {seed}"


def test_asked_to_stop_in_the_middle_it_stops_in_time_and_leaves_nothing_half_done(town: Town) -> None:
    """SIGTERM while letters go out: exit status 0 within 25 seconds; started again, it does the rest, and nothing twice."""
    with town.daemon() as daemon:
        daemon.wait_for("ready")
        complain(town, range(RESIDENTS))
        daemon.wait_for("letter sent")
        assert daemon.terminate(25) == 0
        assert daemon.said("stopped")
    run_to_the_end(town)

    assert one_case_and_one_receipt_each(town) == 0


@pytest.mark.parametrize("word", [signal.SIGINT, signal.SIGTERM])
def test_asked_to_stop_while_it_waits_for_mail_it_stops_at_once(town: Town, word: signal.Signals) -> None:
    """Both signals end an idle daemon within seconds of a busy machine, and its mailbox is free for the next."""
    with town.daemon() as daemon:
        daemon.wait_for("ready")
        daemon.process.send_signal(word)
        assert daemon.process.wait(20) == 0


def run_to_the_end(town: Town) -> None:
    """Start it once more, and let it finish all that there is to do."""
    with town.daemon() as daemon:
        daemon.wait_for("ready")
        eventually(lambda: nothing_left(town), lambda: f"an empty outbox; the log ends with {daemon.log[-5:]}")
        assert daemon.terminate() == 0


def nothing_left(town: Town) -> bool:
    def look(tx: Tx) -> bool:
        done = mails.counts(tx, town.feedback)[MailState.DONE]
        depth = outbox.depth(tx, COUNCIL)
        return done == RESIDENTS and depth[OutboxState.WAITING] + depth[OutboxState.SENDING] == 0

    return town.books.ask(look)


def one_case_and_one_receipt_each(town: Town) -> int:
    """How many copies of a receipt lie beside the first."""
    eventually(lambda: all(town.letters(town.names.resident(n)) for n in range(RESIDENTS)), "a receipt for each resident")
    copies = 0
    for which in range(RESIDENTS):
        receipts = [str(mail["Message-ID"]) for mail in town.letters(town.names.resident(which))]
        assert len(set(receipts)) == 1
        copies += len(receipts) - 1
    opened = town.books.ask(partial(cases.list_cases, council=COUNCIL))
    assert sorted(case.complainant for case in opened) == sorted(town.resident(which) for which in range(RESIDENTS))
    assert len({str(mail["Message-ID"]) for mail in town.letters(town.names.officer)}) == RESIDENTS
    assert town.books.ask(journal.verify) is None
    return copies
