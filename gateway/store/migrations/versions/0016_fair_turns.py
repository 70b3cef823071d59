"""a worker finds the next job of an account without looking at all that wait"""

from alembic import op

revision = "0016"
down_revision = "0015"

INDEXES = """
create index countersign_jobs_turn on procrastinate_jobs
  ((split_part(coalesce(lock, ''), ':', 1)), priority desc, id) where status = 'todo';
create index countersign_jobs_lock on procrastinate_jobs (lock, priority desc, id) where status = 'todo';
create index countersign_jobs_event on procrastinate_jobs (((args->>'event_id')::bigint))
  where status in ('todo', 'doing');
"""


def upgrade() -> None:
    op.execute(INDEXES)
