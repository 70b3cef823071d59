"""May a run act? Asked right before every model call and every write, and so one query."""

from typing import NamedTuple

from gateway.store.database import Connection, Cursor, Database
from gateway.store.jobs import Lease

STANDING = """
select
  case e.kind
    -- A newer message does not stop an escalation; a draft that somebody acted on does.
    when 'deadline' then not exists (select 1 from draft d where d.run_id = split_part(e.event_id, ':', 2)::bigint
                                     and d.state in ('shown', 'held', 'withheld', 'expired'))
    else exists (select 1 from event n where n.account = e.account and n.ticket_id = e.ticket_id and n.id > e.id
                 and n.supersedes)
      -- What a person asked for is held against the ticket itself, but for a draft: the newest message gets its own.
      and not exists (select 1 from review v where e.kind = 'review' and v.act <> 'redraft'
                      and v.id = case when e.kind = 'review' then split_part(e.event_id, ':', 3)::bigint end)
    end as overtaken,
  exists (select 1 from procrastinate_jobs j where j.id = %(job)s and j.status = 'doing'
          and j.worker_id = %(worker)s and j.attempts = %(attempts)s) as leased,
  exists (select 1 from run r where r.requester like 'erased:%%' and r.id in (e.id,
            case when e.kind in ('review', 'deadline') then split_part(e.event_id, ':', 2)::bigint end)) as erased,
  exists (select 1 from pause p where p.resumed_at is null and p.account in (e.account, '*')) as paused
from event e where e.id = %(run)s
"""


class Standing(NamedTuple):
    """May a run act? Only where it is not overtaken by something newer, its lease is ours, nobody paused it,
    and its requester was not erased."""

    overtaken: bool
    leased: bool
    erased: bool
    paused: bool


NOTHING_ALLOWED = Standing(overtaken=True, leased=False, erased=False, paused=False)


async def standing_of(database: Database, run_id: int, lease: Lease) -> Standing:
    """How a run stands at this moment. One that does not exist may do nothing."""
    async with database.connection() as connection:
        return await answered(await asked(connection, run_id, lease))


async def asked(connection: Connection, run_id: int, lease: Lease) -> Cursor:
    """The question on a connection that has more to say: in a pipeline it costs no trip of its own."""
    values = {"run": run_id, "job": lease.job_id, "worker": lease.worker_id, "attempts": lease.attempts}
    return await connection.execute(STANDING, values)


async def answered(cursor: Cursor) -> Standing:
    """What came back of `asked`."""
    row = await cursor.fetchone()
    return Standing(**row) if row else NOTHING_ALLOWED
