"""Budgets: how much may be spent on models for a ticket, in a day or in a month, who answers for it, and what then.

A call is held from all its budgets at its upper bound before it is made, and settled at its cost after it. Whatever
budgets there are, each account is counted by ticket, day and month, for policies and for people to look at.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from gateway.ledger.attempt import Origin

SHARES = (50, 80, 100)  # per cent at which the owner is told


class Per(StrEnum):
    TICKET = "ticket"
    DAY = "day"  # of UTC
    MONTH = "month"


@dataclass(frozen=True, slots=True)
class Budget:
    """What may be spent. `account` and `queue` narrow it; without them it is for all together. `cheaper` is the route
    of models that is asked where the money does not reach for a better one."""

    name: str
    team: str
    contact: str
    per: Per
    limit_usd: Decimal
    account: str | None = None
    queue: str | None = None
    cheaper: str | None = None

    def covers(self, account: str, queue: str) -> bool:
        return self.account in (None, account) and self.queue in (None, queue)


@dataclass(frozen=True, slots=True)
class Charge:
    """One row that a call counts on: a budget's, or the account's own, which has no limit."""

    budget: str
    per: Per
    limit_usd: Decimal | None
    account: str | None
    queue: str | None
    ticket: tuple[str, str] | None  # account and id, of a budget per ticket


class BudgetUsedUp(Exception):
    """These budgets have not so much left. Nothing was called, and nothing was held."""

    def __init__(self, budgets: Iterable[str]) -> None:
        self.budgets = tuple(sorted(set(budgets)))
        super().__init__(f"used up: {', '.join(self.budgets)}")


def covering(budgets: Iterable[Budget], account: str, queue: str) -> list[Budget]:
    """The budgets that a call of this account and queue counts on."""
    return [budget for budget in budgets if budget.covers(account, queue)]


def charges(budgets: Iterable[Budget], origin: Origin) -> Sequence[Charge]:
    """All rows that a call for this ticket counts on."""
    ticket = (origin.account, origin.ticket_id)
    found = [
        Charge(own_counter(origin.account), per, None, origin.account, None, ticket if per is Per.TICKET else None)
        for per in Per
    ]
    for budget in covering(budgets, origin.account, origin.queue):
        of = ticket if budget.per is Per.TICKET else None
        found.append(Charge(budget.name, budget.per, budget.limit_usd, budget.account, budget.queue, of))
    return found


def own_counter(account: str) -> str:
    """The name under which an account is counted. No declared budget has a colon in its name."""
    return f"account:{account}"
