"""when a write was tried last, and how far that try may have come"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    tried_at = sa.Column("tried_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False)
    op.add_column("write_back", tried_at)
    op.add_column("write_back", sa.Column("last_try", sa.String(), server_default="begun", nullable=False))
