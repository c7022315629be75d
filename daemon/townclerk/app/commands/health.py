"""`townclerk health`: how the service fares."""

from datetime import timedelta
from functools import partial
from typing import Annotated

import typer

from townclerk.app.commands.records import open_records
from townclerk.app.commands.saying import iso, moment_words, say, say_json
from townclerk.services import health as facts


def health(ctx: typer.Context, as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False) -> None:
    """When each part of the service last succeeded, what waits, and what a person should look at.

    Exit status 1 where there is anything to worry about.

    \b
    Example:
      townclerk health --json
    """
    with open_records(ctx.obj, to_look=True) as records:
        found = records.db.read_now(partial(facts.look_up, council=records.council_id, mailbox=records.mailbox))
        oldest = timedelta(minutes=records.settings.health.oldest_mail_minutes)
        worries = found.worries(records.now, oldest)
        if records.in_part:
            worries = (*worries, "the files do not load: see `townclerk check`; at the next start nothing would start")
        if as_json:
            say_json(_object(found, worries))
        else:
            for name, loop in found.loops.items():
                good = moment_words(records.local(loop.last_good)) if loop.last_good else "never"
                say(f"{name:<11} last good {good}")
            waiting = moment_words(records.local(found.oldest_mail)) if found.oldest_mail else "none"
            say(
                f"mail        oldest not yet dealt with: {waiting}; in quarantine: {found.quarantined}",
                f"letters     waiting: {found.letters_waiting}; given up: {found.letters_dead}",
                f"timers      set aside: {found.timers_aside}",
                *(f"WORRY       {worry}" for worry in worries),
                *([] if worries else ["all is well"]),
            )
    raise typer.Exit(1 if worries else 0)


def _object(found: facts.Health, worries: tuple[str, ...]) -> dict[str, object]:
    return {
        "ok": not worries,
        "worries": list(worries),
        "loops": {name: {"last_good": iso(loop.last_good), "trouble": loop.trouble} for name, loop in found.loops.items()},
        "oldest_mail": iso(found.oldest_mail),
        "quarantined": found.quarantined,
        "letters_waiting": found.letters_waiting,
        "letters_dead": found.letters_dead,
        "timers_aside": found.timers_aside,
    }
