"""knowledge from more kinds of sources: when each was read, what went wrong, and articles that contradict each other"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    for column in (
        sa.Column("contact", sa.String(), nullable=True),
        sa.Column("place", sa.String(), server_default="", nullable=False),
        sa.Column("settings", sa.String(), server_default="", nullable=False),
        sa.Column("authority", sa.Integer(), server_default="5", nullable=False),
        sa.Column("cursor", sa.String(), nullable=True),
        sa.Column("whole_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tried_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("error", sa.String(), nullable=True),
        sa.Column("problems", postgresql.JSONB(), nullable=True),
    ):
        op.add_column("source", column)
    op.alter_column("source", "read_at", existing_type=sa.DateTime(timezone=True), nullable=True)
    for column in (
        sa.Column("authority", sa.Integer(), server_default="5", nullable=False),
        sa.Column("version", sa.String(), server_default="", nullable=False),
        sa.Column("kept_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
    ):
        op.add_column("article", column)
    op.create_table(
        "contradiction",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("article", sa.String(), nullable=False),
        sa.Column("sentence", sa.String(), nullable=False),
        sa.Column("other_source", sa.String(), nullable=False),
        sa.Column("other_article", sa.String(), nullable=False),
        sa.Column("other_sentence", sa.String(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("older", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contradiction")),
    )
