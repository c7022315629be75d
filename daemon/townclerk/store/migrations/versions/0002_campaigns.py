"""What mails say, to find those that say the same; and the campaign to which a case belongs."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

WORDS = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("cases", sa.Column("campaign", WORDS))
    op.create_index(op.f("ix_cases_council_campaign"), "cases", ["council", "campaign"])
    op.create_table(
        "wordings",
        sa.Column("case_ref", WORDS, nullable=False),
        sa.Column("key", WORDS, nullable=False),
        sa.Column("council", WORDS, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["case_ref"], ["cases.ref"], name=op.f("fk_wordings_case_ref_cases"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("case_ref", "key", name=op.f("pk_wordings")),
    )
    op.create_index(op.f("ix_wordings_council_key_at"), "wordings", ["council", "key", "at"])
    op.create_index(op.f("ix_wordings_council_at"), "wordings", ["council", "at"])
