"""Pauses: who stopped what and why, the events that wait because of it, and their way back to work."""

from collections.abc import Sequence

from gateway.store.audit import COMMAND
from gateway.store.database import Database, Row
from gateway.store.intake import WALK
from gateway.store.jobs import QUEUE

ALL = "*"  # every account, also those that are configured later

BEGIN = """
with begun as (
  insert into pause (account, by, because) values (%(account)s, %(by)s, %(because)s)
  on conflict (account) where resumed_at is null do nothing returning id, because)
insert into audit_entry (who, act, on_what, from_where, detail)
select %(by)s, 'pause', 'account ' || %(account)s, %(where)s,
       jsonb_build_object('pause', id, 'because', because) from begun
"""
END = """
with ended as (
  update pause set resumed_at = now(), resumed_by = %(by)s where account = %(account)s and resumed_at is null
  returning id)
insert into audit_entry (who, act, on_what, from_where, detail)
select %(by)s, 'resume', 'account ' || %(account)s, %(where)s, jsonb_build_object('pause', id) from ended
"""
# The lock on the pause makes a choice between two moments: it ends after this row is there and finds it, or it has
# ended, and then there is nothing to wait for.
PARK = """
with held as (
  select 1 from pause where resumed_at is null and account in (%(account)s, '*') for share)
insert into parked (event_id) select %(event)s where exists (select 1 from held)
on conflict (event_id) do update set at = now()
"""
WAKE = """
with woken as (
  delete from parked k using event e
  where e.id = k.event_id and not exists (
    select 1 from pause p where p.resumed_at is null and p.account in (e.account, '*'))
  returning e.id, e.account, e.ticket_id, e.state)
select count(*) as events, procrastinate_defer_jobs_v1(array_agg(
         row(%(queue)s, %(task)s, 0, account || ':' || ticket_id, null,
             jsonb_build_object('event_id', id), null)::procrastinate_job_to_defer_v1 order by id)) as jobs
from woken where state = 'waiting' having count(*) > 0
"""


async def pause(database: Database, account: str, *, by: str, because: str, where: str = COMMAND) -> bool:
    """Stop an account, or `ALL`. From this commit on no walk begins a model call or a write. False where it was
    paused already: the first reason stays."""
    return await database.run(BEGIN, {"account": account, "by": by, "because": because, "where": where}) == 1


async def resume(database: Database, account: str, *, by: str, where: str = COMMAND) -> int | None:
    """End the pause of an account, or the one of `ALL`; returns how many events walk again, in the order in which they
    came. None where there was no such pause. Events that another pause holds go on waiting."""
    async with database.transaction() as connection:
        ended = await connection.execute(END, {"account": account, "by": by, "where": where})
        if ended.rowcount == 0:
            return None
        row = await (await connection.execute(WAKE, {"queue": QUEUE, "task": WALK})).fetchone()
        return int(row["events"]) if row else 0


async def active(database: Database) -> Sequence[Row]:
    """Pauses in force, the one of all accounts first."""
    return await database.all(
        "select account, by, because, since from pause where resumed_at is null order by account <> '*', account"
    )


async def ended(database: Database, limit: int = 50) -> Sequence[Row]:
    """Pauses of the past, newest first."""
    return await database.all(
        """select account, by, because, since, resumed_at, resumed_by from pause where resumed_at is not null
           order by resumed_at desc limit %(limit)s""",
        {"limit": limit},
    )


async def parked(database: Database) -> int:
    """How many events wait for the end of a pause."""
    row = await database.one("select count(*) as events from parked")
    return int(row["events"]) if row else 0


async def park(database: Database, account: str, event_id: int) -> bool:
    """Let an event wait for the end of the pause. False where it has ended meanwhile."""
    return await database.run(PARK, {"account": account, "event": event_id}) == 1
