"""`townclerk explain`: how each due date came about, and why each letter was sent."""

from datetime import date
from typing import Annotated, Any

import typer

from townclerk.app.commands.asking import Why
from townclerk.app.commands.case import Shown, is_owed, letter_object, load_shown
from townclerk.app.commands.records import Records, open_records, reference_of
from townclerk.app.commands.saying import iso, one_line, say, say_json
from townclerk.config.templates_words import clock_words, date_words
from townclerk.domain.afterwards import RETENTION
from townclerk.domain.calendar import Derivation
from townclerk.domain.campaigns import campaign_said
from townclerk.domain.case import Deadline, PromisedBy
from townclerk.domain.policy import Promise
from townclerk.domain.statutes import by_law
from townclerk.store.outbox import OutboxLine
from townclerk.store.schema import OutboxState

_MOVED_BY = {
    PromisedBy.OFFICER: "by an officer",
    PromisedBy.AUTOMATIC: "by the automatic notice",
    PromisedBy.POLICY: "by the policy",
}


def explain(
    ctx: typer.Context,
    ref: Annotated[list[str], typer.Argument(metavar="REF", help="The reference, however it is typed.")],
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
    why: Why = None,
) -> None:
    """How each due date of a case was counted, day by day, and why each of its letters was sent. That you read it is put into
    the journal.

    \b
    Example:
      townclerk explain SS-26-0042-K
    """
    with open_records(ctx.obj, to_look=True, at_people=True, why=why) as records:
        shown = load_shown(records, reference_of(ref, records.council.policy.prefix), "explain")
        if as_json:
            say_json(
                {
                    "reference": shown.case.ref,
                    "policy_version": shown.case.policy_version,
                    "routed": _routed_object(shown),
                    "campaign": shown.case.leads_or_joins,
                    "deadlines": [_deadline_object(deadline, records) for deadline in shown.case.deadlines],
                    "letters": [letter_object(line) for line in shown.letters],
                }
            )
        else:
            say(*_explained(shown, records))


def _explained(shown: Shown, records: Records) -> list[str]:
    case = shown.case
    opened = records.local(case.opened_at)
    told = [f"{case.ref}: opened by a mail received on {date_words(opened.date())} at {clock_words(opened)}"]
    told += _routed(shown)
    told += [f"  campaign: {campaign_said(case)}"] if campaign_said(case) else []
    for deadline in case.deadlines:
        told += ["", *_deadline(deadline, records)]
    told += ["", "Letters, in the order in which they were decided"]
    for line in shown.letters:
        told += _letter(line, records)
    return told if shown.letters else [*told, "  none"]


def _routed_object(shown: Shown) -> dict[str, Any] | None:
    opened = next((entry.detail for entry in shown.entries if entry.event == "opened" and entry.detail), None)
    if opened is None or not opened.get("rules_version"):
        return None
    return {
        "category": opened["category"],
        "service": opened["service"],
        "rules": str(opened.get("rules") or "").split(),
        "rules_version": opened["rules_version"],
    }


def _routed(shown: Shown) -> list[str]:
    """What the rules made of the first mail, which of them said it, and of which set they were."""
    routed = _routed_object(shown)
    if routed is None:
        return []
    rules = routed["rules"]
    by = f"by the rules {', '.join(rules)}" if rules else "no rule held"
    return [f"  {routed['category']}, {routed['service']}: {by} (set {routed['rules_version']})"]


# --- due dates -------------------------------------------------------------------------------------------------------


def _deadline(deadline: Deadline, records: Records) -> list[str]:
    promise = find_promise(deadline, records)
    ids = f" ({', '.join(deadline.promises)})" if deadline.promises else ""
    return [
        f"{deadline.name}: {date_words(deadline.target)}",
        f"  {'set by law:' if by_law(deadline) else 'promised in clause'} {deadline.clause}{ids}, to be kept by {deadline.by}",
        *([f"  “{one_line(promise.quote)}”"] if promise and promise.quote else []),
        f"  {derivation_words(deadline.derivation)}",
        f"  counted with the calendar {deadline.derivation.calendar}",
        *_moves(deadline, records),
        f"  {_standing(deadline, records)}",
    ]


