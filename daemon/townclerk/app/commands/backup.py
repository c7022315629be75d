"""`townclerk backup` and `townclerk restore`: a copy of everything at one moment, and what becomes of it later."""

import os
import shutil
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer

from townclerk.app import holder
from townclerk.app.commands import archive
from townclerk.app.commands.archive import Manifest
from townclerk.app.commands.asking import Asked, CannotRead, NotAsItShould, Why, as_whom, reason_for_looking, who_asks
from townclerk.app.commands.audit import notes_on_seals
from townclerk.app.commands.records import council_of, open_records
from townclerk.app.commands.saying import complain, moment_words, say, say_json
from townclerk.app.exposure import exposures_of
from townclerk.app.wiring import open_database, url_of_database
from townclerk.config.settings import Reason, Settings, load_settings
from townclerk.domain.council import Council
from townclerk.store import backup as store
from townclerk.store import journal, mails
from townclerk.store.database import Database, migrate

BACKED_UP = "backed_up"  # in the journal


def backup(
    ctx: typer.Context,
    to: Annotated[
        Path, typer.Option("--to", metavar="FILE|DIR", help="Where. In a folder it is named by council and moment.")
    ] = Path(),
    as_json: Annotated[bool, typer.Option("--json", help="What the backup says of itself, as one JSON object.")] = False,
    why: Why = None,
) -> None:
    """Everything that is kept, as it is at one moment, in one file; mail may flow meanwhile. It needs twice its room.

    Cases, journal, raw mails, letters: all of it stands in the database. No secret is in it, and neither are rules and
    settings. Nobody but you may read the file: it holds residents' mail. That it was made is put into the journal.

    \b
    Examples:
      townclerk backup --to /var/backups/townclerk
      townclerk backup --to monday.backup --why "before the update"
    """
    with open_records(ctx.obj, to_look=True, at_people=True, why=why) as records:
        file = to / f"townclerk-{records.council_id}-{records.now:%Y%m%dT%H%M%SZ}.backup" if to.is_dir() else to
        if file.exists():
            raise NotAsItShould(f"{file} is there already: name another")
        if not file.parent.is_dir():
            raise CannotRead(f"there is no folder {file.parent}")
        records.db.run_now(partial(records.note, ref=None, event=BACKED_UP, command="backup"))
        url = url_of_database(records.settings)
        try:
            with TemporaryDirectory(prefix=".townclerk-backup-", dir=file.parent) as folder:
                copied = Path(folder) / "copy"
                contents = store.copy(url, copied)
                sha256, size = archive.measured(copied)
                kind, made_at = store.kind_of(url), records.now
                manifest = Manifest(records.council_id, records.mailbox, kind, made_at, contents, sha256, size)
                archive.write(file, manifest, copied)
        except OSError as error:
            raise NotAsItShould(f"{file} cannot be written: {error.strerror}") from None
        complain(*map(str, exposures_of(file, "the backup")))
        if as_json:
            say_json({"file": str(file), **manifest.as_json()})
        else:
            mails, cases = contents.rows.get("mails", 0), contents.rows.get("cases", 0)
            say(f"{file}: {size} bytes, {cases} cases, {mails} mails, journal {contents.head}")
            say(f"townclerk restore --check {file} says whether it can be loaded")


def restore(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="What `townclerk backup` wrote.")],
    check: Annotated[bool, typer.Option("--check", help="Only load it aside, look through it, and throw that away.")] = False,
    replace: Annotated[bool, typer.Option("--replace", help="What the database holds now gives way.")] = False,
    keys_lost: Annotated[
        bool, typer.Option("--keys-lost", help="The keys that sealed its journal are gone: let its chain alone prove it.")
    ] = False,
    why: Why = None,
) -> None:
    """Load a backup: aside first, where its tables, rows and journal are looked through; then in the place of the database.

    The service must not run. Afterwards mail that came since is taken in again from the mailbox, and letters wait until you
    have looked (`outbox list`) and let them go (`outbox release`): some may have gone since the backup was made.
    Exit status 1 where the backup is not sound.

    \b
    Examples:
      townclerk restore --check /var/backups/townclerk/monday.backup
      townclerk restore monday.backup --replace --why "the disk failed"
    """
    asked: Asked = ctx.obj
    settings, now = load_settings(asked.settings_file()), datetime.now(UTC)
    council, url = council_of(settings, now), url_of_database(settings)
    path = store.file_of(url)
    complain(*map(str, exposures_of(file, "the backup")))
    reason = "" if check else reason_for_looking(why, required=settings.journal.reason is Reason.REQUIRED)
    with archive.opened(file, _folder_of(path) if path is not None else None) as (manifest, copied):
        _refuse_others(manifest, council, url)
        with _aside(manifest, copied, url) as aside:
            with closing(open_database(settings, aside)) as db:
                _look_through(manifest, db, settings, keys_lost)
            if check:
                return
            _refuse_to_overwrite(url, replace, now)
            with closing(open_database(settings, aside)) as db:
                db.run_now(_settling(manifest, reason, now))
            if path is None:
                store.put_in_place(aside, copied.with_name("settled"), url, replacing=replace)
        if path is not None:
            _put_in_place(copied, path, now)
    _say_what_now(manifest, council)


def _folder_of(path: Path) -> Path:
    """Where an SQLite database is to lie. Raises CannotRead."""
    if not path.parent.is_dir():
        raise CannotRead(f"there is no folder {path.parent}, in which the database is to lie: make it, for the service alone")
    return path.parent


