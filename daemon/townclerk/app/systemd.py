"""What systemd is told: ready, alive, stopping. Where systemd did not start us, nobody is told anything."""

import os
from datetime import timedelta

import sdnotify


class ServiceManager:
    def __init__(self) -> None:
        self._notifier = sdnotify.SystemdNotifier()

    def ready(self, status: str) -> None:
        self._notifier.notify(f"READY=1\nSTATUS={_one_line(status)}")

    def status(self, said: str) -> None:
        """What `systemctl status` shows."""
        self._notifier.notify(f"STATUS={_one_line(said)}")

    def alive(self) -> None:
        self._notifier.notify("WATCHDOG=1")

    def reloading(self) -> None:
        self._notifier.notify("RELOADING=1")

    def stopping(self) -> None:
        self._notifier.notify("STOPPING=1")

    @property
    def watchdog(self) -> timedelta | None:
        """How often we must be heard of, or None: nobody listens."""
        micro = os.environ.get("WATCHDOG_USEC", "")
        return timedelta(microseconds=int(micro)) if micro.isdigit() and int(micro) > 0 else None


def _one_line(said: str) -> str:
    """To systemd a line is an order: what is said must not give one."""
    return " ".join(said.split())
