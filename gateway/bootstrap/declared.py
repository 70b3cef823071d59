"""What `countersign.yaml` declares of money, as the record keeps it: amounts as text, so that no digit is lost."""

import socket
from decimal import Decimal
from typing import Any

from gateway.settings import BudgetEntry, CandidateEntry, Installation, PriceEntry, RatesEntry, RouteEntry
from gateway.store import declared
from gateway.store.database import Database


async def remember(database: Database, installation: Installation) -> None:
    """Put on record which budgets, prices and rates differ from those that a process found here before."""
    here = f"countersign on {socket.gethostname()}"
    await declared.remember(database, money_of(installation), by=here, where="countersign.yaml")


def money_of(installation: Installation) -> dict[str, Any]:
    """Budgets, prices and rates by name. Who is told of a budget is a person's address, and is left out."""
    told: dict[str, Any] = {f"budget {name}": _budget(entry) for name, entry in installation.budgets.items()}
    routes = {name: _route(entry) for name, entry in installation.models.items()}
    told |= {f"prices of route {name}": found for name, found in routes.items() if found}
    rates = {"rates": installation.rates}
    rates |= {f"rates of account {name}": entry.rates for name, entry in installation.accounts.items()}
    return told | {name: _rates(entry) for name, entry in rates.items() if entry is not None}


def _budget(entry: BudgetEntry) -> dict[str, Any]:
    return {
        "owner": entry.owner.team,
        "limit_usd": _text(entry.limit),
        "per": entry.per,
        "account": entry.account,
        "queue": entry.queue,
        "cheaper": entry.cheaper,
    }


def _route(entry: RouteEntry) -> dict[str, Any] | None:
    """What is declared of a route's money; None where that is nothing."""
    models = [(one.model, _prices(one)) for one in entry.candidates]
    told = {"draft_limit_usd": _text(entry.max_cost_usd), "models": [[name, found] for name, found in models if found]}
    return told if any(told.values()) else None


def _prices(entry: CandidateEntry) -> dict[str, Any] | None:
    told = {
        "usd_per_million": [_price(one) for one in ([entry.price] if entry.price else []) + entry.prices],
        "ceiling": _text(entry.ceiling_usd_per_million),
    }
    return told if any(told.values()) else None


def _price(entry: PriceEntry) -> dict[str, str]:
    return {name: _text(value) or str(value) for name, value in entry if value is not None}


def _rates(entry: RatesEntry) -> dict[str, Any]:
    return {
        "reviewer_usd_per_hour": _text(entry.reviewer_per_hour),
        "by_hand_minutes": f"{entry.by_hand_minutes:g}",
        "source": entry.source,
    }


def _text(value: object) -> str | None:
    """An amount without the zeros that change nothing; None for what is none."""
    return f"{value.normalize():f}" if isinstance(value, Decimal) else None
