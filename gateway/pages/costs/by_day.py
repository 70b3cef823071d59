"""The parts that have a picture with a day a column: spend, tickets, times, and what went wrong."""

from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from typing import TypeVar

from gateway.pages.costs.charts import TONES, UNPRICED, Series, lines, stacked
from gateway.pages.costs.gathered import Gathered
from gateway.pages.costs.part import TITLES, Part
from gateway.pages.costs.sheets import Column, Kind, Row, Sheet, money, percent
from gateway.store.reports import duration
from gateway.store.reports.overview import STEPS, CallDay, Spent, TimesDay

Value = TypeVar("Value", int, float, Decimal)
DAY = Column("day", "Day", Kind.DAY)
OTHERS = "other models"
NO_MODEL = "no model"
PARTS = {
    "waiting": "waiting for a worker",
    "context": "reading the ticket",
    "screen": "screening",
    "ground": "searching",
    "draft": "drafting",
    "check": "checking",
    "decide": "deciding",
    "deliver": "writing",
    "other": "in between",
}


async def spend(gathered: Gathered) -> Part:
    days = gathered.asked.days
    models = Named(await gathered.models())
    by_day = _spent_by_day(await gathered.calls(), models)
    totals = [Spent.total(by_day.get((day, name), Spent()) for name in models.names) for day in days]
    known = {name: [_known(by_day.get((day, name))) for day in days] for name in models.names}
    unknown = [None if total.boundless else total.bound for total in totals]
    series = [_series(name, models.tone(name), known[name], money) for name in models.names]
    if any(total.unpriced for total in totals):
        told = [_unpriced(total) for total in totals]
        series.append(Series("no price, at most", UNPRICED, [float(total.bound) for total in totals], told))
    whole = await gathered.spent()
    columns = (
        DAY,
        *(Column(f"usd {name}", name, Kind.USD) for name in models.names),
        Column("unpriced_at_most_usd", "No price, at most", Kind.USD),
        Column("unpriced_calls", "Calls without a price", Kind.COUNT),
        Column("calls", "Calls", Kind.COUNT),
    )
    rows = [
        (day, *(known[name][at] for name in models.names), unknown[at], totals[at].unpriced, totals[at].calls)
        for at, day in enumerate(days)
    ]
    label = f"Spend by day, stacked by model: {whole} in all"
    described = [f"{total}, {_many(total.calls, 'call')}" for total in totals]
    chart = stacked(label, days, series, described, _axis)
    lead = "USD a day. A call without a price counts at its upper bound."
    return Part(Sheet("spend", TITLES["spend"], columns, rows), lead, chart)


async def tickets(gathered: Gathered) -> Part:
    days = gathered.asked.days
    found = await gathered.tickets()
    models = Named(await gathered.models(), none=any(one.model is None for one in found))
    counts: dict[tuple[date, str], int] = {}
    for one in found:
        key = one.day, models.name(one.model)
        counts[key] = counts.get(key, 0) + one.tickets
    names = [name for name in models.names if any((day, name) in counts for day in days)]
    by_name = {name: [counts.get((day, name), 0) for day in days] for name in names}
    sums = [sum(by_name[name][at] for name in names) for at in range(len(days))]
    columns = (
        DAY,
        *(Column(f"tickets {name}", name, Kind.COUNT) for name in names),
        Column("tickets", "All", Kind.COUNT),
    )
    rows = [(day, *(by_name[name][at] for name in names), sums[at]) for at, day in enumerate(days)]
    series = [_series(name, models.tone(name), by_name[name], "{:,}".format) for name in names]
    label = f"Tickets by day, stacked by the model that answered: {sum(sums):,} ticket days in all"
    described = [_many(count, "ticket") for count in sums]
    chart = stacked(label, days, series, described, lambda count: f"{count:,.0f}" if count % 1 == 0 else "")
    lead = "Each ticket once a day, by the model that answered last."
    return Part(Sheet("tickets", TITLES["tickets"], columns, rows), lead, chart)


