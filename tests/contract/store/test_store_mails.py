"""Mails: taken once, kept whole, dealt with once."""

import io
import os
import subprocess
import sys
import textwrap
import tracemalloc
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pytest
from sqlalchemy import update

from townclerk.domain.mail import Arrival
from townclerk.store import mails
from townclerk.store.database import Database, Tx
from townclerk.store.errors import Altered, NotThere, Stale, StoreError
from townclerk.store.mails import FolderPosition, StoredMail, Taken
from townclerk.store.schema import PIECE, MailState, mail_parts

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
START = NOON - timedelta(days=1)
BOX = "feedback@oakdale.example"


@dataclass(frozen=True)
class Bytes:
    """A mail in memory."""

    content: bytes

    @property
    def size(self) -> int:
        return len(self.content)

    @property
    def sha256(self) -> str:
        return sha256(self.content).hexdigest()

    def chunks(self) -> Iterator[bytes]:
        yield from (self.content[n : n + 1000] for n in range(0, self.size, 1000))

    def discard(self) -> None:
        pass


class Broken(Bytes):
    """A mail whose bytes end too early: its file was taken away."""

    def chunks(self) -> Iterator[bytes]:
        yield self.content[:-1]


def arrival(uid: int, content: bytes | None = None, *, at: datetime = NOON, validity: int = 7) -> Arrival:
    raw = Bytes(content if content is not None else f"mail {uid}".encode())
    return Arrival("INBOX", validity, uid, at, f"<{uid}@example.org>", raw)


def take(tx: Tx, *arrivals: Arrival, highest: int | None = None, box: str = BOX) -> Taken:
    validity = arrivals[0].uidvalidity if arrivals else 7
    top = highest if highest is not None else max(a.uid for a in arrivals)
    return mails.take(tx, box, "INBOX", validity, top, START, arrivals, NOON)


@pytest.fixture
def one(database: Database) -> int:
    """The number of a mail that waits."""
    database.run_now(lambda tx: take(tx, arrival(1)))
    return database.read_now(lambda tx: mails.next_to_deal_with(tx, BOX, 1))[0].id


def settle(tx: Tx, number: int, state: MailState = MailState.DONE, **more: str) -> None:
    mails.settle(tx, number, state, kind="person", because="new", now=NOON, **more)


# --- taking


def test_a_folder_never_read_has_no_position(database: Database) -> None:
    assert database.read_now(lambda tx: mails.position(tx, BOX, "INBOX")) is None


def test_mail_and_position_are_kept_together(database: Database) -> None:
    taken = database.run_now(lambda tx: take(tx, arrival(3), arrival(9), highest=12))

    assert taken == Taken(taken=2)
    assert database.read_now(lambda tx: mails.position(tx, BOX, "INBOX")) == FolderPosition(7, 12, START)
    waiting = database.read_now(lambda tx: mails.next_to_deal_with(tx, BOX, 10))
    assert [mail.uid for mail in waiting] == [3, 9]
    assert waiting[0] == StoredMail(
        id=waiting[0].id,
        mailbox=BOX,
        folder="INBOX",
        uidvalidity=7,
        uid=3,
        received_at=NOON,
        size=6,
        sha256=sha256(b"mail 3").hexdigest(),
        state=MailState.TAKEN,
        attempts=0,
        taken_at=NOON,
        message_id="<3@example.org>",
    )
    assert database.read_now(lambda tx: mails.raw_bytes(tx, waiting[1].id)) == b"mail 9"


def test_a_take_that_breaks_moves_nothing(database: Database) -> None:
    """The second mail's bytes end too early: neither it nor the first nor the position is kept."""
    short = Arrival("INBOX", 7, 2, NOON, None, Broken(b"whole"))

    with pytest.raises(StoreError):
        database.run_now(lambda tx: take(tx, arrival(1), short))

    assert database.read_now(lambda tx: mails.position(tx, BOX, "INBOX")) is None
    assert database.read_now(lambda tx: mails.next_to_deal_with(tx, BOX, 10)) == ()


def test_the_same_arrivals_again_change_nothing(database: Database, one: int) -> None:
    database.run_now(lambda tx: settle(tx, one))

    assert database.run_now(lambda tx: take(tx, arrival(1))) == Taken()
    assert database.read_now(lambda tx: mails.counts(tx, BOX))[MailState.DONE] == 1
    assert sum(database.read_now(lambda tx: mails.counts(tx, BOX)).values()) == 1


