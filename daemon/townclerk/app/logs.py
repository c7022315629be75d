"""Logs: one JSON object a line, an event with fields. No addresses, no bodies, no secrets: libraries' own words stay out."""

import logging
import sys
from typing import TextIO

import structlog
from structlog.types import EventDict, WrappedLogger

_LIBRARIES = logging.WARNING


def start_logging(*, plain: bool = False, to: TextIO | None = None) -> None:
    """Write logs to standard error, or where *to* leads: as JSON, or, for somebody who watches, as plain lines."""
    renderer = structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty()) if plain else structlog.processors.JSONRenderer()
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            *([_harmless] if plain else []),  # JSON writes such characters as numbers
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(to or sys.stderr),
        cache_logger_on_first_use=False,
    )
    logging.basicConfig(handlers=[_LibraryNotices()], level=_LIBRARIES, force=True)


def silence() -> None:
    """Write no logs: what is printed is for people."""
    structlog.configure(processors=[_drop], cache_logger_on_first_use=False)
    logging.basicConfig(handlers=[logging.NullHandler()], level=logging.CRITICAL, force=True)


def _drop(_logger: WrappedLogger, _method: str, _event: EventDict) -> EventDict:
    raise structlog.DropEvent


def _harmless(_logger: WrappedLogger, _method: str, fields: EventDict) -> EventDict:
    """No word that a server or a file has said steers the terminal of whoever watches."""
    return {
        name: repr(value) if isinstance(value, str) and not value.isprintable() else value for name, value in fields.items()
    }


class _LibraryNotices(logging.Handler):
    """That a library had something to say, and where; what it said may hold an address."""

    def emit(self, record: logging.LogRecord) -> None:
        where = f"{record.name}:{record.funcName}:{record.lineno}"
        structlog.get_logger().warning("library notice", library=where, severity=record.levelname.lower())
