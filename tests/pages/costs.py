"""Tickets with calls on certain days, for the page of costs."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from gateway.store import outcomes
from gateway.store.database import Database
from gateway.store.outcomes import Found
from tests.pages.rows import walk
from tests.pages.steps import Call, Plan

UNKNOWN = Call(cost=None, price="unpriced", model="house/llama")  # type: ignore[arg-type]


def usd(cost: str, model: str = "gpt-5-mini", **more: object) -> Call:
    return Call(cost=Decimal(cost), model=model, **more)  # type: ignore[arg-type]


async def ticket(
    database: Database, name: str, calls: list[Call], *, days: int = 0, outcome: str | None = None, **plan: str
) -> int:
    """A ticket whose run and calls were so many days ago; returns the run. `outcome`: what came of its draft."""
    run_id = await walk(database, Plan(ticket=name, calls=calls, **plan))  # type: ignore[arg-type]
    at = datetime.now(UTC) - timedelta(days=days)
    values = {"run": run_id, "at": at}
    await database.run("update run set started_at = %(at)s where id = %(run)s", values)
    await database.run("update attempt set started_at = %(at)s where run_id = %(run)s", values)
    if outcome:
        await outcomes.keep(database, run_id, Found(outcome, 0.9, 0.9, f"m-{name}", "agent"))
    return run_id
