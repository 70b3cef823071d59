"""Retention: what is old enough goes, by its kind and no other, in batches; and the record tells how much."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from gateway.store import quarantine
from gateway.store.database import Database
from gateway.store.retention import BATCH, expire
from gateway.store.reviews import Word, held_draft
from gateway.workflow.retention import Retention
from tests.store.rows import NOW, arrive, decided, finish, only

DAY = timedelta(days=1)
OF_A_RUN = ("event", "run", "step", "decision", "draft", "write_back", "review", "delivery", "content")


async def old(database: Database, days: int, *, ticket: str = "7") -> int:
    """A finished run with a reviewed draft, that was all of it so many days ago."""
    rows = await decided(database, f"e{ticket}", ticket=ticket)
    run = int((await only(database, "select run_id from draft where ticket_id = %(ticket)s", ticket=ticket))["run_id"])
    async with held_draft(database, run) as draft:
        assert draft is not None
        await draft.keep(Word("hold", "ann", [], "page", content={"words": "wait"}))
    await finish(rows)
    ago = {"ago": timedelta(days=days), "ticket": ticket}
    await database.run("update content set created_at = now() - %(ago)s where ticket_id = %(ticket)s", ago)
    await database.run("update event set received_at = now() - %(ago)s where ticket_id = %(ticket)s", ago)
    return run


async def counted(database: Database, table: str) -> int:
    sql: Any = f"select count(*) as n from {table}"
    return int((await only(database, sql))["n"])


async def kinds(database: Database) -> set[str]:
    """Kinds of texts that are still there."""
    return {row["kind"] for row in await database.all("select distinct kind from content where body is not null")}


def before(days: int) -> datetime:
    return datetime.now(UTC) - timedelta(days=days)


async def test_texts_and_deliveries_go_each_by_its_own_time(database: Database) -> None:
    await old(database, 40)
    everything = await kinds(database)
    assert everything == {"delivery", "context", "draft", "facts", "review"}

    assert await expire(database, "deliveries", before(30)) == 1
    assert await kinds(database) == everything - {"delivery"}
    assert await expire(database, "content", before(90)) == 0
    assert await expire(database, "content", before(39)) == 4

    assert await kinds(database) == set()
    assert await counted(database, "run") == 1


async def test_records_go_with_everything_that_belongs_to_them_and_newer_ones_stay_whole(database: Database) -> None:
    await old(database, 3000)
    run = await old(database, 10, ticket="8")
    before_it = {table: await counted(database, table) for table in OF_A_RUN}

    assert await expire(database, "records", before(2555)) == 1

    assert {table: await counted(database, table) for table in OF_A_RUN} == {
        table: number // 2 for table, number in before_it.items()
    }
    assert (await only(database, "select id from run"))["id"] == run


async def test_with_the_records_go_notices_and_what_tickets_used_of_budgets_but_no_month(database: Database) -> None:
    await old(database, 3000)
    await old(database, 10, ticket="8")
    for period in ("ticket acme#7", "ticket acme#8", "2018-09"):
        await database.run(
            "insert into spending (key, budget, period, spent_usd, held_usd) values (%(key)s, 'b', %(period)s, 1, 0)",
            {"key": f"b {period}", "period": period},
        )
    for key, days in (("old", 3000), ("new", 10)):
        values = {"key": key, "ago": timedelta(days=days)}
        await database.run(
            """insert into notice (key, address, kind, said, state, at)
               values (%(key)s, 'ann@example.com', 'budget', '{}', 'sent', now() - %(ago)s)""",
            values,
        )
        await database.run(
            """insert into budget_notice (budget, period, share, at, spent_usd, limit_usd)
               values (%(key)s, '2018-09', 50, now() - %(ago)s, 1, 2)""",
            values,
        )

    await expire(database, "records", before(2555))

    left = await database.all("select period from spending where budget = 'b' order by period")
    assert [row["period"] for row in left] == ["2018-09", "ticket acme#8"]
    assert (await only(database, "select key from notice"))["key"] == "new"
    assert (await only(database, "select budget from budget_notice"))["budget"] == "new"


async def test_an_event_that_still_waits_is_kept_however_old_it_is(database: Database) -> None:
    await arrive(database, ago=3000 * DAY)

    assert await expire(database, "records", before(2555)) == 0


async def test_a_delivery_in_quarantine_goes_with_the_deliveries(database: Database) -> None:
    kept = {"method": "POST", "query": {}, "headers": [], "text": "{}"}
    await quarantine.keep(
        database, "acme", kept, received_at=NOW - 3000 * DAY, size=2, reason="no id", like=None, missing=[], added=[]
    )
    await database.run("update content set created_at = now() - interval '3000 days'")

    assert await expire(database, "deliveries", before(30)) == 1
    assert await kinds(database) == set()
    assert await expire(database, "records", before(2555)) == 1
    assert await counted(database, "content") == 0


async def test_a_turn_takes_batch_after_batch_and_the_record_tells_how_much(database: Database) -> None:
    await database.run(
        """insert into content (account, kind, body, created_at)
           select 'acme', 'draft', '{}', now() - interval '100 days' from generate_series(1, %(many)s)""",
        {"many": BATCH + 7},
    )
    gone = await Retention(database, {"content": 90 * DAY, "deliveries": 30 * DAY, "records": None}).take_turn()

    assert gone == {"content": BATCH + 7, "deliveries": 0}
    entries = await database.all("select on_what, detail from audit_entry where act = 'retention' order by id")
    assert [(entry["on_what"], entry["detail"]["gone"]) for entry in entries] == [("content", BATCH), ("content", 7)]


async def test_one_worker_at_a_time(database: Database) -> None:
    await old(database, 100)

    done = await asyncio.gather(*(expire(database, "content", before(90)) for _ in range(6)))

    assert sum(done) == 4


@pytest.mark.parametrize("kind", ["content", "deliveries", "records"])
async def test_where_nothing_is_old_nothing_happens(database: Database, kind: str) -> None:
    await decided(database)

    assert await expire(database, kind, before(1)) == 0
    assert await counted(database, "audit_entry where act = 'retention'") == 0