async def times(gathered: Gathered) -> Part:
    days = gathered.asked.days
    whole, found = await gathered.times()
    by_day = {one.day: one for one in found}
    none = TimesDay(None, 0, {}, None, None)
    told = [by_day.get(day, none) for day in days]
    parts = ("waiting", *STEPS, "other")
    columns = (
        DAY,
        Column("drafts", "Drafts", Kind.COUNT),
        *(Column(f"mean_{part}_ms", PARTS[part].capitalize(), Kind.MS, "no draft") for part in parts),
        Column("median_ms", "Half within", Kind.MS, "no draft"),
        Column("p95_ms", "95 % within", Kind.MS, "no draft"),
    )
    rows = [
        (one_day, one.drafts, *(one.parts.get(part) for part in parts), one.median_ms, one.p95_ms)
        for one_day, one in zip(days, told, strict=True)
    ]
    series = [
        _series(PARTS[part], f"s{at}", [one.parts.get(part) for one in told], duration) for at, part in enumerate(parts)
    ]
    described = [
        f"{_many(one.drafts, 'draft')}, 95 % within {duration(one.p95_ms)}" if one.drafts else "no draft"
        for one in told
    ]
    label = f"Mean time of a draft by day, stacked by step: {_many(whole.drafts, 'draft')}"
    chart = stacked(label, days, series, described, duration)
    lead = "Mean of each step, from the delivery until the draft is in the help desk."
    return Part(Sheet("times", TITLES["times"], columns, rows), lead, chart)


async def rates(gathered: Gathered) -> Part:
    days = gathered.asked.days
    calls = await gathered.calls()
    rows: list[Row] = []
    for day in days:
        today = [one for one in calls if one.day == day]
        made, ended = sum(one.spent.calls for one in today), sum(one.ended for one in today)
        failed, fallbacks = sum(one.failed for one in today), sum(one.fallbacks for one in today)
        retried = sum(one.retried for one in today)
        shares = _share(failed, ended), _share(fallbacks, made), _share(retried, made)
        rows.append((day, made, failed, shares[0], fallbacks, shares[1], retried, shares[2]))
    columns = (
        DAY,
        Column("calls", "Calls", Kind.COUNT),
        Column("failed", "Failed", Kind.COUNT),
        Column("failed_share", "Errors", Kind.SHARE, "no call"),
        Column("fallbacks", "To a fallback", Kind.COUNT),
        Column("fallback_share", "Fallbacks", Kind.SHARE, "no call"),
        Column("retried", "Repeated", Kind.COUNT),
        Column("retried_share", "Repeats", Kind.SHARE, "no call"),
    )
    series = [
        _series(name, tone, [row[at] for row in rows], percent)
        for name, tone, at in (("errors", "alarm", 3), ("fallbacks", "s3", 5), ("repeats", "s2", 7))
    ]
    ended, failed = sum(one.ended for one in calls), sum(one.failed for one in calls)
    label = f"Errors, fallbacks and repeats by day, as shares of calls: {failed:,} of {_many(ended, 'call')} failed"
    chart = lines(label, days, series, percent)
    lead = "Shares of calls: those that failed, those to a model further down the route, those made again."
    return Part(Sheet("rates", TITLES["rates"], columns, rows), lead, chart)


class Named:
    """Models by name and colour; those beyond what can be told apart are together."""

    def __init__(self, models: Sequence[str], *, none: bool = False) -> None:
        self._own = list(models[: TONES - 2])
        rest = [OTHERS] if len(models) > len(self._own) else []
        self.names = [*self._own, *rest, *([NO_MODEL] if none else [])]

    def name(self, model: str | None) -> str:
        if model is None:
            return NO_MODEL
        return model if model in self._own else OTHERS

    def tone(self, name: str) -> str:
        if name in self._own:
            return f"s{self._own.index(name) + 1}"
        return "s0" if name == NO_MODEL else f"s{TONES - 1}"


def _spent_by_day(calls: Sequence[CallDay], models: Named) -> dict[tuple[date, str], Spent]:
    found: dict[tuple[date, str], Spent] = {}
    for one in calls:
        key = one.day, models.name(one.model)
        found[key] = found.get(key, Spent()) + one.spent
    return found


def _known(spent: Spent | None) -> Decimal | None:
    """A day without calls cost nothing; one whose calls all have no price cost nobody knows what."""
    if spent is None:
        return Decimal(0)
    return None if spent.unpriced == spent.calls else spent.known


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def _unpriced(total: Spent) -> str:
    more = f", {total.boundless:,} of them without a bound" if total.boundless else ""
    return f"{money(total.bound)} for {_many(total.unpriced, 'call')}{more}"


def _series(name: str, tone: str, values: Sequence[Value | None], told: Callable[[Value], str]) -> Series:
    return Series(
        name,
        tone,
        [None if value is None else float(value) for value in values],
        ["not known" if value is None else told(value) for value in values],
    )


def _axis(usd: float) -> str:
    """Round numbers, with cents, and without zeros that say nothing."""
    told = f"{usd:.9f}".rstrip("0")
    return f"{usd:.2f} USD" if len(told.partition(".")[2]) < 2 else f"{told} USD"


def _many(count: int, word: str) -> str:
    return f"{count:,} {word}{'' if count == 1 else 's'}"
