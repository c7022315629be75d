"""`townclerk rules replay`: what other rules would have made of the mail that there was."""

import asyncio
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from datetime import date, datetime, time
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from townclerk.app.commands.asking import Asked, CannotRead, Why
from townclerk.app.commands.progress import Progress
from townclerk.app.commands.raw_mails import in_order, no_mails_in, read_mails
from townclerk.app.commands.records import Records, changed_council, named_council, open_records
from townclerk.app.commands.saying import complain, iso, moment_words, one_line, say, say_json, say_table
from townclerk.app.logs import silence
from townclerk.config.settings import Settings
from townclerk.domain.council import Council
from townclerk.domain.replaying import COMPARED, Becomes, Change, Household, Past, Replayed, changes, opening_of, replay
from townclerk.domain.routing import try_rules
from townclerk.domain.signing import Signer
from townclerk.domain.words import Category
from townclerk.mail.parsing import ParsePool
from townclerk.mail.reading import Reading
from townclerk.services.kept_mail import NoRoom, source_of
from townclerk.services.residents import MOST_EARLIER_COUNTED
from townclerk.store import cases, journal, mails
from townclerk.store.journal import Entry
from townclerk.store.mails import StoredMail
from townclerk.store.schema import MailState

PAGE = 200  # mails looked up at once
LONGEST_SUBJECT = 70  # of a mail that differs, in characters


# --- the command ---------------------------------------------------------------------------------------------------------


def replay_rules(
    ctx: typer.Context,
    paths: Annotated[
        list[Path] | None,
        typer.Argument(metavar="MAIL|DIR|MBOX...", help="Raw mails, mboxes, maildirs, folders. Default: the stored mails."),
    ] = None,
    changed: Annotated[
        Path | None,
        typer.Option("--with", metavar="DIR", help="Rules that win over those in force, as `rules:` in the settings."),
    ] = None,
    since: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], metavar="DATE", help="Only what was received from that day on.")
    ] = None,
    council: Annotated[
        str | None, typer.Option("--council", metavar="NAME", help="Whose rules, for files. Default: the settings'.")
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="One JSON object a mail that differs, then one with the counts.")
    ] = False,
    why: Why = None,
) -> None:
    """What would change: the mail that there was goes through the rules as they are, and as they would be.

    Without --with: what the rules in force make of the stored mail, against what was decided when it came. Nothing is sent,
    stored or changed; that you looked at the stored mail is put into the journal. Exit status 2 where a file cannot be read.

    \b
    Examples:
      townclerk rules replay --with /etc/townclerk/new-rules --since 2026-01-01
      townclerk rules replay --with /etc/townclerk/new-rules old-mail.mbox Maildir/
      townclerk rules replay --json | jq -r 'select(.changes) | .case'
    """
    silence()
    asked: Asked = ctx.obj
    first = since.date() if since is not None else None
    if not paths:
        if council is not None:
            raise CannotRead("--council is for mails in files: the stored mails are those of the council in the settings")
        with open_records(asked, at_people=True, why=why) as records:
            account = asyncio.run(_replay_stored(records, changed, first, as_json))
    else:
        if changed is None:
            raise CannotRead(
                "of mails in files nothing was decided: name the changed rules with --with DIR; or see `rules explain`"
            )
        account = asyncio.run(_replay_files(asked, paths, council, changed, first, as_json))
        if not account.mails and not account.too_old:
            raise CannotRead(no_mails_in(paths))
    _show(account, as_json)
    raise typer.Exit(2 if account.unopened else 0)


def _show(account: "Account", as_json: bool) -> None:
    if as_json:
        say_json(_as_counts(account))
        return
    say(*_counted(account))
    _show_table(account)
    for line in account.listed:
        say(line)


@dataclass(frozen=True, slots=True)
class Sides:
    """The rules by which each mail is routed twice. `before` None: what was decided then takes their place."""

    before: Council | None
    after: Council
    household: Household

    def local(self, moment: datetime) -> datetime:
        return self.after.calendar.local(moment)


