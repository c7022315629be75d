"""`townclerk rules suggest`: what people's corrections say of the rules."""

from collections.abc import Iterator
from datetime import date
from typing import Annotated

import typer

from townclerk.app.commands.asking import CannotRead, Why
from townclerk.app.commands.records import Records, open_records
from townclerk.app.commands.saying import say, say_json
from townclerk.domain.suggesting import LEAST, OTHERWISE, Habit, Mistaken, RoutedCase, habits, in_lines, mistaken, proposal_of
from townclerk.services.learning import routed_cases
from townclerk.store.database import Tx


def suggest(
    ctx: typer.Context,
    since: Annotated[str | None, typer.Option("--since", metavar="DATE", help="Cases opened on that day or later.")] = None,
    least: Annotated[int, typer.Option("--least", min=2, help="In how many cases it must have been seen.")] = LEAST,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a suggestion.")] = False,
    why: Why = None,
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
    with open_records(ctx.obj, at_people=True, why=why) as records:

        def look(tx: Tx) -> list[RoutedCase]:
            records.note(tx, None, "read_cases", command="rules suggest", since=since or "")
            return routed_cases(
                tx, records.council_id, lambda case: first is None or records.local(case.opened_at).date() >= first
            )

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
        else:
            yield "  no words tell them apart: read them, and write a rule above it"
        yield from _rule(each, records, f"above {each.rule}" if each.rule != OTHERWISE else "under rules:")
        yield ""
    for habit in always:
        yield f"everything from {habit.sender} was made {habit.what} {habit.now}, in all its {len(habit.refs)} cases"
        yield from _rule(habit, records, "at the top, under rules:")
        yield ""
    yield f"{looked_at} cases looked at; {len(wrong) + len(always)} suggestions; nothing has been changed"


def _rule(each: Mistaken | Habit, records: Records, where: str) -> Iterator[str]:
    """A rule to copy into routing.yaml."""
    rule = proposal_of(each, records.council)
    if rule is not None:
        yield f"  a rule to copy into routing.yaml, {where}"
        yield from in_lines(rule)
    elif isinstance(each, Habit) or each.words:
        yield f"  {each.now} is no longer there: no rule can give it"
