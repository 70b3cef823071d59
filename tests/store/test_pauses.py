"""Pauses: one at a time for an account, each told for ever, and no event is left behind between pause and resume."""

import asyncio

import pytest

from gateway.store import events, pauses
from gateway.store.database import Database
from gateway.store.jobs import Lease
from gateway.store.pauses import ALL
from gateway.store.run_rows import RunRows
from tests.store.rows import arrive, begin, finish, only

JOBS = "select (args->>'event_id')::bigint as event, lock from procrastinate_jobs where status = 'todo' order by id"
NOBODY = Lease(0, 0, 0)


async def stop(database: Database, account: str = "acme", because: str = "a test") -> bool:
    return await pauses.pause(database, account, by="sam", because=because)


async def go(database: Database, account: str = "acme") -> int | None:
    return await pauses.resume(database, account, by="alex")


async def park(database: Database, event: int) -> None:
    """The walk of an event met a pause, and its job has ended."""
    assert await pauses.park(database, "acme", event)
    await database.run("delete from procrastinate_jobs where (args->>'event_id')::bigint = %(event)s", {"event": event})


@pytest.mark.parametrize("account", ["acme", ALL])
async def test_a_run_of_a_paused_account_may_not_act_until_it_is_resumed(database: Database, account: str) -> None:
    rows = RunRows(database, await arrive(database))
    await stop(database, account)
    assert (await rows.standing(NOBODY)).paused

    await go(database, account)

    assert not (await rows.standing(NOBODY)).paused


async def test_another_account_is_not_stopped(database: Database) -> None:
    await stop(database, "elsewhere")

    assert not (await RunRows(database, await arrive(database)).standing(NOBODY)).paused


async def test_who_paused_first_and_why_stays(database: Database) -> None:
    assert await stop(database)
    assert not await stop(database, because="another reason")

    (row,) = await pauses.active(database)

    assert (row["account"], row["by"], row["because"]) == ("acme", "sam", "a test")


async def test_two_who_pause_at_once_make_one_pause(database: Database) -> None:
    assert sorted(await asyncio.gather(*(stop(database) for _ in range(8)))) == [False] * 7 + [True]


async def test_a_pause_of_the_past_is_told_with_who_ended_it(database: Database) -> None:
    await stop(database)
    await go(database)
    await stop(database, because="again")

    (past,) = await pauses.ended(database)

    assert (past["because"], past["by"], past["resumed_by"]) == ("a test", "sam", "alex")
    assert past["since"] <= past["resumed_at"]


async def test_what_was_not_paused_cannot_be_resumed(database: Database) -> None:
    assert await go(database) is None


async def test_parked_events_are_enqueued_again_in_order_behind_the_locks_of_their_tickets(database: Database) -> None:
    await stop(database)
    parked = [await arrive(database, f"e{number}", ticket=str(number)) for number in (3, 1, 2)]
    for event in reversed(parked):
        await park(database, event)

    assert await go(database) == 3

    assert await database.all(JOBS) == [
        {"event": event, "lock": f"acme:{ticket}"} for event, ticket in zip(parked, (3, 1, 2), strict=True)
    ]
    assert await pauses.parked(database) == 0


async def test_an_event_that_ended_meanwhile_is_not_walked_again(database: Database) -> None:
    await stop(database)
    rows = await begin(database)
    await park(database, int((await only(database, "select id from event"))["id"]))
    await finish(rows)

    assert await go(database) == 0


async def test_an_event_that_another_pause_holds_goes_on_waiting(database: Database) -> None:
    await stop(database)
    await stop(database, ALL)
    await park(database, await arrive(database))

    assert await go(database) == 0
    assert await database.all(JOBS) == []
    assert await go(database, ALL) == 1


async def test_nobody_waits_for_a_pause_that_has_ended(database: Database) -> None:
    event = await arrive(database)

    assert not await pauses.park(database, "acme", event)


async def test_an_event_that_is_parked_while_somebody_resumes_is_never_left_behind(database: Database) -> None:
    """Either it is parked before the pause ends and woken by its end, or it learns that nothing is to be waited for."""
    for number in range(30):
        event = await arrive(database, f"e{number}")
        await database.run("delete from procrastinate_jobs")
        await stop(database)

        waits, woken = await asyncio.gather(pauses.park(database, "acme", event), go(database))

        assert woken == (1 if waits else 0)
        assert await pauses.parked(database) == 0


async def test_a_parked_event_is_no_orphan(database: Database) -> None:
    await stop(database)
    await park(database, await arrive(database))
    await database.run("update event set received_at = now() - interval '1 day'")

    assert await events.adopt_orphans(database) == 0
