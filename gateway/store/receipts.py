"""The receipt of a write: its id in the help desk, what it makes of the draft, and the end of the webhook about it."""

from collections.abc import Mapping
from typing import Any, LiteralString

from gateway.store.database import Database

WRITTEN = """
with written as (
  update write_back set state = 'written', entry_id = %(entry)s, version_after = %(version)s, written_at = %(at)s,
    detail = %(detail)s where run_id = %(run)s and purpose = %(purpose)s
)
update draft set state = %(state)s, changed_at = now() where run_id = %(draft)s and %(state)s::text is not null
"""
# The help desk may have told of an entry before its id was known here. Its event waits behind the ticket's lock, which
# the run holds, and ends together with the run: by then a delivery that came while the receipt was kept is there too.
# One that a walk has begun is left to that.
TOLD: LiteralString = """told as (
  update event e set state = 'done', finished_at = now() from write_back w
  where w.run_id = %(run)s and w.state = 'written' and w.purpose in ('note', 'answer', 'reply')
    and e.account = w.account and e.ticket_id = w.ticket_id and e.id > %(run)s and e.message_id = w.entry_id
    and e.kind = 'message_added' and e.state = 'waiting' and not exists (select from run r where r.id = e.id)
  returning e.id, e.account, e.ticket_id, e.received_at
), walked as (
  insert into run (id, account, ticket_id, state, reason, started_at, finished_at, waited_ms, took_ms,
                   unpriced_attempts)
  select id, account, ticket_id, 'nothing', %(own)s, now(), now(), extract(epoch from now() - received_at) * 1000, 0, 0
  from told on conflict (id) do nothing
), taken_back as (
  update procrastinate_jobs j set status = 'cancelled' from told
  where j.lock = told.account || ':' || told.ticket_id and j.status = 'todo' and j.task_name = 'walk'
    and (j.args->>'event_id')::bigint = told.id
)"""


async def keep(database: Database, values: Mapping[str, Any]) -> None:
    """One statement, and so one commit."""
    await database.run(WRITTEN, values)
