"""`townclerk case`: the cases, and one of them whole."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Annotated

import typer

from townclerk.app.commands.asking import Asked, CannotRead, NotAsItShould, Why, who_asks
from townclerk.app.commands.records import Records, open_records, read_case, reference_of, why_not_ready
from townclerk.app.commands.saying import at_a_screen, iso, moment_words, one_line, say, say_bytes, say_json, say_table
from townclerk.app.wiring import Files, load_files, open_office, url_of_database
from townclerk.config.reading import suggest
from townclerk.domain.afterwards import RETENTION
from townclerk.domain.campaigns import campaign_said
from townclerk.domain.case import PRIORITY, Case, Deadline
from townclerk.domain.deadlines import is_overdue
from townclerk.domain.decide.deliberation import Deliberation
from townclerk.domain.mail import Address
from townclerk.domain.words import Category, Priority, Status
from townclerk.mail.parsing import ParsePool
from townclerk.services import reassigning
from townclerk.services.reassigning import Given
from townclerk.services.sorting import SIGNATURE_SEEN
from townclerk.store import cases, journal, mails, outbox
from townclerk.store.cases import CaseRow
from townclerk.store.database import Database, Tx
from townclerk.store.errors import UnreadableCase
from townclerk.store.journal import Entry
from townclerk.store.outbox import OutboxLine

PAGE = 500
HEADINGS = ("case", "category", "service", "stage", "status", "next due", "officer", "opened", "campaign of", "flags")

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="The cases, and one of them whole.")


@app.command("list")
def list_(
    ctx: typer.Context,
    status: Annotated[Status | None, typer.Option(help="Only those of this status.")] = None,
    category: Annotated[Category | None, typer.Option(help="Only those of this category.")] = None,
    service: Annotated[str | None, typer.Option(help="Only those of this service.")] = None,
    campaign: Annotated[
        str | None, typer.Option(metavar="REF", help="Only those of the campaign that this case leads.")
    ] = None,
    flag: Annotated[str | None, typer.Option(metavar="NAME", help="Only those that have this flag.")] = None,
    priority: Annotated[Priority | None, typer.Option(help="Only those of this priority.")] = None,
    overdue: Annotated[bool, typer.Option("--overdue", help="Only those in which something is owed too long.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
    why: Why = None,
) -> None:
    """The cases, the newest first. It names no resident: `townclerk case show` does. That you looked is put into the journal.

    \b
    Examples:
      townclerk case list --overdue
      townclerk case list --status open --category complaint --service waste --json
      townclerk case list --priority high --flag new-estate
      townclerk case list --campaign SS-26-0042-K
    """
    with open_records(ctx.obj, to_look=True, why=why) as records:
        if service is not None:
            _check_service(service, records)
        records.note_list("case list")
        given = partial(
            cases.list_cases,
            council=records.council_id,
            status=status,
            category=category,
            service=service,
            campaign=reference_of([campaign], records.council.policy.prefix) if campaign is not None else None,
            overdue_before=records.today if overdue else None,
            flag=flag,
        )
        found = records.db.read_now(lambda tx: tuple((row, _is_late(tx, row, records)) for row in _pages(tx, given)))
        rows = [
            (row, late)
            for row, late in found
            if (late or not overdue) and (flag is None or flag in row.flags) and (priority in {None, _priority(row)})
        ]
        if as_json:
            for row, late in rows:
                say_json(_row_object(row, late))
        else:
            say_table(HEADINGS, (_row_cells(row, late, records) for row, late in rows), empty="no such case")


def _check_service(service: str, records: Records) -> None:
    """Raises CannotRead where the council has no such *service*, nor any open case of it."""
    known = set(records.council.routing.services)
    known |= records.db.read_now(partial(cases.services_of_open_cases, council=records.council_id)).keys()
    if service not in known:
        raise CannotRead(f'"{service}" is no service of this council; write one of: {", ".join(sorted(known))}')


def _pages(tx: Tx, given: "partial[tuple[CaseRow, ...]]") -> Iterator[CaseRow]:
    offset = 0
    while page := given(tx, limit=PAGE, offset=offset):
        yield from page
        offset += len(page)


def _is_late(tx: Tx, row: CaseRow, records: Records) -> bool:
    """Whether the case is overdue. Only a case that owed something before today need be looked at for that."""
    if row.next_due is None or row.next_due >= records.today:
        return False
    try:
        case = cases.load(tx, row.ref)
    except UnreadableCase:  # `case show` says what is wrong with it; the list goes on
        return True
    return case is not None and is_overdue(case, records.now, records.council.calendar)


def _row_cells(row: CaseRow, late: bool, records: Records) -> tuple[object, ...]:
    due = f"{row.next_due or ''}{' OVERDUE' if late else ''}"
    opened = records.local(row.opened_at).date()
    flags = ", ".join(row.flags)
    return (row.ref, row.category, row.service, row.stage, row.status, due, row.officer, opened, row.campaign, flags)


def _priority(row: CaseRow) -> Priority:
    return Priority.HIGH if PRIORITY in row.flags else Priority.NORMAL


def _row_object(row: CaseRow, late: bool) -> dict[str, object]:
    return {
        "reference": row.ref,
        "category": row.category,
        "service": row.service,
        "stage": row.stage,
        "status": row.status,
        "overdue": late,
        "next_due": row.next_due,
        "officer": row.officer,
        "restricted": row.restricted,
        "campaign": row.campaign,
        "priority": _priority(row),
        "flags": [name for name in row.flags if name != PRIORITY],
        "opened_at": iso(row.opened_at),
        "updated_at": iso(row.updated_at),
        "closed_at": iso(row.closed_at),
    }


# --- many cases at once ----------------------------------------------------------------------------------------------


@app.command()
def reassign(
    ctx: typer.Context,
    giver: Annotated[str, typer.Option("--from", metavar="KEY", help="Whose open cases: a name of staff.yaml.")],
    to: Annotated[str, typer.Option("--to", metavar="KEY", help="Who gets them.")],
    case: Annotated[str | None, typer.Option("--case", metavar="REF", help="Only this one.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
) -> None:
    """Give the open cases of one officer to another, who gets an assignment for each. It may be done while the daemon runs.

    What the other may not have (it complains of them, or they answered before) stays where it is, and is listed.
    Exit status 1 where a case stayed.

    \b
    Examples:
      townclerk case reassign --from wendy --to tom
      townclerk case reassign --from wendy --to tom --case SS-26-0042-K
    """
    asked: Asked = ctx.obj
    files = load_files(asked.settings_file())
    known = [officer.key for officer in files.council.roster.officers]
    if to not in known:
        raise CannotRead(f'"{to}" is nobody in staff.yaml; {suggest(to, known)}')
    if giver == to:
        raise CannotRead(f'the cases are with "{to}" already; name somebody else behind --to')
    ref = reference_of([case], files.council.policy.prefix) if case is not None else None
    url = url_of_database(files.settings)
    if (trouble := why_not_ready(url)) is not None:
        raise NotAsItShould(trouble)
    given = asyncio.run(_reassign(files, url, giver, to, ref))
    if not given and giver not in known:  # who has left, and is in the file no more, may have cases still
        raise CannotRead(f'"{giver}" is nobody in staff.yaml, and has no open case; {suggest(giver, known)}')
    if as_json:
        for one in given:
            say_json({"case": one.ref, "given": not one.why_not, "why_not": one.why_not or None})
    else:
        rows = ((one.ref, f"stays: {one.why_not}" if one.why_not else f"now with {to}") for one in given)
        say_table(("case", "what became of it"), rows, empty=f"{giver} has no open case")
    raise typer.Exit(1 if any(one.why_not for one in given) else 0)


async def _reassign(files: Files, url: str, giver: str, to: str, ref: str | None) -> tuple[Given, ...]:
    db, pool = Database.open(url), ParsePool()
    try:
        return await reassigning.reassign(open_office(files, db, pool), giver, to, who_asks(), datetime.now(UTC), ref)
    finally:
        await pool.close()
        db.close()


# --- one case --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Shown:
    """A case with its letters and its journal."""

    case: Case
    letters: tuple[OutboxLine, ...]
    entries: tuple[Entry, ...]


def load_shown(records: Records, ref: str, command: str) -> Shown:
    """Raises NotAsItShould where there is no such case. That it was read is in the journal before it is shown."""

    def load(tx: Tx) -> Shown:
        case = read_case(tx, records, ref, command)
        return Shown(case, outbox.of_case(tx, ref), journal.entries(tx, ref))

    return records.db.run_now(load)


@app.command()
def show(
    ctx: typer.Context,
    ref: Annotated[list[str], typer.Argument(metavar="REF", help="The reference, however it is typed.")],
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
    why: Why = None,
) -> None:
    """One case: its facts, its dates, its mails, its letters and its journal. That you read it is put into the journal.

    \b
    Examples:
      townclerk case show SS-26-0042-K --why "the resident rang about it"
      townclerk case show ss 26 0042 k --json
    """
    with open_records(ctx.obj, to_look=True, at_people=True, why=why) as records:
        shown = load_shown(records, reference_of(ref, records.council.policy.prefix), "case show")
        if as_json:
            say_json(_case_object(shown, records))
        else:
            _say_case(shown, records)


@app.command()
def raw(
    ctx: typer.Context,
    ref: Annotated[str, typer.Argument(metavar="REF", help="The reference of the case.")],
    number: Annotated[int, typer.Argument(metavar="MAIL", help="The number of the mail, as `case show` says.")],
    why: Why = None,
) -> None:
    """The bytes of a mail of a case, as they came, on standard output. That you took them is put into the journal.

    \b
    Example:
      townclerk case raw SS-26-0042-K 17 > mail.eml
    """
    if at_a_screen():  # it may obey what it is shown
        raise CannotRead(f"a mail's bytes are not for a terminal: townclerk case raw {ref} {number} > mail.eml")
    with open_records(ctx.obj, at_people=True, why=why) as records:

        def take(tx: Tx) -> bytes:
            case = read_case(tx, records, reference_of([ref], records.council.policy.prefix), "case raw")
            if case.mail(number) is None:
                there = ", ".join(str(each.mail) for each in case.mails)
                raise CannotRead(f"{case.ref} has no mail {number}; write one of: {there}")
            return mails.raw_bytes(tx, number)

        say_bytes(records.db.run_now(take))


def _signatures(shown: Shown) -> dict[int, str]:
    """What came of the signature of each mail that is signed, by its number."""
    seen = (entry.detail for entry in shown.entries if entry.event == SIGNATURE_SEEN and entry.detail is not None)
    return {detail["mail"]: detail["said"] for detail in seen}


def _case_object(shown: Shown, records: Records) -> dict[str, object]:
    case, signatures = shown.case, _signatures(shown)
    return {
        "reference": case.ref,
        "category": case.category,
        "service": case.service,
        "stage": case.stage,
        "status": case.status,
        "overdue": is_overdue(case, records.now, records.council.calendar),
        "outcome": case.outcome,
        "officer": case.officer,
        "restricted": case.restricted,
        "campaign": case.leads_or_joins,
        "alerts": list(case.alerts),
        "flags": dict(case.flags),
        "suggested_category": case.suggested.category if case.suggested else None,
        "exclusions": list(case.exclusions),
        "subject": case.subject,
        "complainant": {"name": case.complainant.name, "address": case.complainant.address},
        "parties": [{"name": p.who.name, "address": p.who.address, "role": p.role} for p in case.parties],
        "possible_links": list(case.possible_links),
        "linked": list(case.linked),
        "opened_at": iso(case.opened_at),
        "closed_at": iso(case.closed_at),
        "policy_version": case.policy_version,
        "deadlines": [_deadline_object(deadline) for deadline in case.deadlines],
        "mails": [
            {
                "mail": m.mail,
                "from": m.sender.address,
                "subject": m.subject,
                "received_at": iso(m.received_at),
                "text": m.text,
                "signature": signatures.get(m.mail),
            }
            for m in case.mails
        ],
        "letters": [letter_object(line) for line in shown.letters],
        "journal": [
            {"number": e.number, "at": iso(e.at), "actor": e.actor, "event": e.event, "detail": e.detail} for e in shown.entries
        ],
    }


def _deadline_object(deadline: Deadline) -> dict[str, object]:
    return {
        "name": deadline.name,
        "target": deadline.target,
        "promised": deadline.promised,
        "promised_by": deadline.promised_by,
        "person_promised": deadline.person_promised,
        "clause": deadline.clause,
        "promises": list(deadline.promises),
        "by": deadline.by,
        "owed": is_owed(deadline),
        "met_at": iso(deadline.met_at),
        "dropped": deadline.dropped,
    }


def is_owed(deadline: Deadline) -> bool:
    """The council owes it still: a request for a review is the resident's to make."""
    return deadline.open and deadline.what != "request" and deadline.name != RETENTION


