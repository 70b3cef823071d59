"""Nothing is lost when a worker dies: its jobs are taken over, and finishing writes that went missing are repaired.

The library's own way (list stalled jobs, then retry each) is not fenced: two rescuers would both requeue a job that
a live worker has meanwhile begun. Here it is one statement under row locks, run by every worker.
"""

import asyncio
import contextlib
import json
from collections.abc import Awaitable, Callable
from typing import Any

import structlog

from gateway.errors import DatabaseUnavailable
from gateway.store.clock import DatabaseClock
from gateway.store.database import Database

EVERY = 2.0  # seconds between looks
POISON = 20  # tries of one job, counting those that killed their worker
KEEP_FINISHED = 3600  # seconds; finished jobs are deleted in small portions

TAKE_OVER = """
with dead as (
  select id from procrastinate_workers where last_heartbeat < now() - make_interval(secs => %(stale)s)
), hit as (
  select j.id from procrastinate_jobs j
  where j.status = 'doing' and (j.worker_id is null or j.worker_id in (select id from dead))
  for update skip locked
)
update procrastinate_jobs j set
  status = (case when j.abort_requested then 'aborted' when j.attempts >= %(poison)s then 'failed' else 'todo' end)
           ::procrastinate_job_status,
  abort_requested = false, attempts = attempts + 1, scheduled_at = null, worker_id = null
from hit where j.id = hit.id
returning j.id, j.status::text, j.args
"""

BEAT = "update procrastinate_workers set last_heartbeat = now() where id = %(worker)s"
MINE = "select id, attempts from procrastinate_jobs where status = 'doing' and worker_id = %(worker)s"

REQUEUE = """
update procrastinate_jobs set status = 'todo', attempts = attempts + 1, scheduled_at = null, worker_id = null
where id = %(id)s and attempts = %(attempts)s and status = 'doing' and worker_id = %(worker)s and not abort_requested
"""

FORGET = """
delete from procrastinate_jobs where id in (
  select j.id from procrastinate_jobs j
  where j.status in ('succeeded', 'cancelled', 'aborted')
    and not exists (select 1 from procrastinate_events e
                    where e.job_id = j.id and e.at > now() - make_interval(secs => %(keep)s))
  order by j.id limit 2000)
"""

log = structlog.get_logger()


class Liveness:
    """Watches the jobs of all workers, and knows which ones run in this process.

    A worker without a heartbeat for `stale` seconds is dead; no event loop was seen blocked for more than 0.7 s."""

    def __init__(
        self,
        database: Database,
        on_poison: Callable[[list[dict[str, Any]]], Awaitable[None]],
        *,
        stale: float,
        clock: DatabaseClock,
    ) -> None:
        self._database = database
        self._stale = stale
        self._clock = clock
        self._on_poison = on_poison
        self._running: set[int] = set()
        self._worker_id: int | None = None
        self._unaccounted: set[tuple[int, int]] = set()

    def began(self, job_id: int, worker_id: int | None) -> None:
        self._worker_id = worker_id
        self._running.add(job_id)

    def ended(self, job_id: int) -> None:
        self._running.discard(job_id)

    async def watch(self) -> None:
        """Runs until cancelled. A database that is away is waited for."""
        rounds = 0
        while True:
            await asyncio.sleep(min(EVERY, self._stale / 4))
            rounds += 1
            with contextlib.suppress(DatabaseUnavailable):
                await self._beat()
                await self.take_over()
                await self._repair_own()
                if rounds % 10 == 0:
                    await self._clock.ask(self._database)
                if rounds % 150 == 0:
                    await self._database.run(FORGET, {"keep": KEEP_FINISHED})

    async def _beat(self) -> None:
        """The library's heartbeat ends when a worker is told to stop; ours goes on for as long as something runs."""
        if self._running:
            await self._database.run(BEAT, {"worker": self._worker_id})

    async def take_over(self) -> int:
        """Requeue the jobs of dead workers; returns how many."""
        rows = await self._database.all(TAKE_OVER, {"stale": self._stale, "poison": POISON})
        if rows:
            log.warning("jobs of a dead worker taken over", jobs=len(rows))
        if given_up := [row["args"] for row in rows if row["status"] == "failed"]:
            await self._on_poison([args if isinstance(args, dict) else json.loads(args) for args in given_up])
        return len(rows)

    async def _repair_own(self) -> None:
        """A job of mine that no task of mine runs, seen twice: its finishing write was lost."""
        if self._worker_id is None:
            return
        rows = await self._database.all(MINE, {"worker": self._worker_id})
        idle = {(row["id"], row["attempts"]) for row in rows if row["id"] not in self._running}
        for job_id, attempts in idle & self._unaccounted:
            values = {"id": job_id, "attempts": attempts, "worker": self._worker_id}
            if await self._database.run(REQUEUE, values):
                log.warning("a job whose end was never recorded is queued again", job=job_id)
        self._unaccounted = idle
