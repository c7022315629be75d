"""`townclerk audit`: whether the journal is as it was written."""

from typing import Annotated

import typer

from townclerk.app.commands.records import open_records
from townclerk.app.commands.saying import say, say_json
from townclerk.store import journal

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Whether the journal is as it was written.")


@app.callback()
def audit() -> None:
    """Whether the journal is as it was written."""


@app.command()
def verify(ctx: typer.Context, as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False) -> None:
    """Follow the chain of the journal from its first entry: any that was changed, left out or put in is found.

    Exit status 1 where the journal is not whole.

    \b
    Example:
      townclerk audit verify
    """
    with open_records(ctx.obj, to_look=True) as records:
        broken = records.db.read_now(journal.verify)
    if as_json:
        say_json(
            {"ok": broken is None, "entry": broken.number if broken else None, "why": broken.why if broken else None},
        )
    elif broken is None:
        say("the journal is whole")
    else:
        say(f"the journal is BROKEN at entry {broken.number}: {broken.why}")
    raise typer.Exit(0 if broken is None else 1)
