"""what came of drafts: how much was kept, what came after, findings of samples, and accounts that only watch"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.add_column("draft", sa.Column("shadow", sa.Boolean(), server_default=sa.text("false"), nullable=False))
    for column in (
        sa.Column("sent_by", sa.String(), nullable=True),
        sa.Column("kept", sa.Float(), nullable=True),
        sa.Column("content_id", sa.BigInteger(), nullable=True),
        sa.Column("groups", postgresql.JSONB(), nullable=True),
        sa.Column("estimated_ms", sa.Integer(), nullable=True),
        sa.Column("watched_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reopened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_again_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sampled", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("finding", sa.String(), nullable=True),
    ):
        op.add_column("outcome", column)
    op.create_foreign_key(op.f("fk_outcome_content_id"), "outcome", "content", ["content_id"], ["id"])
    op.create_index("ix_outcome_at", "outcome", ["at"])
