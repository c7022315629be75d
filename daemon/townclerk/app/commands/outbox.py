"""`townclerk outbox`: letters that have not gone out, and what to do with them."""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Annotated

import typer

from townclerk.app.commands.asking import NotAsItShould, Why, who_asks
from townclerk.app.commands.records import Records, open_records
from townclerk.app.commands.saying import iso, moment_words, say, say_json, say_table
from townclerk.mail.errors import without_addresses
from townclerk.store import backup, outbox
from townclerk.store.database import Tx
from townclerk.store.outbox import UNSENT, OutboxLine
from townclerk.store.schema import OutboxState

MOST = 100_000

Change = Callable[[Tx, str, datetime], bool]  # of one copy, by its own key

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Letters that have not gone out, and what to do with them.")


@app.command("list")
def list_(
    ctx: typer.Context,
    state: Annotated[
        OutboxState | None, typer.Option(help="Only those in this state; default: all that have not gone.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
    why: Why = None,
) -> None:
    """Letters that have not gone out, the oldest first, with what the mail server said last. That you looked is put into
    the journal.

    waiting: tried again by itself; sending: at this moment; dead: a person must decide.

    \b
    Examples:
      townclerk outbox list --state dead
      townclerk outbox list --json
    """
    with open_records(ctx.obj, to_look=True, why=why) as records:
        records.note_list("outbox list")
        states = UNSENT if state is None else (state,)
        lines = records.db.read_now(partial(outbox.listing, council=records.council_id, states=states, limit=MOST))
        if as_json:
            for line in lines:
                say_json(_object(line))
        else:
            headings = ("key", "state", "letter", "case", "to", "tries", "next try", "last word")
            say_table(headings, (_cells(line, records) for line in lines), empty="nothing waits in the outbox")


# The key of a letter is shown, which its copies share: the key of a copy names the person.
def _object(line: OutboxLine) -> dict[str, object]:
    return {
        "key": line.letter_key,
        "state": line.state,
        "letter": line.kind,
        "case": line.case_ref,
        "staff": line.staff,
        "attempts": line.attempts,
        "decided_at": iso(line.created_at),
        "next_at": iso(line.next_at),
        "sent_at": iso(line.sent_at),
        "fate_unknown": line.fate_unknown,
        "error": _word(line) or None,
    }


def _cells(line: OutboxLine, records: Records) -> tuple[object, ...]:
    next_try = moment_words(records.local(line.next_at)) if line.next_at and line.state is OutboxState.WAITING else ""
    to = "staff" if line.staff else "resident"
    return (line.letter_key, line.state, line.kind, line.case_ref, to, line.attempts, next_try, _word(line))


def _word(line: OutboxLine) -> str:
    """What was said last. A mail server likes to repeat the address: `case show` tells it, to the journal's knowledge."""
    return without_addresses(line.last_error or "")


@app.command()
def retry(
    ctx: typer.Context,
    key: Annotated[str, typer.Argument(metavar="KEY", help="The letter's key, as `outbox list` shows it.")],
    why: Why = None,
) -> None:
    """Let a letter be tried again, from the beginning. It leaves within seconds where townclerk runs.

    \b
    Example:
      townclerk outbox retry SS-26-0042-K:mail7:receipt
    """
    _change(ctx, key, "letter_retried", "tried again", why or "", outbox.retry)


@app.command()
def drop(
    ctx: typer.Context,
    key: Annotated[str, typer.Argument(metavar="KEY", help="The letter's key, as `outbox list` shows it.")],
    why: Annotated[str, typer.Option("--why", help="The reason, for the journal.")] = "",
) -> None:
    """Decide that a letter shall not go. It stands in the journal, with your name; `retry` takes it back.

    \b
    Example:
      townclerk outbox drop KEY --why "told by telephone"
    """
    reason = why or f"dropped by {who_asks()}"
    _change(ctx, key, "letter_dropped", "dropped", why, lambda tx, copy, now: outbox.drop(tx, copy, now, reason))


@app.command()
def release(ctx: typer.Context, why: Why = None) -> None:
    """Let letters go that wait since a backup was restored. Look at `outbox list` before, and drop what had gone already.

    \b
    Example:
      townclerk outbox release
    """
    with open_records(ctx.obj, why=why) as records:

        def let_go(tx: Tx) -> bool:
            held = backup.let_go(tx, records.council_id)
            if held:
                records.note(tx, None, "letters_released")
            return held

        say("letters go out again" if records.db.run_now(let_go) else "no letters were held back")


def _change(ctx: typer.Context, key: str, event: str, done: str, why: str, change: Change) -> None:
    with open_records(ctx.obj) as records:
        count = records.db.run_now(partial(_changed, records=records, key=key, event=event, why=why, change=change))
        say(f"{key}: {done}" + (f", {count} copies" if count > 1 else ""))


def _changed(tx: Tx, records: Records, key: str, event: str, why: str, change: Change) -> int:
    """How many copies of the letter were changed: those for which it is not too late. Raises NotAsItShould: none was."""
    copies = [copy for copy in outbox.copies(tx, key) if copy.council == records.council_id]
    if not copies:
        raise NotAsItShould(f"there is no letter {key}: `townclerk outbox list` shows those that have not gone")
    changed = [copy for copy in copies if copy.state is not OutboxState.SENT and change(tx, copy.key, records.now)]
    if not changed:
        raise NotAsItShould(f"the letter is {', '.join(sorted({copy.state for copy in copies}))}: nothing was done")
    records.note(tx, copies[0].case_ref, event, letter=copies[0].kind, key=key, why=why)
    return len(changed)
