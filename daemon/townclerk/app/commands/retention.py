"""`townclerk retention`: what has been kept long enough, and its destruction."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from typing import Annotated

import typer

from townclerk.app.commands.asking import NotAsItShould, Why, who_asks
from townclerk.app.commands.records import Records, open_records, reference_of
from townclerk.app.commands.saying import say, say_json, say_table
from townclerk.domain.afterwards import ENDED, RETENTION
from townclerk.domain.case import MARKED, Case
from townclerk.domain.provisions import WhenKept
from townclerk.store import cases
from townclerk.store.database import Tx
from townclerk.store.destruction import Destroyed, destroy

AHEAD = timedelta(days=30)

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="What has been kept long enough, and its destruction.")


@dataclass(frozen=True, slots=True)
class Kept:
    """A case and until when it is kept. `state`: marked, kept, held."""

    ref: str
    until: date
    kept_as: str
    state: str


@app.command("list")
def list_(
    ctx: typer.Context,
    by: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], metavar="DATE", help="Also what falls due until then. Default: 30 days from now."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
    why: Why = None,
) -> None:
    """The cases whose time is over, and those whose time ends soon. That you looked is put into the journal.

    \b
    Example:
      townclerk retention list --by 2029-03-31
    """
    with open_records(ctx.obj, why=why) as records:
        records.note_list("retention list")
        last = by.date() if by is not None else records.today + AHEAD
        found = records.db.read_now(lambda tx: tuple(_kept(tx, records, last)))
        if as_json:
            for one in found:
                say_json({"case": one.ref, "until": one.until, "kept_as": one.kept_as, "state": one.state})
        else:
            rows = ((one.ref, one.until, one.kept_as, one.state) for one in found)
            say_table(("case", "kept until", "kept as", "state"), rows, empty="nothing has been kept long enough")


def _kept(tx: Tx, records: Records, last: date) -> Iterator[Kept]:
    for case in cases.every(tx, records.council_id):
        deadline = case.deadline(RETENTION)
        if case.destroyed_at is not None or deadline is None or deadline.dropped:
            continue
        marked = _is_over(case, records.today)
        if not marked and deadline.promised > last:
            continue
        state = "held" if case.hold is not None else "marked" if marked else "kept"
        yield Kept(case.ref, deadline.promised, deadline.derivation.note.removeprefix("kept as: "), state)


@app.command()
def confirm(
    ctx: typer.Context,
    ref: Annotated[list[str], typer.Argument(metavar="REF", help="The reference, however it is typed.")],
) -> None:
    """Destroy a case that is marked: its mails, its letters, what the journal tells of it. That cannot be undone.

    \b
    Example:
      townclerk retention confirm SS-26-0042-K
    """
    with open_records(ctx.obj) as records:
        proper = reference_of(ref, records.council.policy.prefix)
        gone = records.db.run_now(partial(_confirm, records=records, ref=proper))
        say(_certificate(proper, gone))


@app.command()
def run(ctx: typer.Context) -> None:
    """Destroy every case that is marked, where the policy says `then: destroy`; where it says `mark`, a person confirms each.

    \b
    Example:
      townclerk retention run
    """
    with open_records(ctx.obj) as records:
        marked = [
            case
            for case in records.db.read_now(partial(_marked, records=records))
            if case.hold is None and not _still_running(case, records.today)
        ]
        kept = records.council.policy.provisions.retention
        if kept is None or kept.then is not WhenKept.DESTROY:
            say(f"{len(marked)} marked; this policy wants a person to confirm each: townclerk retention confirm REF")
            return
        for case in marked:
            say(_certificate(case.ref, records.db.run_now(partial(_confirm, records=records, ref=case.ref))))
        if not marked:
            say("nothing has been kept long enough")


def _marked(tx: Tx, records: Records) -> tuple[Case, ...]:
    return tuple(case for case in cases.every(tx, records.council_id) if _is_over(case, records.today))


def _is_over(case: Case, today: date) -> bool:
    """It has ended, its time is over, and it has not been destroyed. The mark alone does not say so."""
    deadline = case.deadline(RETENTION)
    passed = deadline is not None and deadline.met_at is not None and deadline.promised < today
    return case.destroyed_at is None and case.status in ENDED and case.flagged(MARKED) and passed


def _still_running(case: Case, today: date) -> str:
    """What of it is not over, whatever its mark says; empty: nothing."""
    if case.open_actions:
        return f"an action that the resident was promised is open ({case.open_actions[0].due})"
    if case.restriction is not None and case.restriction.until >= today:
        return f"a restriction of contact is in force until {case.restriction.until}"
    return ""


def _confirm(tx: Tx, records: Records, ref: str) -> Destroyed:
    case = cases.load(tx, ref)
    if case is None or case.council != records.council_id:
        raise NotAsItShould(f"there is no case {ref}")
    if case.hold is not None:
        raise NotAsItShould(f"{ref} is on hold ({case.hold.reason}): #unhold, in a mail to the case, ends that")
    running = _still_running(case, records.today)
    if running:
        raise NotAsItShould(f"{ref} is still needed: {running}")
    if not _is_over(case, records.today):
        raise NotAsItShould(f"{ref} is not marked for deletion: `townclerk retention list` shows what is")
    deadline = case.deadline(RETENTION)
    why = f"{deadline.derivation.note}, until {deadline.promised}" if deadline is not None else "its time is over"
    provisions = records.council.policy.provisions
    codes = {*provisions.reasons, *provisions.remedies}
    return destroy(tx, case, records.now, who_asks(), why, codes)


def _certificate(ref: str, gone: Destroyed) -> str:
    return f"{ref}: destroyed ({gone.mails} mails, {gone.letters} letters, {gone.entries} journal entries)"
