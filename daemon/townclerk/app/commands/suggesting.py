"""`townclerk rules suggest`: what people's corrections say of the rules."""

from collections.abc import Iterator
from datetime import date
from typing import Annotated

import typer

from townclerk.app.commands.asking import CannotRead
from townclerk.app.commands.records import Records, open_records
from townclerk.app.commands.saying import say, say_json
from townclerk.domain.case import Case
from townclerk.domain.suggesting import OTHERWISE, Habit, Mistaken, RoutedCase, habits, mistaken
from townclerk.store import cases, journal
from townclerk.store.database import Tx
from townclerk.store.journal import Entry


def suggest(
    ctx: typer.Context,
    since: Annotated[str | None, typer.Option("--since", metavar="DATE", help="Cases opened on that day or later.")] = None,
    least: Annotated[int, typer.Option("--least", min=2, help="In how many cases it must have been seen.")] = 3,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a suggestion.")] = False,
) -> None:
    """Which rule sent mails wrong, by the corrections that people made, and which words would have told them apart.

    Looks at the cases whose category, service or officer somebody has changed by word. Whoever is always moved to the same
    place is offered as a rule to copy. Nothing is changed. That you read the cases is put into the journal.

    \b
    Examples:
      townclerk rules suggest
      townclerk rules suggest --since 2027-01-01 --least 5
    """
    first = _day(since)
    with open_records(ctx.obj) as records:

        def look(tx: Tx) -> list[RoutedCase]:
            records.note(tx, None, "read_cases", command="rules suggest", since=since or "")
            every = cases.every(tx, records.council_id)
            return [
                routed
                for case in every
                if (first is None or records.local(case.opened_at).date() >= first)
                and not case.restricted
                and (routed := routed_case(case, journal.entries(tx, case.ref))) is not None
            ]

        found = records.db.run_now(look)
        wrong, always = mistaken(found, records.council.routing, least), habits(found, least)
        if as_json:
            lines: list[Mistaken | Habit] = [*wrong, *always]
            for each in lines:
                say_json(_as_line(each))
        else:
            say(*_in_words(records, len(found), wrong, always))


def _day(written: str | None) -> date | None:
    try:
        return date.fromisoformat(written) if written else None
    except ValueError:
        raise CannotRead(f"--since {written} is not a date: write for instance 2027-01-01") from None


def routed_case(case: Case, entries: tuple[Entry, ...]) -> RoutedCase | None:
    """What the rules made of *case*, by its journal, and what people have made of it; None: no rules opened it."""
    opened = next((entry.detail for entry in entries if entry.event == "opened" and entry.detail), None)
    first = case.first_mail
    if opened is None or not opened.get("rules_version") or first is None:
        return None
    corrected = {
        str(entry.detail["what"]): str(entry.detail["now"]) for entry in entries if entry.event == "corrected" and entry.detail
    }
    return RoutedCase(
        ref=case.ref,
        sender=case.complainant.key,
        subject=first.subject,
        text=first.text,
        rules=tuple(str(opened.get("rules") or "").split()),
        given={"category": str(opened["category"]), "service": str(opened["service"])},
        corrected=corrected,
    )


def _as_line(each: Mistaken | Habit) -> dict[str, object]:
    if isinstance(each, Habit):
        return {"kind": "habit", "sender": each.sender, "what": each.what, "now": each.now, "cases": list(each.refs)}
    return {
        "kind": "mistaken",
        "rule": each.rule,
        "what": each.what,
        "was": each.was,
        "now": each.now,
        "cases": list(each.refs),
        "routed": each.routed,
        "words": list(each.words),
    }


def _in_words(records: Records, looked_at: int, wrong: tuple[Mistaken, ...], always: tuple[Habit, ...]) -> Iterator[str]:
    places = {rule.id: f"{rule.place.file}, line {rule.place.line}" for rule in records.council.routing.rules}
    for each in wrong:
        rule = "no rule held" if each.rule == OTHERWISE else f"rule {each.rule} ({places.get(each.rule, 'gone')})"
        yield f"{rule}: {each.what} {each.was}, but people made it {each.now} in {len(each.refs)} of {each.routed} cases"
        yield f"  {', '.join(each.refs)}"
        if each.words:
            yield f"  words that stand in those and hardly in the others: {', '.join(each.words)}"
            yield from _rule(f"{each.was}-is-{each.now}", f"{len(each.refs)} mails with these words were moved.", each)
        else:
            yield "  no words tell them apart: read them, and write a rule above it"
        yield ""
    for habit in always:
        yield f"everything from {habit.sender} was made {habit.what} {habit.now}, in all its {len(habit.refs)} cases"
        if habit.what != "officer":
            yield from _rule(f"from-{habit.sender.lstrip('@')}", f"What comes from there is always {habit.now}.", habit)
        yield ""
    yield f"{looked_at} cases looked at; {len(wrong) + len(always)} suggestions; nothing has been changed"


def _rule(name: str, why: str, each: Mistaken | Habit) -> Iterator[str]:
    """A rule to copy into routing.yaml, above the one that was wrong."""
    code = "-".join("".join(sign if sign.isalnum() else " " for sign in name.lower()).split())
    when = f"{{sender: '{each.sender}'}}" if isinstance(each, Habit) else f"[{', '.join(each.words)}]"
    yield f"    - id: {code}"
    yield f"      why: {why}"
    yield f"      when: {when}"
    yield f"      then: {{{each.what}: {each.now}}}"
