"""The rows of one run: the first writer wins, a checkpoint is whole or nothing, and erased text is gone."""

from decimal import Decimal

import pytest

from gateway.errors import LostLease
from gateway.records import DraftState, RunState
from gateway.store.attempts import AttemptRows
from gateway.store.database import Database
from gateway.store.jobs import Lease
from gateway.store.run_rows import RunRows
from tests.store.rows import arrive, begin, decided, finish, only, propose
from tests.store.test_attempts import finished, started


async def test_a_run_begins_once_and_is_found_again(database: Database) -> None:
    event = await arrive(database)

    first, second = await RunRows(database, event).open(), await RunRows(database, event).open()

    assert first
    assert second
    assert first.event["started_at"] == second.event["started_at"]
    assert (first.event["run_state"], first.steps, first.writes, first.event["attempts"]) == ("walking", {}, {}, 0)
    assert first.event["waited_ms"] >= 0


async def test_a_run_of_no_event_does_not_begin(database: Database) -> None:
    assert await RunRows(database, 4711).open() is None
    assert await database.all("select 1 from run") == []


async def test_the_first_writer_of_a_step_wins_and_the_other_learns_that_it_lost(database: Database) -> None:
    event = await arrive(database)
    first, zombie = RunRows(database, event), RunRows(database, event)
    await first.open()
    await zombie.open()
    first.step("screen", 1.0, {"by": "first"}, {"text": "first"})
    zombie.step("ground", 1.0, {"by": "zombie"})
    zombie.step("screen", 1.0, {"by": "zombie"}, {"text": "zombie"})
    await first.commit()

    with pytest.raises(LostLease):
        await zombie.commit()

    opened = await RunRows(database, event).open()
    assert opened
    assert {name: step.data for name, step in opened.steps.items()} == {"screen": {"by": "first"}}
    assert await database.all("select 1 from content where body->>'text' = 'zombie'") == []


async def test_a_second_decision_loses_with_everything_beside_it(database: Database) -> None:
    event = await arrive(database)
    first, zombie = RunRows(database, event), RunRows(database, event)
    for rows, mark in ((first, "cs-1"), (zombie, "cs-2")):
        await rows.open()
        propose(rows, mark=mark)
    await first.commit()

    with pytest.raises(LostLease):
        await zombie.commit()

    assert (await only(database, "select mark from write_back"))["mark"] == "cs-1"


async def test_a_commit_without_rows_is_nothing(database: Database) -> None:
    await RunRows(database, await arrive(database)).commit()

    assert await database.all("select 1 from step") == []


async def test_what_was_kept_before_the_requester_was_known_becomes_theirs(database: Database) -> None:
    rows = RunRows(database, await arrive(database))
    await rows.open()
    assert (await only(database, "select requester from content"))["requester"] is None

    rows.requester_is("requester-1", "v7")
    rows.step("context", 1.0, {}, {"ticket": "text"})
    await rows.commit()

    owners = await database.all("select kind, requester from content order by id")
    assert [(row["kind"], row["requester"]) for row in owners] == [
        ("delivery", "requester-1"), ("context", "requester-1"),
    ]  # fmt: skip
    assert await only(database, "select requester, ticket_version from run") == {
        "requester": "requester-1", "ticket_version": "v7",
    }  # fmt: skip


async def test_erased_content_leaves_the_step_without_its_text(database: Database) -> None:
    rows = await begin(database)
    await database.run("update content set body = null, erased_at = now()")

    opened = await rows.open()

    assert opened
    assert opened.steps["context"].content is None
    assert opened.steps["context"].data == {"version": "v1"}


async def test_a_newer_event_of_the_ticket_overtakes_and_one_of_another_ticket_does_not(database: Database) -> None:
    rows = await begin(database)
    nobody = Lease(0, 0, 0)
    await arrive(database, "elsewhere", ticket="8")
    assert not any(await rows.standing(nobody))

    await arrive(database, "newer")

    assert await rows.standing(nobody) == (True, False, False, False)


async def test_a_lease_holds_only_for_this_job_this_worker_and_this_try(database: Database) -> None:
    rows = await begin(database)
    worker = await only(database, "insert into procrastinate_workers default values returning id")
    job = await only(
        database,
        "update procrastinate_jobs set status = 'doing', worker_id = %(worker)s, attempts = 2 returning id",
        worker=worker["id"],
    )

    async def leased(lease: Lease) -> bool:
        return (await rows.standing(lease)).leased

    assert await leased(Lease(job["id"], worker["id"], 2))
    assert not await leased(Lease(job["id"] + 1, worker["id"], 2))
    assert not await leased(Lease(job["id"], worker["id"] + 1, 2))
    assert not await leased(Lease(job["id"], worker["id"], 1))
    await database.run("update procrastinate_jobs set status = 'todo'")
    assert not await leased(Lease(job["id"], worker["id"], 2))


async def test_a_run_that_ends_early_drops_its_intents_and_supersedes_its_draft(database: Database) -> None:
    rows = await decided(database)

    await rows.end_early("a newer message")

    assert await only(database, "select state, detail from write_back") == {
        "state": "dropped", "detail": "a newer message",
    }  # fmt: skip
    assert (await only(database, "select state from draft"))["state"] == "superseded"


async def test_what_was_written_stays_written_when_the_run_ends_early(database: Database) -> None:
    rows = await decided(database)
    await rows.written("note", {"entry": "n1", "version": "v2", "at": None, "detail": None}, DraftState.SHOWN)

    await rows.end_early("a newer message")

    assert (await only(database, "select state from write_back"))["state"] == "written"


async def test_a_write_that_cannot_be_proved_makes_its_draft_uncertain(database: Database) -> None:
    rows = await decided(database)

    await rows.uncertain("note", "the help desk cannot tell", with_draft=True)

    assert (await only(database, "select state from write_back"))["state"] == "uncertain"
    assert (await only(database, "select state from draft"))["state"] == "uncertain"


async def test_the_sums_of_a_run_count_all_its_calls_and_leave_the_unknown_unknown(database: Database) -> None:
    rows = await decided(database)
    run = (await only(database, "select id from run"))["id"]
    log = AttemptRows(database)
    await log.finish(await log.start(started(run, 1)), finished(cost=None, tokens=(None, None), outcome="timeout"))
    await log.finish(await log.start(started(run, 2)), finished(cost=Decimal("0.000000000001"), tokens=(100, 7)))
    await log.start(started(run, 3))  # a process died while this one was under way

    row = await finish(rows)

    assert (row["input_tokens"], row["output_tokens"], row["cost_usd"]) == (100, 7, Decimal("0.000000000001"))
    assert (row["unpriced_attempts"], row["model"], row["state"]) == (2, "stub", "done")
    assert (await only(database, "select state from event"))["state"] == "done"


async def test_a_run_without_a_call_costs_nothing_that_is_known(database: Database) -> None:
    row = await finish(await begin(database))

    assert (row["cost_usd"], row["input_tokens"], row["unpriced_attempts"]) == (None, None, 0)


async def test_a_run_that_ends_at_a_later_try_keeps_what_an_earlier_one_decided(database: Database) -> None:
    rows = await decided(database)

    row = await rows.finish(RunState.UNCERTAIN, reason="nobody can tell", step_ms={})

    assert (row["verdict"], row["policy_version"]) == ("review", "p1")


async def test_a_failed_run_makes_its_event_dead_with_the_reason(database: Database) -> None:
    rows = await begin(database)

    await rows.finish(RunState.FAILED, reason="no model answered", step_ms={}, error="no model answered")

    assert await only(database, "select state, error from event") == {"state": "dead", "error": "no model answered"}
