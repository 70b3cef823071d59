"""The rows of one run as earlier tries have left them: read when it begins, and when it is taken up again."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from gateway.store.database import Database, Row
from gateway.store.jobs import Lease
from gateway.store.restores import LostTime, lost_times
from gateway.store.standing import NOTHING_ALLOWED, Standing, answered, asked

OPEN = """
insert into run (id, account, ticket_id, state, started_at, waited_ms, unpriced_attempts, untold_tries)
select e.id, e.account, e.ticket_id, 'walking', now(), extract(epoch from now() - e.received_at) * 1000, 0, 1
from event e where e.id = %(run)s
on conflict (id) do update set untold_tries = run.untold_tries + 1 where run.state = 'walking'
"""
EVENT = """
select e.*, now() as now, r.state as run_state, r.started_at, r.waited_ms, r.requester,
  (select count(*) from attempt a where a.run_id = e.id) as attempts,
  -- A draft that waits in the help desk may be sent by an agent under the same id, so that it is read again.
  exists (select 1 from write_back w where w.account = e.account and w.entry_id = e.message_id
          and w.ticket_id = e.ticket_id and w.purpose in ('note', 'answer', 'reply')) as own_entry,
  exists (select 1 from draft d where d.account = e.account and d.ticket_id = e.ticket_id) as drafted,
  (select v.act from review v where v.id = case when e.kind = 'review' then split_part(e.event_id, ':', 3)::bigint end)
    as review_act
from event e join run r on r.id = e.id where e.id = %(run)s
"""
STEPS = """
select s.name, s.at, s.ms, s.data, c.body as content from step s left join content c on c.id = s.content_id
where s.run_id = %(run)s order by s.at
"""
WRITES = "select *, extract(epoch from now() - tried_at) as tried_ago from write_back where run_id = %(run)s"
LOST = "select known_until, at from restored order by at"  # no row, but in a copy that was restored


@dataclass(frozen=True, slots=True)
class KeptStep:
    """A step's row. `data` has no personal text; `content` may, and is None once it was erased."""

    name: str
    at: datetime
    ms: float
    data: Any
    content: Any


@dataclass(slots=True)
class OpenedRun:
    """Everything that earlier tries of a run have left."""

    event: Row
    steps: dict[str, KeptStep] = field(default_factory=dict)
    writes: dict[str, Row] = field(default_factory=dict)
    lost_times: tuple[LostTime, ...] = ()
    standing: Standing = NOTHING_ALLOWED


async def opened_run(database: Database, run_id: int, lease: Lease) -> OpenedRun | None:
    """Begin the run, or find what was done of it. None where there is no such event."""
    async with database.connection() as connection, connection.pipeline():
        values = {"run": run_id}
        await connection.execute(OPEN, values)
        event_cursor = await connection.execute(EVENT, values)
        step_cursor = await connection.execute(STEPS, values)
        write_cursor = await connection.execute(WRITES, values)
        lost_cursor = await connection.execute(LOST)
        standing_cursor = await asked(connection, run_id, lease)
        event = await event_cursor.fetchone()
        steps = await step_cursor.fetchall()
        writes = await write_cursor.fetchall()
        lost = lost_times(await lost_cursor.fetchall())
        standing = await answered(standing_cursor)
    if event is None:
        return None
    kept = {row["name"]: KeptStep(**row) for row in steps}
    return OpenedRun(event, kept, {row["purpose"]: row for row in writes}, lost, standing)
