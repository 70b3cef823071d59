"""Events after their arrival: nothing waits for ever, nothing is walked without being owed, and dead ones come back."""

from datetime import timedelta

from gateway.records import RunState
from gateway.store import events
from gateway.store.database import Database
from gateway.store.run_rows import RunRows
from tests.store.rows import arrive, begin, decided, only
from tests.store.working import statuses

JOBS = "select task_name, lock, status::text, scheduled_at, attempts, args from procrastinate_jobs order by id"


async def test_failed_tries_are_counted_with_their_last_reason(database: Database) -> None:
    event = await arrive(database)

    assert [await events.note_failure(database, event, reason) for reason in ("first", "second")] == [1, 2]

    row = await only(database, "select tries, error, state from event")
    assert row == {"tries": 2, "error": "second", "state": "waiting"}


async def test_a_failure_of_an_event_that_is_gone_counts_nothing(database: Database) -> None:
    assert await events.note_failure(database, 4711, "reason") == 0


async def test_a_long_wait_is_a_timer_that_holds_no_lock(database: Database) -> None:
    event = await arrive(database)

    await events.try_later(database, event, 60)

    _walk, timer = await database.all(JOBS)
    row = await only(database, "select retry_at, now() as now from event")
    assert (timer["task_name"], timer["lock"], timer["args"]) == ("wake", None, {"event_id": event})
    assert timer["scheduled_at"] == row["retry_at"]
    assert timedelta(seconds=55) < row["retry_at"] - row["now"] < timedelta(seconds=61)


async def test_when_the_wait_is_over_the_event_is_walked_behind_the_lock_of_its_ticket(database: Database) -> None:
    event = await arrive(database)
    await events.try_later(database, event, 60)

    assert await events.walk_again(database, event)

    job = (await database.all(JOBS))[-1]
    assert (job["task_name"], job["lock"], job["scheduled_at"]) == ("walk", "acme:7", None)
    assert (await only(database, "select retry_at from event"))["retry_at"] is None


async def test_an_event_that_has_ended_meanwhile_is_not_walked_again(database: Database) -> None:
    rows = await begin(database)
    await rows.finish(RunState.SUPERSEDED, reason="newer", step_ms={})
    (event,) = await database.all("select id from event")

    assert not await events.walk_again(database, event["id"])
    assert await statuses(database) == {"todo": 1}  # the one of its arrival


async def test_buried_events_are_listed_with_the_reason_newest_first_and_by_account(database: Database) -> None:
    first, second = await arrive(database), await arrive(database, "e2")
    other = await arrive(database, "e3", account="other")
    await events.bury(database, [first, second, other], "no model answered")

    assert [row["id"] for row in await events.dead(database)] == [other, second, first]
    assert [row["id"] for row in await events.dead(database, account="acme", limit=1)] == [second]
    assert {row["error"] for row in await events.dead(database)} == {"no model answered"}


async def test_an_event_that_is_done_cannot_be_buried(database: Database) -> None:
    rows = await begin(database)
    run = await rows.finish(RunState.DONE, reason=None, step_ms={})

    await events.bury(database, [run["id"]], "too late")

    assert await events.dead(database) == []
    assert (await only(database, "select state from run"))["state"] == "done"


async def test_a_replayed_event_is_walked_by_a_new_job_from_where_its_rows_end(database: Database) -> None:
    rows = await decided(database)
    event = (await only(database, "select id from event"))["id"]
    await events.note_failure(database, event, "reason")
    await rows.finish(RunState.FAILED, reason="reason", step_ms={}, error="reason")

    assert await events.replay(database, [event, 4711]) == [event]

    row = await only(database, "select state, tries, error, finished_at from event")
    assert row == {"state": "waiting", "tries": 0, "error": None, "finished_at": None}
    job = (await database.all(JOBS))[-1]
    assert (job["task_name"], job["lock"], job["attempts"]) == ("walk", "acme:7", 0)
    opened = await RunRows(database, event).open()
    assert opened
    assert opened.event["run_state"] == "walking"
    assert set(opened.steps) == {"context", "draft"}
    assert opened.writes["note"]["state"] == "intent"


async def test_an_event_is_replayed_once_however_often_one_asks(database: Database) -> None:
    event = await arrive(database)
    await events.bury(database, [event], "reason")

    assert [await events.replay(database, [event]) for _ in range(2)] == [[event], []]


async def test_an_event_that_waits_without_a_job_is_adopted_and_no_other(database: Database) -> None:
    orphan = await arrive(database, "orphan", ago=timedelta(minutes=5))
    await database.run("delete from procrastinate_jobs")
    failed = await arrive(database, "failed", ago=timedelta(minutes=5))
    await database.run("update procrastinate_jobs set status = 'doing'")
    await database.run("update procrastinate_jobs set status = 'failed'")
    timed = await arrive(database, "timed", ago=timedelta(minutes=5))
    await database.run("delete from procrastinate_jobs where (args->>'event_id')::bigint = %(id)s", {"id": timed})
    await events.try_later(database, timed, 3600)
    await arrive(database, "with a job", ago=timedelta(minutes=5))
    await arrive(database, "young")
    await database.run("delete from procrastinate_jobs where id = (select max(id) from procrastinate_jobs)")

    assert await events.adopt_orphans(database) == 2
    assert await events.adopt_orphans(database) == 0

    adopted = [row["args"]["event_id"] for row in await database.all(JOBS) if row["task_name"] == "walk"][-2:]
    assert adopted == [orphan, failed]
