"""The command line. Each command stands in a module of `commands`; here are the options that all of them have, and what
becomes of whatever goes wrong."""

import errno
import io
import os
import signal
import sys
import threading
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer
from typer.core import TyperGroup

from townclerk import __version__
from townclerk.app.commands import audit, case, outbox, policy, quarantine, retention, rules, templates, timers
from townclerk.app.commands.asking import Asked, CommandStopped
from townclerk.app.commands.backup import backup, restore
from townclerk.app.commands.calendar import calendar
from townclerk.app.commands.check import check
from townclerk.app.commands.demo import demo
from townclerk.app.commands.explain import explain
from townclerk.app.commands.health import health
from townclerk.app.commands.init import init
from townclerk.app.commands.inspect import inspect
from townclerk.app.commands.once import once
from townclerk.app.commands.promises import promises
from townclerk.app.commands.rehearse import rehearse
from townclerk.app.commands.run import leaves, run
from townclerk.app.commands.saying import complain, say
from townclerk.app.commands.simulate import simulate
from townclerk.config.errors import ConfigError
from townclerk.mail.errors import WireTrouble
from townclerk.store.errors import BadUrl, StoreError

NAME = "townclerk"


class Commands(TyperGroup):
    """What is wrong with an argument is said without the words of the library that found it."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except typer.BadParameter as wrong:
            wrong.message = wrong.message.removeprefix("Value error, ")
            raise


app = typer.Typer(
    name=NAME,
    cls=Commands,
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for _command in (
    demo,
    init,
    rehearse,
    run,
    once,
    check,
    simulate,
    promises,
    inspect,
    explain,
    calendar,
    health,
    backup,
    restore,
):
    app.command()(_command)
app.add_typer(case.app, name="case")
app.add_typer(outbox.app, name="outbox")
app.add_typer(quarantine.app, name="quarantine")
app.add_typer(timers.app, name="timers")
app.add_typer(retention.app, name="retention")
app.add_typer(templates.app, name="templates")
app.add_typer(policy.app, name="policy")
app.add_typer(rules.app, name="rules")
app.add_typer(audit.app, name="audit")


def _say_version(wanted: bool) -> None:
    if wanted:
        say(f"{NAME} {__version__}")
        raise typer.Exit


@app.callback()
def townclerk(
    ctx: typer.Context,
    config: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            envvar="TOWNCLERK_CONFIG",
            help="The settings file. Default: ./townclerk.yaml, then /etc/townclerk/townclerk.yaml.",
        ),
    ] = None,
    debug: Annotated[bool, typer.Option("--debug", help="Show where an unexpected error happened.")] = False,  # noqa: ARG001  # see main
    version: Annotated[bool, typer.Option("--version", callback=_say_version, is_eager=True, help="Say it and end.")] = False,  # noqa: ARG001  # as above
) -> None:
    """Keeps a council's feedback mailbox, and keeps the council's word.

    --config and --debug may also stand behind the command.
    Exit status: 0 fine, 1 something is not as it should be, 2 a file or an argument cannot be read.

    \b
    Examples:
      townclerk demo
      townclerk --config /etc/townclerk/townclerk.yaml check
      townclerk simulate rules/your-council/scenarios
    """
    ctx.obj = Asked(config)


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the command line says (None: this process's own) and return the exit status."""
    given = globals_first(sys.argv[1:] if arguments is None else arguments)
    _write_what_can_be_written()
    try:
        with _ended_in_order():
            app(given, prog_name=NAME)
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 0 if end.code is None else 1
    except Exception as error:  # noqa: BLE001  # the last stop: nobody at a terminal shall meet a traceback unasked
        return _explain(error, debug="--debug" in given)
    return 0


class _Terminated(BaseException):
    """Somebody has asked this process to end."""


@contextmanager
def _ended_in_order() -> Iterator[None]:
    """SIGTERM ends a command as Ctrl-C does: what it has laid aside is cleared away, what it has started is ended. The daemon
    has a way of its own. Then it ends as by the signal, which is what a service manager takes for a stop in good order."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, _terminate)
    try:
        yield
    except _Terminated:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        os.kill(os.getpid(), signal.SIGTERM)
    finally:
        signal.signal(signal.SIGTERM, before)


def _terminate(*_: object) -> NoReturn:
    raise _Terminated


def globals_first(arguments: Sequence[str]) -> list[str]:
    """The same command line with the options of `townclerk` itself before the command, where the parser looks for them."""
    first: list[str] = []
    rest: list[str] = []
    left = list(arguments)
    while left:
        argument = left.pop(0)
        if argument == "--":
            return [*first, *rest, argument, *left]
        if argument == "--config" and left:
            first += [argument, left.pop(0)]
        elif argument == "--debug" or argument.startswith("--config="):
            first.append(argument)
        else:
            rest.append(argument)
    return [*first, *rest]


def _write_what_can_be_written() -> None:
    """A terminal that knows fewer letters than a mail may hold gets a mark in their place, not an error."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _explain(error: Exception, *, debug: bool) -> int:
    """Say what went wrong. Returns the exit status."""
    match error:
        case ConfigError():
            complain(*str(error).splitlines())
            return 2
        case CommandStopped():
            complain(f"{NAME}: {error}")
            return error.status
        case StoreError() | WireTrouble():
            complain(f"{NAME}: {error}")
            return 2 if isinstance(error, BadUrl) else 1
        case OSError(errno=errno.ENOSPC | errno.EDQUOT):
            complain(
                f"{NAME}: there is no room where this is written to: {error.strerror}; make some, and give the command again"
            )
            return 1
    if debug:
        traceback.print_exception(error)
    for one in leaves(error):
        frame = traceback.extract_tb(one.__traceback__)[-1]
        where = f"{Path(frame.filename).name}:{frame.lineno}"
        complain(f"{NAME}: unexpected trouble, a fault of this program: {type(one).__name__} at {where}")
    if not debug:
        complain(f"{NAME}: the same command with --debug shows more")
    return 1
