"""Bursts on one ticket: what waits behind a newer message ends together, not in a walk each."""

from gateway.store.database import Database

# Never those that were begun: what they keep or have written is theirs to end. Timers and what people asked for are
# no messages. The jobs go first, so that nobody begins what has ended.
OVERTAKEN = """
with newest as (
  select max(id) as id from event where account = %(account)s and ticket_id = %(ticket)s and supersedes
), gone as (
  select e.id from event e, newest
  where e.account = %(account)s and e.ticket_id = %(ticket)s and e.id < newest.id and e.state = 'waiting'
    and e.kind not in ('deadline', 'review') and not exists (select from run r where r.id = e.id)
  for update of e
), taken_back as (
  update procrastinate_jobs j set status = 'cancelled' from gone
  where (j.args->>'event_id')::bigint = gone.id and j.status = 'todo' and j.task_name = 'walk'
  returning gone.id
), ended as (
  update event e set state = 'done', finished_at = now() from taken_back t where e.id = t.id
  returning e.id, e.account, e.ticket_id, e.received_at
)
insert into run (id, account, ticket_id, state, reason, started_at, finished_at, took_ms, waited_ms, unpriced_attempts)
select id, account, ticket_id, 'superseded', %(reason)s, now(), now(), 0,
       extract(epoch from now() - received_at) * 1000, 0
from ended on conflict (id) do nothing
"""


async def end_overtaken(database: Database, account: str, ticket_id: str, reason: str) -> int:
    """End every message of a ticket that waits, was never begun, and has a newer one behind it; returns how many."""
    return await database.run(OVERTAKEN, {"account": account, "ticket": ticket_id, "reason": reason})
