"""Recorded runs decided again, from the rows of a real database."""

import asyncio
import contextlib
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from gateway.policy import load
from gateway.store.database import Database
from gateway.workflow.replay import replayed
from tests.policy.sets import policy
from tests.policy_sets.past import GROUNDED, REVIEW, decided, erase, files

DAY_AGO = datetime.now(UTC) - timedelta(days=1)
SURE = load(files(GROUNDED))
CHEAP = load(files(policy("- rule: small\n  when: draft.largest_amount < 100\n  then: {reply: send}")))


async def test_an_edit_is_tried_on_what_was_decided(database: Database) -> None:
    sent = [await decided(database, knowledge__grounding=0.9, screen__topics={"refund": 0.9}) for _ in range(2)]
    await decided(database, knowledge__grounding=0.3)

    found = (await replayed(database, SURE, DAY_AGO)).replay

    (change,) = found.changed
    assert (change.before, change.after, change.count) == ("review", "send", 2)
    assert change.topics == {"refund": 2}
    assert change.examples == [str(run) for run in sent]
    assert found.runs == 3


async def test_money_is_compared_though_it_was_kept_as_text(database: Database) -> None:
    await decided(database, draft__largest_amount=Decimal("99.50"))
    await decided(database, draft__largest_amount=Decimal("100.50"))

    found = (await replayed(database, CHEAP, DAY_AGO)).replay

    assert [change.count for change in found.changed] == [1]
    assert found.undecided == 0


async def test_erased_runs_are_counted_and_left_out(database: Database) -> None:
    await decided(database)
    await erase(database, await decided(database))

    found = await replayed(database, SURE, DAY_AGO)

    assert (found.replay.runs, found.erased) == (1, 1)


async def test_a_verdict_that_the_help_desk_lowered_is_no_change(database: Database) -> None:
    await decided(database, SURE, knowledge__grounding=0.9, carried_out="review")

    assert (await replayed(database, SURE, DAY_AGO)).replay.changed == []


async def test_only_the_runs_of_an_account_and_of_the_time_asked_for(database: Database) -> None:
    await decided(database)
    await decided(database, account="other")

    assert (await replayed(database, SURE, DAY_AGO, account="other")).replay.runs == 1
    assert (await replayed(database, SURE, datetime.now(UTC) + timedelta(hours=1))).replay.runs == 0


async def test_progress_is_told_and_a_replay_that_is_given_up_ends(database: Database) -> None:
    for _ in range(3):
        await decided(database)
    told: list[int] = []

    await replayed(database, load(files(REVIEW)), DAY_AGO, progress=told.append)
    assert told == [3]

    given_up = asyncio.create_task(replayed(database, SURE, DAY_AGO))
    await asyncio.sleep(0)
    given_up.cancel()
    async with asyncio.timeout(5):
        with contextlib.suppress(asyncio.CancelledError):
            await given_up
