"""The tables, one schema for SQLite and PostgreSQL. A change here needs a migration: a test compares the two."""

from enum import StrEnum

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    UniqueConstraint,
)

from townclerk.domain.words import Category, Stage, Status
from townclerk.store.kinds import NUMBER, Name, UtcTime, Words

PIECE = 1_048_576  # bytes of a mail in one row: a mail of any size passes through little memory


class MailState(StrEnum):
    """`taken` waits to be dealt with; the others are settled. Of `before_start` and `repeat` no bytes are kept."""

    TAKEN = "taken"
    BEFORE_START = "before_start"
    REPEAT = "repeat"
    DONE = "done"
    QUARANTINED = "quarantined"
    IGNORED = "ignored"


class OutboxState(StrEnum):
    """`waiting` and `sending` will be tried without anybody's help; `dead` waits for a person."""

    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    DEAD = "dead"
    DROPPED = "dropped"


def _one_of(column: str, words: type[StrEnum]) -> CheckConstraint:
    listed = ", ".join(f"'{word.value}'" for word in words)
    return CheckConstraint(f"{column} IN ({listed})", name=column)


metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

folders = Table(
    "folders",
    metadata,
    Column("mailbox", Words, primary_key=True),
    Column("folder", Words, primary_key=True),
    Column("uidvalidity", NUMBER, nullable=False),
    Column("last_uid", NUMBER, nullable=False),
    Column("start_from", UtcTime, nullable=False),
    Column("moved_at", UtcTime, nullable=False),
)

