"""The contract with the engine: each test is a trap that the job library, or another one in its place, may hold."""

import asyncio
import signal
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from gateway.store.database import Database
from gateway.store.jobs import Lease, cancel, enqueue
from tests.store.working import add, settled, statuses, story, until, worker_process, working


async def test_jobs_of_one_lock_run_strictly_one_at_a_time_and_in_order(diary: Database) -> None:
    for number in range(5):
        await add(diary, "sleep", {"name": str(number), "seconds": 0.05}, lock="acme:7")

    async with working(diary):
        await settled(diary)

    assert await story(diary) == [(str(number), what) for number in range(5) for what in ("began", "ended")]


async def test_other_locks_run_on_beside_a_slow_one(diary: Database) -> None:
    await add(diary, "sleep", {"name": "slow", "seconds": 0.8}, lock="acme:1")
    await add(diary, "sleep", {"name": "behind it"}, lock="acme:1")
    await add(diary, "sleep", {"name": "beside it"}, lock="acme:2")

    async with working(diary):
        await settled(diary)

    ends = [name for name, what in await story(diary) if what == "ended"]
    assert ends == ["beside it", "slow", "behind it"]


async def test_a_job_that_is_to_run_again_keeps_its_lock(diary: Database) -> None:
    await add(diary, "twice", {"name": "first", "delay": 0.8}, lock="acme:7")
    await add(diary, "sleep", {"name": "second"}, lock="acme:7")

    async with working(diary):
        await settled(diary)
        await until(lambda: _ended(diary, "second"), "the second job ran")

    assert await story(diary) == [
        ("first", "began"), ("first", "began"), ("first", "ended"), ("second", "began"), ("second", "ended"),
    ]  # fmt: skip


async def test_a_scheduled_job_may_not_hold_a_lock(diary: Database) -> None:
    later = datetime.now(UTC) + timedelta(hours=1)

    with pytest.raises(ValueError, match="lock"):
        await add(diary, "sleep", {"name": "later"}, lock="acme:7", at=later)

    assert await statuses(diary) == {}


async def test_a_scheduled_job_runs_when_its_time_has_come_and_not_before(diary: Database) -> None:
    at = datetime.now(UTC) + timedelta(seconds=0.7)
    await add(diary, "sleep", {"name": "timer"}, at=at)

    async with working(diary):
        await until(lambda: _ended(diary, "timer"), "the timer ran")

    (row,) = await diary.all("select at from ran where what = 'began'")
    assert timedelta(0) <= row["at"] - at < timedelta(seconds=2)


async def test_a_transaction_that_is_rolled_back_leaves_no_job(diary: Database) -> None:
    async def enqueue_and_fail() -> None:
        async with diary.transaction() as connection:
            await enqueue(connection, "sleep", {"name": "never"})
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await enqueue_and_fail()

    assert await statuses(diary) == {}


async def test_the_function_and_the_row_type_that_we_call_by_name_are_there(database: Database) -> None:
    row = await database.one(
        """select to_regprocedure('procrastinate_defer_jobs_v1(procrastinate_job_to_defer_v1[])') is not null as f,
             (select array_agg(attname::text order by attnum) from pg_attribute
              where attrelid = 'procrastinate_job_to_defer_v1'::regclass) as columns"""
    )

    assert row
    assert row["f"]
    assert row["columns"] == ["queue_name", "task_name", "priority", "lock", "queueing_lock", "args", "scheduled_at"]


async def test_a_freed_lock_wakes_the_next_job_instead_of_waiting_for_a_poll(diary: Database) -> None:
    for number in range(100):
        await add(diary, "sleep", {"name": str(number)}, lock="acme:7")

    async with working(diary):
        await settled(diary, within=10)  # a poll each second would take a hundred

    assert [int(name) for name, what in await story(diary) if what == "ended"] == list(range(100))


async def test_a_job_that_has_not_begun_can_be_taken_back_and_its_lock_is_free(diary: Database) -> None:
    first = await add(diary, "sleep", {"name": "first"}, lock="acme:7")
    await add(diary, "sleep", {"name": "second"}, lock="acme:7")
    async with diary.transaction() as connection:
        assert await cancel(connection, first)
        assert not await cancel(connection, first)

    async with working(diary):
        assert await settled(diary) == {"cancelled": 1, "succeeded": 1}

    assert {name for name, _ in await story(diary)} == {"second"}


