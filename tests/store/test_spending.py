"""Budgets that stop: held before a call, settled after it, whatever many workers do at once."""

import asyncio
from dataclasses import replace
from decimal import Decimal

import pytest

from gateway.ledger.attempt import AttemptOutcome, Origin
from gateway.ledger.budgets import Budget, BudgetUsedUp, Per, charges
from gateway.store import spending
from gateway.store.attempts import AttemptRows
from gateway.store.database import Database
from tests.store.rows import begin, only
from tests.store.test_attempts import finished, started

ORIGIN = Origin("acme", "7", "billing", "p1")


def budget(name: str = "small", per: Per = Per.MONTH, limit: str = "1", **more: str) -> Budget:
    return Budget(name, "Care", "care@example.com", per, Decimal(limit), **more)  # type: ignore[arg-type]


async def a_run(database: Database) -> int:
    await begin(database)
    return int((await only(database, "select id from run"))["id"])


async def left(database: Database, name: str = "small") -> tuple[Decimal, Decimal]:
    row = await only(
        database, "select sum(spent_usd) as s, sum(held_usd) as h from spending where budget = %(b)s", b=name
    )
    return row["s"], row["h"]


async def test_sixty_four_calls_at_once_never_hold_more_than_the_budget(database: Database) -> None:
    run = await a_run(database)
    log = AttemptRows(database, [budget(limit="1")])
    row = replace(started(run), bound_usd=Decimal("0.03"), origin=ORIGIN)

    async def one() -> int | None:
        try:
            attempt = await log.start(row)
        except BudgetUsedUp:
            return None
        await asyncio.sleep(0.01)
        await log.finish(attempt, finished(cost=Decimal("0.03")))
        return attempt

    told = await asyncio.gather(*(one() for _ in range(64)))

    made = [attempt for attempt in told if attempt is not None]
    assert len(made) == 33  # 33 x 0.03 fit into 1 USD, and a 34th does not
    assert await left(database) == (Decimal("0.99"), 0)
    assert (await only(database, "select count(*) as n from attempt"))["n"] == 33


async def test_a_bound_is_held_while_the_call_runs_and_the_cost_takes_its_place(database: Database) -> None:
    log = AttemptRows(database, [budget()])
    attempt = await log.start(replace(started(await a_run(database)), origin=ORIGIN))
    assert await left(database) == (0, Decimal("0.05"))

    await log.finish(attempt, finished(cost=Decimal("0.0123")))

    assert await left(database) == (Decimal("0.0123"), 0)


async def test_a_call_whose_price_nobody_knows_counts_at_its_bound(database: Database) -> None:
    log = AttemptRows(database, [budget()])
    attempt = await log.start(replace(started(await a_run(database)), origin=ORIGIN))

    await log.finish(attempt, finished(cost=None))

    assert await left(database) == (Decimal("0.05"), 0)


async def test_without_a_bound_a_budget_refuses_the_call_and_no_row_is_left(database: Database) -> None:
    log = AttemptRows(database, [budget()])
    row = replace(started(await a_run(database)), bound_usd=None, origin=ORIGIN)

    with pytest.raises(BudgetUsedUp, match="small"):
        await log.start(row)

    assert (await only(database, "select count(*) as n from attempt"))["n"] == 0


async def test_a_call_that_costs_nothing_passes_a_budget_that_is_used_up(database: Database) -> None:
    log = AttemptRows(database, [budget(limit="0.05")])
    row = replace(started(await a_run(database)), origin=ORIGIN)
    await log.finish(await log.start(row), finished(cost=Decimal("0.06")))  # a provider billed more than its bound

    assert await log.start(replace(row, bound_usd=Decimal(0)))


async def test_one_full_budget_of_several_holds_nothing_from_the_others(database: Database) -> None:
    log = AttemptRows(database, [budget("wide", limit="10"), budget("narrow", limit="0.04", queue="billing")])
    row = replace(started(await a_run(database)), origin=ORIGIN)

    with pytest.raises(BudgetUsedUp) as refused:
        await log.start(row)

    assert refused.value.budgets == ("narrow",)
    assert await left(database, "wide") == (0, 0)


@pytest.mark.parametrize(
    ("told", "covered"),
    [
        ({}, True),
        ({"account": "acme"}, True),
        ({"account": "other"}, False),
        ({"queue": "billing"}, True),
        ({"account": "acme", "queue": "sales"}, False),
    ],
)
def test_a_budget_covers_the_account_and_the_queue_that_it_names(told: dict[str, str], covered: bool) -> None:
    found = charges([budget(**told)], ORIGIN)

    assert ("small" in {charge.budget for charge in found}) is covered


