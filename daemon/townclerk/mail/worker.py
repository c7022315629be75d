"""The other end of the pool: reads one mail after another in a process of its own, which may be killed at any moment.

A request and an answer are each one frame: four bytes of length, then a pickle. They pass between two processes of the same
user and program; nothing of a mail is ever unpickled but as bytes. A mail that should take this process over by a fault of a
parser can still send no more than values: a frame names no function, and no class but those of `_VALUES`.
"""

import io
import os
import pickle
import resource
import signal
import struct
from collections.abc import Callable
from enum import Enum
from pathlib import Path
from typing import IO, Any

from townclerk.mail.errors import MailUnreadable
from townclerk.mail.reading import read, read_files, read_head, read_signature, read_written

LENGTH = struct.Struct(">I")
OUT_OF_MEMORY = 3  # exit status
READY = "ready"
_OURS = frozenset(
    {
        "townclerk.domain.mail",
        "townclerk.domain.quoting",
        "townclerk.domain.signature",
        "townclerk.mail.errors",
        "townclerk.mail.reading",
    }
)
_VALUES = {
    "builtins": {"frozenset", "set", "OSError", "FileNotFoundError", "PermissionError", "IsADirectoryError"},
    "datetime": {"datetime", "date", "timedelta", "timezone"},
    "pathlib": {"Path", "PosixPath"},
}
_VERBS: dict[str, Callable[..., object]] = {
    "read": read,
    "head": read_head,
    "files": read_files,
    "written": read_written,
    "signature": read_signature,
}


class _ByValue(pickle.Pickler):
    """Writes a member of an enumeration as its class and its value: some versions of Python ask `getattr` for it instead,
    which a frame may not name."""

    def reducer_override(self, value: object) -> Any:
        return (type(value), (value.value,)) if isinstance(value, Enum) else NotImplemented


def write_frame(stream: IO[bytes], value: object) -> None:
    written = io.BytesIO()
    _ByValue(written, protocol=pickle.HIGHEST_PROTOCOL).dump(value)
    payload = written.getvalue()
    stream.write(LENGTH.pack(len(payload)))
    stream.write(payload)
    stream.flush()


def read_frame(stream: IO[bytes]) -> Any:
    """The next value. Raises EOFError where the other side is gone."""
    head = stream.read(LENGTH.size)
    if len(head) < LENGTH.size:
        raise EOFError
    payload = stream.read(LENGTH.unpack(head)[0])
    if len(payload) < LENGTH.unpack(head)[0]:
        raise EOFError
    return _Values(io.BytesIO(payload)).load()


class _Values(pickle.Unpickler):
    """Makes nothing but what a mail becomes. Raises UnpicklingError where anything else is named."""

    def find_class(self, module: str, name: str) -> Any:
        if "." not in name and (module in _OURS or name in _VALUES.get(module, ())):
            found = super().find_class(module, name)
            if isinstance(found, type) and (module in _VALUES or found.__module__ == module):
                return found
        raise pickle.UnpicklingError(f"{module}.{name} is nothing that a mail becomes")


def main(memory_bytes: int) -> None:
    """Serve until the parent closes its end, which it also does by dying."""
    requests, answers = _private_streams()
    # The terminal and systemd signal the whole group. The parent decides when this process ends: it may be reading a mail.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a core file would hold somebody's mail
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))  # to read a mail no file is written,
    resource.setrlimit(resource.RLIMIT_NPROC, (0, 0))  # and nothing is started
    write_frame(answers, READY)
    while True:
        try:
            verb, seconds, cpu_seconds, *arguments = read_frame(requests)
            # Where the parent has died too, nobody else ends a mail that hangs: the kernel does.
            signal.alarm(int(seconds) + 5)
            # On a machine that is busy with other things a mail may wait for long, and it is not to blame. What it costs is.
            signal.setitimer(signal.ITIMER_PROF, cpu_seconds)
            write_frame(answers, _answer(_VERBS[verb], arguments))
            signal.setitimer(signal.ITIMER_PROF, 0)
            signal.alarm(0)
        except (EOFError, BrokenPipeError):
            return
        except MemoryError:
            os._exit(OUT_OF_MEMORY)  # what is left of this process is not to be trusted


def _private_streams() -> tuple[IO[bytes], IO[bytes]]:
    """The pipes to the parent. A stray print must not end up between two frames."""
    requests, answers = os.dup(0), os.dup(1)
    with Path(os.devnull).open("r+b") as nothing:
        for standard in (0, 1):
            os.dup2(nothing.fileno(), standard)
    return os.fdopen(requests, "rb"), os.fdopen(answers, "wb")


def _answer(verb: Callable[..., object], arguments: list[Any]) -> object:
    """What the verb gives, or the error that says why the mail gives nothing: the OSError is not the mail's fault."""
    try:
        return verb(*arguments)
    except MailUnreadable as error:
        return MailUnreadable(str(error))
    except OSError as error:
        return OSError(error.errno, error.strerror)
