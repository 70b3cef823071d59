"""notices of budgets are looked for by time, every few seconds"""

from alembic import op

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    op.create_index("ix_budget_notice_at", "budget_notice", ["at"])