async def test_a_ticket_has_a_budget_of_its_own_in_each_account(database: Database) -> None:
    log = AttemptRows(database, [budget(per=Per.TICKET, limit="0.06")])
    row = replace(started(await a_run(database)), origin=ORIGIN)
    await log.start(row)

    with pytest.raises(BudgetUsedUp):
        await log.start(row)
    assert await log.start(replace(row, origin=replace(ORIGIN, ticket_id="8")))
    assert await log.start(replace(row, origin=replace(ORIGIN, account="other")))


async def test_a_budget_that_is_declared_late_begins_with_what_the_ledger_has(database: Database) -> None:
    run = await a_run(database)
    row = replace(started(run), origin=ORIGIN)
    without = AttemptRows(database)
    await without.finish(await without.start(row), finished(cost=Decimal("0.97")))

    with pytest.raises(BudgetUsedUp):
        await AttemptRows(database, [budget()]).start(row)


async def test_an_attempt_of_a_process_that_died_says_so_and_counts_at_its_bound(database: Database) -> None:
    run = await a_run(database)
    log = AttemptRows(database, [budget()])
    await log.start(replace(started(run), origin=ORIGIN))

    assert await log.give_up(run) == 1
    assert await log.give_up(run) == 0

    row = await only(database, "select outcome, price_state, cost_usd, bound_usd from attempt")
    assert (row["outcome"], row["price_state"], row["cost_usd"]) == ("abandoned", "unpriced", None)
    assert await left(database) == (row["bound_usd"], 0)


async def test_whoever_was_believed_dead_and_still_answers_is_believed(database: Database) -> None:
    run = await a_run(database)
    log = AttemptRows(database, [budget()])
    attempt = await log.start(replace(started(run), origin=ORIGIN))
    await log.give_up(run)

    await log.finish(attempt, finished(cost=Decimal("0.0123")))

    assert (await only(database, "select outcome from attempt"))["outcome"] == AttemptOutcome.OK
    assert await left(database) == (Decimal("0.0123"), 0)


async def test_a_call_that_is_long_over_is_given_up_and_a_young_one_is_not(database: Database) -> None:
    run = await a_run(database)
    log = AttemptRows(database)
    old, young = await log.start(started(run)), await log.start(started(run, 2))
    await database.run("update attempt set kept_at = now() - interval '6 minutes' where id = %(id)s", {"id": old})

    assert await log.give_up() == 1

    assert (await only(database, "select id from attempt where outcome is null"))["id"] == young


async def test_the_owner_is_told_once_at_50_80_and_100_per_cent(database: Database) -> None:
    log = AttemptRows(database, [budget(limit="0.10")])
    row = replace(started(await a_run(database)), bound_usd=Decimal("0.03"), origin=ORIGIN)

    async def spend(usd: str) -> list[int]:
        await log.finish(await log.start(row), finished(cost=Decimal(usd)))
        return [notice["share"] for notice in await spending.notices(database, "small")]

    assert await spend("0.03") == []
    assert await spend("0.03") == [50]
    assert await spend("0.01") == [50]
    assert await spend("0.01") == [50, 80]
    with pytest.raises(BudgetUsedUp):  # 0.08 is spent, and 0.03 do not fit any more: that is used up
        await spend("0.03")
    with pytest.raises(BudgetUsedUp):
        await spend("0.03")
    assert [notice["share"] for notice in await spending.notices(database)] == [50, 80, 100]


async def test_what_is_used_is_told_for_every_budget_and_for_the_account(database: Database) -> None:
    declared = [budget()]
    log = AttemptRows(database, declared)
    await log.start(replace(started(await a_run(database)), origin=ORIGIN))

    told = await spending.used(database, charges(declared, ORIGIN))

    assert {(one.budget, one.per, one.used_usd, one.limit_usd) for one in told} == {
        ("account:acme", Per.TICKET, Decimal("0.05"), None),
        ("account:acme", Per.DAY, Decimal("0.05"), None),
        ("account:acme", Per.MONTH, Decimal("0.05"), None),
        ("small", Per.MONTH, Decimal("0.05"), Decimal(1)),
    }


async def test_where_a_budget_stands_is_told_without_beginning_it(database: Database) -> None:
    """Declared today, it counts what the ledger has of its account in this month."""
    log = AttemptRows(database)
    run = await a_run(database)
    for number, account in enumerate(("acme", "acme", "other"), start=1):
        row = replace(started(run, number), origin=Origin(account, "7", "billing"))
        await log.finish(await log.start(row), finished(cost=Decimal("0.2")))
    declared = [budget("new", account="acme"), budget("each", Per.TICKET)]

    told = await spending.standing(database, declared)

    assert told == {"new": spending.Standing(Decimal("0.4"), Decimal(0))}
    assert (await only(database, "select count(*) as n from spending where budget = 'new'"))["n"] == 0
