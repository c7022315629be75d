"""Who holds a lease: a process of this machine or of another. Of a process of this machine it can be known that it is gone."""

import os
import socket
import uuid
from pathlib import Path

BOOT = Path("/proc/sys/kernel/random/boot_id")
NAMESPACE = Path("/proc/self/ns/pid")  # a container numbers its processes by itself
DEAD = ("Z", "X")
PLACE_OF_STATE, PLACE_OF_START = 0, 19  # in what stands behind the program's name


def this_process() -> str:
    """A name for this process that no other has had: `host:number:machine:start:at random`. Where the system does not say which
    machine and when it started, these are empty, and nobody can know that it is gone."""
    number = os.getpid()
    return f"{socket.gethostname()}:{number}:{_machine()}:{_start_of(number) or ''}:{uuid.uuid4().hex[:8]}"


def is_gone(holder: str) -> bool:
    """True where *holder* is a process of this machine that has ended. False where it lives, or nobody here can know."""
    parts = holder.rsplit(":", 4)
    if len(parts) != 5 or not parts[1].isdecimal():
        return False
    _, number, machine, start, _ = parts
    if not machine or not start or machine != _machine():
        return False
    return _start_of(int(number)) != start


def _machine() -> str:
    """This machine since it was booted, and our numbering of processes on it; "" where the system has no word on that."""
    try:
        return f"{BOOT.read_text().strip()}/{NAMESPACE.stat().st_ino}"
    except OSError:
        return ""


def _start_of(number: int) -> str | None:
    """When the process of this number began, in the system's own measure; None: it has ended."""
    try:
        said = Path(f"/proc/{number}/stat").read_text(errors="replace")
    except OSError:
        return None
    fields = said.rpartition(")")[2].split()
    if fields[PLACE_OF_STATE] in DEAD:
        return None
    return fields[PLACE_OF_START]
