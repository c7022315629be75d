"""`townclerk policy`: what a policy might say better."""

from dataclasses import asdict
from itertools import groupby
from pathlib import Path
from typing import Annotated

import typer

from townclerk.app.commands.asking import Asked, CannotRead
from townclerk.app.commands.saying import say, say_json
from townclerk.config.errors import Fault, FilesRefused
from townclerk.config.policy_file import load_policy
from townclerk.config.reading import suggest
from townclerk.config.shipped import find_shipped, shipped_councils
from townclerk.domain.codes import advice_on
from townclerk.domain.policy import Policy

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="What a policy might say better.")


@app.callback()
def policy() -> None:
    """What a policy might say better."""


@app.command()
def lint(
    ctx: typer.Context,
    council: Annotated[str | None, typer.Argument(metavar="COUNCIL", help="Default: the settings file's.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a finding, each on a line.")] = False,
    rules: Annotated[Path | None, typer.Option("--rules", metavar="DIR", help="Rules that win over the shipped ones.")] = None,
) -> None:
    """Where the published policy falls short of the Ombudsmen's Codes, with the paragraph: advice, never a block.

    What is still to be quoted from your policy is listed, too.
    Exit status: 0, also where there is advice; 2 a file cannot be read.

    \b
    Examples:
      townclerk policy lint your-council
      townclerk policy lint your-council --json
    """
    asked: Asked = ctx.obj
    settings = asked.find_settings()
    name = council or (settings.council if settings else None)
    own = rules or (settings.rules if settings else None)
    if name is None:
        raise CannotRead(f"name a council: {', '.join(shipped_councils(own))}; or a settings file with --config")
    found = advice_on(_load(name, own))
    if as_json:
        for advice in found:
            say_json({"council": name, **asdict(advice)})
        return
    for code, group in groupby(found, lambda advice: advice.code):
        say(f"{code}")
        for advice in group:
            say(f"  {advice.path}: {advice.finding}")
            say(f"      asks for: {advice.asks}")
    say(f"{len(found)} findings" if found else "nothing falls short of the Codes")


def _load(council: str, rules: Path | None) -> Policy:
    path = find_shipped("rules", f"{council}/policy.yaml", rules)
    if path is None:
        place, expected = f"{council}/policy.yaml", suggest(council, shipped_councils(rules))
        raise FilesRefused([Fault(place, 0, 0, "", "there is no such file in the rules folders", expected)])
    return load_policy(path, folder=council)
