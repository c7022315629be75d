"""`townclerk rules history`: which rules were in force since when, and what was refused."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any

import typer

from townclerk.app.commands.records import open_records
from townclerk.app.commands.saying import iso, moment_words, say_json, say_table
from townclerk.services.files_told import AT_START, REFUSED, TAKEN_UP
from townclerk.store import journal
from townclerk.store.journal import Entry


def history(
    ctx: typer.Context, as_json: Annotated[bool, typer.Option("--json", help="One JSON object an event.")] = False
) -> None:
    """When which rules came into force, which of them were new, gone or changed, and who owns the files; what was refused.

    The last line that does not say "refused" names the set in force. To have an earlier set back, put its files back.

    \b
    Example:
      townclerk rules history
    """
    with open_records(ctx.obj, to_look=True) as records:
        found = records.db.read_now(lambda tx: journal.entries(tx, None))
        told = [each for each in found if each.council == records.council_id and each.event in (AT_START, TAKEN_UP, REFUSED)]
        if as_json:
            for each in told:
                say_json({"at": iso(each.at), "event": each.event, **(each.detail or {})})
            return
        rows = ((moment_words(records.local(each.at)), *_cells(each)) for each in told)
        say_table(("when", "what", "set", "rules", "files"), rows, empty="no rules have been in force yet")


def _cells(entry: Entry) -> tuple[str, str, str, str]:
    detail = entry.detail or {}
    rules: Mapping[str, Any] = detail.get("rules", {})
    files = ", ".join((*map(_file, detail.get("files", ())), *map(_reach, detail.get("officers", ()))))
    if entry.event == REFUSED:
        faults = detail.get("faults", 0)
        return f"refused: {faults} fault{'' if faults == 1 else 's'}", "", "", files
    what = "at the start" if entry.event == AT_START else "in force"
    return what, str(rules.get("now", "")), "; ".join(_named(rules)), files


def _named(rules: Mapping[str, Any]) -> Iterator[str]:
    for what in ("new", "gone", "changed"):
        if rules.get(what):
            yield f"{what}: {' '.join(rules[what])}"


def _file(changed: Mapping[str, str]) -> str:
    """For instance: exton/routing.yaml +3 -1 (owner wendy). Before 0.5 the owner was called `by`."""
    name = changed.get("owner") or changed.get("by")
    owner = f" (owner {name})" if name else ""
    return f"{changed['file']} {changed['lines']}{owner}"


def _reach(changed: Mapping[str, Any]) -> str:
    """For instance: wendy: address, roles. Whose letters or powers are others."""
    who = changed.get("officer") or f"#{changed.get('word')}"
    whole = next((what for what in ("new", "gone") if changed.get(what)), None)
    return (
        f"{who}: {whole or ', '.join(what for what in changed if what not in ('officer', 'word', 'before', 'now')) or 'roles'}"
    )
