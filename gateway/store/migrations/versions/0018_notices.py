"""what people are told outside the help desk"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0018"
down_revision = "0017"

NOTIFIED = 'explanation @? \'$."escalation"."notify"[*]\''


def upgrade() -> None:
    op.create_table(
        "notice",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("said", JSONB(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("tries", sa.Integer(), server_default="0", nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("error", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("key", "address", name=op.f("pk_notice")),
    )
    op.create_index("ix_notice_waiting", "notice", ["next_at"], postgresql_where=sa.text("state = 'waiting'"))
    op.create_index("ix_notice_at", "notice", ["at"])
    # Who must be told is looked for every few seconds: these hold the few rows that matter.
    op.create_index(
        "ix_run_troubled", "run", ["finished_at"], postgresql_where=sa.text("state in ('failed', 'uncertain')")
    )
    op.create_index("ix_decision_notified", "decision", ["at"], postgresql_where=sa.text(NOTIFIED))
    op.create_index("ix_step_deadline", "step", ["at"], postgresql_where=sa.text("name = 'deadline'"))
