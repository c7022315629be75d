"""`townclerk timers`: what fell due, broke the program several times, and stands aside."""

from functools import partial
from typing import Annotated

import typer

from townclerk.app.commands.asking import NotAsItShould, Why
from townclerk.app.commands.records import Records, open_records, reference_of
from townclerk.app.commands.saying import iso, moment_words, say, say_json, say_table
from townclerk.store import timers
from townclerk.store.database import Tx

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="What fell due and could not be done.")


@app.command("list")
def list_(
    ctx: typer.Context,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
    why: Why = None,
) -> None:
    """The timers that stand aside, the oldest first, and where the program broke. That you looked is put into the journal.

    \b
    Example:
      townclerk timers list --json
    """
    with open_records(ctx.obj, to_look=True, why=why) as records:
        records.note_list("timers list")
        held = records.db.read_now(partial(timers.aside, council=records.council_id))
        if as_json:
            for timer in held:
                say_json({"case": timer.ref, "key": timer.key, "due_at": iso(timer.at), "why": timer.why})
        else:
            rows = ((timer.ref, timer.key, moment_words(records.local(timer.at)), timer.why) for timer in held)
            say_table(("case", "key", "due", "why"), rows, empty="no timer stands aside")


@app.command()
def retry(
    ctx: typer.Context,
    ref: Annotated[str, typer.Argument(metavar="REF", help="The case's reference.")],
    key: Annotated[str, typer.Argument(metavar="KEY", help="The timer's key, as `timers list` shows it.")],
    why: Why = None,
) -> None:
    """Let a timer that stands aside be acted on, for instance after an update. It is taken up within seconds where townclerk
    runs, in working hours.

    \b
    Example:
      townclerk timers retry SS-26-0042-K stage1.respond:2026-03-02:delay
    """
    with open_records(ctx.obj, why=why) as records:
        proper = reference_of([ref], records.council.policy.prefix)
        records.db.run_now(partial(_retry, records=records, ref=proper, key=key))
        say(f"{proper} {key}: tried again")


def _retry(tx: Tx, records: Records, ref: str, key: str) -> None:
    if (ref, key) not in {(timer.ref, timer.key) for timer in timers.aside(tx, records.council_id)}:
        raise NotAsItShould(f"no timer {key} of {ref} stands aside: `townclerk timers list` shows those that do")
    timers.put_back(tx, ref, key)
    records.note(tx, ref, "timer_retried", key=key)
