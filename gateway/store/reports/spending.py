"""The ledger for whoever adds it up elsewhere: every call as it is kept, streamed, and sums by hour and model."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import LiteralString

from gateway.store.database import Database, Row

FETCHED = 1000  # rows that are in memory at once
# A call that is being written down has the lock of its row's table already: after this no lower id can appear.
STILL: LiteralString = "set local lock_timeout = '5s'; lock table attempt in share mode"
# Calls under way, and what came after the first of them, are left for the next time: then a number is a place.
HORIZON: LiteralString = """
select coalesce((select min(id) from attempt where outcome is null), (select max(id) + 1 from attempt), 1) as before,
  (select count(*) from attempt where outcome is null) as open
"""
CALLS: LiteralString = """
select * from attempt
where id > %(after)s and id < %(before)s
  and (%(since)s::timestamptz is null or started_at >= %(since)s)
  and (%(until)s::timestamptz is null or started_at < %(until)s)
order by id
"""
REPRICED: LiteralString = """
select count(distinct attempt_id) as calls, max(at) as at from repricing where attempt_id <= %(after)s
"""


@dataclass(frozen=True, slots=True)
class Horizon:
    """How far the ledger is complete: calls with an id below `before` have ended and will stay."""

    before: int
    open: int


async def horizon(database: Database) -> Horizon:
    """Where an export has to end, so that the next one can begin after it and miss nothing."""
    async with database.transaction() as connection:
        await connection.execute(STILL)
        row = await (await connection.execute(HORIZON)).fetchone()
    assert row is not None
    return Horizon(row["before"], row["open"])


@asynccontextmanager
async def calls(
    database: Database, *, after: int, before: int, since: datetime | None, until: datetime | None
) -> AsyncIterator[AsyncIterator[Row]]:
    """Every call between two ids, oldest first, of which a thousand are in memory at once."""
    values = {"after": after, "before": before, "since": since, "until": until}
    async with database.transaction() as connection, connection.cursor(name="calls") as cursor:
        cursor.itersize = FETCHED
        await cursor.execute(CALLS, values)
        yield (row async for row in cursor)


async def repriced(database: Database, after: int) -> tuple[int, datetime | None]:
    """How many calls of an earlier export got another price, at any time, and when the last of them did."""
    row = await database.one(REPRICED, {"after": after})
    return (row["calls"], row["at"]) if row else (0, None)
