"""`townclerk rules`: what the files of a council may say, and what its rules make of mails."""

from collections.abc import Iterator, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from townclerk.app.commands import measuring
from townclerk.app.commands.asking import Asked, CannotRead
from townclerk.app.commands.explaining import explain, verdict_lines
from townclerk.app.commands.history import history
from townclerk.app.commands.learning import learn
from townclerk.app.commands.records import named_council
from townclerk.app.commands.replaying import replay_rules
from townclerk.app.commands.saying import complain, one_line, say, say_json
from townclerk.app.commands.suggesting import suggest
from townclerk.app.commands.templates import letters_not_there
from townclerk.config.council_folder import unread_files
from townclerk.config.schema import KINDS, as_text, schema_of, write_schemas
from townclerk.config.shipped import shipped_councils
from townclerk.domain.council import Council
from townclerk.domain.labelled_mails import LabelledMail, measure
from townclerk.domain.routing import Trial, try_rules

app = typer.Typer(
    no_args_is_help=True, rich_markup_mode=None, help="What a council's rules may say, and what they make of mails."
)


class FileKind(StrEnum):
    """The files that have a schema."""

    POLICY = "policy"
    ROUTING = "routing"
    SHARED = "shared"
    STAFF = "staff"
    SCENARIO = "scenario"
    PROMISES = "promises"
    MAILS = "mails"


@app.callback()
def rules() -> None:
    """What a council's rules may say, and what they make of mails."""


app.command()(explain)
app.command()(suggest)
app.command()(learn)
app.command("replay")(replay_rules)
app.command()(history)


@app.command("test")
def run_tests(
    ctx: typer.Context,
    councils: Annotated[list[str] | None, typer.Argument(metavar="COUNCIL...", help="Default: the settings'.")] = None,
    named: Annotated[
        list[str] | None, typer.Option("--council", metavar="COUNCIL", help="As COUNCIL behind the command.")
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="Every council that has rules here.")] = False,
    changed: Annotated[
        Path | None, typer.Option("--with", metavar="DIR", help="Rules that win over those in force, as `rules replay` takes.")
    ] = None,
    mails: Annotated[
        list[Path] | None, typer.Option("--mails", metavar="FILE|DIR", help="Labelled mails by which to measure, instead.")
    ] = None,
    at_least: Annotated[
        float, typer.Option("--at-least", metavar="PERCENT", min=0, max=100, help="So many categories right. With --mails.")
    ] = 90,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a council.")] = False,
) -> None:
    """Run the tests that stand with the routing rules, and say which rules no test reaches.

    With --mails, measure the rules by mails of which somebody has said what they are: a table of what each is and what the
    rules say, and every mail that came out otherwise. Nothing is stored and nobody is written to. Exit status 1 where a
    test fails, a rule is not reached or never counts, or nothing reads a file of yours; with --mails, where fewer categories
    are right or anybody was not alerted.

    \b
    Examples:
      townclerk rules test
      townclerk rules test your-council
      townclerk rules test --with new-rules
      townclerk rules test your-council --mails labelled.yaml --at-least 95
    """
    names: Sequence[str | None] = (
        shipped_councils(_own_rules(ctx.obj)) if every else [*(councils or ()), *(named or ())] or [None]
    )
    labelled = measuring.labelled_in(mails) if mails else ()
    whole = True
    for name in names:
        council = named_council(ctx.obj, name, changed)
        good = _measured(council, labelled, at_least, as_json) if mails else _tried(council, as_json)
        unread = unread_files(council, changed or _own_rules(ctx.obj)) if not mails else ()
        complain(*map(str, unread))
        if not mails:
            complain(*letters_not_there(council, _own_templates(ctx.obj)))
        whole = whole and good and not unread
    raise typer.Exit(0 if whole else 1)


def _tried(council: Council, as_json: bool) -> bool:
    trial = try_rules(council.routing)
    if as_json:
        say_json(_as_line(council, trial))
    else:
        say(*_in_words(council, trial))
    return not (trial.failed or trial.unreached or trial.idle)


def _measured(council: Council, mails: Sequence[LabelledMail], at_least: float, as_json: bool) -> bool:
    found = measure(mails, council)
    if as_json:
        say_json(measuring.as_line(council, found))
    else:
        say(*measuring.in_words(council, found))
    return found.percent >= at_least and not found.missed


def _own_templates(asked: Asked) -> Path | None:
    settings = asked.find_settings()
    return settings.templates if settings else None


def _own_rules(asked: Asked) -> Path | None:
    settings = asked.find_settings()
    return settings.rules if settings else None


def _in_words(council: Council, trial: Trial) -> Iterator[str]:
    for each in trial.failed:
        said = one_line(" / ".join(part for part in (each.test.mail.subject, each.test.mail.text) if part))
        what = "must hold, and does not" if each.test.holds else "must not hold, and does"
        yield f"{each.test.place.file}:{each.test.place.line}: {each.rule.id} {what}: {said}"
        yield from (f"    {line}" for line in verdict_lines(each.verdict))
    for rule in trial.unreached:
        yield f"{rule.place.file}:{rule.place.line}: {rule.id}: no test reaches it; write a mail under tests: finds:"
    for rule, others in trial.idle:
        why = f"in none of its tests it counts: {', '.join(others)} comes first"
        yield f"{rule.place.file}:{rule.place.line}: {rule.id}: {why}; write a mail where it does, or take the rule out"
    passed = trial.tests - len(trial.failed)
    reached = len(council.routing.rules) - len(trial.unreached)
    rules = len(council.routing.rules)
    yield (
        f"{council.policy.id}, rules {council.routing.version}: "
        f"{passed} of {trial.tests} tests pass, {reached} of {rules} rules are reached"
    )


def _as_line(council: Council, trial: Trial) -> dict[str, object]:
    return {
        "council": council.policy.id,
        "version": council.routing.version,
        "tests": trial.tests,
        "failed": [
            {"rule": each.rule.id, "file": each.test.place.file, "line": each.test.place.line, "expected": each.test.holds}
            for each in trial.failed
        ],
        "unreached": [rule.id for rule in trial.unreached],
        "idle": [rule.id for rule, _ in trial.idle],
    }


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
