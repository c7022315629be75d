"""The records of an installation, for the commands that look at them: its settings, its council, its database."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from townclerk.app.commands.asking import Asked, CannotRead, NotAsItShould, as_whom, reason_for_looking, who_asks
from townclerk.app.commands.saying import complain
from townclerk.app.wiring import open_database, url_of_database
from townclerk.config.council_folder import load_as_far_as_it_goes, load_council
from townclerk.config.errors import Fault
from townclerk.config.learned_file import SUFFIX
from townclerk.config.settings import Reason, Settings, load_settings
from townclerk.config.shipped import shipped_councils
from townclerk.domain.case import Case
from townclerk.domain.council import Council
from townclerk.domain.reference import Reference, find_references
from townclerk.store import cases, journal
from townclerk.store.database import Database, Tx, schema_revision


@dataclass(frozen=True, slots=True)
class Records:
    """`council_id` and `mailbox` are the names under which the database keeps things; `why`, what the person looks for."""

    settings: Settings
    council: Council
    db: Database
    now: datetime
    in_part: bool = False  # the council's rules or its roster do not load
    why: str = ""

    @property
    def council_id(self) -> str:
        return self.council.policy.id

    @property
    def mailbox(self) -> str:
        return self.council.policy.contact.mailbox

    @property
    def today(self) -> date:
        return self.local(self.now).date()

    def local(self, moment: datetime) -> datetime:
        return self.council.calendar.local(moment)

    def note(self, tx: Tx, ref: str | None, event: str, **detail: object) -> None:
        """Put into the journal what the person at the terminal reads or does, and why."""
        told = {"by": "command line", **as_whom(), **({"why": self.why} if self.why else {}), **detail}
        journal.append(tx, self.council_id, ref, self.now, who_asks(), event, told)

    def note_list(self, command: str) -> None:
        """Put into the journal that the person at the terminal is shown a list: one entry, whatever its length."""
        self.db.run_now(lambda tx: self.note(tx, None, "viewed", command=command))


def council_of(settings: Settings, now: datetime) -> Council:
    """Raises FilesRefused."""
    return load_council(settings.council, rules=settings.rules, staff=settings.staff, today=now.date())


def _council_to_look(settings: Settings, now: datetime) -> tuple[Council, tuple[Fault, ...]]:
    return load_as_far_as_it_goes(settings.council, rules=settings.rules, staff=settings.staff, today=now.date())


def named_council(asked: Asked, name: str | None, changed: Path | None = None) -> Council:
    """The council *name*, or that of the settings; as it would be with the folder *changed*, where there is one. Raises
    CannotRead where neither says, FilesRefused for its files."""
    settings, now = asked.find_settings(), datetime.now(UTC)
    rules = settings.rules if settings else None
    if name is None and settings is None:
        raise CannotRead(
            f"name a council with --council: {', '.join(shipped_councils(rules))}; or a settings file with --config"
        )
    whose = name or (settings.council if settings is not None else "")
    if changed is not None:
        return changed_council(whose, changed, settings, now.date())
    if settings is not None and whose == settings.council:
        return council_of(settings, now)
    return load_council(whose, rules=rules, today=now.date())


def changed_council(name: str, changed: Path, settings: Settings | None, today: date) -> Council:
    """The council *name* as it would be with the folder *changed*: a roster that lies there counts before that of the
    settings. Raises CannotRead, FilesRefused."""
    if not changed.is_dir():
        raise CannotRead(f"{changed}: there is no such folder")
    if not any(_holds_rules(changed / place) for place in (name, "shared")):
        if changed.name in (name, "shared") and _holds_rules(changed):
            raise CannotRead(
                f"{changed} is a folder of rules itself: name the folder in which it lies, --with {changed.parent}"
            )
        raise CannotRead(
            f"{changed} holds nothing that would change {name}: its rules go into {changed / name / 'routing.yaml'}, "
            f"shared ones into {changed / 'shared'}"
        )
    own = settings.rules if settings is not None else None
    staff = settings.staff if settings is not None and settings.council == name else None
    if (changed / name / "staff.yaml").is_file():
        staff = None
    return load_council(name, rules=(changed, *((own,) if own is not None else ())), staff=staff, today=today)


def _holds_rules(folder: Path) -> bool:
    """Rules, or what was learned for them."""
    return folder.is_dir() and any(path.suffix in (".yaml", SUFFIX) for path in folder.iterdir())


@contextmanager
def open_records(asked: Asked, *, to_look: bool = False, at_people: bool = False, why: str | None = None) -> Iterator[Records]:
    """*to_look*: for a command that only shows what is kept, and can do so while the rules or the roster do not load; that they
    do not is told. *at_people*: for one that shows what people wrote, of which the journal keeps *why*. Raises ConfigError for
    files and secrets, StoreError for the database, NotAsItShould where it is not ready, CannotRead without a reason.
    """
    settings, now = load_settings(asked.settings_file()), datetime.now(UTC)
    because = reason_for_looking(why, required=settings.journal.reason is Reason.REQUIRED) if at_people else why or ""
    council, faults = _council_to_look(settings, now) if to_look else (council_of(settings, now), ())
    if faults:
        complain(*map(str, faults), "A daemon that runs goes on with the files of before; what follows does without these.")
    url = url_of_database(settings)
    if (trouble := why_not_ready(url)) is not None:
        raise NotAsItShould(trouble)
    db = open_database(settings, url)
    try:
        yield Records(settings, council, db, now, bool(faults), because)
    finally:
        db.close()


def why_not_ready(url: str) -> str | None:
    """Why the database cannot be used as it is, and what to do; None: it can. Raises StoreUnavailable, BadUrl."""
    have, need = schema_revision(url)
    if have is None:
        return "the database has no tables yet: `townclerk run` or `townclerk once` makes them"
    if have != need:
        return (
            f"the database is at revision {have}, and this program needs {need}: `townclerk run` brings an older database "
            "up to date; a newer one needs a newer townclerk"
        )
    return None


def reference_of(written: Sequence[str], prefix: str) -> str:
    """The one case reference that was typed, as it is written properly. Raises CannotRead."""
    typed = " ".join(written)
    found = find_references(typed, prefix)
    if len(found) != 1:
        example = Reference(prefix, 26, 42)
        why = "names several cases" if found else "is no case reference"
        raise CannotRead(f'"{typed}" {why}; write one such as {example}, whose last letter proves that it was typed right')
    return found[0]


def read_case(tx: Tx, records: Records, ref: str, command: str) -> Case:
    """The case, with the reading of it in the journal. Raises NotAsItShould where there is none."""
    case = cases.load(tx, ref)
    if case is None or case.council != records.council_id:
        raise NotAsItShould(f"there is no case {ref}")
    records.note(tx, ref, "viewed", command=command)
    return case
