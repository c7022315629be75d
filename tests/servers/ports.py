"""Free ports of the loopback, and waiting until somebody listens there."""

import socket
import time
from collections.abc import Callable


def free_ports(count: int) -> list[int]:
    """Ports that were free a moment ago, all different."""
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [int(each.getsockname()[1]) for each in sockets]
    for each in sockets:
        each.close()
    return ports


def answers(port: int) -> bool:
    """Whether somebody listens on *port* and speaks first, as mail servers do."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=5) as there:
            return bool(there.recv(1))
    except OSError:
        return False


def until(true: Callable[[], bool], seconds: float, what: str) -> None:
    """Ask again and again, for at most *seconds*. Raises TimeoutError that names *what* was waited for."""
    deadline = time.monotonic() + seconds
    while not true():
        if time.monotonic() > deadline:
            raise TimeoutError(f"{what}: nothing after {seconds} s")
        time.sleep(0.01)
