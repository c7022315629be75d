"""`townclerk templates`: every letter of a policy, tried, and as a page to look at."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, TypeVar

import typer

from townclerk.app.commands.asking import Asked, CannotRead
from townclerk.app.commands.saying import complain, say
from townclerk.config.council_folder import load_council
from townclerk.config.shipped import shipped_councils, shipped_folders
from townclerk.config.templates import TemplateSet
from townclerk.config.templates_check import unread_templates
from townclerk.config.templates_preview import Preview, write_contents
from townclerk.config.templates_preview import preview as write_preview
from townclerk.config.templates_samples import least_policy
from townclerk.domain.council import Council

T = TypeVar("T")

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Every letter of a policy as a page to look at.")


@app.callback()
def templates() -> None:
    """Every letter of a policy as a page to look at."""


@app.command()
def preview(
    ctx: typer.Context,
    council: Annotated[
        str | None, typer.Argument(metavar="COUNCIL", help="Default: the settings file's; without one, all.")
    ] = None,
    to: Annotated[Path | None, typer.Option("--to", metavar="DIR", help="Default: letters-COUNCIL or letters, here.")] = None,
    rules: Annotated[Path | None, typer.Option("--rules", metavar="DIR", help="Rules that win over the shipped ones.")] = None,
    templates: Annotated[
        Path | None, typer.Option("--templates", metavar="DIR", help="Templates that win over the shipped ones.")
    ] = None,
) -> None:
    """Write every letter, with made-up people in it, as HTML and as text, and an index.html that shows each on a desk and
    on a telephone.

    \b
    Examples:
      townclerk templates preview
      townclerk templates preview your-council --to /tmp/letters

    Without COUNCIL and without a settings file, the letters of every council that there are rules for, a folder each.
    """
    asked: Asked = ctx.obj
    settings = asked.find_settings()
    rules = rules or (settings.rules if settings else None)
    own = templates or (settings.templates if settings else None)
    name = council or (settings.council if settings else None)
    if name is not None:
        folder = to or Path(f"letters-{name}")
        pages = _preview(name, folder, rules, own)
        say(f"{len(pages)} letters: open {folder / 'index.html'}")
        return
    folder = to or Path("letters")
    councils = {each: _preview(each, folder / each, rules, own) for each in shipped_councils(rules)}
    _write(lambda: write_contents(councils, folder), folder)
    say(f"{sum(map(len, councils.values()))} letters of {len(councils)} councils: open {folder / 'index.html'}")


@app.command()
def check(
    ctx: typer.Context,
    councils: Annotated[
        list[str] | None, typer.Argument(metavar="COUNCIL...", help="Default: the settings'; else all.")
    ] = None,
    rules: Annotated[Path | None, typer.Option("--rules", metavar="DIR", help="Rules that win over the shipped ones.")] = None,
    templates: Annotated[
        Path | None, typer.Option("--templates", metavar="DIR", help="Templates that win over the shipped ones.")
    ] = None,
) -> None:
    """Render each letter with the most and with the least that a case can have, and say what is wrong in which line.

    Nothing is written. Exit status 2 where a template is wrong, 1 where a file in a folder of your own counts for nothing.

    \b
    Examples:
      townclerk templates check
      townclerk templates check your-council --templates my-templates
    """
    settings = ctx.obj.find_settings()
    rules = rules or (settings.rules if settings else None)
    own = templates or (settings.templates if settings else None)
    names = councils or ([settings.council] if settings else shipped_councils(rules))
    for name in names:
        council, letters = _tried(name, rules, own)
        policy = council.policy
        samples = sum(len(letters.samples(tried)) for tried in (policy, least_policy(policy)))
        say(f"{name}: {samples} letters are rendered, with the most and with the least")
        for code, lacking in letters.lacking(council.routing.letter_languages).items():
            say(f"{name}: {_in_language(code, lacking)}")
    unread = unread_templates(own, (*names, *shipped_councils(rules))) if own else ()
    complain(*map(str, unread))
    if unread:
        raise typer.Exit(1)


def _in_language(code: str, lacking: tuple[str, ...]) -> str:
    if not lacking:
        return f"every letter to residents is there in {code}"
    return f"in {code} these are not there, and go out as for everybody: {', '.join(lacking)}"


def letters_not_there(council: Council, own: Path | None) -> Iterator[str]:
    """Of each rule that has letters go out in a language in which there is none, that they go out as for everybody. *own*: the
    folder of templates that wins over those that are shipped."""
    rules = [rule for rule in council.routing.rules if rule.then.letters_in]
    if not rules:
        return
    languages = TemplateSet.load(shipped_folders("templates", own), council.policy.id).languages
    for rule in rules:
        if (code := rule.then.letters_in) not in languages:
            place = f"{rule.place.file}:{rule.place.line}: {rule.id}"
            yield f"{place}: there are no letters in {code}, so those to residents go out as for everybody"


def _preview(council: str, folder: Path, rules: Path | None, own: Path | None) -> tuple[Preview, ...]:
    found, letters = _tried(council, rules, own)
    return _write(lambda: write_preview(letters, found.policy, folder), folder)


def _tried(name: str, rules: Path | None, own: Path | None) -> tuple[Council, TemplateSet]:
    """Raises FilesRefused with what is wrong in the policy or in any template."""
    council = load_council(name, rules=rules, today=datetime.now(UTC).date())
    letters = TemplateSet.load(shipped_folders("templates", own), name)
    letters.try_out(council.policy)
    return council, letters


def _write(write: Callable[[], T], folder: Path) -> T:
    try:
        return write()
    except OSError as error:
        raise CannotRead(f"{folder} cannot be written: {error.strerror}") from None
