"""`townclerk rehearse`: a council to practise with."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from townclerk.app.commands.asking import Asked, CannotRead
from townclerk.app.commands.saying import say
from townclerk.app.private import for_our_eyes
from townclerk.config.reading import suggest
from townclerk.config.shipped import shipped_councils


def rehearse(
    ctx: typer.Context,
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A new folder; or that of an earlier rehearsal.")],
    council: Annotated[
        str, typer.Option("--council", metavar="NAME", help="Whose files to begin with. Default: the settings'.")
    ] = "",
) -> None:
    """A council to practise with: the service as it is, with a mailbox and a mail server of its own inside this process.
    Nothing leaves the machine.

    What you save in DIR/arrives comes as a mail; what is sent lies in DIR/letters; DIR/log is the log. In another window, in
    DIR, every command works as it would in earnest. The files in DIR/rules may be changed: that counts within half a minute.
    They are yours, where your settings have some of that council, and else as they are shipped.

    \b
    Example:
      townclerk rehearse practice --council your-council
    """
    # Only here: the embedded servers are an extra that a production installation does without.
    from townclerk.app.rehearsal import SETTINGS, prepare
    from townclerk.app.rehearsal import rehearse as hold

    if not (folder / SETTINGS).is_file():
        asked: Asked = ctx.obj
        settings = asked.find_settings()
        own = settings.rules if settings is not None else None
        council, known = council or (settings.council if settings is not None else ""), shipped_councils(own)
        if council not in known:
            wrong = (
                f"--council {council}: there is no such council" if council else f"{folder} is new: name a council, --council"
            )
            raise CannotRead(f"{wrong}; {suggest(council, known)}")
        if folder.exists() and not folder.is_dir():
            raise CannotRead(f"{folder} is a file: name a new folder")
        if folder.exists() and any(folder.iterdir()):
            raise CannotRead(f"{folder} holds other things already; name a new folder")
        with for_our_eyes():
            prepare(folder, council, own, settings.staff if settings is not None and settings.council == council else None)
    with for_our_eyes():
        raise typer.Exit(asyncio.run(hold(folder, say)))
