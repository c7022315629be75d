"""What intake may rely on, whatever the mailbox is: in memory, pymap, Dovecot."""

import asyncio
import hashlib
import time
from datetime import UTC, datetime, timedelta

import pytest

from needs import A_PAUSE
from servers.mailboxes import Held, HeldByServer
from townclerk.domain.mail import Arrival
from townclerk.mail.errors import MailboxDown, MailboxFolderMissing, MailboxTrouble
from townclerk.mail.mailbox import Batch
from townclerk.mail.spool import PIECE, FileRaw

EVER = datetime(1990, 1, 1, tzinfo=UTC)
MONDAY = datetime(2026, 11, 2, 9, 30, tzinfo=UTC)


def mail(number: int, size: int = 0) -> bytes:
    head = f"From: asha@example.org\r\nMessage-ID: <{number}@example.org>\r\nSubject: Bin {number}\r\n\r\n".encode()
    line = b"It has not been emptied. " * 3 + b"\xe9\r\n"
    body = line * (max(size - len(head), len(line)) // len(line))
    return head + body + b"x" * (size - len(head) - len(body))


def content(arrival: Arrival) -> bytes:
    assert arrival.raw is not None
    return b"".join(arrival.raw.chunks())


def uids(batch: Batch) -> list[int]:
    return [arrival.uid for arrival in batch.arrivals]


async def everything(held: Held, limit: int = 100, since: datetime = EVER) -> Batch:
    return await held.mailbox.arrivals(held.folder, None, 0, since, limit)


async def after(held: Held, batch: Batch, limit: int = 100) -> Batch:
    return await held.mailbox.arrivals(held.folder, batch.uidvalidity, batch.highest_uid, EVER, limit)


async def test_an_empty_folder_gives_nothing_and_a_place_to_begin(held: Held) -> None:
    batch = await everything(held)

    assert (batch.folder, batch.arrivals, batch.highest_uid, batch.more) == (held.folder, (), 0, False)


async def test_a_mail_comes_byte_for_byte_with_its_hash_its_id_and_the_servers_time(held: Held) -> None:
    await held.put(mail(1), MONDAY)

    (arrival,) = (await everything(held)).arrivals
    assert arrival.raw is not None
    assert content(arrival) == mail(1) == content(arrival)
    assert (arrival.raw.size, arrival.raw.sha256) == (len(mail(1)), hashlib.sha256(mail(1)).hexdigest())
    assert (arrival.received_at, arrival.message_id, arrival.folder) == (MONDAY, "<1@example.org>", held.folder)


async def test_the_time_is_the_same_in_whatever_zone_the_server_tells_it(held: Held) -> None:
    await held.put(mail(1), datetime.fromisoformat("2026-06-01T00:30:00+01:00"))

    (arrival,) = (await everything(held)).arrivals
    assert arrival.received_at == datetime(2026, 5, 31, 23, 30, tzinfo=UTC)
    assert arrival.received_at.utcoffset() == timedelta(0)


async def test_mails_come_in_the_order_of_their_uids_not_of_their_dates(held: Held) -> None:
    for number in (1, 2, 3):
        await held.put(mail(number), MONDAY - timedelta(days=number))

    batch = await everything(held)
    assert uids(batch) == sorted(uids(batch))
    assert [content(arrival) for arrival in batch.arrivals] == [mail(1), mail(2), mail(3)]


async def test_a_mail_is_given_once_when_the_place_moves_on(held: Held) -> None:
    await held.put(mail(1), MONDAY)
    first = await everything(held)

    nothing = await after(held, first)
    assert (nothing.arrivals, nothing.highest_uid, nothing.more) == ((), first.highest_uid, False)
    await held.put(mail(2), MONDAY)
    assert [content(arrival) for arrival in (await after(held, first)).arrivals] == [mail(2)]


async def test_a_mail_is_given_again_while_the_place_stands(held: Held) -> None:
    await held.put(mail(1), MONDAY)

    assert uids(await everything(held)) == uids(await everything(held)) != []


@pytest.mark.parametrize(("limit", "first", "more"), [(2, 2, True), (3, 3, False), (4, 3, False)])
async def test_a_batch_holds_no_more_than_was_asked_for_and_says_so(held: Held, limit: int, first: int, more: bool) -> None:
    for number in (1, 2, 3):
        await held.put(mail(number), MONDAY)

    batch = await everything(held, limit)
    assert (len(batch.arrivals), batch.more) == (first, more)
    rest = await after(held, batch)
    assert (len(rest.arrivals), rest.more) == (3 - first, False)


async def test_a_mail_from_before_the_day_comes_as_a_place_without_its_bytes(held: Held) -> None:
    await held.put(mail(1), MONDAY - timedelta(seconds=1))
    await held.put(mail(2), MONDAY)

    old, new = (await everything(held, since=MONDAY)).arrivals
    assert (old.raw, old.message_id) == (None, "<1@example.org>")
    assert content(new) == mail(2)


async def test_old_mails_do_not_count_towards_the_limit(held: Held) -> None:
    for number in (1, 2, 3, 4):
        await held.put(mail(number), MONDAY if number == 4 else MONDAY - timedelta(days=400))

    batch = await everything(held, limit=1, since=MONDAY)
    assert [arrival.raw is None for arrival in batch.arrivals] == [True, True, True, False]
    assert batch.more is False


async def test_a_mail_that_was_deleted_is_passed_over(held: Held) -> None:
    for number in (1, 2, 3):
        await held.put(mail(number), MONDAY)
    before = await everything(held)
    await held.delete(uids(before)[1])

    batch = await everything(held)
    assert uids(batch) == [uids(before)[0], uids(before)[2]]
    assert batch.highest_uid == before.highest_uid


async def test_when_the_server_numbers_anew_the_folder_begins_again(held: Held) -> None:
    for number in (1, 2):
        await held.put(mail(number), MONDAY)
    before = await everything(held)
    await held.number_anew()

    batch = await patiently(held, before)
    assert batch.uidvalidity != before.uidvalidity
    assert [content(arrival) for arrival in batch.arrivals] == [mail(1), mail(2)]
    assert (await after(held, batch)).arrivals == ()


async def patiently(held: Held, before: Batch) -> Batch:
    """A server may end the session in which a folder vanishes; the next one sees the new folder."""
    try:
        batch = await after(held, before)
    except MailboxTrouble:
        return await after(held, before)
    if batch.uidvalidity == before.uidvalidity and isinstance(held, HeldByServer):  # pymap: this session still sees the old one
        await held.mailbox.close()
        held.mailbox = held.again()
        return await after(held, before)
    return batch


async def test_a_missing_folder_is_named_and_the_others_are_still_read(held: Held) -> None:
    await held.put(mail(1), MONDAY)

    with pytest.raises(MailboxFolderMissing, match="No such place"):
        await held.mailbox.arrivals("No such place", None, 0, EVER, 10)
    with pytest.raises(MailboxFolderMissing):
        await held.mailbox.wait("No such place", 0)
    assert len((await everything(held)).arrivals) == 1


async def test_the_folders_that_are_not_there_are_told(held: Held) -> None:
    assert await held.mailbox.folders(["INBOX", held.folder, "No such place"]) == ("No such place",)
    assert await held.mailbox.folders([]) == ()


async def test_a_mail_that_came_between_looking_and_waiting_ends_the_waiting(held: Held) -> None:
    batch = await everything(held)
    await held.put(mail(1), MONDAY)

    assert await asyncio.wait_for(held.mailbox.wait(held.folder, 10 * A_PAUSE), A_PAUSE)
    assert len((await after(held, batch)).arrivals) == 1


async def test_without_a_mail_waiting_ends_when_its_time_is_over(held: Held) -> None:
    await everything(held)
    await held.mailbox.wait(held.folder, 0)

    assert await held.mailbox.wait(held.folder, 0.1) is False


async def test_what_the_server_can_do_is_told_in_capitals(held: Held) -> None:
    assert {"IMAP4REV1", "IDLE"} <= await held.mailbox.capabilities()


async def test_a_mailbox_may_be_closed_twice(held: Held) -> None:
    await everything(held)

    await held.mailbox.close()
    await held.mailbox.close()


async def test_a_new_mail_ends_the_waiting(served: HeldByServer) -> None:
    batch = await everything(served)
    waiting = asyncio.create_task(served.mailbox.wait(served.folder, 10 * A_PAUSE))
    await asyncio.sleep(0)
    await served.put(mail(1), MONDAY)

    assert await asyncio.wait_for(waiting, A_PAUSE)
    assert len((await after(served, batch)).arrivals) == 1


async def test_waiting_can_be_cancelled_at_once_and_the_mailbox_used_again(served: HeldByServer) -> None:
    await everything(served)
    waiting = asyncio.create_task(served.mailbox.wait(served.folder, 10 * A_PAUSE))
    await asyncio.sleep(0)
    began = time.monotonic()
    waiting.cancel()

    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert (await everything(served)).arrivals == ()
    assert time.monotonic() - began < A_PAUSE


async def test_another_question_ends_the_waiting(served: HeldByServer) -> None:
    waiting = asyncio.create_task(served.mailbox.wait(served.folder, 10 * A_PAUSE))
    await asyncio.sleep(0)

    assert await asyncio.wait_for(served.mailbox.folders(["INBOX"]), A_PAUSE) == ()
    assert await asyncio.wait_for(waiting, A_PAUSE) is False


async def test_closing_ends_the_waiting_and_nothing_is_answered_after_it(served: HeldByServer) -> None:
    waiting = asyncio.create_task(served.mailbox.wait(served.folder, 10 * A_PAUSE))
    await asyncio.sleep(0)
    await asyncio.wait_for(served.mailbox.close(), A_PAUSE)

    await asyncio.wait_for(asyncio.gather(waiting, return_exceptions=True), A_PAUSE)
    with pytest.raises(MailboxDown):
        await everything(served)


async def test_reading_leaves_no_trace_in_the_mailbox(served: HeldByServer) -> None:
    await served.put(mail(1), MONDAY)
    await everything(served)

    assert b"\\Seen" not in await served.flags()


@pytest.mark.parametrize("size", [999_999, 1_000_000, 2 * PIECE - 1, 2 * PIECE, 2 * PIECE + 1])
async def test_a_large_mail_comes_byte_for_byte_by_way_of_a_file(served: HeldByServer, size: int) -> None:
    raw = mail(1, size)
    await served.put(raw, MONDAY)

    (arrival,) = (await everything(served)).arrivals
    assert arrival.raw is not None
    assert isinstance(arrival.raw, FileRaw) is (size >= 1_000_000)
    assert (arrival.raw.size, arrival.raw.sha256) == (size, hashlib.sha256(raw).hexdigest())
    assert max(len(piece) for piece in arrival.raw.chunks()) <= PIECE
    assert content(arrival) == raw
    arrival.raw.discard()
    arrival.raw.discard()
    assert not isinstance(arrival.raw, FileRaw) or not arrival.raw.path.exists()


async def test_many_large_mails_come_in_several_batches(served: HeldByServer) -> None:
    for number in (1, 2, 3):
        await served.put(mail(number, 3_500_000), MONDAY)

    first = await everything(served)
    rest = await after(served, first)
    assert ([len(first.arrivals), first.more], [len(rest.arrivals), rest.more]) == ([2, True], [1, False])
    for arrival in (*first.arrivals, *rest.arrivals):
        assert arrival.raw is not None
        arrival.raw.discard()


async def test_more_mails_than_fit_into_one_question_come_all_in_order(served: HeldByServer) -> None:
    for number in range(120):
        await served.put(mail(number), MONDAY if number % 3 else MONDAY - timedelta(days=1))

    batch = await everything(served, limit=1000, since=MONDAY)
    assert [arrival.message_id for arrival in batch.arrivals] == [f"<{number}@example.org>" for number in range(120)]
    assert [arrival.raw is None for arrival in batch.arrivals] == [number % 3 == 0 for number in range(120)]