mails = Table(
    "mails",
    metadata,
    Column("id", NUMBER, primary_key=True),
    Column("mailbox", Words, nullable=False),
    Column("folder", Words, nullable=False),
    Column("uidvalidity", NUMBER, nullable=False),
    Column("uid", NUMBER, nullable=False),
    Column("received_at", UtcTime, nullable=False),
    Column("taken_at", UtcTime, nullable=False),
    Column("size", NUMBER, nullable=False),
    Column("sha256", Words),  # of the bytes as they came; none where they were not fetched
    Column("repeat_of", NUMBER, ForeignKey("mails.id", ondelete="SET NULL")),
    Column("state", Words, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("settled_at", UtcTime),
    Column("kind", Words),
    Column("because", Words),
    Column("case_ref", Words),
    Column("reason", Words),  # of a quarantine
    Column("message_id", Name),
    Column("content_hash", Words),
    Column("sender", Name),
    Column("subject", Words),
    _one_of("state", MailState),
    UniqueConstraint("mailbox", "folder", "uidvalidity", "uid"),
    Index(None, "mailbox", "state", "received_at", "id"),
    Index(None, "mailbox", "sha256"),
    Index(None, "mailbox", "content_hash"),
    Index(None, "case_ref"),
    Index(None, "repeat_of"),
    sqlite_autoincrement=True,  # a number is never given twice: cases name mails by it
)

mail_parts = Table(
    "mail_parts",
    metadata,
    Column("mail_id", NUMBER, ForeignKey("mails.id", ondelete="CASCADE"), primary_key=True),
    Column("n", Integer, primary_key=True, autoincrement=False),
    Column("bytes", LargeBinary, nullable=False),
    CheckConstraint(f"length(bytes) <= {PIECE}", name="bytes"),
)

message_ids = Table(
    "message_ids",
    metadata,
    Column("id", NUMBER, primary_key=True),
    Column("message_id", Name, nullable=False),
    Column("case_ref", Words, nullable=False),
    Column("mail_id", NUMBER),
    Column("letter_key", Words),
    UniqueConstraint("message_id", "case_ref"),  # one mail to two councils belongs to a case of each
    Index(None, "case_ref"),
    sqlite_autoincrement=True,
)

counters = Table(
    "counters",
    metadata,
    Column("council", Words, primary_key=True),
    Column("year", Integer, primary_key=True, autoincrement=False),
    Column("last", Integer, nullable=False),
)

cases = Table(
    "cases",
    metadata,
    Column("ref", Words, primary_key=True),
    Column("council", Words, nullable=False),
    Column("category", Words, nullable=False),
    Column("service", Words, nullable=False),
    Column("stage", Words),
    Column("status", Words, nullable=False),
    Column("complainant", Name, nullable=False),  # their address, lower case
    Column("subject", Words, nullable=False),
    Column("officer", Words),
    Column("restricted", Boolean, nullable=False),
    Column("next_due", Date),  # the earliest date that the council still owes something on
    Column("opened_at", UtcTime, nullable=False),
    Column("updated_at", UtcTime, nullable=False),
    Column("closed_at", UtcTime),
    Column("version", Integer, nullable=False),
    Column("state", Words, nullable=False),  # the whole case as JSON; the columns beside it are for looking up
    Column("campaign", Words),  # the case that leads the campaign to which it belongs; of the lead, itself
    _one_of("category", Category),
    _one_of("stage", Stage),
    _one_of("status", Status),
    CheckConstraint("version >= 0", name="version"),
    Index(None, "council", "opened_at"),
    Index(None, "council", "status", "next_due"),
    Index(None, "council", "service", "status"),
    Index(None, "council", "category", "status"),
    Index(None, "council", "closed_at"),
    Index(None, "council", "campaign"),
)

case_parties = Table(
    "case_parties",
    metadata,
    Column("ref", Words, ForeignKey("cases.ref", ondelete="CASCADE"), primary_key=True),
    Column("address", Name, primary_key=True),  # lower case
    Index(None, "address"),
)

wordings = Table(  # what the mails that opened cases of late are found by, to see who writes the same
    "wordings",
    metadata,
    Column("case_ref", Words, ForeignKey("cases.ref", ondelete="CASCADE"), primary_key=True),
    Column("key", Words, primary_key=True),
    Column("council", Words, nullable=False),
    Column("at", UtcTime, nullable=False),  # when it was last said
    Index(None, "council", "key", "at"),
    Index(None, "council", "at"),
)

timers = Table(
    "timers",
    metadata,
    Column("case_ref", Words, primary_key=True),
    Column("key", Words, primary_key=True),
    Column("council", Words, nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("next_at", UtcTime, nullable=False),  # when it is tried: at its moment, or later where it broke us
    Column("tries", Integer, nullable=False),  # how often it broke us
    Column("aside_reason", Words),  # it broke us too often: a person must look; until then it is not due
    Index(None, "council", "next_at", "case_ref", "key"),
)

outbox = Table(
    "outbox",
    metadata,
    Column("id", NUMBER, primary_key=True),
    Column("key", Words, nullable=False),
    Column("letter_key", Words, nullable=False),
    Column("council", Words, nullable=False),
    Column("case_ref", Words),
    Column("kind", Words, nullable=False),
    Column("staff", Boolean, nullable=False),
    Column("automatic", Boolean, nullable=False),
    Column("envelope_from", Words, nullable=False),
    Column("recipient", Words, nullable=False),
    Column("recipient_key", Name, nullable=False),  # lower case: as addresses are compared
    Column("message_id", Name, nullable=False),
    Column("subject", Words, nullable=False),
    Column("because_event", Words, nullable=False),
    Column("because_promise", Words),
    Column("because_clause", Words),
    Column("created_at", UtcTime, nullable=False),
    Column("not_before", UtcTime),
    Column("state", Words, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("next_at", UtcTime, nullable=False),  # of waiting: the next try; of sending: until when the claim holds
    Column("fate_unknown", Boolean, nullable=False),  # a try was cut off: the server may have taken it
    Column("last_error", Words),
    Column("sent_at", UtcTime),
    Column("ended_at", UtcTime),  # when it became dead or dropped
    Column("raw", LargeBinary, nullable=False),
    _one_of("state", OutboxState),
    CheckConstraint("(state = 'sent') = (sent_at IS NOT NULL)", name="sent_at"),
    UniqueConstraint("key"),
    Index(None, "council", "state", "next_at"),
    Index(None, "council", "sent_at"),
    Index(None, "council", "recipient_key", "sent_at"),
    Index(None, "letter_key"),
    Index(None, "case_ref"),
    Index(None, "message_id"),
    sqlite_autoincrement=True,
)

journal = Table(
    "journal",
    metadata,
    Column("number", NUMBER, primary_key=True, autoincrement=False),  # without gaps: a missing entry shows
    Column("council", Words, nullable=False),
    Column("case_ref", Words),
    Column("at", UtcTime, nullable=False),
    Column("actor", Words, nullable=False),
    Column("event", Words, nullable=False),
    Column("detail", Words),  # canonical JSON; none after its destruction
    Column("detail_hash", Words, nullable=False),
    Column("prev_hash", Words, nullable=False),
    Column("hash", Words, nullable=False),
    Column("seal", Words),  # see store.sealing; none where nobody had a key, as before there were any
    Index(None, "case_ref", "number"),
)

journal_head = Table(
    "journal_head",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("number", NUMBER, nullable=False),
    Column("hash", Words, nullable=False),
    CheckConstraint("id = 1", name="id"),
)

leases = Table(
    "leases",
    metadata,
    Column("name", Words, primary_key=True),
    Column("holder", Words, nullable=False),
    Column("until", UtcTime, nullable=False),
)

facts = Table(
    "facts",
    metadata,
    Column("key", Words, primary_key=True),
    Column("value", Words, nullable=False),
)
