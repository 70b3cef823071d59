"""Nothing is lost when a worker dies, and nothing is done twice when two others notice it."""

import asyncio
from typing import Any

from gateway.store.clock import DatabaseClock
from gateway.store.database import Database
from gateway.store.liveness import FORGET, KEEP_FINISHED, POISON, Liveness
from tests.store.working import add, settled, statuses, story, until, working

DEAD_WORKER = """
insert into procrastinate_workers (last_heartbeat) values (now() - make_interval(secs => %(silent)s)) returning id
"""
HELD = """
update procrastinate_jobs set status = 'doing', worker_id = %(worker)s, attempts = %(attempts)s
where id = %(job)s
"""


async def worker(database: Database, silent: float) -> int:
    """A registered worker that has been silent for some seconds."""
    row = await database.one(DEAD_WORKER, {"silent": silent})
    assert row
    return int(row["id"])


async def held_job(database: Database, holder: int, *, attempts: int = 0, name: str = "held") -> int:
    job = await add(database, "sleep", {"name": name}, lock=f"acme:{name}")
    await database.run(HELD, {"job": job, "worker": holder, "attempts": attempts})
    return job


def watcher(database: Database, given_up: list[dict[str, Any]] | None = None) -> Liveness:
    async def on_poison(jobs: list[dict[str, Any]]) -> None:
        assert given_up is not None
        given_up.extend(jobs)

    return Liveness(database, on_poison, stale=10, clock=DatabaseClock())


async def job(database: Database, job_id: int) -> tuple[str, int, int | None]:
    row = await database.one(
        "select status::text as s, attempts, worker_id from procrastinate_jobs where id = %(id)s", {"id": job_id}
    )
    assert row
    return row["s"], row["attempts"], row["worker_id"]


async def test_jobs_of_a_silent_worker_are_to_be_done_again_and_those_of_a_live_one_are_not(database: Database) -> None:
    lost = await held_job(database, await worker(database, 11), name="lost")
    alive = await worker(database, 1)
    kept = await held_job(database, alive, name="kept")

    assert await watcher(database).take_over() == 1

    assert await job(database, lost) == ("todo", 1, None)
    assert await job(database, kept) == ("doing", 0, alive)


async def test_two_rescuers_at_once_requeue_each_job_once(database: Database) -> None:
    dead = await worker(database, 60)
    jobs = [await held_job(database, dead, name=str(number)) for number in range(40)]

    rescued = await asyncio.gather(*(watcher(database).take_over() for _ in range(4)))

    assert sum(rescued) == 40
    assert {await job(database, one) for one in jobs} == {("todo", 1, None)}


async def test_a_rescuer_that_comes_late_leaves_alone_what_a_live_worker_has_begun(database: Database) -> None:
    lost = await held_job(database, await worker(database, 60))
    first, late = watcher(database), watcher(database)
    await first.take_over()
    alive = await worker(database, 0)
    await database.run(HELD, {"job": lost, "worker": alive, "attempts": 1})

    assert await late.take_over() == 0

    assert await job(database, lost) == ("doing", 1, alive)


async def test_a_job_whose_worker_is_not_even_registered_is_taken_over(database: Database) -> None:
    lost = await held_job(database, await worker(database, 0))
    await database.run("update procrastinate_jobs set worker_id = null")

    assert await watcher(database).take_over() == 1
    assert (await job(database, lost))[0] == "todo"


async def test_a_job_that_killed_worker_after_worker_is_given_up_with_its_arguments(database: Database) -> None:
    poison = await held_job(database, await worker(database, 60), attempts=POISON, name="poison")
    given_up: list[dict[str, Any]] = []

    await watcher(database, given_up).take_over()

    assert (await job(database, poison))[0] == "failed"
    assert given_up == [{"name": "poison"}]


async def test_a_job_that_was_to_be_aborted_is_not_begun_again(database: Database) -> None:
    lost = await held_job(database, await worker(database, 60))
    await database.run("update procrastinate_jobs set abort_requested = true")

    await watcher(database).take_over()

    assert (await job(database, lost))[0] == "aborted"


async def test_a_finishing_write_that_was_lost_is_found_by_the_worker_itself(diary: Database) -> None:
    async with working(diary, takeover_after=2.0):
        await add(diary, "sleep", {"name": "first"})
        await settled(diary)
        (mine,) = await diary.all("select id from procrastinate_workers")
        lost = await add(diary, "sleep", {"name": "lost"}, lock="acme:7")
        await until(lambda: _done(diary, lost), "it ran once")
        # As if the database had gone away between the job's last line and the library's word that it is done.
        await diary.run(HELD, {"job": lost, "worker": mine["id"], "attempts": 1})
        await add(diary, "sleep", {"name": "behind it"}, lock="acme:7")

        assert await settled(diary, within=10) == {"succeeded": 3}

    assert [name for name, what in await story(diary) if what == "ended"] == ["first", "lost", "lost", "behind it"]


async def test_a_worker_does_not_take_its_own_long_job_for_lost(diary: Database) -> None:
    async with working(diary, takeover_after=2.0):
        await add(diary, "sleep", {"name": "long", "seconds": 4})
        await settled(diary)

    assert await story(diary) == [("long", "began"), ("long", "ended")]


async def test_finished_jobs_are_forgotten_and_failed_ones_are_kept(database: Database) -> None:
    jobs = [await add(database, "sleep", {"name": str(number)}) for number in range(3)]
    for one, status in zip(jobs, ("succeeded", "failed", "succeeded"), strict=True):
        await database.run("update procrastinate_jobs set status = 'doing' where id = %(id)s", {"id": one})
        await database.run(
            "update procrastinate_jobs set status = %(status)s::procrastinate_job_status where id = %(id)s",
            {"id": one, "status": status},
        )
    await database.run(
        "update procrastinate_events set at = at - interval '2 hours' where job_id = any(%(ids)s)", {"ids": jobs[:2]}
    )

    await database.run(FORGET, {"keep": KEEP_FINISHED})

    assert await statuses(database) == {"failed": 1, "succeeded": 1}


async def _done(database: Database, job_id: int) -> bool:
    return (await job(database, job_id))[0] == "succeeded"
