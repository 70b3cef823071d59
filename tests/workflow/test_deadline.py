"""What a timer does when it goes off, and how long people get for the step after."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from gateway.records import DraftState
from gateway.store import deadlines
from gateway.store.database import Database
from gateway.store.jobs import Lease
from gateway.store.run_rows import RunRows
from gateway.workflow.deadline import NextStep, Promised
from tests.store.rows import arrive, begin, finish, only, propose

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
PROMISED = Promised(NOON, (NextStep(team="leads", due=NOON + HOUR), NextStep(notify=("head",))))
EVENTS = "select id, event_id, kind, ticket_id, supersedes, state from event where kind = 'deadline'"
TIMERS = "select id, args, scheduled_at, lock from procrastinate_jobs where task_name = 'deadline' and status = 'todo'"


async def shown(database: Database, state: str = "shown", due: datetime = NOON) -> int:
    """A run whose draft waits until `due`."""
    rows = await begin(database)
    propose(rows)
    run_id = int((await only(database, "select max(id) as id from run"))["id"])
    rows.deadline(run_id, 1, due)
    await rows.commit()
    if state != "proposed":
        await finish(rows)
    await database.run("update draft set state = %(state)s", {"state": state})
    return run_id


async def test_the_timer_is_committed_with_the_draft_or_not_at_all(database: Database) -> None:
    rows = await begin(database)
    run_id = int((await only(database, "select max(id) as id from run"))["id"])
    propose(rows)
    rows.deadline(run_id, 1, NOON)

    assert await database.all(TIMERS) == []
    await rows.commit()

    timer = await only(database, TIMERS)
    assert (timer["args"], timer["scheduled_at"], timer["lock"]) == ({"run_id": run_id, "number": 1}, NOON, None)
    assert (await only(database, "select deadline from draft"))["deadline"] == NOON


@pytest.mark.parametrize("state", ["shown", "held", "withheld"])
async def test_a_draft_that_waits_gets_an_event_that_is_walked_behind_its_tickets_lock(
    database: Database, state: str
) -> None:
    run_id = await shown(database, state)

    made = await deadlines.time_is_up(database, run_id, 1)

    event = await only(database, EVENTS)
    job = await only(database, "select args, lock from procrastinate_jobs order by id desc limit 1")
    assert event == {
        "id": made, "event_id": f"deadline:{run_id}:1", "kind": "deadline", "ticket_id": "7", "supersedes": False,
        "state": "waiting",
    }  # fmt: skip
    assert job == {"args": {"event_id": made}, "lock": "acme:7"}
    assert deadlines.of_event(event) == (run_id, 1)


@pytest.mark.parametrize("state", [state for state in DraftState if state not in (*deadlines.WAITS, "proposed")])
async def test_a_draft_that_somebody_acted_on_gets_none(database: Database, state: str) -> None:
    run_id = await shown(database, state)

    assert await deadlines.time_is_up(database, run_id, 1) is None

    assert await database.all(EVENTS) == []


async def test_ten_timers_at_once_make_one_event_with_one_job(database: Database) -> None:
    run_id = await shown(database)

    made = await asyncio.gather(*(deadlines.time_is_up(database, run_id, 1) for _ in range(10)))

    event = await only(database, EVENTS)
    assert [found for found in made if found is not None] == [event["id"]]
    await only(database, "select 1 from procrastinate_jobs where (args->>'event_id')::bigint = %(id)s", id=event["id"])


async def test_a_draft_on_its_way_into_the_ticket_is_looked_at_again_ever_more_patiently(database: Database) -> None:
    run_id = await shown(database, "proposed", datetime.now(UTC) - timedelta(minutes=20))
    await database.run("delete from procrastinate_jobs where task_name = 'deadline'")

    assert await deadlines.time_is_up(database, run_id, 1) is None

    timer = await only(database, TIMERS)
    assert timer["args"] == {"run_id": run_id, "number": 1}
    assert timedelta(minutes=19) < timer["scheduled_at"] - datetime.now(UTC) < timedelta(minutes=21)
    assert await database.all(EVENTS) == []


async def test_a_draft_that_no_help_desk_can_show_is_not_looked_at_for_ever(database: Database) -> None:
    run_id = await shown(database, "proposed")
    await finish(RunRows(database, run_id))
    await database.run("delete from procrastinate_jobs where task_name = 'deadline'")

    await deadlines.time_is_up(database, run_id, 1)

    assert await database.all(TIMERS) == []


async def test_a_timer_of_a_draft_that_is_gone_does_nothing(database: Database) -> None:
    assert await deadlines.time_is_up(database, 4711, 1) is None


@pytest.mark.parametrize(("before", "after"), [("shown", "expired"), ("held", "expired"), ("withheld", "withheld"),
                                               ("closed", "closed"), ("approved", "approved")])  # fmt: skip
async def test_only_a_draft_that_is_shown_expires(database: Database, before: str, after: str) -> None:
    run_id = await shown(database, before)

    await deadlines.expire(database, run_id)

    assert await only(database, "select state from draft") == {"state": after}


async def overtaken(database: Database, event_id: int) -> bool:
    return (await RunRows(database, event_id).standing(Lease(0, 0, 0))).overtaken


async def test_a_newer_message_does_not_overtake_a_deadline_but_a_draft_that_was_acted_on_does(
    database: Database,
) -> None:
    run_id = await shown(database)
    event_id = await deadlines.time_is_up(database, run_id, 1)
    assert event_id is not None
    await arrive(database, "newer")
    assert not await overtaken(database, event_id)

    await database.run("update draft set state = 'approved'")

    assert await overtaken(database, event_id)


def test_each_step_has_the_deadline_that_was_decided() -> None:
    assert PROMISED.until(1, NOON + timedelta(minutes=1)) == NOON + HOUR
    assert PROMISED.until(2, NOON + HOUR) is None


def test_a_step_that_comes_late_gives_people_as_long_as_was_promised() -> None:
    """Otherwise all steps of an escalation would happen at once after a pause."""
    assert PROMISED.until(1, NOON + 5 * HOUR) == NOON + 6 * HOUR


def test_after_the_last_step_comes_none() -> None:
    assert PROMISED.step(1).team == "leads"
    assert PROMISED.step(2).notify == ("head",)
    assert PROMISED.step(3) == NextStep()
    assert Promised(NOON).until(1, NOON) is None
