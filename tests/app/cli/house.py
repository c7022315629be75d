"""The shapes that the tests of the command line share."""

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import delete, select, update

from townclerk.app.wiring import open_database
from townclerk.config.settings import load_settings
from townclerk.store import journal, schema
from townclerk.store.database import Database, Tx

T = TypeVar("T")
GONE = "gone@home.example"  # whose mail server knows them no more


@dataclass(frozen=True, slots=True)
class Ran:
    """What a command line came to."""

    status: int
    out: str
    err: str

    @property
    def objects(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.out.splitlines()]


Command = Callable[..., Ran]


@dataclass(frozen=True, slots=True)
class Town:
    """An installation in which two complaints have come: the old one has been forgotten, the new one is of today; the receipt
    of a third could not be delivered, and one mail could not be read."""

    settings: Path
    old: str
    new: str

    @property
    def folder(self) -> Path:
        return self.settings.parent

    def ask(self, work: Callable[[Tx], T], *, with_key: bool = True) -> T:
        """Do *work* in a transaction of the installation's database; without its key, as somebody who can write to it alone."""
        settings = load_settings(self.settings)
        db = open_database(settings) if with_key else Database.open(settings.database.url)
        try:
            return db.run_now(work)
        finally:
            db.close()

    def change_policy(self, written: str, instead: str) -> Path:
        """Give the installation rules of its own, with a policy that says something else. Returns that file."""
        rules = self.folder / "rules"
        shutil.copytree(json.loads(self.settings.read_text())["rules"], rules)
        self.rewrite(rules=str(rules))
        path = rules / "south-staffordshire" / "policy.yaml"
        path.write_text(path.read_text().replace(written, instead, 1))
        return path

    def rewrite(self, **values: object) -> None:
        """Put other values into the settings."""
        written = json.loads(self.settings.read_text())
        for name, value in values.items():
            written[name] = {**written.get(name, {}), **value} if isinstance(value, dict) else value
        self.settings.write_text(json.dumps(written, indent=1))


def mail(sender: str, subject: str, text: str) -> bytes:
    lines = (f"From: {sender}", "To: feedback0@council.example", f"Subject: {subject}", f"Message-ID: <{abs(hash(text))}@home>")
    return "\r\n".join((*lines, "", text, "")).encode()


def write_anew_unsealed(tx: Tx) -> None:
    """The whole journal with another actor in its second entry, as whoever knows how hashes are made would write it: without
    seals, as of before there were any."""
    rows = [dict(row._mapping) for row in tx.execute(select(schema.journal).order_by(schema.journal.c.number))]
    tx.execute(delete(schema.journal))
    tx.execute(delete(schema.journal_head))
    for row in rows:
        actor = "nobody" if row["number"] == 2 else row["actor"]
        journal.append(tx, row["council"], row["case_ref"], row["at"], actor, row["event"], json.loads(row["detail"]))
    tx.execute(update(schema.journal).values(seal=None))