def _refuse_others(manifest: Manifest, council: Council, url: str) -> None:
    """Raises NotAsItShould where the backup is not of this installation."""
    here = (council.policy.id, council.policy.contact.mailbox, store.kind_of(url))
    there = (manifest.council, manifest.mailbox, manifest.kind)
    if here != there:
        said = " of {} ({}, {})"
        raise NotAsItShould(f"the backup is{said.format(*there)}, and these settings are{said.format(*here)}")


@contextmanager
def _aside(manifest: Manifest, copied: Path, url: str) -> Iterator[str]:
    """The URL of the backup, loaded aside, with the tables of this program. Raises NotAsItShould where it is not sound."""
    if manifest.kind == "sqlite":
        if faults := store.faults_of_file(copied):
            raise NotAsItShould(f"the backup is damaged: {'; '.join(faults)}")
        aside = f"sqlite:///{copied}"
        _compare(manifest, aside)
        migrate(aside)
        yield aside
        return
    aside = store.make_aside(url)
    try:
        store.load_postgres(copied, aside)
        _compare(manifest, aside)
        migrate(aside)
        yield aside
    finally:
        store.drop_aside(aside)


def _compare(manifest: Manifest, aside: str) -> None:
    """Raises NotAsItShould where there is not what the backup says of itself."""
    db = Database.open(aside, patient=True)
    try:
        found, said = db.read_now(store.contents_of), manifest.contents
    finally:
        db.close()
    if found != said:
        differing = [name for name, count in said.rows.items() if found.rows.get(name) != count]
        what = f"rows of {', '.join(differing)}" if differing else "the revision of its tables, or the end of its journal"
        raise NotAsItShould(f"the backup does not hold what it says of itself: {what}")
    say(f"tables: revision {found.revision}, {sum(found.rows.values())} rows in {len(found.rows)} tables, as it says of itself")


def _look_through(manifest: Manifest, db: Database, settings: Settings, keys_lost: bool) -> None:
    """Raises NotAsItShould where the journal is not as it was written."""
    head, sealed_from = manifest.contents.head, settings.journal.sealed_from
    verdict = db.read_now(partial(journal.follow, kept=[head], sealed_from=sealed_from, keys_lost=keys_lost))
    if verdict.broken is not None:
        raise NotAsItShould(f"the journal of the backup is BROKEN at entry {verdict.broken.number}: {verdict.broken.why}")
    say(f"journal: whole, {head.number} entries", *notes_on_seals(verdict))
    number = db.read_now(lambda tx: mails.altered(tx, journal.digests_told(tx)))
    if number is not None:
        raise NotAsItShould(f"the backup is damaged: the bytes of mail {number} are not those that came")
    say("mails: each as it came")
    say(f"the backup of {moment_words(manifest.made_at)} UTC can be loaded")


def _refuse_to_overwrite(url: str, replace: bool, now: datetime) -> None:
    """Raises NotAsItShould where a service runs on the database, or it holds something that nobody said may give way."""
    if not store.holds_anything(url):
        return
    if not replace:
        raise NotAsItShould("the database holds something: with --replace it gives way (on SQLite it is kept beside it)")
    at_work = [keeper for keeper in store.in_use_by(url, now) if not holder.is_gone(keeper)]  # whatever a wrong clock says
    if at_work:
        raise NotAsItShould(
            f"a townclerk ({', '.join(at_work)}) is at work on the database: stop the service, and wait a minute if it died"
        )


def _settling(manifest: Manifest, reason: str, now: datetime) -> "partial[None]":
    """What is done in a database that was loaded before anybody works on it; *reason*: why it was, "" where nobody said."""
    told: dict[str, object] = {"by": "command line", **as_whom(), **({"why": reason} if reason else {})}
    return partial(
        store.settle,
        council=manifest.council,
        made_at=manifest.made_at,
        head=manifest.contents.head,
        now=now,
        actor=who_asks(),
        told=told,
    )


def _put_in_place(copied: Path, path: Path, now: datetime) -> None:
    """What lay there is kept beside it. At any moment there is one of the two in its place: a service that found none would
    begin anew, and answer every mail of the mailbox once more."""
    kept = path.with_name(f"{path.name}.before-restore-{now:%Y%m%dT%H%M%SZ}")
    if path.exists():
        store.write_log_back(path)
        try:
            os.link(path, kept)
        except OSError:  # a file system without second names
            shutil.copy2(path, kept)
    for ending in ("-wal", "-shm"):
        old = path.with_name(path.name + ending)
        if old.exists():  # it could not be written back: the file is damaged, or empty
            old.rename(kept.with_name(kept.name + ending))
    if os.geteuid() == 0:  # the service has another account: that of the folder
        os.chown(copied, path.parent.stat().st_uid, path.parent.stat().st_gid)
    copied.replace(path)
    if any(each.name.startswith(kept.name) for each in path.parent.iterdir()):
        say(f"what was there before lies in {kept}: destroy it when you need it no more")


def _say_what_now(manifest: Manifest, council: Council) -> None:
    say(
        f"restored as it was on {moment_words(council.calendar.local(manifest.made_at))}",
        "Now start the service. It takes in again what came since, as far as it lies in the mailbox still. Letters wait:",
        "  townclerk outbox list       shows them: `townclerk outbox drop KEY` what went out since the backup, as the log says",
        "  townclerk outbox release    lets the others go",
    )
