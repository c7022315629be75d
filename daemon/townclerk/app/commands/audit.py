"""`townclerk audit`: who read or changed what, and whether the journal is as it was written."""

import re
from collections.abc import Iterator
from datetime import date, datetime, time
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from townclerk.app.commands.asking import CannotRead, Why
from townclerk.app.commands.records import Records, open_records, reference_of
from townclerk.app.commands.saying import iso, moment_words, one_line, say, say_json, say_table
from townclerk.store import cases, journal, mails
from townclerk.store.database import Tx
from townclerk.store.journal import Entry, Head, Verdict

READ = ("viewed", "read_cases", "backed_up")  # what a person at a terminal reads of what others wrote
_HEAD = re.compile(r"(?<![0-9])([1-9][0-9]{0,15}):([0-9a-f]{64})(?![0-9a-f])")

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    help="Who read or changed what, and whether the journal is as it was written.",
)


@app.command()
def show(
    ctx: typer.Context,
    case: Annotated[str | None, typer.Option("--case", metavar="REF", help="What was done with this case.")] = None,
    person: Annotated[
        str | None, typer.Option("--person", metavar="ADDRESS", help="What was done with the cases and mails of this person.")
    ] = None,
    since: Annotated[
        str | None, typer.Option("--since", metavar="DATE", help="From this day on, or from a moment such as 2027-01-11T09:30.")
    ] = None,
    who: Annotated[
        str | None, typer.Option("--who", metavar="NAME", help="Only what this person, role or account did.")
    ] = None,
    reads: Annotated[bool, typer.Option("--reads", help="Only who looked, not what was changed.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
    why: Why = None,
) -> None:
    """What the journal holds: of a case, of a person, since a day. That you read it is put into the journal too.

    Of a person or a case, what was done with all of them at once is shown as well: a backup, a replay of the stored mail.

    \b
    Examples:
      townclerk audit show --case SS-26-0042-K --reads
      townclerk audit show --person asha@home.example --why "her request of 11 January" --json
      townclerk audit show --since 2027-01-01 --who pam
    """
    if case is None and person is None and since is None and who is None:
        raise CannotRead("say of what: --case REF, --person ADDRESS, --since DATE or --who NAME")
    if person is not None and "@" not in person:
        raise CannotRead(
            f'"{person}" is no address: --person takes that of a resident, --who the name of whoever did something'
        )
    with open_records(ctx.obj, to_look=True, at_people=True, why=why) as records:
        ref = reference_of([case], records.council.policy.prefix) if case is not None else None
        first = _moment(since, records) if since is not None else None
        look = partial(_look, records=records, ref=ref, person=person, since=first, who=who, reads=reads)
        entries = records.db.run_now(look)
        if as_json:
            for entry in entries:
                say_json(_object(entry))
        else:
            rows = (_cells(entry, records) for entry in entries)
            say_table(("entry", "at", "who", "what", "case", "why", "detail"), rows, empty="the journal holds nothing of it")


def _moment(written: str, records: Records) -> datetime:
    """A day begins where the council is; so does a moment that names no zone."""
    try:
        found = datetime.fromisoformat(written)
        if found.time() == time() and len(written) == len("2027-01-11"):
            found = datetime.combine(date.fromisoformat(written), time())
    except ValueError:
        raise CannotRead(f"--since {written} is not a date: write for instance 2027-01-11") from None
    return found if found.tzinfo is not None else found.replace(tzinfo=records.local(records.now).tzinfo)


def _look(
    tx: Tx, records: Records, ref: str | None, person: str | None, since: datetime | None, who: str | None, reads: bool
) -> tuple[Entry, ...]:
    """What fits, as it was before this look. That somebody looks is noted with each case of which it is."""
    named = ref is not None or person is not None
    theirs = set(cases.of_party(tx, records.council_id, person)) if person is not None else set()
    refs = ({ref} if person is None else theirs & {ref}) if ref is not None else theirs
    numbers = set(mails.numbers_from(tx, records.mailbox, person)) if person is not None else set()
    of_council = partial(journal.found, tx, records.council_id, actor=who, events=READ if reads else (), since=since)
    found = of_council(case_refs=refs) if named else of_council()
    entries = tuple(entry for entry in found if not named or _concerns(entry, refs, numbers))
    for each in sorted(refs) or (None,):
        records.note(tx, each, "viewed", command="audit show")
    return entries


def _concerns(entry: Entry, refs: set[str], numbers: set[int]) -> bool:
    """Of what was done on no case, that counts which was done with one of these mails, or with all of them."""
    if entry.case_ref is not None:
        return entry.case_ref in refs
    detail = entry.detail or {}
    if "mail" in detail:
        return str(detail["mail"]) in {str(number) for number in numbers}
    return entry.event in READ and detail.get("command") != "audit show"


def _object(entry: Entry) -> dict[str, object]:
    return {
        "number": entry.number,
        "at": iso(entry.at),
        "who": entry.actor,
        "event": entry.event,
        "case": entry.case_ref,
        "detail": entry.detail,
    }


def _cells(entry: Entry, records: Records) -> tuple[object, ...]:
    detail = entry.detail or {}
    said = "; ".join(f"{name}: {value}" for name, value in detail.items() if name != "why" and value not in ("", None))
    at = moment_words(records.local(entry.at))
    destroyed = "(destroyed)" if entry.detail is None else one_line(said)
    return (entry.number, at, entry.actor, entry.event, entry.case_ref, one_line(str(detail.get("why", ""))), destroyed)


# --- whether it is whole ---------------------------------------------------------------------------------------------


@app.command()
def head(ctx: typer.Context) -> None:
    """The end of the chain as NUMBER:HASH. Keep it where nobody who may write to the database can, and give it to `verify`.

    \b
    Example:
      townclerk audit head >> /mnt/other-machine/townclerk.heads
    """
    with open_records(ctx.obj, to_look=True) as records:
        say(str(records.db.read_now(journal.head)))


@app.command()
def verify(
    ctx: typer.Context,
    heads: Annotated[
        list[Path] | None,
        typer.Option("--heads", metavar="FILE", help="Any text with heads that were kept elsewhere: a log, a list."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Follow the chain of the journal from its first entry: the first that was changed, left out or put in is named.

    Whoever can write to the database cannot make the seals of entries: those need a signing key of the settings. But they can
    take the last entries away. What they cannot change are heads kept elsewhere: the service logs one each hour, `audit head`
    prints one, a backup holds one. Exit status 1 where the journal is not whole.

    \b
    Examples:
      townclerk audit verify
      journalctl -u townclerk -o cat | townclerk audit verify --heads /dev/stdin
    """
    kept = frozenset(_heads_in(heads or []))
    with open_records(ctx.obj, to_look=True) as records:
        sealed_from = records.settings.journal.sealed_from
        verdict = records.db.read_now(partial(journal.follow, kept=kept, sealed_from=sealed_from))
    broken = verdict.broken
    if as_json:
        why = broken.why if broken else None
        found = {"ok": broken is None, "entry": broken.number if broken else None, "why": why}
        say_json({**found, "entries": verdict.entries, "unsealed": verdict.unsealed, "strange_keys": verdict.strange or {}})
    elif broken is None:
        say("the journal is whole" + (f", and as {len(kept)} heads say that were kept elsewhere" if kept else ""))
        say(*notes_on_seals(verdict))
    else:
        say(f"the journal is BROKEN at entry {broken.number}: {broken.why}")
    raise typer.Exit(0 if broken is None else 1)


def notes_on_seals(verdict: Verdict) -> tuple[str, ...]:
    """What the seals of a whole journal do not prove by themselves."""
    proof = "those behind them prove them" if verdict.proven else "the chain alone holds them"
    said = [
        f"note: {many} entries are sealed with the key {key}, which is not known here; {proof}"
        for key, many in (verdict.strange or {}).items()
    ]
    if verdict.unsealed == verdict.entries > 0:
        said.append("note: no entry has a seal; that can only be so until the service has written its first since the upgrade")
    elif verdict.unsealed:
        since = verdict.unsealed + 1
        said.append(
            f"note: the entries before {since} have no seal, as it was before there were any: whoever could write to the"
        )
        said.append(f"database by then could have written them. With journal: {{sealed_from: {since}}} no more can lack one")
    return tuple(said)


def _heads_in(files: list[Path]) -> Iterator[Head]:
    for file in files:
        try:
            text = file.read_text(encoding="utf-8", errors="replace")
        except OSError as error:
            raise CannotRead(f"{file} cannot be read: {error.strerror}") from None
        found = [Head(int(number), hashed) for number, hashed in _HEAD.findall(text)]
        if not found:
            raise CannotRead(f"{file} holds no head of a journal: one looks like 1234:9f86d0…, with 64 digits behind the colon")
        yield from found
