"""What a council's own servers do to a daemon on a bad day, and what the daemon makes of it."""

from datetime import UTC, datetime
from email.message import EmailMessage
from functools import partial

from servers.installation import COUNCIL, eventually
from servers.post import COMPLAINT, everything, letter, send
from servers.town import Town
from townclerk.domain.words import LetterKind
from townclerk.store import mails, outbox
from townclerk.store.outbox import OutboxLine
from townclerk.store.schema import OutboxState


def test_a_mailbox_server_that_goes_away_and_comes_back_is_found_again_and_nothing_is_lost(town: Town) -> None:
    """What came before the outage, and what waited in the mail server's queue during it, is answered without anybody's help."""
    with town.daemon() as daemon:
        daemon.wait_for("ready")
        town.dovecot.stop()
        daemon.wait_for("loop interrupted")
        send(town.postfix.smtp_port, complaint(town, 0))
        town.dovecot.start()
        town.postfix.flush()
        send(town.postfix.smtp_port, complaint(town, 1))
        eventually(lambda: [len(town.letters(town.names.resident(n))) for n in range(2)] == [1, 1], lambda: daemon.log[-5:], 30)
        assert daemon.terminate() == 0


def test_while_the_outgoing_server_is_away_letters_wait_and_go_when_it_is_back(town: Town) -> None:
    """The case is opened all the same; the letter stands in the outbox with the reason, and no attempt is held against it."""
    with town.daemon() as daemon:
        daemon.wait_for("ready")
        town.postfix.stop()
        try:
            town.dovecot.deliver(town.feedback, complaint(town, 0).as_bytes(), town.resident())
            eventually(lambda: bool(put_off(town)), lambda: daemon.log[-5:])
            receipt = put_off(town)[0]
            assert not town.letters(town.names.resident())
        finally:
            town.postfix.start()
        assert (receipt.kind, receipt.attempts) == (LetterKind.RECEIPT, 0)
        assert "could not be reached" in str(receipt.last_error)
        eventually(lambda: both_arrive(town), lambda: daemon.log[-5:], 40)
        assert daemon.terminate() == 0


def both_arrive(town: Town) -> bool:
    """Whether receipt and assignment are there; what still waits is told to go now, instead of waiting out its minute."""
    for line in put_off(town):
        town.books.ask(partial(outbox.retry, key=line.key, now=datetime.now(UTC)))
    return [len(town.letters(user)) for user in (town.names.resident(), town.names.officer)] == [1, 1]


def complaint(town: Town, which: int) -> EmailMessage:
    return letter(f"Resident {which} <{town.resident(which)}>", town.feedback, f"Bin {which}", COMPLAINT)


def put_off(town: Town) -> list[OutboxLine]:
    """The letters that wait after a failed attempt."""
    waiting = town.books.ask(partial(outbox.listing, council=COUNCIL, states=(OutboxState.WAITING,)))
    return [line for line in waiting if line.last_error is not None and "not tried" not in line.last_error]


def test_a_mail_that_cannot_be_read_is_set_aside_and_does_not_hold_up_the_next(town: Town) -> None:
    """A mail of parts nested a thousandfold lies before a resident's. The resident gets a receipt, and the lead is told."""
    with town.daemon() as daemon:
        daemon.wait_for("ready")
        town.dovecot.deliver(town.feedback, bomb(town.resident(0), town.feedback), town.resident(0))
        town.dovecot.deliver(town.feedback, complaint(town, 1).as_bytes(), town.resident(1))
        eventually(lambda: len(town.letters(town.names.resident(1))) == 1, lambda: daemon.log[-5:])
        eventually(lambda: len(town.letters(town.names.lead)) == 1, lambda: daemon.log[-5:])
        assert daemon.terminate() == 0

    (aside,) = town.books.ask(mails.quarantined)
    assert aside.reason
    assert f"townclerk quarantine show {aside.id}" in " ".join(everything(town.letters(town.names.lead)[0]).split())


def bomb(sender: str, to: str) -> bytes:
    """Small, and nested too deeply for anybody's stack."""
    head = f"From: {sender}\r\nTo: {to}\r\nSubject: hello\r\nMessage-ID: <bomb@home.example>\r\nMIME-Version: 1.0\r\n"
    levels = [f'Content-Type: multipart/mixed; boundary="b{n}"\r\n\r\n--b{n}\r\n' for n in range(1500)]
    return (head + "".join(levels) + "Content-Type: text/plain\r\n\r\nI want to complain.\r\n").encode()


def test_a_second_daemon_says_that_it_waits_and_takes_over_when_the_first_stops(town: Town) -> None:
    """Two on one mailbox would answer everything twice: the second does nothing until the first has gone."""
    with town.daemon() as first:
        first.wait_for("ready")
        with town.daemon() as second:
            second.wait_for("another daemon has this mailbox")
            send(town.postfix.smtp_port, complaint(town, 0))
            eventually(lambda: len(town.letters(town.names.resident(0))) == 1, lambda: first.log[-5:])
            assert not second.said("ready")
            assert first.terminate() == 0
            second.wait_for("ready", 20)
            send(town.postfix.smtp_port, complaint(town, 1))
            eventually(lambda: len(town.letters(town.names.resident(1))) == 1, lambda: second.log[-5:])
            assert not second.said("letter set aside")
            assert second.terminate() == 0
    assert len(town.letters(town.names.resident(0))) == 1
