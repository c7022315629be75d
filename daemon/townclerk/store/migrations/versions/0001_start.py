"""The first schema."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

WORDS = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
MOMENT = sa.DateTime(timezone=True)
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    _cases()
    _counters()
    _facts()
    _folders()
    _journal()
    _journal_head()
    _leases()
    _mails()
    _message_ids()
    _outbox()
    _timers()
    _case_parties()
    _mail_parts()


def _cases() -> None:
    op.create_table(
        "cases",
        sa.Column("ref", WORDS, nullable=False),
        sa.Column("council", WORDS, nullable=False),
        sa.Column("category", WORDS, nullable=False),
        sa.Column("service", WORDS, nullable=False),
        sa.Column("stage", WORDS),
        sa.Column("status", WORDS, nullable=False),
        sa.Column("complainant", WORDS, nullable=False),
        sa.Column("subject", WORDS, nullable=False),
        sa.Column("officer", WORDS),
        sa.Column("restricted", sa.Boolean(), nullable=False),
        sa.Column("next_due", sa.Date()),
        sa.Column("opened_at", MOMENT, nullable=False),
        sa.Column("updated_at", MOMENT, nullable=False),
        sa.Column("closed_at", MOMENT),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("state", WORDS, nullable=False),
        sa.CheckConstraint(
            "category IN ('complaint', 'comment', 'compliment', 'service_request', "
            "'member_enquiry', 'information_request', 'not_ours', 'automatic', 'spam')",
            name=op.f("ck_cases_category"),
        ),
        sa.CheckConstraint("stage IN ('stage1', 'stage1_again', 'stage2')", name=op.f("ck_cases_stage")),
        sa.CheckConstraint("status IN ('open', 'answered', 'closed', 'withdrawn')", name=op.f("ck_cases_status")),
        sa.CheckConstraint("version >= 0", name=op.f("ck_cases_version")),
        sa.PrimaryKeyConstraint("ref", name=op.f("pk_cases")),
    )
    op.create_index(op.f("ix_cases_council_category_status"), "cases", ["council", "category", "status"])
    op.create_index(op.f("ix_cases_council_closed_at"), "cases", ["council", "closed_at"])
    op.create_index(op.f("ix_cases_council_opened_at"), "cases", ["council", "opened_at"])
    op.create_index(op.f("ix_cases_council_service_status"), "cases", ["council", "service", "status"])
    op.create_index(op.f("ix_cases_council_status_next_due"), "cases", ["council", "status", "next_due"])


def _counters() -> None:
    op.create_table(
        "counters",
        sa.Column("council", WORDS, nullable=False),
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("council", "year", name=op.f("pk_counters")),
    )


def _facts() -> None:
    op.create_table(
        "facts",
        sa.Column("key", WORDS, nullable=False),
        sa.Column("value", WORDS, nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_facts")),
    )


def _folders() -> None:
    op.create_table(
        "folders",
        sa.Column("mailbox", WORDS, nullable=False),
        sa.Column("folder", WORDS, nullable=False),
        sa.Column("uidvalidity", NUMBER, nullable=False),
        sa.Column("last_uid", NUMBER, nullable=False),
        sa.Column("start_from", MOMENT, nullable=False),
        sa.Column("moved_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("mailbox", "folder", name=op.f("pk_folders")),
    )


def _journal() -> None:
    op.create_table(
        "journal",
        sa.Column("number", NUMBER, autoincrement=False, nullable=False),
        sa.Column("council", WORDS, nullable=False),
        sa.Column("case_ref", WORDS),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("actor", WORDS, nullable=False),
        sa.Column("event", WORDS, nullable=False),
        sa.Column("detail", WORDS),
        sa.Column("detail_hash", WORDS, nullable=False),
        sa.Column("prev_hash", WORDS, nullable=False),
        sa.Column("hash", WORDS, nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_journal")),
    )
    op.create_index(op.f("ix_journal_case_ref_number"), "journal", ["case_ref", "number"])


def _journal_head() -> None:
    op.create_table(
        "journal_head",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", NUMBER, nullable=False),
        sa.Column("hash", WORDS, nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_journal_head_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_journal_head")),
    )


def _leases() -> None:
    op.create_table(
        "leases",
        sa.Column("name", WORDS, nullable=False),
        sa.Column("holder", WORDS, nullable=False),
        sa.Column("until", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_leases")),
    )


def _mails() -> None:
    op.create_table(
        "mails",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("mailbox", WORDS, nullable=False),
        sa.Column("folder", WORDS, nullable=False),
        sa.Column("uidvalidity", NUMBER, nullable=False),
        sa.Column("uid", NUMBER, nullable=False),
        sa.Column("received_at", MOMENT, nullable=False),
        sa.Column("taken_at", MOMENT, nullable=False),
        sa.Column("size", NUMBER, nullable=False),
        sa.Column("sha256", WORDS),
        sa.Column("repeat_of", NUMBER),
        sa.Column("state", WORDS, nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("settled_at", MOMENT),
        sa.Column("kind", WORDS),
        sa.Column("because", WORDS),
        sa.Column("case_ref", WORDS),
        sa.Column("reason", WORDS),
        sa.Column("message_id", WORDS),
        sa.Column("content_hash", WORDS),
        sa.Column("sender", WORDS),
        sa.Column("subject", WORDS),
        sa.CheckConstraint(
            "state IN ('taken', 'before_start', 'repeat', 'done', 'quarantined', 'ignored')", name=op.f("ck_mails_state")
        ),
        sa.ForeignKeyConstraint(["repeat_of"], ["mails.id"], name=op.f("fk_mails_repeat_of_mails"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mails")),
        sa.UniqueConstraint("mailbox", "folder", "uidvalidity", "uid", name=op.f("uq_mails_mailbox_folder_uidvalidity_uid")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_mails_case_ref"), "mails", ["case_ref"])
    op.create_index(op.f("ix_mails_mailbox_content_hash"), "mails", ["mailbox", "content_hash"])
    op.create_index(op.f("ix_mails_mailbox_sha256"), "mails", ["mailbox", "sha256"])
    op.create_index(op.f("ix_mails_mailbox_state_received_at_id"), "mails", ["mailbox", "state", "received_at", "id"])
    op.create_index(op.f("ix_mails_repeat_of"), "mails", ["repeat_of"])


def _message_ids() -> None:
    op.create_table(
        "message_ids",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("message_id", WORDS, nullable=False),
        sa.Column("case_ref", WORDS, nullable=False),
        sa.Column("mail_id", NUMBER),
        sa.Column("letter_key", WORDS),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message_ids")),
        sa.UniqueConstraint("message_id", "case_ref", name=op.f("uq_message_ids_message_id_case_ref")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_message_ids_case_ref"), "message_ids", ["case_ref"])


def _outbox() -> None:
    op.create_table(
        "outbox",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("key", WORDS, nullable=False),
        sa.Column("letter_key", WORDS, nullable=False),
        sa.Column("council", WORDS, nullable=False),
        sa.Column("case_ref", WORDS),
        sa.Column("kind", WORDS, nullable=False),
        sa.Column("staff", sa.Boolean(), nullable=False),
        sa.Column("automatic", sa.Boolean(), nullable=False),
        sa.Column("envelope_from", WORDS, nullable=False),
        sa.Column("recipient", WORDS, nullable=False),
        sa.Column("recipient_key", WORDS, nullable=False),
        sa.Column("message_id", WORDS, nullable=False),
        sa.Column("subject", WORDS, nullable=False),
        sa.Column("because_event", WORDS, nullable=False),
        sa.Column("because_promise", WORDS),
        sa.Column("because_clause", WORDS),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("not_before", MOMENT),
        sa.Column("state", WORDS, nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_at", MOMENT, nullable=False),
        sa.Column("fate_unknown", sa.Boolean(), nullable=False),
        sa.Column("last_error", WORDS),
        sa.Column("sent_at", MOMENT),
        sa.Column("ended_at", MOMENT),
        sa.Column("raw", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("(state = 'sent') = (sent_at IS NOT NULL)", name=op.f("ck_outbox_sent_at")),
        sa.CheckConstraint("state IN ('waiting', 'sending', 'sent', 'dead', 'dropped')", name=op.f("ck_outbox_state")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
        sa.UniqueConstraint("key", name=op.f("uq_outbox_key")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_outbox_case_ref"), "outbox", ["case_ref"])
    op.create_index(op.f("ix_outbox_council_recipient_key_sent_at"), "outbox", ["council", "recipient_key", "sent_at"])
    op.create_index(op.f("ix_outbox_council_sent_at"), "outbox", ["council", "sent_at"])
    op.create_index(op.f("ix_outbox_council_state_next_at"), "outbox", ["council", "state", "next_at"])
    op.create_index(op.f("ix_outbox_letter_key"), "outbox", ["letter_key"])
    op.create_index(op.f("ix_outbox_message_id"), "outbox", ["message_id"])


def _timers() -> None:
    op.create_table(
        "timers",
        sa.Column("case_ref", WORDS, nullable=False),
        sa.Column("key", WORDS, nullable=False),
        sa.Column("council", WORDS, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("next_at", MOMENT, nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("aside_reason", WORDS),
        sa.PrimaryKeyConstraint("case_ref", "key", name=op.f("pk_timers")),
    )
    op.create_index(op.f("ix_timers_council_next_at_case_ref_key"), "timers", ["council", "next_at", "case_ref", "key"])


def _case_parties() -> None:
    op.create_table(
        "case_parties",
        sa.Column("ref", WORDS, nullable=False),
        sa.Column("address", WORDS, nullable=False),
        sa.ForeignKeyConstraint(["ref"], ["cases.ref"], name=op.f("fk_case_parties_ref_cases"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("ref", "address", name=op.f("pk_case_parties")),
    )
    op.create_index(op.f("ix_case_parties_address"), "case_parties", ["address"])


def _mail_parts() -> None:
    op.create_table(
        "mail_parts",
        sa.Column("mail_id", NUMBER, nullable=False),
        sa.Column("n", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("bytes", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("length(bytes) <= 1048576", name=op.f("ck_mail_parts_bytes")),
        sa.ForeignKeyConstraint(["mail_id"], ["mails.id"], name=op.f("fk_mail_parts_mail_id_mails"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("mail_id", "n", name=op.f("pk_mail_parts")),
    )
