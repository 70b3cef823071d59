"""Events after their arrival: tried again, given up, listed, replayed."""

from collections.abc import Sequence
from typing import Any

from gateway.audit.entries import Act
from gateway.store import audit
from gateway.store.audit import COMMAND, SOMEBODY
from gateway.store.database import Database, Row
from gateway.store.intake import WALK, ticket_lock
from gateway.store.jobs import enqueue

WAKE = "wake"


async def note_failure(database: Database, event_id: int, error: str) -> int:
    """Count a failed try; returns how many there were."""
    row = await database.one(
        "update event set tries = tries + 1, error = %(error)s where id = %(id)s returning tries",
        {"id": event_id, "error": error},
    )
    return int(row["tries"]) if row else 0


async def try_later(database: Database, event_id: int, delay: float) -> None:
    """A timer that enqueues the walk again. It holds no lock, so that a newer message need not wait for it."""
    async with database.transaction() as connection:
        row = await (
            await connection.execute(
                "update event set retry_at = now() + make_interval(secs => %s) where id = %s returning retry_at",
                (delay, event_id),
            )
        ).fetchone()
        if row is not None:
            await enqueue(connection, WAKE, {"event_id": event_id}, at=row["retry_at"])


async def walk_again(database: Database, event_id: int) -> bool:
    """Enqueue the walk of an event that still waits. False where it has ended meanwhile."""
    async with database.transaction() as connection:
        row = await (
            await connection.execute(
                "update event set retry_at = null where id = %s and state = 'waiting' returning account, ticket_id",
                (event_id,),
            )
        ).fetchone()
        if row is None:
            return False
        await enqueue(connection, WALK, {"event_id": event_id}, lock=ticket_lock(row["account"], row["ticket_id"]))
        return True


async def bury(database: Database, event_ids: Sequence[int], error: str) -> list[str]:
    """Give events up: they are listed with the reason, and can be replayed. Returns the account of each."""
    async with database.at_once() as connection:
        values = {"ids": list(event_ids), "error": error}
        buried = await connection.execute(
            """update event set state = 'dead', error = %(error)s, finished_at = now()
               where id = any(%(ids)s) and state = 'waiting' returning account""",
            values,
        )
        await connection.execute(
            """update run set state = 'failed', reason = %(error)s, finished_at = now(),
                 took_ms = extract(epoch from now() - started_at) * 1000
               where id = any(%(ids)s) and state = 'walking'""",
            values,
        )
        return [row["account"] for row in await buried.fetchall()]


async def waiting(database: Database) -> tuple[int, float]:
    """How many events wait for their end, and how long the oldest has waited; those of paused accounts aside."""
    row = await database.one(
        """select count(*) as events, coalesce(extract(epoch from now() - min(e.received_at)), 0) as oldest from event e
           where e.state = 'waiting' and not exists (select from parked k where k.event_id = e.id)"""
    )
    assert row is not None
    return int(row["events"]), max(float(row["oldest"]), 0.0)


async def dead(database: Database, *, account: str | None = None, limit: int = 200) -> Sequence[Row]:
    """Events that were given up, newest first."""
    return await database.all(
        """select id, account, ticket_id, kind, received_at, finished_at, tries, error from event
           where state = 'dead' and (%(account)s::text is null or account = %(account)s)
           order by id desc limit %(limit)s""",
        {"account": account, "limit": limit},
    )


async def replay(
    database: Database, event_ids: Sequence[int], *, by: str = SOMEBODY, where: str = COMMAND
) -> list[int]:
    """Walk dead events again, from where their rows end; returns those that were dead."""
    replayed: list[int] = []
    async with database.transaction() as connection:
        rows: list[dict[str, Any]] = await (
            await connection.execute(
                """update event set state = 'waiting', tries = 0, error = null, finished_at = null
                   where id = any(%s) and state = 'dead' returning id, account, ticket_id""",
                (list(event_ids),),
            )
        ).fetchall()
        for row in sorted(rows, key=lambda row: row["id"]):
            await connection.execute(
                "update run set state = 'walking', reason = null, finished_at = null where id = %s", (row["id"],)
            )
            # A new job, because a job of the queue that is retried keeps its count of tries.
            await enqueue(connection, WALK, {"event_id": row["id"]}, lock=ticket_lock(row["account"], row["ticket_id"]))
            replayed.append(row["id"])
        if replayed:
            await audit.append(connection, Act(by, "dead replay", f"{len(replayed)} runs", where, {"runs": replayed}))
    return replayed


async def adopt_orphans(database: Database) -> int:
    """Events that wait without a job: one that failed outside of our code, say, or that a worker which was slow but
    alive finished after another had taken it over. Returns how many were enqueued again."""
    rows = await database.all(
        """select e.id from event e where e.state = 'waiting' and e.received_at < now() - interval '10 seconds'
             and not exists (select 1 from procrastinate_jobs j where j.status in ('todo', 'doing')
                             and j.task_name in ('walk', 'wake') and (j.args->>'event_id')::bigint = e.id)
             and not exists (select 1 from parked k where k.event_id = e.id)
             and not exists (select 1 from held h where h.event_id = e.id)
           order by e.id limit 100"""
    )
    for row in rows:
        await walk_again(database, row["id"])
    return len(rows)
