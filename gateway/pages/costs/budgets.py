"""Budgets as bars, and where the month will end if it goes on like its last whole days."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from math import ceil

from gateway.ledger.budgets import Budget, Per
from gateway.pages.costs.asked import Month
from gateway.pages.costs.gathered import Gathered
from gateway.pages.costs.part import TITLES, Bar, Part
from gateway.pages.costs.sheets import Column, Kind, Sheet, money, percent
from gateway.store.reports.overview import Counted, Pace, Spent
from gateway.store.reports.overview.budgets import RECENT

SCALE = 1.04  # so that the end of the longest bar can be seen


@dataclass(frozen=True, slots=True)
class Forecast:
    """USD at the end of the month. `used_up`: when a limit will be reached before that, if it will."""

    usd: Decimal
    used_up: datetime | None = None


def forecast(used: Decimal, paces: Iterable[Pace], month: Month, limit: Decimal | None = None) -> Forecast | None:
    """None where nothing can be said: the month is over, or there was no whole day with calls in the last seven."""
    told = list(paces)
    first = min((one.first_recent for one in told if one.first_recent is not None), default=None)
    if not month.running or first is None:
        return None
    today = month.now.replace(hour=0, minute=0, second=0, microsecond=0)
    days = min(RECENT.days, ceil((today - first) / timedelta(days=1)))
    recent = Spent.total(one.recent for one in told)
    a_day = (recent.known + recent.bound) / days
    end = used + a_day * Decimal(str(round(month.days_left, 6)))
    reached = None
    if limit is not None and used < limit < end:
        reached = month.now + timedelta(days=float((limit - used) / a_day))
    return Forecast(end, reached)


async def budgets(gathered: Gathered) -> Part:
    month, counted, paces = gathered.asked.month, await gathered.counted(), await gathered.paces()
    bars, rows = [], []
    for one in gathered.budgets:
        used = _used(one, counted[one.name], paces, month)
        ahead = (
            forecast(used or Decimal(0), _covered(one, paces), month, one.limit_usd) if one.per is Per.MONTH else None
        )
        bars.append(_bar(one, counted[one.name], used, ahead, month))
        rows.append(
            (
                *(one.name, one.team, _scope(one), str(one.per), one.limit_usd, used),
                None if used is None else float(used / one.limit_usd),
                ahead.usd if ahead else None,
                ahead.used_up if ahead else None,
                counted[one.name].tickets_used_up if one.per is Per.TICKET else None,
            )
        )
    columns = (
        Column("budget", "Budget"),
        Column("owner", "Owner"),
        Column("scope", "For"),
        Column("per", "Per"),
        Column("limit_usd", "Limit", Kind.USD),
        Column("used_usd", "Used", Kind.USD, "not counted together"),
        Column("used_share", "Share", Kind.SHARE, "none"),
        Column("forecast_usd", f"Forecast for {month}", Kind.USD, "none"),
        Column("used_up_at", "Used up around", Kind.MOMENT, "not this month"),
        Column("tickets_used_up", "Tickets that used it up", Kind.COUNT, "none"),
    )
    lead = (
        f"{month}. Used is what counts against the limit, calls under way and without a price at their upper bounds. "
        "The forecast goes on like the last seven whole days."
    )
    empty = "No budget of this choice is declared (budgets in countersign.yaml)."
    return Part(Sheet("budgets", TITLES["budgets"], columns, rows), lead, bars=bars, empty=empty)


def ruling(budgets: Sequence[Budget], accounts: Sequence[str | None], queue: str | None) -> Budget | None:
    """The tightest budget of a month for exactly one of these scopes."""
    found = [one for one in budgets if one.per is Per.MONTH and one.account in accounts and one.queue == queue]
    return min(found, key=lambda one: one.limit_usd, default=None)


def _covered(budget: Budget, paces: Sequence[Pace]) -> list[Pace]:
    return [one for one in paces if budget.covers(one.account, one.queue)]


def _used(budget: Budget, counted: Counted, paces: Sequence[Pace], month: Month) -> Decimal | None:
    """Before the first call after it was declared, a budget of a month has used what the ledger says."""
    if budget.per is Per.TICKET:
        return None
    if budget.per is Per.DAY:
        return counted.today or Decimal(0) if month.running else counted.dearest_day or Decimal(0)
    spent = Spent.total(one.month for one in _covered(budget, paces))
    return spent.known + spent.bound if counted.month is None else counted.month


def _bar(budget: Budget, counted: Counted, used: Decimal | None, ahead: Forecast | None, month: Month) -> Bar:
    limit = budget.limit_usd
    if used is None:
        times = counted.tickets_used_up
        told = f"{money(limit)} a ticket"
        note = f"used up by {f'{times:,}' if times else 'no'} {'ticket' if times < 2 else 'tickets'} in {month}"
        return Bar(
            budget.name,
            f"{_scope(budget)}: {told}",
            note,
            f"{budget.name}: {told}, {note}",
            None,
            None,
            100,
            bool(times),
        )
    when = "" if budget.per is Per.MONTH else "today " if month.running else "on the dearest day "
    told = f"{_scope(budget)}: {when}{money(used)} of {money(limit)} a {budget.per} ({percent(float(used / limit))})"
    note = _ahead(ahead, limit) if budget.per is Per.MONTH and month.running else _dearest(budget, counted, month)
    longest = max(limit, used, ahead.usd if ahead else limit)
    scale = float(longest) * (SCALE if longest > limit else 1)
    over = used >= limit or (ahead is not None and ahead.usd > limit)
    return Bar(
        budget.name,
        told,
        note,
        f"{budget.name}, {told}{'; ' + note if note else ''}",
        100 * float(used) / scale,
        100 * float(ahead.usd) / scale if ahead else None,
        100 * float(limit) / scale,
        over,
    )


def _ahead(ahead: Forecast | None, limit: Decimal) -> str:
    if ahead is None:
        return "no forecast before a whole day with calls"
    said = f"forecast {money(ahead.usd)}"
    if ahead.used_up is not None:
        return f"{said}: used up around {ahead.used_up:%d %B}"
    return f"{said} ({percent(float(ahead.usd / limit))})"


def _dearest(budget: Budget, counted: Counted, month: Month) -> str:
    if budget.per is not Per.DAY or counted.dearest_day is None or not month.running:
        return ""
    return f"dearest day of {month}: {money(counted.dearest_day)}"


def _scope(budget: Budget) -> str:
    account = budget.account or "all accounts"
    return f"{account}, queue {budget.queue}" if budget.queue else account