def test_a_position_never_goes_back(database: Database) -> None:
    database.run_now(lambda tx: take(tx, highest=12))
    database.run_now(lambda tx: take(tx, highest=11))
    assert database.read_now(lambda tx: mails.position(tx, BOX, "INBOX")) == FolderPosition(7, 12, START)

    database.run_now(lambda tx: take(tx, highest=13))
    assert database.read_now(lambda tx: mails.position(tx, BOX, "INBOX")) == FolderPosition(7, 13, START)


def test_eight_who_take_the_same_mail_at_once_take_it_once(database: Database) -> None:
    """A lease keeps two daemons apart; where it fails, the mail must still be one."""
    with ThreadPoolExecutor(8) as threads:
        taken = list(threads.map(lambda _: database.run_now(lambda tx: take(tx, arrival(1), arrival(2))), range(8)))

    assert sorted(result.taken for result in taken) == [0] * 7 + [2]
    assert sum(database.read_now(lambda tx: mails.counts(tx, BOX)).values()) == 2


def test_a_new_uidvalidity_starts_again_and_the_same_bytes_are_a_repeat(database: Database) -> None:
    database.run_now(lambda tx: take(tx, arrival(5, b"old"), highest=50))

    taken = database.run_now(lambda tx: take(tx, arrival(1, b"old", validity=8), arrival(2, b"new", validity=8)))

    assert taken == Taken(taken=1, repeated=1)
    assert database.read_now(lambda tx: mails.position(tx, BOX, "INBOX")) == FolderPosition(8, 2, START)
    assert database.read_now(lambda tx: mails.counts(tx, BOX))[MailState.REPEAT] == 1
    assert len(database.read_now(lambda tx: mails.next_to_deal_with(tx, BOX, 10))) == 2


def test_the_same_bytes_twice_in_one_take_are_a_repeat(database: Database) -> None:
    assert database.run_now(lambda tx: take(tx, arrival(1, b"x"), arrival(2, b"x"))) == Taken(taken=1, repeated=1)


def test_the_same_bytes_in_another_mailbox_are_a_mail_of_its_own(database: Database) -> None:
    assert database.run_now(lambda tx: take(tx, arrival(1, b"x"))) == Taken(taken=1)
    assert database.run_now(lambda tx: take(tx, arrival(1, b"x"), box="other@oakdale.example")) == Taken(taken=1)


def test_mail_from_before_the_start_is_recorded_without_its_bytes(database: Database) -> None:
    """On both sides of the bound, whether its bytes were fetched or not."""
    just_before = START - timedelta(microseconds=1)
    place_only = Arrival("INBOX", 7, 1, just_before, None, None)

    taken = database.run_now(lambda tx: take(tx, place_only, arrival(2, at=just_before), arrival(3, at=START)))

    assert taken == Taken(taken=1, before_start=2)
    assert [mail.uid for mail in database.read_now(lambda tx: mails.next_to_deal_with(tx, BOX, 10))] == [3]
    with pytest.raises(NotThere):
        database.read_now(lambda tx: mails.raw_bytes(tx, 1))


def test_a_mail_that_must_be_answered_cannot_come_without_its_bytes(database: Database) -> None:
    with pytest.raises(StoreError, match="UID 1"):
        database.run_now(lambda tx: take(tx, Arrival("INBOX", 7, 1, START, None, None)))


def test_an_empty_mail_is_a_mail(database: Database) -> None:
    database.run_now(lambda tx: take(tx, arrival(1, b"")))
    waiting = database.read_now(lambda tx: mails.next_to_deal_with(tx, BOX, 10))

    assert database.read_now(lambda tx: mails.raw_bytes(tx, waiting[0].id)) == b""


@pytest.mark.parametrize("size", [PIECE - 1, PIECE, PIECE + 1, 2 * PIECE + 5])
def test_bytes_come_back_as_they_went_in_around_the_size_of_a_piece(database: Database, size: int) -> None:
    content = os.urandom(size)
    database.run_now(lambda tx: take(tx, arrival(1, content)))
    number = database.read_now(lambda tx: mails.next_to_deal_with(tx, BOX, 1))[0].id
    file = io.BytesIO()
    database.read_now(lambda tx: mails.write_raw(tx, number, file))

    assert file.getvalue() == content
    assert database.read_now(lambda tx: mails.raw_bytes(tx, number)) == content


