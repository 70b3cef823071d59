"""A help desk that asks one worker for a pause gets it from all of them."""

import pytest

from connectors.errors import RateLimited
from connectors.limits import EVERY_CALL, Budget
from gateway.store.database import Database
from gateway.store.desk_limits import DeskLimits
from tests.connectors.loopback import Loopback, answers, http_answer


async def test_no_worker_calls_before_the_time_that_the_help_desk_named_to_one_of_them(database: Database) -> None:
    ours, theirs = DeskLimits(database), DeskLimits(database)
    theirs.of("acme")
    async with Loopback(answers(http_answer(status=429, headers={"retry-after": "30"}), http_answer(body=[]))) as desk:
        with pytest.raises(RateLimited):
            await desk.client(limits=ours.of("acme")).send("POST", "/tickets/1/notes", json={})
        await theirs.look()
        for limits in (ours, theirs):
            with pytest.raises(RateLimited) as told:
                await desk.client(limits=limits.of("acme")).get("/tickets/2")
            assert 25 < (told.value.retry_after or 0) <= 30

    assert len(desk.requests) == 1


async def test_a_limit_that_is_used_up_is_told_to_the_others_and_one_with_room_is_not(database: Database) -> None:
    ours, theirs = DeskLimits(database), DeskLimits(database)
    others = theirs.of("acme")

    await ours.of("acme").tell([Budget(EVERY_CALL, remaining=40, resets_in=30, total=100)])
    await theirs.look()
    assert await others.ask("GET /x") == 0.0

    await ours.of("acme").tell([Budget(EVERY_CALL, remaining=2, resets_in=30, total=100)])
    await theirs.look()
    assert 25 < await others.ask("GET /x") <= 30


async def test_an_account_is_not_stopped_for_another_one(database: Database) -> None:
    ours, theirs = DeskLimits(database), DeskLimits(database)
    await ours.of("acme").stop(30)
    globex = theirs.of("globex")

    await theirs.look()

    assert await globex.ask("GET /x") == 0.0
