"""`townclerk run`: the daemon."""

import asyncio
import random
import traceback
from pathlib import Path
from typing import Annotated

import structlog
import typer

from townclerk.app.commands.asking import Asked
from townclerk.app.exposure import exposures, secrets_of
from townclerk.app.logs import start_logging
from townclerk.app.open_wires import open_wires
from townclerk.app.run import Daemon, LeaseLost
from townclerk.app.systemd import ServiceManager
from townclerk.app.wiring import Files, load_files, open_office, url_of_database
from townclerk.config.errors import ConfigError
from townclerk.config.settings import Settings
from townclerk.mail.mailbox import backoff
from townclerk.mail.parsing import ParsePool
from townclerk.store.database import Database, migrate
from townclerk.store.errors import StoreUnavailable

LONGEST_PAUSE = 15.0  # seconds between two tries at a database that does not answer: systemd must hear of us meanwhile

log = structlog.get_logger()


def run(
    ctx: typer.Context,
    plain_logs: Annotated[bool, typer.Option("--plain-logs", help="Logs as plain lines, for watching.")] = False,
) -> None:
    """Look after the mailbox until told to stop (SIGTERM, Ctrl-C). SIGHUP reads the files again.

    Logs go to standard error, one JSON object a line. Files that do not load are listed, and nothing is started.

    \b
    Example:
      townclerk --config /etc/townclerk/townclerk.yaml run
    """
    start_logging(plain=plain_logs)
    asked: Asked = ctx.obj
    path = asked.settings_file()
    files = load_files(path)
    for _, secret in secrets_of(files.settings):
        secret.reveal()
    refuse_what_others_can_change(files.settings, path)
    raise typer.Exit(asyncio.run(serve(files, path)))


def refuse_what_others_can_change(settings: Settings, path: Path) -> None:
    """Say in the log what lies open to others on this machine. Raises ConfigError where they could make us do as they like."""
    found = exposures(settings, path)
    for each in (*found, *open_wires(settings)):
        log.warning("open to others, or shut to us", what=each.what, todo=each.todo)
    if grave := [str(each) for each in found if each.grave]:
        raise ConfigError("\n".join(grave))


async def serve(files: Files, path: Path, files_seconds: float | None = None) -> int:
    """Look after the mailbox until told to stop. Returns the exit status. *files_seconds*: how often to look whether the files
    at *path* have changed, where not as usual."""
    url, manager = url_of_database(files.settings), ServiceManager()
    await _migrated(url, manager)
    db, pool = Database.open(url), ParsePool()
    try:
        await Daemon(open_office(files, db, pool), files, path, manager, files_seconds).run()
    except BaseExceptionGroup as group:
        lost, others = group.split(LeaseLost)
        if lost is None or others is not None:
            _log_bug(group)
            raise
        log.error("another daemon has taken this mailbox over: stopped")
        return 1
    except Exception as error:
        _log_bug(error)
        raise
    finally:
        await pool.close()
        db.close()
    return 0


async def _migrated(url: str, manager: ServiceManager) -> None:
    """Bring the database up to date, waiting for it as long as it does not answer."""
    failures = 0
    while True:
        try:
            await asyncio.to_thread(migrate, url)
        except StoreUnavailable as error:
            failures += 1
            pause = min(backoff(failures, random.random), LONGEST_PAUSE)
            log.warning("database unavailable", error=str(error), retry_seconds=round(pause, 1))
            manager.ready("the database does not answer: waiting for it")
            manager.alive()
            await asyncio.sleep(pause)
        else:
            return


def _log_bug(error: BaseException) -> None:
    """Where a bug is, without its words, which may hold what people wrote."""
    for one in leaves(error):
        frames = [f"{frame.filename.rpartition('/')[2]}:{frame.lineno}" for frame in traceback.extract_tb(one.__traceback__)]
        log.critical("stopped by a bug", error=type(one).__name__, frames=frames[-8:])


def leaves(error: BaseException) -> tuple[BaseException, ...]:
    """The errors in a group of errors; of any other error, itself."""
    if not isinstance(error, BaseExceptionGroup):
        return (error,)
    return tuple(leaf for each in error.exceptions for leaf in leaves(each))