@dataclass(frozen=True, slots=True)
class Given:
    """A mail that is replayed. `name` is how it is called: its file, or its number in the store. `then` is what was decided
    when it came, None where nobody decided."""

    name: str
    past: Past
    number: int | None = None
    case_ref: str | None = None
    then: Replayed | None = None


@dataclass(frozen=True, slots=True)
class Unread:
    """A mail that cannot be read, and why. `opened`: its file could be."""

    name: str
    why: str
    opened: bool = True


@dataclass(slots=True)
class Account:
    """What came of it all. Of each mail that differs some lines are kept, of the others nothing."""

    sides: Sides
    as_json: bool
    of: str  # what was replayed
    since: date | None
    mails: int = 0
    differ: int = 0
    unrouted: int = 0  # no rule is asked about them, before or after
    undecided: int = 0  # there is nothing with which to compare them
    unread: int = 0
    unopened: int = 0
    too_old: int = 0  # came before `since`, and are not counted
    changes: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    listed: list[str] = field(default_factory=list)

    def add(self, found: Given | Unread) -> None:
        """Count one more mail, and tell of it where it differs."""
        self.mails += 1
        if isinstance(found, Unread):
            self.unread += 1
            self.unopened += not found.opened
            return
        after = replay(found.past, self.sides.after, self.sides.household)
        before = self._before(found, after)
        if before is None:
            self.undecided += 1
            return
        if self.sides.before is None:
            after = opening_of(after)
        then = self.sides.before.routing if self.sides.before is not None else None
        differing = changes(before, after, then, self.sides.after.routing)
        if before.becomes is Becomes.NOTHING and not differing:
            self.unrouted += 1
        if differing:
            self._differs(found, before, after, differing)

    def _before(self, found: Given, after: Replayed) -> Replayed | None:
        if self.sides.before is not None:
            return replay(found.past, self.sides.before, self.sides.household)
        return None if after.by_officer else found.then

    def _differs(self, found: Given, before: Replayed, after: Replayed, differing: Sequence[Change]) -> None:
        self.differ += 1
        self.changes.update((each.what, each.before, each.after) for each in differing)
        if self.as_json:
            say_json(_as_line(found, before, after, differing))
        else:
            self.listed += _in_words(found, differing, self.sides)


# --- whose rules ---------------------------------------------------------------------------------------------------------


def _household(council: Council, settings: Settings | None) -> Household:
    mailbox = council.policy.contact.mailbox
    user = {settings.mailbox.user.lower()} if settings is not None else set()
    return Household(frozenset({mailbox.lower(), *user}), Signer(mailbox, ()))


# --- the stored mails ----------------------------------------------------------------------------------------------------


async def _replay_stored(records: Records, changed: Path | None, since: date | None, as_json: bool) -> Account:
    settings, council = records.settings, records.council
    after = changed_council(settings.council, changed, settings, records.today) if changed is not None else council
    sides = Sides(council if changed is not None else None, after, _household(council, settings))
    start = datetime.combine(since, time.min, council.calendar.local(records.now).tzinfo) if since is not None else None
    sent = (settings.mailbox.sent_folder,) if settings.mailbox.sent_folder is not None else ()
    numbers = records.db.read_now(partial(mails.kept, mailbox=records.mailbox, since=start, leave_out=sent))
    told = {"command": "rules replay", "mails": len(numbers), "since": since, "rules": changed and str(changed)}
    records.db.run_now(
        lambda tx: records.note(tx, None, "viewed", **{name: value for name, value in told.items() if value is not None})
    )
    account = Account(sides, as_json, "stored mail", since)
    progress = Progress(len(numbers))
    async with aclosing(in_order(_pages(records, numbers), partial(_read_stored, records))) as found:
        async for (stored, opening), reading in found:
            account.add(_as_it_came(records, stored, opening, reading))
            progress.step()
    progress.end()
    return account


