"""The process that reads mails: what hangs or eats all memory dies there, and the next mail is read."""

import asyncio
import contextlib
import io
import os
import pickle
import resource
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from needs import A_PAUSE
from townclerk.mail.errors import MailUnreadable
from townclerk.mail.parsing import Limits, ParsePool, ReaderUnavailable
from townclerk.mail.reading import Reading, read_inline, read_written
from townclerk.mail.worker import read_frame, write_frame

MAIL = b"From: a@example.org\r\nSubject: next\r\n\r\nMy bin."
CORPUS = Path(__file__).parents[1] / "corpus"


@asynccontextmanager
async def pool(limits: Limits | None = None, workers: int = 1) -> AsyncIterator[ParsePool]:
    opened = ParsePool(workers, limits)
    try:
        yield opened
    finally:
        await opened.close()


def hanging() -> bytes:
    """Each of a million lines is compared with three hundred boundaries."""
    head = b"From: a@example.org\r\nSubject: slow\r\nContent-Type: multipart/mixed; boundary=b0\r\n\r\n"
    nested = b"".join(b"--b%d\r\nContent-Type: multipart/mixed; boundary=b%d\r\n\r\n" % (i, i + 1) for i in range(300))
    return head + nested + b"--x\r\n" * 1_000_000


def readers() -> set[int]:
    """The reader processes that this process has started."""
    children: set[int] = set()
    for task in Path("/proc/self/task").iterdir():
        with contextlib.suppress(FileNotFoundError):  # a thread that has ended meanwhile
            children |= {int(pid) for pid in (task / "children").read_text().split()}
    return {pid for pid in children if "townclerk.mail.worker" in command_of(pid)}


def command_of(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_text()
    except OSError:
        return ""


def environment_of(pid: int) -> str:
    return Path(f"/proc/{pid}/environ").read_text()


async def until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + A_PAUSE
    while not holds():
        assert time.monotonic() < deadline, "it never came about"
        await asyncio.sleep(0.01)


async def test_a_mail_is_the_same_read_here_and_there() -> None:
    async with pool() as parser:
        for path in sorted(CORPUS.glob("*.eml")):
            assert await parser.parse(path) == await parser.parse(path.read_bytes()) == read_inline(path.read_bytes())


async def test_what_somebody_wrote_is_the_same_read_here_and_there() -> None:
    async with pool() as parser:
        for path in sorted(CORPUS.glob("*.eml")):
            assert await parser.written(path) == await parser.written(path.read_bytes()) == read_written(path)


async def test_a_mail_that_hangs_when_its_words_are_asked_for_is_said_to_be_unreadable() -> None:
    async with pool(Limits(seconds=0.3, seconds_per_megabyte=0)) as parser:
        with pytest.raises(MailUnreadable, match=r"longer than 0\.3 seconds"):
            await parser.written(hanging())
        assert (await parser.written(MAIL)).text == "My bin."


async def test_a_mail_whose_words_wake_a_fault_says_where_and_ends_no_reader() -> None:
    nested = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (i, i) for i in range(3_000))
    async with pool() as parser:
        with pytest.raises(MailUnreadable, match="nested too deeply"):
            await parser.written(b"From: a@example.org\r\n" + nested)
        before = readers()
        await parser.parse(MAIL)
        assert readers() == before


async def test_no_process_is_started_before_the_first_mail() -> None:
    before = readers()
    async with pool() as parser:
        assert readers() == before
        await parser.parse(MAIL)
        assert len(readers() - before) == 1
    assert readers() == before


async def test_a_mail_that_hangs_is_given_up_and_the_next_is_read() -> None:
    async with pool(Limits(seconds=0.3, seconds_per_megabyte=0)) as parser:
        stuck = await parser.parse(hanging())
        following = await parser.parse(MAIL)

    assert stuck.quarantined == "reading it took longer than 0.3 seconds"
    assert stuck.mail is not None
    assert (stuck.mail.subject, stuck.mail.text) == ("slow", "")
    assert following == read_inline(MAIL)


