"""The ledger for whoever adds it up elsewhere: every call as it is kept, streamed, and sums by hour and model."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import LiteralString

from gateway.ledger.reconcile import Called
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
BY_HOUR: LiteralString = """
select date_trunc('hour', started_at, 'UTC') at time zone 'UTC' as hour, model, count(*) as calls,
  coalesce(sum(input_tokens), 0)::bigint as input, coalesce(sum(output_tokens), 0)::bigint as output,
  coalesce(trim_scale(sum(cost_usd)), 0) as usd, count(cost_usd) as priced,
  count(*) filter (where cost_usd is null) as unpriced,
  coalesce(trim_scale(sum(bound_usd) filter (where cost_usd is null)), 0) as bound,
  count(*) filter (where input_tokens is null and price_state is distinct from 'free') as uncounted,
  count(*) filter (where outcome = 'abandoned') as abandoned, count(*) filter (where suspect) as suspect
from attempt
where started_at >= %(since)s and started_at < %(until)s and (%(provider)s::text is null or provider = %(provider)s)
group by 1, 2 order by 1, 2
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


async def by_hour(
    database: Database, *, since: datetime, until: datetime, provider: str | None
) -> Sequence[tuple[datetime, Called]]:
    """What was called, by hour of UTC and model: days that begin at any whole hour are sums of these."""
    values = {"since": since, "until": until, "provider": provider}
    return [(row.pop("hour"), Called(**row)) for row in await database.all(BY_HOUR, values)]
