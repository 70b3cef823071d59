"""Calls of the past that get another price: the new one on the attempt, the old one kept in a row that stays."""

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from gateway.audit.entries import Act
from gateway.store import audit
from gateway.store.audit import COMMAND, SOMEBODY
from gateway.store.database import Database, Row

BATCH = 2000
# A call with a price version and no cost was answered at a tier, or in a way, that no list tells the price of.
PRICEABLE = """
select id, route, provider, model, started_at, input_tokens, output_tokens, cached_read_tokens, cached_write_tokens,
  reasoning_tokens, cost_usd, price_state, price_version
from attempt
where id > %(after)s and started_at >= %(since)s and input_tokens is not null and output_tokens is not null
  and (price_state = 'priced' or price_state = 'unpriced' and price_version is null)
order by id limit %(batch)s
"""
REPRICE = """
with kept as (
  insert into repricing (attempt_id, old_usd, old_state, old_version, new_usd, new_state, new_version)
  select id, cost_usd, price_state, price_version, %(cost)s, %(state)s, %(version)s from attempt
  where id = %(id)s and price_version is not distinct from %(old_version)s returning attempt_id
), priced as (
  update attempt a set cost_usd = %(cost)s, price_state = %(state)s, price_version = %(version)s
  from kept where a.id = kept.attempt_id returning a.run_id, a.id
)
update run r set
  cost_usd = %(cost)s + coalesce((select sum(a.cost_usd) from attempt a where a.run_id = r.id and a.id <> p.id), 0),
  unpriced_attempts = (select count(*) from attempt a where a.run_id = r.id and a.id <> p.id
    and (a.price_state = 'unpriced' or a.outcome is null))
from priced p where r.id = p.run_id and r.finished_at is not null
"""


async def priceable(database: Database, since: datetime) -> AsyncIterator[Sequence[Row]]:
    """Attempts whose tokens are known, oldest first, some at a time."""
    after = 0
    while rows := await database.all(PRICEABLE, {"after": after, "since": since, "batch": BATCH}):
        yield rows
        after = rows[-1]["id"]


async def reprice(database: Database, changes: Sequence[Mapping[str, Any]], *, by: str = SOMEBODY) -> None:
    """Give attempts other prices, all of these or none. One that changed meanwhile is left alone."""
    ids = [change["id"] for change in changes]
    async with database.transaction() as connection, connection.pipeline():
        for change in changes:
            await connection.execute(REPRICE, change)
        told = {"calls": len(ids), "first": min(ids), "last": max(ids)}
        await audit.append(connection, Act(by, "ledger reprice", "prices of calls", COMMAND, told))
