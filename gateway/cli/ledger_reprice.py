"""`countersign ledger reprice`: what calls of the past cost by the prices that are known now."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gateway.cli.asking import ask, moment, os_user
from gateway.cli.tables import Column, console, print_table
from gateway.store import repricing
from gateway.store.database import Database, Row

if TYPE_CHECKING:
    from gateway.models.repricing import Repricer


@dataclass(slots=True)
class Difference:
    """What the calls of one model cost, before and after."""

    model: str
    version: str
    calls: int = 0
    were_unpriced: int = 0
    before_usd: Decimal = field(default_factory=Decimal)
    after_usd: Decimal = field(default_factory=Decimal)


COLUMNS: tuple[Column[Difference], ...] = (
    Column("Model", lambda line: line.model),
    Column("Calls", lambda line: line.calls, number=True),
    Column("Without a price until now", lambda line: line.were_unpriced, number=True),
    Column("USD before", lambda line: f"{line.before_usd.normalize():f}", number=True),
    Column("USD now", lambda line: f"{line.after_usd.normalize():f}", number=True),
    Column("Price", lambda line: line.version),
)


def reprice(
    since: Annotated[str, typer.Option(help="Calls begun since then: 24h, 7d, 2w, or a date.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what would change.")] = False,
) -> None:
    """Price the calls of the past anew: each by what countersign.yaml, or the list, says of its own day.

    The old price of a call is kept beside the new one. Budgets are not touched: they stopped, or not, on what was known
    then."""
    from gateway.bootstrap import installation_of
    from gateway.bootstrap.models import routes_of
    from gateway.models.repricing import Repricer
    from gateway.settings import read_environment

    at = moment(since)
    assert at
    repricer = Repricer(routes_of(installation_of(read_environment())).values())
    differences = ask(lambda database: _reprice(database, repricer, at, dry_run=dry_run))
    if not differences:
        console().print("Every call of that time has the price that is known now.")
        return
    calls = sum(line.calls for line in differences)
    said = "would get another price; nothing was changed" if dry_run else "got another price; the old ones are kept"
    print_table(COLUMNS, differences, caption=f"{calls:,} {'call' if calls == 1 else 'calls'} {said}")


async def _reprice(database: Database, repricer: "Repricer", since: datetime, *, dry_run: bool) -> list[Difference]:
    lines: dict[tuple[str, str], Difference] = {}
    async for rows in repricing.priceable(database, since):
        changes = await asyncio.to_thread(_changes, repricer, rows, lines)
        if changes and not dry_run:
            await repricing.reprice(database, changes, by=os_user())
    return sorted(lines.values(), key=lambda line: (line.model, line.version))


def _changes(
    repricer: "Repricer", rows: Sequence[Row], lines: dict[tuple[str, str], Difference]
) -> list[dict[str, Any]]:
    from gateway.models.usage import Tokens

    changes: list[dict[str, Any]] = []
    for row in rows:
        tokens = Tokens(
            *(row[f"{kind}_tokens"] for kind in ("input", "output", "cached_read", "cached_write", "reasoning"))
        )
        told = {name: row[name] for name in ("route", "provider", "model", "started_at")}
        found = repricer.price(**told, tokens=tokens)
        if found is None or (found.cost_usd, found.version) == (row["cost_usd"], row["price_version"]):
            continue
        name = f"{row['provider']}/{row['model']}"
        line = lines.setdefault((name, found.version), Difference(name, found.version))
        line.calls += 1
        line.were_unpriced += row["cost_usd"] is None
        line.before_usd += row["cost_usd"] or Decimal(0)
        line.after_usd += found.cost_usd
        changes.append(
            {
                "id": row["id"],
                "cost": found.cost_usd,
                "state": found.state,
                "version": found.version,
                "old_version": row["price_version"],
            }
        )
    return changes
