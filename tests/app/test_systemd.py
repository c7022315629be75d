"""What systemd is told of us is told by us alone."""

import socket
from pathlib import Path

import pytest

from townclerk.app.systemd import ServiceManager


def test_what_is_said_gives_systemd_no_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(str(tmp_path / "notify"))
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
        manager = ServiceManager()
        told = manager._notifier.socket

        manager.status("refused: said\nSTOPPING=1\r\nMAINPID=1")
        manager.ready("well\nWATCHDOG=1")

        told.close()
        assert systemd.recv(1000).splitlines() == [b"STATUS=refused: said STOPPING=1 MAINPID=1"]
        assert systemd.recv(1000).splitlines() == [b"READY=1", b"STATUS=well WATCHDOG=1"]