# In a program of its own, so that nothing else counts: what forty megabytes cost, after a small mail has warmed it up.
FORTY = textwrap.dedent("""
    import hashlib, re, sys, tempfile
    from datetime import UTC, datetime
    from pathlib import Path
    from townclerk.domain.mail import Arrival
    from townclerk.store import mails
    from townclerk.store.database import Database

    NOW = datetime(2026, 6, 1, tzinfo=UTC)

    class Big:
        def __init__(self, pieces):
            self.pieces = pieces
            self.size = pieces * 1048576
        @property
        def sha256(self):
            digest = hashlib.sha256()
            for chunk in self.chunks():
                digest.update(chunk)
            return digest.hexdigest()
        def chunks(self):
            return (bytes([n % 256]) * 1048576 for n in range(self.pieces))

    def peak():
        return int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]) / 1024

    def pass_through(uid, pieces):
        arrival = Arrival("INBOX", 1, uid, NOW, None, Big(pieces))
        database.run_now(lambda tx: mails.take(tx, "box", "INBOX", 1, uid, NOW, [arrival], NOW))
        with tempfile.TemporaryFile() as file:
            database.read_now(lambda tx: mails.write_raw(tx, uid, file))
            assert file.tell() == pieces * 1048576

    database = Database.open(sys.argv[1], durable=False)
    pass_through(1, 4)
    before = peak()
    pass_through(2, 40)
    print(peak() - before)
    database.close()
""")


def test_forty_megabytes_pass_through_little_memory(url: str) -> None:
    source = Path(mails.__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-c", FORTY, url],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": str(source)},
    )

    assert done.returncode == 0, done.stderr
    assert float(done.stdout) < 10


def test_a_list_of_waiting_mail_does_not_load_its_bytes(database: Database) -> None:
    database.run_now(lambda tx: take(tx, *(arrival(n, bytes([n]) * PIECE) for n in range(1, 9))))
    database.read_now(lambda tx: mails.next_to_deal_with(tx, BOX, 1))
    tracemalloc.start()
    assert len(database.read_now(lambda tx: mails.next_to_deal_with(tx, BOX, 100))) == 8
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert peak < PIECE


# --- settling


def test_mail_is_dealt_with_in_the_order_of_its_receipt(database: Database) -> None:
    later = NOON + timedelta(seconds=1)
    database.run_now(lambda tx: take(tx, arrival(1, at=later), arrival(2), arrival(3), arrival(4, at=later)))

    assert [mail.uid for mail in database.read_now(lambda tx: mails.next_to_deal_with(tx, BOX, 3))] == [2, 3, 1]
    assert database.read_now(lambda tx: mails.oldest_waiting(tx, BOX)) == NOON
    assert database.read_now(lambda tx: mails.next_to_deal_with(tx, "other", 3)) == ()


def test_a_settled_mail_waits_no_more_and_keeps_what_is_known(database: Database, one: int) -> None:
    database.run_now(lambda tx: settle(tx, one, case_ref="OD-1", sender="a@example.org", subject="Bins", content_hash="h"))
    kept = database.read_now(lambda tx: mails.get(tx, one))

    assert kept is not None
    assert (kept.state, kept.kind, kept.because, kept.case_ref) == (MailState.DONE, "person", "new", "OD-1")
    assert (kept.sender, kept.subject, kept.settled_at) == ("a@example.org", "Bins", NOON)
    assert kept.message_id == "<1@example.org>"
    assert database.read_now(lambda tx: mails.next_to_deal_with(tx, BOX, 3)) == ()
    assert database.read_now(lambda tx: mails.oldest_waiting(tx, BOX)) is None


def test_nobody_deals_with_a_mail_twice(database: Database, one: int) -> None:
    """The second is told so, and all that it did about the mail is undone with it."""
    database.run_now(lambda tx: settle(tx, one))

    def again(tx: Tx) -> None:
        mails.remember_id(tx, "<second@example.org>", "OD-2")
        settle(tx, one)

    with pytest.raises(Stale):
        database.run_now(again)
    assert database.read_now(lambda tx: mails.answered_ids(tx, ["<second@example.org>"])) == {}


def test_a_mail_is_the_same_only_by_content_and_message_id_together(database: Database, one: int) -> None:
    def found(content: str, message_id: str | None, box: str = BOX) -> int | None:
        return database.read_now(lambda tx: mails.find_same(tx, box, content, message_id))

    assert found("h", "<1@example.org>") is None
    database.run_now(lambda tx: settle(tx, one, content_hash="h"))

    assert found("h", "<1@example.org>") == one
    assert found("other", "<1@example.org>") is None
    assert found("h", "<2@example.org>") is None
    assert found("h", None) is None
    assert found("h", "<1@example.org>", "other") is None


def test_without_a_message_id_the_content_alone_must_do(database: Database) -> None:
    database.run_now(lambda tx: take(tx, Arrival("INBOX", 7, 1, NOON, None, Bytes(b"x"))))
    number = database.read_now(lambda tx: mails.next_to_deal_with(tx, BOX, 1))[0].id
    database.run_now(lambda tx: settle(tx, number, content_hash="h"))

    assert database.read_now(lambda tx: mails.find_same(tx, BOX, "h", None)) == number
    assert database.read_now(lambda tx: mails.find_same(tx, BOX, "h", "<1@example.org>")) is None


