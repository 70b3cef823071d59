"""The job queue behind a port of three verbs, so that the library under it can be changed in one file.

Procrastinate on our own Postgres. What it leaves open is closed here and in `liveness.py`: jobs of dead workers are
taken over, a job whose finishing write was lost is found again, a worker whose connection broke starts anew.
"""

import asyncio
import contextlib
import json
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import procrastinate
import psycopg
import structlog
from procrastinate import App, BaseRetryStrategy, JobContext, PsycopgConnector, RetryDecision
from procrastinate.job_context import AbortReason
from procrastinate.jobs import Job
from procrastinate.worker import Worker

from gateway.errors import DatabaseUnavailable
from gateway.store.claim import FairJobManager
from gateway.store.clock import DatabaseClock
from gateway.store.database import Connection, Database
from gateway.store.liveness import Liveness

QUEUE = "line"
LOOK_EVERY = 0.25  # seconds, where nothing wakes a worker
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Lease:
    """A worker's claim on a job. It is lost when another worker took the job over."""

    job_id: int
    worker_id: int
    attempts: int


Handler = Callable[..., Awaitable[None]]


class Again(Exception):
    """Raised by a handler: run this job again after `delay` seconds. Its lock stays held until then."""

    def __init__(self, delay: float) -> None:
        super().__init__(f"again in {delay:.1f} s")
        self.delay = delay


class _Retries(BaseRetryStrategy):
    def __init__(self, clock: DatabaseClock) -> None:
        self._clock = clock

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision | None:
        # A drained job is cancelled; without this line it would end as aborted and be lost.
        if isinstance(exception, asyncio.CancelledError):
            return RetryDecision(retry_at=self._clock.after(0))
        if isinstance(exception, Again):
            return RetryDecision(retry_at=self._clock.after(exception.delay))
        if isinstance(exception, DatabaseUnavailable):
            return RetryDecision(retry_at=self._clock.after(2))
        return None


class _Connector(PsycopgConnector):
    """The library's listener, on a session of its own: past a pooler, and hung up with all others."""

    def __init__(self, database: Database) -> None:
        super().__init__()
        self._database = database

    @contextlib.asynccontextmanager
    async def _get_standalone_connection(self) -> AsyncGenerator[psycopg.AsyncConnection[Any]]:
        database = self._database
        async with await psycopg.AsyncConnection.connect(
            database.direct_url or database.url, **database.options, autocommit=True
        ) as connection:
            if database.pulse is not None:
                database.pulse.watch(connection)
            yield connection


class Jobs:
    """Enqueue in the caller's transaction; run handlers with one lock per ticket."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._clock = DatabaseClock()
        self._app = App(connector=_Connector(database))
        self._app.job_manager = FairJobManager(self._app.connector)

    def handle(self, name: str, handler: Handler) -> None:
        """Register the function that does the jobs called `name`. It gets the lease and the job's arguments."""

        async def task(context: JobContext, /, **arguments: Any) -> None:
            job, worker_id = context.job, context.job.worker_id
            assert job.id is not None
            assert worker_id is not None
            await handler(Lease(job.id, worker_id, job.attempts), **arguments)

        self._app.task(name=name, queue=QUEUE, pass_context=True, retry=_Retries(self._clock))(task)

    async def work(
        self,
        *,
        concurrency: int,
        grace: float,
        takeover_after: float,
        ready: Callable[[], None],
        on_poison: Callable[[list[dict[str, Any]]], Awaitable[None]],
    ) -> None:
        """Work until told to stop (SIGTERM, SIGINT), then finish what runs for up to `grace` seconds. Jobs of a worker
        that was silent for `takeover_after` seconds are taken over.

        `on_poison` gets the arguments of jobs that were given up because they killed worker after worker."""
        liveness = Liveness(self._database, on_poison, stale=takeover_after, clock=self._clock)
        await self._clock.ask(self._database)
        async with self._app.open_async(self._database.pool):
            watcher = asyncio.create_task(liveness.watch())
            try:
                ready()
                await self._work_through_restarts(concurrency, grace, takeover_after / 5, liveness)
            finally:
                watcher.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await watcher

    async def _work_through_restarts(
        self, concurrency: int, grace: float, heartbeat: float, liveness: Liveness
    ) -> None:
        listens = self._database.listens
        if not listens:
            log.warning(
                "a pooler stands before the database, so that no job wakes this worker: it looks for jobs often"
            )
        while True:
            try:
                await self._app.run_worker_async(
                    queues=[QUEUE],
                    concurrency=concurrency,
                    fetch_job_polling_interval=1.0 if listens else LOOK_EVERY,
                    listen_notify=listens,
                    update_heartbeat_interval=heartbeat,
                    stalled_worker_timeout=60.0,
                    shutdown_graceful_timeout=grace,
                    delete_jobs="never",
                    worker_middleware=[_tracked_by(liveness)],
                )
                return
            except Exception as error:
                # A restart of Postgres ends the library's worker; ours goes on with a new registration.
                log.warning("the job worker starts anew", error=type(error).__name__)
                await asyncio.sleep(1)


def _tracked_by(liveness: Liveness) -> Any:
    async def track(call_next: Callable[[], Awaitable[Any]], context: JobContext, worker: Worker) -> Any:
        assert context.job.id is not None
        liveness.began(context.job.id, worker.worker_id)
        try:
            return await call_next()
        except asyncio.CancelledError:
            if context.abort_reason() == AbortReason.USER_REQUEST:
                raise procrastinate.exceptions.JobAborted from None
            raise
        finally:
            liveness.ended(context.job.id)

    return track


async def enqueue(
    connection: Connection,
    name: str,
    arguments: Mapping[str, Any],
    *,
    lock: str | None = None,
    at: datetime | None = None,
) -> int:
    """Add a job in the transaction of `connection`; returns its id.

    A job with `at` must have no lock: a job of the future would hold up everything else behind its lock."""
    if lock is not None and at is not None:
        raise ValueError("a scheduled job must not hold a lock")
    row = await (
        await connection.execute(
            """select procrastinate_defer_jobs_v1(array[
                 row(%(queue)s, %(name)s, 0, %(lock)s, null, %(arguments)s::jsonb, %(at)s)
                   ::procrastinate_job_to_defer_v1]) as ids""",
            {"queue": QUEUE, "name": name, "lock": lock, "arguments": json.dumps(dict(arguments)), "at": at},
        )
    ).fetchone()
    assert row is not None
    return int(row["ids"][0])


async def cancel(connection: Connection, job_id: int) -> bool:
    """Take back a job that has not begun. True where there was one."""
    done = await connection.execute(
        "update procrastinate_jobs set status = 'cancelled' where id = %s and status = 'todo'", (job_id,)
    )
    return done.rowcount == 1
