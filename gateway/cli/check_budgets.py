"""What may be spent on models, who answers for it, what is left of it now, and what happens when nothing is."""

from collections.abc import AsyncIterator
from decimal import Decimal

from gateway.bootstrap import opened_database
from gateway.bootstrap.models import budgets_of
from gateway.cli.checked import Line
from gateway.errors import GatewayError
from gateway.ledger.budgets import SHARES, Budget, Per
from gateway.settings import Installation
from gateway.store import spending
from gateway.store.reports import Cost
from gateway.store.spending import Standing

_SHARES = f"{SHARES[0]}, {SHARES[1]} and {SHARES[2]}"
NOTHING = Standing(Decimal(0), Decimal(0))


async def budgets(url: str, installation: Installation) -> AsyncIterator[Line]:
    declared = budgets_of(installation)
    if not declared:
        yield Line(True, "budgets", "none: spending is counted, and nothing stops it")
        return
    try:
        async with opened_database(url) as database:
            found = {one.name: NOTHING for one in declared} | dict(await spending.standing(database, declared))
    except GatewayError:  # which is told where the database is looked at
        found = {}
    for budget in declared:
        yield Line(True, f"budget {budget.name}", f"{_whose(budget)}; {_left(budget, found.get(budget.name))}")
        yield Line(True, f"budget {budget.name}", f"used up: {_ladder(budget)}")


def _whose(budget: Budget) -> str:
    account = f"account {budget.account}" if budget.account else "all accounts"
    queue = f", queue {budget.queue}" if budget.queue else ""
    return f"{budget.team} ({budget.contact}); {account}{queue}; {_usd(budget.limit_usd)} a {budget.per}"


def _left(budget: Budget, standing: Standing | None) -> str:
    if standing is None:
        return "what is left is not known"
    used = standing.spent_usd + standing.held_usd
    if budget.per is Per.TICKET:
        return f"the dearest ticket has used {_usd(used)}"
    under_way = f", held for calls under way {_usd(standing.held_usd)}" if standing.held_usd else ""
    left = max(budget.limit_usd - used, Decimal(0))
    return f"spent {_usd(standing.spent_usd)}{under_way}, left {_usd(left)}"


def _ladder(budget: Budget) -> str:
    cheaper = f"route {budget.cheaper} where policies allow it, then " if budget.cheaper else ""
    return f"{cheaper}passages without a model, then no draft and a person; the owner is told at {_SHARES} %"


def _usd(amount: Decimal) -> str:
    return str(Cost(amount, 0))