# --- quarantine


def test_attempts_are_counted_one_by_one(database: Database, one: int) -> None:
    assert [database.run_now(lambda tx: mails.count_attempt(tx, one)) for _ in range(3)] == [1, 2, 3]
    with pytest.raises(NotThere):
        database.run_now(lambda tx: mails.count_attempt(tx, one + 1))


def test_a_quarantined_mail_holds_nobody_up_and_can_be_retried(database: Database, one: int) -> None:
    database.run_now(lambda tx: mails.count_attempt(tx, one))
    database.run_now(lambda tx: settle(tx, one, MailState.QUARANTINED, reason="it broke the parser"))
    held = database.read_now(mails.quarantined)
    assert [(mail.id, mail.reason) for mail in held] == [(one, "it broke the parser")]
    assert database.read_now(lambda tx: mails.quarantined(tx, "other")) == ()
    assert database.read_now(lambda tx: mails.next_to_deal_with(tx, BOX, 3)) == ()

    assert database.run_now(lambda tx: mails.retry(tx, one))
    assert not database.run_now(lambda tx: mails.retry(tx, one))

    waiting = database.read_now(lambda tx: mails.next_to_deal_with(tx, BOX, 3))
    assert [(mail.id, mail.attempts, mail.reason) for mail in waiting] == [(one, 0, None)]


def test_there_is_no_mail_of_an_unknown_number(database: Database) -> None:
    assert database.read_now(lambda tx: mails.get(tx, 4711)) is None
    with pytest.raises(NotThere):
        database.read_now(lambda tx: mails.raw_bytes(tx, 4711))
    with pytest.raises(Stale):
        database.run_now(lambda tx: settle(tx, 4711))


# --- Message-IDs


def test_an_answered_mail_leads_to_its_case(database: Database) -> None:
    def work(tx: Tx) -> None:
        mails.remember_id(tx, "<a@x>", "OD-1", mail_id=1)
        mails.remember_id(tx, "<b@x>", "OD-2", letter_key="OD-2:receipt")
        mails.remember_id(tx, "<b@x>", "OD-2", letter_key="OD-2:receipt")
        mails.remember_id(tx, "<a@x>", "OD-9")

    database.run_now(work)

    found = database.read_now(lambda tx: mails.answered_ids(tx, ["<z@x>", "<b@x>", "<a@x>"]))
    assert found == {"<a@x>": "OD-1", "<b@x>": "OD-2"}
    assert database.read_now(lambda tx: mails.letter_of(tx, "<b@x>")) == ("OD-2", "OD-2:receipt")
    assert database.read_now(lambda tx: mails.letter_of(tx, "<a@x>")) is None
    assert database.read_now(lambda tx: mails.answered_ids(tx, [])) == {}


def test_a_mail_whose_bytes_are_others_is_not_taken_for_the_one_that_came(database: Database) -> None:
    database.run_now(lambda tx: mails.take(tx, BOX, "INBOX", 7, 3, START, [arrival(3)], NOON))
    (stored,) = database.read_now(lambda tx: mails.next_to_deal_with(tx, BOX, 10))
    number = stored.id
    assert database.read_now(mails.altered) is None

    database.run_now(lambda tx: tx.execute(update(mail_parts).values(bytes=b"forged")))

    assert database.read_now(mails.altered) == number
    with pytest.raises(Altered):
        database.read_now(lambda tx: mails.raw_bytes(tx, number))


def test_a_monstrous_message_id_is_found_again(database: Database) -> None:
    """PostgreSQL indexes nothing of more than 2.7 kB, and a stranger writes what they like."""
    monster = f"<{os.urandom(50_000).hex()}\0@x>"
    database.run_now(lambda tx: mails.remember_id(tx, monster, "OD-1", letter_key="k"))

    assert database.read_now(lambda tx: mails.answered_ids(tx, [monster, monster[:-1]])) == {monster: "OD-1"}
    assert database.read_now(lambda tx: mails.letter_of(tx, monster)) == ("OD-1", "k")


def test_thousands_of_references_can_be_asked_for(database: Database) -> None:
    names = [f"<{n}@x>" for n in range(1_234)]
    database.run_now(lambda tx: mails.remember_id(tx, names[-1], "OD-1"))

    assert database.read_now(lambda tx: mails.answered_ids(tx, names)) == {names[-1]: "OD-1"}