def _pages(records: Records, numbers: Sequence[int]) -> Iterator[tuple[StoredMail, Entry | None]]:
    """Each mail, and what the journal says of the case that it opened."""
    for start in range(0, len(numbers), PAGE):
        page = records.db.read_now(partial(mails.get_all, numbers=numbers[start : start + PAGE]))
        refs = {stored.case_ref for stored in page if stored.case_ref is not None}
        opened = records.db.read_now(partial(journal.entries_of, case_refs=refs, event="opened"))
        openings = {(entry.case_ref, entry.detail.get("mail")): entry for entry in opened if entry.detail is not None}
        yield from ((stored, openings.get((stored.case_ref, str(stored.id)))) for stored in page)


async def _read_stored(records: Records, pool: ParsePool, kept: tuple[StoredMail, Entry | None]) -> Reading:
    stored, _ = kept
    try:
        async with source_of(records.db, stored, None) as source:
            return await pool.parse(source)
    except NoRoom as error:
        return Reading(None, str(error))


def _as_it_came(records: Records, stored: StoredMail, opening: Entry | None, reading: Reading) -> Given | Unread:
    name = f"mail {stored.id}"
    if reading.mail is None or reading.quarantined is not None:
        return Unread(name, reading.quarantined or "it cannot be read")
    further = stored.case_ref is not None and opening is None
    past = Past(reading.mail, stored.received_at, further, partial(_earlier, records, stored.received_at))
    return Given(name, past, stored.id, stored.case_ref, _decided(stored, opening))


def _earlier(records: Records, before: datetime, address: str) -> tuple[datetime, ...]:
    look = partial(cases.opened_by, council=records.council_id, address=address, most=MOST_EARLIER_COUNTED, before=before)
    return records.db.read_now(look)


def _decided(stored: StoredMail, opening: Entry | None) -> Replayed | None:
    """What became of it when it came: the category and the service of the case that it opened, as the journal has them."""
    if opening is not None and opening.detail is not None:
        category, service = opening.detail["category"], opening.detail["service"]
        rules = tuple(opening.detail.get("rules", "").split())
        given = {"category": (category,), "service": (service,)}
        return Replayed(Becomes.NEW_CASE, given, opens_as=Category(category), rules=rules)
    return Replayed(Becomes.NOTHING) if stored.state is MailState.IGNORED else None


# --- mails in files ------------------------------------------------------------------------------------------------------


async def _replay_files(
    asked: Asked, paths: list[Path], name: str | None, changed: Path, since: date | None, as_json: bool
) -> Account:
    settings, before = asked.find_settings(), named_council(asked, name)
    today = before.calendar.local(datetime.now().astimezone()).date()
    sides = Sides(before, changed_council(before.policy.id, changed, settings, today), _household(before, settings))
    account = Account(sides, as_json, "mail", since)
    progress = Progress(None)
    async with aclosing(read_mails(paths)) as found:
        async for path, reading in found:
            given = _as_filed(path, reading)
            if isinstance(given, Unread):
                complain(f"{path}: {given.why}")
            elif since is not None and _day(given.past, sides) < since:
                account.too_old += 1
                continue
            account.add(given)
            progress.step()
    progress.end()
    return account


def _as_filed(path: str, reading: Reading | OSError) -> Given | Unread:
    """A mail in a file is taken for the first of its sender, come when its header says."""
    if isinstance(reading, OSError):
        return Unread(path, f"it cannot be opened: {reading.strerror or reading}", opened=False)
    if reading.mail is None or reading.quarantined is not None:
        return Unread(path, reading.quarantined or "it cannot be read")
    written = reading.mail.date
    return Given(path, Past(reading.mail, written if written is not None and written.tzinfo is not None else None))


def _day(past: Past, sides: Sides) -> date:
    """When it came; what does not say so is taken for new."""
    return sides.local(past.received_at).date() if past.received_at is not None else date.max


# --- telling -------------------------------------------------------------------------------------------------------------