async def test_a_mail_that_eats_all_memory_is_given_up_and_the_next_is_read() -> None:
    large = b"Subject: large\r\nContent-Type: application/pdf\r\n\r\n" + (b"x" * 70 + b"\r\n") * 700_000
    async with pool(Limits(memory=128 << 20)) as parser:
        eaten = await parser.parse(large)
        following = await parser.parse(MAIL)

    assert eaten.quarantined == "reading it took too much memory"
    assert eaten.mail is not None
    assert eaten.mail.subject == "large"
    assert following.quarantined is None


async def test_a_reader_that_is_killed_takes_nobody_with_it() -> None:
    before = readers()
    async with pool() as parser:
        await parser.parse(MAIL)
        (reader,) = readers() - before
        os.kill(reader, signal.SIGKILL)
        await until(lambda: reader not in readers() or "townclerk" not in command_of(reader))

        reading = await parser.parse(MAIL)
        assert reading.quarantined == "reading it killed its process"
        assert reading.mail is not None
        assert (await parser.parse(MAIL)).quarantined is None


async def test_a_reader_ignores_what_the_terminal_signals() -> None:
    before = readers()
    async with pool() as parser:
        await parser.parse(MAIL)
        (reader,) = readers() - before
        os.kill(reader, signal.SIGINT)
        os.kill(reader, signal.SIGTERM)

        assert (await parser.parse(MAIL)).quarantined is None
        assert os.getsid(reader) != os.getsid(0)


async def test_a_call_that_is_cancelled_leaves_no_wrong_answer_behind() -> None:
    """The next mail must not get the answer of the one before."""
    before = readers()
    async with pool() as parser:
        await parser.parse(MAIL)
        (reader,) = readers() - before
        call = asyncio.create_task(parser.parse(hanging()))
        await until(lambda: is_running(reader))
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call

        assert await parser.parse(MAIL) == read_inline(MAIL)
    await until(lambda: readers() == before)


def is_running(pid: int) -> bool:
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "R"


async def test_the_loop_goes_on_while_a_mail_is_read() -> None:
    async with pool(Limits(seconds=0.5, seconds_per_megabyte=0)) as parser:
        call = asyncio.create_task(parser.parse(hanging()))
        turns = 0
        while not call.done():
            await asyncio.sleep(0.01)
            turns += 1
        assert turns > 5


async def test_two_workers_read_two_mails_at_once() -> None:
    before = readers()
    async with pool(workers=2) as parser:
        readings = await asyncio.gather(*(parser.parse(MAIL) for _ in range(20)))
        assert len(readers() - before) == 2

    assert set(map(str, readings)) == {str(read_inline(MAIL))}


async def test_files_come_with_their_bytes_and_within_the_limit() -> None:
    raw = (CORPUS / "unnamed-parts.eml").read_bytes()
    async with pool() as parser:
        both, first = await parser.files(raw, 10), await parser.files(raw, 9)

    assert [(file.filename, len(file.content)) for file in both] == [("part-2.jpg", 6), ("part-4.pdf", 4)]
    assert first == both[:1]


async def test_a_mail_that_hangs_has_no_files() -> None:
    async with pool(Limits(seconds=0.3, seconds_per_megabyte=0)) as parser:
        assert await parser.files(hanging(), 1_000) == ()


async def test_a_file_that_is_missing_is_an_error_of_the_machine(tmp_path: Path) -> None:
    async with pool() as parser:
        with pytest.raises(FileNotFoundError):
            await parser.parse(tmp_path / "nothing.eml")
        assert (await parser.parse(MAIL)).quarantined is None


async def test_a_closed_pool_says_so() -> None:
    async with pool() as parser:
        await parser.parse(MAIL)
    with pytest.raises(ReaderUnavailable):
        await parser.parse(MAIL)


async def test_an_interpreter_that_does_not_start_is_not_the_mails_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/bin/false")
    async with pool() as parser:
        with pytest.raises(ReaderUnavailable):
            await parser.parse(MAIL)


