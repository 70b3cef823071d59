"""the job queue: Procrastinate's own migrations, and a trigger that wakes a worker when a lock is freed"""

from pathlib import Path

from alembic import op
from procrastinate.schema import SchemaManager

revision = "0002"
down_revision = "0001"

UP_TO = "03.04.00"  # the newest schema change of the version that is pinned; later ones get a revision of their own

# Without it, the next job of a ticket starts only at the next poll, and a retried one too.
WAKE = """
create function countersign_wake() returns trigger language plpgsql as $$
declare
  payload text := json_build_object('type', 'job_inserted', 'job_id', new.id)::text;
begin
  if (new.status = 'todo' and (new.scheduled_at is null or new.scheduled_at <= now()))
     or (new.lock is not null and exists (
           select 1 from procrastinate_jobs o
           where o.lock = new.lock and o.status = 'todo' and (o.scheduled_at is null or o.scheduled_at <= now())))
  then
    perform pg_notify('procrastinate_queue_v1#' || new.queue_name, payload);
    perform pg_notify('procrastinate_any_queue_v1', payload);
  end if;
  return null;
end $$;
create trigger countersign_wake after update of status on procrastinate_jobs for each row
  when (old.status in ('doing', 'failed') and new.status <> 'doing') execute function countersign_wake();
"""


def upgrade() -> None:
    connection = op.get_bind().connection.driver_connection
    assert connection is not None
    for file in sorted(Path(SchemaManager.get_migrations_path()).glob("*.sql")):
        if file.name[: len(UP_TO)] <= UP_TO:
            connection.execute(file.read_text())
    connection.execute(WAKE)
