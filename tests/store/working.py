"""Workers of the queue for tests: one in this process, or one in a process of its own that can be killed."""

import asyncio
import contextlib
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from gateway.store.database import Database
from gateway.store.jobs import Again, Handler, Jobs, Lease, enqueue

RAN = """
create table ran (id bigserial primary key, name text, what text, at timestamptz default clock_timestamp())
"""
WROTE = "insert into ran (name, what) values (%(name)s, %(what)s)"


class Diary:
    """Handlers that write down when a job began and ended."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def note(self, name: str, what: str) -> None:
        await self._database.run(WROTE, {"name": name, "what": what})

    async def sleep(self, _lease: Lease, name: str, seconds: float = 0.0) -> None:
        """Takes as long as it is told."""
        await self.note(name, "began")
        await asyncio.sleep(seconds)
        await self.note(name, "ended")

    async def twice(self, lease: Lease, name: str, delay: float) -> None:
        """Wants to be run again, once."""
        await self.note(name, "began")
        if lease.attempts == 0:
            raise Again(delay)
        await self.note(name, "ended")


@contextlib.asynccontextmanager
async def working(
    database: Database,
    handlers: Mapping[str, Handler] | None = None,
    *,
    concurrency: int = 10,
    grace: float = 5.0,
    takeover_after: float = 2.0,
) -> AsyncIterator[list[dict[str, Any]]]:
    """A worker in this process for the time of the block; yields what it gave up as poison."""
    queue, ready, poisoned = Jobs(database), asyncio.Event(), list[dict[str, Any]]()
    diary = Diary(database)
    for name, handler in {"sleep": diary.sleep, "twice": diary.twice, **(handlers or {})}.items():
        queue.handle(name, handler)

    async def on_poison(jobs: list[dict[str, Any]]) -> None:
        poisoned.extend(jobs)

    task = asyncio.create_task(
        queue.work(
            concurrency=concurrency,
            grace=grace,
            takeover_after=takeover_after,
            ready=ready.set,
            on_poison=on_poison,
        )
    )
    await ready.wait()
    try:
        yield poisoned
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def add(database: Database, name: str, arguments: Mapping[str, Any], **more: Any) -> int:
    """Enqueue in a transaction of its own."""
    async with database.transaction() as connection:
        return await enqueue(connection, name, arguments, **more)


async def until(true: Callable[[], Any], what: str, within: float = 15.0) -> Any:
    """Wait until an awaitable answers something true; says what did not."""
    deadline = time.monotonic() + within
    while time.monotonic() < deadline:
        if found := await true():
            return found
        await asyncio.sleep(0.03)
    raise AssertionError(f"not within {within:.0f} s: {what}")


async def settled(database: Database, within: float = 15.0) -> dict[str, int]:
    """Wait until no job is to be done now; the jobs by their status."""

    async def idle() -> bool:
        row = await database.one(
            """select count(*) as n from procrastinate_jobs
               where status = 'doing' or (status = 'todo' and coalesce(scheduled_at, now()) <= now())"""
        )
        return row is not None and row["n"] == 0

    await until(idle, "all jobs have ended", within)
    return await statuses(database)


async def statuses(database: Database) -> dict[str, int]:
    rows = await database.all("select status::text as s, count(*) as n from procrastinate_jobs group by 1")
    return {row["s"]: row["n"] for row in rows}


async def story(database: Database) -> list[tuple[str, str]]:
    """(job, began or ended) in the order of time."""
    return [(row["name"], row["what"]) for row in await database.all("select name, what from ran order by id")]


@contextlib.contextmanager
def worker_process(url: str, log: Path, *, takeover_after: float = 2.0, grace: float = 5.0) -> Iterator[Any]:
    """A worker that can be killed. It is ready when this yields."""
    command = [sys.executable, "-m", "tests.store.working", url, str(takeover_after), str(grace)]
    with log.open("wb") as errors:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors)
    assert process.stdout is not None
    try:
        assert process.stdout.readline() == b"ready\n", log.read_text()
        yield process
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


async def _main(url: str, takeover_after: float, grace: float) -> None:
    database = Database(url)
    await database.open()
    queue, diary = Jobs(database), Diary(database)
    queue.handle("sleep", diary.sleep)
    queue.handle("twice", diary.twice)

    async def on_poison(_jobs: list[dict[str, Any]]) -> None: ...

    await queue.work(
        concurrency=10,
        grace=grace,
        takeover_after=takeover_after,
        ready=lambda: print("ready", flush=True),  # noqa: T201
        on_poison=on_poison,
    )
    await database.close()


if __name__ == "__main__":
    asyncio.run(_main(sys.argv[1], float(sys.argv[2]), float(sys.argv[3])))
