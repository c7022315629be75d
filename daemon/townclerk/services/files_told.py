"""What becomes of changed files is told: in the journal, and where they are not taken up, to whoever looks after them."""

import hashlib
from collections.abc import Mapping
from datetime import datetime
from functools import partial

import structlog

from townclerk.domain.decide import Send
from townclerk.domain.letters import Because, FileFault, FilesNotTakenUp, Letter, RulesUntested
from townclerk.domain.roster import ADMIN
from townclerk.services.aside import setting_aside
from townclerk.services.office import Office
from townclerk.services.telling import readers
from townclerk.services.writing import write_letter
from townclerk.store import journal, outbox
from townclerk.store.database import Tx

log = structlog.get_logger()
AT_START, TAKEN_UP, REFUSED = "files_at_start", "files_taken_up", "files_refused"  # in the journal
MOST_TOLD = 20  # faults in one letter; nobody mends more before they try again


async def in_force_at_start(office: Office, digests: Mapping[str, str], now: datetime) -> None:
    """The files of *office* are in force because the service has begun with them: which they are stands in the journal;
    *digests* name those without a version of their own."""
    versions = {"policy": office.council.policy.version, "rules": {"now": office.council.routing.version}}
    await _note(office, AT_START, {**versions, **digests}, now)


async def taken_up(office: Office, detail: Mapping[str, object], now: datetime) -> None:
    """The files of *office* are in force: what was changed, and who owns the changed files, stand in the journal."""
    await _note(office, TAKEN_UP, detail, now)


async def not_taken_up(
    office: Office, faults: tuple[FileFault, ...], detail: Mapping[str, object], in_force: str, now: datetime
) -> None:
    """Changed files are refused, and those of *office* stay in force. Whoever looks after them gets one `alert` a day about the
    same faults in the same files, at any hour: they have just saved them. *in_force* names the time since when files were last
    taken up: what was put right in between, and is wrong again, is told again."""
    await _note(office, REFUSED, {**detail, "faults": len(faults)}, now)
    told = "\n".join((in_force, *(f"{each.where} {each.what}" for each in faults)))
    key = f"{office.council.policy.id}:files:{hashlib.sha256(told.encode('utf-8', 'replace')).hexdigest()[:16]}:{now:%Y-%m-%d}"
    content = FilesNotTakenUp(faults[:MOST_TOLD], max(0, len(faults) - MOST_TOLD))

    def write(tx: Tx) -> None:
        for person in readers(office, (ADMIN,)):
            letter = Letter(person, content, Because("files"), None, automatic=True)
            outbox.put(tx, write_letter(office, Send(f"{key}:{person.address}", key, letter), now))

    async with setting_aside(log, "nobody told of the files", key=key):
        await office.db.run(write)


async def untested(office: Office, rules: tuple[FileFault, ...], what: str, now: datetime) -> None:
    """Rules are in force that no test reaches: whoever looks after the files gets one `alert` about them, as they stand in the
    set *what*."""
    key = f"{office.council.policy.id}:untested:{what}"

    def write(tx: Tx) -> None:
        for person in readers(office, (ADMIN,)):
            letter = Letter(person, RulesUntested(rules[:MOST_TOLD]), Because("files"), None, automatic=True)
            outbox.put(tx, write_letter(office, Send(f"{key}:{person.address}", key, letter), now))

    async with setting_aside(log, "nobody told of rules without tests", key=key):
        await office.db.run(write)


async def _note(office: Office, event: str, detail: Mapping[str, object], now: datetime) -> None:
    council = office.council.policy.id
    append = partial(journal.append, council=council, case_ref=None, at=now, actor="files", event=event, detail=dict(detail))
    async with setting_aside(log, "not in the journal", noted=event):
        await office.db.run(append)
