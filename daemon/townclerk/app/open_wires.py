"""Which of an installation's wires can be read by others, though nothing refuses them: the way to a scanner on another machine,
and a health port that others reach."""

from collections.abc import Iterator

from townclerk.app.exposure import Exposure
from townclerk.config.settings import Settings
from townclerk.domain.wires import is_this_machine


def open_wires(settings: Settings) -> Iterator[Exposure]:
    """What goes, or can be had, beyond this machine in clear; with what to write instead."""
    socket, health = settings.scanner.socket, settings.health
    if socket is not None and not is_this_machine(_host(socket)):
        yield Exposure(
            f"residents' files go to clamd at {socket} in clear: whoever is on the way can read them, and clear a virus",
            "write scanner.socket: a path on this machine, or lead a tunnel to it (a local port of ssh or stunnel)",
        )
    if health.port is not None and not is_this_machine(health.host):
        yield Exposure(
            f"whoever reaches {health.host}:{health.port} reads how the service is: no name and no case, but how busy it is",
            "write health.host: 127.0.0.1, or let a firewall keep all but the monitoring out",
        )


def _host(socket: str) -> str:
    return socket if socket.startswith("/") else socket.rpartition(":")[0]
