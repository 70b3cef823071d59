"""Events whose models are all left alone: they wait without a job, and go on in small portions once one may be called.

While a provider is away nothing is tried again and again: one event at a time finds out whether it answers.
"""

from collections.abc import Mapping, Sequence

from gateway.store.database import Database
from gateway.store.intake import WALK
from gateway.store.jobs import QUEUE

HOLDING = 0x68656C64  # advisory lock: one worker at a time
PORTION = 100  # events that go on in a turn where nothing is limited

HOLD = """
with told as (update event set error = %(reason)s where id = %(event)s and state = 'waiting' returning id)
insert into held (event_id, key) select told.id, k.key from told cross join unnest(%(keys)s::text[]) as k(key)
on conflict (event_id, key) do update set at = now()
"""
# Whoever has waited longest goes first; one that found a provider away goes to the end of the line.
GO_ON = """
with room as (
  select h.key, case when p.opened_at is not null then case when p.probe_at <= now() then 1 else 0 end
      when p.not_before > now() then 0 else coalesce(m.portion, %(portion)s) end as portion
  from (select distinct key from held) h left join provider p using (key)
    left join unnest(%(keys)s::text[], %(portions)s::int[]) as m(key, portion) using (key)
  where pg_try_advisory_xact_lock(%(holding)s)
), chosen as (
  select h.event_id from room cross join lateral (
    select event_id from held where held.key = room.key order by at, event_id limit room.portion) h
), gone as (
  delete from held using (select distinct event_id from chosen) c where held.event_id = c.event_id
  returning held.event_id
), woken as (
  select e.id, e.account, e.ticket_id from event e
  where e.id in (select event_id from gone) and e.state = 'waiting')
select count(*) as events, procrastinate_defer_jobs_v1(array_agg(
         row(%(queue)s, %(task)s, 0, account || ':' || ticket_id, null,
             jsonb_build_object('event_id', id), null)::procrastinate_job_to_defer_v1 order by id)) as jobs
from woken having count(*) > 0
"""


async def hold(database: Database, event_id: int, keys: Sequence[str], reason: str) -> bool:
    """Let an event wait until one of these providers may be called. False where it has ended meanwhile."""
    return await database.run(HOLD, {"event": event_id, "keys": list(keys), "reason": reason}) > 0


async def go_on(database: Database, per_minute: Mapping[str, int]) -> int:
    """Enqueue events again whose provider may be called, at most once a second; returns how many. `per_minute`:
    declared limits, beyond which it is of no use to try."""
    values = {
        "holding": HOLDING,
        "portion": PORTION,
        "keys": list(per_minute),
        "portions": [most // 60 + 1 for most in per_minute.values()],
        "queue": QUEUE,
        "task": WALK,
    }
    row = await database.one(GO_ON, values)
    return int(row["events"]) if row else 0


async def waiting(database: Database) -> int:
    """How many events wait for a provider."""
    row = await database.one("select count(distinct event_id) as events from held")
    return int(row["events"]) if row else 0
