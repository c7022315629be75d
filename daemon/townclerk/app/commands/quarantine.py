"""`townclerk quarantine`: mails that could not be dealt with."""

import asyncio
from functools import partial
from typing import Annotated

import typer

from townclerk.app.commands.asking import CannotRead, NotAsItShould, Why
from townclerk.app.commands.records import Records, open_records
from townclerk.app.commands.saying import (
    at_a_screen,
    harmless,
    iso,
    moment_words,
    one_line,
    say,
    say_bytes,
    say_json,
    say_table,
)
from townclerk.domain.mail import IncomingMail, MailKind
from townclerk.mail.parsing import ParsePool
from townclerk.mail.reading import Reading
from townclerk.store import mails
from townclerk.store.database import Tx
from townclerk.store.mails import StoredMail
from townclerk.store.schema import MailState

MOST = 100_000

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Mails that could not be dealt with.")

Number = Annotated[int, typer.Argument(metavar="ID", help="The mail's number, as `quarantine list` shows it.")]


@app.command("list")
def list_(
    ctx: typer.Context,
    filed: Annotated[bool, typer.Option("--filed", help="Those that a rule had filed without a case.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
    why: Why = None,
) -> None:
    """The mails in quarantine, the oldest first, and why each is there; or those that a rule had filed without a case.

    \b
    Examples:
      townclerk quarantine list --json
      townclerk quarantine list --filed
    """
    with open_records(ctx.obj, to_look=True, at_people=filed, why=why) as records:
        if filed:
            _list_filed(records, as_json)
            return
        records.note_list("quarantine list")
        held = records.db.read_now(partial(mails.quarantined, mailbox=records.mailbox, limit=MOST))
        if as_json:
            for stored in held:
                say_json(_object(stored))
        else:
            rows = (
                (m.id, moment_words(records.local(m.received_at)), m.folder, m.size, m.attempts, m.reason or m.because)
                for m in held
            )
            say_table(("id", "received", "folder", "bytes", "tries", "why"), rows, empty="no mail is in quarantine")


def _list_filed(records: Records, as_json: bool) -> None:
    """Who wrote, and of what: that it was looked at is put into the journal."""

    def look(tx: Tx) -> tuple[StoredMail, ...]:
        records.note(tx, None, "viewed", command="quarantine list --filed")
        return mails.filed(tx, records.mailbox, limit=MOST)

    found = records.db.run_now(look)
    if as_json:
        for stored in found:
            say_json({**_object(stored), "sender": stored.sender, "subject": stored.subject})
        return
    rows = ((m.id, moment_words(records.local(m.received_at)), m.sender, one_line(m.subject or ""), _rule(m)) for m in found)
    say_table(("id", "received", "from", "subject", "rule"), rows, empty="no rule had a mail filed without a case")


def _rule(stored: StoredMail) -> str:
    return (stored.reason or "").removeprefix(mails.FILED)


def _object(stored: StoredMail) -> dict[str, object]:
    return {
        "id": stored.id,
        "received_at": iso(stored.received_at),
        "taken_at": iso(stored.taken_at),
        "folder": stored.folder,
        "uid": stored.uid,
        "size": stored.size,
        "sha256": stored.sha256,
        "attempts": stored.attempts,
        "because": stored.because,
        "reason": stored.reason,
    }


@app.command()
def show(ctx: typer.Context, number: Number, why: Why = None) -> None:
    """One mail in quarantine, as far as it can be read. That you read it is put into the journal.

    \b
    Example:
      townclerk quarantine show 17
    """
    with open_records(ctx.obj, to_look=True, at_people=True, why=why) as records:
        stored, raw = records.db.run_now(lambda tx: (_held(tx, records, number), _read_raw(tx, records, number, "show")))
        reading = asyncio.run(_read(raw))
        say(
            f"Mail {stored.id}, received {moment_words(records.local(stored.received_at))}, {stored.size} bytes",
            f"Place:    {stored.folder}, UID {stored.uid}",
            f"Why here: {stored.reason or stored.because}",
            f"Tries:    {stored.attempts}",
            "",
            *_words(reading.mail),
        )


def _words(mail: IncomingMail | None) -> list[str]:
    if mail is None:
        return ["Nothing of it can be read; `townclerk quarantine raw` gives its bytes."]
    sender = f"{mail.sender.name} <{mail.sender.address}>" if mail.sender else "(nobody)"
    heads = [("From", sender), ("To", ", ".join(address.address for address in mail.to)), ("Subject", mail.subject)]
    heads += [("File", f"{a.filename} ({a.content_type}, {a.size} bytes)") for a in mail.attachments]
    heads += [("Signature", mail.signature.said)] if mail.signature.there else []
    return [*(one_line(f"{name}: {value}") for name, value in heads), "", harmless(mail.text)]


async def _read(raw: bytes) -> Reading:
    pool = ParsePool()
    try:
        return await pool.parse(raw)
    finally:
        await pool.close()


@app.command()
def raw(ctx: typer.Context, number: Number, why: Why = None) -> None:
    """The bytes of a mail in quarantine, as they came, on standard output. That you took them is put into the journal.

    \b
    Example:
      townclerk quarantine raw 17 > mail.eml
    """
    if at_a_screen():  # it may obey what it is shown
        raise CannotRead(f"a mail's bytes are not for a terminal: townclerk quarantine raw {number} > mail.eml")
    with open_records(ctx.obj, at_people=True, why=why) as records:

        def take(tx: Tx) -> bytes:
            _held(tx, records, number)
            return _read_raw(tx, records, number, "raw")

        say_bytes(records.db.run_now(take))


@app.command()
def retry(
    ctx: typer.Context,
    number: Annotated[int | None, typer.Argument(metavar="ID", help="The mail's number; or --all.")] = None,
    every: Annotated[bool, typer.Option("--all", help="Every mail in quarantine.")] = False,
    why: Why = None,
) -> None:
    """Let a mail be dealt with again, for instance after an update. It is taken up within a minute where townclerk runs. One
    that was kept without a case, because a rule says so or it looks like a robot's, is then dealt with as a resident's.

    \b
    Examples:
      townclerk quarantine retry 17
      townclerk quarantine retry --all
    """
    if (number is None) != every:
        raise CannotRead("write the number of one mail, or --all")
    with open_records(ctx.obj, why=why) as records:
        freed = records.db.run_now(partial(_retry, records=records, number=number))
        say(f"{len(freed)} mail{'' if len(freed) == 1 else 's'} will be dealt with again")


def _retry(tx: Tx, records: Records, number: int | None) -> list[int]:
    held = [_held_or_filed(tx, records, number)] if number is not None else mails.quarantined(tx, records.mailbox, MOST)
    freed = [stored.id for stored in held if mails.retry(tx, stored.id) or mails.take_up(tx, stored.id)]
    for one in freed:
        records.note(tx, None, "mail_retried", mail=one)
    return freed


def _held_or_filed(tx: Tx, records: Records, number: int) -> StoredMail:
    """The mail, where it is in quarantine or was kept without a case. Raises NotAsItShould."""
    stored = mails.get(tx, number)
    here = stored is not None and stored.mailbox == records.mailbox and stored.state is MailState.IGNORED
    return stored if stored is not None and here and stored.kind != MailKind.OWN else _held(tx, records, number)


def _held(tx: Tx, records: Records, number: int) -> StoredMail:
    """The mail, where it is in quarantine. Raises NotAsItShould."""
    stored = mails.get(tx, number)
    if stored is None or stored.mailbox != records.mailbox or stored.state is not MailState.QUARANTINED:
        raise NotAsItShould(f"there is no mail {number} in quarantine: `townclerk quarantine list` shows those that are")
    return stored


def _read_raw(tx: Tx, records: Records, number: int, command: str) -> bytes:
    records.note(tx, None, "viewed", mail=number, command=f"quarantine {command}")
    return mails.raw_bytes(tx, number)
