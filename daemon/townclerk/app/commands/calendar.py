"""`townclerk calendar`: the days off ahead, and the open dates that this calendar would count otherwise."""

from datetime import timedelta
from typing import Annotated

import typer

from townclerk.app.commands.records import open_records
from townclerk.app.commands.saying import say, say_json, say_table
from townclerk.config.templates_words import date_words
from townclerk.domain.recount import Recounted, recounted
from townclerk.store import cases

AHEAD = timedelta(days=400)


def calendar(
    ctx: typer.Context, as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False
) -> None:
    """The bank holidays and closure days of the next year, and which open dates were counted with another calendar and would
    be another day by this one. Nothing moves: residents hold those dates.

    \b
    Example:
      townclerk calendar
    """
    with open_records(ctx.obj) as records:
        known, today = records.council.calendar, records.today
        off = [(day, why) for day, why in sorted(known.closed.items()) if today <= day <= today + AHEAD]
        moved = records.db.read_now(lambda tx: tuple(recounted(cases.every(tx, records.council_id), known)))
    if as_json:
        for day, why in off:
            say_json({"type": "day_off", "day": day, "why": why})
        for one in moved:
            say_json(_object(one))
        return
    say(f"calendar: {known.version}")
    say_table(
        ("day off", "why"),
        ((date_words(day), why) for day, why in off),
        empty="no bank holiday or closure day in the next year",
    )
    say("")
    rows = ((one.ref, one.deadline, date_words(one.stands), date_words(one.would_be)) for one in moved)
    say_table(("case", "date", "stands", "would be now"), rows, empty="every open date is as this calendar counts it")


def _object(one: Recounted) -> dict[str, object]:
    return {"type": "date", "case": one.ref, "deadline": one.deadline, "stands": one.stands, "would_be": one.would_be}
