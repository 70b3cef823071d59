"""The first row: what was spent of the budget, what a ticket and an accepted draft cost, how fast, how often wrong."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from gateway.pages.costs.budgets import forecast, ruling
from gateway.pages.costs.gathered import Gathered
from gateway.pages.costs.sheets import Column, Sheet, money, percent
from gateway.store.reports import duration
from gateway.store.reports.overview import Pace, Spent, TooMuch

TICKET, ACCEPTED = "Cost per ticket (median)", "Cost per accepted draft"
SECONDS, ERRORS, UNPRICED = "95 % of drafts within", "Errors", "Calls without a price"
UNKNOWN = "not known"
LEDGER_STEP = Decimal("1e-12")  # what the ledger keeps


@dataclass(frozen=True, slots=True)
class Figure:
    """`value` for programs, with its unit; `told` and `notes` for people. `bounded`: calls without a price
    are in it at their upper bounds, so that it is the most. `alarm`: somebody should look."""

    name: str
    heading: str
    value: object
    unit: str
    told: str
    notes: Sequence[str] = ()
    bounded: bool = False
    alarm: bool = False

    @property
    def at_most(self) -> bool:
        return self.bounded and self.value is not None


async def figures(gathered: Gathered, only_account: str | None) -> list[Figure]:
    """`only_account`: where there is just one, its budget is that of everything."""
    rows: Sequence[tuple[Callable[[], Awaitable[list[Figure]]], Mapping[str, str]]] = (
        (lambda: _month(gathered, only_account), {"spent_in_month": f"Spent in {gathered.asked.month}"}),
        (lambda: _per_ticket(gathered), {"cost_per_ticket_median": TICKET, "cost_per_accepted_draft": ACCEPTED}),
        (lambda: _seconds(gathered), {"p95_seconds_to_draft": SECONDS}),
        (lambda: _calls(gathered), {"share_of_errors": ERRORS, "unpriced_calls": UNPRICED}),
    )
    told: list[Figure] = []
    for asked, headings in rows:
        try:
            told += await asked()
        except TooMuch as error:
            told += [Figure(name, heading, None, "", UNKNOWN, [str(error)]) for name, heading in headings.items()]
    return told


def sheet(told: Sequence[Figure]) -> Sheet:
    columns = tuple(Column(name, name.capitalize()) for name in ("figure", "value", "unit", "told", "notes"))
    rows = [
        (one.name, one.value, one.unit, f"{one.told} at most" if one.at_most else one.told, "; ".join(one.notes))
        for one in told
    ]
    return Sheet("figures", "Figures", columns, rows)


async def _month(gathered: Gathered, only_account: str | None) -> list[Figure]:
    asked, month = gathered.asked, gathered.asked.month
    paces = [one for one in await gathered.paces() if _fits(gathered, one)]
    spent = Spent.total(one.month for one in paces)
    used = spent.known + spent.bound
    accounts = [asked.account] if asked.account else [None, *([only_account] if only_account else [])]
    budget = None if asked.model else ruling(gathered.budgets, accounts, asked.queue or None)
    limit = budget.limit_usd if budget else None
    ahead = forecast(used, paces, month, limit)
    over = limit is not None and (used >= limit or (ahead is not None and ahead.usd > limit))
    notes = [f"{percent(float(used / limit))} of {money(limit)}" if limit else "no budget of a month for just this"]
    if ahead is not None:
        notes.append(f"forecast {money(ahead.usd)}")
    elif month.running:
        notes.append("no forecast before a whole day with calls")
    if ahead is not None and ahead.used_up is not None:
        notes.append(f"used up around {ahead.used_up:%d %B}")
    told = money(used) if used or not spent.boundless else UNKNOWN
    if spent.boundless:
        notes.insert(0, f"and {spent.boundless:,} calls without any bound")
    bounded = bool(spent.unpriced)
    return [Figure("spent_in_month", f"Spent in {month}", spent.at_most, "USD", told, notes, bounded, over)]


def _fits(gathered: Gathered, pace: Pace) -> bool:
    asked = gathered.asked
    return all(
        wanted in ("", found)
        for wanted, found in ((asked.account, pace.account), (asked.queue, pace.queue), (asked.model, pace.model))
    )


async def _per_ticket(gathered: Gathered) -> list[Figure]:
    costs, spent = await gathered.costs(), await gathered.spent()
    bounded, most, accepted = bool(spent.unpriced), spent.at_most, costs.drafts_accepted
    median = _usd(costs.median) if costs.tickets else "no ticket"
    notes = [f"95 % within {_usd(costs.p95)}", f"of {costs.tickets:,}"] if costs.tickets else []
    told = [Figure("cost_per_ticket_median", TICKET, costs.median, "USD", median, notes, bounded)]
    each = (most / accepted).quantize(LEDGER_STEP) if accepted and most is not None else None
    notes = [f"all spend over {accepted:,} accepted"] if accepted else ["sent as they were, or lightly edited"]
    if accepted:
        notes.append(f"their tickets: median {_usd(costs.accepted_median)}, 95 % within {_usd(costs.accepted_p95)}")
    draft = _usd(each) if accepted else "none accepted"
    return [*told, Figure("cost_per_accepted_draft", ACCEPTED, each, "USD", draft, notes, bounded)]


async def _seconds(gathered: Gathered) -> list[Figure]:
    whole, _ = await gathered.times()
    told = duration(whole.p95_ms) if whole.drafts else "no draft"
    notes = [f"half of {whole.drafts:,} within {duration(whole.median_ms)}"] if whole.drafts else []
    value = None if whole.p95_ms is None else round(whole.p95_ms / 1000, 3)
    return [Figure("p95_seconds_to_draft", SECONDS, value, "s", told, notes)]


async def _calls(gathered: Gathered) -> list[Figure]:
    calls, spent = await gathered.calls(), await gathered.spent()
    ended, failed = sum(one.ended for one in calls), sum(one.failed for one in calls)
    share = failed / ended if ended else None
    told = percent(share) if share is not None else "no call"
    errors = [f"{failed:,} of {ended:,} calls"] if ended else []
    notes = [f"counted at {money(spent.bound)}"] if spent.unpriced > spent.boundless else []
    if spent.boundless:
        notes.append(f"{spent.boundless:,} of them without any bound")
    return [
        Figure("share_of_errors", ERRORS, share, "share of calls", told, errors),
        Figure(
            "unpriced_calls",
            UNPRICED,
            spent.unpriced,
            "calls",
            f"{spent.unpriced:,}",
            notes,
            alarm=spent.unpriced > 0,
        ),
    ]


def _usd(amount: Decimal | None) -> str:
    return UNKNOWN if amount is None else money(amount)
