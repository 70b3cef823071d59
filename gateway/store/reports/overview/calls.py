"""Calls to models by day and model, and the newest of those that have no price."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import LiteralString

from gateway.store.reports.overview.looking import CHOSEN, Chosen, Look
from gateway.store.reports.overview.spent import ADDED, UNPRICED, Spent

BY_DAY: LiteralString = """
select (t.started_at at time zone 'UTC')::date as day, t.model, ADDED, count(t.outcome) as ended,
  count(*) filter (where t.outcome <> 'ok') as failed, count(*) filter (where t.retry > 0) as retried,
  count(*) filter (where t.fallback > 0) as fallbacks
from attempt t where CHOSEN group by 1, 2 order by 1, 2
"""
LISTED: LiteralString = """
select t.id, t.started_at, t.account, t.ticket_id, t.run_id, t.model, t.purpose, t.outcome, t.bound_usd
from attempt t where CHOSEN and UNPRICED order by t.started_at desc, t.id desc limit %(limit)s
"""


@dataclass(frozen=True, slots=True)
class CallDay:
    """The calls of one day to one model. `ended`: those that are not under way any more."""

    day: date
    model: str
    spent: Spent
    ended: int
    failed: int
    retried: int
    fallbacks: int


@dataclass(frozen=True, slots=True)
class UnpricedCall:
    """`outcome` None: under way. `bound_usd` None: not even the most that it may cost is known."""

    id: int
    started_at: datetime
    account: str
    ticket_id: str
    run_id: int
    model: str
    purpose: str
    outcome: str | None
    bound_usd: Decimal | None


async def calls_by_day(look: Look, chosen: Chosen) -> Sequence[CallDay]:
    """Oldest first; a day without calls is not among them."""
    rows = await look.all(BY_DAY.replace("ADDED", ADDED).replace("CHOSEN", CHOSEN), chosen.values)
    return [
        CallDay(row["day"], row["model"], Spent.of(row), row["ended"], row["failed"], row["retried"], row["fallbacks"])
        for row in rows
    ]


async def unpriced_calls(look: Look, chosen: Chosen, limit: int) -> Sequence[UnpricedCall]:
    """Newest first."""
    sql = LISTED.replace("UNPRICED", UNPRICED).replace("CHOSEN", CHOSEN)
    return [UnpricedCall(**row) for row in await look.all(sql, {**chosen.values, "limit": limit})]
