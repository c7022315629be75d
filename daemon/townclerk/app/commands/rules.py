"""`townclerk rules`: what the files of a council may say, for editors."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from townclerk.app.commands.asking import CannotRead
from townclerk.app.commands.saying import say
from townclerk.config.schema import KINDS, as_text, schema_of, write_schemas

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="What the files of a council may say.")


class FileKind(StrEnum):
    """The files that have a schema."""

    POLICY = "policy"
    ROUTING = "routing"
    SHARED = "shared"
    STAFF = "staff"
    SCENARIO = "scenario"
    PROMISES = "promises"


@app.callback()
def rules() -> None:
    """What the files of a council may say."""


@app.command()
def schema(
    kind: Annotated[FileKind | None, typer.Argument(metavar="KIND", help=f"{', '.join(KINDS)}. Default: all.")] = None,
    to: Annotated[Path | None, typer.Option("--to", metavar="DIR", help="Write KIND.json there, for editors to find.")] = None,
) -> None:
    """The JSON Schema (2020-12) of the rules files, by which an editor completes and checks as you type.

    A file says in its first line where its schema is:

    \b
      # yaml-language-server: $schema=../schema/policy.json

    \b
    Examples:
      townclerk rules schema policy
      townclerk rules schema --to /etc/townclerk/rules/schema
    """
    kinds = (kind.value,) if kind else KINDS
    if to is None:
        if kind is None:
            raise CannotRead(f"name one of {', '.join(KINDS)} to print it, or a folder for all of them with --to DIR")
        typer.echo(as_text(schema_of(kind.value)), nl=False)
        return
    try:
        for path in write_schemas(to, kinds):
            say(str(path))
    except OSError as error:
        raise CannotRead(f"{to} cannot be written: {error.strerror}") from None