async def test_an_aborted_job_ends_as_aborted_and_lets_the_next_one_run(diary: Database) -> None:
    job = await add(diary, "sleep", {"name": "long", "seconds": 30}, lock="acme:7")
    await add(diary, "sleep", {"name": "next"}, lock="acme:7")

    async with working(diary):
        await until(lambda: story(diary), "the long job began")
        await diary.run("update procrastinate_jobs set abort_requested = true where id = %(id)s", {"id": job})
        await diary.run(
            "select pg_notify('procrastinate_queue_v1#line', %(what)s)",
            {"what": f'{{"type": "abort_job_requested", "job_id": {job}}}'},
        )
        assert await settled(diary) == {"aborted": 1, "succeeded": 1}


async def test_an_unknown_job_fails_at_once_and_stops_nobody(diary: Database) -> None:
    await add(diary, "of_a_newer_version", {"name": "strange"}, lock="acme:7")
    await add(diary, "sleep", {"name": "known", "unknown_argument": 1}, lock="acme:7")
    await add(diary, "sleep", {"name": "good"}, lock="acme:7")

    async with working(diary):
        assert await settled(diary) == {"failed": 2, "succeeded": 1}


async def test_what_runs_past_the_grace_of_a_stopping_worker_is_left_to_do(diary: Database, tmp_path: Path) -> None:
    for number in range(3):
        await add(diary, "sleep", {"name": str(number), "seconds": 60}, lock=f"acme:{number}")
    with worker_process(diary.url, tmp_path / "log", grace=0.5) as process:
        await until(lambda: _begun(diary, 3), "all three began")
        process.send_signal(signal.SIGTERM)
        code = await asyncio.to_thread(process.wait, 10)

    assert code == 0
    assert await statuses(diary) == {"todo": 3}


async def test_what_ends_within_the_grace_is_done_and_the_rest_is_left(diary: Database, tmp_path: Path) -> None:
    await add(diary, "sleep", {"name": "running", "seconds": 1.0}, lock="acme:7")
    await add(diary, "sleep", {"name": "waiting"}, lock="acme:7")
    with worker_process(diary.url, tmp_path / "log", grace=5.0) as process:
        await until(lambda: _begun(diary, 1), "the first began")
        process.send_signal(signal.SIGTERM)
        await asyncio.to_thread(process.wait, 10)

    assert await statuses(diary) == {"succeeded": 1, "todo": 1}


async def test_jobs_of_a_killed_worker_are_taken_over_by_another(diary: Database, tmp_path: Path) -> None:
    for number in range(4):
        await add(diary, "sleep", {"name": str(number), "seconds": 1.5}, lock=f"acme:{number}")
    with worker_process(diary.url, tmp_path / "log") as process:
        await until(lambda: _begun(diary, 4), "all four began")
        process.kill()
        process.wait()
    await add(diary, "sleep", {"name": "later"}, lock="acme:0")

    async with working(diary, takeover_after=2.0):
        assert await settled(diary, within=20) == {"succeeded": 5}

    ends = [name for name, what in await story(diary) if what == "ended"]
    assert sorted(ends) == ["0", "1", "2", "3", "later"]
    assert ends.index("0") < ends.index("later")


async def test_the_lease_names_the_worker_that_holds_the_job(diary: Database) -> None:
    leases: list[Lease] = []

    async def look(lease: Lease) -> None:
        row = await diary.one(
            "select worker_id, attempts, status::text from procrastinate_jobs where id = %(id)s", {"id": lease.job_id}
        )
        assert row == {"worker_id": lease.worker_id, "attempts": lease.attempts, "status": "doing"}
        leases.append(lease)

    job = await add(diary, "look", {})
    async with working(diary, {"look": look}):
        assert await settled(diary) == {"succeeded": 1}

    assert [lease.job_id for lease in leases] == [job]


async def _ended(database: Database, name: str) -> bool:
    return (name, "ended") in await story(database)


async def _begun(database: Database, number: int) -> bool:
    return len([1 for _, what in await story(database) if what == "began"]) >= number