def letter_object(line: OutboxLine) -> dict[str, object]:
    return {
        "key": line.key,
        "letter": line.kind,
        "to": line.recipient,
        "staff": line.staff,
        "subject": line.subject,
        "state": line.state,
        "decided_at": iso(line.created_at),
        "sent_at": iso(line.sent_at),
        "because": {"event": line.because_event, "promise": line.because_promise, "clause": line.because_clause},
        "error": line.last_error,
    }


def _say_case(shown: Shown, records: Records) -> None:
    case, local = shown.case, records.local
    late = ", OVERDUE" if is_overdue(case, records.now, records.council.calendar) else ""
    say(f"{case.ref}: {case.category}, {case.service}, {case.stage or 'no stage'}, {case.status}{late}")
    facts = [("Subject", case.subject), ("Complainant", _person(case.complainant))]
    facts += [("Also", f"{_person(party.who)} ({party.role})") for party in case.parties]
    facts += [("Officer", case.officer or _by_the_roster(case, records)), ("Opened", moment_words(local(case.opened_at)))]
    facts += [("Outcome", case.outcome or ""), ("Alerts", ", ".join(case.alerts)), ("Suspected", ", ".join(case.exclusions))]
    facts += [("Flags", ", ".join(f"{name} ({said})" if said else name for name, said in case.flags))]
    facts += [("Suggested", f"{case.suggested.category}: {case.suggested.why}" if case.suggested else "")]
    facts += [("Linked", ", ".join(case.linked)), ("May concern", ", ".join(case.possible_links))]
    facts += [("Campaign", campaign_said(case))]
    facts += [("Related", ", ".join(case.related)), ("To look into", ", ".join(case.doubts))]
    facts += [("Undecided", case.pending.question if case.pending else ""), ("Consent", case.consent or "")]
    facts += [("Restricted", f"until {case.restriction.until}: {case.restriction.reason}" if case.restriction else "")]
    facts += [("Came by", "; ".join(f"{label}: {words}" for label, words in case.logged.ways) if case.logged else "")]
    say(*(f"{name + ':':<12} {one_line(value)}" for name, value in facts if value))
    say("", "Dates (target: as first made; promised: as the resident was last told)")
    dates = ((d.name, d.target, d.promised, _state(d, records), d.clause) for d in case.deadlines)
    say_table(("deadline", "target", "promised", "state", "clause"), dates, empty="none")
    say("", "Mails")
    signed = _signatures(shown)
    written = (
        (
            m.mail,
            moment_words(local(m.received_at)),
            _person(m.sender),
            m.subject,
            *([signed.get(m.mail, "")] if signed else []),
        )
        for m in case.mails
    )
    say_table(("mail", "received", "from", "subject", *(["signature"] if signed else [])), written, empty="none")
    say("", "Letters")
    say_table(
        ("decided", "letter", "to", "state", "subject"),
        ((moment_words(local(e.created_at)), e.kind, e.recipient, e.state, e.subject) for e in shown.letters),
        empty="none",
    )
    say("", "Journal")
    say_table(
        ("at", "who", "what", "detail"),
        ((moment_words(local(e.at)), e.actor, e.event, _detail(e)) for e in shown.entries),
        empty="empty",
    )


def _by_the_roster(case: Case, records: Records) -> str:
    """Who has a case that was not given to anybody by name."""
    officer = Deliberation(case, records.council, records.now, "case show", "viewed").responsible()
    return f"{officer.name}, by the roster" if officer is not None else "nobody: see `townclerk check`"


def _person(address: Address) -> str:
    return f"{address.name} <{address.address}>".strip()


def _state(deadline: Deadline, records: Records) -> str:
    if deadline.met_at is not None:
        return f"met {moment_words(records.local(deadline.met_at))}"
    if deadline.dropped:
        return "no longer owed"
    if deadline.name == RETENTION:
        return "kept until then"
    return "owed" if is_owed(deadline) else "open to the resident"


def _detail(entry: Entry) -> str:
    if entry.detail is None:
        return "(destroyed)"
    return ", ".join(f"{name}: {value}" for name, value in entry.detail.items() if value not in ("", None))
