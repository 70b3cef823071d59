"""tries of a run whose calls to the help desk nobody has told, because their process died"""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    op.add_column("run", sa.Column("untold_tries", sa.Integer(), server_default="0", nullable=False))
