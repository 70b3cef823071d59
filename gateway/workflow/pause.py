"""Pause: a person stops an account, or all of them. `Walk.stand` obeys; here it is told."""

from collections.abc import Collection

from gateway.store import pauses
from gateway.store.database import Database
from gateway.store.pauses import ALL
from gateway.telemetry import paused

LONGEST_REASON = 500  # characters


def named(account: str) -> str:
    """An account of a pause in words."""
    return "all accounts" if account == ALL else f"account {account}"


async def told(database: Database) -> str:
    """What is paused, in a line that anybody may read: who did it and why is on the pages."""
    found = await pauses.active(database)
    return "; ".join(f"{named(row['account'])} since {row['since']:%Y-%m-%dT%H:%M:%SZ}" for row in found) or "nothing"


async def measure(database: Database, accounts: Collection[str]) -> None:
    """Set the metric of every account."""
    found = {row["account"] for row in await pauses.active(database)}
    for account in accounts:
        paused.labels(account).set(1 if found & {account, ALL} else 0)
