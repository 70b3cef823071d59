"""texts are found by their age"""

from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    op.create_index("ix_content_kept", "content", ["created_at"], unique=False, postgresql_where="body is not null")
