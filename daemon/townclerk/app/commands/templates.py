"""`townclerk templates`: every letter of a policy as a page to look at."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from townclerk.app.commands.asking import Asked, CannotRead
from townclerk.app.commands.saying import say
from townclerk.config.council_folder import load_council
from townclerk.config.shipped import shipped_councils, shipped_folders
from townclerk.config.templates import TemplateSet
from townclerk.config.templates_preview import preview as write_preview

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Every letter of a policy as a page to look at.")


@app.callback()
def templates() -> None:
    """Every letter of a policy as a page to look at."""


@app.command()
def preview(
    ctx: typer.Context,
    council: Annotated[str | None, typer.Argument(metavar="COUNCIL", help="Default: the council of the settings file.")] = None,
    to: Annotated[Path | None, typer.Option("--to", metavar="DIR", help="Default: letters-COUNCIL, here.")] = None,
) -> None:
    """Write every letter, with made-up people in it, as HTML and as text, and an index.html that lists them.

    \b
    Examples:
      townclerk templates preview
      townclerk templates preview your-council --to /tmp/letters
    """
    asked: Asked = ctx.obj
    settings = asked.find_settings()
    name = council or (settings.council if settings else None)
    rules, own = (settings.rules, settings.templates) if settings else (None, None)
    if name is None:
        raise CannotRead(f"name a council: {', '.join(shipped_councils(rules))}; or a settings file with --config")
    policy = load_council(name, rules=rules, today=datetime.now(UTC).date()).policy
    letters = TemplateSet.load(shipped_folders("templates", own), name)
    letters.try_out(policy)
    folder = to or Path(f"letters-{name}")
    try:
        pages = write_preview(letters, policy, folder)
    except OSError as error:
        raise CannotRead(f"{folder} cannot be written: {error.strerror}") from None
    say(f"{len(pages)} letters: open {folder / 'index.html'}")
