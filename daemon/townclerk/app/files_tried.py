"""Files that have changed are tried in a process of their own before they are taken up. What never comes to an end in them, or
fills all memory, ends there: mail, dates and letters go on meanwhile."""

import asyncio
import json
import os
import resource
import signal
import sys
from collections.abc import Awaitable, Callable
from dataclasses import astuple
from pathlib import Path

from townclerk.app.wiring import load_files
from townclerk.config.errors import ConfigError, Fault, FilesRefused
from townclerk.domain.routing import Routing, RuleTest, try_rules

LONGEST_TRIED = 120.0  # seconds; the shipped files and their tests take some five, on a busy machine thirty
MEMORY = 1 << 30  # bytes of address space; they take a quarter
MOST_FAULTS = 1_000  # that are handed over; nobody mends more before they try again
LONGEST_TEST = 80  # of the mail of a test, where somebody is told of it, in characters
_OUT_OF_MEMORY = 3  # exit status
_GO_BACK = "put back what was changed last, and try it with `townclerk rules test --with DIR`"
# As the process that reads mails begins: see there.
_BOOT = (
    "import json, sys; sys.path[:] = json.loads(sys.argv[1]); "
    "from townclerk.app.files_tried import main; main(sys.argv[2], float(sys.argv[3]))"
)

TryFiles = Callable[[Path], Awaitable[tuple[Fault, ...]]]
"""What is wrong with the files of the installation whose settings file that is; nothing: they may be taken up."""


async def try_files(path: Path, seconds: float = LONGEST_TRIED) -> tuple[Fault, ...]:
    """What is wrong with the files of the installation whose settings file is *path*, as a process of its own finds it within
    *seconds*. Cancelling kills it. Raises OSError where no process can be started."""
    search = json.dumps([entry for entry in sys.path if entry])
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-I", "-c", _BOOT, search, str(path), str(seconds),
        stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
        start_new_session=True,  # what the terminal signals to our group does not reach it
    )  # fmt: skip
    try:
        async with asyncio.timeout(seconds):
            said, _ = await process.communicate()
    except TimeoutError:
        return (_as_a_whole(f"reading them, and their tests, took longer than {seconds:g} seconds"),)
    finally:
        if process.returncode is None:
            process.kill()
            await process.communicate()
    if process.returncode == _OUT_OF_MEMORY:
        return (_as_a_whole("reading them took too much memory"),)
    return _verdict(said) if process.returncode == 0 else (_as_a_whole("reading them ended the process that read them"),)


def _verdict(said: bytes) -> tuple[Fault, ...]:
    return tuple(Fault(*each) for each in json.loads(said.splitlines()[-1]))


def _as_a_whole(message: str) -> Fault:
    return Fault("", 0, 0, "", message, _GO_BACK)


# --- in the other process ------------------------------------------------------------------------------------------------


def main(path: str, seconds: float) -> None:
    """Say in the last line what is wrong with the files of the installation at *path*."""
    signal.alarm(int(seconds) + 5)  # where the parent has died, nobody else ends what hangs
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        found = faults_of(Path(path))
        more = len(found) - MOST_FAULTS
        told = (*found[:MOST_FAULTS], *((_as_a_whole(f"and {more} faults more"),) if more > 0 else ()))
        sys.stdout.write(f"\n{json.dumps([astuple(each) for each in told])}\n")
    except MemoryError:
        os._exit(_OUT_OF_MEMORY)  # what is left of this process is not to be trusted


def faults_of(path: Path) -> tuple[Fault, ...]:
    """What is wrong with the files of the installation at *path*: in what they say, and in the rules' own tests."""
    try:
        refuse_failed_tests(load_files(path).council.routing)
    except FilesRefused as refused:
        return refused.faults
    except ConfigError as error:
        return tuple(Fault("", 0, 0, "", line) for line in str(error).splitlines())
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001  # whatever a file that is being written brings, somebody must be told
        return (_as_a_whole(f"reading them ended in {type(error).__name__}, a fault of this program"),)
    return ()


def refuse_failed_tests(routing: Routing) -> None:
    """Raises FilesRefused where a mail that stands with the rules does not come out as it says."""
    failed = try_rules(routing).failed
    if failed:
        raise FilesRefused(
            Fault(
                each.test.place.file,
                each.test.place.line,
                0,
                each.rule.id,
                _unlike_its_test(each.test),
                "townclerk rules test says why",
            )
            for each in failed
        )


def _unlike_its_test(test: RuleTest) -> str:
    said = " ".join(f"{test.mail.subject} {test.mail.text}".split()) if test.mail.subject != test.mail.text else test.mail.text
    said = said if len(said) <= LONGEST_TEST else f"{said[: LONGEST_TEST - 1]}…"
    return f"must hold for “{said}”, and does not" if test.holds else f"must not hold for “{said}”, and does"
