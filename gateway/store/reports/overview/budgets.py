"""How fast money is spent, by account, queue and model, and what was counted on budgets."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import LiteralString

from gateway.ledger.budgets import Budget, Per
from gateway.store.reports.overview.looking import Look
from gateway.store.reports.overview.spent import ADDED, Spent

RECENT = timedelta(days=7)  # whole days whose pace a forecast goes on with
PACES: LiteralString = """
select t.account, t.queue, t.model, t.started_at >= %(month)s and t.started_at < %(until)s as of_month,
  t.started_at >= %(week)s and t.started_at < %(today)s as recent, min(t.started_at) as first_at, ADDED
from attempt t
where t.started_at >= least(%(month)s, %(week)s) and (%(accounts)s::text[] is null or t.account = any(%(accounts)s))
group by 1, 2, 3, 4, 5 order by 1, 2, 3, 4, 5
"""
COUNTED: LiteralString = """
select budget, period, spent_usd + held_usd as used from spending where key = any(%(keys)s)
"""
USED_UP: LiteralString = """
select budget, count(distinct period)::int as tickets from budget_notice
where budget = any(%(budgets)s) and share = 100 and at >= %(month)s and at < %(until)s group by budget
"""


@dataclass(frozen=True, slots=True)
class Pace:
    """What one account spent for one queue on one model: in the month, and in the last whole days before today."""

    account: str
    queue: str
    model: str
    month: Spent
    recent: Spent
    first_recent: datetime | None


@dataclass(frozen=True, slots=True)
class Counted:
    """What is counted on a budget, calls under way at their bounds. Of a budget of a month: in that month; of a day:
    today, and on the dearest day of the month. `tickets_used_up`: of a budget for each ticket."""

    month: Decimal | None = None
    today: Decimal | None = None
    dearest_day: Decimal | None = None
    tickets_used_up: int = 0


async def paces(
    look: Look, *, month: datetime, until: datetime, today: datetime, accounts: Sequence[str] | None
) -> Sequence[Pace]:
    """Of everything that may be seen, whatever else was chosen, so that the choices themselves can be told."""
    values = {"month": month, "until": until, "week": today - RECENT, "today": today, "accounts": accounts}
    found: dict[tuple[str, str, str], Pace] = {}
    for row in await look.all(PACES.replace("ADDED", ADDED), values):
        key = row["account"], row["queue"], row["model"]
        was, spent = found.get(key) or Pace(*key, Spent(), Spent(), None), Spent.of(row)
        first = row["first_at"] if row["recent"] else None
        found[key] = Pace(
            *key,
            was.month + spent if row["of_month"] else was.month,
            was.recent + spent if row["recent"] else was.recent,
            min(filter(None, (was.first_recent, first)), default=None),
        )
    return list(found.values())


async def counted(
    look: Look, budgets: Iterable[Budget], *, month: datetime, until: datetime, today: datetime
) -> Mapping[str, Counted]:
    """By the budget's name; one on which nothing was counted is not among them."""
    asked = list(budgets)
    days = [f"{month + timedelta(days=day):%Y-%m-%d}" for day in range((until - month).days)]
    keys = [f"{one.name} {period}" for one in asked for period in _periods(one.per, f"{month:%Y-%m}", days)]
    values = {"keys": keys, "budgets": [one.name for one in asked], "month": month, "until": until}
    rows, used_up = await look.all(COUNTED, values), await look.all(USED_UP, values)
    told: dict[str, dict[str, Decimal]] = {}
    for row in rows:
        told.setdefault(row["budget"], {})[row["period"]] = row["used"]
    tickets = {row["budget"]: row["tickets"] for row in used_up}
    return {
        one.name: Counted(
            told.get(one.name, {}).get(f"{month:%Y-%m}"),
            told.get(one.name, {}).get(f"{today:%Y-%m-%d}"),
            max(told.get(one.name, {}).values(), default=None) if one.per is Per.DAY else None,
            tickets.get(one.name, 0) if one.per is Per.TICKET else 0,
        )
        for one in asked
    }


def _periods(per: Per, month: str, days: Sequence[str]) -> Sequence[str]:
    return {Per.MONTH: [month], Per.DAY: days, Per.TICKET: []}[per]