def find_promise(deadline: Deadline, records: Records) -> Promise | None:
    """The promise of the policy as it is now, or None: it has gone from it."""
    stage = records.council.policy.stages.get(deadline.stage) if deadline.stage else None
    head = deadline.name.partition(".")[0]
    category = next((c for name, c in records.council.policy.categories.items() if name == head), None)
    found = getattr(stage or category, deadline.what, None)
    return found if isinstance(found, Promise) else None


def derivation_words(derivation: Derivation) -> str:
    """day 0 Friday 18 December 2026; skipped Saturday 19 December (Saturday), …; day 5 Tuesday 29 December 2026."""
    if not derivation.duration:
        return f"{date_words(derivation.due)}: {derivation.note}"
    note = f" ({derivation.note})" if derivation.note else ""
    parts = [f"day 0 {date_words(derivation.day0)}{note}"]
    if derivation.skipped:
        days = ", ".join(f"{_without_year(day, derivation.day0)} ({why})" for day, why in derivation.skipped)
        parts.append(f"skipped {days}")
    return "; ".join([*parts, f"{_last(derivation.duration)} {date_words(derivation.due)}"])


def _without_year(day: date, day0: date) -> str:
    words = date_words(day)
    return words if day.year != day0.year else words.rpartition(" ")[0]


def _last(duration: str) -> str:
    """day 5 for 5 working days; for other durations, the duration: after 1 month."""
    number, _, unit = duration.partition(" ")
    return f"day {number}" if unit.startswith("working day") else f"{number} {unit} later:"


def _moves(deadline: Deadline, records: Records) -> list[str]:
    if deadline.promised == deadline.target:
        return []
    told = records.local(deadline.told_at)
    when = f"told on {date_words(told.date())} at {clock_words(told)}"
    lines = [f"  moved to {date_words(deadline.promised)} {_MOVED_BY[deadline.promised_by]}, {when}; the target stays"]
    if deadline.person_promised not in (deadline.promised, deadline.target):
        lines.append(f"  the last date that a person promised is {date_words(deadline.person_promised)}")
    return lines


def _standing(deadline: Deadline, records: Records) -> str:
    if deadline.met_at is not None:
        met = records.local(deadline.met_at)
        late = "" if met.date() <= deadline.target else ", after the target"
        return f"kept on {date_words(met.date())} at {clock_words(met)}{late}"
    if deadline.dropped:
        return "no longer owed: the case took another way"
    if deadline.name == RETENTION:
        return "kept until then, and no longer, unless it is on hold or somebody writes"
    if not is_owed(deadline):
        return "the resident may still use it" if deadline.promised >= records.today else "the resident did not use it"
    return "still owed, and late" if records.today > deadline.person_promised else "still owed"


def _deadline_object(deadline: Deadline, records: Records) -> dict[str, object]:
    derivation, promise = deadline.derivation, find_promise(deadline, records)
    return {
        "name": deadline.name,
        "target": deadline.target,
        "promised": deadline.promised,
        "promised_by": deadline.promised_by,
        "person_promised": deadline.person_promised,
        "told_at": iso(deadline.told_at),
        "clause": deadline.clause,
        "promises": list(deadline.promises),
        "quote": promise.quote if promise else "",
        "by": deadline.by,
        "day0": derivation.day0,
        "note": derivation.note,
        "duration": derivation.duration,
        "skipped": [{"day": day.isoformat(), "why": why} for day, why in derivation.skipped],
        "due": derivation.due,
        "calendar": derivation.calendar,
        "owed": is_owed(deadline),
        "met_at": iso(deadline.met_at),
        "words": derivation_words(derivation),
    }


# --- letters ---------------------------------------------------------------------------------------------------------


def _letter(line: OutboxLine, records: Records) -> list[str]:
    to = "staff" if line.staff else "the resident"
    chain = " -> ".join(
        part
        for part in (
            line.because_event,
            f"promise {line.because_promise}" if line.because_promise else "",
            f"clause {line.because_clause}" if line.because_clause else "",
        )
        if part
    )
    return [f"  {line.kind} to {to} ({one_line(line.recipient)}), {_when(line, records)}", f"      {chain}"]


def _when(line: OutboxLine, records: Records) -> str:
    if line.sent_at is None:
        return "waiting to be sent" if line.state in (OutboxState.WAITING, OutboxState.SENDING) else f"not sent: {line.state}"
    sent = records.local(line.sent_at)
    return f"sent on {date_words(sent.date())} at {clock_words(sent)}"
