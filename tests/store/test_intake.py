"""The door's only write."""

import asyncio
from datetime import UTC, datetime

from gateway.store.database import Database
from gateway.store.intake import Arrival, accept

NOW = datetime(2026, 11, 1, 10, 0, tzinfo=UTC)


def arrival(event_id: str = "e1", ticket_id: str = "7") -> Arrival:
    return Arrival(event_id, "message_added", ticket_id, "requester", "public", "m1", NOW, supersedes=True)


async def count(database: Database, table: str) -> int:
    row = await database.one(f"select count(*) as n from {table}")
    assert row
    return row["n"]


async def test_same_delivery_five_times_at_once_keeps_one_event_and_one_job(database: Database) -> None:
    kept = await asyncio.gather(*(accept(database, "acme", [arrival()], b"{}", NOW) for _ in range(5)))

    assert sorted(kept) == [0, 0, 0, 0, 1]
    assert [await count(database, table) for table in ("event", "delivery", "content", "procrastinate_jobs")] == [1] * 4


async def test_two_accounts_may_use_the_same_event_id(database: Database) -> None:
    kept = [await accept(database, account, [arrival()], b"{}", NOW) for account in ("acme", "other")]

    assert kept == [1, 1]


async def test_several_events_of_a_delivery_become_a_job_each_with_the_lock_of_their_ticket(database: Database) -> None:
    await accept(database, "acme", [arrival("e1", "7"), arrival("e2", "8")], b"{}", NOW)

    rows = await database.all("select lock, args->>'event_id' as event from procrastinate_jobs order by id")
    assert [(row["lock"], row["event"]) for row in rows] == [("acme:7", "1"), ("acme:8", "2")]


async def test_a_body_with_nul_characters_and_broken_utf8_is_kept(database: Database) -> None:
    kept = await accept(database, "acme", [arrival()], b'{"a":"\x00\xff\\u0000"}', NOW)

    assert kept == 1
