"""`townclerk health`: how the service fares."""

import os
from datetime import datetime
from typing import Annotated

import typer

from townclerk.app import holder
from townclerk.app.commands.records import Records, open_records
from townclerk.app.commands.saying import iso, moment_words, say, say_json
from townclerk.app.exposure import exposures
from townclerk.app.wiring import patience_of
from townclerk.services import health as facts


def health(ctx: typer.Context, as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False) -> None:
    """When each part of the service last succeeded, what waits, and what a person should look at.

    Exit status 1 where there is anything to worry about.

    \b
    Example:
      townclerk health --json
    """
    with open_records(ctx.obj, to_look=True) as records:
        found = records.db.read_now(
            lambda tx: facts.look_up(
                tx, records.council_id, records.mailbox, records.now, records.today, is_gone=holder.is_gone
            )
        )
        worries = tuple(worry.said for worry in found.worries(records.now, patience_of(records.settings.health)))
        if records.in_part:
            worries = (*worries, "the files do not load: see `townclerk check`; at the next start nothing would start")
        open_to_all = exposures(records.settings, ctx.obj.settings_file(), looking_as_root=os.geteuid() == 0)
        worries += tuple(f"no file is taken up, and nothing would start: {each}" for each in open_to_all if each.grave)
        if as_json:
            say_json(_object(found, worries, records.now))
        else:
            for name, loop in found.loops.items():
                good = moment_words(records.local(loop.last_good)) if loop.last_good else "never"
                say(f"{name:<11} last good {good}")
            waiting, due, taken = (
                moment_words(records.local(each)) if each else "none"
                for each in (found.oldest_mail, found.oldest_letter, found.last_letter)
            )
            say(
                f"mail        oldest not yet dealt with: {waiting}; in quarantine: {found.quarantined}",
                f"letters     waiting: {found.letters_waiting}; given up: {found.letters_dead}; "
                f"not written within a day, which a person was told: {found.suppressed}",
                f"            oldest that is due and not delivered: {due}; last one taken by the mail server: {taken}",
                f"cases       owing something whose date has passed: {found.late_cases}",
                f"timers      set aside: {found.timers_aside}",
                f"journal     {found.journal} entries",
                *(
                    f"token       of {name}: {_age(token, records.now)}, good until {_until(token, records)}"
                    for name, token in found.tokens.items()
                ),
                *(f"WORRY       {worry}" for worry in worries),
                *([] if worries else ["all is well"]),
            )
    raise typer.Exit(1 if worries else 0)


def _age(token: facts.TokenHealth, now: datetime) -> str:
    return f"{round((now - token.since).total_seconds() / 60)} minutes old" if token.since else "none"


def _until(token: facts.TokenHealth, records: Records) -> str:
    return moment_words(records.local(token.until)) if token.until else "never"


def _token(token: facts.TokenHealth, now: datetime) -> dict[str, object]:
    return {
        "age_seconds": round((now - token.since).total_seconds()) if token.since else None,
        "until": iso(token.until),
        "trouble": token.trouble,
    }


def _object(found: facts.Health, worries: tuple[str, ...], now: datetime) -> dict[str, object]:
    return {
        "ok": not worries,
        "worries": list(worries),
        "loops": {name: {"last_good": iso(loop.last_good), "trouble": loop.trouble} for name, loop in found.loops.items()},
        "oldest_mail": iso(found.oldest_mail),
        "quarantined": found.quarantined,
        "letters_waiting": found.letters_waiting,
        "letters_dead": found.letters_dead,
        "oldest_letter": iso(found.oldest_letter),
        "last_letter": iso(found.last_letter),
        "suppressed": found.suppressed,
        "timers_aside": found.timers_aside,
        "late_cases": found.late_cases,
        "journal": found.journal,
        "nobody_since": iso(found.left_since),
        "tokens": {name: _token(token, now) for name, token in found.tokens.items()},
    }
