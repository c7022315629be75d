"""`townclerk check`: is everything as it must be?"""

import asyncio
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated

import typer

from townclerk.app.commands.asking import Asked
from townclerk.app.commands.checkup import Checkup, Finding, State
from townclerk.app.commands.saying import say, say_json
from townclerk.app.logs import silence

_MARKS = {State.OK: "ok", State.WARNING: "WARNING", State.FAILED: "FAILED", State.NOT_TRIED: "-"}


def check(
    ctx: typer.Context,
    offline: Annotated[bool, typer.Option("--offline", help="Leave out the mailbox and the mail server.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
) -> None:
    """Files, secrets, calendar, clock, database, mailbox and mail server: each a line, ok or what to do. Changes nothing.

    Exit status 1 where anything failed; a warning alone is no failure.

    \b
    Example:
      townclerk --config /etc/townclerk/townclerk.yaml check
    """
    silence()
    asked: Asked = ctx.obj
    checkup = Checkup(asked.settings_file(), datetime.now(UTC), _tell_program if as_json else _tell_person)
    asyncio.run(checkup.run(offline=offline))
    raise typer.Exit(1 if checkup.failed else 0)


def _tell_program(finding: Finding) -> None:
    say_json(asdict(finding))


def _tell_person(finding: Finding) -> None:
    say(f"{_MARKS[finding.state]:<8}{finding.check:<22}{finding.message}")
    if finding.todo:
        say(f"{'':<30}-> {finding.todo}")