def _counted(account: Account) -> Iterator[str]:
    sides = account.sides
    would = "would be routed otherwise" if sides.before is not None else "would be routed otherwise than they were"
    since = f" since {account.since}" if account.since is not None else ""
    yield f"{account.mails:,} {account.of}{'' if account.mails == 1 else 's'}{since}: {account.differ:,} {would}"
    told = (
        (account.unrouted, "are asked of no rule: robots, officers, our own"),
        (account.undecided, "opened no case that the rules made, and cannot be compared"),
        (account.unread, "cannot be read"),
    )
    yield from (f"  {count:,} {what}" for count, what in told if count)
    before = f"rules {sides.before.routing.version} -> " if sides.before is not None else "as decided then -> rules "
    yield f"  {before}{sides.after.routing.version}"
    if sides.before is not None and (failed := len(try_rules(sides.after.routing).failed)):
        yield f"  {failed} of the tests of these rules {'fails' if failed == 1 else 'fail'}: see `rules test --with`"


def _show_table(account: Account) -> None:
    rows = sorted(account.changes.items(), key=lambda one: (COMPARED.index(one[0][0]), -one[1], one[0]))
    if rows:
        say("")
        say_table(
            ("what", "from", "to", "mails"),
            [(what, before or "-", after or "-", count) for (what, before, after), count in rows],
            empty="",
        )
        say("")


def _in_words(found: Given, differing: Iterable[Change], sides: Sides) -> Iterator[str]:
    received = moment_words(sides.local(found.past.received_at)) if found.past.received_at is not None else "(undated)"
    yield "  ".join(part for part in (received, found.name, found.case_ref, _subject(found)) if part)
    for each in differing:
        yield f"    {each.what}: {_word(each.before, each.by_before)} -> {_word(each.after, each.by_after)}"


def _word(word: str, rules: tuple[str, ...]) -> str:
    return f"{word or '-'} ({', '.join(rules)})" if rules else word or "-"


def _subject(found: Given) -> str:
    said = one_line(found.past.mail.subject) or "(no subject)"
    return said if len(said) <= LONGEST_SUBJECT else f"{said[: LONGEST_SUBJECT - 1]}…"


def _as_line(found: Given, before: Replayed, after: Replayed, differing: Iterable[Change]) -> dict[str, object]:
    named = {"path": found.name} if found.number is None else {"mail": found.number, "case": found.case_ref}
    return {
        **named,
        "received": iso(found.past.received_at),
        "subject": _subject(found),
        "from": _as_side(before),
        "to": _as_side(after),
        "changes": [
            {
                "what": each.what,
                "from": each.before or None,
                "to": each.after or None,
                "rules_from": list(each.by_before),
                "rules_to": list(each.by_after),
            }
            for each in differing
        ],
    }


def _as_side(side: Replayed) -> dict[str, object]:
    return {
        "becomes": side.becomes,
        "category": side.word("category") or None,
        "service": side.word("service") or None,
        "alerts": list(side.given.get("alert", ())),
        "suggested_exclusions": list(side.given.get("suspect", ())),
        "signals": list(side.given.get("signal", ())),
        "certain": side.certain,
        "suggested_category": side.word("suggest") or None,
        "assign": side.word("assign") or None,
        "priority": side.word("priority") or None,
        "letters_in": side.word("letters_in") or None,
        "tell": list(side.given.get("tell", ())),
        "flags": list(side.given.get("flag", ())),
        "decide": list(side.given.get("decide", ())),
        "restrict": "true" in side.given.get("restrict", ()),
        "receipt": "false" not in side.given.get("receipt", ()),
    }


def _as_counts(account: Account) -> dict[str, object]:
    rows = sorted(account.changes.items(), key=lambda one: (COMPARED.index(one[0][0]), -one[1], one[0]))
    return {
        "mails": account.mails,
        "differ": account.differ,
        "unrouted": account.unrouted,
        "undecided": account.undecided,
        "unread": account.unread,
        "rules_from": account.sides.before.routing.version if account.sides.before is not None else None,
        "rules_to": account.sides.after.routing.version,
        "table": [
            {"what": what, "from": before or None, "to": after or None, "mails": count} for (what, before, after), count in rows
        ],
    }
