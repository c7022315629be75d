"""`townclerk demo`: the whole life of a few cases, in a minute."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer


def demo(
    quick: Annotated[bool, typer.Option("--quick", help="Without the pauses in which one can read.")] = False,
    to: Annotated[
        Path | None, typer.Option("--to", metavar="DIR", help="Keep the letters there; default: a new folder.")
    ] = None,
) -> None:
    """The whole life of a few cases, over real IMAP and SMTP on servers inside this process. Needs no settings.

    \b
    Example:
      townclerk demo --quick
    """
    # Only here: the embedded servers are an extra that a production installation does without.
    from townclerk.app.demo import demo as play_demo

    raise typer.Exit(asyncio.run(play_demo(quick=quick, folder=to)))
