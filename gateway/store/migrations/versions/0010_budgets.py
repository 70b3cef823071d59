"""whom a call was made for, what was reserved for it, budgets and who was told, prices that changed later"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    for column in (
        sa.Column("account", sa.String(), server_default="", nullable=False),
        sa.Column("ticket_id", sa.String(), server_default="", nullable=False),
        sa.Column("queue", sa.String(), server_default="", nullable=False),
        sa.Column("policy_version", sa.String(), nullable=True),
        sa.Column("kept_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("suspect", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("charged", postgresql.JSONB(), nullable=True),
    ):
        op.add_column("attempt", column)
    op.execute(
        "update attempt a set account = r.account, ticket_id = r.ticket_id, kept_at = a.started_at "
        "from run r where r.id = a.run_id"
    )
    op.create_index("ix_attempt_account_ticket_id", "attempt", ["account", "ticket_id"])
    op.create_index("ix_attempt_open", "attempt", ["kept_at"], postgresql_where="outcome is null")
    op.add_column("run", sa.Column("queue", sa.String(), nullable=True))
    op.add_column("run", sa.Column("desk_calls", sa.Integer(), server_default="0", nullable=False))
    op.create_table(
        "spending",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("budget", sa.String(), nullable=False),
        sa.Column("period", sa.String(), nullable=False),
        sa.Column("limit_usd", sa.Numeric(24, 12), nullable=True),
        sa.Column("spent_usd", sa.Numeric(24, 12), nullable=False),
        sa.Column("held_usd", sa.Numeric(24, 12), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_spending")),
    )
    op.create_table(
        "budget_notice",
        sa.Column("budget", sa.String(), nullable=False),
        sa.Column("period", sa.String(), nullable=False),
        sa.Column("share", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("spent_usd", sa.Numeric(24, 12), nullable=False),
        sa.Column("limit_usd", sa.Numeric(24, 12), nullable=False),
        sa.PrimaryKeyConstraint("budget", "period", "share", name=op.f("pk_budget_notice")),
    )
    op.create_table(
        "repricing",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("attempt_id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("old_usd", sa.Numeric(24, 12), nullable=True),
        sa.Column("old_state", sa.String(), nullable=True),
        sa.Column("old_version", sa.String(), nullable=True),
        sa.Column("new_usd", sa.Numeric(24, 12), nullable=True),
        sa.Column("new_state", sa.String(), nullable=False),
        sa.Column("new_version", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["attempt_id"], ["attempt.id"], name=op.f("fk_repricing_attempt_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_repricing")),
    )
    op.create_index("ix_repricing_attempt_id", "repricing", ["attempt_id"])
