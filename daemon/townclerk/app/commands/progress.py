"""How far something long is, on standard error."""

import sys
import time

import typer

from townclerk.app.commands.saying import complain

TOLD_EVERY = 1_000  # mails, where nobody sits at a terminal
TOLD_AFTER = 0.2  # seconds, at a terminal


class Progress:
    """Mails that are gone through, *total* of them where that is known. On a terminal it is a line that is written over,
    elsewhere a line now and then."""

    def __init__(self, total: int | None) -> None:
        self._total = total
        self._done = 0
        self._drawn = sys.stderr.isatty()
        self._began = self._told = time.monotonic()

    def step(self) -> None:
        """One more is done."""
        self._done += 1
        now = time.monotonic()
        if self._drawn and now - self._told >= TOLD_AFTER:
            self._told = now
            typer.echo(f"\r{self._words(now)}\033[K", err=True, nl=False)
        elif not self._drawn and self._done % TOLD_EVERY == 0:
            complain(self._words(now))

    def end(self) -> None:
        """All is done."""
        if self._drawn:
            typer.echo("\r\033[K", err=True, nl=False)
        if self._done >= TOLD_EVERY:
            complain(f"done: {self._words(time.monotonic())}")

    def _words(self, now: float) -> str:
        of = f" of {self._total:,}" if self._total is not None else ""
        return f"{self._done:,}{of} mails, {self._done / max(now - self._began, 0.001):,.0f} a second"