async def test_a_mail_of_forty_megabytes_does_not_pass_through_this_process(tmp_path: Path) -> None:
    path = tmp_path / "large.eml"
    with path.open("wb") as file:
        file.write(b"From: a@example.org\r\nSubject: large\r\nContent-Type: application/pdf; name=a.pdf\r\n")
        file.write(b"Content-Transfer-Encoding: base64\r\n\r\n")
        for _ in range(40):
            file.write((b"QUFB" * 18 + b"\r\n") * 14_000)
    async with pool() as parser:
        await parser.parse(MAIL)
        before = resident_bytes()
        reading = await parser.parse(path)
        grown = resident_bytes() - before

    assert reading.quarantined is None
    assert reading.mail is not None
    assert reading.mail.attachments[0].size > 29_000_000
    assert grown < 8 << 20


def resident_bytes() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def test_a_reader_dies_with_its_parent(tmp_path: Path) -> None:
    """The parent is killed without a chance to say goodbye: its reader sees the end of the pipe and goes."""
    program = (
        "import asyncio, os, signal, sys; sys.path[:0] = sys.argv[2:]\n"
        "from pathlib import Path\n"
        "from townclerk.mail.parsing import ParsePool\n"
        "async def main():\n"
        "    await ParsePool().parse(b'Subject: x')\n"
        "    pids = Path('/proc/self/task', str(os.getpid()), 'children').read_text()\n"
        "    Path(sys.argv[1]).write_text(pids)\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
        "asyncio.run(main())\n"
    )
    noted = tmp_path / "pids"
    path = [entry for entry in sys.path if entry]
    subprocess.run([sys.executable, "-c", program, str(noted), *path], check=False, timeout=60)

    pids = [int(pid) for pid in noted.read_text().split()]
    assert pids
    asyncio.run(until(lambda: not any("townclerk.mail.worker" in command_of(pid) for pid in pids)))


class _Deed:
    """As a taken-over reader would write it: a call to be made where it is unpickled."""

    def __init__(self, function: object, *arguments: object) -> None:
        self._what = (function, arguments)

    def __reduce__(self) -> tuple[object, tuple[object, ...]]:
        return self._what


@pytest.mark.parametrize(
    "deed",
    [
        _Deed(os.system, "true"),
        _Deed(eval, "1"),
        _Deed(getattr, Path, "unlink"),
        _Deed(subprocess.Popen, ["true"]),
        _Deed(read_inline, MAIL),
    ],
)
def test_a_reader_that_was_taken_over_can_have_nothing_done_by_the_daemon(deed: _Deed) -> None:
    frame = io.BytesIO()
    write_frame(frame, [deed])

    with pytest.raises(pickle.UnpicklingError, match="nothing that a mail becomes"):
        read_frame(io.BytesIO(frame.getvalue()))


def test_whatever_a_mail_becomes_passes_between_the_two() -> None:
    for file in sorted(CORPUS.rglob("*.eml")):
        frame = io.BytesIO()
        reading = read_inline(file.read_bytes())
        write_frame(frame, (reading, MailUnreadable("too deep"), FileNotFoundError(2, "not there"), file))
        there = read_frame(io.BytesIO(frame.getvalue()))
        assert isinstance(there[0], Reading)
        assert there[0] == reading


async def test_a_reader_can_write_no_file_and_start_nothing() -> None:
    async with pool() as opened:
        assert (await opened.parse(MAIL)).mail is not None
        (reader,) = readers()
        assert resource.prlimit(reader, resource.RLIMIT_FSIZE) == (0, 0)
        assert resource.prlimit(reader, resource.RLIMIT_NPROC) == (0, 0)


async def test_a_reader_is_told_no_secret_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOWNCLERK_TEST_SECRET", "tell nobody")
    async with pool() as opened:
        await opened.parse(MAIL)
        (reader,) = readers()
        assert "TOWNCLERK_TEST_SECRET" not in environment_of(reader)


async def test_a_mail_is_given_up_by_what_it_costs_and_not_by_how_busy_the_machine_is() -> None:
    """By the seconds of a processor that its reader has had, long before the clock says so."""
    async with pool(Limits(seconds=60, seconds_per_megabyte=0, cpu_seconds=1)) as parser:
        stuck = await parser.parse(hanging())
        following = await parser.parse(MAIL)

    assert stuck.quarantined == "reading it took too long"
    assert stuck.mail is not None
    assert stuck.mail.subject == "slow"
    assert following == read_inline(MAIL)
